//! What the kernels do with a block of particles: the guided scores, the log-ratios, the noise.

use super::dispatch::widest;
use super::further::{FurtherRows, further_scores};
use super::rows::{BLOCK, Marginal, Row, SideRows, Tables, evaluate};
use crate::{
    Guide, KEY, KIND_EXACT, KIND_LOGIT, KIND_PROBABILITY, Side, Split, adaptive_score, box_muller, guided_score,
    log_ratio, only, philox_rows, split,
};

/// Stands for any kind of those with an adaptive weight.
const ADAPTIVE: u32 = u32::MAX;

/// Room for the intermediate rows of a block.
pub struct Workspace<const D: usize> {
    target: SideRows<D>,
    others: SideRows<D>,
    further: FurtherRows,
}

impl<const D: usize> Workspace<D> {
    /// Room for one block.
    pub const fn new() -> Self {
        Self { target: SideRows::new(), others: SideRows::new(), further: FurtherRows::new() }
    }

    /// The sums of both sides.
    #[inline(always)]
    pub fn evaluate(&mut self, marginal: Marginal, x: &[Row; D]) {
        let (target, others) = marginal.sides();
        evaluate(&mut self.target, target, x);
        evaluate(&mut self.others, others, x);
    }

    /// Particle `i` of what was evaluated.
    #[inline(always)]
    pub fn split_at(&self, i: usize, posterior: impl Fn(Side<D>, Side<D>) -> Split<D>) -> Split<D> {
        posterior(self.target.get(i), self.others.get(i))
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
    /// The guided score of every particle, by the guide at the time of the step.
    pub fn guided_scores[const D: usize](
        workspace: &mut Workspace<D>,
        tables: Tables,
        guide: &Guide,
        x: &[Row; D],
        score: &mut [Row; D],
    ) = guided_score_rows::<D>
}

#[inline(always)]
fn guided_score_rows<const D: usize>(
    workspace: &mut Workspace<D>,
    tables: Tables,
    guide: &Guide,
    x: &[Row; D],
    score: &mut [Row; D],
) {
    let others = tables.count > tables.target;
    if guide.goes_further(others) {
        further_scores(&mut workspace.further, tables, guide, x, score);
        return;
    }
    workspace.evaluate(tables.marginal(guide.score_terms), x);
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
