//! The weights of the lane `corrected` (docs/numerics.md, "The corrected lane"): how they grow, when the particles
//! are drawn anew, and what is shown of them.

use super::{Happens, Lane, Weighing};
use crate::engine::{Observation, Population, Scene, TRACKED, Total, Weights};
use crate::kernels::{KEY, MAX_LOG_RATIO, Marginal, guidance_squares, log_posteriors, philox};

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
    /// The particles of the run, while others are shown.
    own: Vec<f32>,
    /// What is handed over with those.
    paths: Vec<f32>,
}

/// The lane of a scene.
pub fn make(scene: &Scene) -> Box<dyn Weighing> {
    Box::new(Corrected {
        dimension: scene.dimension,
        particles: scene.particles,
        seed: scene.seed,
        gamma: 1.0,
        now: Population::default(),
        places: Vec::new(),
        events: Vec::new(),
        told: 0,
        squares: Vec::new(),
        known: false,
        own: Vec::new(),
        paths: Vec::new(),
    })
}

impl Weighing for Corrected {
    fn handle(&mut self, what: Happens, lane: Lane) {
        let Lane { scene, index, marginal, step, positions } = lane;
        let gamma = scene.lanes[index].weight.gamma;
        let length = |step: usize| scene.times[step] - scene.times[step + 1];
        match what {
            Happens::Restart => {
                self.gamma = gamma;
                self.restart(positions);
            }
            Happens::Changed => self.set_gamma(gamma, step, marginal, positions),
            Happens::Leave => self.weigh(length(step), marginal, positions),
            Happens::Arrive => self.arrive(step, step == scene.steps(), length(step - 1), marginal, positions),
            Happens::Save(copy) => {
                copy.extend_from_slice(&self.now.log_weights);
                copy.extend(self.now.founders.iter().map(|&founder| f32::from_bits(founder)));
                let bits = self.now.log_mean.to_bits();
                copy.extend([bits as u32, (bits >> 32) as u32].map(f32::from_bits));
            }
            Happens::Restore(saved) => self.restore(step, saved),
            Happens::Show(first) => {
                (*first, self.paths) = self.paths(*first, step);
                let parents = self.parents(step, &self.total(positions), positions);
                self.own = positions.to_vec();
                gather(&parents, &self.own, positions, self.own.len() / self.dimension);
            }
            Happens::Hide(observation) => {
                positions.copy_from_slice(&self.own);
                if let Some(observation) = observation {
                    observation.lanes[index].weights = Some(self.weights(marginal, positions));
                    self.tell(observation, index, scene.lanes.len());
                }
            }
        }
    }
}

impl Corrected {
    /// Puts the paths among those of the other lanes.
    fn tell(&self, observation: &mut Observation, index: usize, lanes: usize) {
        let tracked = TRACKED.min(self.particles) * self.dimension;
        let rows = observation.paths.chunks_exact_mut(lanes * tracked);
        for (row, path) in rows.zip(self.paths.chunks_exact(tracked)) {
            row[index * tracked..(index + 1) * tracked].copy_from_slice(path);
        }
    }

    fn restart(&mut self, positions: &[f32]) {
        self.now = Population::new(self.particles);
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
        self.now.grow(more, &logs);
    }

    fn arrive(&mut self, step: usize, last: bool, length: f64, marginal: Marginal, positions: &mut [f32]) {
        self.known = false;
        self.weigh(length, marginal, positions);
        let total = self.total(positions);
        // At the end nothing comes after: what is shown is drawn by the weights anyway.
        if !last && total.is_poor() {
            let parents = self.parents(step, &total, positions);
            self.draw(step, &parents, positions);
            self.now.settle(&parents, &total);
        }
        self.follow(step, positions);
    }

    fn weights(&self, marginal: Marginal, positions: &[f32]) -> Weights {
        let total = self.total(positions);
        let padded = positions.len() / self.dimension;
        let mut logs = vec![0.0; padded];
        log_posteriors(self.dimension, marginal, positions, &mut logs);
        let (inverse, of_inverse) =
            self.spread(&total, positions, |i| (-f64::from(logs[i])).min(f64::from(MAX_LOG_RATIO)).exp());
        let (log, of_log) = self.spread(&total, positions, |i| f64::from(logs[i]));
        let axes = (0..self.dimension)
            .map(|axis| self.spread(&total, positions, |i| f64::from(positions[axis * padded + i])).1);
        Weights {
            effective: total.effective(),
            lineages: self.now.lineages(&total, |i| self.alive(i, positions)),
            resamplings: self.events.len(),
            log_normaliser: self.now.log_normaliser(&total),
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

    fn restore(&mut self, step: usize, saved: &[f32]) {
        let (logs, rest) = saved.split_at(self.particles);
        let (founders, mean) = rest.split_at(self.particles);
        self.now.log_weights.copy_from_slice(logs);
        self.now.founders = founders.iter().map(|founder| founder.to_bits()).collect();
        self.now.log_mean = f64::from_bits(u64::from(mean[0].to_bits()) | u64::from(mean[1].to_bits()) << 32);
        self.events.retain(|event| event.0 <= step);
        self.known = false;
    }
}

impl Corrected {
    fn followed(&self) -> usize {
        FOLLOWED.min(self.particles)
    }

    /// Whether a particle has a place and a weight.
    fn alive(&self, i: usize, positions: &[f32]) -> bool {
        let padded = positions.len() / self.dimension;
        (0..self.dimension).all(|axis| positions[axis * padded + i].is_finite()) && self.now.has_weight(i)
    }

    fn total(&self, positions: &[f32]) -> Total {
        self.now.total(|i| self.alive(i, positions))
    }

    /// The variance of a quantity over the weighted particles, and how many independent ones would know its mean as
    /// well: from the scatter of the families of the first particles (the estimate of Lee and Whiteley, Biometrika
    /// 105, 2018), and of drawing those that are shown.
    fn spread(&self, total: &Total, positions: &[f32], value: impl Fn(usize) -> f64) -> (f64, f64) {
        let living = || (0..self.particles).filter(|&i| self.alive(i, positions));
        let mean = living().map(|i| self.now.weight(i) * value(i)).sum::<f64>() / total.sum;
        let (mut families, mut variance) = (vec![0.0; self.particles], 0.0);
        for i in living() {
            let off = value(i) - mean;
            families[self.now.founders[i] as usize] += self.now.weight(i) * off;
            variance += self.now.weight(i) * off * off / total.sum;
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
        self.now.grow(0.5 * length * self.gamma * (self.gamma - 1.0), &squares);
        self.squares = squares;
    }

    fn parents(&self, step: usize, total: &Total, positions: &[f32]) -> Vec<u32> {
        let start = (f64::from(philox([step as u32, 0, 0, RESAMPLING], [self.seed, KEY])[0]) + 0.5) / 4_294_967_296.0;
        self.now.parents(start, total, |i| self.alive(i, positions))
    }

    fn draw(&mut self, step: usize, parents: &[u32], positions: &mut [f32]) {
        let old = positions.to_vec();
        gather(parents, &old, positions, old.len() / self.dimension);
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
