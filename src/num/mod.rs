//! The arithmetic of one particle in f32: twins of `shaders/lib`, file by file, function by
//! function, in the same order of operations.
//!
//! Every function is `inline(always)` and free of branches on data, so that the loops of
//! `crate::cpu` over blocks of particles become vector code, whatever the instruction set. No
//! multiply-add is fused here: the CPU engine gives the same bits with AVX2, with SSE2 and in
//! WebAssembly. A GPU may fuse or reorder; `tests/gpu.rs` bounds what that does.
//!
//! The transcendental functions are our own on both sides because WGSL promises too little (its
//! `sin` may be off by 2^-11 on `[-pi, pi]`, and is by 1.9e-4 on SwiftShader). The polynomials are those
//! of Moshier's Cephes library (single precision: `expf`, `logf`, `sinf`, `cosf`), good to about 2 units in the
//! last place.

mod bins;
mod classifier;
mod exp;
mod log;
mod mixture;
mod normal;
mod philox;
mod posterior;
mod sincos;

pub use bins::BinScale;
pub use classifier::{FORM_EXACT, FORM_LOGIT, FORM_PROBABILITY, Guide, guided_score};
pub use exp::{exp, exp_below_88};
pub use log::log;
pub use mixture::{Side, Split, Term, add_term, first_term, log_ratio, only, split};
pub use normal::{box_muller, normals};
pub use philox::{KEY, STREAM_INITIAL, STREAM_STEP, philox, philox_rows};
pub use posterior::{MAX_LOG_RATIO, log_probability, reciprocal};
pub use sincos::{sincos, sincos_quadrant};
