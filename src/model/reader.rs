//! Reads values by the table of fields. At each fault it knows both the error and the nearest valid value, and
//! either stops (strict) or notes the change (lenient).

use serde::Serialize;
use serde_json::{Map, Value};
use strum::VariantArray;

use super::field::{Field, find};
use super::{LabError, LabErrorCode};
use crate::words::{self, Says, messages as says};

/// One thing that the lenient way had to change.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Change {
    /// The path of the field at fault.
    pub path: String,
    /// What was wrong with it and what is used instead, in English.
    pub message: String,
    /// The same as a code and named values, for other languages.
    pub says: Says,
}

/// What a part of the reader returns. The error is boxed: an error of seven words in every result is
/// a third of the reader's code.
pub(super) type Read<T> = Result<T, Box<LabError>>;

/// Reads values by the table of fields.
pub(super) struct Reader {
    /// The fields that it reads by.
    fields: &'static [Field],
    lenient: bool,
    /// What stands where nothing can be read; null: the defaults.
    base: Value,
    changes: Vec<Change>,
}

/// The entries of an object that may be missing.
#[derive(Clone, Copy)]
pub(super) struct Entries<'a>(Option<&'a Map<String, Value>>);

impl<'a> Entries<'a> {
    /// The entry of a key, if it is there.
    pub(super) fn get(self, key: &str) -> Option<&'a Value> {
        self.0?.get(key)
    }
}

impl Reader {
    /// A reader that stops at the first fault.
    pub(super) fn strict(fields: &'static [Field]) -> Self {
        Self { fields, lenient: false, base: Value::Null, changes: Vec::new() }
    }

    /// A reader that mends each fault, from `base` where nothing can be read, and notes what it changed.
    pub(super) fn lenient(fields: &'static [Field], base: Value) -> Self {
        Self { lenient: true, base, ..Self::strict(fields) }
    }

    /// What the base has at a path.
    fn of_base(&self, path: &str) -> Option<&Value> {
        path.split('.').try_fold(&self.base, |value, key| value.get(key))
    }

    /// What stands where nothing can be read.
    pub(super) fn base(&self) -> &Value {
        &self.base
    }

    pub(super) fn is_lenient(&self) -> bool {
        self.lenient
    }

    /// What had to be changed.
    pub(super) fn into_changes(self) -> Vec<Change> {
        self.changes
    }

    /// What is known of a field.
    pub(super) fn field(&self, path: &str) -> &'static Field {
        find(self.fields, path).unwrap_or_else(|| panic!("no field {path}"))
    }

    /// A fault: an error when strict, a noted change and the repaired value when lenient.
    pub(super) fn settle<T>(&mut self, error: LabError, instead: Says, repaired: T) -> Read<T> {
        self.note(error, instead).map(|()| repaired)
    }

    pub(super) fn note(&mut self, error: LabError, instead: Says) -> Read<()> {
        if !self.lenient {
            return Err(Box::new(error));
        }
        let says = says::and_instead(error.says, instead);
        self.changes.push(Change { path: error.path, message: says.text(), says });
        Ok(())
    }

    /// An object (empty if it is missing) whose keys are all known.
    pub(super) fn object<'a>(&mut self, value: Option<&'a Value>, path: &str, keys: &[&str]) -> Read<Entries<'a>> {
        let Some(value) = value else { return Ok(Entries(None)) };
        let Some(object) = value.as_object() else {
            return self.settle(type_error(path, value, says::an_object()), says::defaults_used(), Entries(None));
        };
        let unknown: Vec<&String> = object.keys().filter(|key| !keys.contains(&key.as_str())).collect();
        if let Some(first) = unknown.first() {
            let first = clipped(first);
            let full = if path.is_empty() { first.clone() } else { format!("{path}.{first}") };
            let message = match unknown.len() {
                1 => says::unknown_key(&*full, keys),
                count => says::unknown_keys(&*full, keys, count - 1),
            };
            self.settle(fault(LabErrorCode::UnknownKey, &full, message), says::ignored(), ())?;
        }
        Ok(Entries(Some(object)))
    }

    pub(super) fn number(&mut self, value: Option<&Value>, path: &str, default: f64) -> Read<f64> {
        let Some(value) = value else { return Ok(default) };
        match value.as_f64() {
            Some(found) if found.is_finite() => self.in_range(found, path, self.field(path)),
            _ => {
                let default = self.of_base(path).and_then(Value::as_f64).unwrap_or(default);
                self.settle(type_error(path, value, says::a_finite_number()), says::used_instead(default), default)
            }
        }
    }

    pub(super) fn flag(&mut self, value: Option<&Value>, path: &str, default: bool) -> Read<bool> {
        let Some(value) = value else { return Ok(default) };
        if let Some(flag) = value.as_bool() {
            return Ok(flag);
        }
        let instead = says::used_instead(if default { "true" } else { "false" });
        self.settle(type_error(path, value, says::true_or_false()), instead, default)
    }

    /// A whole number that is not negative; `200.0` counts as one.
    pub(super) fn integer(&mut self, value: Option<&Value>, path: &str, default: u64) -> Read<u64> {
        Ok(self.whole(value, path, default as f64)? as u64)
    }

    /// A whole number.
    pub(super) fn whole(&mut self, value: Option<&Value>, path: &str, default: f64) -> Read<f64> {
        let Some(value) = value else { return Ok(default) };
        let Some(number) = value.as_f64().filter(|number| number.is_finite()) else {
            let error = type_error(path, value, says::a_whole_number());
            let default = self.of_base(path).and_then(Value::as_f64).unwrap_or(default);
            return self.settle(error, says::used_instead(default), default);
        };
        let mut whole = number;
        if number.fract() != 0.0 {
            whole = number.round();
            let error = type_error(path, value, says::a_whole_number());
            self.settle(error, says::rounded(), ())?;
        }
        self.in_range(whole, path, self.field(path))
    }

    /// A number, or `null` for none.
    pub(super) fn optional(&mut self, value: Option<&Value>, path: &str) -> Read<Option<f64>> {
        match value {
            None | Some(Value::Null) => Ok(None),
            Some(value) if value.as_f64().is_some_and(f64::is_finite) => self.number(Some(value), path, 0.0).map(Some),
            Some(value) => self.settle(type_error(path, value, says::a_number_or_null()), says::no_limit_used(), None),
        }
    }

    pub(super) fn in_range(&mut self, found: f64, path: &str, field: &Field) -> Read<f64> {
        let (min, max) = (field.min.unwrap_or(f64::MIN), field.max.unwrap_or(f64::MAX));
        if (min..=max).contains(&found) {
            return Ok(found);
        }
        let nearest = found.max(min).min(max);
        let error = fault(LabErrorCode::Range, path, says::out_of_range(path, found, min, max));
        self.settle(error, says::used_instead(nearest), nearest)
    }

    /// One of the field's names, by its place among them.
    pub(super) fn name(&mut self, value: Option<&Value>, path: &str, default: usize) -> Read<usize> {
        let Some(value) = value else { return Ok(default) };
        let choices = self.field(path).choices;
        if let Some(choice) = choices.iter().position(|&choice| value.as_str() == Some(choice)) {
            return Ok(choice);
        }
        let of_base = self.of_base(path).and_then(Value::as_str);
        let default = choices.iter().position(|&choice| of_base == Some(choice)).unwrap_or(default);
        self.settle(choice_error(path, value, choices), says::used_instead(choices[default]), default)
    }

    /// One of the field's names, as its type.
    pub(super) fn choice<T: VariantArray + Copy + PartialEq>(
        &mut self,
        value: Option<&Value>,
        path: &str,
        default: T,
    ) -> Read<T> {
        let place = T::VARIANTS.iter().position(|&choice| choice == default).unwrap_or_default();
        self.name(value, path, place).map(|index| T::VARIANTS[index])
    }
}

/// An error about one field.
pub(super) fn fault(code: LabErrorCode, path: &str, says: Says) -> LabError {
    LabError::new(code, path, says)
}

pub(super) fn type_error(path: &str, value: &Value, wanted: Says) -> LabError {
    let name: words::Value = if path.is_empty() { says::the_state().into() } else { path.into() };
    fault(LabErrorCode::Type, path, says::wrong_type(name, shown(value), wanted))
}

pub(super) fn choice_error(path: &str, value: &Value, choices: &[&str]) -> LabError {
    let code = if value.is_string() { LabErrorCode::Range } else { LabErrorCode::Type };
    fault(code, path, says::not_a_choice(path, shown(value), choices))
}

/// A value as a message can show it, however large it is.
pub(super) fn shown(value: &Value) -> words::Value {
    match value {
        Value::Array(list) => says::a_list_of_length(list.len()).into(),
        Value::Object(_) => says::an_object().into(),
        Value::String(text) => format!("\"{}\"", clipped(text)).into(),
        other => other.to_string().into(),
    }
}

pub(super) fn clipped(text: &str) -> String {
    if text.chars().count() <= 40 { text.to_owned() } else { text.chars().take(40).chain(['…']).collect() }
}
