// Four rows against one component: one thread for a pair, the threads of a workgroup share the component.

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if id.x < many.groups {
        look(id.y, id.x);
    }
}
