//! `log`. Twin of `shaders/lib/log.wgsl`.

/// The natural logarithm of a positive normal number.
#[inline(always)]
pub fn log(x: f32) -> f32 {
    // x = 2^e m with m in [sqrt(1/2), sqrt 2).
    let shifted = x.to_bits().wrapping_sub(0x3f35_04f3) as i32;
    let e = (shifted >> 23) as f32;
    let f = f32::from_bits((shifted as u32 & 0x007f_ffff).wrapping_add(0x3f35_04f3)) - 1.0;
    let z = f * f;
    let p = (((((((7.037_683_6e-2 * f - 1.151_461_03e-1) * f + 1.167_699_87e-1) * f - 1.242_014_08e-1) * f
        + 1.424_932_28e-1)
        * f
        - 1.666_805_77e-1)
        * f
        + 2.000_071_48e-1)
        * f
        - 2.499_999_4e-1)
        * f
        + 3.333_333_1e-1;
    let y = f * z * p + e * -2.121_944_4e-4 - 0.5 * z;
    f + y + e * 0.693_359_375
}
