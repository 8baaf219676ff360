//! How the guidance error of a network grows with the frequencies of its random features, at the same KL.

use super::networks::{geometric_mean, kl_and_error, measured, network, over_time, stopped, times};
use super::{About, Check, Cost, Experiment, GuideLine, Line, Quantity, Row, Size, Verdict, Work, exact, series};
use crate::model::State;
use crate::words::{messages as says, name};

/// Networks on the pair with random features and without, stopped at the same KL, against the bandwidth.
#[derive(Clone, Debug)]
pub struct Bandwidth {
    /// The bandwidths, radians per length.
    pub bandwidths: Vec<f64>,
    /// The seeds of the networks.
    pub seeds: Vec<u32>,
    /// The bandwidth of the networks over the one that is asked for; 1 is right.
    pub factor: f64,
}

static ABOUT: About = About {
    name: "bandwidth",
    title: "Faster features, worse guidance, the same KL",
    claim: "Of networks that stop at the same KL the guidance error grows as the square of the bandwidth b of their random features: what is wrong with them are waves of these frequencies, whose guidance error is 2 b^2 times their KL. Features as slow as what is to be learned do no harm.",
    source: "ours (after arXiv 2601.21200)",
    axis: Quantity { name: "b", unit: "radians/length", log: true },
    series: &[
        Quantity { name: "over that of the plain network, guidance error", unit: "1", log: true },
        Quantity { name: "over that of the plain network, KL", unit: "1", log: true },
        Quantity { name: "guidance error / KL", unit: "1/length^2", log: true },
    ],
};
/// Where the training stops.
const TARGET: f64 = 0.005;
/// So many times, at which both are measured.
const TIMES: usize = 6;
/// Slower features are as slow as what is to be learned.
const FAST: f64 = 6.0;
const SLOPE: f64 = 2.0;
const SLOPE_TOLERANCE: f64 = 0.2;

impl Bandwidth {
    /// At the size asked for.
    pub fn new(size: Size) -> Self {
        let (bandwidths, seeds) = match size {
            Size::Small => (vec![3.0, 6.0, 24.0], vec![1, 2]),
            Size::Default => (vec![1.5, 3.0, 6.0, 12.0, 24.0], vec![1, 2, 3]),
        };
        Self { bandwidths, seeds, factor: 1.0 }
    }
}

impl Experiment for Bandwidth {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn points(&self) -> Vec<f64> {
        self.bandwidths.clone()
    }

    fn work(&self, x: f64) -> Work {
        let (seeds, bandwidth) = (self.seeds.clone(), self.factor * x);
        Work::Exact(Box::new(move || {
            let of = |seed: &u32| {
                let means = [None, Some(bandwidth)].map(|bandwidth| {
                    over_time(&measured(stopped(TARGET, bandwidth, *seed), &times(TIMES), kl_and_error))
                });
                let [[plain_kl, plain], [kl, error]] = means;
                [error / plain, kl / plain_kl, error / kl]
            };
            let found: Vec<[f64; 3]> = seeds.iter().map(of).collect();
            let over_seeds = |index: usize| geometric_mean(&found.iter().map(|found| found[index]).collect::<Vec<_>>());
            Row::new(x, (0..3).map(over_seeds).collect())
        }))
    }

    fn verdict(&self, rows: &[Row]) -> Verdict {
        let at = |x: f64| rows.iter().find(|row| row.x.total_cmp(&x).is_eq()).map(|row| &row.values);
        let mut checks = Vec::new();
        for (x, what, from, to) in [
            (1.5, "error over that of the plain network at b = 1.5", 0.7, 1.4),
            (3.0, "error over that of the plain network at b = 3", 1.0, 4.0),
            (6.0, "error over that of the plain network at b = 6", 4.0, 12.0),
            (12.0, "error over that of the plain network at b = 12", 12.0, 40.0),
            (24.0, "error over that of the plain network at b = 24", 40.0, 160.0),
        ] {
            checks.extend(at(x).map(|values| Check::range(name(what), exact(values[0].estimate), from, to)));
        }
        let kls = || series(rows, 1).map(|(_, kl)| kl);
        checks.push(Check::range(
            name("least KL over that of the plain network"),
            exact(kls().fold(f64::INFINITY, f64::min)),
            0.6,
            1.2,
        ));
        checks.push(Check::range(
            name("largest KL over that of the plain network"),
            exact(kls().fold(0.0, f64::max)),
            0.8,
            1.6,
        ));
        let fast = || series(rows, 2).filter(|(b, _)| *b >= FAST);
        let slope = Line::power(fast());
        checks.push(Check::slope(name("slope of guidance error / KL in b, from 6 on"), &slope, SLOPE, SLOPE_TOLERANCE));
        let most = fast().map(|(b, found)| found / waves(b)).fold(0.0, f64::max);
        checks.push(Check::range(name("largest guidance error / KL over 2 b^2"), exact(most), 0.5, 1.2));
        let last = rows.last();
        let words = says::bandwidth_verdict(
            last.map_or(f64::NAN, |row| row.x),
            format!("{:.0}", last.map_or(f64::NAN, |row| row.values[0].estimate)),
            format!("{:.2}", last.map_or(f64::NAN, |row| row.values[1].estimate)),
            format!("{:.2}", slope.slope.estimate),
        );
        Verdict::new(checks, words)
    }

    fn cost(&self) -> Cost {
        Cost { particle_steps: 0.0, seconds: 0.5 * (self.bandwidths.len() * self.seeds.len()) as f64 }
    }

    fn guides(&self) -> Vec<GuideLine> {
        let points = self.bandwidths.iter().map(|&b| (b, waves(b))).collect();
        vec![GuideLine::Points { series: 2, points, name: "2 b^2" }]
    }

    fn state(&self, x: f64) -> Option<State> {
        self.seeds.first().map(|&seed| network(stopped(TARGET, Some(self.factor * x), seed)))
    }
}

/// Error over KL of small waves whose frequencies have the mean square `b^2` (docs/numerics.md, "Classifiers").
fn waves(b: f64) -> f64 {
    2.0 * b * b
}
