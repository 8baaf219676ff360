//! A wave in every coordinate, `sum_j a sin(n x_j)`, in `d` dimensions: beside the wave along the diagonal it has the same
//! cross-entropy and a smaller guidance error (arXiv 2601.21200, section 3.3; our instance).
//!
//! Classes `N(+-e_1, I/4)` with equal priors, the sum added to the target class's logit. Given `x_1` the other
//! coordinates are independent, so that all that matters of their sum are its moments: what is averaged is a power series
//! in the perturbation, which converges where that is below `pi`, and `x_1` alone is left to integrate.

use super::plane_wave::PlaneWave;
use super::quadrature::{REACH, axes, integrate};
use super::{Marginal, Split};
use crate::model::{Classifier, Component, Mixture, Noise, Wiggle};

/// Powers of the perturbation that are kept: of one below `.3`, as here, it leaves `1e-12`.
const POWERS: usize = 13;

/// The moments of a number, or the coefficients of a power series.
type Powers = [f64; POWERS];

/// The errors of a separable wave in `dimension` coordinates, added to the logit.
pub fn separable_wave(dimension: usize, wiggle: &Wiggle, t: f64) -> PlaneWave {
    let Noise { signal, variance } = Noise::at(t);
    let class = |mean: f64, class| Component { weight: 0.5, mean: vec![mean], covariance: vec![vec![0.25]], class };
    let marginal = Marginal::new(&Mixture::new(&[class(1.0, 1), class(-1.0, 0)]), t);
    let split = Split::new(&marginal, 1);
    let (a, n) = (wiggle.amplitude(), wiggle.frequency);
    let spread = 0.25 * signal * signal + variance;
    let logit_slope = 2.0 * signal / spread;
    let one = Single::new(n * n * spread);
    // The sum of the coordinates but the first, and but the first and another.
    let others = sum(&one.moments(a), dimension - 1);
    let all_but_another = sum(&one.moments(a), dimension.saturating_sub(2));
    let another = together(&one.cosine_moments(a), &all_but_another);
    let mut axes = axes(&marginal, &Classifier::EXACT, REACH);
    axes[0].wave = n;
    axes[0].bandwidth += n * (2.0 + a.min(8.0));
    let result = integrate(&axes, |x| {
        let odds = split.at(x);
        let (target, rest) = (odds.log_target.exp(), odds.log_others.exp());
        let (sin, cos) = (n * x[0]).sin_cos();
        let slope = a * n * cos;
        let posterior = posterior(odds.eta);
        let mut doubt = posterior.map(|c| -c);
        doubt[0] = odds.one_minus_eta;
        // eta - sigmoid(logit + f), whose integral from 0 to f is -KL.
        let mut missed = posterior.map(|c| -c);
        missed[0] = 0.0;
        let kl = std::array::from_fn(|power| if power == 0 { 0.0 } else { -missed[power - 1] / power as f64 });
        let first = shifted(a * sin, &others);
        let both = |left: &Powers, right: &Powers| expect(&product(left, right), &first);
        let own = both(&missed, &missed) * logit_slope * logit_slope
            + 2.0 * both(&missed, &doubt) * logit_slope * slope
            + both(&doubt, &doubt) * slope * slope;
        let each = expect(&product(&doubt, &doubt), &shifted(a * sin, &another)) * (a * n).powi(2);
        let error = own + (dimension - 1) as f64 * each;
        let density = target + rest;
        [density * expect(&kl, &first), 2.0 * target * error, density * odds.eta * odds.one_minus_eta]
    });
    let [conditional_kl, guidance_mse, ambiguity] = result.values;
    PlaneWave { conditional_kl, guidance_mse, ambiguity }
}

/// `sin` of a normal angle with mean 0.
struct Single {
    /// `E sin^k`, two more than are kept.
    sines: [f64; POWERS + 2],
}

impl Single {
    /// For an angle of this variance: `sin^2k` is a sum of cosines, and `E cos(j angle) = e^(-j^2 variance/2)`.
    fn new(variance: f64) -> Self {
        let mut sines = [0.0; POWERS + 2];
        for half in 0..sines.len().div_ceil(2) {
            let count = 2 * half;
            let mut found = binomial(count, half);
            for j in 1..=half {
                let sign = if j % 2 == 0 { 2.0 } else { -2.0 };
                found += sign * binomial(count, half - j) * (-2.0 * (j * j) as f64 * variance).exp();
            }
            sines[count] = found * 0.5_f64.powi(count as i32);
        }
        Self { sines }
    }

    /// `E (a sin)^k`.
    fn moments(&self, a: f64) -> Powers {
        std::array::from_fn(|power| a.powi(power as i32) * self.sines[power])
    }

    /// `E (a sin)^k cos^2`.
    fn cosine_moments(&self, a: f64) -> Powers {
        std::array::from_fn(|power| a.powi(power as i32) * (self.sines[power] - self.sines[power + 2]))
    }
}

fn binomial(n: usize, k: usize) -> f64 {
    (0..k).fold(1.0, |product, i| product * (n - i) as f64 / (i + 1) as f64)
}

/// The moments of the sum of two independent numbers.
fn together(left: &Powers, right: &Powers) -> Powers {
    std::array::from_fn(|power| (0..=power).map(|i| binomial(power, i) * left[i] * right[power - i]).sum())
}

/// The moments of the sum of `count` independent numbers.
fn sum(one: &Powers, count: usize) -> Powers {
    let mut none = [0.0; POWERS];
    none[0] = 1.0;
    (0..count).fold(none, |sum, _| together(&sum, one))
}

/// The moments of a number to which `by` is added.
fn shifted(by: f64, moments: &Powers) -> Powers {
    together(&std::array::from_fn(|power| by.powi(power as i32)), moments)
}

/// `sigmoid(logit + f)` as a series in `f`: `s' = s (1 - s)`.
fn posterior(eta: f64) -> Powers {
    let mut series = [0.0; POWERS];
    series[0] = eta;
    for power in 1..POWERS {
        let square: f64 = (0..power).map(|i| series[i] * series[power - 1 - i]).sum();
        series[power] = (series[power - 1] - square) / power as f64;
    }
    series
}

fn product(left: &Powers, right: &Powers) -> Powers {
    std::array::from_fn(|power| (0..=power).map(|i| left[i] * right[power - i]).sum())
}

fn expect(series: &Powers, moments: &Powers) -> f64 {
    series.iter().zip(moments).map(|(coefficient, moment)| coefficient * moment).sum()
}
