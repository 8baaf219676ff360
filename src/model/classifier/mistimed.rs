//! The exact posterior of another time: a classifier that is told the wrong noise level, as when an index is off
//! by one (openai/guided-diffusion, issue 51).

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Kind;
use crate::model::Noise;
use crate::model::field::{Field, FieldKind, ranged};
use crate::model::reader::{Read, Reader};

/// `log phat(y|x) = log p_{t+d}(y|x)`; before time 0 there is nothing, so the time is at least 0.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "MistimedClassifier"))]
pub struct Mistimed {
    /// `d`.
    pub shift: f64,
}

impl Default for Mistimed {
    /// The exact posterior.
    fn default() -> Self {
        Self { shift: 0.0 }
    }
}

impl Kind for Mistimed {
    const NAME: &'static str = "mistimed";
    // Far beyond the horizon all times are alike, and so they are far before.
    const FIELDS: &'static [Field] = &[ranged(
        "classifier.shift",
        FieldKind::Number,
        (-5.0, 5.0),
        "time",
        "d: the classifier is the exact one of the time t + d, and of time 0 where t + d is negative.",
    )];

    fn read(reader: &mut Reader, value: Option<&Value>) -> Read<Self> {
        let object = reader.object(value, "classifier", &["kind", "shift"])?;
        Ok(Self { shift: reader.number(object.get("shift"), "classifier.shift", Self::default().shift)? })
    }

    fn sees(&self, t: f64) -> Option<Noise> {
        (self.shift != 0.0).then(|| Noise::at((t + self.shift).max(0.0)))
    }

    fn kink(&self) -> Option<f64> {
        (self.shift < 0.0).then_some(-self.shift)
    }
}
