//! The CPU engine: f32, one thread. Its loops over particles are `src/kernels`.

mod weighing;

use std::future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use crate::engine::{
    Answer, BINS_1D, BINS_2D, Checkpoints, Engine, LaneObservation, LaneSpec, Observation, Scene, Sums, TRACKED,
};
use crate::kernels::{self, BLOCK, Guide, LINE, Loops, Marginal, Moment, PLANE, Tables, Term};
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

/// What not every scene needs.
#[derive(Clone, Copy)]
struct Further {
    plane: &'static Loops,
    /// The weights of the lane `corrected`.
    weighing: fn(&Scene) -> Box<dyn Weighing>,
}

const FURTHER: Further = Further { plane: &PLANE, weighing: weighing::make };

#[cfg(not(target_arch = "wasm32"))]
#[expect(clippy::unnecessary_wraps, reason = "in a browser it may be missing")]
fn further() -> Result<Further, LabError> {
    Ok(FURTHER)
}

/// In a browser it is in a part of the module (docs/decisions/0005-split-module.md).
#[cfg(target_arch = "wasm32")]
static FETCHED: std::sync::OnceLock<Further> = std::sync::OnceLock::new();

#[cfg(target_arch = "wasm32")]
fn further() -> Result<Further, LabError> {
    let missing = || LabError::new(LabErrorCode::Engine, "", messages::part_not_fetched());
    FETCHED.get().copied().ok_or_else(missing)
}

/// Puts at hand what moves particles in the plane, by kinds that look at every class, and with weights. In a
/// browser it is to be called, from a part of the module, before such a scene is set; elsewhere all is at hand.
pub fn bring_further() {
    #[cfg(target_arch = "wasm32")]
    {
        let _ = FETCHED.set(FURTHER);
        crate::engine::bring_further();
        kernels::bring_further();
    }
}

/// What happens to the lane `corrected`.
enum Happens<'a> {
    /// Back to the first step: every particle counts alike.
    Restart,
    /// Its weight may have changed: particles that stood for one tilted density stand for another.
    Changed,
    /// A step begins.
    Leave,
    /// A step has been made: the particles may be drawn anew.
    Arrive,
    /// What beside the places is to be kept is appended.
    Save(&'a mut Vec<f32>),
    /// Back to an earlier step, where this had been appended.
    Restore(&'a [f32]),
    /// Its particles are to be looked at: drawn by their weights, and paths from this step on or from an earlier one.
    Show(&'a mut usize),
    /// They have been looked at: those of the run come back.
    Hide(Option<&'a mut Observation>),
}

/// Where it happens.
struct Lane<'a> {
    scene: &'a Scene,
    /// Its index.
    index: usize,
    /// The mixture at the present step.
    marginal: Marginal<'a>,
    step: usize,
    /// Its own, `[axis][particle]`, padded.
    positions: &'a mut [f32],
}

/// The weights of the lane `corrected`: one method, since each call of one is code that every page fetches.
trait Weighing: std::fmt::Debug {
    fn handle(&mut self, what: Happens, lane: Lane);
}

/// A scene and its particles.
#[derive(Debug)]
struct Run {
    scene: Scene,
    loops: &'static Loops,
    /// The scene's terms in f32: of each set `[time][term]`.
    terms: Vec<Term>,
    guides: Vec<Guide>,
    /// What each lane needs to know of each time: `[time][lane]`.
    moments: Vec<Moment>,
    step: usize,
    /// `[lane][axis][particle]`, each row padded to whole blocks.
    positions: Vec<f32>,
    /// `[step][lane][particle][axis]` of the tracked particles.
    history: Vec<f32>,
    /// The index of the lane `corrected`, and its weights.
    weighing: Option<(usize, Box<dyn Weighing>)>,
    checkpoints: Checkpoints<Vec<f32>>,
}

impl CpuEngine {
    /// An engine without a scene.
    pub fn new() -> Self {
        Self::default()
    }

    fn run(&mut self) -> Result<&mut Run, LabError> {
        self.run.as_mut().ok_or_else(|| LabError::new(LabErrorCode::Unsupported, "", messages::no_scene()))
    }
}

impl Engine for CpuEngine {
    fn set_scene(&mut self, scene: &Scene) -> Result<(), LabError> {
        let padded = scene.particles.div_ceil(BLOCK) * BLOCK;
        let weighing = match scene.corrected_lane() {
            Some(lane) => Some((lane, (further()?.weighing)(scene))),
            None => None,
        };
        let mut run = Run {
            loops: if scene.dimension == 1 { &LINE } else { further()?.plane },
            terms: scene.packed_terms(),
            guides: scene.packed_guides(),
            moments: scene.packed_moments(),
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
        let other_sets = run.scene.sets_change(lanes);
        run.scene.lanes = lanes.to_vec();
        if other_sets {
            run.terms = run.scene.packed_terms();
        }
        run.guides = run.scene.packed_guides();
        run.moments = run.scene.packed_moments();
        run.checkpoints.clear();
        run.weigh(Happens::Changed);
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
        Box::pin(future::ready(self.run().map(|run| run.observe(first_path_step))))
    }

    fn samples(&mut self, lane: usize) -> Answer<'_, Vec<f32>> {
        let rows = |run: &mut Run| run.scene.check_lane(lane).map(|()| run.samples(lane));
        Box::pin(future::ready(self.run().and_then(rows)))
    }

    fn save(&mut self) {
        let Some(run) = &mut self.run else { return };
        if !run.checkpoints.has(run.step) {
            let mut copy = run.positions.clone();
            run.weigh(Happens::Save(&mut copy));
            let bytes = size_of_val(copy.as_slice());
            run.checkpoints.insert(run.step, copy, bytes);
        }
    }

    fn restore(&mut self, step: usize) -> usize {
        let Some(run) = &mut self.run else { return 0 };
        let checkpoints = std::mem::take(&mut run.checkpoints);
        match checkpoints.latest(step) {
            Some((saved, copy)) => {
                run.step = *saved;
                let (positions, more) = copy.split_at(run.positions.len());
                run.positions.copy_from_slice(positions);
                run.weigh(Happens::Restore(more));
            }
            None => run.restart(),
        }
        run.checkpoints = checkpoints;
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

    fn tables(&self) -> Tables<'_> {
        let split = &self.scene.mixtures[0];
        Tables { terms: &self.terms, count: split.terms.len(), target: split.target }
    }

    /// The mixture at the present step.
    fn marginal(&self) -> Marginal<'_> {
        self.tables().marginal((self.step * self.scene.mixtures[0].terms.len()) as u32)
    }

    fn restart(&mut self) {
        self.step = 0;
        (self.loops.initialise)(self.scene.seed, self.guides.len(), &mut self.positions);
        self.weigh(Happens::Restart);
        self.track();
    }

    /// Lets the weights know, if there is a lane with weights.
    #[inline(never)]
    fn weigh(&mut self, what: Happens) {
        let Some((index, mut weighing)) = self.weighing.take() else { return };
        let mut positions = std::mem::take(&mut self.positions);
        let stride = positions.len() / self.scene.lanes.len();
        let own = &mut positions[index * stride..(index + 1) * stride];
        weighing.handle(
            what,
            Lane { scene: &self.scene, index, marginal: self.marginal(), step: self.step, positions: own },
        );
        self.positions = positions;
        self.weighing = Some((index, weighing));
    }

    fn advance(&mut self) {
        self.weigh(Happens::Leave);
        let mut positions = std::mem::take(&mut self.positions);
        let coefficients = &self.scene.coefficients[self.step];
        let input = kernels::Step {
            index: self.step as u32,
            seed: self.scene.seed,
            keep: coefficients.keep as f32,
            drift: coefficients.drift as f32,
            noise: coefficients.noise as f32,
            corrector: coefficients.corrector as f32,
            tables: self.tables(),
            guides: &self.guides,
            moments: &self.moments[self.step * self.guides.len()..],
        };
        (self.loops.step)(&input, &mut positions);
        self.positions = positions;
        self.step += 1;
        self.weigh(Happens::Arrive);
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
        let (d, padded) = (self.scene.dimension, self.padded());
        let of_lane = &self.positions[lane * d * padded..(lane + 1) * d * padded];
        (0..count).flat_map(|i| (0..d).map(move |axis| of_lane[axis * padded + i])).collect()
    }

    /// All particles of a lane, with weights: drawn by them.
    fn samples(&mut self, lane: usize) -> Vec<f32> {
        self.weigh(Happens::Show(&mut 0));
        let rows = self.rows(lane, self.scene.particles);
        self.weigh(Happens::Hide(None));
        rows
    }

    fn observe(&mut self, first_path_step: usize) -> Observation {
        let mut first_path_step = first_path_step.min(self.step);
        self.weigh(Happens::Show(&mut first_path_step));
        let mut observation = self.observe_all(first_path_step);
        self.weigh(Happens::Hide(Some(&mut observation)));
        observation
    }

    fn observe_all(&self, first_path_step: usize) -> Observation {
        let mut sums = vec![Sums::default(); self.guides.len()];
        let input = kernels::Measure {
            marginal: self.marginal(),
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
