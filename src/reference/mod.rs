//! The oracle: closed forms in f64, one obvious implementation of each formula of
//! docs/numerics.md, and the quadrature that turns them into exact readouts.
//!
//! Points and vectors are slices of length `d`; matrices are row-major, `d * d`. Classes without a
//! component have log-density `-inf`.
//!
//! ```
//! use guidance_lab::{model::State, reference::{Marginal, measures}};
//! let state = State::default();
//! let marginal = Marginal::new(&state.mixture(), 0.5);
//! let mut score = [0.0];
//! marginal.score(&[0.0], &mut score);
//! assert!(score[0].abs() < 1e-15); // the pair is symmetric
//! assert!(measures(&state, 0.5).unwrap().guidance_mse > 0.1);
//! ```

mod at;
mod axis;
mod bins;
mod cells;
mod classes;
mod classifier;
mod effort;
mod error_bound;
mod grids;
mod marginal;
mod network;
mod plane_wave;
mod probe;
mod quadrature;
mod sampler;
mod separable;
mod sincos;
mod split;
mod tilted;

pub use at::{PointValues, at, check_time};
pub use axis::Axis;
pub use bins::BinMasses;
pub use classifier::{Tested, bring_kinds};
pub use effort::Quadrature;
pub use error_bound::{ErrorBound, error_bound};
pub use grids::{Curves, Marginals, Plane, Raster, arrows, curves, marginals, plane, spacetime};
pub use marginal::Marginal;
pub use plane_wave::{PlaneWave, plane_wave};
pub use probe::{Probe, path, probe};
pub use quadrature::{ExactMeasures, axes, bring_cells, integrate, measures};
pub use sampler::{LaneGuidance, drift, guided_score, step, step_between};
pub use separable::{separable_bound, separable_wave};
pub use split::{Odds, Split};
pub use tilted::Tilted;

/// `log(e^a + e^b)`, exact for `-inf`.
pub fn log_add_exp(a: f64, b: f64) -> f64 {
    let (large, small) = if a >= b { (a, b) } else { (b, a) };
    if small == f64::NEG_INFINITY { large } else { large + (small - large).exp().ln_1p() }
}
