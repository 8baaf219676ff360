//! Weights of networks that were trained on another worker.

use std::sync::Arc;

use js_sys::Float32Array;
use wasm_bindgen::JsValue;

use super::convert::{fail, state};
use crate::model::{Classifier, LabError, LabErrorCode, Learns, Network, Recipe, Score, State, put_network};
use crate::words::messages as says;

pub(super) fn not_learned() -> LabError {
    LabError::new(LabErrorCode::Inconsistent, "classifier.kind", says::not_learned())
}

/// The network of a state with one: of its classifier, or else of its score.
pub(super) fn wanted(state: &State) -> Result<(Learns, Recipe), LabError> {
    match (&state.classifier, &state.score) {
        (Classifier::Learned(learned), _) => Ok((Learns::Classes, learned.recipe)),
        (_, Score::Learned(score)) => Ok((Learns::Scores, score.recipe)),
        _ => Err(not_learned()),
    }
}

/// Puts weights at hand as those of a state's network: its closed forms, and particles that are set anew, go by them.
pub(super) fn install(value: &JsValue, weights: &JsValue) -> Result<(), JsValue> {
    let state = state(value)?;
    let mixture = state.mixture();
    let (learns, recipe) = wanted(&state).map_err(|error| fail(&error))?;
    let untrained = match learns {
        Learns::Classes => Network::untrained(&recipe, &mixture),
        Learns::Scores => Network::untrained_score(&recipe, &mixture),
    };
    let network = weighed(untrained, weights).map_err(|error| fail(&error))?;
    put_network(&mixture, Arc::new(network));
    Ok(())
}

/// A network of the same shape with other numbers.
pub(super) fn weighed(mut network: Network, weights: &JsValue) -> Result<Network, LabError> {
    let values = Float32Array::new(weights).to_vec();
    if values.len() != network.values.len() || values.iter().any(|value| !value.is_finite()) {
        let message = says::wrong_weights(values.len(), network.values.len());
        return Err(LabError::new(LabErrorCode::Type, "weights", message));
    }
    network.values = values;
    Ok(network)
}
