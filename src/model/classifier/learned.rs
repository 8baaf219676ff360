//! A classifier that was trained on samples of the mixture. Its weights are not in the state: the recipe gives the
//! same network wherever it is trained, and `model::network` holds those that are there.

use serde::ser::SerializeMap as _;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use super::Kind;
use crate::model::Recipe;
use crate::model::field::Field;
use crate::model::reader::{Read, Reader};
use crate::model::recipe;

/// `phat(y|x)` of the network that the recipe gives; before it is trained, the same probability for every class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "LearnedClassifier"))]
pub struct Learned {
    /// How it is trained.
    pub recipe: Recipe,
}

/// Writes a recipe.
type Write = fn(&Recipe) -> Value;

const WRITE: Write = |recipe| serde_json::to_value(recipe).unwrap_or_default();

#[cfg(not(target_arch = "wasm32"))]
fn write() -> Write {
    WRITE
}

/// In a browser it is in a part of the module (docs/decisions/0005-split-module.md).
#[cfg(target_arch = "wasm32")]
static FETCHED: std::sync::OnceLock<Write> = std::sync::OnceLock::new();

#[cfg(target_arch = "wasm32")]
fn write() -> Write {
    let Some(write) = FETCHED.get() else { unreachable!("fetched before a state with a recipe is read") };
    *write
}

/// Puts at hand how a recipe is written.
#[cfg(target_arch = "wasm32")]
pub fn bring_recipes() {
    let _ = FETCHED.set(WRITE);
}

impl Serialize for Learned {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry("recipe", &write()(&self.recipe))?;
        map.end()
    }
}

impl Kind for Learned {
    const NAME: &'static str = "learned";
    const FIELDS: &'static [Field] = recipe::FIELDS;

    fn read(reader: &mut Reader, value: Option<&Value>) -> Read<Self> {
        let object = reader.object(value, "classifier", &["kind", "recipe"])?;
        Ok(Self { recipe: Recipe::read(reader, object.get("recipe"))? })
    }
}
