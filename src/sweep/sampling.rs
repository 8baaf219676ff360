//! What the samples do while the classifier's cross-entropy vanishes.

use super::scenes::{TARGET, pair};
use super::{About, Check, Cost, Experiment, GuideLine, Line, Quantity, Row, Size, Verdict, Work, exact, series};
use crate::law::{guided_scores, sampler_law, sampler_map};
use crate::model::{
    Amplitude, AmplitudeLaw, Classifier, Grid, Guidance, Mixture, Process, Sampler, Scored, State, Weight, Wiggle,
    WiggleForm,
};
use crate::reference::{LaneGuidance, Marginal, measures};
use crate::words::{messages as says, name};

/// KL and `W_1` of the samples against the frequency `n`: ODE and SDE.
#[derive(Clone, Debug)]
pub struct Sampling {
    /// The frequencies.
    pub frequencies: Vec<f64>,
    /// The amplitude; the claim is about `2/n`.
    pub amplitude: Amplitude,
    /// Steps of the ODE (Heun) and of the SDE (exponential integrator).
    pub steps: [usize; 2],
}

static ABOUT: About = About {
    name: "sampling",
    title: "Samples as the excess cross-entropy vanishes",
    claim: "While the classifier's KL vanishes as n^-2, the ODE stays pinned to the wiggle; the SDE averages it out.",
    source: "ours (after arXiv 2601.21200, section 3.1)",
    axis: Quantity { name: "n", unit: "rad per length", log: true },
    series: &[
        Quantity { name: "classifier's KL at t = 1/2", unit: "nats", log: true },
        Quantity { name: "W_1, ODE", unit: "length", log: true },
        Quantity { name: "binned KL, ODE", unit: "nats", log: true },
        Quantity { name: "W_1, SDE", unit: "length", log: true },
        Quantity { name: "KL, SDE", unit: "nats", log: true },
    ],
};
const TIME: f64 = 0.5;
const HORIZON: f64 = 8.0;
const STOP: f64 = 0.01;
/// The readout `samplingKl` has as many bins.
const BINS: usize = 64;
const DOMAIN: f64 = 4.0;
/// Series and the slope in `log n`.
const SLOPES: [(usize, f64); 3] = [(0, -2.0), (1, 0.0), (4, -2.0)];
const SLOPE_TOLERANCE: f64 = 0.05;
/// The slopes are those of large `n`.
const FAST: f64 = 16.0;

impl Sampling {
    /// At the size asked for.
    pub fn new(size: Size) -> Self {
        let (frequencies, steps) = match size {
            Size::Small => (vec![8.0, 16.0, 24.0, 32.0], [800, 1200]),
            Size::Default => (vec![4.0, 8.0, 16.0, 32.0, 64.0, 128.0], [4000, 4000]),
        };
        Self { frequencies, amplitude: Amplitude { law: AmplitudeLaw::Inverse, scale: 2.0 }, steps }
    }
}

impl Experiment for Sampling {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn points(&self) -> Vec<f64> {
        self.frequencies.clone()
    }

    fn work(&self, x: f64) -> Work {
        let (amplitude, [ode, sde]) = (self.amplitude, self.steps);
        Work::Exact(Box::new(move || {
            let classifier =
                Classifier::Wiggle(Wiggle { form: WiggleForm::Probability, frequency: x, amplitude, smoothing: 0.0 });
            let lane =
                LaneGuidance { target: TARGET, weight: Weight::constant(1.0), classifier, scored: Scored::EXACT };
            let state = State { mixture: pair(), classifier, ..State::default() };
            let mixture = Mixture::new(&pair());
            let marginal = Marginal::new(&mixture, STOP);
            let scores = guided_scores(&mixture, lane);
            let process =
                |steps, sampler| Process { horizon: HORIZON, stop: STOP, steps, grid: Grid::Quadratic, sampler };
            let pinned = sampler_map(&process(ode, Sampler::Heun), &scores, 0.01);
            let averaged = sampler_law(&process(sde, Sampler::Exponential), &scores);
            let edges: Vec<f64> = (0..=BINS).map(|i| DOMAIN * (2.0 * i as f64 / BINS as f64 - 1.0)).collect();
            let binned: f64 = edges
                .windows(2)
                .zip(pinned.bin_masses(&edges))
                .filter(|(_, p)| *p > 0.0)
                .map(|(edge, p)| p * (p / marginal.class_interval_mass(TARGET, edge[0], edge[1])).ln())
                .sum();
            let values = [
                measures(&state, TIME).expect("one dimension").conditional_kl,
                pinned.wasserstein(&marginal, TARGET),
                binned,
                averaged.atoms().wasserstein(&marginal, TARGET),
                averaged.kl(|y| marginal.class_log_density(TARGET, &[y])),
            ];
            Row::new(x, values.map(exact).to_vec())
        }))
    }

    fn verdict(&self, rows: &[Row]) -> Verdict {
        let at = |row: Option<&Row>, index: usize| row.map_or(f64::NAN, |row| row.values[index].estimate);
        let last = rows.last();
        let slope = |index| Line::power(series(rows, index).filter(|(n, _)| *n >= FAST));
        let ratio = at(last, 3) / at(last, 1);
        let checks = vec![
            Check::slope(name("slope of the classifier's KL"), &slope(0), SLOPES[0].1, SLOPE_TOLERANCE),
            Check::slope(name("slope of W_1 in the ODE"), &slope(1), SLOPES[1].1, SLOPE_TOLERANCE),
            Check::slope(name("slope of KL in the SDE"), &slope(4), SLOPES[2].1, SLOPE_TOLERANCE),
            Check::range(name("W_1 of the SDE over that of the ODE at the largest n"), exact(ratio), 0.0, 0.02),
        ];
        let words = says::sampling_verdict(
            last.map_or(f64::NAN, |row| row.x),
            format!("{:.1e}", at(last, 0)),
            format!("{:.2}", at(last, 1)),
            format!("{:.4}", at(last, 3)),
        );
        Verdict::new(checks, words)
    }

    fn cost(&self) -> Cost {
        let [ode, sde] = self.steps;
        Cost { particle_steps: 0.0, seconds: (5e-4 * ode as f64 + 1e-3 * sde as f64) * self.frequencies.len() as f64 }
    }

    fn guides(&self) -> Vec<GuideLine> {
        SLOPES.into_iter().map(|(series, slope)| GuideLine::Power { series, slope, from: FAST }).collect()
    }

    fn state(&self, x: f64) -> Option<State> {
        let classifier = Classifier::Wiggle(Wiggle {
            form: WiggleForm::Probability,
            frequency: x,
            amplitude: self.amplitude,
            smoothing: 0.0,
        });
        let [steps, _] = self.steps;
        let process = Process { horizon: HORIZON, stop: STOP, steps, grid: Grid::Quadratic, sampler: Sampler::Heun };
        let guidance = Guidance::constant(TARGET, 1.0);
        Some(State { mixture: pair(), process, guidance, classifier, ..State::default() })
    }
}
