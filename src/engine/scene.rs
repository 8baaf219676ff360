//! A state compiled for the engines: per-step mixtures split into target and other components,
//! per-step coefficients, lanes, and the fixed domain of the bins.

use super::{BINS_1D, BINS_2D};
use crate::kernels::{BinScale, Guide, KIND_EXACT, KIND_LOGIT, KIND_PROBABILITY, KIND_TEMPERED, Moment, Term};
use crate::model::{
    Classifier, LabError, LabErrorCode, Lane, Mixture, State, StepCoefficients, Weight, WiggleForm, domain,
};
use crate::words::messages as says;

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
    pub weight: Weight,
    /// Its classifier.
    pub classifier: Classifier,
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
    /// 0 for the target class, and a number from 1 for each other class in the order of their labels.
    pub place: u32,
}

/// The mixture at one time, target class first, so that the kernels need only a boundary:
/// `eta = E_c / (E_c + E_o)`, `g = (1 - eta)(s_c - s_o)` without cancellation.
#[derive(Clone, Debug, PartialEq)]
pub struct SplitMixture {
    /// The components, those of the target class first.
    pub terms: Vec<SplitTerm>,
    /// How many belong to the target class; at least 1.
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
    /// Compiles a validated state. Fails for a dimension other than 1 or 2 and for a target class
    /// without components.
    pub fn new(state: &State) -> Result<Self, LabError> {
        let mixture = Mixture::new(&state.mixture);
        let dimension = mixture.dimension;
        if !(1..=2).contains(&dimension) {
            return Err(LabError::new(LabErrorCode::Unsupported, "mixture", says::particles_dimension(dimension)));
        }
        let target = state.guidance.target;
        if !mixture.components.iter().any(|component| component.class == target) {
            return Err(LabError::new(
                LabErrorCode::Inconsistent,
                "guidance.target",
                says::no_target_component(target),
            ));
        }
        let times = state.process.times();
        let (min, max) = domain(&mixture);
        Ok(Self {
            dimension,
            particles: state.particles,
            seed: state.seed,
            mixtures: times.iter().map(|&t| SplitMixture::new(&mixture, t, target)).collect(),
            coefficients: times.windows(2).map(|pair| state.process.coefficients(pair[0], pair[1])).collect(),
            lanes: LaneSpec::all(state),
            domain: Domain { min, max },
            times,
        })
    }

    /// Reverse steps.
    pub fn steps(&self) -> usize {
        self.coefficients.len()
    }

    /// The terms of the mixtures at all times, in f32: `[time][term]`.
    pub(crate) fn packed_terms(&self) -> Vec<Term> {
        self.mixtures.iter().flat_map(|mixture| mixture.terms.iter().map(SplitTerm::pack)).collect()
    }

    /// The guidance of the lanes, in f32.
    pub(crate) fn packed_guides(&self) -> Vec<Guide> {
        self.lanes.iter().map(|lane| lane.pack(&self.times)).collect()
    }

    /// What each lane needs to know of each time, `[time][lane]`: the rules in time are factors of the weight, worked
    /// out here in f64.
    pub(crate) fn packed_moments(&self) -> Vec<Vec<Moment>> {
        let moments = |(index, &t): (usize, &f64)| {
            // The last time has no step; only Heun's corrector looks at it.
            let boost = self.coefficients.get(index).map_or(1.0, |step| step.boost);
            let variance = -(-2.0 * t).exp_m1() as f32;
            let moment = |lane: &LaneSpec| Moment { factor: lane.weight.factor(t, boost) as f32, variance };
            self.lanes.iter().map(moment).collect()
        };
        self.times.iter().enumerate().map(moments).collect()
    }

    /// The bins of the domain, as the kernels take them.
    pub(crate) fn bin_scale(&self) -> BinScale {
        let side = if self.dimension == 1 { BINS_1D } else { BINS_2D };
        let Domain { min, max } = self.domain;
        BinScale {
            min: min.map(|x| x as f32),
            max: max.map(|x| x as f32),
            density: [0, 1].map(|axis| (side as f64 / (max[axis] - min[axis])) as f32),
            side: side as u32,
            padding: 0,
        }
    }

    /// Fails for a lane that the scene does not have.
    pub(crate) fn check_lane(&self, lane: usize) -> Result<(), LabError> {
        let count = self.lanes.len();
        let error = || LabError::new(LabErrorCode::Unsupported, "", says::no_lane_number(lane, count));
        if lane < count { Ok(()) } else { Err(error()) }
    }

    /// The index of the lane `conditional`, the reference of the fraction improved.
    pub(crate) fn conditional_lane(&self) -> Option<usize> {
        self.lanes.iter().position(|spec| spec.lane == Lane::Conditional)
    }
}

impl SplitMixture {
    /// The marginal at time `t`, the components of the target class first, else in the state's order.
    fn new(mixture: &Mixture, t: f64, target: usize) -> Self {
        let noised = mixture.noised(t);
        let (of_target, others): (Vec<_>, Vec<_>) = noised.iter().partition(|component| component.class == target);
        let has = |class: usize| others.iter().any(|component| component.class == class);
        let place = |class: usize| if class == target { 0 } else { 1 + (0..class).filter(|&c| has(c)).count() as u32 };
        let terms = of_target
            .iter()
            .chain(&others)
            .map(|component| match mixture.dimension {
                1 => SplitTerm {
                    offset: component.log_weight,
                    mean: [component.mean[0], 0.0],
                    precision: [component.precision[0], 0.0, 0.0],
                    place: place(component.class),
                },
                _ => SplitTerm {
                    offset: component.log_weight,
                    mean: [component.mean[0], component.mean[1]],
                    precision: [component.precision[0], component.precision[1], component.precision[3]],
                    place: place(component.class),
                },
            })
            .collect();
        Self { terms, target: of_target.len() }
    }
}

impl SplitTerm {
    /// The same in f32.
    fn pack(&self) -> Term {
        Term {
            mean: self.mean.map(|m| m as f32),
            offset: self.offset as f32,
            p11: self.precision[0] as f32,
            p12: self.precision[1] as f32,
            p22: self.precision[2] as f32,
            place: self.place,
            padding: 0,
        }
    }
}

impl LaneSpec {
    /// The lanes of a state: `tested`, then those of `compare`.
    pub fn all(state: &State) -> Vec<Self> {
        let weight = state.weight();
        std::iter::once(Lane::Tested)
            .chain(state.compare.iter().copied().filter(|&lane| lane != Lane::Tested))
            .map(|lane| match lane {
                Lane::Tested => Self { lane, weight, classifier: state.classifier },
                Lane::Exact => Self { lane, weight, classifier: Classifier::EXACT },
                Lane::Unguided => Self { lane, weight: Weight::constant(0.0), classifier: Classifier::EXACT },
                Lane::Conditional => Self { lane, weight: Weight::constant(1.0), classifier: Classifier::EXACT },
            })
            .collect()
    }

    /// The same in f32, as the kernels take it, with its interval as indices of the falling `times`.
    fn pack(&self, times: &[f64]) -> Guide {
        let (kind, parameters) = match self.classifier {
            Classifier::Exact(_) => (KIND_EXACT, [0.0, 0.0]),
            Classifier::Wiggle(wiggle) => {
                let kind = match wiggle.form {
                    WiggleForm::Probability => KIND_PROBABILITY,
                    WiggleForm::Logit => KIND_LOGIT,
                };
                (kind, [wiggle.frequency, wiggle.amplitude()])
            }
            Classifier::Tempered(tempered) => (KIND_TEMPERED, [tempered.sharpness, tempered.bias]),
        };
        let weight = &self.weight;
        Guide {
            gamma: weight.gamma as f32,
            kind,
            parameters: parameters.map(|parameter| parameter as f32),
            outside: weight.outside as f32,
            first: times.iter().take_while(|&&t| t > weight.to).count() as u32,
            end: times.iter().take_while(|&&t| t >= weight.from).count() as u32,
            adaptive: if weight.is_constant() { 0.0 } else { weight.adaptive as f32 },
            clip: weight.rules.clip.unwrap_or(0.0) as f32,
            removed: (1.0 - weight.rules.parallel) as f32,
            rescale: weight.rules.rescale as f32,
            variance: 0.0,
            ahead: u32::from(weight.rules.ahead),
            whole: 1.0,
            padding: [0; 2],
        }
    }
}
