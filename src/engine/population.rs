//! Particles with weights, and how they are drawn anew: what the lane `corrected` is in any number of dimensions
//! (docs/numerics.md, "The corrected lane").

use crate::kernels::exp_below_88;

/// The particles are drawn anew when the effective sample size falls below this share of them.
const LEAST_SHARE: f64 = 0.5;

/// What particles with weights have beside their places.
#[derive(Clone, Debug, Default)]
pub struct Population {
    /// The logarithms of the weights, the greatest 0.
    pub log_weights: Vec<f32>,
    /// From which of the first particles each descends.
    pub founders: Vec<u32>,
    /// The logarithm of what was divided out of the weights.
    pub log_mean: f64,
}

/// Sums over the weights of the particles that are not lost.
#[derive(Clone, Copy, Debug)]
pub struct Total {
    /// How many these are.
    pub count: usize,
    /// `sum W`, relative to the largest.
    pub sum: f64,
    /// `sum W^2`.
    pub squares: f64,
}

impl Total {
    /// `(sum W)^2 / sum W^2`, the effective sample size.
    pub fn effective(&self) -> f64 {
        self.sum * self.sum / self.squares
    }

    /// Whether the particles are to be drawn anew.
    pub fn is_poor(&self) -> bool {
        self.effective() < LEAST_SHARE * self.count as f64
    }
}

impl Population {
    /// So many particles that weigh the same.
    pub fn new(particles: usize) -> Self {
        Self { log_weights: vec![0.0; particles], founders: (0..particles as u32).collect(), log_mean: 0.0 }
    }

    /// The weight relative to the largest.
    pub fn weight(&self, i: usize) -> f64 {
        f64::from(exp_below_88(self.log_weights[i]))
    }

    /// Whether a particle with a place has a weight.
    pub fn has_weight(&self, i: usize) -> bool {
        self.log_weights[i].is_finite()
    }

    /// Over those that are alive.
    pub fn total(&self, alive: impl Fn(usize) -> bool) -> Total {
        let mut total = Total { count: 0, sum: 0.0, squares: 0.0 };
        for i in (0..self.log_weights.len()).filter(|&i| alive(i)) {
            let weight = self.weight(i);
            total.count += 1;
            total.sum += weight;
            total.squares += weight * weight;
        }
        total
    }

    /// The effective sample size of the families of the first particles.
    pub fn lineages(&self, total: &Total, alive: impl Fn(usize) -> bool) -> f64 {
        let mut families = vec![0.0; self.log_weights.len()];
        for i in (0..self.log_weights.len()).filter(|&i| alive(i)) {
            families[self.founders[i] as usize] += self.weight(i);
        }
        total.sum * total.sum / families.iter().map(|sum| sum * sum).sum::<f64>()
    }

    /// `log E W` since the start.
    pub fn log_normaliser(&self, total: &Total) -> f64 {
        self.log_mean + (total.sum / total.count as f64).ln()
    }

    /// Adds a multiple of `by` to the logarithms, and takes the largest off them again.
    pub fn grow(&mut self, factor: f64, by: &[f32]) {
        let factor = factor as f32;
        let mut top = f32::NEG_INFINITY;
        for (log, by) in self.log_weights.iter_mut().zip(by) {
            *log += factor * by;
            top = if log.is_finite() && *log > top { *log } else { top };
        }
        if top.is_finite() {
            self.log_weights.iter_mut().for_each(|log| *log -= top);
            self.log_mean += f64::from(top);
        }
    }

    /// Systematic resampling by one number from 0 to 1: whose copy takes the place of each. Who has offspring stays in his
    /// place; the other places go, in order, to what offspring there is beyond that. The lost stay where they are.
    pub fn parents(&self, start: f64, total: &Total, alive: impl Fn(usize) -> bool) -> Vec<u32> {
        let (mut parents, mut surplus, mut free): (Vec<u32>, Vec<u32>, Vec<usize>) = Default::default();
        let (mut reached, mut drawn) = (0.0, 0);
        for i in 0..self.log_weights.len() {
            parents.push(i as u32);
            if alive(i) {
                reached += self.weight(i) / total.sum * total.count as f64;
                let until = ((reached - start).ceil().max(0.0) as usize).clamp(drawn, total.count);
                match until - drawn {
                    0 => free.push(i),
                    offspring => surplus.extend(std::iter::repeat_n(i as u32, offspring - 1)),
                }
                drawn = until;
            }
        }
        for (place, parent) in free.into_iter().zip(surplus) {
            parents[place] = parent;
        }
        parents
    }

    /// They were drawn anew: all weigh the same again.
    pub fn settle(&mut self, parents: &[u32], total: &Total) {
        self.founders = parents.iter().map(|&parent| self.founders[parent as usize]).collect();
        self.log_mean += (total.sum / total.count as f64).ln();
        self.log_weights.fill(0.0);
    }
}
