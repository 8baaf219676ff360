//! The particles in chunks: what one core works on at a time. A chunk knows nothing of the others, so that the
//! particles, and what is counted of them, are the same on any number of cores.

use crate::engine::{BINS_1D, BINS_2D, Scene, Sums, TRACKED};
use crate::kernels::{self, BLOCK, Guide, Loops, Marginal, Moment, Tables};

/// Blocks of a chunk. Its lanes stay in a core's own cache, and a run of the page has a few of them.
const BLOCKS: usize = 16;

/// Consecutive particles of every lane.
#[derive(Debug)]
pub struct Chunk {
    /// The index of its first particle.
    first: usize,
    /// So many are particles of the run; the rest fills the last block.
    particles: usize,
    /// `[lane][axis][particle]`, whole blocks.
    pub positions: Vec<f32>,
    /// `[step][lane][particle][axis]`: where its tracked particles were after each step of the last advance.
    pub trail: Vec<f32>,
}

/// What is known of a run while its particles are moved or counted.
pub struct Setting<'a> {
    pub scene: &'a Scene,
    pub loops: &'static Loops,
    pub tables: Tables<'a>,
    pub guides: &'a [Guide],
    /// `[time][lane]`.
    pub moments: &'a [Moment],
}

/// What was counted of some chunks.
pub struct Counted {
    /// Of each chunk, of each lane.
    sums: Vec<Vec<Sums>>,
    /// Of each lane: the counts of the bins, and how many finite particles are outside the domain.
    bins: Vec<(Vec<u32>, u32)>,
}

/// The particles of a scene; in one piece where that is asked for.
pub fn divide(scene: &Scene, whole: bool) -> Vec<Chunk> {
    let size = if whole { scene.particles.div_ceil(BLOCK) } else { BLOCKS } * BLOCK;
    let mut chunks = Vec::new();
    for first in (0..scene.particles).step_by(size) {
        let particles = size.min(scene.particles - first);
        let padded = particles.div_ceil(BLOCK) * BLOCK;
        let positions = vec![0.0; scene.lanes.len() * scene.dimension * padded];
        chunks.push(Chunk { first, particles, positions, trail: Vec::new() });
    }
    chunks
}

impl Chunk {
    /// Draws the initial positions.
    pub fn initialise(&mut self, setting: &Setting) {
        let lanes = setting.guides.len();
        (setting.loops.initialise)(setting.scene.seed, lanes, self.first / BLOCK, &mut self.positions);
    }

    /// Makes the steps of a range, and keeps the trail.
    pub fn advance(&mut self, setting: &Setting, steps: std::ops::Range<usize>) {
        let &Setting { scene, tables, guides, moments, .. } = setting;
        self.trail.clear();
        for index in steps {
            let coefficients = &scene.coefficients[index];
            let input = kernels::Step {
                index: index as u32,
                first_block: self.first / BLOCK,
                seed: scene.seed,
                keep: coefficients.keep as f32,
                drift: coefficients.drift as f32,
                noise: coefficients.noise as f32,
                corrector: coefficients.corrector as f32,
                tables,
                guides,
                moments: &moments[index * guides.len()..],
            };
            (setting.loops.step)(&input, &mut self.positions);
            self.follow(scene);
        }
    }

    /// Appends the tracked particles to the trail, if there are any among these.
    pub fn follow(&mut self, scene: &Scene) {
        if self.first < TRACKED {
            for lane in 0..scene.lanes.len() {
                let rows = self.rows(scene, lane, TRACKED);
                self.trail.extend(rows);
            }
        }
    }

    /// Its first `count` particles of a lane, row-major, or all if there are fewer.
    pub fn rows(&self, scene: &Scene, lane: usize, count: usize) -> Vec<f32> {
        let axes = self.axes(scene, lane);
        (0..count.min(self.particles)).flat_map(|i| axes.iter().map(move |axis| axis[i])).collect()
    }

    /// The particles of a lane, an axis at a time.
    fn axes(&self, scene: &Scene, lane: usize) -> Vec<&[f32]> {
        let padded = self.positions.len() / (scene.lanes.len() * scene.dimension);
        let row = |axis: usize| &self.positions[(lane * scene.dimension + axis) * padded..][..self.particles];
        (0..scene.dimension).map(row).collect()
    }
}

impl Counted {
    /// Counts some chunks.
    pub fn of(chunks: &[Chunk], setting: &Setting, marginal: Marginal) -> Self {
        let scene = setting.scene;
        let cells = if scene.dimension == 1 { BINS_1D } else { BINS_2D * BINS_2D };
        let scale = scene.bin_scale();
        let mut bins = vec![(vec![0; cells], 0); scene.lanes.len()];
        let mut sums = Vec::with_capacity(chunks.len());
        for chunk in chunks {
            let input =
                kernels::Measure { marginal, particles: chunk.particles, conditional: scene.conditional_lane() };
            let mut own = vec![Sums::default(); scene.lanes.len()];
            (setting.loops.sums)(&input, &chunk.positions, &mut own);
            sums.push(own);
            for (lane, (counts, outside)) in bins.iter_mut().enumerate() {
                *outside += kernels::bins(&chunk.axes(scene, lane), &scale, counts);
            }
        }
        Self { sums, bins }
    }

    /// The whole of what was counted in parts, in the order of the chunks. Of each lane: bins, outside, sums.
    pub fn join(parts: Vec<Self>) -> Vec<(Vec<u32>, u32, Sums)> {
        let mut parts = parts.into_iter();
        let Some(mut whole) = parts.next() else { return Vec::new() };
        for part in parts {
            whole.sums.extend(part.sums);
            for ((counts, outside), (more, more_outside)) in whole.bins.iter_mut().zip(part.bins) {
                *outside += more_outside;
                for (count, more) in counts.iter_mut().zip(more) {
                    *count += more;
                }
            }
        }
        let total = |lane: usize| {
            let mut total = Sums::default();
            for chunk in &whole.sums {
                total.add(&chunk[lane]);
            }
            total
        };
        let totals: Vec<Sums> = (0..whole.bins.len()).map(total).collect();
        whole.bins.into_iter().zip(totals).map(|((counts, outside), sums)| (counts, outside, sums)).collect()
    }
}

/// Does something to every chunk, on all cores.
#[cfg(not(target_arch = "wasm32"))]
pub fn each(chunks: &mut [Chunk], work: impl Fn(&mut Chunk) + Sync + Send) {
    use rayon::prelude::*;
    chunks.par_iter_mut().for_each(work);
}

/// What is found of the chunks, some on each core, in their order.
#[cfg(not(target_arch = "wasm32"))]
pub fn in_parts<T: Send>(chunks: &[Chunk], work: impl Fn(&[Chunk]) -> T + Sync + Send) -> Vec<T> {
    use rayon::prelude::*;
    chunks.par_chunks(chunks.len().div_ceil(rayon::current_num_threads()).max(1)).map(work).collect()
}

/// A worker is one core.
#[cfg(target_arch = "wasm32")]
pub fn each(chunks: &mut [Chunk], work: impl Fn(&mut Chunk)) {
    chunks.iter_mut().for_each(work);
}

#[cfg(target_arch = "wasm32")]
pub fn in_parts<T>(chunks: &[Chunk], work: impl Fn(&[Chunk]) -> T) -> Vec<T> {
    vec![work(chunks)]
}
