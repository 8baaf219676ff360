//! The one JSON object that is the whole configuration (`State`), with its ranges.

use serde::{Deserialize, Serialize};

use super::{Classifier, Component, Process};

/// The version of the state that this build writes.
pub const VERSION: u32 = 1;

/// The whole configuration of a run. DESIGN's names; unknown keys are errors here and notices in links.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// The version of the format, 1.
    pub version: u32,
    /// The labelled mixture, 1 to 16 components.
    pub mixture: Vec<Component>,
    /// The process and its discretisation.
    pub process: Process,
    /// The target class and the weight.
    pub guidance: Guidance,
    /// The classifier under test.
    pub classifier: Classifier,
    /// The lanes beside `tested`, each at most once.
    pub compare: Vec<Lane>,
    /// Particles in each lane.
    pub particles: usize,
    /// The seed of every noise draw.
    pub seed: u32,
    /// What the picture shows; it never changes a number.
    pub view: View,
}

/// The target class and the weight of its guidance.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guidance {
    /// The class `c`.
    pub target: usize,
    /// `gamma` in `s^w = s + gamma grad log p(c|x)`; classifier-free guidance's `w` is `gamma - 1`.
    pub gamma: f64,
}

/// A set of particles; all lanes share every noise draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lane {
    /// The classifier under test at `gamma`. Always present, always first.
    Tested,
    /// The exact classifier at the same `gamma`.
    Exact,
    /// `gamma = 0`.
    Unguided,
    /// The exact classifier, `gamma = 1`: plain conditional sampling.
    Conditional,
}

/// What the picture shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct View {
    /// 2D: the arrows. One of `none`, `score`, `exact`, `tested`, `error`, `drift`.
    pub field: String,
    /// The lane whose particles fill the picture: `tested`, `exact`, `unguided`, `conditional`.
    pub lane: Lane,
}
