//! What a trained network says, in f64: its f32 numbers are taken as they are, values and derivatives together.

use super::log_add_exp;
use crate::model::{Activation, Network};

/// The outputs at a point, and their derivatives by each coordinate, `[i][output]`.
pub(super) fn outputs(network: &Network, t: f64, x: &[f64]) -> (Vec<f64>, Vec<Vec<f64>>) {
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
    (values, slopes)
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
