//! Guidance Lab: Gaussian-mixture diffusion with classifier guidance, where everything has a closed form.
//!
//! Imports point one way: `web → metrics → engine → cpu, gpu → num, model`, and `metrics`, `engine`
//! and `web` use `reference → model`. `cpu` and `gpu` never import each other; of `engine` they take
//! the contract (trait, scene, observation) that they implement. `sweep` measures on top of them all.
//! Nothing imports `web`; everything may import `words`, which imports nothing.
//! `tests/imports.rs` checks it.

pub mod cpu;
pub mod engine;
pub mod gpu;
pub mod metrics;
pub mod model;
pub use guidance_lab_kernels::num;
pub mod reference;
pub mod sweep;
#[cfg(any(target_arch = "wasm32", test))]
pub mod web;
pub mod words;
