//! A state compiled for the engines: per-step mixtures split into target and other components,
//! per-step coefficients, lanes, and the fixed domain of the bins.

use super::{BINS_1D, BINS_2D};
use crate::kernels::{
    self, BinScale, Guide, KIND_DENOISED, KIND_EXACT, KIND_LABEL_SMOOTHING, KIND_LEARNED, KIND_LOGIT, KIND_PROBABILITY,
    KIND_TEMPERED, Term,
};
use crate::model::{
    Activation, Classifier, Denoised, LabError, LabErrorCode, Lane, Mixture, Noise, State, StepCoefficients, Weight,
    WiggleForm, domain, network,
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

/// A further set of terms beside those of the mixture at the step's own time: what the classifier or the score of a
/// lane goes by instead.
#[derive(Clone, Debug, PartialEq)]
struct TermSet {
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

    /// Whether other lanes go by other sets of terms.
    pub(crate) fn sets_change(&self, lanes: &[LaneSpec]) -> bool {
        let changes = |(old, new): (&LaneSpec, &LaneSpec)| {
            old.classifier != new.classifier && (old.goes_further() || new.goes_further())
        };
        self.lanes.iter().zip(lanes).any(changes)
    }

    /// The terms of all sets, in f32: of each `[time][term]`, or `[term]` if it is the same at all times.
    pub(crate) fn packed_terms(&self) -> Vec<Term> {
        let mut terms = pack_terms(&self.mixtures);
        if self.lanes.iter().any(LaneSpec::goes_further) {
            terms.append(&mut (further_sets().terms)(self));
        }
        terms
    }

    /// The network of lane `tested` as it is at hand, if its classifier is learned.
    pub(crate) fn packed_network(&self) -> Option<kernels::Network> {
        let further = self.lanes.iter().any(LaneSpec::goes_further);
        if further { (further_sets().network)(self) } else { None }
    }

    /// The guidance of the lanes, in f32.
    pub(crate) fn packed_guides(&self) -> Vec<Guide> {
        let own = Place { first: 0, stride: self.mixtures[0].terms.len() as u32 };
        let mut places = vec![own; self.lanes.len()];
        if self.lanes.iter().any(LaneSpec::goes_further) {
            (further_sets().places)(self, &mut places);
        }
        let classes = 1 + self.other_classes();
        let mut guides = Vec::with_capacity(places.len());
        for (lane, place) in self.lanes.iter().zip(places) {
            guides.push(lane.pack(&self.times, classes, own, place));
        }
        guides
    }

    /// Classes with components beside the target.
    pub(crate) fn other_classes(&self) -> u32 {
        self.mixtures[0].terms.iter().map(|term| term.place).max().unwrap_or(0)
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

/// What the sets beside set 0 need: in a browser it is in a part of the module (docs/decisions/0005-split-module.md).
struct FurtherSets {
    /// Their terms.
    terms: fn(&Scene) -> Vec<Term>,
    /// Writes where the classifier of each lane has its set, if not in set 0.
    places: fn(&Scene, &mut [Place]),
    /// The network of a learned classifier.
    network: fn(&Scene) -> Option<kernels::Network>,
}

const FURTHER: FurtherSets = FurtherSets { terms: terms_of_further, places: places_of_further, network: network_of };

#[cfg(not(target_arch = "wasm32"))]
fn further_sets() -> FurtherSets {
    FURTHER
}

#[cfg(target_arch = "wasm32")]
static FETCHED: std::sync::OnceLock<FurtherSets> = std::sync::OnceLock::new();

#[cfg(target_arch = "wasm32")]
fn further_sets() -> &'static FurtherSets {
    let Some(sets) = FETCHED.get() else { unreachable!("fetched before a scene is set") };
    sets
}

/// Puts at hand what sets beside set 0 need.
#[cfg(target_arch = "wasm32")]
pub fn bring_sets() {
    let _ = FETCHED.set(FURTHER);
}

/// The sets of terms that the lanes need beside set 0, each once.
fn sets_of(scene: &Scene) -> Vec<TermSet> {
    let mut sets = Vec::new();
    for set in scene.lanes.iter().filter_map(|lane| lane.classifier_set(&scene.times)) {
        if !sets.contains(&set) {
            sets.push(set);
        }
    }
    sets
}

fn network_of(scene: &Scene) -> Option<kernels::Network> {
    let recipe = scene.lanes.iter().find_map(|lane| match lane.classifier {
        Classifier::Learned(learned) => Some(learned.recipe),
        _ => None,
    })?;
    let network = network(&recipe, &scene.mixture);
    let (d, count) = (scene.dimension, network.frequencies());
    let frequencies = (0..d).flat_map(|axis| (0..count).map(move |j| j * d + axis));
    let layers = network.layers();
    Some(kernels::Network {
        times: if recipe.time {
            scene.times.iter().map(|&t| network.time_feature(t) as f32).collect()
        } else {
            Vec::new()
        },
        frequencies: frequencies.map(|at| network.values[at]).collect(),
        features: recipe.fourier.map_or(0, |fourier| fourier.features),
        activation: match recipe.activation {
            Activation::Tanh => kernels::network::Activation::Tanh,
            Activation::Softplus => kernels::network::Activation::Softplus,
            Activation::Relu => kernels::network::Activation::Relu,
            Activation::Sine => kernels::network::Activation::Sine,
        },
        layers: layers
            .iter()
            .map(|layer| {
                kernels::Layer::new(&network.values[layer.weights.clone()], &network.values[layer.biases.clone()])
            })
            .collect(),
        target: network.classes.iter().position(|&class| class == scene.target).unwrap_or_default(),
    })
}

fn terms_of_further(scene: &Scene) -> Vec<Term> {
    sets_of(scene).iter().flat_map(|set| pack_terms(&set.mixtures(&scene.mixture, scene.target))).collect()
}

fn places_of_further(scene: &Scene, places: &mut [Place]) {
    let count = places[0].stride;
    let mut end = scene.times.len() as u32 * count;
    // A network goes by no terms: its place is the number of the time.
    for (lane, found) in scene.lanes.iter().zip(&mut *places) {
        if matches!(lane.classifier, Classifier::Learned(_)) {
            *found = Place { first: 0, stride: 1 };
        }
    }
    for set in sets_of(scene) {
        let width = if set.denoised.is_some() { 2 * count } else { count };
        let place = Place { first: end, stride: if set.noises.len() == 1 { 0 } else { width } };
        end += set.noises.len() as u32 * width;
        for (lane, found) in scene.lanes.iter().zip(&mut *places) {
            if lane.classifier_set(&scene.times).as_ref() == Some(&set) {
                *found = place;
            }
        }
    }
}

/// The terms of mixtures, one after the other.
fn pack_terms(mixtures: &[SplitMixture]) -> Vec<Term> {
    let mut terms = Vec::new();
    for mixture in mixtures {
        for term in &mixture.terms {
            terms.push(term.pack());
        }
    }
    terms
}

impl TermSet {
    /// Its mixtures, one after the other.
    fn mixtures(&self, mixture: &Mixture, target: usize) -> Vec<SplitMixture> {
        let mut mixtures = Vec::new();
        for &noise in &self.noises {
            match self.denoised {
                None => mixtures.push(SplitMixture::new(mixture, noise, target)),
                Some(denoised) => {
                    mixtures.push(SplitMixture::new(mixture, Noise::at(0.0), target));
                    mixtures.push(SplitMixture::denoisers(mixture, noise, target, denoised));
                }
            }
        }
        mixtures
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
        let has = |class: usize| noised.iter().any(|component| component.class == class);
        let place = |class: usize| {
            if class == target { 0 } else { 1 + (0..class).filter(|&c| c != target && has(c)).count() as u32 }
        };
        let mut terms = Vec::with_capacity(noised.len());
        let mut of_target = 0;
        for first in [true, false] {
            for component in noised.iter().filter(|component| (component.class == target) == first) {
                let (mean, precision) = (&component.mean, &component.precision);
                let [mean, precision] = match mixture.dimension {
                    1 => [[mean[0], 0.0, 0.0], [precision[0], 0.0, 0.0]],
                    _ => [[mean[0], mean[1], 0.0], [precision[0], precision[1], precision[3]]],
                };
                let (offset, place) = (component.log_weight, place(component.class));
                terms.push(SplitTerm { offset, mean: [mean[0], mean[1]], precision, place });
            }
            if first {
                of_target = terms.len();
            }
        }
        Self { terms, target: of_target }
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
        let weight = state.guidance.weight();
        std::iter::once(Lane::Tested)
            .chain(state.compare.iter().copied().filter(|&lane| lane != Lane::Tested))
            .map(|lane| match lane {
                Lane::Tested => Self { lane, weight, classifier: state.classifier },
                Lane::Exact => Self { lane, weight, classifier: Classifier::EXACT },
                Lane::Unguided => Self { lane, weight: Weight::constant(0.0), classifier: Classifier::EXACT },
                Lane::Conditional => Self { lane, weight: Weight::constant(1.0), classifier: Classifier::EXACT },
                Lane::Corrected => {
                    Self { lane, weight: Weight::constant(state.guidance.gamma), classifier: Classifier::EXACT }
                }
            })
            .collect()
    }

    /// Whether the classifier may go by a set of terms beside set 0.
    fn goes_further(&self) -> bool {
        use Classifier::{Exact, LabelSmoothing, Tempered, Wiggle};
        !matches!(self.classifier, Exact(_) | LabelSmoothing(_) | Tempered(_) | Wiggle(_))
    }

    /// The set of terms that the classifier goes by; `None` for set 0.
    fn classifier_set(&self, times: &[f64]) -> Option<TermSet> {
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
    #[expect(clippy::float_cmp, reason = "a constant weight is left as it is")]
    fn pack(&self, times: &[f64], classes: u32, score: Place, classifier: Place) -> Guide {
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
            Classifier::Learned(_) => (KIND_LEARNED, [0.0, 0.0]),
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
            adaptive: if weight.gamma == weight.outside { 0.0 } else { weight.adaptive as f32 },
            score_terms: score.first,
            score_stride: score.stride,
            classifier_terms: classifier.first,
            classifier_stride: classifier.stride,
        }
    }
}
