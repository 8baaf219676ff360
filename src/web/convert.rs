//! Between Rust and JavaScript: plain data goes in and out as JSON values, arrays as copies in JS-owned
//! typed arrays.

use js_sys::{Array, Float32Array, Float64Array, Object, Reflect, Uint32Array};
use serde::Serialize;
use serde_json::{Map, Number, Value};
use wasm_bindgen::{JsCast, JsValue};
use wasm_split_helpers::SplitLoaderError;

use crate::metrics::Estimate;
use crate::model::{LabError, LabErrorCode, State};
use crate::words::messages::part_not_fetched;

/// Any plain JS data as JSON. The worker has already made it plain (no cycles, no `NaN`); what JSON
/// does not have becomes `null`.
#[expect(clippy::float_cmp, reason = "whole or not")]
pub fn parse(value: &JsValue) -> Value {
    if let Some(number) = value.as_f64() {
        // Messages show 4 as "4".
        let whole = number as i64;
        let number = if whole as f64 == number { Some(whole.into()) } else { Number::from_f64(number) };
        number.map_or(Value::Null, Value::Number)
    } else if let Some(text) = value.as_string() {
        Value::String(text)
    } else if let Some(flag) = value.as_bool() {
        Value::Bool(flag)
    } else if let Some(list) = value.dyn_ref::<Array>() {
        Value::Array(list.iter().map(|entry| parse(&entry)).collect())
    } else if let Some(object) = value.dyn_ref::<Object>() {
        let mut map = Map::new();
        for entry in Object::entries(object).iter() {
            let entry = Array::from(&entry);
            map.insert(entry.get(0).as_string().unwrap_or_default(), parse(&entry.get(1)));
        }
        Value::Object(map)
    } else {
        Value::Null
    }
}

/// A full state, strictly.
pub fn state(value: &JsValue) -> Result<State, JsValue> {
    State::from_value(&parse(value)).map_err(|error| fail(&error))
}

/// Plain data as a JS value: maps as objects, options and what is not finite as `null`. By way of JSON
/// values: one serializer for all types is 4 KB smaller than two.
pub fn plain(value: &impl Serialize) -> JsValue {
    serde_json::to_value(value).map_or(JsValue::NULL, unparse)
}

/// The reverse of [`parse`].
fn unparse(value: Value) -> JsValue {
    match value {
        Value::Null => JsValue::NULL,
        Value::Bool(flag) => flag.into(),
        Value::Number(number) => number.as_f64().into(),
        Value::String(text) => text.into(),
        Value::Array(entries) => entries.into_iter().map(unparse).collect::<Array>().into(),
        Value::Object(map) => {
            let object = Object::new().into();
            for (name, value) in map {
                assign(&object, &[(&name, unparse(value))]);
            }
            object
        }
    }
}

/// What is thrown: `{ code, path, message }`.
pub fn fail(error: &LabError) -> JsValue {
    plain(error)
}

/// What a function throws whose code is fetched when it is first called.
pub struct Fault(pub JsValue);

impl From<SplitLoaderError> for Fault {
    fn from(_: SplitLoaderError) -> Self {
        Self(fail(&LabError::new(LabErrorCode::Engine, "", part_not_fetched())))
    }
}

/// A JS object from names and values.
pub fn object(entries: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new().into();
    assign(&object, entries);
    object
}

/// Sets names of a plain object, which cannot fail.
pub fn assign(object: &JsValue, entries: &[(&str, JsValue)]) {
    for (name, value) in entries {
        let _ = Reflect::set(object, &JsValue::from_str(name), value);
    }
}

/// `Estimate`; neither number need be finite.
pub fn estimate(value: Estimate) -> JsValue {
    object(&[("estimate", value.estimate.into()), ("standardError", value.standard_error.into())])
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
