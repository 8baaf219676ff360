//! Guidance that samples what it is said to sample: weights and resampling, against the number of particles.

use super::scenes::{TARGET, p1, particles};
use super::{About, Check, Cost, Experiment, GuideLine, Line, Quantity, Row, Size, Verdict, Work, exact, series};
use crate::engine::{Observation, Scene};
use crate::model::{Lane, Mixture};
use crate::reference::{Marginal, Tilted};
use crate::words::{messages as says, name};

/// `W_1` of the lanes `corrected` and `tested` from the tilted density, on P1 at `gamma = 2`.
#[derive(Clone, Debug)]
pub struct Corrected {
    /// The numbers of particles.
    pub counts: Vec<f64>,
    /// Reverse steps.
    pub steps: usize,
    /// The lane that is called corrected; any other is wrong.
    pub lane: Lane,
}

static ABOUT: About = About {
    name: "corrected",
    title: "Guidance that samples the tilted density",
    claim: "With Feynman-Kac weights and resampling the distance of the samples from p(x|c) p(c|x)^w falls as the root of the number of particles; without them it stays.",
    source: "arXiv 2503.02819 (the weights; the numbers are measured, ours)",
    axis: Quantity { name: "particles", unit: "particles", log: true },
    series: &[
        Quantity { name: "W_1 from the tilted density, corrected", unit: "length", log: true },
        Quantity { name: "W_1 from the tilted density, plain guidance", unit: "length", log: true },
    ],
};
const GAMMA: f64 = 2.0;
const SLOPE: f64 = -0.5;
const SLOPE_TOLERANCE: f64 = 0.1;
const REACH: f64 = 9.0;
const NODES: usize = 9000;

impl Corrected {
    /// At the size asked for.
    pub fn new(size: Size) -> Self {
        let (counts, steps) = match size {
            Size::Small => (vec![200.0, 800.0, 3200.0, 12_800.0], 200),
            Size::Default => (vec![200.0, 400.0, 800.0, 1600.0, 3200.0, 6400.0, 12_800.0, 25_600.0, 51_200.0], 500),
        };
        Self { counts, steps, lane: Lane::Corrected }
    }

    fn state_of(&self, count: f64) -> crate::model::State {
        let mut state = particles(p1(), GAMMA, self.steps, count as usize);
        state.compare = vec![self.lane];
        state
    }
}

impl Experiment for Corrected {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn points(&self) -> Vec<f64> {
        self.counts.clone()
    }

    fn work(&self, x: f64) -> Work {
        let read = move |_: &Scene, _: &Observation, samples: &[Vec<f32>]| {
            let mixture = Mixture::new(&p1());
            let marginal = Marginal::new(&mixture, 0.0);
            let tilted = Tilted::new(&marginal, TARGET, GAMMA);
            // Lane `tested` comes first.
            let [plain, corrected] = [0, 1].map(|lane| exact(distance(&samples[lane], &tilted)));
            Row::new(x, vec![corrected, plain])
        };
        Work::Weighted(Box::new(self.state_of(x)), Vec::new(), Box::new(read))
    }

    fn verdict(&self, rows: &[Row]) -> Verdict {
        let slope = Line::power(series(rows, 0));
        let last = |index: usize| rows.last().map_or(f64::NAN, |row| row.values[index].estimate);
        let checks = vec![
            Check::value(name("slope of the distance of the corrected samples"), slope.slope, SLOPE, SLOPE_TOLERANCE),
            // Of the SDE's own law: means 1.4816 against 1.2900 (docs/numerics.md).
            Check::range(name("distance of plain guidance at the most particles"), exact(last(1)), 0.15, 0.25),
            Check::range(name("distance of the corrected samples at the most particles"), exact(last(0)), 0.0, 0.05),
        ];
        let words = says::corrected_verdict(
            rows.last().map_or(f64::NAN, |row| row.x),
            format!("{:.3}", last(0)),
            format!("{:.2}", slope.slope.estimate),
            format!("{:.3}", last(1)),
        );
        Verdict::new(checks, words)
    }

    fn cost(&self) -> Cost {
        let particle_steps = 2.0 * self.steps as f64 * self.counts.iter().sum::<f64>();
        Cost { particle_steps, seconds: 2e-8 * particle_steps }
    }

    fn guides(&self) -> Vec<GuideLine> {
        vec![GuideLine::Power { series: 0, slope: SLOPE, from: 0.0 }]
    }

    fn state(&self, x: f64) -> Option<crate::model::State> {
        Some(self.state_of(x))
    }
}

/// `W_1`, the integral of the difference of the distribution functions.
fn distance(samples: &[f32], tilted: &Tilted) -> f64 {
    let mut sorted: Vec<f64> = samples.iter().map(|&x| f64::from(x)).filter(|x| x.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    let spacing = 2.0 * REACH / NODES as f64;
    let (mut below, mut sum) = (0.0, 0.0);
    for i in 0..NODES {
        let x = -REACH + spacing * (i as f64 + 0.5);
        let mass = spacing * tilted.log_density(&[x]).exp();
        let share = sorted.partition_point(|y| *y <= x) as f64 / sorted.len() as f64;
        sum += spacing * (share - below - 0.5 * mass).abs();
        below += mass;
    }
    sum
}
