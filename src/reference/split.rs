//! The target class against the rest at one point: odds, posterior and guidance without
//! cancellation, `eta = sigmoid(L_c - L_o)` and `g = (1 - eta)(s_c - s_o)`.

use super::marginal::{LogSum, Marginal, log_add_one_exp, log_term};
use crate::model::MAX_DIMENSION;

/// A marginal with a target class `c`.
#[derive(Clone, Copy, Debug)]
pub struct Split<'a> {
    /// The marginal.
    pub marginal: &'a Marginal,
    /// `c`.
    pub target: usize,
}

/// The target class against the rest at a point. Vectors use their first `d` entries.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Odds {
    /// `L_c = log (pi_c p_t(x|c))`.
    pub log_target: f64,
    /// `L_o`, the same of all other components; `-inf` if there are none.
    pub log_others: f64,
    /// `eta = p_t(c|x)`.
    pub eta: f64,
    /// `1 - eta`, with all its digits.
    pub one_minus_eta: f64,
    /// `s`, the score of the marginal.
    pub score: [f64; MAX_DIMENSION],
    /// `g = grad log p_t(c|x)`.
    pub guidance: [f64; MAX_DIMENSION],
}

impl Odds {
    /// `logit eta = L_c - L_o`.
    pub fn logit(&self) -> f64 {
        self.log_target - self.log_others
    }

    /// `log eta`.
    pub fn log_eta(&self) -> f64 {
        -log_add_one_exp(-self.logit())
    }

    /// `log p_t(x)`.
    pub fn log_density(&self) -> f64 {
        super::log_add_exp(self.log_target, self.log_others)
    }
}

impl<'a> Split<'a> {
    /// Any class; one without a component has `eta = 0` and no guidance.
    pub fn new(marginal: &'a Marginal, target: usize) -> Self {
        Self { marginal, target }
    }

    /// Odds, score and guidance at `x` (length `d`).
    #[inline]
    pub fn at(&self, x: &[f64]) -> Odds {
        let d = x.len();
        let (mut target, mut others) = (LogSum::EMPTY, LogSum::EMPTY);
        let mut a = [0.0; MAX_DIMENSION];
        for component in &self.marginal.components {
            let l = log_term(component, x, &mut a);
            let side = if component.class == self.target { &mut target } else { &mut others };
            side.add(l, &a[..d]);
        }
        let (log_target, log_others) = (target.log(), others.log());
        let eta = 1.0 / (1.0 + (log_others - log_target).exp());
        let one_minus_eta = 1.0 / (1.0 + (log_target - log_others).exp());
        let (mut score, mut guidance) = ([0.0; MAX_DIMENSION], [0.0; MAX_DIMENSION]);
        let known = log_target > f64::NEG_INFINITY;
        for i in 0..d {
            let difference = target.score(i) - others.score(i);
            // From the nearer side, so that the score keeps its digits too.
            score[i] = if eta > 0.5 {
                target.score(i) - one_minus_eta * difference
            } else {
                others.score(i) + eta * difference
            };
            guidance[i] = if known { one_minus_eta * difference } else { 0.0 };
        }
        Odds { log_target, log_others, eta, one_minus_eta, score, guidance }
    }

    /// The Jacobian of the guidance, `H_c - H`, into `out` of length `d * d`: the Hessian of `log p_t(c|x)`.
    pub fn guidance_jacobian(&self, x: &[f64], out: &mut [f64]) {
        let d = self.marginal.dimension;
        let odds = self.at(x);
        if odds.log_target == f64::NEG_INFINITY || odds.log_others == f64::NEG_INFINITY {
            out.fill(0.0);
            return;
        }
        // H = eta H_c + (1-eta) H_o + eta (1-eta) v v^T with v = s_c - s_o, so that
        // H_c - H = (1-eta) (H_c - H_o - eta v v^T): again no cancellation in the tails.
        let mut others = vec![0.0; d * d];
        self.marginal.hessian_of(x, |class| class == self.target, out);
        self.marginal.hessian_of(x, |class| class != self.target, &mut others);
        let mut difference = [0.0; MAX_DIMENSION];
        let mut other = [0.0; MAX_DIMENSION];
        self.marginal.class_score(self.target, x, &mut difference[..d]);
        self.marginal.score_of(x, |class| class != self.target, &mut other[..d]);
        for (difference, other) in difference.iter_mut().zip(other) {
            *difference -= other;
        }
        for i in 0..d {
            for j in 0..d {
                out[i * d + j] = odds.one_minus_eta
                    * (out[i * d + j] - others[i * d + j] - odds.eta * difference[i] * difference[j]);
            }
        }
    }
}
