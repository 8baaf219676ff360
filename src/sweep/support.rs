//! Bounded support against unbounded support.

use super::scenes::{lane, p1};
use super::{About, Check, Cost, Experiment, GuideLine, Line, Quantity, Row, Size, Verdict, Work, exact, series};
use crate::law::{Atoms, Uniform, bounded_scores, guided_scores, probability_flow};
use crate::model::Mixture;
use crate::words::{Value::Name, messages as says, name};

/// Where the ODE ends against the weight: uniform classes on `[1, 2]` and `[-2, -1]`, and P1.
#[derive(Clone, Debug)]
pub struct Support {
    /// The weights `w`.
    pub weights: Vec<f64>,
    /// The upper end of the bounded class; the claim is about 2.
    pub end: f64,
    /// What is taken off the unbounded median: its value without guidance, 1.
    pub plain: f64,
}

static ABOUT: About = About {
    name: "support",
    title: "Bounded and unbounded classes",
    claim: "A class of bounded support holds the samples at every guidance scale; with Gaussian tails they run off, eventually like sqrt w.",
    source: "arXiv 2409.13074 (our constants)",
    axis: Quantity { name: "w", unit: "1", log: true },
    series: &[
        Quantity { name: "median, bounded", unit: "length", log: true },
        Quantity { name: "median, unbounded", unit: "length", log: true },
        Quantity { name: "median, unbounded, from its own equation", unit: "length", log: true },
        Quantity { name: "upper thousandth, bounded", unit: "length", log: true },
        Quantity { name: "upper thousandth, unbounded", unit: "length", log: true },
        Quantity { name: "shift of the median by guidance, unbounded", unit: "length", log: true },
    ],
};
/// Medians at `w`, bounded and unbounded, by an independent program, to [`REFERENCE_DIGITS`].
const REFERENCE: [(f64, f64, f64); 2] = [(1.0, 1.7185, 1.56382987), (10.0, 1.99673, 3.71794838)];
const REFERENCE_DIGITS: [f64; 2] = [6e-5, 1e-6];
/// With `u = s w^(-1/2)`, `y = w^(1/2) Y` the median's equation is `dY/ds = 1/w + 2/(1 + e^(2 s Y))`: the first term
/// brings 1, the median without guidance; the second, for large `w`, `c w^(1/2)`, with a relative error of `O(1/w)`.
const SLOPE: f64 = 0.5;
/// The weights from which the slope is that, to [`SLOPE_TOLERANCE`].
const LARGE: f64 = 100.0;
const SLOPE_TOLERANCE: f64 = 0.01;
/// Of `c`, extrapolated from the two largest weights.
const LIMIT_TOLERANCE: f64 = 1e-4;
/// Of the paths of the ODE and of the median's own equation.
const TOLERANCE: f64 = 1e-6;
const HORIZON: f64 = 25.0;
/// Starting points so far apart: the median starts at 0, the upper thousandth (.99865) at the next.
const SPACING: f64 = 3.0;
const STOP: f64 = 1e-8;

impl Support {
    /// At the size asked for.
    pub fn new(size: Size) -> Self {
        let weights = match size {
            Size::Small => vec![1.0, 10.0, 100.0, 400.0],
            Size::Default => vec![0.5, 1.0, 2.0, 4.0, 10.0, 20.0, 40.0, 100.0, 200.0, 400.0],
        };
        Self { weights, end: 2.0, plain: 1.0 }
    }
}

/// The images of 0 and 3: the map of the ODE is monotone.
fn quantiles(law: &Atoms) -> [f64; 2] {
    let middle = law.points.len() / 2;
    [law.points[middle], law.points[middle + 1]]
}

/// The median of the ODE on P1 by `dy/du = 1 + 2 w/(1 + e^(2 u y))`, `y(0) = 0` (arXiv 2409.13074).
fn median_of_p1(w: f64) -> f64 {
    integral(1.0, |u, y| 1.0 + 2.0 * w / (1.0 + (2.0 * u * y).exp()))
}

/// `c`: `Y` at the end of `dY/ds = 2/(1 + e^(2 s Y))`, `Y(0) = 0`.
fn limit() -> f64 {
    integral(30.0, |s, y| 2.0 / (1.0 + (2.0 * s * y).exp()))
}

/// Where a path of this rate is at `end`, from 0 at 0, by the classical Runge-Kutta method.
fn integral(end: f64, rate: impl Fn(f64, f64) -> f64) -> f64 {
    const STEPS: usize = 8000;
    let h = end / STEPS as f64;
    (0..STEPS).fold(0.0, |y, i| {
        let u = i as f64 * h;
        let first = rate(u, y);
        let second = rate(u + 0.5 * h, y + 0.5 * h * first);
        let third = rate(u + 0.5 * h, y + 0.5 * h * second);
        y + h / 6.0 * (first + 2.0 * (second + third) + rate(u + h, y + h * third))
    })
}

impl Experiment for Support {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn points(&self) -> Vec<f64> {
        self.weights.clone()
    }

    fn work(&self, x: f64) -> Work {
        let (end, plain) = (self.end, self.plain);
        Work::Exact(Box::new(move || {
            let classes = [Uniform { from: 1.0, to: end }, Uniform { from: -end, to: -1.0 }];
            let bounded = probability_flow(&bounded_scores(classes, 1.0 + x), HORIZON, STOP, SPACING, 1e-8);
            let mixture = Mixture::new(&p1());
            let unbounded = probability_flow(&guided_scores(&mixture, lane(x)), HORIZON, 0.0, SPACING, 1e-10);
            let ([median, top], [free_median, free_top]) = (quantiles(&bounded), quantiles(&unbounded));
            Row::new(x, [median, free_median, median_of_p1(x), top, free_top, free_median - plain].map(exact).to_vec())
        }))
    }

    fn verdict(&self, rows: &[Row]) -> Verdict {
        let mut checks = Vec::new();
        for row in rows {
            let w = row.x;
            if let Some((_, bounded, unbounded)) = REFERENCE.iter().find(|(known, ..)| (known - w).abs() < 1e-9) {
                for (which, index, expected) in [("bounded", 0, *bounded), ("unbounded", 1, *unbounded)] {
                    let quantity = says::which_at_weight(Name("median"), Name(which), w);
                    checks.push(Check::value(quantity, row.values[index], expected, REFERENCE_DIGITS[index]));
                }
            }
            // The paths stop where the noise has not quite gone; it is the root of the weight that they are outside.
            let outside = (2.0 * STOP * (1.0 + w)).sqrt();
            for (what, index) in [("median", 0), ("upper thousandth", 3)] {
                let quantity = says::which_at_weight(Name(what), Name("bounded"), w);
                checks.push(Check::range(quantity, row.values[index], 1.0, 2.0 + outside));
            }
        }
        for row in rows {
            let quantity = says::which_at_weight(Name("median, unbounded"), Name("against its own equation"), row.x);
            checks.push(Check::value(quantity, row.values[1], row.values[2].estimate, TOLERANCE));
        }
        let shifts: Vec<_> = series(rows, 5).filter(|(w, _)| *w >= LARGE).collect();
        let line = Line::power(shifts.iter().copied());
        checks.push(Check::slope(name("slope of the shift of the median at large w"), &line, SLOPE, SLOPE_TOLERANCE));
        if let [.., (w, first), (v, second)] = shifts[..] {
            // shift/sqrt w = c + O(1/w).
            let found = (v.sqrt() * second - w.sqrt() * first) / (v - w);
            checks.push(Check::value(
                name("shift of the median / sqrt w as w grows"),
                exact(found),
                limit(),
                LIMIT_TOLERANCE,
            ));
        }
        let last = |index: usize| rows.last().map_or(f64::NAN, |row| row.values[index].estimate);
        let words = says::support_verdict(
            rows.last().map_or(f64::NAN, |row| row.x),
            format!("{:.2}", last(0)),
            format!("{:.2}", last(1)),
            format!("{:.2}", line.slope.estimate),
        );
        Verdict::new(checks, words)
    }

    fn cost(&self) -> Cost {
        Cost { particle_steps: 0.0, seconds: 0.5 * self.weights.len() as f64 }
    }

    fn guides(&self) -> Vec<GuideLine> {
        vec![GuideLine::Power { series: 5, slope: SLOPE, from: LARGE }]
    }
}
