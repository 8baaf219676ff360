//! The exact law of the guided process of a state in one dimension, for the page's histogram.

use std::f64::consts::FRAC_1_SQRT_2;

use serde::Serialize;

use crate::law::{fokker_planck_on, guided_pieces, starts_of};
use crate::model::{LabError, LabErrorCode, Mixture, Sampler, State, domain};
use crate::reference::LaneGuidance;
use crate::words::messages::{law_dimension, law_of_renoising};

/// A density on equidistant points.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Law {
    /// The points.
    pub x: Vec<f64>,
    /// The density.
    pub density: Vec<f64>,
    /// An estimate of its error, `integral |error| dx`.
    pub error: f64,
}

/// Cells of the coarsest level.
const CELLS: usize = 500;
pub(super) const TOLERANCE: f64 = 1e-6;
/// So much wider than the histogram is the interval, so that nothing is lost at its ends.
const WIDER: f64 = 0.3;
/// Of the ODE's steps.
const ODE_TOLERANCE: f64 = 1e-10;
/// Intervals over which the ODE's law is averaged, as many as the histogram has bins.
const BINS: usize = 256;

/// The law of lane `tested` in continuous time at `t`: of the SDE by the Fokker-Planck equation, of the
/// probability-flow ODE by its quantile map, averaged over the bins of the histogram.
pub fn exact_law(state: &State, t: f64) -> Result<Law, LabError> {
    let mixture = in_the_limit(state)?;
    let ([from, _], [to, _]) = domain(&mixture);
    let lane = tested_lane(state);
    let process = &state.process;
    let t = t.max(process.stop).min(process.horizon);
    let pieces = guided_pieces(&mixture, lane, process.horizon, t);
    if process.sampler.is_stochastic() {
        let law = fokker_planck_on(&pieces, process.horizon, beyond_the_histogram(from, to), CELLS, TOLERANCE);
        return Ok(Law { x: law.points().collect(), density: law.values, error: law.error });
    }
    // The flow is a monotone map, so a bin holds what its edges enclose at the horizon.
    let width = (to - from) / BINS as f64;
    let masses = |tolerance| -> Vec<f64> {
        let mut edges: Vec<f64> = (0..=BINS).map(|i| from + width * i as f64).collect();
        starts_of(&mut edges, &pieces, process.horizon, tolerance);
        edges.windows(2).map(|pair| normal_mass(pair[0], pair[1])).collect()
    };
    let (fine, coarse) = (masses(ODE_TOLERANCE), masses(100.0 * ODE_TOLERANCE));
    let error = fine.iter().zip(coarse).map(|(fine, coarse)| (fine - coarse).abs()).sum();
    let x = (0..BINS).map(|i| from + width * (i as f64 + 0.5)).collect();
    Ok(Law { x, density: fine.iter().map(|mass| mass / width).collect(), error })
}

/// The mixture of a state that has laws in continuous time.
pub(super) fn in_the_limit(state: &State) -> Result<Mixture, LabError> {
    let mixture = state.mixture();
    if mixture.dimension != 1 {
        return Err(LabError::new(LabErrorCode::Unsupported, "mixture", law_dimension()));
    }
    if state.process.sampler == Sampler::CfgPlusPlus {
        return Err(LabError::new(LabErrorCode::Unsupported, "process.sampler", law_of_renoising()));
    }
    Ok(mixture)
}

/// What guides lane `tested`.
pub(super) fn tested_lane(state: &State) -> LaneGuidance {
    LaneGuidance {
        target: state.guidance.target,
        weight: state.weight(),
        classifier: state.classifier,
        scored: state.scored(),
    }
}

/// The interval on which a density is computed, given that of the histogram.
pub(super) fn beyond_the_histogram(from: f64, to: f64) -> (f64, f64) {
    let margin = WIDER * (to - from);
    (from - margin, to + margin)
}

/// The mass of `N(0, 1)` between two points.
fn normal_mass(from: f64, to: f64) -> f64 {
    0.5 * (libm::erfc(from * FRAC_1_SQRT_2) - libm::erfc(to * FRAC_1_SQRT_2))
}
