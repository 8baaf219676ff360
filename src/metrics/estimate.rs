//! An estimate with its error.

use serde::Serialize;

/// A Monte-Carlo estimate and its standard error.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Estimate {
    /// The estimate.
    pub estimate: f64,
    /// Its standard error.
    pub standard_error: f64,
}

impl Estimate {
    /// The mean of independent values, with the standard error that their scatter says; `NaN` for one of them.
    pub fn mean(values: &[f64]) -> Self {
        let n = values.len() as f64;
        let estimate = values.iter().sum::<f64>() / n;
        let square: f64 = values.iter().map(|value| (value - estimate) * (value - estimate)).sum();
        Self { estimate, standard_error: (square / (n * (n - 1.0))).sqrt() }
    }
}
