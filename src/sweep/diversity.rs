//! Guidance buys certainty with diversity, and does not sample the tilted density. (On P1 the guided law is
//! the narrower one up to a weight of about 7, then the wider one.)

use super::scenes::{TARGET, lane, p1, particles};
use super::{About, Check, Cost, Experiment, GuideLine, Quantity, Row, Size, Verdict, Work, exact};
use crate::engine::{Observation, Scene};
use crate::law::{fokker_planck, guided_scores, sampler_law};
use crate::metrics::{Estimate, covariance};
use crate::model::Mixture;
use crate::reference::{Marginal, Tilted};
use crate::words::{Value::Name, messages as says};

/// Variance and entropy on P1 against the weight, guided and tilted.
#[derive(Clone, Debug)]
pub struct Diversity {
    /// The weights `w`.
    pub weights: Vec<f64>,
    /// Particles.
    pub particles: usize,
    /// Reverse steps.
    pub steps: usize,
    /// The particles' variance is read too large by this share; 0 is right.
    pub bias: f64,
}

static ABOUT: About = About {
    name: "diversity",
    title: "Guidance costs diversity",
    claim: "The guided law narrows as the guidance scale grows, and it moves away from the tilted density p(x|c) p(c|x)^w.",
    source: "arXiv 2505.01382 (P1 and the numbers are ours)",
    axis: Quantity { name: "w", unit: "1", log: false },
    series: &[
        Quantity { name: "variance, particles", unit: "length^2", log: false },
        Quantity { name: "variance, exact law of the sampler", unit: "length^2", log: false },
        Quantity { name: "variance, exact, continuous time", unit: "length^2", log: false },
        Quantity { name: "entropy, exact, continuous time", unit: "nats", log: false },
        Quantity { name: "variance, tilted", unit: "length^2", log: false },
        Quantity { name: "KL of the guided from the tilted density", unit: "nats", log: false },
    ],
};
const HORIZON: f64 = 10.0;
const REACH: (f64, f64) = (-11.0, 11.0);
/// Variance and KL at `w`, by an independent Fokker-Planck solver, to [`REFERENCE_DIGITS`].
const REFERENCE: [(f64, f64, f64); 2] = [(1.0, 0.6720501, 0.0301960), (3.0, 0.5362886, 0.1434919)];
const REFERENCE_DIGITS: f64 = 1e-5;
/// Particles are in f32.
const ROUNDING: f64 = 1e-5;

impl Diversity {
    /// At the size asked for.
    pub fn new(size: Size) -> Self {
        match size {
            Size::Small => Self { weights: vec![0.0, 1.0, 3.0], particles: 20_000, steps: 200, bias: 0.0 },
            Size::Default => Self {
                weights: vec![0.0, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 10.0],
                particles: 200_000,
                steps: 400,
                bias: 0.0,
            },
        }
    }
}

impl Experiment for Diversity {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn points(&self) -> Vec<f64> {
        self.weights.clone()
    }

    fn work(&self, x: f64) -> Work {
        let mut state = particles(p1(), 1.0 + x, self.steps, self.particles);
        state.compare.clear();
        let (process, bias) = (state.process, self.bias);
        let read = move |_: &Scene, observation: &Observation| {
            let mixture = Mixture::new(&p1());
            let scores = guided_scores(&mixture, lane(x));
            let law = sampler_law(&process, &scores);
            let limit = fokker_planck(&scores, HORIZON, 0.0, REACH, 1e-7);
            let marginal = Marginal::new(&mixture, 0.0);
            let tilted = Tilted::new(&marginal, TARGET, 1.0 + x);
            let sums = &observation.lanes[0].sums;
            // Var of a sample variance: (m_4 - v^2)/N.
            let (mean, variance) = (law.mean(), law.variance());
            let fourth = law.expect(|y| (y - mean).powi(4));
            let found = Estimate {
                estimate: covariance(sums)[0][0] * (1.0 + bias),
                standard_error: ((fourth - variance * variance) / sums.count as f64).sqrt(),
            };
            let log_tilted = |y: f64| tilted.log_density(&[y]);
            let exact_values =
                [variance, limit.variance(), limit.entropy(), tilted_variance(&tilted), limit.kl(log_tilted).max(0.0)];
            Row::new(x, std::iter::once(found).chain(exact_values.map(exact)).collect())
        };
        Work::Particles(Box::new(state), Box::new(read))
    }

    fn verdict(&self, rows: &[Row]) -> Verdict {
        let mut checks = Vec::new();
        for row in rows {
            let [found, of_sampler, variance, _, _, divergence] = row.values[..] else { continue };
            let w = row.x;
            checks.push(Check::value(
                says::at_weight(Name("variance of the particles"), w),
                found,
                of_sampler.estimate,
                ROUNDING,
            ));
            if let Some((_, expected, expected_kl)) = REFERENCE.iter().find(|(known, ..)| (known - w).abs() < 1e-9) {
                checks.push(Check::value(says::at_weight(Name("variance"), w), variance, *expected, REFERENCE_DIGITS));
                checks.push(Check::value(
                    says::at_weight(Name("KL from the tilted density"), w),
                    divergence,
                    *expected_kl,
                    REFERENCE_DIGITS,
                ));
            }
        }
        for pair in rows.windows(2) {
            let fall = exact(pair[1].values[3].estimate - pair[0].values[3].estimate);
            let between = |what| says::from_weight_to(Name(what), pair[0].x, pair[1].x);
            checks.push(Check::range(between("entropy"), fall, -1.0, 0.0));
            let rise = exact(pair[1].values[5].estimate - pair[0].values[5].estimate);
            checks.push(Check::range(between("KL from the tilted density"), rise, 0.0, 1.0));
        }
        let ends = |index: usize| {
            [rows.first(), rows.last()].map(|row| row.map_or(f64::NAN, |row| row.values[index].estimate))
        };
        let ([first, last], [_, divergence]) = (ends(2), ends(5));
        let words = says::diversity_verdict(format!("{first:.3}"), format!("{last:.3}"), format!("{divergence:.3}"));
        Verdict::new(checks, words)
    }

    fn cost(&self) -> Cost {
        let particle_steps = (self.weights.len() * self.particles * self.steps) as f64;
        Cost { particle_steps, seconds: 1e-8 * particle_steps + 0.2 * self.weights.len() as f64 }
    }

    fn guides(&self) -> Vec<GuideLine> {
        let points = |value: fn((f64, f64, f64)) -> (f64, f64)| REFERENCE.into_iter().map(value).collect();
        vec![
            GuideLine::Points { series: 2, points: points(|(w, variance, _)| (w, variance)), name: "predicted" },
            GuideLine::Points { series: 5, points: points(|(w, _, divergence)| (w, divergence)), name: "predicted" },
        ]
    }
}

/// The variance of the tilted density, by the trapezoid rule.
fn tilted_variance(tilted: &Tilted) -> f64 {
    let spacing = 0.05;
    let sum = |f: &dyn Fn(f64) -> f64| -> f64 {
        let nodes = ((REACH.1 - REACH.0) / spacing) as i32;
        (0..=nodes)
            .map(|i| REACH.0 + spacing * f64::from(i))
            .map(|x| spacing * f(x) * tilted.log_density(&[x]).exp())
            .sum()
    };
    let mean = sum(&|x| x);
    sum(&|x| (x - mean) * (x - mean))
}
