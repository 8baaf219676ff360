//! Mixtures in many dimensions, and what a step of their engines is by definition.
#![allow(dead_code, reason = "each test binary uses its own part")]

use std::sync::Arc;

use guidance_lab::kernels::{KEY, box_muller, philox};
use guidance_lab::many::{Component, Covariance, Guide, LaneOf, Mixture, Scene};
use guidance_lab::model::{Classifier, Grid, Process, Sampler};

pub fn components(d: usize, count: usize, rank: usize) -> Vec<Component> {
    let component = |k: usize| Component {
        weight: (k + 1) as f64,
        class: k % 3,
        mean: (0..d)
            .map(|j| 1.5 * (1.3 * (k + 1) as f64 + 0.7 * (j + 1) as f64).sin() / (1.0 + j as f64 / 8.0).sqrt())
            .collect(),
        covariance: Covariance::LowRank {
            diagonal: (0..d).map(|j| 0.2 + 0.1 * ((j + k) % 3) as f64).collect(),
            factors: (0..rank)
                .map(|i| {
                    let entry = |j: usize| (0.9 * ((j + 1) * (i + 1)) as f64 + k as f64).cos();
                    (0..d).map(|j| 2.0 * entry(j) / (d as f64).sqrt()).collect()
                })
                .collect(),
        },
    };
    (0..count).map(component).collect()
}

/// The same with the same entry all along each diagonal, as the digits have.
pub fn even_components(d: usize, count: usize, rank: usize) -> Vec<Component> {
    let mut components = components(d, count, rank);
    for component in &mut components {
        if let Covariance::LowRank { diagonal, .. } = &mut component.covariance {
            diagonal.fill(0.2);
        }
    }
    components
}

pub fn process(sampler: Sampler, steps: usize) -> Process {
    Process { horizon: 4.0, stop: 0.02, steps, grid: Grid::Quadratic, sampler }
}

pub fn scene(mixture: Mixture, classifier: Classifier, sampler: Sampler, particles: usize) -> Scene {
    let lanes = vec![
        LaneOf { gamma: 2.0, tested: true, weighted: false },
        LaneOf { gamma: 2.0, tested: false, weighted: false },
        LaneOf { gamma: 0.0, tested: false, weighted: false },
    ];
    let process = process(sampler, 40);
    Scene { mixture: Arc::new(mixture), process, classifier, lanes, targets: vec![0, 1, 2], particles, seed: 7 }
}

/// What a step does to a particle, in f64.
pub fn stepped(scene: &Scene, lane: LaneOf, place: usize, [now, then]: [f64; 2], x: &[f64], z: &[f64]) -> Vec<f64> {
    let classifier = if lane.tested { scene.classifier } else { Classifier::EXACT };
    let score = |t: f64, x: &[f64]| -> Vec<f64> {
        let at = Guide::new(&scene.mixture, &classifier, t).at(x, place);
        at.score.iter().zip(at.tested_guidance).map(|(s, g)| s + lane.gamma * g).collect()
    };
    let step = scene.process.coefficients(now, then);
    let s = score(now, x);
    let next: Vec<f64> = (0..x.len()).map(|j| step.keep * x[j] + step.drift * s[j] + step.noise * z[j]).collect();
    if step.corrector == 0.0 {
        return next;
    }
    let ahead = score(then, &next);
    (0..x.len()).map(|j| x[j] + step.corrector * (x[j] + s[j] + next[j] + ahead[j])).collect()
}

/// The noise of a particle at a step, from its definition.
pub fn noise_of(particle: u32, step: u32, stream: u32, seed: u32, d: usize) -> Vec<f64> {
    (0..d.div_ceil(4) as u32)
        .flat_map(|group| {
            let [a, b, c, e] = philox([particle, step, stream, 2 + group], [seed, KEY]);
            [box_muller(a, b), box_muller(c, e)].concat()
        })
        .take(d)
        .map(f64::from)
        .collect()
}
