//! Guidance by a weaker model of the same: too little and too much, and in closed form on one Gaussian.

use super::scenes::{TARGET, line};
use super::{About, Check, Cost, Experiment, GuideLine, Quantity, Row, Size, Verdict, Work, exact, series};
use crate::law::{guided_scores, probability_flow};
use crate::model::{
    Classifier, Component, Guidance, GuidedBy, Mixture, Process, Sampler, Score, Scored, State, Weight,
};
use crate::reference::{LaneGuidance, Marginal};
use crate::words::{messages as says, name};

/// The ODE's samples with the score `s_1 + w (s_1 - s_0)` against `w`, where `s_1` and `s_0` are the scores of the
/// mixture with more and still more variance.
#[derive(Clone, Debug)]
pub struct Autoguidance {
    /// The weights `w`.
    pub weights: Vec<f64>,
    /// What the weaker model adds to the variance of the one Gaussian over what the closed form says; 1 is right.
    pub factor: f64,
}

static ABOUT: About = About {
    name: "autoguidance",
    title: "Guided by a weaker model: a little helps, more harms",
    claim: "A model of too wide components, guided away from a wider one, comes nearer to the truth and then leaves it again. On one Gaussian the variance is a^(1+w) b^-w, the truth at w = ln(a/v)/ln(b/a).",
    source: "ours (arXiv 2406.02507 has the method)",
    axis: Quantity { name: "w", unit: "1", log: false },
    series: &[
        Quantity { name: "W_1 from the truth, three components", unit: "length", log: false },
        Quantity { name: "variance, one Gaussian", unit: "length^2", log: false },
    ],
};
const HORIZON: f64 = 10.0;
/// The one Gaussian's variance, and what the two models add.
const VARIANCE: f64 = 0.25;
const ADDED: [f64; 2] = [0.05, 0.25];
/// Of the law; the wrong start is `e^-2T`.
const TOLERANCE: f64 = 1e-6;
/// `W_1` at weights, as an independent program has measured it.
const PINS: [(f64, f64); 6] =
    [(0.0, 0.0744), (0.25, 0.0565), (0.5, 0.0412), (1.0, 0.0266), (2.0, 0.0462), (4.0, 0.0771)];
const DIGITS: f64 = 5e-4;

impl Autoguidance {
    /// At the size asked for.
    pub fn new(size: Size) -> Self {
        let mut weights = match size {
            Size::Small => vec![0.0, 1.0, 4.0],
            Size::Default => vec![0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0],
        };
        weights.push(right());
        weights.sort_by(f64::total_cmp);
        Self { weights, factor: 1.0 }
    }

    fn law(mixture: &[Component], added: [f64; 2], w: f64) -> crate::law::Atoms {
        let scored = Scored { inflation: added[0], weaker: Some(added[1]), ..Scored::EXACT };
        let weight = Weight::constant(1.0 + w);
        let lane = LaneGuidance { target: TARGET, weight, classifier: Classifier::EXACT, scored };
        probability_flow(&guided_scores(&Mixture::new(mixture), lane), HORIZON, 0.0, 0.005, 1e-8)
    }
}

/// Three narrow components, with what the two models add to their variance.
fn three() -> (Vec<Component>, [f64; 2]) {
    ([-1.0, -0.2, 0.9].map(|mean| line(1.0 / 3.0, mean, 0.02, TARGET)).to_vec(), [0.04, 0.23])
}

/// The variance of the one Gaussian at the end.
fn closed_form(w: f64) -> f64 {
    let [a, b] = ADDED.map(|added| VARIANCE + added);
    a * (w * (a / b).ln()).exp()
}

/// The weight at which it is the truth's.
fn right() -> f64 {
    let [a, b] = ADDED.map(|added| VARIANCE + added);
    (a / VARIANCE).ln() / (b / a).ln()
}

impl Experiment for Autoguidance {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn points(&self) -> Vec<f64> {
        self.weights.clone()
    }

    fn work(&self, x: f64) -> Work {
        let factor = self.factor;
        Work::Exact(Box::new(move || {
            let (mixture, added) = three();
            let distance =
                Self::law(&mixture, added, x).wasserstein(&Marginal::new(&Mixture::new(&mixture), 0.0), TARGET);
            let one = [line(1.0, 0.0, VARIANCE, TARGET)];
            let variance = Self::law(&one, [ADDED[0], factor * ADDED[1]], x).variance();
            Row::new(x, [distance, variance].map(exact).to_vec())
        }))
    }

    fn verdict(&self, rows: &[Row]) -> Verdict {
        let mut checks = Vec::new();
        for (w, variance) in series(rows, 1) {
            checks.push(Check::value(says::variance_at_weight(w), exact(variance), closed_form(w), TOLERANCE));
        }
        for (w, pinned) in PINS {
            if let Some(row) = rows.iter().find(|row| (row.x - w).abs() < 1e-12) {
                checks.push(Check::value(says::distance_at_weight(w), row.values[0], pinned, DIGITS));
            }
        }
        let distances: Vec<(f64, f64)> = series(rows, 0).collect();
        let nan = (f64::NAN, f64::NAN);
        let best = distances.iter().copied().min_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or(nan);
        let ends = [distances.first(), distances.last()].map(|end| end.copied().unwrap_or(nan).1);
        // A U: both ends are far above the least.
        for (what, end) in
            [("distance without guidance over the least", ends[0]), ("distance at the most over the least", ends[1])]
        {
            checks.push(Check::range(name(what), exact(end / best.1), 2.0, 4.0));
        }
        let [none, most] = ends.map(|end| format!("{end:.3}"));
        Verdict::new(checks, says::autoguidance_verdict(none, best.0, format!("{:.3}", best.1), most))
    }

    fn cost(&self) -> Cost {
        Cost { particle_steps: 0.0, seconds: 0.3 * self.weights.len() as f64 }
    }

    fn guides(&self) -> Vec<GuideLine> {
        let points = self.weights.iter().map(|&w| (w, closed_form(w))).collect();
        vec![
            GuideLine::Points { series: 1, points, name: "predicted" },
            GuideLine::Level { series: 1, value: VARIANCE, name: "the truth" },
        ]
    }

    fn state(&self, x: f64) -> Option<State> {
        let (mixture, [variance, weaker]) = three();
        let base = State::default();
        Some(State {
            mixture,
            process: Process { horizon: HORIZON, sampler: Sampler::OdeExponential, ..base.process },
            guidance: Guidance { guide: GuidedBy::Weaker, ..Guidance::constant(TARGET, 1.0 + x) },
            classifier: Classifier::EXACT,
            score: Score::Inflated { variance, weaker },
            ..base
        })
    }
}
