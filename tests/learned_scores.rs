//! Learned scores: the loss and its derivatives, what training does to the error, and the network in the reference and in
//! the engine.

mod common;

use common::scenes;
use guidance_lab::learn::{Batch, Data as _, Net, Sample, Source, Workspace, noise_at, train_score};
use guidance_lab::model::{Activation, Fourier, Hidden, Learns, Mixture, Network, Recipe};
use guidance_lab::random::Philox;
use guidance_lab::reference::Marginal;
use rand::RngExt as _;

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
