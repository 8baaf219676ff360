//! The guided score and one reverse step in f64: what both engines are compared with.

use super::{Marginal, Split, Tested};
use crate::model::{Classifier, MAX_DIMENSION, Mixture, Noise, Process, Scored, Weight};

/// The guidance of one lane: `s^w = s + gamma ghat`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LaneGuidance {
    /// `c`.
    pub target: usize,
    /// `gamma`, which may depend on time and place.
    pub weight: Weight,
    /// Its classifier.
    pub classifier: Classifier,
    /// Its score, and what guides it.
    pub scored: Scored,
}

/// `s^w = s + gamma ghat`, into `out` of length `d`.
pub fn guided_score(marginal: &Marginal, lane: &LaneGuidance, x: &[f64], out: &mut [f64]) {
    let scored = &lane.scored;
    // The odds in the mixture with something added to every variance.
    let inflated = |by: f64| {
        let marginal = marginal.after(Noise::at(marginal.time).of_inflated(by));
        Split::new(marginal, lane.target).at(x)
    };
    if let Some(weaker) = scored.weaker {
        let gamma = lane.weight.at(marginal.time, 1.0);
        let (main, weaker) = (inflated(scored.inflation), inflated(weaker));
        for (i, out) in out.iter_mut().enumerate() {
            // s_c = s + g.
            let [main, weaker] = [&main, &weaker].map(|odds| odds.score[i] + odds.guidance[i]);
            *out = weaker + gamma * (main - weaker);
        }
        return;
    }
    let odds = Split::new(marginal, lane.target).at(x);
    let tested = Tested { marginal, target: lane.target, classifier: lane.classifier };
    let (guidance, doubt) = tested.guidance_and_doubt(&odds, x);
    let gamma = lane.weight.at(marginal.time, doubt);
    let score = if scored.inflation == 0.0 { odds.score } else { inflated(scored.inflation).score };
    for (i, out) in out.iter_mut().enumerate() {
        *out = scored.scale * score[i] + scored.shift[i] + gamma * guidance[i];
    }
}

/// The drift of the reverse process in `tau = T - t`, into `out` of length `d`: `x + 2 s^w` for the
/// samplers of the SDE, `x + s^w` for those of the probability-flow ODE.
pub fn drift(process: &Process, marginal: &Marginal, lane: &LaneGuidance, x: &[f64], out: &mut [f64]) {
    guided_score(marginal, lane, x, out);
    let factor = if process.sampler.is_stochastic() { 2.0 } else { 1.0 };
    for (out, x) in out.iter_mut().zip(x) {
        *out = x + factor * *out;
    }
}

/// One reverse step from `t` to `next < t` of one particle: `y` (length `d`) is moved, `z` (length
/// `d`) is its standard normal, unused by the samplers of the ODE.
pub fn step(process: &Process, mixture: &Mixture, lane: &LaneGuidance, t: f64, next: f64, y: &mut [f64], z: &[f64]) {
    step_between(process, &Marginal::new(mixture, t), &Marginal::new(mixture, next), lane, y, z);
}

/// [`step`] between two marginals that are already at hand, for many particles.
pub fn step_between(process: &Process, from: &Marginal, to: &Marginal, lane: &LaneGuidance, y: &mut [f64], z: &[f64]) {
    let c = process.coefficients(from.time, to.time);
    let d = y.len();
    let mut score = [0.0; MAX_DIMENSION];
    guided_score(from, lane, y, &mut score[..d]);
    if c.corrector > 0.0 {
        let (mut predicted, mut second) = ([0.0; MAX_DIMENSION], [0.0; MAX_DIMENSION]);
        for i in 0..d {
            predicted[i] = c.keep * y[i] + c.drift * score[i];
        }
        guided_score(to, lane, &predicted[..d], &mut second[..d]);
        for i in 0..d {
            y[i] += c.corrector * (y[i] + score[i] + predicted[i] + second[i]);
        }
    } else {
        for i in 0..d {
            y[i] = c.keep * y[i] + c.drift * score[i] + if c.noise > 0.0 { c.noise * z[i] } else { 0.0 };
        }
    }
}
