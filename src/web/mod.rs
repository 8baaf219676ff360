//! The only wasm-bindgen code: what `www/worker.ts` calls. `www/protocol.ts` describes every result.

mod convert;
mod exact;
mod simulation;
mod sweep;
