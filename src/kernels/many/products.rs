//! The two products of a component with a block: its directions on what lies apart from its mean, and what they make
//! of that again. Sums stay in registers, a tile at a time; each is added up in the same order whatever the tile.

use super::{ManyTerms, WIDTH, Wide};
use crate::dispatch::widest;

/// Directions, or coordinates, whose sums are kept at a time. V8 has sixteen registers for four vectors a row.
const TILE: usize = if cfg!(target_arch = "wasm32") { 2 } else { 4 };

widest! {
    /// Of each component, `l_k` and the projections `G^T (x - m)`, `[component][direction]`.
    pub fn look[](terms: &ManyTerms, x: &[Wide], away: &mut [Wide], projections: &mut [Wide], logs: &mut [Wide]) = look_block
}

#[inline(always)]
fn look_block(terms: &ManyTerms, x: &[Wide], away: &mut [Wide], projections: &mut [Wide], logs: &mut [Wide]) {
    let (d, rank) = (terms.dimension, terms.rank);
    for k in 0..terms.count() {
        let mut square = apart(&terms.means[k * d..][..d], &terms.inverses[k * d..][..d], x, away);
        let own = &mut projections[k * rank..][..rank];
        project(&terms.directions[k * d * rank..][..d * rank], away, own);
        for (projection, scale) in own.iter().zip(&terms.scales[k * rank..]) {
            for row in 0..WIDTH {
                square[row] -= scale * projection[row] * projection[row];
            }
        }
        for row in 0..WIDTH {
            logs[k][row] = terms.log_weights[k] - 0.5 * square[row];
        }
    }
}

/// `x - m`, and the sum of its squares over `E`.
#[inline(always)]
fn apart(means: &[f32], inverses: &[f32], x: &[Wide], away: &mut [Wide]) -> Wide {
    let mut square = [0.0; WIDTH];
    for (((away, x), m), inverse) in away.iter_mut().zip(x).zip(means).zip(inverses) {
        for row in 0..WIDTH {
            let v = x[row] - m;
            away[row] = v;
            square[row] += inverse * v * v;
        }
    }
    square
}

/// `G^T v`.
#[inline(always)]
pub(super) fn project(directions: &[f32], v: &[Wide], out: &mut [Wide]) {
    let rank = out.len();
    for first in (0..rank).step_by(TILE) {
        let mut sums = [[0.0; WIDTH]; TILE];
        for (v, row_of) in v.iter().zip(directions.chunks_exact(rank)) {
            let g = &row_of[first..first + TILE];
            for tile in 0..TILE {
                for row in 0..WIDTH {
                    sums[tile][row] += g[tile] * v[row];
                }
            }
        }
        out[first..first + TILE].copy_from_slice(&sums);
    }
}

/// Weights below this add nothing that single precision could hold.
const NOTHING: f32 = 1e-12;

widest! {
    /// Adds `sum w_k a_k` with `a_k = -C_k^-1 (x - m_k)`, the projections being those of [`look`].
    pub fn pull[](terms: &ManyTerms, x: &[Wide], projections: &[Wide], weights: &[Wide], out: &mut [Wide]) = pull_block
}

#[inline(always)]
fn pull_block(terms: &ManyTerms, x: &[Wide], projections: &[Wide], weights: &[Wide], out: &mut [Wide]) {
    let (d, rank) = (terms.dimension, terms.rank);
    for k in 0..terms.count() {
        let weight = &weights[k];
        if weight.iter().all(|w| w.abs() < NOTHING) {
            continue;
        }
        let own = Pull {
            means: Some(&terms.means[k * d..][..d]),
            inverses: &terms.inverses[k * d..][..d],
            directions: &terms.directions[k * d * rank..][..d * rank],
            scales: &terms.scales[k * rank..][..rank],
            projections: &projections[k * rank..][..rank],
        };
        own.add(x, weight, out);
    }
}

/// What one component pulls by.
pub(super) struct Pull<'a> {
    /// `None`: nothing is taken away from `x`.
    pub means: Option<&'a [f32]>,
    pub inverses: &'a [f32],
    pub directions: &'a [f32],
    pub scales: &'a [f32],
    pub projections: &'a [Wide],
}

/// The largest rank.
const MOST: usize = 32;

impl Pull<'_> {
    /// Adds `w (G diag(s) p - (x - m)/E)`.
    #[inline(always)]
    pub fn add(&self, x: &[Wide], weight: &Wide, out: &mut [Wide]) {
        let rank = self.projections.len();
        let mut parts = [[0.0; WIDTH]; MOST];
        for ((part, projection), scale) in parts.iter_mut().zip(self.projections).zip(self.scales) {
            for row in 0..WIDTH {
                part[row] = weight[row] * scale * projection[row];
            }
        }
        let parts = &parts[..rank];
        let whole = x.len() / TILE * TILE;
        for first in (0..whole).step_by(TILE) {
            self.tile::<TILE>(x, weight, parts, out, first);
        }
        for first in whole..x.len() {
            self.tile::<1>(x, weight, parts, out, first);
        }
    }

    #[inline(always)]
    fn tile<const T: usize>(&self, x: &[Wide], weight: &Wide, parts: &[Wide], out: &mut [Wide], first: usize) {
        let rank = parts.len();
        let mut sums = [[0.0; WIDTH]; T];
        for tile in 0..T {
            let j = first + tile;
            let (m, inverse) = (self.means.map_or(0.0, |means| means[j]), self.inverses[j]);
            for row in 0..WIDTH {
                sums[tile][row] = out[j][row] - weight[row] * inverse * (x[j][row] - m);
            }
        }
        let g: [&[f32]; T] = std::array::from_fn(|tile| &self.directions[(first + tile) * rank..][..rank]);
        for (i, part) in parts.iter().enumerate() {
            for tile in 0..T {
                let g = g[tile][i];
                for row in 0..WIDTH {
                    sums[tile][row] += g * part[row];
                }
            }
        }
        out[first..first + T].copy_from_slice(&sums);
    }
}
