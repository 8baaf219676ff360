//! Whose fault it is that paths under classifier guidance are not those of conditional sampling.

use super::scenes::{TARGET, line};
use super::{About, Check, Cost, Experiment, Quantity, Row, Size, Verdict, Work, exact, series};
use crate::model::{
    Classifier, Component, Grid, Guidance, Mistimed, Mixture, Process, Sampler, Scored, State, Tempered, Weight,
};
use crate::reference::{LaneGuidance, Marginal, step_between};
use crate::words::{Value::Name, messages as says, name};

/// How far the paths of the ODE at `gamma = 1` get from those of the class alone, against the distance of two narrow
/// classes from 0.
#[derive(Clone, Debug)]
pub struct Paths {
    /// The distances.
    pub distances: Vec<f64>,
    /// Steps of the ODE (Heun).
    pub steps: usize,
    /// The weight of the classifier; 1 is right.
    pub gamma: f64,
}

static ABOUT: About = About {
    name: "paths",
    title: "Whose paths are curved",
    claim: "At gamma = 1 the paths under the guidance of the exact classifier are those of conditional sampling, however close the classes: what bends them besides is the classifier's error.",
    source: "arXiv 2503.10638 (its classes and its claim of curved paths; that the exact classifier's are not, ours)",
    axis: Quantity { name: "distance of the classes from 0", unit: "length", log: true },
    series: &[
        Quantity { name: "gap between the paths, exact", unit: "length", log: true },
        Quantity { name: "gap between the paths, tempered by two", unit: "length", log: true },
        Quantity { name: "gap between the paths, tempered by a half", unit: "length", log: true },
        Quantity { name: "gap between the paths, mistimed", unit: "length", log: true },
    ],
};
/// The classes of arXiv 2503.10638 have this variance.
const VARIANCE: f64 = 0.05;
const HORIZON: f64 = 8.0;
const STOP: f64 = 0.005;
/// Starts, equidistant, with the weights of `N(0, 1)`.
const REACH: f64 = 3.0;
const STARTS: usize = 61;
/// Rounding, over all steps.
const ROUNDING: f64 = 1e-9;
/// A gap that is seen.
const SEEN: f64 = 1e-2;

impl Paths {
    /// At the size asked for.
    pub fn new(size: Size) -> Self {
        let (distances, steps) = match size {
            Size::Small => (vec![0.1, 0.5, 1.0], 150),
            Size::Default => (vec![0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5], 600),
        };
        Self { distances, steps, gamma: 1.0 }
    }

    fn classes(x: f64) -> Vec<Component> {
        vec![line(0.5, x, VARIANCE, 1), line(0.5, -x, VARIANCE, 0)]
    }

    fn classifiers() -> [Classifier; 4] {
        [
            Classifier::EXACT,
            Classifier::Tempered(Tempered { sharpness: 2.0, bias: 0.0 }),
            Classifier::Tempered(Tempered { sharpness: 0.5, bias: 0.0 }),
            Classifier::Mistimed(Mistimed { shift: 0.3 }),
        ]
    }

    fn process(&self) -> Process {
        Process { horizon: HORIZON, stop: STOP, steps: self.steps, grid: Grid::Quadratic, sampler: Sampler::Heun }
    }

    /// The mean over the starts of the largest distance between two paths from the same start.
    fn gap(process: &Process, [a, b]: [(&Mixture, LaneGuidance); 2]) -> f64 {
        let at = |k: usize| -REACH + 2.0 * REACH * k as f64 / (STARTS - 1) as f64;
        let weights: Vec<f64> = (0..STARTS).map(|k| (-0.5 * at(k) * at(k)).exp()).collect();
        let mut apart = vec![0.0_f64; STARTS];
        let mut paths: Vec<[[f64; 1]; 2]> = (0..STARTS).map(|k| [[at(k)]; 2]).collect();
        for pair in process.times().windows(2) {
            let marginals = [a.0, b.0].map(|mixture| [pair[0], pair[1]].map(|t| Marginal::new(mixture, t)));
            for (path, apart) in paths.iter_mut().zip(&mut apart) {
                for (index, lane) in [a.1, b.1].iter().enumerate() {
                    let [from, to] = &marginals[index];
                    step_between(process, from, to, lane, &mut path[index], &[0.0]);
                }
                *apart = apart.max((path[0][0] - path[1][0]).abs());
            }
        }
        let sum: f64 = apart.iter().zip(&weights).map(|(apart, weight)| apart * weight).sum();
        sum / weights.iter().sum::<f64>()
    }
}

impl Experiment for Paths {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn points(&self) -> Vec<f64> {
        self.distances.clone()
    }

    fn work(&self, x: f64) -> Work {
        let (process, weight) = (self.process(), Weight::constant(self.gamma));
        Work::Exact(Box::new(move || {
            let classes = Self::classes(x);
            // Conditional sampling knows nothing of a classifier: it is that of the class alone, without guidance.
            let alone = [Component { weight: 1.0, ..classes[0].clone() }];
            let (mixture, alone) = (Mixture::new(&classes), Mixture::new(&alone));
            let unguided = LaneGuidance {
                target: TARGET,
                weight: Weight::constant(0.0),
                classifier: Classifier::EXACT,
                scored: Scored::EXACT,
            };
            let gaps = Self::classifiers().map(|classifier| {
                let lane = LaneGuidance { target: TARGET, weight, classifier, scored: Scored::EXACT };
                exact(Self::gap(&process, [(&mixture, lane), (&alone, unguided)]))
            });
            Row::new(x, gaps.to_vec())
        }))
    }

    fn verdict(&self, rows: &[Row]) -> Verdict {
        let mut checks: Vec<Check> = series(rows, 0)
            .map(|(x, gap)| {
                Check::range(says::at_distance(Name("gap of the exact classifier"), x), exact(gap), 0.0, ROUNDING)
            })
            .collect();
        let least = |index| series(rows, index).map(|(_, gap)| gap).fold(f64::INFINITY, f64::min);
        for (index, what) in [
            (1, "least gap tempered by two"),
            (2, "least gap tempered by a half"),
            (3, "least gap of the mistimed classifier"),
        ] {
            checks.push(Check::range(name(what), exact(least(index)), SEEN, f64::INFINITY));
        }
        let most = series(rows, 0).map(|(_, gap)| gap).fold(0.0, f64::max);
        let words = says::paths_verdict(format!("{most:.0e}"), format!("{:.2}", least(1).min(least(2)).min(least(3))));
        Verdict::new(checks, words)
    }

    fn cost(&self) -> Cost {
        Cost { particle_steps: 0.0, seconds: 1.5e-3 * (self.steps * self.distances.len()) as f64 }
    }

    fn state(&self, x: f64) -> Option<State> {
        Some(State {
            mixture: Self::classes(x),
            process: self.process(),
            guidance: Guidance::constant(TARGET, 1.0),
            classifier: Self::classifiers()[2],
            ..State::default()
        })
    }
}
