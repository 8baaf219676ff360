//! The one matrix product of a network: forward, backward (with transposed weights) and for the gradient of the
//! weights (with transposed inputs).

use super::scalar::Scalar;
use crate::eight::{Eight, Wide, in_vectors};

/// Rows and columns of a tile, whose sums stay in registers.
const ROWS: usize = 4;
const COLUMNS: usize = 8;

in_vectors! {
    /// `out += a weights` in f32.
    pub fn product_f32(a: &[f32], weights: &[f32], out: &mut [f32], inner: usize, columns: usize) = product_in
}

#[inline(always)]
fn product_in<V: Eight>(a: &[f32], weights: &[f32], out: &mut [f32], inner: usize, columns: usize) {
    let rows = a.len() / inner;
    let eights = columns / COLUMNS * COLUMNS;
    let whole = rows / ROWS * ROWS;
    for column in (0..eights).step_by(COLUMNS) {
        for row in (0..whole).step_by(ROWS) {
            let place = |i: usize| (row + i) * columns + column;
            let of = |i: usize| &a[(row + i) * inner..][..inner];
            let [a, b, c, d] = [of(0), of(1), of(2), of(3)];
            let mut sums = [0, 1, 2, 3].map(|i| V::load(eight(out, place(i))));
            for k in 0..inner {
                let w = V::load(eight(weights, k * columns + column));
                sums = [sums[0].plus(a[k], w), sums[1].plus(b[k], w), sums[2].plus(c[k], w), sums[3].plus(d[k], w)];
            }
            for (i, sum) in sums.into_iter().enumerate() {
                sum.store(eight_mut(out, place(i)));
            }
        }
        for row in whole..rows {
            let place = row * columns + column;
            let mut sum = V::load(eight(out, place));
            for (k, &x) in a[row * inner..][..inner].iter().enumerate() {
                sum = sum.plus(x, V::load(eight(weights, k * columns + column)));
            }
            sum.store(eight_mut(out, place));
        }
    }
    if eights < columns {
        last_columns(a, weights, out, [inner, columns], eights);
    }
}

/// Eight numbers from a place on.
#[inline(always)]
fn eight(of: &[f32], from: usize) -> &Wide {
    let Some(eight) = of[from..].first_chunk() else { unreachable!("a row has as many") };
    eight
}
#[inline(always)]
fn eight_mut(of: &mut [f32], from: usize) -> &mut Wide {
    let Some(eight) = of[from..].first_chunk_mut() else { unreachable!("a row has as many") };
    eight
}

/// `out += a weights`, one number after the other.
#[inline(always)]
pub fn product_of<T: Scalar>(a: &[T], weights: &[T], out: &mut [T], inner: usize, columns: usize) {
    last_columns(a, weights, out, [inner, columns], 0);
}

/// The same for the columns from one on.
#[inline(always)]
fn last_columns<T: Scalar>(a: &[T], weights: &[T], out: &mut [T], [inner, columns]: [usize; 2], from: usize) {
    for (a, out) in a.chunks_exact(inner).zip(out.chunks_exact_mut(columns)) {
        for (column, sum) in out.iter_mut().enumerate().skip(from) {
            for (k, &x) in a.iter().enumerate() {
                *sum += x * weights[k * columns + column];
            }
        }
    }
}

/// The transpose of rows of `columns` numbers.
pub fn transpose<T: Scalar>(a: &[T], columns: usize, out: &mut Vec<T>) {
    let rows = a.len() / columns;
    out.clear();
    out.resize(a.len(), T::default());
    for (i, row) in a.chunks_exact(columns).enumerate() {
        for (j, &x) in row.iter().enumerate() {
            out[j * rows + i] = x;
        }
    }
}
