//! `measure STATE.json`: the measurement of one state at the end of its run.

use clap::Args;
use guidance_lab::cpu::ready;
use guidance_lab::many::{ManyState, measured, open_network, run_many};
use guidance_lab::model::LabError;
use guidance_lab::sweep::measurement;

use serde_json::Value;

use super::input;
use super::progress;
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
    let (name, value) = input::value(path)?;
    if ManyState::is_one(&value) {
        return in_many_dimensions(name, &value, *seed, network);
    }
    let mut state = input::state_of(name, &value, network)?;
    if let Some(seed) = seed {
        state.seed = seed.value()?;
        eprintln!("Seed {}.", state.seed);
    }
    let bar = progress::of(100);
    let measurement = ready(measurement(&state, async |share| bar.set_position((100.0 * share) as u64)));
    bar.finish_and_clear();
    let measurement = measurement.map_err(|error| error.message)?;
    println!("{:#}", serde_json::to_value(&measurement).expect("a measurement is plain data"));
    Ok(())
}

fn in_many_dimensions(name: &str, value: &Value, seed: Option<Seed>, network: &input::Network) -> Result<(), String> {
    let mut state = ManyState::from_value(value).map_err(|error| format!("{name} is no state: {}", error.message))?;
    if let Some((file, bytes)) = network.bytes()? {
        let network = open_network(state.mixture(), &bytes).map_err(|error| format!("{file}: {}", error.message))?;
        state.put_network(network);
    }
    if let Some(seed) = seed {
        state.settings.seed = seed.value()?;
        eprintln!("Seed {}.", state.settings.seed);
    }
    let bar = progress::of(state.settings.process.steps);
    let run = run_many(&state, || {
        bar.inc(1);
        Ok::<(), LabError>(())
    });
    bar.finish_and_clear();
    println!("{:#}", measured(&state, &run.map_err(|error| error.message)?));
    Ok(())
}
