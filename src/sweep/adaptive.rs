//! A weight of each sample's own against the same weight for all.

use super::scenes::{TARGET, lane, p2, particles, reciprocal};
use super::{About, Check, Cost, Experiment, Quantity, Row, Size, Verdict, Work, exact};
use crate::engine::{Observation, Scene};
use crate::law::{Density, fokker_planck, guided_scores, sampler_law};
use crate::metrics::{Estimate, fraction_improved, mean_reciprocal};
use crate::model::{Guidance, Lane, Mixture, State, Weight};
use crate::reference::{LaneGuidance, Marginal};
use crate::words::{Value::Name, messages as says};

/// The weight `w (1 - p(c|x))` on P2 against the constant weight `w'` that ends at the same `E[1/p]`.
#[derive(Clone, Debug)]
pub struct Adaptive {
    /// The weights `w`.
    pub weights: Vec<f64>,
    /// Particles in a lane.
    pub particles: usize,
    /// Reverse steps.
    pub steps: usize,
    /// The power of `1 - p` in the particles; 1 is right.
    pub power: f64,
    /// Whether the two weights are taken for one another in the verdict; `false` is right.
    pub exchanged: bool,
}

static ABOUT: About = About {
    name: "adaptive",
    title: "A guidance scale that fades where the class is certain",
    claim: "At the same E[1/p(c|x)], the extra scale w (1 - p(c|x)) keeps the samples of P2 closer to p(x|c) than a constant one, and at least as many improve, at the price of entropy.",
    source: "an open question of arXiv 2505.01382 (the rule and the answer for this mixture are ours)",
    axis: Quantity { name: "w", unit: "1", log: true },
    series: &[
        Quantity { name: "w' of the constant scale", unit: "1", log: true },
        Quantity { name: "E[1/p], adaptive, particles", unit: "1", log: false },
        Quantity { name: "E[1/p], constant, particles", unit: "1", log: false },
        Quantity { name: "E[1/p], adaptive, exact law of the sampler", unit: "1", log: false },
        Quantity { name: "E[1/p], constant, exact law of the sampler", unit: "1", log: false },
        Quantity { name: "fraction improved, adaptive", unit: "1", log: false },
        Quantity { name: "fraction improved, constant", unit: "1", log: false },
        Quantity { name: "W_1 from p(x|c), adaptive, exact", unit: "length", log: false },
        Quantity { name: "W_1 from p(x|c), constant, exact", unit: "length", log: false },
        Quantity { name: "entropy, adaptive, exact", unit: "nats", log: false },
        Quantity { name: "entropy, constant, exact", unit: "nats", log: false },
    ],
};
const HORIZON: f64 = 10.0;
const REACH: (f64, f64) = (-14.0, 14.0);
/// Particles are in f32.
const ROUNDING: f64 = 1e-5;
/// What `E[1/p]` of the two may differ by: the constant weight is sought to this.
const SOUGHT: f64 = 2e-4;

impl Adaptive {
    /// At the size asked for.
    pub fn new(size: Size) -> Self {
        let (weights, particles, steps) = match size {
            Size::Small => (vec![5.0, 20.0], 20_000, 200),
            Size::Default => (vec![1.0, 2.0, 5.0, 10.0, 20.0, 40.0], 100_000, 400),
        };
        Self { weights, particles, steps, power: 1.0, exchanged: false }
    }
}

/// The weight `w (1 - p)^power`.
fn fading(w: f64, power: f64) -> Weight {
    Weight { outside: 1.0, adaptive: power, ..Weight::constant(1.0 + w) }
}

/// The law in continuous time.
fn law(mixture: &Mixture, weight: Weight, tolerance: f64) -> Density {
    fokker_planck(&guided_scores(mixture, LaneGuidance { weight, ..lane(0.0) }), HORIZON, 0.0, REACH, tolerance)
}

/// The constant weight with the `E[1/p]` of the fading weight `w`: it is smaller, and `E[1/p]` falls with it.
fn same_reciprocal(mixture: &Mixture, w: f64) -> f64 {
    let value = reciprocal(mixture);
    let wanted = law(mixture, fading(w, 1.0), 1e-6).expect(&value);
    let (mut low, mut high) = (0.0, w);
    for _ in 0..30 {
        let middle = 0.5 * (low + high);
        let found = law(mixture, Weight::constant(1.0 + middle), 1e-4).expect(&value);
        if (found - wanted).abs() < 0.2 * SOUGHT {
            return middle;
        }
        if found > wanted { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

impl Experiment for Adaptive {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn points(&self) -> Vec<f64> {
        self.weights.clone()
    }

    fn work(&self, x: f64) -> Work {
        let mut state = particles(p2(), 1.0 + x, self.steps, self.particles);
        state.compare = vec![Lane::Exact, Lane::Conditional];
        let process = state.process;
        let constant = same_reciprocal(&Mixture::new(&p2()), x);
        let read = move |_: &Scene, observation: &Observation, _: &[Vec<f32>]| {
            let mixture = Mixture::new(&p2());
            let (value, data) = (reciprocal(&mixture), Marginal::new(&mixture, 0.0));
            let weights = [fading(x, 1.0), Weight::constant(1.0 + constant)];
            let found = [0, 1].map(|i| &observation.lanes[i].sums);
            let limits = weights.map(|weight| law(&mixture, weight, 1e-6));
            let mut values = vec![exact(constant)];
            values.extend(found.map(mean_reciprocal));
            values.extend(weights.map(|weight| {
                let scores = guided_scores(&mixture, LaneGuidance { weight, ..lane(0.0) });
                exact(sampler_law(&process, &scores).expect(&value))
            }));
            values.extend(found.map(fraction_improved));
            values.extend(limits.each_ref().map(|law| exact(law.atoms().wasserstein(&data, TARGET))));
            values.extend(limits.each_ref().map(|law| exact(law.entropy())));
            Row::new(x, values)
        };
        let weights = vec![fading(x, self.power), Weight::constant(1.0 + constant)];
        Work::Weighted(Box::new(state), weights, Box::new(read))
    }

    fn verdict(&self, rows: &[Row]) -> Verdict {
        let sign = if self.exchanged { -1.0 } else { 1.0 };
        let mut checks = Vec::new();
        for row in rows {
            let (w, values) = (row.x, &row.values);
            for (i, which) in ["adaptive", "constant"].into_iter().enumerate() {
                let quantity = says::which_at_weight(Name("E[1/p] of the particles"), Name(which), w);
                checks.push(Check::value(quantity, values[1 + i], values[3 + i].estimate, ROUNDING));
            }
            // Equal in continuous time; the sampler's steps leave a little more.
            let minus = |what| says::which_at_weight(Name(what), Name("adaptive minus constant"), w);
            let difference = exact(values[3].estimate - values[4].estimate);
            checks.push(Check::range(minus("E[1/p]"), difference, -0.01, 0.01));
            let improved = Estimate {
                estimate: sign * (values[5].estimate - values[6].estimate),
                standard_error: values[5].standard_error.hypot(values[6].standard_error),
            };
            checks.push(Check::range(minus("improved"), improved, 0.0, 1.0));
            let closer = exact(sign * (values[7].estimate - values[8].estimate));
            checks.push(Check::range(minus("W_1"), closer, -10.0, -1e-3));
            let narrower = exact(sign * (values[9].estimate - values[10].estimate));
            checks.push(Check::range(minus("entropy"), narrower, -1.0, 0.0));
        }
        let at = |index: usize| rows.last().map_or(f64::NAN, |row| row.values[index].estimate);
        let words = says::adaptive_verdict(
            format!("{:.3}", at(3)),
            rows.last().map_or(f64::NAN, |row| row.x),
            format!("{:.2}", at(7)),
            format!("{:.1}", 100.0 * at(5)),
            format!("{:.1}", at(0)),
            format!("{:.2}", at(8)),
            format!("{:.1}", 100.0 * at(6)),
        );
        Verdict::new(checks, words)
    }

    fn state(&self, x: f64) -> Option<State> {
        let state = particles(p2(), 1.0 + x, self.steps, self.particles);
        Some(State { guidance: Guidance { adaptive: 1.0, ..state.guidance }, ..state })
    }

    fn cost(&self) -> Cost {
        let particle_steps = 3.0 * (self.weights.len() * self.particles * self.steps) as f64;
        Cost { particle_steps, seconds: 1e-8 * particle_steps + 1.5 * self.weights.len() as f64 }
    }
}
