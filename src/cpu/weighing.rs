//! The weights of the lane `corrected` (docs/numerics.md, "The corrected lane"): how they grow, when the particles
//! are drawn anew, and what is shown of them.

use super::{Population, Weighing};
use crate::engine::{TRACKED, Weights};
use crate::kernels::{KEY, MAX_LOG_RATIO, Marginal, exp_below_88, guidance_squares, log_posteriors, philox};

/// The particles are drawn anew when the effective sample size falls below this share of them.
const LEAST_SHARE: f64 = 0.5;
/// The fourth word of the counters of what is drawn here; the particles' is 0, and that of `random.rs` is 1.
const RESAMPLING: u32 = 2;
/// So many more than the tracked particles are followed, lest the past of one that takes another's place be unknown.
const FOLLOWED: usize = 4 * TRACKED;

/// The lane's weights, and where its particles came from.
#[derive(Debug)]
pub struct Corrected {
    dimension: usize,
    particles: usize,
    seed: u32,
    gamma: f64,
    now: Population,
    /// Where the first particles were at every step, `[step][particle][axis]`, in their places of then.
    places: Vec<f32>,
    /// When particles were drawn anew, and whose place each of the first has taken.
    events: Vec<(usize, Vec<u32>)>,
    /// How many of these whoever draws the paths has heard of.
    told: usize,
    /// `|g|^2` of the particles as they stand, if it is known.
    squares: Vec<f32>,
    known: bool,
}

/// The lane of a scene in so many dimensions, with so many particles.
pub fn make(dimension: usize, particles: usize, seed: u32, gamma: f64) -> Box<dyn Weighing> {
    Box::new(Corrected {
        dimension,
        particles,
        seed,
        gamma,
        now: Population::default(),
        places: Vec::new(),
        events: Vec::new(),
        told: 0,
        squares: Vec::new(),
        known: false,
    })
}

impl Weighing for Corrected {
    fn restart(&mut self, positions: &[f32]) {
        self.now = Population {
            log_weights: vec![0.0; self.particles],
            founders: (0..self.particles as u32).collect(),
            log_mean: 0.0,
        };
        self.events.clear();
        self.told = usize::MAX;
        self.known = false;
        self.follow(0, positions);
    }

    fn set_gamma(&mut self, gamma: f64, step: usize, marginal: Marginal, positions: &[f32]) {
        self.events.retain(|event| event.0 <= step);
        self.told = usize::MAX;
        let more = gamma - std::mem::replace(&mut self.gamma, gamma);
        if more == 0.0 {
            return;
        }
        let mut logs = vec![0.0; positions.len() / self.dimension];
        log_posteriors(self.dimension, marginal, positions, &mut logs);
        self.grow(more, &logs);
    }

    fn leave(&mut self, length: f64, marginal: Marginal, positions: &[f32]) {
        self.weigh(length, marginal, positions);
    }

    fn arrive(&mut self, step: usize, last: bool, length: f64, marginal: Marginal, positions: &mut [f32]) {
        self.known = false;
        self.weigh(length, marginal, positions);
        let total = self.total(positions);
        // At the end nothing comes after: what is shown is drawn by the weights anyway.
        if !last && total.effective() < LEAST_SHARE * total.count as f64 {
            let parents = self.parents(step, &total, positions);
            self.draw(step, &parents, positions);
            self.now.log_mean += (total.sum / total.count as f64).ln();
            self.now.log_weights.fill(0.0);
        }
        self.follow(step, positions);
    }

    fn shown(&self, step: usize, positions: &[f32]) -> Vec<f32> {
        let parents = self.parents(step, &self.total(positions), positions);
        let mut shown = positions.to_vec();
        gather(&parents, positions, &mut shown, positions.len() / self.dimension);
        shown
    }

    fn weights(&self, marginal: Marginal, positions: &[f32]) -> Weights {
        let total = self.total(positions);
        let padded = positions.len() / self.dimension;
        let mut logs = vec![0.0; padded];
        log_posteriors(self.dimension, marginal, positions, &mut logs);
        let mut families = vec![0.0; self.particles];
        for i in (0..self.particles).filter(|&i| self.alive(i, positions)) {
            families[self.now.founders[i] as usize] += self.weight(i);
        }
        let squares: f64 = families.iter().map(|sum| sum * sum).sum();
        let (inverse, of_inverse) =
            self.spread(&total, positions, |i| (-f64::from(logs[i])).min(f64::from(MAX_LOG_RATIO)).exp());
        let (log, of_log) = self.spread(&total, positions, |i| f64::from(logs[i]));
        let axes = (0..self.dimension)
            .map(|axis| self.spread(&total, positions, |i| f64::from(positions[axis * padded + i])).1);
        Weights {
            effective: total.effective(),
            lineages: total.sum * total.sum / squares,
            resamplings: self.events.len(),
            log_normaliser: self.now.log_mean + (total.sum / total.count as f64).ln(),
            independent: axes.fold(of_log, f64::min),
            reciprocal_error: (inverse / of_inverse).sqrt(),
            log_probability_error: (log / of_log).sqrt(),
        }
    }

    fn paths(&mut self, asked: usize, step: usize) -> (usize, Vec<f32>) {
        let first = if self.told == self.events.len() { asked } else { 0 };
        self.told = self.events.len();
        let (d, followed) = (self.dimension, self.followed());
        let tracked = TRACKED.min(self.particles);
        let mut paths = vec![0.0; (step + 1 - first) * tracked * d];
        // Backwards: whose place a particle has taken.
        let mut places: Vec<usize> = (0..tracked).collect();
        let mut events = self.events.iter().rev().peekable();
        for at in (first..=step).rev() {
            while let Some((_, parents)) = events.next_if(|event| event.0 > at) {
                for place in &mut places {
                    let parent = parents[*place] as usize;
                    // One whose past is not known keeps the past of its place.
                    *place = if parent < followed { parent } else { *place };
                }
            }
            for (i, place) in places.iter().enumerate() {
                let (to, from) = (((at - first) * tracked + i) * d, (at * followed + place) * d);
                paths[to..to + d].copy_from_slice(&self.places[from..from + d]);
            }
        }
        (first, paths)
    }

    fn save(&self) -> Population {
        self.now.clone()
    }

    fn restore(&mut self, step: usize, saved: &Population) {
        self.now.clone_from(saved);
        self.events.retain(|event| event.0 <= step);
        self.known = false;
    }
}

/// Sums over the weights of the particles that are not lost.
struct Total {
    count: usize,
    sum: f64,
    squares: f64,
}

impl Total {
    fn effective(&self) -> f64 {
        self.sum * self.sum / self.squares
    }
}

impl Corrected {
    fn followed(&self) -> usize {
        FOLLOWED.min(self.particles)
    }

    /// The weight relative to the largest.
    fn weight(&self, i: usize) -> f64 {
        f64::from(exp_below_88(self.now.log_weights[i]))
    }

    /// Whether a particle has a place and a weight.
    fn alive(&self, i: usize, positions: &[f32]) -> bool {
        let padded = positions.len() / self.dimension;
        (0..self.dimension).all(|axis| positions[axis * padded + i].is_finite()) && self.now.log_weights[i].is_finite()
    }

    fn total(&self, positions: &[f32]) -> Total {
        let mut total = Total { count: 0, sum: 0.0, squares: 0.0 };
        for i in (0..self.particles).filter(|&i| self.alive(i, positions)) {
            let weight = self.weight(i);
            total.count += 1;
            total.sum += weight;
            total.squares += weight * weight;
        }
        total
    }

    /// The variance of a quantity over the weighted particles, and how many independent ones would know its mean as
    /// well: from the scatter of the families of the first particles (the estimate of Lee and Whiteley, Biometrika
    /// 105, 2018), and of drawing those that are shown.
    fn spread(&self, total: &Total, positions: &[f32], value: impl Fn(usize) -> f64) -> (f64, f64) {
        let living = || (0..self.particles).filter(|&i| self.alive(i, positions));
        let mean = living().map(|i| self.weight(i) * value(i)).sum::<f64>() / total.sum;
        let (mut families, mut variance) = (vec![0.0; self.particles], 0.0);
        for i in living() {
            let off = value(i) - mean;
            families[self.now.founders[i] as usize] += self.weight(i) * off;
            variance += self.weight(i) * off * off / total.sum;
        }
        let of_mean = families.iter().map(|sum| sum * sum).sum::<f64>() / (total.sum * total.sum);
        let count = total.count as f64;
        let drawing = variance * (1.0 - total.effective() / count) / count;
        // Where all are alike, as with one class alone.
        if variance == 0.0 { (0.0, count) } else { (variance, (variance / (of_mean + drawing)).min(count)) }
    }

    /// `log W` grows by `gamma (gamma - 1) |g|^2` times half the step, at either end of it.
    fn weigh(&mut self, length: f64, marginal: Marginal, positions: &[f32]) {
        if !self.known {
            self.squares.resize(positions.len() / self.dimension, 0.0);
            guidance_squares(self.dimension, marginal, positions, &mut self.squares);
            self.known = true;
        }
        let squares = std::mem::take(&mut self.squares);
        self.grow(0.5 * length * self.gamma * (self.gamma - 1.0), &squares);
        self.squares = squares;
    }

    /// Adds a multiple of `by` to the logarithms, and takes the largest off them again.
    fn grow(&mut self, factor: f64, by: &[f32]) {
        let factor = factor as f32;
        let mut top = f32::NEG_INFINITY;
        for (log, by) in self.now.log_weights.iter_mut().zip(by) {
            *log += factor * by;
            top = if log.is_finite() && *log > top { *log } else { top };
        }
        if top.is_finite() {
            self.now.log_weights.iter_mut().for_each(|log| *log -= top);
            self.now.log_mean += f64::from(top);
        }
    }

    /// Systematic resampling: whose copy takes the place of each. Who has offspring stays in his place; the other
    /// places go, in order, to what offspring there is beyond that. The lost stay where they are.
    fn parents(&self, step: usize, total: &Total, positions: &[f32]) -> Vec<u32> {
        let start = (f64::from(philox([step as u32, 0, 0, RESAMPLING], [self.seed, KEY])[0]) + 0.5) / 4_294_967_296.0;
        let (mut parents, mut surplus, mut free): (Vec<u32>, Vec<u32>, Vec<usize>) = Default::default();
        let (mut reached, mut drawn) = (0.0, 0);
        for i in 0..self.particles {
            parents.push(i as u32);
            if self.alive(i, positions) {
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

    fn draw(&mut self, step: usize, parents: &[u32], positions: &mut [f32]) {
        let old = positions.to_vec();
        gather(parents, &old, positions, old.len() / self.dimension);
        self.now.founders = parents.iter().map(|&parent| self.now.founders[parent as usize]).collect();
        if self.known {
            let old = self.squares.clone();
            gather(parents, &old, &mut self.squares, old.len());
        }
        self.events.push((step, parents[..self.followed()].to_vec()));
    }

    /// Keeps where the first particles are.
    fn follow(&mut self, step: usize, positions: &[f32]) {
        let (d, padded, followed) = (self.dimension, positions.len() / self.dimension, self.followed());
        let start = step * followed * d;
        if self.places.len() < start + followed * d {
            self.places.resize(start + followed * d, 0.0);
        }
        for i in 0..followed {
            for axis in 0..d {
                self.places[start + i * d + axis] = positions[axis * padded + i];
            }
        }
    }
}

/// `to[row][i] = from[row][parents[i]]`.
fn gather(parents: &[u32], from: &[f32], to: &mut [f32], padded: usize) {
    for (from, to) in from.chunks_exact(padded).zip(to.chunks_exact_mut(padded)) {
        for (to, &parent) in to.iter_mut().zip(parents) {
            *to = from[parent as usize];
        }
    }
}
