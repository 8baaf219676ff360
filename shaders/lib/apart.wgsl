// The guided score where the classifier goes by another mixture than the score. Twin of src/kernels/apart.rs.

// The whole mixture in one side.
fn whole_side(x: vec2<f32>, first: u32) -> Side {
    var side = first_term(terms[first], x);
    for (var k = 1u; k < scene.terms; k++) {
        side = add_term(side, terms[first + k], x);
    }
    return side;
}

// A weaker model and the one that is guided by it, both of the target class.
fn weaker_score(x: vec2<f32>, guide: Guide) -> vec2<f32> {
    let weaker = score_of_all(target_side(x, guide.score_terms));
    let main = score_of_all(target_side(x, guide.classifier_terms));
    return guided_score(weaker, Split(0.0, 1.0, main, weaker), guide, x);
}

fn apart_score(x: vec2<f32>, guide: Guide) -> vec2<f32> {
    if guide.models == 1u {
        return weaker_score(x, guide);
    }
    let score = scored(score_of_all(whole_side(x, guide.score_terms)), guide);
    return guided_score(score, split_at(x, guide.classifier_terms), guide, x);
}
