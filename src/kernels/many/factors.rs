//! What EM for mixtures of factor analysers spends its time with, in f64: rows of `r` numbers, one for each coordinate.
//! Never inlined: the caller is compiled to be small, and what is in it is not made of vectors.

/// Adds `sum_j x_j rows_j` to `sums`, which has as many numbers as a row.
#[inline(never)]
pub fn factor_products(x: &[f64], rows: &[f64], sums: &mut [f64]) {
    if sums.is_empty() {
        return;
    }
    for (x, row) in x.iter().zip(rows.chunks_exact(sums.len())) {
        for (sum, entry) in sums.iter_mut().zip(row) {
            *sum += x * entry;
        }
    }
}

/// Adds `share x_j^2` to `squares_j`, and `share x_j latent` to the row `j` of `cross`.
#[inline(never)]
pub fn factor_sums(x: &[f64], latent: &[f64], share: f64, squares: &mut [f64], cross: &mut [f64]) {
    for (square, x) in squares.iter_mut().zip(x) {
        *square += share * x * x;
    }
    if latent.is_empty() {
        return;
    }
    for (x, row) in x.iter().zip(cross.chunks_exact_mut(latent.len())) {
        let by = share * x;
        for (sum, z) in row.iter_mut().zip(latent) {
            *sum += by * z;
        }
    }
}
