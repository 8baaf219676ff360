//! `exp`. Twin of `shaders/lib/exp.wgsl`.

/// Adding `1.5 * 2^23` leaves the nearest integer in the low bits (WGSL: `round`).
pub(super) const ROUND: f32 = 12_582_912.0;

/// `e^x`; the argument is limited to `[-87, 88]`, where the result is a normal number.
#[inline(always)]
pub fn exp(x: f32) -> f32 {
    exp_below_88(if x > 88.0 { 88.0 } else { x })
}

/// `e^x` for `x <= 88`; the argument is limited to `-87` from below.
#[inline(always)]
pub fn exp_below_88(x: f32) -> f32 {
    let x = if x < -87.0 { -87.0 } else { x };
    let shifted = x * std::f32::consts::LOG2_E + ROUND;
    let n = shifted - ROUND;
    let r = x - n * 0.693_359_375 - n * -2.121_944_4e-4;
    let p = ((((1.987_569_15e-4 * r + 1.398_199_95e-3) * r + 8.333_451_9e-3) * r + 4.166_579_6e-2) * r
        + 1.666_666_55e-1)
        * r
        + 5.000_000_1e-1;
    let y = p * (r * r) + r + 1.0;
    // 2^n: the integer stands in the low bits of `shifted`; the bits above it are shifted out.
    let power = f32::from_bits((shifted.to_bits() << 23).wrapping_add(127 << 23));
    y * power
}
