//! The weights of a lane that is corrected (docs/numerics.md, "The corrected lane"): of each target a population by itself,
//! since each has a tilted density of its own.

use crate::engine::Population;
use crate::kernels::{KEY, philox};

/// The fourth word of the counters of what is drawn here: beyond those of the particles' noise in 256 dimensions.
const RESAMPLING: u32 = 2 + 256 / 4;

/// What the weights of a target's particles say in a lane that is corrected.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weighed {
    /// How many particles there are.
    pub particles: usize,
    /// `(sum W)^2 / sum W^2`, the effective sample size.
    pub effective: f64,
    /// The same of the summed weights of those that descend from one first particle.
    pub lineages: f64,
    /// How often they were drawn anew.
    pub resamplings: usize,
    /// An estimate of `log integral p_t(x) p_t(c|x)^gamma dx`, less that at the horizon.
    pub log_normaliser: f64,
}

/// The weights of a lane.
#[derive(Debug)]
pub(super) struct Weighing {
    pub lane: usize,
    seed: u32,
    /// `gamma (gamma - 1)`.
    rate: f64,
    particles: usize,
    /// Of each target: the particles at its place modulo the number of targets.
    populations: Vec<Population>,
    /// How often each was drawn anew.
    resamplings: Vec<usize>,
    /// When particles were drawn anew, and whose place each has taken.
    events: Vec<(usize, Vec<u32>)>,
}

impl Weighing {
    pub fn new(lane: usize, gamma: f64, particles: usize, targets: usize, seed: u32) -> Self {
        let populations =
            (0..targets.min(particles)).map(|place| Population::new((particles - place).div_ceil(targets)));
        Self {
            lane,
            seed,
            rate: gamma * (gamma - 1.0),
            particles,
            populations: populations.collect(),
            resamplings: vec![0; targets.min(particles)],
            events: Vec::new(),
        }
    }

    /// Time goes on by `length`, where `|g|^2` is so much of each particle.
    pub fn grow(&mut self, length: f64, squares: &[f32]) {
        let targets = self.populations.len();
        for (place, population) in self.populations.iter_mut().enumerate() {
            let own: Vec<f32> = squares.iter().skip(place).step_by(targets).copied().collect();
            population.grow(self.rate * length, &own);
        }
    }

    /// Draws those populations anew whose weights have become too unequal; whose place each particle has taken, if any.
    pub fn draw(&mut self, step: usize, there: &[bool]) -> Option<&[u32]> {
        let mut parents: Vec<u32> = (0..self.particles as u32).collect();
        let mut any = false;
        let targets = self.populations.len();
        for place in 0..targets {
            let population = &self.populations[place];
            let alive = |i: usize| there[place + targets * i] && population.has_weight(i);
            let total = population.total(alive);
            if total.is_poor() {
                let own = population.parents(self.start(step, place), &total, alive);
                for (i, &parent) in own.iter().enumerate() {
                    parents[place + targets * i] = (place + targets * parent as usize) as u32;
                }
                self.populations[place].settle(&own, &total);
                self.resamplings[place] += 1;
                any = true;
            }
        }
        if !any {
            return None;
        }
        self.events.push((step, parents));
        self.events.last().map(|event| event.1.as_slice())
    }

    /// Whose place each takes where particles are shown that are drawn by their weights.
    pub fn shown(&self, step: usize, there: &[bool]) -> Vec<u32> {
        let mut parents: Vec<u32> = (0..self.particles as u32).collect();
        let targets = self.populations.len();
        for (place, population) in self.populations.iter().enumerate() {
            let alive = |i: usize| there[place + targets * i] && population.has_weight(i);
            let total = population.total(alive);
            for (i, parent) in population.parents(self.start(step, place), &total, alive).into_iter().enumerate() {
                parents[place + targets * i] = (place + targets * parent as usize) as u32;
            }
        }
        parents
    }

    /// The particle that stands in a place at a step, and its forebears at every step before.
    pub fn forebears(&self, place: usize, step: usize) -> Vec<usize> {
        let mut found = vec![place; step + 1];
        let mut own = place;
        let mut events = self.events.iter().rev().peekable();
        for at in (0..=step).rev() {
            while let Some((_, parents)) = events.next_if(|event| event.0 > at) {
                own = parents[own] as usize;
            }
            found[at] = own;
        }
        found
    }

    /// What the weights say, by target.
    pub fn told(&self, there: &[bool]) -> Vec<Weighed> {
        let targets = self.populations.len();
        let told = |(place, population): (usize, &Population)| {
            let alive = |i: usize| there[place + targets * i] && population.has_weight(i);
            let total = population.total(alive);
            Weighed {
                particles: population.log_weights.len(),
                effective: total.effective(),
                lineages: population.lineages(&total, alive),
                resamplings: self.resamplings[place],
                log_normaliser: population.log_normaliser(&total),
            }
        };
        self.populations.iter().enumerate().map(told).collect()
    }

    /// The one number of systematic resampling.
    fn start(&self, step: usize, place: usize) -> f64 {
        let word = philox([step as u32, place as u32, 0, RESAMPLING], [self.seed, KEY])[0];
        (f64::from(word) + 0.5) / 4_294_967_296.0
    }
}
