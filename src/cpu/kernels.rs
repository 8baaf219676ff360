//! The particle loops of the CPU engine and their arithmetic, `num`. Blocks of particles, structure of
//! arrays, one thread; the compiler turns the loops into vector code (AVX2 where the processor has it,
//! else SSE2, NEON or WebAssembly's simd128, all with the same bits). Each file is the twin of the
//! shader of its name.
//!
//! The public functions are not generic: this package compiles them, with its own level of optimisation.

#![expect(clippy::inline_always, reason = "a call left in a loop over particles keeps it scalar")]

mod bins;
mod block;
mod dispatch;
mod initialise;
#[path = "../num/mod.rs"]
pub mod num;
mod step;
mod sums;

pub use block::{BLOCK, Marginal};
pub use step::Step;
pub use sums::{Measure, Sums};

use num::BinScale;

/// Draws the initial positions of `lanes` lanes, the same for all. `positions[lane][axis][particle]`,
/// whole blocks of particles.
pub fn initialise(dimension: usize, seed: u32, lanes: usize, positions: &mut [f32]) {
    match dimension {
        1 => initialise::initialise::<1>(seed, lanes, positions),
        _ => initialise::initialise::<2>(seed, lanes, positions),
    }
}

/// Moves all lanes by one step. `positions[lane][axis][particle]`, whole blocks of particles.
pub fn step(dimension: usize, input: &Step, positions: &mut [f32]) {
    match dimension {
        1 => step::step::<1>(input, positions),
        _ => step::step::<2>(input, positions),
    }
}

/// Adds up all lanes, one entry of `sums` for each. `positions[lane][axis][particle]`, whole blocks of
/// particles.
pub fn sums(dimension: usize, input: &Measure, positions: &[f32], sums: &mut [Sums]) {
    match dimension {
        1 => sums::sums::<1>(input, positions, sums),
        _ => sums::sums::<2>(input, positions, sums),
    }
}

/// Adds the particles of `rows` (one slice an axis, 1 or 2) to the bins; how many finite ones lie outside.
pub fn bins(rows: &[&[f32]], scale: &BinScale, counts: &mut [u32]) -> u32 {
    match *rows {
        [x] => bins::bins([x], scale, counts),
        [x, y, ..] => bins::bins([x, y], scale, counts),
        [] => 0,
    }
}
