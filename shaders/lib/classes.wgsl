// The guided score of a kind that looks at every class by itself. Twin of src/kernels/classes.rs.

// The side of the class at a place from 1.
fn class_side(x: vec2<f32>, first: u32, place: u32) -> Side {
    var side = no_side();
    for (var k = scene.target_terms; k < scene.terms; k++) {
        if terms[first + k].place == place {
            side = add_term(side, terms[first + k], x);
        }
    }
    return side;
}

fn class_score(x: vec2<f32>, guide: Guide) -> vec2<f32> {
    let first = guide.classifier_terms;
    let of_target = target_side(x, first);
    var of_others = no_side();
    var tempered = no_side();
    for (var place = 1u; place <= scene.other_classes; place++) {
        let of_class = class_side(x, first, place);
        of_others = join_sides(of_others, of_class);
        tempered = join_sides(tempered, tempered_side(log_ratio(of_target, of_class), of_class, guide));
    }
    let exact = split(of_target, of_others);
    var score = score_of(exact);
    if is_apart(guide) {
        score = scored(score_of_all(whole_side(x, guide.score_terms)), guide);
    }
    return tempered_score(score, split(Side(0.0, 1.0, exact.target_score), tempered), guide, x);
}
