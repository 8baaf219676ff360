//! What a guidance error costs in many dimensions: the KL of the samples beside the theorem's line, exactly and from
//! particles.

use super::guidance_error::over_the_run;
use super::neighbours::{nearest_neighbour_kl, sliced_distance};
use super::scenes::{TARGET, pair};
use super::{About, Check, Cost, Experiment, GuideLine, Quantity, Row, Size, Verdict, Work, exact};
use crate::engine::{Observation, Scene};
use crate::law::{guided_scores, sampler_law};
use crate::metrics::Estimate;
use crate::model::{Classifier, Grid, Guidance, Mixture, Noise, Process, Sampler, State, Tempered};
use crate::random::{Philox, normals};
use crate::reference::{LaneGuidance, Marginal, measures};
use crate::words::{Value::Name, messages as says, name};

/// `d` independent copies of the pair, target "all ones", under the classifier tempered by a half.
#[derive(Clone, Debug)]
pub struct Copies {
    /// The dimensions.
    pub dimensions: Vec<f64>,
    /// Points of each law.
    pub points: usize,
    /// Sharpness of the classifier that guides the particles; that of the exact law is a half.
    pub sharpness: f64,
}

static ABOUT: About = About {
    name: "copies",
    title: "What a guidance error costs in many dimensions",
    claim: "The KL of the truth from the samples is at most the guidance error summed over the steps. On d independent coordinates both are d times those of one, so that a classifier that comes near the line in one dimension does in all. An estimate from particles comes out too large, the more the higher d.",
    source: "arXiv 2601.21200, Theorem 3.9 (its guidance term; the copies and all numbers are ours)",
    axis: Quantity { name: "d", unit: "dimensions", log: true },
    series: &[
        Quantity { name: "KL, exact", unit: "nats", log: true },
        Quantity { name: "KL, summed guidance error", unit: "nats", log: true },
        Quantity { name: "KL, from all particles", unit: "nats", log: true },
        Quantity { name: "KL, from a quarter of them", unit: "nats", log: true },
        Quantity { name: "bias over KL, all particles", unit: "1", log: false },
        Quantity { name: "bias over KL, a quarter of them", unit: "1", log: false },
        Quantity { name: "sliced W_1, samples", unit: "length", log: false },
        Quantity { name: "sliced W_1, the truth itself", unit: "length", log: false },
    ],
};
const SHARPNESS: f64 = 0.5;
const STEPS: usize = 200;
/// Whose distance is taken.
const NEAREST: usize = 5;
/// Of the KL over the theorem's line, of the bias of the estimate over the KL, of what it has more with a quarter of the
/// particles, and of the sliced distance: as measured, with room for other numbers of particles.
const REACHED: (f64, f64) = (0.85, 1.0);
const BIAS: (f64, f64) = (-0.05, 0.4);
const MORE: (f64, f64) = (0.05, 0.5);
const SLICED: (f64, f64) = (0.2, 0.4);
/// Steps over which the guidance error is summed.
const SUMMED: usize = 100;
/// Streams of the points of the truth and of the directions.
const PURPOSE: u32 = 0x6469_6d73;

impl Copies {
    /// At the size asked for.
    pub fn new(size: Size) -> Self {
        let (dimensions, points) = match size {
            Size::Small => (vec![1.0, 4.0, 16.0], 1200),
            Size::Default => (vec![1.0, 2.0, 4.0, 8.0, 16.0], 2400),
        };
        Self { dimensions, points, sharpness: SHARPNESS }
    }

    /// Particles of one coordinate: `d` of them are one in `d` dimensions.
    fn state_of(&self, d: f64) -> State {
        State {
            mixture: pair(),
            process: process(),
            guidance: Guidance::constant(TARGET, 1.0),
            classifier: tempered(self.sharpness),
            compare: Vec::new(),
            particles: self.points * d as usize,
            ..State::default()
        }
    }
}

fn process() -> Process {
    Process { horizon: 6.0, stop: 0.01, steps: STEPS, grid: Grid::Quadratic, sampler: Sampler::Exponential }
}

fn tempered(sharpness: f64) -> Classifier {
    Classifier::Tempered(Tempered { sharpness, bias: 0.0 })
}

/// KL of the truth from the law of the sampler, and the guidance error summed over the steps, of one coordinate.
fn of_a_coordinate() -> [f64; 2] {
    let (mixture, process) = (Mixture::new(&pair()), process());
    let state = State { mixture: pair(), classifier: tempered(SHARPNESS), ..State::default() };
    let lane = LaneGuidance { classifier: state.classifier, ..super::scenes::lane(0.0) };
    let truth = Marginal::new(&mixture, process.stop);
    let law = sampler_law(&process, &guided_scores(&mixture, lane));
    let summed = over_the_run(SUMMED, |t| measures(&state, t).expect("one dimension").guidance_mse);
    [law.kl_from(|x| truth.class_log_density(TARGET, &[x])), summed]
}

impl Experiment for Copies {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn points(&self) -> Vec<f64> {
        self.dimensions.clone()
    }

    fn work(&self, x: f64) -> Work {
        let (d, count) = (x as usize, self.points);
        let read = move |scene: &Scene, _: &Observation, samples: &[Vec<f32>]| {
            let samples: Vec<f64> = samples[0].iter().map(|&x| f64::from(x)).collect();
            let Noise { signal, variance } = Noise::at(process().stop);
            let sd = (0.25 * signal * signal + variance).sqrt();
            let mut rng = Philox::for_purpose(scene.seed, PURPOSE);
            let [truth, again] = [(); 2].map(|()| {
                let mut points = vec![0.0; count * d];
                normals(&mut rng, &mut points);
                for x in &mut points {
                    *x = signal + sd * *x;
                }
                points
            });
            let [kl, summed] = of_a_coordinate().map(|found| x * found);
            let found = [count, count / 4]
                .map(|count| nearest_neighbour_kl(&truth[..count * d], &samples[..count * d], d, NEAREST));
            let bias = found.map(|found| Estimate {
                estimate: found.estimate / kl - 1.0,
                standard_error: found.standard_error / kl,
            });
            let sliced = [&samples, &again].map(|points| sliced_distance(&truth, points, d, &mut rng));
            let values = [exact(kl), exact(summed)].into_iter().chain(found).chain(bias).chain(sliced);
            Row::new(x, values.collect())
        };
        Work::Weighted(Box::new(self.state_of(x)), Vec::new(), Box::new(read))
    }

    fn verdict(&self, rows: &[Row]) -> Verdict {
        let mut checks = Vec::new();
        for row in rows {
            let mut check = |index: usize, (from, to)| {
                let what = says::at_dimension(Name(ABOUT.series[index].name), row.x);
                checks.push(Check::range(what, row.values[index], from, to));
            };
            check(4, BIAS);
            check(6, SLICED);
        }
        let last = |index: usize| rows.last().map_or(exact(f64::NAN), |row| row.values[index]);
        let [kl, summed, all] = [0, 1, 2].map(|index| last(index).estimate);
        checks.push(Check::range(name("KL over the summed guidance error"), exact(kl / summed), REACHED.0, REACHED.1));
        let more = Estimate {
            estimate: last(5).estimate - last(4).estimate,
            standard_error: last(5).standard_error.hypot(last(4).standard_error),
        };
        checks.push(Check::range(name("bias of a quarter minus that of all at the largest d"), more, MORE.0, MORE.1));
        let words = says::copies_verdict(
            rows.last().map_or(f64::NAN, |row| row.x),
            format!("{kl:.3}"),
            format!("{summed:.3}"),
            format!("{all:.2}"),
        );
        Verdict::new(checks, words)
    }

    fn cost(&self) -> Cost {
        let particle_steps = (STEPS * self.points) as f64 * self.dimensions.iter().sum::<f64>();
        let pairs = (self.points * self.points) as f64;
        let compared: f64 = self.dimensions.iter().map(|d| 3.0 * (d + 6.0) * pairs).sum();
        Cost { particle_steps, seconds: 2e-8 * particle_steps + 1e-9 * compared + 0.1 * self.dimensions.len() as f64 }
    }

    fn guides(&self) -> Vec<GuideLine> {
        vec![GuideLine::Power { series: 0, slope: 1.0, from: 0.0 }]
    }

    fn state(&self, x: f64) -> Option<State> {
        Some(self.state_of(x))
    }
}
