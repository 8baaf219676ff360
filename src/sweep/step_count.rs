//! How many steps the SDE takes in many dimensions.

use super::scenes::{TARGET, pair};
use super::steps::pair_kl;
use super::{About, Check, Cost, Experiment, GuideLine, Line, Quantity, Row, Size, Verdict, Work, exact, series};
use crate::model::{Classifier, Grid, Guidance, Process, Sampler, State};
use crate::words::{Value::Name, messages as says};

/// The least number of steps with which the KL of `d` independent coordinates is at most `ALLOWED`, against `d`.
#[derive(Clone, Debug)]
pub struct StepCount {
    /// The dimensions.
    pub dimensions: Vec<f64>,
    /// Added to the score of every coordinate; 0 is right.
    pub score_error: f64,
}

static ABOUT: About = About {
    name: "step-count",
    title: "How many steps it takes in many dimensions",
    claim: "On independent coordinates the steps that keep the KL of the truth from the samples below a given number grow as the root of d.",
    source: "ours (arXiv 2601.21200, Theorem 3.9 has the term; the order is measured)",
    axis: Quantity { name: "d", unit: "dimensions", log: true },
    series: &[
        Quantity { name: "steps, uniform-geometric grid", unit: "1", log: true },
        Quantity { name: "steps, quadratic grid", unit: "1", log: true },
    ],
};
const GRIDS: [Grid; 2] = [Grid::UniformGeometric, Grid::Quadratic];
const HORIZON: f64 = 8.0;
const STOP: f64 = 0.01;
/// Nats, of all coordinates together.
const ALLOWED: f64 = 0.01;
/// More are not tried.
const MOST: usize = 2048;
/// `d/N^2` stays.
const SLOPE: f64 = 0.5;
const TOLERANCE: f64 = 0.05;

impl StepCount {
    /// At the size asked for.
    pub fn new(size: Size) -> Self {
        let powers = if size == Size::Small { vec![0, 3, 6] } else { (0..=7).collect() };
        Self { dimensions: powers.into_iter().map(|power| f64::from(1 << power)).collect(), score_error: 0.0 }
    }
}

fn process(grid: Grid, steps: usize) -> Process {
    Process { horizon: HORIZON, stop: STOP, steps, grid, sampler: Sampler::Exponential }
}

impl Experiment for StepCount {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn points(&self) -> Vec<f64> {
        self.dimensions.clone()
    }

    fn work(&self, x: f64) -> Work {
        let error = self.score_error;
        Work::Exact(Box::new(move || {
            let values = GRIDS.map(|grid| {
                // The KL falls nearly as the square, which says where to look next.
                let (mut few, mut many) = (1, MOST);
                let mut next = 25.0 * x.sqrt();
                while many - few > 1 {
                    let steps = (next.ceil() as usize).clamp(few + 1, many - 1);
                    let kl = x * pair_kl(&process(grid, steps), error);
                    *(if kl <= ALLOWED { &mut many } else { &mut few }) = steps;
                    next = steps as f64 * (kl / ALLOWED).sqrt();
                }
                exact(many as f64)
            });
            Row::new(x, values.to_vec())
        }))
    }

    fn verdict(&self, rows: &[Row]) -> Verdict {
        let checks: Vec<Check> = (0..GRIDS.len())
            .map(|index| {
                let what = says::slope_of(Name(ABOUT.series[index].name));
                Check::slope(what, &Line::power(series(rows, index)), SLOPE, TOLERANCE)
            })
            .collect();
        let ends = [rows.first(), rows.last()];
        let [first, last] = ends.map(|row| row.map_or(f64::NAN, |row| row.values[0].estimate));
        let words = says::step_count_verdict(
            ALLOWED,
            first,
            last,
            rows.last().map_or(f64::NAN, |row| row.x),
            format!("{:.2}", checks[0].measured.estimate),
        );
        Verdict::new(checks, words)
    }

    fn cost(&self) -> Cost {
        let steps: f64 = self.dimensions.iter().map(|d| 60.0 * d.sqrt()).sum();
        Cost { particle_steps: 0.0, seconds: 1e-3 * steps }
    }

    fn guides(&self) -> Vec<GuideLine> {
        (0..GRIDS.len()).map(|series| GuideLine::Power { series, slope: SLOPE, from: 0.0 }).collect()
    }

    fn state(&self, x: f64) -> Option<State> {
        let steps = (25.0 * x.sqrt()) as usize;
        Some(State {
            mixture: pair(),
            process: process(GRIDS[0], steps),
            guidance: Guidance::constant(TARGET, 1.0),
            classifier: Classifier::EXACT,
            ..State::default()
        })
    }
}
