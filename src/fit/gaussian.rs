//! One weighted Gaussian: its moments from weighted points, its density, and a floor under its variances.

use std::f64::consts::TAU;

use crate::model::{MAX_DIMENSION, cholesky, symmetric_eigen};

/// A component of a fit.
#[derive(Clone, Debug, PartialEq)]
pub struct Gaussian {
    /// Its share of the points.
    pub weight: f64,
    /// Its mean, length `d`.
    pub mean: Vec<f64>,
    /// Its covariance, `d` rows of `d` numbers.
    pub covariance: Vec<Vec<f64>>,
    /// Whether a variance had to be raised to the floor.
    pub held: bool,
}

impl Gaussian {
    /// The weighted moments of row-major points, `weights[i * stride]` for the `i`-th.
    pub fn of(values: &[f64], d: usize, weights: &[f64], stride: usize, floor: f64) -> Self {
        let weights = || weights.iter().step_by(stride);
        let mut total = 0.0;
        let mut mean = vec![0.0; d];
        for (x, weight) in values.chunks_exact(d).zip(weights()) {
            total += weight;
            for (mean, x) in mean.iter_mut().zip(x) {
                *mean += weight * x;
            }
        }
        let mass = f64::max(total, 1e-12);
        for mean in &mut mean {
            *mean /= mass;
        }
        let mut covariance = vec![vec![0.0; d]; d];
        for (x, weight) in values.chunks_exact(d).zip(weights()) {
            for i in 0..d {
                for j in 0..=i {
                    covariance[i][j] += weight * (x[i] - mean[i]) * (x[j] - mean[j]);
                }
            }
        }
        for i in 0..d {
            for j in 0..=i {
                covariance[i][j] /= mass;
                covariance[j][i] = covariance[i][j];
            }
        }
        let (covariance, held) = floored(covariance, floor);
        Self { weight: total / (values.len() / d) as f64, mean, covariance, held }
    }

    /// `log (weight N(x; mean, covariance))` as a function of `x`.
    pub fn log_density(&self) -> LogDensity {
        let d = self.mean.len();
        // The floor keeps it positive definite, but for rounding where one axis is 1e8 times as long as another.
        let factor = cholesky(&self.covariance.concat(), d).unwrap_or_else(|| {
            let entry = |k: usize| if k.is_multiple_of(d + 1) { self.covariance[k / d][k / d].sqrt() } else { 0.0 };
            (0..d * d).map(entry).collect()
        });
        let log_determinant: f64 = (0..d).map(|i| libm::log(factor[i * d + i])).sum();
        let offset = libm::log(self.weight) - 0.5 * d as f64 * libm::log(TAU) - log_determinant;
        LogDensity { offset, mean: self.mean.clone(), factor }
    }
}

/// `offset - |L^-1 (x - mean)|^2 / 2`, `L` the Cholesky factor of the covariance.
pub struct LogDensity {
    offset: f64,
    mean: Vec<f64>,
    factor: Vec<f64>,
}

impl LogDensity {
    /// At one point.
    pub fn at(&self, x: &[f64]) -> f64 {
        let d = x.len();
        let (mut z, mut sum) = ([0.0; MAX_DIMENSION], 0.0);
        for i in 0..d {
            let row = &self.factor[i * d..=i * d + i];
            let mut rest = x[i] - self.mean[i];
            for j in 0..i {
                rest -= row[j] * z[j];
            }
            z[i] = rest / row[i];
            sum += z[i] * z[i];
        }
        self.offset - 0.5 * sum
    }
}

/// Raises the eigenvalues of a covariance to the floor; whether one was below.
pub fn floored(covariance: Vec<Vec<f64>>, floor: f64) -> (Vec<Vec<f64>>, bool) {
    let (values, vectors) = symmetric_eigen(&covariance);
    if values.iter().all(|&value| value >= floor) {
        return (covariance, false);
    }
    let d = values.len();
    let mut raised = vec![vec![0.0; d]; d];
    for i in 0..d {
        for j in 0..=i {
            let entry: f64 = (0..d).map(|k| values[k].max(floor) * vectors[i][k] * vectors[j][k]).sum();
            raised[i][j] = entry;
            raised[j][i] = entry;
        }
    }
    (raised, true)
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "these values are exact")]
mod tests {
    use super::*;

    #[test]
    fn the_floor_raises_the_small_eigenvalue_alone() {
        let (raised, held) = floored(vec![vec![1.0, 1.0], vec![1.0, 1.0]], 0.1);
        let [[a, b], [c, d]] = [[raised[0][0], raised[0][1]], [raised[1][0], raised[1][1]]];
        assert!(held && b == c);
        assert!((a + d - 2.1).abs() < 1e-12 && (a * d - b * b - 0.2).abs() < 1e-12, "{raised:?}");
        let wide = vec![vec![1.0, 0.2], vec![0.2, 0.5]];
        assert_eq!(floored(wide.clone(), 0.1), (wide, false));
        assert_eq!(floored(vec![vec![0.0; 2]; 2], 0.1), (vec![vec![0.1, 0.0], vec![0.0, 0.1]], true));
        assert_eq!(floored(vec![vec![0.01]], 0.1), (vec![vec![0.1]], true));
    }

    /// Against the density written out for a diagonal covariance, and for a correlated one.
    #[test]
    fn densities() {
        let gaussian = |mean: &[f64], covariance: &[&[f64]]| Gaussian {
            weight: 0.25,
            mean: mean.to_vec(),
            covariance: covariance.iter().map(|row| row.to_vec()).collect(),
            held: false,
        };
        let one = gaussian(&[1.0], &[&[4.0]]).log_density().at(&[2.0]);
        assert!((one - (0.25 / (2.0 * TAU.sqrt()) * (-0.125_f64).exp()).ln()).abs() < 1e-14);
        let two = gaussian(&[0.0, 1.0], &[&[2.0, 0.6], &[0.6, 0.5]]).log_density().at(&[1.0, 0.5]);
        let determinant: f64 = 2.0 * 0.5 - 0.36;
        let form = (0.5 * 1.0 - 2.0 * 0.6 * 1.0 * -0.5 + 2.0 * 0.25) / determinant;
        assert!((two - (0.25_f64.ln() - TAU.ln() - 0.5 * determinant.ln() - 0.5 * form)).abs() < 1e-14);
    }
}
