//! What guidance does to the average of `1/p(c|x)` in the course of the run.

use super::scenes::{TARGET, lane, p2, particles};
use super::{About, Check, Cost, Experiment, GuideLine, Quantity, Row, Size, Verdict, Work, exact};
use crate::engine::{Observation, Scene};
use crate::law::{Density, fokker_planck, guided_scores, sampler_law};
use crate::metrics::mean_reciprocal;
use crate::model::{Lane, Mixture, Weight};
use crate::reference::{Marginal, Split};
use crate::words::{Value::Name, messages as says};

/// `E[1/p_t]` on P2 against the time `t`, for each of `WEIGHTS` on the same noise.
#[derive(Clone, Debug)]
pub struct OverTime {
    /// The times `t`, at most 1.
    pub times: Vec<f64>,
    /// Particles in a lane.
    pub particles: usize,
    /// Reverse steps down to each time.
    pub steps: usize,
    /// The factor of the extra guidance in the particles; 1 is right.
    pub factor: f64,
}

/// The weights `w`, one for each lane.
const WEIGHTS: [f64; 4] = [0.0, 1.0, 3.0, 10.0];

static ABOUT: About = About {
    name: "over-time",
    title: "The average of 1/p(c|x) over the run",
    claim: "In conditional sampling E[1/p(c|x)] is 1/pi_c at every time; with an extra scale it falls all the way to the end.",
    source: "arXiv 2505.01382, Lemma 2 and Theorem 1",
    axis: Quantity { name: "t", unit: "time", log: false },
    series: &[
        Quantity { name: "E[1/p] of the particles, w = 0", unit: "1", log: false },
        Quantity { name: "E[1/p] of the particles, w = 1", unit: "1", log: false },
        Quantity { name: "E[1/p] of the particles, w = 3", unit: "1", log: false },
        Quantity { name: "E[1/p] of the particles, w = 10", unit: "1", log: false },
        Quantity { name: "E[1/p] by the exact law of the sampler, w = 0", unit: "1", log: false },
        Quantity { name: "E[1/p] by the exact law of the sampler, w = 1", unit: "1", log: false },
        Quantity { name: "E[1/p] by the exact law of the sampler, w = 3", unit: "1", log: false },
        Quantity { name: "E[1/p] by the exact law of the sampler, w = 10", unit: "1", log: false },
        Quantity { name: "E[1/p] in continuous time, w = 0", unit: "1", log: false },
        Quantity { name: "E[1/p] in continuous time, w = 1", unit: "1", log: false },
        Quantity { name: "E[1/p] in continuous time, w = 3", unit: "1", log: false },
        Quantity { name: "E[1/p] in continuous time, w = 10", unit: "1", log: false },
    ],
};
/// `E[1/p]` at the end, by an independent Fokker-Planck solver.
const AT_THE_END: [f64; 4] = [2.0, 1.8833092, 1.6545575, 1.1908988];
const DIGITS: f64 = 1e-6;
/// Particles are in f32.
const ROUNDING: f64 = 1e-5;
const HORIZON: f64 = 10.0;
const REACH: (f64, f64) = (-11.0, 11.0);

impl OverTime {
    /// At the size asked for.
    pub fn new(size: Size) -> Self {
        let (times, particles, steps) = match size {
            Size::Small => (vec![0.0, 0.2, 0.5, 1.0], 20_000, 100),
            Size::Default => (vec![0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0], 100_000, 200),
        };
        Self { times, particles, steps, factor: 1.0 }
    }
}

impl Experiment for OverTime {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn points(&self) -> Vec<f64> {
        self.times.clone()
    }

    fn work(&self, x: f64) -> Work {
        let mut state = particles(p2(), 1.0, self.steps, self.particles);
        state.process.stop = x;
        state.compare = vec![Lane::Exact, Lane::Unguided, Lane::Conditional];
        let process = state.process;
        let read = move |_: &Scene, observation: &Observation, _: &[Vec<f32>]| {
            let mixture = Mixture::new(&p2());
            let marginal = Marginal::new(&mixture, x);
            let split = Split::new(&marginal, TARGET);
            let mean = |law: &Density| exact(law.expect(|y| (-split.at(&[y]).log_eta()).exp()));
            let mut values: Vec<_> = observation.lanes.iter().map(|lane| mean_reciprocal(&lane.sums)).collect();
            values.extend(WEIGHTS.map(|w| mean(&sampler_law(&process, &guided_scores(&mixture, lane(w))))));
            values.extend(
                WEIGHTS.map(|w| mean(&fokker_planck(&guided_scores(&mixture, lane(w)), HORIZON, x, REACH, 1e-7))),
            );
            Row::new(x, values)
        };
        let weights = WEIGHTS.map(|w| Weight::constant(1.0 + self.factor * w)).to_vec();
        Work::Weighted(Box::new(state), weights, Box::new(read))
    }

    fn verdict(&self, rows: &[Row]) -> Verdict {
        let mut checks = Vec::new();
        for (i, w) in WEIGHTS.into_iter().enumerate() {
            for row in rows {
                let quantity = says::at_time(Name("E[1/p] of the particles"), row.x, w);
                checks.push(Check::value(quantity, row.values[i], row.values[4 + i].estimate, ROUNDING));
                if w == 0.0 || row.x == 0.0 {
                    let quantity = says::at_time(Name("E[1/p] in continuous time"), row.x, w);
                    checks.push(Check::value(quantity, row.values[8 + i], AT_THE_END[i], DIGITS));
                }
            }
            for pair in rows.windows(2).filter(|_| w > 0.0) {
                let fall = pair[0].values[8 + i].estimate - pair[1].values[8 + i].estimate;
                let quantity = says::from_time_to(pair[1].x, pair[0].x, w);
                checks.push(Check::range(quantity, exact(fall), -1.0, 0.0));
            }
        }
        let at = |row: Option<&Row>| row.map_or((f64::NAN, f64::NAN), |row| (row.x, row.values[11].estimate));
        let ((end, last), (start, first)) = (at(rows.first()), at(rows.last()));
        let words = says::over_time_verdict(format!("{first:.3}"), start, format!("{last:.3}"), end);
        Verdict::new(checks, words)
    }

    fn cost(&self) -> Cost {
        let particle_steps = 4.0 * (self.times.len() * self.particles * self.steps) as f64;
        Cost { particle_steps, seconds: 1e-8 * particle_steps + 0.8 * self.times.len() as f64 }
    }

    fn guides(&self) -> Vec<GuideLine> {
        [0, 4, 8].map(|series| GuideLine::Level { series, value: 2.0, name: "1/pi_c" }).to_vec()
    }
}
