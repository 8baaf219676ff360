// One reverse step of all lanes: one thread a noise group. Twin of src/kernels/step.rs.

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let group = id.x;
    if group >= scene.groups {
        return;
    }
    var z = vec4<f32>(0.0);
    if now.noise > 0.0 {
        z = normals(group, now.index, STREAM_STEP, scene.seed);
    }
    for (var lane = 0u; lane < scene.lanes; lane++) {
        let guide = guides[lane];
        let y = positions[lane * scene.groups + group];
        let score = group_score(y, guide_at(guide, now.index));
        var next = now.keep * y + now.drift * score + now.noise * z;
        if now.corrector > 0.0 {
            let half_way = y + now.corrector * (y + score);
            let next_score = group_score(next, guide_at(guide, now.index + 1u));
            next = half_way + now.corrector * (next + next_score);
        }
        positions[lane * scene.groups + group] = next;
        track(lane, group, now.history, next);
    }
}
