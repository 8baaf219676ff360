//! The classifier under test, one kind a file: its fields with their defaults and ranges, and how they are
//! read. docs/contributing.md shows what a new kind adds, here and at the other levels.

mod denoised;
mod exact;
mod label_smoothing;
mod learned;
mod mistimed;
mod noise_blind;
mod tempered;
mod wiggle;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::field::Field;
use super::mixture::Noise;
use super::reader::{Read, Reader};

pub use noise_blind::BlindInput;
pub use wiggle::{Amplitude, AmplitudeLaw, WiggleForm};

/// What the file of a kind says of it.
pub(super) trait Kind: Sized {
    /// Its name in the state.
    const NAME: &'static str;
    /// Its fields, in the state's order.
    const FIELDS: &'static [Field];

    /// Reads it from the object `classifier`, whose key `kind` has been read.
    fn read(reader: &mut Reader, value: Option<&Value>) -> Read<Self>;

    /// The noise after which the mixture's exact posterior is what it goes by at time `t`; `None` for that time's own.
    fn sees(&self, _t: f64) -> Option<Noise> {
        None
    }

    /// A time at which its gradient has a kink in time.
    fn kink(&self) -> Option<f64> {
        None
    }
}

/// The one list of the kinds: everything here that has a part for each follows it.
macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident of $file:ident;)*) => {
        $(pub use $file::$kind;)*

        /// The classifier whose gradient guides the `tested` lane.
        #[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "kind", rename_all = "kebab-case")]
        #[cfg_attr(test, derive(ts_rs::TS))]
        pub enum Classifier {
            $($(#[$doc])* $kind($kind),)*
        }

        impl Classifier {
            /// The noise after which the mixture's exact posterior is what it goes by at time `t`; `None` for that
            /// time's own.
            pub fn sees(&self, t: f64) -> Option<Noise> {
                match self {
                    $(Self::$kind(kind) => kind.sees(t),)*
                }
            }

            /// A time at which its gradient has a kink in time.
            pub fn kink(&self) -> Option<f64> {
                match self {
                    $(Self::$kind(kind) => kind.kink(),)*
                }
            }
        }

        /// The names of the kinds of classifier in the state.
        pub const NAMES: &[&str] = &[$($kind::NAME),*];
        /// The fields of each kind, in the order of [`NAMES`].
        pub const FIELDS: &[&[Field]] = &[$($kind::FIELDS),*];
        /// The readers of each.
        const READERS: &[fn(&mut Reader, Option<&Value>) -> Read<Classifier>] =
            &[$(|reader, value| Ok(Classifier::$kind($kind::read(reader, value)?))),*];
    };
}

kinds! {
    /// The exact posterior `p_t(c|x)`.
    Exact of exact;
    /// The exact posterior plus a fast wiggle in the first coordinate.
    Wiggle of wiggle;
    /// The exact posterior with its logits multiplied, and the target's shifted.
    Tempered of tempered;
    /// The exact posterior of another time.
    Mistimed of mistimed;
    /// The exact posterior mixed with the same probability for every class.
    LabelSmoothing of label_smoothing;
    /// The exact posterior of one time, whatever the time.
    NoiseBlind of noise_blind;
    /// The exact posterior of clean data at the denoised guess.
    Denoised of denoised;
    /// A network trained on samples of the mixture.
    Learned of learned;
}

impl Classifier {
    /// The exact posterior.
    pub const EXACT: Self = Self::Exact(Exact {});
}

/// Reads the object `classifier`, if it is of a kind of the first figures; without a kind it is a wiggle, as in the
/// default state.
pub(super) fn read(reader: &mut Reader, value: Option<&Value>) -> Read<Classifier> {
    match value.and_then(Value::as_object).and_then(|object| object.get("kind")).map(Value::as_str) {
        None | Some(Some(Wiggle::NAME)) => Wiggle::read(reader, value).map(Classifier::Wiggle),
        Some(Some(Exact::NAME)) => Exact::read(reader, value).map(Classifier::Exact),
        _ => Ok(Classifier::EXACT),
    }
}

/// Reads the object `classifier` where it is of another kind than [`read`] knows.
pub(super) fn read_any(reader: &mut Reader, value: Option<&Value>) -> Read<Option<Classifier>> {
    let Some(kind) = value.and_then(Value::as_object).and_then(|object| object.get("kind")) else { return Ok(None) };
    if [Exact::NAME, Wiggle::NAME].map(Some).contains(&kind.as_str()) {
        return Ok(None);
    }
    let default = NAMES.iter().position(|&name| name == Wiggle::NAME).unwrap_or_default();
    let kind = reader.name(Some(kind), "classifier.kind", default)?;
    READERS[kind](reader, value).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_are_those_of_the_state() {
        for (name, reader) in NAMES.iter().zip(READERS) {
            let value = serde_json::json!({ "kind": name });
            let classifier =
                reader(&mut Reader::strict(crate::model::FIELDS), Some(&value)).expect("the defaults are valid");
            let written = serde_json::to_value(classifier).unwrap();
            assert_eq!(written["kind"], *name);
            assert_eq!(reader(&mut Reader::strict(crate::model::FIELDS), Some(&written)), Ok(classifier), "{name}");
        }
    }
}
