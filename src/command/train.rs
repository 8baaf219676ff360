//! `train STATE.json`: trains the state's learned classifier, and says how well it may steer.

use std::fs;
use std::path::Path;
use std::time::Instant;

use clap::Args;
use guidance_lab::learn::{Format, Outcome, Training, save_network, train_wanted, wanted};
use guidance_lab::model::{Classifier, Learns, State};
use guidance_lab::reference::measures;
use guidance_lab::words::messages as says;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::input;

#[derive(Debug, Args)]
pub struct Arguments {
    /// The state, whose classifier is learned; - reads the standard input
    #[arg(value_name = "STATE.json")]
    state: String,
    /// Print everything as JSON, with every look at the loss
    #[arg(long)]
    json: bool,
    /// Write the trained network to a file, ONNX if its name ends so, else safetensors (docs/networks.md)
    #[arg(long, value_name = "FILE")]
    out: Option<String>,
}

/// Times at which the trained network is measured.
const TIMES: i32 = 8;

/// Reads a state, trains its classifier and prints loss, KL and guidance error.
pub fn run(Arguments { state, json, out }: &Arguments) -> Result<(), String> {
    let state = input::untrained(state)?;
    let Classifier::Learned(learned) = state.classifier else {
        return Err("The classifier of this state is not learned: its kind must be \"learned\".".to_owned());
    };
    let clock = Instant::now();
    let training = trained(&state)?.ok_or_else(|| says::opened_is_not_trained().to_string())?;
    let seconds = clock.elapsed().as_secs_f64();
    if let Some(path) = out {
        let onnx = Path::new(path).extension().is_some_and(|name| name.eq_ignore_ascii_case("onnx"));
        let format = if onnx { Format::Onnx } else { Format::Safetensors };
        fs::write(path, save_network(&training.network(), format))
            .map_err(|error| format!("{path} cannot be written: {error}"))?;
    }
    let [from, to] = learned.recipe.noise;
    let rows: Vec<_> = (0..TIMES)
        .map(|i| from * (to / from).powf(f64::from(i) / f64::from(TIMES - 1)))
        .map(|t| measures(&state, t).map(|measured| (t, measured)).map_err(|error| error.message))
        .collect::<Result<_, _>>()?;
    let outcome = match training.outcome() {
        Outcome::Target => "target met",
        Outcome::Missed => "target missed",
        Outcome::Running | Outcome::Steps => "all steps done",
    };
    let steps = training.steps_done();
    if *json {
        let looks: Vec<_> = training.looks().iter().map(|look| json!([look.step, look.loss, look.kl])).collect();
        let rows: Vec<_> = rows.iter().map(|(time, measured)| json!({ "time": time, "measures": measured })).collect();
        println!(
            "{:#}",
            json!({ "outcome": outcome, "steps": steps, "seconds": seconds, "looks": looks, "times": rows })
        );
        return Ok(());
    }
    println!("{:>8}{:>14}{:>14}", "step", "loss", "KL");
    let looks = training.looks();
    let every = looks.len().div_ceil(20);
    for (index, look) in looks.iter().enumerate() {
        if index % every == 0 || index + 1 == looks.len() {
            println!("{:>8}{:>14.6}{:>14.6}", look.step, look.loss, look.kl);
        }
    }
    println!("\n{:>8}{:>14}{:>16}{:>22}{:>10}", "time", "KL", "guidance error", "exact |guidance|^2", "to");
    for (t, measured) in &rows {
        println!(
            "{t:>8.3}{:>14.4e}{:>16.4e}{:>22.4e}{:>10.0e}",
            measured.conditional_kl, measured.guidance_mse, measured.guidance_norm, measured.relative_error
        );
    }
    eprintln!("{outcome}: {steps} steps in {seconds:.2} s");
    Ok(())
}

/// Trains all that a state has learned, and puts it at hand; the training of its classifier, if that is learned.
pub fn trained(state: &State) -> Result<Option<Training>, String> {
    if wanted(state).is_empty() {
        return Ok(None);
    }
    let bar = ProgressBar::new(0);
    bar.set_style(ProgressStyle::with_template("{bar:40} {pos} of {len}  {msg}").expect("a template of known parts"));
    let told = |training: &Training| {
        bar.set_length(training.recipe().steps as u64);
        bar.set_position(training.steps_done() as u64);
        if let Some(look) = training.looks().last() {
            let name = if training.learns() == Learns::Classes { "KL" } else { "error" };
            bar.set_message(format!("{name} {:.5}", look.kl));
        }
    };
    let trainings = train_wanted(state, told).map_err(|error| error.message)?;
    bar.finish_and_clear();
    Ok(trainings.into_iter().find(|training| training.learns() == Learns::Classes))
}
