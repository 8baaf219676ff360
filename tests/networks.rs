//! Networks as files: what `PyTorch` wrote, what we write, and whatever is wrong with a file.

mod common;

use std::collections::HashMap;
use std::fs;

use common::scenes;
use guidance_lab::learn::{Format, MOST_BYTES, check_fits, open_network, save_network};
use guidance_lab::many;
use guidance_lab::model::{Classifier, LabErrorCode, Learned, Mixture, Network, Recipe, State, preset, put_network};
use guidance_lab::random::Philox;
use guidance_lab::reference::at;
use rand::RngExt as _;
use safetensors::tensor::{Dtype, TensorView};
use serde_json::{Value, json};

const KEPT: &str = "tests/data/networks";

fn file(name: &str) -> Vec<u8> {
    fs::read(format!("{KEPT}/{name}")).unwrap()
}

/// The state of the preset with a network from a file, which is put at hand.
fn with(network: &Network) -> State {
    let state = preset("three-classes").unwrap().state;
    let state = state.merge(&json!({ "classifier": { "kind": "learned", "recipe": network.recipe } })).unwrap();
    put_network(&state.mixture(), network.clone().into());
    state
}

/// The largest difference of log probabilities and gradients to those that `PyTorch` wrote.
fn difference(state: &State, folder: &str) -> f64 {
    let found: Value = serde_json::from_slice(&fs::read(format!("{folder}/network.json")).unwrap()).unwrap();
    let mut largest: f64 = 0.0;
    for answer in found["answers"].as_array().unwrap() {
        let numbers = |value: &Value| -> Vec<f64> { serde_json::from_value(value.clone()).unwrap() };
        let (t, x) = (answer["time"].as_f64().unwrap(), numbers(&answer["x"]));
        for class in 0..3 {
            let state = state.merge(&json!({ "guidance": { "target": class } })).unwrap();
            let ours = at(&state, t, &x).unwrap();
            let theirs = numbers(&answer["gradients"][class]);
            let log = answer["logProbabilities"][class].as_f64().unwrap();
            largest = largest.max((ours.tested_log_posterior[0] - log).abs());
            for (ours, theirs) in ours.tested_guidance.iter().zip(theirs) {
                largest = largest.max((ours - theirs).abs());
            }
        }
    }
    largest
}

#[test]
fn what_pytorch_wrote_says_what_pytorch_says() {
    let network = open_network(&file("network.safetensors")).unwrap();
    assert_eq!((network.dimension, network.recipe.hidden.widths().collect()), (2, vec![32, 32]));
    assert_eq!(network.classes, [0, 1, 2]);
    // As `sha256sum` has it.
    assert_eq!(network.recipe.weights.unwrap().to_string(), FINGERPRINT);
    // Both in f64 from the same f32 numbers.
    let state = with(&network);
    let largest = difference(&state, KEPT);
    assert!(largest < 1e-12, "{largest}");
    // So does the same network as ONNX, from PyTorch's own export.
    let onnx = open_network(&file("network.onnx")).unwrap();
    assert_eq!((&onnx.values, &onnx.classes), (&network.values, &network.classes));
    assert_ne!(onnx.recipe.weights, network.recipe.weights);
    assert!(difference(&with(&onnx), KEPT) < 1e-12);
    // A network with one other weight says something else.
    let mut other = network.clone();
    other.values[100] += 0.01;
    assert!(difference(&with(&other), KEPT) > 1e-4);
    // The same file on another mixture of its classes, without having been put again.
    put_network(&state.mixture(), network.into());
    let mut mixture = state.to_value()["mixture"].clone();
    mixture[0]["mean"] = json!([3.0, 3.0]);
    assert!(difference(&state.merge(&json!({ "mixture": mixture })).unwrap(), KEPT) < 1e-12);
}

const FINGERPRINT: &str = "b51d290195ecf49411e07abb149a6611513a9c9d7a88f9866249652d85078ab5";

/// A network with numbers of its own in every place.
fn filled(recipe: &Value, mixture: &Mixture) -> Network {
    let patch = json!({ "classifier": { "kind": "learned", "recipe": recipe } });
    let recipe: Recipe =
        serde_json::from_value(State::default().merge(&patch).unwrap().to_value()["classifier"]["recipe"].clone())
            .unwrap();
    let mut network = Network::untrained(&recipe, mixture);
    let mut rng = Philox::for_purpose(7, 0);
    network.values.fill_with(|| rng.random_range(-1.0..1.0));
    network
}

/// `cargo xtask bench` runs the script of `examples/pytorch`, and then this.
#[test]
#[ignore = "needs what the script has written"]
fn what_the_script_writes_now_says_what_pytorch_says() {
    let folder = "target/bench";
    for name in ["network.safetensors", "network.onnx"] {
        let network = open_network(&fs::read(format!("{folder}/{name}")).unwrap()).unwrap();
        assert!(difference(&with(&network), folder) < 1e-12);
    }
}

#[test]
fn the_documented_entry_is_that_of_the_file() {
    let bytes = file("network.safetensors");
    let (_, header) = safetensors::SafeTensors::read_metadata(&bytes).unwrap();
    let entry = &header.metadata().as_ref().unwrap()["guidance_lab"];
    let document = fs::read_to_string("docs/networks.md").unwrap();
    let block = document.split("\n```json\n").nth(1).unwrap().split("\n```").next().unwrap();
    let parsed = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    assert_eq!(parsed(block), parsed(entry));
}

#[test]
fn what_is_saved_is_opened() {
    let line = Mixture::new(&scenes::two_classes_1d());
    let plane = Mixture::new(&scenes::four_components_2d());
    for (recipe, mixture) in [
        (json!({ "hidden": [7, 4], "activation": "softplus", "noise": [0.02, 5.0] }), &line),
        (json!({ "hidden": [], "time": false, "fourier": { "features": 5, "bandwidth": 2.0 } }), &plane),
        (json!({ "hidden": [3, 3, 3], "activation": "sine", "fourier": { "features": 6 } }), &line),
        (json!({ "hidden": [128, 128, 128], "activation": "relu", "fourier": { "features": 256 } }), &plane),
    ] {
        let network = filled(&recipe, mixture);
        for format in [Format::Safetensors, Format::Onnx] {
            let bytes = save_network(&network, format);
            assert_eq!(bytes, save_network(&network, format));
            assert!(bytes.len() < MOST_BYTES / 10);
            is_the_same(&open_network(&bytes).unwrap(), &network);
        }
        let opened = open_network(&save_network(&network, Format::Onnx)).unwrap();
        // What was opened is saved and opened as well.
        is_the_same(&open_network(&save_network(&opened, Format::Safetensors)).unwrap(), &network);
        check_fits(&opened, mixture).unwrap();
        let error = check_fits(&opened, &Mixture::new(&scenes::sixteen_components(2, 4))).unwrap_err();
        assert_eq!((error.path.as_str(), error.says.id()), ("classifier.recipe.weights", "network_does_not_fit"));
    }
}

fn is_the_same(opened: &Network, network: &Network) {
    assert_eq!((&opened.values, &opened.classes), (&network.values, &network.classes));
    assert_eq!(opened.layers(), network.layers());
    let shape = |recipe: &Recipe| (recipe.hidden, recipe.activation, recipe.time);
    assert_eq!(shape(&opened.recipe), shape(&network.recipe));
    if opened.recipe.time {
        let bits = |recipe: &Recipe| recipe.noise.map(f64::to_bits);
        assert_eq!(bits(&opened.recipe), bits(&network.recipe));
    }
}

/// A tensor of a made file: name, type, shape, bytes.
type Made<'a> = (&'a str, Dtype, Vec<usize>, Vec<u8>);

fn made(tensors: &[Made], about: Option<Value>) -> Vec<u8> {
    let views = tensors
        .iter()
        .map(|(name, dtype, shape, bytes)| (*name, TensorView::new(*dtype, shape.clone(), bytes).unwrap()));
    let about = about.map(|about| HashMap::from([("guidance_lab".to_owned(), about.to_string())]));
    safetensors::serialize(views, about.map(|map| map.into_iter().collect())).unwrap()
}

fn floats<'a>(name: &'a str, shape: &[usize], value: f32) -> Made<'a> {
    let count = shape.iter().product();
    (name, Dtype::F32, shape.to_vec(), vec![value; count].iter().flat_map(|value| value.to_le_bytes()).collect())
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of faults")]
fn whatever_is_wrong_with_a_file_is_said() {
    let about = || Some(json!({ "recipe": { "activation": "tanh", "time": true, "noise": [0.1, 1.0] } }));
    let said = |about: Value| Some(json!({ "recipe": about }));
    // One coordinate and the time, four neurons, two classes.
    let good = || {
        vec![
            floats("0.weight", &[4, 2], 0.5),
            floats("0.bias", &[4], 0.5),
            floats("2.weight", &[2, 4], 0.5),
            floats("2.bias", &[2], 0.5),
        ]
    };
    let but = |index: usize, tensor: Made<'static>| {
        let mut all = good();
        all[index] = tensor;
        all
    };
    assert_eq!(open_network(&made(&good(), about())).unwrap().dimension, 1);
    let f64s = [0.25_f64; 8].iter().flat_map(|value| value.to_le_bytes()).collect();
    open_network(&made(&but(0, ("0.weight", Dtype::F64, vec![4, 2], f64s)), about())).unwrap();
    let renamed: Vec<Made> = good()
        .into_iter()
        .zip(["a.fc1.weight", "a.fc1.bias", "a.fc2.weight", "a.fc2.bias"])
        .map(|((_, dtype, shape, bytes), name)| (name, dtype, shape, bytes))
        .collect();
    open_network(&made(&renamed, about())).unwrap();

    let wide = |width: usize| {
        vec![
            floats("0.weight", &[width, 2], 0.5),
            floats("0.bias", &[width], 0.5),
            floats("2.weight", &[2, width], 0.5),
            floats("2.bias", &[2], 0.5),
        ]
    };
    let deep = || {
        ["0.weight", "1.weight", "2.weight", "3.weight", "4.weight"]
            .map(|name| floats(name, &[2, 2], 0.5))
            .into_iter()
            .chain(["0.bias", "1.bias", "2.bias", "3.bias", "4.bias"].map(|name| floats(name, &[2], 0.5)))
            .collect::<Vec<_>>()
    };
    let plus = |tensor: Made<'static>| good().into_iter().chain([tensor]).collect::<Vec<_>>();
    let halves = ("2.bias", Dtype::F16, vec![2], vec![0; 4]);
    let cases: Vec<(Vec<u8>, &str, &str)> = vec![
        (vec![], "network_file_unreadable", ""),
        (b"x,y,class\n1,2,0\n".to_vec(), "network_file_unreadable", ""),
        (vec![0xff; 100], "network_file_unreadable", ""),
        (vec![0; MOST_BYTES + 1], "network_file_large", ""),
        (made(&good(), about())[..400].to_vec(), "network_file_cut", ""),
        ([made(&good(), about()), vec![0]].concat(), "network_file_cut", ""),
        (made(&good(), None), "network_says_nothing", "guidance_lab"),
        (made(&good(), Some(json!([1]))), "network_says_nothing", "guidance_lab"),
        (made(&good(), Some(json!({}))), "network_says_no", "guidance_lab"),
        (made(&good(), said(json!({ "time": true, "noise": [0.1, 1.0] }))), "network_says_no", "guidance_lab"),
        (made(&good(), said(json!({ "time": true, "activation": "tanh" }))), "network_says_no", "guidance_lab"),
        (
            made(&good(), said(json!({ "time": false, "activation": "gelu" }))),
            "not_a_choice",
            "classifier.recipe.activation",
        ),
        (made(&good(), said(json!({ "time": 1, "activation": "tanh" }))), "wrong_type", "classifier.recipe.time"),
        (
            made(&good(), said(json!({ "time": true, "activation": "tanh", "noise": [0, 1] }))),
            "out_of_range",
            "classifier.recipe.noise[0]",
        ),
        (
            made(&good(), Some(json!({ "recipe": about().unwrap()["recipe"], "classes": [0, 0] }))),
            "network_classes",
            "guidance_lab",
        ),
        (
            made(&good(), Some(json!({ "recipe": about().unwrap()["recipe"], "classes": [0, 8] }))),
            "network_classes",
            "guidance_lab",
        ),
        (
            made(&good(), Some(json!({ "recipe": about().unwrap()["recipe"], "classes": [0, 1, 2] }))),
            "network_classes",
            "guidance_lab",
        ),
        (made(&[], about()), "network_has_no_layer", ""),
        (made(&good()[..3], about()), "network_half_a_layer", ""),
        (made(&but(0, floats("0.weight", &[4, 0], 0.0)), about()), "network_axes", "0.weight"),
        (made(&but(0, floats("0.weight", &[8], 0.0)), about()), "network_axes", "0.weight"),
        (made(&but(1, floats("0.bias", &[3], 0.0)), about()), "network_shape", "0.bias"),
        (made(&but(2, floats("2.weight", &[2, 3], 0.0)), about()), "network_shape", "2.weight"),
        (made(&but(3, halves), about()), "network_dtype", "2.bias"),
        (made(&but(2, floats("2.weight", &[2, 4], f32::NAN)), about()), "network_not_finite", "2.weight"),
        (
            made(&but(3, ("2.bias", Dtype::F64, vec![2], [1.0, 1e300_f64].map(f64::to_le_bytes).concat())), about()),
            "network_not_finite",
            "2.bias",
        ),
        (made(&but(0, floats("0.weight", &[4, 1], 0.0)), about()), "out_of_range", "0.weight"),
        (made(&but(0, floats("0.weight", &[4, 10], 0.0)), about()), "out_of_range", "0.weight"),
        (made(&plus(floats("out.weight", &[2, 2], 0.0)), about()), "network_tensor_name", "out.weight"),
        (made(&plus(floats("b.4.weight", &[2, 2], 0.0)), about()), "network_tensor_name", "b.4.weight"),
        (made(&plus(floats("steps", &[1], 0.0)), about()), "network_tensor_name", "steps"),
        (made(&plus(floats("frequencies", &[3, 1], 0.0)), about()), "network_shape", "0.weight"),
        (made(&plus(floats("frequencies", &[3, 2], 0.0)), about()), "network_shape", "0.weight"),
        (made(&wide(129), about()), "out_of_range", "0.weight"),
        (made(&deep(), about()), "too_many_layers", "classifier.recipe.hidden"),
    ];
    for (index, (bytes, id, path)) in cases.iter().enumerate() {
        let error = open_network(bytes).unwrap_err();
        assert_eq!((error.says.id(), error.path.as_str()), (*id, *path), "{index}: {error}");
    }
    // A name of a stranger acts on nothing, however long it is.
    let long = "\u{202e}<b>".repeat(100) + "5.weight";
    let error = open_network(&made(&[floats(&long, &[2], f32::NAN)], about())).unwrap_err();
    assert!(error.message.chars().count() < 300 && !error.message.contains('\u{202e}'), "{error}");
    // Whatever bytes are changed, it is refused or opened.
    let mut rng = Philox::for_purpose(3, 0);
    let whole = [made(&good(), about()), file("network.onnx")];
    for round in 0..4000 {
        let mut bytes = whole[round % 2].clone();
        for _ in 0..rng.random_range(1..4) {
            let place = rng.random_range(0..bytes.len());
            bytes[place] = rng.random();
        }
        drop(open_network(&bytes));
    }
}

/// A network of pictures: written by hand in 20 dimensions for twelve classes, read, and worked out from its definition. As a file of few dimensions
/// it is refused, and so is one of other coordinates or classes.
#[test]
fn a_network_in_many_dimensions_is_one_too() {
    const D: usize = 20;
    const CLASSES: usize = 12;
    const NEURONS: usize = 5;
    let number = |at: usize| (1.7 * at as f64 + 0.3).sin() as f32;
    let numbers = |from: usize, count: usize| -> Vec<f32> { (from..from + count).map(number).collect() };
    let (inputs, noise) = (D + 1, [0.01, 5.0]);
    let tensors = [
        ("net.0.weight", vec![NEURONS, inputs], numbers(0, NEURONS * inputs)),
        ("net.0.bias", vec![NEURONS], numbers(500, NEURONS)),
        ("net.2.weight", vec![CLASSES, NEURONS], numbers(600, CLASSES * NEURONS)),
        ("net.2.bias", vec![CLASSES], numbers(900, CLASSES)),
    ];
    let about = json!({ "recipe": { "activation": "tanh", "time": true, "noise": noise } });
    let bytes = |values: &[f32]| values.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<u8>>();
    let written: Vec<Made> =
        tensors.iter().map(|(name, shape, values)| (*name, Dtype::F32, shape.clone(), bytes(values))).collect();
    let file = made(&written, Some(about));

    let component = |class: usize| many::Component {
        weight: 1.0,
        mean: (0..D).map(|j| f64::from(number(class * D + j))).collect(),
        covariance: many::Covariance::Isotropic(0.5),
        class,
    };
    let mut mixture = many::Mixture::new((0..CLASSES).map(component).collect()).unwrap();
    let network = many::open_network(&mixture, &file).unwrap();
    assert_eq!((network.dimension, network.classes.len(), network.recipe.weights.is_some()), (D, CLASSES, true));
    assert!(!mixture.knows(&network.recipe));
    let classifier = Classifier::Learned(Learned { recipe: network.recipe });
    mixture.put_network(network.clone().into());
    assert!(mixture.knows(&network.recipe));

    let t: f64 = 0.7;
    let x: Vec<f64> = (0..D).map(|j| 0.4 * f64::from(number(40 + j))).collect();
    let told = 3.0_f64.sqrt() * (2.0 * (t / noise[0]).ln() / (noise[1] / noise[0]).ln() - 1.0);
    let logits = |x: &[f64]| -> Vec<f64> {
        let row: Vec<f64> = x.iter().copied().chain([told]).collect();
        let layer = |input: &[f64], at: usize| -> Vec<f64> {
            let (_, shape, weights) = &tensors[at];
            let sum = |i: usize| -> f64 {
                let own = &weights[i * shape[1]..][..shape[1]];
                own.iter().zip(input).map(|(&w, x)| f64::from(w) * x).sum::<f64>() + f64::from(tensors[at + 1].2[i])
            };
            (0..shape[0]).map(sum).collect()
        };
        let hidden: Vec<f64> = layer(&row, 0).iter().map(|a| a.tanh()).collect();
        let logits = layer(&hidden, 2);
        let all = logits.iter().map(|z| z.exp()).sum::<f64>().ln();
        logits.iter().map(|z| z - all).collect()
    };
    let target = 7;
    let found = many::Guide::new(&mixture, &classifier, t).at(&x, target);
    for (found, wanted) in found.tested.iter().zip(logits(&x)) {
        assert!((found - wanted).abs() < 1e-6, "{found}, {wanted}");
    }
    for (j, found) in found.tested_guidance.iter().enumerate() {
        let moved = |by: f64| {
            let mut x = x.clone();
            x[j] += by;
            logits(&x)[target]
        };
        let wanted = (moved(1e-4) - moved(-1e-4)) / 2e-4;
        assert!((found - wanted).abs() < 1e-5, "x_{j}: {found}, {wanted}");
    }
    // Saved and opened again it is the same, in either format.
    for format in [Format::Safetensors, Format::Onnx] {
        assert_eq!(many::open_network(&mixture, &save_network(&network, format)).unwrap().values, network.values);
    }

    let few = open_network(&file).unwrap_err();
    assert!(few.message.contains("is 20, but must be between 1 and 8"), "{few}");
    let other = many::Mixture::new(
        (0..CLASSES).map(|class| many::Component { mean: vec![0.0; 30], ..component(class) }).collect(),
    );
    let refused = many::open_network(&other.unwrap(), &file).unwrap_err();
    assert_eq!((refused.code, refused.path.as_str()), (LabErrorCode::Inconsistent, "classifier.recipe.weights"));
    let said = "takes 20 coordinates and knows the classes 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11; the mixture has 30 coordinates";
    assert!(refused.message.contains(said), "{refused}");
    let fewer = many::Mixture::new((0..3).map(component).collect()).unwrap();
    let refused = many::open_network(&fewer, &file).unwrap_err();
    assert!(refused.message.contains("the mixture has 20 coordinates and the classes 0, 1, 2"), "{refused}");
}
