//! From an engine's sums and bins to estimates with error bars.
//!
//! Estimators: docs/numerics.md, "Estimates from particles". A lane without a finite particle gives
//! NaN; its `non_finite` says why.

mod distances;
mod estimate;
mod lane;
mod measurement;
mod sampling_kl;

pub use distances::{Distances, distances, keep};
pub use estimate::Estimate;
pub use lane::{
    LaneMeasures, covariance, fraction_improved, lane_measures, mean, mean_log_probability, mean_reciprocal,
};
pub use measurement::Measurement;
pub use sampling_kl::ExactBins;
