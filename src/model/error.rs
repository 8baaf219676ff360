//! The one error that reaches people: a stable code, the path of the field at fault, and words.

use serde::Serialize;

use crate::words::Says;

/// What kind of fault it is. The names are part of the public interface (`LabError.code`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum LabErrorCode {
    /// A value of the wrong type (text for a number, `NaN`).
    Type,
    /// A number outside its range, or a name that is not one of the choices.
    Range,
    /// A key that the state does not have.
    UnknownKey,
    /// A state from a version that this build does not know.
    Version,
    /// Values that are each valid but contradict one another.
    Inconsistent,
    /// The engine (GPU device, worker) failed.
    Engine,
    /// A call that cannot be answered in the present situation.
    Unsupported,
}

/// An error with the path of the offending field (`"mixture[1].covariance"`), or `""`.
#[derive(Clone, Debug, PartialEq, Serialize, thiserror::Error)]
#[error("{message}")]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "LabErrorData"))]
pub struct LabError {
    /// What kind of fault it is.
    pub code: LabErrorCode,
    /// The path of the field at fault, in the state's own notation; empty if there is none.
    pub path: String,
    /// English words for a person: names the field, the value and the allowed range.
    pub message: String,
    /// The same as a code and named values, for other languages.
    pub says: Says,
}

impl LabError {
    /// An error about one field.
    pub fn new(code: LabErrorCode, path: impl Into<String>, says: Says) -> Self {
        Self { code, path: path.into(), message: says.text(), says }
    }
}
