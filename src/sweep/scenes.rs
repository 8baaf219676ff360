//! The mixtures that the experiments share, under the names of docs/numerics.md.

use crate::model::{
    Classifier, Component, Grid, Guidance, Lane, Mixture, Process, Sampler, Score, Scored, State, Weight,
};
use crate::reference::{LaneGuidance, Marginal, Split};

/// The target class of all of them.
pub(super) const TARGET: usize = 1;

/// The classes `N(+-1, 1/4)`.
pub(super) fn pair() -> Vec<Component> {
    vec![line(0.5, 1.0, 0.25, 1), line(0.5, -1.0, 0.25, 0)]
}

/// P1: the classes `N(+-1, 1)`.
pub(super) fn p1() -> Vec<Component> {
    vec![line(0.5, 1.0, 1.0, 1), line(0.5, -1.0, 1.0, 0)]
}

/// P2: half `N(1, 1)` and half `N(-1, 1)` against `N(0, 1)`.
pub(super) fn p2() -> Vec<Component> {
    vec![line(0.25, 1.0, 1.0, 1), line(0.25, -1.0, 1.0, 1), line(0.5, 0.0, 1.0, 0)]
}

pub(super) fn line(weight: f64, mean: f64, variance: f64, class: usize) -> Component {
    Component { weight, mean: vec![mean], covariance: vec![vec![variance]], class }
}

/// The exact classifier with weight `gamma = 1 + w`.
pub(super) fn lane(w: f64) -> LaneGuidance {
    LaneGuidance {
        target: TARGET,
        weight: Weight::constant(1.0 + w),
        classifier: Classifier::EXACT,
        scored: Scored::EXACT,
    }
}

/// Particles of the SDE guided by the exact classifier, from `T = 8` to 0.
pub(super) fn particles(mixture: Vec<Component>, gamma: f64, steps: usize, particles: usize) -> State {
    State {
        mixture,
        process: Process { horizon: 8.0, stop: 0.0, steps, grid: Grid::Quadratic, sampler: Sampler::Exponential },
        guidance: Guidance::constant(TARGET, gamma),
        classifier: Classifier::EXACT,
        score: Score::Exact,
        compare: vec![Lane::Conditional],
        particles,
        ..State::default()
    }
}

/// `1/p_0(c|x)`.
pub(super) fn reciprocal(mixture: &Mixture) -> impl Fn(f64) -> f64 {
    let marginal = Marginal::new(mixture, 0.0);
    move |x| (-Split::new(&marginal, TARGET).at(&[x]).log_eta()).exp()
}
