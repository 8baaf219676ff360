//! The GPU engine against the definitions, on whatever driver the environment gives
//! (`VK_DRIVER_FILES`); without an adapter every test fails.

mod common;

use std::sync::OnceLock;
use std::time::Instant;

use common::mutations::MUTATIONS;
use common::{scenes, suite};
use guidance_lab::engine::Engine;
use guidance_lab::gpu::{GpuDevice, GpuEngine, Sources};
use guidance_lab::model::{Activation, Classifier, LabErrorCode, Lane, Sampler, WiggleForm};
use guidance_lab::select::{Backend, Preference, choose};
use pollster::block_on;

fn device() -> GpuDevice {
    let (device, adapter) = block_on(GpuDevice::request(true)).expect("these tests need a Vulkan driver");
    println!("adapter: {} (software: {})", adapter.name, adapter.is_fallback);
    device
}

macro_rules! suite {
    ($($name:ident),* $(,)?) => {
        $(
            #[test]
            fn $name() {
                suite::$name(&mut GpuEngine::new(&device()));
            }
        )*
    };
}

suite!(
    steps_are_right,
    runs_are_right,
    odd_sizes_are_right,
    normals_have_their_moments,
    time_travel_is_exact,
    lanes_share_their_noise,
    classifiers_go_by_their_own_mixtures,
    kinds_have_their_moments,
    intervals_and_adaptive_weights,
    observations_are_right,
    covariances_keep_their_digits,
    reciprocal_is_a_martingale,
    measurements_are_right,
    rules_have_their_laws,
    denoised_samples_follow_their_law,
    lost_particles_are_counted,
    no_scene_is_an_error,
    later_weights_guide,
);

/// A wrong kernel must fail the comparison with the oracle: each of these texts is changed in the
/// WGSL, and the step's error must grow far beyond the tolerance.
#[test]
fn a_wrong_kernel_is_noticed() {
    let mut states = Vec::new();
    for sampler in [Sampler::Exponential, Sampler::Heun] {
        states.push(scenes::state(scenes::four_components_2d(), sampler, 64, 256));
        let mut state = scenes::state(scenes::sixteen_components(2, 3)[..5].to_vec(), sampler, 64, 256);
        state.classifier = scenes::tempered(1.6, 0.5);
        states.push(suite::weighted(&state));
        states.push(state);
    }
    for sampler in [Sampler::Exponential, Sampler::Heun] {
        for classifier in
            [scenes::mistimed(0.4), scenes::mistimed(-0.3), scenes::label_smoothing(0.3), scenes::denoised(true)]
        {
            let mut state = scenes::state(scenes::sixteen_components(2, 3)[..5].to_vec(), sampler, 64, 256);
            state.classifier = classifier;
            states.push(suite::weighted(&state));
            states.push(state);
        }
    }
    for (activation, features) in
        [(Activation::Tanh, 5), (Activation::Softplus, 0), (Activation::Relu, 0), (Activation::Sine, 2)]
    {
        let mixture = scenes::sixteen_components(2, 3)[..5].to_vec();
        let mut state = scenes::state(mixture.clone(), Sampler::Exponential, 64, 256);
        state.classifier = scenes::learned(&mixture, activation, features);
        states.push(suite::weighted(&state));
        states.push(state);
    }
    for (_, score, guide) in scenes::scores(2) {
        for classifier in [Classifier::EXACT, scenes::tempered(1.6, 0.5)] {
            let mut state =
                scenes::state(scenes::sixteen_components(2, 3)[..5].to_vec(), Sampler::Exponential, 64, 256);
            (state.classifier, state.score, state.guidance.guide) = (classifier, score.clone(), guide);
            states.push(state);
        }
    }
    for form in [WiggleForm::Probability, WiggleForm::Logit] {
        for sampler in [Sampler::Exponential, Sampler::Heun] {
            let mut state = scenes::state(scenes::four_components_2d(), sampler, 64, 256);
            state.classifier = scenes::wiggle(form, 4.0, 2.0);
            states.push(suite::weighted(&state));
            states.push(state);
        }
    }
    for sampler in [Sampler::Exponential, Sampler::Heun] {
        let mut state = scenes::state(scenes::four_components_2d(), sampler, 64, 256);
        state.classifier = scenes::tempered(1.6, 0.5);
        states.extend(suite::ruled(&state).into_iter().map(|(_, state)| state));
    }
    // One device: NVIDIA's driver gives no more of them to a process that has asked for some tens.
    let device = device();
    let errors = |sources: &Sources| {
        let mut engine = GpuEngine::new(&device.with_kernels(sources));
        states.iter().map(move |state| suite::step_errors(&mut engine, state).max())
    };
    let right = errors(&Sources::default()).fold(0.0, f64::max);
    assert!(right < suite::STEP_MAX, "{right:.1e}");
    for (from, to) in MUTATIONS {
        let sources = Sources::default().mutated(from, to).expect("the text stands in a shader");
        // The first state that notices is enough.
        let noticed = errors(&sources).find(|&wrong| wrong > 20.0 * suite::STEP_MAX);
        println!("{from} -> {to}: {noticed:.1?}");
        assert!(noticed.is_some(), "not noticed: {from} -> {to}");
    }
}

/// The lane whose particles have weights is refused in words; the next scene runs.
#[test]
fn a_lane_with_weights_is_refused() {
    let mut engine = GpuEngine::new(&device());
    let mut state = scenes::state(scenes::two_classes_1d(), Sampler::Exponential, 8, 100);
    state.compare = vec![Lane::Corrected];
    let error = engine.set_scene(&suite::scene(&state)).expect_err("the CPU engine alone has weights");
    assert_eq!((error.code, error.path.as_str()), (LabErrorCode::Unsupported, "compare"));
    assert!(error.message.contains("CPU engine"), "{}", error.message);
    state.compare.clear();
    engine.set_scene(&suite::scene(&state)).expect("the scene");
}

/// A lost device gives an error with words, not a panic; a new device works.
#[test]
fn a_lost_device_is_reported() {
    let device = device();
    let mut engine = GpuEngine::new(&device);
    let state = scenes::state(scenes::two_classes_1d(), Sampler::Exponential, 8, 100);
    engine.set_scene(&suite::scene(&state)).expect("the scene");
    engine.advance(4);
    assert!(!engine.lost());
    device.destroy();
    engine.advance(1);
    let error = block_on(engine.observe(0)).expect_err("the device is gone");
    assert_eq!(error.code, LabErrorCode::Engine);
    assert!(error.message.contains("destroyed"), "{}", error.message);
    assert!(engine.lost());
    engine.set_scene(&suite::scene(&state)).expect_err("the device is gone");

    let mut next = GpuEngine::new(&self::device());
    next.set_scene(&suite::scene(&state)).expect("the scene");
    block_on(next.observe(0)).expect("a new device works");
}

/// Two engines on one device do not disturb each other; scenes may grow and shrink.
#[test]
fn engines_share_a_device() {
    let device = device();
    let (mut one, mut two) = (GpuEngine::new(&device), GpuEngine::new(&device));
    let small = suite::scene(&scenes::state(scenes::two_classes_1d(), Sampler::Exponential, 8, 100));
    let mut state = scenes::state(scenes::four_components_2d(), Sampler::Heun, 32, 5000);
    state.compare = vec![Lane::Exact, Lane::Unguided, Lane::Conditional];
    let large = suite::scene(&state);
    let alone = |scene| {
        let mut engine = GpuEngine::new(&device);
        engine.set_scene(scene).expect("the scene");
        engine.advance(8);
        block_on(engine.observe(0)).expect("the engine")
    };
    let (small_alone, large_alone) = (alone(&small), alone(&large));
    for _ in 0..2 {
        one.set_scene(&small).expect("the scene");
        two.set_scene(&large).expect("the scene");
        for _ in 0..8 {
            one.advance(1);
            two.advance(1);
        }
        assert_eq!(block_on(one.observe(0)).expect("the engine"), small_alone);
        assert_eq!(block_on(two.observe(0)).expect("the engine"), large_alone);
        std::mem::swap(&mut one, &mut two);
    }
}

/// Milliseconds from a steady clock.
fn now() -> f64 {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_secs_f64() * 1e3
}

/// On the software adapter of these tests `auto` takes the CPU and says why; `webgpu` obeys.
#[test]
fn the_choice_is_explained() {
    let software = block_on(GpuDevice::request(true)).expect("a Vulkan driver").1.is_fallback;
    let (mut engine, info) = block_on(choose(Preference::Webgpu, true, now));
    println!("{info:?}");
    assert_eq!(info.backend, Backend::Webgpu);
    assert!(info.reason.contains("asked for") && info.reason.contains("ms"), "{}", info.reason);
    let state = scenes::state(scenes::two_classes_1d(), Sampler::Exponential, 8, 100);
    engine.set_scene(&suite::scene(&state)).expect("the scene");
    engine.advance(8);
    assert_eq!(block_on(engine.observe(0)).expect("the engine").step, 8);

    let (_, info) = block_on(choose(Preference::Auto, true, now));
    println!("{info:?}");
    if software {
        assert!(info.backend == Backend::Cpu && info.reason.contains("runs on the CPU"));
    }
}
