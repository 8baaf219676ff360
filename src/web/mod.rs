//! The only wasm-bindgen code: what `www/workers/worker.ts` calls. `www/workers/types.ts`, which is written from the
//! Rust types, describes every result.

#[cfg(target_arch = "wasm32")]
mod convert;
#[cfg_attr(not(target_arch = "wasm32"), allow(dead_code, reason = "shapes, for the test that writes them down"))]
mod data;
#[cfg(target_arch = "wasm32")]
mod exact;
#[cfg(target_arch = "wasm32")]
mod fit;
#[cfg(target_arch = "wasm32")]
mod gallery;
#[cfg(target_arch = "wasm32")]
mod install;
#[cfg(target_arch = "wasm32")]
mod learn;
#[cfg(target_arch = "wasm32")]
mod many_fit;
#[cfg(target_arch = "wasm32")]
mod network_file;
#[cfg(target_arch = "wasm32")]
mod pictures;
#[cfg(target_arch = "wasm32")]
mod pool;
#[cfg(target_arch = "wasm32")]
mod simulation;
#[cfg(target_arch = "wasm32")]
mod sweep;
#[cfg(test)]
mod typescript;

/// 3 KB smaller than the standard one.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();
