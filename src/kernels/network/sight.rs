//! What a network says at points, and how `log phat(c|x)` slopes there: forward over a batch, and back to the input.
//! In any number of dimensions.

use super::trained::Network;
use super::{Real, activate, activate_back, product, waves};

/// Room for a batch, and what was found there last. Matrices are row-major, a row for each point.
#[derive(Clone, Debug, Default)]
pub struct Sight<T> {
    /// What enters each layer.
    posts: Vec<Vec<T>>,
    /// The sums of each layer.
    pres: Vec<Vec<T>>,
    bar: Vec<T>,
    other: Vec<T>,
    /// Angles, cosines, sines.
    waves: [Vec<T>; 3],
    /// The gradient of `log phat(c|x)`.
    pub pull: Vec<T>,
    /// `1 - phat(c|x)`.
    pub doubt: Vec<T>,
}

impl<T: Real> Sight<T> {
    /// The logits at points, `d` numbers each, at the time with an index.
    #[inline(always)]
    pub fn forward(&mut self, network: &Network<T>, time: usize, d: usize, points: &[T]) -> &[T] {
        let Self { posts, pres, waves: [angles, cos, sin], .. } = self;
        let (rows, count) = (points.len() / d, network.layers.len());
        posts.resize_with(count, Vec::new);
        pres.resize_with(count, Vec::new);
        let width = network.layers[0].inputs();
        posts[0].resize(rows * width, T::default());
        let frequencies = network.frequencies.len() / d;
        if frequencies > 0 {
            for row in [&mut *angles, &mut *cos, &mut *sin] {
                row.clear();
                row.resize(rows * frequencies, T::default());
            }
            product(points, &network.frequencies, angles, d, frequencies);
            waves(angles, cos, sin);
        }
        for (i, (row, x)) in posts[0].chunks_exact_mut(width).zip(points.chunks_exact(d)).enumerate() {
            row[..d].copy_from_slice(x);
            if let Some(&told) = network.times.get(time) {
                row[d] = told;
            }
            let (cosines, sines) = row[width - network.features..].split_at_mut(frequencies);
            cosines.copy_from_slice(&cos[i * frequencies..][..frequencies]);
            let sine = if frequencies > 0 { &sin[i * frequencies..][..sines.len()] } else { &[] };
            sines.copy_from_slice(sine);
        }
        for (index, layer) in network.layers.iter().enumerate() {
            let sums = &mut pres[index];
            sums.clear();
            for _ in 0..rows {
                sums.extend_from_slice(&layer.biases);
            }
            product(&posts[index], &layer.weights, sums, layer.inputs(), layer.biases.len());
            if let Some(next) = posts.get_mut(index + 1) {
                next.resize(sums.len(), T::default());
                activate(network.activation, 0, sums, next);
            }
        }
        &pres[count - 1]
    }

    /// From the logits to [`Self::pull`] and [`Self::doubt`]; `target` says which output is that of a row's class `c`.
    #[inline(always)]
    pub fn back(&mut self, network: &Network<T>, d: usize, target: impl Fn(usize) -> usize) {
        let Self { posts, pres, bar, other, waves: [_, cos, sin], pull, doubt } = self;
        let logits = &pres[network.layers.len() - 1];
        let classes = network.layers[network.layers.len() - 1].biases.len();
        let zero = T::default();
        bar.clear();
        bar.resize(logits.len(), zero);
        doubt.clear();
        for (i, (z, bar)) in logits.chunks_exact(classes).zip(bar.chunks_exact_mut(classes)).enumerate() {
            let own = target(i);
            let mut top = z[0];
            for &z in z {
                top = if z > top { z } else { top };
            }
            let mut others = zero;
            let mut sum = zero;
            for (k, (&z, bar)) in z.iter().zip(&mut *bar).enumerate() {
                *bar = (z - top).exp();
                sum += *bar;
                others += if k == own { zero } else { *bar };
            }
            let rest = others / sum;
            doubt.push(rest);
            for (k, bar) in bar.iter_mut().enumerate() {
                *bar = if k == own { rest } else { -(*bar / sum) };
            }
        }
        for (index, layer) in network.layers.iter().enumerate().rev() {
            other.clear();
            other.resize(bar.len() / layer.biases.len() * layer.inputs(), zero);
            product(bar, &layer.turned, other, layer.biases.len(), layer.inputs());
            std::mem::swap(bar, other);
            if index > 0 {
                activate_back(network.activation, 0, &pres[index - 1], &posts[index], bar);
            }
        }
        let width = network.layers[0].inputs();
        let frequencies = network.frequencies.len() / d;
        pull.clear();
        for (i, bar) in bar.chunks_exact(width).enumerate() {
            let (cosines, sines) = bar[width - network.features..].split_at(frequencies);
            for (axis, &straight) in bar[..d].iter().enumerate() {
                let own = &network.frequencies[axis * frequencies..][..frequencies];
                let mut sum = straight;
                for j in 0..frequencies {
                    let at = i * frequencies + j;
                    let sine = sines.get(j).map_or(zero, |&bar| bar * cos[at]);
                    sum += (sine - cosines[j] * sin[at]) * own[j];
                }
                pull.push(sum);
            }
        }
    }
}
