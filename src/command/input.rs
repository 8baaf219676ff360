//! What a subcommand reads: a file, or the standard input for `-`.

use std::fs::File;
use std::io::{Read, stdin};

use clap::Args;
use guidance_lab::learn::{MOST_BYTES, check_fits, open_network};
use guidance_lab::many::ManyState;
use guidance_lab::model::{Classifier, State, put_network};
use guidance_lab::words::messages as says;
use serde_json::{Value, json};

/// What classifies instead of the state's own classifier.
#[derive(Debug, Args)]
pub struct Network {
    /// A network from a safetensors or ONNX file in the place of the state's classifier (docs/networks.md)
    #[arg(long, value_name = "FILE")]
    network: Option<String>,
}

impl Network {
    /// How messages call its file, and what is in it; `None` where none is given.
    pub fn bytes(&self) -> Result<Option<(&str, Vec<u8>)>, String> {
        let Some(path) = &self.network else { return Ok(None) };
        let (name, source) = open(path)?;
        let mut bytes = Vec::new();
        source
            .take(MOST_BYTES as u64 + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| format!("{name} cannot be read: {error}"))?;
        Ok(Some((name, bytes)))
    }
}

/// How messages call it, and what is in it.
pub fn open(path: &str) -> Result<(&str, Box<dyn Read>), String> {
    if path == "-" {
        return Ok(("The standard input", Box::new(stdin())));
    }
    let file = File::open(path).map_err(|error| format!("{path} cannot be read: {error}"))?;
    Ok((path, Box::new(file)))
}

/// The state in it, with a network if one is given; else its classifier trained if it is learned.
pub fn state(path: &str, network: &Network) -> Result<State, String> {
    let (name, value) = value(path)?;
    state_of(name, &value, network)
}

/// The same of what has been read.
pub fn state_of(name: &str, value: &Value, network: &Network) -> Result<State, String> {
    let state = opened_of(name, value, network)?;
    if network.network.is_none() {
        super::train::trained(&state)?;
    }
    Ok(state)
}

/// The state in it, with a network if one is given; a learned classifier is not trained yet.
pub fn opened(path: &str, network: &Network) -> Result<State, String> {
    let (name, value) = value(path)?;
    opened_of(name, &value, network)
}

fn opened_of(name: &str, value: &Value, network: &Network) -> Result<State, String> {
    let state = untrained_of(name, value)?;
    if let Some((name, bytes)) = network.bytes()? {
        return with_network(&state, name, &bytes);
    }
    if let Classifier::Learned(learned) = state.classifier
        && let Some(fingerprint) = learned.recipe.weights
    {
        return Err(format!("{} (--network)", says::network_is_not_here(fingerprint.to_string())));
    }
    Ok(state)
}

/// The state with the network of a file, which is at hand from now on.
fn with_network(state: &State, name: &str, bytes: &[u8]) -> Result<State, String> {
    let network = open_network(bytes).map_err(|error| format!("{name}: {}", error.message))?;
    check_fits(&network, &state.mixture()).map_err(|error| format!("{name}: {}", error.message))?;
    let patch = json!({ "classifier": { "kind": "learned", "recipe": network.recipe } });
    let state = state.merge(&patch).map_err(|error| format!("{name}: {}", error.message))?;
    put_network(&state.mixture(), network.into());
    Ok(state)
}

/// The state in it.
pub fn untrained(path: &str) -> Result<State, String> {
    let (name, value) = value(path)?;
    untrained_of(name, &value)
}

fn untrained_of(name: &str, value: &Value) -> Result<State, String> {
    if ManyState::is_one(value) {
        return Err(format!("{name} has a mixture in many dimensions, which measure takes by itself"));
    }
    State::from_value(value).map_err(|error| format!("{name} is no state: {}", error.message))
}

/// The JSON in it, and how messages call it.
pub fn value(path: &str) -> Result<(&str, Value), String> {
    let (name, mut source) = open(path)?;
    let mut text = String::new();
    source.read_to_string(&mut text).map_err(|error| format!("{name} cannot be read: {error}"))?;
    let value = serde_json::from_str(&text).map_err(|error| format!("{name} is not JSON: {error}"))?;
    Ok((name, value))
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
