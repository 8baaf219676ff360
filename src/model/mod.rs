//! What a run is made of: the mixture, the process, the classifier, the guidance, and the one
//! JSON object ([`State`]) that holds them all. Plain data; no arithmetic beyond what defines it.

mod classifier;
mod domain;
mod error;
mod field;
mod fields;
mod fingerprint;
mod grid;
mod labels;
mod linear;
mod mixture;
mod network;
mod presets;
mod process;
mod rare;
mod read;
mod reader;
mod recipe;
mod rules;
mod score;
mod state;
mod weight;
mod write;

pub use classifier::{
    Amplitude, AmplitudeLaw, BlindInput, Classifier, Denoised, Exact, LabelSmoothing, Learned, Mistimed, NoiseBlind,
    Tempered, Wiggle, WiggleForm,
};
pub use classifier::{FIELDS as CLASSIFIER_FIELDS, NAMES as CLASSIFIER_KINDS};
pub use domain::domain;
pub use error::{LabError, LabErrorCode};
pub use field::{Field, FieldKind};
pub use fields::{FIELDS, field};
pub use fingerprint::Fingerprint;
pub use labels::{acts, is_label};
pub use linear::{cholesky, inverse_from_cholesky, symmetric_eigen};
pub use mixture::{Component, Mixture, Noise, NoisedComponent};
pub use network::{Layer, Learns, Network, classes_of, network, put_network, score_network};
pub use presets::{Preset, preset, presets};
pub use process::{Grid, Process, Sampler, StepCoefficients};
#[cfg(target_arch = "wasm32")]
pub use rare::{bring_rare, is_at_hand};
pub use reader::Change;
pub use recipe::{Activation, Fourier, Hidden, LossWeights, MAX_FEATURES, MAX_LAYERS, MAX_WIDTH, Recipe};
pub use rules::{GradientAt, Ramp, Rules, Schedule};
pub use score::{GuidedBy, LearnedParts, LearnedScore, SCORE_KINDS, Score, Scored, Weaker};
pub use state::{Guidance, Lane, Layout, State, VERSION, VectorField, View};
pub use weight::Weight;

/// The largest number of mixture components.
pub const MAX_COMPONENTS: usize = 16;
/// The largest number of dimensions; the engines take 1 and 2.
pub const MAX_DIMENSION: usize = 8;
/// Classes are labelled `0..MAX_CLASSES`.
pub const MAX_CLASSES: usize = 8;
/// Characters of the name of a class.
pub const MAX_LABEL: usize = 48;
/// The largest number of particles in a lane that an engine holds.
pub const MAX_PARTICLES: usize = 1_000_000;
/// The largest number of particles in a lane: what is measured natively is moved part by part.
pub const MAX_IN_PARTS: usize = if cfg!(target_arch = "wasm32") { MAX_PARTICLES } else { 100_000_000 };
/// The largest horizon.
pub const MAX_HORIZON: f64 = 20.0;
/// The largest number of reverse steps.
pub const MAX_STEPS: usize = 4_000;
