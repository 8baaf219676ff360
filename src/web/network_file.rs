//! Networks as files, in a part of its own: what reads and writes the formats is fetched with the first file.

use js_sys::{Array, Uint8Array};
use wasm_bindgen::JsValue;
use wasm_split_helpers::wasm_split;

use super::convert::{Fault, fail, state};
use super::data::{Cross as _, FromFile};
use super::install::not_learned;
use crate::learn::{Format, check_fits, open_network, save_network};
use crate::model::{Classifier, LabError, network};

/// Answers `safetensors` and `onnx` with a state, whose network is at hand, by the bytes of a file; `open` with a state whose
/// mixture it is for, and the bytes of a file, by a network.
#[wasm_split(network_file, fallible)]
pub fn network_file(arguments: Array) -> Result<JsValue, Fault> {
    super::simulation::bring_further();
    let failed = |error: &LabError| Fault(fail(error));
    let state = state(&arguments.get(1)).map_err(Fault)?;
    let format = match arguments.get(0).as_string().as_deref() {
        Some("safetensors") => Format::Safetensors,
        Some("onnx") => Format::Onnx,
        _ => {
            let file = Uint8Array::new(&arguments.get(2)).to_vec();
            let network = open_network(&file).map_err(|error| failed(&error))?;
            check_fits(&network, &state.mixture()).map_err(|error| failed(&error))?;
            let weights = network.values.as_slice().into();
            return Ok(FromFile { recipe: network.recipe, weights }.cross());
        }
    };
    let Classifier::Learned(learned) = state.classifier else { return Err(failed(&not_learned())) };
    let bytes = save_network(&network(&learned.recipe, &state.mixture()), format);
    Ok(Uint8Array::from(bytes.as_slice()).into())
}
