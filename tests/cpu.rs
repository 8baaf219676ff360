//! The CPU engine against the definitions.

mod common;

use std::collections::BTreeSet;

use common::{scenes, suite};
use guidance_lab::cpu::CpuEngine;
use guidance_lab::engine::Engine;
use guidance_lab::model::{Sampler, State};

macro_rules! suite {
    ($($name:ident),* $(,)?) => {
        $(
            #[test]
            fn $name() {
                suite::$name(&mut CpuEngine::new());
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

/// What a second driver is asked has every part of a state's name that the first one is asked, in fewer states.
#[test]
fn pairs_of_parts_have_every_part() {
    let mut states = suite::states();
    let parts = |states: &[(String, State)]| -> BTreeSet<String> {
        states.iter().flat_map(|(name, _)| name.split(", ").map(str::to_owned)).collect()
    };
    let (all, count) = (parts(&states), states.len());
    suite::keep_pairs_of_parts(&mut states);
    println!("{} of {count} states", states.len());
    assert_eq!(parts(&states), all);
    assert!(2 * states.len() < count);
}

/// The bits of a run: a change moves every particle of every shared link. Only a rounding of the
/// platform's own f64 `exp` in the coefficients could differ elsewhere.
#[test]
fn runs_are_stable() {
    for (mixture, expected) in [(scenes::two_classes_1d(), STABLE[0]), (scenes::four_components_2d(), STABLE[1])] {
        let mut engine = CpuEngine::new();
        let state = scenes::state(mixture, Sampler::Exponential, 40, 100_000);
        engine.set_scene(&suite::scene(&state)).expect("the scene");
        engine.advance(40);
        let samples = pollster::block_on(engine.samples(0)).expect("the engine");
        let hash = samples.iter().fold(0_u32, |hash, x| (hash ^ x.to_bits()).wrapping_mul(16_777_619));
        assert_eq!(hash, expected);
    }
}

/// Found natively with AVX2 and in WebAssembly alike.
const STABLE: [u32; 2] = [3_973_299_378, 3_288_129_617];
