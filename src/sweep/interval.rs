//! Guidance that is on in an interval of time only.

use super::scenes::{TARGET, lane, p2, particles, reciprocal};
use super::{About, Check, Cost, Experiment, Quantity, Row, Size, Verdict, Work, exact};
use crate::engine::{Observation, Scene};
use crate::law::{Density, fokker_planck_in_pieces, guided_pieces, guided_scores, sampler_law};
use crate::metrics::{Estimate, fraction_improved, mean_reciprocal};
use crate::model::{Guidance, Lane, MAX_HORIZON, Mixture, State, Weight};
use crate::reference::{LaneGuidance, Marginal, Split};
use crate::words::{Value::Name, messages as says};

/// Guidance at `w = 5` on P2, early (from the start to `t = s`) and late (from `t = s` to the end).
#[derive(Clone, Debug)]
pub struct Interval {
    /// The times `s` of the switch.
    pub switches: Vec<f64>,
    /// Particles in a lane.
    pub particles: usize,
    /// Reverse steps.
    pub steps: usize,
    /// The particles' switch is at this multiple of `s`; 1 is right.
    pub shift: f64,
}

static ABOUT: About = About {
    name: "interval",
    title: "Guidance in an interval of time",
    claim: "In the SDE, once guidance is off, E[1/p(c|x)] stays where it is: guidance that ends early leaves most samples as they were and more of them worse, guidance late in the run does nearly all of the work.",
    source: "arXiv 2404.07724 (the interval), arXiv 2505.01382, Lemma 2 (the prediction; the numbers are measured, ours)",
    axis: Quantity { name: "s", unit: "time", log: true },
    series: &[
        Quantity { name: "E[1/p], early, particles", unit: "1", log: false },
        Quantity { name: "E[1/p], late, particles", unit: "1", log: false },
        Quantity { name: "E[1/p], early, exact law of the sampler", unit: "1", log: false },
        Quantity { name: "E[1/p], late, exact law of the sampler", unit: "1", log: false },
        Quantity { name: "E[1/p] when early guidance ends, exact, continuous time", unit: "1", log: false },
        Quantity { name: "E[1/p] at the end, early, exact, continuous time", unit: "1", log: false },
        Quantity { name: "fraction improved, early", unit: "1", log: false },
        Quantity { name: "fraction improved, late", unit: "1", log: false },
        Quantity { name: "target hit rate E[p], early, exact", unit: "1", log: false },
        Quantity { name: "target hit rate E[p], late, exact", unit: "1", log: false },
        Quantity { name: "entropy, early, exact", unit: "nats", log: false },
        Quantity { name: "entropy, late, exact", unit: "nats", log: false },
        Quantity { name: "W_1 from p(x|c), early, exact", unit: "length", log: false },
        Quantity { name: "W_1 from p(x|c), late, exact", unit: "length", log: false },
    ],
};
const WEIGHT: f64 = 5.0;
const HORIZON: f64 = 10.0;
const REACH: (f64, f64) = (-14.0, 14.0);
/// Particles are in f32.
const ROUNDING: f64 = 1e-5;
/// Of the two laws in continuous time.
const TOLERANCE: f64 = 1e-5;
/// Early guidance to `s = 1/2`, measured once with 600 steps and an independent program: the fraction improved
/// and `E[1/p]`, with their standard errors, and what other numbers of steps change.
const REFERENCE: [(f64, f64, f64); 2] = [(0.7735, 0.0012, 0.004), (1.8656, 0.001, 0.006)];

impl Interval {
    /// At the size asked for.
    pub fn new(size: Size) -> Self {
        match size {
            Size::Small => Self { switches: vec![0.25, 0.5, 1.0], particles: 20_000, steps: 200, shift: 1.0 },
            Size::Default => Self {
                switches: vec![0.05, 0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0],
                particles: 100_000,
                steps: 600,
                shift: 1.0,
            },
        }
    }
}

/// Guidance before the switch (at larger times) and after it.
fn weights(s: f64) -> [Weight; 2] {
    let weight = Weight { outside: 1.0, from: 0.0, to: MAX_HORIZON, ..Weight::constant(1.0 + WEIGHT) };
    [Weight { from: s, ..weight }, Weight { to: s, ..weight }]
}

impl Experiment for Interval {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn points(&self) -> Vec<f64> {
        self.switches.clone()
    }

    fn work(&self, x: f64) -> Work {
        let mut state = particles(p2(), 1.0 + WEIGHT, self.steps, self.particles);
        state.compare = vec![Lane::Exact, Lane::Conditional];
        let process = state.process;
        let read = move |_: &Scene, observation: &Observation, _: &[Vec<f32>]| {
            let mixture = Mixture::new(&p2());
            let value = reciprocal(&mixture);
            let lanes = weights(x).map(|weight| LaneGuidance { weight, ..lane(0.0) });
            let found = [0, 1].map(|i| &observation.lanes[i].sums);
            let laws = lanes.map(|lane| sampler_law(&process, &guided_scores(&mixture, lane)));
            let limit = |lane: LaneGuidance, stop: f64| -> Density {
                fokker_planck_in_pieces(&guided_pieces(&mixture, lane, HORIZON, stop), HORIZON, REACH, 1e-7)
            };
            let limits = lanes.map(|lane| limit(lane, 0.0));
            let at_switch = Marginal::new(&mixture, x);
            let then = limit(lanes[0], x).expect(|y| (-Split::new(&at_switch, TARGET).at(&[y]).log_eta()).exp());
            let data = Marginal::new(&mixture, 0.0);
            let hit = |y: f64| Split::new(&data, TARGET).at(&[y]).eta;
            let mut values = found.map(mean_reciprocal).to_vec();
            values.extend(laws.map(|law| exact(law.expect(&value))));
            values.extend([exact(then), exact(limits[0].expect(&value))]);
            values.extend(found.map(fraction_improved));
            values.extend(limits.each_ref().map(|law| exact(law.expect(hit))));
            values.extend(limits.each_ref().map(|law| exact(law.entropy())));
            values.extend(limits.each_ref().map(|law| exact(law.atoms().wasserstein(&data, TARGET))));
            Row::new(x, values)
        };
        Work::Weighted(Box::new(state), weights(self.shift * x).to_vec(), Box::new(read))
    }

    fn verdict(&self, rows: &[Row]) -> Verdict {
        let mut checks = Vec::new();
        for row in rows {
            let (s, values) = (row.x, &row.values);
            for (i, part) in ["early", "late"].into_iter().enumerate() {
                let quantity = says::which_at_switch(Name("E[1/p] of the particles"), Name(part), s);
                checks.push(Check::value(quantity, values[i], values[2 + i].estimate, ROUNDING));
            }
            let quantity = says::end_against_switch(s);
            checks.push(Check::value(quantity, values[5], values[4].estimate, TOLERANCE));
            if (s - 0.5).abs() < 1e-9 {
                for (name, found, (expected, error, tolerance)) in
                    [("fraction improved", values[6], REFERENCE[0]), ("E[1/p]", values[0], REFERENCE[1])]
                {
                    let found = Estimate { standard_error: found.standard_error.hypot(error), ..found };
                    checks.push(Check::value(
                        says::which_at_switch(Name(name), Name("early"), s),
                        found,
                        expected,
                        tolerance,
                    ));
                }
            }
            let difference = Estimate {
                estimate: values[7].estimate - values[6].estimate,
                standard_error: values[7].standard_error.hypot(values[6].standard_error),
            };
            checks.push(Check::range(says::late_minus_early(s), difference, 0.0, 1.0));
        }
        for pair in rows.windows(2) {
            let rise = exact(pair[1].values[5].estimate - pair[0].values[5].estimate);
            let quantity = says::early_from_switch_to(pair[0].x, pair[1].x);
            checks.push(Check::range(quantity, rise, 0.0, 1.0));
        }
        let at = |index: usize| rows.last().map_or(f64::NAN, |row| row.values[index].estimate);
        let words = says::interval_verdict(
            rows.last().map_or(f64::NAN, |row| row.x),
            format!("{:.3}", at(5)),
            format!("{:.0}", 100.0 * at(6)),
            format!("{:.3}", at(1)),
            format!("{:.0}", 100.0 * at(7)),
        );
        Verdict::new(checks, words)
    }

    /// Early guidance.
    fn state(&self, x: f64) -> Option<State> {
        let state = particles(p2(), 1.0 + WEIGHT, self.steps, self.particles);
        Some(State { guidance: Guidance { from: x, ..state.guidance }, ..state })
    }

    fn cost(&self) -> Cost {
        let particle_steps = 3.0 * (self.switches.len() * self.particles * self.steps) as f64;
        Cost { particle_steps, seconds: 1e-8 * particle_steps + 1.0 * self.switches.len() as f64 }
    }
}
