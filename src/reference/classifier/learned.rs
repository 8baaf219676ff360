//! A trained network: docs/numerics.md, "The learned classifier". Its f32 numbers are taken as they are, and
//! everything is computed from them in f64, values and derivatives together.

use super::seen::errors_of;
use super::{Errors, Kind, Place};
use crate::model::{Activation, Learned, MAX_CLASSES, MAX_DIMENSION, Network, network};
use crate::reference::axis::Axis;
use crate::reference::classes::Vector;
use crate::reference::effort::Effort;
use crate::reference::log_add_exp;

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
        let (mut values, mut slopes) = inputs(network, t, x);
        let layers = network.layers();
        for (index, layer) in layers.iter().enumerate() {
            let weights = &network.values[layer.weights.clone()];
            let biases = &network.values[layer.biases.clone()];
            let mut sums: Vec<f64> = biases.iter().map(|&bias| f64::from(bias)).collect();
            add_product(&values, weights, &mut sums);
            let mut slants = vec![vec![0.0; layer.outputs]; x.len()];
            for (slope, slant) in slopes.iter().zip(&mut slants) {
                add_product(slope, weights, slant);
            }
            if index + 1 < layers.len() {
                for (j, sum) in sums.iter_mut().enumerate() {
                    let (value, derivative) = activated(network.recipe.activation, *sum);
                    *sum = value;
                    for slant in &mut slants {
                        slant[j] *= derivative;
                    }
                }
            }
            (values, slopes) = (sums, slants);
        }
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

/// Coordinates, the time, cosines and sines, and their derivatives by each coordinate.
fn inputs(network: &Network, t: f64, x: &[f64]) -> (Vec<f64>, Vec<Vec<f64>>) {
    let d = x.len();
    let mut values = x.to_vec();
    let mut slopes: Vec<Vec<f64>> = (0..d).map(|i| (0..d).map(|j| f64::from(u8::from(i == j))).collect()).collect();
    if network.recipe.time {
        values.push(network.time_feature(t));
        for slope in &mut slopes {
            slope.push(0.0);
        }
    }
    let waves = network.values[..network.frequencies() * d].chunks_exact(d);
    let more = network.inputs() - values.len();
    let turned = |quarter: usize| waves.clone().map(move |wave| (wave, quarter));
    for (wave, quarter) in turned(0).chain(turned(1)).take(more) {
        let angle: f64 = wave.iter().zip(x).map(|(&w, x)| f64::from(w) * x).sum();
        let (value, derivative) = if quarter == 0 { (angle.cos(), -angle.sin()) } else { (angle.sin(), angle.cos()) };
        values.push(value);
        slopes.iter_mut().zip(wave).for_each(|(slope, &w)| slope.push(derivative * f64::from(w)));
    }
    (values, slopes)
}

/// `out += a W` with the rows of `W` one after the other.
fn add_product(a: &[f64], weights: &[f32], out: &mut [f64]) {
    for (a, row) in a.iter().zip(weights.chunks_exact(out.len())) {
        for (out, &weight) in out.iter_mut().zip(row) {
            *out += a * f64::from(weight);
        }
    }
}

/// An activation and its derivative.
fn activated(activation: Activation, a: f64) -> (f64, f64) {
    match activation {
        Activation::Tanh => {
            let value = a.tanh();
            (value, 1.0 - value * value)
        }
        Activation::Softplus => (log_add_exp(0.0, a), 1.0 / (1.0 + (-a).exp())),
        Activation::Relu => (a.max(0.0), f64::from(u8::from(a > 0.0))),
        Activation::Sine => (a.sin(), a.cos()),
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
