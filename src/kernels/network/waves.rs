//! Cosines and sines of many angles: the Fourier features.

use super::scalar::Scalar;
use crate::dispatch::widest;

widest! {
    /// The cosine and the sine of each angle.
    pub fn waves_f32[](angles: &[f32], cos: &mut [f32], sin: &mut [f32]) = waves_of
}

#[inline(always)]
pub fn waves_of<T: Scalar>(angles: &[T], cos: &mut [T], sin: &mut [T]) {
    for ((angle, cos), sin) in angles.iter().zip(cos).zip(sin) {
        [*sin, *cos] = angle.sincos();
    }
}
