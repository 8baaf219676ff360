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
        let moments = now.moments[lane];
        let present = guide_at(guide, now.index, moments.xy);
        let y = positions[lane * scene.groups + group];
        if guide.ahead == 1u {
            // The gradient at the predicted mean: the classifier of the next time, the weight of this one.
            let then = guide_at(guide, now.index + 1u, moments.zw);
            var aim = bare_guide(present);
            aim.score_terms = then.score_terms;
            aim.classifier_terms = then.classifier_terms;
            aim.own_terms = then.own_terms;
            let mean = now.keep * y + now.drift * group_score(y, plain_guide(present, 0.0));
            let ahead = mean + now.drift * group_score(mean, aim) + now.noise * z;
            positions[lane * scene.groups + group] = ahead;
            track(lane, group, now.history, ahead);
            continue;
        }
        let score = group_score(y, present);
        var next = now.keep * y + now.drift * score + now.noise * z;
        if now.corrector > 0.0 {
            let half_way = y + now.corrector * (y + score);
            let next_score = group_score(next, guide_at(guide, now.index + 1u, moments.zw));
            next = half_way + now.corrector * (next + next_score);
        }
        positions[lane * scene.groups + group] = next;
        track(lane, group, now.history, next);
    }
}
