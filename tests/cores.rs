//! A run of the CPU engine is the same to the bit on any number of cores, and so is what is counted of it.

mod common;

use common::{scenes, suite};
use guidance_lab::cpu::CpuEngine;
use guidance_lab::engine::{Engine, Observation, Scene};
use guidance_lab::model::{Classifier, Lane, Sampler, State, WiggleForm};
use pollster::block_on;
use rayon::ThreadPoolBuilder;

fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|value| value.to_bits()).collect()
}

/// Positions of every lane and an observation, half way, at the end, and half way once more after a way back.
fn run(scene: &Scene) -> Vec<(Vec<Vec<u32>>, Observation)> {
    let mut engine = CpuEngine::new();
    engine.set_scene(scene).unwrap();
    let half = scene.steps() / 2;
    let mut found = Vec::new();
    let mut look = |engine: &mut CpuEngine| {
        let samples = (0..scene.lanes.len()).map(|lane| bits(&block_on(engine.samples(lane)).unwrap())).collect();
        found.push((samples, block_on(engine.observe(0)).unwrap()));
    };
    engine.advance(half);
    engine.save();
    look(&mut engine);
    engine.advance(usize::MAX - half);
    look(&mut engine);
    assert_eq!(engine.restore(half), half);
    look(&mut engine);
    found
}

/// From a part of a block to dozens of chunks, in 1D and 2D, with and without noise and weights.
fn states() -> Vec<State> {
    let mut states = Vec::new();
    for (mixture, sampler, particles) in [
        (scenes::two_classes_1d(), Sampler::Ddpm, 100),
        (scenes::two_classes_1d(), Sampler::Exponential, 20_001),
        (scenes::four_components_2d(), Sampler::Heun, 9_000),
        (scenes::four_components_2d(), Sampler::EulerMaruyama, 60_000),
    ] {
        let mut state = scenes::state(mixture, sampler, 12, particles);
        state.classifier = scenes::wiggle(WiggleForm::Logit, 16.0, 1.0);
        state.compare = vec![Lane::Exact, Lane::Conditional];
        states.push(state);
    }
    let mut weighted = scenes::state(scenes::two_classes_1d(), Sampler::Exponential, 12, 20_001);
    weighted.compare = vec![Lane::Corrected];
    weighted.classifier = Classifier::EXACT;
    states.push(weighted);
    states
}

#[test]
fn any_number_of_cores_gives_the_same() {
    for state in states() {
        let scene = suite::scene(&state);
        let on =
            |threads: usize| ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(|| run(&scene));
        let alone = on(1);
        for threads in [2, 3, 5, 8] {
            assert!(on(threads) == alone, "{threads} threads, {} particles", scene.particles);
        }
    }
}

/// The same run by engines that hold a part each, put together as the page's workers are.
fn parted(scene: &Scene, parts: usize) -> Vec<(Vec<Vec<u32>>, Observation)> {
    let mut engines: Vec<_> = (0..parts)
        .map(|part| {
            let mut engine = CpuEngine::new();
            engine.set_scene(scene).unwrap();
            // The first one had all, as where the others come later.
            if part > 0 {
                engine.share(part, parts);
            }
            engine
        })
        .collect();
    let half = scene.steps() / 2;
    let mut found = Vec::new();
    let mut look = |engines: &mut [CpuEngine]| {
        let samples = (0..scene.lanes.len())
            .map(|lane| engines.iter_mut().flat_map(|engine| bits(&block_on(engine.samples(lane)).unwrap())).collect())
            .collect();
        let (first, others) = engines.split_first_mut().unwrap();
        let mut observation = block_on(first.observe(0)).unwrap();
        for other in others {
            observation.join(&other.count());
        }
        found.push((samples, observation));
    };
    for engine in &mut engines {
        engine.advance(half);
        engine.save();
    }
    engines[0].share(0, parts);
    look(&mut engines);
    for engine in &mut engines {
        engine.advance(usize::MAX - half);
    }
    look(&mut engines);
    for engine in &mut engines {
        assert_eq!(engine.restore(half), half);
    }
    look(&mut engines);
    found
}

/// Also where there are more parts than chunks.
#[test]
fn any_number_of_parts_gives_the_same() {
    for state in states() {
        let scene = suite::scene(&state);
        let whole = run(&scene);
        if state.compare.contains(&Lane::Corrected) {
            let mut engine = CpuEngine::new();
            engine.set_scene(&scene).unwrap();
            engine.share(0, 2);
            let together = block_on(engine.samples(0)).unwrap().len();
            assert_eq!(together, scene.particles, "particles with weights stay together");
            continue;
        }
        for parts in [1, 2, 3, 5, 8] {
            assert!(parted(&scene, parts) == whole, "{parts} parts, {} particles", scene.particles);
        }
    }
}

/// After another start nothing of a run that was changed on the way comes back.
#[test]
fn copies_of_a_run_that_turned_are_not_gone_back_to() {
    let mut state = states().swap_remove(1);
    let scene = suite::scene(&state);
    state.guidance.gamma += 1.0;
    let changed = suite::scene(&state);
    let mut engine = CpuEngine::new();
    engine.set_scene(&scene).unwrap();
    engine.advance(3);
    engine.set_lanes(&changed.lanes);
    engine.advance(3);
    engine.save();
    engine.restart();
    let step = engine.restore(6);
    engine.advance(6 - step);
    let mut fresh = CpuEngine::new();
    fresh.set_scene(&changed).unwrap();
    fresh.advance(6);
    assert!(block_on(engine.observe(6)).unwrap().lanes == block_on(fresh.observe(6)).unwrap().lanes);
}

/// Against sums over the samples themselves: no particle is left out or counted twice where chunks meet.
#[test]
fn chunks_add_up() {
    for state in states() {
        let scene = suite::scene(&state);
        let mut engine = CpuEngine::new();
        engine.set_scene(&scene).unwrap();
        engine.advance(7);
        let observation = block_on(engine.observe(7)).unwrap();
        for (index, lane) in observation.lanes.iter().enumerate() {
            let samples = block_on(engine.samples(index)).unwrap();
            assert_eq!(samples.len(), scene.particles * scene.dimension);
            let binned: u32 = lane.bins.iter().sum();
            assert_eq!(u64::from(binned + lane.outside) + lane.sums.non_finite, scene.particles as u64);
            assert_eq!(lane.sums.count + lane.sums.non_finite, scene.particles as u64);
            let sum: f64 = samples.iter().step_by(scene.dimension).map(|&x| f64::from(x)).sum();
            let size: f64 = samples.iter().map(|&x| f64::from(x).abs()).sum();
            assert!((sum - lane.sums.position[0]).abs() < 1e-6 * size, "{sum} {}", lane.sums.position[0]);
        }
    }
}

/// With a lane that has weights the particles are in one piece: those of the other lanes are the same.
#[test]
fn one_piece_or_many() {
    for (mixture, sampler) in
        [(scenes::two_classes_1d(), Sampler::Exponential), (scenes::four_components_2d(), Sampler::Ddpm)]
    {
        let of = |compare: Lane| {
            let mut state = scenes::state(mixture.clone(), sampler, 6, 20_001);
            state.classifier = scenes::wiggle(WiggleForm::Logit, 16.0, 1.0);
            state.compare = vec![compare];
            let mut engine = CpuEngine::new();
            engine.set_scene(&suite::scene(&state)).unwrap();
            let first = bits(&block_on(engine.samples(0)).unwrap());
            engine.advance(6);
            (first, bits(&block_on(engine.samples(0)).unwrap()))
        };
        assert!(of(Lane::Corrected) == of(Lane::Exact));
    }
}

/// The first chunk of many is the whole of a smaller run: the particles of a seed do not depend on how many there are.
#[test]
fn more_particles_are_the_same_and_more() {
    let of = |particles: usize| {
        let state = scenes::state(scenes::four_components_2d(), Sampler::Ddpm, 5, particles);
        let mut engine = CpuEngine::new();
        engine.set_scene(&suite::scene(&state)).unwrap();
        engine.advance(5);
        bits(&block_on(engine.samples(0)).unwrap())
    };
    let (few, many) = (of(5_000), of(30_000));
    assert_eq!(few, many[..few.len()]);
}
