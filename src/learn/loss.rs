//! The losses of one point, and their derivatives by its logits and by the logits' derivatives along its direction.
//!
//! A direction `v` is drawn evenly from all, so that `d E (v.a)^2 = |a|^2` and
//! `d (d + 2) E (v^T H v)^2 = 2 |H|^2 + (tr H)^2`: the losses of gradients and Hessians are met on average.

use crate::kernels::network::Real;
use crate::model::LossWeights;

/// The most classes that a network tells apart: those of many dimensions.
pub const MOST_CLASSES: usize = 16;

/// The weights of the parts of a loss.
pub type Loss = LossWeights;

impl LossWeights {
    /// How many derivatives by the input it looks at.
    pub fn order(&self) -> usize {
        if self.curvature > 0.0 { 2 } else { usize::from(self.gradient_penalty > 0.0 || self.denoising > 0.0) }
    }
}

/// The loss of a point with the label `y`, of which the share `smoothing` is spread evenly over all classes (in the parts
/// that look at probabilities), from its logits `z` and their derivatives `z'`, `z''` along the direction;
/// `[pull, variance]` are `v . (s + Z/sigma)` and `sigma^2`. Its derivatives by each are written to `bars`.
pub fn row_loss<T: Real>(
    loss: &Loss,
    dimension: usize,
    y: usize,
    smoothing: T,
    [z, slopes, bends]: [&[T]; 3],
    [pull, variance]: [T; 2],
    bars: &mut [[T; MOST_CLASSES]; 3],
) -> T {
    let classes = z.len();
    let zero = T::default();
    let hit = |k: usize| T::of(f64::from(u8::from(k == y)));
    let (kept, spread_share) = (T::of(1.0) - smoothing, smoothing / T::of(classes as f64));
    let told = |k: usize| kept * hit(k) + spread_share;
    let mut p = [zero; MOST_CLASSES];
    let mut top = z[0];
    for &z in z {
        top = if z > top { z } else { top };
    }
    let mut sum = zero;
    for k in 0..classes {
        p[k] = (z[k] - top).exp();
        sum += p[k];
    }
    for p in &mut p[..classes] {
        *p = *p / sum;
    }
    *bars = [[zero; MOST_CLASSES]; 3];
    let mut total = zero;
    if loss.cross_entropy > 0.0 {
        let weight = T::of(loss.cross_entropy);
        let mut said = zero;
        for k in 0..classes {
            said += told(k) * (z[k] - top);
            bars[0][k] += weight * (p[k] - told(k));
        }
        total += weight * (sum.log() - said);
    }
    if loss.brier > 0.0 {
        let weight = T::of(loss.brier);
        let mut along = zero;
        for k in 0..classes {
            let e = p[k] - told(k);
            total += weight * e * e;
            along += e * p[k];
        }
        for k in 0..classes {
            bars[0][k] += T::of(2.0) * weight * p[k] * (p[k] - told(k) - along);
        }
    }
    let d = dimension as f64;
    if loss.denoising > 0.0 {
        // r = v . (s + Z/sigma + grad log phat(y|x)), and the last is z'_y - sum_k phat_k z'_k.
        let mut mean = zero;
        for k in 0..classes {
            mean += p[k] * slopes[k];
        }
        let weight = T::of(loss.denoising * d) * variance;
        let r = pull + slopes[y] - mean;
        total += weight * r * r;
        let bar = T::of(2.0) * weight * r;
        for k in 0..classes {
            bars[1][k] += bar * (hit(k) - p[k]);
            bars[0][k] += -(bar * p[k] * (slopes[k] - mean));
        }
    }
    for (weight, of) in [(loss.gradient_penalty * d, 1), (loss.curvature * d * (d + 2.0) / 3.0, 2)] {
        if weight > 0.0 && classes > 1 {
            total += spread(T::of(weight), if of == 1 { slopes } else { bends }, &mut bars[of]);
        }
    }
    total
}

/// The mean over pairs of `(a_j - a_k)^2`, which is `2/(K - 1) sum_k (a_k - mean)^2`.
fn spread<T: Real>(weight: T, a: &[T], bars: &mut [T; MOST_CLASSES]) -> T {
    let count = a.len() as f64;
    let mut mean = T::default();
    for &a in a {
        mean += a;
    }
    mean = mean / T::of(count);
    let factor = weight * T::of(2.0 / (count - 1.0));
    let mut total = T::default();
    for (&a, bar) in a.iter().zip(bars) {
        total += factor * (a - mean) * (a - mean);
        *bar += T::of(2.0) * factor * (a - mean);
    }
    total
}
