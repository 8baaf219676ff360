//! What is known of one field of the state: its path, kind, range, choices, unit and meaning.

use serde::Serialize;

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum FieldKind {
    /// A finite number.
    Number,
    /// A whole number.
    Integer,
    /// One of the names in `choices`.
    Choice,
    /// True or false.
    Flag,
    /// A text, of which the description says what it is.
    Text,
    /// A list; `min` and `max` bound what the description says (length, entries or eigenvalues).
    List,
}

/// One field of the state. `[]` in the path stands for any index.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Field {
    /// Its path, `"process.steps"` or `"mixture[].mean"`.
    pub path: &'static str,
    /// What it holds.
    pub kind: FieldKind,
    /// The smallest allowed value.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub min: Option<f64>,
    /// The largest allowed value.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub max: Option<f64>,
    /// The allowed names; empty for numbers.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    #[cfg_attr(test, ts(optional, as = "Option<Vec<String>>"))]
    pub choices: &'static [&'static str],
    /// The unit; empty for a pure number. For docs/state.md: the browser's module goes without.
    #[cfg(not(target_arch = "wasm32"))]
    #[serde(skip)]
    pub unit: &'static str,
    /// One sentence for a person, in docs/state.md.
    #[cfg(not(target_arch = "wasm32"))]
    #[serde(skip)]
    pub description: &'static str,
}

/// A field with a range.
pub(super) const fn ranged(
    path: &'static str,
    kind: FieldKind,
    (min, max): (f64, f64),
    unit: &'static str,
    description: &'static str,
) -> Field {
    #[cfg(target_arch = "wasm32")]
    let _ = (unit, description);
    Field {
        path,
        kind,
        min: Some(min),
        max: Some(max),
        choices: &[],
        #[cfg(not(target_arch = "wasm32"))]
        unit,
        #[cfg(not(target_arch = "wasm32"))]
        description,
    }
}

/// A field with names.
pub(super) const fn choice(
    path: &'static str,
    kind: FieldKind,
    choices: &'static [&'static str],
    description: &'static str,
) -> Field {
    #[cfg(target_arch = "wasm32")]
    let _ = description;
    Field {
        path,
        kind,
        min: None,
        max: None,
        choices,
        #[cfg(not(target_arch = "wasm32"))]
        unit: "",
        #[cfg(not(target_arch = "wasm32"))]
        description,
    }
}

/// A field that is true or false.
pub(super) const fn flag(path: &'static str, description: &'static str) -> Field {
    choice(path, FieldKind::Flag, &[], description)
}

/// A field that is a text.
pub(super) const fn text(path: &'static str, description: &'static str) -> Field {
    choice(path, FieldKind::Text, &[], description)
}

/// The field of a path among others; indices may be numbers (`"mixture[3].mean"`) or `[]`. The networks of a score are
/// trained as the classifier's is: their fields are its.
pub(super) fn find<'a>(fields: &'a [Field], path: &str) -> Option<&'a Field> {
    let own = path.strip_prefix("score.recipe.").or_else(|| path.strip_prefix("score.weaker."));
    fields.iter().find(|field| match own {
        Some(own) => field.path.strip_prefix("classifier.recipe.").is_some_and(|field| is_of(own, field)),
        None => is_of(path, field.path),
    })
}

/// Whether a path is that of a field, which has nothing between its brackets.
fn is_of(path: &str, field: &str) -> bool {
    let (mut field, mut inside) = (field.bytes(), false);
    for c in path.bytes() {
        inside &= c != b']';
        if !inside && field.next() != Some(c) {
            return false;
        }
        inside |= c == b'[';
    }
    field.next().is_none()
}
