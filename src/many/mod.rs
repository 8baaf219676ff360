//! Mixtures in many dimensions (up to 256), above all the one that draws digits: docs/numerics.md, "Many dimensions".
//!
//! One and two dimensions have their own code and stay what they are. Here a covariance is a diagonal plus a few
//! directions, so that everything costs `K d r` and not `K d^2`.
//!
//! ```
//! use guidance_lab::many::{Component, Covariance, Marginal, Mixture};
//! use guidance_lab::model::Noise;
//! let component = |mean: f64, class| Component {
//!     weight: 0.5,
//!     mean: vec![mean; 100],
//!     covariance: Covariance::Isotropic(0.25),
//!     class,
//! };
//! let mixture = Mixture::new(vec![component(-1.0, 0), component(1.0, 1)]).unwrap();
//! let noised = Marginal::new(&mixture, Noise::at(0.5));
//! let point = noised.at(&[0.0; 100]);
//! assert!((point.log_posterior(1) - 0.5_f64.ln()).abs() < 1e-12);
//! ```

mod digits;
mod directions;
mod exact;
mod factors;
mod fit;
#[cfg(not(target_arch = "wasm32"))]
mod folder;
#[cfg(feature = "gpu")]
mod gpu_run;
mod guide;
mod images;
mod learned;
mod measure;
mod mixture;
mod plan;
mod points;
mod run;
mod sample;
mod state;
mod study;
mod weighing;

pub use digits::{decode, encode};
pub use directions::{discriminants, draws_in};
pub use exact::{Marginal, Point, most_likely};
pub use factors::{FactorFit, FactorOptions, Round, factor_freedom, fit_factors};
pub use fit::{FitOptions, fit_class};
#[cfg(not(target_arch = "wasm32"))]
pub use folder::read_folder;
#[cfg(feature = "gpu")]
pub use gpu_run::GpuRun;
pub use guide::{Guide, Tested};
pub use images::{Images, brightness, image_points};
pub use learned::{Noised, open_network, train};
pub use measure::{measured, run_many};
pub use mixture::{Component, Covariance, Mixture};
pub use plan::{LaneOf, Scene};
pub use points::{FittedMany, ManyOptions, Scaling, fit_many};
pub use run::Run;
pub use sample::Sampler;
pub use state::ManyState;
pub use study::{Diversity, Effect, Fault, accuracy, diversity, effect, fault, mean, reciprocal};
pub use weighing::Weighed;

/// The largest number of dimensions.
pub const MAX_DIMENSION: usize = 256;
/// The largest number of components.
pub const MAX_COMPONENTS: usize = 64;
/// The largest number of dimensions with full covariances.
pub const MAX_FULL: usize = 16;
/// The most directions that a covariance has beside its diagonal.
pub const MAX_RANK: usize = 32;
/// Classes are labelled `0..MAX_CLASSES`.
pub const MAX_CLASSES: usize = 16;
/// The least entry of a diagonal, and the least eigenvalue of a full covariance.
pub const MIN_VARIANCE: f64 = 1e-6;
