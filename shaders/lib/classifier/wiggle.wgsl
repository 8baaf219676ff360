// The two wiggles. Twin of src/kernels/classifier/wiggle.rs; the parameters are n and a.

fn wave_at(guide: Guide, x1: f32) -> vec2<f32> {
    let turn = own_sincos(guide.parameters.x * x1);
    return guide.parameters.y * vec2<f32>(turn.x, guide.parameters.x * turn.y);
}

fn probability_push(parts: Split, wave: vec2<f32>) -> Push {
    let scale = parts.rest / (1.0 + wave.x * parts.rest);
    return Push(
        parts.rest - scale * (wave.x * parts.eta),
        scale * wave.y,
        parts.rest * (1.0 - wave.x * parts.eta),
    );
}

fn logit_push(parts: Split, wave: vec2<f32>) -> Push {
    let scale = parts.rest / (parts.rest + parts.eta * own_exp(wave.x));
    return Push(scale, scale * wave.y, scale);
}
