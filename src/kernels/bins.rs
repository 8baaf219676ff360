//! Counts over the domain. Twin of `shaders/bins.wgsl`.

use crate::BinScale;

/// Adds the particles `x` (one slice an axis) to the bins; returns how many finite ones lie outside.
pub fn bins<const D: usize>(x: [&[f32]; D], scale: &BinScale, counts: &mut [u32]) -> u32 {
    let mut outside = 0;
    for i in 0..x[0].len() {
        let point = x.map(|row| row[i]);
        match scale.bin(point) {
            Some(bin) => counts[bin as usize] += 1,
            None => outside += u32::from(point.iter().all(|x| x.is_finite())),
        }
    }
    outside
}
