//! Learned scores: the loss and its derivatives, what training does to the error, and the network in the reference and in
//! the engine.

mod common;

use common::{scenes, suite};
use guidance_lab::learn::{
    Batch, Data as _, Net, Sample, Source, Workspace, noise_at, train_score, train_wanted, wanted,
};
use guidance_lab::model::{
    Activation, Classifier, Fourier, GuidedBy, Hidden, LearnedScore, Learns, Mixture, Network, Recipe, Sampler, Score,
    Scored, State, Weaker, Weight, put_network,
};
use guidance_lab::random::Philox;
use guidance_lab::reference::{LaneGuidance, Marginal, Tested, guided_score};
use guidance_lab::sweep::whose_harm;
use rand::RngExt as _;
use serde_json::json;

/// Four components of two classes in the plane.
fn four() -> Mixture {
    Mixture::new(&scenes::four_components_2d())
}

fn single() -> Mixture {
    Mixture::new(&[scenes::component(1.0, &[0.7], &[&[0.3]], 0)])
}

fn filled(recipe: &Recipe, mixture: &Mixture) -> Network {
    let mut network = Network::untrained_score(recipe, mixture);
    let mut rng = Philox::for_purpose(3, 0);
    for value in &mut network.values {
        *value = rng.random_range(-1.0..1.0);
    }
    network
}

#[test]
fn derivatives_of_the_loss_are_those_of_differences() {
    for mixture in [single(), four()] {
        let (d, classes) = (mixture.dimension, guidance_lab::model::classes_of(&mixture).len());
        for (hidden, fourier) in [(&[6_usize, 5][..], None), (&[4], Some(Fourier { features: 5, bandwidth: 1.5 }))] {
            for activation in [Activation::Tanh, Activation::Softplus] {
                let recipe = Recipe { hidden: Hidden::new(hidden), activation, fourier, ..Recipe::default() };
                let network = filled(&recipe, &mixture);
                let net = Net::<f64>::new(&network);
                let mut rng = Philox::for_purpose(5, 1);
                let mut batch = Batch::default();
                for row in 0..5 {
                    batch.points.extend((0..d).map(|_| rng.random_range(-2.0..2.0)));
                    batch.targets.extend((0..d).map(|_| rng.random_range(-2.0..2.0)));
                    batch.times.push(rng.random_range(-1.5..1.5));
                    batch.shares.push(rng.random_range(0.1..1.0));
                    batch.labels.push(row % classes);
                }
                let first = network.frequencies() * d;
                let mut weights: Vec<f64> = network.values[first..].iter().map(|&w| w.into()).collect();
                let mut work = Workspace::default();
                let mut gradient = vec![0.0; weights.len()];
                let mut other = gradient.clone();
                net.loss(&weights, &batch, &recipe.loss, &mut work, &mut gradient);
                for i in 0..weights.len() {
                    let (at, h) = (weights[i], 1e-5);
                    let mut value = |w| {
                        weights[i] = w;
                        net.loss(&weights, &batch, &recipe.loss, &mut work, &mut other)
                    };
                    let difference = (value(at + h) - value(at - h)) / (2.0 * h);
                    value(at);
                    let error = (difference - gradient[i]).abs();
                    assert!(
                        error < 3e-7 * (1.0 + gradient[i].abs()),
                        "{activation:?} {i}: {difference} {}",
                        gradient[i]
                    );
                }
            }
        }
    }
}

/// Training lowers the mean square error against the exact score; what the loss is above its floor `d - E sigma^2 |s|^2`
/// is that error, within its standard error, on samples of their own and with the exact scores of the reference.
#[test]
fn the_loss_above_its_floor_is_the_error_which_falls() {
    for (mixture, goal) in [(single(), 0.002), (four(), 0.02)] {
        let d = mixture.dimension;
        let recipe =
            Recipe { hidden: Hidden::new(&[32, 32]), noise: [0.01, 4.0], batch: 256, steps: 1500, ..Recipe::default() };
        let training = train_score(&recipe, &mixture, |_| ()).unwrap();
        let looks = training.looks();
        let (before, after) = (looks[0].kl, looks.last().unwrap().kl);
        assert!(after < goal && after < 0.1 * before, "{before} {after}");

        let network = training.network();
        let net = Net::<f64>::new(&network);
        let weights: Vec<f64> = network.values.iter().map(|&w| w.into()).collect();
        let source = Source::new(&mixture, &recipe);
        let (mut rng, mut sample) = (Philox::for_purpose(9, 9), Sample::default());
        let (mut work, mut unused) = (Workspace::default(), vec![0.0; weights.len()]);
        let (mut differences, mut floors, mut errors) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..40_000 {
            source.draw(&mut rng, &mut sample);
            let (signal, variance) = noise_at(sample.time);
            let sigma = variance.sqrt();
            // The target by its other form, u Z - sigma x_0.
            let clean = |i: usize| (sample.x[i] - sigma * sample.noise[i]) / signal;
            let batch = Batch {
                points: sample.x.clone(),
                times: vec![network.time_feature(sample.time)],
                labels: vec![sample.label],
                targets: (0..d).map(|i| signal * sample.noise[i] - sigma * clean(i)).collect(),
                shares: vec![signal * signal],
                ..Batch::default()
            };
            let loss = net.loss(&weights, &batch, &recipe.loss, &mut work, &mut unused);
            let outputs = net.forward(&weights, &batch, 0, &mut work);
            let marginal = Marginal::new(&mixture, sample.time);
            let mut exact = vec![0.0; d];
            let (mut error, mut floor, mut above) = (0.0, 0.0, 0.0);
            for place in [0, 1 + sample.label] {
                match place {
                    0 => marginal.score(&sample.x, &mut exact),
                    _ => marginal.class_score(network.classes[sample.label], &sample.x, &mut exact),
                }
                for i in 0..d {
                    let score = -sample.x[i] - signal / sigma * outputs[place * d + i];
                    error += 0.5 * variance * (score - exact[i]).powi(2);
                    let own = 0.5 * (sigma * exact[i] + sample.noise[i]).powi(2);
                    floor += own;
                    // E |Z + sigma s|^2 = d - E sigma^2 |s|^2.
                    above += own - 0.5 * (1.0 - variance * exact[i] * exact[i]);
                }
            }
            differences.push(loss - floor - error);
            floors.push(above);
            errors.push(error);
        }
        let count = differences.len() as f64;
        let mean = |of: &[f64]| of.iter().sum::<f64>() / count;
        let spread = |of: &[f64]| {
            let middle = mean(of);
            (of.iter().map(|x| (x - middle).powi(2)).sum::<f64>() / (count - 1.0) / count).sqrt()
        };
        for of in [&differences, &floors] {
            assert!(mean(of).abs() < 4.0 * spread(of), "{} ± {}", mean(of), spread(of));
        }
        // It would see an error of a part of this one.
        assert!(spread(&differences) < 0.3 * mean(&errors), "{} {}", spread(&differences), mean(&errors));
        // 2048 validation samples against 40,000.
        assert!((mean(&errors) - after).abs() < 5.0 * spread(&errors) * 20_f64.sqrt(), "{} {after}", mean(&errors));
    }
}

#[test]
fn the_same_seed_gives_the_same_weights() {
    let recipe = Recipe { hidden: Hidden::new(&[8]), batch: 32, steps: 30, ..Recipe::default() };
    let weights = |recipe: &Recipe| train_score(recipe, &four(), |_| ()).unwrap().network();
    assert_eq!(weights(&recipe), weights(&recipe));
    assert_ne!(weights(&recipe).values, weights(&Recipe { seed: 2, ..recipe }).values);
    assert_eq!(weights(&recipe).learns, Learns::Scores);
    // A single class is enough for a score.
    train_score(&recipe, &single(), |_| ()).unwrap();
}

/// Two networks with numbers of their own in every place, put at hand.
fn at_hand(mixture: &Mixture, recipe: Recipe) -> LearnedScore {
    let learned = LearnedScore { recipe, weaker: Weaker { hidden: Hidden::new(&[5]), steps: 30 }, exact: false };
    for recipe in [learned.recipe, learned.weaker_recipe()] {
        put_network(mixture, filled(&recipe, mixture).into());
    }
    learned
}

/// The scores of the mixture and of class 1 that a network says, by the pass that trains it.
fn said(recipe: &Recipe, mixture: &Mixture, t: f64, x: &[f64]) -> [Vec<f64>; 2] {
    let network = filled(recipe, mixture);
    let first = network.frequencies() * network.dimension;
    let weights: Vec<f64> = network.values[first..].iter().map(|&w| w.into()).collect();
    let batch = Batch { points: x.to_vec(), times: vec![network.time_feature(t)], ..Batch::default() };
    let mut work = Workspace::default();
    let outputs = Net::<f64>::new(&network).forward(&weights, &batch, 0, &mut work).to_vec();
    let (u, variance) = noise_at(t.max(recipe.noise[0]));
    let d = x.len();
    // Class 1 is the second of the classes, behind the mixture and class 0.
    [0, 2 * d].map(|place| (0..d).map(|i| -x[i] - u / variance.sqrt() * outputs[place + i]).collect())
}

const GUIDES: [GuidedBy; 3] = [GuidedBy::Classifier, GuidedBy::Pair, GuidedBy::Weaker];

/// Every form of guidance with learned and exact parts, from its definition, early, late and within the times of the samples.
#[test]
fn every_mix_is_what_it_is_defined_as() {
    for mixture in [Mixture::new(&scenes::two_classes_1d()), four()] {
        let d = mixture.dimension;
        let recipe = Recipe {
            hidden: Hidden::new(&[7]),
            fourier: Some(Fourier { features: 5, bandwidth: 1.5 }),
            noise: [0.1, 1.0],
            ..Recipe::default()
        };
        let learned = at_hand(&mixture, recipe);
        let point = &[0.37, -0.61][..d];
        for t in [0.02, 0.4, 3.0] {
            let marginal = Marginal::new(&mixture, t);
            let (mut exact, mut exact_of_class) = (vec![0.0; d], vec![0.0; d]);
            marginal.score(point, &mut exact);
            marginal.class_score(1, point, &mut exact_of_class);
            let [all, class] = said(&recipe, &mixture, t, point);
            let [_, weaker] = said(&learned.weaker_recipe(), &mixture, t, point);
            for classifier in [Classifier::EXACT, scenes::tempered(2.0, 0.0)] {
                let mut pull = vec![0.0; d];
                Tested { marginal: &marginal, target: 1, classifier }.gradient(1, point, &mut pull);
                for guide in GUIDES {
                    for is_exact in [false, true] {
                        let scored =
                            Score::Learned(Box::new(LearnedScore { exact: is_exact, ..learned })).compiled(guide);
                        let lane = LaneGuidance { target: 1, weight: Weight::constant(2.5), classifier, scored };
                        let mut found = vec![0.0; d];
                        guided_score(&marginal, &lane, point, &mut found);
                        for i in 0..d {
                            let base = if is_exact { exact[i] } else { all[i] };
                            let expected = match guide {
                                GuidedBy::Classifier => base + 2.5 * pull[i],
                                GuidedBy::Pair => base + 2.5 * (class[i] - all[i]),
                                GuidedBy::Weaker => {
                                    let main = if is_exact { exact_of_class[i] } else { class[i] };
                                    weaker[i] + 2.5 * (main - weaker[i])
                                }
                            };
                            assert!((found[i] - expected).abs() < 1e-9 * (1.0 + expected.abs()), "{guide:?} {t}");
                        }
                    }
                }
            }
        }
    }
}

/// The engine moves particles as the reference does, with every classifier, every rule and every sampler.
#[test]
fn the_engine_follows_the_reference() {
    for components in [scenes::two_classes_1d(), scenes::four_components_2d()] {
        let mixture = Mixture::new(&components);
        let recipe =
            Recipe { hidden: Hidden::new(&[9, 6]), noise: [0.1, 3.0], batch: 64, steps: 200, ..Recipe::default() };
        let weaker = Weaker { hidden: Hidden::new(&[5]), steps: 40 };
        let learned = LearnedScore { recipe, weaker, exact: false };
        for recipe in [learned.recipe, learned.weaker_recipe()] {
            train_score(&recipe, &mixture, |_| ()).unwrap();
        }
        let classifiers = [
            Classifier::EXACT,
            scenes::tempered(2.0, 0.3),
            scenes::mistimed(0.3),
            scenes::denoised(true),
            scenes::learned(&components, Activation::Tanh, 0),
        ];
        for (guide, is_exact) in GUIDES.into_iter().flat_map(|guide| [(guide, false), (guide, true)]) {
            for classifier in classifiers {
                for sampler in [Sampler::Exponential, Sampler::Heun] {
                    let mut state = scenes::state(components.clone(), sampler, 12, 64);
                    state.classifier = classifier;
                    state.score = Score::Learned(Box::new(LearnedScore { exact: is_exact, ..learned }));
                    state.guidance.guide = guide;
                    suite::follows_the_reference(&state);
                    if guide == GuidedBy::Classifier {
                        state.guidance.adaptive = 1.5;
                        suite::follows_the_reference(&state);
                        state.guidance.adaptive = 0.0;
                    }
                    for (_, state) in suite::ruled(&state) {
                        suite::follows_the_reference(&state);
                    }
                    if classifier != Classifier::EXACT && guide != GuidedBy::Classifier {
                        break;
                    }
                }
            }
        }
    }
}

/// From files and links: what is missing, what belongs to classifiers, and what needs a learned score.
#[test]
fn learned_scores_in_the_state() {
    let state = State::default().merge(&json!({ "score": { "kind": "learned" } })).unwrap();
    assert_eq!(state.score, Score::Learned(Box::default()));
    let patch = json!({ "score": { "recipe": { "hidden": [16], "steps": 700 }, "weaker": { "hidden": [4] } } });
    let state = state.merge(&patch).unwrap();
    let Score::Learned(learned) = &state.score else { panic!("it is learned") };
    assert_eq!((learned.recipe.hidden, learned.recipe.steps), (Hidden::new(&[16]), 700));
    assert_eq!((learned.weaker_recipe().hidden, learned.weaker_recipe().steps), (Hidden::new(&[4]), 500));
    assert_eq!(State::default().merge(&state.to_value()).unwrap(), state);
    for (patch, path) in [
        (json!({ "recipe": { "steps": 0 } }), "score.recipe.steps"),
        (json!({ "recipe": { "colour": 0 } }), "score.recipe.colour"),
        (json!({ "recipe": { "labelSmoothing": 0.1 } }), "score.recipe.labelSmoothing"),
        (json!({ "recipe": { "loss": { "brier": 1 } } }), "score.recipe.loss"),
        (json!({ "recipe": { "targetKl": 0.1 } }), "score.recipe.targetKl"),
        (json!({ "weaker": { "hidden": [0] } }), "score.weaker.hidden[0]"),
        (json!({ "weaker": { "steps": -1 } }), "score.weaker.steps"),
        (json!({ "weaker": 0.3 }), "score.weaker"),
        (json!({ "exact": 1 }), "score.exact"),
    ] {
        let patch = json!({ "score": patch });
        let error = state.merge(&patch).unwrap_err();
        assert_eq!(error.path, path);
        let mut value = state.to_value();
        for (key, part) in patch["score"].as_object().unwrap() {
            value["score"][key] = part.clone();
        }
        let (opened, changes) = State::open(&value);
        assert_eq!((changes.len(), opened.to_value()["score"]["kind"].as_str()), (1, Some("learned")), "{path}");
    }
    let pair = json!({ "guidance": { "guide": "pair" } });
    assert_eq!(State::default().merge(&pair).unwrap_err().path, "guidance.guide");
    let pair = state.merge(&pair).unwrap();
    assert_eq!(pair.scored().learned.unwrap().guide, GuidedBy::Pair);
    assert!(pair.merge(&json!({ "score": { "kind": "exact" } })).is_err());
    // An exact score that the classifier guides is nothing else.
    assert_eq!(state.merge(&json!({ "score": { "exact": true } })).unwrap().scored(), Scored::EXACT);
}

/// Of two faults the runs on the same noise say whose the harm is: that of an exact part is nothing, to the bit, and that of
/// a wrong one is what its law says; with both at once it is neither alone.
#[test]
fn whose_harm_it_is() {
    let mut state = scenes::state(scenes::two_classes_1d(), Sampler::Exponential, 60, 40_000);
    state.guidance.gamma = 1.0;
    state.process.stop = 0.01;
    let shifted = Score::Shifted { by: vec![0.4] };
    let wiggle = scenes::tempered(3.0, 0.0);

    // A right classifier with a wrong score, and the reverse.
    state.score = shifted.clone();
    let found = whose_harm(&state).unwrap();
    assert_eq!((found.both, found.exact), (found.exact_guidance, found.exact_score));
    assert_eq!(found.of_guidance.estimate.to_bits(), 0.0_f64.to_bits());
    assert!(found.of_score.estimate > 10.0 * found.of_score.standard_error, "{found:?}");
    let alone = found.of_score;
    (state.score, state.classifier) = (Score::Exact, wiggle);
    let found = whose_harm(&state).unwrap();
    assert_eq!((found.both, found.exact), (found.exact_score, found.exact_guidance));
    assert!(found.of_guidance.estimate > 10.0 * found.of_guidance.standard_error, "{found:?}");
    let other = found.of_guidance;

    // With both wrong each has what it has alone, and the parts add up.
    state.score = shifted;
    let found = whose_harm(&state).unwrap();
    assert_eq!((found.of_score, found.of_guidance), (alone, other));
    let sum = found.exact.estimate + alone.estimate + other.estimate + found.of_both.estimate;
    assert!((sum - found.both.estimate).abs() < 1e-12);

    // The sampling KL with both exact is nothing but what the steps do, and that of the wrong score is that of the law.
    let law = guidance_lab::law::fokker_planck(
        &guidance_lab::law::guided_scores(
            &state.mixture(),
            LaneGuidance {
                target: 1,
                weight: Weight::constant(1.0),
                classifier: Classifier::EXACT,
                scored: state.scored(),
            },
        ),
        state.process.horizon,
        state.process.stop,
        (-9.0, 9.0),
        1e-6,
    );
    let mixture = state.mixture();
    let marginal = Marginal::new(&mixture, state.process.stop);
    let exact = law.kl(|x| marginal.class_log_density(1, &[x]));
    println!("{found:?} {exact}");
    assert!((found.exact_guidance.estimate - exact).abs() < 0.1 * exact, "{found:?} {exact}");
}

/// With networks: the pair is of both, and each part can be exchanged; a weaker model has no exact counterpart.
#[test]
fn whose_harm_it_is_with_networks() {
    let mut state = scenes::state(scenes::two_classes_1d(), Sampler::Exponential, 60, 20_000);
    state.guidance.guide = GuidedBy::Pair;
    let recipe = Recipe { hidden: Hidden::new(&[16]), noise: [0.05, 6.0], batch: 128, steps: 300, ..Recipe::default() };
    state.score = Score::Learned(Box::new(LearnedScore { recipe, ..LearnedScore::default() }));
    assert_eq!(wanted(&state).len(), 1);
    train_wanted(&state, |_| ()).unwrap();
    let found = whose_harm(&state).unwrap();
    println!("{found:?}");
    for part in [found.both, found.exact_score, found.exact_guidance] {
        assert_ne!(part, found.exact);
        assert!(part.estimate.is_finite() && part.standard_error > 0.0);
    }
    state.guidance.guide = GuidedBy::Weaker;
    assert_eq!(wanted(&state).len(), 2);
    assert_eq!(whose_harm(&state).unwrap_err().path, "guidance.guide");
    state.score = Score::Learned(Box::new(LearnedScore { recipe, exact: true, ..LearnedScore::default() }));
    assert_eq!(wanted(&state).len(), 1);
}
