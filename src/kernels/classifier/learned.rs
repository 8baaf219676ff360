//! A trained network: forward over a block of particles, and back to the gradient of `log phat(c|x)` by `x`. Twin of
//! `shaders/lib/classifier/learned.wgsl`, which takes the derivatives along.

use super::{Guide, steered, weight_of};
use crate::network::{Network, activate, activate_back, product, waves};
use crate::rows::{BLOCK, Row, SideRows, Tables, at, evaluate};
use crate::{Term, score_of_all};

/// What a block of such a lane needs.
pub struct LearnedRows {
    line: SideRows<1>,
    plane: SideRows<2>,
    /// What enters each layer, a row for each particle.
    posts: Vec<Vec<f32>>,
    /// The sums of each layer.
    pres: Vec<Vec<f32>>,
    bar: Vec<f32>,
    other: Vec<f32>,
    /// Coordinates, angles, cosines, sines.
    waves: [Vec<f32>; 4],
    /// The gradient, and `1 - phat(c|x)`.
    pull: [Row; 2],
    doubt: Row,
}

impl LearnedRows {
    /// Room for one block.
    #[inline(never)]
    pub fn boxed() -> Box<Self> {
        Box::new(Self {
            line: SideRows::new(),
            plane: SideRows::new(),
            posts: Vec::new(),
            pres: Vec::new(),
            bar: Vec::new(),
            other: Vec::new(),
            waves: [const { Vec::new() }; 4],
            pull: [[0.0; BLOCK]; 2],
            doubt: [0.0; BLOCK],
        })
    }
}

/// The guided scores of a block in one or two dimensions. Without a network the classifier guides nowhere.
#[inline(never)]
pub fn learned_scores(rows: &mut LearnedRows, tables: Tables, guide: &Guide, x: &[Row], score: &mut [Row]) {
    let terms = tables.marginal(guide.score_terms).terms;
    if let Some(network) = tables.network {
        forward(rows, network, guide.classifier_terms as usize, x);
        back(rows, network, x.len());
    } else {
        (rows.pull, rows.doubt) = ([[0.0; BLOCK]; 2], [0.0; BLOCK]);
    }
    let LearnedRows { line, plane, pull, doubt, .. } = rows;
    if let ([x], [score]) = (x, &mut *score) {
        let (x, score) = (std::array::from_ref(x), std::array::from_mut(score));
        in_dimension::<1>(line, terms, pull, doubt, guide, x, score);
    } else if let (Ok(x), Ok(score)) = (x.try_into(), score.try_into()) {
        in_dimension::<2>(plane, terms, pull, doubt, guide, x, score);
    }
}

fn in_dimension<const D: usize>(
    sides: &mut SideRows<D>,
    terms: &[Term],
    pull: &[Row],
    doubt: &Row,
    guide: &Guide,
    x: &[Row; D],
    score: &mut [Row; D],
) {
    evaluate(sides, terms, x);
    for i in 0..BLOCK {
        let base = guide.scored(score_of_all(sides.get(i)));
        let ghat = std::array::from_fn(|axis| pull[axis][i]);
        let value = steered(base, ghat, weight_of(guide, doubt[i]), at(x, i), guide);
        for axis in 0..D {
            score[axis][i] = value[axis];
        }
    }
}

/// The logits of a block, at the time of an index.
fn forward(rows: &mut LearnedRows, network: &Network, time: usize, x: &[Row]) {
    let LearnedRows { posts, pres, waves: [points, angles, cos, sin], .. } = rows;
    let (d, count) = (x.len(), network.layers.len());
    posts.resize_with(count, Vec::new);
    pres.resize_with(count, Vec::new);
    let width = network.layers[0].inputs();
    posts[0].resize(BLOCK * width, 0.0);
    let frequencies = network.frequencies.len() / d;
    if frequencies > 0 {
        points.clear();
        points.extend((0..BLOCK).flat_map(|i| x.iter().map(move |x| x[i])));
        for row in [&mut *angles, &mut *cos, &mut *sin] {
            row.clear();
            row.resize(BLOCK * frequencies, 0.0);
        }
        product(points, &network.frequencies, angles, d, frequencies);
        waves(angles, cos, sin);
    }
    for (i, row) in posts[0].chunks_exact_mut(width).enumerate() {
        for (to, x) in row.iter_mut().zip(x) {
            *to = x[i];
        }
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
        for _ in 0..BLOCK {
            sums.extend_from_slice(&layer.biases);
        }
        product(&posts[index], &layer.weights, sums, layer.inputs(), layer.biases.len());
        if let Some(next) = posts.get_mut(index + 1) {
            next.resize(sums.len(), 0.0);
            activate(network.activation, 0, sums, next);
        }
    }
}

/// From the logits to the gradient of `log phat(c|x)` and to `1 - phat(c|x)`.
fn back(rows: &mut LearnedRows, network: &Network, d: usize) {
    let LearnedRows { posts, pres, bar, other, waves: [_, _, cos, sin], pull, doubt, .. } = rows;
    let logits = &pres[network.layers.len() - 1];
    let classes = logits.len() / BLOCK;
    bar.clear();
    bar.resize(logits.len(), 0.0);
    for ((z, bar), doubt) in logits.chunks_exact(classes).zip(bar.chunks_exact_mut(classes)).zip(&mut *doubt) {
        let mut top = z[0];
        for &z in z {
            top = if z > top { z } else { top };
        }
        let mut others = 0.0;
        let mut sum = 0.0;
        for (k, (z, bar)) in z.iter().zip(&mut *bar).enumerate() {
            *bar = crate::exp_below_88(z - top);
            sum += *bar;
            others += if k == network.target { 0.0 } else { *bar };
        }
        *doubt = others / sum;
        for (k, bar) in bar.iter_mut().enumerate() {
            *bar = if k == network.target { *doubt } else { -(*bar / sum) };
        }
    }
    for (index, layer) in network.layers.iter().enumerate().rev() {
        other.clear();
        other.resize(BLOCK * layer.inputs(), 0.0);
        product(bar, &layer.turned, other, layer.biases.len(), layer.inputs());
        std::mem::swap(bar, other);
        if index > 0 {
            activate_back(network.activation, 0, &pres[index - 1], &posts[index], bar);
        }
    }
    let width = network.layers[0].inputs();
    let frequencies = network.frequencies.len() / d;
    for (i, bar) in bar.chunks_exact(width).enumerate() {
        let (cosines, sines) = bar[width - network.features..].split_at(frequencies);
        for (axis, pull) in pull.iter_mut().enumerate().take(d) {
            let own = &network.frequencies[axis * frequencies..][..frequencies];
            let mut sum = bar[axis];
            for j in 0..frequencies {
                let at = i * frequencies + j;
                let sine = sines.get(j).map_or(0.0, |&bar| bar * cos[at]);
                sum += (sine - cosines[j] * sin[at]) * own[j];
            }
            pull[i] = sum;
        }
    }
}
