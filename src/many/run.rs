//! Particles under way: the f32 engine of many dimensions. Lanes share every draw; particles are the same on any
//! number of threads.

use std::sync::Arc;

use super::exact::Marginal;
use super::guide::seen_noise;
use super::mixture::Mixture;
use super::weighing::{Weighed, Weighing};
use crate::engine::pack_network;
use crate::kernels::many::{
    ManyGuide, ManyRows, ManySight, ManyTerms, ManyWork, WIDTH, Wide, many_force, many_learned, many_move, many_normals,
};
use crate::kernels::{self, STREAM_INITIAL, STREAM_STEP};
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

/// Rows that are moved together: `x[coordinate][row]`.
#[derive(Clone, Debug)]
struct Block {
    rows: ManyRows,
    x: Vec<Wide>,
    /// `|g|^2` where the last step began, if any of its lanes has weights.
    squares: Option<Wide>,
}

/// A run.
#[derive(Debug)]
pub struct Run {
    scene: Scene,
    times: Vec<f64>,
    step: usize,
    blocks: Vec<Block>,
    rank: usize,
    /// Directions that stay what they are at every time.
    directions: Option<Arc<[f32]>>,
    /// Of a learned classifier.
    network: Option<kernels::Network>,
    /// Of the lanes with weights.
    weighings: Vec<Weighing>,
}

impl Run {
    /// At step 0: every lane starts from the same standard normals.
    ///
    /// # Errors
    /// `unsupported`, if there is no such sampler in many dimensions; `inconsistent`, if a lane has weights and the sampler is that
    /// of an ODE; `range`, if a class is not one of the
    /// mixture's, or for so many particles that they need more memory than there is.
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
        let rows = lanes.len() * particles;
        let block = |first: usize| {
            // What fills up the last block is its last particle again.
            let row = |index: usize| (first + index).min(rows - 1);
            let lane = |index: usize| lanes[row(index) / particles];
            let particle = |index: usize| row(index) % particles;
            Block {
                rows: ManyRows {
                    particles: std::array::from_fn(|index| particle(index) as u32),
                    places: std::array::from_fn(|index| places[particle(index) % places.len()]),
                    gammas: std::array::from_fn(|index| lane(index).gamma as f32),
                    tested: std::array::from_fn(|index| f32::from(u8::from(lane(index).tested))),
                },
                x: vec![[0.0; WIDTH]; d],
                squares: (0..WIDTH).any(|index| lane(index).weighted).then_some([0.0; WIDTH]),
            }
        };
        let mut blocks: Vec<Block> = (0..rows).step_by(WIDTH).map(block).collect();
        for Block { rows, x, .. } in &mut blocks {
            many_normals(&rows.particles, 0, STREAM_INITIAL, scene.seed, x);
        }
        let rank = mixture.rank().div_ceil(GROUP) * GROUP;
        let fixed = mixture.own().iter().all(|own| own.variances.is_some());
        let times = process.times();
        let network = match scene.classifier {
            Classifier::Learned(learned) => Some(pack_network(&scene.mixture.network(&learned.recipe), &times, 0)),
            _ => None,
        };
        let weighing = |(lane, of): (usize, &LaneOf)| {
            of.weighted.then(|| Weighing::new(lane, of.gamma, *particles, targets.len(), scene.seed))
        };
        let weighings = lanes.iter().enumerate().filter_map(weighing).collect();
        let mut run = Self { times, step: 0, blocks, rank, directions: None, network, weighings, scene };
        if fixed {
            let marginal = Marginal::new(&run.scene.mixture, Noise::at(run.times[0]));
            run.directions = Some(run.directions_of(&marginal));
        }
        Ok(run)
    }

    /// What is run.
    pub fn scene(&self) -> &Scene {
        &self.scene
    }

    /// Steps done.
    pub fn step(&self) -> usize {
        self.step
    }

    /// The present time.
    pub fn time(&self) -> f64 {
        self.times[self.step]
    }

    /// The reverse times.
    pub fn times(&self) -> &[f64] {
        &self.times
    }

    /// Makes steps, as many as there are left at most.
    pub fn advance(&mut self, count: usize) {
        let until = self.step.saturating_add(count).min(self.scene.process.steps);
        while self.step < until {
            self.one_step();
            self.step += 1;
        }
    }

    fn one_step(&mut self) {
        let (now, then) = (self.times[self.step], self.times[self.step + 1]);
        let coefficients = self.scene.process.coefficients(now, then);
        let here = self.place(self.step);
        let next = (coefficients.corrector > 0.0).then(|| self.place(self.step + 1));
        let d = self.scene.mixture.dimension();
        let mover = Mover {
            here: &here,
            next: next.as_ref(),
            network: self.network.as_ref(),
            factors: [coefficients.keep, coefficients.drift, coefficients.noise].map(|factor| factor as f32),
            corrector: coefficients.corrector as f32,
            index: self.step as u32,
            seed: self.scene.seed,
        };
        let (count, rank) = (self.scene.mixture.count(), self.rank);
        each(&mut self.blocks, || Room::new(d, count, rank), |room, block| mover.step(room, block));
        if !self.weighings.is_empty() {
            self.weigh();
        }
    }

    /// The weights grow by the trapezoid rule along each path: after a step by the halves before and after the point where it began,
    /// and by what is left when the last has been made. Particles are drawn anew by the weights that they have by then.
    fn weigh(&mut self) {
        let length = |step: usize| self.times[step] - self.times[step + 1];
        let (at, last) = (self.step, self.step + 1 == self.scene.process.steps);
        let before = if at > 0 { length(at - 1) } else { 0.0 };
        let half = 0.5 * length(at);
        let mut weighings = std::mem::take(&mut self.weighings);
        for weighing in &mut weighings {
            weighing.grow(0.5 * before + half, &self.squares(weighing.lane));
        }
        if last {
            let end = self.place(at + 1);
            let (d, count, rank) = (self.scene.mixture.dimension(), self.scene.mixture.count(), self.rank);
            let look = |room: &mut Room, Block { rows, x, squares }: &mut Block| {
                if squares.is_some() {
                    let Room { work, force, .. } = room;
                    many_force(&end.terms, None, ManyGuide::Exact, rows, x, work, force, squares.as_mut());
                }
            };
            each(&mut self.blocks, || Room::new(d, count, rank), look);
            for weighing in &mut weighings {
                weighing.grow(half, &self.squares(weighing.lane));
            }
        } else {
            for weighing in &mut weighings {
                let (lane, there) = (weighing.lane, self.there(weighing.lane));
                if let Some(parents) = weighing.draw(at + 1, &there) {
                    self.take_places(lane, parents);
                }
            }
        }
        self.weighings = weighings;
    }

    /// `|g|^2` of a lane's particles, as they were looked at last.
    fn squares(&self, lane: usize) -> Vec<f32> {
        self.rows(lane).map(|row| self.blocks[row / WIDTH].squares.unwrap_or_default()[row % WIDTH]).collect()
    }

    fn rows(&self, lane: usize) -> std::ops::Range<usize> {
        lane * self.scene.particles..(lane + 1) * self.scene.particles
    }

    /// Which particles of a lane are numbers.
    fn there(&self, lane: usize) -> Vec<bool> {
        self.rows(lane).map(|row| self.blocks[row / WIDTH].x.iter().all(|x| x[row % WIDTH].is_finite())).collect()
    }

    fn take_places(&mut self, lane: usize, parents: &[u32]) {
        let d = self.scene.mixture.dimension();
        let old = self.places(lane);
        for (row, &parent) in self.rows(lane).zip(parents) {
            let from = &old[parent as usize * d..][..d];
            for (x, from) in self.blocks[row / WIDTH].x.iter_mut().zip(from) {
                x[row % WIDTH] = *from;
            }
        }
    }

    /// The tables of the time with an index.
    fn place(&self, time: usize) -> Place {
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

    /// The particles of a lane, row-major; of one with weights as many that are drawn by them.
    pub fn positions(&self, lane: usize) -> Vec<f32> {
        let own = self.places(lane);
        let Some(shown) = self.shown(lane) else { return own };
        let d = self.scene.mixture.dimension();
        shown.into_iter().flat_map(|parent| own[parent as usize * d..][..d].iter().copied()).collect()
    }

    /// The same without regard to weights: the particles as they are moved.
    pub fn places(&self, lane: usize) -> Vec<f32> {
        self.rows(lane)
            .flat_map(|row| {
                let x = &self.blocks[row / WIDTH].x;
                x.iter().map(move |x| x[row % WIDTH])
            })
            .collect()
    }

    /// Who is shown in the place of each particle of a lane with weights.
    fn shown(&self, lane: usize) -> Option<Vec<u32>> {
        Some(self.weighing(lane)?.shown(self.step, &self.there(lane)))
    }

    fn weighing(&self, lane: usize) -> Option<&Weighing> {
        self.weighings.iter().find(|weighing| weighing.lane == lane)
    }

    /// Of the particle that [`positions`](Self::positions) has in a place: where among [`places`](Self::places) it and its forebears
    /// stood at every step so far.
    pub fn forebears(&self, lane: usize, particle: usize) -> Vec<usize> {
        let Some(weighing) = self.weighing(lane) else { return vec![particle; self.step + 1] };
        let shown = weighing.shown(self.step, &self.there(lane));
        weighing.forebears(shown[particle] as usize, self.step)
    }

    /// What the weights of a lane say, by target; `None` of one without.
    pub fn weighed(&self, lane: usize) -> Option<Vec<Weighed>> {
        Some(self.weighing(lane)?.told(&self.there(lane)))
    }

    /// How many particles of a lane are no numbers any more: single precision ends at 3.4e38.
    pub fn lost(&self, lane: usize) -> usize {
        self.there(lane).iter().filter(|there| !**there).count()
    }
}

/// The tables of a time.
struct Place {
    /// Its index.
    time: usize,
    terms: ManyTerms,
    other: Option<ManyTerms>,
    guide: ManyGuide,
}

/// What a block is moved by.
struct Mover<'a> {
    here: &'a Place,
    next: Option<&'a Place>,
    network: Option<&'a kernels::Network>,
    factors: [f32; 3],
    corrector: f32,
    index: u32,
    seed: u32,
}

/// Room of a thread.
struct Room {
    work: ManyWork,
    sight: ManySight,
    force: Vec<Wide>,
    z: Vec<Wide>,
    next: Vec<Wide>,
    corrected: Vec<Wide>,
}

impl Room {
    fn new(d: usize, count: usize, rank: usize) -> Self {
        let rows = || vec![[0.0; WIDTH]; d];
        let (work, sight) = (ManyWork::new(d, count, rank), ManySight::default());
        Self { work, sight, force: rows(), z: rows(), next: rows(), corrected: rows() }
    }
}

impl Mover<'_> {
    fn step(&self, room: &mut Room, Block { rows, x, squares }: &mut Block) {
        let Room { work, sight, force, z, next, corrected } = room;
        if self.factors[2] > 0.0 {
            many_normals(&rows.particles, self.index, STREAM_STEP, self.seed, z);
        }
        let mut score = |place: &Place, x: &[Wide], force: &mut [Wide], squares: Option<&mut Wide>| {
            many_force(&place.terms, place.other.as_ref(), place.guide, rows, x, work, force, squares);
            if let Some(network) = self.network {
                many_learned(network, place.time, rows, x, sight, force);
            }
        };
        score(self.here, x, force, squares.as_mut());
        many_move(&self.factors, x, force, z, next);
        if let Some(then) = self.next {
            // x + (h/2) (x + s), and the same of where the predictor leads.
            let half = self.corrector;
            many_move(&[1.0 + half, half, 0.0], x, force, z, corrected);
            score(then, next, force, None);
            for j in 0..x.len() {
                for row in 0..WIDTH {
                    x[j][row] = corrected[j][row] + half * (next[j][row] + force[j][row]);
                }
            }
        } else {
            x.copy_from_slice(next);
        }
    }
}

/// Does something to every block, on all cores.
#[cfg(not(target_arch = "wasm32"))]
fn each(
    blocks: &mut [Block],
    room: impl Fn() -> Room + Sync + Send,
    work: impl Fn(&mut Room, &mut Block) + Sync + Send,
) {
    use rayon::prelude::*;
    blocks.par_iter_mut().for_each_init(room, work);
}

/// A worker is one core.
#[cfg(target_arch = "wasm32")]
fn each(blocks: &mut [Block], room: impl Fn() -> Room, work: impl Fn(&mut Room, &mut Block)) {
    let mut room = room();
    for block in blocks {
        work(&mut room, block);
    }
}
