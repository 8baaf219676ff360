//! What an error of the unconditional score does to the guarantee.

use super::scenes::{TARGET, lane, p1, reciprocal};
use super::{About, Check, Cost, Experiment, GuideLine, Quantity, Row, Size, Verdict, Work, exact};
use crate::law::{ScoreAt, fokker_planck, guided_scores};
use crate::model::Mixture;
use crate::reference::{Marginal, Split};
use crate::words::{messages as says, name};

/// `E[1/p]` on P1 against an error `e` of the unconditional score `s` in `s^w = s_c + w (s_c - s)`: `s + e`, or
/// `(1 - e) s`.
#[derive(Clone, Debug)]
pub struct WrongScore {
    /// The errors `e`.
    pub errors: Vec<f64>,
    /// The weight `w`.
    pub weight: f64,
    /// Intervals of the integral over time; even.
    pub intervals: usize,
    /// The factor of the error's term in the predicted rate; 1 is right.
    pub error_term: f64,
}

static ABOUT: About = About {
    name: "wrong-score",
    title: "With a wrong score the guarantee is gone",
    claim: "An error v of the guided score adds -2 E[g.v/p] to the rate of E[1/p]: a large one carries it above 1/pi_c.",
    source: "arXiv 2505.01382 (imperfect scores; the formula is ours)",
    axis: Quantity { name: "e", unit: "1/length or 1", log: false },
    series: &[
        Quantity { name: "E[1/p], s + e, exact", unit: "1", log: false },
        Quantity { name: "E[1/p], s + e, from its rate", unit: "1", log: false },
        Quantity { name: "E[1/p], (1 - e) s, exact", unit: "1", log: false },
        Quantity { name: "E[1/p], (1 - e) s, from its rate", unit: "1", log: false },
    ],
};
const HORIZON: f64 = 8.0;
const REACH: (f64, f64) = (-13.0, 13.0);
/// Of the integral of the rate, by Simpson's rule.
const TOLERANCE: f64 = 5e-5;

impl WrongScore {
    /// At the size asked for.
    pub fn new(size: Size) -> Self {
        let (errors, intervals) = match size {
            Size::Small => (vec![0.0, 0.3, 1.0], 20),
            Size::Default => (vec![0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0], 40),
        };
        Self { errors, weight: 1.0, intervals, error_term: 1.0 }
    }
}

/// `E[1/p]` at the end with the error `error(s)` of the unconditional score `s`: by the law, and from the integral of
/// its rate.
fn exact_and_by_rate(
    w: f64,
    intervals: usize,
    error_term: f64,
    error: impl Fn(f64) -> f64 + Copy + 'static,
) -> [f64; 2] {
    let mixture = Mixture::new(&p1());
    let (guided, plain) = (guided_scores(&mixture, lane(w)), guided_scores(&mixture, lane(-1.0)));
    let scores = |t: f64| -> ScoreAt {
        let (guided, plain) = (guided(t), plain(t));
        Box::new(move |y| guided(y) - w * error(plain(y)))
    };
    let law = |t: f64| fokker_planck(&scores, HORIZON, t, REACH, 1e-6);
    // dE[phi]/dtau = -2 w E[phi g^2] - 2 E[phi g v] with v = -w error; in r = sqrt t, which is smooth at 0.
    let rate = |t: f64| {
        let (marginal, plain) = (Marginal::new(&mixture, t), plain(t));
        law(t).expect(|y| {
            let odds = Split::new(&marginal, TARGET).at(&[y]);
            let g = odds.guidance[0];
            2.0 * w * g * (error_term * error(plain(y)) - g) * (-odds.log_eta()).exp()
        })
    };
    let h = HORIZON.sqrt() / intervals as f64;
    let integral: f64 = (1..=intervals)
        .map(|i| {
            let r = h * i as f64;
            let simpson = if i % 2 == 1 {
                4.0
            } else if i == intervals {
                1.0
            } else {
                2.0
            };
            simpson * h / 3.0 * 2.0 * r * rate((r * r).min(HORIZON))
        })
        .sum();
    let marginal = Marginal::new(&mixture, HORIZON);
    let start: f64 = law(HORIZON).expect(|y| (-Split::new(&marginal, TARGET).at(&[y]).log_eta()).exp());
    [law(0.0).expect(reciprocal(&mixture)), start + integral]
}

impl Experiment for WrongScore {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn points(&self) -> Vec<f64> {
        self.errors.clone()
    }

    fn work(&self, x: f64) -> Work {
        let Self { weight: w, intervals, error_term, .. } = *self;
        Work::Exact(Box::new(move || {
            let shift = exact_and_by_rate(w, intervals, error_term, move |_| x);
            let scale = exact_and_by_rate(w, intervals, error_term, move |score| -x * score);
            Row::new(x, [shift, scale].concat().into_iter().map(exact).collect())
        }))
    }

    fn verdict(&self, rows: &[Row]) -> Verdict {
        let mut checks = Vec::new();
        for (kind, index) in [("s + e", 0), ("(1 - e) s", 2)] {
            checks.extend(rows.iter().map(|row| {
                let predicted = row.values[index + 1].estimate;
                Check::value(says::at_error(row.x, kind), row.values[index], predicted, TOLERANCE)
            }));
        }
        let ends = |row: Option<&Row>, index: usize| row.map_or(f64::NAN, |row| row.values[index].estimate);
        let (first, last) = (ends(rows.first(), 0), ends(rows.last(), 0));
        checks.push(Check::range(name("E[1/p] with the smallest error"), exact(first), 1.0, 2.0));
        checks.push(Check::range(name("E[1/p] with the largest error"), exact(last), 2.0, 10.0));
        let words = says::wrong_score_verdict(
            format!("{first:.3}"),
            format!("{last:.3}"),
            format!("{:.3}", ends(rows.last(), 2)),
        );
        Verdict::new(checks, words)
    }

    fn cost(&self) -> Cost {
        Cost { particle_steps: 0.0, seconds: 0.06 * (self.intervals * self.errors.len()) as f64 }
    }

    fn guides(&self) -> Vec<GuideLine> {
        vec![GuideLine::Level { series: 0, value: 2.0, name: "1/pi_c" }]
    }
}
