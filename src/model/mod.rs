//! What a run is made of: the mixture, the process, the classifier, the guidance, and the one
//! JSON object ([`State`]) that holds them all. Plain data; no arithmetic beyond what defines it.

mod classifier;
mod error;
mod mixture;
mod process;
mod state;

pub use classifier::{Amplitude, AmplitudeLaw, Classifier, WiggleForm};
pub use error::{LabError, LabErrorCode};
pub use mixture::{Component, Mixture, NoisedComponent, cholesky};
pub use process::{Grid, Process, Sampler, StepCoefficients};
pub use state::{Guidance, Lane, State, VERSION, View};

/// The largest number of mixture components.
pub const MAX_COMPONENTS: usize = 16;
/// Classes are labelled `0..MAX_CLASSES`.
pub const MAX_CLASSES: usize = 8;
/// The largest number of particles in a lane.
pub const MAX_PARTICLES: usize = 1_000_000;
/// The largest number of reverse steps.
pub const MAX_STEPS: usize = 4_000;
