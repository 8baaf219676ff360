//! The structs of `shaders/lib/many.wgsl`, byte for byte; `tests/shaders.rs` compares the layouts.

use bytemuck::{Pod, Zeroable};

/// Rows of a group.
pub const ROWS: usize = 4;

/// The uniform `many`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Pod, Zeroable)]
pub struct ManyParams {
    /// Groups of four rows.
    pub groups: u32,
    /// `d`.
    pub dimension: u32,
    /// Fours of coordinates.
    pub quads: u32,
    /// Fours of directions.
    pub tiles: u32,
    /// Components.
    pub components: u32,
    /// Classes.
    pub classes: u32,
    /// The first word of the noise's key.
    pub seed: u32,
    /// Fills the struct to a multiple of 16 bytes.
    pub padding: u32,
}

/// The uniform `now`: what is the same for all rows when a score is asked for, or a move.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Pod, Zeroable)]
pub struct ManyNow {
    /// The step's index, the counter of its noise.
    pub index: u32,
    /// What guides, `MANY_EXACT` and so on.
    pub kind: u32,
    /// 1: the pull is added to the force that there is.
    pub adds: u32,
    /// 1: Heun's second half.
    pub turn: u32,
    /// Factor of the present position.
    pub keep: f32,
    /// Factor of the guided score.
    pub drift: f32,
    /// Factor of the normal.
    pub noise: f32,
    /// `h/2` of Heun's corrector, or 0.
    pub corrector: f32,
    /// The kind's numbers.
    pub parameters: [f32; 4],
}

/// A component's small numbers.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Pod, Zeroable)]
pub struct ManyHead {
    /// `log pi - (1/2) log det C`, up to what is the same for all.
    pub log_weight: f32,
    /// The place of its class.
    pub place: u32,
    /// A multiple of 16 bytes.
    pub padding: [u32; 2],
}

/// The uniform `small`.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
pub struct ManyHeads {
    /// `[component]`.
    pub heads: [ManyHead; 64],
    /// `[component][direction]`.
    pub scales: [[f32; 4]; 512],
}

/// Four rows.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Pod, Zeroable)]
pub struct ManyFour {
    /// The particle of each.
    pub particles: [u32; ROWS],
    /// The place of the target class of each.
    pub places: [u32; ROWS],
    /// The guidance scale of each.
    pub gammas: [f32; ROWS],
    /// 1 where the classifier under test guides.
    pub tested: [f32; ROWS],
}

/// Four coordinates of a component.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Pod, Zeroable)]
pub struct ManyQuad {
    /// `m`.
    pub mean: [f32; 4],
    /// `1/E`.
    pub inverse: [f32; 4],
}
