//! Sums over the particles. Twin of `shaders/measure.wgsl` and `shaders/sums.wgsl`.

use super::block::{Workspace, log_ratios};
use super::dispatch::widest;
use super::rows::{BLOCK, Marginal, Row};
use super::step::load;
use crate::{log_probability, reciprocal};

/// Sums over the finite particles of a lane, in f64; `p` is the exact posterior `p_t(c|x)` at the
/// present time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sums {
    /// Finite particles.
    pub count: u64,
    /// Particles with a coordinate that is infinite or NaN.
    pub non_finite: u64,
    /// Sum of `1/p`.
    pub reciprocal: f64,
    /// Sum of `1/p^2`.
    pub reciprocal_squared: f64,
    /// Sum of `log p`.
    pub log_probability: f64,
    /// Sum of `(log p)^2`.
    pub log_probability_squared: f64,
    /// Particles with `p` at least that of the same particle in lane `conditional`; 0 without that lane.
    pub improved: u64,
    /// Sum of `x_i`.
    pub position: [f64; 2],
    /// Sums of `x_1^2`, `x_1 x_2`, `x_2^2`.
    pub position_squared: [f64; 3],
}

impl Sums {
    /// Adds those of other particles.
    pub fn add(&mut self, more: &Self) {
        self.count += more.count;
        self.non_finite += more.non_finite;
        self.reciprocal += more.reciprocal;
        self.reciprocal_squared += more.reciprocal_squared;
        self.log_probability += more.log_probability;
        self.log_probability_squared += more.log_probability_squared;
        self.improved += more.improved;
        for (sum, more) in self.position.iter_mut().zip(more.position) {
            *sum += more;
        }
        for (sum, more) in self.position_squared.iter_mut().zip(more.position_squared) {
            *sum += more;
        }
    }

    /// Adds `count` positions of which sums and squares are known as seen from `origin`.
    pub fn add_positions(&mut self, count: u64, origin: [f32; 2], first: [f64; 2], second: [f64; 3]) {
        let (n, [a, b]) = (count as f64, origin.map(f64::from));
        self.position[0] += first[0] + n * a;
        self.position[1] += first[1] + n * b;
        self.position_squared[0] += second[0] + a * (2.0 * first[0] + n * a);
        self.position_squared[1] += second[1] + a * first[1] + b * (first[0] + n * a);
        self.position_squared[2] += second[2] + b * (2.0 * first[1] + n * b);
    }
}

/// What the sums need to know.
#[derive(Clone, Copy, Debug)]
pub struct Measure<'a> {
    /// The mixture at the present time.
    pub marginal: Marginal<'a>,
    /// Particles in a lane.
    pub particles: usize,
    /// The index of the lane `conditional`.
    pub conditional: Option<usize>,
}

/// Partial sums side by side: one for each of so many residues of the particle's index.
const WIDTH: usize = 16;

/// The f32 sums of a block, in the order of [`Partial::add_to`].
struct Partial {
    values: [[f32; WIDTH]; 9],
    counts: [[u32; WIDTH]; 2],
}

widest! {
    /// The sums of all lanes. `positions[lane][axis][particle]`, whole blocks of particles.
    pub fn sums[const D: usize](input: &Measure, positions: &[f32], sums: &mut [Sums]) = sums_blocks::<D>
}

#[inline(always)]
fn sums_blocks<const D: usize>(input: &Measure, positions: &[f32], sums: &mut [Sums]) {
    let padded = positions.len() / (D * sums.len());
    let mut workspace = Workspace::<D>::new();
    let mut x = [[0.0; BLOCK]; D];
    // In 1D the second coordinate is 0: one body for both dimensions, it is long.
    let zero = [0.0; BLOCK];
    // Without other classes p = 1: far below any ratio that changes 1 + exp.
    let mut ratio = [-1.0e4; BLOCK];
    // A particle is beaten by none where the reference lane is missing, or has lost it.
    let mut reference = [f32::MIN; BLOCK];
    let others = input.marginal.terms.len() > input.marginal.target;
    for block in 0..padded / BLOCK {
        let live = input.particles.saturating_sub(block * BLOCK).min(BLOCK);
        // The reference lane comes first and then once more, in its turn.
        let order = input.conditional.map(|lane| (lane, true)).into_iter();
        for (lane, is_reference) in order.chain((0..sums.len()).map(|lane| (lane, false))) {
            load(positions, padded, lane, block, &mut x);
            if others {
                log_ratios(&mut workspace, input.marginal, &x, &mut ratio);
            }
            if is_reference {
                for i in 0..BLOCK {
                    reference[i] = if finite(x.each_ref().map(|row| row[i])) { ratio[i] } else { f32::MIN };
                }
            } else {
                let mut partial = Partial { values: [[0.0; WIDTH]; 9], counts: [[0; WIDTH]; 2] };
                let x = [&x[0], if D == 1 { &zero } else { &x[D - 1] }];
                let origin = origin_of(x, live);
                block_sums(x, origin, &ratio, &reference, live, &mut partial);
                partial.add_to(&mut sums[lane], origin, live);
            }
        }
    }
}

/// The first finite particle: positions are summed as seen from it, so that squares far from 0 lose nothing.
#[inline(never)]
fn origin_of(x: [&Row; 2], live: usize) -> [f32; 2] {
    (0..live).map(|i| x.map(|row| row[i])).find(|&x| finite(x)).unwrap_or_default()
}

/// Tests the bits, as the shader has to.
#[inline(always)]
fn finite<const D: usize>(x: [f32; D]) -> bool {
    x.into_iter().fold(true, |finite, x| finite & (x.to_bits() & 0x7f80_0000 != 0x7f80_0000))
}

widest! {
    /// Adds the first `live` particles of a block.
    fn block_sums[](x: [&Row; 2], origin: [f32; 2], ratio: &Row, reference: &Row, live: usize, partial: &mut Partial) = add_block
}

#[inline(always)]
#[expect(clippy::needless_bitwise_bool, reason = "a lazy `&&` is a branch and keeps the loop scalar: 2.8 times slower")]
fn add_block(x: [&Row; 2], origin: [f32; 2], ratio: &Row, reference: &Row, live: usize, partial: &mut Partial) {
    let (x1, x2) = (x[0].as_chunks::<WIDTH>().0, x[1].as_chunks::<WIDTH>().0);
    let (ratio, reference) = (ratio.as_chunks::<WIDTH>().0, reference.as_chunks::<WIDTH>().0);
    for chunk in 0..BLOCK / WIDTH {
        for k in 0..WIDTH {
            let [x1, x2, ratio, reference] = [x1, x2, ratio, reference].map(|row| row[chunk][k]);
            let good = finite([x1, x2]) & (chunk * WIDTH + k < live);
            let keep = |value: f32| if good { value } else { 0.0 };
            let (x1, x2) = (x1 - origin[0], x2 - origin[1]);
            let (inverse, log_p) = (reciprocal(ratio), log_probability(ratio));
            let values = [inverse, inverse * inverse, log_p, log_p * log_p, x1, x1 * x1, x2, x1 * x2, x2 * x2];
            for (sum, value) in partial.values.iter_mut().zip(values) {
                sum[k] += keep(value);
            }
            partial.counts[0][k] += u32::from(good);
            partial.counts[1][k] += u32::from(good & (ratio <= reference));
        }
    }
}

impl Partial {
    #[inline(never)]
    fn add_to(&self, sums: &mut Sums, origin: [f32; 2], live: usize) {
        let value = |index: usize| self.values[index].iter().map(|&x| f64::from(x)).sum::<f64>();
        let count = |index: usize| self.counts[index].iter().map(|&x| u64::from(x)).sum::<u64>();
        sums.count += count(0);
        sums.non_finite += live as u64 - count(0);
        sums.improved += count(1);
        sums.reciprocal += value(0);
        sums.reciprocal_squared += value(1);
        sums.log_probability += value(2);
        sums.log_probability_squared += value(3);
        sums.add_positions(count(0), origin, [value(4), value(6)], [value(5), value(7), value(8)]);
    }
}
