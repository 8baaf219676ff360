//! What more data does to the KL and to the guidance error.

use super::networks::{kl_and_error, mean, measured, network};
use super::{About, Check, Cost, Experiment, GuideLine, Line, Quantity, Row, Size, Verdict, Work, exact, series};
use crate::metrics::Estimate;
use crate::model::{Fourier, Hidden, Recipe, State};
use crate::words::{messages as says, name};

/// Logistic regression on fast random features by cross-entropy, on the pair at `t = 1/2`, against the number of points.
#[derive(Clone, Debug)]
pub struct DataSize {
    /// The numbers of points.
    pub counts: Vec<f64>,
    /// The seeds of features and points.
    pub seeds: Vec<u32>,
    /// The bandwidth of the features; 12 is right.
    pub bandwidth: f64,
}

static ABOUT: About = About {
    name: "data-size",
    title: "More data does not make it smooth",
    claim: "By cross-entropy on N points the KL of a classifier with p parameters falls as p/(2N). With fast random features its guidance error falls as well, and stays the same large multiple of the KL: more data does not make it smooth.",
    source: "ours (after arXiv 2601.21200)",
    axis: Quantity { name: "N", unit: "points", log: true },
    series: &[
        Quantity { name: "KL", unit: "nats", log: true },
        Quantity { name: "guidance error", unit: "1/length^2", log: true },
        Quantity { name: "guidance error / KL", unit: "1/length^2", log: true },
    ],
};
const TIME: f64 = 0.5;
const FEATURES: f64 = 12.0;
const BANDWIDTH: f64 = 12.0;
/// What tells the classes apart: the features, `x` and a constant.
const PARAMETERS: f64 = FEATURES + 2.0;
/// Of a slope over so few points, each the mean of a few seeds.
const SLOPE_TOLERANCE: f64 = 0.12;

impl DataSize {
    /// At the size asked for.
    pub fn new(size: Size) -> Self {
        let (counts, seeds) = match size {
            Size::Small => (vec![1000.0, 16_000.0], 8),
            Size::Default => (vec![1000.0, 2000.0, 4000.0, 8000.0, 16_000.0], 16),
        };
        Self { counts, seeds: (1..=seeds).collect(), bandwidth: BANDWIDTH }
    }

    fn recipe(&self, points: f64, seed: u32) -> Recipe {
        Recipe {
            hidden: Hidden::new(&[]),
            fourier: Some(Fourier { features: FEATURES as usize, bandwidth: self.bandwidth }),
            time: false,
            points: Some(points as usize),
            noise: [TIME; 2],
            rate: 0.02,
            steps: 1500,
            seed,
            ..Recipe::default()
        }
    }
}

impl Experiment for DataSize {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn points(&self) -> Vec<f64> {
        self.counts.clone()
    }

    fn work(&self, x: f64) -> Work {
        let recipes: Vec<Recipe> = self.seeds.iter().map(|&seed| self.recipe(x, seed)).collect();
        Work::Exact(Box::new(move || {
            let found: Vec<_> = recipes.iter().map(|&recipe| measured(recipe, &[TIME], kl_and_error)[0]).collect();
            let over_seeds = |of: fn(&[f64; 2]) -> f64| mean(&found.iter().map(of).collect::<Vec<_>>());
            Row::new(x, vec![over_seeds(|at| at[0]), over_seeds(|at| at[1]), over_seeds(|at| at[1] / at[0])])
        }))
    }

    fn verdict(&self, rows: &[Row]) -> Verdict {
        let slopes = [0, 1].map(|index| Line::power(series(rows, index)));
        // The mean over the sizes: of one of them chance says too much.
        let over_predicted = |index: usize, predicted: fn(f64) -> f64| {
            let shares = rows.iter().map(|row| {
                let Estimate { estimate, standard_error } = row.values[index];
                [estimate, standard_error].map(|value| value / predicted(row.x) / rows.len() as f64)
            });
            let (sum, squares) =
                shares.fold((0.0, 0.0), |(sum, squares), [share, error]| (sum + share, squares + error * error));
            Estimate { estimate: sum, standard_error: squares.sqrt() }
        };
        let kl = over_predicted(0, classical);
        let multiple = over_predicted(2, |_| multiple());
        let checks = vec![
            Check::slope(name("slope of the KL in N"), &slopes[0], -1.0, SLOPE_TOLERANCE),
            Check::range(name("KL over p/(2N)"), exact(kl.estimate), 0.7, 1.3),
            Check::slope(name("slope of the guidance error in N"), &slopes[1], -1.0, SLOPE_TOLERANCE),
            Check::range(
                name("guidance error / KL over 2 b^2 times the share of the features"),
                exact(multiple.estimate),
                0.6,
                1.6,
            ),
        ];
        let last = rows.last();
        let words = says::data_size_verdict(
            format!("{:.2}", slopes[0].slope.estimate),
            format!("{:.2}", slopes[1].slope.estimate),
            last.map_or(f64::NAN, |row| row.x),
            format!("{:.0}", last.map_or(f64::NAN, |row| row.values[2].estimate)),
        );
        Verdict::new(checks, words)
    }

    fn cost(&self) -> Cost {
        Cost { particle_steps: 0.0, seconds: 0.12 * (self.counts.len() * self.seeds.len()) as f64 }
    }

    fn guides(&self) -> Vec<GuideLine> {
        let points = self.counts.iter().map(|&n| (n, classical(n))).collect();
        vec![
            GuideLine::Power { series: 0, slope: -1.0, from: 0.0 },
            GuideLine::Points { series: 0, points, name: "p/(2N)" },
            GuideLine::Power { series: 1, slope: -1.0, from: 0.0 },
            GuideLine::Level { series: 2, value: multiple(), name: "predicted" },
        ]
    }

    fn state(&self, x: f64) -> Option<State> {
        self.seeds.first().map(|&seed| network(self.recipe(x, seed)))
    }
}

/// The KL of the maximum of the likelihood, to leading order (Wilks, 1938).
fn classical(n: f64) -> f64 {
    PARAMETERS / (2.0 * n)
}

/// Error over KL where each parameter has the same share of the KL: `2 w^2` for a wave of frequency `w`, next to nothing for
/// `x` and the constant.
fn multiple() -> f64 {
    2.0 * BANDWIDTH * BANDWIDTH * FEATURES / PARAMETERS
}
