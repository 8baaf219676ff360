//! Which loss one would choose at equal data: by the guidance error, and by the KL.

use super::networks::{geometric_mean, kl_and_error, measured, network};
use super::{About, Check, Cost, Experiment, Quantity, Row, Size, Verdict, Work, exact, series};
use crate::model::{Fourier, Hidden, LossWeights, Recipe, State};
use crate::words::{Value::Name, messages as says};

/// Logistic regression on random features, on the pair at `t = 1/2`, by several losses, against the number of points.
#[derive(Clone, Debug)]
pub struct Losses {
    /// The numbers of points.
    pub counts: Vec<f64>,
    /// The seeds of features and points.
    pub seeds: Vec<u32>,
    /// The weights of the regularisers over the right ones; 1 is right.
    pub factor: f64,
}

static ABOUT: About = About {
    name: "losses",
    title: "Which loss would you choose?",
    claim: "Trained on the same points, the denoising loss, which needs the score, and cross-entropy with a curvature ridge have a guidance error many times smaller than cross-entropy or the Brier loss, at every number of points. Of cross-entropy alone and with a gradient penalty the KL chooses the wrong one at 5,000 points.",
    source: "ours (after arXiv 2601.21200)",
    axis: Quantity { name: "points", unit: "1", log: true },
    series: &[
        Quantity { name: "guidance error, cross-entropy", unit: "1/length^2", log: true },
        Quantity { name: "guidance error, cross-entropy and gradient penalty", unit: "1/length^2", log: true },
        Quantity { name: "guidance error, cross-entropy and curvature ridge", unit: "1/length^2", log: true },
        Quantity { name: "guidance error, denoising loss", unit: "1/length^2", log: true },
        Quantity { name: "guidance error, Brier loss", unit: "1/length^2", log: true },
        Quantity { name: "KL, cross-entropy", unit: "nats", log: true },
        Quantity { name: "KL, cross-entropy and gradient penalty", unit: "nats", log: true },
        Quantity { name: "KL, cross-entropy and curvature ridge", unit: "nats", log: true },
        Quantity { name: "KL, denoising loss", unit: "nats", log: true },
        Quantity { name: "KL, Brier loss", unit: "nats", log: true },
    ],
};
const NAMES: [&str; 5] = [
    "cross-entropy",
    "cross-entropy and gradient penalty",
    "cross-entropy and curvature ridge",
    "denoising loss",
    "Brier loss",
];
const TIME: f64 = 0.5;
const GRADIENT_PENALTY: f64 = 0.01;
const CURVATURE: f64 = 0.001;

impl Losses {
    /// At the size asked for.
    pub fn new(size: Size) -> Self {
        match size {
            Size::Small => Self { counts: vec![5000.0], seeds: vec![1, 2], factor: 1.0 },
            Size::Default => Self { counts: vec![500.0, 5000.0, 50_000.0], seeds: vec![1, 2, 3], factor: 1.0 },
        }
    }

    /// The losses, in the order of the series.
    pub fn weights(&self) -> [LossWeights; 5] {
        let none =
            LossWeights { cross_entropy: 0.0, brier: 0.0, denoising: 0.0, gradient_penalty: 0.0, curvature: 0.0 };
        let plain = LossWeights { cross_entropy: 1.0, ..none };
        [
            plain,
            LossWeights { gradient_penalty: self.factor * GRADIENT_PENALTY, ..plain },
            LossWeights { curvature: self.factor * CURVATURE, ..plain },
            LossWeights { denoising: 1.0, ..none },
            LossWeights { brier: 1.0, ..none },
        ]
    }

    /// Logistic regression on 42 random features at `t = 1/2`, on so many points.
    pub fn recipe(loss: LossWeights, points: usize, seed: u32) -> Recipe {
        Recipe {
            hidden: Hidden::new(&[]),
            fourier: Some(Fourier { features: 42, bandwidth: 4.0 }),
            time: false,
            points: Some(points),
            noise: [TIME; 2],
            loss,
            batch: 256,
            rate: 0.03,
            steps: 1500,
            seed,
            ..Recipe::default()
        }
    }
}

/// The place of the least of five values that begin at `from`.
fn best(row: &Row, from: usize) -> usize {
    let value = |place: &usize| row.values[from + place].estimate;
    (0..NAMES.len()).min_by(|a, b| value(a).total_cmp(&value(b))).unwrap_or(0)
}

impl Experiment for Losses {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn points(&self) -> Vec<f64> {
        self.counts.clone()
    }

    fn work(&self, x: f64) -> Work {
        let (losses, seeds) = (self.weights(), self.seeds.clone());
        Work::Exact(Box::new(move || {
            let of = |seed: &u32| {
                losses.map(|loss| measured(Self::recipe(loss, x as usize, *seed), &[TIME], kl_and_error)[0])
            };
            let found: Vec<_> = seeds.iter().map(of).collect();
            let over_seeds = |loss: usize, index: usize| {
                geometric_mean(&found.iter().map(|found| found[loss][index]).collect::<Vec<_>>())
            };
            let all = |index: usize| (0..NAMES.len()).map(move |loss| over_seeds(loss, index));
            Row::new(x, all(1).chain(all(0)).collect())
        }))
    }

    fn verdict(&self, rows: &[Row]) -> Verdict {
        let mut checks = Vec::new();
        for (one, other, what, ranges) in [
            (0, 1, "error of cross-entropy over that with a gradient penalty", [(8.0, 60.0), (4.0, 15.0), (0.5, 3.0)]),
            (
                0,
                2,
                "error of cross-entropy over that with a curvature ridge",
                [(20.0, 100.0), (20.0, 150.0), (15.0, 120.0)],
            ),
            (
                0,
                3,
                "error of cross-entropy over that of the denoising loss",
                [(20.0, 150.0), (30.0, 250.0), (30.0, 250.0)],
            ),
            (4, 0, "error of the Brier loss over that of cross-entropy", [(0.4, 2.0), (0.4, 2.0), (0.4, 2.0)]),
            (5, 6, "KL of cross-entropy over that with a gradient penalty", [(1.2, 5.0), (0.2, 0.8), (0.02, 0.3)]),
        ] {
            for row in rows {
                let (from, to) = ranges[if row.x < 1000.0 { 0 } else { usize::from(row.x > 10_000.0) + 1 }];
                let [one, other] = [one, other].map(|index| row.values[index].estimate);
                checks.push(Check::range(says::at_points(Name(what), row.x), exact(one / other), from, to));
            }
        }
        let choice = |row: &Row| {
            let [by_error, by_kl] = [0, NAMES.len()].map(|from| best(row, from));
            let error = format!("{:.4}", row.values[by_error].estimate);
            let by_error_name = Name(NAMES[by_error]);
            if by_error == by_kl {
                says::loss_by_both(by_error_name, row.x, error)
            } else {
                says::loss_by_each(by_error_name, row.x, error, Name(NAMES[by_kl]))
            }
        };
        let misled = series(rows, 5).zip(series(rows, 6)).filter(|((_, plain), (_, penalty))| plain < penalty);
        let misled: Vec<f64> = misled.map(|((x, _), _)| x).collect();
        let at = misled.first().and_then(|x| rows.iter().find(|row| row.x.total_cmp(x).is_eq()));
        let times = at.map_or(f64::NAN, |row| row.values[0].estimate / row.values[1].estimate);
        let choices = rows.iter().map(choice).reduce(says::and_also).map_or_else(|| Name(""), Into::into);
        let words = says::losses_verdict(choices, misled.first().copied().unwrap_or(f64::NAN), format!("{times:.1}"));
        Verdict::new(checks, words)
    }

    fn cost(&self) -> Cost {
        Cost { particle_steps: 0.0, seconds: 1.2 * (self.counts.len() * self.seeds.len()) as f64 }
    }

    fn state(&self, x: f64) -> Option<State> {
        self.seeds.first().map(|&seed| network(Self::recipe(self.weights()[0], x as usize, seed)))
    }
}
