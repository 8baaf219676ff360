//! The error of the samples against the average error of the guidance over the steps.

use super::scenes::{TARGET, lane, pair};
use super::{About, Check, Cost, Experiment, Quantity, Row, Size, Verdict, Work, exact};
use crate::law::{Density, ScoreAt, Scores, fokker_planck, guided_scores};
use crate::model::{Amplitude, AmplitudeLaw, Classifier, Mixture, Scored, State, Weight, Wiggle, WiggleForm};
use crate::reference::{LaneGuidance, Marginal, Split, axes, integrate, measures};
use crate::words::{Value::Name, messages as says};

/// KL of the truth from the samples against the guidance error integrated over the run, for a smooth error (the
/// classifier's logit times `1 + x`) and for a wiggle of frequency 32, `a = 5 x/32`.
#[derive(Clone, Debug)]
pub struct GuidanceError {
    /// The sizes `x` of the error.
    pub sizes: Vec<f64>,
    /// Steps over which the guidance error is averaged; they are quadratic, as the grid of that name.
    pub steps: usize,
    /// The factor of the error in the sampled process; 1 is right.
    pub factor: f64,
}

static ABOUT: About = About {
    name: "guidance-error",
    title: "What a guidance error costs",
    claim: "The KL of the truth from the samples is at most the guidance error summed over the steps; a smooth error comes within a factor of two to seven of it, a fast wiggle stays far below.",
    source: "arXiv 2601.21200, Theorem 3.9 (its guidance term, by Girsanov; the ratios are measured, ours)",
    axis: Quantity { name: "x", unit: "1", log: true },
    series: &[
        Quantity { name: "KL, smooth error", unit: "nats", log: true },
        Quantity { name: "summed guidance error, smooth error", unit: "nats", log: true },
        Quantity { name: "KL, wiggle", unit: "nats", log: true },
        Quantity { name: "summed guidance error, wiggle", unit: "nats", log: true },
    ],
};
const HORIZON: f64 = 6.0;
const STOP: f64 = 0.01;
const REACH: (f64, f64) = (-8.0, 8.0);
const FREQUENCY: f64 = 32.0;
/// At `x = .2`, by an independent program: KL and bound of the smooth error, KL and bound of the wiggle, and
/// their digits and what so few steps of the average change.
const REFERENCE: [(f64, f64); 4] = [(1.0998e-2, 2e-6), (2.9912e-2, 2e-5), (1.99e-5, 4e-7), (0.690, 2e-3)];

impl GuidanceError {
    /// At the size asked for.
    pub fn new(size: Size) -> Self {
        let (sizes, steps) = match size {
            Size::Small => (vec![0.1, 0.2], 60),
            Size::Default => (vec![0.025, 0.05, 0.1, 0.2, 0.4, 0.8], 200),
        };
        Self { sizes, steps, factor: 1.0 }
    }
}

/// The error of the guidance of the classifier whose logit is `1 + x` times the exact one.
fn smooth_error(split: &Split, x: f64, y: f64) -> f64 {
    let odds = split.at(&[y]);
    let doubt = 1.0 / (1.0 + ((1.0 + x) * odds.logit()).exp());
    // g = (1 - eta) grad logit.
    odds.guidance[0] * ((1.0 + x) * doubt / odds.one_minus_eta - 1.0)
}

/// `integral f(t) dt` over the run, by the midpoints of steps that are uniform in `sqrt(t - stop)`.
pub(super) fn over_the_run(steps: usize, f: impl Fn(f64) -> f64) -> f64 {
    let h = (HORIZON - STOP).sqrt() / steps as f64;
    (0..steps).map(|i| h * (i as f64 + 0.5)).map(|r| 2.0 * h * r * f(STOP + r * r)).sum()
}

impl Experiment for GuidanceError {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn points(&self) -> Vec<f64> {
        self.sizes.clone()
    }

    fn work(&self, x: f64) -> Work {
        let (steps, factor) = (self.steps, self.factor);
        Work::Exact(Box::new(move || {
            let mixture = Mixture::new(&pair());
            let truth = Marginal::new(&mixture, STOP);
            let kl = |scores: &Scores| -> f64 {
                let law: Density = fokker_planck(scores, HORIZON, STOP, REACH, 1e-7);
                law.kl_from(|y| truth.class_log_density(TARGET, &[y]))
            };
            let exact_scores = guided_scores(&mixture, lane(0.0));
            let smooth = |t: f64| -> ScoreAt {
                let (score, marginal) = (exact_scores(t), Marginal::new(&mixture, t));
                Box::new(move |y| score(y) + factor * smooth_error(&Split::new(&marginal, TARGET), x, y))
            };
            let smooth_bound = over_the_run(steps, |t| {
                let marginal = Marginal::new(&mixture, t);
                let split = Split::new(&marginal, TARGET);
                integrate(&axes(&marginal, &Classifier::EXACT, 8.5), |y| {
                    [marginal.class_log_density(TARGET, y).exp() * smooth_error(&split, x, y[0]).powi(2)]
                })
                .values[0]
            });
            let amplitude = Amplitude { law: AmplitudeLaw::Inverse, scale: 5.0 * x };
            let classifier = Classifier::Wiggle(Wiggle {
                form: WiggleForm::Probability,
                frequency: FREQUENCY,
                amplitude,
                smoothing: 0.0,
            });
            let state = State { mixture: pair(), classifier, ..State::default() };
            let wiggled =
                LaneGuidance { target: TARGET, weight: Weight::constant(1.0), classifier, scored: Scored::EXACT };
            let wiggle_bound = over_the_run(steps, |t| measures(&state, t).expect("one dimension").guidance_mse);
            let values = [kl(&smooth), smooth_bound, kl(&guided_scores(&mixture, wiggled)), wiggle_bound];
            Row::new(x, values.map(exact).to_vec())
        }))
    }

    fn verdict(&self, rows: &[Row]) -> Verdict {
        let mut checks = Vec::new();
        let mut ratios = [f64::NAN; 2];
        for row in rows {
            let value = |index: usize| row.values[index].estimate;
            ratios = [value(0) / value(1), value(2) / value(3)];
            checks.push(Check::range(says::over_bound(Name("smooth"), row.x), exact(ratios[0]), 0.05, 1.0));
            checks.push(Check::range(says::over_bound(Name("wiggle"), row.x), exact(ratios[1]), 0.0, 2e-3));
            if (row.x - 0.2).abs() < 1e-9 {
                for (i, (expected, digits)) in REFERENCE.into_iter().enumerate() {
                    let quantity = says::at_x(Name(ABOUT.series[i].name), 0.2);
                    checks.push(Check::value(quantity, row.values[i], expected, digits));
                }
            }
        }
        let words = says::guidance_error_verdict(format!("{:.2}", ratios[0]), format!("{:.0e}", ratios[1]));
        Verdict::new(checks, words)
    }

    fn cost(&self) -> Cost {
        Cost { particle_steps: 0.0, seconds: (0.3 + 4e-3 * self.steps as f64) * self.sizes.len() as f64 }
    }
}
