//! Between Rust and JavaScript: plain data goes in and out through
//! serde-wasm-bindgen, arrays as copies in JS-owned typed arrays.

use js_sys::{Array, Float32Array, Float64Array, Object, Reflect, Uint32Array};
use serde::Serialize;
use serde_json::Value;
use wasm_bindgen::JsValue;

use crate::model::{LabError, LabErrorCode, State};

/// Any plain JS data as JSON. The worker has already made it plain (no cycles, no `NaN`).
pub fn parse(value: &JsValue) -> Result<Value, JsValue> {
    serde_wasm_bindgen::from_value(value.clone())
        .map_err(|cause| fail(&LabError::new(LabErrorCode::Type, "", format!("not plain data: {cause}"))))
}

/// A full state, strictly.
pub fn state(value: &JsValue) -> Result<State, JsValue> {
    State::from_value(&parse(value)?).map_err(|error| fail(&error))
}

/// Plain data as a JS value: maps as objects, options as `null`.
pub fn plain(value: &impl Serialize) -> Result<JsValue, JsValue> {
    Ok(value.serialize(&serde_wasm_bindgen::Serializer::json_compatible())?)
}

/// What is thrown: `{ code, path, message }`.
pub fn fail(error: &LabError) -> JsValue {
    plain(error).unwrap_or_else(|_| JsValue::from_str(&error.message))
}

/// A JS object from names and values.
pub fn object<const N: usize>(entries: [(&str, JsValue); N]) -> JsValue {
    let object = Object::new().into();
    assign(&object, entries);
    object
}

/// Sets names of a plain object, which cannot fail.
pub fn assign<const N: usize>(object: &JsValue, entries: [(&str, JsValue); N]) {
    for (name, value) in entries {
        let _ = Reflect::set(object, &name.into(), &value);
    }
}

/// A fresh `Float64Array`.
pub fn doubles(values: &[f64]) -> JsValue {
    Float64Array::from(values).into()
}

/// A fresh `Float32Array`.
pub fn floats(values: &[f32]) -> JsValue {
    Float32Array::from(values).into()
}

/// A fresh `Uint32Array`.
pub fn counts(values: &[u32]) -> JsValue {
    Uint32Array::from(values).into()
}

/// A JS array.
pub fn list(values: impl IntoIterator<Item = JsValue>) -> JsValue {
    values.into_iter().collect::<Array>().into()
}
