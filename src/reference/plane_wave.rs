//! A wiggle along the diagonal of `d` dimensions: how the guidance error grows with the dimension at a
//! fixed cross-entropy (arXiv 2601.21200, section 3.3; our instance).
//!
//! Classes `N(+-e_1, I/4)` with equal priors, and a wave `sin(n q . x)`, `q = (1, ..., 1)/sqrt d`. Only
//! `x_1` and one direction across it matter, so every dimension is an integral over the plane.

use super::classifier::wiggle::perturbation;
use super::effort::REACH;
use super::quadrature::{axes, integrate};
use super::{Marginal, Split};
use crate::model::{Classifier, Component, Mixture, Wiggle};

/// The tested classifier's errors at one time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlaneWave {
    /// `E_{p_t} KL(p(.|x) || phat(.|x))`, nats.
    pub conditional_kl: f64,
    /// `E_{p_t(.|c)} |grad log phat(c|x) - g|^2`.
    pub guidance_mse: f64,
    /// `E_t = E[p_t(c|x) (1 - p_t(c|x))]`.
    pub ambiguity: f64,
}

/// The errors of a wiggle along the diagonal of `dimension` coordinates.
pub fn plane_wave(dimension: usize, wiggle: &Wiggle, t: f64) -> PlaneWave {
    let class = |mean: f64, class| Component {
        weight: 0.5,
        mean: vec![mean, 0.0],
        covariance: vec![vec![0.25, 0.0], vec![0.0, 0.25]],
        class,
    };
    let marginal = Marginal::new(&Mixture::new(&[class(1.0, 1), class(-1.0, 0)]), t);
    let split = Split::new(&marginal, 1);
    // The wave's direction in the plane: its share along e_1 and across.
    let along_axis = 1.0 / (dimension as f64).sqrt();
    let across = (1.0 - 1.0 / dimension as f64).sqrt();
    let mut axes = axes(&marginal, &Classifier::EXACT, REACH);
    for (axis, share) in axes.iter_mut().zip([along_axis, across]) {
        axis.wave = wiggle.frequency * share;
        axis.bandwidth += axis.wave * (2.0 + wiggle.amplitude().min(8.0));
    }
    let result = integrate(&axes, |x| {
        let odds = split.at(x);
        let (target, others) = (odds.log_target.exp(), odds.log_others.exp());
        let perturbation = perturbation(wiggle, &odds, along_axis * x[0] + across * x[1]);
        let (along, by) = perturbation.target_gradient;
        let g = odds.guidance[0];
        let squared = along * (along + 2.0 * by * g * along_axis) + by * by * g * g;
        [(target + others) * perturbation.kl, 2.0 * target * squared, (target + others) * odds.eta * odds.one_minus_eta]
    });
    let [conditional_kl, guidance_mse, ambiguity] = result.values;
    PlaneWave { conditional_kl, guidance_mse, ambiguity }
}
