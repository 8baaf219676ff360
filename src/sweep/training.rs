//! What the guidance error does while a network learns: beside its KL, on the way to a small one.

use super::scenes::{TARGET, pair};
use super::{About, Check, Cost, Experiment, GuideLine, Line, Quantity, Row, Size, Verdict, Work, exact, series};
use crate::learn::train;
use crate::model::{Classifier, Fourier, Guidance, Hidden, Learned, Mixture, Process, Recipe, State};
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
/// The times of the samples, and those at which the error is measured.
const NOISE: [f64; 2] = [0.1, 2.0];
const TIMES: i32 = 4;
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
        Recipe {
            hidden: Hidden::new(&[32, 32]),
            fourier: rough.then_some(Fourier { features: 64, bandwidth: self.bandwidth }),
            noise: NOISE,
            batch: 256,
            rate: 0.001,
            target_kl: Some(target),
            seed,
            ..Recipe::default()
        }
    }

    fn network(recipe: Recipe) -> State {
        let base = State::default();
        State {
            mixture: pair(),
            process: Process { stop: NOISE[0], ..base.process },
            guidance: Guidance::constant(TARGET, 1.0),
            classifier: Classifier::Learned(Learned { recipe }),
            ..base
        }
    }

    /// The error and its bound, each the mean over the times, and the geometric mean over the seeds.
    fn measured(recipes: impl Iterator<Item = Recipe>) -> [f64; 2] {
        let (mut logs, mut count) = ([0.0; 2], 0.0);
        for recipe in recipes {
            let state = Self::network(recipe);
            let found = train(&recipe, &Mixture::new(&state.mixture), |_| ()).and_then(|_| {
                let mut sums = [0.0; 2];
                for k in 0..TIMES {
                    let t = NOISE[0] * (NOISE[1] / NOISE[0]).powf(f64::from(k) / f64::from(TIMES - 1));
                    let at = error_bound(&state, t)?;
                    sums[0] += at.guidance_mse_joint / f64::from(TIMES);
                    sums[1] += at.bound / f64::from(TIMES);
                }
                Ok(sums)
            });
            let found = found.unwrap_or([f64::NAN; 2]);
            logs = [logs[0] + found[0].ln(), logs[1] + found[1].ln()];
            count += 1.0;
        }
        logs.map(|log| (log / count).exp())
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
            let [plain, rough] = [plain, rough].map(|recipes| Self::measured(recipes.into_iter()));
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
        Some(Self::network(self.recipe(x, true, SEEDS[0])))
    }
}
