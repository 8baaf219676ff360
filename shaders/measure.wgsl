// L_o - L_c of every particle: one thread a noise group. With shaders/sums.wgsl the twin of
// src/kernels/sums.rs.

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let group = id.x;
    if group >= scene.groups {
        return;
    }
    for (var lane = 0u; lane < scene.lanes; lane++) {
        let at = lane * scene.groups + group;
        let value = positions[at];
        for (var j = 0u; j < group_size(); j++) {
            ratios[at * group_size() + j] = log_ratio_at(particle(value, j), now.present_terms);
        }
    }
}
