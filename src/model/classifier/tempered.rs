//! The posterior with its logits multiplied by one factor, and the target's shifted: a classifier that is too
//! sure of itself, or not sure enough (Guo et al., arXiv 1706.04599), or that has seen a class too often.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Kind;
use crate::model::field::{Field, FieldKind, ranged};
use crate::model::reader::{Read, Reader};

/// `log phat(y|x) = b log p(y|x) + e [y = c]`, up to the sum over `y`; any number of classes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "TemperedClassifier"))]
pub struct Tempered {
    /// `b`, one over the temperature.
    pub sharpness: f64,
    /// `e`, nats.
    pub bias: f64,
}

impl Default for Tempered {
    /// The exact posterior.
    fn default() -> Self {
        Self { sharpness: 1.0, bias: 0.0 }
    }
}

impl Kind for Tempered {
    const NAME: &'static str = "tempered";
    const FIELDS: &'static [Field] = &[
        // Networks are found between 1/5 and 1; at 20 a posterior is a step, and f32 still has the digits of
        // twenty times a logit. At 0 nothing is known: no guidance.
        ranged(
            "classifier.sharpness",
            FieldKind::Number,
            (0.0, 20.0),
            "",
            "b: the classifier's logits are b times the exact ones; 1 is exact, above it is too sure of itself, at 0 it knows nothing.",
        ),
        // A factor of e^20 = 5e8 on the odds: beyond, f32 has no digit left for the other side.
        ranged(
            "classifier.bias",
            FieldKind::Number,
            (-20.0, 20.0),
            "nats",
            "e: added to the target class's logit, as if the class were e^e times as frequent.",
        ),
    ];

    fn read(reader: &mut Reader, value: Option<&Value>) -> Read<Self> {
        let default = Self::default();
        let object = reader.object(value, "classifier", &["kind", "sharpness", "bias"])?;
        Ok(Self {
            sharpness: reader.number(object.get("sharpness"), "classifier.sharpness", default.sharpness)?,
            bias: reader.number(object.get("bias"), "classifier.bias", default.bias)?,
        })
    }
}
