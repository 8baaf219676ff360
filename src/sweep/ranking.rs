//! What a training loss says of a classifier, beside what its gradient does: kinds of classifier in the order of their KL.

use super::scenes::{TARGET, pair};
use super::{About, Check, Cost, Experiment, GuideLine, Quantity, Row, Size, Verdict, Work, exact, harm, series};
use crate::model::{
    Amplitude, AmplitudeLaw, Classifier, Guidance, Process, Sampler, State, Tempered, Wiggle, WiggleForm,
};
use crate::reference::measures;
use crate::words::{messages as says, name};

/// Classifiers on the pair at `gamma = 1`, in the order of their KL at `t = 1/2`.
#[derive(Clone, Debug)]
pub struct Ranking {
    /// The frequency of the wiggle, `a = 5/n`; at 32 it is the fault that the loss does not see.
    pub frequency: f64,
    /// Only the classifiers that the verdict names.
    few: bool,
}

static ABOUT: About = About {
    name: "ranking",
    title: "The loss does not rank classifiers",
    claim: "In the order of their KL classifiers are in order neither of their guidance error nor of the harm that it does to the samples of the ODE or of the SDE.",
    source: "ours (kinds of fault that implementers meet; arXiv 2601.21200 has the wiggle)",
    axis: Quantity { name: "KL at t = 1/2", unit: "nats", log: true },
    series: &[
        Quantity { name: "guidance error at t = 1/2", unit: "1/length^2", log: true },
        Quantity { name: "W_1, ODE", unit: "length", log: true },
        Quantity { name: "W_1, SDE", unit: "length", log: true },
    ],
};
const TIME: f64 = 0.5;
const HORIZON: f64 = 10.0;
/// The wiggle against the classifier that is too unsure: KL and guidance error, to [`DIGITS`] (docs/numerics.md).
const RATIOS: [f64; 2] = [9.852_042_239_5e-4 / 3.866_555_833_5e-2, 2.021_672_297_9 / 1.220_680_660_9e-1];
const DIGITS: f64 = 1e-6;
/// Rank correlations that a loss which ranks would have are 1.
const RANKS: f64 = 0.8;
const UNSURE: &str = "tempered by a half";
const RIPPLE: &str = "logit wiggle";

impl Ranking {
    /// At the size asked for.
    pub fn new(size: Size) -> Self {
        Self { frequency: 32.0, few: size == Size::Small }
    }

    fn classifiers(&self) -> Vec<(&'static str, Classifier)> {
        let wiggle = |form, frequency, scale| {
            Classifier::Wiggle(Wiggle {
                form,
                frequency,
                amplitude: Amplitude { law: AmplitudeLaw::Inverse, scale },
                smoothing: 0.0,
            })
        };
        let tempered = |sharpness, bias| Classifier::Tempered(Tempered { sharpness, bias });
        let mut all = vec![
            (RIPPLE, wiggle(WiggleForm::Logit, self.frequency, 5.0)),
            (UNSURE, tempered(0.5, 0.0)),
            ("tempered by two", tempered(2.0, 0.0)),
            ("biased by one", tempered(1.0, 1.0)),
        ];
        if !self.few {
            all.push(("tempered by 1.0369", tempered(1.036_911_55, 0.0)));
            all.push(("probability wiggle", wiggle(WiggleForm::Probability, 16.0, 1.0)));
        }
        all
    }

    fn state_of(classifier: Classifier) -> State {
        let base = State::default();
        State {
            mixture: pair(),
            process: Process { horizon: HORIZON, stop: 0.0, sampler: Sampler::OdeExponential, ..base.process },
            guidance: Guidance::constant(TARGET, 1.0),
            classifier,
            ..base
        }
    }

    /// With name, KL and guidance error, in the order of KL.
    fn ranked(&self) -> Vec<(&'static str, Classifier, [f64; 2])> {
        let mut all: Vec<_> = self
            .classifiers()
            .into_iter()
            .map(|(name, classifier)| {
                let found = measures(&Self::state_of(classifier), TIME).expect("one dimension");
                (name, classifier, [found.conditional_kl, found.guidance_mse])
            })
            .collect();
        all.sort_by(|a, b| a.2[0].total_cmp(&b.2[0]));
        all
    }

    fn at(&self, x: f64) -> Classifier {
        let nearest = self.ranked().into_iter().min_by(|a, b| (a.2[0] - x).abs().total_cmp(&(b.2[0] - x).abs()));
        nearest.map_or(Classifier::EXACT, |(_, classifier, _)| classifier)
    }
}

impl Experiment for Ranking {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn points(&self) -> Vec<f64> {
        self.ranked().into_iter().map(|(_, _, [kl, _])| kl).collect()
    }

    fn work(&self, x: f64) -> Work {
        let state = Self::state_of(self.at(x));
        Work::Exact(Box::new(move || {
            let found = harm(&state).expect("one dimension");
            let error = measures(&state, TIME).expect("one dimension").guidance_mse;
            Row::new(x, [error, found.ode.wasserstein, found.sde.wasserstein].map(exact).to_vec())
        }))
    }

    fn verdict(&self, rows: &[Row]) -> Verdict {
        let ranked = self.ranked();
        let of = |wanted| ranked.iter().find(|(name, ..)| *name == wanted);
        let row =
            |wanted| of(wanted).and_then(|(_, _, [kl, _])| rows.iter().find(|row| (row.x - kl).abs() < 1e-10 * kl));
        let value = |wanted, index: usize| row(wanted).map_or(f64::NAN, |row| row.values[index].estimate);
        let kl = |wanted| row(wanted).map_or(f64::NAN, |row| row.x);
        let correlations = [0, 1, 2].map(|index| rank_correlation(series(rows, index)));
        let [error, ode, sde] = correlations;
        let close = |what, found: f64, wanted: f64| Check::value(name(what), exact(found), wanted, DIGITS * wanted);
        let below = |what, found| Check::range(name(what), exact(found), -1.0, RANKS);
        let checks = vec![
            close("KL of the wiggle over that of the tempered one", kl(RIPPLE) / kl(UNSURE), RATIOS[0]),
            close(
                "guidance error of the wiggle over that of the tempered one",
                value(RIPPLE, 0) / value(UNSURE, 0),
                RATIOS[1],
            ),
            Check::range(
                name("W_1 in the ODE of the wiggle over the tempered one"),
                exact(value(RIPPLE, 1) / value(UNSURE, 1)),
                1.0,
                f64::INFINITY,
            ),
            Check::range(
                name("W_1 in the SDE of the wiggle over the tempered one"),
                exact(value(RIPPLE, 2) / value(UNSURE, 2)),
                0.0,
                0.1,
            ),
            below("rank correlation of KL and guidance error", error),
            below("rank correlation of KL and W_1 in the ODE", ode),
            below("rank correlation of KL and W_1 in the SDE", sde),
        ];
        let words = says::ranking_verdict(
            format!("{:.0}", 1.0 / RATIOS[0]),
            format!("{:.1}", RATIOS[1]),
            format!("{error:.2}"),
            format!("{ode:.2}"),
            format!("{sde:.2}"),
        );
        Verdict::new(checks, words)
    }

    fn cost(&self) -> Cost {
        Cost { particle_steps: 0.0, seconds: 0.7 * self.classifiers().len() as f64 }
    }

    fn guides(&self) -> Vec<GuideLine> {
        let named = |(name, _, [kl, error]): (&'static str, Classifier, [f64; 2])| GuideLine::Points {
            series: 0,
            points: vec![(kl, error)],
            name,
        };
        self.ranked().into_iter().map(named).collect()
    }

    fn state(&self, x: f64) -> Option<State> {
        Some(Self::state_of(self.at(x)))
    }
}

/// Spearman's; without ties.
fn rank_correlation(points: impl Iterator<Item = (f64, f64)>) -> f64 {
    let points: Vec<(f64, f64)> = points.collect();
    let n = points.len() as f64;
    let rank =
        |of: &dyn Fn(&(f64, f64)) -> f64, value: f64| points.iter().filter(|point| of(point) < value).count() as f64;
    let apart: f64 = points.iter().map(|(x, y)| (rank(&|p| p.0, *x) - rank(&|p| p.1, *y)).powi(2)).sum();
    1.0 - 6.0 * apart / (n * (n * n - 1.0))
}
