//! What the log-weights of the lane `corrected` follow from. On the CPU only, so without a twin
//! (docs/decisions/0014-corrected-lane.md).

use super::block::{Workspace, log_ratios};
use super::dispatch::widest;
use super::mixture::split;
use super::rows::{BLOCK, Marginal, Row};
use super::step::load;
use crate::log_probability;

widest! {
    /// `|g|^2` of every particle of one lane, `positions[axis][particle]`, whole blocks.
    fn squares[const D: usize](marginal: Marginal, positions: &[f32], found: &mut [f32]) = square_blocks::<D>
}

#[inline(always)]
fn square_blocks<const D: usize>(marginal: Marginal, positions: &[f32], found: &mut [f32]) {
    let mut workspace = Workspace::<D>::new();
    let mut x = [[0.0; BLOCK]; D];
    for (block, row) in found.as_chunks_mut::<BLOCK>().0.iter_mut().enumerate() {
        load(positions, positions.len() / D, 0, block, &mut x);
        workspace.evaluate(marginal, &x);
        for i in 0..BLOCK {
            let parts = workspace.split_at(i, split);
            let mut sum = 0.0;
            for axis in 0..D {
                let g = parts.rest * (parts.target[axis] - parts.others[axis]);
                sum += g * g;
            }
            row[i] = sum;
        }
    }
}

/// `|g|^2` of the exact guidance for every particle of one lane in 1 or 2 dimensions, `positions[axis][particle]`
/// in whole blocks; 0 without other classes.
pub fn guidance_squares(dimension: usize, marginal: Marginal, positions: &[f32], found: &mut [f32]) {
    match (marginal.terms.len() > marginal.target, dimension) {
        (false, _) => found.fill(0.0),
        (true, 1) => squares::<1>(marginal, positions, found),
        (true, _) => squares::<2>(marginal, positions, found),
    }
}

/// `log p(c|x)` of the same particles.
pub fn log_posteriors(dimension: usize, marginal: Marginal, positions: &[f32], found: &mut [f32]) {
    match (marginal.terms.len() > marginal.target, dimension) {
        (false, _) => found.fill(0.0),
        (true, 1) => posteriors::<1>(marginal, positions, found),
        (true, _) => posteriors::<2>(marginal, positions, found),
    }
}

fn posteriors<const D: usize>(marginal: Marginal, positions: &[f32], found: &mut [f32]) {
    let mut workspace = Workspace::<D>::new();
    let mut x = [[0.0; BLOCK]; D];
    let mut ratio: Row = [0.0; BLOCK];
    for (block, row) in found.as_chunks_mut::<BLOCK>().0.iter_mut().enumerate() {
        load(positions, positions.len() / D, 0, block, &mut x);
        log_ratios(&mut workspace, marginal, &x, &mut ratio);
        for i in 0..BLOCK {
            row[i] = log_probability(ratio[i]);
        }
    }
}
