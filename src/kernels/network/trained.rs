//! A trained network, as the loops over particles take it.

use super::activation::Activation;
use super::product::transpose;

/// A network as the loops take it.
#[derive(Clone, Debug)]
pub struct Network {
    /// What it is told of the time at each time of the scene; empty if it is told nothing.
    pub times: Vec<f32>,
    /// The frequencies of its Fourier features: a row for each axis.
    pub frequencies: Vec<f32>,
    /// How many features: cosines, then sines.
    pub features: usize,
    /// What a neuron makes of its sum.
    pub activation: Activation,
    /// First to last.
    pub layers: Vec<Layer>,
    /// The output of the target class.
    pub target: usize,
}

/// One layer.
#[derive(Clone, Debug)]
pub struct Layer {
    /// `[input][output]` rows.
    pub weights: Vec<f32>,
    /// `[output][input]` rows.
    pub turned: Vec<f32>,
    /// One for each output.
    pub biases: Vec<f32>,
}

impl Layer {
    /// From weights in `[input][output]` rows, and biases.
    pub fn new(weights: &[f32], biases: &[f32]) -> Self {
        let mut turned = Vec::new();
        transpose(weights, biases.len(), &mut turned);
        Self { weights: weights.to_vec(), turned, biases: biases.to_vec() }
    }

    /// How many numbers enter.
    pub fn inputs(&self) -> usize {
        self.weights.len() / self.biases.len()
    }
}
