//! Particles under way on a GPU: what [`Run`](super::Run) does, by the kernels of `shaders/many/`.

use super::plan::{Place, Plan, Scene};
use crate::gpu::many::{ManyKernels, ManyParticles, ManyPlace, ManyShape, ManyStep, is_here};
use crate::model::{LabError, LabErrorCode, Sampler};
use crate::words::messages as says;

/// A run on a device: the lanes share every draw with each other, and with the same run on the CPU.
#[derive(Debug)]
pub struct GpuRun {
    plan: Plan,
    step: usize,
    particles: ManyParticles,
}

impl GpuRun {
    /// At step 0: every lane starts from the same standard normals.
    ///
    /// # Errors
    /// As [`Run::new`](super::Run::new); `unsupported`, for a lane with weights and for a classifier that the CPU engine alone has;
    /// `engine`, if the device is gone or has failed.
    pub fn new(scene: Scene, kernels: &ManyKernels) -> Result<Self, LabError> {
        let plan = Plan::new(scene)?;
        let Scene { mixture, process, lanes, seed, .. } = &plan.scene;
        if lanes.iter().any(|lane| lane.weighted) {
            return Err(LabError::new(LabErrorCode::Unsupported, "compare", says::corrected_on_cpu()));
        }
        let place = plan.place(0);
        if !is_here(place.guide) {
            return Err(LabError::new(LabErrorCode::Unsupported, "classifier.kind", says::many_on_cpu()));
        }
        let shape = ManyShape {
            dimension: mixture.dimension(),
            rank: plan.rank,
            components: mixture.count(),
            classes: mixture.classes().len(),
            seed: *seed,
            corrects: process.sampler == Sampler::Heun,
            looks_twice: place.other.is_some(),
        };
        let particles = ManyParticles::new(kernels, shape, &plan.rows())?;
        Ok(Self { step: 0, particles, plan })
    }

    /// Steps done.
    pub fn step(&self) -> usize {
        self.step
    }

    /// The reverse times.
    pub fn times(&self) -> &[f64] {
        &self.plan.times
    }

    /// Makes steps, as many as there are left at most. Does not wait for them.
    pub fn advance(&mut self, count: usize) {
        let process = &self.plan.scene.process;
        let until = self.step.saturating_add(count).min(process.steps);
        for step in self.step..until {
            let coefficients = process.coefficients(self.plan.times[step], self.plan.times[step + 1]);
            let next = (coefficients.corrector > 0.0).then(|| self.plan.place(step + 1));
            let numbers = ManyStep {
                index: step as u32,
                factors: [coefficients.keep, coefficients.drift, coefficients.noise].map(|factor| factor as f32),
                corrector: coefficients.corrector as f32,
            };
            self.particles.step(on_device(&self.plan.place(step)), next.as_ref().map(on_device), numbers);
        }
        self.step = until;
    }

    /// The particles of a lane, row-major.
    ///
    /// # Errors
    /// `engine`, if the device is gone or has failed since.
    pub async fn positions(&mut self, lane: usize) -> Result<Vec<f32>, LabError> {
        self.particles.read(self.plan.lane(lane)).await
    }
}

fn on_device(place: &Place) -> ManyPlace<'_> {
    ManyPlace { terms: &place.terms, other: place.other.as_ref(), guide: place.guide }
}
