//! How large the guidance error can be, given the conditional KL and how rough the error of `log phat` is: docs/numerics.md, "A
//! bound on the guidance error". All of it measured.

use serde::Serialize;

use super::effort::{Effort, REACH};
use super::quadrature::{axes, integrate_with};
use super::{Marginal, Tested};
use crate::model::{Activation, Classifier, LabError, LabErrorCode, MAX_CLASSES, MAX_DIMENSION, State};
use crate::words::messages as says;

/// Two levels of the integrals agree to this; none has more nodes.
const EFFORT: Effort = Effort { smallest: 1e-14, agreement: 1e-3, nodes: 1e4 };
/// The step of the differences: their error is below `1e-4` of a wave of 30 radians per length.
const STEP: f64 = 1e-3;
/// What is rarer than this share of the peak, as a logarithm, adds nothing.
const NOTHING: f64 = -30.0;
/// There are samples where the density is this share of the peak.
const SAMPLES: f64 = 1e-3;

/// The bound at one time, with what it is made of: `f_y = log phat(y|x) - log p(y|x)`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ErrorBound {
    /// `t`.
    pub time: f64,
    /// `sqrt(kappa KL) ||L f||`: the guidance error of all classes is at most this.
    pub bound: f64,
    /// `E_{p_t} sum_y p(y|x) |grad f_y|^2`: the guidance error of all classes.
    pub guidance_mse_joint: f64,
    /// `E_{p_t} KL(p(.|x) || phat(.|x))`, nats.
    pub conditional_kl: f64,
    /// `B`, the largest `-f_y`; `kappa = B^2/(e^-B - 1 + B)`.
    pub largest_shortfall: f64,
    /// `||L f||`, the root of the mean over `x, y ~ p_t` of `(tr Hess f_y + s_y . grad f_y)^2`.
    pub roughness: f64,
    /// The largest `|grad f_y|` where there are samples of the class.
    pub slope: f64,
    /// The largest `|tr Hess f_y|` there.
    pub bend: f64,
}

/// The bound of a validated state at time `t`.
///
/// # Errors
/// `unsupported` in more than two dimensions, and of a network with kinks, which has no second derivatives.
pub fn error_bound(state: &State, t: f64) -> Result<ErrorBound, LabError> {
    let dimension = state.mixture[0].mean.len();
    if dimension > 2 {
        return Err(LabError::new(LabErrorCode::Unsupported, "mixture", says::readouts_dimension()));
    }
    if let Classifier::Learned(learned) = state.classifier
        && learned.recipe.activation == Activation::Relu
        && learned.recipe.hidden.widths().next().is_some()
    {
        return Err(LabError::new(
            LabErrorCode::Unsupported,
            "classifier.recipe.activation",
            says::kinks_have_no_bound(),
        ));
    }
    let marginal = Marginal::new(&state.mixture(), t);
    let tested = Tested { marginal: &marginal, target: state.guidance.target, classifier: state.classifier };
    let error = |class, x: &[f64]| tested.log_probability(class, x) - marginal.log_posterior(class, x);
    let peak = marginal.components.iter().map(|one| marginal.log_density(&one.mean)).fold(f64::NEG_INFINITY, f64::max);
    let (mut largest_shortfall, mut slope, mut bend) = (0.0_f64, 0.0_f64, 0.0_f64);
    let integral = integrate_with(EFFORT, &axes(&marginal, &state.classifier, REACH), |x| {
        let mut sums = [0.0; 3];
        let log_density = marginal.log_density(x);
        if log_density < peak + NOTHING {
            return sums;
        }
        for class in (0..MAX_CLASSES).filter(|&class| marginal.log_priors[class] > f64::NEG_INFINITY) {
            let (log, here) = (marginal.log_posterior(class, x), error(class, x));
            sums[0] += log_density.exp() * ((log + here).exp() - log.exp() * (1.0 + here));
            if log_density + log < peak + NOTHING {
                continue;
            }
            largest_shortfall = largest_shortfall.max(-here);
            let (mut score, mut moved) = ([0.0; MAX_DIMENSION], [0.0; MAX_DIMENSION]);
            marginal.class_score(class, x, &mut score[..dimension]);
            moved[..dimension].copy_from_slice(x);
            let (mut square, mut trace, mut along) = (0.0, 0.0, 0.0);
            for axis in 0..dimension {
                let [ahead, behind] = [STEP, -STEP].map(|by| {
                    moved[axis] = x[axis] + by;
                    error(class, &moved[..dimension])
                });
                moved[axis] = x[axis];
                let derivative = (ahead - behind) / (2.0 * STEP);
                square += derivative * derivative;
                along += score[axis] * derivative;
                trace += (ahead - 2.0 * here + behind) / (STEP * STEP);
            }
            let density = (log_density + log).exp();
            sums[1] += density * square;
            sums[2] += density * (trace + along) * (trace + along);
            if density > SAMPLES * peak.exp() {
                slope = slope.max(square.sqrt());
                bend = bend.max(trace.abs());
            }
        }
        sums
    });
    let [conditional_kl, guidance_mse_joint, square] = integral.values;
    let roughness = square.sqrt();
    Ok(ErrorBound {
        time: t,
        bound: (kappa(largest_shortfall) * conditional_kl).sqrt() * roughness,
        guidance_mse_joint,
        conditional_kl,
        largest_shortfall,
        roughness,
        slope,
        bend,
    })
}

/// The most that `r^2/(e^-r - 1 + r)` can be for `r` up to `B`.
pub(super) fn kappa(largest: f64) -> f64 {
    // 2 + 2 B/3 + B^2/9 + ... where the difference would cancel.
    if largest < 1e-4 { 2.0 + 2.0 * largest / 3.0 } else { largest * largest / ((-largest).exp_m1() + largest) }
}
