//! Questions that the first figure does not ask (the plane, a point, a path, a fresh seed), fetched with the
//! first of them.

use js_sys::{Array, Float64Array};
use strum::VariantArray;
use wasm_bindgen::prelude::*;
use wasm_split_helpers::wasm_split;

use super::convert::{Fault, fail, state};
use super::data::{Arrows, Cross as _, DroppedPath, Marginals, Plane, PointValues, Probe};
use super::exact::{dimension, size, time};
use super::fit::fit;
use super::gallery::gallery;
use super::learn::learn;
use super::network_file::network_file;
use super::simulation::further;
use super::sweep::sweep_code;
use crate::engine;
use crate::model::{self, Classifier, LabError, LabErrorCode, Scored, State, VectorField};
use crate::random;
use crate::reference::{self, LaneGuidance, Raster};
use crate::words::messages as says;

/// Answers `plane`, `arrows`, `marginals`, `probe`, `at`, `path` and `newSeed` of `www/workers/protocol.ts`, whose
/// arguments come in the same order; `learn`, `fit`, `gallery` and `networkFile`, which are parts of their own. `sweep` fetches a `SweepCode`. `further` fetches what a
/// state in the plane, with another kind of classifier than `exact` and `wiggle`, or with weights, needs: to be awaited
/// before any other call with such a state; with a state and the weights of its network as arguments it puts them at hand. (One function that waits costs the
/// element 0.3 KB less than two.)
#[wasm_bindgen]
pub async fn ask(question: String, arguments: Array) -> Result<JsValue, JsValue> {
    let answered = async {
        match question.as_str() {
            "fit" => fit(arguments).await?.await,
            "sweep" => sweep_code().await,
            "learn" => learn(arguments).await,
            "gallery" => gallery(arguments).await,
            "networkFile" => network_file(arguments).await,
            "further" => further(arguments).await.map(|()| JsValue::UNDEFINED),
            _ => answer(question, arguments).await,
        }
    };
    answered.await.map_err(|Fault(thrown)| thrown)
}

#[wasm_split(pictures, fallible)]
fn answer(question: String, arguments: Array) -> Result<JsValue, Fault> {
    let arguments = Arguments(arguments);
    match question.as_str() {
        "plane" => plane(&arguments),
        "arrows" => arrows(&arguments),
        "marginals" => marginals(&arguments),
        "probe" => probe(&arguments),
        "at" => at(&arguments),
        "newSeed" => random::new_seed().map(JsValue::from).map_err(|error| fail(&error)),
        _ => path(&arguments),
    }
    .map_err(Fault)
}

/// What JavaScript passed; what has another type counts as missing.
struct Arguments(Array);

impl Arguments {
    fn state(&self) -> Result<State, JsValue> {
        state(&self.0.get(0))
    }

    fn number(&self, index: u32) -> f64 {
        self.0.get(index).as_f64().unwrap_or(f64::NAN)
    }

    fn count(&self, index: u32) -> usize {
        self.number(index) as usize
    }

    fn text(&self, index: u32) -> String {
        self.0.get(index).as_string().unwrap_or_default()
    }

    fn numbers(&self, index: u32) -> Vec<f64> {
        Float64Array::new(&self.0.get(index)).to_vec()
    }

    /// The raster whose corners are the arguments `first` and the next, with so many columns and rows.
    fn raster(&self, first: u32, columns: usize, rows: usize) -> Result<(State, Raster), JsValue> {
        let state = self.state()?;
        dimension(&state, 2..=2)?;
        size(columns, rows)?;
        let (min, max) = (self.numbers(first), self.numbers(first + 1));
        let (&[a, b], &[c, d]) = (min.as_slice(), max.as_slice()) else {
            return Err(fail(&LabError::new(LabErrorCode::Type, "", says::bad_corners())));
        };
        Ok((state, Raster { min: [a, b], max: [c, d], columns, rows }))
    }
}

fn plane(arguments: &Arguments) -> Result<JsValue, JsValue> {
    let (columns, rows) = (arguments.count(4), arguments.count(5));
    let (state, raster) = arguments.raster(2, columns, rows)?;
    let plane = reference::plane(&state, arguments.number(1), raster);
    Ok(Plane {
        columns,
        rows,
        density: plane.density.as_slice().into(),
        target: plane.target.as_slice().into(),
        posterior: plane.posterior.as_slice().into(),
    }
    .cross())
}

fn arrows(arguments: &Arguments) -> Result<JsValue, JsValue> {
    let (columns, rows, field) = (arguments.count(5), arguments.count(6), arguments.text(2));
    let (state, raster) = arguments.raster(3, columns, rows)?;
    let known = model::field("view.field").and_then(|known| known.choices.iter().position(|&name| name == field));
    let field = known.map(|index| VectorField::VARIANTS[index]).ok_or_else(|| {
        let choices = model::field("view.field").map_or(&[][..], |field| field.choices);
        let message = says::not_a_choice("view.field", format!("\"{field}\""), choices);
        fail(&LabError::new(LabErrorCode::Range, "view.field", message))
    })?;
    let vectors = reference::arrows(&state, arguments.number(1), field, raster);
    Ok(Arrows { columns, rows, vectors: vectors.as_slice().into() }.cross())
}

fn marginals(arguments: &Arguments) -> Result<JsValue, JsValue> {
    let count = arguments.count(4);
    let (state, raster) = arguments.raster(2, count, 1)?;
    let marginals = reference::marginals(&state, arguments.number(1), raster.min, raster.max, count);
    Ok(Marginals {
        unguided: marginals.unguided.as_slice().into(),
        target: marginals.target.as_slice().into(),
        tilted: marginals.tilted.as_slice().into(),
    }
    .cross())
}

fn probe(arguments: &Arguments) -> Result<JsValue, JsValue> {
    let (state, t, x) = (arguments.state()?, arguments.number(1), arguments.numbers(2));
    time(&state, t)?;
    let d = point(&state, &x)?;
    let probe = reference::probe(&state, t, &x);
    Ok(Probe {
        density: probe.density,
        target: probe.target,
        posterior: probe.posterior,
        tested_posterior: probe.tested_posterior,
        score: probe.score[..d].into(),
        guidance: probe.guidance[..d].into(),
        tested_guidance: probe.tested_guidance[..d].into(),
    }
    .cross())
}

/// The closed forms at any points.
fn at(arguments: &Arguments) -> Result<JsValue, JsValue> {
    let (state, t, points) = (arguments.state()?, arguments.number(1), arguments.numbers(2));
    let values = reference::at(&state, t, &points).map_err(|error| fail(&error))?;
    Ok(PointValues {
        log_density: values.log_density.as_slice().into(),
        log_posterior: values.log_posterior.as_slice().into(),
        score: values.score.as_slice().into(),
        guidance: values.guidance.as_slice().into(),
        tested_log_posterior: values.tested_log_posterior.as_slice().into(),
        tested_guidance: values.tested_guidance.as_slice().into(),
    }
    .cross())
}

/// One particle from a point at a reverse step to the last, in the lanes `exact` and `tested`.
fn path(arguments: &Arguments) -> Result<JsValue, JsValue> {
    let (state, first, x) = (arguments.state()?, arguments.count(1), arguments.numbers(2));
    let particle = arguments.number(3) as u32;
    let d = point(&state, &x)?;
    let way = |classifier, scored| {
        let lane = LaneGuidance { target: state.guidance.target, weight: state.weight(), classifier, scored };
        reference::path(&state, &lane, first, &x, |step, z| {
            z.copy_from_slice(&engine::noise(d, particle, step as u32, state.seed)[..d]);
        })
    };
    let exact = way(Classifier::EXACT, Scored::EXACT).as_slice().into();
    let tested = way(state.classifier, state.scored()).as_slice().into();
    Ok(DroppedPath { exact, tested }.cross())
}

/// The dimension of a point that the picture can show.
fn point(state: &State, x: &[f64]) -> Result<usize, JsValue> {
    let dimension = dimension(state, 1..=2)?;
    if x.len() == dimension && x.iter().all(|x| x.is_finite()) {
        return Ok(dimension);
    }
    Err(fail(&LabError::new(LabErrorCode::Type, "x", says::bad_point(dimension))))
}
