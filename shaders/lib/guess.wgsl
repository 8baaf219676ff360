// The guided score of the classifier that is asked at the denoised guess. Twin of src/kernels/guess.rs.

fn guess_score(x: vec2<f32>, guide: Guide) -> vec2<f32> {
    let noised = guide.own_terms;
    let clean = guide.classifier_terms;
    // The denoisers stand behind the clean components.
    let denoisers = clean + scene.terms;
    var guess = first_guess(terms[noised], terms[denoisers], x);
    for (var k = 1u; k < scene.terms; k++) {
        guess = add_guess(guess, terms[noised + k], terms[denoisers + k], x);
    }
    var score = guess.score;
    if is_wrong(guide) {
        score = scored(score_of_all(whole_side(x, guide.score_terms)), guide);
    }
    return denoised_score(score, guess, split_at(guess.point, clean), terms[denoisers], guide, x);
}
