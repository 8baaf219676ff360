//! The initial positions, `N(0, I)`, the same in all lanes. Twin of `shaders/initialise.wgsl`.

use super::block::noise;
use super::dispatch::widest;
use super::rows::BLOCK;
use super::step::store;
use crate::STREAM_INITIAL;

widest! {
    /// Draws the initial positions of `lanes` lanes from the block `first` on.
    pub fn initialise[const D: usize](seed: u32, lanes: usize, first: usize, positions: &mut [f32]) = initialise_blocks::<D>
}

#[inline(always)]
fn initialise_blocks<const D: usize>(seed: u32, lanes: usize, first: usize, positions: &mut [f32]) {
    let padded = positions.len() / (D * lanes);
    let mut z = [[0.0; BLOCK]; D];
    for block in 0..padded / BLOCK {
        noise(first + block, 0, STREAM_INITIAL, seed, &mut z);
        for lane in 0..lanes {
            store(positions, padded, lane, block, &z);
        }
    }
}
