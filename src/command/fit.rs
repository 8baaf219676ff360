//! `fit POINTS.csv`: a state whose mixture is fitted to labelled points.

use std::io::Read;

use clap::Args;
use guidance_lab::cpu::ready;
use guidance_lab::fit::fit;
use guidance_lab::model::{LabError, LabErrorCode};
use guidance_lab::words::messages::points_unreadable;

use super::input;
use super::seed::Seed;

/// Bytes that are read at a time.
const PIECE: usize = 1 << 16;

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
    let pieces = std::iter::from_fn(|| piece(&mut source).transpose());
    let fitted = ready(fit(pieces, seed, &mut async || {})).map_err(|error| format!("{name}: {}", error.message))?;
    let state = fitted.state(seed).map_err(|error| format!("{name}: {}", error.message))?;
    for note in &fitted.notes {
        eprintln!("{note}");
    }
    eprintln!("Seed {seed}.");
    println!("{:#}", state.to_value());
    Ok(())
}

/// The next piece of the text, none at its end.
fn piece(source: &mut dyn Read) -> Result<Option<Vec<u8>>, LabError> {
    let mut piece = Vec::with_capacity(PIECE);
    source
        .take(PIECE as u64)
        .read_to_end(&mut piece)
        .map_err(|error| LabError::new(LabErrorCode::Unsupported, "", points_unreadable(error.to_string())))?;
    Ok((!piece.is_empty()).then_some(piece))
}
