//! Moments, `E[1/p]`, `E[log p]` and the improved fraction of one lane.

use serde::Serialize;

use super::{Estimate, ExactBins};
use crate::engine::{LaneObservation, Sums, Weights};

/// What the particles of one lane say at one time.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct LaneMeasures {
    /// KL of the binned particles from the exact class-conditional, nats.
    pub sampling_kl: Estimate,
    /// Its standard deviation around 0 for as many independent samples of the class-conditional.
    pub sampling_kl_floor: f64,
    /// `E[1/p_t(c|x)]`.
    pub mean_reciprocal: Estimate,
    /// `E[log p_t(c|x)]`.
    pub mean_log_probability: Estimate,
    /// The fraction with `p_t(c|x)` at least that of the same particle in lane `conditional` (ties
    /// count as improved); `None` without that lane.
    pub fraction_improved: Option<Estimate>,
    /// The mean, length `d`.
    pub mean: Vec<f64>,
    /// The unbiased covariance, `d` rows of `d`.
    pub covariance: Vec<Vec<f64>>,
    /// Particles that are infinite or NaN, left out of everything else.
    pub non_finite: u64,
    /// The weights of the lane `corrected`; `None` in the others. Its standard errors come from them.
    pub weights: Option<Weights>,
}

/// All estimates of a lane in 1 or 2 dimensions. `bins` are the exact masses at the observation's
/// time; `has_conditional` says whether the scene has the lane `conditional`.
pub fn lane_measures(
    observation: &LaneObservation,
    dimension: usize,
    bins: &ExactBins,
    has_conditional: bool,
) -> LaneMeasures {
    let sums = &observation.sums;
    let weighted = |found: Estimate, error: fn(&Weights) -> f64| Estimate {
        standard_error: observation.weights.as_ref().map_or(found.standard_error, error),
        ..found
    };
    // The lane shares no particle with the lane conditional once it was drawn anew.
    let has_conditional = has_conditional && observation.weights.is_none();
    LaneMeasures {
        sampling_kl: bins.sampling_kl(observation),
        sampling_kl_floor: bins.sampling_kl_floor(),
        mean_reciprocal: weighted(mean_reciprocal(sums), |weights| weights.reciprocal_error),
        mean_log_probability: weighted(mean_log_probability(sums), |weights| weights.log_probability_error),
        fraction_improved: has_conditional.then(|| fraction_improved(sums)),
        mean: mean(sums)[..dimension].to_vec(),
        covariance: covariance(sums)[..dimension].iter().map(|row| row[..dimension].to_vec()).collect(),
        non_finite: sums.non_finite,
        weights: observation.weights,
    }
}

/// `E[1/p]`. Its error is only as good as the second moment: where that is infinite (docs/numerics.md)
/// both are underestimates.
pub fn mean_reciprocal(sums: &Sums) -> Estimate {
    mean_of(sums.count, sums.reciprocal, sums.reciprocal_squared)
}

/// `E[log p]`.
pub fn mean_log_probability(sums: &Sums) -> Estimate {
    mean_of(sums.count, sums.log_probability, sums.log_probability_squared)
}

/// The improved fraction with its binomial standard error.
pub fn fraction_improved(sums: &Sums) -> Estimate {
    let n = sums.count as f64;
    let fraction = sums.improved as f64 / n;
    Estimate { estimate: fraction, standard_error: (fraction * (1.0 - fraction) / n).sqrt() }
}

/// The mean position; 1D uses the first entry.
pub fn mean(sums: &Sums) -> [f64; 2] {
    sums.position.map(|sum| sum / sums.count as f64)
}

/// The unbiased covariance, 0 for a single particle; 1D uses the first entry.
pub fn covariance(sums: &Sums) -> [[f64; 2]; 2] {
    let n = sums.count as f64;
    let [m1, m2] = mean(sums);
    let [s11, s12, s22] = sums.position_squared;
    let entry = |sum: f64, product: f64| (sum - n * product) / (n - 1.0).max(1.0);
    let cross = entry(s12, m1 * m2);
    [[entry(s11, m1 * m1).max(0.0), cross], [cross, entry(s22, m2 * m2).max(0.0)]]
}

/// A mean and its standard error from a sum and a sum of squares. A single value says nothing of its spread: its error is
/// its size.
fn mean_of(count: u64, sum: f64, squares: f64) -> Estimate {
    let n = count as f64;
    let mean = sum / n;
    if count == 1 {
        return Estimate { estimate: mean, standard_error: mean.abs() };
    }
    let variance = ((squares - n * mean * mean) / (n - 1.0)).max(0.0);
    Estimate { estimate: mean, standard_error: (variance / n).sqrt() }
}
