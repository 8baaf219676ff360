//! What a guidance scale that grows over the steps does: what the double scale does, since guidance acts late.

use super::scenes::{TARGET, pair};
use super::{About, Check, Cost, Experiment, GuideLine, Line, Quantity, Row, Size, Verdict, Work, exact, series};
use crate::law::{guided_pieces, probability_flow_in_pieces};
use crate::model::{Classifier, Grid, Guidance, Mixture, Process, Ramp, Sampler, Schedule, Scored, State, Weight};
use crate::reference::LaneGuidance;
use crate::words::{messages as says, name};

/// The ODE's samples on the pair with schedules of mean 1, against those of the scale that the schedules end with.
#[derive(Clone, Debug)]
pub struct Schedules {
    /// The horizons.
    pub horizons: Vec<f64>,
    /// The scale compared with over the one that the schedules end with; 1 is right.
    pub factor: f64,
}

static ABOUT: About = About {
    name: "schedule",
    title: "A scale that grows over the steps is the double scale",
    claim: "Guidance acts late, so that a schedule that grows over the steps and keeps its mean samples what twice that mean does: on a uniform grid up to 1/T (linear) and 1/T^2 (cosine), on a quadratic one up to the roots of these.",
    source: "ours (arXiv 2404.13040 has the schedules)",
    axis: Quantity { name: "T", unit: "time", log: true },
    series: &[
        Quantity { name: "W_1 from the double scale, linear on a uniform grid", unit: "length", log: true },
        Quantity { name: "W_1 from the double scale, cosine on a uniform grid", unit: "length", log: true },
        Quantity { name: "W_1 from the double scale, linear on a quadratic grid", unit: "length", log: true },
        Quantity { name: "W_1 from the double scale, cosine on a quadratic grid", unit: "length", log: true },
    ],
};
/// In the order of the series, with the slope that is predicted.
const CASES: [(Schedule, Grid, f64, &str); 4] = [
    (Schedule::Linear, Grid::Uniform, -1.0, "slope in T, linear on a uniform grid"),
    (Schedule::Cosine, Grid::Uniform, -2.0, "slope in T, cosine on a uniform grid"),
    (Schedule::Linear, Grid::Quadratic, -0.5, "slope in T, linear on a quadratic grid"),
    (Schedule::Cosine, Grid::Quadratic, -1.0, "slope in T, cosine on a quadratic grid"),
];
const STEPS: usize = 400;
/// From here on the slopes are those of the limit, but for this.
const LONG: f64 = 12.0;
const SLOPE_TOLERANCE: f64 = 0.12;

impl Schedules {
    /// At the size asked for.
    pub fn new(size: Size) -> Self {
        let horizons = match size {
            Size::Small => vec![12.0, 20.0],
            Size::Default => vec![4.0, 6.0, 8.0, 12.0, 14.0, 16.0, 20.0],
        };
        Self { horizons, factor: 1.0 }
    }

    fn state(horizon: f64, schedule: Schedule, grid: Grid) -> State {
        let base = State::default();
        State {
            mixture: pair(),
            process: Process { horizon, stop: 0.0, steps: STEPS, grid, sampler: Sampler::OdeExponential },
            guidance: Guidance { schedule, ..Guidance::constant(TARGET, 1.0) },
            classifier: Classifier::EXACT,
            ..base
        }
    }

    /// The end of every path, in the order of their beginnings.
    fn ends(horizon: f64, weight: Weight) -> (Vec<f64>, Vec<f64>) {
        let mixture = Mixture::new(&pair());
        let lane = LaneGuidance { target: TARGET, weight, classifier: Classifier::EXACT, scored: Scored::EXACT };
        let law = probability_flow_in_pieces(&guided_pieces(&mixture, lane, horizon, 0.0), horizon, 0.05, 1e-7);
        (law.points, law.weights)
    }
}

impl Experiment for Schedules {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn points(&self) -> Vec<f64> {
        self.horizons.clone()
    }

    fn work(&self, x: f64) -> Work {
        let factor = self.factor;
        Work::Exact(Box::new(move || {
            let found = CASES.map(|(schedule, grid, ..)| {
                let state = Self::state(x, schedule, grid);
                let last = Ramp::new(schedule, &state.process).map_or(1.0, |ramp| ramp.at(0.0));
                let (grown, weights) = Self::ends(x, state.weight());
                let (double, _) = Self::ends(x, Weight::constant(factor * last));
                // Both are monotone maps of the same beginnings.
                grown.iter().zip(double).zip(weights).map(|((a, b), weight)| weight * (a - b).abs()).sum()
            });
            Row::new(x, found.map(exact).to_vec())
        }))
    }

    fn verdict(&self, rows: &[Row]) -> Verdict {
        let slopes: Vec<Line> = (0..CASES.len())
            .map(|index| {
                let long = series(rows, index).filter(|(horizon, _)| *horizon >= LONG);
                Line::fit(long.map(|(horizon, found)| (horizon.ln(), found.ln())))
            })
            .collect();
        let checks = slopes
            .iter()
            .zip(CASES)
            .map(|(line, (_, _, predicted, what))| Check::slope(name(what), line, predicted, SLOPE_TOLERANCE))
            .collect();
        let slope = |index: usize| format!("{:.2}", slopes[index].slope.estimate);
        let last = rows.last();
        let end = |index: usize| format!("{:.3}", last.map_or(f64::NAN, |row| row.values[index].estimate));
        let words = says::schedule_verdict(last.map_or(f64::NAN, |row| row.x), end(0), end(2), slope(0), slope(2));
        Verdict::new(checks, words)
    }

    fn cost(&self) -> Cost {
        Cost { particle_steps: 0.0, seconds: 0.3 * self.horizons.len() as f64 }
    }

    fn guides(&self) -> Vec<GuideLine> {
        let law = |(series, (_, _, slope, _))| GuideLine::Power { series, slope, from: LONG };
        CASES.into_iter().enumerate().map(law).collect()
    }

    fn state(&self, x: f64) -> Option<State> {
        Some(Self::state(x, Schedule::Linear, Grid::Quadratic))
    }
}
