//! The f32 arithmetic of one particle and the loops over particles, each file the twin of the WGSL file of
//! its name: functions are in `shaders/lib/`, loops (`bins`, `initialise`, `step`, `sums`) in `shaders/`.
//! A twin has the same functions in the same order of operations.
//!
//! The loops go over blocks of particles, structure of arrays, on one thread. Every function below them is
//! `inline(always)` and free of branches on data, so that they become vector code, whatever the instruction
//! set (AVX-512 or AVX2 where the processor has it, else SSE2, NEON or WebAssembly's simd128). No
//! multiply-add is fused: all give the same bits. A GPU may fuse or reorder; `tests/gpu.rs` bounds what
//! that does.
//!
//! The transcendental functions are our own on both sides because WGSL promises too little (its
//! `sin` may be off by 2^-11 on `[-pi, pi]`, and is by 1.9e-4 on `SwiftShader`). The polynomials are those
//! of Moshier's Cephes library (single precision: `expf`, `logf`, `sinf`, `cosf`), good to about 2 units in the
//! last place.
//!
//! The public loops are not generic: this package compiles them, with its own level of optimisation.

#![expect(clippy::inline_always, reason = "a call left in a loop over particles keeps it scalar")]

mod apart;
mod bin_scale;
mod bins;
mod block;
mod classes;
mod classifier;
mod dispatch;
mod eight;
mod exp;
mod further;
mod guess;
mod initialise;
mod learned_score;
mod log;
pub mod many;
mod mixture;
pub mod network;
mod normal;
mod philox;
mod posterior;
mod rows;
mod sincos;
mod step;
mod sums;
mod weights;

pub use bin_scale::BinScale;
pub use classifier::{
    Guess, Guide, KIND_DENOISED, KIND_EXACT, KIND_LABEL_SMOOTHING, KIND_LEARNED, KIND_LOGIT, KIND_PROBABILITY,
    KIND_TEMPERED, LearnedRows, MODELS_CLASSIFIER, MODELS_LEARNED, MODELS_LEARNED_WEAKER, MODELS_PAIR,
    MODELS_PAIR_ALONE, MODELS_WEAKER, MODELS_WEAKER_ALONE, Moment, Push, adaptive_score, add_guess, apart_score,
    denoised_score, first_guess, guided_score, learned_scores, logit_score_of_pair, phase_at, plainly_tempered_score,
    score_of, tempered_score, tempered_side, wave_at, wave_of,
};
pub use exp::{exp, exp_below_88};
#[cfg(target_arch = "wasm32")]
pub use further::bring_further;
pub use log::log;
pub use mixture::{
    Side, Split, Term, add_term, first_term, join_sides, log_ratio, no_side, only, score_of_all, smaller_of, split,
    split_by, split_pair,
};
pub use network::{Layer, LearnedScore, Network, Networks};
pub use normal::{box_muller, normals};
pub use philox::{KEY, STREAM_INITIAL, STREAM_STEP, philox, philox_rows};
pub use posterior::{MAX_LOG_RATIO, log_probability, reciprocal};
pub use rows::{BLOCK, Marginal, Tables};
pub use sincos::{quarter_turns, sincos, sincos_quadrant};
pub use step::Step;
pub use sums::{Measure, Sums};
pub use weights::{guidance_squares, log_posteriors};

/// The loops over particles in one number of dimensions. Positions are `positions[lane][axis][particle]`, whole
/// blocks of particles.
#[derive(Clone, Copy, Debug)]
pub struct Loops {
    /// Draws the initial positions of so many lanes, the same for all, from a seed and a first block on.
    pub initialise: fn(u32, usize, usize, &mut [f32]),
    /// Moves all lanes by one step.
    pub step: fn(&Step, &mut [f32]),
    /// Adds up all lanes, one entry of the sums for each.
    pub sums: fn(&Measure, &[f32], &mut [Sums]),
}

/// One dimension.
pub static LINE: Loops =
    Loops { initialise: initialise::initialise::<1>, step: step::step::<1>, sums: sums::sums::<1> };
/// Two dimensions.
pub static PLANE: Loops =
    Loops { initialise: initialise::initialise::<2>, step: step::step::<2>, sums: sums::sums::<2> };

/// Adds the particles of `rows` (one slice an axis, 1 or 2) to the bins; how many finite ones lie outside.
pub fn bins(rows: &[&[f32]], scale: &BinScale, counts: &mut [u32]) -> u32 {
    match *rows {
        [x] => bins::bins([x], scale, counts),
        [x, y, ..] => bins::bins([x, y], scale, counts),
        [] => 0,
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "these values are exact")]
mod tests {
    use super::*;

    /// The largest `|found - exact| / scale` over `x = low, ..., high`.
    fn worst(low: f64, high: f64, f: impl Fn(f32) -> f64) -> f64 {
        let n = 200_000;
        (0..=n).map(|i| f((low + (high - low) * f64::from(i) / f64::from(n)) as f32)).fold(0.0, f64::max)
    }

    /// Two units in the last place.
    const TWO_ULP: f64 = 2.4e-7;

    #[test]
    fn exp_is_accurate() {
        let relative = |x: f32| (f64::from(exp(x)) / f64::from(x).exp() - 1.0).abs();
        assert!(worst(-87.0, 88.0, relative) < TWO_ULP);
        assert!(worst(-1.0, 1.0, relative) < TWO_ULP);
        assert_eq!(exp(0.0), 1.0);
        assert!(exp(-1.0e30) > 0.0 && exp(-1.0e30) < 2.0e-38);
        assert!(exp(1.0e30).is_finite() && exp(f32::NAN).is_nan());
    }

    #[test]
    fn log_is_accurate() {
        let error = |x: f32| (f64::from(log(x)) - f64::from(x).ln()).abs() / f64::from(x).ln().abs().max(0.1);
        assert!(worst(1.0e-7, 4.0, error) < TWO_ULP);
        assert!(worst(1.0, 1.0e9, error) < TWO_ULP);
        assert_eq!(log(1.0), 0.0);
        // The smallest uniform of the Box-Muller method.
        assert!(error(1.0 / 33_554_432.0) < TWO_ULP);
    }

    #[test]
    fn sincos_is_accurate() {
        let error = |x: f32| {
            let [sin, cos] = sincos(x);
            let x = f64::from(x);
            (f64::from(sin) - x.sin()).abs().max((f64::from(cos) - x.cos()).abs())
        };
        assert!(worst(-7.0, 7.0, error) < TWO_ULP);
        assert!(worst(-12_000.0, 12_000.0, error) < TWO_ULP);
        assert!(worst(-99_000.0, 99_000.0, error) < 4.0e-6);
        for x in [1.0e6, -1.0e20, f32::MAX] {
            assert!(sincos(x).iter().all(|value| value.abs() <= 1.0));
        }
    }

    #[test]
    fn posterior_values_are_limited() {
        assert_eq!(reciprocal(-1.0e4), 1.0);
        assert_eq!(log_probability(-1.0e4), 0.0);
        assert!((f64::from(log_probability(500.0)) + 500.0).abs() < 1.0e-3);
        assert!((f64::from(log_probability(0.0)) + std::f64::consts::LN_2).abs() < 1.0e-6);
        let largest = reciprocal(1.0e30);
        assert!((256.0 * largest * largest).is_finite());
    }
}
