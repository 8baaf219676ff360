// What the rules make of the guidance on its way into the score. Twin of src/kernels/classifier/rules.rs.

const LEAST_SQUARE: f32 = 1.0e-30;

fn at_least(square: f32) -> f32 {
    return select(LEAST_SQUARE, square, square > LEAST_SQUARE);
}

fn dot2(a: vec2<f32>, b: vec2<f32>) -> f32 {
    return a.x * b.x + a.y * b.y;
}

fn steered(score: vec2<f32>, ghat: vec2<f32>, gamma: f32, x: vec2<f32>, guide: Guide) -> vec2<f32> {
    var force = gamma * ghat;
    let own = score + ghat;
    if guide.removed > 0.0 {
        let estimate = x + guide.variance * own;
        let share = guide.removed * (gamma - 1.0) * dot2(ghat, estimate) / at_least(dot2(estimate, estimate));
        force -= share * estimate;
    }
    if guide.clip > 0.0 {
        let square = dot2(force, force);
        let limit = guide.clip / sqrt(at_least(square));
        force *= select(1.0, limit, square > guide.clip * guide.clip);
    }
    var guided = guide.whole * score + force;
    if guide.rescale > 0.0 {
        let ratio = sqrt(dot2(own, own) / at_least(dot2(guided, guided)));
        guided *= 1.0 + guide.rescale * (ratio - 1.0);
    }
    if guide.bound > 0.0 {
        let estimate = x + guide.variance * guided;
        let below = select(vec2<f32>(guide.bound), estimate, estimate < vec2<f32>(guide.bound));
        let kept = select(vec2<f32>(-guide.bound), below, below > vec2<f32>(-guide.bound));
        guided += (kept - estimate) / guide.variance;
    }
    return guided;
}
