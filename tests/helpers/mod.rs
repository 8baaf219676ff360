//! Helpers of the integration tests.
#![allow(dead_code, reason = "each test crate uses some of them")]

use guidance_lab::model::{Amplitude, AmplitudeLaw, Classifier, Component, Mixture, State, Wiggle, WiggleForm};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// Equal to all printed digits: half a unit in the last place.
#[track_caller]
pub fn pinned(value: f64, printed: &str) {
    let expected: f64 = printed.parse().unwrap();
    let mut parts = printed.split('e');
    let decimals = parts.next().unwrap().split('.').nth(1).map_or(0, str::len) as i32;
    let exponent: i32 = parts.next().map_or(0, |exponent| exponent.parse().unwrap());
    let unit = 10f64.powi(exponent - decimals);
    assert!((value - expected).abs() <= 0.5 * unit * (1.0 + 1e-6), "{value:.15e}, but pinned as {printed}");
}

#[track_caller]
pub fn close(value: f64, expected: f64, tolerance: f64) {
    assert!((value - expected).abs() <= tolerance, "{value:e} is not {expected:e} to {tolerance:e}");
}

#[track_caller]
pub fn relative(value: f64, expected: f64, tolerance: f64) {
    close(value, expected, tolerance * expected.abs());
}

pub fn line(weight: f64, mean: f64, variance: f64, class: usize) -> Component {
    Component { weight, mean: vec![mean], covariance: vec![vec![variance]], class }
}

pub fn plane(weight: f64, mean: [f64; 2], [a, b, c]: [f64; 3], class: usize) -> Component {
    Component { weight, mean: mean.to_vec(), covariance: vec![vec![a, b], vec![b, c]], class }
}

/// The classes `N(+-1, .25)` with equal weights.
pub fn pair() -> Vec<Component> {
    vec![line(0.5, 1.0, 0.25, 1), line(0.5, -1.0, 0.25, 0)]
}

/// P1, P2 and P3 of docs/numerics.md.
pub fn p1() -> Mixture {
    Mixture::new(&[line(0.5, 1.0, 1.0, 1), line(0.5, -1.0, 1.0, 0)])
}

pub fn p2() -> Mixture {
    Mixture::new(&[line(0.25, 1.0, 1.0, 1), line(0.25, -1.0, 1.0, 1), line(0.5, 0.0, 1.0, 0)])
}

pub fn p3() -> Mixture {
    Mixture::new(&[line(0.25, 0.5, 0.25, 1), line(0.25, 3.0, 0.25, 1), line(0.5, -1.0, 0.25, 0)])
}

/// The pair with a wiggle.
pub fn with_wiggle(form: WiggleForm, frequency: f64, law: AmplitudeLaw, scale: f64) -> State {
    State {
        mixture: pair(),
        classifier: Classifier::Wiggle(Wiggle { form, frequency, amplitude: Amplitude { law, scale }, smoothing: 0.0 }),
        ..State::default()
    }
}

/// A wiggle of a given amplitude.
pub fn wave(form: WiggleForm, frequency: f64, amplitude: f64) -> Classifier {
    Classifier::Wiggle(Wiggle {
        form,
        frequency,
        amplitude: Amplitude { law: AmplitudeLaw::Fixed, scale: amplitude },
        smoothing: 0.0,
    })
}

pub fn seeded(seed: u64) -> StdRng {
    StdRng::seed_from_u64(seed)
}

/// A mixture in `d` dimensions with random means and covariances, classes in turn.
pub fn random_mixture(rng: &mut StdRng, d: usize, components: usize, classes: usize) -> Mixture {
    let component = |rng: &mut StdRng, class: usize| {
        let root: Vec<Vec<f64>> = (0..d).map(|_| (0..d).map(|_| rng.random_range(-0.6..0.6)).collect()).collect();
        let entry = |i: usize, j: usize| {
            let dot: f64 = (0..d).map(|k| root[i][k] * root[j][k]).sum();
            dot + if i == j { 0.15 } else { 0.0 }
        };
        Component {
            weight: 1.0 / components as f64,
            mean: random_point(rng, d, 2.0),
            covariance: (0..d).map(|i| (0..d).map(|j| entry(i, j)).collect()).collect(),
            class,
        }
    };
    let list: Vec<Component> = (0..components).map(|k| component(rng, k % classes)).collect();
    Mixture::new(&list)
}

pub fn random_point(rng: &mut StdRng, d: usize, half_width: f64) -> Vec<f64> {
    (0..d).map(|_| rng.random_range(-half_width..half_width)).collect()
}

/// A standard normal by Box and Muller.
pub fn normal(rng: &mut StdRng) -> f64 {
    let (a, b): (f64, f64) = (rng.random(), rng.random());
    (-2.0 * (1.0 - a).ln()).sqrt() * (std::f64::consts::TAU * b).cos()
}

/// Composite 20-point Gauss-Legendre; nodes by Newton's method on the Legendre polynomial, so that
/// nothing is shared with the crate.
pub fn gauss_legendre(from: f64, to: f64, panels: usize, f: impl Fn(f64) -> f64) -> f64 {
    let n = 20;
    let half = 0.5 * (to - from) / panels as f64;
    let mut sum = 0.0;
    for i in 0..n {
        let mut x = (std::f64::consts::PI * (f64::from(i) + 0.75) / (f64::from(n) + 0.5)).cos();
        let mut slope = 1.0;
        for _ in 0..20 {
            let (mut before, mut p) = (1.0, x);
            for k in 2..=n {
                let k = f64::from(k);
                (before, p) = (p, ((2.0 * k - 1.0) * x * p - (k - 1.0) * before) / k);
            }
            slope = f64::from(n) * (x * p - before) / (x * x - 1.0);
            x -= p / slope;
        }
        let weight = 2.0 / ((1.0 - x * x) * slope * slope);
        for panel in 0..panels {
            sum += weight * half * f(from + half * (2 * panel + 1) as f64 + half * x);
        }
    }
    sum
}
