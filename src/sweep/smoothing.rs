//! The repair of a fast wiggle: averaged over noisy copies of the input, it is gone.

use super::scenes::{TARGET, pair};
use super::{About, Check, Cost, Experiment, Quantity, Row, Size, Verdict, Work, exact, harm, series};
use crate::model::{Amplitude, AmplitudeLaw, Classifier, Guidance, Process, Sampler, State, Wiggle, WiggleForm};
use crate::reference::measures;
use crate::words::{Value::Name, messages as says, name};

/// KL, guidance error and harm of the wiggle on the pair against the width of the averaging.
#[derive(Clone, Debug)]
pub struct Smoothing {
    /// The widths.
    pub widths: Vec<f64>,
    /// The sampled classifier's width over the one that is asked for; 1 is right.
    pub factor: f64,
}

static ABOUT: About = About {
    name: "smoothing",
    title: "Averaging a wiggle away",
    claim: "Averaging a classifier over noisy copies of its input of width s divides the guidance error of a wiggle by e^(n^2 s^2), and its KL too.",
    source: "ours (arXiv 1902.02918 has the averaging)",
    axis: Quantity { name: "s", unit: "length", log: false },
    series: &[
        Quantity { name: "KL at t = 1/2", unit: "nats", log: true },
        Quantity { name: "guidance error at t = 1/2", unit: "1/length^2", log: true },
        Quantity { name: "W_1, ODE", unit: "length", log: true },
        Quantity { name: "W_1, SDE", unit: "length", log: true },
    ],
};
const TIME: f64 = 0.5;
const FREQUENCY: f64 = 32.0;
const HORIZON: f64 = 10.0;
/// What the amplitude, 5/32, leaves of its square, relatively, in the rate.
const RATE_TOLERANCE: f64 = 2e-3;
/// At these widths KL and guidance error (docs/numerics.md).
const PINS: [(f64, [f64; 2]); 3] = [
    (0.0, [9.852_042_239_5e-4, 2.021_672_297_9]),
    (0.05, [7.617_869_423_1e-5, 1.561_143_617_3e-1]),
    (0.1, [3.519_333_098_5e-8, 7.211_431_681_5e-5]),
];
const DIGITS: f64 = 1e-8;

impl Smoothing {
    /// At the size asked for.
    pub fn new(size: Size) -> Self {
        let widths = match size {
            Size::Small => vec![0.0, 0.05, 0.1],
            Size::Default => vec![0.0, 0.0125, 0.025, 0.0375, 0.05, 0.0625, 0.075, 0.0875, 0.1],
        };
        Self { widths, factor: 1.0 }
    }

    fn state_of(smoothing: f64) -> State {
        let base = State::default();
        let amplitude = Amplitude { law: AmplitudeLaw::Inverse, scale: 5.0 };
        let wiggle = Wiggle { form: WiggleForm::Logit, frequency: FREQUENCY, amplitude, smoothing };
        State {
            mixture: pair(),
            process: Process { horizon: HORIZON, stop: 0.0, sampler: Sampler::OdeExponential, ..base.process },
            guidance: Guidance::constant(TARGET, 1.0),
            classifier: Classifier::Wiggle(wiggle),
            ..base
        }
    }
}

impl Experiment for Smoothing {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn points(&self) -> Vec<f64> {
        self.widths.clone()
    }

    fn work(&self, x: f64) -> Work {
        let state = Self::state_of(self.factor * x);
        Work::Exact(Box::new(move || {
            let at = measures(&state, TIME).expect("one dimension");
            let done = harm(&state).expect("one dimension");
            let values = [at.conditional_kl, at.guidance_mse, done.ode.wasserstein, done.sde.wasserstein];
            Row::new(x, values.map(exact).to_vec())
        }))
    }

    fn verdict(&self, rows: &[Row]) -> Verdict {
        let mut checks = Vec::new();
        for (index, what) in [(0, "KL at t = 1/2"), (1, "guidance error at t = 1/2")] {
            for (x, found) in series(rows, index) {
                if let Some((_, pins)) = PINS.iter().find(|(width, _)| (width - x).abs() < 1e-12) {
                    checks.push(Check::value(
                        says::at_width(Name(what), x),
                        exact(found),
                        pins[index],
                        DIGITS * pins[index],
                    ));
                }
            }
        }
        let plain = |index| series(rows, index).next().map_or(f64::NAN, |(_, value)| value);
        for (index, what) in [(0, "rate of log KL in n^2 s^2"), (1, "rate of log guidance error in n^2 s^2")] {
            for (x, found) in series(rows, index).filter(|(x, _)| *x > 0.0) {
                let rate = (found / plain(index)).ln() / (FREQUENCY * x).powi(2);
                checks.push(Check::value(says::at_width(Name(what), x), exact(rate), -1.0, RATE_TOLERANCE));
            }
        }
        let [ode, kept] = [rows.last(), rows.first()].map(|row| row.map_or(f64::NAN, |row| row.values[2].estimate));
        checks.push(Check::range(
            name("W_1 in the ODE at the largest s over that of the wiggle as it is"),
            exact(ode / kept),
            0.0,
            0.05,
        ));
        let words = says::smoothing_verdict(
            rows.last().map_or(f64::NAN, |row| row.x),
            format!("{kept:.2}"),
            format!("{ode:.3}"),
        );
        Verdict::new(checks, words)
    }

    fn cost(&self) -> Cost {
        Cost { particle_steps: 0.0, seconds: self.widths.len() as f64 }
    }

    fn state(&self, x: f64) -> Option<State> {
        Some(Self::state_of(x))
    }
}
