//! A labelled Gaussian mixture in `d` dimensions and its marginals under the process.

use serde::{Deserialize, Serialize};

use super::linear::{cholesky, inverse_from_cholesky};

/// One labelled Gaussian, as it stands in the state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Component {
    /// Its weight; the weights of a validated mixture sum to 1.
    pub weight: f64,
    /// Its mean, length `d`.
    pub mean: Vec<f64>,
    /// Its covariance, `d` rows of `d` numbers, symmetric and positive definite.
    pub covariance: Vec<Vec<f64>>,
    /// Its label, `0..MAX_CLASSES`.
    pub class: usize,
}

/// A validated mixture: weights sum to 1, covariances are positive definite.
#[derive(Clone, Debug, PartialEq)]
pub struct Mixture {
    /// Number of coordinates, `d`.
    pub dimension: usize,
    /// The components, in the state's order.
    pub components: Vec<Component>,
}

/// A component at time `t`: `N(m, C)` with `m = u mu`, `C = u^2 Sigma + sigma^2 I`.
#[derive(Clone, Debug, PartialEq)]
pub struct NoisedComponent {
    /// `pi`, its weight.
    pub weight: f64,
    /// `log pi - (1/2) log det C - (d/2) log 2 pi`.
    pub log_weight: f64,
    /// `m`, length `d`.
    pub mean: Vec<f64>,
    /// `C`, row-major, `d * d`.
    pub covariance: Vec<f64>,
    /// `C^-1`, row-major, `d * d`.
    pub precision: Vec<f64>,
    /// Its label.
    pub class: usize,
}

/// How far a mixture is noised: `X = signal X_0 + sqrt(variance) Z`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Noise {
    /// The factor of the data.
    pub signal: f64,
    /// The variance of what is added.
    pub variance: f64,
}

impl Noise {
    /// That of the process at time `t`.
    pub fn at(t: f64) -> Self {
        Self { signal: (-t).exp(), variance: -(-2.0 * t).exp_m1() }
    }

    /// What noises a mixture as this one noises that with `by` added to every variance.
    #[must_use]
    pub fn of_inflated(self, by: f64) -> Self {
        Self { variance: self.variance + self.signal * self.signal * by, ..self }
    }
}

impl Mixture {
    /// A mixture of components that are already valid.
    pub fn new(components: &[Component]) -> Self {
        Self { dimension: components[0].mean.len(), components: components.to_vec() }
    }

    /// The one-dimensional mixture of coordinate `axis`.
    #[must_use]
    pub fn axis(&self, axis: usize) -> Self {
        let project = |component: &Component| Component {
            mean: vec![component.mean[axis]],
            covariance: vec![vec![component.covariance[axis][axis]]],
            ..component.clone()
        };
        Self { dimension: 1, components: self.components.iter().map(project).collect() }
    }

    /// The components of the marginal at time `t` (0 gives the data). A singular `C`
    /// (impossible for a validated state) gives NaN.
    pub fn noised(&self, t: f64) -> Vec<NoisedComponent> {
        self.noised_by(Noise::at(t))
    }

    /// The components after any noise.
    pub fn noised_by(&self, Noise { signal, variance }: Noise) -> Vec<NoisedComponent> {
        self.components.iter().map(|component| component.noised(signal, variance)).collect()
    }
}

impl Component {
    /// `C = u^2 Sigma + variance I`, its inverse and log-determinant by Cholesky.
    fn noised(&self, u: f64, variance: f64) -> NoisedComponent {
        let d = self.mean.len();
        let mut covariance = vec![0.0; d * d];
        for i in 0..d {
            for j in 0..d {
                covariance[i * d + j] = u * u * self.covariance[i][j] + if i == j { variance } else { 0.0 };
            }
        }
        let factor = cholesky(&covariance, d).unwrap_or_else(|| vec![f64::NAN; d * d]);
        let log_determinant: f64 = (0..d).map(|i| 2.0 * factor[i * d + i].ln()).sum();
        NoisedComponent {
            weight: self.weight,
            log_weight: self.weight.ln() - 0.5 * log_determinant - 0.5 * d as f64 * (2.0 * std::f64::consts::PI).ln(),
            mean: self.mean.iter().map(|mu| u * mu).collect(),
            precision: inverse_from_cholesky(&factor, d),
            covariance,
            class: self.class,
        }
    }
}
