//! The CPU engine: f32, one thread. Its loops over particles are `src/kernels`.

mod weighing;

use std::future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use crate::engine::{
    Answer, BINS_1D, BINS_2D, Checkpoints, Engine, LaneObservation, LaneSpec, Observation, Scene, Sums, TRACKED,
    Weights,
};
use crate::kernels::{self, BLOCK, Guide, LINE, Loops, Marginal, PLANE, Term};
use crate::model::{LabError, LabErrorCode};
use crate::words::messages;

/// Moves the particles on one thread. A new engine has no scene: it stands at step 0 and
/// [`Engine::observe`] fails.
#[derive(Debug, Default)]
pub struct CpuEngine {
    run: Option<Run>,
}

/// The value of a future that never waits, as those of [`CpuEngine`].
///
/// # Panics
/// If it waits.
pub fn ready<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("the CPU engine never waits"),
    }
}

#[cfg(not(target_arch = "wasm32"))]
#[expect(clippy::unnecessary_wraps, reason = "in a browser they may be missing")]
fn loops(dimension: usize) -> Result<&'static Loops, LabError> {
    Ok(if dimension == 1 { &LINE } else { &PLANE })
}

/// In a browser the loops of the plane are in a part of the module (docs/decisions/0005-split-module.md).
#[cfg(target_arch = "wasm32")]
static FETCHED: std::sync::OnceLock<&'static Loops> = std::sync::OnceLock::new();

#[cfg(target_arch = "wasm32")]
fn loops(dimension: usize) -> Result<&'static Loops, LabError> {
    let missing = || LabError::new(LabErrorCode::Engine, "", messages::part_not_fetched());
    if dimension == 1 { Ok(&LINE) } else { FETCHED.get().copied().ok_or_else(missing) }
}

/// What makes the weights of a lane: dimension, particles, seed, gamma.
type MakeWeighing = fn(usize, usize, u32, f64) -> Box<dyn Weighing>;

#[cfg(not(target_arch = "wasm32"))]
#[expect(clippy::unnecessary_wraps, reason = "in a browser it may be missing")]
fn make_weighing() -> Result<MakeWeighing, LabError> {
    Ok(weighing::make)
}

#[cfg(target_arch = "wasm32")]
static FETCHED_WEIGHING: std::sync::OnceLock<MakeWeighing> = std::sync::OnceLock::new();

#[cfg(target_arch = "wasm32")]
fn make_weighing() -> Result<MakeWeighing, LabError> {
    let missing = || LabError::new(LabErrorCode::Engine, "", messages::part_not_fetched());
    FETCHED_WEIGHING.get().copied().ok_or_else(missing)
}

/// Puts at hand what moves particles in the plane, by kinds that look at every class, and with weights. In a
/// browser it is to be called, from a part of the module, before such a scene is set; elsewhere all is at hand.
pub fn bring_further() {
    #[cfg(target_arch = "wasm32")]
    {
        let _ = FETCHED.set(&PLANE);
        let _ = FETCHED_WEIGHING.set(weighing::make);
        kernels::bring_classes();
    }
}

/// The lane `corrected`: positions are its own, `[axis][particle]`, padded.
trait Weighing: std::fmt::Debug {
    /// Every particle counts alike.
    fn restart(&mut self, positions: &[f32]);
    /// From a step on, particles that stood for one tilted density stand for that of another `gamma`.
    fn set_gamma(&mut self, gamma: f64, step: usize, marginal: Marginal, positions: &[f32]);
    /// Before a step of some length of time.
    fn leave(&mut self, length: f64, marginal: Marginal, positions: &[f32]);
    /// After it: the particles may be drawn anew, unless it was the last step.
    fn arrive(&mut self, step: usize, last: bool, length: f64, marginal: Marginal, positions: &mut [f32]);
    /// The particles drawn by their weights; those of the run stay.
    fn shown(&self, step: usize, positions: &[f32]) -> Vec<f32>;
    /// What the weights say.
    fn weights(&self, marginal: Marginal, positions: &[f32]) -> Weights;
    /// The tracked paths from a step that is asked for, or from an earlier one if these have changed, to the present.
    fn paths(&mut self, asked: usize, step: usize) -> (usize, Vec<f32>);
    /// For [`Weighing::restore`].
    fn save(&self) -> Population;
    /// Back to an earlier step.
    fn restore(&mut self, step: usize, saved: &Population);
}

/// What a particle with a weight has beside its place.
#[derive(Clone, Debug, Default)]
struct Population {
    /// The logarithms of the weights, the greatest 0.
    log_weights: Vec<f32>,
    /// From which of the first particles each descends.
    founders: Vec<u32>,
    /// The logarithm of what was divided out of the weights.
    log_mean: f64,
}

/// A scene and its particles.
#[derive(Debug)]
struct Run {
    scene: Scene,
    loops: &'static Loops,
    /// The scene's terms in f32, `[time][term]`.
    terms: Vec<Term>,
    guides: Vec<Guide>,
    step: usize,
    /// `[lane][axis][particle]`, each row padded to whole blocks.
    positions: Vec<f32>,
    /// `[step][lane][particle][axis]` of the tracked particles.
    history: Vec<f32>,
    /// The index of the lane `corrected`, and its weights.
    weighing: Option<(usize, Box<dyn Weighing>)>,
    checkpoints: Checkpoints<(Vec<f32>, Option<Population>)>,
}

impl CpuEngine {
    /// An engine without a scene.
    pub fn new() -> Self {
        Self::default()
    }

    fn run(&self) -> Result<&Run, LabError> {
        self.run.as_ref().ok_or_else(|| LabError::new(LabErrorCode::Unsupported, "", messages::no_scene()))
    }
}

impl Engine for CpuEngine {
    fn set_scene(&mut self, scene: &Scene) -> Result<(), LabError> {
        let padded = scene.particles.div_ceil(BLOCK) * BLOCK;
        let weighing = match scene.corrected_lane() {
            Some(lane) => {
                let gamma = scene.lanes[lane].weight.gamma;
                Some((lane, make_weighing()?(scene.dimension, scene.particles, scene.seed, gamma)))
            }
            None => None,
        };
        let mut run = Run {
            loops: loops(scene.dimension)?,
            terms: scene.packed_terms(),
            guides: scene.packed_guides(),
            step: 0,
            positions: vec![0.0; scene.lanes.len() * scene.dimension * padded],
            history: Vec::new(),
            weighing,
            checkpoints: Checkpoints::default(),
            scene: scene.clone(),
        };
        run.restart();
        self.run = Some(run);
        Ok(())
    }

    fn set_lanes(&mut self, lanes: &[LaneSpec]) {
        let Some(run) = &mut self.run else { return };
        assert_eq!(lanes.len(), run.scene.lanes.len(), "the number of lanes changes with the scene only");
        run.scene.lanes = lanes.to_vec();
        run.guides = run.scene.packed_guides();
        run.checkpoints.clear();
        run.with_weighing(|run, weighing, lane, positions| {
            weighing.set_gamma(run.scene.lanes[lane].weight.gamma, run.step, run.marginal(run.step), positions);
        });
    }

    fn restart(&mut self) {
        if let Some(run) = &mut self.run {
            run.restart();
        }
    }

    fn step_index(&self) -> usize {
        self.run.as_ref().map_or(0, |run| run.step)
    }

    fn advance(&mut self, count: usize) {
        let Some(run) = &mut self.run else { return };
        for _ in 0..count.min(run.scene.steps() - run.step) {
            run.advance();
        }
    }

    fn observe(&mut self, first_path_step: usize) -> Answer<'_, Observation> {
        let observed = match &mut self.run {
            Some(run) => Ok(run.observe(first_path_step)),
            None => self.run().map(|_| unreachable!("there is none")),
        };
        Box::pin(future::ready(observed))
    }

    fn samples(&mut self, lane: usize) -> Answer<'_, Vec<f32>> {
        let rows = |run: &Run| {
            run.scene.check_lane(lane).map(|()| match &run.weighing {
                Some((weighted, weighing)) if *weighted == lane => {
                    run.row_major(&weighing.shown(run.step, run.of_lane(lane)), run.scene.particles)
                }
                _ => run.rows(lane, run.scene.particles),
            })
        };
        Box::pin(future::ready(self.run().and_then(rows)))
    }

    fn save(&mut self) {
        let Some(run) = &mut self.run else { return };
        if !run.checkpoints.has(run.step) {
            let population = run.weighing.as_ref().map(|(_, weighing)| weighing.save());
            let bytes =
                size_of_val(run.positions.as_slice()) + population.as_ref().map_or(0, |_| 8 * run.scene.particles);
            run.checkpoints.insert(run.step, (run.positions.clone(), population), bytes);
        }
    }

    fn restore(&mut self, step: usize) -> usize {
        let Some(run) = &mut self.run else { return 0 };
        match run.checkpoints.latest(step) {
            Some((saved, (positions, population))) => {
                run.step = *saved;
                run.positions.copy_from_slice(positions);
                if let (Some((_, weighing)), Some(population)) = (&mut run.weighing, population) {
                    weighing.restore(*saved, population);
                }
            }
            None => run.restart(),
        }
        run.step
    }
}

impl Run {
    fn tracked(&self) -> usize {
        TRACKED.min(self.scene.particles)
    }

    fn history_stride(&self) -> usize {
        self.scene.lanes.len() * self.tracked() * self.scene.dimension
    }

    fn padded(&self) -> usize {
        self.positions.len() / (self.scene.lanes.len() * self.scene.dimension)
    }

    /// The mixture at time `index`.
    fn marginal(&self, index: usize) -> Marginal<'_> {
        let split = &self.scene.mixtures[index];
        let terms = split.terms.len();
        Marginal { terms: &self.terms[index * terms..(index + 1) * terms], target: split.target }
    }

    fn restart(&mut self) {
        self.step = 0;
        (self.loops.initialise)(self.scene.seed, self.guides.len(), &mut self.positions);
        self.with_weighing(|_, weighing, _, positions| weighing.restart(positions));
        self.track();
    }

    /// Calls with the weights, the lane and its positions, if there is a lane with weights.
    fn with_weighing(&mut self, call: impl FnOnce(&Self, &mut dyn Weighing, usize, &mut [f32])) {
        let Some((lane, mut weighing)) = self.weighing.take() else { return };
        let mut positions = std::mem::take(&mut self.positions);
        let stride = positions.len() / self.scene.lanes.len();
        call(self, &mut *weighing, lane, &mut positions[lane * stride..(lane + 1) * stride]);
        self.positions = positions;
        self.weighing = Some((lane, weighing));
    }

    fn advance(&mut self) {
        let length = self.scene.times[self.step] - self.scene.times[self.step + 1];
        self.with_weighing(|run, weighing, _, positions| weighing.leave(length, run.marginal(run.step), positions));
        let mut positions = std::mem::take(&mut self.positions);
        let coefficients = &self.scene.coefficients[self.step];
        let input = kernels::Step {
            index: self.step as u32,
            seed: self.scene.seed,
            keep: coefficients.keep as f32,
            drift: coefficients.drift as f32,
            noise: coefficients.noise as f32,
            corrector: coefficients.corrector as f32,
            present: self.marginal(self.step),
            next: self.marginal(self.step + 1),
            guides: &self.guides,
        };
        (self.loops.step)(&input, &mut positions);
        self.positions = positions;
        self.step += 1;
        self.with_weighing(|run, weighing, _, positions| {
            let last = run.step == run.scene.steps();
            weighing.arrive(run.step, last, length, run.marginal(run.step), positions);
        });
        self.track();
    }

    /// Keeps the tracked positions of the present step. Those of later steps stay: a saved copy may
    /// lead back to them.
    fn track(&mut self) {
        let start = self.step * self.history_stride();
        let rows: Vec<f32> = (0..self.guides.len()).flat_map(|lane| self.rows(lane, self.tracked())).collect();
        if self.history.len() < start + rows.len() {
            self.history.resize(start + rows.len(), 0.0);
        }
        self.history[start..start + rows.len()].copy_from_slice(&rows);
    }

    /// The first `count` particles of a lane, row-major.
    fn rows(&self, lane: usize, count: usize) -> Vec<f32> {
        self.row_major(self.of_lane(lane), count)
    }

    /// The positions of a lane, `[axis][particle]`.
    fn of_lane(&self, lane: usize) -> &[f32] {
        let stride = self.scene.dimension * self.padded();
        &self.positions[lane * stride..(lane + 1) * stride]
    }

    fn row_major(&self, of_lane: &[f32], count: usize) -> Vec<f32> {
        let (d, padded) = (self.scene.dimension, self.padded());
        (0..count).flat_map(|i| (0..d).map(move |axis| of_lane[axis * padded + i])).collect()
    }

    /// With the particles of the lane `corrected` drawn by their weights, if there is one.
    fn observe(&mut self, first_path_step: usize) -> Observation {
        let first_path_step = first_path_step.min(self.step);
        let mut paths = (first_path_step, Vec::new());
        let (mut weights, mut own) = (None, Vec::new());
        self.with_weighing(|run, weighing, lane, positions| {
            weights = Some((lane, weighing.weights(run.marginal(run.step), positions)));
            paths = weighing.paths(first_path_step, run.step);
            own = positions.to_vec();
            positions.copy_from_slice(&weighing.shown(run.step, positions));
        });
        let mut observation = self.observe_all(paths.0);
        if let Some((lane, weights)) = weights {
            observation.lanes[lane].weights = Some(weights);
            let tracked = self.tracked() * self.scene.dimension;
            let rows = observation.paths.chunks_exact_mut(self.history_stride());
            for (row, path) in rows.zip(paths.1.chunks_exact(tracked)) {
                row[lane * tracked..(lane + 1) * tracked].copy_from_slice(path);
            }
            self.with_weighing(|_, _, _, positions| positions.copy_from_slice(&own));
        }
        observation
    }

    fn observe_all(&self, first_path_step: usize) -> Observation {
        let mut sums = vec![Sums::default(); self.guides.len()];
        let input = kernels::Measure {
            marginal: self.marginal(self.step),
            particles: self.scene.particles,
            conditional: self.scene.conditional_lane(),
        };
        (self.loops.sums)(&input, &self.positions, &mut sums);
        let lanes = sums
            .into_iter()
            .enumerate()
            .map(|(index, sums)| {
                let (bins, outside) = self.bins(index);
                LaneObservation { lane: self.scene.lanes[index].lane, bins, outside, sums, weights: None }
            })
            .collect();
        Observation {
            step: self.step,
            lanes,
            paths: self.history[first_path_step * self.history_stride()..(self.step + 1) * self.history_stride()]
                .to_vec(),
            first_path_step,
        }
    }

    /// The counts of a lane and how many of its finite particles are outside the domain.
    fn bins(&self, lane: usize) -> (Vec<u32>, u32) {
        let (padded, particles) = (self.padded(), self.scene.particles);
        let row = |axis: usize| &self.positions[(lane * self.scene.dimension + axis) * padded..][..particles];
        let scale = self.scene.bin_scale();
        let (cells, rows): (usize, &[&[f32]]) =
            if self.scene.dimension == 1 { (BINS_1D, &[row(0)]) } else { (BINS_2D * BINS_2D, &[row(0), row(1)]) };
        let mut counts = vec![0; cells];
        let outside = kernels::bins(rows, &scale, &mut counts);
        (counts, outside)
    }
}
