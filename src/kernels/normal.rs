//! Standard normals by Box and Muller's method. Twin of `shaders/lib/normal.wgsl`.

use super::{KEY, log, philox, sincos_quadrant};

/// The four standard normals of a noise group at a step: two pairs `(r cos, r sin)`. A group is
/// four consecutive particles in 1D and two (coordinates side by side) in 2D, so none is wasted.
#[inline(always)]
pub fn normals(group: u32, step: u32, stream: u32, seed: u32) -> [f32; 4] {
    let bits = philox([group, step, stream, 0], [seed, KEY]);
    let [z0, z1] = box_muller(bits[0], bits[1]);
    let [z2, z3] = box_muller(bits[2], bits[3]);
    [z0, z1, z2, z3]
}

/// The radius from the upper 24 bits of `a` (midpoints, so the uniform is never 0), the angle from
/// the upper 26 of `b`.
#[inline(always)]
pub fn box_muller(a: u32, b: u32) -> [f32; 2] {
    let uniform = ((a >> 8) as i32) as f32 * (1.0 / 16_777_216.0) + 1.0 / 33_554_432.0;
    let radius = (-2.0 * log(uniform)).sqrt();
    // b is an angle in units of 2^-32 turns: the nearest quarter turn and the rest, which is cut
    // to 24 bits so that its conversion is exact.
    let rest = ((b << 2) as i32) >> 2;
    let quadrant = b.wrapping_sub(rest as u32) >> 30;
    let angle = (rest >> 6) as f32 * (std::f32::consts::FRAC_PI_2 / 16_777_216.0);
    let [sin, cos] = sincos_quadrant(angle, quadrant);
    [radius * cos, radius * sin]
}
