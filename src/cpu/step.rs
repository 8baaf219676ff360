//! One reverse step of all lanes. Twin of `shaders/step.wgsl`.

use super::block::{BLOCK, Marginal, Row, Workspace, noise};
use super::dispatch::widest;
use crate::model::StepCoefficients;
use crate::num::{Guide, STREAM_STEP};

/// What one step needs to know.
#[derive(Clone, Copy, Debug)]
pub struct Step<'a> {
    /// Its index, the counter of its noise.
    pub index: u32,
    /// The key of its noise.
    pub seed: u32,
    /// `keep`, `drift`, `noise`, `corrector`.
    pub coefficients: StepCoefficients,
    /// The mixture at its time.
    pub present: Marginal<'a>,
    /// The mixture at the next time.
    pub next: Marginal<'a>,
    /// The lanes.
    pub guides: &'a [Guide],
}

widest! {
    /// Moves all lanes by one step. `positions[lane][axis][particle]`, whole blocks of particles.
    pub fn step[const D: usize](input: &Step, positions: &mut [f32]) = step_blocks::<D>
}

#[inline(always)]
fn step_blocks<const D: usize>(input: &Step, positions: &mut [f32]) {
    let padded = positions.len() / (D * input.guides.len());
    let [keep, drift, amount, corrector] = [
        input.coefficients.keep as f32,
        input.coefficients.drift as f32,
        input.coefficients.noise as f32,
        input.coefficients.corrector as f32,
    ];
    let mut workspace = Workspace::<D>::new();
    let mut z = [[0.0; BLOCK]; D];
    let mut y = [[0.0; BLOCK]; D];
    let mut force = [[0.0; BLOCK]; D];
    let mut next = [[0.0; BLOCK]; D];
    for block in 0..padded / BLOCK {
        if amount > 0.0 {
            noise(block, input.index, STREAM_STEP, input.seed, &mut z);
        }
        for (lane, guide) in input.guides.iter().enumerate() {
            load(positions, padded, lane, block, &mut y);
            workspace.guided_score(input.present, guide, &y, &mut force);
            for axis in 0..D {
                for i in 0..BLOCK {
                    next[axis][i] = keep * y[axis][i] + drift * force[axis][i] + amount * z[axis][i];
                }
            }
            if corrector > 0.0 {
                for axis in 0..D {
                    for i in 0..BLOCK {
                        y[axis][i] += corrector * (y[axis][i] + force[axis][i]);
                    }
                }
                workspace.guided_score(input.next, guide, &next, &mut force);
                for axis in 0..D {
                    for i in 0..BLOCK {
                        next[axis][i] = y[axis][i] + corrector * (next[axis][i] + force[axis][i]);
                    }
                }
            }
            store(positions, padded, lane, block, &next);
        }
    }
}

/// The coordinates of a block of a lane.
#[inline(always)]
pub fn load<const D: usize>(positions: &[f32], padded: usize, lane: usize, block: usize, x: &mut [Row; D]) {
    for axis in 0..D {
        let start = (lane * D + axis) * padded + block * BLOCK;
        x[axis].copy_from_slice(&positions[start..start + BLOCK]);
    }
}

/// The reverse of [`load`].
#[inline(always)]
pub fn store<const D: usize>(positions: &mut [f32], padded: usize, lane: usize, block: usize, x: &[Row; D]) {
    for axis in 0..D {
        let start = (lane * D + axis) * padded + block * BLOCK;
        positions[start..start + BLOCK].copy_from_slice(&x[axis]);
    }
}
