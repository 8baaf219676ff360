//! Guidance does not improve every sample.

use super::scenes::{TARGET, p2, particles};
use super::{About, Chart, Check, Cost, Experiment, Guide, Quantity, Row, Size, Verdict, Work};
use crate::engine::{Observation, Scene};
use crate::metrics::{Estimate, fraction_improved, mean_reciprocal};
use crate::model::Mixture;
use crate::reference::{Marginal, Split};

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
}

/// Bins of the map, and how far it reaches to each side.
const MAP: (usize, f64) = (48, 6.0);
/// Bins of the paired histogram; on P2 `log p` is between -.98 and 0.
const HISTOGRAM: (usize, f64) = (40, 1.0);

/// Where the samples are that lose, and by how much each sample gains: positions with and without extra
/// guidance, on the same noise.
fn losers(guided: &[f32], plain: &[f32]) -> Vec<Chart> {
    let marginal = Marginal::new(&Mixture::new(&p2()), 0.0);
    let split = Split::new(&marginal, TARGET);
    let bin = |(count, reach): (usize, f64), x: f64| {
        let place = (x + reach) / (2.0 * reach) * count as f64;
        (0.0..count as f64).contains(&place).then_some(place as usize)
    };
    // All samples and those that lose, by where they end and by where they would have ended.
    let mut map = [[[0.0; 2]; MAP.0]; 2];
    let mut histogram = [0.0; HISTOGRAM.0];
    for (&guided, &plain) in guided.iter().zip(plain) {
        let ends = [f64::from(guided), f64::from(plain)];
        let [with, without] = ends.map(|x| split.at(&[x]).log_eta());
        for (counts, x) in map.iter_mut().zip(ends) {
            if let Some(bin) = bin(MAP, x) {
                counts[bin][0] += 1.0;
                counts[bin][1] += f64::from(u8::from(with < without));
            }
        }
        if let Some(bin) = bin(HISTOGRAM, with - without) {
            histogram[bin] += 1.0;
        }
    }
    let share = |part: f64, whole: f64| {
        let share = part / whole;
        (whole > 0.0).then(|| Estimate { estimate: share, standard_error: (share * (1.0 - share) / whole).sqrt() })
    };
    let edges = |(count, reach): (usize, f64)| -> Vec<f64> {
        (0..=count).map(|i| reach * (2.0 * i as f64 / count as f64 - 1.0)).collect()
    };
    let quantity = |name| Quantity { name, unit: "1", log: false };
    vec![
        Chart {
            title: "Where the samples are that lose",
            axis: Quantity { name: "x", unit: "length", log: false },
            edges: edges(MAP),
            series: vec![
                quantity("probability to lose, by where a sample ends"),
                quantity("probability to lose, by where it would have ended"),
            ],
            values: map.map(|counts| counts.map(|[all, lost]| share(lost, all)).to_vec()).to_vec(),
        },
        Chart {
            title: "What each sample gains",
            axis: Quantity { name: "log p(c|x) with extra guidance minus without", unit: "nats", log: false },
            edges: edges(HISTOGRAM),
            series: vec![quantity("share of the samples")],
            values: vec![histogram.map(|count| share(count, guided.len() as f64)).to_vec()],
        },
    ]
}

impl Experiment for Improved {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn points(&self) -> Vec<f64> {
        self.weights.clone()
    }

    fn work(&self, x: f64) -> Work {
        let state = particles(p2(), 1.0 + self.sign * x, self.steps, self.particles);
        let read = move |_: &Scene, observation: &Observation, samples: &[Vec<f32>]| {
            let sums = &observation.lanes[0].sums;
            let charts = losers(&samples[0], &samples[1]);
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
                    format!("fraction improved at w = {}", row.x),
                    measured,
                    *expected,
                    DISCRETISATION,
                ));
            }
            checks.push(Check::range(format!("E[1/p] at w = {}", row.x), row.values[1], 1.0, 2.0));
        }
        let least = rows.iter().map(|row| row.values[0].estimate).fold(1.0, f64::min);
        let words = format!(
            "At every weight the average is below 2, and yet up to {:.1} % of the samples end less certain than without it.",
            100.0 * (1.0 - least)
        );
        Verdict::new(checks, words)
    }

    fn cost(&self) -> Cost {
        let particle_steps = 2.0 * (self.weights.len() * self.particles * self.steps) as f64;
        Cost { particle_steps, seconds: 1e-8 * particle_steps }
    }

    fn guides(&self) -> Vec<Guide> {
        vec![
            Guide::Points { series: 0, points: REFERENCE.to_vec(), name: "predicted" },
            Guide::Level { series: 1, value: 2.0, name: "1/pi_c" },
        ]
    }
}
