//! Draws from a mixture after a noise, without a process: what averages over `p_t` are taken from.

use rand::Rng;

use super::MAX_RANK;
use super::mixture::Mixture;
use crate::model::Noise;
use crate::random;

/// Draws points.
#[derive(Clone, Debug)]
pub struct Sampler<'a> {
    mixture: &'a Mixture,
    noise: Noise,
    class: Option<usize>,
}

impl<'a> Sampler<'a> {
    /// Of the whole mixture after a noise, or of the class with a label.
    pub fn new(mixture: &'a Mixture, noise: Noise, class: Option<usize>) -> Self {
        Self { mixture, noise, class }
    }

    /// The next point.
    pub fn draw(&self, rng: &mut impl Rng) -> Vec<f64> {
        let (mut x, mut noise) = (Vec::new(), Vec::new());
        self.fill(rng, &mut x, &mut noise);
        x
    }

    /// Writes the next point `x = u x_0 + sigma Z`, and its `Z`; says its label.
    pub(super) fn fill(&self, rng: &mut impl Rng, x: &mut Vec<f64>, noise: &mut Vec<f64>) -> usize {
        let own = self.mixture.own();
        let weight = |index: usize| match self.class {
            Some(class) if own[index].class != class => 0.0,
            _ => own[index].weight,
        };
        let total: f64 = (0..own.len()).map(weight).sum();
        let mut left = total * uniform(rng);
        let mut chosen = 0;
        for index in (0..own.len()).filter(|&index| weight(index) > 0.0) {
            chosen = index;
            left -= weight(index);
            if left < 0.0 {
                break;
            }
        }
        let own = &own[chosen];
        let d = own.mean.len();
        x.resize(d, 0.0);
        random::normals(rng, x);
        for ((x, variance), mean) in x.iter_mut().zip(&own.diagonal).zip(&own.mean) {
            *x = mean + variance.sqrt() * *x;
        }
        let mut lengths = [0.0; MAX_RANK];
        let lengths = &mut lengths[..own.rank()];
        random::normals(rng, lengths);
        for (index, length) in lengths.iter().enumerate() {
            let length = length * own.variances.as_ref().map_or(1.0, |variances| variances[index].sqrt());
            x.iter_mut().zip(&own.directions[index * d..]).for_each(|(x, q)| *x += length * q);
        }
        let Noise { signal, variance } = self.noise;
        noise.resize(d, 0.0);
        random::normals(rng, noise);
        x.iter_mut().zip(noise).for_each(|(x, z)| *x = signal * *x + variance.sqrt() * *z);
        own.class
    }
}

fn uniform(rng: &mut impl Rng) -> f64 {
    f64::from(rng.next_u32()) / 4_294_967_296.0
}
