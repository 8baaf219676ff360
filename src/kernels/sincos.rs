//! `sin` and `cos` together. Twin of `shaders/lib/sincos.wgsl`.

use super::exp::ROUND;

/// `[sin, cos]` of `x` radians: good to 2 units in the last place up to `|x| = 1.2e4` (8192 quarter turns,
/// where the second product below stops being exact) and to 4e-6 up to 1e5, where an f32's own rounding is 4e-3.
/// Beyond, the argument is held.
#[inline(always)]
pub fn sincos(x: f32) -> [f32; 2] {
    let (r, quadrant) = quarter_turns(x);
    sincos_quadrant(r, quadrant)
}

/// The rest of `x` from the nearest quarter turn, and which that is.
#[inline(always)]
pub fn quarter_turns(x: f32) -> (f32, u32) {
    let x = if x < -1.0e5 { -1.0e5 } else { x };
    let x = if x > 1.0e5 { 1.0e5 } else { x };
    let shifted = x * std::f32::consts::FRAC_2_PI + ROUND;
    let k = shifted - ROUND;
    // pi/2 in three parts (Cody and Waite); k times the first is exact.
    let r = x - k * 1.570_312_5 - k * 4.837_512_97e-4 - k * 7.549_79e-8;
    (r, shifted.to_bits())
}

/// `[sin, cos]` of `r + quadrant pi/2` for `|r| <= pi/4`; only the last two bits of the quadrant count.
#[inline(always)]
pub fn sincos_quadrant(r: f32, quadrant: u32) -> [f32; 2] {
    let z = r * r;
    let s = ((-1.951_529_6e-4 * z + 8.332_161e-3) * z - 1.666_665_5e-1) * z * r + r;
    let c = ((2.443_315_7e-5 * z - 1.388_731_6e-3) * z + 4.166_664_6e-2) * (z * z) - 0.5 * z + 1.0;
    let odd = quadrant & 1 != 0;
    let sin = if odd { c } else { s };
    let cos = if odd { s } else { c };
    [
        f32::from_bits(sin.to_bits() ^ ((quadrant & 2) << 30)),
        f32::from_bits(cos.to_bits() ^ ((quadrant.wrapping_add(1) & 2) << 30)),
    ]
}
