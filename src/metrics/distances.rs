//! What needs the particles themselves, not their bins: the Wasserstein distance from the exact
//! class-conditional with its noise floor, and the entropy. Definitions: docs/numerics.md, "Distances and
//! entropy".

use std::f64::consts::{FRAC_1_SQRT_2, PI, TAU};

use serde::Serialize;

use super::Estimate;
use crate::model::Mixture;
use crate::reference::Marginal;

/// At most so many particles, the first ones, are looked at in one and in two dimensions: some 100 ms.
const MOST: [usize; 2] = [200_000, 10_000];
/// Directions of the sliced distance, equally spaced in the half circle.
const DIRECTIONS: usize = 16;
/// The neighbour whose distance tells the density; `psi(4)`.
const NEIGHBOUR: usize = 4;
const DIGAMMA_OF_NEIGHBOUR: f64 = 1.256_117_668_431_800_5;
/// Particles closer than this are taken for so far apart: rounding of f32 makes some coincide.
const LEAST_DISTANCE: f64 = 1e-9;
/// Standard deviations that the noise floor's integral covers, and nodes in the least of them.
const REACH: f64 = 9.0;
const NODES: f64 = 24.0;
const MAX_NODES: f64 = 4000.0;

/// What the particles of one lane say beyond their bins.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Distances {
    /// `W_1` from `p_t(.|c)` in one dimension; in two the mean `W_1` of the projections on 16 directions.
    pub wasserstein: Estimate,
    /// The expectation of the same for as many independent samples of `p_t(.|c)`.
    pub wasserstein_floor: f64,
    /// The differential entropy of the particles, nats.
    pub entropy: Estimate,
    /// The particles that were looked at: the first finite ones, at most 200,000 in 1D, 10,000 in 2D.
    pub particles: usize,
}

/// Appends to `kept` those of the row-major `samples` that [`distances`] looks at, of which `kept` are the first: so that not
/// all have to be there at once.
pub fn keep(kept: &mut Vec<f32>, samples: &[f32], dimension: usize) {
    let room = MOST[dimension - 1] - kept.len() / dimension;
    let finite = samples.chunks_exact(dimension).filter(|x| x.iter().all(|x| x.is_finite()));
    kept.extend(finite.take(room).flatten());
}

/// The measures of row-major `samples` in one or two dimensions against `p_t(.|target)`. NaN for fewer than
/// five finite particles.
///
/// # Panics
/// In more than two dimensions.
pub fn distances(samples: &[f32], mixture: &Mixture, target: usize, t: f64) -> Distances {
    let d = mixture.dimension;
    assert!(d <= 2, "distances in {d} dimensions");
    let points: Vec<[f64; 2]> = samples
        .chunks_exact(d)
        .filter(|x| x.iter().all(|x| x.is_finite()))
        .take(MOST[d - 1])
        .map(|x| [f64::from(x[0]), if d == 2 { f64::from(x[1]) } else { 0.0 }])
        .collect();
    let n = points.len();
    if n <= NEIGHBOUR {
        let unknown = Estimate { estimate: f64::NAN, standard_error: f64::NAN };
        return Distances { wasserstein: unknown, wasserstein_floor: f64::NAN, entropy: unknown, particles: n };
    }
    let marginal = Marginal::new(mixture, t);
    let directions = if d == 1 { 1 } else { DIRECTIONS };
    let (mut distance, mut floor, mut potential) = (0.0, 0.0, vec![0.0; n]);
    for j in 0..directions {
        let (sin, cos) = (PI * j as f64 / directions as f64).sin_cos();
        let exact = Projection::new(&marginal, target, [cos, sin]);
        let share = 1.0 / directions as f64;
        let line: Vec<f64> = points.iter().map(|x| cos * x[0] + sin * x[1]).collect();
        distance += share * exact.wasserstein(&line, share, &mut potential);
        floor += share * exact.floor(n);
    }
    Distances {
        wasserstein: Estimate { estimate: distance, standard_error: mean_and_error(&potential).1 },
        wasserstein_floor: floor,
        entropy: entropy(&points, d),
        particles: n,
    }
}

impl Distances {
    /// The same of particles with weights, worth so many independent ones. Copies lie closer than particles do, so that
    /// they say nothing of the entropy.
    #[must_use]
    pub fn of_fewer(mut self, independent: f64, mixture: &Mixture, target: usize, t: f64) -> Self {
        self.wasserstein.standard_error *= (self.particles as f64 / independent).max(1.0).sqrt();
        let directions = if mixture.dimension == 1 { 1 } else { DIRECTIONS };
        let marginal = Marginal::new(mixture, t);
        let count = (independent.min(self.particles as f64).round() as usize).max(1);
        self.wasserstein_floor = (0..directions)
            .map(|j| {
                let (sin, cos) = (PI * j as f64 / directions as f64).sin_cos();
                Projection::new(&marginal, target, [cos, sin]).floor(count) / directions as f64
            })
            .sum();
        self.entropy = Estimate { estimate: f64::NAN, standard_error: f64::NAN };
        self
    }
}

/// The mean and its standard error.
fn mean_and_error(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / (n - 1.0);
    (mean, (variance / n).sqrt())
}

/// The indices of `values` in rising order of the values.
fn order(values: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_unstable_by(|&i, &j| values[i].total_cmp(&values[j]));
    order
}

/// The class-conditional seen along one direction: a mixture of normals on a line.
struct Projection {
    /// Weight, mean, standard deviation.
    parts: Vec<[f64; 3]>,
}

impl Projection {
    fn new(marginal: &Marginal, target: usize, [a, b]: [f64; 2]) -> Self {
        let prior = marginal.log_priors[target].exp();
        let parts = marginal
            .components
            .iter()
            .filter(|component| component.class == target)
            .map(|component| {
                let (mean, c) = (&component.mean, &component.covariance);
                let (mean, variance) = match marginal.dimension {
                    1 => (mean[0], c[0]),
                    _ => (a * mean[0] + b * mean[1], a * a * c[0] + 2.0 * a * b * c[1] + b * b * c[3]),
                };
                [component.weight / prior, mean, variance.sqrt()]
            })
            .collect();
        Self { parts }
    }

    /// The distribution function and its integral from below, `E (x - X)_+`.
    fn below(&self, x: f64) -> (f64, f64) {
        self.parts.iter().fold((0.0, 0.0), |(cdf, integral), &[weight, mean, sd]| {
            let z = (x - mean) / sd;
            let phi = 0.5 * libm::erfc(-z * FRAC_1_SQRT_2);
            let density = (-0.5 * z * z).exp() / TAU.sqrt();
            (cdf + weight * phi, integral + weight * sd * (z * phi + density))
        })
    }

    /// `integral |F_N - F| dx` of the particles on the line. Adds `share` times the Kantorovich potential of
    /// each particle, whose scatter is that of the distance.
    fn wasserstein(&self, line: &[f64], share: f64, potential: &mut [f64]) -> f64 {
        let n = line.len() as f64;
        let order = order(line);
        let mut left = line[order[0]];
        let (mut cdf, mut integral) = self.below(left);
        // Below the first particle F_N is 0; above the last it is 1, and E (X - x)_+ = E (x - X)_+ - x + E X.
        let (mut distance, mut height) = (integral, 0.0);
        for (rank, &i) in order.iter().enumerate() {
            let x = line[i];
            if x > left {
                let level = rank as f64 / n;
                let (next_cdf, next_integral) = self.below(x);
                let area = |from: f64, to: f64, mass: f64| level * (to - from) - mass;
                if next_cdf <= level {
                    distance += area(left, x, next_integral - integral);
                    height += x - left;
                } else if cdf >= level {
                    distance -= area(left, x, next_integral - integral);
                    height -= x - left;
                } else {
                    let crossing = self.quantile(level, left, x);
                    let (_, middle) = self.below(crossing);
                    distance += area(left, crossing, middle - integral) - area(crossing, x, next_integral - middle);
                    height += (crossing - left) - (x - crossing);
                }
                (left, cdf, integral) = (x, next_cdf, next_integral);
            }
            potential[i] += share * height;
        }
        let mean: f64 = self.parts.iter().map(|[weight, mean, _]| weight * mean).sum();
        distance + integral - left + mean
    }

    /// Where the distribution function is `level`, between `low` and `high`.
    fn quantile(&self, level: f64, mut low: f64, mut high: f64) -> f64 {
        for _ in 0..40 {
            let middle = 0.5 * (low + high);
            if self.below(middle).0 < level { low = middle } else { high = middle }
        }
        0.5 * (low + high)
    }

    /// `integral E|K/N - F(x)| dx` with `K` binomial: the expected distance of `n` independent samples.
    fn floor(&self, n: usize) -> f64 {
        let [mut from, mut to, mut least] = [f64::INFINITY, f64::NEG_INFINITY, f64::INFINITY];
        for [_, mean, sd] in &self.parts {
            from = from.min(mean - REACH * sd);
            to = to.max(mean + REACH * sd);
            least = least.min(*sd);
        }
        let nodes = ((to - from) / least * NODES).ceil().min(MAX_NODES);
        let h = (to - from) / nodes;
        (0..nodes as usize).map(|i| h * mean_deviation(n as f64, self.below(from + h * (i as f64 + 0.5)).0)).sum()
    }
}

/// `E|K/n - p|` for a binomial count `K`: `2 (1 - p) k C(n, k) p^k (1 - p)^(n - k)/n`, `k = floor(n p) + 1`
/// (De Moivre).
fn mean_deviation(n: f64, p: f64) -> f64 {
    // Symmetrical, and exact in the lower tail only.
    let p = if p > 0.5 { 1.0 - p } else { p };
    if p <= f64::MIN_POSITIVE {
        return 0.0;
    }
    let k = (n * p).floor() + 1.0;
    let log_choose = libm::lgamma(n + 1.0) - libm::lgamma(k + 1.0) - libm::lgamma(n - k + 1.0);
    2.0 * (1.0 - p) * k / n * (log_choose + k * p.ln() + (n - k) * (-p).ln_1p()).exp()
}

/// The differential entropy by the distances to the fourth neighbours (Kozachenko and Leonenko, Probl. Inf.
/// Transm. 23, 1987): `psi(N) - psi(4) + log V_d + (d/N) sum log r`, `V_d` the volume of the unit ball.
fn entropy(points: &[[f64; 2]], d: usize) -> Estimate {
    let first: Vec<f64> = points.iter().map(|x| x[0]).collect();
    let sorted: Vec<[f64; 2]> = order(&first).into_iter().map(|i| points[i]).collect();
    let logs: Vec<f64> = (0..sorted.len()).map(|i| 0.5 * d as f64 * neighbour(&sorted, i).ln()).collect();
    let (mean, standard_error) = mean_and_error(&logs);
    let n = sorted.len() as f64;
    let digamma = n.ln() - 0.5 / n - 1.0 / (12.0 * n * n);
    let ball: f64 = if d == 1 { 2.0 } else { PI };
    Estimate { estimate: digamma - DIGAMMA_OF_NEIGHBOUR + ball.ln() + mean, standard_error }
}

/// The squared distance to the fourth neighbour of a point among points sorted by their first coordinate.
fn neighbour(sorted: &[[f64; 2]], i: usize) -> f64 {
    let x = sorted[i];
    let mut nearest = [f64::INFINITY; NEIGHBOUR];
    let mut look = |y: &[f64; 2]| {
        let across = (y[0] - x[0]) * (y[0] - x[0]);
        let mut found = across + (y[1] - x[1]) * (y[1] - x[1]);
        for kept in &mut nearest {
            if found < *kept {
                std::mem::swap(kept, &mut found);
            }
        }
        across <= nearest[NEIGHBOUR - 1]
    };
    for y in &sorted[i + 1..] {
        if !look(y) {
            break;
        }
    }
    for y in sorted[..i].iter().rev() {
        if !look(y) {
            break;
        }
    }
    nearest[NEIGHBOUR - 1].max(LEAST_DISTANCE * LEAST_DISTANCE)
}

#[cfg(test)]
mod tests {
    use super::mean_deviation;

    /// By the sum over all counts.
    #[test]
    fn mean_deviations() {
        for (n, p) in [(1, 0.3), (7, 0.5), (20, 0.05), (20, 0.93), (300, 0.01)] {
            let (mut probability, mut sum) = (f64::powi(1.0 - p, n), 0.0);
            for k in 0..=n {
                sum += probability * (f64::from(k) / f64::from(n) - p).abs();
                probability *= f64::from(n - k) / f64::from(k + 1) * p / (1.0 - p);
            }
            let found = mean_deviation(f64::from(n), p);
            assert!((found / sum - 1.0).abs() < 1e-10, "n {n} p {p}: {found} {sum}");
        }
        // Normal for many: sqrt(2 p q / (pi n)).
        let large = mean_deviation(1e6, 0.3);
        assert!((large / (0.42 / (std::f64::consts::PI * 1e6)).sqrt() - 1.0).abs() < 1e-4);
    }
}
