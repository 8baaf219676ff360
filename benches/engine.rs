//! Speed of the engines: particle steps per second on one thread, the cost of an observation, and
//! the GPU engine on whatever adapter there is against the CPU engine. `cargo bench --bench engine`.

#[path = "../tests/common/scenes.rs"]
mod scenes;

use std::time::Instant;

use guidance_lab::cpu::CpuEngine;
use guidance_lab::engine::{Engine, Scene};
use guidance_lab::model::{Component, Lane, Sampler};

const RUNS: usize = 9;

fn scene(mixture: Vec<Component>, particles: usize, lanes: &[Lane], steps: usize) -> Scene {
    let mut state = scenes::state(mixture, Sampler::Exponential, steps, particles);
    state.compare = lanes.to_vec();
    Scene::new(&state).expect("the benchmark's scenes are valid")
}

/// The fastest and the median of several timings, in seconds.
fn time(mut work: impl FnMut()) -> (f64, f64) {
    let mut seconds: Vec<f64> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed().as_secs_f64()
        })
        .collect();
    seconds.sort_by(f64::total_cmp);
    (seconds[0], seconds[RUNS / 2])
}

fn main() {
    let steps = 40;
    for (name, mixture) in [("1d", scenes::two_classes_1d()), ("2d", scenes::four_components_2d())] {
        for lanes in 0..4 {
            let others = [Lane::Exact, Lane::Unguided, Lane::Conditional];
            let particles = 100_000;
            let mut engine = CpuEngine::new();
            engine.set_scene(&scene(mixture.clone(), particles, &others[..lanes], steps)).expect("CPU");
            let (best, median) = time(|| {
                engine.restart();
                engine.advance(steps);
            });
            let rate = |seconds: f64| (particles * steps * (lanes + 1)) as f64 / seconds / 1e6;
            println!(
                "cpu {name} lanes {}: best {:.1} median {:.1} M particle-steps/s",
                lanes + 1,
                rate(best),
                rate(median)
            );
            let (best, _) = time(|| {
                pollster::block_on(engine.observe(usize::MAX)).expect("CPU");
            });
            println!("  observe {:.3} ms", best * 1e3);
        }
    }
}
