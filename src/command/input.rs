//! What a subcommand reads: a file, or the standard input for `-`.

use std::fs::File;
use std::io::{Read, stdin};

use guidance_lab::model::State;
use serde_json::Value;

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

/// Bytes that are handed over at a time.
const PIECE: usize = 1 << 16;

/// All that is in it; [`pieces`] hands it over.
pub fn bytes(path: &str) -> Result<(&str, Vec<u8>), String> {
    let (name, mut source) = open(path)?;
    let mut bytes = Vec::new();
    source.read_to_end(&mut bytes).map_err(|error| format!("{name} cannot be read: {error}"))?;
    Ok((name, bytes))
}

/// A text piece by piece.
pub fn pieces(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    bytes.chunks(PIECE).map(<[u8]>::to_vec)
}
