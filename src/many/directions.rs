//! The two directions that tell the classes of a mixture apart best (Fisher 1936): what a picture of many dimensions shows.

use super::mixture::Mixture;
use crate::fit;

/// The leading discriminant directions of a mixture, each `d` long and of length 1: those along which its classes' means
/// differ most, measured by the spread within the classes. Where there are only two classes the second is that of the greatest
/// variance across the first.
pub fn discriminants(mixture: &Mixture) -> [Vec<f64>; 2] {
    let d = mixture.dimension();
    let mut means = vec![vec![0.0; d]; mixture.classes().len()];
    let mut shares = vec![0.0; means.len()];
    let place = |class: usize| mixture.place(class).unwrap_or_default();
    for own in mixture.own() {
        shares[place(own.class)] += own.weight;
        add(&mut means[place(own.class)], &own.mean, own.weight);
    }
    for (mean, share) in means.iter_mut().zip(&shares) {
        for x in mean {
            *x /= share;
        }
    }
    let mut middle = vec![0.0; d];
    for (mean, &share) in means.iter().zip(&shares) {
        add(&mut middle, mean, share);
    }
    let mut within = vec![vec![0.0; d]; d];
    for own in mixture.own() {
        let away = minus(&own.mean, &means[place(own.class)]);
        square(&mut within, &away, own.weight);
        for (j, variance) in own.diagonal.iter().enumerate() {
            within[j][j] += own.weight * variance;
        }
        for (at, direction) in own.directions.chunks_exact(d).enumerate() {
            square(&mut within, direction, own.weight * own.variances.as_ref().map_or(1.0, |all| all[at]));
        }
    }
    let mut total = within.clone();
    for (mean, &share) in means.iter().zip(&shares) {
        square(&mut total, &minus(mean, &middle), share);
    }
    fit::discriminants(&within, &total, 1.0)
}

fn add(sum: &mut [f64], x: &[f64], times: f64) {
    sum.iter_mut().zip(x).for_each(|(sum, x)| *sum += times * x);
}

fn minus(x: &[f64], y: &[f64]) -> Vec<f64> {
    x.iter().zip(y).map(|(x, y)| x - y).collect()
}

/// Adds `times x x^T`.
fn square(sum: &mut [Vec<f64>], x: &[f64], times: f64) {
    for (row, &entry) in sum.iter_mut().zip(x) {
        add(row, x, times * entry);
    }
}
