//! A bound on the spectral norm of each layer's weights (Miyato et al., arXiv 1802.05957): the network computes with
//! `W = V min(1, c/sigma)`, where `V` is what is learned and `sigma = u^T V v` its largest singular value, by power
//! iteration. The vectors `u`, `v` go on from step to step; the gradient takes them as constants. In f64 and in a fixed
//! order: the same bits on every machine.

use std::ops::Range;

use crate::kernels::network::Real;
use crate::model::Network;
use crate::random::{Philox, normals};

/// What chance is drawn for: the first `v` (`random`).
const VECTORS: u32 = 0x4c06;
/// An iteration that changes `sigma` by a smaller share is the last.
const AGREEMENT: f64 = 1e-9;

/// Weights that are learned freely, and their largest singular values.
#[derive(Clone, Debug)]
pub struct Spectral<T> {
    /// The weights and biases of all layers: `V`.
    pub free: Vec<T>,
    bound: f64,
    layers: Vec<Own>,
}

/// One layer.
#[derive(Clone, Debug)]
struct Own {
    weights: Range<usize>,
    /// An entry for each input.
    u: Vec<f64>,
    /// An entry for each output.
    v: Vec<f64>,
    sigma: f64,
}

impl<T: Real + Into<f64>> Spectral<T> {
    /// Of a network's shape, its weights and biases, and the bound `c`.
    pub fn new(network: &Network, weights: &[T], bound: f64) -> Self {
        let mut rng = Philox::for_purpose(network.recipe.seed, VECTORS);
        let offset = network.frequencies() * network.dimension;
        let own = |layer: crate::model::Layer| {
            let mut v = vec![0.0; layer.outputs];
            normals(&mut rng, &mut v);
            normalise(&mut v);
            let weights = layer.weights.start - offset..layer.weights.end - offset;
            Own { weights, u: vec![0.0; layer.inputs], v, sigma: 0.0 }
        };
        Self { free: weights.to_vec(), bound, layers: network.layers().into_iter().map(own).collect() }
    }

    /// At most so many power iterations, fewer where nothing changes any more.
    pub fn iterate(&mut self, most: usize) {
        for Own { weights, u, v, sigma } in &mut self.layers {
            let rows = self.free[weights.clone()].chunks_exact(v.len());
            for _ in 0..most {
                for (u, row) in u.iter_mut().zip(rows.clone()) {
                    *u = row.iter().zip(&*v).map(|(&w, v)| w.into() * v).sum();
                }
                // A layer that is all 0 keeps its vectors until it is not.
                if normalise(u) == 0.0 {
                    break;
                }
                v.fill(0.0);
                for (u, row) in u.iter().zip(rows.clone()) {
                    for (v, &w) in v.iter_mut().zip(row) {
                        *v += u * w.into();
                    }
                }
                let before = std::mem::replace(sigma, normalise(v));
                if (*sigma - before).abs() <= AGREEMENT * *sigma {
                    break;
                }
            }
        }
    }

    /// Writes the weights that the network computes with.
    pub fn bound(&self, weights: &mut [T]) {
        weights.copy_from_slice(&self.free);
        for own in &self.layers {
            if own.sigma > self.bound {
                let factor = T::of(self.bound / own.sigma);
                for weight in &mut weights[own.weights.clone()] {
                    *weight = *weight * factor;
                }
            }
        }
    }

    /// Turns derivatives by `W` into those by `V`: `(c/sigma) (G - <G, V>/sigma u v^T)` where the bound is met.
    pub fn pull_back(&self, gradient: &mut [T]) {
        for Own { weights, u, v, sigma } in &self.layers {
            if *sigma <= self.bound {
                continue;
            }
            let gradient = &mut gradient[weights.clone()];
            let along: f64 = gradient.iter().zip(&self.free[weights.clone()]).map(|(&g, &w)| g.into() * w.into()).sum();
            let factor = self.bound / sigma;
            for (row, u) in gradient.chunks_exact_mut(v.len()).zip(u) {
                for (g, v) in row.iter_mut().zip(v) {
                    *g = T::of(factor * ((*g).into() - along / sigma * u * v));
                }
            }
        }
    }
}

/// Makes its length 1, if it has one, and says which it was.
fn normalise(vector: &mut [f64]) -> f64 {
    let length = vector.iter().map(|x| x * x).sum::<f64>().sqrt();
    if length > 0.0 {
        for x in vector {
            *x /= length;
        }
    }
    length
}
