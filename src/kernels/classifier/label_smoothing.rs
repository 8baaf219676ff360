//! Smoothed labels, `phat = (1-e) p + e/K`. Twin of `shaders/lib/classifier/label_smoothing.wgsl`.
//! `Guide::parameters` are `e` and `e/K`.

use super::{Guide, Push};
use crate::Split;

/// The least posterior that is divided by: far below any `e/K` that is felt.
const LEAST: f32 = 1.0e-30;

/// `ghat = (1-e)/((1-e) + (e/K)/eta) g`.
#[inline(always)]
pub fn smoothed<const D: usize>(split: &Split<D>, guide: &Guide) -> Push {
    let Split { eta, rest, .. } = *split;
    let [epsilon, floor] = guide.parameters;
    let keep = 1.0 - epsilon;
    let least = if eta > LEAST { eta } else { LEAST };
    Push { along: rest * (keep / (keep + floor / least)), first: 0.0, doubt: keep * rest + (epsilon - floor) }
}
