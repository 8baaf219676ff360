// The initial positions, N(0, I), the same in all lanes. Twin of src/kernels/initialise.rs.

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let group = id.x;
    if group >= scene.groups {
        return;
    }
    let z = normals(group, 0u, STREAM_INITIAL, scene.seed);
    for (var lane = 0u; lane < scene.lanes; lane++) {
        positions[lane * scene.groups + group] = z;
        track(lane, group, 0u, z);
    }
}
