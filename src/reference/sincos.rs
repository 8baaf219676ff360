//! `sin` and `cos` in f64 for the arguments that a state allows.
//!
//! The standard library's are as good, but reduce arguments up to 1e308, which is 6 KB of the browser's module
//! that no wiggle needs: with `n` up to 512 and means up to 20 its argument stays below 1e5.

use std::f64::consts::FRAC_2_PI;

/// `pi/2` in two parts: the first has 33 bits, so that its product with a whole number below `2^20` is exact.
const FIRST: f64 = 1.570_796_326_734_125_6;
const REST: f64 = 6.077_100_506_506_192e-11;

/// `(sin x / x - 1) / x^2` and `(cos x - 1 + x^2/2) / x^4` on `[-pi/4, pi/4]`, as polynomials in `x^2` (FreeBSD's
/// msun, `k_sin.c` and `k_cos.c`).
const SIN: [f64; 6] = [
    -1.666_666_666_666_663_2e-1,
    8.333_333_333_322_49e-3,
    -1.984_126_982_985_795e-4,
    2.755_731_370_707_006_8e-6,
    -2.505_076_025_340_686_3e-8,
    1.589_690_995_211_55e-10,
];
const COS: [f64; 6] = [
    4.166_666_666_666_66e-2,
    -1.388_888_888_887_411e-3,
    2.480_158_728_947_673e-5,
    -2.755_731_435_139_066_3e-7,
    2.087_572_321_298_175e-9,
    -1.135_964_755_778_819_5e-11,
];

/// `(sin x, cos x)` with absolute errors below `3e-16` for `|x| < 1.6e6`.
pub fn sin_cos(x: f64) -> (f64, f64) {
    let quarter = (x * FRAC_2_PI).round_ties_even();
    let (high, low) = (x - quarter * FIRST, quarter * REST);
    let r = high - low;
    // What rounding took from r.
    let tail = (high - r) - low;
    let z = r * r;
    let polynomial = |c: [f64; 6]| c.into_iter().rev().fold(0.0, |sum, c| sum * z + c);
    let sin = r + (r * z * polynomial(SIN) + tail);
    let whole = 1.0 - 0.5 * z;
    let cos = whole + ((1.0 - whole - 0.5 * z) + z * z * polynomial(COS) - r * tail);
    match quarter as i64 & 3 {
        0 => (sin, cos),
        1 => (cos, -sin),
        2 => (-sin, -cos),
        _ => (-cos, sin),
    }
}

#[cfg(test)]
mod tests {
    use super::sin_cos;

    #[test]
    fn sin_and_cos_are_those_of_the_standard_library() {
        for scale in [0.8, 10.0, 1e3, 1e5, 1.5e6] {
            for i in -20_000..=20_000 {
                let x = scale * f64::from(i) / 20_000.0;
                let (sin, cos) = sin_cos(x);
                let error = (sin - x.sin()).abs().max((cos - x.cos()).abs());
                assert!(error < 3e-16, "x = {x}: off by {error:e}");
            }
        }
        assert_eq!(sin_cos(0.0), (0.0, 1.0));
    }
}
