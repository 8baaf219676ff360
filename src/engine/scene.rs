//! A state compiled for the engines: per-step mixtures split into target and other components,
//! per-step coefficients, lanes, and the fixed domain of the bins.

use crate::model::{LabError, Lane, State, StepCoefficients, WiggleForm};

/// A rectangle of the plane (an interval in 1D, second coordinate unused).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Domain {
    /// Lower corner.
    pub min: [f64; 2],
    /// Upper corner.
    pub max: [f64; 2],
}

/// The guidance of one lane: `s + gamma ghat`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LaneSpec {
    /// Which lane.
    pub lane: Lane,
    /// The weight.
    pub gamma: f64,
    /// The wiggle of its classifier; `None` is the exact classifier.
    pub wiggle: Option<(WiggleForm, f64, f64)>,
}

/// One noised component as the kernels take it (1D uses the first entries):
/// `log N = offset - (1/2) (x-m)^T P (x-m)`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SplitTerm {
    /// `log pi - (1/2) log det C - (d/2) log 2 pi`.
    pub offset: f64,
    /// `m`.
    pub mean: [f64; 2],
    /// `P_11, P_12, P_22` of the precision.
    pub precision: [f64; 3],
}

/// The mixture at one time, target class first, so that the kernels need only a boundary:
/// `eta = E_c / (E_c + E_o)`, `g = (1 - eta)(s_c - s_o)` without cancellation.
#[derive(Clone, Debug, PartialEq)]
pub struct SplitMixture {
    /// The components, those of the target class first.
    pub terms: Vec<SplitTerm>,
    /// How many belong to the target class.
    pub target: usize,
}

/// A state compiled for the engines.
#[derive(Clone, Debug, PartialEq)]
pub struct Scene {
    /// 1 or 2.
    pub dimension: usize,
    /// Particles in each lane.
    pub particles: usize,
    /// The seed.
    pub seed: u32,
    /// The reverse times, `steps + 1`.
    pub times: Vec<f64>,
    /// The mixture at each of `times`.
    pub mixtures: Vec<SplitMixture>,
    /// The step from each time to the next, `steps` of them.
    pub coefficients: Vec<StepCoefficients>,
    /// The lanes; `tested` first.
    pub lanes: Vec<LaneSpec>,
    /// Where the bins lie: the marginals of every class at every time fit in.
    pub domain: Domain,
}

impl Scene {
    /// Compiles a validated state. Fails for a dimension other than 1 or 2.
    pub fn new(state: &State) -> Result<Self, LabError> {
        let _ = state;
        todo!("compiled from model::Mixture")
    }
}
