//! A few components for the points of a class: k-means, then the leading principal directions of each cluster, and
//! the same variance for the rest. Only sums, products and roots: the same mixture on every machine.

use rand::RngExt as _;

use super::mixture::{Component, Covariance};
use crate::model::{LabError, LabErrorCode, symmetric_eigen};
use crate::random::Philox;
use crate::words::messages::few_points;

/// What the components of a class shall be.
#[derive(Clone, Copy, Debug)]
pub struct FitOptions {
    /// How many.
    pub components: usize,
    /// Directions of each.
    pub rank: usize,
    /// The least variance of the rest.
    pub floor: f64,
    /// The seed of the clusters' starts.
    pub seed: u32,
}

/// The purpose of the draws, and of each class after the first.
const STARTS: u32 = 0x4d00;
/// Rounds of k-means at most; it ends when no point moves.
const ROUNDS: usize = 100;

/// The components of the points of a class; their weights are numbers of points.
///
/// # Errors
/// `inconsistent`, if there are fewer than two points for each component.
pub fn fit_class(points: &[Vec<f64>], class: usize, options: FitOptions) -> Result<Vec<Component>, LabError> {
    let least = 2 * options.components;
    if points.len() < least {
        return Err(LabError::new(LabErrorCode::Inconsistent, "mixture", few_points(class, points.len(), least)));
    }
    let mut rng = Philox::for_purpose(options.seed, STARTS + class as u32);
    let clusters = k_means(points, options.components, &mut rng);
    let own = |cluster: usize| -> Vec<&Vec<f64>> {
        points.iter().zip(&clusters).filter(|(_, of)| **of == cluster).map(|(point, _)| point).collect()
    };
    Ok((0..options.components).map(own).filter(|own| own.len() > 1).map(|own| gaussian(&own, class, options)).collect())
}

fn distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
}

fn nearest(point: &[f64], centres: &[Vec<f64>]) -> usize {
    let mut best = (0, f64::INFINITY);
    for (index, centre) in centres.iter().enumerate() {
        let found = distance(point, centre);
        if found < best.1 {
            best = (index, found);
        }
    }
    best.0
}

/// The cluster of each point. Starts are drawn by the squared distance to those before (Arthur and Vassilvitskii,
/// k-means++, 2007).
pub(super) fn k_means(points: &[Vec<f64>], count: usize, rng: &mut Philox) -> Vec<usize> {
    let mut centres = vec![points[rng.random_range(0..points.len() as u32) as usize].clone()];
    while centres.len() < count {
        let distances: Vec<f64> =
            points.iter().map(|point| distance(point, &centres[nearest(point, &centres)])).collect();
        let mut left = distances.iter().sum::<f64>() * f64::from(rng.random::<u32>()) / 4_294_967_296.0;
        let chosen = distances.iter().position(|distance| {
            left -= distance;
            left < 0.0
        });
        centres.push(points[chosen.unwrap_or(points.len() - 1)].clone());
    }
    let mut clusters = vec![usize::MAX; points.len()];
    for _ in 0..ROUNDS {
        let next: Vec<usize> = points.iter().map(|point| nearest(point, &centres)).collect();
        if next == clusters {
            break;
        }
        clusters = next;
        for (cluster, centre) in centres.iter_mut().enumerate() {
            let own: Vec<&Vec<f64>> =
                points.iter().zip(&clusters).filter(|(_, of)| **of == cluster).map(|(point, _)| point).collect();
            if !own.is_empty() {
                *centre = mean(&own);
            }
        }
    }
    clusters
}

pub(super) fn mean(points: &[&Vec<f64>]) -> Vec<f64> {
    let mut mean = vec![0.0; points[0].len()];
    for point in points {
        mean.iter_mut().zip(*point).for_each(|(mean, x)| *mean += x);
    }
    for mean in &mut mean {
        *mean /= points.len() as f64;
    }
    mean
}

fn gaussian(points: &[&Vec<f64>], class: usize, options: FitOptions) -> Component {
    let mean = mean(points);
    let d = mean.len();
    let mut scatter = vec![vec![0.0; d]; d];
    for point in points {
        let away: Vec<f64> = point.iter().zip(&mean).map(|(x, mean)| x - mean).collect();
        for (row, own) in scatter.iter_mut().zip(&away) {
            row.iter_mut().zip(&away).for_each(|(entry, other)| *entry += own * other / points.len() as f64);
        }
    }
    let (values, vectors) = symmetric_eigen(&scatter);
    let mut order: Vec<usize> = (0..d).collect();
    order.sort_by(|&a, &b| values[b].total_cmp(&values[a]));
    let leading = &order[..options.rank.min(d)];
    let trace: f64 = values.iter().sum();
    let taken: f64 = leading.iter().map(|&index| values[index]).sum();
    let rest = if d > leading.len() { (trace - taken) / (d - leading.len()) as f64 } else { 0.0 }.max(options.floor);
    let factors = leading
        .iter()
        .filter(|&&index| values[index] > rest)
        .map(|&index| {
            let length = (values[index] - rest).sqrt();
            vectors.iter().map(|row| length * row[index]).collect()
        })
        .collect();
    let covariance = Covariance::LowRank { diagonal: vec![rest; d], factors };
    Component { weight: points.len() as f64, mean, covariance, class }
}
