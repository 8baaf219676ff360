//! The CPU engine against the definitions.

mod common;

use common::suite;
use guidance_lab::cpu::CpuEngine;

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
    observations_are_right,
    reciprocal_is_a_martingale,
    lost_particles_are_counted,
    no_scene_is_an_error,
);
