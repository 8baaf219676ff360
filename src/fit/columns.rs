//! Which columns of a table hold the coordinates and the label, and what a cell says.

use super::fault;
use crate::model::{LabError, LabErrorCode};

/// So many characters of a cell are shown in a message.
const SHOWN: usize = 24;
/// So many names of a header are.
const SHOWN_NAMES: usize = 12;

const X: &[&str] = &["x", "x1", "x_1", "x₁"];
const Y: &[&str] = &["y", "x2", "x_2", "x₂"];
const CLASS: &[&str] = &["class", "label", "c", "target", "species", "group"];

/// Where to find what in each row.
#[derive(Debug, PartialEq)]
pub struct Columns {
    /// Index and name of each coordinate's column.
    pub coordinates: Vec<(usize, &'static str)>,
    /// Index of the label's.
    pub label: usize,
    /// How many columns there are.
    pub count: usize,
    /// Whether the first row names them.
    pub header: bool,
}

impl Columns {
    /// By the names of a header, or `x,class`, `x,y,class` by their order.
    pub fn of(head: &[String], line: u64) -> Result<Self, LabError> {
        let find = |names: &[&str]| head.iter().position(|field| names.contains(&field.to_lowercase().as_str()));
        let count = head.len();
        let place = format!("line {line}");
        if let Some(x) = find(X) {
            let label = find(CLASS).ok_or_else(|| {
                let more = if count > SHOWN_NAMES { ", …" } else { "" };
                let names: Vec<String> = head.iter().take(SHOWN_NAMES).map(|name| shortened(name)).collect();
                let message = format!("the header names no column “class”, only {}{more}", names.join(", "));
                fault(LabErrorCode::Type, &place, &message)
            })?;
            let coordinates = std::iter::once((x, "x")).chain(find(Y).map(|y| (y, "y"))).collect();
            return Ok(Self { coordinates, label, count, header: true });
        }
        if !(2..=3).contains(&count) {
            let columns = if count == 1 { "column" } else { "columns" };
            let message = format!("has {count} {columns}, but must have x,class or x,y,class");
            return Err(fault(LabErrorCode::Type, &place, &message));
        }
        let coordinates = ["x", "y"].into_iter().take(count - 1).enumerate().collect();
        let header = head[..count - 1].iter().all(|field| decimal(field).is_none());
        Ok(Self { coordinates, label: count - 1, count, header })
    }

    /// `x, y, class`
    pub fn names(&self) -> String {
        let mut names: Vec<&str> = self.coordinates.iter().map(|column| column.1).collect();
        names.push("class");
        names.join(", ")
    }
}

/// The start of a text.
pub fn shortened(text: &str) -> String {
    text.chars().take(SHOWN).collect()
}

/// A plain decimal number that is finite.
pub fn decimal(text: &str) -> Option<f64> {
    // What Rust reads beyond that are words: inf, nan.
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    if plain { text.parse().ok().filter(|value: &f64| value.is_finite()) } else { None }
}

/// A whole number, however it is written: 1, 1.0, 1e0.
pub fn whole(text: &str) -> Option<i64> {
    decimal(text).filter(|value| value.fract() == 0.0 && value.abs() < 1e15).map(|value| value as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        for (text, value) in [("1", 1.0), ("+.5", 0.5), ("-2.", -2.0), ("3e-1", 0.3), ("1E2", 100.0)] {
            assert_eq!(decimal(text), Some(value), "{text}");
        }
        for text in ["", ".", "e5", "1e", "0x10", "inf", "NaN", "Infinity", "1,5", "--1", "1_0", "1e999", "١"] {
            assert_eq!(decimal(text), None, "{text}");
        }
        assert_eq!(["1.0", "1", "+1e0", "-0.0"].map(whole), [Some(1), Some(1), Some(1), Some(0)]);
        assert_eq!(["0.5", "a", "1e300"].map(whole), [None; 3]);
    }

    #[test]
    fn headers() {
        let columns = |names: &str| {
            let head: Vec<String> = names.split(',').map(str::to_owned).collect();
            Columns::of(&head, 1)
        };
        let found = columns("Species,X_2,extra,x1").unwrap();
        assert_eq!((found.coordinates.clone(), found.label, found.header), (vec![(3, "x"), (1, "y")], 0, true));
        assert_eq!(found.names(), "x, y, class");
        assert!(columns("width,height,kind").unwrap().header);
        assert!(!columns("1,height,kind").unwrap().header);
        // A header of a thousand names is not quoted whole.
        let error = columns(&format!("x{}", ",name".repeat(1000))).unwrap_err();
        assert!(error.message.len() < 200 && error.message.ends_with('…'), "{}", error.message);
    }
}
