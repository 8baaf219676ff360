//! What a cell says: a number, a whole one, nothing at all.

/// So many characters of a cell are shown in a message.
const SHOWN: usize = 24;
/// What stands where there is no value, in small letters.
const MISSING: [&str; 8] = ["", "na", "n/a", "#n/a", "nan", "null", "?", "missing"];

/// Whether a cell says that there is no value.
pub fn missing(text: &str) -> bool {
    MISSING.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// A number as people write it: with the file's decimal mark, a minus sign of typography, thousands in groups.
pub fn number(text: &str, comma: bool) -> Option<f64> {
    if !comma && let Some(value) = decimal(text) {
        return Some(value);
    }
    let (mark, group) = if comma { (',', '.') } else { ('.', ',') };
    let text = text.replace('\u{2212}', "-");
    let (whole, rest) = text.split_at(text.find(mark).unwrap_or(text.len()));
    let mut plain = String::new();
    if whole.contains(group) {
        let digits = whole.trim_start_matches(['+', '-']);
        let three = |part: &str| part.len() == 3 && part.bytes().all(|byte| byte.is_ascii_digit());
        let mut parts = digits.split(group);
        let first = parts.next().unwrap_or_default();
        if first.is_empty() || first.len() > 3 || first.starts_with('0') || !parts.all(three) {
            return None;
        }
        plain.extend(whole.chars().filter(|&c| c != group));
    } else {
        plain.push_str(whole);
    }
    if let Some(after) = rest.strip_prefix(mark) {
        if after.contains(group) {
            return None;
        }
        plain.push('.');
        plain.push_str(after);
    }
    decimal(&plain)
}

/// The name of a class: 1.0 and 1 are the same.
pub fn label(text: &str, comma: bool) -> String {
    let value = if comma { number(text, true) } else { decimal(text) };
    let whole = value.filter(|value| value.fract() == 0.0 && value.abs() < 1e15).map(|value| value as i64);
    whole.map_or_else(|| text.to_owned(), |number| number.to_string())
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
        assert_eq!(["1.0", "1", "+1e0", "-0.0"].map(|text| label(text, false)), ["1", "1", "1", "0"]);
        assert_eq!(["0.5", "a", "1e300"].map(|text| label(text, false)), ["0.5", "a", "1e300"]);
        assert_eq!(label("1,0", true), "1");
    }

    #[test]
    fn marks_and_groups() {
        let point = [("1.5", 1.5), ("1,234.5", 1234.5), ("-1,234,567", -1234567.0), ("\u{2212}2.5", -2.5)];
        for (text, value) in point {
            assert_eq!(number(text, false), Some(value), "{text}");
        }
        let comma = [("1,5", 1.5), ("1.234,5", 1234.5), ("-,5", -0.5), ("3", 3.0), ("1.234", 1234.0), ("2,5e-1", 0.25)];
        for (text, value) in comma {
            assert_eq!(number(text, true), Some(value), "{text}");
        }
        for text in ["1,5", "0,123", "1,2,3", "1,23,456", ",123", "1.5,000"] {
            assert_eq!(number(text, false), None, "{text}");
        }
        for text in ["1.5", "0.123", "1,5,2", "1,5.000"] {
            assert_eq!(number(text, true), None, "{text}");
        }
    }

    #[test]
    fn nothing() {
        assert!(["", "NA", "NaN", "n/a", "NULL", "?"].into_iter().all(missing));
        assert!(!["none", "-", "0", "name"].into_iter().any(missing));
    }
}
