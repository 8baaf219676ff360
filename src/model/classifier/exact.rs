//! The exact posterior: the classifier that the others are compared with.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Kind;
use crate::model::field::Field;
use crate::model::reader::{Read, Reader};

/// The exact posterior `p_t(c|x)`; it has no fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "ExactClassifier"))]
pub struct Exact {}

impl Kind for Exact {
    const NAME: &'static str = "exact";
    const FIELDS: &'static [Field] = &[];

    fn read(reader: &mut Reader, value: Option<&Value>) -> Read<Self> {
        reader.object(value, "classifier", &["kind"])?;
        Ok(Self {})
    }
}
