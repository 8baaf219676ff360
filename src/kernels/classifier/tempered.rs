//! The tempered posterior, `log phat(y|x) = b log p(y|x) + e [y = c]` up to the sum over `y`. Twin of
//! `shaders/lib/classifier/tempered.wgsl`. `Guide::parameters` are `b` and `e`.

use super::{Guide, steered, weight_of};
use crate::{Side, Split};

/// A class other than the target as a term of the tempered sum, relative to the target's: `b (L_y - L_c) - e` with the
/// given `L_y - L_c`, and the class's score. The target's own term is 0.
#[inline(always)]
pub fn tempered_side<const D: usize>(ratio: f32, class: Side<D>, guide: &Guide) -> Side<D> {
    let [sharpness, bias] = guide.parameters;
    let scale = 1.0 / class.sum;
    Side { top: sharpness * ratio - bias, sum: 1.0, pull: class.pull.map(|pull| pull * scale) }
}

#[inline(always)]
fn ghat_of<const D: usize>(tempered: &Split<D>, guide: &Guide) -> [f32; D] {
    let along = guide.parameters[0] * tempered.rest;
    let mut ghat = [0.0; D];
    for i in 0..D {
        ghat[i] = along * (tempered.target[i] - tempered.others[i]);
    }
    ghat
}

/// `s + gamma ghat` with the score `s` and `ghat = b (1 - phat) (s_c - sum_{y != c} q_y s_y)`, `q` the tempered probabilities of the
/// other classes among themselves: `tempered` is the split of the tempered sums.
#[inline(always)]
pub fn tempered_score<const D: usize>(score: [f32; D], tempered: Split<D>, guide: &Guide, x: [f32; D]) -> [f32; D] {
    steered(score, ghat_of(&tempered, guide), weight_of(guide, tempered.rest), x, guide)
}

/// The same with a constant weight and without a rule.
#[inline(always)]
pub fn plainly_tempered_score<const D: usize>(mut score: [f32; D], tempered: Split<D>, guide: &Guide) -> [f32; D] {
    let ghat = ghat_of(&tempered, guide);
    for i in 0..D {
        score[i] += guide.gamma * ghat[i];
    }
    score
}
