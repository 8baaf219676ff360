//! The CPU engine gives the same bits as when `digests.txt` was written: every preset and a few other
//! mixtures, with every sampler, kind of classifier and kind of weight, in all lanes.
//!
//! A change of the numbers that is meant is written down by
//! `cargo test --test digests -- --ignored write_the_table`, and the diff of the table says which rows moved.
//! The table holds natively on x86-64; elsewhere only the platform's own f64 `exp` could differ, in the
//! coefficients.

mod common;

use std::collections::BTreeMap;
use std::fmt::Write;

use common::{scenes, suite};
use guidance_lab::cpu::CpuEngine;
use guidance_lab::engine::Engine;
use guidance_lab::learn::train;
use guidance_lab::model::{
    BlindInput, Classifier, Component, Hidden, Lane, Learned, Recipe, Sampler, State, WiggleForm, presets,
};
use pollster::block_on;

const TABLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/digests.txt");

/// FNV-1a in 64 bits (Fowler, Noll and Vo).
struct Fnv(u64);

impl Fnv {
    fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
}

/// Particles that the CPU engine adds up in f32 together, and how many of them side by side.
const BLOCK: usize = 256;
const WIDTH: usize = 16;

/// Sums of positions and their products, each block as seen from 0. They hold no more than the positions do: the
/// rows of the table had them before the engine saw its blocks from a particle.
fn moments(samples: &[f32], dimension: usize) -> [f64; 5] {
    let mut all = [0.0; 5];
    for block in samples.chunks(BLOCK * dimension) {
        let mut partial = [[0.0_f32; WIDTH]; 5];
        for (i, x) in block.chunks_exact(dimension).enumerate() {
            let [x, y] = [x[0], if dimension == 2 { x[1] } else { 0.0 }];
            if x.is_finite() && y.is_finite() {
                for (sum, value) in partial.iter_mut().zip([x, y, x * x, x * y, y * y]) {
                    sum[i % WIDTH] += value;
                }
            }
        }
        for (sum, parts) in all.iter_mut().zip(&partial) {
            *sum += parts.iter().map(|&part| f64::from(part)).sum::<f64>();
        }
    }
    all
}

/// The bits of a short run: positions of all lanes, tracked paths, bins and sums.
fn digest(state: &State) -> u64 {
    let scene = suite::scene(state);
    let mut engine = CpuEngine::new();
    engine.set_scene(&scene).expect("the CPU engine takes every scene");
    engine.advance(scene.steps());
    let mut hash = Fnv(0xcbf2_9ce4_8422_2325);
    let mut of_positions = Vec::new();
    for lane in 0..scene.lanes.len() {
        let samples = block_on(engine.samples(lane)).expect("the lane is there");
        of_positions.push(moments(&samples, scene.dimension));
        for x in samples {
            hash.add(&x.to_bits().to_le_bytes());
        }
    }
    let observation = block_on(engine.observe(0)).expect("there is a scene");
    for x in observation.paths {
        hash.add(&x.to_bits().to_le_bytes());
    }
    for (lane, of_positions) in observation.lanes.into_iter().zip(of_positions) {
        for count in lane.bins.iter().chain([&lane.outside]) {
            hash.add(&count.to_le_bytes());
        }
        let sums = lane.sums;
        for count in [sums.count, sums.non_finite, sums.improved] {
            hash.add(&count.to_le_bytes());
        }
        let moments = [sums.reciprocal, sums.reciprocal_squared, sums.log_probability, sums.log_probability_squared];
        for x in moments.iter().chain(&of_positions) {
            hash.add(&x.to_bits().to_le_bytes());
        }
    }
    hash.0
}

/// The mixtures by name: those of the presets, and what no preset has.
fn mixtures() -> Vec<(String, Vec<Component>)> {
    let component = scenes::component;
    let mut found: Vec<_> =
        presets().into_iter().map(|preset| (preset.name.to_owned(), preset.state.mixture)).collect();
    let others = [
        ("one-class-1d", vec![component(0.3, &[-0.5], &[&[0.4]], 1), component(0.7, &[1.0], &[&[0.2]], 1)]),
        (
            "four-classes-1d",
            vec![
                component(0.2, &[-1.5], &[&[0.3]], 2),
                component(0.3, &[0.4], &[&[0.2]], 1),
                component(0.1, &[1.0], &[&[0.6]], 0),
                component(0.25, &[2.0], &[&[0.1]], 3),
                component(0.15, &[-0.4], &[&[0.15]], 2),
            ],
        ),
        ("sixteen-1d", scenes::sixteen_components(1, 8)),
        ("four-2d", scenes::four_components_2d()),
        ("sixteen-2d", scenes::sixteen_components(2, 5)),
    ];
    found.extend(others.map(|(name, mixture)| (name.to_owned(), mixture)));
    found
}

const SAMPLERS: [(&str, Sampler); 7] = [
    ("exponential", Sampler::Exponential),
    ("ddpm", Sampler::Ddpm),
    ("euler-maruyama", Sampler::EulerMaruyama),
    ("ode-exponential", Sampler::OdeExponential),
    ("ddim", Sampler::Ddim),
    ("heun", Sampler::Heun),
    ("cfg++", Sampler::CfgPlusPlus),
];

/// A kind for each loop of the kernels.
fn classifiers() -> Vec<(&'static str, Classifier)> {
    vec![
        ("exact", Classifier::EXACT),
        ("probability", scenes::wiggle(WiggleForm::Probability, 24.0, 2.0)),
        ("logit", scenes::wiggle(WiggleForm::Logit, 16.0, 6.0)),
        ("tempered", scenes::tempered(1.6, 0.5)),
        ("mistimed", scenes::mistimed(0.3)),
        ("label-smoothing", scenes::label_smoothing(0.2)),
        ("noise-blind", scenes::noise_blind(0.1, BlindInput::Noisy)),
        ("noise-blind-rescaled", scenes::noise_blind(0.5, BlindInput::Rescaled)),
        ("denoised", scenes::denoised(true)),
    ]
}

/// Every run by its name.
fn runs() -> Vec<(String, State)> {
    let mut runs = Vec::new();
    for (mixture_name, mixture) in mixtures() {
        for (sampler_name, sampler) in SAMPLERS {
            for (kind, classifier) in classifiers() {
                for (weight, adaptive, interval) in
                    [("constant", 0.0, None), ("adaptive", 1.5, None), ("interval", 0.0, Some([0.3, 2.0]))]
                {
                    let mut state = scenes::state(mixture.clone(), sampler, 12, 300);
                    state.classifier = classifier;
                    state.guidance.gamma = 2.5;
                    state.guidance.adaptive = adaptive;
                    if let Some([from, to]) = interval {
                        (state.guidance.from, state.guidance.to) = (from, to);
                    }
                    state.compare = vec![Lane::Exact, Lane::Unguided, Lane::Conditional];
                    if weight != "adaptive" || sampler != Sampler::CfgPlusPlus {
                        runs.push((format!("{mixture_name} {sampler_name} {kind} {weight}"), state.clone()));
                    }
                    if weight == "constant" && matches!(sampler, Sampler::Ddpm | Sampler::Heun) {
                        for (rule, state) in suite::ruled(&state) {
                            runs.push((
                                format!("{mixture_name} {sampler_name} {kind} {}", rule.replace(' ', "-")),
                                state,
                            ));
                        }
                    }
                }
            }
        }
    }
    // Wrong scores, with a kind for each loop.
    let with_scores = ["wiggle", "four-classes-1d", "four-2d", "one-class-1d"];
    for (mixture_name, mixture) in mixtures().into_iter().filter(|(name, _)| with_scores.contains(&name.as_str())) {
        for (score_name, score, guide) in scenes::scores(mixture[0].mean.len()) {
            for (kind, classifier) in classifiers() {
                for (sampler_name, sampler) in [SAMPLERS[0], SAMPLERS[5]] {
                    let mut state = scenes::state(mixture.clone(), sampler, 12, 300);
                    state.classifier = classifier;
                    state.guidance.gamma = 2.5;
                    state.guidance.guide = guide;
                    state.score = score.clone();
                    runs.push((format!("{mixture_name} {sampler_name} {kind} {score_name}"), state));
                }
            }
        }
    }
    // A network that is trained here: its bits too.
    for (mixture_name, mixture) in mixtures().into_iter().filter(|(name, _)| ["wiggle", "four-2d"].contains(&&**name)) {
        for (weight, adaptive) in [("constant", 0.0), ("adaptive", 1.5)] {
            let recipe = Recipe { hidden: Hidden::new(&[12, 9]), steps: 30, batch: 64, ..Recipe::default() };
            let mut state = scenes::state(mixture.clone(), Sampler::Exponential, 12, 300);
            train(&recipe, &state.mixture(), |_| ()).expect("it can be learned");
            state.classifier = Classifier::Learned(Learned { recipe });
            state.guidance.adaptive = adaptive;
            state.compare = vec![Lane::Exact, Lane::Unguided, Lane::Conditional];
            runs.push((format!("{mixture_name} exponential learned {weight}"), state.clone()));
            if weight == "constant" {
                for (rule, state) in suite::ruled(&state) {
                    runs.push((format!("{mixture_name} exponential learned {}", rule.replace(' ', "-")), state));
                }
                for (score_name, score, guide) in scenes::scores(mixture[0].mean.len()) {
                    let mut state = State { score, ..state.clone() };
                    state.guidance.guide = guide;
                    runs.push((format!("{mixture_name} exponential learned {score_name}"), state));
                }
            }
        }
    }
    // With weights, in 1D and 2D, few and many enough to be drawn anew.
    let with_weights = ["wiggle", "four-classes-1d", "four-2d", "one-class-1d"];
    for (mixture_name, mixture) in mixtures().into_iter().filter(|(name, _)| with_weights.contains(&name.as_str())) {
        for (sampler_name, sampler) in &SAMPLERS[..3] {
            for gamma in [0.5, 4.0] {
                let mut state = scenes::state(mixture.clone(), *sampler, 12, 300);
                state.guidance.gamma = gamma;
                state.compare = vec![Lane::Conditional, Lane::Corrected];
                runs.push((format!("{mixture_name} {sampler_name} corrected {gamma}"), state));
            }
        }
    }
    runs
}

#[test]
fn the_bits_are_those_of_the_table() {
    let text = std::fs::read_to_string(TABLE).expect("the table is there");
    let mut table: BTreeMap<&str, &str> =
        text.lines().map(|line| line.rsplit_once(' ').expect("a name and a digest")).collect();
    let mut wrong = String::new();
    for (name, state) in runs() {
        let found = format!("{:016x}", digest(&state));
        match table.remove(name.as_str()) {
            Some(expected) if expected == found => {}
            expected => writeln!(wrong, "{name}: {found} instead of {expected:?}").expect("a string takes all"),
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(table.is_empty(), "rows without a run: {:?}", table.keys());
}

/// Writes the table anew. Not a test: run it by name when the numbers are meant to change.
#[test]
#[ignore = "writes tests/digests.txt"]
fn write_the_table() {
    let mut text = String::new();
    for (name, state) in runs() {
        writeln!(text, "{name} {:016x}", digest(&state)).expect("a string takes all");
    }
    std::fs::write(TABLE, text).expect("the table can be written");
}
