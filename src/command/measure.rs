//! `measure STATE.json`: the measurement of one state at the end of its run.

use clap::Args;
use guidance_lab::cpu::{CpuEngine, ready};
use guidance_lab::sweep::measurement;

use super::input;
use super::seed::Seed;

#[derive(Debug, Args)]
pub struct Arguments {
    /// The state's file; - reads the standard input
    #[arg(value_name = "STATE.json")]
    path: String,
    /// Another seed than the state's
    #[arg(long, allow_negative_numbers = true, value_name = "NUMBER|random")]
    seed: Option<Seed>,
    #[command(flatten)]
    network: input::Network,
}

/// Reads a state, runs it and prints the `Measurement` as JSON.
pub fn run(Arguments { path, seed, network }: &Arguments) -> Result<(), String> {
    let mut state = input::state(path, network)?;
    if let Some(seed) = seed {
        state.seed = seed.value()?;
        eprintln!("Seed {}.", state.seed);
    }
    let measurement = ready(measurement(&state, &mut CpuEngine::new(), async |_| ())).map_err(|error| error.message)?;
    println!("{:#}", serde_json::to_value(&measurement).expect("a measurement is plain data"));
    Ok(())
}
