//! How the guidance error of a smooth classifier grows with the dimension at a fixed cross-entropy.

use super::{About, Check, Cost, Experiment, GuideLine, Line, Quantity, Row, Size, Verdict, Work, exact, series};
use crate::model::{Amplitude, AmplitudeLaw, Wiggle, WiggleForm};
use crate::reference::plane_wave;
use crate::words::{Value::Name, messages as says, name};

/// KL and guidance error of a plane wave with curvature budget `a n^2 = d^growth M` against `d`.
#[derive(Clone, Debug)]
pub struct Tightness {
    /// The dimensions.
    pub dimensions: Vec<f64>,
    /// How the budget grows with the dimension; 1 is the theorem's trace of the Hessian.
    pub growth: f64,
}

static ABOUT: About = About {
    name: "tightness",
    title: "The bound for smooth classifiers is tight",
    claim: "At conditional KL e^2, a classifier whose Hessian has trace at most d M can have a guidance error of order d e, and no more.",
    source: "arXiv 2601.21200, Theorem 3.3 (our instance and constant)",
    axis: Quantity { name: "d", unit: "dimensions", log: true },
    series: &[
        Quantity { name: "KL", unit: "nats", log: true },
        Quantity { name: "guidance error", unit: "1/length^2", log: true },
        Quantity { name: "guidance error / (d sqrt KL)", unit: "1/length^2", log: false },
    ],
};
const TIME: f64 = 0.5;
const AMPLITUDE: f64 = 0.05;
const BUDGET: f64 = 1.0;
const SLOPE_TOLERANCE: f64 = 0.05;
/// `M sqrt(E_t)`, with `E_t` of the pair at [`TIME`].
const LIMIT: f64 = 0.401816629;
/// At `d = 1` the wave is slow and its ratio 3 % above the limit.
const LIMIT_TOLERANCE: f64 = 0.01;

impl Tightness {
    /// At the size asked for.
    pub fn new(size: Size) -> Self {
        let powers = if size == Size::Small { 0..=4 } else { 0..=7 };
        Self { dimensions: powers.map(|power| f64::from(1 << power)).collect(), growth: 1.0 }
    }
}

impl Experiment for Tightness {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn points(&self) -> Vec<f64> {
        self.dimensions.clone()
    }

    fn work(&self, x: f64) -> Work {
        let frequency = (x.powf(self.growth) * BUDGET / AMPLITUDE).sqrt();
        Work::Exact(Box::new(move || {
            let amplitude = Amplitude { law: AmplitudeLaw::Fixed, scale: AMPLITUDE };
            let wiggle = Wiggle { form: WiggleForm::Logit, frequency, amplitude, smoothing: 0.0 };
            let found = plane_wave(x as usize, &wiggle, TIME);
            let ratio = found.guidance_mse / (x * found.conditional_kl.sqrt());
            Row::new(x, vec![exact(found.conditional_kl), exact(found.guidance_mse), exact(ratio)])
        }))
    }

    fn verdict(&self, rows: &[Row]) -> Verdict {
        let last = rows.last().map_or(f64::NAN, |row| row.values[2].estimate);
        let checks = vec![
            Check::slope(says::slope_of(Name("KL")), &Line::power(series(rows, 0)), 0.0, SLOPE_TOLERANCE),
            Check::slope(says::slope_of(Name("guidance error")), &Line::power(series(rows, 1)), 1.0, SLOPE_TOLERANCE),
            Check::value(
                name("guidance error / (d sqrt KL) at the largest d"),
                exact(last),
                LIMIT,
                LIMIT_TOLERANCE * LIMIT,
            ),
        ];
        let words = says::tightness_verdict(format!("{:.2}", checks[1].measured.estimate), format!("{LIMIT:.4}"));
        Verdict::new(checks, words)
    }

    fn cost(&self) -> Cost {
        Cost { particle_steps: 0.0, seconds: 0.1 * self.dimensions.len() as f64 }
    }

    fn guides(&self) -> Vec<GuideLine> {
        let power = |series, slope| GuideLine::Power { series, slope, from: 0.0 };
        vec![power(0, 0.0), power(1, 1.0), GuideLine::Level { series: 2, value: LIMIT, name: "M sqrt E_t" }]
    }
}
