//! Which columns of a table hold the coordinates and the label, and what a cell says.

use super::fault;
use crate::model::{LabError, LabErrorCode};
use crate::words::messages;

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
        let find =
            |names: &[&str]| head.iter().position(|field| names.iter().any(|name| field.eq_ignore_ascii_case(name)));
        let count = head.len();
        let wrong = |message| fault(LabErrorCode::Type, messages::line(line), message);
        if let Some(x) = find(X) {
            let label = find(CLASS).ok_or_else(|| {
                let mut names: Vec<String> = head.iter().take(SHOWN_NAMES).map(|name| shortened(name)).collect();
                if count > SHOWN_NAMES {
                    names.push("…".to_owned());
                }
                wrong(messages::no_class_column(names.join(", ")))
            })?;
            let coordinates = std::iter::once((x, "x")).chain(find(Y).map(|y| (y, "y"))).collect();
            return Ok(Self { coordinates, label, count, header: true });
        }
        if !(2..=3).contains(&count) {
            return Err(wrong(if count == 1 { messages::one_column() } else { messages::column_count(count) }));
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

/// A plain decimal number that is finite, to within a unit in the last of its 53 bits; exact up to 15 digits.
/// (Rust's own reading is exact to the last bit, by 10 KB of tables that compression leaves as they are.)
pub fn decimal(text: &str) -> Option<f64> {
    let text = text.as_bytes();
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    let end = digits.iter().position(|byte| matches!(byte, b'e' | b'E')).unwrap_or(digits.len());
    let (mut mantissa, mut places, mut count, mut point) = (0_u64, 0_i32, 0, false);
    for byte in &digits[..end] {
        match byte {
            b'.' if !point => point = true,
            b'0'..=b'9' => {
                count += 1;
                // 19 digits fit; those after them only count.
                let kept = mantissa < 10_u64.pow(18);
                if kept {
                    mantissa = 10 * mantissa + u64::from(byte - b'0');
                }
                places += i32::from(point && kept) - i32::from(!point && !kept);
            }
            _ => return None,
        }
    }
    let exponent = digits.get(end + 1..).map_or(Some(0), exponent)?;
    let value = scaled(mantissa as f64, exponent.saturating_sub(places));
    (count > 0 && value.is_finite()).then_some(if negative { -value } else { value })
}

/// What follows the `e`; beyond 9999 it is as good as infinite.
fn exponent(text: &[u8]) -> Option<i32> {
    let (sign, digits) = match text {
        [b'-', rest @ ..] => (-1, rest),
        [b'+', rest @ ..] => (1, rest),
        _ => (1, text),
    };
    let mut value = 0;
    for byte in digits {
        let digit = byte.is_ascii_digit().then(|| i32::from(byte - b'0'))?;
        value = (10 * value + digit).min(9999);
    }
    (!digits.is_empty()).then_some(sign * value)
}

/// `x 10^exponent`; powers up to the 22nd are exact.
fn scaled(mut x: f64, mut exponent: i32) -> f64 {
    while exponent != 0 && x != 0.0 && x.is_finite() {
        let part = exponent.clamp(-22, 22);
        let power = 10_f64.powi(part.abs());
        x = if part < 0 { x / power } else { x * power };
        exponent -= part;
    }
    x
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
        // Against Rust's own reading.
        for text in
            ["0.12345678901234567", "123456789012345678901234567890", "1.7976931348623157e308", "5e-300", "-7e22"]
        {
            let (value, exact) = (decimal(text).unwrap(), text.parse::<f64>().unwrap());
            assert!((value / exact - 1.0).abs() < 4.0 * f64::EPSILON, "{text}: {value} {exact}");
        }
        for k in -4000..4000 {
            let text = (f64::from(k) * 0.0937).to_string();
            let (value, exact) = (decimal(&text).unwrap(), text.parse::<f64>().unwrap());
            assert!((value - exact).abs() <= f64::EPSILON * exact.abs(), "{text}");
            let text = format!("{:.6}", f64::from(k) * 0.0937);
            assert_eq!(decimal(&text), text.parse().ok(), "{text}");
        }
        for text in [
            "",
            ".",
            "e5",
            "1e",
            "0x10",
            "inf",
            "NaN",
            "Infinity",
            "1,5",
            "--1",
            "1_0",
            "1e999",
            "1e99999999999",
            "1e+-5",
            "1e++5",
            "1e",
            "1.2.3",
            "+",
            "-",
            "١",
        ] {
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
