//! The tilted density `p_t(x) p_t(c|x)^gamma / Z`: what a person may take guidance for.

use super::effort::{Effort, REACH};
use super::quadrature::{axes, integrate, integrate_with};
use super::{Marginal, Split};
use crate::model::Classifier;

/// Below this a marginal density is drawn as zero. (Far out, `p_c^gamma / p^(gamma-1)` need not fall
/// along a line, and digits there would cost seconds.)
const NEGLIGIBLE_DENSITY: f64 = 1e-9;

/// The tilted density of a marginal, normalised by quadrature in one or two dimensions.
#[derive(Clone, Copy, Debug)]
pub struct Tilted<'a> {
    split: Split<'a>,
    gamma: f64,
    /// `log Z`.
    pub log_normaliser: f64,
}

impl<'a> Tilted<'a> {
    /// # Panics
    /// In more than two dimensions.
    pub fn new(marginal: &'a Marginal, target: usize, gamma: f64) -> Self {
        let mut tilted = Self { split: Split::new(marginal, target), gamma, log_normaliser: 0.0 };
        // In logarithms relative to the least that Z can be (Jensen: Z >= pi_c^gamma), lest it underflow.
        let least = gamma * marginal.log_priors[target];
        let result = integrate(&tilted.axes(), |x| [(tilted.log_density(x) - least).exp()]);
        tilted.log_normaliser = result.values[0].ln() + least;
        tilted
    }

    /// The log-density at `x` (length `d`).
    pub fn log_density(&self, x: &[f64]) -> f64 {
        let odds = self.split.at(x);
        odds.log_density() + self.gamma * odds.log_eta() - self.log_normaliser
    }

    /// Wide enough for the tilt: `Z >= pi_c^gamma`, so outside the reach less than `1e-15` of `Z` is left.
    fn axes(&self) -> Vec<super::Axis> {
        let least = -self.gamma * self.split.marginal.log_priors[self.split.target];
        let mut axes = axes(self.split.marginal, &Classifier::EXACT, (REACH * REACH + 2.0 * least).sqrt());
        // The tilt sharpens the boundary between the classes.
        for axis in &mut axes {
            axis.bandwidth *= 1.0 + 0.1 * self.gamma.sqrt();
        }
        axes
    }

    /// 2D: the marginal density along `axis` (0 or 1) at `points`, into `out`; absolute error below 1e-15.
    pub fn marginal(&self, axis: usize, points: &[f64], out: &mut [f64]) {
        let other = self.axes()[1 - axis];
        for (&point, out) in points.iter().zip(out) {
            let mut x = [point; 2];
            let result = integrate_with(Effort { smallest: NEGLIGIBLE_DENSITY, ..Effort::CLOSED }, &[other], |y| {
                x[1 - axis] = y[0];
                [self.log_density(&x).exp()]
            });
            *out = result.values[0];
        }
    }
}
