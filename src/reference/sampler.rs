//! The guided score and one reverse step in f64: what both engines are compared with.

use std::sync::Arc;

use super::network::outputs;
use super::{Marginal, Split, Tested};
use crate::model::{
    Classifier, GuidedBy, LearnedParts, MAX_DIMENSION, Mixture, Network, Noise, Process, Recipe, Rules, Scored, Weight,
    score_network,
};

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
    guided_score_of_step(marginal, lane, 1.0, x, out);
}

/// The same in a step whose own factor of the weight is `boost`.
fn guided_score_of_step(marginal: &Marginal, lane: &LaneGuidance, boost: f64, x: &[f64], out: &mut [f64]) {
    let d = x.len();
    let Parts { score, guidance, doubt } = Parts::at(marginal, lane, x);
    let gamma = lane.weight.of_step(marginal.time, doubt, boost);
    steer(&lane.weight, marginal.time, gamma, [x, &score[..d], &guidance[..d]], out);
}

/// What a lane adds up.
struct Parts {
    score: [f64; MAX_DIMENSION],
    /// What the weight multiplies.
    guidance: [f64; MAX_DIMENSION],
    /// `1 - phat(c|x)`.
    doubt: f64,
}

impl Parts {
    fn at(marginal: &Marginal, lane: &LaneGuidance, x: &[f64]) -> Self {
        let scored = &lane.scored;
        if let Some(parts) = &scored.learned {
            return Self::learned(marginal, lane, parts, x);
        }
        // The odds in the mixture with something added to every variance.
        let inflated = |by: f64| {
            let marginal = marginal.after(Noise::at(marginal.time).of_inflated(by));
            Split::new(marginal, lane.target).at(x)
        };
        if let Some(weaker) = scored.weaker {
            // s_c = s + g.
            let [main, score] = [scored.inflation, weaker].map(|by| {
                let odds = inflated(by);
                std::array::from_fn(|i| odds.score[i] + odds.guidance[i])
            });
            let guidance = std::array::from_fn(|i: usize| main[i] - score[i]);
            // A weaker model is no classifier, and has no probability to fade with.
            return Self { score, guidance, doubt: 1.0 };
        }
        let odds = Split::new(marginal, lane.target).at(x);
        let tested = Tested { marginal, target: lane.target, classifier: lane.classifier };
        let (guidance, doubt) = tested.guidance_and_doubt(&odds, x);
        let score = if scored.inflation == 0.0 { odds.score } else { inflated(scored.inflation).score };
        Self { score: std::array::from_fn(|i| scored.scale * score[i] + scored.shift[i]), guidance, doubt }
    }

    /// Where a network says the score, or what guides.
    fn learned(marginal: &Marginal, lane: &LaneGuidance, parts: &LearnedParts, x: &[f64]) -> Self {
        let odds = Split::new(marginal, lane.target).at(x);
        let of_mixture = |outputs: &Outputs| outputs.score(0);
        let of_class = |outputs: &Outputs| outputs.score(outputs.network.place_of(lane.target));
        let less = |a: [f64; MAX_DIMENSION], b: [f64; MAX_DIMENSION]| std::array::from_fn(|i| a[i] - b[i]);
        let main = parts.main().map(|recipe| Outputs::at(recipe, marginal, x));
        let exact_of_class = std::array::from_fn(|i| odds.score[i] + odds.guidance[i]);
        let learned_of_mixture = main.as_ref().map_or(odds.score, of_mixture);
        let learned_of_class = main.as_ref().map_or(exact_of_class, of_class);
        if let Some(weaker) = parts.weaker() {
            let score = of_class(&Outputs::at(&weaker, marginal, x));
            return Self { score, guidance: less(learned_of_class, score), doubt: 1.0 };
        }
        let score = if parts.score.exact { odds.score } else { learned_of_mixture };
        if parts.guide == GuidedBy::Pair {
            return Self { score, guidance: less(learned_of_class, learned_of_mixture), doubt: 1.0 };
        }
        let tested = Tested { marginal, target: lane.target, classifier: lane.classifier };
        let (guidance, doubt) = tested.guidance_and_doubt(&odds, x);
        Self { score, guidance, doubt }
    }
}

/// What the network of a score says at a point.
struct Outputs<'a> {
    network: Arc<Network>,
    values: Vec<f64>,
    /// `u/sigma`.
    factor: f64,
    x: &'a [f64],
}

impl<'a> Outputs<'a> {
    fn at(recipe: &Recipe, marginal: &Marginal, x: &'a [f64]) -> Self {
        let network = score_network(recipe, marginal.mixture());
        let (values, _) = outputs(&network, marginal.time, x);
        Self { factor: network.score_factor(marginal.time), values, network, x }
    }

    /// The score whose numbers start at a place: `-x - (u/sigma) v`.
    fn score(&self, place: usize) -> [f64; MAX_DIMENSION] {
        let mut score = [0.0; MAX_DIMENSION];
        for (score, (x, v)) in score.iter_mut().zip(self.x.iter().zip(&self.values[place..])) {
            *score = -x - self.factor * v;
        }
        score
    }
}

/// What the rules of a weight make of the score and the classifier's gradient at `x`, the weight there being `gamma`:
/// the guided score, into `out`. In this order: the part along the estimate, the limit, the length of the sum, the
/// bounds of the estimate that belongs to it.
fn steer(weight: &Weight, t: f64, gamma: f64, [x, score, guidance]: [&[f64]; 3], out: &mut [f64]) {
    let rules = if weight.is_on(t) { &weight.rules } else { &Rules::NONE };
    let d = x.len();
    let square = |vector: &[f64]| vector.iter().map(|x| x * x).sum::<f64>();
    for i in 0..d {
        out[i] = gamma * guidance[i];
    }
    if rules.parallel < 1.0 {
        // E[X_0|x, c] up to a factor.
        let variance = -(-2.0 * t).exp_m1();
        let estimate: Vec<f64> = (0..d).map(|i| x[i] + variance * (score[i] + guidance[i])).collect();
        let along: f64 = (0..d).map(|i| guidance[i] * estimate[i]).sum();
        let share = (1.0 - rules.parallel) * (gamma - 1.0) * along / square(&estimate).max(f64::MIN_POSITIVE);
        for i in 0..d {
            out[i] -= share * estimate[i];
        }
    }
    if let Some(clip) = rules.clip {
        let limit = (clip / square(out).sqrt()).min(1.0);
        for out in &mut *out {
            *out *= limit;
        }
    }
    for i in 0..d {
        out[i] += score[i];
    }
    if rules.rescale > 0.0 {
        let own: f64 = (0..d).map(|i| (score[i] + guidance[i]).powi(2)).sum();
        let ratio = (own / square(out).max(f64::MIN_POSITIVE)).sqrt();
        for out in &mut *out {
            *out *= 1.0 + rules.rescale * (ratio - 1.0);
        }
    }
    if let Some(threshold) = rules.threshold {
        let (signal, variance) = ((-t).exp(), -(-2.0 * t.max(Rules::LEAST_TIME)).exp_m1());
        for (out, x) in out.iter_mut().zip(x) {
            let estimate = x + variance * *out;
            *out += (estimate.clamp(-signal * threshold, signal * threshold) - estimate) / variance;
        }
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
    if lane.weight.rules.ahead {
        // The classifier of the next time at the mean without guidance, the weight of this time.
        score = Parts::at(from, lane, y).score;
        let mut mean = [0.0; MAX_DIMENSION];
        for i in 0..d {
            mean[i] = c.keep * y[i] + c.drift * score[i];
        }
        let mean = &mean[..d];
        let Parts { guidance, doubt, .. } = Parts::at(to, lane, mean);
        let gamma = lane.weight.at(from.time, doubt);
        let mut force = [0.0; MAX_DIMENSION];
        steer(&lane.weight, from.time, gamma, [mean, &[0.0; MAX_DIMENSION][..d], &guidance[..d]], &mut force[..d]);
        for i in 0..d {
            score[i] += force[i];
        }
    } else {
        guided_score_of_step(from, lane, c.boost, y, &mut score[..d]);
    }
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
