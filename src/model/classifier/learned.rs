//! A classifier that was trained on samples of the mixture. Its weights are not in the state: the recipe gives the
//! same network wherever it is trained, and `model::network` holds those that are there.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Kind;
use crate::model::Recipe;
use crate::model::field::Field;
use crate::model::reader::{Read, Reader};
use crate::model::recipe;

/// `phat(y|x)` of the network that the recipe gives; before it is trained, the same probability for every class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "LearnedClassifier"))]
pub struct Learned {
    /// How it is trained.
    pub recipe: Recipe,
}

impl Kind for Learned {
    const NAME: &'static str = "learned";
    const FIELDS: &'static [Field] = recipe::FIELDS;

    fn read(reader: &mut Reader, value: Option<&Value>) -> Read<Self> {
        let object = reader.object(value, "classifier", &["kind", "recipe"])?;
        Ok(Self { recipe: Recipe::read(reader, "classifier.recipe", object.get("recipe"), &Recipe::default())? })
    }
}
