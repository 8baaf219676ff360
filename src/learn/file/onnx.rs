//! The part of ONNX that is a perceptron: <https://onnx.ai>. One row of inputs goes through linear layers (Gemm, or
//! `MatMul` and Add) with one activation between them, and perhaps a softmax at the end, which changes no class's share.

use std::collections::HashMap;

use prost::Message;

use super::{ABOUT, FREQUENCIES, Parts, Tensor, list, shape_error, shown, wrong};
use crate::model::{Activation, LabError, LabErrorCode, Network};
use crate::words::messages as says;

/// What an ONNX file begins with: the key of its version.
pub(super) const FIRST_BYTE: u8 = 0x08;

const OPERATORS: &str = "Gemm, MatMul, Add, Tanh, Softplus, Relu, Sin, Softmax, LogSoftmax";
const ACTIVATIONS: [(Activation, &str); 4] = [
    (Activation::Tanh, "Tanh"),
    (Activation::Softplus, "Softplus"),
    (Activation::Relu, "Relu"),
    (Activation::Sine, "Sin"),
];
const FLOAT: i32 = 1;
const DOUBLE: i32 = 11;

// What of onnx.proto3 is read and written; the numbers are its tags.

#[derive(Clone, PartialEq, Message)]
struct Model {
    #[prost(int64, tag = "1")]
    ir_version: i64,
    #[prost(string, tag = "2")]
    producer_name: String,
    #[prost(message, optional, tag = "7")]
    graph: Option<Graph>,
    #[prost(message, repeated, tag = "8")]
    opset_import: Vec<Opset>,
    #[prost(message, repeated, tag = "14")]
    metadata_props: Vec<Entry>,
}

#[derive(Clone, PartialEq, Message)]
struct Opset {
    #[prost(string, tag = "1")]
    domain: String,
    #[prost(int64, tag = "2")]
    version: i64,
}

#[derive(Clone, PartialEq, Message)]
struct Entry {
    #[prost(string, tag = "1")]
    key: String,
    #[prost(string, tag = "2")]
    value: String,
}

#[derive(Clone, PartialEq, Message)]
struct Graph {
    #[prost(message, repeated, tag = "1")]
    node: Vec<Node>,
    #[prost(string, tag = "2")]
    name: String,
    #[prost(message, repeated, tag = "5")]
    initializer: Vec<Numbers>,
    #[prost(message, repeated, tag = "11")]
    input: Vec<ValueInfo>,
    #[prost(message, repeated, tag = "12")]
    output: Vec<ValueInfo>,
}

#[derive(Clone, PartialEq, Message)]
struct Node {
    #[prost(string, repeated, tag = "1")]
    input: Vec<String>,
    #[prost(string, repeated, tag = "2")]
    output: Vec<String>,
    #[prost(string, tag = "4")]
    op_type: String,
    #[prost(message, repeated, tag = "5")]
    attribute: Vec<Attribute>,
}

#[derive(Clone, PartialEq, Message)]
struct Attribute {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(float, tag = "2")]
    f: f32,
    #[prost(int64, tag = "3")]
    i: i64,
    #[prost(int32, tag = "20")]
    r#type: i32,
}

#[derive(Clone, PartialEq, Message)]
struct Numbers {
    #[prost(int64, repeated, tag = "1")]
    dims: Vec<i64>,
    #[prost(int32, tag = "2")]
    data_type: i32,
    #[prost(float, repeated, tag = "4")]
    float_data: Vec<f32>,
    #[prost(string, tag = "8")]
    name: String,
    #[prost(bytes = "vec", tag = "9")]
    raw_data: Vec<u8>,
    #[prost(double, repeated, tag = "10")]
    double_data: Vec<f64>,
}

#[derive(Clone, PartialEq, Message)]
struct ValueInfo {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(message, optional, tag = "2")]
    r#type: Option<TypeOf>,
}

#[derive(Clone, PartialEq, Message)]
struct TypeOf {
    #[prost(message, optional, tag = "1")]
    tensor_type: Option<TensorType>,
}

#[derive(Clone, PartialEq, Message)]
struct TensorType {
    #[prost(int32, tag = "1")]
    elem_type: i32,
    #[prost(message, optional, tag = "2")]
    shape: Option<Shape>,
}

#[derive(Clone, PartialEq, Message)]
struct Shape {
    #[prost(message, repeated, tag = "1")]
    dim: Vec<Axis>,
}

#[derive(Clone, PartialEq, Message)]
struct Axis {
    #[prost(oneof = "Length", tags = "1, 2")]
    value: Option<Length>,
}

#[derive(Clone, PartialEq, prost::Oneof)]
enum Length {
    #[prost(int64, tag = "1")]
    Value(i64),
    #[prost(string, tag = "2")]
    Param(String),
}

pub(super) fn write(network: &Network, tensors: Vec<Tensor>, about: String) -> Vec<u8> {
    let activation = ACTIVATIONS.iter().find(|(activation, _)| *activation == network.recipe.activation);
    let layers = network.layers();
    let mut node = Vec::new();
    let mut from = "input".to_owned();
    for index in 0..layers.len() {
        let last = index + 1 == layers.len();
        let to = if last { "logits".to_owned() } else { ["sum", &index.to_string()].concat() };
        node.push(Node {
            input: vec![
                from,
                [&(2 * index).to_string(), ".weight"].concat(),
                [&(2 * index).to_string(), ".bias"].concat(),
            ],
            output: vec![to.clone()],
            op_type: "Gemm".to_owned(),
            attribute: vec![Attribute { name: "transB".to_owned(), i: 1, r#type: 2, ..Attribute::default() }],
        });
        from = ["neurons", &index.to_string()].concat();
        if let (false, Some((_, name))) = (last, activation) {
            let op_type = (*name).to_owned();
            node.push(Node { input: vec![to], output: vec![from.clone()], op_type, attribute: Vec::new() });
        }
    }
    let rows = |name: &str, columns: usize| {
        let dim = [Length::Param("rows".to_owned()), Length::Value(columns as i64)];
        let dim = dim.map(|value| Axis { value: Some(value) }).into();
        let tensor_type = Some(TensorType { elem_type: FLOAT, shape: Some(Shape { dim }) });
        vec![ValueInfo { name: name.to_owned(), r#type: Some(TypeOf { tensor_type }) }]
    };
    let numbers = |tensor: Tensor| Numbers {
        dims: tensor.shape.iter().map(|&length| length as i64).collect(),
        data_type: FLOAT,
        raw_data: tensor.values.iter().flat_map(|value| value.to_le_bytes()).collect(),
        name: tensor.name,
        ..Numbers::default()
    };
    let graph = Graph {
        node,
        name: "classifier".to_owned(),
        initializer: tensors.into_iter().map(numbers).collect(),
        input: rows("input", network.inputs()),
        output: rows("logits", network.classes.len()),
    };
    Model {
        ir_version: 8,
        producer_name: "Guidance Lab".to_owned(),
        graph: Some(graph),
        // The first with all these operators as they are today.
        opset_import: vec![Opset { domain: String::new(), version: 13 }],
        metadata_props: vec![Entry { key: ABOUT.to_owned(), value: about }],
    }
    .encode_to_vec()
}

pub(super) fn read(bytes: &[u8]) -> Result<Parts, LabError> {
    let unreadable = || wrong(LabErrorCode::Type, "", says::onnx_unreadable());
    let model = Model::decode(bytes).map_err(|_| unreadable())?;
    let graph = model.graph.ok_or_else(unreadable)?;
    let about = model.metadata_props.into_iter().find(|entry| entry.key == ABOUT).map(|entry| entry.value);
    let numbers: HashMap<&str, &Numbers> =
        graph.initializer.iter().map(|numbers| (numbers.name.as_str(), numbers)).collect();
    let mut inputs = graph.input.iter().filter(|input| !numbers.contains_key(input.name.as_str()));
    let (Some(input), None) = (inputs.next(), inputs.next()) else {
        return Err(wrong(LabErrorCode::Type, "", says::onnx_input()));
    };

    let mut chain = Chain { layers: Vec::new(), activation: None, open: false, biased: true, ended: false };
    let mut now = input.name.as_str();
    for node in &graph.node {
        let misplaced = || {
            let message = says::onnx_operator(shown(&node.op_type), OPERATORS);
            wrong(LabErrorCode::Type, &shown(&node.op_type), message)
        };
        let others: Vec<&str> = node.input.iter().map(String::as_str).filter(|&name| name != now).collect();
        if others.len() + 1 != node.input.len() || node.output.len() != 1 || chain.ended {
            return Err(misplaced());
        }
        let tensor = |name: &str, axes: usize| {
            let numbers = numbers.get(name).ok_or_else(|| {
                wrong(LabErrorCode::Type, &shown(name), says::onnx_no_numbers(shown(name), shown(&node.op_type)))
            })?;
            tensor(numbers, axes)
        };
        chain.take(node, now, &others, &tensor)?.ok_or_else(misplaced)?;
        now = &node.output[0];
    }
    if !graph.output.iter().any(|output| output.name == now) {
        return Err(wrong(LabErrorCode::Type, "", says::onnx_output()));
    }
    let frequencies = numbers.get(FREQUENCIES).map(|numbers| tensor(numbers, 2)).transpose()?;
    let activation = chain.activation.map(|(activation, _)| activation);
    Ok(Parts { about, activation, frequencies, layers: chain.layers })
}

/// What has been read of the graph so far.
struct Chain {
    layers: Vec<[Tensor; 2]>,
    activation: Option<(Activation, &'static str)>,
    /// The last node was a linear one, after which an activation may come.
    open: bool,
    /// The last layer has its biases.
    biased: bool,
    /// Nothing may come after a softmax.
    ended: bool,
}

impl Chain {
    /// Takes the next node; none where it has no place.
    fn take(
        &mut self,
        node: &Node,
        now: &str,
        others: &[&str],
        tensor: &dyn Fn(&str, usize) -> Result<Tensor, LabError>,
    ) -> Result<Option<()>, LabError> {
        let attribute = |name: &str| node.attribute.iter().find(|attribute| attribute.name == name);
        let flag = |name: &str| attribute(name).map_or(0, |attribute| attribute.i);
        let first = node.input.first().is_some_and(|name| name == now);
        match (node.op_type.as_str(), others) {
            ("Gemm", &[weights, ref biases @ ..]) if !self.open && first && biases.len() < 2 && flag("transA") == 0 => {
                let factor = |name: &str| attribute(name).map_or(1.0, |attribute| attribute.f);
                let mut weights = tensor(weights, 2)?;
                if flag("transB") == 0 {
                    weights = weights.turned();
                }
                weights.values.iter_mut().for_each(|weight| *weight *= factor("alpha"));
                let mut all =
                    biases.first().map_or_else(|| Ok(none(&weights)), |name| row(tensor(name, 0)?, &weights))?;
                all.values.iter_mut().for_each(|bias| *bias *= factor("beta"));
                self.layers.push([weights, all]);
                (self.open, self.biased) = (true, true);
            }
            ("MatMul", &[weights]) if !self.open && first => {
                let weights = tensor(weights, 2)?.turned();
                let biases = none(&weights);
                self.layers.push([weights, biases]);
                (self.open, self.biased) = (true, false);
            }
            ("Add", &[biases]) if self.open && !self.biased => {
                if let Some([weights, own]) = self.layers.last_mut() {
                    *own = row(tensor(biases, 0)?, weights)?;
                }
                self.biased = true;
            }
            ("Softmax" | "LogSoftmax", []) if self.open && matches!(flag_or(attribute("axis"), -1), -1 | 1) => {
                self.ended = true;
            }
            (name, []) if self.open => {
                let Some(&found) = ACTIVATIONS.iter().find(|(_, operator)| *operator == name) else { return Ok(None) };
                if self.activation.is_some_and(|before| before != found) {
                    return Ok(None);
                }
                self.activation = Some(found);
                self.open = false;
            }
            _ => return Ok(None),
        }
        Ok(Some(()))
    }
}

fn flag_or(attribute: Option<&Attribute>, default: i64) -> i64 {
    attribute.map_or(default, |attribute| attribute.i)
}

/// No biases.
fn none(weights: &Tensor) -> Tensor {
    let outputs = weights.shape[0];
    Tensor { name: weights.name.clone(), shape: vec![outputs], values: vec![0.0; outputs] }
}

/// Biases may be a matrix of one row.
fn row(mut biases: Tensor, weights: &Tensor) -> Result<Tensor, LabError> {
    if biases.values.len() != weights.shape[0] || biases.shape.last() != Some(&biases.values.len()) {
        return Err(shape_error(&biases, &[weights.shape[0]]));
    }
    biases.shape = vec![biases.values.len()];
    Ok(biases)
}

/// The numbers under a name; with so many axes, or any number of them (0).
fn tensor(numbers: &Numbers, axes: usize) -> Result<Tensor, LabError> {
    let name = shown(&numbers.name);
    let shape: Vec<usize> = numbers.dims.iter().map(|&length| usize::try_from(length).unwrap_or(0)).collect();
    if (axes > 0 && shape.len() != axes) || shape.contains(&0) {
        let message = says::network_axes(&*name, list(&shape), axes.max(1));
        return Err(wrong(LabErrorCode::Type, &name, message));
    }
    let raw = &numbers.raw_data;
    let values: Vec<f32> = match numbers.data_type {
        FLOAT if raw.is_empty() => numbers.float_data.clone(),
        FLOAT => raw.as_chunks().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect(),
        DOUBLE if raw.is_empty() => numbers.double_data.iter().map(|&value| value as f32).collect(),
        DOUBLE => raw.as_chunks().0.iter().map(|&bytes| f64::from_le_bytes(bytes) as f32).collect(),
        other => {
            let message = says::network_dtype(&*name, other.to_string());
            return Err(wrong(LabErrorCode::Type, &name, message));
        }
    };
    let count = shape.iter().try_fold(1_usize, |count, &length| count.checked_mul(length));
    if count != Some(values.len()) {
        return Err(wrong(LabErrorCode::Type, &name, says::onnx_count(&*name, values.len(), list(&shape))));
    }
    Ok(Tensor { name, shape, values })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::State;

    const BYTES: &[u8] = include_bytes!("../../../tests/data/networks/network.onnx");

    fn changed(change: impl FnOnce(&mut Graph)) -> Result<Network, LabError> {
        let mut model = Model::decode(BYTES).unwrap();
        change(model.graph.as_mut().unwrap());
        super::super::open_network(&model.encode_to_vec())
    }

    #[test]
    fn what_was_written_by_others_is_read() {
        let whole = changed(|_| ()).unwrap();
        // As MatMul and Add, with weights the other way round, a row of biases, and a softmax at the end.
        let other = changed(|graph| {
            let mut nodes = Vec::new();
            for node in std::mem::take(&mut graph.node) {
                if node.op_type != "Gemm" {
                    nodes.push(node);
                    continue;
                }
                let [x, weights, biases] = <[String; 3]>::try_from(node.input).unwrap();
                let own = |operator: &str, input: Vec<String>, output: Vec<String>| Node {
                    input,
                    output,
                    op_type: operator.to_owned(),
                    attribute: Vec::new(),
                };
                let sum = format!("{weights} x");
                nodes.push(own("MatMul", vec![x, weights], vec![sum.clone()]));
                nodes.push(own("Add", vec![biases, sum], node.output));
            }
            let last = Node { op_type: "LogSoftmax".to_owned(), ..nodes[0].clone() };
            nodes.push(Node { input: vec!["logits".to_owned()], output: vec!["logs".to_owned()], ..last });
            graph.node = nodes;
            graph.output[0].name = "logs".to_owned();
            for numbers in &mut graph.initializer {
                if let [rows, columns] = numbers.dims[..] {
                    let found = tensor(numbers, 2).unwrap().turned();
                    numbers.dims = vec![columns, rows];
                    numbers.raw_data.clear();
                    numbers.float_data = found.values;
                } else {
                    numbers.dims.insert(0, 1);
                    numbers.data_type = DOUBLE;
                    numbers.double_data = tensor_of(&numbers.raw_data);
                    numbers.raw_data.clear();
                }
            }
        });
        assert_eq!(other.unwrap().values, whole.values);
        // Factors are part of the numbers.
        let doubled = changed(|graph| graph.node[0].attribute.iter_mut().for_each(|attribute| attribute.f *= 2.0));
        let first = &whole.layers()[0];
        assert!((doubled.unwrap().values[first.weights.start] - 2.0 * whole.values[first.weights.start]).abs() < 1e-9);
        // Other activations are found in the graph, and hold against what the metadata say.
        for (activation, name) in ACTIVATIONS {
            let other = changed(|graph| {
                for node in graph.node.iter_mut().filter(|node| node.op_type == "Tanh") {
                    node.op_type = name.to_owned();
                }
            });
            assert_eq!(other.unwrap().recipe.activation, activation);
        }
    }

    fn tensor_of(raw: &[u8]) -> Vec<f64> {
        raw.as_chunks().0.iter().map(|&bytes| f64::from(f32::from_le_bytes(bytes))).collect()
    }

    #[test]
    fn what_is_wrong_with_a_model_is_said() {
        type Change = fn(&mut Graph);
        let cases: [(Change, &str, &str); 15] = [
            (|graph| graph.node[0].op_type = "Conv".to_owned(), "onnx_operator", "Conv"),
            (|graph| graph.node[1].op_type = "Relu".to_owned(), "onnx_operator", "Tanh"),
            (|graph| graph.node.swap(0, 1), "onnx_operator", "Tanh"),
            (|graph| drop(graph.node.remove(1)), "onnx_operator", "Gemm"),
            (|graph| drop(graph.node.pop()), "onnx_output", ""),
            (|graph| graph.output.clear(), "onnx_output", ""),
            (|graph| graph.node[0].attribute[2].name = "transA".to_owned(), "onnx_operator", "Gemm"),
            (|graph| graph.node[0].input.push("more".to_owned()), "onnx_operator", "Gemm"),
            (|graph| graph.node[1].output.clear(), "onnx_operator", "Tanh"),
            (|graph| graph.node[0].input[1] = "else".to_owned(), "onnx_no_numbers", "else"),
            (|graph| graph.input.clear(), "onnx_input", ""),
            (|graph| graph.initializer[0].dims = vec![-1, 3], "network_axes", "0.weight"),
            (|graph| graph.initializer[0].dims = vec![i64::MAX, i64::MAX], "onnx_count", "0.weight"),
            (|graph| graph.initializer[0].data_type = 7, "network_dtype", "0.weight"),
            (|graph| graph.initializer[1].dims = vec![16, 2], "network_shape", "0.bias"),
        ];
        for (index, (change, id, path)) in cases.into_iter().enumerate() {
            let error = changed(change).unwrap_err();
            assert_eq!((error.says.id(), error.path.as_str()), (id, path), "{index}: {error}");
        }
        let error = super::super::open_network(&BYTES[..2000]).unwrap_err();
        assert_eq!(error.says.id(), "onnx_unreadable");
        let mut without = Model::decode(BYTES).unwrap();
        without.metadata_props.clear();
        let error = super::super::open_network(&without.encode_to_vec()).unwrap_err();
        assert_eq!(error.says.id(), "network_says_nothing");
        let untrained = Network::untrained(&crate::model::Recipe::default(), &State::default().mixture());
        assert!(super::super::save_network(&untrained, super::super::Format::Onnx).starts_with(&[FIRST_BYTE]));
    }
}
