//! What people do to the guidance on its way into the score: a power of sigma, a schedule over the steps, a limit of
//! its length, its part along the estimate of the datum, the length of the guided score, bounds of the guided estimate
//! of the datum, where the gradient is taken.

use serde::{Deserialize, Serialize};
use strum::{VariantArray, VariantNames};

use super::{Grid, Process};

/// How the scale changes over the steps (arXiv 2404.13040), with the mean of a constant one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, VariantArray, VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Schedule {
    /// The same at every step.
    #[default]
    Constant,
    /// As `s`, the share of the steps that are done.
    Linear,
    /// As `1 - cos(pi s)`.
    Cosine,
}

impl Schedule {
    /// The shape over the share `s` of the steps that are done.
    fn shape(self, s: f64) -> f64 {
        match self {
            Self::Constant => 1.0,
            Self::Linear => s,
            // 1 - cos(pi s), with its digits at both ends.
            Self::Cosine => 2.0 * (0.5 * std::f64::consts::PI * s).sin().powi(2),
        }
    }
}

/// Where the classifier's gradient is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, VariantArray, VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum GradientAt {
    /// At the particle, at the time of the step.
    #[default]
    Present,
    /// At the mean of the step without guidance, at the next time: the derivation of arXiv 2105.05233, section 4.1.
    PredictedMean,
}

/// A schedule on the time axis of a process: a factor with mean 1 over the times from which its steps go.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ramp {
    schedule: Schedule,
    grid: Grid,
    horizon: f64,
    stop: f64,
    /// The mean of the shape over the steps.
    mean: f64,
}

impl Ramp {
    /// `None` for a constant scale, and for a single step, which has the scale of its mean.
    pub fn new(schedule: Schedule, process: &Process) -> Option<Self> {
        let Process { horizon, stop, steps, grid, .. } = *process;
        if schedule == Schedule::Constant || steps == 1 {
            return None;
        }
        let mut ramp = Self { schedule, grid, horizon, stop, mean: 1.0 };
        let times = process.times();
        ramp.mean = times[..steps].iter().map(|&t| ramp.at(t)).sum::<f64>() / steps as f64;
        Some(ramp)
    }

    /// The factor at time `t`.
    pub fn at(&self, t: f64) -> f64 {
        self.schedule.shape(self.done(t)) / self.mean
    }

    /// Where its slope jumps.
    pub fn kink(&self) -> Option<f64> {
        (self.grid == Grid::UniformGeometric).then_some(1.0)
    }

    /// The share of the steps that are done at time `t`: `k/N` at `t_k` (for `logistic` in the limit of many steps).
    fn done(&self, t: f64) -> f64 {
        let Self { horizon, stop, .. } = *self;
        let t = t.max(stop).min(horizon);
        let left = (t - stop) / (horizon - stop);
        match self.grid {
            Grid::Uniform => 1.0 - left,
            Grid::Quadratic => 1.0 - left.sqrt(),
            Grid::UniformGeometric if t > 1.0 => 0.5 * (horizon - t) / (horizon - 1.0),
            Grid::UniformGeometric => 0.5 + 0.5 * t.ln() / stop.ln(),
            Grid::Logistic => {
                // The logit of e^-2t rises evenly.
                let logit = |t: f64| -((2.0 * t).exp_m1()).ln();
                (logit(t) - logit(horizon)) / (logit(stop) - logit(horizon))
            }
        }
    }
}

/// The rules of a lane, beside its weight; docs/numerics.md, "The weight", has the formulas in their order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rules {
    /// The power of `sigma_t` in the factor; -1 and 1 are the confusions of the score with the noise.
    pub sigma_power: i8,
    /// A schedule over the steps.
    pub ramp: Option<Ramp>,
    /// The largest length of `gamma ghat`.
    pub clip: Option<f64>,
    /// How much is kept of the extra guidance's part along the estimate of the datum (arXiv 2410.02416).
    pub parallel: f64,
    /// How far the guided score is brought to the length of that at `gamma = 1` (arXiv 2305.08891).
    pub rescale: f64,
    /// The largest coordinate of the guided estimate of the datum (arXiv 2205.11487, section 2.3).
    pub threshold: Option<f64>,
    /// Whether the gradient is that at the predicted mean of a step.
    pub ahead: bool,
    /// Whether the step goes by CFG++ (arXiv 2406.08070), whose factor is that of the step.
    pub renoised: bool,
}

impl Rules {
    /// Before this time `sigma_t` is that of this time where its inverse is taken: what is left out is below `1e-6`.
    pub const LEAST_TIME: f64 = 1e-14;

    /// No rule.
    pub const NONE: Self = Self {
        sigma_power: 0,
        ramp: None,
        clip: None,
        parallel: 1.0,
        rescale: 0.0,
        threshold: None,
        ahead: false,
        renoised: false,
    };

    /// Whether `gamma` has the same factor at all times.
    pub fn keep_gamma(&self) -> bool {
        self.sigma_power == 0 && self.ramp.is_none() && !self.renoised
    }

    /// What multiplies `gamma` at time `t`.
    pub fn factor(&self, t: f64) -> f64 {
        let sigma = || (-(-2.0 * t.max(Self::LEAST_TIME)).exp_m1()).sqrt();
        let power = match self.sigma_power {
            0 => 1.0,
            1 => sigma(),
            _ => sigma().recip(),
        };
        power * self.ramp.map_or(1.0, |ramp| ramp.at(t))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Sampler;

    /// The mean over the steps is 1 on every grid, and the shape is that of the share of the steps done.
    #[test]
    fn schedules_keep_the_mean() {
        for &grid in <Grid as VariantArray>::VARIANTS {
            for steps in [2, 5, 40, 333] {
                let process = Process { horizon: 6.0, stop: 0.01, steps, grid, sampler: Sampler::Exponential };
                let times = process.times();
                for schedule in [Schedule::Linear, Schedule::Cosine] {
                    let ramp = Ramp::new(schedule, &process).expect("not constant");
                    let mean = times[..steps].iter().map(|&t| ramp.at(t)).sum::<f64>() / steps as f64;
                    assert!((mean - 1.0).abs() < 1e-12, "{grid:?}, {steps}: {mean}");
                    assert!(times.windows(2).all(|pair| ramp.at(pair[0]) < ramp.at(pair[1])));
                    if matches!(grid, Grid::Uniform | Grid::Quadratic) {
                        // Straight from the index: the steps from t_0 to t_{N-1} have the mean (N-1)/N of the shape.
                        let share = |k: usize| k as f64 / steps as f64;
                        let shape = |s: f64| match schedule {
                            Schedule::Linear => 2.0 * s,
                            _ => 1.0 - (std::f64::consts::PI * s).cos(),
                        };
                        let scale = steps as f64 / (steps as f64 - 1.0);
                        for (k, &t) in times.iter().enumerate() {
                            assert!((ramp.at(t) - scale * shape(share(k))).abs() < 1e-9, "{grid:?}, step {k}");
                        }
                    }
                }
                assert_eq!(Ramp::new(Schedule::Constant, &process), None);
            }
        }
        let one = Process { horizon: 6.0, stop: 0.01, steps: 1, grid: Grid::Uniform, sampler: Sampler::Heun };
        assert_eq!(Ramp::new(Schedule::Linear, &one), None);
    }
}
