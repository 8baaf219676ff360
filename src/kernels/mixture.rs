//! The score of a mixture, split into the target class and the others. Twin of
//! `shaders/lib/mixture.wgsl`.

use bytemuck::{Pod, Zeroable};

use super::{exp_below_88, log};

/// One noised component: `log N = offset - (1/2) (x-m)^T P (x-m)`. The layout is that of the
/// storage buffer `terms`; in 1D the entries of the second axis are 0.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Pod, Zeroable)]
pub struct Term {
    /// `m`.
    pub mean: [f32; 2],
    /// `log pi - (1/2) log det C - (d/2) log 2 pi`.
    pub offset: f32,
    /// `P_11`.
    pub p11: f32,
    /// `P_12`.
    pub p12: f32,
    /// `P_22`.
    pub p22: f32,
    /// 0 for the target class, and a number from 1 for each other class.
    pub place: u32,
    /// Fills the struct to a multiple of 16 bytes.
    pub padding: u32,
}

/// A running log-sum-exp over the components of one side.
#[derive(Clone, Copy, Debug)]
pub struct Side<const D: usize> {
    /// The largest `l_k` so far.
    pub top: f32,
    /// `sum exp(l_k - top)`.
    pub sum: f32,
    /// `sum exp(l_k - top) a_k` with `a_k = -P (x - m)`.
    pub pull: [f32; D],
}

/// The posterior of the target class and the scores of the two sides.
#[derive(Clone, Copy, Debug)]
pub struct Split<const D: usize> {
    /// `eta`, the posterior of the target class.
    pub eta: f32,
    /// `1 - eta`, without cancellation.
    pub rest: f32,
    /// `s_c`.
    pub target: [f32; D],
    /// `s_o`.
    pub others: [f32; D],
}

/// `(l, a)` of one component.
#[inline(always)]
pub(crate) fn term_at<const D: usize>(term: &Term, x: [f32; D]) -> (f32, [f32; D]) {
    let mut a = [0.0; D];
    let dx = x[0] - term.mean[0];
    if D == 1 {
        a[0] = -(term.p11 * dx);
        (term.offset + 0.5 * (dx * a[0]), a)
    } else {
        let dy = x[1] - term.mean[1];
        a[0] = -(term.p11 * dx + term.p12 * dy);
        a[1] = -(term.p12 * dx + term.p22 * dy);
        (term.offset + 0.5 * (dx * a[0] + dy * a[1]), a)
    }
}

/// The side that consists of one component.
#[inline(always)]
pub fn first_term<const D: usize>(term: &Term, x: [f32; D]) -> Side<D> {
    let (l, pull) = term_at(term, x);
    Side { top: l, sum: 1.0, pull }
}

/// The side with one component more: one exponential, of a number that is not positive.
#[inline(always)]
pub fn add_term<const D: usize>(side: Side<D>, term: &Term, x: [f32; D]) -> Side<D> {
    let (l, a) = term_at(term, x);
    let difference = l - side.top;
    let higher = difference > 0.0;
    let smaller = exp_below_88(-difference.abs());
    let old = if higher { smaller } else { 1.0 };
    let new = if higher { 1.0 } else { smaller };
    let mut pull = [0.0; D];
    for i in 0..D {
        pull[i] = old * side.pull[i] + new * a[i];
    }
    Side { top: if higher { l } else { side.top }, sum: old * side.sum + new, pull }
}

/// A side without components, to add to.
#[inline(always)]
pub fn no_side<const D: usize>() -> Side<D> {
    Side { top: -1.0e30, sum: 0.0, pull: [0.0; D] }
}

/// Two sides in one.
#[inline(always)]
pub fn join_sides<const D: usize>(one: Side<D>, two: Side<D>) -> Side<D> {
    let difference = two.top - one.top;
    let higher = difference > 0.0;
    let smaller = exp_below_88(-difference.abs());
    let old = if higher { smaller } else { 1.0 };
    let new = if higher { 1.0 } else { smaller };
    let mut pull = [0.0; D];
    for i in 0..D {
        pull[i] = old * one.pull[i] + new * two.pull[i];
    }
    Side { top: if higher { two.top } else { one.top }, sum: old * one.sum + new * two.sum, pull }
}

/// The posterior and the scores from the two sides. `eta` and `1 - eta` are both accurate to
/// rounding, however small.
#[inline(always)]
pub fn split<const D: usize>(target: Side<D>, others: Side<D>) -> Split<D> {
    split_by(smaller_of(&target, &others), target, others)
}

/// What the smaller of the two tops is of the larger.
#[inline(always)]
pub fn smaller_of<const D: usize>(target: &Side<D>, others: &Side<D>) -> f32 {
    exp_below_88(-(others.top - target.top).abs())
}

/// [`split`] with the [`smaller_of`] both sides at hand.
#[inline(always)]
pub fn split_by<const D: usize>(smaller: f32, target: Side<D>, others: Side<D>) -> Split<D> {
    let higher = others.top - target.top > 0.0;
    let ec = if higher { smaller } else { 1.0 } * target.sum;
    let eo = if higher { 1.0 } else { smaller } * others.sum;
    let total = 1.0 / (ec + eo);
    let target_scale = 1.0 / target.sum;
    let others_scale = 1.0 / others.sum;
    Split {
        eta: ec * total,
        rest: eo * total,
        target: target.pull.map(|pull| pull * target_scale),
        others: others.pull.map(|pull| pull * others_scale),
    }
}

/// [`split_by`] of sides of one component each: there is no sum to divide by.
#[inline(always)]
pub fn split_pair<const D: usize>(smaller: f32, target: Side<D>, others: Side<D>) -> Split<D> {
    split_by(smaller, Side { sum: 1.0, ..target }, Side { sum: 1.0, ..others })
}

/// The split of a mixture without others: `eta = 1` and `1 - eta = 0` exactly.
#[inline(always)]
pub fn only<const D: usize>(target: Side<D>) -> Split<D> {
    let scale = 1.0 / target.sum;
    let score = target.pull.map(|pull| pull * scale);
    Split { eta: 1.0, rest: 0.0, target: score, others: score }
}

/// The score of a mixture all in one side.
#[inline(always)]
pub fn score_of_all<const D: usize>(all: Side<D>) -> [f32; D] {
    let scale = 1.0 / all.sum;
    all.pull.map(|pull| pull * scale)
}

/// `L_o - L_c`, minus the exact log-odds of the target class: `log p = -log(1 + exp(L_o - L_c))`.
#[inline(always)]
pub fn log_ratio<const D: usize>(target: Side<D>, others: Side<D>) -> f32 {
    (others.top - target.top) + log(others.sum / target.sum)
}
