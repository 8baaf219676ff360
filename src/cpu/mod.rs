//! The CPU engine: f32, on all cores that it is given. Its loops over particles are `src/kernels`.

mod chunk;
mod weighing;

use std::future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use crate::engine::{Answer, Checkpoints, Counted, Engine, LaneObservation, LaneSpec, Observation, Scene, TRACKED};
use crate::kernels::{Guide, LINE, Loops, Marginal, Moment, Networks, PLANE, Tables, Term};
use crate::model::{LabError, LabErrorCode, MAX_IN_PARTS, MAX_PARTICLES};
use crate::words::messages;
use chunk::{Chunk, Setting};

/// Moves the particles, natively on the threads of rayon's pool: their number changes no bit. A new engine has no
/// scene: it stands at step 0 and [`Engine::observe`] fails.
#[derive(Debug)]
pub struct CpuEngine {
    run: Option<Run>,
    /// Which part of how many it holds.
    share: (usize, usize),
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
        crate::kernels::bring_further();
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
trait Weighing: std::fmt::Debug + Send {
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
    /// What is learned.
    networks: Option<Networks>,
    /// What each lane needs to know of each time: `[time][lane]`.
    moments: Vec<Moment>,
    step: usize,
    /// The particles; with weights in one piece, since they are drawn anew from among all.
    chunks: Vec<Chunk>,
    /// `[step][lane][particle][axis]` of the tracked particles.
    history: Vec<f32>,
    /// The index of the lane `corrected`, and its weights.
    weighing: Option<(usize, Box<dyn Weighing>)>,
    checkpoints: Checkpoints<Vec<f32>>,
}

impl CpuEngine {
    /// An engine without a scene.
    pub fn new() -> Self {
        Self::of_part(0, 1)
    }

    /// The same for one part of several of the particles, as [`Engine::share`] parts them.
    pub fn of_part(part: usize, parts: usize) -> Self {
        Self { run: None, share: (part, parts) }
    }

    fn run(&mut self) -> Result<&mut Run, LabError> {
        self.run.as_mut().ok_or_else(|| LabError::new(LabErrorCode::Unsupported, "", messages::no_scene()))
    }
}

impl Default for CpuEngine {
    fn default() -> Self {
        Self::new()
    }
}

impl Engine for CpuEngine {
    fn set_scene(&mut self, scene: &Scene) -> Result<(), LabError> {
        let (_, parts) = if scene.corrected_lane().is_some() { (0, 1) } else { self.share };
        if MAX_IN_PARTS > MAX_PARTICLES && scene.particles.div_ceil(parts) > MAX_PARTICLES {
            let message = messages::too_many_at_once(scene.particles, MAX_PARTICLES);
            return Err(LabError::new(LabErrorCode::Range, "particles", message));
        }
        let weighing = match scene.corrected_lane() {
            Some(lane) => Some((lane, (further()?.weighing)(scene))),
            None => None,
        };
        let mut run = Run {
            loops: if scene.dimension == 1 { &LINE } else { further()?.plane },
            terms: scene.packed_terms(),
            guides: scene.packed_guides(),
            networks: scene.packed_networks(),
            moments: scene.packed_moments(),
            step: 0,
            chunks: Vec::new(),
            history: Vec::new(),
            weighing,
            checkpoints: Checkpoints::default(),
            scene: scene.clone(),
        };
        run.divide(self.share);
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
        run.networks = run.scene.packed_networks();
        run.moments = run.scene.packed_moments();
        run.checkpoints.turn(run.step);
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
        let end = run.scene.steps().min(run.step + count);
        while run.step < end {
            run.advance(end);
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
            let mut copy = Vec::new();
            for chunk in &run.chunks {
                copy.extend_from_slice(&chunk.positions);
            }
            run.weigh(Happens::Save(&mut copy));
            // Of all parts together, so that each gives up the same copies.
            let bytes = run.scene.particles * run.scene.lanes.len() * run.scene.dimension * size_of::<f32>();
            run.checkpoints.insert(run.step, copy, bytes);
        }
    }

    fn restore(&mut self, step: usize) -> usize {
        let Some(run) = &mut self.run else { return 0 };
        let checkpoints = std::mem::take(&mut run.checkpoints);
        let found = checkpoints.latest(step);
        if let Some((saved, copy)) = found {
            run.step = *saved;
            let mut rest = copy.as_slice();
            for chunk in &mut run.chunks {
                let (positions, more) = rest.split_at(chunk.positions.len());
                chunk.positions.copy_from_slice(positions);
                rest = more;
            }
            run.weigh(Happens::Restore(rest));
        }
        let none = found.is_none();
        run.checkpoints = checkpoints;
        if none {
            run.restart();
        }
        run.step
    }

    fn share(&mut self, part: usize, parts: usize) {
        self.share = (part, parts);
        let Some(run) = &mut self.run else { return };
        if run.step == 0 {
            run.divide(self.share);
        } else {
            // The first ones stay; a saved copy holds theirs first.
            run.chunks.truncate(run.held(self.share).len());
        }
    }

    fn count(&self) -> Counted {
        self.run.as_ref().map(Run::count).unwrap_or_default()
    }
}

impl Run {
    fn tracked(&self) -> usize {
        TRACKED.min(self.scene.particles)
    }

    fn history_stride(&self) -> usize {
        self.scene.lanes.len() * self.tracked() * self.scene.dimension
    }

    fn tables(&self) -> Tables<'_> {
        let split = &self.scene.mixtures[0];
        Tables { terms: &self.terms, count: split.terms.len(), target: split.target, networks: self.networks.as_ref() }
    }

    /// The mixture at the present step.
    fn marginal(&self) -> Marginal<'_> {
        self.tables().marginal((self.step * self.scene.mixtures[0].terms.len()) as u32)
    }

    /// Lets something be done with the chunks and the setting.
    fn with_chunks<T>(&mut self, work: impl FnOnce(&mut [Chunk], &Setting) -> T) -> T {
        let mut chunks = std::mem::take(&mut self.chunks);
        let Self { scene, loops, guides, moments, .. } = &*self;
        let done = work(&mut chunks, &Setting { scene, loops, tables: self.tables(), guides, moments });
        self.chunks = chunks;
        done
    }

    /// The chunks of a share; with weights all, since the particles are drawn anew from among all.
    fn held(&self, share: (usize, usize)) -> std::ops::Range<usize> {
        let whole = self.weighing.is_some();
        chunk::of_part(&self.scene, whole, if whole { (0, 1) } else { share })
    }

    /// Makes the particles of a share, at the noise.
    fn divide(&mut self, share: (usize, usize)) {
        self.chunks = chunk::divide(&self.scene, self.weighing.is_some(), self.held(share));
        self.checkpoints.clear();
        self.restart();
    }

    fn restart(&mut self) {
        self.step = 0;
        self.checkpoints.restart();
        self.with_chunks(|chunks, setting| chunk::each(chunks, |chunk| chunk.initialise(setting)));
        self.weigh(Happens::Restart);
        self.follow();
        self.keep_trail(0);
    }

    /// The trail begins with the particles as they are.
    fn follow(&mut self) {
        self.with_chunks(|chunks, setting| {
            if let Some(first) = chunks.first_mut() {
                first.trail.clear();
                first.follow(setting.scene);
            }
        });
    }

    /// Lets the weights know, if there is a lane with weights.
    #[inline(never)]
    fn weigh(&mut self, what: Happens) {
        let Some((index, mut weighing)) = self.weighing.take() else { return };
        let mut positions = std::mem::take(&mut self.chunks[0].positions);
        let stride = positions.len() / self.scene.lanes.len();
        let own = &mut positions[index * stride..(index + 1) * stride];
        weighing.handle(
            what,
            Lane { scene: &self.scene, index, marginal: self.marginal(), step: self.step, positions: own },
        );
        self.chunks[0].positions = positions;
        self.weighing = Some((index, weighing));
    }

    /// Makes steps, to `end` at most: all of them, or one where there are weights.
    fn advance(&mut self, end: usize) {
        self.weigh(Happens::Leave);
        let steps = self.step..if self.weighing.is_some() { self.step + 1 } else { end };
        self.with_chunks(|chunks, setting| chunk::each(chunks, |chunk| chunk.advance(setting, steps.clone())));
        self.step = steps.end;
        self.weigh(Happens::Arrive);
        if self.weighing.is_some() {
            self.follow();
        }
        self.keep_trail(steps.start + 1);
    }

    /// Keeps the tracked positions from a step on. Those of later steps stay: a saved copy may lead back to them.
    fn keep_trail(&mut self, step: usize) {
        let start = step * self.history_stride();
        // The tracked particles may be another part's.
        let Some(Chunk { trail, .. }) = self.chunks.first().filter(|first| !first.trail.is_empty()) else { return };
        if self.history.len() < start + trail.len() {
            self.history.resize(start + trail.len(), 0.0);
        }
        self.history[start..start + trail.len()].copy_from_slice(trail);
    }

    /// All particles of a lane, row-major; with weights: drawn by them.
    fn samples(&mut self, lane: usize) -> Vec<f32> {
        self.weigh(Happens::Show(&mut 0));
        let mut rows = Vec::with_capacity(self.scene.particles * self.scene.dimension);
        for chunk in &self.chunks {
            chunk.append_rows(&self.scene, lane, usize::MAX, &mut rows);
        }
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

    fn count(&self) -> Counted {
        let Self { scene, loops, guides, moments, .. } = self;
        let setting = Setting { scene, loops, tables: self.tables(), guides, moments };
        chunk::count(&self.chunks, &setting, self.marginal())
    }

    fn observe_all(&self, first_path_step: usize) -> Observation {
        let lanes = self.scene.lanes.iter().zip(self.count().lanes());
        Observation {
            step: self.step,
            lanes: lanes
                .map(|(spec, (bins, outside, sums))| LaneObservation {
                    lane: spec.lane,
                    bins,
                    outside,
                    sums,
                    weights: None,
                })
                .collect(),
            paths: self.history[first_path_step * self.history_stride()..(self.step + 1) * self.history_stride()]
                .to_vec(),
            first_path_step,
        }
    }
}
