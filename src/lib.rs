//! Guidance Lab: Gaussian-mixture diffusion with classifier guidance, where everything has a closed form.
//!
//! Imports point one way: `web → engine → cpu, gpu → num, model` and `metrics → reference → model`.
//! `gpu` never imports `cpu`; nothing imports `web`. `tests/imports.rs` checks it.

pub mod cpu;
pub mod engine;
pub mod gpu;
pub mod metrics;
pub mod model;
pub mod num;
pub mod reference;
#[cfg(target_arch = "wasm32")]
pub mod web;
