//! The guided score of a kind that looks at every class by itself. Twin of `shaders/lib/classes.wgsl`.
//!
//! The terms stand as for the other kinds, whose sums would round differently in another order; the terms of a
//! class are picked out of them.

use super::block::{Marginal, Row, SideRows, evaluate};
use super::dispatch::widest;
use super::{Guide, Side, Split, Term, join_sides, no_side, split, tempered_score, tempered_side};
use crate::block::BLOCK;

/// Room for the rows of one class and of the tempered sum.
pub struct ClassRows<const D: usize> {
    terms: Vec<Term>,
    class: SideRows<D>,
    tempered: SideRows<D>,
}

impl<const D: usize> ClassRows<D> {
    /// Room for one block.
    pub const fn new() -> Self {
        Self { terms: Vec::new(), class: SideRows::new(), tempered: SideRows::new() }
    }
}

/// The guided scores of a block, given the side of the target; there must be others, and `others` is room for
/// their side.
#[inline(always)]
pub fn class_scores<const D: usize>(
    rows: &mut ClassRows<D>,
    target: &SideRows<D>,
    others: &mut SideRows<D>,
    marginal: Marginal,
    guide: &Guide,
    x: &[Row; D],
    score: &mut [Row; D],
) {
    others.fill(no_side());
    rows.tempered.fill(no_side());
    let terms = &marginal.terms[marginal.target..];
    let classes = terms.iter().map(|term| term.place).max().unwrap_or(0);
    for place in 1..=classes {
        rows.terms.clear();
        rows.terms.extend(terms.iter().filter(|term| term.place == place));
        evaluate(&mut rows.class, &rows.terms, x);
        add_class(rows, target, others, guide);
    }
    join_classes(&rows.tempered, target, others, guide, score);
}

widest! {
    /// Adds the class at hand to the exact and to the tempered sum of the others.
    fn add_class[const D: usize](
        rows: &mut ClassRows<D>,
        target: &SideRows<D>,
        others: &mut SideRows<D>,
        guide: &Guide,
    ) = add_class_rows::<D>
}

#[inline(always)]
fn add_class_rows<const D: usize>(
    rows: &mut ClassRows<D>,
    target: &SideRows<D>,
    others: &mut SideRows<D>,
    guide: &Guide,
) {
    for i in 0..BLOCK {
        let class = rows.class.get(i);
        others.set(i, join_sides(others.get(i), class));
        rows.tempered.set(i, join_sides(rows.tempered.get(i), tempered_side(target.get(i), class, guide)));
    }
}

widest! {
    /// The guided scores from the finished sums.
    fn join_classes[const D: usize](
        tempered: &SideRows<D>,
        target: &SideRows<D>,
        others: &SideRows<D>,
        guide: &Guide,
        score: &mut [Row; D],
    ) = join_rows::<D>
}

#[inline(always)]
fn join_rows<const D: usize>(
    tempered: &SideRows<D>,
    target: &SideRows<D>,
    others: &SideRows<D>,
    guide: &Guide,
    score: &mut [Row; D],
) {
    for i in 0..BLOCK {
        let exact: Split<D> = split(target.get(i), others.get(i));
        let own = Side { top: 0.0, sum: 1.0, pull: exact.target };
        let value = tempered_score(exact, split(own, tempered.get(i)), guide);
        for axis in 0..D {
            score[axis][i] = value[axis];
        }
    }
}
