//! `cargo xtask torture`: a trial by fire, no part of the tests. Random states, links, files, messages, hosts, networks
//! and lost devices for so many minutes, from a seed; it prints what was tried and what went wrong. What it finds becomes
//! a test.

use anyhow::Result;
use clap::Args;

use crate::command::{announce, node};
use crate::{setup, site};

/// The command line of `torture`.
#[derive(Debug, PartialEq, Eq, Args)]
pub struct Arguments {
    /// How long all trials together may take
    #[arg(long, default_value_t = 20, value_name = "MINUTES")]
    pub minutes: u32,
    /// The same seed tries the same things in the same order
    #[arg(long, default_value_t = 1, value_name = "NUMBER")]
    pub seed: u32,
    /// Only these: states, links, losses, files, messages, hosts, networks, soak
    #[arg(value_name = "TRIAL")]
    pub trials: Vec<String>,
}

/// Runs the trials; `false` when something went wrong.
pub fn torture(arguments: &Arguments) -> Result<bool> {
    setup::browsers()?;
    site::build()?;
    let Arguments { minutes, seed, trials } = arguments;
    announce(&format!("torture for {minutes} minutes, seed {seed}"));
    let mut command = node("vitest/vitest.mjs");
    command.args(["run", "--project", "torture", "--reporter", "default", "--disable-console-intercept"]);
    if !trials.is_empty() {
        command.args(["-t", &format!("^({})$", trials.join("|"))]);
    }
    command.env("TORTURE_MINUTES", minutes.to_string()).env("TORTURE_SEED", seed.to_string());
    crate::command::succeeds(&mut command)
}
