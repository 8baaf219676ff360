//! A scene that was checked, and what the kernels need of it: the rows, and the tables of each time. In f32, for the
//! engines of many dimensions.

use std::sync::Arc;

use super::exact::Marginal;
use super::guide::seen_noise;
use super::mixture::Mixture;
use crate::engine::pack_network;
use crate::kernels;
use crate::kernels::many::{ManyGuide, ManyRows, ManyTerms, WIDTH};
use crate::model::{Classifier, LabError, LabErrorCode, MAX_PARTICLES, Noise, Process, Sampler, WiggleForm};
use crate::words::messages as says;

/// Directions are kept in groups of so many.
const GROUP: usize = 4;
/// The most that positions may take, in MB.
const MOST_MEGABYTES: f64 = 1024.0;

/// A lane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LaneOf {
    /// The guidance scale.
    pub gamma: f64,
    /// Whether the classifier under test guides it; otherwise the exact one.
    pub tested: bool,
    /// Whether its particles have weights that correct the exact guidance to the tilted density.
    pub weighted: bool,
}

/// What is to be run.
#[derive(Clone, Debug)]
pub struct Scene {
    /// The mixture.
    pub mixture: Arc<Mixture>,
    /// The process and its discretisation.
    pub process: Process,
    /// The classifier under test.
    pub classifier: Classifier,
    /// The lanes.
    pub lanes: Vec<LaneOf>,
    /// The labels of the target classes: particle `i` has the one at `i` modulo their number.
    pub targets: Vec<usize>,
    /// Particles of a lane.
    pub particles: usize,
    /// The seed of all noise.
    pub seed: u32,
}

/// The tables of a time.
pub(super) struct Place {
    /// Its index.
    pub time: usize,
    pub terms: ManyTerms,
    pub other: Option<ManyTerms>,
    pub guide: ManyGuide,
}

/// What every engine makes of a scene first.
#[derive(Debug)]
pub(super) struct Plan {
    pub scene: Scene,
    /// The reverse times.
    pub times: Vec<f64>,
    /// Directions of each component, filled up to groups.
    pub rank: usize,
    /// Of a learned classifier.
    pub network: Option<kernels::Network>,
    /// The place of each target's class.
    places: Vec<u32>,
    /// Directions that stay what they are at every time.
    directions: Option<Arc<[f32]>>,
}

impl Plan {
    /// Checks a scene: [`super::Run::new`] says for what.
    pub fn new(scene: Scene) -> Result<Self, LabError> {
        let Scene { mixture, process, lanes, targets, particles, .. } = &scene;
        if process.sampler == Sampler::CfgPlusPlus {
            let message = says::not_in_many_dimensions(
                "process.sampler",
                "cfg++",
                "exponential, ddpm, euler-maruyama, ode-exponential, ddim, heun",
            );
            return Err(LabError::new(LabErrorCode::Unsupported, "process.sampler", message));
        }
        let weighted = lanes.iter().any(|lane| lane.weighted);
        if weighted && !process.sampler.is_stochastic() {
            return Err(LabError::new(LabErrorCode::Inconsistent, "compare", says::corrected_needs_noise("compare")));
        }
        if *particles == 0 || *particles > MAX_PARTICLES {
            let message = says::out_of_range("particles", *particles, 1_u32, MAX_PARTICLES);
            return Err(LabError::new(LabErrorCode::Range, "particles", message));
        }
        let d = mixture.dimension();
        let megabytes = (lanes.len() * particles * d) as f64 * 4.0 / 1e6;
        if megabytes > MOST_MEGABYTES {
            let message = says::too_much_memory("particles", *particles, megabytes.ceil(), MOST_MEGABYTES);
            return Err(LabError::new(LabErrorCode::Range, "particles", message));
        }
        let mut places = Vec::with_capacity(targets.len());
        for &target in targets {
            let Some(place) = mixture.place(target) else {
                let known: Vec<String> = mixture.classes().iter().map(ToString::to_string).collect();
                let message = says::no_such_class("guidance.target", target, known.join(", "));
                return Err(LabError::new(LabErrorCode::Range, "guidance.target", message));
            };
            places.push(place as u32);
        }
        let rank = mixture.rank().div_ceil(GROUP) * GROUP;
        let fixed = mixture.own().iter().all(|own| own.variances.is_some());
        let times = process.times();
        let network = match scene.classifier {
            Classifier::Learned(learned) => Some(pack_network(&scene.mixture.network(&learned.recipe), &times, 0)),
            _ => None,
        };
        let mut plan = Self { times, rank, network, places, directions: None, scene };
        if fixed {
            let marginal = Marginal::new(&plan.scene.mixture, Noise::at(plan.times[0]));
            plan.directions = Some(plan.directions_of(&marginal));
        }
        Ok(plan)
    }

    /// The rows of all lanes, one lane after the other, in blocks.
    pub fn rows(&self) -> Vec<ManyRows> {
        let Scene { lanes, particles, .. } = &self.scene;
        let rows = lanes.len() * particles;
        let block = |first: usize| {
            // What fills up the last block is its last particle again.
            let row = |index: usize| (first + index).min(rows - 1);
            let lane = |index: usize| lanes[row(index) / particles];
            let particle = |index: usize| row(index) % particles;
            ManyRows {
                particles: std::array::from_fn(|index| particle(index) as u32),
                places: std::array::from_fn(|index| self.places[particle(index) % self.places.len()]),
                gammas: std::array::from_fn(|index| lane(index).gamma as f32),
                tested: std::array::from_fn(|index| f32::from(u8::from(lane(index).tested))),
            }
        };
        (0..rows).step_by(WIDTH).map(block).collect()
    }

    /// Where the rows of a lane are.
    pub fn lane(&self, lane: usize) -> std::ops::Range<usize> {
        lane * self.scene.particles..(lane + 1) * self.scene.particles
    }

    /// The tables of the time with an index.
    pub fn place(&self, time: usize) -> Place {
        let t = self.times[time];
        let Scene { mixture, classifier, .. } = &self.scene;
        let terms = |noise: Noise| self.terms(&Marginal::new(mixture, noise));
        let Noise { signal, variance } = Noise::at(t);
        let guide = match *classifier {
            Classifier::Tempered(tempered) => {
                ManyGuide::Tempered { sharpness: tempered.sharpness as f32, bias: tempered.bias as f32 }
            }
            Classifier::LabelSmoothing(smoothing) => ManyGuide::LabelSmoothing {
                kept: (1.0 - smoothing.epsilon) as f32,
                floor: (smoothing.epsilon / mixture.classes().len() as f64) as f32,
            },
            Classifier::Wiggle(wiggle) => ManyGuide::Wiggle {
                logit: wiggle.form == WiggleForm::Logit,
                frequency: wiggle.frequency as f32,
                amplitude: wiggle.amplitude() as f32,
            },
            Classifier::Denoised(denoised) => ManyGuide::Denoised {
                variance: variance as f32,
                grow: (1.0 / signal) as f32,
                plain: if denoised.jacobian { 0.0 } else { denoised.factor(signal) as f32 },
            },
            Classifier::NoiseBlind(_) | Classifier::Mistimed(_) => ManyGuide::Seen,
            Classifier::Learned(_) => ManyGuide::Learned,
            Classifier::Exact(_) => ManyGuide::Exact,
        };
        Place { time, terms: terms(Noise::at(t)), other: seen_noise(classifier, t).map(terms), guide }
    }

    fn terms(&self, marginal: &Marginal) -> ManyTerms {
        let terms = marginal.terms();
        let single = |numbers: &mut dyn Iterator<Item = f64>| -> Vec<f32> { numbers.map(|x| x as f32).collect() };
        let top = terms.iter().map(|term| term.log_weight).fold(f64::NEG_INFINITY, f64::max);
        let mut scales = Vec::with_capacity(terms.len() * self.rank);
        for (index, term) in terms.iter().enumerate() {
            scales.extend(term.scales.iter().map(|&scale| scale as f32));
            scales.resize((index + 1) * self.rank, 0.0);
        }
        ManyTerms {
            dimension: self.scene.mixture.dimension(),
            rank: self.rank,
            classes: marginal.classes().len(),
            log_weights: single(&mut terms.iter().map(|term| term.log_weight - top)),
            places: terms.iter().map(|term| term.place as u32).collect(),
            means: single(&mut terms.iter().flat_map(|term| term.mean.iter().copied())),
            inverses: single(&mut terms.iter().flat_map(|term| term.inverse.iter().copied())),
            directions: self.directions.clone().unwrap_or_else(|| self.directions_of(marginal)),
            scales,
        }
    }

    /// `[component][coordinate][direction]`.
    fn directions_of(&self, marginal: &Marginal) -> Arc<[f32]> {
        let (d, rank) = (self.scene.mixture.dimension(), self.rank);
        let mut all = vec![0.0; marginal.terms().len() * d * rank];
        for (own, term) in all.chunks_exact_mut((d * rank).max(1)).zip(marginal.terms()) {
            for (i, direction) in term.directions.chunks_exact(d).enumerate() {
                for (j, &entry) in direction.iter().enumerate() {
                    own[j * rank + i] = entry as f32;
                }
            }
        }
        all.into()
    }
}
