//! Guidance does not improve every sample.

use super::scenes::{TARGET, p2, particles};
use super::{About, Check, Cost, Experiment, GuideLine, Quantity, Row, Size, Verdict, Work, pairs};
use crate::engine::{Observation, Scene};
use crate::metrics::{Estimate, fraction_improved, mean_reciprocal};
use crate::model::{Mixture, State};
use crate::words::{Value::Name, messages as says};

/// The fraction of particles on P2 that end at a `p(c|x)` no smaller than without extra guidance, on the
/// same noise, against the weight.
#[derive(Clone, Debug)]
pub struct Improved {
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
    name: "improved",
    title: "Not every sample gets better",
    claim: "Guidance lowers the average of 1/p(c|x), but on the same noise a part of the samples ends at a smaller p(c|x).",
    source: "arXiv 2505.01382 (not uniform; the fractions are measured, ours)",
    axis: Quantity { name: "w", unit: "1", log: true },
    series: &[
        Quantity { name: "fraction improved", unit: "1", log: false },
        Quantity { name: "E[1/p]", unit: "1", log: false },
    ],
};
/// Measured once with 1000 steps and an independent program, standard error [`REFERENCE_ERROR`].
const REFERENCE: [(f64, f64); 4] = [(0.5, 0.8773), (1.0, 0.8828), (3.0, 0.9088), (10.0, 0.9815)];
const REFERENCE_ERROR: f64 = 0.0012;
/// What 200 steps instead of 1000 change.
const DISCRETISATION: f64 = 0.002;

impl Improved {
    /// At the size asked for.
    pub fn new(size: Size) -> Self {
        match size {
            Size::Small => Self { weights: vec![0.5, 1.0, 3.0, 10.0], particles: 20_000, steps: 200, sign: 1.0 },
            Size::Default => Self {
                weights: vec![0.1, 0.2, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0],
                particles: 100_000,
                steps: 1000,
                sign: 1.0,
            },
        }
    }

    fn run(&self, w: f64) -> State {
        particles(p2(), 1.0 + self.sign * w, self.steps, self.particles)
    }
}

/// How far the map reaches.
const REACH: (f64, f64) = (-6.0, 6.0);

impl Experiment for Improved {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn points(&self) -> Vec<f64> {
        self.weights.clone()
    }

    fn work(&self, x: f64) -> Work {
        let state = self.run(x);
        let read = move |_: &Scene, observation: &Observation, samples: &[Vec<f32>]| {
            let sums = &observation.lanes[0].sums;
            let charts = pairs(&Mixture::new(&p2()), TARGET, 0.0, [&samples[0], &samples[1]], REACH).charts;
            Row { charts, ..Row::new(x, vec![fraction_improved(sums), mean_reciprocal(sums)]) }
        };
        Work::Weighted(Box::new(state), Vec::new(), Box::new(read))
    }

    fn verdict(&self, rows: &[Row]) -> Verdict {
        let mut checks = Vec::new();
        for row in rows {
            let fraction = row.values[0];
            if let Some((_, expected)) = REFERENCE.iter().find(|(w, _)| (w - row.x).abs() < 1e-9) {
                let standard_error = fraction.standard_error.hypot(REFERENCE_ERROR);
                let measured = Estimate { standard_error, ..fraction };
                checks.push(Check::value(
                    says::at_weight(Name("fraction improved"), row.x),
                    measured,
                    *expected,
                    DISCRETISATION,
                ));
            }
            checks.push(Check::range(says::at_weight(Name("E[1/p]"), row.x), row.values[1], 1.0, 2.0));
        }
        let least = rows.iter().map(|row| row.values[0].estimate).fold(1.0, f64::min);
        let words = says::improved_verdict(format!("{:.1}", 100.0 * (1.0 - least)));
        Verdict::new(checks, words)
    }

    fn state(&self, x: f64) -> Option<State> {
        Some(self.run(x))
    }

    fn cost(&self) -> Cost {
        let particle_steps = 2.0 * (self.weights.len() * self.particles * self.steps) as f64;
        Cost { particle_steps, seconds: 1e-8 * particle_steps }
    }

    fn guides(&self) -> Vec<GuideLine> {
        vec![
            GuideLine::Points { series: 0, points: REFERENCE.to_vec(), name: "predicted" },
            GuideLine::Level { series: 1, value: 2.0, name: "1/pi_c" },
        ]
    }
}
