//! The classifier under test: `log phat(y|x)` and its gradient, and how far it is from the truth.
//!
//! Formulas: docs/numerics.md, "The wiggle". Everything is written as a perturbation of the exact
//! posterior, so that an error of `1e-9` keeps its digits.

use super::marginal::{Marginal, log_add_one_exp};
use super::sincos::sin_cos;
use super::split::{Odds, Split};
use crate::model::{Classifier, MAX_DIMENSION, WiggleForm};

/// A wiggle with its amplitude worked out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wiggle {
    /// What it is added to.
    pub form: WiggleForm,
    /// `n`.
    pub frequency: f64,
    /// `a`.
    pub amplitude: f64,
}

/// The tested classifier relative to the exact one at a point. Gradients are given by two numbers,
/// `along e_1 + by g`, with `g` the exact guidance of the target class.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Perturbation {
    /// `KL(p(.|x) || phat(.|x))`.
    pub kl: f64,
    /// `log phat(c|x) - log p(c|x)`.
    pub target: f64,
    /// `log phat(y|x) - log p(y|x)` of every other class `y`.
    pub others: f64,
    /// The gradient of `target`.
    pub target_gradient: (f64, f64),
    /// The gradient of `others`.
    pub others_gradient: (f64, f64),
}

impl Wiggle {
    /// The wiggle of a classifier; `None` is the exact one.
    pub fn of(classifier: &Classifier) -> Option<Self> {
        match *classifier {
            Classifier::Exact => None,
            Classifier::Wiggle { form, frequency, amplitude } => {
                Some(Self { form, frequency, amplitude: amplitude.at(frequency) })
            }
        }
    }

    #[inline]
    pub(super) fn perturbation(&self, odds: &Odds, x1: f64) -> Perturbation {
        let (sin, cos) = sin_cos(self.frequency * x1);
        let slope = self.amplitude * self.frequency * cos;
        match self.form {
            WiggleForm::Probability => probability(self.amplitude, sin, slope, odds),
            WiggleForm::Logit => logit(self.amplitude * sin, slope, odds),
        }
    }
}

/// Form A: `phat(c) = eta + a eta (1-eta) S`, `phat(y) = p(y) (1 - a eta S)`.
fn probability(a: f64, sin: f64, slope: f64, odds: &Odds) -> Perturbation {
    let eta = odds.eta.max(f64::MIN_POSITIVE);
    let rest = odds.one_minus_eta.max(f64::MIN_POSITIVE);
    let (up, down) = (a * sin * rest, -a * sin * eta);
    // 1 + up and 1 + down, without cancellation where a = 1 and S = -+1.
    let target = (1.0 - a) + a * (1.0 + sin) - a * sin * eta;
    let others = (1.0 - a) + a * (1.0 - sin) + a * sin * rest;
    let (target, log_target) = if up > -0.5 { (1.0 + up, up.ln_1p()) } else { (target, target.ln()) };
    let (others, log_others) = if down > -0.5 { (1.0 + down, down.ln_1p()) } else { (others, others.ln()) };
    Perturbation {
        kl: eta * excess(up, log_target) + rest * excess(down, log_others),
        target: log_target,
        others: log_others,
        target_gradient: (slope * rest / target, down / target),
        others_gradient: (-slope * eta / others, down / others),
    }
}

/// Form L: `delta = a S` is added to the logit of the target class.
fn logit(delta: f64, slope: f64, odds: &Odds) -> Perturbation {
    // By symmetry the rest can be taken for the target with -delta: work with the smaller one.
    let (q, rest, delta_q, logit_q) = if odds.eta <= 0.5 {
        (odds.eta, odds.one_minus_eta, delta, odds.logit())
    } else {
        (odds.one_minus_eta, odds.eta, -delta, -odds.logit())
    };
    // log D, D = 1 - q + q e^delta.
    let log_d = if delta_q < 1.0 {
        (q * delta_q.exp_m1()).ln_1p()
    } else {
        log_add_one_exp(logit_q + delta_q) - log_add_one_exp(logit_q)
    };
    let kl = if delta_q.abs() < 0.5 {
        let d = log_d.exp();
        let (up, down) = (rest * delta_q.exp_m1() / d, -q * delta_q.exp_m1() / d);
        q * excess(up, delta_q - log_d) + rest * excess(down, -log_d)
    } else {
        log_d - q * delta_q
    };
    let (target, others) = if odds.eta <= 0.5 { (delta - log_d, -log_d) } else { (-log_d, -delta - log_d) };
    let moved = odds.logit() + delta;
    let phat = 1.0 / (1.0 + (-moved).exp());
    let phat_rest = 1.0 / (1.0 + moved.exp());
    // eta (e^delta - 1) / D, from the side that does not overflow.
    let by = if delta >= 0.0 { phat * -(-delta).exp_m1() } else { odds.eta * others.exp() * delta.exp_m1() };
    Perturbation {
        kl,
        target,
        others,
        target_gradient: (slope * phat_rest, -by),
        others_gradient: (-slope * phat, -by),
    }
}

/// `r - log(1 + r) >= 0`, given `log = log(1 + r)`; by its series where the difference would cancel.
fn excess(r: f64, log: f64) -> f64 {
    if r.abs() < 1e-2 {
        let tail = (2..=9).rev().fold(0.0, |sum, k| {
            let sign = if k % 2 == 0 { 1.0 } else { -1.0 };
            sum * r + sign / f64::from(k)
        });
        r * r * tail
    } else {
        r - log
    }
}

/// The tested classifier at one time.
#[derive(Clone, Copy, Debug)]
pub struct Tested<'a> {
    /// The marginal whose posterior it approximates.
    pub marginal: &'a Marginal,
    /// `c`, the class whose probability is wiggled.
    pub target: usize,
    /// Its wiggle; `None` is the exact posterior.
    pub wiggle: Option<Wiggle>,
}

impl Tested<'_> {
    /// `log phat(y|x)`.
    pub fn log_probability(&self, class: usize, x: &[f64]) -> f64 {
        let exact = self.marginal.log_posterior(class, x);
        let Some(wiggle) = self.wiggle else { return exact };
        let odds = Split::new(self.marginal, self.target).at(x);
        let perturbation = wiggle.perturbation(&odds, x[0]);
        exact + if class == self.target { perturbation.target } else { perturbation.others }
    }

    /// `grad log phat(y|x)`, into `out` of length `d`.
    pub fn gradient(&self, class: usize, x: &[f64], out: &mut [f64]) {
        let d = x.len();
        let odds = Split::new(self.marginal, self.target).at(x);
        if class == self.target {
            out.copy_from_slice(&self.guidance_from(&odds, x)[..d]);
            return;
        }
        out.copy_from_slice(&Split::new(self.marginal, class).at(x).guidance[..d]);
        if let Some(wiggle) = self.wiggle {
            let (along, by) = wiggle.perturbation(&odds, x[0]).others_gradient;
            out[0] += along;
            for (out, g) in out.iter_mut().zip(odds.guidance) {
                *out += by * g;
            }
        }
    }

    /// `ghat = grad log phat(c|x)` from odds that are already known.
    pub fn guidance_from(&self, odds: &Odds, x: &[f64]) -> [f64; MAX_DIMENSION] {
        self.guidance_and_doubt(odds, x).0
    }

    /// `ghat` and `1 - phat(c|x)` from odds that are already known.
    pub fn guidance_and_doubt(&self, odds: &Odds, x: &[f64]) -> ([f64; MAX_DIMENSION], f64) {
        let mut guidance = odds.guidance;
        let Some(wiggle) = self.wiggle else { return (guidance, odds.one_minus_eta) };
        let perturbation = wiggle.perturbation(odds, x[0]);
        let (along, by) = perturbation.target_gradient;
        for g in &mut guidance {
            *g += by * *g;
        }
        guidance[0] += along;
        // The other classes keep their exact proportions.
        (guidance, odds.one_minus_eta * perturbation.others.exp())
    }
}
