//! The lab without a page: experiments over a parameter, and the measurement of one state.
//!
//! `cargo run --release -- experiments` lists them; docs/experiments.md describes them.

#[cfg(not(target_arch = "wasm32"))]
mod command;

#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    command::main()
}

/// The page's module is the library; in it there is no command line.
#[cfg(target_arch = "wasm32")]
fn main() {}
