//! The named states that the page opens with.

use std::f64::consts::FRAC_1_SQRT_2;

use serde::Serialize;

use super::{
    Amplitude, AmplitudeLaw, Classifier, Component, Grid, Guidance, Lane, Layout, Process, Sampler, Score, State,
    VERSION, VectorField, View, Wiggle, WiggleForm,
};

impl Default for State {
    /// The preset `wiggle`.
    fn default() -> Self {
        wiggle()
    }
}

/// A named state.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Preset {
    /// Its name in links and in the element's `preset` attribute.
    pub name: &'static str,
    /// Its title in the list.
    pub title: &'static str,
    /// One sentence: what there is to see.
    pub description: &'static str,
    /// The state.
    pub state: State,
}

/// Every preset; the first is the default state.
pub fn presets() -> Vec<Preset> {
    let preset = |name, title, description, state| Preset { name, title, description, state };
    vec![
        preset(
            "wiggle",
            "A wiggle nobody sees",
            "The classifier’s probabilities are off by 0.021 at most. Do its samples reach the class?",
            wiggle(),
        ),
        preset(
            "unequal",
            "Unequal classes",
            "A narrow, rare class beside a wide, common one: the wiggle bites wherever the class is not yet certain. Where is that?",
            unequal(),
        ),
        preset(
            "two-modes",
            "A class with two peaks",
            "Guidance improves the average of 1/p, not every sample; here 1/p is bounded, so the average can be trusted. Who loses?",
            two_modes(),
        ),
        preset(
            "far-mode",
            "A far peak",
            "Half of the class lies far from the other class: guidance moves mass there, more than the tilted density would. How much?",
            far_mode(),
        ),
        preset(
            "pair-2d",
            "Two classes in 2D",
            "The wiggle turns the arrows of the guidance, although the probabilities look the same. Where do the samples pile up?",
            pair_2d(),
        ),
        preset(
            "three-classes",
            "Three classes",
            "Three correlated Gaussians with the exact classifier: guidance narrows the target class and moves it outward. Which way?",
            three_classes(),
        ),
        preset(
            "ring",
            "A ring of eight",
            "Four classes on a ring, each with two components opposite each other: does guidance fill both?",
            ring(),
        ),
        preset(
            "moons",
            "Two moons",
            "Two interlocking arcs with a curved boundary: the guidance must turn with it. Does the wiggle let it?",
            moons(),
        ),
    ]
}

/// The preset of a name.
pub fn preset(name: &str) -> Option<Preset> {
    presets().into_iter().find(|preset| preset.name == name)
}

/// The preset `wiggle`, the default state.
pub(super) fn wiggle() -> State {
    State {
        version: VERSION,
        mixture: lines(&[(0.5, 1.0, 0.25, 1), (0.5, -1.0, 0.25, 0)]),
        labels: vec![],
        process: Process { horizon: 8.0, stop: 0.01, steps: 400, grid: Grid::Quadratic, sampler: Sampler::Ddim },
        guidance: Guidance::constant(1, 1.0),
        classifier: Classifier::Wiggle(Wiggle::default()),
        score: Score::Exact,
        compare: vec![Lane::Exact],
        particles: 20_000,
        seed: 1,
        view: View { field: VectorField::Tested, lane: Lane::Tested, layout: Layout::Auto, against: Lane::Exact },
    }
}

fn unequal() -> State {
    State { mixture: lines(&[(0.2, 1.25, 0.09, 1), (0.8, -0.75, 0.64, 0)]), ..wiggle() }
}

/// P2 of docs/numerics.md.
fn two_modes() -> State {
    State { mixture: lines(&[(0.25, 1.0, 1.0, 1), (0.25, -1.0, 1.0, 1), (0.5, 0.0, 1.0, 0)]), ..exact_sde(3.0) }
}

/// P3 of docs/numerics.md.
fn far_mode() -> State {
    State { mixture: lines(&[(0.25, 0.5, 0.25, 1), (0.25, 3.0, 0.25, 1), (0.5, -1.0, 0.25, 0)]), ..exact_sde(2.0) }
}

fn pair_2d() -> State {
    State {
        mixture: vec![plane(0.5, [1.2, 0.5], [0.35, 0.15, 0.3], 1), plane(0.5, [-1.2, -0.5], [0.35, 0.15, 0.3], 0)],
        classifier: Classifier::Wiggle(wiggle_of(WiggleForm::Probability, 16.0, AmplitudeLaw::Inverse, 2.0)),
        ..wiggle()
    }
}

fn three_classes() -> State {
    State {
        mixture: vec![
            plane(0.3, [-1.5, -1.0], [0.5, 0.25, 0.3], 0),
            plane(0.4, [1.5, -0.8], [0.4, -0.2, 0.4], 1),
            plane(0.3, [0.0, 1.5], [0.7, 0.1, 0.2], 2),
        ],
        ..exact_sde(3.0)
    }
}

fn ring() -> State {
    let mixture = (0..8).map(|k| plane(0.125, around([0.0, 0.0], 2.4, k), [0.08, 0.0, 0.08], k % 4)).collect();
    State {
        mixture,
        guidance: Guidance::constant(1, 2.0),
        classifier: Classifier::Wiggle(wiggle_of(WiggleForm::Logit, 16.0, AmplitudeLaw::Inverse, 6.0)),
        ..wiggle()
    }
}

fn moons() -> State {
    let upper = (0..5).map(|k| plane(0.1, around([-0.75, -0.3], 1.5, k), [0.09, 0.0, 0.09], 1));
    let lower = (0..5).map(|k| plane(0.1, around([0.75, 0.3], 1.5, k + 4), [0.09, 0.0, 0.09], 0));
    State {
        mixture: upper.chain(lower).collect(),
        classifier: Classifier::Wiggle(wiggle_of(WiggleForm::Probability, 24.0, AmplitudeLaw::Inverse, 4.0)),
        ..wiggle()
    }
}

/// The exact classifier on the SDE, beside plain conditional and unguided sampling.
fn exact_sde(gamma: f64) -> State {
    let base = wiggle();
    State {
        process: Process { sampler: Sampler::Exponential, steps: 200, ..base.process },
        guidance: Guidance::constant(1, gamma),
        classifier: Classifier::EXACT,
        score: Score::Exact,
        compare: vec![Lane::Conditional, Lane::Unguided],
        ..base
    }
}

fn wiggle_of(form: WiggleForm, frequency: f64, law: AmplitudeLaw, scale: f64) -> Wiggle {
    Wiggle { form, frequency, amplitude: Amplitude { law, scale }, smoothing: 0.0 }
}

/// Components on a line: weight, mean, variance, class.
fn lines(rows: &[(f64, f64, f64, usize)]) -> Vec<Component> {
    let component = |&(weight, mean, variance, class): &(f64, f64, f64, usize)| Component {
        weight,
        mean: vec![mean],
        covariance: vec![vec![variance]],
        class,
    };
    rows.iter().map(component).collect()
}

#[inline(never)]
fn plane(weight: f64, mean: [f64; 2], [a, b, c]: [f64; 3], class: usize) -> Component {
    Component { weight, mean: mean.to_vec(), covariance: vec![vec![a, b], vec![b, c]], class }
}

/// The point of a circle at `eighth` of eight, from the right against the clock; rounded, so that a permalink
/// stays short.
fn around(centre: [f64; 2], radius: f64, eighth: usize) -> [f64; 2] {
    const LEVELS: [f64; 8] = [1.0, FRAC_1_SQRT_2, 0.0, -FRAC_1_SQRT_2, -1.0, -FRAC_1_SQRT_2, 0.0, FRAC_1_SQRT_2];
    let at = |axis: usize, level: f64| ((centre[axis] + radius * level) * 100.0).round() / 100.0;
    [at(0, LEVELS[eighth % 8]), at(1, LEVELS[(eighth + 6) % 8])]
}
