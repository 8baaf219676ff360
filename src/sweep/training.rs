//! What the guidance error does while a network learns: beside its KL, on the way to a small one.

use super::networks::{geometric_mean, measured, network, over_time, stopped, times};
use super::{About, Check, Cost, Experiment, GuideLine, Line, Quantity, Row, Size, Verdict, Work, exact, series};
use crate::model::{Recipe, State};
use crate::reference::error_bound;
use crate::words::{messages as says, name};

/// Two networks on the pair, stopped at the same KL: a plain one, and one with random Fourier features.
#[derive(Clone, Debug)]
pub struct Trained {
    /// The KLs.
    pub targets: Vec<f64>,
    /// The bandwidth of the features; 12 is right.
    pub bandwidth: f64,
}

static ABOUT: About = About {
    name: "training",
    title: "What a network learns of the KL, and of the guidance",
    claim: "While a plain network learns, its guidance error falls faster than the square root of its KL, which is what the theorem promises where the roughness stays bounded. With fast random features it hardly falls while the KL does: the network is as rough as before.",
    source: "ours (after arXiv 2601.21200)",
    axis: Quantity { name: "KL at which the training stops", unit: "nats", log: true },
    series: &[
        Quantity { name: "guidance error, plain network", unit: "1/length^2", log: true },
        Quantity { name: "guidance error, with random features", unit: "1/length^2", log: true },
        Quantity { name: "bound of the guidance error, plain network", unit: "1/length^2", log: true },
        Quantity { name: "bound of the guidance error, with random features", unit: "1/length^2", log: true },
    ],
};
/// The theory's edge.
const EDGE: f64 = 0.5;
/// So many times, at which the error is measured.
const TIMES: usize = 4;
const SEEDS: [u32; 2] = [1, 2];

impl Trained {
    /// At the size asked for.
    pub fn new(size: Size) -> Self {
        let targets = match size {
            Size::Small => vec![0.005, 0.04],
            Size::Default => vec![0.005, 0.007, 0.01, 0.014, 0.02, 0.028, 0.04],
        };
        Self { targets, bandwidth: 12.0 }
    }

    fn recipe(&self, target: f64, rough: bool, seed: u32) -> Recipe {
        stopped(target, rough.then_some(self.bandwidth), seed)
    }

    /// The error and its bound, each the mean over the times, and the geometric mean over the seeds.
    fn measured(recipes: &[Recipe]) -> [f64; 2] {
        let found = recipes.iter().map(|&recipe| {
            over_time(&measured(recipe, &times(TIMES), |state, t| {
                error_bound(state, t).map(|at| [at.guidance_mse_joint, at.bound])
            }))
        });
        let found: Vec<[f64; 2]> = found.collect();
        [0, 1].map(|index| geometric_mean(&found.iter().map(|found| found[index]).collect::<Vec<_>>()).estimate)
    }
}

impl Experiment for Trained {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn points(&self) -> Vec<f64> {
        self.targets.clone()
    }

    fn work(&self, x: f64) -> Work {
        let of = |rough| SEEDS.map(|seed| self.recipe(x, rough, seed));
        let (plain, rough) = (of(false), of(true));
        Work::Exact(Box::new(move || {
            let [plain, rough] = [plain, rough].map(|recipes| Self::measured(&recipes));
            Row::new(x, [plain[0], rough[0], plain[1], rough[1]].map(exact).to_vec())
        }))
    }

    fn verdict(&self, rows: &[Row]) -> Verdict {
        let [plain, rough] = [0, 1].map(|index| Line::power(series(rows, index)).slope.estimate);
        let ratio = rows.first().map_or(f64::NAN, |row| row.values[1].estimate / row.values[0].estimate);
        let share = |row: &Row, index: usize| row.values[index].estimate / row.values[index + 2].estimate;
        let largest = rows.iter().flat_map(|row| [share(row, 0), share(row, 1)]).fold(0.0, f64::max);
        let checks = vec![
            Check::range(name("slope in the KL, plain network"), exact(plain), EDGE, 1.2),
            Check::range(name("slope in the KL, with random features"), exact(rough), -0.5, EDGE),
            Check::range(
                name("error of the network with random features over that of the plain one, at the least KL"),
                exact(ratio),
                10.0,
                100.0,
            ),
            Check::range(name("largest error over its bound"), exact(largest), 0.0, 1.0),
        ];
        let target = rows.first().map_or(f64::NAN, |row| row.x);
        let words = says::training_verdict(target, format!("{ratio:.0}"), format!("{plain:.2}"), format!("{rough:.2}"));
        Verdict::new(checks, words)
    }

    fn cost(&self) -> Cost {
        Cost { particle_steps: 0.0, seconds: 3.0 * self.targets.len() as f64 }
    }

    fn guides(&self) -> Vec<GuideLine> {
        // Between the two, for the eye: how the least slope looks.
        let points = self.targets.iter().map(|&kl| (kl, 4.0 * kl.powf(EDGE))).collect();
        vec![GuideLine::Points { series: 0, points, name: "slope 1/2" }]
    }

    fn state(&self, x: f64) -> Option<State> {
        Some(network(self.recipe(x, true, SEEDS[0])))
    }
}
