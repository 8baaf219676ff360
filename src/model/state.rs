//! The one JSON object that is the whole configuration (`State`).
//!
//! ```
//! use guidance_lab::model::State;
//! let state = State::default().merge(&serde_json::json!({ "guidance": { "gamma": 4 } })).unwrap();
//! assert_eq!(state.guidance.gamma, 4.0);
//! let error = state.merge(&serde_json::json!({ "guidance": { "gamma": -11 } })).unwrap_err();
//! assert_eq!(error.path, "guidance.gamma");
//! ```

use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray, VariantNames};

use super::{Classifier, Component, GradientAt, GuidedBy, MAX_HORIZON, Mixture, Process, Schedule, Score};

/// The version of the state that this build writes.
pub const VERSION: u32 = 1;

/// The whole configuration of a run. Read it with [`State::from_value`] or [`State::open`], which
/// check it; `Deserialize` alone checks only types.
// What is not serialised here and in its guidance is what few states have: `State::to_value` adds it. (In the tests it
// is serialised all the same: the types for TypeScript are made there.)
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, remote = "Self")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct State {
    /// The version of the format, 1.
    #[cfg_attr(test, ts(type = "1"))]
    pub version: u32,
    /// The labelled mixture, 1 to 16 components.
    pub mixture: Vec<Component>,
    /// The name of each class by its number, empty for none; there may be fewer than classes.
    pub labels: Vec<String>,
    /// The process and its discretisation.
    pub process: Process,
    /// The target class and the weight.
    pub guidance: Guidance,
    /// The classifier under test.
    #[cfg_attr(not(test), serde(skip_serializing))]
    pub classifier: Classifier,
    /// The score of the lane `tested`.
    #[serde(default = "exact_score")]
    #[cfg_attr(not(test), serde(skip_serializing))]
    pub score: Score,
    /// The lanes beside `tested`, each at most once.
    #[cfg_attr(test, ts(type = "Exclude<LaneName, 'tested'>[]"))]
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
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Guidance {
    /// The class `c`.
    pub target: usize,
    /// `gamma` in `s^w = s + gamma grad log p(c|x)`; classifier-free guidance's `w` is `gamma - 1`.
    pub gamma: f64,
    /// The earliest diffusion time at which the weight is `gamma`; outside the interval it is `outside`.
    #[serde(default)]
    pub from: f64,
    /// The latest.
    #[serde(default = "longest")]
    pub to: f64,
    /// The extra weight `gamma - 1` is multiplied by `(1 - phat(c|x))` to this power.
    #[serde(default)]
    pub adaptive: f64,
    /// The weight outside the interval: 1, plain conditional sampling, or 0, no guidance.
    #[serde(default = "one")]
    #[cfg_attr(not(test), serde(skip_serializing))]
    pub outside: u8,
    /// The weight is multiplied by `sigma_t` to this power, -1, 0 or 1.
    #[serde(default)]
    #[cfg_attr(not(test), serde(skip_serializing))]
    pub sigma_power: i8,
    /// The largest length of the weighted gradient.
    #[serde(default)]
    #[cfg_attr(not(test), serde(skip_serializing))]
    pub clip: Option<f64>,
    /// How the weight changes over the steps.
    #[serde(default)]
    #[cfg_attr(not(test), serde(skip_serializing))]
    pub schedule: Schedule,
    /// How much is kept of the extra guidance's part along the estimate of the datum; 1 in one dimension.
    #[serde(default = "whole")]
    #[cfg_attr(not(test), serde(skip_serializing))]
    pub parallel: f64,
    /// How far the guided score is brought to the length of that with the weight 1; 0 in one dimension.
    #[serde(default)]
    #[cfg_attr(not(test), serde(skip_serializing))]
    pub rescale: f64,
    /// The largest coordinate of the guided estimate of the datum.
    #[serde(default)]
    #[cfg_attr(not(test), serde(skip_serializing))]
    pub threshold: Option<f64>,
    /// Where the gradient is taken.
    #[serde(default)]
    #[cfg_attr(not(test), serde(skip_serializing))]
    pub at: GradientAt,
    /// What guides the lane `tested`.
    #[serde(default)]
    #[cfg_attr(not(test), serde(skip_serializing))]
    pub guide: GuidedBy,
}

fn exact_score() -> Score {
    Score::Exact
}

fn longest() -> f64 {
    MAX_HORIZON
}

fn one() -> u8 {
    1
}

fn whole() -> f64 {
    1.0
}

impl Guidance {
    /// The same weight everywhere and always.
    pub const fn constant(target: usize, gamma: f64) -> Self {
        Self {
            target,
            gamma,
            from: 0.0,
            to: MAX_HORIZON,
            adaptive: 0.0,
            outside: 1,
            sigma_power: 0,
            clip: None,
            schedule: Schedule::Constant,
            parallel: 1.0,
            rescale: 0.0,
            threshold: None,
            at: GradientAt::Present,
            guide: GuidedBy::Classifier,
        }
    }
}

/// A set of particles; all lanes share every noise draw.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, VariantArray, VariantNames, IntoStaticStr,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "LaneName"))]
pub enum Lane {
    /// The classifier under test at `gamma`. Always present, always first.
    Tested,
    /// The exact classifier at the same `gamma`.
    Exact,
    /// `gamma = 0`.
    Unguided,
    /// The exact classifier, `gamma = 1`: plain conditional sampling.
    Conditional,
    /// The exact classifier at `gamma` with Feynman-Kac weights: samples the tilted density.
    Corrected,
}

impl Lane {
    /// Its name in the state and in `Measurement.lanes`.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// What the picture shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct View {
    /// 2D: the arrows.
    pub field: VectorField,
    /// The lane whose particles fill the picture.
    pub lane: Lane,
    /// How the lanes stand to one another.
    pub layout: Layout,
    /// The lane that it is held against.
    pub against: Lane,
}

/// How the picture shows its lane and the one that it is held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, VariantArray, VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "LayoutName"))]
pub enum Layout {
    /// Overlay in 1D; in 2D side by side where there is room.
    Auto,
    /// The one lane alone.
    Single,
    /// Both in one picture.
    Overlay,
    /// Side by side, with the same axes.
    Pair,
    /// The same with a third lane that runs, if there is one.
    Trio,
    /// The one density minus the other.
    Difference,
}

/// A vector field that the picture can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, VariantArray, VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "FieldName"))]
pub enum VectorField {
    /// No arrows.
    None,
    /// The score of the marginal.
    Score,
    /// The exact guidance.
    Exact,
    /// The guidance of the classifier under test.
    Tested,
    /// The tested guidance minus the exact one.
    Error,
    /// The drift of the reverse process in the tested lane.
    Drift,
}

impl State {
    /// The mixture with its dimension.
    pub fn mixture(&self) -> Mixture {
        Mixture::new(&self.mixture)
    }
}
