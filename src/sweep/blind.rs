//! A classifier that was trained on data without noise, and asked at every noise level.

use super::scenes::{TARGET, pair};
use super::{About, Check, Cost, Experiment, GuideLine, Line, Quantity, Row, Size, Verdict, Work, exact, harm, series};
use crate::model::{BlindInput, Classifier, Guidance, NoiseBlind, Process, Sampler, State};
use crate::reference::measures;
use crate::words::{messages as says, name};

/// KL and guidance error over `t` of a classifier of clean data, on the pair.
#[derive(Clone, Debug)]
pub struct Blind {
    /// The times.
    pub times: Vec<f64>,
    /// The time whose noise the classifier has seen; 0 is none.
    pub trained: f64,
}

static ABOUT: About = About {
    name: "blind",
    title: "A classifier that never saw noise",
    claim: "The error of a classifier that was trained on clean data does not fade with the noise as guidance does: its share of the guidance grows as e^2t, and its KL stays.",
    source: "ours (classifiers trained on clean data)",
    axis: Quantity { name: "t", unit: "time", log: false },
    series: &[
        Quantity { name: "KL", unit: "nats", log: true },
        Quantity { name: "guidance error", unit: "1/length^2", log: true },
        Quantity { name: "guidance error / guidance", unit: "1", log: true },
        Quantity { name: "W_1 of the whole run, ODE", unit: "length", log: false },
        Quantity { name: "W_1 of the whole run, SDE", unit: "length", log: false },
    ],
};
const HORIZON: f64 = 10.0;
/// Where there is so much noise that the laws are those of none but noise.
const NOISY: f64 = 4.0;
const SLOPE_TOLERANCE: f64 = 0.02;
/// At `t = 1/2`, KL and guidance error (docs/numerics.md).
const PINS: [f64; 2] = [5.364_482_013_0e-1, 8.970_176_111_8];
const DIGITS: f64 = 1e-8;
/// From the pure noise that they tend to, relatively.
const LIMIT_TOLERANCE: f64 = 1e-3;

impl Blind {
    /// At the size asked for.
    pub fn new(size: Size) -> Self {
        let count = if size == Size::Small { 12 } else { 48 };
        let times = (0..=count).map(|k| 8.0 * f64::from(k) / f64::from(count)).collect();
        Self { times, trained: 0.0 }
    }

    fn state(&self) -> State {
        let base = State::default();
        State {
            mixture: pair(),
            process: Process { horizon: HORIZON, stop: 0.0, sampler: Sampler::OdeExponential, ..base.process },
            guidance: Guidance::constant(TARGET, 1.0),
            classifier: Classifier::NoiseBlind(NoiseBlind { time: self.trained, input: BlindInput::Noisy }),
            ..base
        }
    }
}

impl Experiment for Blind {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn points(&self) -> Vec<f64> {
        self.times.clone()
    }

    fn work(&self, x: f64) -> Work {
        let (state, last) = (self.state(), self.times.last().copied());
        Work::Exact(Box::new(move || {
            let at = measures(&state, x).expect("one dimension");
            // The samples are those of the whole run: they belong to no time, and are computed once.
            let [ode, sde] = if last == Some(x) {
                let done = harm(&state).expect("one dimension");
                [done.ode.wasserstein, done.sde.wasserstein]
            } else {
                [f64::NAN; 2]
            };
            let values = [at.conditional_kl, at.guidance_mse, at.guidance_mse / at.guidance_norm, ode, sde];
            Row::new(x, values.map(exact).to_vec())
        }))
    }

    fn verdict(&self, rows: &[Row]) -> Verdict {
        let mut checks = Vec::new();
        if let Some(row) = rows.iter().find(|row| (row.x - 0.5).abs() < 1e-12) {
            for (index, what) in [(0, "KL at t = 1/2"), (1, "guidance error at t = 1/2")] {
                checks.push(Check::value(name(what), row.values[index], PINS[index], DIGITS * PINS[index]));
            }
        }
        let slope = Line::fit(series(rows, 2).filter(|(t, _)| *t >= NOISY).map(|(t, share)| (t, share.ln())));
        checks.push(Check::slope(name("slope of log guidance error / guidance in t"), &slope, 2.0, SLOPE_TOLERANCE));
        let last = rows.last().map_or([f64::NAN; 5], |row| {
            let mut values = [f64::NAN; 5];
            values.iter_mut().zip(&row.values).for_each(|(value, found)| *value = found.estimate);
            values
        });
        let limits = under_noise();
        for (index, what) in [(0, "KL under full noise"), (1, "guidance error under full noise")] {
            checks.push(Check::value(name(what), exact(last[index]), limits[index], LIMIT_TOLERANCE * limits[index]));
        }
        // Both samplers end past the class: means 1.19238 and 1.05631 (docs/numerics.md).
        checks.push(Check::range(name("W_1 in the ODE"), exact(last[3]), 0.25, 0.6));
        checks.push(Check::range(name("W_1 in the SDE"), exact(last[4]), 0.04, 0.1));
        let words = says::blind_verdict(
            format!("{:.2}", last[0]),
            format!("{:.1}", last[1]),
            format!("{:.2}", slope.slope.estimate),
            format!("{:.2}", last[3]),
            format!("{:.2}", last[4]),
        );
        Verdict::new(checks, words)
    }

    fn cost(&self) -> Cost {
        Cost { particle_steps: 0.0, seconds: 2.0 + 1e-3 * self.times.len() as f64 }
    }

    fn guides(&self) -> Vec<GuideLine> {
        let [kl, error] = under_noise();
        let level = |series, value| GuideLine::Level { series, value, name: "under pure noise" };
        vec![level(0, kl), level(1, error)]
    }

    fn state(&self, _: f64) -> Option<State> {
        Some(self.state())
    }
}

/// Of a classifier of the pair's clean data, `p_0(1|x) = 1/(1 + e^-8x)`, asked about `x ~ N(0, 1)`, where both classes
/// are equally likely and guidance is nothing: KL and guidance error, by the trapezoid rule.
fn under_noise() -> [f64; 2] {
    let spacing = 0.01;
    let mut sums = [0.0; 2];
    for i in -900..=900 {
        let x = spacing * f64::from(i);
        let weight = spacing * (-0.5 * x * x).exp() / std::f64::consts::TAU.sqrt();
        let softplus = |z: f64| z.max(0.0) + (-z.abs()).exp().ln_1p();
        sums[0] += weight * (0.5 * (softplus(-8.0 * x) + softplus(8.0 * x)) - std::f64::consts::LN_2);
        sums[1] += weight * (8.0 * (-softplus(8.0 * x)).exp()).powi(2);
    }
    sums
}
