//! `cargo xtask build`: the static site in `dist/`.

use std::path::PathBuf;

use anyhow::Result;

use crate::command::{node, root, run};
use crate::{setup, wasm};

/// The finished site.
pub fn folder() -> PathBuf {
    root().join("dist")
}

/// Builds all of it.
pub fn build() -> Result<()> {
    setup::npm()?;
    wasm::build()?;
    front_end()
}

/// Bundles the front end around the module that is already there.
pub fn front_end() -> Result<()> {
    run(node("vite/bin/vite.js").args(["build", "--logLevel", "warn"]), "mend the front end, as Vite says above")
}
