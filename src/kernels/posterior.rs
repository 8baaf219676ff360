//! The exact posterior `p` of the target class from `L_o - L_c`. Twin of `shaders/lib/posterior.wgsl`.

use super::{exp_below_88, log};

/// `1/p` is held at `1 + e^40 = 2.4e17`, so that 256 squares still fit an f32. A mean of `1/p` that
/// feels this limit has long been infinite.
pub const MAX_LOG_RATIO: f32 = 40.0;

/// `1/p = 1 + exp(L_o - L_c)`.
#[inline(always)]
pub fn reciprocal(ratio: f32) -> f32 {
    1.0 + exp_below_88(if ratio > MAX_LOG_RATIO { MAX_LOG_RATIO } else { ratio })
}

/// `log p = -softplus(L_o - L_c)`.
#[inline(always)]
pub fn log_probability(ratio: f32) -> f32 {
    let high = ratio > 0.0;
    let tail = log(1.0 + exp_below_88(-ratio.abs()));
    -(if high { ratio } else { 0.0 } + tail)
}
