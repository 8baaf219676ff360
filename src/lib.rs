//! Guidance Lab: Gaussian-mixture diffusion with classifier guidance, where everything has a closed form.
//!
//! Each of these imports only from those before it, and not from all of them (`tests/imports.rs` has the rule
//! of each): words, model, reference, law, kernels, engine, cpu, gpu, select, metrics,
//! random, fit, learn, many, sweep, web.

pub mod cpu;
pub mod engine;
pub mod fit;
#[cfg(feature = "gpu")]
pub mod gpu;
pub use guidance_lab_kernels as kernels;
pub mod law;
pub mod learn;
pub mod many;
pub mod metrics;
pub mod model;
pub mod random;
pub mod reference;
#[cfg(feature = "gpu")]
pub mod select;
pub mod sweep;
#[cfg(any(target_arch = "wasm32", test))]
pub mod web;
pub mod words;
