//! Between Rust and JavaScript: plain data by `serde-wasm-bindgen`, arrays as copies in typed arrays
//! (docs/decisions/0010-data-that-crosses.md).

use js_sys::{Array, Object};
use serde::Serialize;
use serde_json::{Map, Number, Value};
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::{JsCast, JsValue};
use wasm_split_helpers::SplitLoaderError;

use crate::model::{LabError, LabErrorCode, State};
use crate::words::messages::part_not_fetched;

/// Maps as plain objects, options as `null`.
const SERIALIZER: Serializer = Serializer::new().serialize_maps_as_objects(true).serialize_missing_as_null(true);

/// Any plain JS data as JSON. The worker has already made it plain (no cycles, no `NaN`); what JSON
/// does not have becomes `null`. Not by `serde-wasm-bindgen`: its errors print floating-point numbers.
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

/// A state as JSON, whole or in part. It is refused where the part `further` is missing that reads it: the worker fetches
/// that part and calls again.
pub fn readable(value: &JsValue) -> Result<Value, JsValue> {
    let value = parse(value);
    #[cfg(target_arch = "wasm32")]
    if !crate::model::is_at_hand(&value) {
        return Err(Fault::missing().0);
    }
    Ok(value)
}

/// A full state, strictly.
pub fn state(value: &JsValue) -> Result<State, JsValue> {
    State::from_value(&readable(value)?).map_err(|error| fail(&error))
}

/// Plain data as a JS value; what is not finite becomes `null`. By way of JSON values: one serializer for all types
/// is smaller than two.
pub fn plain(value: &impl Serialize) -> JsValue {
    let value = serde_json::to_value(value).unwrap_or_default();
    value.serialize(&SERIALIZER).unwrap_or(JsValue::NULL)
}

/// What is thrown: `{ code, path, message }`.
pub fn fail(error: &LabError) -> JsValue {
    plain(error)
}

/// What a function throws whose code is fetched when it is first called.
pub struct Fault(pub JsValue);

impl Fault {
    pub fn missing() -> Self {
        Self(fail(&LabError::new(LabErrorCode::Engine, "", part_not_fetched())))
    }
}

impl From<SplitLoaderError> for Fault {
    fn from(_: SplitLoaderError) -> Self {
        Self::missing()
    }
}
