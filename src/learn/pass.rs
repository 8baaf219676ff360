//! A network over a batch, forward and back: docs/numerics.md, "Training". In f32; in f64 the tests hold its
//! derivatives against differences.
//!
//! Losses of the gradient and of the curvature need derivatives by the input. Each point has a direction of its own,
//! and a matrix has up to three parts below each other: the values, their first derivatives along the directions,
//! and their second ones. A layer's product treats all rows alike; only activations mix the parts.

use super::loss::{Loss, MOST_CLASSES, row_loss};
use crate::kernels::network::{Activation, Real, activate, activate_back, product, transpose};
use crate::model::{self, Layer, Learns, Network};

/// Points with labels, and what the losses look at. Matrices are row-major.
#[derive(Clone, Debug, Default)]
pub struct Batch<T> {
    /// The points, `d` numbers each.
    pub points: Vec<T>,
    /// What the network is told of their times.
    pub times: Vec<T>,
    /// The place of the label's class among the outputs.
    pub labels: Vec<usize>,
    /// A unit vector for each; empty if nothing is derived.
    pub directions: Vec<T>,
    /// `v . (s + Z/sigma)` along the direction; empty without the denoising loss.
    pub pulls: Vec<T>,
    /// `sigma^2`, likewise.
    pub variances: Vec<T>,
    /// Of a score: `u Z - sigma x_0`, what its outputs are to say, `d` numbers each.
    pub targets: Vec<T>,
    /// Of a score: `u^2`, what their squares weigh.
    pub shares: Vec<T>,
}

/// A network's shape, and the frequencies of its features.
#[derive(Clone, Debug)]
pub struct Net<T> {
    learns: Learns,
    dimension: usize,
    told_time: bool,
    /// `d` rows, a column for each frequency.
    frequencies: Vec<T>,
    features: usize,
    inputs: usize,
    activation: Activation,
    /// The share of a label that is spread over all classes.
    smoothing: T,
    layers: Vec<Layer>,
    /// What stands before the first weight among a network's values.
    offset: usize,
}

/// What a pass leaves behind for the way back; room that is used again.
#[derive(Clone, Debug, Default)]
pub struct Workspace<T> {
    /// What enters each layer.
    posts: Vec<Vec<T>>,
    /// The sums of each layer; those of the last are the logits.
    pres: Vec<Vec<T>>,
    bar: Vec<T>,
    other: Vec<T>,
    turned: Vec<T>,
}

impl<T: Real> Net<T> {
    /// The shape of a network, whose first values are the frequencies.
    pub fn new(network: &Network) -> Self {
        let (d, count) = (network.dimension, network.frequencies());
        let waves: Vec<T> = network.values[..count * d].iter().map(|&wave| T::of(wave.into())).collect();
        let mut frequencies = Vec::new();
        transpose(&waves, d, &mut frequencies);
        Self {
            learns: network.learns,
            dimension: d,
            told_time: network.recipe.time,
            frequencies,
            features: network.recipe.fourier.map_or(0, |fourier| fourier.features),
            inputs: network.inputs(),
            activation: match network.recipe.activation {
                model::Activation::Tanh => Activation::Tanh,
                model::Activation::Softplus => Activation::Softplus,
                model::Activation::Relu => Activation::Relu,
                model::Activation::Sine => Activation::Sine,
            },
            smoothing: T::of(network.recipe.label_smoothing),
            layers: network.layers(),
            offset: count * d,
        }
    }

    /// The outputs for a batch, a row for each point; with `order` derivatives below.
    pub fn forward<'a>(&self, weights: &[T], batch: &Batch<T>, order: usize, work: &'a mut Workspace<T>) -> &'a [T] {
        let rows = batch.times.len();
        let count = self.layers.len();
        work.posts.resize_with(count, Vec::new);
        work.pres.resize_with(count, Vec::new);
        self.enter(batch, order, &mut work.posts[0], &mut work.turned);
        for (index, layer) in self.layers.iter().enumerate() {
            let sums = &mut work.pres[index];
            sums.clear();
            let biases = &weights[layer.biases.start - self.offset..][..layer.outputs];
            for _ in 0..rows {
                sums.extend_from_slice(biases);
            }
            sums.resize((order + 1) * rows * layer.outputs, T::default());
            let own = &weights[layer.weights.start - self.offset..layer.weights.end - self.offset];
            product(&work.posts[index], own, sums, layer.inputs, layer.outputs);
            if let Some(next) = work.posts.get_mut(index + 1) {
                next.resize(sums.len(), T::default());
                activate(self.activation, order, sums, next);
            }
        }
        &work.pres[count - 1]
    }

    /// What enters the first layer: coordinates, the time, cosines, sines.
    fn enter(&self, batch: &Batch<T>, order: usize, out: &mut Vec<T>, waves: &mut Vec<T>) {
        let (d, rows) = (self.dimension, batch.times.len());
        let width = self.inputs;
        out.clear();
        out.resize((order + 1) * rows * width, T::default());
        for (i, row) in out.chunks_exact_mut(width).take(rows).enumerate() {
            row[..d].copy_from_slice(&batch.points[i * d..][..d]);
            if self.told_time {
                row[d] = batch.times[i];
            }
        }
        if order > 0 {
            for (row, direction) in out[rows * width..].chunks_exact_mut(width).zip(batch.directions.chunks_exact(d)) {
                row[..d].copy_from_slice(direction);
            }
        }
        if self.features == 0 {
            return;
        }
        let count = self.frequencies.len() / d;
        let first = width - self.features;
        // Angles, their slopes, cosines, sines.
        waves.clear();
        waves.resize(4 * rows * count, T::default());
        let (angles, rest) = waves.split_at_mut(rows * count);
        let (slopes, rest) = rest.split_at_mut(rows * count);
        let (cos, sin) = rest.split_at_mut(rows * count);
        product(&batch.points, &self.frequencies, angles, d, count);
        if order > 0 {
            product(&batch.directions, &self.frequencies, slopes, d, count);
        }
        T::waves(angles, cos, sin);
        for part in 0..=order {
            for (i, row) in out[part * rows * width..].chunks_exact_mut(width).take(rows).enumerate() {
                let sines = self.features - count;
                for j in 0..count {
                    let at = i * count + j;
                    let slope = slopes[at];
                    // Each derivative is a quarter turn further.
                    let [c, s] = match part {
                        0 => [cos[at], sin[at]],
                        1 => [-sin[at] * slope, cos[at] * slope],
                        _ => [-cos[at] * slope * slope, -sin[at] * slope * slope],
                    };
                    row[first + j] = c;
                    if j < sines {
                        row[first + count + j] = s;
                    }
                }
            }
        }
    }

    /// The mean loss of a batch; its derivatives by the weights are written to `gradient`.
    pub fn loss(&self, weights: &[T], batch: &Batch<T>, loss: &Loss, work: &mut Workspace<T>, gradient: &mut [T]) -> T {
        let order = if self.learns == Learns::Scores { 0 } else { loss.order() };
        self.forward(weights, batch, order, work);
        let total = match self.learns {
            Learns::Classes => self.head(batch, loss, order, work),
            Learns::Scores => self.score_head(batch, work),
        };
        self.back(weights, batch.times.len(), order, work, gradient);
        total
    }

    /// The denoising score matching loss `sigma^2 |s_theta + Z/sigma|^2` (Vincent, 2011), of the score of the mixture and of
    /// that of the sample's class, halved, and its bars. By `s = -x - (u/sigma) v` it is `u^2 |v_theta - (u Z - sigma x_0)|^2`:
    /// what the network is to say is of the size of the data at every time (Salimans and Ho, arXiv 2202.00512).
    fn score_head(&self, batch: &Batch<T>, work: &mut Workspace<T>) -> T {
        let (d, rows) = (self.dimension, batch.times.len());
        let outputs = &work.pres[self.layers.len() - 1];
        let width = outputs.len() / rows;
        work.bar.clear();
        work.bar.resize(outputs.len(), T::default());
        let share = T::of(1.0) / T::of(rows as f64);
        let mut total = T::default();
        for i in 0..rows {
            let target = &batch.targets[i * d..][..d];
            for place in [0, 1 + batch.labels[i]] {
                for (axis, &target) in target.iter().enumerate() {
                    let at = i * width + place * d + axis;
                    let error = outputs[at] - target;
                    let weighted = share * batch.shares[i] * error;
                    total += T::of(0.5) * weighted * error;
                    work.bar[at] = weighted;
                }
            }
        }
        total
    }

    /// The loss of the logits, and its bars.
    fn head(&self, batch: &Batch<T>, loss: &Loss, order: usize, work: &mut Workspace<T>) -> T {
        let rows = batch.times.len();
        let logits = &work.pres[self.layers.len() - 1];
        let classes = logits.len() / ((order + 1) * rows);
        work.bar.clear();
        work.bar.resize(logits.len(), T::default());
        let part = rows * classes;
        let share = T::of(1.0) / T::of(rows as f64);
        let mut total = T::default();
        let mut bars = [[T::default(); MOST_CLASSES]; 3];
        for i in 0..rows {
            let row = |of: usize| if of > order { &[][..] } else { &logits[of * part + i * classes..][..classes] };
            let (pull, variance) = match batch.pulls.get(i) {
                Some(&pull) => (pull, batch.variances[i]),
                None => (T::default(), T::default()),
            };
            let (label, parts) = (batch.labels[i], [row(0), row(1), row(2)]);
            total += row_loss(loss, self.dimension, label, self.smoothing, parts, [pull, variance], &mut bars);
            for (of, bars) in bars.iter().enumerate().take(order + 1) {
                for (to, &bar) in work.bar[of * part + i * classes..][..classes].iter_mut().zip(bars) {
                    *to = share * bar;
                }
            }
        }
        total * share
    }

    fn back(&self, weights: &[T], rows: usize, order: usize, work: &mut Workspace<T>, gradient: &mut [T]) {
        let Workspace { posts, pres, bar, other, turned } = work;
        gradient.fill(T::default());
        for (index, layer) in self.layers.iter().enumerate().rev() {
            let (inputs, outputs) = (layer.inputs, layer.outputs);
            let biases = &mut gradient[layer.biases.start - self.offset..][..outputs];
            for row in bar.chunks_exact(outputs).take(rows) {
                for (sum, &bar) in biases.iter_mut().zip(row) {
                    *sum += bar;
                }
            }
            let own = layer.weights.start - self.offset..layer.weights.end - self.offset;
            transpose(&posts[index], inputs, turned);
            product(turned, bar, &mut gradient[own.clone()], (order + 1) * rows, outputs);
            if index == 0 {
                break;
            }
            transpose(&weights[own], outputs, turned);
            other.clear();
            other.resize((order + 1) * rows * inputs, T::default());
            product(bar, turned, other, outputs, inputs);
            std::mem::swap(bar, other);
            activate_back(self.activation, order, &pres[index - 1], &posts[index], bar);
        }
    }
}
