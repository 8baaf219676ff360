//! Classes of bounded support in one dimension: uniform densities and their noised marginals, in closed form.
//! A mixture of Gaussians can only approach them; here the truncation is exact.

use std::f64::consts::{FRAC_1_SQRT_2, PI, TAU};

use crate::reference::log_add_exp;

/// The uniform density on an interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Uniform {
    /// Its lower end.
    pub from: f64,
    /// Its upper end.
    pub to: f64,
}

/// Beyond this many standard deviations the Mills ratio is taken from its continued fraction.
const FAR: f64 = 6.0;

/// Mills' ratio of the normal distribution, `P(Z > z)/phi(z)`, for `z >= 0`.
fn mills(z: f64) -> f64 {
    if z < FAR {
        return 0.5 * libm::erfc(z * FRAC_1_SQRT_2) * TAU.sqrt() * (0.5 * z * z).exp();
    }
    // 1/(z + 1/(z + 2/(z + 3/(z + ...)))): Laplace.
    (1..=40).rev().fold(z, |tail, k| z + f64::from(k) / tail).recip()
}

impl Uniform {
    /// `log p_t(x)` and the score at `t > 0`. With `alpha`, `beta` the distances of the noised ends in standard
    /// deviations, `p_t = (Phi(alpha) - Phi(beta))/(u (to - from))`; in a tail relative to its nearer end, so
    /// that nothing underflows.
    pub fn at(&self, x: f64, t: f64) -> (f64, f64) {
        let (u, sigma) = ((-t).exp(), (-(-2.0 * t).exp_m1()).sqrt());
        // By reflection the point is not below the middle.
        let middle = 0.5 * u * (self.from + self.to);
        let (sign, x) = if x < middle { (-1.0, 2.0 * middle - x) } else { (1.0, x) };
        let (far, near) = ((x - u * self.from) / sigma, (x - u * self.to) / sigma);
        let width = (u * (self.to - self.from)).ln();
        if near > 0.0 {
            // p = phi(near) (mills(near) - e^-gap mills(far)), gap = (far^2 - near^2)/2.
            let gap = 0.5 * (far - near) * (far + near);
            let mass = mills(near) - (-gap).exp() * mills(far);
            let log = -0.5 * near * near - 0.5 * TAU.ln() + mass.ln() - width;
            return (log, sign * (-gap).exp_m1() / (sigma * mass));
        }
        let upper = |z: f64| 0.5 * libm::erfc(z * FRAC_1_SQRT_2);
        let mass = 1.0 - upper(-near) - upper(far);
        let density = |z: f64| (-0.5 * z * z).exp() / (2.0 * PI).sqrt();
        (mass.ln() - width, sign * (density(far) - density(near)) / (sigma * mass))
    }
}

/// The score guided with weight `gamma` towards the first of two equally likely uniform classes:
/// `s + gamma g` with `g = (1 - eta)(s_c - s_o)`.
pub fn bounded_scores([target, other]: [Uniform; 2], gamma: f64) -> impl Fn(f64) -> super::ScoreAt {
    move |t| {
        Box::new(move |x| {
            let ((log_target, score), (log_other, other_score)) = (target.at(x, t), other.at(x, t));
            let total = log_add_exp(log_target, log_other);
            let (eta, rest) = ((log_target - total).exp(), (log_other - total).exp());
            eta * score + rest * other_score + gamma * rest * (score - other_score)
        })
    }
}
