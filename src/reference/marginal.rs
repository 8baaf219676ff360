//! The marginal `p_t` of a labelled mixture and its class-conditionals: density, score, Hessian.
//!
//! Formulas: docs/numerics.md, "The marginal". Sums over components use a running log-sum-exp, so
//! every value keeps its digits in the tails.

use std::sync::OnceLock;

use crate::model::{Classifier, MAX_CLASSES, MAX_DIMENSION, Mixture, Noise, NoisedComponent};

/// The marginal of a mixture at one time.
#[derive(Clone, Debug, PartialEq)]
pub struct Marginal {
    /// `d`.
    pub dimension: usize,
    /// `t`.
    pub time: f64,
    /// `u = e^-t`.
    pub signal: f64,
    /// `sigma^2 = 1 - u^2`.
    pub variance: f64,
    /// The components at `t`.
    pub components: Vec<NoisedComponent>,
    /// `log pi_y`, the log prior of each class; `-inf` for a class without a component.
    pub log_priors: [f64; MAX_CLASSES],
    /// What was noised.
    mixture: Mixture,
    /// The marginals that classifiers have looked at instead of this one.
    seen: Seen,
}

/// A growing list of marginals by their noise. It is a memory: it changes nothing that can be observed.
#[derive(Debug, Default)]
struct Seen(OnceLock<Box<(Noise, Marginal, Seen)>>);

impl Clone for Seen {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl PartialEq for Seen {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// `log sum_k e^l_k` over some components and the score of that sum, built one component at a time.
#[derive(Clone, Copy, Debug)]
pub(super) struct LogSum {
    largest: f64,
    sum: f64,
    weighted: [f64; MAX_DIMENSION],
}

/// Terms whose logs are further apart than this do not meet in f64, even with scores of 1e6.
const NEGLIGIBLE: f64 = 60.0;

impl LogSum {
    pub(super) const EMPTY: Self = Self { largest: f64::NEG_INFINITY, sum: 0.0, weighted: [0.0; MAX_DIMENSION] };

    /// Adds a term with log `l` and score `a`.
    #[inline]
    pub(super) fn add(&mut self, l: f64, a: &[f64]) {
        if l > self.largest {
            let scale = if l > self.largest + NEGLIGIBLE { 0.0 } else { (self.largest - l).exp() };
            self.largest = l;
            self.sum = self.sum * scale + 1.0;
            for (weighted, a) in self.weighted.iter_mut().zip(a) {
                *weighted = *weighted * scale + a;
            }
        } else if l > self.largest - NEGLIGIBLE {
            let r = (l - self.largest).exp();
            self.sum += r;
            for (weighted, a) in self.weighted.iter_mut().zip(a) {
                *weighted += r * a;
            }
        }
    }

    /// `-inf` if nothing was added.
    #[inline]
    pub(super) fn log(&self) -> f64 {
        self.largest + self.sum.ln()
    }

    /// The score in coordinate `i`; 0 if nothing was added.
    #[inline]
    pub(super) fn score(&self, i: usize) -> f64 {
        if self.sum > 0.0 { self.weighted[i] / self.sum } else { 0.0 }
    }
}

/// `l = log pi N(x; m, C)`, with `a = -C^-1 (x - m)` written to `a[..d]`.
#[inline]
pub(super) fn log_term(component: &NoisedComponent, x: &[f64], a: &mut [f64; MAX_DIMENSION]) -> f64 {
    let d = x.len();
    let mut quadratic = 0.0;
    for i in 0..d {
        let mut dot = 0.0;
        for j in 0..d {
            dot -= component.precision[i * d + j] * (x[j] - component.mean[j]);
        }
        a[i] = dot;
        quadratic -= dot * (x[i] - component.mean[i]);
    }
    component.log_weight - 0.5 * quadratic
}

impl Marginal {
    /// The marginal at `t >= 0`.
    pub fn new(mixture: &Mixture, t: f64) -> Self {
        Self::noised_by(mixture, t, Noise::at(t))
    }

    fn noised_by(mixture: &Mixture, t: f64, noise: Noise) -> Self {
        let mut priors = [0.0; MAX_CLASSES];
        for component in &mixture.components {
            priors[component.class] += component.weight;
        }
        Self {
            dimension: mixture.dimension,
            time: t,
            signal: noise.signal,
            variance: noise.variance,
            components: mixture.noised_by(noise),
            log_priors: priors.map(f64::ln),
            mixture: mixture.clone(),
            seen: Seen::default(),
        }
    }

    /// The marginal that a classifier looks at where this one is the true one: of the same mixture after another
    /// noise, or this one. Each is made once.
    pub fn seen_by(&self, classifier: &Classifier) -> &Self {
        classifier.sees(self.time).map_or(self, |noise| self.after(noise))
    }

    /// That of the same mixture after another noise. Each is made once.
    pub(super) fn after(&self, noise: Noise) -> &Self {
        let mut list = &self.seen;
        loop {
            let make = || Box::new((noise, Self::noised_by(&self.mixture, self.time, noise), Seen::default()));
            let (of, marginal, rest) = &**list.0.get_or_init(make);
            if *of == noise {
                return marginal;
            }
            list = rest;
        }
    }

    /// What was noised.
    pub(super) fn mixture(&self) -> &Mixture {
        &self.mixture
    }

    fn sum(&self, x: &[f64], keep: impl Fn(usize) -> bool) -> LogSum {
        let mut sum = LogSum::EMPTY;
        let mut a = [0.0; MAX_DIMENSION];
        for component in &self.components {
            if keep(component.class) {
                let l = log_term(component, x, &mut a);
                sum.add(l, &a[..x.len()]);
            }
        }
        sum
    }

    /// `log (pi_y p_t(x|y))` and its score, for every class.
    pub(super) fn class_sums(&self, x: &[f64]) -> [LogSum; MAX_CLASSES] {
        let mut sums = [LogSum::EMPTY; MAX_CLASSES];
        let mut a = [0.0; MAX_DIMENSION];
        for component in &self.components {
            let l = log_term(component, x, &mut a);
            sums[component.class].add(l, &a[..x.len()]);
        }
        sums
    }

    /// `log p_t(x)`.
    pub fn log_density(&self, x: &[f64]) -> f64 {
        self.sum(x, |_| true).log()
    }

    /// `log p_t(x|y)`; `-inf` for a class without a component.
    pub fn class_log_density(&self, class: usize, x: &[f64]) -> f64 {
        let log = self.sum(x, |y| y == class).log();
        if log == f64::NEG_INFINITY { log } else { log - self.log_priors[class] }
    }

    /// `s = grad log p_t`, into `out` of length `d`.
    pub fn score(&self, x: &[f64], out: &mut [f64]) {
        self.score_of(x, |_| true, out);
    }

    /// `s_y = grad log p_t(.|y)`, into `out` of length `d`; zero for a class without a component.
    pub fn class_score(&self, class: usize, x: &[f64], out: &mut [f64]) {
        self.score_of(x, |y| y == class, out);
    }

    pub(super) fn score_of(&self, x: &[f64], keep: impl Fn(usize) -> bool, out: &mut [f64]) {
        let sum = self.sum(x, keep);
        for (i, out) in out.iter_mut().enumerate() {
            *out = sum.score(i);
        }
    }

    /// The Hessian of `log p_t`, into `out` of length `d * d`.
    pub fn hessian(&self, x: &[f64], out: &mut [f64]) {
        self.hessian_of(x, |_| true, out);
    }

    /// The Hessian of `log p_t(.|y)`, into `out` of length `d * d`.
    pub fn class_hessian(&self, class: usize, x: &[f64], out: &mut [f64]) {
        self.hessian_of(x, |y| y == class, out);
    }

    /// `sum_k r_k ((a_k - s)(a_k - s)^T - C_k^-1)`: the centred form of `sum r (a a^T - C^-1) - s s^T`.
    pub(super) fn hessian_of(&self, x: &[f64], keep: impl Fn(usize) -> bool, out: &mut [f64]) {
        let d = self.dimension;
        let sum = self.sum(x, &keep);
        let log = sum.log();
        out.fill(0.0);
        let mut a = [0.0; MAX_DIMENSION];
        for component in self.components.iter().filter(|component| keep(component.class)) {
            let r = (log_term(component, x, &mut a) - log).exp();
            for i in 0..d {
                for j in 0..d {
                    out[i * d + j] +=
                        r * ((a[i] - sum.score(i)) * (a[j] - sum.score(j)) - component.precision[i * d + j]);
                }
            }
        }
    }

    /// The responsibilities `r_k`, one for each component, into `out`.
    pub fn responsibilities(&self, x: &[f64], out: &mut [f64]) {
        let log = self.log_density(x);
        let mut a = [0.0; MAX_DIMENSION];
        for (component, out) in self.components.iter().zip(out) {
            *out = (log_term(component, x, &mut a) - log).exp();
        }
    }

    /// `log p_t(y|x)`, by the odds of the class against the rest: exact also where it is near 0.
    pub fn log_posterior(&self, class: usize, x: &[f64]) -> f64 {
        let own = self.sum(x, |y| y == class).log();
        let others = self.sum(x, |y| y != class).log();
        if own == f64::NEG_INFINITY { own } else { -log_add_one_exp(others - own) }
    }

    /// Tweedie's formula, `E[X_0|x] = (x + sigma^2 s)/u`, into `out` of length `d`.
    pub fn denoised(&self, x: &[f64], out: &mut [f64]) {
        self.score(x, out);
        self.score_to_denoised(x, out);
    }

    /// `E[X_0|x,y] = (x + sigma^2 s_y)/u`, into `out` of length `d`.
    pub fn class_denoised(&self, class: usize, x: &[f64], out: &mut [f64]) {
        self.class_score(class, x, out);
        self.score_to_denoised(x, out);
    }

    fn score_to_denoised(&self, x: &[f64], out: &mut [f64]) {
        for (out, x) in out.iter_mut().zip(x) {
            *out = (x + self.variance * *out) / self.signal;
        }
    }

    /// 1D: `P(X_t <= x)`.
    pub fn cdf(&self, x: f64) -> f64 {
        self.interval_mass(|_| true, f64::NEG_INFINITY, x)
    }

    /// 1D: `P(X_t <= x | y)`; NaN for a class without a component.
    pub fn class_cdf(&self, class: usize, x: f64) -> f64 {
        self.class_interval_mass(class, f64::NEG_INFINITY, x)
    }

    /// 1D: `P(from < X_t <= to | y)`, exact in both tails; NaN for a class without a component.
    pub fn class_interval_mass(&self, class: usize, from: f64, to: f64) -> f64 {
        self.interval_mass(|y| y == class, from, to) / self.log_priors[class].exp()
    }

    fn interval_mass(&self, keep: impl Fn(usize) -> bool, from: f64, to: f64) -> f64 {
        self.components
            .iter()
            .filter(|component| keep(component.class))
            .map(|component| {
                let sd = component.covariance[0].sqrt();
                component.weight * normal_interval((from - component.mean[0]) / sd, (to - component.mean[0]) / sd)
            })
            .sum()
    }
}

/// `log(1 + e^x)` without overflow.
pub(super) fn log_add_one_exp(x: f64) -> f64 {
    if x > 0.0 { x + (-x).exp().ln_1p() } else { x.exp().ln_1p() }
}

/// `Phi(b) - Phi(a)` for `a <= b`, taken in the tail where both are small.
pub(super) fn normal_interval(a: f64, b: f64) -> f64 {
    let tail = |x: f64| 0.5 * libm::erfc(x * std::f64::consts::FRAC_1_SQRT_2);
    if a > 0.0 { tail(a) - tail(b) } else { tail(-b) - tail(-a) }
}
