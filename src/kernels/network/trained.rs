//! A trained network, as the loops over particles take it; in f64 for closed forms.

use super::activation::Activation;
use super::product::transpose;
use super::scalar::Scalar;

/// A network as the loops take it.
#[derive(Clone, Debug)]
pub struct Network<T = f32> {
    /// What it is told of the time at each time of the scene; empty if it is told nothing.
    pub times: Vec<T>,
    /// The frequencies of its Fourier features: a row for each axis.
    pub frequencies: Vec<T>,
    /// How many features: cosines, then sines.
    pub features: usize,
    /// What a neuron makes of its sum.
    pub activation: Activation,
    /// First to last.
    pub layers: Vec<Layer<T>>,
    /// The output of the target class, where all particles have the same.
    pub target: usize,
}

/// One layer.
#[derive(Clone, Debug)]
pub struct Layer<T = f32> {
    /// `[input][output]` rows.
    pub weights: Vec<T>,
    /// `[output][input]` rows.
    pub turned: Vec<T>,
    /// One for each output.
    pub biases: Vec<T>,
}

impl<T: Scalar> Layer<T> {
    /// From weights in `[input][output]` rows, and biases.
    pub fn new(weights: Vec<T>, biases: Vec<T>) -> Self {
        let mut turned = Vec::new();
        transpose(&weights, biases.len(), &mut turned);
        Self { weights, turned, biases }
    }

    /// How many numbers enter.
    pub fn inputs(&self) -> usize {
        self.weights.len() / self.biases.len()
    }
}

/// The networks of a scene.
#[derive(Clone, Debug, Default)]
pub struct Networks {
    /// Of a learned classifier.
    pub classifier: Option<Network>,
    /// Of a learned score.
    pub score: Option<LearnedScore>,
}

/// The networks of a learned score; their `target` is where the outputs of the target class start, those of the whole
/// mixture are the first. An output `v` is the score `-x - (u/sigma) v`.
#[derive(Clone, Debug)]
pub struct LearnedScore {
    /// The network.
    pub main: Option<Network>,
    /// The one that is weaker.
    pub weaker: Option<Network>,
    /// `u/sigma` at each time of the scene.
    pub factors: Vec<f32>,
}
