//! CFG++ has no limit in the number of steps.

use super::scenes::{TARGET, pair};
use super::{About, Check, Cost, Experiment, GuideLine, Quantity, Row, Size, Verdict, Work, exact};
use crate::law::lane_map;
use crate::model::{Classifier, Grid, Guidance, Mixture, Process, Sampler, Scored, State};
use crate::reference::LaneGuidance;
use crate::words::{messages as says, name};

/// The mean of the samples of CFG++ on the pair against the number of steps, and that of DDIM.
#[derive(Clone, Debug)]
pub struct CfgPlusPlus {
    /// The numbers of steps.
    pub steps: Vec<usize>,
    /// CFG++'s `lambda` over that of the pins; 1 is right.
    pub factor: f64,
}

static ABOUT: About = About {
    name: "cfg-plus-plus",
    title: "CFG++ has no limit in the number of steps",
    claim: "The guidance scale that CFG++ amounts to in a step of length h is lambda sigma^2/h: its samples move out with the number of steps, without a limit. Those of DDIM settle.",
    source: "ours (arXiv 2406.08070 has the sampler)",
    axis: Quantity { name: "N", unit: "1", log: true },
    series: &[
        Quantity { name: "mean, CFG++ at lambda = 0.6", unit: "length", log: false },
        Quantity { name: "mean, DDIM at gamma = 2", unit: "length", log: false },
    ],
};
const LAMBDA: f64 = 0.6;
const GAMMA: f64 = 2.0;
/// Means of CFG++'s map, as an independent program has measured them.
const PINS: [(f64, f64); 6] =
    [(10.0, 1.055), (20.0, 1.317), (50.0, 1.729), (100.0, 2.143), (200.0, 2.683), (1000.0, 4.738)];
const DIGITS: f64 = 6e-4;
const SPACING: f64 = 0.02;

impl CfgPlusPlus {
    /// At the size asked for.
    pub fn new(size: Size) -> Self {
        let steps = match size {
            Size::Small => vec![10, 50, 100],
            Size::Default => vec![10, 20, 50, 100, 200, 500, 1000],
        };
        Self { steps, factor: 1.0 }
    }

    fn state(steps: usize, sampler: Sampler, gamma: f64) -> State {
        State {
            mixture: pair(),
            process: Process { horizon: 8.0, stop: 0.001, steps, grid: Grid::Quadratic, sampler },
            guidance: Guidance::constant(TARGET, gamma),
            classifier: Classifier::EXACT,
            ..State::default()
        }
    }
}

impl Experiment for CfgPlusPlus {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn points(&self) -> Vec<f64> {
        self.steps.iter().map(|&steps| steps as f64).collect()
    }

    fn work(&self, x: f64) -> Work {
        let factor = self.factor;
        Work::Exact(Box::new(move || {
            let mixture = Mixture::new(&pair());
            let mean = |(sampler, gamma)| {
                let state = Self::state(x as usize, sampler, gamma);
                let (weight, classifier) = (state.weight(), state.classifier);
                let lane = LaneGuidance { target: TARGET, weight, classifier, scored: Scored::EXACT };
                exact(lane_map(&state.process, &mixture, &lane, SPACING).mean())
            };
            Row::new(x, [(Sampler::CfgPlusPlus, factor * LAMBDA), (Sampler::Ddim, GAMMA)].map(mean).to_vec())
        }))
    }

    fn verdict(&self, rows: &[Row]) -> Verdict {
        let mut checks = Vec::new();
        for (steps, pinned) in PINS {
            if let Some(row) = rows.iter().find(|row| (row.x - steps).abs() < 0.5) {
                checks.push(Check::value(says::mean_at_steps(steps), row.values[0], pinned, DIGITS));
            }
        }
        let [before, last] = match rows {
            [.., before, last] => [before, last].map(|row| [row.values[0].estimate, row.values[1].estimate]),
            _ => [[f64::NAN; 2]; 2],
        };
        // More and more steps move the one on as before, and the other less and less.
        checks.push(Check::range(
            name("what the last steps add to CFG++'s mean"),
            exact(last[0] - before[0]),
            0.3,
            1.5,
        ));
        checks.push(Check::range(name("what they add to DDIM's"), exact((last[1] - before[1]).abs()), 0.0, 0.02));
        let steps = rows.last().map_or(f64::NAN, |row| row.x);
        let words = says::cfg_plus_plus_verdict(steps, format!("{:.3}", last[0]), format!("{:.3}", last[1]));
        Verdict::new(checks, words)
    }

    fn cost(&self) -> Cost {
        Cost { particle_steps: 0.0, seconds: 5e-4 * self.steps.iter().sum::<usize>() as f64 }
    }

    fn guides(&self) -> Vec<GuideLine> {
        vec![GuideLine::Points { series: 0, points: PINS.to_vec(), name: "predicted" }]
    }

    fn state(&self, x: f64) -> Option<State> {
        Some(Self::state(x as usize, Sampler::CfgPlusPlus, LAMBDA))
    }
}
