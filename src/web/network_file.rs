//! Networks as files, in a part of its own: what reads and writes the formats is fetched with the first file.

use js_sys::{Array, Uint8Array};
use wasm_bindgen::JsValue;
use wasm_split_helpers::wasm_split;

use super::convert::{Fault, fail, state};
use super::data::{Cross as _, FromFile};
use super::install::{not_learned, weighed};
use crate::learn::{Format, check_fits, check_fits_of, open_network, open_network_of, save_network};
use crate::many::{MAX_CLASSES, MAX_DIMENSION};
use crate::model::{Classifier, LabError, Learns, Network, network};

/// Answers `safetensors` and `onnx` with a state, whose network is at hand, by the bytes of a file; `open` with a state whose
/// mixture it is for, and the bytes of a file, by a network. For a mixture in many dimensions there follow its number of coordinates and
/// its classes, and instead of the bytes the weights of what is saved.
#[wasm_split(network_file, fallible)]
pub fn network_file(arguments: Array) -> Result<JsValue, Fault> {
    super::simulation::bring_further();
    let failed = |error: &LabError| Fault(fail(error));
    let state = state(&arguments.get(1)).map_err(Fault)?;
    let many = arguments.get(3).as_f64().map(|dimension| {
        let classes: Vec<usize> = Array::from(&arguments.get(4))
            .iter()
            .filter_map(|class| class.as_f64())
            .map(|class| class as usize)
            .collect();
        (dimension as usize, classes)
    });
    let format = match arguments.get(0).as_string().as_deref() {
        Some("safetensors") => Format::Safetensors,
        Some("onnx") => Format::Onnx,
        _ => {
            let file = Uint8Array::new(&arguments.get(2)).to_vec();
            let opened = match &many {
                Some((dimension, classes)) => open_network_of(&file, MAX_DIMENSION, MAX_CLASSES)
                    .and_then(|network| check_fits_of(&network, *dimension, classes).map(|()| network)),
                None => {
                    open_network(&file).and_then(|network| check_fits(&network, &state.mixture()).map(|()| network))
                }
            };
            let network = opened.map_err(|error| failed(&error))?;
            let weights = network.values.as_slice().into();
            return Ok(FromFile { recipe: network.recipe, weights }.cross());
        }
    };
    let Classifier::Learned(learned) = state.classifier else { return Err(failed(&not_learned())) };
    let bytes = match many {
        Some((dimension, classes)) => {
            let blank = Network::blank(&learned.recipe, Learns::Classes, dimension, classes);
            let network = weighed(blank, &arguments.get(2)).map_err(|error| failed(&error))?;
            save_network(&network, format)
        }
        None => save_network(&network(&learned.recipe, &state.mixture()), format),
    };
    Ok(Uint8Array::from(bytes.as_slice()).into())
}
