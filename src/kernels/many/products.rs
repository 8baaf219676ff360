//! The two products of a component with a block: its directions on what lies apart from its mean, and what they make
//! of that again. Sums stay in registers, a tile at a time. Twin of `shaders/lib/many/products.wgsl`.

use super::{ManyTerms, WIDTH, Wide};
#[cfg(target_arch = "x86_64")]
use crate::eight::One;
use crate::eight::{Baseline, Eight};

/// Directions, or coordinates, whose sums are kept at a time.
const TILE: usize = 4;
/// The largest rank.
pub(super) const MOST: usize = 32;
/// Weights below this add nothing that single precision could hold.
pub(super) const NOTHING: f32 = 1e-12;

/// Defines `$name`, which runs `$body` with vectors of eight where the processor has them, else with two of four.
macro_rules! in_vectors {
    ($(#[$doc:meta])* $vis:vis fn $name:ident($($arg:ident: $ty:ty),* $(,)?) = $body:ident) => {
        $(#[$doc])*
        #[inline(never)]
        $vis fn $name($($arg: $ty),*) {
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx2")]
                fn wide($($arg: $ty),*) {
                    $body::<One>($($arg),*);
                }
                if std::arch::is_x86_feature_detected!("avx2") {
                    // SAFETY: the processor has AVX2.
                    unsafe { wide($($arg),*) };
                    return;
                }
            }
            $body::<Baseline>($($arg),*);
        }
    };
}

in_vectors! {
    /// Of each component, `l_k` and the projections `G^T (x - m)`, `[component][direction]`.
    pub fn look(terms: &ManyTerms, x: &[Wide], away: &mut [Wide], projections: &mut [Wide], logs: &mut [Wide]) = look_in
}

#[inline(always)]
fn look_in<V: Eight>(terms: &ManyTerms, x: &[Wide], away: &mut [Wide], projections: &mut [Wide], logs: &mut [Wide]) {
    let (d, rank) = (terms.dimension, terms.rank);
    for k in 0..terms.count() {
        let mut square = apart::<V>(&terms.means[k * d..][..d], &terms.inverses[k * d..][..d], x, away);
        let own = &mut projections[k * rank..][..rank];
        project_in::<V>(&terms.directions[k * d * rank..][..d * rank], away, own);
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
fn apart<V: Eight>(means: &[f32], inverses: &[f32], x: &[Wide], away: &mut [Wide]) -> Wide {
    let one = V::load(&[1.0; WIDTH]);
    let mut square = V::zero();
    for (((away, x), m), inverse) in away.iter_mut().zip(x).zip(means).zip(inverses) {
        let v = V::load(x).plus(-m, one);
        v.store(away);
        square = square.plus(*inverse, v.times(v));
    }
    let mut sum = [0.0; WIDTH];
    square.store(&mut sum);
    sum
}

in_vectors! {
    /// `G^T v`.
    pub(super) fn project(directions: &[f32], v: &[Wide], out: &mut [Wide]) = project_in
}

#[inline(always)]
fn project_in<V: Eight>(directions: &[f32], v: &[Wide], out: &mut [Wide]) {
    let rank = out.len();
    for (tile, out) in out.chunks_exact_mut(TILE).enumerate() {
        let mut sums = [V::zero(); TILE];
        for (v, row_of) in v.iter().zip(directions.chunks_exact(rank)) {
            let g = &row_of[tile * TILE..][..TILE];
            let v = V::load(v);
            sums = [sums[0].plus(g[0], v), sums[1].plus(g[1], v), sums[2].plus(g[2], v), sums[3].plus(g[3], v)];
        }
        for (sum, out) in sums.into_iter().zip(out) {
            sum.store(out);
        }
    }
}

in_vectors! {
    /// Adds `sum w_k a_k` with `a_k = -C_k^-1 (x - m_k)`, the projections being those of [`look`].
    pub fn pull(terms: &ManyTerms, x: &[Wide], projections: &[Wide], weights: &[Wide], out: &mut [Wide]) = pull_in
}

#[inline(always)]
fn pull_in<V: Eight>(terms: &ManyTerms, x: &[Wide], projections: &[Wide], weights: &[Wide], out: &mut [Wide]) {
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
        add_in::<V>(&own, x, weight, out);
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

in_vectors! {
    /// Adds `w (G diag(s) p - (x - m)/E)`.
    pub(super) fn add_pull(own: &Pull, x: &[Wide], weight: &Wide, out: &mut [Wide]) = add_in
}

#[inline(always)]
fn add_in<V: Eight>(own: &Pull, x: &[Wide], weight: &Wide, out: &mut [Wide]) {
    let rank = own.projections.len();
    let mut parts = [[0.0; WIDTH]; MOST];
    for ((part, projection), scale) in parts.iter_mut().zip(own.projections).zip(own.scales) {
        for row in 0..WIDTH {
            part[row] = weight[row] * scale * projection[row];
        }
    }
    let parts = &parts[..rank];
    let (one, weight) = (V::load(&[1.0; WIDTH]), V::load(weight));
    for (j, (out, x)) in out.iter_mut().zip(x).enumerate() {
        let away = V::load(x).plus(own.means.map_or(0.0, |means| -means[j]), one);
        V::load(out).plus(-own.inverses[j], away.times(weight)).store(out);
    }
    let mut tiles = out.chunks_exact_mut(TILE);
    let mut rows = own.directions.chunks_exact((TILE * rank).max(1));
    for (out, rows) in (&mut tiles).zip(&mut rows) {
        let (first, second) = rows.split_at(2 * rank);
        let ((a, b), (c, d)) = (first.split_at(rank), second.split_at(rank));
        let mut sums = [V::load(&out[0]), V::load(&out[1]), V::load(&out[2]), V::load(&out[3])];
        for ((((part, a), b), c), d) in parts.iter().zip(a).zip(b).zip(c).zip(d) {
            let part = V::load(part);
            sums = [sums[0].plus(*a, part), sums[1].plus(*b, part), sums[2].plus(*c, part), sums[3].plus(*d, part)];
        }
        for (sum, out) in sums.into_iter().zip(out) {
            sum.store(out);
        }
    }
    for (out, row_of) in tiles.into_remainder().iter_mut().zip(rows.remainder().chunks_exact(rank.max(1))) {
        let mut sum = V::load(out);
        for (part, g) in parts.iter().zip(row_of) {
            sum = sum.plus(*g, V::load(part));
        }
        sum.store(out);
    }
}
