//! A trained network: docs/numerics.md, "The learned classifier". Its f32 numbers are taken as they are, and
//! everything is computed from them in f64, values and derivatives together.

use super::seen::errors_of;
use super::{Errors, Kind, Place};
use crate::model::{Learned, MAX_CLASSES, MAX_DIMENSION, Network, network};
use crate::reference::axis::Axis;
use crate::reference::classes::Vector;
use crate::reference::effort::Effort;
use crate::reference::log_add_exp;
use crate::reference::network::outputs;

/// What the network says at a point.
struct Logits {
    classes: Vec<usize>,
    /// `z_k`, an entry for each class.
    values: Vec<f64>,
    /// `dz_k/dx_i`, `[i][k]`.
    slopes: Vec<Vec<f64>>,
}

impl Logits {
    fn at(network: &Network, t: f64, x: &[f64]) -> Self {
        let (values, slopes) = outputs(network, t, x);
        Self { classes: network.classes.clone(), values, slopes }
    }

    fn of(learned: &Learned, place: &Place) -> Self {
        let network = network(&learned.recipe, place.marginal.mixture());
        Self::at(&network, place.marginal.time, place.x)
    }

    /// `log phat(y|x)` of every class, by the odds against the rest; `-inf` for a class without a component.
    fn log_probabilities(&self) -> [f64; MAX_CLASSES] {
        let mut logs = [f64::NEG_INFINITY; MAX_CLASSES];
        for (k, &class) in self.classes.iter().enumerate() {
            let odds = (0..self.values.len())
                .filter(|&other| other != k)
                .fold(f64::NEG_INFINITY, |sum, other| log_add_exp(sum, self.values[other] - self.values[k]));
            logs[class] = -log_add_exp(0.0, odds);
        }
        logs
    }

    /// `grad log phat(y|x) = sum_k phat_k (grad z_y - grad z_k)`.
    fn gradient(&self, logs: &[f64; MAX_CLASSES], class: usize) -> Vector {
        let mut gradient = [0.0; MAX_DIMENSION];
        let Some(own) = self.classes.iter().position(|&other| other == class) else { return gradient };
        for (gradient, slope) in gradient.iter_mut().zip(&self.slopes) {
            for (k, &other) in self.classes.iter().enumerate() {
                *gradient += logs[other].exp() * (slope[own] - slope[k]);
            }
        }
        gradient
    }
}

impl Kind for Learned {
    fn log_probability(&self, place: &Place, class: usize) -> f64 {
        Logits::of(self, place).log_probabilities()[class]
    }

    fn gradient(&self, place: &Place, class: usize) -> Vector {
        let logits = Logits::of(self, place);
        logits.gradient(&logits.log_probabilities(), class)
    }

    fn guidance_and_doubt(&self, place: &Place) -> (Vector, f64) {
        let logits = Logits::of(self, place);
        let logs = logits.log_probabilities();
        let others = logits.classes.iter().filter(|&&class| class != place.target);
        (logits.gradient(&logs, place.target), others.map(|&class| logs[class].exp()).sum())
    }

    fn errors(&self, place: &Place) -> Errors {
        let logits = Logits::of(self, place);
        let logs = logits.log_probabilities();
        errors_of(place, &logs, |class| logits.gradient(&logs, class))
    }

    /// The squares of its waves.
    fn resolve(&self, axes: &mut [Axis]) {
        let bandwidth = self.recipe.fourier.map_or(0.0, |fourier| fourier.bandwidth);
        for axis in axes {
            axis.bandwidth += 2.0 * bandwidth;
        }
    }

    /// A point costs a hundred times as much as elsewhere, and whoever trained the network does not know it to more
    /// digits than these.
    fn effort(&self) -> Effort {
        Effort { agreement: 1e-5, nodes: 4e4, ..Effort::CLOSED }
    }
}
