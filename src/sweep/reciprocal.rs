//! What guidance does to the average of `1/p(c|x)`.

use super::scenes::{lane, p2, particles, reciprocal};
use super::{About, Check, Cost, Experiment, GuideLine, Quantity, Row, Size, Verdict, Work, exact};
use crate::engine::{Observation, Scene};
use crate::law::{fokker_planck, guided_scores, sampler_law};
use crate::metrics::mean_reciprocal;
use crate::model::Mixture;
use crate::words::{Value::Name, messages as says};

/// `E[1/p]` of particles on P2 against the weight.
#[derive(Clone, Debug)]
pub struct Reciprocal {
    /// The weights `w`.
    pub weights: Vec<f64>,
    /// Particles in a lane.
    pub particles: usize,
    /// Reverse steps.
    pub steps: usize,
    /// The sign of the extra guidance in the particles; 1 is right.
    pub sign: f64,
}

static ABOUT: About = About {
    name: "reciprocal",
    title: "Guidance lowers the average of 1/p(c|x)",
    claim: "In conditional sampling E[1/p(c|x)] is 1/pi_c; any extra scale w > 0 brings it below.",
    source: "arXiv 2505.01382, Lemma 2 and Theorem 1",
    axis: Quantity { name: "w", unit: "1", log: false },
    series: &[
        Quantity { name: "E[1/p], particles", unit: "1", log: false },
        Quantity { name: "E[1/p], exact law of the sampler", unit: "1", log: false },
        Quantity { name: "E[1/p], exact, continuous time", unit: "1", log: false },
    ],
};
/// Particles are in f32.
const ROUNDING: f64 = 1e-5;
const HORIZON: f64 = 10.0;
const REACH: (f64, f64) = (-11.0, 11.0);

impl Reciprocal {
    /// At the size asked for.
    pub fn new(size: Size) -> Self {
        match size {
            Size::Small => Self { weights: vec![0.0, 1.0, 3.0, 10.0], particles: 20_000, steps: 200, sign: 1.0 },
            Size::Default => Self {
                weights: vec![0.0, 0.5, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0],
                particles: 200_000,
                steps: 400,
                sign: 1.0,
            },
        }
    }
}

impl Experiment for Reciprocal {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn points(&self) -> Vec<f64> {
        self.weights.clone()
    }

    fn work(&self, x: f64) -> Work {
        let mut state = particles(p2(), 1.0 + self.sign * x, self.steps, self.particles);
        state.compare.clear();
        let process = state.process;
        let read = move |_: &Scene, observation: &Observation| {
            let mixture = Mixture::new(&p2());
            let (scores, value) = (guided_scores(&mixture, lane(x)), reciprocal(&mixture));
            let law = sampler_law(&process, &scores);
            let limit = fokker_planck(&scores, HORIZON, 0.0, REACH, 1e-7);
            let found = mean_reciprocal(&observation.lanes[0].sums);
            Row::new(x, vec![found, exact(law.expect(&value)), exact(limit.expect(&value))])
        };
        Work::Particles(Box::new(state), Box::new(read))
    }

    fn verdict(&self, rows: &[Row]) -> Verdict {
        let mut checks: Vec<Check> = rows
            .iter()
            .map(|row| {
                let predicted = row.values[1].estimate;
                Check::value(says::at_weight(Name("E[1/p]"), row.x), row.values[0], predicted, ROUNDING)
            })
            .collect();
        // In continuous time the average starts at 1/pi_c and falls with the weight (seen, not proved).
        for pair in rows.windows(2) {
            let quantity = says::from_weight_to(Name("E[1/p] in continuous time"), pair[0].x, pair[1].x);
            let fall = pair[1].values[2].estimate - pair[0].values[2].estimate;
            checks.push(Check::range(quantity, exact(fall), -1.0, 0.0));
        }
        let ends = |index: usize| rows.get(index).map_or(f64::NAN, |row| row.values[2].estimate);
        let words =
            says::reciprocal_verdict(format!("{:.4}", ends(0)), format!("{:.4}", ends(rows.len().saturating_sub(1))));
        Verdict::new(checks, words)
    }

    fn cost(&self) -> Cost {
        let particle_steps = (self.weights.len() * self.particles * self.steps) as f64;
        Cost { particle_steps, seconds: 1e-8 * particle_steps + 0.2 * self.weights.len() as f64 }
    }

    fn guides(&self) -> Vec<GuideLine> {
        vec![GuideLine::Level { series: 0, value: 2.0, name: "1/pi_c" }]
    }
}
