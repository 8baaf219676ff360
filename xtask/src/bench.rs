//! `cargo xtask bench`: runs the benchmarks that there are, one after the other.
//!
//! Each prints its own numbers: native engines, comparable programs of others, and browsers.

use anyhow::Result;

use crate::command::{cargo, program, root, succeeds};
use crate::{setup, site};

/// Runs all; `false` when one failed.
pub fn bench() -> Result<bool> {
    let there = |path: &str| root().join(path).exists();
    let mut fine = true;
    if there("benches/engine.rs") {
        fine &= succeeds(cargo().args(["bench", "--bench", "engine"]))?;
    }
    if there("benches/peers/run.py") {
        fine &= succeeds(program("python3").arg("benches/peers/run.py"))?;
    }
    // The peers have brought PyTorch with them.
    let python = "target/peers-venv/bin/python";
    if there(python) {
        fine &= succeeds(program(root().join(python)).args(["examples/pytorch/train.py", "target/bench/network"]))?;
        fine &= succeeds(cargo().args(["test", "--test", "networks", "--", "--ignored"]))?;
    }
    if there("benches/web.mjs") {
        setup::browsers()?;
        site::build()?;
        fine &= succeeds(program("node").arg("benches/web.mjs"))?;
        fine &= succeeds(program("node").arg("benches/input.mjs"))?;
        if there(python) {
            fine &= succeeds(program("node").arg("benches/training.mjs"))?;
        }
        fine &= succeeds(program("node").arg("benches/start.mjs"))?;
        fine &= succeeds(program("node").arg("benches/pages/run.mjs"))?;
    }
    Ok(fine)
}
