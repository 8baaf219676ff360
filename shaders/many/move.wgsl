// One reverse step, or half of one of Heun's: one thread for four coordinates of four rows.

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let group = id.x / many.quads;
    if group < many.groups {
        many_move(group, id.x % many.quads);
    }
}
