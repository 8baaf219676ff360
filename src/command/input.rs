//! What a subcommand reads: a file, or the standard input for `-`.

use std::fs::File;
use std::io::{Read, stdin};

use guidance_lab::model::{LabError, LabErrorCode, State};
use guidance_lab::words::messages::points_unreadable;
use serde_json::Value;

/// Bytes of points that are read at a time.
const PIECE: usize = 1 << 16;

/// How messages call it, and what is in it.
pub fn open(path: &str) -> Result<(&str, Box<dyn Read>), String> {
    if path == "-" {
        return Ok(("The standard input", Box::new(stdin())));
    }
    let file = File::open(path).map_err(|error| format!("{path} cannot be read: {error}"))?;
    Ok((path, Box::new(file)))
}

/// The state in it.
pub fn state(path: &str) -> Result<State, String> {
    let (name, mut source) = open(path)?;
    let mut text = String::new();
    source.read_to_string(&mut text).map_err(|error| format!("{name} cannot be read: {error}"))?;
    let value: Value = serde_json::from_str(&text).map_err(|error| format!("{name} is not JSON: {error}"))?;
    State::from_value(&value).map_err(|error| format!("{name} is no state: {}", error.message))
}

/// A text piece by piece.
pub fn pieces(source: &mut dyn Read) -> impl Iterator<Item = Result<Vec<u8>, LabError>> {
    std::iter::from_fn(|| piece(source).transpose())
}

/// The next piece of a text, none at its end.
fn piece(source: &mut dyn Read) -> Result<Option<Vec<u8>>, LabError> {
    let mut piece = Vec::with_capacity(PIECE);
    source
        .take(PIECE as u64)
        .read_to_end(&mut piece)
        .map_err(|error| LabError::new(LabErrorCode::Unsupported, "", points_unreadable(error.to_string())))?;
    Ok((!piece.is_empty()).then_some(piece))
}
