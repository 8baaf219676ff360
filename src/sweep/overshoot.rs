//! How far guidance goes past a class in many dimensions.

use super::scenes::{TARGET, lane, line};
use super::{About, Check, Cost, Experiment, GuideLine, Line, Quantity, Row, Size, Verdict, Work, exact, series};
use crate::law::{guided_scores, probability_flow};
use crate::model::{Classifier, Component, Guidance, Mixture, Process, Sampler, State};
use crate::words::{Value::Name, messages as says};

/// How far beyond the class's mean the ODE ends on average, for the classes `N(+-m, I)`, `|m|^2 = d`.
#[derive(Clone, Debug)]
pub struct Overshoot {
    /// The dimensions.
    pub dimensions: Vec<f64>,
    /// The guidance scale; that of the predictions is 2.
    pub gamma: f64,
}

static ABOUT: About = About {
    name: "overshoot",
    title: "Past the class, in many dimensions",
    claim: "With guidance the samples of the ODE end beyond the mean of their class. The distance does not shrink as the dimension grows: only its share of the distance between the classes does, as the root of d.",
    source: "arXiv 2502.07849 (its classes; the numbers are measured, ours)",
    axis: Quantity { name: "d", unit: "dimensions", log: true },
    series: &[
        Quantity { name: "overshoot", unit: "length", log: false },
        Quantity { name: "overshoot over the root of d", unit: "1", log: true },
    ],
};
const HORIZON: f64 = 12.0;
/// By an independent program, at `d`.
const PINS: [(f64, f64); 5] = [(1.0, 0.613), (4.0, 0.649), (16.0, 0.649), (64.0, 0.649), (256.0, 0.649)];
const DIGITS: f64 = 6e-4;
/// From here on the classes are apart before guidance acts.
const FROM: f64 = 4.0;
const SLOPE: f64 = -0.5;
const TOLERANCE: f64 = 0.01;

impl Overshoot {
    /// At the size asked for.
    pub fn new(size: Size) -> Self {
        let powers = if size == Size::Small { vec![0, 2, 4] } else { (0..=8).collect() };
        Self { dimensions: powers.into_iter().map(|power| f64::from(1 << power)).collect(), gamma: 2.0 }
    }
}

/// The classes along the line through their means; across it nothing is guided.
fn classes(d: f64) -> Vec<Component> {
    let mean = d.sqrt();
    vec![line(0.5, mean, 1.0, TARGET), line(0.5, -mean, 1.0, 0)]
}

impl Experiment for Overshoot {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn points(&self) -> Vec<f64> {
        self.dimensions.clone()
    }

    fn work(&self, x: f64) -> Work {
        let gamma = self.gamma;
        Work::Exact(Box::new(move || {
            let mixture = Mixture::new(&classes(x));
            let law = probability_flow(&guided_scores(&mixture, lane(gamma - 1.0)), HORIZON, 0.0, 0.05, 1e-8);
            let overshoot = law.mean() - x.sqrt();
            Row::new(x, vec![exact(overshoot), exact(overshoot / x.sqrt())])
        }))
    }

    fn verdict(&self, rows: &[Row]) -> Verdict {
        let mut checks = Vec::new();
        for (d, pinned) in PINS {
            if let Some(row) = rows.iter().find(|row| (row.x - d).abs() < 1e-12) {
                let what = says::at_dimension(Name(ABOUT.series[0].name), d);
                checks.push(Check::value(what, row.values[0], pinned, DIGITS));
            }
        }
        let share = Line::power(series(rows, 1).filter(|(d, _)| *d >= FROM));
        checks.push(Check::slope(says::slope_of(Name(ABOUT.series[1].name)), &share, SLOPE, TOLERANCE));
        let last = |index: usize| rows.last().map_or(f64::NAN, |row| row.values[index].estimate);
        let words = says::overshoot_verdict(
            rows.last().map_or(f64::NAN, |row| row.x),
            format!("{:.3}", last(0)),
            format!("{:.3}", last(1)),
        );
        Verdict::new(checks, words)
    }

    fn cost(&self) -> Cost {
        Cost { particle_steps: 0.0, seconds: 0.1 * self.dimensions.len() as f64 }
    }

    fn guides(&self) -> Vec<GuideLine> {
        vec![
            GuideLine::Points { series: 0, points: PINS.into(), name: "an independent program" },
            GuideLine::Power { series: 1, slope: SLOPE, from: FROM },
        ]
    }

    fn state(&self, x: f64) -> Option<State> {
        let base = State::default();
        Some(State {
            mixture: classes(x),
            process: Process { horizon: HORIZON, stop: 0.0, sampler: Sampler::OdeExponential, ..base.process },
            guidance: Guidance::constant(TARGET, self.gamma),
            classifier: Classifier::EXACT,
            ..base
        })
    }
}
