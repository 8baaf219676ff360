//! The two directions that tell the classes of a mixture apart best (Fisher 1936): what a picture of many dimensions shows.

use super::mixture::Mixture;
use super::sample::Sampler;
use crate::fit;
use crate::model::Noise;
use crate::random::Philox;

/// The purpose of the draws.
const DRAWS: u32 = 0x4d90;

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
    let away = |(mean, share): (&Vec<f64>, &f64)| minus(mean, &middle).iter().map(|x| share.sqrt() * x).collect();
    let between: Vec<Vec<f64>> = means.iter().zip(&shares).map(away).collect();
    let mut total = within.clone();
    for column in &between {
        square(&mut total, column, 1.0);
    }
    fit::discriminants(&within, &total, &between, 1.0)
}

/// Where clean data lie in a plane: so many draws of each class, class by class, two numbers each.
pub fn draws_in(mixture: &Mixture, plane: &[Vec<f64>; 2], of_each: usize) -> Vec<f64> {
    let mut rng = Philox::for_purpose(0, DRAWS);
    let mut values = Vec::with_capacity(2 * of_each * mixture.classes().len());
    for &class in mixture.classes() {
        let sampler = Sampler::new(mixture, Noise::at(0.0), Some(class));
        for _ in 0..of_each {
            let x = sampler.draw(&mut rng);
            values.extend(plane.iter().map(|axis| x.iter().zip(axis).map(|(x, axis)| x * axis).sum::<f64>()));
        }
    }
    values
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
