//! States for tests and benchmarks, one builder.
#![allow(dead_code, reason = "each test binary uses its own part")]

use std::sync::Arc;

use guidance_lab::model::{
    Activation, Amplitude, AmplitudeLaw, BlindInput, Classifier, Component, Denoised, Fourier, Grid, Guidance,
    GuidedBy, Hidden, LabelSmoothing, Lane, Layout, Learned, Mistimed, Mixture, Network, NoiseBlind, Process, Recipe,
    Sampler, Score, State, Tempered, VERSION, VectorField, View, Wiggle, WiggleForm, put_network,
};

/// A component with the covariance's rows.
pub fn component(weight: f64, mean: &[f64], covariance: &[&[f64]], class: usize) -> Component {
    Component { weight, mean: mean.to_vec(), covariance: covariance.iter().map(|row| row.to_vec()).collect(), class }
}

/// Classes N(-1, .25) and N(1, .25), equal weights; target 1.
pub fn two_classes_1d() -> Vec<Component> {
    vec![component(0.5, &[-1.0], &[&[0.25]], 0), component(0.5, &[1.0], &[&[0.25]], 1)]
}

/// Four components in the plane, two classes.
pub fn four_components_2d() -> Vec<Component> {
    vec![
        component(0.25, &[-1.5, -1.0], &[&[0.30, 0.10], &[0.10, 0.20]], 0),
        component(0.25, &[1.2, -0.8], &[&[0.25, -0.08], &[-0.08, 0.35]], 1),
        component(0.25, &[-0.9, 1.4], &[&[0.20, 0.05], &[0.05, 0.30]], 0),
        component(0.25, &[1.5, 1.1], &[&[0.40, -0.12], &[-0.12, 0.25]], 1),
    ]
}

/// Sixteen components on a ring in the plane (or a row in 1D), `classes` classes in turn.
pub fn sixteen_components(dimension: usize, classes: usize) -> Vec<Component> {
    (0..16)
        .map(|k| {
            let angle = k as f64 * std::f64::consts::TAU / 16.0;
            let spread = 0.1 + 0.02 * k as f64;
            let weight = (1.0 + (k % 3) as f64) / 31.0;
            match dimension {
                1 => component(weight, &[-3.0 + 0.4 * k as f64], &[&[spread]], k % classes),
                _ => component(
                    weight,
                    &[2.0 * angle.cos(), 2.0 * angle.sin()],
                    &[&[spread, 0.3 * spread], &[0.3 * spread, 0.5 * spread]],
                    k % classes,
                ),
            }
        })
        .collect()
}

/// A wiggle `a = scale / n`.
pub fn wiggle(form: WiggleForm, frequency: f64, scale: f64) -> Classifier {
    Classifier::Wiggle(Wiggle {
        form,
        frequency,
        amplitude: Amplitude { law: AmplitudeLaw::Inverse, scale },
        smoothing: 0.0,
    })
}

/// A network of an activation and so many Fourier features, with numbers of its own in every place; put at hand.
pub fn learned(mixture: &[Component], activation: Activation, features: usize) -> Classifier {
    let fourier = (features > 0).then_some(Fourier { features, bandwidth: 2.0 });
    let hidden = Hidden::new(if features > 0 { &[9] } else { &[11, 7] });
    let recipe = Recipe { hidden, activation, fourier, time: features != 2, ..Recipe::default() };
    let mixture = Mixture::new(mixture);
    let mut network = Network::untrained(&recipe, &mixture);
    for (i, value) in network.values.iter_mut().enumerate() {
        *value = (1.5 * ((i as f64 + 1.0) * 0.754_877_666_2).fract() - 0.75) as f32;
    }
    put_network(&mixture, Arc::new(network));
    Classifier::Learned(Learned { recipe })
}

/// The tempered classifier.
pub fn tempered(sharpness: f64, bias: f64) -> Classifier {
    Classifier::Tempered(Tempered { sharpness, bias })
}

/// The classifier of another time.
pub fn mistimed(shift: f64) -> Classifier {
    Classifier::Mistimed(Mistimed { shift })
}

/// Each wrong score by its name, with what guides, in so many dimensions.
pub fn scores(dimension: usize) -> Vec<(&'static str, Score, GuidedBy)> {
    let inflated = || Score::Inflated { variance: 0.1, weaker: 0.4 };
    vec![
        ("inflated", inflated(), GuidedBy::Classifier),
        ("weaker", inflated(), GuidedBy::Weaker),
        ("shifted", Score::Shifted { by: [0.4, -0.3][..dimension].to_vec() }, GuidedBy::Classifier),
        ("scaled", Score::Scaled { by: 1.25 }, GuidedBy::Classifier),
    ]
}

/// The wiggle `n = 32`, `a = 5/32` in logits, smoothed.
pub fn smoothed_wiggle(smoothing: f64) -> Classifier {
    let amplitude = Amplitude { law: AmplitudeLaw::Inverse, scale: 5.0 };
    Classifier::Wiggle(Wiggle { form: WiggleForm::Logit, frequency: 32.0, amplitude, smoothing })
}

/// Smoothed labels.
pub fn label_smoothing(epsilon: f64) -> Classifier {
    Classifier::LabelSmoothing(LabelSmoothing { epsilon })
}

/// The classifier of one time.
pub fn noise_blind(time: f64, input: BlindInput) -> Classifier {
    Classifier::NoiseBlind(NoiseBlind { time, input })
}

/// The classifier of clean data at the denoised guess.
pub fn denoised(jacobian: bool) -> Classifier {
    Classifier::Denoised(Denoised { jacobian })
}

/// A state with the exact classifier, gamma 2, target 1, no other lane.
pub fn state(mixture: Vec<Component>, sampler: Sampler, steps: usize, particles: usize) -> State {
    State {
        version: VERSION,
        mixture,
        labels: vec![],
        process: Process { horizon: 6.0, stop: 0.05, steps, grid: Grid::Quadratic, sampler },
        guidance: Guidance::constant(1, 2.0),
        classifier: Classifier::EXACT,
        score: Score::Exact,
        compare: vec![],
        particles,
        seed: 1,
        view: View { field: VectorField::None, lane: Lane::Tested, layout: Layout::Auto, against: Lane::Exact },
    }
}
