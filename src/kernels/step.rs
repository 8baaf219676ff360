//! One reverse step of all lanes. Twin of `shaders/step.wgsl`.

use super::block::{Workspace, guided_scores, noise};
use super::dispatch::widest;
use super::rows::{Aligned, BLOCK, Row, Tables};
use crate::{Guide, Moment, STREAM_STEP};

/// What one step needs to know.
#[derive(Clone, Copy, Debug)]
pub struct Step<'a> {
    /// Its index, the counter of its noise.
    pub index: u32,
    /// The index of the first block of particles among all: its counter, too.
    pub first_block: usize,
    /// The key of its noise.
    pub seed: u32,
    /// Factor of the present position.
    pub keep: f32,
    /// Factor of the guided score.
    pub drift: f32,
    /// Factor of the normal.
    pub noise: f32,
    /// `h/2` of Heun's corrector, or 0.
    pub corrector: f32,
    /// The mixtures at all times.
    pub tables: Tables<'a>,
    /// The lanes.
    pub guides: &'a [Guide],
    /// What they need to know of its time, and then of the next.
    pub moments: &'a [Moment],
}

widest! {
    /// Moves all lanes by one step. `positions[lane][axis][particle]`, whole blocks of particles.
    pub fn step[const D: usize](input: &Step, positions: &mut [f32]) = step_blocks::<D>
}

#[inline(always)]
fn step_blocks<const D: usize>(input: &Step, positions: &mut [f32]) {
    let padded = positions.len() / (D * input.guides.len());
    let Step { keep, drift, noise: amount, corrector, .. } = *input;
    let mut workspace = Workspace::<D>::new();
    let mut rows = Aligned([[[0.0; BLOCK]; D]; 4]);
    let [z, y, force, next] = &mut rows.0;
    for block in 0..padded / BLOCK {
        if amount > 0.0 {
            noise(input.first_block + block, input.index, STREAM_STEP, input.seed, z);
        }
        for (lane, guide) in input.guides.iter().enumerate() {
            load(positions, padded, lane, block, y);
            let now = guide.at(input.index, input.moments[lane]);
            let then = guide.at(input.index + 1, input.moments[input.guides.len() + lane]);
            // The gradient at the predicted mean: the classifier of the next time, the weight of this one.
            let (first, second, early) = match guide.ahead {
                1 => (now.plain(0.0), now.bare(&then), 0.0),
                _ => (now, then, amount),
            };
            guided_scores(&mut workspace, input.tables, &first, y, force);
            for axis in 0..D {
                for i in 0..BLOCK {
                    next[axis][i] = keep * y[axis][i] + drift * force[axis][i] + early * z[axis][i];
                }
            }
            if corrector > 0.0 || guide.ahead == 1 {
                for axis in 0..D {
                    for i in 0..BLOCK {
                        y[axis][i] += corrector * (y[axis][i] + force[axis][i]);
                    }
                }
                guided_scores(&mut workspace, input.tables, &second, next, force);
                for axis in 0..D {
                    for i in 0..BLOCK {
                        next[axis][i] = if guide.ahead == 1 {
                            next[axis][i] + drift * force[axis][i] + amount * z[axis][i]
                        } else {
                            y[axis][i] + corrector * (next[axis][i] + force[axis][i])
                        };
                    }
                }
            }
            store(positions, padded, lane, block, next);
        }
    }
}

/// The coordinates of a block of a lane.
#[inline(always)]
pub fn load<const D: usize>(positions: &[f32], padded: usize, lane: usize, block: usize, x: &mut [Row; D]) {
    for axis in 0..D {
        let start = (lane * D + axis) * padded + block * BLOCK;
        x[axis].copy_from_slice(&positions[start..start + BLOCK]);
    }
}

/// The reverse of [`load`].
#[inline(always)]
pub fn store<const D: usize>(positions: &mut [f32], padded: usize, lane: usize, block: usize, x: &[Row; D]) {
    for axis in 0..D {
        let start = (lane * D + axis) * padded + block * BLOCK;
        positions[start..start + BLOCK].copy_from_slice(&x[axis]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Term;

    /// The baseline code and the code for wider vectors give the same bits.
    #[test]
    fn widths_agree() {
        let term =
            |x: f32, y: f32, place: u32| Term { mean: [x, y], p11: 2.0, p12: 0.3, p22: 3.0, place, ..Term::default() };
        let terms = [term(0.5, 0.1, 0), term(-0.7, 1.0, 0), term(0.2, -1.2, 1), term(1.5, 0.4, 2), term(-1.0, -1.0, 1)];
        let other: Vec<Term> = terms.iter().map(|term| Term { p11: 2.2, ..*term }).collect();
        // The denoisers of the one that goes by a guess: behind the other mixture.
        let terms = [&terms[..], &other, &other].concat();
        for case in 0..144 {
            for corrector in [0.0, 0.03] {
                let tables = Tables { terms: &terms, count: 5, target: 2, networks: None };
                let guides = [Guide {
                    gamma: 2.0,
                    kind: if case < 48 { case % 4 } else { case / 48 + 3 },
                    parameters: if case < 96 { [16.0, 0.1] } else { [(case % 2) as f32, 0.0] },
                    outside: 1.0,
                    first: 0,
                    end: 9,
                    adaptive: f32::from(u8::from(case / 4 % 2 == 1)),
                    classifier_terms: if case % 48 < 24 { 0 } else { 5 },
                    clip: if case % 24 >= 8 { 0.4 } else { 0.0 },
                    removed: if case % 24 >= 16 { 0.7 } else { 0.0 },
                    rescale: if case % 24 >= 16 { 0.5 } else { 0.0 },
                    ahead: u32::from((8..16).contains(&(case % 24))),
                    whole: 1.0,
                    ..Guide::default()
                }];
                let moments =
                    [Moment { factor: 1.1, variance: 0.6, bound: if case % 24 >= 20 { 0.4 } else { 0.0 }, padding: 0 };
                        2];
                let input = Step {
                    index: 3,
                    first_block: 0,
                    seed: 9,
                    keep: 1.06,
                    drift: 0.06,
                    noise: 0.3,
                    corrector,
                    tables,
                    guides: &guides,
                    moments: &moments,
                };
                let start: Vec<f32> = (0..4 * BLOCK).map(|i| (i as f32 * 0.37).sin() * 3.0).collect();
                let (mut wide, mut narrow) = (start.clone(), start.clone());
                step::<2>(&input, &mut wide);
                step_blocks::<2>(&input, &mut narrow);
                assert_ne!(start, wide);
                assert_eq!(bytemuck::cast_slice::<f32, u32>(&wide), bytemuck::cast_slice::<f32, u32>(&narrow));
            }
        }
    }
}
