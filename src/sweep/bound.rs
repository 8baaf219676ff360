//! The bound on the guidance error that needs no knowledge of it, beside the error, in many dimensions.

use super::waves::{BEND, Wave};
use super::{About, Check, Cost, Experiment, GuideLine, Line, Quantity, Row, Size, Verdict, Work, exact, series};
use crate::model::State;
use crate::words::{Value::Name, messages as says};

/// Guidance error and bound of three waves against `d`.
#[derive(Clone, Debug)]
pub struct Bound {
    /// The dimensions.
    pub dimensions: Vec<f64>,
    /// What the bound is multiplied by; 1 is right.
    pub factor: f64,
}

static ABOUT: About = About {
    name: "bound",
    title: "A bound that can be computed, in many dimensions",
    claim: "The guidance error has a bound that asks only for the KL and for the roughness of the classifier's error, in every dimension; for waves with bounded second derivatives the two are within a tenth of each other up to 128 dimensions.",
    source: "ours (an integration by parts; after arXiv 2601.21200, Theorem 3.3)",
    axis: Quantity { name: "d", unit: "dimensions", log: true },
    series: &[
        Quantity { name: "error and bound, error along the diagonal", unit: "1/length^2", log: true },
        Quantity { name: "error and bound, bound along the diagonal", unit: "1/length^2", log: true },
        Quantity { name: "error and bound, error in every coordinate", unit: "1/length^2", log: true },
        Quantity { name: "error and bound, bound in every coordinate", unit: "1/length^2", log: true },
        Quantity { name: "error and bound, error in one coordinate", unit: "1/length^2", log: true },
        Quantity { name: "error and bound, bound in one coordinate", unit: "1/length^2", log: true },
        Quantity { name: "error over bound, along the diagonal", unit: "1", log: false },
        Quantity { name: "error over bound, in every coordinate", unit: "1", log: false },
        Quantity { name: "error over bound, in one coordinate", unit: "1", log: false },
    ],
};
const AMPLITUDE: f64 = 0.05;
const SLOPE_TOLERANCE: f64 = 0.05;
/// Of error over bound: what the integrals leave open is below a thousandth.
const RATIO: (f64, f64) = (0.9, 1.001);

impl Bound {
    /// At the size asked for.
    pub fn new(size: Size) -> Self {
        let powers = if size == Size::Small { 0..=3 } else { 0..=7 };
        Self { dimensions: powers.map(|power| f64::from(1 << power)).collect(), factor: 1.0 }
    }
}

impl Experiment for Bound {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn points(&self) -> Vec<f64> {
        self.dimensions.clone()
    }

    fn work(&self, x: f64) -> Work {
        let factor = self.factor;
        Work::Exact(Box::new(move || {
            let found = Wave::ALL.map(|(wave, _)| {
                let [_, error] = wave.errors(x, AMPLITUDE, BEND);
                [error, factor * wave.bound(x, AMPLITUDE)]
            });
            let ratios = found.map(|[error, bound]| error / bound);
            Row::new(x, found.into_iter().flatten().chain(ratios).map(exact).collect())
        }))
    }

    fn verdict(&self, rows: &[Row]) -> Verdict {
        let mut checks: Vec<Check> = (0..6)
            .map(|index| {
                let (_, slope) = Wave::ALL[index / 2];
                let what = says::slope_of(Name(ABOUT.series[index].name));
                Check::slope(what, &Line::power(series(rows, index)), slope, SLOPE_TOLERANCE)
            })
            .collect();
        for index in 6..9 {
            for (d, ratio) in series(rows, index) {
                let what = says::at_dimension(Name(ABOUT.series[index].name), d);
                checks.push(Check::range(what, exact(ratio), RATIO.0, RATIO.1));
            }
        }
        let last = |index: usize| rows.last().map_or(f64::NAN, |row| row.values[index].estimate);
        let words = says::bound_verdict(
            rows.last().map_or(f64::NAN, |row| row.x),
            format!("{:.3}", last(6)),
            format!("{:.3}", last(7)),
            format!("{:.3}", last(8)),
        );
        Verdict::new(checks, words)
    }

    fn cost(&self) -> Cost {
        Cost { particle_steps: 0.0, seconds: 0.4 * self.dimensions.len() as f64 }
    }

    fn guides(&self) -> Vec<GuideLine> {
        let law = |series: usize| GuideLine::Power { series, slope: Wave::ALL[series / 2].1, from: 0.0 };
        let level = |series| GuideLine::Level { series, value: 1.0, name: "as much as the bound" };
        (0..6).map(law).chain((6..9).map(level)).collect()
    }

    fn state(&self, x: f64) -> Option<State> {
        Some(Wave::Diagonal.plane(x, AMPLITUDE, BEND))
    }
}
