//! The order at which the samples of the SDE converge in the number of steps, for each time grid.

use super::scenes::{TARGET, lane, pair};
use super::{About, Check, Cost, Experiment, GuideLine, Line, Quantity, Row, Size, Verdict, Work, exact, series};
use crate::law::{ScoreAt, guided_scores, sampler_law};
use crate::model::{Classifier, Grid, Guidance, Mixture, Process, Sampler, State};
use crate::reference::Marginal;
use crate::words::{messages as says, name};

/// KL of the exact law of the discrete sampler against the number of steps.
#[derive(Clone, Debug)]
pub struct Steps {
    /// The numbers of steps.
    pub counts: Vec<f64>,
    /// Added to the score; the theorem's is 0.
    pub score_error: f64,
}

static ABOUT: About = About {
    name: "steps",
    title: "How many steps it takes",
    claim: "The KL of the truth from the samples falls as N^-2 in the number of steps, on a graded grid much sooner than on a uniform one.",
    source: "arXiv 2601.21200, Theorem 3.9 (its discretisation term; the order is measured, ours)",
    axis: Quantity { name: "N", unit: "steps", log: true },
    series: &[
        Quantity { name: "KL, uniform-geometric grid", unit: "nats", log: true },
        Quantity { name: "KL, quadratic grid", unit: "nats", log: true },
        Quantity { name: "KL, uniform grid", unit: "nats", log: true },
        Quantity { name: "KL, logistic grid", unit: "nats", log: true },
    ],
};
const GRIDS: [Grid; 4] = [Grid::UniformGeometric, Grid::Quadratic, Grid::Uniform, Grid::Logistic];
const HORIZON: f64 = 6.0;
const STOP: f64 = 0.01;
const SLOPE: f64 = -2.0;
/// With fewer steps the order is not reached yet.
const FROM: f64 = 40.0;
const TOLERANCE: f64 = 0.05;
/// The logistic grid reaches its order later: its slope is -2.17 from 40 to 160 steps and -2.03 from here on.
const LATE: f64 = 320.0;

impl Steps {
    /// At the size asked for.
    pub fn new(size: Size) -> Self {
        let counts = if size == Size::Small {
            vec![80.0, 160.0, 320.0, 640.0]
        } else {
            vec![20.0, 40.0, 80.0, 160.0, 320.0, 640.0]
        };
        Self { counts, score_error: 0.0 }
    }
}

/// The KL of the truth of the pair's target class from the samples after a process, in nats, by the exact law of the sampler;
/// `score_error` is added to the exact score.
pub(super) fn pair_kl(process: &Process, score_error: f64) -> f64 {
    let mixture = Mixture::new(&pair());
    let marginal = Marginal::new(&mixture, process.stop);
    let exact_scores = guided_scores(&mixture, lane(0.0));
    let scores = |t: f64| -> ScoreAt {
        let score = exact_scores(t);
        Box::new(move |x| score(x) + score_error)
    };
    sampler_law(process, &scores).kl_from(|x| marginal.class_log_density(TARGET, &[x]))
}

impl Experiment for Steps {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn points(&self) -> Vec<f64> {
        self.counts.clone()
    }

    fn work(&self, x: f64) -> Work {
        let error = self.score_error;
        Work::Exact(Box::new(move || {
            let process =
                |grid| Process { horizon: HORIZON, stop: STOP, steps: x as usize, grid, sampler: Sampler::Exponential };
            Row::new(x, GRIDS.map(|grid| exact(pair_kl(&process(grid), error))).to_vec())
        }))
    }

    fn verdict(&self, rows: &[Row]) -> Verdict {
        let slope = |index, from| Line::power(series(rows, index).filter(|(x, _)| *x >= from));
        let last = rows.last().map_or(f64::NAN, |row| row.values[2].estimate / row.values[0].estimate);
        let checks = vec![
            Check::slope(name("slope on the uniform-geometric grid"), &slope(0, FROM), SLOPE, TOLERANCE),
            Check::slope(name("slope on the quadratic grid"), &slope(1, FROM), SLOPE, TOLERANCE),
            Check::slope(name("slope on the logistic grid"), &slope(3, LATE), SLOPE, TOLERANCE),
            Check::range(name("KL on the uniform grid over that on the uniform-geometric one"), exact(last), 5.0, 50.0),
        ];
        let words = says::steps_verdict(format!("{:.2}", checks[0].measured.estimate), format!("{last:.0}"));
        Verdict::new(checks, words)
    }

    fn cost(&self) -> Cost {
        Cost { particle_steps: 0.0, seconds: 2e-4 * self.counts.iter().sum::<f64>() }
    }

    fn guides(&self) -> Vec<GuideLine> {
        [(0, FROM), (1, FROM), (3, LATE)].map(|(series, from)| GuideLine::Power { series, slope: SLOPE, from }).into()
    }

    fn state(&self, x: f64) -> Option<State> {
        let process =
            Process { horizon: HORIZON, stop: STOP, steps: x as usize, grid: GRIDS[0], sampler: Sampler::Exponential };
        let guidance = Guidance::constant(TARGET, 1.0);
        Some(State { mixture: pair(), process, guidance, classifier: Classifier::EXACT, ..State::default() })
    }
}
