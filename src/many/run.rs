//! Particles under way: the f32 engine of many dimensions. Lanes share every draw; particles are the same on any
//! number of threads.

use super::plan::{LaneOf, Place, Plan, Scene};
use super::weighing::{Weighed, Weighing};
use crate::kernels::many::{
    ManyGuide, ManyRows, ManySight, ManyWork, WIDTH, Wide, many_force, many_learned, many_move, many_normals,
};
use crate::kernels::{self, STREAM_INITIAL, STREAM_STEP};
use crate::model::LabError;

/// Rows that are moved together: `x[coordinate][row]`.
#[derive(Clone, Debug)]
struct Block {
    rows: ManyRows,
    x: Vec<Wide>,
    /// `|g|^2` where the last step began, if any of its lanes has weights.
    squares: Option<Wide>,
}

/// A run.
#[derive(Debug)]
pub struct Run {
    plan: Plan,
    step: usize,
    blocks: Vec<Block>,
    /// Of the lanes with weights.
    weighings: Vec<Weighing>,
}

impl Run {
    /// At step 0: every lane starts from the same standard normals.
    ///
    /// # Errors
    /// `unsupported`, if there is no such sampler in many dimensions; `inconsistent`, if a lane has weights and the sampler is that
    /// of an ODE; `range`, if a class is not one of the
    /// mixture's, or for so many particles that they need more memory than there is.
    pub fn new(scene: Scene) -> Result<Self, LabError> {
        let plan = Plan::new(scene)?;
        let Scene { mixture, lanes, targets, particles, seed, .. } = &plan.scene;
        let block = |(index, rows): (usize, ManyRows)| {
            let mut x = vec![[0.0; WIDTH]; mixture.dimension()];
            many_normals(&rows.particles, 0, STREAM_INITIAL, *seed, &mut x);
            let last = ((index + 1) * WIDTH).min(lanes.len() * particles);
            let weighted = (index * WIDTH..last).any(|row| lanes[row / particles].weighted);
            Block { rows, x, squares: weighted.then_some([0.0; WIDTH]) }
        };
        let blocks = plan.rows().into_iter().enumerate().map(block).collect();
        let weighing = |(lane, of): (usize, &LaneOf)| {
            of.weighted.then(|| Weighing::new(lane, of.gamma, *particles, targets.len(), *seed))
        };
        let weighings = lanes.iter().enumerate().filter_map(weighing).collect();
        Ok(Self { step: 0, blocks, weighings, plan })
    }

    /// What is run.
    pub fn scene(&self) -> &Scene {
        &self.plan.scene
    }

    /// Steps done.
    pub fn step(&self) -> usize {
        self.step
    }

    /// The present time.
    pub fn time(&self) -> f64 {
        self.plan.times[self.step]
    }

    /// The reverse times.
    pub fn times(&self) -> &[f64] {
        &self.plan.times
    }

    /// Makes steps, as many as there are left at most.
    pub fn advance(&mut self, count: usize) {
        let until = self.step.saturating_add(count).min(self.plan.scene.process.steps);
        while self.step < until {
            self.one_step();
            self.step += 1;
        }
    }

    fn one_step(&mut self) {
        let (now, then) = (self.plan.times[self.step], self.plan.times[self.step + 1]);
        let coefficients = self.plan.scene.process.coefficients(now, then);
        let here = self.plan.place(self.step);
        let next = (coefficients.corrector > 0.0).then(|| self.plan.place(self.step + 1));
        let d = self.plan.scene.mixture.dimension();
        let mover = Mover {
            here: &here,
            next: next.as_ref(),
            network: self.plan.network.as_ref(),
            factors: [coefficients.keep, coefficients.drift, coefficients.noise].map(|factor| factor as f32),
            corrector: coefficients.corrector as f32,
            index: self.step as u32,
            seed: self.plan.scene.seed,
        };
        let (count, rank) = (self.plan.scene.mixture.count(), self.plan.rank);
        each(&mut self.blocks, || Room::new(d, count, rank), |room, block| mover.step(room, block));
        if !self.weighings.is_empty() {
            self.weigh();
        }
    }

    /// The weights grow by the trapezoid rule along each path: after a step by the halves before and after the point where it began,
    /// and by what is left when the last has been made. Particles are drawn anew by the weights that they have by then.
    fn weigh(&mut self) {
        let length = |step: usize| self.plan.times[step] - self.plan.times[step + 1];
        let (at, last) = (self.step, self.step + 1 == self.plan.scene.process.steps);
        let before = if at > 0 { length(at - 1) } else { 0.0 };
        let half = 0.5 * length(at);
        let mut weighings = std::mem::take(&mut self.weighings);
        for weighing in &mut weighings {
            weighing.grow(0.5 * before + half, &self.squares(weighing.lane));
        }
        if last {
            let end = self.plan.place(at + 1);
            let (d, count, rank) =
                (self.plan.scene.mixture.dimension(), self.plan.scene.mixture.count(), self.plan.rank);
            let look = |room: &mut Room, Block { rows, x, squares }: &mut Block| {
                if squares.is_some() {
                    let Room { work, force, .. } = room;
                    many_force(&end.terms, None, ManyGuide::Exact, rows, x, work, force, squares.as_mut());
                }
            };
            each(&mut self.blocks, || Room::new(d, count, rank), look);
            for weighing in &mut weighings {
                weighing.grow(half, &self.squares(weighing.lane));
            }
        } else {
            for weighing in &mut weighings {
                let (lane, there) = (weighing.lane, self.there(weighing.lane));
                if let Some(parents) = weighing.draw(at + 1, &there) {
                    self.take_places(lane, parents);
                }
            }
        }
        self.weighings = weighings;
    }

    /// `|g|^2` of a lane's particles, as they were looked at last.
    fn squares(&self, lane: usize) -> Vec<f32> {
        self.plan.lane(lane).map(|row| self.blocks[row / WIDTH].squares.unwrap_or_default()[row % WIDTH]).collect()
    }

    /// Which particles of a lane are numbers.
    fn there(&self, lane: usize) -> Vec<bool> {
        self.plan.lane(lane).map(|row| self.blocks[row / WIDTH].x.iter().all(|x| x[row % WIDTH].is_finite())).collect()
    }

    fn take_places(&mut self, lane: usize, parents: &[u32]) {
        let d = self.plan.scene.mixture.dimension();
        let old = self.places(lane);
        for (row, &parent) in self.plan.lane(lane).zip(parents) {
            let from = &old[parent as usize * d..][..d];
            for (x, from) in self.blocks[row / WIDTH].x.iter_mut().zip(from) {
                x[row % WIDTH] = *from;
            }
        }
    }

    /// The particles of a lane, row-major; of one with weights as many that are drawn by them.
    pub fn positions(&self, lane: usize) -> Vec<f32> {
        let own = self.places(lane);
        let Some(shown) = self.shown(lane) else { return own };
        let d = self.plan.scene.mixture.dimension();
        shown.into_iter().flat_map(|parent| own[parent as usize * d..][..d].iter().copied()).collect()
    }

    /// The same without regard to weights: the particles as they are moved.
    pub fn places(&self, lane: usize) -> Vec<f32> {
        self.plan
            .lane(lane)
            .flat_map(|row| {
                let x = &self.blocks[row / WIDTH].x;
                x.iter().map(move |x| x[row % WIDTH])
            })
            .collect()
    }

    /// Who is shown in the place of each particle of a lane with weights.
    fn shown(&self, lane: usize) -> Option<Vec<u32>> {
        Some(self.weighing(lane)?.shown(self.step, &self.there(lane)))
    }

    fn weighing(&self, lane: usize) -> Option<&Weighing> {
        self.weighings.iter().find(|weighing| weighing.lane == lane)
    }

    /// Of the particle that [`positions`](Self::positions) has in a place: where among [`places`](Self::places) it and its forebears
    /// stood at every step so far.
    pub fn forebears(&self, lane: usize, particle: usize) -> Vec<usize> {
        let Some(weighing) = self.weighing(lane) else { return vec![particle; self.step + 1] };
        let shown = weighing.shown(self.step, &self.there(lane));
        weighing.forebears(shown[particle] as usize, self.step)
    }

    /// What the weights of a lane say, by target; `None` of one without.
    pub fn weighed(&self, lane: usize) -> Option<Vec<Weighed>> {
        Some(self.weighing(lane)?.told(&self.there(lane)))
    }

    /// How many particles of a lane are no numbers any more: single precision ends at 3.4e38.
    pub fn lost(&self, lane: usize) -> usize {
        self.there(lane).iter().filter(|there| !**there).count()
    }
}

/// What a block is moved by.
struct Mover<'a> {
    here: &'a Place,
    next: Option<&'a Place>,
    network: Option<&'a kernels::Network>,
    factors: [f32; 3],
    corrector: f32,
    index: u32,
    seed: u32,
}

/// Room of a thread.
struct Room {
    work: ManyWork,
    sight: ManySight,
    force: Vec<Wide>,
    z: Vec<Wide>,
    next: Vec<Wide>,
    corrected: Vec<Wide>,
}

impl Room {
    fn new(d: usize, count: usize, rank: usize) -> Self {
        let rows = || vec![[0.0; WIDTH]; d];
        let (work, sight) = (ManyWork::new(d, count, rank), ManySight::default());
        Self { work, sight, force: rows(), z: rows(), next: rows(), corrected: rows() }
    }
}

impl Mover<'_> {
    fn step(&self, room: &mut Room, Block { rows, x, squares }: &mut Block) {
        let Room { work, sight, force, z, next, corrected } = room;
        if self.factors[2] > 0.0 {
            many_normals(&rows.particles, self.index, STREAM_STEP, self.seed, z);
        }
        let mut score = |place: &Place, x: &[Wide], force: &mut [Wide], squares: Option<&mut Wide>| {
            many_force(&place.terms, place.other.as_ref(), place.guide, rows, x, work, force, squares);
            if let Some(network) = self.network {
                many_learned(network, place.time, rows, x, sight, force);
            }
        };
        score(self.here, x, force, squares.as_mut());
        many_move(&self.factors, x, force, z, next);
        if let Some(then) = self.next {
            // x + (h/2) (x + s), and the same of where the predictor leads.
            let half = self.corrector;
            many_move(&[1.0 + half, half, 0.0], x, force, z, corrected);
            score(then, next, force, None);
            for j in 0..x.len() {
                for row in 0..WIDTH {
                    x[j][row] = corrected[j][row] + half * (next[j][row] + force[j][row]);
                }
            }
        } else {
            x.copy_from_slice(next);
        }
    }
}

/// Does something to every block, on all cores.
#[cfg(not(target_arch = "wasm32"))]
fn each(
    blocks: &mut [Block],
    room: impl Fn() -> Room + Sync + Send,
    work: impl Fn(&mut Room, &mut Block) + Sync + Send,
) {
    use rayon::prelude::*;
    blocks.par_iter_mut().for_each_init(room, work);
}

/// A worker is one core.
#[cfg(target_arch = "wasm32")]
fn each(blocks: &mut [Block], room: impl Fn() -> Room, work: impl Fn(&mut Room, &mut Block)) {
    let mut room = room();
    for block in blocks {
        work(&mut room, block);
    }
}
