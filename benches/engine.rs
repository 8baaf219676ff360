//! Speed of the engines: particle steps per second, the cost of an observation, and the GPU engine
//! on whatever adapter there is against the CPU engine on one core. The last line is JSON.
//!
//! `cargo bench --bench engine`; docs/performance.md explains the scenes and the figures. `-- kinds` is what the kinds of
//! classifiers cost alone, `-- training` the training of a network, `-- gpu` the comparison of the engines.

#[path = "../tests/common/scenes.rs"]
mod scenes;

use std::time::Instant;

use guidance_lab::cpu::CpuEngine;
use guidance_lab::engine::{Engine, Scene};
use guidance_lab::gpu::many::ManyKernels;
use guidance_lab::gpu::{GpuDevice, GpuEngine, ManySources};
use guidance_lab::learn::train;
use guidance_lab::many::{self, GpuRun, LaneOf, Run, decode};
use guidance_lab::model::{
    BlindInput, Classifier, Component, Grid, Lane, Mixture, Process, Recipe, Sampler, WiggleForm,
};
use pollster::block_on;
use serde_json::{Value, json};

/// Timings of each figure; the fastest and the median are printed.
const RUNS: usize = 9;
/// Steps of a timing.
const STEPS: usize = 40;

fn scene(mixture: Vec<Component>, classifier: Classifier, particles: usize, lanes: usize) -> Scene {
    let mut state = scenes::state(mixture, Sampler::Exponential, STEPS, particles);
    state.classifier = classifier;
    state.compare = [Lane::Exact, Lane::Unguided, Lane::Conditional][..lanes - 1].to_vec();
    Scene::new(&state).expect("the benchmark's scenes are valid")
}

/// The fastest and the median of `runs` timings, in seconds.
fn time(runs: usize, mut work: impl FnMut()) -> [f64; 2] {
    let mut seconds: Vec<f64> = (0..runs)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed().as_secs_f64()
        })
        .collect();
    seconds.sort_by(f64::total_cmp);
    [seconds[0], seconds[runs / 2]]
}

/// Million particle steps per second.
fn rate(particles: usize, lanes: usize, seconds: f64) -> f64 {
    (particles * STEPS * lanes) as f64 / seconds / 1e6
}

/// Speed of the CPU engine on a scene, and the time of an observation.
fn cpu(name: &str, scene: &Scene) -> Value {
    let mut engine = CpuEngine::new();
    engine.set_scene(scene).expect("the CPU engine takes every scene");
    let (particles, lanes) = (scene.particles, scene.lanes.len());
    let speeds = time(RUNS, || {
        engine.restart();
        engine.advance(STEPS);
    })
    .map(|seconds| rate(particles, lanes, seconds));
    let [observe, _] = time(RUNS, || drop(block_on(engine.observe(usize::MAX)).expect("there is a scene")));
    println!(
        "cpu  {name:<28} {:>7.1} (median {:>6.1}) M particle-steps/s, observation {:.2} ms",
        speeds[0],
        speeds[1],
        observe * 1e3
    );
    json!({ "engine": "cpu", "scene": name, "particles": particles, "lanes": lanes,
            "best": speeds[0], "median": speeds[1], "observe_ms": observe * 1e3 })
}

/// Speed of the GPU engine's step kernel: the time of all steps less the time of none.
fn gpu(name: &str, adapter: &str, engine: &mut GpuEngine, scene: &Scene, cpu_best: f64) -> Value {
    engine.set_scene(scene).expect("the benchmark's scenes fit");
    let (particles, lanes) = (scene.particles, scene.lanes.len());
    let mut run = |steps: usize| {
        time(RUNS, || {
            engine.restart();
            engine.advance(steps);
            drop(block_on(engine.samples(0)).expect("the device is there"));
        })
    };
    run(1);
    let ([none, _], [all, _]) = (run(0), run(STEPS));
    let best = rate(particles, lanes, all - none);
    let [observe, _] = time(RUNS, || drop(block_on(engine.observe(usize::MAX)).expect("the device is there")));
    println!(
        "gpu  {name:<28} {best:>7.1} M particle-steps/s, observation {:.2} ms, {:.3} of the CPU engine",
        observe * 1e3,
        best / cpu_best
    );
    json!({ "engine": "gpu", "adapter": adapter, "scene": name, "particles": particles, "lanes": lanes,
            "best": best, "observe_ms": observe * 1e3, "ratio_to_cpu": best / cpu_best })
}

/// The cost of each kind of classifier as a multiple of that of the exact one, one lane. All are timed in turn, so that
/// what else the machine does meets all alike.
fn kinds(dimension: &str, mixture: &[Component]) -> Value {
    let kinds = [
        ("exact", Classifier::EXACT),
        ("wiggle, probability", scenes::wiggle(WiggleForm::Probability, 32.0, 1.0)),
        ("wiggle, logit", scenes::wiggle(WiggleForm::Logit, 32.0, 1.0)),
        ("tempered", scenes::tempered(2.0, 0.5)),
        ("label-smoothing", scenes::label_smoothing(0.1)),
        ("mistimed", scenes::mistimed(0.3)),
        ("noise-blind", scenes::noise_blind(0.0, BlindInput::Noisy)),
        ("denoised", scenes::denoised(true)),
    ];
    let mut timed: Vec<_> = kinds
        .into_iter()
        .map(|(name, classifier)| {
            let mut engine = CpuEngine::new();
            let scene = scene(mixture.to_vec(), classifier, 16_384, 1);
            engine.set_scene(&scene).expect("the CPU engine takes every scene");
            (name, engine, f64::INFINITY)
        })
        .collect();
    for _ in 0..16 * RUNS {
        for (_, engine, best) in &mut timed {
            let [seconds, _] = time(1, || {
                engine.restart();
                engine.advance(STEPS);
            });
            *best = best.min(seconds);
        }
    }
    let exact = timed[0].2;
    let ratios: Vec<_> =
        timed.iter().map(|(name, _, best)| json!({ "kind": name, "of_exact": best / exact })).collect();
    for (name, _, best) in &timed {
        println!("cpu  {dimension} {name:<20} {:.2} times exact, {:.2} ms", best / exact, best * 1e3);
    }
    json!({ "name": "kinds", "dimension": dimension, "ratios": ratios })
}

/// The same run on every core against one, and against what as many engines reach side by side, each on a thread of its
/// own: they share nothing but the machine.
fn cores(name: &str, scene: &Scene) -> Value {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let pool = |threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads can be had");
    let started = || {
        let mut engine = CpuEngine::new();
        engine.set_scene(scene).expect("the CPU engine takes every scene");
        engine
    };
    let run = |engine: &mut CpuEngine| {
        engine.restart();
        engine.advance(STEPS);
    };
    let (one, all) = (pool(1), pool(threads));
    let mut engine = started();
    let mut engines: Vec<_> = (0..threads).map(|_| (started(), pool(1))).collect();
    // In turn, so that what else the machine does meets all alike.
    let [mut alone, mut together, mut apart] = [f64::INFINITY; 3];
    for _ in 0..RUNS {
        alone = alone.min(time(1, || one.install(|| run(&mut engine)))[0]);
        together = together.min(time(1, || all.install(|| run(&mut engine)))[0]);
        let side_by_side = || {
            std::thread::scope(|scope| {
                for (engine, one) in &mut engines {
                    scope.spawn(move || one.install(|| run(engine)));
                }
            });
        };
        apart = apart.min(time(1, side_by_side)[0] / threads as f64);
    }
    let rates = [alone, together].map(|seconds| rate(scene.particles, scene.lanes.len(), seconds));
    println!(
        "cores  {name:<28} {:>7.1} M particle-steps/s on {threads} threads, {:.2} of one; engines side by side {:.2}",
        rates[1],
        alone / together,
        alone / apart
    );
    json!({ "engine": "cores", "scene": name, "threads": threads, "one": rates[0], "all": rates[1],
            "speedup": alone / together, "side_by_side": alone / apart })
}

/// 1,000 particles of the mixture `digits` (196 dimensions, 50 components, 16 directions).
fn digits_scene() -> many::Scene {
    let mixture = decode(include_bytes!("../www/gallery/data/digits.bin")).expect("the mixture is whole");
    let process =
        Process { horizon: 6.0, stop: 0.002, steps: STEPS, grid: Grid::Quadratic, sampler: Sampler::Exponential };
    many::Scene {
        mixture: mixture.into(),
        process,
        classifier: Classifier::EXACT,
        lanes: vec![LaneOf { gamma: 2.0, tested: false, weighted: false }],
        targets: (0..10).collect(),
        particles: 1000,
        seed: 1,
    }
}

/// One step of them on one thread; `benches/peers/digits.py` does the same with `NumPy` and `PyTorch`.
fn digits() -> Value {
    let scene = digits_scene();
    let one_thread = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
    let [best, median] = time(RUNS, || {
        let mut run = Run::new(scene.clone()).expect("the scene is valid");
        one_thread.install(|| run.advance(STEPS));
    })
    .map(|seconds| 1e3 * seconds / STEPS as f64);
    println!("cpu  digits, 1,000 particles: {best:.1} ms a step (median {median:.1})");
    json!({ "name": "digits", "best": best, "median": median })
}

/// The same on a device: the time of all steps less that of none, which is the start and the way back.
fn digits_on_gpu(gpu: &GpuDevice, cpu_best: f64) -> Value {
    let scene = digits_scene();
    let kernels = ManyKernels::new(gpu, &ManySources::default());
    let run = |steps: usize| {
        let mut run = GpuRun::new(scene.clone(), &kernels).expect("the scene is valid");
        run.advance(steps);
        block_on(run.positions(0)).expect("the device is there");
    };
    // The kernels are compiled when they are first used.
    run(1);
    let [[none, _], [all, median]] = [0, STEPS].map(|steps| time(RUNS, || run(steps)));
    let [best, median] = [all, median].map(|seconds| 1e3 * (seconds - none) / STEPS as f64);
    println!(
        "gpu  digits, 1,000 particles: {best:.1} ms a step (median {median:.1}), {:.3} of the CPU engine",
        cpu_best / best
    );
    json!({ "name": "digits on the GPU", "best": best, "median": median, "ratio_to_cpu": cpu_best / best })
}

/// Steps a second of the default network on four components in 2D, with the looks at its KL.
fn training() -> Value {
    const STEPS: usize = 2000;
    let recipe = Recipe { steps: STEPS, ..Recipe::default() };
    let mixture = Mixture::new(&scenes::four_components_2d());
    let [best, median] = time(3, || {
        train(&recipe, &mixture, |_| {}).expect("it has two classes");
    })
    .map(|seconds| STEPS as f64 / seconds);
    println!("cpu  training: {best:.0} steps/s (median {median:.0})");
    json!({ "name": "training", "best": best, "median": median })
}

fn main() {
    let mut rows = Vec::new();
    // One core, but for `cores`.
    rayon::ThreadPoolBuilder::new().num_threads(1).build_global().expect("nothing has run yet");
    let asked = |name: &str| std::env::args().any(|argument| argument == name);
    if asked("kinds") {
        for (dimension, mixture) in [
            ("1d", scenes::two_classes_1d()),
            ("2d", scenes::four_components_2d()),
            ("1d, 16 of 8 classes", scenes::sixteen_components(1, 8)),
            ("2d, 16 of 8 classes", scenes::sixteen_components(2, 8)),
        ] {
            rows.push(kinds(dimension, &mixture));
        }
        println!("{}", json!({ "rows": rows }));
        return;
    }
    if asked("training") {
        println!("{}", json!({ "rows": [training()] }));
        return;
    }
    let gpu_only = asked("gpu");
    let mixtures = [("1d", scenes::two_classes_1d()), ("2d", scenes::four_components_2d())];
    for (dimension, mixture) in mixtures.iter().filter(|_| !gpu_only) {
        for lanes in 1..=4 {
            let scene = scene(mixture.clone(), Classifier::EXACT, 100_000, lanes);
            rows.push(cpu(&format!("{dimension} exact, {lanes} lanes"), &scene));
        }
        rows.push(kinds(dimension, mixture));
    }
    for dimension in [1, 2].into_iter().filter(|_| !gpu_only) {
        let scene = scene(scenes::sixteen_components(dimension, 8), Classifier::EXACT, 100_000, 1);
        rows.push(cpu(&format!("{dimension}d sixteen components"), &scene));
    }
    for dimension in [1, 2].into_iter().filter(|_| !gpu_only) {
        let scene = scene(scenes::sixteen_components(dimension, 8), scenes::tempered(2.0, 0.5), 100_000, 1);
        rows.push(cpu(&format!("{dimension}d sixteen components, tempered"), &scene));
    }

    for (dimension, mixture) in mixtures.iter().filter(|_| !gpu_only) {
        for particles in [100_000, 1_000_000] {
            let scene = scene(mixture.clone(), Classifier::EXACT, particles, 1);
            rows.push(cores(&format!("{dimension} exact, {particles} particles"), &scene));
        }
    }

    let (mut engine, adapter) = match block_on(GpuEngine::request(true)) {
        Ok(found) => found,
        Err(error) => {
            println!("gpu  none: {}", error.message);
            if !gpu_only {
                rows.push(digits());
            }
            println!("{}", json!({ "rows": rows }));
            return;
        }
    };
    println!("gpu  {}", adapter.name);
    let row = digits();
    let best = row["best"].as_f64().expect("a number");
    rows.extend([row, digits_on_gpu(engine.device(), best)]);
    for (dimension, mixture) in &mixtures {
        for particles in [100_000, 1_000_000] {
            let scene = scene(mixture.clone(), Classifier::EXACT, particles, 1);
            let name = format!("{dimension} exact, {particles} particles");
            let row = cpu(&name, &scene);
            let best = row["best"].as_f64().expect("a number");
            rows.push(row);
            rows.push(gpu(&name, &adapter.name, &mut engine, &scene, best));
        }
    }
    println!("{}", json!({ "rows": rows }));
}
