// The exact classifier of clean data at the denoised guess. Twin of src/kernels/classifier/denoised.rs; the first
// parameter is 1 for a gradient through the denoiser, else 0.

// Running averages over the components; matrices are 11, 12, 22.
struct Guess {
    top: f32,
    sum: f32,
    score: vec2<f32>,
    point: vec2<f32>,
    gain: vec3<f32>,
    spread: vec3<f32>,
}

// What a component's denoiser makes of a point.
fn own_guess(term: Term, denoiser: Term, x: vec2<f32>) -> vec2<f32> {
    let d = x - term.mean;
    return denoiser.mean
        + vec2<f32>(denoiser.p11 * d.x + denoiser.p12 * d.y, denoiser.p12 * d.x + denoiser.p22 * d.y);
}

fn first_guess(term: Term, denoiser: Term, x: vec2<f32>) -> Guess {
    let value = evaluate(term, x);
    let gain = vec3<f32>(denoiser.p11, denoiser.p12, denoiser.p22);
    return Guess(value.x, 1.0, value.yz, own_guess(term, denoiser, x), gain, vec3<f32>(0.0));
}

fn add_guess(guess: Guess, term: Term, denoiser: Term, x: vec2<f32>) -> Guess {
    let value = evaluate(term, x);
    let difference = value.x - guess.top;
    let higher = difference > 0.0;
    let smaller = exp_below_88(-abs(difference));
    let old = select(1.0, smaller, higher);
    let new_weight = select(smaller, 1.0, higher);
    let before = old * guess.sum;
    let sum = before + new_weight;
    let share = new_weight / sum;
    let apart = value.yz - guess.score;
    let gain = vec3<f32>(denoiser.p11, denoiser.p12, denoiser.p22);
    return Guess(
        select(guess.top, value.x, higher),
        sum,
        guess.score + share * apart,
        guess.point + share * (own_guess(term, denoiser, x) - guess.point),
        guess.gain + share * (gain - guess.gain),
        old * guess.spread + (before * share) * (apart.xxy * apart.xyy),
    );
}

fn denoised_score(
    score: vec2<f32>,
    guess: Guess,
    clean: Split,
    denoiser: Term,
    guide: Guide,
    x: vec2<f32>,
) -> vec2<f32> {
    let through = guide.parameters.x;
    let j = through * guess.gain + (through * denoiser.offset / guess.sum) * guess.spread;
    let factor = (1.0 - through) * denoiser.offset;
    let pull = clean.rest * (clean.target_score - clean.other_score);
    let ghat = vec2<f32>((j.x + factor) * pull.x + j.y * pull.y, j.y * pull.x + (j.z + factor) * pull.y);
    return steered(score, ghat, weight_of(guide, clean.rest), x, guide);
}
