//! A law as points with weights, and the points from which the ODE starts.

use std::f64::consts::TAU;

use crate::reference::Marginal;

/// Starting points of the ODE reach so far into the tails of `N(0, 1)`: beyond lies `1e-17`.
pub(super) const START_REACH: f64 = 8.5;

/// Nodes with less mass than this are dropped.
pub(super) const NEGLIGIBLE_MASS: f64 = 1e-22;

/// A law as points with weights that sum to one: the images of equidistant quantiles under the ODE.
#[derive(Clone, Debug, PartialEq)]
pub struct Atoms {
    /// The points; in order only where the map is monotone.
    pub points: Vec<f64>,
    /// Their weights.
    pub weights: Vec<f64>,
}

impl Atoms {
    /// `E f`; for a smooth map the trapezoid rule, which converges geometrically.
    pub fn expect(&self, f: impl Fn(f64) -> f64) -> f64 {
        self.points.iter().zip(&self.weights).map(|(x, weight)| f(*x) * weight).sum()
    }

    /// The mean.
    pub fn mean(&self) -> f64 {
        self.expect(|x| x)
    }

    /// The variance.
    pub fn variance(&self) -> f64 {
        let mean = self.mean();
        self.expect(|x| (x - mean) * (x - mean))
    }

    /// Points in order with the probability up to their middle.
    fn ranked(&self) -> Vec<(f64, f64, f64)> {
        let mut order: Vec<usize> = (0..self.points.len()).collect();
        order.sort_by(|&i, &j| self.points[i].total_cmp(&self.points[j]));
        let mut below = 0.0;
        order
            .into_iter()
            .map(|i| {
                let weight = self.weights[i];
                below += weight;
                (self.points[i], weight, below - 0.5 * weight)
            })
            .collect()
    }

    /// The Wasserstein distance `W_1` from `p_t(.|class)`, by the coupling of equal ranks.
    pub fn wasserstein(&self, marginal: &Marginal, class: usize) -> f64 {
        let mut low = self.points.iter().copied().fold(-START_REACH, f64::min) - 1.0;
        let top = self.points.iter().copied().fold(START_REACH, f64::max) + 1.0;
        let mut sum = 0.0;
        for (x, weight, rank) in self.ranked() {
            if weight < NEGLIGIBLE_MASS {
                continue;
            }
            // The quantiles rise, so each is sought from the one before.
            let mut high = top;
            for _ in 0..48 {
                let middle = 0.5 * (low + high);
                if marginal.class_cdf(class, middle) < rank { low = middle } else { high = middle }
            }
            sum += weight * (x - low).abs();
        }
        sum
    }

    /// The masses between consecutive `edges`, by linear interpolation of the distribution function.
    pub fn bin_masses(&self, edges: &[f64]) -> Vec<f64> {
        let ranked = self.ranked();
        let cdf = |x: f64| {
            let after = ranked.partition_point(|(point, ..)| *point < x);
            if after == 0 {
                return 0.0;
            }
            let Some(&(right, _, above)) = ranked.get(after) else { return 1.0 };
            let (left, _, below) = ranked[after - 1];
            below + (above - below) * (x - left) / (right - left)
        };
        edges.windows(2).map(|edge| cdf(edge[1]) - cdf(edge[0])).collect()
    }
}

/// Equidistant starting points of the ODE and their weights under `N(0, 1)`.
pub(super) fn starts(spacing: f64) -> Atoms {
    let half = (START_REACH / spacing).ceil() as i32;
    let points: Vec<f64> = (-half..=half).map(|i| spacing * f64::from(i)).collect();
    let weights = points.iter().map(|z| spacing * normal_density(*z)).collect();
    Atoms { points, weights }
}

/// The density of `N(0, 1)`.
pub(super) fn normal_density(z: f64) -> f64 {
    (-0.5 * z * z).exp() / TAU.sqrt()
}
