//! A block of particles, structure of arrays: what the kernels loop over, and the sums over components for each.

use super::dispatch::widest;
use crate::{Networks, Side, Term, add_term, first_term};

/// Particles in a block. Small enough that a block and its intermediate rows stay in the first-level cache.
pub const BLOCK: usize = 256;

/// One number for each particle of a block.
pub type Row = [f32; BLOCK];

/// The mixture at one time, the components of the target class first.
#[derive(Clone, Copy, Debug)]
pub struct Marginal<'a> {
    /// The components.
    pub terms: &'a [Term],
    /// How many belong to the target class.
    pub target: usize,
}

impl<'a> Marginal<'a> {
    /// The components of the target class, and the others.
    #[inline(always)]
    pub fn sides(&self) -> (&'a [Term], &'a [Term]) {
        self.terms.split_at(self.target)
    }
}

/// The tables of noised components of a scene, one after the other: of each the mixture at every time, or at one
/// for all. A lane's [`Guide`](crate::Guide) says where those that it goes by stand.
#[derive(Clone, Copy, Debug)]
pub struct Tables<'a> {
    /// All terms.
    pub terms: &'a [Term],
    /// How many are the mixture at one time.
    pub count: usize,
    /// How many of these belong to the target class.
    pub target: usize,
    /// What is learned.
    pub networks: Option<&'a Networks>,
}

impl<'a> Tables<'a> {
    /// The mixture whose first term is number `first`.
    #[inline(always)]
    pub fn marginal(&self, first: u32) -> Marginal<'a> {
        Marginal { terms: &self.terms[first as usize..][..self.count], target: self.target }
    }
}

/// Rows that start where a line of the cache does: the widest vectors would straddle two.
#[repr(align(64))]
pub struct Aligned<T>(pub T);

/// [`Side`] for each particle of a block.
#[repr(align(64))]
pub struct SideRows<const D: usize> {
    top: Row,
    sum: Row,
    pull: [Row; D],
}

impl<const D: usize> SideRows<D> {
    /// Room for one block.
    pub const fn new() -> Self {
        Self { top: [0.0; BLOCK], sum: [1.0; BLOCK], pull: [[0.0; BLOCK]; D] }
    }

    /// The side of particle `i`.
    #[inline(always)]
    pub fn get(&self, i: usize) -> Side<D> {
        Side { top: self.top[i], sum: self.sum[i], pull: at(&self.pull, i) }
    }

    /// Replaces the side of particle `i`.
    #[inline(always)]
    pub fn set(&mut self, i: usize, side: Side<D>) {
        self.top[i] = side.top;
        self.sum[i] = side.sum;
        for axis in 0..D {
            self.pull[axis][i] = side.pull[axis];
        }
    }
}

widest! {
    /// The side that consists of `terms`, for each particle of a block. Nothing changes without terms.
    pub fn evaluate[const D: usize](side: &mut SideRows<D>, terms: &[Term], x: &[Row; D]) = evaluate_rows::<D>
}

#[inline(always)]
fn evaluate_rows<const D: usize>(side: &mut SideRows<D>, terms: &[Term], x: &[Row; D]) {
    // Two components a pass: half the traffic of the running sums.
    match terms {
        [] => return,
        [one] => (0..BLOCK).for_each(|i| side.set(i, first_term(one, at(x, i)))),
        [one, two, ..] => {
            for i in 0..BLOCK {
                let point = at(x, i);
                side.set(i, add_term(first_term(one, point), two, point));
            }
        }
    }
    let mut pairs = terms.get(2..).unwrap_or_default().chunks_exact(2);
    for pair in &mut pairs {
        for i in 0..BLOCK {
            let point = at(x, i);
            side.set(i, add_term(add_term(side.get(i), &pair[0], point), &pair[1], point));
        }
    }
    for term in pairs.remainder() {
        for i in 0..BLOCK {
            side.set(i, add_term(side.get(i), term, at(x, i)));
        }
    }
}

/// The coordinates of particle `i`.
#[inline(always)]
pub fn at<const D: usize>(x: &[Row; D], i: usize) -> [f32; D] {
    let mut point = [0.0; D];
    for axis in 0..D {
        point[axis] = x[axis][i];
    }
    point
}
