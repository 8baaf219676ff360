//! `fit POINTS.csv`: a state whose mixture is fitted to labelled points.

use clap::Args;
use guidance_lab::cpu::ready;
use guidance_lab::fit::fit;

use super::input;
use super::seed::Seed;

#[derive(Debug, Args)]
pub struct Arguments {
    /// The points, one a line: x,class or x,y,class; - reads the standard input
    #[arg(value_name = "POINTS.csv")]
    path: String,
    /// Where the fit starts, and which of more than 10,000 points it takes; the state's seed too
    #[arg(long, allow_negative_numbers = true, default_value = "random", value_name = "NUMBER|random")]
    seed: Seed,
}

/// Reads points and prints the state as JSON; what was done is said on the standard error.
pub fn run(Arguments { path, seed }: &Arguments) -> Result<(), String> {
    let seed = seed.value()?;
    let (name, mut source) = input::open(path)?;
    let fitted = ready(fit(input::pieces(&mut source), seed, &mut async || {}))
        .map_err(|error| format!("{name}: {}", error.message))?;
    let state = fitted.state(seed).map_err(|error| format!("{name}: {}", error.message))?;
    for note in &fitted.notes {
        eprintln!("{note}");
    }
    eprintln!("Seed {seed}.");
    println!("{:#}", state.to_value());
    Ok(())
}
