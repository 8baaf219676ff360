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

/// How a recipe is read and written: in a browser it is in a part of the module
/// (docs/decisions/0005-split-module.md).
#[derive(Clone, Copy)]
struct Code {
    read: fn(&mut Reader, Option<&Value>) -> Read<Recipe>,
    write: fn(&Recipe) -> Value,
}

const CODE: Code = Code { read: Recipe::read, write: |recipe| serde_json::to_value(recipe).unwrap_or_default() };

#[cfg(not(target_arch = "wasm32"))]
#[expect(clippy::unnecessary_wraps, reason = "in a browser it may be missing")]
fn code() -> Option<Code> {
    Some(CODE)
}

#[cfg(target_arch = "wasm32")]
static FETCHED: std::sync::OnceLock<Code> = std::sync::OnceLock::new();

#[cfg(target_arch = "wasm32")]
fn code() -> Option<Code> {
    FETCHED.get().copied()
}

/// Puts at hand how a recipe is read and written. In a browser it is to be called, from a part of the module, before
/// a state with a learned classifier is read; elsewhere it is.
pub fn bring_recipes() {
    #[cfg(target_arch = "wasm32")]
    let _ = FETCHED.set(CODE);
}

impl Serialize for Learned {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry("recipe", &code().map(|code| (code.write)(&self.recipe)))?;
        map.end()
    }
}

impl Kind for Learned {
    const NAME: &'static str = "learned";
    const FIELDS: &'static [Field] = recipe::FIELDS;

    fn read(reader: &mut Reader, value: Option<&Value>) -> Read<Self> {
        let object = reader.object(value, "classifier", &["kind", "recipe"])?;
        match code() {
            Some(code) => Ok(Self { recipe: (code.read)(reader, object.get("recipe"))? }),
            None => Ok(Self::default()),
        }
    }
}
