//! Everything that is known at one point: what the picture says where a person points.

use super::{LaneGuidance, Marginal, Split, Tested, step};
use crate::model::{MAX_DIMENSION, State};

/// The closed forms at one point and time. Vectors use their first `d` entries.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Probe {
    /// `p_t(x)`.
    pub density: f64,
    /// `p_t(x|c)`.
    pub target: f64,
    /// `p_t(c|x)`.
    pub posterior: f64,
    /// The tested classifier's `phat(c|x)`.
    pub tested_posterior: f64,
    /// `grad log p_t(x)`.
    pub score: [f64; MAX_DIMENSION],
    /// `grad log p_t(c|x)`.
    pub guidance: [f64; MAX_DIMENSION],
    /// `grad log phat(c|x)`.
    pub tested_guidance: [f64; MAX_DIMENSION],
}

/// The closed forms at `x` (length `d`) and time `t >= 0`.
pub fn probe(state: &State, t: f64, x: &[f64]) -> Probe {
    let marginal = Marginal::new(&state.mixture(), t);
    let target = state.guidance.target;
    let odds = Split::new(&marginal, target).at(x);
    let tested = Tested { marginal: &marginal, target, classifier: state.classifier };
    Probe {
        density: odds.log_density().exp(),
        target: (odds.log_target - marginal.log_priors[target]).exp(),
        posterior: odds.eta,
        tested_posterior: tested.log_probability(target, x).exp(),
        score: odds.score,
        guidance: odds.guidance,
        tested_guidance: tested.guidance_from(&odds, x),
    }
}

/// The way of one particle from `x` at reverse step `first` to the last step, by the state's own
/// sampler and grid: positions at steps `first..=steps`, row-major. `noise(k, z)` fills the standard
/// normals of step `k`.
pub fn path(
    state: &State,
    lane: &LaneGuidance,
    first: usize,
    x: &[f64],
    mut noise: impl FnMut(usize, &mut [f64]),
) -> Vec<f64> {
    let mixture = state.mixture();
    let times = state.process.times();
    let mut y = x.to_vec();
    let mut z = vec![0.0; x.len()];
    let mut positions = y.clone();
    for k in first..state.process.steps {
        noise(k, &mut z);
        step(&state.process, &mixture, lane, times[k], times[k + 1], &mut y, &z);
        positions.extend_from_slice(&y);
    }
    positions
}
