//! Guidance Lab: Gaussian-mixture diffusion with classifier guidance, where everything has a closed form.
//!
//! Imports point one way: `web → metrics → engine → cpu, gpu → num, model`, and `metrics`, `engine`
//! and `web` use `reference → model`. `cpu` and `gpu` never import each other; of `engine` they take
//! the contract (trait, scene, observation) that they implement. `sweep` measures on top of them all.
//! `fit` makes a mixture of points with the chance of `random`. Nothing imports `web`.
//! `tests/imports.rs` checks it.

pub mod cpu;
pub mod engine;
pub mod fit;
pub mod gpu;
pub mod metrics;
pub mod model;
pub use guidance_lab_kernels::num;
pub mod random;
pub mod reference;
pub mod sweep;
#[cfg(target_arch = "wasm32")]
pub mod web;
