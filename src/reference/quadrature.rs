//! Exact readouts by the trapezoid rule on the whole line and plane.
//!
//! The integrands are analytic and fall as a Gaussian, so the rule converges geometrically once
//! its spacing resolves them (Trefethen and Weideman, SIAM Review 56, 2014, section 5). With a wave
//! `sin(n x)` in the integrand the number of nodes in a wavelength is an integer and the golden
//! section: the phases of the nodes then fill the circle evenly (a Kronecker sequence), and the
//! harmonics of the wave alias as little as they can.

use serde::Serialize;

use super::axis::Axis;
use super::cells::integrate_in_cells;
use super::classifier::{Place, kind, seen};
use super::effort::{Effort, Quadrature, REACH};
use super::{Marginal, Split};
use crate::model::{Classifier, LabError, LabErrorCode, NoisedComponent, State};
use crate::words::messages::readouts_dimension;

/// A Gaussian of unit variance has lost `1e-10` of its spectrum's height at this frequency.
const GAUSSIAN_BANDWIDTH: f64 = 6.8;
/// Each level is finer by this factor in every coordinate; not a ratio of small integers.
const REFINEMENT: f64 = 1.377;

/// Integrates `f` over one or two coordinates, refining until two levels agree.
///
/// # Panics
/// If there are not one or two axes.
pub fn integrate<const M: usize>(axes: &[Axis], f: impl FnMut(&[f64]) -> [f64; M]) -> Quadrature<M> {
    integrate_with(Effort::CLOSED, axes, f)
}

/// [`integrate`] with another effort.
pub(super) fn integrate_with<const M: usize>(
    Effort { smallest, agreement, nodes: most }: Effort,
    axes: &[Axis],
    mut f: impl FnMut(&[f64]) -> [f64; M],
) -> Quadrature<M> {
    assert!((1..=2).contains(&axes.len()), "quadrature in one or two dimensions");
    let nodes_at =
        |factor: f64| -> f64 { axes.iter().map(|axis| (axis.to - axis.from) / axis.spacing(factor)).product() };
    let mut factor = 1.0;
    while nodes_at(factor) > most / 2.0 {
        factor /= REFINEMENT;
    }
    let (mut values, _, mut nodes) = level(axes, factor, &mut f);
    let (mut change, mut before) = (f64::INFINITY, 0.0);
    while change > agreement {
        factor *= REFINEMENT;
        if nodes_at(factor) > most {
            // Two levels that are both wrong may agree by chance; three hardly do.
            change = f64::max(change, before);
            break;
        }
        let (finer, size, count) = level(axes, factor, &mut f);
        before = if change.is_finite() { change } else { 0.0 };
        change = 0.0;
        for m in 0..M {
            change = f64::max(change, (finer[m] - values[m]).abs() / size[m].max(smallest));
        }
        (values, nodes) = (finer, count);
    }
    Quadrature { values, change, nodes }
}

/// [`integrate_thoroughly`] for the exact readouts.
type Thorough = fn(Effort, &[Axis], &Marginal, &[NoisedComponent], &mut dyn FnMut(&[f64]) -> [f64; 4]) -> Quadrature<4>;

/// In a browser it is in a part of the module (docs/decisions/0005-split-module.md), which the first figures do without.
#[cfg(target_arch = "wasm32")]
static FETCHED: std::sync::OnceLock<Thorough> = std::sync::OnceLock::new();

/// Puts at hand what integrates over any mixture. In a browser it is to be called, from a part of the module, before a
/// state in the plane is looked at; elsewhere it is.
pub fn bring_cells() {
    #[cfg(target_arch = "wasm32")]
    let _ = FETCHED.set(integrate_thoroughly);
}

#[cfg_attr(not(target_arch = "wasm32"), allow(clippy::unnecessary_wraps, reason = "in a browser it is fetched"))]
fn thorough() -> Option<Thorough> {
    #[cfg(target_arch = "wasm32")]
    return FETCHED.get().copied();
    #[cfg(not(target_arch = "wasm32"))]
    Some(integrate_thoroughly)
}

/// On one grid and, where that does not do and no wave is in the integrand, in cells of each component.
fn integrate_thoroughly<const M: usize>(
    effort: Effort,
    axes: &[Axis],
    marginal: &Marginal,
    others: &[NoisedComponent],
    f: &mut dyn FnMut(&[f64]) -> [f64; M],
) -> Quadrature<M> {
    // Waves and networks show more than the components do; those who have a network take fewer nodes.
    if axes.iter().any(|axis| axis.wave > 0.0) || effort.nodes < Effort::ON_ONE_GRID {
        return integrate_with(effort, axes, f);
    }
    let at_most = |nodes: f64| Effort { nodes: effort.nodes.min(nodes), ..effort };
    let grid = integrate_with(at_most(Effort::ON_ONE_GRID), axes, &mut *f);
    if grid.change <= effort.agreement {
        return grid;
    }
    let cells = integrate_in_cells(at_most(Effort::IN_CELLS[axes.len() - 1]), marginal, others, f);
    if cells.change <= effort.agreement {
        return cells;
    }
    // Both may have missed the same; they are off by half their difference at least.
    let apart = cells.apart(&grid, effort.smallest);
    let better = if cells.change < grid.change { cells } else { grid };
    Quadrature { change: better.change.max(apart), ..better }
}

/// The trapezoid rule at one spacing: the integrals, those of the absolute values, the nodes.
fn level<const M: usize>(
    axes: &[Axis],
    factor: f64,
    f: &mut impl FnMut(&[f64]) -> [f64; M],
) -> ([f64; M], [f64; M], usize) {
    let points = |axis: &Axis| {
        let h = axis.spacing(factor);
        let count = ((axis.to - axis.from) / h).ceil().max(1.0) as usize;
        (axis.from, h, count)
    };
    let (from, h, count) = points(&axes[0]);
    let (mut sums, mut sizes) = ([0.0; M], [0.0; M]);
    let mut row = |x: &mut [f64]| {
        let (mut row_sums, mut row_sizes) = ([0.0; M], [0.0; M]);
        for i in 0..count {
            x[0] = from + (i as f64 + 0.5) * h;
            let values = f(x);
            for m in 0..M {
                row_sums[m] += values[m];
                row_sizes[m] += values[m].abs();
            }
        }
        for m in 0..M {
            sums[m] += row_sums[m];
            sizes[m] += row_sizes[m];
        }
    };
    let (cell, nodes) = if axes.len() == 1 {
        row(&mut [0.0]);
        (h, count)
    } else {
        let (from_2, h_2, count_2) = points(&axes[1]);
        let mut x = [0.0; 2];
        for j in 0..count_2 {
            x[1] = from_2 + (j as f64 + 0.5) * h_2;
            row(&mut x);
        }
        (h * h_2, count * count_2)
    };
    (sums.map(|sum| sum * cell), sizes.map(|size| size * cell), nodes)
}

/// The axes of a marginal: `reach` standard deviations around every component, and the bandwidth of
/// its narrowest slice, with what the classifier adds to it.
pub fn axes(marginal: &Marginal, classifier: &Classifier, reach: f64) -> Vec<Axis> {
    let d = marginal.dimension;
    let seen = seen(classifier, marginal);
    let mut axes: Vec<Axis> = (0..d)
        .map(|i| {
            let mut axis = Axis { from: f64::INFINITY, to: f64::NEG_INFINITY, bandwidth: 0.0, wave: 0.0 };
            for component in &marginal.components {
                let sd = component.covariance[i * d + i].sqrt();
                axis.from = axis.from.min(component.mean[i] - reach * sd);
                axis.to = axis.to.max(component.mean[i] + reach * sd);
            }
            let steepness = kind(classifier).steepness(marginal, i);
            let components = marginal.components.iter().map(|component| (component, 1.0));
            for (component, faster) in components.chain(seen.components.iter().map(|seen| (seen, steepness))) {
                let bandwidth = GAUSSIAN_BANDWIDTH * faster * component.precision[i * d + i].sqrt();
                axis.bandwidth = axis.bandwidth.max(bandwidth);
            }
            axis
        })
        .collect();
    kind(classifier).resolve(&mut axes);
    axes
}

/// Readouts by quadrature at one time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ExactMeasures {
    /// `t`.
    pub time: f64,
    /// `E_{p_t} KL(p(.|x) || phat(.|x))`, nats.
    pub conditional_kl: f64,
    /// `E_{p_t(.|c)} |grad log phat(c|x) - g|^2`.
    pub guidance_mse: f64,
    /// `E_{p_t} sum_y p(y|x) |grad log phat(y|x) - grad log p(y|x)|^2`.
    pub guidance_mse_joint: f64,
    /// `E_{p_t(.|c)} |g|^2`.
    pub guidance_norm: f64,
    /// An estimate of the largest relative error of the four: what the last refinement changed, or the one
    /// before; in cells, what halving each of them changed. At most `1e-9` (with a learned classifier `1e-5`) unless
    /// the budget of nodes ran out.
    pub relative_error: f64,
}

/// The exact readouts of a validated state at time `t`, to a relative error of `1e-8` or what
/// [`ExactMeasures::relative_error`] says. Fails with
/// `unsupported` for more than two dimensions.
pub fn measures(state: &State, t: f64) -> Result<ExactMeasures, LabError> {
    if state.mixture[0].mean.len() > 2 {
        return Err(LabError::new(LabErrorCode::Unsupported, "mixture", readouts_dimension()));
    }
    let marginal = Marginal::new(&state.mixture(), t);
    let target_class = state.guidance.target;
    let split = Split::new(&marginal, target_class);
    let seen = seen(&state.classifier, &marginal);
    let kind = kind(&state.classifier);
    let prior = marginal.log_priors[state.guidance.target].exp();
    let axes = axes(&marginal, &state.classifier, REACH);
    let f: &mut dyn FnMut(&[f64]) -> [f64; 4] = &mut |x: &[f64]| {
        let odds = split.at(x);
        let (target, others) = (odds.log_target.exp(), odds.log_others.exp());
        let guidance = &odds.guidance[..x.len()];
        let norm: f64 = guidance.iter().map(|g| g * g).sum();
        if target + others == 0.0 {
            return [0.0; 4];
        }
        let errors = kind.errors(&Place { marginal: &marginal, seen, target: target_class, odds: &odds, x });
        let own = target * errors.target;
        [(target + others) * errors.kl, own, own + others * errors.others, target * norm]
    };
    let result = match thorough() {
        Some(integrate) => integrate(kind.effort(), &axes, &marginal, &seen.components, f),
        None => integrate_with(kind.effort(), &axes, f),
    };
    let [conditional_kl, guidance_mse, guidance_mse_joint, guidance_norm] = result.values;
    Ok(ExactMeasures {
        time: t,
        conditional_kl,
        guidance_mse: guidance_mse / prior,
        guidance_mse_joint,
        guidance_norm: guidance_norm / prior,
        relative_error: result.change,
    })
}
