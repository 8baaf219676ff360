//! A state compiled for the engines: per-step mixtures split into target and other components,
//! per-step coefficients, lanes, and the fixed domain of the bins.

use super::{BINS_1D, BINS_2D};
use crate::kernels::network::Real;
use crate::kernels::{
    self, BinScale, Guide, KIND_DENOISED, KIND_EXACT, KIND_LABEL_SMOOTHING, KIND_LEARNED, KIND_LOGIT, KIND_PROBABILITY,
    KIND_TEMPERED, LearnedScore, MODELS_CLASSIFIER, MODELS_LEARNED, MODELS_LEARNED_WEAKER, MODELS_PAIR,
    MODELS_PAIR_ALONE, MODELS_WEAKER, MODELS_WEAKER_ALONE, Moment, Networks, Term,
};
use crate::model::{
    Activation, Classifier, Denoised, GuidedBy, LabError, LabErrorCode, Lane, Mixture, Network, Noise, Recipe, Rules,
    Scored, State, StepCoefficients, Weight, WiggleForm, domain, network, score_network,
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

    /// Whether other lanes go by other sets of terms, or other rules.
    pub(crate) fn sets_change(&self, lanes: &[LaneSpec]) -> bool {
        let changes = |(old, new): (&LaneSpec, &LaneSpec)| {
            (old.classifier != new.classifier || old.scored != new.scored || old.weight.rules != new.weight.rules)
                && (old.goes_further() || new.goes_further())
        };
        self.lanes.iter().zip(lanes).any(changes)
    }

    fn goes_further(&self) -> bool {
        self.lanes.iter().any(LaneSpec::goes_further)
    }

    /// The terms of all sets, in f32: of each `[time][term]`, or `[term]` if it is the same at all times.
    pub(crate) fn packed_terms(&self) -> Vec<Term> {
        let mut terms = pack_terms(&self.mixtures);
        if self.goes_further() {
            terms.append(&mut (further().terms)(self));
        }
        terms
    }

    /// What lane `tested` has learned, as it is at hand.
    pub(crate) fn packed_networks(&self) -> Option<Networks> {
        if self.goes_further() { (further().networks)(self) } else { None }
    }

    /// The guidance of the lanes, in f32.
    pub(crate) fn packed_guides(&self) -> Vec<Guide> {
        let own = Place { first: 0, stride: self.mixtures[0].terms.len() as u32 };
        let mut guides = Vec::with_capacity(self.lanes.len());
        for lane in &self.lanes {
            guides.push(lane.pack(&self.times, own));
        }
        if self.goes_further() {
            (further().guides)(self, &mut guides);
        }
        guides
    }

    /// What each lane needs to know of each time, `[time][lane]`: the rules in time are factors of the weight, worked
    /// out here in f64.
    pub(crate) fn packed_moments(&self) -> Vec<Moment> {
        let mut moments = vec![Moment::PLAIN; self.times.len() * self.lanes.len()];
        if self.goes_further() {
            (further().moments)(self, &mut moments);
        }
        moments
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

/// What lanes need that go further: in a browser it is in a part of the module (docs/decisions/0005-split-module.md).
struct Further {
    /// The terms of the sets beside set 0.
    terms: fn(&Scene) -> Vec<Term>,
    /// Completes the guide of each lane.
    guides: fn(&Scene, &mut [Guide]),
    /// Writes `[time][lane]` what the rules make of the weight.
    moments: fn(&Scene, &mut [Moment]),
    /// What is learned.
    networks: fn(&Scene) -> Option<Networks>,
}

const FURTHER: Further =
    Further { terms: terms_of_further, guides: complete, moments: moments_of_rules, networks: networks_of };

#[cfg(not(target_arch = "wasm32"))]
fn further() -> Further {
    FURTHER
}

#[cfg(target_arch = "wasm32")]
static FETCHED: std::sync::OnceLock<Further> = std::sync::OnceLock::new();

#[cfg(target_arch = "wasm32")]
fn further() -> &'static Further {
    let Some(further) = FETCHED.get() else { unreachable!("fetched before") };
    further
}

/// Puts at hand what lanes need that go further.
#[cfg(target_arch = "wasm32")]
pub fn bring_further() {
    let _ = FETCHED.set(FURTHER);
}

/// The sets of terms that the lanes need beside set 0, each once.
fn sets_of(scene: &Scene) -> Vec<TermSet> {
    let mut sets = Vec::new();
    let both = |lane: &LaneSpec| [lane.score_set(&scene.times), lane.classifier_set(&scene.times)];
    for set in scene.lanes.iter().flat_map(both).flatten() {
        if !sets.contains(&set) {
            sets.push(set);
        }
    }
    sets
}

fn networks_of(scene: &Scene) -> Option<Networks> {
    let recipe = scene.lanes.iter().find_map(|lane| match lane.classifier {
        Classifier::Learned(learned) => Some(learned.recipe),
        _ => None,
    });
    let classifier = recipe.map(|recipe| {
        let network = network(&recipe, &scene.mixture);
        let target = network.classes.iter().position(|&class| class == scene.target).unwrap_or_default();
        pack_network(&network, &scene.times, target)
    });
    let parts = scene.lanes.iter().find_map(|lane| lane.scored.learned);
    let score = parts.map(|parts| {
        let of = |recipe: &Recipe| score_network(recipe, &scene.mixture);
        let packed = |network: &Network| pack_network(network, &scene.times, network.place_of(scene.target));
        let (main, weaker) = (parts.main().map(of), parts.weaker().as_ref().map(of));
        // Both are of the same noise.
        let factor = |t: &f64| main.as_ref().or(weaker.as_ref()).map_or(0.0, |network| network.score_factor(*t)) as f32;
        LearnedScore {
            factors: scene.times.iter().map(factor).collect(),
            main: main.as_deref().map(packed),
            weaker: weaker.as_deref().map(packed),
        }
    });
    (classifier.is_some() || score.is_some()).then_some(Networks { classifier, score })
}

/// A network as the kernels take it, asked at these times; `target` is the output of the target class, the first of a
/// score's.
pub fn pack_network<T: Real>(network: &Network, times: &[f64], target: usize) -> kernels::Network<T> {
    let (d, count, recipe) = (network.dimension, network.frequencies(), &network.recipe);
    let values: Vec<T> = network.values.iter().map(|&value| T::of(value.into())).collect();
    let told = |&t: &f64| T::of(network.time_feature(t));
    kernels::Network {
        times: if recipe.time { times.iter().map(told).collect() } else { Vec::new() },
        frequencies: (0..d).flat_map(|axis| (0..count).map(move |j| j * d + axis)).map(|at| values[at]).collect(),
        features: recipe.fourier.map_or(0, |fourier| fourier.features),
        activation: match recipe.activation {
            Activation::Tanh => kernels::network::Activation::Tanh,
            Activation::Softplus => kernels::network::Activation::Softplus,
            Activation::Relu => kernels::network::Activation::Relu,
            Activation::Sine => kernels::network::Activation::Sine,
        },
        layers: network
            .layers()
            .into_iter()
            .map(|layer| kernels::Layer::new(values[layer.weights].to_vec(), values[layer.biases].to_vec()))
            .collect(),
        target,
    }
}

fn terms_of_further(scene: &Scene) -> Vec<Term> {
    sets_of(scene).iter().flat_map(|set| pack_terms(&set.mixtures(&scene.mixture, scene.target))).collect()
}

/// Completes the guides of lanes, with the places of their sets.
fn complete(scene: &Scene, guides: &mut [Guide]) {
    let (count, classes) = (scene.mixtures[0].terms.len() as u32, 1 + scene.other_classes());
    for (lane, guide) in scene.lanes.iter().zip(&mut *guides) {
        lane.complete(classes, guide);
    }
    let mut end = scene.times.len() as u32 * count;
    for set in sets_of(scene) {
        let width = if set.denoised.is_some() { 2 * count } else { count };
        let place = Place { first: end, stride: if set.noises.len() == 1 { 0 } else { width } };
        end += set.noises.len() as u32 * width;
        for (lane, guide) in scene.lanes.iter().zip(&mut *guides) {
            if lane.score_set(&scene.times).as_ref() == Some(&set) {
                (guide.score_terms, guide.score_stride) = (place.first, place.stride);
            }
            if lane.classifier_set(&scene.times).as_ref() == Some(&set) {
                (guide.classifier_terms, guide.classifier_stride) = (place.first, place.stride);
            }
        }
    }
}

fn moments_of_rules(scene: &Scene, moments: &mut [Moment]) {
    for ((index, &t), moments) in scene.times.iter().enumerate().zip(moments.chunks_exact_mut(scene.lanes.len())) {
        // The last time has no step; only Heun's corrector looks at it.
        let boost = scene.coefficients.get(index).map_or(1.0, |step| step.boost);
        let variance = -(-2.0 * t).exp_m1() as f32;
        for (lane, moment) in scene.lanes.iter().zip(moments) {
            let bound = lane.weight.rules.threshold.map_or(0.0, |threshold| (-t).exp() * threshold) as f32;
            *moment = Moment { factor: lane.weight.factor(t, boost) as f32, variance, bound, padding: 0 };
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

    /// Whether the lane needs more than a constant weight, the exact score and one of the first figures' classifiers.
    fn goes_further(&self) -> bool {
        !matches!(self.classifier, Classifier::Exact(_) | Classifier::Wiggle(_))
            || self.scored != Scored::EXACT
            || self.weight.rules != Rules::NONE
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

    /// The same in f32, as the kernels take it, with its interval as indices of the falling `times`: what every lane
    /// needs. [`complete`] adds the rest.
    fn pack(&self, times: &[f64], own: Place) -> Guide {
        let (kind, parameters) = match self.classifier {
            Classifier::Wiggle(wiggle) => {
                let kind = match wiggle.form {
                    WiggleForm::Probability => KIND_PROBABILITY,
                    WiggleForm::Logit => KIND_LOGIT,
                };
                (kind, [wiggle.frequency, wiggle.amplitude()])
            }
            _ => (KIND_EXACT, [0.0, 0.0]),
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
            score_terms: own.first,
            score_stride: own.stride,
            classifier_terms: own.first,
            classifier_stride: own.stride,
            own_terms: own.first,
            own_stride: own.stride,
            whole: 1.0,
            score_scale: 1.0,
            ..Guide::default()
        }
    }

    /// What a lane needs that goes further; the mixture has so many `classes`.
    fn complete(&self, classes: u32, guide: &mut Guide) {
        let (kind, parameters) = match self.classifier {
            Classifier::LabelSmoothing(smoothed) => {
                (KIND_LABEL_SMOOTHING, [smoothed.epsilon, smoothed.epsilon / f64::from(classes)])
            }
            Classifier::Denoised(denoised) => (KIND_DENOISED, [f64::from(u8::from(denoised.jacobian)), 0.0]),
            Classifier::Tempered(tempered) => (KIND_TEMPERED, [tempered.sharpness, tempered.bias]),
            Classifier::Learned(_) => (KIND_LEARNED, [0.0; 2]),
            // The others are at hand, or exact of what they go by.
            _ => (guide.kind, guide.parameters.map(f64::from)),
        };
        (guide.kind, guide.parameters) = (kind, parameters.map(|parameter| parameter as f32));
        if kind == KIND_LEARNED {
            // A network goes by no terms: its place is the number of the time.
            (guide.classifier_terms, guide.classifier_stride) = (0, 1);
        }
        let (rules, scored) = (&self.weight.rules, &self.scored);
        guide.clip = rules.clip.unwrap_or(0.0) as f32;
        guide.removed = (1.0 - rules.parallel) as f32;
        guide.rescale = rules.rescale as f32;
        guide.ahead = u32::from(rules.ahead);
        guide.score_scale = scored.scale as f32;
        guide.score_shift = [scored.shift[0] as f32, scored.shift[1] as f32];
        if let Some(parts) = &scored.learned {
            guide.models = match (parts.guide, parts.score.exact) {
                (GuidedBy::Classifier, _) => MODELS_LEARNED,
                (GuidedBy::Pair, false) => MODELS_PAIR,
                (GuidedBy::Pair, true) => MODELS_PAIR_ALONE,
                (GuidedBy::Weaker, false) => MODELS_LEARNED_WEAKER,
                (GuidedBy::Weaker, true) => MODELS_WEAKER_ALONE,
            };
        } else if scored.weaker.is_some() {
            guide.models = MODELS_WEAKER;
        }
        if ![MODELS_CLASSIFIER, MODELS_LEARNED].contains(&guide.models) {
            // A model is no classifier, and has no probability to fade with.
            *guide = Guide { kind: KIND_EXACT, parameters: [0.0; 2], adaptive: 0.0, ..*guide };
        }
    }
}
