//! A wave in every coordinate, `sum_j a sin(n x_j)`, in `d` dimensions: beside the wave along the diagonal it has the same
//! cross-entropy and a smaller guidance error (arXiv 2601.21200, section 3.3; our instance).
//!
//! Classes `N(+-e_1, I/4)` with equal priors, the sum added to the target class's logit. Given `x_1` the other
//! coordinates are independent, so that all that matters of their sum are its moments: what is averaged is a power series
//! in the perturbation, which converges where that is below `pi`, and `x_1` alone is left to integrate.

use std::f64::consts::TAU;

use super::effort::REACH;
use super::error_bound::kappa;
use super::plane_wave::PlaneWave;
use super::quadrature::{axes, integrate};
use super::{Axis, Marginal, Odds, Split};
use crate::model::{Classifier, Component, Mixture, Noise, Wiggle};

/// Powers of the perturbation that are kept: of one below `.3`, as here, it leaves `1e-12`.
const POWERS: usize = 13;

/// The moments of a number, or the coefficients of a power series.
type Powers = [f64; POWERS];

/// What does not depend on `x_1`.
struct Separable {
    marginal: Marginal,
    axes: Vec<Axis>,
    /// `a` and `n`.
    amplitude: f64,
    frequency: f64,
    /// The variance of a coordinate at `t`, that of the data and the noise.
    spread: f64,
    /// Where the class's mean is, and the slope of the exact logit.
    signal: f64,
    logit_slope: f64,
    /// The coordinates but the first.
    others: usize,
    /// One of them.
    one: Single,
}

/// What the tested posterior is at `x_1`, as series in the perturbation.
struct Place {
    odds: Odds,
    sin: f64,
    /// Of the wave, along `x_1`.
    slope: f64,
    /// `1 - sigmoid(logit + f)`.
    doubt: Powers,
    /// `eta - sigmoid(logit + f)`, whose integral from 0 to `f` is -KL.
    missed: Powers,
    /// `s (1 - s)` of `s = sigmoid(logit + f)`.
    turn: Powers,
}

impl Separable {
    fn new(dimension: usize, wiggle: &Wiggle, t: f64) -> Self {
        let Noise { signal, variance } = Noise::at(t);
        let class = |mean: f64, class| Component { weight: 0.5, mean: vec![mean], covariance: vec![vec![0.25]], class };
        let marginal = Marginal::new(&Mixture::new(&[class(1.0, 1), class(-1.0, 0)]), t);
        let (amplitude, frequency) = (wiggle.amplitude(), wiggle.frequency);
        let spread = 0.25 * signal * signal + variance;
        let mut axes = axes(&marginal, &Classifier::EXACT, REACH);
        axes[0].wave = frequency;
        axes[0].bandwidth += frequency * (2.0 + amplitude.min(8.0));
        let one = Single::new(frequency * frequency * spread);
        let (logit_slope, others) = (2.0 * signal / spread, dimension - 1);
        Self { marginal, axes, amplitude, frequency, spread, signal, logit_slope, others, one }
    }

    /// The moments of the sum of all coordinates but the first and so many others.
    fn without(&self, count: usize) -> Powers {
        sum(&self.one.moments(self.amplitude), self.others.saturating_sub(count))
    }

    fn at(&self, x: &[f64]) -> Place {
        let odds = Split::new(&self.marginal, 1).at(x);
        let (sin, cos) = (self.frequency * x[0]).sin_cos();
        let posterior = posterior(odds.eta);
        let mut doubt = posterior.map(|c| -c);
        doubt[0] = odds.one_minus_eta;
        let mut missed = posterior.map(|c| -c);
        missed[0] = 0.0;
        let turn = product(&posterior, &doubt);
        Place { odds, sin: self.amplitude * sin, slope: self.amplitude * self.frequency * cos, doubt, missed, turn }
    }
}

/// The errors of a separable wave in `dimension` coordinates, added to the logit.
pub fn separable_wave(dimension: usize, wiggle: &Wiggle, t: f64) -> PlaneWave {
    let wave = Separable::new(dimension, wiggle, t);
    let (others, logit_slope) = (wave.without(0), wave.logit_slope);
    let another = together(&wave.one.cosine_moments(wave.amplitude), &wave.without(1));
    let each = wave.others as f64 * (wave.amplitude * wave.frequency).powi(2);
    let result = integrate(&wave.axes, |x| {
        let Place { odds, sin, slope, doubt, missed, .. } = wave.at(x);
        let kl = std::array::from_fn(|power| if power == 0 { 0.0 } else { -missed[power - 1] / power as f64 });
        let first = shifted(sin, &others);
        let both = |left: &Powers, right: &Powers| expect(&product(left, right), &first);
        let own = both(&missed, &missed) * logit_slope * logit_slope
            + 2.0 * both(&missed, &doubt) * logit_slope * slope
            + both(&doubt, &doubt) * slope * slope;
        let error = own + each * expect(&product(&doubt, &doubt), &shifted(sin, &another));
        let (target, density) = (odds.log_target.exp(), odds.log_density().exp());
        [density * expect(&kl, &first), 2.0 * target * error, density * odds.eta * odds.one_minus_eta]
    });
    let [conditional_kl, guidance_mse, ambiguity] = result.values;
    PlaneWave { conditional_kl, guidance_mse, ambiguity }
}

/// The bound on the guidance error of a separable wave ([`ErrorBound::bound`](super::ErrorBound::bound)).
///
/// With `l` the exact logit and `s = sigmoid(l + f)`: `grad f_1 = (eta - s) grad l + (1 - s) grad f`, so that `L f_1` is a
/// part of `x_1` alone and for each other coordinate `(1 - s)(f'' + s_j f') - s (1 - s) f'^2`. By symmetry class 0 has the same.
pub fn separable_bound(dimension: usize, wiggle: &Wiggle, t: f64) -> f64 {
    let wave = Separable::new(dimension, wiggle, t);
    let (bend, sd) = (wave.frequency * wave.frequency, wave.spread.sqrt());
    let bandwidth = 8.0 / sd + (POWERS + 4) as f64 * wave.frequency;
    let axis = Axis { from: -REACH * sd, to: REACH * sd, bandwidth, wave: 0.0 };
    // Of one coordinate: f'^2, f'' + s_j f', and their squares and product, each times the powers of f.
    let sums = integrate(&[axis], |x| {
        let density = (-0.5 * x[0] * x[0] / wave.spread).exp() / (TAU.sqrt() * sd);
        let (sin, cos) = (wave.frequency * x[0]).sin_cos();
        let (f, slope) = (wave.amplitude * sin, wave.amplitude * wave.frequency * cos);
        let (p, q) = (slope * slope, -bend * f - x[0] / wave.spread * slope);
        let parts = [p, q, p * p, p * q, q * q];
        std::array::from_fn::<f64, { 5 * POWERS }, _>(|i| density * parts[i / POWERS] * f.powi((i % POWERS) as i32))
    })
    .values;
    let part = |i: usize| -> Powers { std::array::from_fn(|power| sums[i * POWERS + power]) };
    let (single, two) = (wave.without(1), wave.without(2));
    let (count, pairs) = (wave.others as f64, wave.others as f64 * (wave.others as f64 - 1.0));
    // Summed over the coordinates, and over the pairs of them.
    let all = |i: usize| together(&part(i), &single).map(|moment| count * moment);
    let squares = |i: usize, left: usize, right: usize| -> Powers {
        let (same, other) = (all(i), together(&together(&part(left), &part(right)), &two));
        std::array::from_fn(|power| same[power] + pairs * other[power])
    };
    let (none, p, q) = (wave.without(0), all(0), all(1));
    let (pp, pq, qq) = (squares(2, 0, 0), squares(3, 0, 1), squares(4, 1, 1));
    let square = integrate(&wave.axes, |x| {
        let Place { odds, sin, slope, doubt, missed, turn } = wave.at(x);
        let (l, score) = (wave.logit_slope, (wave.signal - x[0]) / wave.spread);
        let mut own: Powers = std::array::from_fn(|power| {
            -turn[power] * (l + slope).powi(2) + missed[power] * score * l + doubt[power] * (score * slope - bend * sin)
        });
        own[0] += odds.eta * odds.one_minus_eta * l * l;
        let mean = |left: &Powers, right: &Powers, of: &Powers| expect(&product(left, right), &shifted(sin, of));
        let square = mean(&own, &own, &none) - 2.0 * mean(&own, &turn, &p)
            + 2.0 * mean(&own, &doubt, &q)
            + mean(&turn, &turn, &pp)
            - 2.0 * mean(&turn, &doubt, &pq)
            + mean(&doubt, &doubt, &qq);
        [2.0 * odds.log_target.exp() * square]
    })
    .values[0];
    let largest_shortfall = wave.amplitude * dimension as f64;
    (kappa(largest_shortfall) * separable_wave(dimension, wiggle, t).conditional_kl * square).sqrt()
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
