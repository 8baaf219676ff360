//! What the kernels do with a block of particles: the guided scores, the log-ratios, the noise.

use super::dispatch::widest;
use super::further::further_scores;
use super::rows::{BLOCK, Marginal, Row, SideRows, Tables, evaluate};
use crate::{
    Guide, KEY, KIND_EXACT, KIND_LOGIT, KIND_PROBABILITY, Side, Split, adaptive_score, box_muller, exp, guided_score,
    log_ratio, logit_score_of_pair, only, phase_at, philox_rows, smaller_of, split, split_by, split_pair, wave_of,
};

/// Room for the intermediate rows of a block.
#[repr(align(64))]
pub struct Workspace<const D: usize> {
    target: SideRows<D>,
    others: SideRows<D>,
    /// Of a wiggle and its slope.
    waves: [Row; 2],
    /// [`smaller_of`] both sides.
    smaller: Row,
}

impl<const D: usize> Workspace<D> {
    /// Room for one block.
    pub const fn new() -> Self {
        Self { target: SideRows::new(), others: SideRows::new(), waves: [[0.0; BLOCK]; 2], smaller: [0.0; BLOCK] }
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

    /// The wiggle of every particle, in loops of its own as [`Self::raise`] is: a processor looks ahead for some hundred
    /// operations only, and in one loop all would be one long chain.
    #[inline(always)]
    fn wave(&mut self, guide: &Guide, x1: &Row) {
        let [waves, slopes] = &mut self.waves;
        for i in 0..BLOCK {
            let (rest, quadrant) = phase_at(guide, x1[i]);
            (waves[i], slopes[i]) = (rest, f32::from_bits(quadrant));
        }
        for i in 0..BLOCK {
            [waves[i], slopes[i]] = wave_of(guide, (waves[i], slopes[i].to_bits()));
        }
    }

    /// What the smaller side is of the larger, and of the form `logit` the exponential of its wiggle.
    #[inline(always)]
    fn raise<const LOGIT: bool>(&mut self) {
        for i in 0..BLOCK {
            self.smaller[i] = smaller_of(&self.target.get(i), &self.others.get(i));
            if LOGIT {
                self.waves[0][i] = exp(self.waves[0][i]);
            }
        }
    }

    /// The scores of all particles, each from what the smaller side is of the larger, both sides, and the wiggle.
    #[inline(always)]
    fn join(&self, score: &mut [Row; D], value: impl Fn(f32, Side<D>, Side<D>, [f32; 2]) -> [f32; D]) {
        for i in 0..BLOCK {
            let wave = [self.waves[0][i], self.waves[1][i]];
            let value = value(self.smaller[i], self.target.get(i), self.others.get(i), wave);
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
        further_scores(tables, guide, x, score);
        return;
    }
    workspace.evaluate(tables.marginal(guide.score_terms), x);
    if others && (guide.kind != KIND_EXACT || guide.adaptive > 0.0) {
        workspace.wave(guide, &x[0]);
        if guide.kind == KIND_LOGIT && guide.adaptive == 0.0 {
            workspace.raise::<true>();
        } else {
            workspace.raise::<false>();
        }
    }
    // One loop for each kind: no branch inside. Without others there is no guidance to weigh. Of a component a side there
    // is no sum to divide by.
    match (others, guide.kind, guide.adaptive > 0.0) {
        (false, ..) => workspace.join(score, |_, c, _, wave| guided_score(only(c), KIND_EXACT, guide, wave)),
        (true, _, true) => {
            workspace.join(score, |smaller, c, o, wave| adaptive_score(split_by(smaller, c, o), guide, wave));
        }
        (true, KIND_EXACT, _) => {
            workspace.join(score, |_, c, o, wave| guided_score(split(c, o), KIND_EXACT, guide, wave));
        }
        (true, KIND_PROBABILITY, _) if tables.count == 2 => workspace
            .join(score, |smaller, c, o, wave| guided_score(split_pair(smaller, c, o), KIND_PROBABILITY, guide, wave)),
        (true, KIND_PROBABILITY, _) => workspace
            .join(score, |smaller, c, o, wave| guided_score(split_by(smaller, c, o), KIND_PROBABILITY, guide, wave)),
        _ if tables.count == 2 => {
            workspace.join(score, |smaller, c, o, wave| logit_score_of_pair(smaller, c, o, guide, wave));
        }
        _ => {
            workspace.join(score, |smaller, c, o, wave| guided_score(split_by(smaller, c, o), KIND_LOGIT, guide, wave));
        }
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
