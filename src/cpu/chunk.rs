//! The particles in chunks: what one core works on at a time. A chunk knows nothing of the others, so that the
//! particles, and what is counted of them, are the same on any number of cores.

use crate::engine::{BINS_1D, BINS_2D, Counted, Scene, Sums, TRACKED};
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

/// So many chunks of so many particles are those of a scene; one where they are to be in one piece.
fn division(scene: &Scene, whole: bool) -> (usize, usize) {
    let size = if whole { scene.particles.div_ceil(BLOCK) } else { BLOCKS } * BLOCK;
    (scene.particles.div_ceil(size), size)
}

/// The chunks of one part of several: as many as of the others, or one more. The first part has the first chunk.
pub fn of_part(scene: &Scene, whole: bool, (part, parts): (usize, usize)) -> std::ops::Range<usize> {
    let (count, _) = division(scene, whole);
    let border = |part: usize| (count * part).div_ceil(parts);
    border(part)..border(part + 1)
}

/// The particles of some chunks of a scene, at no place yet.
pub fn divide(scene: &Scene, whole: bool, wanted: std::ops::Range<usize>) -> Vec<Chunk> {
    let (_, size) = division(scene, whole);
    let mut chunks = Vec::new();
    for first in wanted.map(|chunk| chunk * size) {
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
            let mut trail = std::mem::take(&mut self.trail);
            for lane in 0..scene.lanes.len() {
                self.append_rows(scene, lane, TRACKED, &mut trail);
            }
            self.trail = trail;
        }
    }

    /// Appends its first `count` particles of a lane, row-major, or all if there are fewer.
    pub fn append_rows(&self, scene: &Scene, lane: usize, count: usize, rows: &mut Vec<f32>) {
        let d = scene.dimension;
        let padded = self.positions.len() / (scene.lanes.len() * d);
        let own = &self.positions[lane * d * padded..];
        for particle in 0..count.min(self.particles) {
            for axis in 0..d {
                rows.push(own[axis * padded + particle]);
            }
        }
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
        let lanes = scene.lanes.len();
        let cells = if scene.dimension == 1 { BINS_1D } else { BINS_2D * BINS_2D };
        let scale = scene.bin_scale();
        let mut bins = vec![vec![0; cells + 1]; lanes];
        let mut sums = vec![Sums::default(); lanes * chunks.len()];
        for (chunk, sums) in chunks.iter().zip(sums.chunks_exact_mut(lanes)) {
            let input =
                kernels::Measure { marginal, particles: chunk.particles, conditional: scene.conditional_lane() };
            (setting.loops.sums)(&input, &chunk.positions, sums);
            for (lane, counts) in bins.iter_mut().enumerate() {
                let outside = kernels::bins(&chunk.axes(scene, lane), &scale, &mut counts[..cells]);
                counts[cells] += outside;
            }
        }
        Self { sums, bins }
    }

    /// Adds what was counted of the chunks that follow.
    #[cfg(not(target_arch = "wasm32"))]
    fn join(mut self, next: Self) -> Self {
        self.sums.extend(next.sums);
        for (counts, more) in self.bins.iter_mut().flatten().zip(next.bins.iter().flatten()) {
            *counts += more;
        }
        self
    }

    /// The lanes: the counts of the bins, how many particles are outside, and the sums, added in the order of the chunks.
    pub fn lanes(self) -> Vec<(Vec<u32>, u32, Sums)> {
        let mut lanes = Vec::new();
        for mut counts in self.bins {
            let outside = counts.pop().unwrap_or_default();
            lanes.push((counts, outside, Sums::default()));
        }
        for sums in self.sums.chunks_exact(lanes.len()) {
            for (lane, sums) in lanes.iter_mut().zip(sums) {
                lane.2.add(sums);
            }
        }
        lanes
    }
}

/// Does something to every chunk, on all cores.
#[cfg(not(target_arch = "wasm32"))]
pub fn each(chunks: &mut [Chunk], work: impl Fn(&mut Chunk) + Sync + Send) {
    use rayon::prelude::*;
    chunks.par_iter_mut().for_each(work);
}

/// What is counted of the chunks, some on each core, in their order.
#[cfg(not(target_arch = "wasm32"))]
pub fn count(chunks: &[Chunk], setting: &Setting, marginal: Marginal) -> Counted {
    use rayon::prelude::*;
    let part = chunks.len().div_ceil(rayon::current_num_threads()).max(1);
    let parts: Vec<_> = chunks.par_chunks(part).map(|part| Counted::of(part, setting, marginal)).collect();
    parts.into_iter().reduce(Counted::join).unwrap_or_else(|| Counted::of(&[], setting, marginal))
}

/// A worker is one core.
#[cfg(target_arch = "wasm32")]
pub fn each(chunks: &mut [Chunk], work: impl Fn(&mut Chunk)) {
    chunks.iter_mut().for_each(work);
}

#[cfg(target_arch = "wasm32")]
pub fn count(chunks: &[Chunk], setting: &Setting, marginal: Marginal) -> Counted {
    Counted::of(chunks, setting, marginal)
}
