//! `measure STATE.json`: the measurement of one state at the end of its run.

use std::io::Read as _;

use clap::Args;
use guidance_lab::cpu::{CpuEngine, ready};
use guidance_lab::engine::{Engine, Scene};
use guidance_lab::metrics::Measurement;
use guidance_lab::model::State;
use serde_json::Value;

#[derive(Debug, Args)]
pub struct Arguments {
    /// The state's file; - reads the standard input
    #[arg(value_name = "STATE.json")]
    path: String,
}

/// Reads a state, runs it and prints the `Measurement` as JSON.
pub fn run(Arguments { path }: &Arguments) -> Result<(), String> {
    let (name, text) = if path == "-" {
        let mut text = String::new();
        ("The standard input", std::io::stdin().read_to_string(&mut text).map(|_| text))
    } else {
        (path.as_str(), std::fs::read_to_string(path))
    };
    let text = text.map_err(|error| format!("{name} cannot be read: {error}"))?;
    let value: Value = serde_json::from_str(&text).map_err(|error| format!("{name} is not JSON: {error}"))?;
    let state = State::from_value(&value).map_err(|error| format!("{name} is no state: {}", error.message))?;
    let scene = Scene::new(&state).map_err(|error| error.message)?;
    let mut engine = CpuEngine::new();
    engine.set_scene(&scene).map_err(|error| error.message)?;
    engine.advance(scene.steps());
    let observation = ready(engine.observe(scene.steps())).map_err(|error| error.message)?;
    let mut measurement = Measurement::new(&state, &scene, &observation).map_err(|error| error.message)?;
    for (index, spec) in scene.lanes.iter().enumerate() {
        let samples = ready(engine.samples(index)).map_err(|error| error.message)?;
        measurement.add_distances(&state, spec.lane, &samples);
    }
    println!("{:#}", serde_json::to_value(&measurement).expect("a measurement is plain data"));
    Ok(())
}
