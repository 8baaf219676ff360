//! The only wasm-bindgen code: what `www/workers/worker.ts` calls. `www/workers/protocol.ts` describes every result.

mod convert;
mod exact;
mod fit;
mod pictures;
mod simulation;
mod sweep;

/// 3 KB smaller than the standard one.
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();
