//! A labelled Gaussian mixture in `d` dimensions and its marginals under the process.

use serde::{Deserialize, Serialize};

/// One labelled Gaussian, as it stands in the state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Component {
    /// Its weight; the weights of a validated mixture sum to 1.
    pub weight: f64,
    /// Its mean, length `d`.
    pub mean: Vec<f64>,
    /// Its covariance, `d` rows of `d` numbers, symmetric and positive definite.
    pub covariance: Vec<Vec<f64>>,
    /// Its label, `0..MAX_CLASSES`.
    pub class: usize,
}

/// A validated mixture: weights sum to 1, covariances are positive definite.
#[derive(Clone, Debug, PartialEq)]
pub struct Mixture {
    /// Number of coordinates, `d`.
    pub dimension: usize,
    /// The components, in the state's order.
    pub components: Vec<Component>,
}

/// A component at time `t`: `N(m, C)` with `m = u mu`, `C = u^2 Sigma + sigma^2 I`.
#[derive(Clone, Debug, PartialEq)]
pub struct NoisedComponent {
    /// `log pi - (1/2) log det C - (d/2) log 2 pi`.
    pub log_weight: f64,
    /// `m`, length `d`.
    pub mean: Vec<f64>,
    /// `C`, row-major, `d * d`.
    pub covariance: Vec<f64>,
    /// `C^-1`, row-major, `d * d`.
    pub precision: Vec<f64>,
    /// Its label.
    pub class: usize,
}
