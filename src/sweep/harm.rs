//! How far off the guided samples of a state are in one dimension, from their exact laws at the end of the run.

use serde::Serialize;

use super::law::{TOLERANCE, beyond_the_histogram, in_the_limit, tested_lane};
use crate::law::{Atoms, Density, fokker_planck_on, guided_pieces, probability_flow_in_pieces};
use crate::model::{Classifier, LabError, Scored, State, Weight, domain};
use crate::reference::{LaneGuidance, Marginal, Split};

/// What is read from one law at the end of the run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Harmed {
    /// `W_1` from the class-conditional `p(x|c)`, length.
    pub wasserstein: f64,
    /// `E[1/p(c|x)]`; none where it hangs on a tail of the density that is not resolved.
    pub mean_reciprocal: Option<f64>,
    /// The fraction with `p(c|x)` at least that of the same start under plain conditional sampling; none for the
    /// SDE, where it needs the same noise too.
    pub fraction_improved: Option<f64>,
    /// An estimate of the error of the distance.
    pub error: f64,
}

/// Both processes in continuous time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Harm {
    /// The probability-flow ODE.
    pub ode: Harmed,
    /// The SDE.
    pub sde: Harmed,
}

/// Cells of the coarsest level; starting points of the ODE.
const CELLS: usize = 300;
const SPACING: f64 = 0.04;
/// Of the ODE's steps.
const ODE_TOLERANCE: f64 = 1e-6;
/// Of the largest density: what is less is not resolved.
const NEGLIGIBLE: f64 = 1e-9;
/// A mean is known this well, relatively.
const SETTLED: f64 = 1e-3;
/// So little less is no loss: rounding.
const TIE: f64 = 1e-9;

/// Of lane `tested`.
pub fn harm(state: &State) -> Result<Harm, LabError> {
    let mixture = in_the_limit(state)?;
    let (target, horizon, stop) = (state.guidance.target, state.process.horizon, state.process.stop);
    let lane = tested_lane(state);
    let marginal = Marginal::new(&mixture, stop);
    let split = Split::new(&marginal, target);
    let log_p = |x: f64| split.at(&[x]).log_eta();
    let reciprocal = |x: f64| (-log_p(x)).exp();

    let flow = |lane: LaneGuidance| {
        probability_flow_in_pieces(&guided_pieces(&mixture, lane, horizon, stop), horizon, SPACING, ODE_TOLERANCE)
    };
    let atoms = flow(lane);
    let plain = flow(LaneGuidance {
        target,
        weight: Weight::constant(1.0),
        classifier: Classifier::EXACT,
        scored: Scored::EXACT,
    });
    let improved = atoms.points.iter().zip(&plain.points).zip(&atoms.weights);
    let fraction =
        improved.filter(|((x, plain), _)| log_p(**x) >= log_p(**plain) - TIE).map(|(_, weight)| weight).sum();
    let wasserstein = atoms.wasserstein(&marginal, target);
    let ode = Harmed {
        wasserstein,
        mean_reciprocal: Some(atoms.expect(reciprocal)),
        fraction_improved: Some(fraction),
        error: (wasserstein - every_second(&atoms).wasserstein(&marginal, target)).abs(),
    };

    let ([from, _], [to, _]) = domain(&mixture);
    let pieces = guided_pieces(&mixture, lane, horizon, stop);
    let density = fokker_planck_on(&pieces, horizon, beyond_the_histogram(from, to), CELLS, 30.0 * TOLERANCE);
    let sde = Harmed {
        wasserstein: density.atoms().wasserstein(&marginal, target),
        mean_reciprocal: resolved(&density, reciprocal),
        fraction_improved: None,
        error: density.error * (to - from),
    };
    Ok(Harm { ode, sde })
}

/// `E f`, unless places where the density is next to nothing count for more than a trifle: its error there is
/// absolute.
fn resolved(density: &Density, f: impl Fn(f64) -> f64) -> Option<f64> {
    let least = NEGLIGIBLE * density.values.iter().copied().fold(0.0, f64::max);
    let (mut near, mut far, mut greatest) = (0.0, 0.0, 0.0_f64);
    for (x, value) in density.points().zip(&density.values) {
        let part = f(x) * value.abs() * density.spacing;
        if value.abs() > least {
            near += part;
            greatest = greatest.max(f(x));
        } else if part.is_finite() {
            far += part;
        }
    }
    (far + density.error * greatest <= SETTLED * near).then_some(near)
}

/// Half as many points.
fn every_second(atoms: &Atoms) -> Atoms {
    Atoms {
        points: atoms.points.iter().copied().step_by(2).collect(),
        weights: atoms.weights.iter().step_by(2).map(|weight| 2.0 * weight).collect(),
    }
}
