//! Blocks of particles, structure of arrays: what the kernels loop over.

use super::classes::{ClassRows, class_scores};
use super::dispatch::widest;
use crate::{
    Guide, KEY, KIND_EXACT, KIND_LOGIT, KIND_PROBABILITY, KIND_TEMPERED, Side, Split, Term, adaptive_score, add_term,
    box_muller, first_term, guided_score, log_ratio, only, philox_rows, split,
};

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

/// [`Side`] for each particle of a block.
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

/// Stands for any kind of those with an adaptive weight.
const ADAPTIVE: u32 = u32::MAX;

/// Room for the intermediate rows of a block.
pub struct Workspace<const D: usize> {
    target: SideRows<D>,
    others: SideRows<D>,
    /// Made when a kind first needs it.
    classes: Option<Box<ClassRows>>,
}

impl<const D: usize> Workspace<D> {
    /// Room for one block.
    pub const fn new() -> Self {
        Self { target: SideRows::new(), others: SideRows::new(), classes: None }
    }

    #[inline(always)]
    fn evaluate(&mut self, marginal: Marginal, x: &[Row; D]) {
        let (target, others) = marginal.terms.split_at(marginal.target);
        evaluate(&mut self.target, target, x);
        evaluate(&mut self.others, others, x);
    }

    #[inline(always)]
    fn join<const KIND: u32>(
        &self,
        posterior: impl Fn(Side<D>, Side<D>) -> Split<D>,
        guide: &Guide,
        x: &[Row; D],
        score: &mut [Row; D],
    ) {
        for i in 0..BLOCK {
            let parts = posterior(self.target.get(i), self.others.get(i));
            let value = if KIND == ADAPTIVE {
                adaptive_score(parts, guide, x[0][i])
            } else {
                guided_score(parts, KIND, guide, x[0][i])
            };
            for axis in 0..D {
                score[axis][i] = value[axis];
            }
        }
    }
}

widest! {
    /// The guided score of every particle.
    pub fn guided_scores[const D: usize](
        workspace: &mut Workspace<D>,
        marginal: Marginal,
        guide: &Guide,
        x: &[Row; D],
        score: &mut [Row; D],
    ) = guided_score_rows::<D>
}

#[inline(always)]
fn guided_score_rows<const D: usize>(
    workspace: &mut Workspace<D>,
    marginal: Marginal,
    guide: &Guide,
    x: &[Row; D],
    score: &mut [Row; D],
) {
    let others = marginal.terms.len() > marginal.target;
    if others && guide.kind == KIND_TEMPERED {
        let rows = workspace.classes.get_or_insert_with(ClassRows::boxed);
        rows.x[..D].copy_from_slice(x);
        class_scores(rows, marginal, guide);
        score.copy_from_slice(&rows.score[..D]);
        return;
    }
    workspace.evaluate(marginal, x);
    // One loop for each kind: no branch inside. Without others there is no guidance to weigh.
    match (others, guide.kind, guide.adaptive > 0.0) {
        (false, ..) => workspace.join::<KIND_EXACT>(only_target, guide, x, score),
        (true, _, true) => workspace.join::<ADAPTIVE>(split, guide, x, score),
        (true, KIND_EXACT, _) => workspace.join::<KIND_EXACT>(split, guide, x, score),
        (true, KIND_PROBABILITY, _) => workspace.join::<KIND_PROBABILITY>(split, guide, x, score),
        (true, ..) => workspace.join::<KIND_LOGIT>(split, guide, x, score),
    }
}

widest! {
    /// `L_o - L_c` of every particle; there must be others.
    pub fn log_ratios[const D: usize](
        workspace: &mut Workspace<D>,
        marginal: Marginal,
        x: &[Row; D],
        ratio: &mut Row,
    ) = log_ratio_rows::<D>
}

#[inline(always)]
fn log_ratio_rows<const D: usize>(workspace: &mut Workspace<D>, marginal: Marginal, x: &[Row; D], ratio: &mut Row) {
    workspace.evaluate(marginal, x);
    for i in 0..BLOCK {
        ratio[i] = log_ratio(workspace.target.get(i), workspace.others.get(i));
    }
}

#[inline(always)]
fn only_target<const D: usize>(target: Side<D>, _others: Side<D>) -> Split<D> {
    only(target)
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

/// Groups of four normals that are drawn at a time.
const GROUPS: usize = BLOCK / 4;

/// The noise of a block: normal `j` of group `g` belongs to float `4 g + j` of the row-major positions.
#[inline(always)]
pub fn noise<const D: usize>(block: usize, step: u32, stream: u32, seed: u32, z: &mut [Row; D]) {
    let mut drawn = [[0.0; GROUPS]; 4];
    for part in 0..D {
        normal_groups(((block * D + part) * GROUPS) as u32, step, stream, seed, &mut drawn);
        // From rows of groups to the order of the particles.
        let start = part * BLOCK / D;
        for g in 0..GROUPS {
            for j in 0..4 {
                z[j % D][start + (4 / D) * g + j / D] = drawn[j][g];
            }
        }
    }
}

widest! {
    /// The normals of `GROUPS` groups from the group `first`, four rows.
    fn normal_groups[](first: u32, step: u32, stream: u32, seed: u32, drawn: &mut [[f32; GROUPS]; 4]) = normal_rows
}

#[inline(always)]
fn normal_rows(first: u32, step: u32, stream: u32, seed: u32, drawn: &mut [[f32; GROUPS]; 4]) {
    let mut bits = [[0; GROUPS]; 4];
    philox_rows(first, step, stream, [seed, KEY], &mut bits);
    for pair in [0, 2] {
        for g in 0..GROUPS {
            [drawn[pair][g], drawn[pair + 1][g]] = box_muller(bits[pair][g], bits[pair + 1][g]);
        }
    }
}
