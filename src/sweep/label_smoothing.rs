//! What a classifier trained on smoothed labels samples: a mixture in closed form.

use super::scenes::{TARGET, line, pair};
use super::{About, Check, Cost, Experiment, GuideLine, Quantity, Row, Size, Verdict, Work, exact, series};
use crate::law::{fokker_planck, guided_scores, probability_flow};
use crate::model::{Classifier, Guidance, LabelSmoothing, Mixture, Process, Sampler, Scored, State, Weight};
use crate::reference::{LaneGuidance, Marginal, measures};
use crate::words::{messages as says, name};

/// The laws of ODE and SDE at `gamma = 1` against `epsilon`, on the pair.
#[derive(Clone, Debug)]
pub struct Smoothed {
    /// The smoothings.
    pub smoothings: Vec<f64>,
    /// The sampled classifier's smoothing over the one that is asked for; 1 is right.
    pub factor: f64,
}

static ABOUT: About = About {
    name: "label-smoothing",
    title: "What smoothed labels sample",
    claim: "On a symmetric pair a classifier of smoothed labels samples (1 - e/2) p(x|c) + (e/2) p(x|other) at gamma = 1, in the ODE and in the SDE.",
    source: "ours (arXiv 1512.00567 has the smoothing)",
    axis: Quantity { name: "e", unit: "1", log: false },
    series: &[
        Quantity { name: "W_1 from p(x|c), ODE", unit: "length", log: false },
        Quantity { name: "W_1 from p(x|c), SDE", unit: "length", log: false },
        Quantity { name: "W_1 from the closed form, ODE", unit: "length", log: true },
        Quantity { name: "W_1 from the closed form, SDE", unit: "length", log: true },
        Quantity { name: "KL at t = 1/2", unit: "nats", log: false },
    ],
};
const HORIZON: f64 = 12.0;
const REACH: (f64, f64) = (-6.0, 6.0);
/// Of the laws; the wrong start is `e^-12`.
const TOLERANCE: f64 = 2e-4;
/// The same of the SDE's distance to a law that is not on its side: its density is known on nodes .06 apart.
const NODES_TOLERANCE: f64 = 1e-3;

impl Smoothed {
    /// At the size asked for.
    pub fn new(size: Size) -> Self {
        let smoothings = match size {
            Size::Small => vec![0.1, 0.5],
            Size::Default => vec![0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9],
        };
        Self { smoothings, factor: 1.0 }
    }

    fn state_of(epsilon: f64) -> State {
        let base = State::default();
        State {
            mixture: pair(),
            process: Process { horizon: HORIZON, stop: 0.0, sampler: Sampler::OdeExponential, ..base.process },
            guidance: Guidance::constant(TARGET, 1.0),
            classifier: Classifier::LabelSmoothing(LabelSmoothing { epsilon }),
            ..base
        }
    }
}

impl Experiment for Smoothed {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn points(&self) -> Vec<f64> {
        self.smoothings.clone()
    }

    fn work(&self, x: f64) -> Work {
        let factor = self.factor;
        Work::Exact(Box::new(move || {
            let state = Self::state_of(factor * x);
            let mixture = Mixture::new(&pair());
            let lane = LaneGuidance {
                target: TARGET,
                weight: Weight::constant(1.0),
                classifier: state.classifier,
                scored: Scored::EXACT,
            };
            let scores = guided_scores(&mixture, lane);
            let laws = [
                probability_flow(&scores, HORIZON, 0.0, 0.01, 1e-8),
                fokker_planck(&scores, HORIZON, 0.0, REACH, 1e-6).atoms(),
            ];
            let truth = Marginal::new(&mixture, 0.0);
            // The closed form, as one class.
            let mixed = [line(1.0 - 0.5 * x, 1.0, 0.25, TARGET), line(0.5 * x, -1.0, 0.25, TARGET)];
            let closed = Marginal::new(&Mixture::new(&mixed), 0.0);
            let from = |marginal: &Marginal| laws.each_ref().map(|law| law.wasserstein(marginal, TARGET));
            let ([ode, sde], [ode_closed, sde_closed]) = (from(&truth), from(&closed));
            let kl = measures(&state, 0.5).expect("one dimension").conditional_kl;
            Row::new(x, [ode, sde, ode_closed, sde_closed, kl].map(exact).to_vec())
        }))
    }

    fn verdict(&self, rows: &[Row]) -> Verdict {
        let mut checks = Vec::new();
        for (index, which) in [(0, "W_1 from p(x|c) in the ODE"), (1, "W_1 from p(x|c) in the SDE")] {
            // All that is moved goes to the left by the distance of the means, 2, so the distance is that of the means.
            checks.extend(series(rows, index).map(|(x, found)| {
                Check::value(says::at_smoothing(crate::words::Value::Name(which), x), exact(found), x, TOLERANCE)
            }));
        }
        for (index, which, tolerance) in [
            (2, "W_1 from the closed form in the ODE", TOLERANCE),
            (3, "W_1 from the closed form in the SDE", NODES_TOLERANCE),
        ] {
            let most = series(rows, index).map(|(_, found)| found).fold(0.0, f64::max);
            checks.push(Check::range(name(which), exact(most), 0.0, tolerance));
        }
        let last = rows.last();
        let words = says::label_smoothing_verdict(
            last.map_or(f64::NAN, |row| row.x),
            format!("{:.4}", last.map_or(f64::NAN, |row| row.values[0].estimate)),
            format!("{:.4}", last.map_or(f64::NAN, |row| row.values[1].estimate)),
        );
        Verdict::new(checks, words)
    }

    fn cost(&self) -> Cost {
        Cost { particle_steps: 0.0, seconds: 0.5 * self.smoothings.len() as f64 }
    }

    fn guides(&self) -> Vec<GuideLine> {
        let points = || self.smoothings.iter().map(|e| (*e, *e)).collect();
        vec![GuideLine::Points { series: 0, points: points(), name: "predicted" }]
    }

    fn state(&self, x: f64) -> Option<State> {
        Some(Self::state_of(x))
    }
}
