//! A network as a file, written and read: docs/networks.md says what stands in it.
//!
//! ```
//! use guidance_lab::learn::{Format, open_network, save_network};
//! use guidance_lab::model::{Network, Recipe, State};
//! let network = Network::untrained(&Recipe::default(), &State::default().mixture());
//! let opened = open_network(&save_network(&network, Format::Safetensors)).unwrap();
//! assert_eq!(opened.values, network.values);
//! assert!(opened.recipe.weights.is_some());
//! ```

mod onnx;
mod safetensors;

use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use crate::model::{
    Activation, Classifier, Fingerprint, LabError, LabErrorCode, Learns, MAX_CLASSES, MAX_DIMENSION, MAX_FEATURES,
    MAX_LAYERS, MAX_WIDTH, Mixture, Network, State, acts, classes_of,
};
use crate::words::Says;
use crate::words::messages as says;

/// A larger file is not read. The largest network has 0.3 MB.
pub const MOST_BYTES: usize = 4_000_000;

/// The one entry of a file's metadata, JSON.
const ABOUT: &str = "guidance_lab";
/// The tensor of the frequencies.
const FREQUENCIES: &str = "frequencies";

/// How a network is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Tensors with names.
    Safetensors,
    /// A graph of operators.
    Onnx,
}

/// What stands in a file, whatever its format.
struct Parts {
    about: Option<String>,
    /// Where the file's own operators say it.
    activation: Option<Activation>,
    frequencies: Option<Tensor>,
    /// First to last: weights as `[output][input]` rows, and biases.
    layers: Vec<[Tensor; 2]>,
}

struct Tensor {
    name: String,
    shape: Vec<usize>,
    values: Vec<f32>,
}

/// A network as the bytes of a file; the same network gives the same bytes.
pub fn save_network(network: &Network, format: Format) -> Vec<u8> {
    let about = json!({ "recipe": network.recipe, "classes": network.classes }).to_string();
    match format {
        Format::Safetensors => safetensors::write(&tensors(network), about),
        Format::Onnx => onnx::write(network, tensors(network), about),
    }
}

/// The numbers of a network under their names in a file.
fn tensors(network: &Network) -> Vec<Tensor> {
    let (d, waves) = (network.dimension, network.frequencies());
    let mut tensors = Vec::new();
    if waves > 0 {
        let values = network.values[..waves * d].to_vec();
        tensors.push(Tensor { name: FREQUENCIES.to_owned(), shape: vec![waves, d], values });
    }
    for (index, layer) in network.layers().into_iter().enumerate() {
        // Between them stand the activations.
        let name = |of: &str| [&(2 * index).to_string(), ".", of].concat();
        let shape = vec![layer.inputs, layer.outputs];
        let weights = Tensor { name: name("weight"), shape, values: network.values[layer.weights].to_vec() };
        tensors.push(weights.turned());
        let values = network.values[layer.biases].to_vec();
        tensors.push(Tensor { name: name("bias"), shape: vec![layer.outputs], values });
    }
    tensors
}

impl Tensor {
    /// Rows and columns exchanged.
    fn turned(&self) -> Self {
        let (rows, columns) = (self.shape[0], self.shape[1]);
        let values = (0..columns).flat_map(|j| self.values.iter().skip(j).step_by(columns)).copied();
        Self { name: self.name.clone(), shape: vec![columns, rows], values: values.collect() }
    }
}

/// The network in the bytes of a file. Its recipe has the shape that it found, and the file's fingerprint.
///
/// # Errors
/// Whatever is wrong with it, with the name of the tensor or of the field.
pub fn open_network(bytes: &[u8]) -> Result<Network, LabError> {
    open_network_of(bytes, MAX_DIMENSION, MAX_CLASSES)
}

/// The same of a network with more coordinates and classes, up to so many.
///
/// # Errors
/// As [`open_network`].
pub fn open_network_of(bytes: &[u8], dimension: usize, classes: usize) -> Result<Network, LabError> {
    if bytes.len() > MOST_BYTES {
        let message = says::network_file_large(MOST_BYTES as f64 / 1e6);
        return Err(wrong(LabErrorCode::Range, "", message));
    }
    // safetensors begins with the length of a header, whose first character is a brace.
    let parts = match (bytes.first(), bytes.get(8)) {
        (_, Some(b'{')) => safetensors::read(bytes)?,
        (Some(&onnx::FIRST_BYTE), _) => onnx::read(bytes)?,
        _ => return Err(wrong(LabErrorCode::Type, "", says::network_file_unreadable())),
    };
    assemble(parts, Fingerprint(Sha256::digest(bytes).into()), dimension, classes)
}

/// Fails for a mixture that a network says nothing about.
pub fn check_fits(network: &Network, mixture: &Mixture) -> Result<(), LabError> {
    check_fits_of(network, mixture.dimension, &classes_of(mixture))
}

/// The same for a mixture with so many coordinates and these classes.
pub fn check_fits_of(network: &Network, dimension: usize, classes: &[usize]) -> Result<(), LabError> {
    if network.dimension == dimension && network.classes == classes {
        return Ok(());
    }
    let (own, others) = (list(&network.classes), list(classes));
    let message = says::network_does_not_fit(network.dimension, own, dimension, others);
    Err(wrong(LabErrorCode::Inconsistent, "classifier.recipe.weights", message))
}

/// A tensor's name as a message can show it: short, and without what acts on the text around it.
fn shown(name: &str) -> String {
    name.chars().filter(|&c| !acts(c)).take(40).collect()
}

/// Whole numbers with commas; the browser's module has no `Debug`.
fn list(numbers: &[usize]) -> String {
    numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn wrong(code: LabErrorCode, path: &str, says: Says) -> LabError {
    LabError::new(code, path, says)
}

fn assemble(
    parts: Parts,
    fingerprint: Fingerprint,
    most_dimension: usize,
    most_classes: usize,
) -> Result<Network, LabError> {
    let Parts { about, activation, frequencies, layers } = parts;
    let about = about.and_then(|text| serde_json::from_str::<Value>(&text).ok());
    let Some(Value::Object(about)) = about else {
        return Err(wrong(LabErrorCode::Type, ABOUT, says::network_says_nothing(ABOUT)));
    };
    let mut said = about.get("recipe").and_then(Value::as_object).cloned().unwrap_or_default();
    let told = required(&said, "time")?.as_bool() == Some(true);
    if let Some(activation) = activation {
        said.insert("activation".to_owned(), json!(activation));
    }
    required(&said, "activation")?;
    if told {
        required(&said, "noise")?;
    }

    let (Some([first, _]), Some([last, _])) = (layers.first(), layers.last()) else {
        return Err(wrong(LabErrorCode::Type, "", says::network_has_no_layer()));
    };
    let (inputs, outputs) = (first.shape[1], last.shape[0]);
    for tensor in frequencies.iter().chain(layers.iter().flatten()) {
        finite(tensor)?;
    }
    for [weights, biases] in &layers {
        has_shape(biases, &[weights.shape[0]])?;
    }
    for pair in layers.windows(2) {
        has_shape(&pair[1][0], &[pair[1][0].shape[0], pair[0][0].shape[0]])?;
    }
    let hidden: Vec<usize> = layers[..layers.len() - 1].iter().map(|[weights, _]| weights.shape[0]).collect();
    if hidden.len() > MAX_LAYERS {
        let path = "classifier.recipe.hidden";
        return Err(wrong(LabErrorCode::Range, path, says::too_many_layers(path, hidden.len(), MAX_LAYERS)));
    }
    for ([weights, _], &width) in layers.iter().zip(&hidden) {
        within(&weights.name, width, MAX_WIDTH)?;
    }

    let of_x = inputs.saturating_sub(usize::from(told));
    let dimension = frequencies.as_ref().map_or(of_x, |waves| waves.shape[1]);
    within(&first.name, dimension, most_dimension)?;
    let waves = frequencies.as_ref().map_or(0, |waves| waves.shape[0]);
    let features = of_x.saturating_sub(dimension);
    if features.div_ceil(2) != waves || of_x < dimension {
        let wanted = dimension + usize::from(told) + 2 * waves;
        return Err(shape_error(first, &[first.shape[0], wanted]));
    }
    within(&first.name, features.max(1), MAX_FEATURES)?;

    let classes = classes(about.get("classes"), outputs, most_classes)?;
    let recipe = json!({
        "hidden": hidden, "activation": said["activation"], "time": said["time"], "weights": fingerprint,
        "noise": said.get("noise").cloned().unwrap_or_else(|| json!([0.03, 2.0])),
        "fourier": frequencies.as_ref().map(|waves| json!({ "features": features, "bandwidth": bandwidth(&waves.values) })),
    });
    let state = State::default().merge(&json!({ "classifier": { "kind": "learned", "recipe": recipe } }))?;
    let Classifier::Learned(learned) = state.classifier else { unreachable!("it was set") };

    let mut values = frequencies.map_or_else(Vec::new, |waves| waves.values);
    // The outputs in the order of their classes.
    let mut order: Vec<usize> = (0..outputs).collect();
    order.sort_by_key(|&output| classes[output]);
    for (index, [weights, biases]) in layers.iter().enumerate() {
        let (outs, ins) = (weights.shape[0], weights.shape[1]);
        let rows: Vec<usize> = if index + 1 == layers.len() { order.clone() } else { (0..outs).collect() };
        for input in 0..ins {
            values.extend(rows.iter().map(|&row| weights.values[row * ins + input]));
        }
        values.extend(rows.iter().map(|&row| biases.values[row]));
    }
    let classes = order.iter().map(|&output| classes[output]).collect();
    Ok(Network { recipe: learned.recipe, learns: Learns::Classes, dimension, classes, values })
}

/// What the file has to say of itself.
fn required<'a>(said: &'a Map<String, Value>, key: &str) -> Result<&'a Value, LabError> {
    said.get(key)
        .ok_or_else(|| wrong(LabErrorCode::Type, ABOUT, says::network_says_no(ABOUT, ["recipe.", key].concat())))
}

/// The class of each output.
fn classes(said: Option<&Value>, outputs: usize, most: usize) -> Result<Vec<usize>, LabError> {
    let classes: Option<Vec<usize>> = match said {
        None => Some((0..outputs).collect()),
        Some(list) => list.as_array().and_then(|list| {
            list.iter().map(|class| class.as_u64().and_then(|class| usize::try_from(class).ok())).collect()
        }),
    };
    let twice = |classes: &[usize]| (1..classes.len()).any(|i| classes[..i].contains(&classes[i]));
    classes
        .filter(|classes| classes.len() == outputs && outputs >= 2 && !twice(classes))
        .filter(|classes| classes.iter().all(|&class| class < most))
        .ok_or_else(|| wrong(LabErrorCode::Range, ABOUT, says::network_classes(ABOUT, outputs, most - 1)))
}

fn finite(tensor: &Tensor) -> Result<(), LabError> {
    match tensor.values.iter().position(|value| !value.is_finite()) {
        None => Ok(()),
        Some(place) => Err(wrong(LabErrorCode::Type, &tensor.name, says::network_not_finite(&*tensor.name, place))),
    }
}

fn has_shape(tensor: &Tensor, wanted: &[usize]) -> Result<(), LabError> {
    if tensor.shape == wanted { Ok(()) } else { Err(shape_error(tensor, wanted)) }
}

fn shape_error(tensor: &Tensor, wanted: &[usize]) -> LabError {
    let message = says::network_shape(&*tensor.name, list(&tensor.shape), list(wanted));
    wrong(LabErrorCode::Type, &tensor.name, message)
}

/// That a size which a tensor has is one that a network can have.
fn within(name: &str, found: usize, most: usize) -> Result<(), LabError> {
    if (1..=most).contains(&found) {
        return Ok(());
    }
    Err(wrong(LabErrorCode::Range, name, says::out_of_range(name, found, 1_u32, most)))
}

/// How fast the waves are, for whoever has to resolve them: the root of the mean square, as a bandwidth can be.
fn bandwidth(frequencies: &[f32]) -> f64 {
    let squares: f64 = frequencies.iter().map(|&w| f64::from(w) * f64::from(w)).sum();
    (squares / frequencies.len() as f64).sqrt().clamp(0.01, 100.0)
}
