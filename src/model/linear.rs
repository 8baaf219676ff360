//! The little linear algebra that small covariances need.

/// The lower Cholesky factor of a row-major `d * d` matrix; `None` unless it is positive definite.
pub fn cholesky(matrix: &[f64], d: usize) -> Option<Vec<f64>> {
    let mut factor = vec![0.0; d * d];
    for i in 0..d {
        for j in 0..=i {
            let dot: f64 = (0..j).map(|k| factor[i * d + k] * factor[j * d + k]).sum();
            let rest = matrix[i * d + j] - dot;
            if i == j {
                if rest.is_nan() || rest <= 0.0 {
                    return None;
                }
                factor[i * d + i] = rest.sqrt();
            } else {
                factor[i * d + j] = rest / factor[j * d + j];
            }
        }
    }
    Some(factor)
}

/// `(L L^T)^-1`, row-major, from `L`.
pub fn inverse_from_cholesky(factor: &[f64], d: usize) -> Vec<f64> {
    let mut inverse = vec![0.0; d * d];
    for column in 0..d {
        let mut x = vec![0.0; d];
        for i in 0..d {
            let dot: f64 = (0..i).map(|k| factor[i * d + k] * x[k]).sum();
            x[i] = (if i == column { 1.0 } else { 0.0 } - dot) / factor[i * d + i];
        }
        for i in (0..d).rev() {
            let dot: f64 = (i + 1..d).map(|k| factor[k * d + i] * x[k]).sum();
            x[i] = (x[i] - dot) / factor[i * d + i];
            inverse[i * d + column] = x[i];
        }
    }
    inverse
}

/// Eigenvalues of a symmetric matrix (rows) and its eigenvectors as columns, by cyclic Jacobi
/// rotations (Golub and Van Loan, Matrix Computations, 8.5).
pub fn symmetric_eigen(matrix: &[Vec<f64>]) -> (Vec<f64>, Vec<Vec<f64>>) {
    let d = matrix.len();
    let mut a = matrix.to_vec();
    let mut vectors: Vec<Vec<f64>> = (0..d).map(|i| (0..d).map(|j| if i == j { 1.0 } else { 0.0 }).collect()).collect();
    // Convergence is quadratic: eight dimensions take about six sweeps.
    for _ in 0..30 {
        let off: f64 = (0..d).flat_map(|i| (0..i).map(move |j| (i, j))).map(|(i, j)| a[i][j].abs()).sum();
        if off == 0.0 || off.is_nan() {
            break;
        }
        for p in 0..d {
            for q in p + 1..d {
                if a[p][q] != 0.0 {
                    rotate(&mut a, &mut vectors, p, q);
                }
            }
        }
    }
    ((0..d).map(|i| a[i][i]).collect(), vectors)
}

/// One Jacobi rotation that makes `a[p][q]` zero.
fn rotate(a: &mut [Vec<f64>], vectors: &mut [Vec<f64>], p: usize, q: usize) {
    let theta = (a[q][q] - a[p][p]) / (2.0 * a[p][q]);
    let tangent = theta.signum() / (theta.abs() + theta.hypot(1.0));
    let cosine = 1.0 / tangent.hypot(1.0);
    let sine = tangent * cosine;
    let shift = tangent * a[p][q];
    a[p][p] -= shift;
    a[q][q] += shift;
    a[p][q] = 0.0;
    a[q][p] = 0.0;
    for k in 0..a.len() {
        if k != p && k != q {
            let (x, y) = (a[k][p], a[k][q]);
            a[k][p] = cosine * x - sine * y;
            a[k][q] = sine * x + cosine * y;
            a[p][k] = a[k][p];
            a[q][k] = a[k][q];
        }
        let (x, y) = (vectors[k][p], vectors[k][q]);
        vectors[k][p] = cosine * x - sine * y;
        vectors[k][q] = sine * x + cosine * y;
    }
}
