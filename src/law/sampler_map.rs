//! The law of the samplers of the ODE.

use super::atoms::starts;
use super::{Atoms, Scores};
use crate::model::{Mixture, Process};
use crate::reference::{LaneGuidance, Marginal, step_between};

/// The law of an ODE sampler: one discrete step is a map, so the whole run is one. The starting points
/// are `spacing` apart.
///
/// # Panics
/// For a sampler that adds noise.
pub fn sampler_map(process: &Process, scores: &Scores, spacing: f64) -> Atoms {
    assert!(!process.sampler.is_stochastic(), "only samplers of the ODE are maps");
    let mut law = starts(spacing);
    let times = process.times();
    let mut score = scores(times[0]);
    for pair in times.windows(2) {
        let c = process.coefficients(pair[0], pair[1]);
        let next = scores(pair[1]);
        for y in &mut law.points {
            let s = score(*y);
            let predicted = c.keep * *y + c.drift * s;
            *y = if c.corrector > 0.0 { *y + c.corrector * (*y + s + predicted + next(predicted)) } else { predicted };
        }
        score = next;
    }
    law
}

/// The law of an ODE sampler in a lane, step by step as the lane goes: the same, and with the rules that belong to
/// a step, not to a time (CFG++).
///
/// # Panics
/// For a sampler that adds noise, and in more than one dimension.
pub fn lane_map(process: &Process, mixture: &Mixture, lane: &LaneGuidance, spacing: f64) -> Atoms {
    assert!(!process.sampler.is_stochastic(), "only samplers of the ODE are maps");
    assert_eq!(mixture.dimension, 1, "laws are computed in one dimension");
    let mut law = starts(spacing);
    let marginals: Vec<_> = process.times().into_iter().map(|t| Marginal::new(mixture, t)).collect();
    for pair in marginals.windows(2) {
        for y in &mut law.points {
            step_between(process, &pair[0], &pair[1], lane, std::slice::from_mut(y), &[]);
        }
    }
    law
}
