//! The wiggle: docs/numerics.md, "The wiggle". Everything is written as a perturbation of the exact
//! posterior, so that an error of `1e-9` keeps its digits.

use super::{Errors, Kind, Place, exact, excess};
use crate::model::{MAX_DIMENSION, Wiggle, WiggleForm};
use crate::reference::axis::Axis;
use crate::reference::marginal::log_add_one_exp;
use crate::reference::sincos::sin_cos;
use crate::reference::split::Odds;

/// The tested classifier relative to the exact one at a point. Gradients are given by two numbers,
/// `along e_1 + by g`, with `g` the exact guidance of the target class.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::reference) struct Perturbation {
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

impl Kind for Wiggle {
    fn log_probability(&self, place: &Place, class: usize) -> f64 {
        let perturbation = perturbation(self, place.odds, place.x[0]);
        let moved = if class == place.target { perturbation.target } else { perturbation.others };
        exact::log_probability(place, class) + moved
    }

    fn gradient(&self, place: &Place, class: usize) -> [f64; MAX_DIMENSION] {
        let mut gradient = exact::gradient(place, class);
        let (along, by) = perturbation(self, place.odds, place.x[0]).others_gradient;
        gradient[0] += along;
        for (gradient, g) in gradient.iter_mut().zip(place.odds.guidance) {
            *gradient += by * g;
        }
        gradient
    }

    fn guidance_and_doubt(&self, place: &Place) -> ([f64; MAX_DIMENSION], f64) {
        let mut guidance = place.odds.guidance;
        let perturbation = perturbation(self, place.odds, place.x[0]);
        let (along, by) = perturbation.target_gradient;
        for g in &mut guidance {
            *g += by * *g;
        }
        guidance[0] += along;
        // The other classes keep their exact proportions.
        (guidance, place.odds.one_minus_eta * perturbation.others.exp())
    }

    fn errors(&self, place: &Place) -> Errors {
        let guidance = &place.odds.guidance[..place.x.len()];
        let norm: f64 = guidance.iter().map(|g| g * g).sum();
        let perturbation = perturbation(self, place.odds, place.x[0]);
        let squared = |(along, by): (f64, f64)| along * (along + 2.0 * by * guidance[0]) + by * by * norm;
        Errors {
            kl: perturbation.kl,
            target: squared(perturbation.target_gradient),
            others: squared(perturbation.others_gradient),
        }
    }

    /// The squares of the wave, and the harmonics that a large amplitude makes.
    fn resolve(&self, axes: &mut [Axis]) {
        let amplitude = self.amplitude();
        if amplitude > 0.0 {
            axes[0].wave = self.frequency;
            axes[0].bandwidth += self.frequency * (2.0 + amplitude.min(8.0));
        }
    }
}

/// The perturbation where the wave has come to `position`, `x_1` but for a wave in another direction.
#[inline]
pub(in crate::reference) fn perturbation(wiggle: &Wiggle, odds: &Odds, position: f64) -> Perturbation {
    let amplitude = wiggle.amplitude();
    let (sin, cos) = sin_cos(wiggle.frequency * position);
    let slope = amplitude * wiggle.frequency * cos;
    match wiggle.form {
        WiggleForm::Probability => probability(amplitude, sin, slope, odds),
        WiggleForm::Logit => logit(amplitude * sin, slope, odds),
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
