//! Closed-form questions about a state: validation, presets, curves, quadrature.

use wasm_bindgen::prelude::*;

use super::convert::{fail, plain, readable, state};
use super::data::{Cross as _, Curves, Domain, Opened, Spacetime};
use crate::model::{self, FIELDS, LabError, LabErrorCode, State};
use crate::reference;
use crate::words::messages as says;

/// The most points a picture may ask for: a page cannot exhaust the memory by a wrong size.
const MAX_POINTS: usize = 4_000_000;

/// Every preset: `Preset[]`.
#[wasm_bindgen]
pub fn presets() -> JsValue {
    plain(&model::presets())
}

/// Every field of the state: `Field[]`.
#[wasm_bindgen]
pub fn fields() -> JsValue {
    plain(&FIELDS)
}

/// A state with a patch merged in, strictly validated.
#[wasm_bindgen]
pub fn merge(base: &JsValue, patch: &JsValue) -> Result<JsValue, JsValue> {
    State::merged(readable(base)?, &readable(patch)?).map(|state| plain(&state)).map_err(|error| fail(&error))
}

/// The nearest valid state that the engines can run, and what was changed; `base` is a state that has what cannot
/// be read, or null.
#[wasm_bindgen]
pub fn open(value: &JsValue, base: &JsValue) -> Result<JsValue, JsValue> {
    let (state, changes) = State::open_over(&readable(value)?, readable(base)?);
    Ok(plain(&Opened { state, changes }))
}

/// Where the bins lie, and the reverse times: `Domain`.
#[wasm_bindgen]
pub fn domain(value: &JsValue) -> Result<JsValue, JsValue> {
    let state = state(value)?;
    let dimension = dimension(&state, 1..=2)?;
    let (min, max) = model::domain(&state.mixture());
    let [min, max] = [min, max].map(|corner| corner[..dimension].to_vec());
    Ok(Domain { dimension, min, max, times: state.process.times().as_slice().into() }.cross())
}

/// 1D: `Curves` at time `t`.
#[wasm_bindgen]
pub fn curves(value: &JsValue, t: f64, from: f64, to: f64, count: usize) -> Result<JsValue, JsValue> {
    let state = state(value)?;
    dimension(&state, 1..=1)?;
    size(count, 1)?;
    let curves = reference::curves(&state, t, from, to, count);
    Ok(Curves {
        x: curves.x.as_slice().into(),
        unguided: curves.unguided.as_slice().into(),
        target: curves.target.as_slice().into(),
        tilted: curves.tilted.as_slice().into(),
        posterior: curves.posterior.as_slice().into(),
        tested_posterior: curves.tested_posterior.as_slice().into(),
        guidance: curves.guidance.as_slice().into(),
        tested_guidance: curves.tested_guidance.as_slice().into(),
    }
    .cross())
}

/// 1D: `Spacetime`.
#[wasm_bindgen]
pub fn spacetime(value: &JsValue, from: f64, to: f64, columns: usize, rows: usize) -> Result<JsValue, JsValue> {
    let state = state(value)?;
    dimension(&state, 1..=1)?;
    size(columns, rows)?;
    let density = reference::spacetime(&state, from, to, columns, rows);
    Ok(Spacetime { density: density.as_slice().into(), rows, columns }.cross())
}

/// `ExactMeasures` at time `t`.
#[wasm_bindgen]
pub fn measures(value: &JsValue, t: f64) -> Result<JsValue, JsValue> {
    let state = state(value)?;
    time(&state, t)?;
    reference::measures(&state, t).map(|measures| plain(&measures)).map_err(|error| fail(&error))
}

pub(super) fn time(state: &State, t: f64) -> Result<(), JsValue> {
    reference::check_time(state, t).map_err(|error| fail(&error))
}

pub(super) fn dimension(state: &State, allowed: std::ops::RangeInclusive<usize>) -> Result<usize, JsValue> {
    let dimension = state.mixture[0].mean.len();
    if allowed.contains(&dimension) {
        return Ok(dimension);
    }
    let message = says::picture_dimension(dimension, *allowed.start(), *allowed.end());
    Err(fail(&LabError::new(LabErrorCode::Unsupported, "mixture", message)))
}

pub(super) fn size(columns: usize, rows: usize) -> Result<(), JsValue> {
    if columns.saturating_mul(rows) <= MAX_POINTS {
        return Ok(());
    }
    Err(fail(&LabError::new(LabErrorCode::Range, "", says::picture_size(columns, rows, MAX_POINTS))))
}
