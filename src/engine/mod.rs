//! What both engines promise: the same scene in, the same small arrays out.
//!
//! An engine holds the particles of every lane, moves them one reverse step at a time on shared
//! noise, and hands over an [`Observation`]: bins, tracked particles and partial sums. It knows
//! nothing of readouts; `metrics` turns sums into estimates.

mod checkpoints;
mod population;
mod scene;

pub use crate::kernels::Sums;
pub(crate) use checkpoints::Checkpoints;
pub(crate) use population::{Population, Total};
#[cfg(target_arch = "wasm32")]
pub use scene::bring_further;
pub use scene::{Domain, LaneSpec, Scene, SplitMixture, SplitTerm, pack_network};

use std::pin::Pin;

use serde::Serialize;

use crate::kernels::{STREAM_STEP, normals};
use crate::model::{LabError, Lane};

/// How many particles of each lane (the first ones) are tracked at every step.
pub const TRACKED: usize = 256;
/// Bins across the domain in 1D.
pub const BINS_1D: usize = 256;
/// Bins along each side of the domain in 2D; the grid is row-major with `x_1` fastest.
pub const BINS_2D: usize = 128;

/// The standard normals of one particle at a reverse step, as both engines draw them: one in 1D, two in 2D.
pub fn noise(dimension: usize, particle: u32, step: u32, seed: u32) -> [f64; 2] {
    // A group of four normals serves four particles in 1D, two in 2D.
    let together = 4 / dimension as u32;
    let z = normals(particle / together, step, STREAM_STEP, seed);
    let first = dimension * (particle % together) as usize;
    [z[first].into(), z[first + dimension - 1].into()]
}

/// The bins over [`Domain`], the tracked particles and the sums of one lane at one time.
#[derive(Clone, Debug, PartialEq)]
pub struct LaneObservation {
    /// Which lane.
    pub lane: Lane,
    /// Counts over the domain: `BINS_1D`, or `BINS_2D * BINS_2D` row-major with `x_1` fastest.
    pub bins: Vec<u32>,
    /// Finite particles outside the domain.
    pub outside: u32,
    /// Sums over the particles.
    pub sums: Sums,
    /// Of the lane `corrected`, whose bins and sums are of particles drawn anew by their weights.
    pub weights: Option<Weights>,
}

/// What the weights of the lane `corrected` say.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename_all = "camelCase"))]
pub struct Weights {
    /// `(sum W)^2 / sum W^2`, the effective sample size.
    pub effective: f64,
    /// The same of the summed weights of those that descend from one first particle.
    pub lineages: f64,
    /// So many independent particles would know the mean of `log p(c|x)` and of each coordinate as well.
    pub independent: f64,
    /// How often the particles were drawn anew so far.
    pub resamplings: usize,
    /// An estimate of `log integral p_t(x) p_t(c|x)^gamma dx`, less that at the horizon.
    pub log_normaliser: f64,
    /// The standard error of the mean of `1/p(c|x)`.
    pub reciprocal_error: f64,
    /// The standard error of the mean of `log p(c|x)`.
    pub log_probability_error: f64,
}

/// The lanes at one time.
#[derive(Clone, Debug, PartialEq)]
pub struct Observation {
    /// Reverse steps done, `0..=steps`.
    pub step: usize,
    /// The lanes in the scene's order.
    pub lanes: Vec<LaneObservation>,
    /// Tracked positions at every step in `first_path_step..=step`:
    /// `[step][lane][particle][coordinate]`, `TRACKED.min(particles)` particles.
    pub paths: Vec<f32>,
    /// The step of the first tracked positions.
    pub first_path_step: usize,
}

/// What was counted of some chunks of particles.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Counted {
    /// `[chunk][lane]`: sums in f64 depend on the order in which they are added.
    pub sums: Vec<Sums>,
    /// Of each lane the counts of its bins, and behind them how many finite particles are outside the domain.
    pub bins: Vec<Vec<u32>>,
}

impl Observation {
    /// Adds what was counted of the chunks that follow those of this one: the numbers are the same, bit for bit, as those of
    /// one engine that has them all.
    pub fn join(&mut self, next: &Counted) {
        for (lane, counts) in self.lanes.iter_mut().zip(&next.bins) {
            for (bin, more) in lane.bins.iter_mut().chain([&mut lane.outside]).zip(counts) {
                *bin += more;
            }
        }
        for sums in next.sums.chunks_exact(self.lanes.len()) {
            for (lane, sums) in self.lanes.iter_mut().zip(sums) {
                lane.sums.add(sums);
            }
        }
    }
}

/// What an engine hands over when its queued work is done.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, LabError>> + 'a>>;

/// Particles in lanes, moved on shared noise. `CpuEngine` and `GpuEngine` implement it; the same
/// seed gives the same noise bits on both. Used as `dyn Engine` wherever either may run, so that
/// the GPU's code is only reached from where it is made (docs/decisions/0005-split-module.md).
pub trait Engine {
    /// Takes a scene and returns to step 0.
    fn set_scene(&mut self, scene: &Scene) -> Result<(), LabError>;
    /// Replaces weights and classifiers of the lanes from the present step on. The number of lanes
    /// and the mixture must be those of the scene in force.
    fn set_lanes(&mut self, lanes: &[LaneSpec]);
    /// Returns to step 0: `Y = N(0, I)` from the scene's seed.
    fn restart(&mut self);
    /// Reverse steps done.
    fn step_index(&self) -> usize;
    /// Moves all lanes by `count` steps, at most to the last one. Work may be queued.
    fn advance(&mut self, count: usize);
    /// Waits for the queued work and hands over the lanes, with the tracked positions from
    /// `first_path_step`, at most the present step, to the present step. All steps since the last
    /// restart are there, also after a restore.
    fn observe(&mut self, first_path_step: usize) -> Answer<'_, Observation>;
    /// The positions of a lane (index in the scene), row-major, particles by dimension. Fails for a
    /// lane that the scene does not have.
    fn samples(&mut self, lane: usize) -> Answer<'_, Vec<f32>>;
    /// Keeps a copy of all lanes at the present step for [`Engine::restore`]. Beyond 128 MB in all, every
    /// other copy is given up.
    fn save(&mut self);
    /// Goes to the last saved step that is not after `step` (0 if there is none) and says which.
    /// Saved copies are dropped by `set_scene` and `set_lanes`.
    fn restore(&mut self, step: usize) -> usize;
    /// Keeps the particles of part `part` of `parts` only, if they can be parted; the others are another engine's
    /// (docs/decisions/0021-pool.md). Any part at step 0, the first one at any step.
    fn share(&mut self, part: usize, parts: usize) {
        let _ = (part, parts);
    }
    /// What is counted of the part that it holds.
    fn count(&self) -> Counted {
        Counted::default()
    }
}
