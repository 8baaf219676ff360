// The tempered posterior. Twin of src/kernels/classifier/tempered.rs; the parameters are b and e.

fn tempered_side(ratio: f32, of_class: Side, guide: Guide) -> Side {
    let top = guide.parameters.x * ratio - guide.parameters.y;
    return Side(top, 1.0, of_class.pull * (1.0 / of_class.sum));
}

fn tempered_score(score: vec2<f32>, tempered: Split, guide: Guide, x: vec2<f32>) -> vec2<f32> {
    let along = guide.parameters.x * tempered.rest;
    let ghat = along * (tempered.target_score - tempered.other_score);
    return steered(score, ghat, weight_of(guide, tempered.rest), x, guide);
}
