//! Reading, merging and repairing states.
#![allow(clippy::float_cmp, reason = "values that are copied or clamped are equal, not close")]

use std::fmt::Write as _;

use guidance_lab::model::{
    CLASSIFIER_FIELDS, CLASSIFIER_KINDS, Classifier, FIELDS, FieldKind, Grid, Guidance, LabErrorCode, MAX_COMPONENTS,
    Mixture, Preset, SCORE_KINDS, State, Tempered, Wiggle, domain, field, presets, symmetric_eigen,
};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

fn refused(patch: &Value) -> (LabErrorCode, String, String) {
    let error = State::default().merge(patch).expect_err("the patch should be refused");
    (error.code, error.path, error.message)
}

#[track_caller]
fn expect_refusal(patch: &Value, code: LabErrorCode, path: &str) {
    let (found, found_path, message) = refused(patch);
    assert_eq!((found, found_path.as_str()), (code, path), "{patch}: {message}");
    let field = path.split(['.', '[']).next().unwrap();
    assert!(message.contains(field), "{message:?} does not name {path}");
}

#[test]
fn the_default_is_the_preset_wiggle() {
    let state = State::default();
    assert_eq!(State::from_value(&json!({})).unwrap(), state);
    assert_eq!(presets()[0].state, state);
    assert_eq!((state.particles, state.process.steps, state.process.grid), (20_000, 400, Grid::Quadratic));
}

#[test]
fn every_preset_is_valid_and_read_back() {
    let mut names = Vec::new();
    for Preset { name, title, description, state } in presets() {
        assert_eq!(State::from_value(&state.to_value()).unwrap(), state, "{name}");
        assert_eq!(State::open(&state.to_value()), (state.clone(), Vec::new()), "{name}");
        assert!(state.mixture[0].mean.len() <= 2, "{name}: the page shows one and two dimensions");
        assert!(description.ends_with(['.', '?']) && !title.ends_with('.'), "{name}");
        names.push(name);
    }
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), presets().len());
}

#[test]
fn a_flag_is_true_or_false() {
    for wrong in [json!(1), json!("true"), json!(null)] {
        let patch = json!({ "classifier": { "kind": "denoised", "jacobian": wrong } });
        expect_refusal(&patch, LabErrorCode::Type, "classifier.jacobian");
    }
    let patch = json!({ "classifier": { "kind": "denoised", "time": 1 } });
    expect_refusal(&patch, LabErrorCode::UnknownKey, "classifier.time");
    let (state, changes) = State::open(&json!({ "classifier": { "kind": "denoised", "jacobian": "no" } }));
    assert_eq!(state.to_value()["classifier"], json!({ "kind": "denoised", "jacobian": true }));
    assert!(changes[0].message.contains("classifier.jacobian is \"no\", but must be true or false; true is used"));
}

#[test]
fn a_recipe_is_read_field_by_field() {
    use LabErrorCode::{Inconsistent, Range, Type, UnknownKey};
    let with = |recipe: &Value| json!({ "classifier": { "kind": "learned", "recipe": recipe } });
    for (recipe, code, path) in [
        (json!(3), Type, ""),
        (json!({ "width": 3 }), UnknownKey, ".width"),
        (json!({ "hidden": 64 }), Type, ".hidden"),
        (json!({ "hidden": [64, 129] }), Range, ".hidden[1]"),
        (json!({ "hidden": [0] }), Range, ".hidden[0]"),
        (json!({ "hidden": [2.5] }), Type, ".hidden[0]"),
        (json!({ "hidden": [8, 8, 8, 8] }), Range, ".hidden"),
        (json!({ "activation": "gelu" }), Range, ".activation"),
        (json!({ "fourier": 6 }), Type, ".fourier"),
        (json!({ "fourier": { "features": 0 } }), Range, ".fourier.features"),
        (json!({ "fourier": { "bandwidth": 101 } }), Range, ".fourier.bandwidth"),
        (json!({ "time": 1 }), Type, ".time"),
        (json!({ "points": 99 }), Range, ".points"),
        (json!({ "noise": [0.1] }), Type, ".noise"),
        (json!({ "noise": [0.0, 1] }), Range, ".noise[0]"),
        (json!({ "noise": [0.1, 21] }), Range, ".noise[1]"),
        (json!({ "noise": [1, 0.1] }), Inconsistent, ".noise"),
        (json!({ "flipped": 1.1 }), Range, ".flipped"),
        (json!({ "labelSmoothing": 1.1 }), Range, ".labelSmoothing"),
        (json!({ "inputNoise": -0.1 }), Range, ".inputNoise"),
        (json!({ "spectralNorm": 0 }), Range, ".spectralNorm"),
        (json!({ "spectralNorm": "none" }), Type, ".spectralNorm"),
        (json!({ "loss": { "hinge": 1 } }), UnknownKey, ".loss.hinge"),
        (json!({ "loss": { "curvature": -1 } }), Range, ".loss.curvature"),
        (json!({ "loss": { "crossEntropy": 0, "curvature": 1 } }), Inconsistent, ".loss"),
        (json!({ "weightDecay": 11 }), Range, ".weightDecay"),
        (json!({ "batch": 7 }), Range, ".batch"),
        (json!({ "rate": 0 }), Range, ".rate"),
        (json!({ "steps": 100_001 }), Range, ".steps"),
        (json!({ "targetKl": 0 }), Range, ".targetKl"),
        (json!({ "seed": -1 }), Range, ".seed"),
        (json!({ "weights": 7 }), Type, ".weights"),
        (json!({ "weights": "abc" }), Type, ".weights"),
        (json!({ "weights": "é".repeat(32) }), Type, ".weights"),
        (json!({ "weights": "G".repeat(64) }), Type, ".weights"),
    ] {
        expect_refusal(&with(&recipe), code, &format!("classifier.recipe{path}"));
        // A link with the same opens, and says so.
        let (state, changes) = State::open(&with(&recipe));
        assert_eq!(changes.len(), 1, "{recipe}");
        assert_eq!(State::from_value(&state.to_value()).as_ref(), Ok(&state));
    }
    let full = json!({
        "hidden": [], "activation": "sine", "fourier": { "features": 42, "bandwidth": 4.0 }, "time": false,
        "points": 5000, "noise": [0.5, 0.5], "flipped": 0.1,
        "labelSmoothing": 0.05, "inputNoise": 0.3,
        "loss": { "crossEntropy": 0.0, "brier": 1.0, "denoising": 2.0, "gradientPenalty": 3.0, "curvature": 4.0 },
        "weightDecay": 0.2, "spectralNorm": 2.5, "batch": 64, "rate": 0.01, "steps": 10, "targetKl": 0.1, "seed": 9,
        "weights": "0123456789abcdef".repeat(4)
    });
    assert_eq!(State::default().merge(&with(&full)).unwrap().to_value()["classifier"]["recipe"], full);
}

#[test]
fn names_of_classes_are_short_texts_that_act_on_nothing() {
    let state = State::default().merge(&json!({ "labels": ["", "\"Smith, J\" <b>&amp;", "三"] })).unwrap();
    assert_eq!(State::from_value(&state.to_value()).unwrap(), state);
    assert_eq!(state.labels[1], "\"Smith, J\" <b>&amp;");
    for (wrong, code, path) in [
        (json!("a"), LabErrorCode::Type, "labels"),
        (json!(vec![""; 9]), LabErrorCode::Range, "labels"),
        (json!(["a", 1]), LabErrorCode::Type, "labels[1]"),
        (json!(["x".repeat(49)]), LabErrorCode::Range, "labels[0]"),
        (json!(["a\nb"]), LabErrorCode::Range, "labels[0]"),
        (json!(["a", "\u{202e}b"]), LabErrorCode::Range, "labels[1]"),
        (json!([" a"]), LabErrorCode::Range, "labels[0]"),
    ] {
        expect_refusal(&json!({ "labels": wrong }), code, path);
    }
    let (state, changes) = State::open(&json!({ "labels": ["a", 2, "é".repeat(48)] }));
    assert_eq!(state.labels, ["a", "", &"é".repeat(48)]);
    assert!(changes[0].message.contains("labels[1] is 2, but must be a text of at most 48 characters"), "{changes:?}");
}

/// What has no meaning says why: each rule by itself, in one dimension, with CFG++ and at the predicted mean.
#[test]
fn rules_say_why_they_have_no_meaning() {
    let plane = presets().into_iter().find(|preset| preset.state.mixture[0].mean.len() == 2).unwrap().state;
    let why = |state: &State, patch: Value| {
        let error = state.merge(&patch).unwrap_err();
        (error.path.clone(), serde_json::to_value(&error).unwrap()["says"]["id"].clone())
    };
    for (key, value) in [("parallel", 0.5), ("rescale", 0.5)] {
        let path = format!("guidance.{key}");
        let line = format!("{key}_in_one_dimension");
        assert_eq!(why(&State::default(), json!({ "guidance": { key: value } })), (path.clone(), json!(line)));
        let mean = json!({ "guidance": { key: value, "at": "predicted-mean" }, "process": { "sampler": "ddpm" } });
        assert_eq!(why(&plane, mean), (path.clone(), json!("none_at_the_mean")));
        let renoised = json!({ "guidance": { key: value }, "process": { "sampler": "cfg++" } });
        assert_eq!(why(&plane, renoised), (path, json!("none_with_renoising")));
    }
}

#[test]
fn strict_reading_refuses() {
    use LabErrorCode::{Inconsistent, Range, Type, UnknownKey, Version};
    let component = |change: Value| {
        let mut component = json!({ "weight": 1, "mean": [0, 0], "covariance": [[1, 0], [0, 1]], "class": 1 });
        component.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        json!({ "mixture": [component] })
    };
    let cases = [
        (json!({ "gamma": 2 }), UnknownKey, "gamma"),
        (json!({ "guidance": { "w": 2 } }), UnknownKey, "guidance.w"),
        (json!({ "version": 2 }), Version, "version"),
        (json!({ "guidance": { "gamma": "2" } }), Type, "guidance.gamma"),
        (json!({ "guidance": { "gamma": null } }), Type, "guidance.gamma"),
        (json!({ "guidance": { "gamma": f64::NAN } }), Type, "guidance.gamma"),
        (json!({ "guidance": { "gamma": 50.5 } }), Range, "guidance.gamma"),
        (json!({ "guidance": { "gamma": -10.1 } }), Range, "guidance.gamma"),
        (json!({ "guidance": { "target": 3 } }), Inconsistent, "guidance.target"),
        (json!({ "guidance": { "target": 8 } }), Range, "guidance.target"),
        (json!({ "guidance": 3 }), Type, "guidance"),
        (json!({ "process": { "steps": 0 } }), Range, "process.steps"),
        (json!({ "process": { "steps": 4001 } }), Range, "process.steps"),
        (json!({ "process": { "steps": 2.5 } }), Type, "process.steps"),
        (json!({ "process": { "horizon": 20.1 } }), Range, "process.horizon"),
        (json!({ "process": { "grid": "cubic" } }), Range, "process.grid"),
        (json!({ "process": { "grid": 3 } }), Type, "process.grid"),
        (json!({ "process": { "sampler": "DDIM" } }), Range, "process.sampler"),
        (json!({ "process": { "stop": 1 } }), Inconsistent, "process.stop"),
        (json!({ "process": { "stop": 0.5, "horizon": 0.5 } }), Inconsistent, "process.stop"),
        (json!({ "process": { "stop": 0, "grid": "uniform-geometric" } }), Inconsistent, "process.stop"),
        (json!({ "process": { "horizon": 1, "grid": "uniform-geometric" } }), Inconsistent, "process.grid"),
        (json!({ "classifier": { "kind": "forest" } }), Range, "classifier.kind"),
        (json!({ "classifier": { "kind": "exact", "frequency": 3 } }), UnknownKey, "classifier.frequency"),
        (json!({ "classifier": { "frequency": 513 } }), Range, "classifier.frequency"),
        (json!({ "classifier": { "amplitude": { "scale": 33 } } }), Inconsistent, "classifier.amplitude.scale"),
        (json!({ "classifier": { "amplitude": { "scale": -1 } } }), Range, "classifier.amplitude.scale"),
        (json!({ "compare": ["exact", "exact"] }), Inconsistent, "compare[1]"),
        (json!({ "compare": ["tested"] }), Range, "compare[0]"),
        (json!({ "compare": "exact" }), Type, "compare"),
        (json!({ "particles": 0 }), Range, "particles"),
        (json!({ "particles": 100_000_001 }), Range, "particles"),
        (json!({ "seed": -1 }), Range, "seed"),
        (json!({ "seed": 4_294_967_296_u64 }), Range, "seed"),
        (json!({ "view": { "field": "curl" } }), Range, "view.field"),
        (json!({ "mixture": [] }), Range, "mixture"),
        (json!({ "mixture": 1 }), Type, "mixture"),
        (json!({ "mixture": [3] }), Type, "mixture[0]"),
        (json!({ "mixture": [{}] }), Type, "mixture[0].weight"),
        (component(json!({ "weight": 0 })), Range, "mixture[0].weight"),
        (component(json!({ "class": 8 })), Range, "mixture[0].class"),
        (component(json!({ "mean": [0, 20.5] })), Range, "mixture[0].mean[1]"),
        (component(json!({ "mean": [0, null] })), Type, "mixture[0].mean"),
        (component(json!({ "mean": [] })), Range, "mixture[0].mean"),
        (component(json!({ "mean": [0] })), Type, "mixture[0].covariance"),
        (component(json!({ "covariance": [[1, 0.5], [0.4, 1]] })), Inconsistent, "mixture[0].covariance"),
        (component(json!({ "covariance": [[1, 2], [2, 1]] })), Range, "mixture[0].covariance"),
        (component(json!({ "covariance": [[1e-5, 0], [0, 1]] })), Range, "mixture[0].covariance"),
        (component(json!({ "covariance": [[101, 0], [0, 1]] })), Range, "mixture[0].covariance"),
        (component(json!({ "colour": "red" })), UnknownKey, "mixture[0].colour"),
        (json!({ "process": { "grid": "logistic", "stop": 0 } }), Inconsistent, "process.stop"),
        (json!({ "guidance": { "from": -0.1 } }), Range, "guidance.from"),
        (json!({ "guidance": { "from": 2, "to": 1 } }), Inconsistent, "guidance.from"),
        (json!({ "guidance": { "to": "whole" } }), Type, "guidance.to"),
        (json!({ "guidance": { "adaptive": 9 } }), Range, "guidance.adaptive"),
        (json!({ "classifier": { "kind": "tempered", "sharpness": 20.5 } }), Range, "classifier.sharpness"),
        (json!({ "classifier": { "kind": "tempered", "sharpness": -1 } }), Range, "classifier.sharpness"),
        (json!({ "classifier": { "kind": "tempered", "sharpness": "2" } }), Type, "classifier.sharpness"),
        (json!({ "classifier": { "kind": "tempered", "bias": -21 } }), Range, "classifier.bias"),
        (json!({ "classifier": { "kind": "tempered", "frequency": 8 } }), UnknownKey, "classifier.frequency"),
        (json!({ "classifier": { "sharpness": 2 } }), UnknownKey, "classifier.sharpness"),
        (json!({ "classifier": { "kind": "mistimed", "shift": 5.5 } }), Range, "classifier.shift"),
        (json!({ "classifier": { "kind": "mistimed", "shift": -5.5 } }), Range, "classifier.shift"),
        (json!({ "classifier": { "kind": "mistimed", "shift": [] } }), Type, "classifier.shift"),
        (json!({ "classifier": { "kind": "mistimed", "time": 1 } }), UnknownKey, "classifier.time"),
        (json!({ "classifier": { "kind": "label-smoothing", "epsilon": 1 } }), Range, "classifier.epsilon"),
        (json!({ "classifier": { "kind": "label-smoothing", "epsilon": -0.1 } }), Range, "classifier.epsilon"),
        (json!({ "classifier": { "kind": "label-smoothing", "epsilon": null } }), Type, "classifier.epsilon"),
        (json!({ "classifier": { "kind": "label-smoothing", "shift": 1 } }), UnknownKey, "classifier.shift"),
        (json!({ "classifier": { "kind": "noise-blind", "time": -1 } }), Range, "classifier.time"),
        (json!({ "classifier": { "kind": "noise-blind", "time": 20.5 } }), Range, "classifier.time"),
        (json!({ "classifier": { "kind": "noise-blind", "time": 12 } }), Inconsistent, "classifier.time"),
        (json!({ "classifier": { "kind": "noise-blind", "input": "clean" } }), Range, "classifier.input"),
        (json!({ "classifier": { "kind": "noise-blind", "epsilon": 0 } }), UnknownKey, "classifier.epsilon"),
        (json!({ "classifier": { "smoothing": -1 } }), Range, "classifier.smoothing"),
        (json!({ "classifier": { "smoothing": 11 } }), Range, "classifier.smoothing"),
        (json!({ "classifier": { "kind": "tempered", "smoothing": 1 } }), UnknownKey, "classifier.smoothing"),
    ];
    for (patch, code, path) in &cases {
        expect_refusal(patch, *code, path);
    }
    let mixed = json!({ "mixture": [
        { "weight": 1, "mean": [0], "covariance": [[1]], "class": 1 },
        { "weight": 1, "mean": [0, 0], "covariance": [[1, 0], [0, 1]], "class": 0 },
    ] });
    expect_refusal(&mixed, Inconsistent, "mixture[1].mean");
    let one = json!({ "weight": 1, "mean": [0], "covariance": [[1]], "class": 1 });
    expect_refusal(&json!({ "mixture": vec![one; MAX_COMPONENTS + 1] }), Range, "mixture");
    let light = json!({ "mixture": [
        { "weight": 1e6, "mean": [0], "covariance": [[1]], "class": 1 },
        { "weight": 0.1, "mean": [0], "covariance": [[1]], "class": 0 },
    ] });
    expect_refusal(&light, Range, "mixture[1].weight");
}

#[test]
fn wrong_scores_are_refused_where_they_have_no_meaning() {
    use LabErrorCode::{Inconsistent, Range, Type, UnknownKey};
    let cases = [
        (json!({ "score": 3 }), Type, "score"),
        (json!({ "score": { "kind": "guessed" } }), Range, "score.kind"),
        (json!({ "score": { "kind": "exact", "by": 2 } }), UnknownKey, "score.by"),
        (json!({ "score": { "kind": "inflated", "variance": -0.1 } }), Range, "score.variance"),
        (json!({ "score": { "kind": "inflated", "weaker": "much" } }), Type, "score.weaker"),
        (json!({ "score": { "kind": "shifted", "by": 0.3 } }), Type, "score.by"),
        (json!({ "score": { "kind": "shifted", "by": [0.3, 0] } }), Inconsistent, "score.by"),
        (json!({ "score": { "kind": "shifted", "by": [10.5] } }), Range, "score.by[0]"),
        (json!({ "score": { "kind": "scaled", "by": 0.05 } }), Range, "score.by"),
        (json!({ "score": { "kind": "scaled", "by": [1] } }), Type, "score.by"),
        (json!({ "guidance": { "guide": "weaker" } }), Inconsistent, "guidance.guide"),
        (json!({ "guidance": { "guide": "friend" } }), Range, "guidance.guide"),
    ];
    for (patch, code, path) in &cases {
        expect_refusal(patch, *code, path);
    }
}

#[test]
fn a_message_says_value_and_range() {
    let (_, _, message) = refused(&json!({ "process": { "steps": 99999 } }));
    assert_eq!(message, "process.steps is 99999, but must be between 1 and 4000");
    let (_, _, message) = refused(&json!({ "process": { "grid": "cubic" } }));
    assert_eq!(
        message,
        "process.grid is \"cubic\", but must be one of uniform, quadratic, uniform-geometric, logistic"
    );
}

/// The kind of classifier that a field belongs to.
fn kind_of(path: &str) -> Option<&'static str> {
    let owner = CLASSIFIER_FIELDS.iter().position(|fields| fields.iter().any(|field| field.path == path))?;
    Some(CLASSIFIER_KINDS[owner])
}

#[test]
fn ends_of_the_ranges_are_allowed() {
    for field in FIELDS.iter().filter(|field| matches!(field.kind, FieldKind::Number | FieldKind::Integer)) {
        if field.path.contains("[]") || field.path == "version" {
            continue;
        }
        for end in [field.min.unwrap(), field.max.unwrap()] {
            let mut patch = json!(end);
            for key in field.path.rsplit('.') {
                patch = json!({ key: patch });
            }
            if let Some(kind) = kind_of(field.path) {
                patch["classifier"]["kind"] = json!(kind);
            }
            if matches!(field.path, "score.variance" | "score.weaker") {
                patch["score"]["kind"] = json!("inflated");
            }
            // These also depend on other fields.
            match (field.path, State::default().merge(&patch)) {
                (
                    "guidance.target"
                    | "guidance.parallel"
                    | "guidance.rescale"
                    | "process.stop"
                    | "classifier.amplitude.scale"
                    | "classifier.frequency"
                    | "classifier.time"
                    | "classifier.recipe.loss.crossEntropy",
                    Err(error),
                ) => {
                    assert_eq!(error.code, LabErrorCode::Inconsistent, "{patch}");
                }
                (_, result) => drop(result.unwrap()),
            }
        }
    }
}

#[test]
fn the_choices_are_those_of_the_types() {
    for field in FIELDS.iter().filter(|field| !field.choices.is_empty()) {
        for &choice in field.choices {
            let mut patch = if field.kind == FieldKind::List { json!([choice]) } else { json!(choice) };
            for key in field.path.rsplit('.') {
                patch = json!({ key: patch });
            }
            if let Some(kind) = kind_of(field.path) {
                patch["classifier"]["kind"] = json!(kind);
            }
            if choice == "weaker" {
                patch["score"]["kind"] = json!("inflated");
            }
            if choice == "pair" {
                patch["score"]["kind"] = json!("learned");
            }
            // Weights need a sampler of the SDE.
            if choice == "corrected" {
                patch["process"]["sampler"] = json!("exponential");
            }
            // A classifier that is too strong with another law is another test's matter.
            if field.path == "classifier.amplitude.law" {
                patch["classifier"]["amplitude"]["scale"] = json!(0.5);
            }
            let state = State::default().merge(&patch).unwrap_or_else(|error| panic!("{patch}: {error}"));
            let pointer = format!("/{}", field.path.replace('.', "/"));
            let found = state.to_value().pointer(&pointer).cloned().unwrap();
            assert_eq!(found, if field.kind == FieldKind::List { json!([choice]) } else { json!(choice) });
        }
    }
}

#[test]
fn every_leaf_of_a_state_is_a_field() {
    fn leaves(value: &Value, path: &str, found: &mut Vec<String>) {
        if field(path).is_some_and(|field| path != "mixture" || field.kind != FieldKind::List) {
            found.push(field(path).unwrap().path.to_owned());
            return;
        }
        match value {
            Value::Object(object) => {
                for (key, value) in object {
                    leaves(value, &if path.is_empty() { key.clone() } else { format!("{path}.{key}") }, found);
                }
            }
            Value::Array(list) => {
                for value in list {
                    leaves(value, &format!("{path}[]"), found);
                }
            }
            _ => panic!("{path} is not in FIELDS"),
        }
    }
    let mut found = vec!["mixture".to_owned()];
    for kind in CLASSIFIER_KINDS {
        let mut patch = json!({ "classifier": { "kind": kind } });
        if *kind == "learned" {
            patch["classifier"]["recipe"] = json!({ "fourier": {} });
        }
        let state = State::default().merge(&patch).unwrap();
        leaves(&state.to_value(), "", &mut found);
    }
    for kind in SCORE_KINDS {
        let mut patch = json!({ "score": { "kind": kind } });
        if *kind == "learned" {
            patch["score"]["recipe"] = json!({ "fourier": {} });
        }
        let state = State::default().merge(&patch).unwrap();
        leaves(&state.to_value(), "", &mut found);
    }
    for field in FIELDS {
        assert!(found.iter().any(|path| path == field.path), "{} is not in the state", field.path);
    }
    assert_eq!(field("mixture[12].mean").unwrap().path, "mixture[].mean");
    assert!(field("mixture[12].colour").is_none());
}

#[test]
fn fields_serialise_as_the_page_expects() {
    let steps = serde_json::to_value(field("process.steps").unwrap()).unwrap();
    assert_eq!(steps["kind"], "integer");
    assert_eq!(steps["max"], 4000.0);
    assert!(steps.get("choices").is_none());
    let grid = serde_json::to_value(field("process.grid").unwrap()).unwrap();
    assert_eq!(grid["choices"][2], "uniform-geometric");
    assert!(grid.get("min").is_none());
}

/// A link or a file from before guidance had an interval and rules opens unchanged.
#[test]
fn states_without_an_interval_or_rules_open() {
    let mut value = State::default().to_value();
    for key in [
        "from",
        "to",
        "adaptive",
        "outside",
        "sigmaPower",
        "clip",
        "schedule",
        "parallel",
        "rescale",
        "threshold",
        "at",
    ] {
        value["guidance"].as_object_mut().unwrap().remove(key).unwrap();
    }
    assert_eq!(State::open(&value), (State::default(), vec![]));
    assert_eq!(State::from_value(&value).unwrap(), State::default());
    assert_eq!(serde_json::from_value::<State>(value).unwrap(), State::default());
    assert_eq!(State::default().guidance, Guidance::constant(1, 1.0));
    let (state, changes) = State::open(&json!({ "guidance": { "from": 3, "to": 0.5 } }));
    assert_eq!((state.guidance.from, state.guidance.to, changes.len()), (0.5, 3.0, 1));
    assert!(changes[0].message.ends_with("the two are exchanged"), "{}", changes[0].message);
}

#[test]
fn rules_out_of_their_ranges_are_refused() {
    use LabErrorCode::{Inconsistent, Range, Type};
    let cases = [
        (json!({ "guidance": { "outside": 2 } }), Range, "guidance.outside"),
        (json!({ "guidance": { "outside": 0.5 } }), Type, "guidance.outside"),
        (json!({ "guidance": { "sigmaPower": -2 } }), Range, "guidance.sigmaPower"),
        (json!({ "guidance": { "sigmaPower": null } }), Type, "guidance.sigmaPower"),
        (json!({ "guidance": { "clip": 0 } }), Range, "guidance.clip"),
        (json!({ "guidance": { "clip": "none" } }), Type, "guidance.clip"),
        (json!({ "guidance": { "threshold": 0 } }), Range, "guidance.threshold"),
        (json!({ "guidance": { "threshold": [1] } }), Type, "guidance.threshold"),
        (json!({ "guidance": { "threshold": 1 }, "process": { "stop": 0 } }), Inconsistent, "process.stop"),
        (
            json!({ "guidance": { "threshold": 1, "at": "predicted-mean" }, "process": { "sampler": "ddpm" } }),
            Inconsistent,
            "guidance.threshold",
        ),
        (
            json!({ "guidance": { "threshold": 1 }, "process": { "sampler": "cfg++" } }),
            Inconsistent,
            "guidance.threshold",
        ),
        (json!({ "guidance": { "schedule": "sine" } }), Range, "guidance.schedule"),
        (json!({ "guidance": { "at": "mean" } }), Range, "guidance.at"),
        (json!({ "guidance": { "gamma": -1, "adaptive": 1 } }), Inconsistent, "guidance.adaptive"),
        (
            json!({ "guidance": { "gamma": -1 }, "compare": ["corrected"], "process": { "sampler": "ddpm" } }),
            Inconsistent,
            "compare[0]",
        ),
        (json!({ "guidance": { "parallel": 0.5 } }), Inconsistent, "guidance.parallel"),
        (json!({ "guidance": { "rescale": 0.5 } }), Inconsistent, "guidance.rescale"),
        (json!({ "guidance": { "sigmaPower": -1 }, "process": { "stop": 0 } }), Inconsistent, "process.stop"),
        (
            json!({ "guidance": { "at": "predicted-mean" }, "process": { "sampler": "heun" } }),
            Inconsistent,
            "guidance.at",
        ),
        (json!({ "guidance": { "gamma": -1 }, "process": { "sampler": "cfg++" } }), Inconsistent, "guidance.gamma"),
        (
            json!({ "guidance": { "adaptive": 1 }, "process": { "sampler": "cfg++" } }),
            Inconsistent,
            "guidance.adaptive",
        ),
        (json!({ "guidance": { "clip": 1 }, "process": { "sampler": "cfg++" } }), Inconsistent, "guidance.clip"),
        (
            json!({ "guidance": { "at": "predicted-mean" }, "process": { "sampler": "cfg++" } }),
            Inconsistent,
            "guidance.at",
        ),
    ];
    for (patch, code, path) in cases {
        let error = State::from_value(&patch).expect_err(&patch.to_string());
        assert_eq!((error.code, error.path.as_str()), (code, path), "{patch}: {error}");
        assert!(error.message.contains(path), "{}", error.message);
    }
}

/// Rules that contradict one another are put right one by one, each with its sentence; together with what is allowed
/// they stay.
#[test]
fn rules_that_mean_nothing_together() {
    let plane = json!([
        { "weight": 1, "mean": [0, 1], "covariance": [[1, 0], [0, 1]], "class": 1 },
        { "weight": 1, "mean": [0, -1], "covariance": [[1, 0], [0, 1]], "class": 0 },
    ]);
    let open = |mixture: Option<&Value>, guidance: Value, process: Value| {
        let mut value = json!({ "guidance": guidance, "process": process });
        if let Some(mixture) = mixture {
            value["mixture"] = mixture.clone();
        }
        let (state, changes) = State::open(&value);
        assert_eq!(State::from_value(&state.to_value()).unwrap(), state);
        let paths: Vec<String> = changes.iter().map(|change| change.path.clone()).collect();
        (state, paths)
    };
    let all = json!({ "gamma": 3, "clip": 2, "sigmaPower": 1, "schedule": "cosine", "parallel": 0, "rescale": 0.7 });
    let (state, changed) = open(Some(&plane), all.clone(), json!({}));
    assert_eq!((state.guidance.parallel, state.guidance.rescale, changed.len()), (0.0, 0.7, 0));
    assert_eq!(open(None, all.clone(), json!({})).1, ["guidance.parallel", "guidance.rescale"]);
    let (state, changed) = open(Some(&plane), all.clone(), json!({ "sampler": "cfg++" }));
    assert_eq!(changed, ["guidance.clip", "guidance.parallel", "guidance.rescale"]);
    assert_eq!((state.guidance.clip, state.guidance.sigma_power), (None, 1));
    let mut ahead = all;
    ahead["at"] = json!("predicted-mean");
    assert_eq!(
        open(Some(&plane), ahead.clone(), json!({ "sampler": "ddpm" })).1,
        ["guidance.parallel", "guidance.rescale"]
    );
    assert_eq!(open(Some(&plane), ahead, json!({ "sampler": "heun" })).1, ["guidance.at"]);
    let (state, _) = open(None, json!({ "sigmaPower": -1 }), json!({ "stop": 0, "grid": "quadratic" }));
    assert!((state.process.stop - 1e-6).abs() < 1e-12);
    let (state, changed) = open(None, json!({ "gamma": -3, "adaptive": 2 }), json!({ "sampler": "cfg++" }));
    assert_eq!(changed, ["guidance.gamma", "guidance.adaptive"]);
    assert!(state.guidance.gamma.abs() + state.guidance.adaptive < 1e-12);
}

/// What comes back from the page was valid when it left: only what it becomes is read.
#[test]
fn merging_reads_a_state_once() {
    let mut value = State::default().to_value();
    value["guidance"]["gamma"] = json!(-11);
    let merged = State::merged(value, &json!({ "guidance": { "gamma": 2 } })).unwrap();
    assert_eq!(merged, State::default().merge(&json!({ "guidance": { "gamma": 2 } })).unwrap());
}

#[test]
fn merging() {
    let state = State::default();
    let exact = state.merge(&json!({ "classifier": { "kind": "exact" } })).unwrap();
    assert_eq!(exact.classifier, Classifier::EXACT);
    // A new kind starts from that kind's defaults; the same kind keeps what it has.
    let again = exact.merge(&json!({ "classifier": { "kind": "wiggle", "frequency": 64 } })).unwrap();
    let same = state.merge(&json!({ "classifier": { "kind": "wiggle", "frequency": 64 } })).unwrap();
    assert_eq!(again.classifier, same.classifier);
    let tempered = state.merge(&json!({ "classifier": { "kind": "tempered" } })).unwrap();
    assert_eq!(tempered.classifier, Classifier::Tempered(Tempered { sharpness: 1.0, bias: 0.0 }));
    let sharper = tempered.merge(&json!({ "classifier": { "sharpness": 2 } })).unwrap();
    assert_eq!(sharper.classifier, Classifier::Tempered(Tempered { sharpness: 2.0, bias: 0.0 }));
    assert_eq!(sharper.to_value()["classifier"], json!({ "kind": "tempered", "sharpness": 2.0, "bias": 0.0 }));
    let fast = same.merge(&json!({ "classifier": { "kind": "wiggle", "form": "logit" } })).unwrap();
    assert!(matches!(fast.classifier, Classifier::Wiggle(Wiggle { frequency: 64.0, .. })));
    assert_eq!(exact.merge(&json!({ "classifier": { "frequency": 3 } })).unwrap_err().code, LabErrorCode::UnknownKey);
    // Arrays are replaced.
    assert_eq!(state.merge(&json!({ "compare": [] })).unwrap().compare, []);
    assert_eq!(state.merge(&json!([])).unwrap_err().code, LabErrorCode::Type);
    assert_eq!(state.merge(&json!({})).unwrap(), state);
}

#[test]
fn weights_are_normalised_once() {
    let one = |weight: f64| json!({ "weight": weight, "mean": [0], "covariance": [[1]], "class": 1 });
    let state = State::default().merge(&json!({ "mixture": [one(1.0), one(2.0), one(7.0)] })).unwrap();
    let weights: Vec<f64> = state.mixture.iter().map(|component| component.weight).collect();
    assert_eq!(weights, [0.1, 0.2, 0.7]);
    assert_eq!(State::from_value(&state.to_value()).unwrap(), state);
}

#[test]
fn opening_says_what_it_changed() {
    let (state, changes) = State::open(&json!({
        "version": 7,
        "guidance": { "gamma": 1e9, "target": 5 },
        "process": { "stop": 3, "grid": "cubic" },
        "classifier": { "amplitude": { "scale": 100 } },
        "particles": "many",
        "future": { "x": 1 },
        "mixture": [
            { "weight": 1, "mean": [0], "covariance": [[1000]], "class": 2 },
            { "weight": 1, "mean": [0, 1], "covariance": [[1]], "class": 0 },
            "rubbish",
        ],
    }));
    let paths: Vec<&str> = changes.iter().map(|change| change.path.as_str()).collect();
    for path in [
        "version",
        "future",
        "guidance.gamma",
        "guidance.target",
        "process.stop",
        "process.grid",
        "classifier.amplitude.scale",
        "particles",
        "mixture[0].covariance",
        "mixture[1].covariance",
        "mixture[2]",
    ] {
        assert!(paths.contains(&path), "{path} in {changes:#?}");
    }
    assert_eq!(state.guidance.gamma, 50.0);
    assert_eq!(state.guidance.target, 2);
    assert_eq!(state.mixture.len(), 1);
    assert!((state.mixture[0].covariance[0][0] - 100.0).abs() < 1e-9);
    assert_eq!(state.particles, State::default().particles);
    assert_eq!(State::from_value(&state.to_value()).unwrap(), state);
    assert_eq!(State::open(&Value::Null).0, State::default());
}

#[test]
fn the_domain_holds_every_marginal() {
    for Preset { name, state, .. } in presets() {
        let mixture = state.mixture();
        let (min, max) = domain(&mixture);
        for axis in 0..2 {
            assert!(min[axis] <= -4.0 && max[axis] >= 4.0, "{name}");
            assert!((2.0 * min[axis]).fract() == 0.0 && (2.0 * max[axis]).fract() == 0.0, "{name}");
        }
        assert_eq!(max[0] - min[0], max[1] - min[1], "{name}");
        for t in [0.0, 0.1, 0.5, 1.0, 3.0] {
            for component in mixture.noised(t) {
                for axis in 0..mixture.dimension {
                    let reach = 4.19 * component.covariance[axis * mixture.dimension + axis].sqrt();
                    assert!(
                        component.mean[axis] - reach >= min[axis] && component.mean[axis] + reach <= max[axis],
                        "{name}"
                    );
                }
            }
        }
    }
    let far = Mixture::new(
        &State::from_value(
            &json!({ "mixture": [{ "weight": 1, "mean": [20, 0], "covariance": [[1, 0], [0, 1]], "class": 1 }] }),
        )
        .unwrap()
        .mixture,
    );
    let (min, max) = domain(&far);
    assert_eq!((min[0], max[0]), (-4.5, 24.5));
    assert_eq!((min[1], max[1]), (-14.5, 14.5));
}

#[test]
fn eigenvalues_rebuild_the_matrix() {
    let matrix = vec![vec![2.0, -0.3, 0.1], vec![-0.3, 1.0, 0.7], vec![0.1, 0.7, 3.0]];
    let (values, vectors) = symmetric_eigen(&matrix);
    for i in 0..3 {
        for j in 0..3 {
            let entry: f64 = (0..3).map(|k| vectors[i][k] * values[k] * vectors[j][k]).sum();
            assert!((entry - matrix[i][j]).abs() < 1e-14);
        }
    }
}

/// The table of docs/state.md, one line for each field.
fn documented() -> String {
    let mut table =
        String::from("| path | kind | range or choices | unit | meaning |\n| --- | --- | --- | --- | --- |\n");
    for field in FIELDS {
        let kind = serde_json::to_value(field.kind).unwrap();
        let range = match (field.min, field.max) {
            (Some(min), Some(max)) => format!("{min} to {max}"),
            _ => field.choices.iter().map(|choice| format!("`{choice}`")).collect::<Vec<_>>().join(", "),
        };
        let _ = writeln!(
            table,
            "| `{}` | {} | {range} | {} | {} |",
            field.path,
            kind.as_str().unwrap(),
            field.unit,
            field.description
        );
    }
    table
}

#[test]
fn the_documented_table_is_the_table() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/state.md");
    let text = std::fs::read_to_string(path).unwrap();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        let start = text.find("| path |").unwrap();
        let end = text[start..].find("\n\n").map_or(text.len(), |end| start + end + 1);
        std::fs::write(path, format!("{}{}{}", &text[..start], documented(), &text[end..])).unwrap();
        return;
    }
    assert!(
        text.contains(&documented()),
        "docs/state.md is not FIELDS; UPDATE_DOCS=1 cargo test --test state rewrites it"
    );
}

// ---- properties ----

/// Any JSON, with the state's own keys and names mixed in.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        (-30.0..30.0).prop_map(Value::from),
        prop::sample::select(vec!["exact", "wiggle", "uniform-geometric", "tested", "logit", "fixed", "", "é"])
            .prop_map(Value::from),
    ];
    let keys = vec![
        "version",
        "mixture",
        "process",
        "guidance",
        "classifier",
        "compare",
        "particles",
        "seed",
        "view",
        "weight",
        "mean",
        "covariance",
        "class",
        "horizon",
        "stop",
        "steps",
        "grid",
        "sampler",
        "target",
        "gamma",
        "from",
        "to",
        "adaptive",
        "outside",
        "sigmaPower",
        "clip",
        "schedule",
        "parallel",
        "rescale",
        "threshold",
        "at",
        "kind",
        "form",
        "frequency",
        "amplitude",
        "law",
        "scale",
        "field",
        "lane",
        "zzz",
    ];
    leaf.prop_recursive(5, 128, 9, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..9).prop_map(Value::from),
            prop::collection::vec((prop::sample::select(keys.clone()), inner), 0..9).prop_map(|pairs| {
                Value::Object(pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect::<Map<_, _>>())
            }),
        ]
    })
}

/// Every pointer into a value.
fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(object) => object.iter().for_each(|(key, value)| pointers(value, &format!("{at}/{key}"), found)),
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(i, value)| pointers(value, &format!("{at}/{i}"), found));
        }
        _ => {}
    }
}

/// A random valid state: a random patch over a preset, opened.
fn valid_state() -> impl Strategy<Value = State> {
    (0..presets().len(), mutations())
        .prop_map(|(preset, mutations)| State::open(&mutated(&presets()[preset].state, &mutations)).0)
}

fn mutations() -> impl Strategy<Value = Vec<(prop::sample::Index, Value)>> {
    let value = prop_oneof![
        any_json(),
        (-30.0..30.0).prop_map(Value::from),
        (0.0..1.0).prop_map(Value::from),
        (0..20).prop_map(Value::from),
        Just(json!("uniform-geometric")),
    ];
    prop::collection::vec((any::<prop::sample::Index>(), value), 0..6)
}

fn mutated(state: &State, mutations: &[(prop::sample::Index, Value)]) -> Value {
    let mut value = state.to_value();
    for (index, replacement) in mutations {
        let mut found = Vec::new();
        pointers(&value, "", &mut found);
        *value.pointer_mut(index.get(found.as_slice()).as_str()).unwrap() = replacement.clone();
    }
    value
}

/// Opening gives a valid state, says so exactly when something was wrong, and is done in one go.
#[track_caller]
fn opens(value: &Value) {
    let (state, changes) = State::open(value);
    let again = State::from_value(&state.to_value());
    assert_eq!(again.as_ref(), Ok(&state), "{value}\n{changes:#?}");
    match State::from_value(value) {
        Ok(strict) => {
            assert_eq!(strict, state);
            assert!(changes.is_empty(), "{value} is valid, but {changes:#?}");
        }
        Err(error) => assert!(
            changes.iter().any(|change| change.path == error.path && change.message.starts_with(&error.message)),
            "{error:?} is not in {changes:#?}"
        ),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn anything_opens(value in any_json()) {
        opens(&value);
    }

    #[test]
    fn mutated_states_open(preset in 0..8_usize, mutations in mutations()) {
        opens(&mutated(&presets()[preset].state, &mutations));
    }

    #[test]
    fn states_are_read_back_exactly(state in valid_state()) {
        let text = serde_json::to_string(&state).unwrap();
        let value: Value = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(State::from_value(&value).unwrap(), state.clone());
        prop_assert_eq!(serde_json::from_str::<State>(&text).unwrap(), state);
    }

    #[test]
    fn merging_is_strict(state in valid_state(), patch in any_json()) {
        if let Ok(merged) = state.merge(&patch) {
            prop_assert_eq!(State::from_value(&merged.to_value()).unwrap(), merged);
        }
    }

    #[test]
    fn truncated_links_open(preset in 0..8_usize, cut in any::<prop::sample::Index>()) {
        // A link that lost its tail: every key after the cut is missing or its list is shorter.
        let mut value = presets()[preset].state.to_value();
        let mut found = Vec::new();
        pointers(&value, "", &mut found);
        let pointer = cut.get(&found).clone();
        if let Some((parent, key)) = pointer.rsplit_once('/') {
            match value.pointer_mut(parent).unwrap() {
                Value::Object(object) => { object.remove(key); }
                Value::Array(list) => list.truncate(key.parse().unwrap()),
                _ => unreachable!(),
            }
        }
        opens(&value);
    }
}
