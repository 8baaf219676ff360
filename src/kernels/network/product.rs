//! The one matrix product of a network: forward, backward (with transposed weights) and for the gradient of the
//! weights (with transposed inputs).

use super::scalar::Scalar;
use crate::dispatch::widest;

/// Rows and columns of a tile, whose sums stay in registers.
const ROWS: usize = 4;
const COLUMNS: usize = 8;

widest! {
    /// `out += a weights` in f32.
    pub fn product_f32[](a: &[f32], weights: &[f32], out: &mut [f32], inner: usize, columns: usize) = product_of
}

#[inline(always)]
pub fn product_of<T: Scalar>(a: &[T], weights: &[T], out: &mut [T], inner: usize, columns: usize) {
    let rows = a.len() / inner;
    let whole = rows / ROWS * ROWS;
    for row in (0..whole).step_by(ROWS) {
        strip::<T, ROWS>(a, weights, out, [inner, columns], row);
    }
    for row in whole..rows {
        strip::<T, 1>(a, weights, out, [inner, columns], row);
    }
}

#[inline(always)]
fn strip<T: Scalar, const R: usize>(a: &[T], weights: &[T], out: &mut [T], shape: [usize; 2], row: usize) {
    let columns = shape[1];
    let whole = columns / COLUMNS * COLUMNS;
    for column in (0..whole).step_by(COLUMNS) {
        tile::<T, R, COLUMNS>(a, weights, out, shape, [row, column]);
    }
    let quarters = columns / 4 * 4;
    if whole < quarters {
        tile::<T, R, 4>(a, weights, out, shape, [row, whole]);
    }
    for column in quarters..columns {
        tile::<T, R, 1>(a, weights, out, shape, [row, column]);
    }
}

#[inline(always)]
fn tile<T: Scalar, const R: usize, const C: usize>(
    a: &[T],
    weights: &[T],
    out: &mut [T],
    [inner, columns]: [usize; 2],
    [row, column]: [usize; 2],
) {
    let rows: [&[T]; R] = std::array::from_fn(|i| &a[(row + i) * inner..][..inner]);
    let mut sums = [[T::default(); C]; R];
    for i in 0..R {
        sums[i].copy_from_slice(&out[(row + i) * columns + column..][..C]);
    }
    for k in 0..inner {
        let weights = &weights[k * columns + column..][..C];
        for i in 0..R {
            let x = rows[i][k];
            for j in 0..C {
                sums[i][j] += x * weights[j];
            }
        }
    }
    for i in 0..R {
        out[(row + i) * columns + column..][..C].copy_from_slice(&sums[i]);
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
