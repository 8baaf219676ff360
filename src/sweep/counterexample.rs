//! The cross-entropy of a wiggled classifier against the error of its guidance.

use super::scenes::pair;
use super::{About, Check, Cost, Experiment, GuideLine, Line, Quantity, Row, Size, Verdict, Work, exact, series};
use crate::model::{Amplitude, AmplitudeLaw, Classifier, State, Wiggle, WiggleForm};
use crate::reference::measures;
use crate::words::{Value::Name, messages as says};

/// KL and guidance error against the frequency `n`, for three laws of the amplitude.
#[derive(Clone, Debug)]
pub struct Counterexample {
    /// The frequencies.
    pub frequencies: Vec<f64>,
    /// The amplitudes that stand for `1/n`, `n^-1/2` and `4/n^2`.
    pub amplitudes: [Amplitude; 3],
}

static ABOUT: About = About {
    name: "counterexample",
    title: "Small excess cross-entropy, wrong guidance",
    claim: "A fast wiggle of the classifier costs next to no cross-entropy, and its guidance error need not vanish.",
    source: "arXiv 2601.21200, section 3.1 (our instance)",
    axis: Quantity { name: "n", unit: "rad per length", log: true },
    series: &[
        Quantity { name: "KL, a = 1/n", unit: "nats", log: true },
        Quantity { name: "guidance error, a = 1/n", unit: "1/length^2", log: true },
        Quantity { name: "KL, a = n^-1/2", unit: "nats", log: true },
        Quantity { name: "guidance error, a = n^-1/2", unit: "1/length^2", log: true },
        Quantity { name: "KL, a = 4/n^2", unit: "nats", log: true },
        Quantity { name: "guidance error, a = 4/n^2", unit: "1/length^2", log: true },
    ],
};
const TIME: f64 = 0.5;
/// With `a = n^-p` the KL falls as `n^-2p` and the error as `n^(2-2p)`.
const SLOPES: [f64; 6] = [-2.0, 0.0, -1.0, 1.0, -4.0, -2.0];
/// The slopes are those of large `n`.
const TOLERANCE: f64 = 0.05;

impl Counterexample {
    /// At the size asked for.
    pub fn new(size: Size) -> Self {
        let amplitude = |law, scale| Amplitude { law, scale };
        let powers = if size == Size::Small { 4..=7 } else { 3..=9 };
        Self {
            frequencies: powers.map(|power| f64::from(1 << power)).collect(),
            amplitudes: [
                amplitude(AmplitudeLaw::Inverse, 1.0),
                amplitude(AmplitudeLaw::InverseSqrt, 1.0),
                amplitude(AmplitudeLaw::InverseSquare, 4.0),
            ],
        }
    }
}

impl Experiment for Counterexample {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn points(&self) -> Vec<f64> {
        self.frequencies.clone()
    }

    fn work(&self, x: f64) -> Work {
        let amplitudes = self.amplitudes;
        Work::Exact(Box::new(move || {
            let values = amplitudes.into_iter().flat_map(|amplitude| {
                let found = measures(&state(x, amplitude), TIME).expect("one dimension");
                [exact(found.conditional_kl), exact(found.guidance_mse)]
            });
            Row::new(x, values.collect())
        }))
    }

    fn verdict(&self, rows: &[Row]) -> Verdict {
        let checks: Vec<Check> = (0..SLOPES.len())
            .map(|i| {
                let line = Line::power(series(rows, i));
                Check::slope(says::slope_of(Name(ABOUT.series[i].name)), &line, SLOPES[i], TOLERANCE)
            })
            .collect();
        let words = says::counterexample_verdict(
            format!("{:.2}", checks[0].measured.estimate),
            // No "-0.00".
            format!("{:.2}", (100.0 * checks[1].measured.estimate).round() / 100.0 + 0.0),
            format!("{:.2}", checks[3].measured.estimate),
        );
        Verdict::new(checks, words)
    }

    fn cost(&self) -> Cost {
        Cost { particle_steps: 0.0, seconds: 0.01 * self.frequencies.len() as f64 }
    }

    fn guides(&self) -> Vec<GuideLine> {
        let power = |(series, slope)| GuideLine::Power { series, slope, from: 0.0 };
        SLOPES.into_iter().enumerate().map(power).collect()
    }

    fn state(&self, x: f64) -> Option<State> {
        Some(state(x, self.amplitudes[0]))
    }
}

/// The pair with a wiggled classifier.
fn state(frequency: f64, amplitude: Amplitude) -> State {
    let classifier = Classifier::Wiggle(Wiggle { form: WiggleForm::Probability, frequency, amplitude, smoothing: 0.0 });
    State { mixture: pair(), classifier, ..State::default() }
}
