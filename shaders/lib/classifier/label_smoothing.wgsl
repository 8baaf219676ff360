// Smoothed labels. Twin of src/kernels/classifier/label_smoothing.rs; the parameters are e and e/K.

const LEAST_POSTERIOR: f32 = 1.0e-30;

fn smoothed_push(parts: Split, guide: Guide) -> Push {
    let keep = 1.0 - guide.parameters.x;
    let least = select(LEAST_POSTERIOR, parts.eta, parts.eta > LEAST_POSTERIOR);
    let share = keep / (keep + guide.parameters.y / least);
    return Push(parts.rest * share, 0.0, keep * parts.rest + (guide.parameters.x - guide.parameters.y));
}
