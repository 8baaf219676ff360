//! Between Rust and JavaScript: plain data by `serde-wasm-bindgen`, arrays as copies in typed arrays
//! (docs/decisions/0009-data-that-crosses.md).

use serde::Serialize;
use serde_json::Value;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::JsValue;
use wasm_split_helpers::SplitLoaderError;

use crate::model::{LabError, LabErrorCode, State};
use crate::words::messages::part_not_fetched;

/// Maps as plain objects, options as `null`.
const SERIALIZER: Serializer = Serializer::new().serialize_maps_as_objects(true).serialize_missing_as_null(true);

/// Any plain JS data as JSON. The worker has already made it plain (no cycles, no functions); `NaN` becomes `null`.
pub fn parse(value: &JsValue) -> Value {
    serde_wasm_bindgen::from_value(value.clone()).unwrap_or_default()
}

/// A full state, strictly.
pub fn state(value: &JsValue) -> Result<State, JsValue> {
    State::from_value(&parse(value)).map_err(|error| fail(&error))
}

/// Data as a JS value; its numbers may be `NaN`, and its arrays typed.
pub fn data(value: &impl Serialize) -> JsValue {
    value.serialize(&SERIALIZER).unwrap_or(JsValue::NULL)
}

/// The same where what is not finite becomes `null`. By way of JSON values: one serializer for the many types
/// of the sweeps is smaller than two.
pub fn plain(value: &impl Serialize) -> JsValue {
    serde_json::to_value(value).map_or(JsValue::NULL, |value| data(&value))
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
