//! The posterior of a classifier trained on smoothed labels (arXiv 1512.00567): a part of its probability is the same
//! for every class.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Kind;
use crate::model::field::{Field, FieldKind, ranged};
use crate::model::reader::{Read, Reader};

/// `phat(y|x) = (1 - e) p(y|x) + e/K` for each of the `K` classes of the mixture.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "LabelSmoothingClassifier"))]
pub struct LabelSmoothing {
    /// `e`.
    pub epsilon: f64,
}

impl Default for LabelSmoothing {
    fn default() -> Self {
        Self { epsilon: 0.1 }
    }
}

impl Kind for LabelSmoothing {
    const NAME: &'static str = "label-smoothing";
    // At 1 it would know nothing; at .999 f32 has four digits of what it still knows.
    const FIELDS: &'static [Field] = &[ranged(
        "classifier.epsilon",
        FieldKind::Number,
        (0.0, 0.999),
        "",
        "e: the classifier's probabilities are 1 - e times the exact ones, plus e shared equally by the classes of the mixture.",
    )];

    fn read(reader: &mut Reader, value: Option<&Value>) -> Read<Self> {
        let object = reader.object(value, "classifier", &["kind", "epsilon"])?;
        Ok(Self { epsilon: reader.number(object.get("epsilon"), "classifier.epsilon", Self::default().epsilon)? })
    }
}
