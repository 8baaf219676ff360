//! The kinds of classifier in f64: the gradient of each by central differences; the tempered classifier against
//! pinned values, its definition and its limits. (The wiggle is in `reference.rs`, the laws it leads to in `law.rs`.)

mod helpers;

use std::collections::BTreeSet;
use std::sync::Arc;

use guidance_lab::law::{fokker_planck, fokker_planck_in_pieces, guided_pieces, guided_scores, probability_flow};
use guidance_lab::model::{
    Amplitude, AmplitudeLaw, BlindInput, CLASSIFIER_KINDS, Classifier, Component, Denoised, Fourier, Hidden,
    LabelSmoothing, Learned, Mistimed, Mixture, Network, Noise, NoiseBlind, Recipe, Scored, State, Tempered, Weight,
    Wiggle, WiggleForm, put_network,
};
use guidance_lab::reference::{LaneGuidance, Marginal, Split, Tested, guided_score, measures};
use helpers::{close, gauss_legendre, line, pair, pinned, plane, random_mixture, random_point, relative, seeded};
use rand::RngExt;

fn tempered(sharpness: f64, bias: f64) -> Classifier {
    Classifier::Tempered(Tempered { sharpness, bias })
}

fn mistimed(shift: f64) -> Classifier {
    Classifier::Mistimed(Mistimed { shift })
}

fn denoised(jacobian: bool) -> Classifier {
    Classifier::Denoised(Denoised { jacobian })
}

fn label_smoothing(epsilon: f64) -> Classifier {
    Classifier::LabelSmoothing(LabelSmoothing { epsilon })
}

/// A network with random numbers in every place.
fn learned(mixture: &Mixture, rng: &mut impl RngExt) -> Classifier {
    let fourier = Some(Fourier { features: 5, bandwidth: 1.0 });
    let recipe = Recipe { hidden: Hidden::new(&[7, 4]), fourier, seed: rng.random(), ..Recipe::default() };
    let mut network = Network::untrained(&recipe, mixture);
    for value in &mut network.values {
        *value = rng.random_range(-1.0..1.0);
    }
    put_network(mixture, Arc::new(network));
    Classifier::Learned(Learned { recipe })
}

fn noise_blind(time: f64, input: BlindInput) -> Classifier {
    Classifier::NoiseBlind(NoiseBlind { time, input })
}

/// The wiggle of the table in docs/numerics.md: `n = 32`, `a = 5/32`, in logits.
fn smoothed_wiggle(smoothing: f64) -> Classifier {
    let amplitude = Amplitude { law: AmplitudeLaw::Inverse, scale: 5.0 };
    Classifier::Wiggle(Wiggle { form: WiggleForm::Logit, frequency: 32.0, amplitude, smoothing })
}

fn state(mixture: Vec<Component>, classifier: Classifier) -> State {
    State { mixture, classifier, ..State::default() }
}

/// Three classes in the plane, with weights 2 : 3 : 5 : 4 of the components.
fn spot() -> Mixture {
    Mixture::new(&[
        plane(0.2 / 1.4, [-1.0, 0.5], [0.5, 0.2, 0.3], 0),
        plane(0.3 / 1.4, [1.2, -0.4], [0.4, -0.1, 0.6], 0),
        plane(0.5 / 1.4, [0.3, 1.5], [0.3, 0.05, 0.8], 1),
        plane(0.4 / 1.4, [0.0, -1.5], [0.3, 0.0, 0.3], 2),
    ])
}

#[test]
fn spot_values() {
    let marginal = Marginal::new(&spot(), 0.3);
    let x = [0.3, 0.2];
    for (classifier, log, gradient) in [
        (Classifier::EXACT, "-.850342219478", ["-.060070639899", "1.005615720230"]),
        (tempered(2.0, 0.0), "-.740031663765", ["-.199337647281", "1.536880567702"]),
        (tempered(1.0, 1.0), "-.400869991174", ["-.034639457749", ".579883672138"]),
        (mistimed(0.3), "-.919453582277", ["-.000547649146", ".768683722309"]),
        (label_smoothing(0.1), "-.872572570816", ["-.055278886539", ".925399119990"]),
        (noise_blind(0.0, BlindInput::Noisy), "-.509638261606", ["-.639886638935", ".815404148010"]),
        (noise_blind(0.0, BlindInput::Rescaled), "-.524009623339", ["-1.024750515973", "1.189074110780"]),
        (denoised(true), "-.466876288329", ["-.485066093478", "1.024771400115"]),
        (denoised(false), "-.466876288329", ["-.782452809055", ".995238007685"]),
        (smoothed_wiggle(0.05), "-.854686721034", ["-.846812206569", "1.008867934077"]),
    ] {
        let tested = Tested { marginal: &marginal, target: 1, classifier };
        pinned(tested.log_probability(1, &x), log);
        let mut found = [0.0; 2];
        tested.gradient(1, &x, &mut found);
        for (found, expected) in found.iter().zip(gradient) {
            pinned(*found, expected);
        }
    }
}

/// KL and guidance error on the pair at `t = .5`.
#[test]
fn pinned_measures() {
    for (classifier, kl, mse) in [
        (tempered(2.0, 0.0), "7.6720548981e-2", "5.8299713125e-1"),
        (tempered(0.5, 0.0), "3.8665558335e-2", "1.2206806609e-1"),
        (tempered(1.0, 1.0), "7.9632731586e-2", "7.0973965611e-2"),
        (mistimed(0.3), "1.9419193890e-2", "6.7787067376e-2"),
        (label_smoothing(0.1), "4.6668391612e-3", "1.7827631618e-2"),
        (noise_blind(0.0, BlindInput::Noisy), "5.3644820131e-1", "8.9701761119"),
        (denoised(true), "3.8328964441e-1", "5.1370963912"),
        (smoothed_wiggle(0.0), "9.8520422396e-4", "2.0216722979"),
        (smoothed_wiggle(0.05), "7.6178694231e-5", "1.5611436173e-1"),
        (smoothed_wiggle(0.1), "3.5193330985e-8", "7.2114316816e-5"),
    ] {
        let found = measures(&state(pair(), classifier), 0.5).unwrap();
        pinned(found.conditional_kl, kl);
        pinned(found.guidance_mse, mse);
        assert!(found.relative_error < 1e-9, "{found:?}");
    }
}

/// Twins of a wiggle, with the same KL (docs/numerics.md, "Quadrature"); their parameters have eight digits.
#[test]
fn twins_of_a_wiggle() {
    for (classifier, joint) in [(tempered(1.03691155, 0.0), 7.28327505e-4), (tempered(1.0, 0.04419388), 1.71891710e-4)]
    {
        let found = measures(&state(pair(), classifier), 0.5).unwrap();
        pinned(found.conditional_kl, "1.57666e-4");
        relative(found.guidance_mse_joint, joint, 5e-7);
    }
}

/// The laws at `gamma = 1`: mean and variance of the ODE and of the SDE.
#[test]
fn pinned_laws() {
    let mixture = Mixture::new(&pair());
    for (classifier, ode, sde) in [
        (tempered(2.0, 0.0), ["1.16406", ".12838"], [1.05370, 0.21842]),
        (tempered(0.5, 0.0), [".65614", ".68883"], [0.74187, 0.57666]),
        (tempered(1.0, 1.0), [".73748", ".36884"], [0.82353, 0.33581]),
        (mistimed(0.3), [".76249", ".63396"], [0.78349, 0.60165]),
        (label_smoothing(0.1), [".90000", ".44000"], [0.9, 0.44]),
        // The mean is 1.1923750 to seven digits; printed elsewhere as 1.19238.
        (noise_blind(0.0, BlindInput::Noisy), ["1.192375", ".03721"], [1.05631, 0.21727]),
        (denoised(true), ["1.24989", ".09041"], [1.05229, 0.22010]),
        // The map is a staircase: these digits stand at every spacing of the starting points.
        (smoothed_wiggle(0.0), [".162", ".884"], [0.99657, 0.25272]),
        (smoothed_wiggle(0.05), [".607", ".419"], [0.99974, 0.25021]),
        (smoothed_wiggle(0.1), [".98889", ".25106"], [1.0, 0.25]),
    ] {
        let lane = LaneGuidance { target: 1, weight: Weight::constant(1.0), classifier, scored: Scored::EXACT };
        let scores = guided_scores(&mixture, lane);
        let law = probability_flow(&scores, 12.0, 0.0, 0.005, 1e-10);
        pinned(law.mean(), ode[0]);
        pinned(law.variance(), ode[1]);
        let law = fokker_planck(&scores, 8.0, 0.0, (-8.0, 8.0), 1e-6);
        close(law.mean(), sde[0], 1.1e-5);
        close(law.variance(), sde[1], 1.1e-5);
    }
}

/// Every kind's gradient for every class, by central differences, and its probabilities sum to one.
#[test]
fn gradients_of_every_kind() {
    let mut rng = seeded(31);
    let mut kinds = BTreeSet::new();
    for case in 0..60 {
        let count = [3, 2, 8][case / 3 % 3];
        let (d, target) = (1 + case % 3, case % count);
        let mixture = random_mixture(&mut rng, d, 6.max(count), count);
        let marginal = Marginal::new(&mixture, rng.random_range(0.0..1.5));
        let x = random_point(&mut rng, d, 2.5);
        for classifier in [
            Classifier::EXACT,
            Classifier::Wiggle(Wiggle { frequency: 3.0, ..Wiggle::default() }),
            tempered(rng.random_range(0.0..4.0), rng.random_range(-3.0..3.0)),
            mistimed(rng.random_range(-0.7..2.0)),
            denoised(true),
            label_smoothing(rng.random_range(0.0..0.9)),
            noise_blind(rng.random_range(0.0..1.0), BlindInput::Noisy),
            noise_blind(rng.random_range(0.0..1.0), BlindInput::Rescaled),
            learned(&mixture, &mut rng),
        ] {
            kinds.insert(state(pair(), classifier).to_value()["classifier"]["kind"].as_str().unwrap().to_owned());
            let tested = Tested { marginal: &marginal, target, classifier };
            for class in 0..count {
                let mut found = vec![0.0; d];
                tested.gradient(class, &x, &mut found);
                for (i, found) in found.iter().enumerate() {
                    let at = |h: f64| {
                        let mut moved = x.clone();
                        moved[i] += h;
                        tested.log_probability(class, &moved)
                    };
                    let h = 1e-3;
                    let slope = (8.0 * (at(h) - at(-h)) - (at(2.0 * h) - at(-2.0 * h))) / (12.0 * h);
                    close(*found, slope, 1e-6 * (1.0 + slope.abs()));
                }
            }
            close((0..count).map(|class| tested.log_probability(class, &x).exp()).sum(), 1.0, 1e-12);
            let odds = Split::new(&marginal, target).at(&x);
            close(tested.guidance_and_doubt(&odds, &x).1, -tested.log_probability(target, &x).exp_m1(), 1e-12);
        }
    }
    assert_eq!(kinds, CLASSIFIER_KINDS.iter().map(|&kind| kind.to_owned()).collect());
}

/// The definition, class by class.
#[test]
fn probabilities_are_those_of_the_definition() {
    let marginal = Marginal::new(&spot(), 0.1);
    let (sharpness, bias) = (1.7, -0.6);
    let tested = Tested { marginal: &marginal, target: 2, classifier: tempered(sharpness, bias) };
    for x in [[0.0, 0.0], [-1.0, 2.0], [3.0, -1.0]] {
        let raised =
            |class: usize| (sharpness * marginal.log_posterior(class, &x) + if class == 2 { bias } else { 0.0 }).exp();
        let total: f64 = (0..3).map(raised).sum();
        for class in 0..3 {
            relative(tested.log_probability(class, &x).exp(), raised(class) / total, 1e-12);
        }
        assert!(tested.log_probability(5, &x).is_infinite());
    }
}

/// With `b = 1`, `e = 0` it is the exact classifier; with `b = 0` it knows nothing; alone in the mixture, a class
/// has no guidance.
#[test]
fn special_cases() {
    let mixture = spot();
    let marginal = Marginal::new(&mixture, 0.2);
    let score = |classifier: Classifier, x: &[f64]| {
        let lane = LaneGuidance { target: 1, weight: Weight::constant(3.0), classifier, scored: Scored::EXACT };
        let mut score = [0.0; 2];
        guided_score(&marginal, &lane, x, &mut score);
        score
    };
    for x in [[0.3, 0.2], [-2.0, 1.0], [4.0, -4.0]] {
        let (exact, same, none) =
            (score(Classifier::EXACT, &x), score(tempered(1.0, 0.0), &x), score(tempered(0.0, 2.0), &x));
        let mut unguided = [0.0; 2];
        marginal.score(&x, &mut unguided);
        for i in 0..2 {
            close(same[i], exact[i], 1e-12);
            close(none[i], unguided[i], 1e-12);
        }
    }
    let exact = measures(&state(pair(), tempered(1.0, 0.0)), 0.5).unwrap();
    assert_eq!((exact.conditional_kl, exact.guidance_mse, exact.guidance_mse_joint), (0.0, 0.0, 0.0));
    let alone = vec![line(0.4, -1.0, 0.3, 1), line(0.6, 1.0, 0.2, 1)];
    let found = measures(&state(alone.clone(), tempered(3.0, 2.0)), 0.5).unwrap();
    assert_eq!((found.conditional_kl, found.guidance_mse, found.guidance_norm), (0.0, 0.0, 0.0));
    let marginal = Marginal::new(&Mixture::new(&alone), 0.5);
    let tested = Tested { marginal: &marginal, target: 1, classifier: tempered(3.0, 2.0) };
    let odds = Split::new(&marginal, 1).at(&[0.7]);
    assert_eq!(tested.guidance_and_doubt(&odds, &[0.7]), ([0.0; 8], 0.0));
}

/// A change that is small keeps its digits: the errors are series in it. With `b = 1 + h` and two classes
/// `KL = h^2 E[eta (1-eta) logit^2]/2`, with `e = h` `KL = h^2 E[eta (1-eta)]/2`, up to the next order.
#[test]
fn small_changes_keep_their_digits() {
    let at = |classifier| measures(&state(pair(), classifier), 0.5).unwrap();
    for (small, tiny) in
        [(tempered(1.0 + 1e-3, 0.0), tempered(1.0 + 1e-5, 0.0)), (tempered(1.0, 1e-3), tempered(1.0, 1e-5))]
    {
        let (small, tiny) = (at(small), at(tiny));
        assert!(tiny.relative_error < 1e-9, "{tiny:?}");
        relative(small.conditional_kl / tiny.conditional_kl, 1e4, 2e-3);
        relative(small.guidance_mse / tiny.guidance_mse, 1e4, 2e-3);
        relative(small.guidance_mse_joint / tiny.guidance_mse_joint, 1e4, 2e-3);
    }
    // E_t at t = .5.
    relative(at(tempered(1.0, 1e-5)).conditional_kl, 0.5 * 1e-10 * 0.161456603393, 1e-5);
}

/// Far from everything, and classes far apart: no overflow, nothing lost.
#[test]
fn extremes_stay_finite() {
    let far = Mixture::new(&[line(0.5, 20.0, 1e-4, 1), line(0.25, -20.0, 1e-4, 0), line(0.25, 0.0, 1e-4, 2)]);
    for t in [0.0, 1e-6, 0.1, 3.0, 20.0] {
        let marginal = Marginal::new(&far, t);
        for classifier in [tempered(20.0, 20.0), tempered(20.0, -20.0), tempered(0.0, 20.0), tempered(0.01, -20.0)] {
            let tested = Tested { marginal: &marginal, target: 1, classifier };
            for x in [-1e3, -20.0, -10.0, -1e-3, 0.0, 9.99, 20.0, 40.0] {
                for class in 0..3 {
                    let mut gradient = [0.0];
                    tested.gradient(class, &[x], &mut gradient);
                    let log = tested.log_probability(class, &[x]);
                    assert!(gradient[0].is_finite() && log.is_finite() && log <= 0.0, "{classifier:?} {x} {t}");
                }
            }
        }
    }
    for classifier in [tempered(20.0, 20.0), tempered(20.0, -20.0), tempered(0.0, -20.0)] {
        for t in [0.0, 0.01, 0.5, 8.0] {
            for mixture in [far_pair(), pair()] {
                let found = measures(&state(mixture, classifier), t).unwrap();
                let values = [found.conditional_kl, found.guidance_mse, found.guidance_mse_joint];
                assert!(values.iter().all(|value| value.is_finite() && *value >= 0.0), "{classifier:?} {t} {found:?}");
                assert!(found.relative_error < 1e-6, "{classifier:?} {t} {found:?}");
            }
        }
    }
}

fn far_pair() -> Vec<Component> {
    vec![line(0.5, 10.0, 0.01, 1), line(0.5, -10.0, 0.04, 0)]
}

/// The posterior of the other time, and of time 0 where that is negative; the same guidance for every lane that asks
/// the same marginal.
#[test]
fn a_mistimed_classifier_is_the_exact_one_of_its_time() {
    let (mixture, x) = (spot(), [0.4, -0.3]);
    let marginal = Marginal::new(&mixture, 0.25);
    for (shift, time) in [(0.5, 0.75), (-0.1, 0.15), (-0.4, 0.0), (0.0, 0.25), (0.5, 0.75)] {
        let there = Marginal::new(&mixture, time);
        let tested = Tested { marginal: &marginal, target: 1, classifier: mistimed(shift) };
        for class in 0..3 {
            relative(tested.log_probability(class, &x), there.log_posterior(class, &x), 1e-14);
        }
        let odds = Split::new(&there, 1).at(&x);
        for (found, expected) in tested.guidance_from(&Split::new(&marginal, 1).at(&x), &x).iter().zip(odds.guidance) {
            close(*found, expected, 1e-14);
        }
    }
    assert_eq!(mistimed(0.3).sees(1.0), Some(Noise::at(1.3)));
    assert_eq!((mistimed(0.3).kink(), mistimed(-0.3).kink(), mistimed(0.0).sees(1.0)), (None, Some(0.3), None));
}

/// Shifts far beyond any use, at all times and everywhere: finite.
#[test]
fn other_noises_stay_finite() {
    let far = Mixture::new(&[line(0.5, 20.0, 1e-4, 1), line(0.25, -20.0, 1e-4, 0), line(0.25, 0.0, 1e-4, 2)]);
    let kinds = [
        mistimed(5.0),
        mistimed(-5.0),
        mistimed(1e-12),
        denoised(true),
        denoised(false),
        label_smoothing(0.0),
        label_smoothing(1e-9),
        label_smoothing(0.999),
        noise_blind(0.0, BlindInput::Noisy),
        noise_blind(3.0, BlindInput::Noisy),
        noise_blind(0.0, BlindInput::Rescaled),
        noise_blind(3.0, BlindInput::Rescaled),
    ];
    for t in [0.0, 1e-6, 0.1, 3.0, 20.0] {
        let marginal = Marginal::new(&far, t);
        for classifier in kinds {
            let tested = Tested { marginal: &marginal, target: 1, classifier };
            for x in [-1e3, -20.0, -10.0, -1e-3, 0.0, 9.99, 20.0, 40.0] {
                for class in 0..3 {
                    let mut gradient = [0.0];
                    tested.gradient(class, &[x], &mut gradient);
                    let log = tested.log_probability(class, &[x]);
                    assert!(gradient[0].is_finite() && log.is_finite() && log <= 0.0, "{classifier:?} {x} {t}");
                }
            }
        }
    }
    for classifier in kinds {
        for t in [0.0, 0.01, 0.5, 8.0] {
            for mixture in [far_pair(), pair(), vec![line(1.0, 0.3, 0.2, 1)]] {
                let found = measures(&state(mixture, classifier), t).unwrap();
                let values = [found.conditional_kl, found.guidance_mse, found.guidance_mse_joint];
                assert!(values.iter().all(|value| value.is_finite() && *value >= 0.0), "{classifier:?} {t} {found:?}");
                // Between modes so far apart the guess crosses all of the data within 5e-6.
                let within = if matches!(classifier, Classifier::Denoised(_)) { 1e-5 } else { 1e-6 };
                assert!(found.relative_error < within, "{classifier:?} {t} {found:?}");
            }
        }
    }
}

/// `phat = (1 - e) p + e/K` of the classes that the mixture has; at `gamma = 1` it samples, on the symmetric pair,
/// `(1 - e/2) p(x|c) + (e/2) p(x|other)` exactly, by the ODE and by the SDE.
#[test]
fn smoothed_labels_in_closed_form() {
    let (mixture, x, epsilon) = (spot(), [0.4, -0.3], 0.2);
    let marginal = Marginal::new(&mixture, 0.25);
    let tested = Tested { marginal: &marginal, target: 1, classifier: label_smoothing(epsilon) };
    for class in 0..3 {
        let expected = (1.0 - epsilon) * marginal.log_posterior(class, &x).exp() + epsilon / 3.0;
        relative(tested.log_probability(class, &x).exp(), expected, 1e-14);
    }
    assert!(tested.log_probability(5, &x).is_infinite());

    let mixture = Mixture::new(&pair());
    for epsilon in [0.1, 0.6] {
        let lane = LaneGuidance {
            target: 1,
            weight: Weight::constant(1.0),
            classifier: label_smoothing(epsilon),
            scored: Scored::EXACT,
        };
        let scores = guided_scores(&mixture, lane);
        let expected = Marginal::new(
            &Mixture::new(&[line(1.0 - epsilon / 2.0, 1.0, 0.25, 1), line(epsilon / 2.0, -1.0, 0.25, 1)]),
            0.0,
        );
        let flow = probability_flow(&scores, 12.0, 0.0, 0.005, 1e-9);
        let diffusion = fokker_planck(&scores, 8.0, 0.0, (-8.0, 8.0), 1e-6);
        let edges: Vec<f64> = (-40..=40).map(|i| 0.1 * f64::from(i)).collect();
        let masses = flow.bin_masses(&edges);
        let mut differences = [0.0; 2];
        for (edge, mass) in edges.windows(2).zip(masses) {
            let exact = expected.class_interval_mass(1, edge[0], edge[1]);
            differences[0] += (mass - exact).abs();
        }
        for (x, density) in diffusion.points().zip(&diffusion.values) {
            differences[1] = f64::max(differences[1], (density - expected.class_log_density(1, &[x]).exp()).abs());
        }
        println!("e = {epsilon}: {differences:?}");
        assert!(differences[0] < 1e-4 && differences[1] < 1e-5, "{differences:?}");
    }
}

/// The posterior of the one time; rescaled, that of the point as it would have been then.
#[test]
fn a_noise_blind_classifier_knows_one_time() {
    let (mixture, x) = (spot(), [0.4, -0.3]);
    for (t, time) in [(0.25, 0.0), (1.5, 0.4), (0.1, 0.7)] {
        let (marginal, then) = (Marginal::new(&mixture, t), Marginal::new(&mixture, time));
        let scale = (t - time).exp();
        let scaled = x.map(|x| scale * x);
        for (input, factor, at) in [(BlindInput::Noisy, 1.0, x), (BlindInput::Rescaled, scale, scaled)] {
            let tested = Tested { marginal: &marginal, target: 1, classifier: noise_blind(time, input) };
            for class in 0..3 {
                relative(tested.log_probability(class, &x), then.log_posterior(class, &at), 1e-12);
            }
            let expected = Split::new(&then, 1).at(&at).guidance.map(|g| factor * g);
            for (found, expected) in tested.guidance_from(&Split::new(&marginal, 1).at(&x), &x).iter().zip(expected) {
                relative(*found, expected, 1e-12);
            }
        }
    }
}

/// The laws in pieces, as the page draws them: a time that is clamped at 0 has a kink, and is resolved.
#[test]
fn a_kink_in_time_is_resolved() {
    let mixture = Mixture::new(&pair());
    let lane =
        LaneGuidance { target: 1, weight: Weight::constant(1.0), classifier: mistimed(-0.4), scored: Scored::EXACT };
    let pieces = guided_pieces(&mixture, lane, 6.0, 0.1);
    assert_eq!(pieces.iter().map(|piece| piece.until).collect::<Vec<_>>(), [0.4, 0.1]);
    let found = fokker_planck_in_pieces(&pieces, 6.0, (-8.0, 8.0), 1e-7);
    assert!(found.error < 1e-7, "{}", found.error);
    for (shift, stop) in [(-0.05, 0.1), (0.4, 0.1), (-7.0, 0.1)] {
        assert_eq!(guided_pieces(&mixture, LaneGuidance { classifier: mistimed(shift), ..lane }, 6.0, stop).len(), 1);
    }
}

/// The quadrature against an independent one, with much finer panels, where the guess crosses steeply.
#[test]
fn steep_guesses_are_resolved() {
    for (mixture, target) in [
        (vec![line(0.5, 1.0, 0.01, 1), line(0.5, -1.0, 0.04, 0)], 1),
        (vec![line(0.3, 2.0, 0.05, 1), line(0.5, -1.0, 0.1, 0), line(0.2, 0.5, 0.02, 2)], 1),
    ] {
        for jacobian in [true, false] {
            for t in [0.05, 0.3, 1.0] {
                let mut state = state(mixture.clone(), denoised(jacobian));
                state.guidance.target = target;
                let found = measures(&state, t).unwrap();
                let marginal = Marginal::new(&state.mixture(), t);
                let tested = Tested { marginal: &marginal, target, classifier: state.classifier };
                let kl = gauss_legendre(-12.0, 12.0, 1500, |x| {
                    let terms = (0..3).map(|class| (marginal.log_posterior(class, &[x]), class));
                    let kl: f64 = terms
                        .filter(|(log, _)| log.is_finite())
                        .map(|(log, class)| log.exp() * (log - tested.log_probability(class, &[x])))
                        .sum();
                    marginal.log_density(&[x]).exp() * kl
                });
                let mse = gauss_legendre(-12.0, 12.0, 1500, |x| {
                    let odds = Split::new(&marginal, target).at(&[x]);
                    let error = tested.guidance_from(&odds, &[x])[0] - odds.guidance[0];
                    marginal.class_log_density(target, &[x]).exp() * error * error
                });
                relative(found.conditional_kl, kl, 1e-8);
                relative(found.guidance_mse, mse, 1e-8);
                assert!(found.relative_error < 1e-9, "{found:?}");
            }
        }
    }
}

/// Tweedie's formula, which the library does not use, and the exact classifier of clean data; the gradient that does
/// not go through the denoiser is this one's, divided by `u`.
#[test]
fn a_denoised_classifier_asks_at_the_guess() {
    let mut rng = seeded(57);
    for case in 0..60 {
        let (d, classes) = (1 + case % 2, [2, 3, 8][case / 2 % 3]);
        let mixture = random_mixture(&mut rng, d, 6.max(classes), classes);
        let t = rng.random_range(0.0..3.0);
        let (marginal, clean) = (Marginal::new(&mixture, t), Marginal::new(&mixture, 0.0));
        let x = random_point(&mut rng, d, 2.5);
        let mut guess = vec![0.0; d];
        marginal.denoised(&x, &mut guess);
        for jacobian in [false, true] {
            let tested = Tested { marginal: &marginal, target: case % classes, classifier: denoised(jacobian) };
            for class in 0..classes {
                let log = clean.log_posterior(class, &guess);
                close(tested.log_probability(class, &x), log, 1e-11 * (1.0 + log.abs()));
                let mut found = vec![0.0; d];
                tested.gradient(class, &x, &mut found);
                let at_guess = Split::new(&clean, class).at(&guess).guidance;
                if !jacobian {
                    for (found, at_guess) in found.iter().zip(at_guess) {
                        let expected = at_guess / marginal.signal;
                        close(*found, expected, 1e-10 * (1.0 + expected.abs()));
                    }
                    continue;
                }
                // J = (I + sigma^2 H)/u.
                let mut hessian = vec![0.0; d * d];
                marginal.hessian(&x, &mut hessian);
                for (i, found) in found.iter().enumerate() {
                    let row = |j: usize| f64::from(u8::from(i == j)) + marginal.variance * hessian[i * d + j];
                    let expected: f64 = (0..d).map(|j| row(j) * at_guess[j]).sum::<f64>() / marginal.signal;
                    close(*found, expected, 1e-10 * (1.0 + expected.abs()));
                }
            }
        }
    }
}

/// At `t = 0` the guess is the point; where nothing is left of the data it is their mean, and nothing of the gradient
/// is left. Below `u = 1e-3` the factor of the gradient that is taken as it is stays 1000.
#[test]
fn the_guess_from_none_and_from_all_of_the_noise() {
    let mixture = spot();
    let (clean, x) = (Marginal::new(&mixture, 0.0), [0.3, 0.2]);
    let gradient = |t: f64, jacobian: bool| {
        let marginal = Marginal::new(&mixture, t);
        let tested = Tested { marginal: &marginal, target: 1, classifier: denoised(jacobian) };
        (tested.log_probability(1, &x), tested.guidance_from(&Split::new(&marginal, 1).at(&x), &x))
    };
    let exact = Split::new(&clean, 1).at(&x);
    for jacobian in [true, false] {
        let (log, found) = gradient(0.0, jacobian);
        close(log, exact.log_eta(), 1e-14);
        for i in 0..2 {
            close(found[i], exact.guidance[i], 1e-13);
        }
    }
    let mut mean = [0.0; 2];
    for component in &mixture.components {
        for i in 0..2 {
            mean[i] += component.weight * component.mean[i];
        }
    }
    let there = Split::new(&clean, 1).at(&mean);
    let size = there.guidance[0].hypot(there.guidance[1]);
    for t in [7.0_f64, 12.0, 20.0] {
        let u = (-t).exp();
        let (log, through) = gradient(t, true);
        close(log, there.log_eta(), 10.0 * u);
        let length = through[0].hypot(through[1]);
        assert!(length < 20.0 * u * size && length > 0.01 * u * size, "{length} at {t}");
        let (_, taken) = gradient(t, false);
        for i in 0..2 {
            close(taken[i], 1000.0 * there.guidance[i], 1e4 * u * size);
        }
    }
    // The derivative itself, where Tweedie's formula has lost most of its digits: J = u Cov[X_0|x]/sigma^2 tends to
    // u times the covariance of the data.
    let (u, (_, through)) = ((-16.0_f64).exp(), gradient(16.0, true));
    let mut covariance = [[0.0; 2]; 2];
    for component in &mixture.components {
        for i in 0..2 {
            for j in 0..2 {
                let spread = (component.mean[i] - mean[i]) * (component.mean[j] - mean[j]);
                covariance[i][j] += component.weight * (component.covariance[i][j] + spread);
            }
        }
    }
    for i in 0..2 {
        let expected = covariance[i][0] * there.guidance[0] + covariance[i][1] * there.guidance[1];
        close(through[i] / u, expected, 1e-4 * size);
    }
}
