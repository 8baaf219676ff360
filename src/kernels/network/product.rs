//! The one matrix product of a network: forward, backward (with transposed weights) and for the gradient of the
//! weights (with transposed inputs).

use super::scalar::Scalar;
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
use crate::dispatch::widest;
#[cfg(any(test, all(target_arch = "wasm32", target_feature = "simd128")))]
use crate::eight::{Baseline, Eight, Wide};

/// Rows and columns of a tile, whose sums stay in registers.
const ROWS: usize = 4;
const COLUMNS: usize = 8;

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
widest! {
    /// `out += a weights` in f32.
    pub fn product_f32[](a: &[f32], weights: &[f32], out: &mut [f32], inner: usize, columns: usize) = product_of
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub use in_eights as product_f32;

/// `out += a weights` in f32, eight columns at a time: the same bits. In WebAssembly it is five times as fast as the loops.
#[cfg(any(test, all(target_arch = "wasm32", target_feature = "simd128")))]
pub fn in_eights(a: &[f32], weights: &[f32], out: &mut [f32], inner: usize, columns: usize) {
    fn load(of: &[f32], from: usize) -> Baseline {
        let Some(eight) = of[from..].first_chunk() else { unreachable!("a row has as many") };
        Baseline::load(eight)
    }
    let (rows, eights) = (a.len() / inner, columns / COLUMNS * COLUMNS);
    let of = |row: usize| &a[row * inner..][..inner];
    let store = |out: &mut [f32], place: usize, sum: Baseline| {
        let mut eight: Wide = [0.0; COLUMNS];
        sum.store(&mut eight);
        out[place..][..COLUMNS].copy_from_slice(&eight);
    };
    for column in (0..eights).step_by(COLUMNS) {
        for row in (0..rows / ROWS * ROWS).step_by(ROWS) {
            let [a, b, c, d] = [of(row), of(row + 1), of(row + 2), of(row + 3)];
            let mut sums = [0, 1, 2, 3].map(|i| load(out, (row + i) * columns + column));
            for k in 0..inner {
                let w = load(weights, k * columns + column);
                sums = [sums[0].plus(a[k], w), sums[1].plus(b[k], w), sums[2].plus(c[k], w), sums[3].plus(d[k], w)];
            }
            for (i, sum) in sums.into_iter().enumerate() {
                store(out, (row + i) * columns + column, sum);
            }
        }
        for row in rows / ROWS * ROWS..rows {
            let mut sum = load(out, row * columns + column);
            for (k, &x) in of(row).iter().enumerate() {
                sum = sum.plus(x, load(weights, k * columns + column));
            }
            store(out, row * columns + column, sum);
        }
    }
    for row in 0..rows {
        for column in eights..columns {
            let terms = of(row).iter().enumerate().map(|(k, &x)| x * weights[k * columns + column]);
            let place = &mut out[row * columns + column];
            *place = terms.fold(*place, |sum, term| sum + term);
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_eights_it_is_the_same_to_the_bit() {
        for [rows, inner, columns] in [[1, 1, 1], [4, 3, 8], [5, 7, 9], [13, 64, 10], [8, 2, 64], [3, 5, 23]] {
            let number = |k: usize| ((k * 7919 + 3) % 1009) as f32 / 97.0 - 5.0;
            let a: Vec<f32> = (0..rows * inner).map(number).collect();
            let weights: Vec<f32> = (0..inner * columns).map(|k| number(k + 17)).collect();
            let mut out: Vec<f32> = (0..rows * columns).map(|k| number(k + 31)).collect();
            let mut other = out.clone();
            product_of(&a, &weights, &mut out, inner, columns);
            in_eights(&a, &weights, &mut other, inner, columns);
            assert_eq!(out, other, "{rows} {inner} {columns}");
        }
    }
}
