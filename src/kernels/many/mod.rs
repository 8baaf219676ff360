//! Particles in many dimensions. They go in blocks of a few rows, each a particle of a lane, structure of arrays:
//! `x[coordinate][row]`. A covariance is a diagonal plus a few directions, so that a component costs two products of
//! its directions with the block. Twin of `shaders/lib/many.wgsl`, as the files here are of those in `shaders/lib/many/`;
//! what fits mixtures and networks run on the CPU alone.

mod factors;
mod force;
mod learned;
mod products;
mod shares;

pub use factors::{factor_products, factor_sums};
pub use force::{ManyGuide, ManyRows, ManyWork, many_force};
pub use learned::{ManySight, many_learned};
pub use products::{look, pull};

use super::dispatch::widest;
use crate::{KEY, box_muller, philox};

/// Rows of a block.
pub const WIDTH: usize = 8;

pub use crate::eight::Wide;

/// The components at one time: `C^-1 = diag(inverse) - G diag(scale) G^T`.
#[derive(Clone, Debug, Default)]
pub struct ManyTerms {
    /// `d`.
    pub dimension: usize,
    /// Directions of each, a multiple of 4: those that a component lacks are 0.
    pub rank: usize,
    /// How many classes there are.
    pub classes: usize,
    /// `log pi - (1/2) log det C`, up to what is the same for all.
    pub log_weights: Vec<f32>,
    /// The place of the class of each.
    pub places: Vec<u32>,
    /// `m`, `[component][coordinate]`.
    pub means: Vec<f32>,
    /// `1/E`, likewise.
    pub inverses: Vec<f32>,
    /// `G`, `[component][coordinate][direction]`.
    pub directions: std::sync::Arc<[f32]>,
    /// `[component][direction]`.
    pub scales: Vec<f32>,
}

impl ManyTerms {
    /// How many there are.
    pub fn count(&self) -> usize {
        self.log_weights.len()
    }
}

/// The third word of the counter is the stream; the fourth counts groups of four coordinates from here, so that no
/// word of one or two dimensions is drawn again.
const GROUPS: u32 = 2;

widest! {
    /// Standard normals of a step for the particles of a block, `z[coordinate][row]`: the same in every lane.
    pub fn many_normals[](particles: &[u32; WIDTH], step: u32, stream: u32, seed: u32, z: &mut [Wide]) = normals_block
}

#[inline(always)]
fn normals_block(particles: &[u32; WIDTH], step: u32, stream: u32, seed: u32, z: &mut [Wide]) {
    for (group, four) in z.chunks_mut(4).enumerate() {
        let mut normals = [[0.0; WIDTH]; 4];
        for row in 0..WIDTH {
            let bits = philox([particles[row], step, stream, GROUPS + group as u32], [seed, KEY]);
            let [a, b] = box_muller(bits[0], bits[1]);
            let [c, d] = box_muller(bits[2], bits[3]);
            for (normals, z) in normals.iter_mut().zip([a, b, c, d]) {
                normals[row] = z;
            }
        }
        for (z, normals) in four.iter_mut().zip(normals) {
            *z = normals;
        }
    }
}

widest! {
    /// `next = keep y + drift f + amount z`.
    pub fn many_move[](factors: &[f32; 3], y: &[Wide], force: &[Wide], z: &[Wide], next: &mut [Wide]) = move_block
}

#[inline(always)]
fn move_block(&[keep, drift, amount]: &[f32; 3], y: &[Wide], force: &[Wide], z: &[Wide], next: &mut [Wide]) {
    for (((next, y), force), z) in next.iter_mut().zip(y).zip(force).zip(z) {
        for row in 0..WIDTH {
            next[row] = keep * y[row] + drift * force[row] + amount * z[row];
        }
    }
}
