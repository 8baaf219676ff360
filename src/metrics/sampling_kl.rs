//! The KL divergence of the binned particles from the exact class-conditional, with the bias of
//! counting taken off.
//!
//! With `q` the exact mass of a bin, `N` particles and `k` counts, the plug-in estimate is
//! `sum (k/N) log (k/(N q))`. At the truth its bias is `(1/N) sum (1-q) phi(N q)` with
//! `phi(lambda) = E[k log (k/lambda)]`, `k` Poisson: Miller's `(bins - 1)/(2N)` where bins are well
//! filled (`phi = 1/2`), and right also where they are nearly empty. The estimate may therefore be
//! a little below zero.

use crate::engine::{BINS_1D, BINS_2D, Domain, LaneObservation};
use crate::model::Mixture;
use crate::reference::{BinMasses, Marginal};

use super::Estimate;

/// An engine's bins are merged by this factor along each side: to 64, or 32 x 32.
const MERGE: usize = 4;
/// Above this expected count the moments of a bin are those of a large one.
const LARGE_COUNT: f64 = 60.0;
/// Below this one a bin adds nothing to any sum, and `k / lambda` could overflow.
const EMPTY: f64 = 1e-200;

/// The exact masses of the merged bins at one time, with what the counts of `N` particles add. Costs
/// up to a few milliseconds in 2D: keep it as long as mixture, target, time and `N` stay.
#[derive(Clone, Debug, PartialEq)]
pub struct ExactBins {
    dimension: usize,
    exact: BinMasses,
    particles: f64,
    /// `sum (1-q) phi(N q)`.
    bias: f64,
    /// The variance of the plug-in estimate at the truth, times `N^2`.
    variance: f64,
}

impl ExactBins {
    /// The bins of `p_t(.|target)` over the scene's domain for lanes of `particles` particles.
    ///
    /// # Panics
    /// In more than two dimensions.
    pub fn new(mixture: &Mixture, target: usize, t: f64, domain: &Domain, particles: usize) -> Self {
        let side = if mixture.dimension == 1 { BINS_1D } else { BINS_2D } / MERGE;
        let exact = BinMasses::new(&Marginal::new(mixture, t), target, domain.min, domain.max, side);
        let particles = particles as f64;
        let (mut bias, mut variance) = (0.0, 0.0);
        for &mass in exact.masses.iter().chain([&exact.outside]) {
            let (mean, spread) = count_moments(particles * mass);
            bias += (1.0 - mass) * mean;
            variance += (1.0 - mass) * spread;
        }
        Self { dimension: mixture.dimension, exact, particles, bias, variance }
    }

    /// The exact masses: 64 bins, or 32 x 32 row-major with `x_1` fastest, and what lies outside.
    pub fn masses(&self) -> &BinMasses {
        &self.exact
    }

    /// The bias-corrected estimate. A bin whose exact mass underflows counts as the smallest number.
    pub fn sampling_kl(&self, observation: &LaneObservation) -> Estimate {
        let total = observation.sums.count as f64;
        let (mut first, mut second) = (0.0, 0.0);
        let mut add = |count: f64, mass: f64| {
            if count > 0.0 {
                let p = count / total;
                let log = (p / mass.max(f64::MIN_POSITIVE)).ln();
                first += p * log;
                second += p * log * log;
            }
        };
        let merged = self.merged(&observation.bins);
        for (&count, &mass) in merged.iter().zip(&self.exact.masses) {
            add(f64::from(count), mass);
        }
        add(f64::from(observation.outside), self.exact.outside);
        if total == 0.0 {
            return Estimate { estimate: f64::NAN, standard_error: f64::NAN };
        }
        // With weights there are fewer independent particles in a bin: between these two numbers.
        let (least, most) = observation.weights.map_or((1.0, 1.0), |weights| {
            (total / weights.effective.max(weights.independent), total / weights.independent)
        });
        let bias = self.bias / self.particles;
        // The log-ratio also varies by counting; that part is in `variance` already.
        let spread = (second - first * first - 2.0 * bias).max(0.0);
        let variance = most * spread / total + most * most * self.variance / (self.particles * self.particles);
        let unsure = 0.5 * (most - least) * bias;
        Estimate { estimate: first - 0.5 * (least + most) * bias, standard_error: (variance + unsure * unsure).sqrt() }
    }

    /// The noise floor: the standard deviation of the estimate, around 0, for as many independent samples of
    /// the class-conditional.
    pub fn sampling_kl_floor(&self) -> f64 {
        self.variance.sqrt() / self.particles
    }

    fn merged(&self, bins: &[u32]) -> Vec<u32> {
        if self.dimension == 1 {
            return bins.chunks(MERGE).map(|chunk| chunk.iter().sum()).collect();
        }
        let side = BINS_2D / MERGE;
        let mut merged = vec![0; side * side];
        for (row, line) in bins.chunks(BINS_2D).enumerate() {
            for (column, count) in line.iter().enumerate() {
                merged[row / MERGE * side + column / MERGE] += count;
            }
        }
        merged
    }
}

/// Mean of `k log (k/lambda)` and variance of `k log (k/lambda) - k` for a Poisson count. (The `- k`
/// is what a fixed total takes away.)
fn count_moments(lambda: f64) -> (f64, f64) {
    if lambda > LARGE_COUNT {
        return (0.5 + 1.0 / (12.0 * lambda), 0.5 + 1.0 / (6.0 * lambda));
    }
    if lambda < EMPTY {
        return (0.0, 0.0);
    }
    let mut probability = (-lambda).exp();
    let (mut mean, mut centred, mut square) = (0.0, 0.0, 0.0);
    for k in 1..(lambda + 12.0 * lambda.sqrt() + 20.0) as u32 {
        let k = f64::from(k);
        probability *= lambda / k;
        let value = k * (k / lambda).ln();
        mean += probability * value;
        // k = 0 contributes nothing to either.
        centred += probability * (value - k);
        square += probability * (value - k) * (value - k);
    }
    (mean, square - centred * centred)
}

#[cfg(test)]
mod tests {
    use super::count_moments;

    #[test]
    fn moments_join_at_the_switch() {
        let (mean, variance) = count_moments(60.0);
        let (large_mean, large_variance) = count_moments(60.0001);
        assert!((mean - large_mean).abs() < 1e-4, "{mean} {large_mean}");
        assert!((variance - large_variance).abs() < 2e-3, "{variance} {large_variance}");
        // A nearly empty bin: a single count.
        let (mean, _) = count_moments(1e-6);
        assert!((mean / (1e-6 * 1e6_f64.ln()) - 1.0).abs() < 1e-5, "{mean}");
        for lambda in [0.0, f64::MIN_POSITIVE, 1e-307, 1e-199, 1e-100] {
            let (mean, variance) = count_moments(lambda);
            assert!((0.0..1e-90).contains(&mean) && (0.0..1e-90).contains(&variance), "{lambda}: {mean} {variance}");
        }
    }
}
