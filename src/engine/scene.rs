//! A state compiled for the engines: per-step mixtures split into target and other components,
//! per-step coefficients, lanes, and the fixed domain of the bins.

use super::{BINS_1D, BINS_2D};
use crate::kernels::{
    BinScale, Guide, KIND_DENOISED, KIND_EXACT, KIND_LABEL_SMOOTHING, KIND_LOGIT, KIND_PROBABILITY, KIND_TEMPERED,
    Moment, Term,
};
use crate::model::{
    Classifier, Denoised, LabError, LabErrorCode, Lane, Mixture, Noise, Scored, State, StepCoefficients, Weight,
    WiggleForm, domain,
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
    /// Its score, and what guides it.
    pub scored: Scored,
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

/// A further set of terms beside those of the mixture at the step's own time: what the classifier or the score of a
/// lane goes by instead.
#[derive(Clone, Debug, PartialEq)]
pub struct TermSet {
    /// The noise of the mixture at each time, or one for all.
    noises: Vec<Noise>,
    /// Of the classifier that goes by the denoised guess: at each time the clean mixture, and behind it what denoises
    /// each of its components from the noise of that time.
    denoised: Option<Denoised>,
}

/// Where a set stands among the packed terms.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Place {
    first: u32,
    /// From one time to the next.
    stride: u32,
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
    /// The mixture that is noised.
    pub mixture: Mixture,
    /// The target class.
    pub target: usize,
    /// The mixture at each of `times`: set 0 of the terms.
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
            mixtures: times.iter().map(|&t| SplitMixture::new(&mixture, Noise::at(t), target)).collect(),
            coefficients: times.windows(2).map(|pair| state.process.coefficients(pair[0], pair[1])).collect(),
            lanes: LaneSpec::all(state),
            domain: Domain { min, max },
            times,
            mixture,
            target,
        })
    }

    /// Reverse steps.
    pub fn steps(&self) -> usize {
        self.coefficients.len()
    }

    /// The sets of terms that the lanes need beside set 0, each once.
    pub(crate) fn sets(&self) -> Vec<TermSet> {
        let mut sets = Vec::new();
        let sets_of = |lane: &LaneSpec| [lane.score_set(&self.times), lane.classifier_set(&self.times)];
        for set in self.lanes.iter().flat_map(sets_of).flatten() {
            if !sets.contains(&set) {
                sets.push(set);
            }
        }
        sets
    }

    /// The terms of all sets, in f32: of each `[time][term]`, or `[term]` if it is the same at all times.
    pub(crate) fn packed_terms(&self) -> Vec<Term> {
        let sets = self.sets();
        let further: Vec<SplitMixture> = sets.iter().flat_map(|set| set.mixtures(&self.mixture, self.target)).collect();
        self.mixtures.iter().chain(&further).flat_map(|mixture| mixture.terms.iter().map(SplitTerm::pack)).collect()
    }

    /// The guidance of the lanes, in f32.
    pub(crate) fn packed_guides(&self) -> Vec<Guide> {
        let count = self.mixtures[0].terms.len() as u32;
        let own = Place { first: 0, stride: count };
        let mut end = self.times.len() as u32 * count;
        let sets = self.sets().into_iter().map(|set| {
            let (first, width) = (end, if set.denoised.is_some() { 2 * count } else { count });
            end += set.noises.len() as u32 * width;
            let stride = if set.noises.len() == 1 { 0 } else { width };
            (set, Place { first, stride })
        });
        let sets: Vec<(TermSet, Place)> = sets.collect();
        let place = |set: Option<TermSet>| {
            set.and_then(|set| sets.iter().find(|(each, _)| *each == set)).map_or(own, |(_, place)| *place)
        };
        let pack = |lane: &LaneSpec| {
            let score = place(lane.score_set(&self.times));
            Guide {
                score_terms: score.first,
                score_stride: score.stride,
                own_terms: own.first,
                own_stride: own.stride,
                ..lane.pack(&self.times, 1 + self.other_classes(), place(lane.classifier_set(&self.times)))
            }
        };
        self.lanes.iter().map(pack).collect()
    }

    /// Classes with components beside the target.
    pub(crate) fn other_classes(&self) -> u32 {
        self.mixtures[0].terms.iter().map(|term| term.place).max().unwrap_or(0)
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

    /// The index of the lane `corrected`, whose particles have weights.
    pub(crate) fn corrected_lane(&self) -> Option<usize> {
        self.lanes.iter().position(|spec| spec.lane == Lane::Corrected)
    }

    /// The index of the lane `conditional`, the reference of the fraction improved.
    pub(crate) fn conditional_lane(&self) -> Option<usize> {
        self.lanes.iter().position(|spec| spec.lane == Lane::Conditional)
    }
}

impl TermSet {
    /// Its mixtures, one after the other.
    fn mixtures<'a>(&'a self, mixture: &'a Mixture, target: usize) -> impl Iterator<Item = SplitMixture> + 'a {
        self.noises.iter().flat_map(move |&noise| match self.denoised {
            None => vec![SplitMixture::new(mixture, noise, target)],
            Some(denoised) => {
                let clean = SplitMixture::new(mixture, Noise::at(0.0), target);
                let behind = SplitMixture::denoisers(mixture, noise, target, denoised);
                vec![clean, behind]
            }
        })
    }
}

impl SplitMixture {
    /// What denoises each component, in the order of the terms: the mean is that of the clean component, instead of
    /// the precision `u Sigma C^-1`, and instead of the logarithm `sigma^2/u`, or the factor of a gradient that is
    /// taken as it is.
    fn denoisers(mixture: &Mixture, noise: Noise, target: usize, denoised: Denoised) -> Self {
        let Noise { signal, variance } = noise;
        let offset = if denoised.jacobian { variance / signal } else { denoised.factor(signal) };
        let noised = mixture.noised_by(noise);
        let all = mixture.components.iter().zip(&noised);
        let (of_target, others): (Vec<_>, Vec<_>) = all.partition(|(clean, _)| clean.class == target);
        let d = mixture.dimension;
        let terms = of_target.iter().chain(&others).map(|(clean, noised)| {
            let gain = |i: usize, j: usize| -> f64 {
                if i >= d || j >= d {
                    return 0.0;
                }
                signal * (0..d).map(|k| clean.covariance[i][k] * noised.precision[k * d + j]).sum::<f64>()
            };
            let mean = [clean.mean[0], clean.mean.get(1).copied().unwrap_or_default()];
            SplitTerm { offset, mean, precision: [gain(0, 0), gain(0, 1), gain(1, 1)], place: 0 }
        });
        Self { terms: terms.collect(), target: of_target.len() }
    }

    /// The mixture after a noise, the components of the target class first, else in the state's order.
    fn new(mixture: &Mixture, noise: Noise, target: usize) -> Self {
        let noised = mixture.noised_by(noise);
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

/// The mixture at every time, with something added to every variance of the data.
fn inflated(times: &[f64], by: f64) -> TermSet {
    TermSet { noises: times.iter().map(|&t| Noise::at(t).of_inflated(by)).collect(), denoised: None }
}

impl LaneSpec {
    /// The lanes of a state: `tested`, then those of `compare`.
    pub fn all(state: &State) -> Vec<Self> {
        let (weight, scored) = (state.weight(), Scored::EXACT);
        std::iter::once(Lane::Tested)
            .chain(state.compare.iter().copied().filter(|&lane| lane != Lane::Tested))
            .map(|lane| match lane {
                Lane::Tested => Self { lane, weight, classifier: state.classifier, scored: state.scored() },
                Lane::Exact => Self { lane, weight, classifier: Classifier::EXACT, scored },
                Lane::Unguided => Self { lane, weight: Weight::constant(0.0), classifier: Classifier::EXACT, scored },
                Lane::Conditional => {
                    Self { lane, weight: Weight::constant(1.0), classifier: Classifier::EXACT, scored }
                }
                Lane::Corrected => {
                    Self { lane, weight: Weight::constant(state.guidance.gamma), classifier: Classifier::EXACT, scored }
                }
            })
            .collect()
    }

    /// The set of terms that the score goes by, of a mixture with wider components perhaps; `None` for set 0. A score
    /// that is not the exact one has a set of its own, which tells the kernels so.
    fn score_set(&self, times: &[f64]) -> Option<TermSet> {
        let inflation = self.scored.weaker.unwrap_or(self.scored.inflation);
        (self.scored != Scored::EXACT).then(|| inflated(times, inflation))
    }

    /// The set of terms that the classifier goes by, or the model that is guided; `None` for set 0.
    fn classifier_set(&self, times: &[f64]) -> Option<TermSet> {
        if self.scored.weaker.is_some() {
            return Some(inflated(times, self.scored.inflation));
        }
        if let Classifier::Denoised(denoised) = self.classifier {
            return Some(TermSet { noises: times.iter().map(|&t| Noise::at(t)).collect(), denoised: Some(denoised) });
        }
        let mut noises: Vec<Noise> = times.iter().map_while(|&t| self.classifier.sees(t)).collect();
        if noises.is_empty() || noises.iter().zip(times).all(|(noise, &t)| *noise == Noise::at(t)) {
            return None;
        }
        if noises.iter().all(|noise| *noise == noises[0]) {
            noises.truncate(1);
        }
        Some(TermSet { noises, denoised: None })
    }

    /// The same in f32, as the kernels take it, with its interval as indices of the falling `times`; the mixture has
    /// so many `classes`.
    fn pack(&self, times: &[f64], classes: u32, classifier: Place) -> Guide {
        let (kind, parameters) = match self.classifier {
            // Exact of what it goes by.
            Classifier::Exact(_) | Classifier::Mistimed(_) | Classifier::NoiseBlind(_) => (KIND_EXACT, [0.0, 0.0]),
            Classifier::LabelSmoothing(smoothed) => {
                (KIND_LABEL_SMOOTHING, [smoothed.epsilon, smoothed.epsilon / f64::from(classes)])
            }
            Classifier::Wiggle(wiggle) => {
                let kind = match wiggle.form {
                    WiggleForm::Probability => KIND_PROBABILITY,
                    WiggleForm::Logit => KIND_LOGIT,
                };
                (kind, [wiggle.frequency, wiggle.amplitude()])
            }
            Classifier::Denoised(denoised) => (KIND_DENOISED, [f64::from(u8::from(denoised.jacobian)), 0.0]),
            Classifier::Tempered(tempered) => (KIND_TEMPERED, [tempered.sharpness, tempered.bias]),
        };
        let (weight, scored) = (&self.weight, &self.scored);
        let weaker = scored.weaker.is_some();
        // A weaker model is no classifier, and has no probability to fade with.
        let (kind, parameters) = if weaker { (KIND_EXACT, [0.0, 0.0]) } else { (kind, parameters) };
        Guide {
            gamma: weight.gamma as f32,
            kind,
            parameters: parameters.map(|parameter| parameter as f32),
            outside: weight.outside as f32,
            first: times.iter().take_while(|&&t| t > weight.to).count() as u32,
            end: times.iter().take_while(|&&t| t >= weight.from).count() as u32,
            adaptive: if weaker || weight.is_constant() { 0.0 } else { weight.adaptive as f32 },
            classifier_terms: classifier.first,
            classifier_stride: classifier.stride,
            clip: weight.rules.clip.unwrap_or(0.0) as f32,
            removed: (1.0 - weight.rules.parallel) as f32,
            rescale: weight.rules.rescale as f32,
            ahead: u32::from(weight.rules.ahead),
            whole: 1.0,
            score_scale: scored.scale as f32,
            weaker: u32::from(weaker),
            score_shift: [scored.shift[0] as f32, scored.shift[1] as f32],
            ..Guide::default()
        }
    }
}
