//! How the guidance error grows with the dimension, by how many coordinates the classifier's error bends in.

use super::waves::{BEND, Wave};
use super::{About, Check, Cost, Experiment, GuideLine, Line, Quantity, Row, Size, Verdict, Work, exact, series};
use crate::model::State;
use crate::words::{Value::Name, messages as says};

/// KL and guidance error of three waves against `d`, all with second derivatives of at most `d^(growth - 1) M` along
/// every coordinate.
#[derive(Clone, Debug)]
pub struct Directions {
    /// The dimensions.
    pub dimensions: Vec<f64>,
    /// How the bound on the trace grows with the dimension; 1 is the theorem's.
    pub growth: f64,
}

static ABOUT: About = About {
    name: "directions",
    title: "In how many directions the error bends",
    claim: "At the same KL, and with second derivatives of at most M along every coordinate, the guidance error grows as d for a wave along the diagonal and as the root of d for a sum of waves in every coordinate; for a wave in one coordinate it stays.",
    source: "ours (the bound d e that the first one reaches is that of arXiv 2601.21200, Theorem 3.3)",
    axis: Quantity { name: "d", unit: "dimensions", log: true },
    series: &[
        Quantity { name: "guidance error, along the diagonal", unit: "1/length^2", log: true },
        Quantity { name: "guidance error, in every coordinate", unit: "1/length^2", log: true },
        Quantity { name: "guidance error, in one coordinate", unit: "1/length^2", log: true },
        Quantity { name: "KL, along the diagonal", unit: "nats", log: true },
        Quantity { name: "KL, in every coordinate", unit: "nats", log: true },
        Quantity { name: "KL, in one coordinate", unit: "nats", log: true },
    ],
};
const AMPLITUDE: f64 = 0.05;
const SLOPE_TOLERANCE: f64 = 0.05;

impl Directions {
    /// At the size asked for.
    pub fn new(size: Size) -> Self {
        let powers = if size == Size::Small { 0..=4 } else { 0..=7 };
        Self { dimensions: powers.map(|power| f64::from(1 << power)).collect(), growth: 1.0 }
    }

    fn bend(&self, d: f64) -> f64 {
        BEND * d.powf(self.growth - 1.0)
    }
}

impl Experiment for Directions {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn points(&self) -> Vec<f64> {
        self.dimensions.clone()
    }

    fn work(&self, x: f64) -> Work {
        let bend = self.bend(x);
        Work::Exact(Box::new(move || {
            let found = Wave::ALL.map(|(wave, _)| wave.errors(x, AMPLITUDE, bend));
            Row::new(x, [1, 0].into_iter().flat_map(|which| found.map(|found| exact(found[which]))).collect())
        }))
    }

    fn verdict(&self, rows: &[Row]) -> Verdict {
        let line = |index| Line::power(series(rows, index));
        let slopes = Wave::ALL.iter().map(|(_, slope)| *slope).chain([0.0; 3]);
        let checks: Vec<Check> = (0..ABOUT.series.len())
            .zip(slopes)
            .map(|(index, slope)| {
                Check::slope(says::slope_of(Name(ABOUT.series[index].name)), &line(index), slope, SLOPE_TOLERANCE)
            })
            .collect();
        let slope = |index: usize| format!("{:.2}", checks[index].measured.estimate);
        let words = says::directions_verdict(slope(0), slope(1), slope(2));
        Verdict::new(checks, words)
    }

    fn cost(&self) -> Cost {
        Cost { particle_steps: 0.0, seconds: 0.15 * self.dimensions.len() as f64 }
    }

    fn guides(&self) -> Vec<GuideLine> {
        let law = |(series, (_, slope))| GuideLine::Power { series, slope, from: 0.0 };
        Wave::ALL.into_iter().enumerate().map(law).collect()
    }

    fn state(&self, x: f64) -> Option<State> {
        Some(Wave::Diagonal.plane(x, AMPLITUDE, self.bend(x)))
    }
}
