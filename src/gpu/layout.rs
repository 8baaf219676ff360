//! The structs of `shaders/lib/scene.wgsl`, byte for byte; `tests/shaders.rs` compares the layouts.

use bytemuck::{Pod, Zeroable};

use crate::kernels::{BinScale, Moment};

/// Threads of a workgroup in every kernel.
pub const WORKGROUP: u32 = 64;
/// Particles that one thread of `sums.wgsl` adds up in f32.
pub const PARTICLES_A_THREAD: u32 = 256;
/// Lanes that the uniform `guides` has room for.
pub const MAX_LANES: usize = 4;
/// [`SceneParams::conditional`] without a lane `conditional`.
pub const NO_LANE: u32 = u32::MAX;

/// The uniform `scene`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Pod, Zeroable)]
pub struct SceneParams {
    /// 1 or 2.
    pub dimension: u32,
    /// Particles in a lane.
    pub particles: u32,
    /// Noise groups (one `vec4` each) in a lane.
    pub groups: u32,
    /// Lanes.
    pub lanes: u32,
    /// Terms in the mixture of one time.
    pub terms: u32,
    /// How many of them, the first ones, are of the target class.
    pub target_terms: u32,
    /// The first word of the noise's key.
    pub seed: u32,
    /// Noise groups of a lane in the history of one step.
    pub tracked_groups: u32,
    /// The index of the lane `conditional`, or `NO_LANE`.
    pub conditional: u32,
    /// Threads that sum a lane.
    pub summing_threads: u32,
    /// Classes with components beside the target.
    pub other_classes: u32,
    /// Aligns `bins`.
    pub padding: u32,
    /// The domain.
    pub bins: BinScale,
}

/// The uniform `now`: one entry for each time.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Pod, Zeroable)]
pub struct StepParams {
    /// The step's index, the counter of its noise.
    pub index: u32,
    /// The first term of the mixture at this time.
    pub present_terms: u32,
    /// Where the tracked positions after this step go.
    pub history: u32,
    /// Fills the struct to a multiple of 16 bytes.
    pub padding: u32,
    /// Factor of the present position.
    pub keep: f32,
    /// Factor of the guided score.
    pub drift: f32,
    /// Factor of the normal.
    pub noise: f32,
    /// `h/2` of Heun's corrector, or 0.
    pub corrector: f32,
    /// What each lane needs to know of this time and of the next.
    pub moments: [[Moment; 2]; MAX_LANES],
}

/// What a thread of `sums.wgsl` leaves.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Pod, Zeroable)]
pub struct PartialSums {
    /// Sum of `1/p`.
    pub reciprocal: f32,
    /// Sum of `1/p^2`.
    pub reciprocal_squared: f32,
    /// Sum of `log p`.
    pub log_probability: f32,
    /// Sum of `(log p)^2`.
    pub log_probability_squared: f32,
    /// Sum of `x_1`, as seen from the origin; so are the other sums of positions.
    pub position_x: f32,
    /// Sum of `x_2`.
    pub position_y: f32,
    /// Sum of `x_1^2`.
    pub position_xx: f32,
    /// Sum of `x_1 x_2`.
    pub position_xy: f32,
    /// Sum of `x_2^2`.
    pub position_yy: f32,
    /// Finite particles.
    pub count: u32,
    /// Particles not worse than in lane `conditional`.
    pub improved: u32,
    /// The position from which positions are seen, `x_1`.
    pub origin_x: f32,
    /// `x_2`.
    pub origin_y: f32,
}
