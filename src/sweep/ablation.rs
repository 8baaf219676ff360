//! Which handle on a network takes the guidance error back that fast random features bring, at the same KL.

use std::sync::{Arc, OnceLock};

use super::networks::{geometric_mean, kl_and_error, measured, network, stopped};
use super::{About, Check, Cost, Experiment, GuideLine, Quantity, Row, Size, Verdict, Work, exact, series};
use crate::metrics::Estimate;
use crate::model::{LossWeights, Recipe, State};
use crate::words::{messages as says, name};

/// Networks on the pair that differ in one handle each, stopped at the same KL: KL and guidance error over `t`.
#[derive(Clone, Debug)]
pub struct Ablation {
    /// The times.
    pub times: Vec<f64>,
    /// The seeds of the networks.
    pub seeds: Vec<u32>,
    /// The weight of the curvature ridge over the right one; 1 is right.
    pub factor: f64,
    /// Of all networks at all times, as they are asked for first: they belong to no time, and are trained once.
    found: Arc<OnceLock<Vec<Row>>>,
}

static ABOUT: About = About {
    name: "ablation",
    title: "The same KL, one handle at a time",
    claim: "Of networks that stop at the same KL the one with fast random features has many times the plain one's guidance error. A gradient penalty takes most of it back and a curvature ridge nearly all; a bound on the spectral norms of the layers little, since the features stand before them.",
    source: "ours (after arXiv 2601.21200)",
    axis: Quantity { name: "t", unit: "time", log: true },
    series: &[
        Quantity { name: "guidance error, plain network", unit: "1/length^2", log: true },
        Quantity { name: "guidance error, with random features", unit: "1/length^2", log: true },
        Quantity { name: "guidance error, with a gradient penalty too", unit: "1/length^2", log: true },
        Quantity { name: "guidance error, with a curvature ridge too", unit: "1/length^2", log: true },
        Quantity { name: "guidance error, with a bound on the layers too", unit: "1/length^2", log: true },
        Quantity { name: "KL, plain network", unit: "nats", log: true },
        Quantity { name: "KL, with random features", unit: "nats", log: true },
        Quantity { name: "KL, with a gradient penalty too", unit: "nats", log: true },
        Quantity { name: "KL, with a curvature ridge too", unit: "nats", log: true },
        Quantity { name: "KL, with a bound on the layers too", unit: "nats", log: true },
    ],
};
const KINDS: usize = 5;
/// Where the training stops.
const TARGET: f64 = 0.007;
const BANDWIDTH: f64 = 12.0;
const GRADIENT_PENALTY: f64 = 0.001;
const CURVATURE: f64 = 1e-4;
const SPECTRAL_NORM: f64 = 1.5;
/// The largest KL over the smallest. Training looks at it every 25 steps only, and over times that are drawn.
const ALIKE: f64 = 1.5;

impl Ablation {
    /// At the size asked for.
    pub fn new(size: Size) -> Self {
        let (times, seeds) = match size {
            Size::Small => (vec![0.1, 0.27, 0.74, 2.0], vec![1]),
            Size::Default => (vec![0.1, 0.14, 0.2, 0.27, 0.38, 0.53, 0.74, 1.0, 1.4, 2.0], vec![1, 2, 3]),
        };
        Self { times, seeds, factor: 1.0, found: Arc::default() }
    }

    fn recipes(&self, seed: u32) -> [Recipe; KINDS] {
        let [plain, rough] = [None, Some(BANDWIDTH)].map(|bandwidth| stopped(TARGET, bandwidth, seed));
        let with = |gradient_penalty, curvature| LossWeights { gradient_penalty, curvature, ..rough.loss };
        [
            plain,
            rough,
            Recipe { loss: with(GRADIENT_PENALTY, 0.0), ..rough },
            Recipe { loss: with(0.0, self.factor * CURVATURE), ..rough },
            Recipe { spectral_norm: Some(SPECTRAL_NORM), ..rough },
        ]
    }

    fn rows(&self) -> Vec<Row> {
        let of = |recipe| measured(recipe, &self.times, kl_and_error);
        let found: Vec<_> = self.seeds.iter().map(|&seed| self.recipes(seed).map(of)).collect();
        let row = |(k, &t): (usize, &f64)| {
            let over_seeds = |kind: usize, index: usize| {
                geometric_mean(&found.iter().map(|nets| nets[kind][k][index]).collect::<Vec<_>>())
            };
            let all = |index: usize| (0..KINDS).map(move |kind| over_seeds(kind, index));
            Row::new(t, all(1).chain(all(0)).collect())
        };
        self.times.iter().enumerate().map(row).collect()
    }
}

/// The mean over the times.
fn over_times(rows: &[Row], index: usize) -> f64 {
    series(rows, index).map(|(_, value)| value).sum::<f64>() / rows.len() as f64
}

impl Experiment for Ablation {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn points(&self) -> Vec<f64> {
        self.times.clone()
    }

    fn work(&self, x: f64) -> Work {
        let this = self.clone();
        Work::Exact(Box::new(move || {
            let rows = this.found.get_or_init(|| this.rows());
            rows.iter().find(|row| row.x.total_cmp(&x).is_eq()).cloned().unwrap_or_else(|| {
                Row::new(x, vec![Estimate { estimate: f64::NAN, standard_error: f64::NAN }; 2 * KINDS])
            })
        }))
    }

    fn verdict(&self, rows: &[Row]) -> Verdict {
        let errors: [f64; KINDS] = std::array::from_fn(|kind| over_times(rows, kind));
        let kls: [f64; KINDS] = std::array::from_fn(|kind| over_times(rows, KINDS + kind));
        let [least, most] = [kls.into_iter().fold(f64::INFINITY, f64::min), kls.into_iter().fold(0.0, f64::max)];
        let least_rough = rows.iter().map(|row| row.values[1].estimate / row.values[0].estimate);
        let over = |kind: usize, other: usize| exact(errors[kind] / errors[other]);
        let checks = vec![
            Check::range(name("largest KL over the smallest, means over t"), exact(most / least), 1.0, ALIKE),
            Check::range(name("error with random features over that of the plain network"), over(1, 0), 6.0, 50.0),
            Check::range(
                name("the same, at the time where it is least"),
                exact(least_rough.fold(f64::INFINITY, f64::min)),
                2.0,
                50.0,
            ),
            Check::range(name("error with a gradient penalty over that of the plain network"), over(2, 0), 2.0, 8.0),
            Check::range(name("error with a curvature ridge over that of the plain network"), over(3, 0), 0.5, 2.0),
            Check::range(name("error with a bound on the layers over that without"), over(4, 1), 0.4, 1.1),
        ];
        let [rough, penalty, ridge, bound] = [1, 2, 3, 4].map(|kind| format!("{:.1}", errors[kind] / errors[0]));
        Verdict::new(checks, says::ablation_verdict(TARGET, rough, penalty, ridge, bound))
    }

    fn cost(&self) -> Cost {
        Cost { particle_steps: 0.0, seconds: 3.0 * self.seeds.len() as f64 }
    }

    fn guides(&self) -> Vec<GuideLine> {
        // Both are means over the times: at one time they may be exceeded.
        vec![GuideLine::Level { series: KINDS, value: TARGET, name: "mean over t at which all stop" }]
    }

    fn state(&self, _: f64) -> Option<State> {
        self.seeds.first().map(|&seed| network(self.recipes(seed)[1]))
    }
}
