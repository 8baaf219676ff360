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
        let present = guide_at(guide, now.index, moments[0]);
        let then = guide_at(guide, now.index + 1u, moments[1]);
        let y = positions[lane * scene.groups + group];
        // The gradient at the predicted mean: the classifier of the next time, the weight of this one.
        let is_ahead = guide.ahead == 1u;
        var aim = present;
        if is_ahead {
            aim = plain_guide(present, 0.0);
        }
        var next = y;
        var half_way = y;
        // One place that asks for the score: a compiler writes all of it out wherever it is asked for.
        for (var turn = 0u; turn < 2u; turn++) {
            let score = group_score(next, aim);
            if turn == 0u {
                next = now.keep * y + now.drift * score;
                if is_ahead {
                    aim = bare_guide(present);
                    aim.score_terms = then.score_terms;
                    aim.classifier_terms = then.classifier_terms;
                    aim.own_terms = then.own_terms;
                    continue;
                }
                next += now.noise * z;
                if now.corrector == 0.0 {
                    break;
                }
                half_way = y + now.corrector * (y + score);
                aim = then;
            } else if is_ahead {
                next += now.drift * score + now.noise * z;
            } else {
                next = half_way + now.corrector * (next + score);
            }
        }
        positions[lane * scene.groups + group] = next;
        track(lane, group, now.history, next);
    }
}
