//! Texts for a person that are made in Rust: a code and named values, and the English sentence for both.
//!
//! Every message is a function of `messages.rs`, called with its values. What it returns crosses to the page as
//! [`Says`]; a language of the page has its own sentence for each code (docs/languages.md). The command prints
//! the English one. Numbers are written with what serde brings anyway: Rust's own formatting of floating-point
//! numbers would double the tables.
//!
//! ```
//! use guidance_lab::words::messages::out_of_range;
//! let said = out_of_range("guidance.gamma", 99.0, 0.0, 50.0);
//! assert_eq!(said.id(), "out_of_range");
//! assert_eq!(said.to_string(), "guidance.gamma is 99, but must be between 0 and 50");
//! ```

pub mod messages;

use std::fmt;

use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};
use serde_json::Number;

/// A message of the table: its code and the English sentence with `{places}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words {
    /// The code: the name of its function in `messages.rs`.
    pub id: &'static str,
    /// The English sentence; its places stand in the order of the function's arguments.
    pub text: &'static str,
}

impl Words {
    /// The text before each place and the place; last what follows the last one, and no place.
    fn pieces(self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.text.split('}').map(|piece| piece.split_once('{').unwrap_or((piece, "")))
    }
}

/// A message with its values. Only the functions of [`messages`] make one, so that every language can have it.
#[derive(Clone, Debug, PartialEq)]
pub struct Says {
    words: &'static Words,
    values: Vec<Value>,
}

/// What stands in a place of a message.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(test, derive(ts_rs::TS), ts(untagged, rename = "Said"))]
pub enum Value {
    /// A number; null for what is none.
    #[cfg_attr(test, ts(type = "number | null"))]
    Number(f64),
    /// What is the same in every language: a path, a name of the state, what somebody wrote.
    Text(String),
    /// A name or a text that stands somewhere as a constant (`names` of a language); parts with commas between
    /// them are known one by one.
    #[cfg_attr(test, ts(type = "{ name: string }"))]
    Name(&'static str),
    /// A message in the message.
    Says(Says),
    /// Several of them, with commas.
    List(Vec<Value>),
}

impl Says {
    fn new<const N: usize>(words: &'static Words, values: [Value; N]) -> Self {
        Self { words, values: values.into() }
    }

    /// Its code.
    pub fn id(&self) -> &'static str {
        self.words.id
    }

    fn write(&self, out: &mut String) {
        let mut values = self.values.iter();
        for (before, _) in self.words.pieces() {
            out.push_str(before);
            if let Some(value) = values.next() {
                value.write(out);
            }
        }
    }

    /// All names in it.
    #[cfg(test)]
    pub(crate) fn names(&self) -> Vec<&'static str> {
        fn visit(value: &Value, found: &mut Vec<&'static str>) {
            match value {
                Value::Name(name) => found.push(name),
                Value::Says(says) => says.values.iter().for_each(|value| visit(value, found)),
                Value::List(list) => list.iter().for_each(|value| visit(value, found)),
                Value::Number(_) | Value::Text(_) => {}
            }
        }
        let mut found = Vec::new();
        self.values.iter().for_each(|value| visit(value, &mut found));
        found
    }

    /// In English.
    pub fn text(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }
}

impl Value {
    fn write(&self, out: &mut String) {
        match self {
            Self::Number(x) => out.push_str(&number(*x)),
            Self::Text(text) => out.push_str(text),
            Self::Name(text) => out.push_str(text),
            Self::Says(says) => says.write(out),
            Self::List(list) => {
                for (i, value) in list.iter().enumerate() {
                    if i > 0 {
                        out.push_str(", ");
                    }
                    value.write(out);
                }
            }
        }
    }
}

/// In English.
impl fmt::Display for Says {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text())
    }
}

/// How a message crosses to the page.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "Says"))]
pub(crate) struct Crossing<'a> {
    /// The code of the message.
    id: &'static str,
    /// What stands in its places.
    #[cfg_attr(test, ts(type = "Record<string, Said>"))]
    values: Values<'a>,
    /// The English text.
    text: String,
}

struct Values<'a>(&'a Says);

impl Serialize for Values<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.words.pieces().map(|(_, place)| place).zip(&self.0.values))
    }
}

impl Serialize for Says {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Crossing { id: self.words.id, values: Values(self), text: self.text() }.serialize(serializer)
    }
}

#[cfg(test)]
impl ts_rs::TS for Says {
    type WithoutGenerics = Self;
    type OptionInnerType = Self;

    fn name(config: &ts_rs::Config) -> String {
        Crossing::name(config)
    }

    fn inline(config: &ts_rs::Config) -> String {
        Crossing::inline(config)
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Number(x) => serializer.serialize_f64(*x),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Name(name) => {
                let mut map = serializer.serialize_map(None)?;
                map.serialize_entry("name", name)?;
                map.end()
            }
            Self::Says(says) => says.serialize(serializer),
            Self::List(list) => list.serialize(serializer),
        }
    }
}

macro_rules! into_value {
    ($($type:ty, $name:ident => $value:expr;)*) => {
        $(impl From<$type> for Value {
            fn from($name: $type) -> Self {
                $value
            }
        })*
    };
}

into_value! {
    f64, x => Self::Number(x);
    usize, x => Self::Number(x as f64);
    u64, x => Self::Number(x as f64);
    u32, x => Self::Number(f64::from(x));
    String, text => Self::Text(text);
    &str, text => Self::Text(text.to_owned());
    Says, says => Self::Says(says);
    Vec<Value>, list => Self::List(list);
    &[&str], list => Self::List(list.iter().map(|&text| text.into()).collect());
}

/// A name alone.
pub fn name(name: &'static str) -> Says {
    messages::only(Value::Name(name))
}

/// A number in words: the shortest digits that are read back as the same number.
#[expect(clippy::float_cmp, reason = "whole or not")]
pub fn number(x: f64) -> String {
    let whole = x as i64;
    if whole as f64 == x {
        return whole.to_string();
    }
    Number::from_f64(x).map_or_else(|| "not a number".to_owned(), |number| number.to_string())
}

/// A number with one decimal.
pub fn tenths(x: f64) -> String {
    number((10.0 * x).round() / 10.0)
}

#[cfg(test)]
mod tests {
    use super::messages::{ALL, a_whole_number, and_instead, out_of_range, used_instead, wrong_type};
    use super::*;

    #[test]
    fn numbers_are_short() {
        let texts = [0.0, -1.0, 0.1, 1e-7, 2.5e22, 99999.0, f64::NAN].map(number);
        assert_eq!(texts, ["0", "-1", "0.1", "1e-7", "2.5e+22", "99999", "not a number"]);
        assert_eq!(tenths(0.16), "0.2");
    }

    #[test]
    fn a_message_is_a_code_with_values_and_an_english_text() {
        let said = and_instead(wrong_type("seed", "\"{x}\"", a_whole_number()), used_instead(1_usize));
        let text = "seed is \"{x}\", but must be a whole number; 1 is used";
        assert_eq!(said.to_string(), text);
        let value = serde_json::to_value(&said).unwrap();
        assert_eq!(value["id"], "and_instead");
        assert_eq!(value["text"], text);
        assert_eq!(value["values"]["message"]["values"]["wanted"]["id"], "a_whole_number");
        assert_eq!(serde_json::to_value(out_of_range("x", 0.5, 1.0, 2.0)).unwrap()["values"]["value"], 0.5);
        assert_eq!(name("variance").text(), "variance");
        assert_eq!(serde_json::to_value(name("variance")).unwrap()["values"]["name"]["name"], "variance");
        let list: Value = ["a", "b"].as_slice().into();
        assert_eq!(used_instead(list).text(), "a, b is used");
    }

    #[test]
    fn the_places_of_a_text_are_the_arguments_of_its_function() {
        for (words, places) in ALL {
            assert_eq!(
                words.pieces().map(|(_, place)| place).filter(|place| !place.is_empty()).collect::<Vec<_>>(),
                *places,
                "{}",
                words.id
            );
            assert_eq!(words.text.matches(['{', '}']).count(), 2 * places.len(), "{}", words.id);
        }
    }
}
