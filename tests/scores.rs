//! Scores that are wrong in a way that has a closed form, and autoguidance: the reference against measured and exact
//! values. (The engines are held against it in `tests/common/suite.rs`.)

mod common;
mod helpers;

use common::oracle::Oracle;
use common::{scenes, suite};
use guidance_lab::cpu::{CpuEngine, ready};
use guidance_lab::engine::{Engine, LaneSpec};
use guidance_lab::law::{fokker_planck, guided_scores, probability_flow};
use guidance_lab::model::{Classifier, GuidedBy, Lane, Mixture, Sampler, Score, Scored, State, Weight};
use guidance_lab::reference::{LaneGuidance, Marginal, Split, guided_score};
use helpers::{close, line, p1};
use serde_json::json;

fn autoguided(w: f64, variance: f64, weaker: f64) -> LaneGuidance {
    let scored = Score::Inflated { variance, weaker }.compiled(GuidedBy::Weaker);
    LaneGuidance { target: 1, weight: Weight::constant(1.0 + w), classifier: Classifier::EXACT, scored }
}

/// On one Gaussian of variance `v`, with `a = v + v_1` and `b = v + v_0`, the ODE ends with the variance `a^(1+w) b^-w`: the
/// truth at w = ln(a/v)/ln(b/a).
#[test]
fn autoguidance_on_one_gaussian() {
    let mixture = Mixture::new(&[line(1.0, 0.0, 0.25, 1)]);
    let variance = |w: f64| {
        let lane = autoguided(w, 0.05, 0.25);
        probability_flow(&guided_scores(&mixture, lane), 16.0, 0.0, 0.05, 1e-10).variance()
    };
    for w in [0.0, 0.5, 1.0, 3.0, -0.5] {
        close(variance(w), 0.3_f64.powf(1.0 + w) * 0.5_f64.powf(-w), 1e-7);
    }
    let right = (0.3_f64 / 0.25).ln() / (0.5_f64 / 0.3).ln();
    close(right, 0.3569, 5e-5);
    close(variance(right), 0.25, 1e-7);
}

/// Three narrow components: the distance of the ODE's samples from the truth falls with the weight, and rises again.
#[test]
fn autoguidance_has_an_optimum() {
    let third = 1.0 / 3.0;
    let mixture = Mixture::new(&[-1.0, -0.2, 0.9].map(|mean| line(third, mean, 0.02, 1)));
    let truth = Marginal::new(&mixture, 0.0);
    for (w, expected) in [(0.0, 0.0744), (0.25, 0.0565), (0.5, 0.0412), (1.0, 0.0266), (2.0, 0.0462), (4.0, 0.0771)] {
        let lane = autoguided(w, 0.04, 0.23);
        let law = probability_flow(&guided_scores(&mixture, lane), 10.0, 0.0, 0.005, 1e-9);
        close(law.wasserstein(&truth, 1), expected, 5e-4);
    }
}

/// `s^w = s_c + w (s_c - s - e)`, an error e of the unconditional score, is the score shifted by `-w e`: the pins of the
/// law on P1 from `T = 8`.
#[test]
fn a_shifted_score_ends_the_guarantee() {
    let mixture = p1();
    let end = Marginal::new(&mixture, 0.0);
    for (e, w, expected) in [(0.3, 1.0, 1.35637), (0.3, 3.0, 1.18879), (1.0, 1.0, 3.20754), (1.0, 3.0, 3.75091)] {
        let scored = Score::Shifted { by: vec![-w * e] }.compiled(GuidedBy::Classifier);
        let (weight, classifier) = (Weight::constant(1.0 + w), Classifier::EXACT);
        let lane = LaneGuidance { target: 1, weight, classifier, scored };
        let law = fokker_planck(&guided_scores(&mixture, lane), 8.0, 0.0, (-13.0, 13.0), 1e-6);
        close(law.expect(|x| (-Split::new(&end, 1).at(&[x]).log_eta()).exp()), expected, 1e-5);
    }
}

/// Unguided, an inflated score samples the inflated mixture; with a score times b the ODE takes a Gaussian of variance v
/// to the variance `v^b e^(2 (1 - b) T)`.
#[test]
fn unguided_laws() {
    let mixture = Mixture::new(&[line(1.0, 0.4, 0.25, 1)]);
    let law = |score: Score| {
        let lane = LaneGuidance { scored: score.compiled(GuidedBy::Classifier), ..autoguided(-1.0, 0.0, 0.0) };
        probability_flow(&guided_scores(&mixture, lane), 16.0, 0.0, 0.05, 1e-10)
    };
    let wide = law(Score::Inflated { variance: 0.35, weaker: 0.0 });
    close(wide.mean(), 0.4, 1e-6);
    close(wide.variance(), 0.6, 1e-7);
    // dY = (Y + b s) dtau with s = -(Y - m)/C: a deviation grows by C^(b/2) e^((1 - b) T).
    let scaled = law(Score::Scaled { by: 1.2 });
    close(scaled.variance(), 0.25_f64.powf(1.2) * (2.0 * (1.0 - 1.2) * 16.0_f64).exp(), 1e-7);
}

/// The reference is the definition, in one and two dimensions, with a class and without others.
#[test]
fn the_reference_is_the_definition() {
    for (name, state) in suite::states().into_iter().filter(|(name, _)| name.contains("score")) {
        let oracle = Oracle::new(&state);
        let scored = state.scored();
        assert_ne!(scored, Scored::EXACT, "{name}");
        let d = oracle.dimension;
        let lane = LaneGuidance { target: 1, weight: state.weight(), classifier: state.classifier, scored };
        for t in [0.05, 0.4, 2.0] {
            let marginal = Marginal::new(&state.mixture(), t);
            for x in [[-1.3, 0.4], [0.2, -0.7], [1.1, 1.9]] {
                let mut found = vec![0.0; d];
                guided_score(&marginal, &lane, &x[..d], &mut found);
                let expected = oracle.guided_score(if d == 1 { [x[0], 0.0] } else { x }, t);
                for (found, expected) in found.iter().zip(expected) {
                    close(*found, expected, 1e-9 * (1.0 + expected.abs()));
                }
            }
        }
    }
}

/// The other lanes keep the exact score.
#[test]
fn the_exact_lanes_keep_theirs() {
    let mut state = scenes::state(scenes::two_classes_1d(), Sampler::Exponential, 24, 400);
    state.compare = vec![Lane::Exact, Lane::Unguided, Lane::Conditional, Lane::Corrected];
    let samples = |state: &State| {
        let mut engine = CpuEngine::new();
        engine.set_scene(&suite::scene(state)).expect("the scene");
        engine.advance(24);
        (0..5).map(|lane| ready(engine.samples(lane)).expect("the lane")).collect::<Vec<_>>()
    };
    let right = samples(&state);
    for (name, score, guide) in scenes::scores(1) {
        (state.score, state.guidance.guide) = (score, guide);
        let wrong = samples(&state);
        assert_ne!(right[0], wrong[0], "{name}");
        assert_eq!(right[1..], wrong[1..], "{name}");
        assert!(LaneSpec::all(&state)[1..].iter().all(|lane| lane.scored == Scored::EXACT));
    }
}

/// From files and links: another kind starts from its defaults, and the nearest valid state opens.
#[test]
fn scores_in_the_state() {
    let state = State::default();
    assert_eq!((&state.score, state.guidance.guide), (&Score::Exact, GuidedBy::Classifier));
    let shifted = state.merge(&json!({ "score": { "kind": "shifted" } })).unwrap();
    assert_eq!(shifted.score, Score::Shifted { by: vec![0.3] });
    let scaled = shifted.merge(&json!({ "score": { "kind": "scaled" } })).unwrap();
    assert_eq!(scaled.score, Score::Scaled { by: 1.1 });
    assert_eq!(scaled.to_value()["score"], json!({ "kind": "scaled", "by": 1.1 }));
    let auto = json!({ "score": { "kind": "inflated" }, "guidance": { "guide": "weaker" } });
    let auto = state.merge(&auto).unwrap();
    assert_eq!(auto.scored(), Scored { inflation: 0.05, weaker: Some(0.25), ..Scored::EXACT });
    assert!(auto.merge(&json!({ "score": { "kind": "exact" } })).is_err(), "nothing is weaker than the exact one");
    let (opened, changes) = State::open(&json!({
        "score": { "kind": "shifted", "by": [0.2, 99, 3] },
        "guidance": { "guide": "weaker" },
    }));
    assert_eq!(
        (opened.score, opened.guidance.guide, changes.len()),
        (Score::Shifted { by: vec![0.2] }, GuidedBy::Classifier, 2)
    );
    let (opened, changes) = State::open(&json!({ "score": { "kind": "scaled", "by": 99 } }));
    assert_eq!((opened.score, changes.len()), (Score::Scaled { by: 10.0 }, 1));
}
