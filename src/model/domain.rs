//! The fixed rectangle that the histograms cover.

use super::Mixture;

/// Standard deviations on each side of a component's marginal.
const SPREAD: f64 = 4.2;

/// Lower and upper corner of a rectangle in the first two coordinates that holds every component's
/// marginal (mean and 4.2 standard deviations each way) at every time, and at least `[-4, 4]`, the
/// prior; rounded outward to half units, square from two dimensions on. In one dimension the second
/// coordinate repeats the first.
pub fn domain(mixture: &Mixture) -> ([f64; 2], [f64; 2]) {
    let axes = mixture.dimension.min(2);
    let (mut min, mut max) = ([-4.0_f64; 2], [4.0_f64; 2]);
    for component in &mixture.components {
        for axis in 0..axes {
            let (mean, variance) = (component.mean[axis], component.covariance[axis][axis]);
            // u = e^-t runs from 0 (the prior) to 1 (the data).
            for i in 0..=256 {
                let u = f64::from(i) / 256.0;
                let reach = SPREAD * (1.0 + u * u * (variance - 1.0)).sqrt();
                min[axis] = min[axis].min(u * mean - reach);
                max[axis] = max[axis].max(u * mean + reach);
            }
        }
    }
    for axis in 0..axes {
        min[axis] = (2.0 * min[axis]).floor() / 2.0;
        max[axis] = (2.0 * max[axis]).ceil() / 2.0;
    }
    if axes == 1 {
        return ([min[0]; 2], [max[0]; 2]);
    }
    let side = (max[0] - min[0]).max(max[1] - min[1]);
    for axis in 0..2 {
        let missing = side - (max[axis] - min[axis]);
        min[axis] -= missing.floor() / 2.0;
        max[axis] = min[axis] + side;
    }
    (min, max)
}
