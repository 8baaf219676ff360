// What each component weighs in the guided score: one thread for four rows.

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if id.x < many.groups {
        weigh(id.x);
    }
}
