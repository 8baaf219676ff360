//! The CPU engine: f32, one thread. Its loops over particles are `src/kernels`.

use std::future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use crate::engine::{
    Answer, BINS_1D, BINS_2D, Checkpoints, Engine, LaneObservation, LaneSpec, Observation, Scene, Sums, TRACKED,
};
use crate::kernels::{self, BLOCK, Guide, LINE, Loops, Moment, PLANE, Tables, Term};
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

/// Puts at hand what moves particles in the plane, and by kinds that look at every class. In a browser it is to
/// be called, from a part of the module, before such a scene is set; elsewhere all is at hand.
pub fn bring_further() {
    #[cfg(target_arch = "wasm32")]
    {
        let _ = FETCHED.set(&PLANE);
        kernels::bring_classes();
        kernels::bring_apart();
    }
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
    moments: Vec<Vec<Moment>>,
    step: usize,
    /// `[lane][axis][particle]`, each row padded to whole blocks.
    positions: Vec<f32>,
    /// `[step][lane][particle][axis]` of the tracked particles.
    history: Vec<f32>,
    checkpoints: Checkpoints<Vec<f32>>,
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
        let mut run = Run {
            loops: loops(scene.dimension)?,
            terms: scene.packed_terms(),
            guides: scene.packed_guides(),
            moments: scene.packed_moments(),
            step: 0,
            positions: vec![0.0; scene.lanes.len() * scene.dimension * padded],
            history: Vec::new(),
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
        let before = run.scene.sets();
        run.scene.lanes = lanes.to_vec();
        if run.scene.sets() != before {
            run.terms = run.scene.packed_terms();
        }
        run.guides = run.scene.packed_guides();
        run.moments = run.scene.packed_moments();
        run.checkpoints.clear();
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
        let rows = |run: &Run| run.scene.check_lane(lane).map(|()| run.rows(lane, run.scene.particles));
        Box::pin(future::ready(self.run().and_then(rows)))
    }

    fn save(&mut self) {
        let Some(run) = &mut self.run else { return };
        if !run.checkpoints.has(run.step) {
            run.checkpoints.insert(run.step, run.positions.clone(), size_of_val(run.positions.as_slice()));
        }
    }

    fn restore(&mut self, step: usize) -> usize {
        let Some(run) = &mut self.run else { return 0 };
        match run.checkpoints.latest(step) {
            Some((saved, positions)) => {
                run.step = *saved;
                run.positions.copy_from_slice(positions);
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

    fn tables(&self) -> Tables<'_> {
        let split = &self.scene.mixtures[0];
        Tables { terms: &self.terms, count: split.terms.len(), target: split.target }
    }

    fn restart(&mut self) {
        self.step = 0;
        (self.loops.initialise)(self.scene.seed, self.guides.len(), &mut self.positions);
        self.track();
    }

    fn advance(&mut self) {
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
            moments: &self.moments[self.step],
            next_moments: &self.moments[self.step + 1],
        };
        (self.loops.step)(&input, &mut positions);
        self.positions = positions;
        self.step += 1;
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

    fn observe(&self, first_path_step: usize) -> Observation {
        let mut sums = vec![Sums::default(); self.guides.len()];
        let input = kernels::Measure {
            marginal: self.tables().marginal((self.step * self.scene.mixtures[0].terms.len()) as u32),
            particles: self.scene.particles,
            conditional: self.scene.conditional_lane(),
        };
        (self.loops.sums)(&input, &self.positions, &mut sums);
        let lanes = sums
            .into_iter()
            .enumerate()
            .map(|(index, sums)| {
                let (bins, outside) = self.bins(index);
                LaneObservation { lane: self.scene.lanes[index].lane, bins, outside, sums }
            })
            .collect();
        let first_path_step = first_path_step.min(self.step);
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
