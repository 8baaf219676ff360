//! What the rules make of the guidance on its way into the score. Twin of `shaders/lib/classifier/rules.wgsl`; formulas:
//! docs/numerics.md, "The weight".

use super::Guide;

/// The least square of a length by which is divided.
const LEAST_SQUARE: f32 = 1.0e-30;

#[inline(always)]
fn dot<const D: usize>(a: [f32; D], b: [f32; D]) -> f32 {
    let mut sum = a[0] * b[0];
    for i in 1..D {
        sum += a[i] * b[i];
    }
    sum
}

#[inline(always)]
fn at_least(square: f32) -> f32 {
    if square > LEAST_SQUARE { square } else { LEAST_SQUARE }
}

/// The guided score `s + gamma ghat` at `x` after the rules of a guide, or its second term alone.
#[inline(always)]
pub fn steered<const D: usize>(score: [f32; D], ghat: [f32; D], gamma: f32, x: [f32; D], guide: &Guide) -> [f32; D] {
    let mut force = ghat.map(|g| gamma * g);
    let mut own = score;
    for i in 0..D {
        own[i] += ghat[i];
    }
    if guide.removed > 0.0 {
        // The part along the classifier's estimate of the datum, E[X_0|x, c] up to a factor.
        let mut estimate = x;
        for i in 0..D {
            estimate[i] += guide.variance * own[i];
        }
        let share = guide.removed * (gamma - 1.0) * dot(ghat, estimate) / at_least(dot(estimate, estimate));
        for i in 0..D {
            force[i] -= share * estimate[i];
        }
    }
    if guide.clip > 0.0 {
        let square = dot(force, force);
        let limit = guide.clip / at_least(square).sqrt();
        let limit = if square > guide.clip * guide.clip { limit } else { 1.0 };
        force = force.map(|f| limit * f);
    }
    let mut guided = force;
    for i in 0..D {
        guided[i] = guide.whole * score[i] + force[i];
    }
    if guide.rescale > 0.0 {
        let ratio = (dot(own, own) / at_least(dot(guided, guided))).sqrt();
        let factor = 1.0 + guide.rescale * (ratio - 1.0);
        guided = guided.map(|g| factor * g);
    }
    if guide.bound > 0.0 {
        // The estimate of the datum that belongs to it, up to a factor.
        for i in 0..D {
            let estimate = x[i] + guide.variance * guided[i];
            let kept = if estimate < guide.bound { estimate } else { guide.bound };
            let kept = if kept > -guide.bound { kept } else { -guide.bound };
            guided[i] += (kept - estimate) / guide.variance;
        }
    }
    guided
}
