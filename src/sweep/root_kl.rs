//! How the guidance error goes with the KL in a fixed dimension.

use super::waves::{AMBIGUITY, BEND, Wave};
use super::{About, Check, Cost, Experiment, GuideLine, Line, Quantity, Row, Size, Verdict, Work, exact};
use crate::model::State;
use crate::words::{Value::Name, messages as says};

/// The guidance error of three waves in 64 dimensions against the root of their KL, with bounded second derivatives, and
/// of one whose second derivatives grow as `1/e`.
#[derive(Clone, Debug)]
pub struct RootKl {
    /// The roots `e` of the KL for which the amplitudes are chosen.
    pub roots: Vec<f64>,
    /// The power of `e` as which the second derivatives of the first three grow; 0 is right.
    pub growth: f64,
}

static ABOUT: About = About {
    name: "root-kl",
    title: "The error goes with the root of the KL",
    claim: "In a given dimension the largest guidance error at KL e^2 falls as e while the classifier's second derivatives stay bounded. Where they grow as 1/e it does not fall at all.",
    source: "arXiv 2601.21200, Theorem 3.3 (our instances; that the bound holds is proved, that it is reached is measured)",
    axis: Quantity { name: "e", unit: "1", log: true },
    series: &[
        Quantity { name: "guidance error, along the diagonal", unit: "1/length^2", log: true },
        Quantity { name: "guidance error, in every coordinate", unit: "1/length^2", log: true },
        Quantity { name: "guidance error, in one coordinate", unit: "1/length^2", log: true },
        Quantity { name: "guidance error, in one coordinate without a bound", unit: "1/length^2", log: true },
        Quantity { name: "root of KL, along the diagonal", unit: "1", log: true },
        Quantity { name: "root of KL, in every coordinate", unit: "1", log: true },
        Quantity { name: "root of KL, in one coordinate", unit: "1", log: true },
        Quantity { name: "root of KL, in one coordinate without a bound", unit: "1", log: true },
    ],
};
const DIMENSION: f64 = 64.0;
const SLOPES: [f64; 4] = [1.0, 1.0, 1.0, 0.0];
const SLOPE_TOLERANCE: f64 = 0.05;
/// At this root the wave without a bound has the second derivatives of the others.
const SAME: f64 = 0.08;

impl RootKl {
    /// At the size asked for.
    pub fn new(size: Size) -> Self {
        let roots = match size {
            Size::Small => vec![0.0025, 0.01, 0.04],
            Size::Default => vec![0.0025, 0.005, 0.01, 0.02, 0.04],
        };
        Self { roots, growth: 0.0 }
    }

    fn bend(&self, e: f64) -> f64 {
        BEND * (e / SAME).powf(self.growth)
    }
}

/// The amplitude at which the KL is `e^2`, but for what is smaller.
fn amplitude(e: f64) -> f64 {
    2.0 * e / AMBIGUITY.sqrt()
}

impl Experiment for RootKl {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn points(&self) -> Vec<f64> {
        self.roots.clone()
    }

    fn work(&self, x: f64) -> Work {
        let bend = self.bend(x);
        Work::Exact(Box::new(move || {
            let waves = [
                (Wave::Diagonal, bend),
                (Wave::Separable, bend),
                (Wave::Single, bend),
                (Wave::Single, BEND * SAME / x),
            ];
            let found = waves.map(|(wave, bend)| wave.errors(DIMENSION, amplitude(x), bend));
            let (errors, roots) = (found.map(|[_, error]| error), found.map(|[kl, _]| kl.sqrt()));
            Row::new(x, errors.into_iter().chain(roots).map(exact).collect())
        }))
    }

    fn verdict(&self, rows: &[Row]) -> Verdict {
        // Against the root of the KL that was measured.
        let line = |index: usize| {
            Line::power(rows.iter().map(|row| (row.values[index + SLOPES.len()].estimate, row.values[index].estimate)))
        };
        let checks: Vec<Check> = SLOPES
            .into_iter()
            .enumerate()
            .map(|(index, slope)| {
                Check::slope(says::slope_of(Name(ABOUT.series[index].name)), &line(index), slope, SLOPE_TOLERANCE)
            })
            .collect();
        let slope = |index: usize| format!("{:.2}", checks[index].measured.estimate);
        let words = says::root_kl_verdict(slope(0), slope(1), slope(2), slope(3));
        Verdict::new(checks, words)
    }

    fn cost(&self) -> Cost {
        Cost { particle_steps: 0.0, seconds: 0.3 * self.roots.len() as f64 }
    }

    fn guides(&self) -> Vec<GuideLine> {
        let law = |(series, slope)| GuideLine::Power { series, slope, from: 0.0 };
        SLOPES.into_iter().enumerate().map(law).collect()
    }

    fn state(&self, x: f64) -> Option<State> {
        Some(Wave::Diagonal.plane(DIMENSION, amplitude(x), self.bend(x)))
    }
}
