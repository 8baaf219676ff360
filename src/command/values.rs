//! `--values`: a list of numbers, or all from one to another in steps.

use std::str::FromStr;

use serde_json::Value;

/// More are a slip of the hand.
const MOST: f64 = 1e6;

/// The numbers in their order, none of them twice.
#[derive(Clone, Debug, PartialEq)]
pub struct Values(Vec<f64>);

impl Values {
    /// Each as JSON; a whole one is written as such.
    pub fn json(&self) -> Vec<Value> {
        let whole = |value: f64| value.fract() == 0.0 && value.abs() < 2_f64.powi(53);
        self.0.iter().map(|&value| if whole(value) { (value as i64).into() } else { value.into() }).collect()
    }
}

impl FromStr for Values {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let values = match text.split(':').collect::<Vec<_>>()[..] {
            [from, to, step] => steps(from, to, step)?,
            [_] => text.split(',').map(number).collect::<Result<_, _>>()?,
            _ => return Err("must be numbers with commas between them, or FROM:TO:STEP".to_owned()),
        };
        let mut sorted = values.clone();
        sorted.sort_by(f64::total_cmp);
        match sorted.windows(2).find(|pair| pair[0] >= pair[1]) {
            Some(pair) => Err(format!("has {} twice", pair[0])),
            None => Ok(Self(values)),
        }
    }
}

/// A finite number; of the two zeros the positive one.
fn number(text: &str) -> Result<f64, String> {
    let found = text.trim().parse().ok().filter(|value: &f64| value.is_finite());
    found.map(|value| value + 0.0).ok_or_else(|| format!("“{text}” is not a finite number"))
}

/// From the first to the second, which is among them if a whole number of steps leads there. Each is the number that its
/// decimals say: the third after 0 in steps of 0.1 is 0.3, not the sum 0.30000000000000004.
fn steps(from: &str, to: &str, step: &str) -> Result<Vec<f64>, String> {
    let digits = [from, to, step].map(decimals).into_iter().max().unwrap_or_default();
    let [from, to, step] = [number(from)?, number(to)?, number(step)?];
    let count = ((to - from) / step + 1e-9).floor();
    if step == 0.0 || count < 0.0 {
        return Err(format!("cannot go from {from} to {to} in steps of {step}"));
    }
    if count >= MOST {
        return Err(format!("has more than {MOST} numbers"));
    }
    (0..=count as usize).map(|i| number(&format!("{:.digits$}", from + i as f64 * step))).collect()
}

/// How many decimals a number is written with: 2 of `0.25`, 3 of `1e-3`.
fn decimals(text: &str) -> usize {
    let (digits, exponent) = text.trim().split_once(['e', 'E']).unwrap_or((text.trim(), "0"));
    let fraction = digits.split_once('.').map_or(0, |(_, fraction)| fraction.len() as i64);
    // Beyond the smallest double there is nothing to tell apart.
    (fraction - exponent.parse::<i64>().unwrap_or_default()).clamp(0, 330) as usize
}

#[cfg(test)]
mod tests {
    use super::Values;

    #[track_caller]
    fn are(text: &str, expected: &[f64]) {
        let Values(found) = text.parse().unwrap();
        assert!(
            found.iter().map(|value| value.to_bits()).eq(expected.iter().map(|value| value.to_bits())),
            "{found:?}"
        );
    }

    #[test]
    fn lists_and_steps() {
        are("8, 16,-2.5", &[8.0, 16.0, -2.5]);
        are("4", &[4.0]);
        are("0:1:0.1", &[0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]);
        are("0:1:.3", &[0.0, 0.3, 0.6, 0.9]);
        are("1:-1:-0.5", &[1.0, 0.5, 0.0, -0.5, -1.0]);
        are("-0.3:0:0.1", &[-0.3, -0.2, -0.1, 0.0]);
        are("0:3e-3:1e-3", &[0.0, 0.001, 0.002, 0.003]);
        are("2:2:1", &[2.0]);
        assert_eq!("0:10:0.1".parse::<Values>().unwrap().0.len(), 101);
        let json = "1:2:0.5".parse::<Values>().unwrap().json();
        assert_eq!(json.iter().map(ToString::to_string).collect::<Vec<_>>(), ["1", "1.5", "2"]);
    }

    #[test]
    fn what_is_none_is_refused() {
        for (text, words) in [
            ("", "“” is not a finite number"),
            ("1,two", "“two”"),
            ("inf", "“inf”"),
            ("0:1", "FROM:TO:STEP"),
            ("0:1:0", "steps of 0"),
            ("0:1:-1", "from 0 to 1 in steps of -1"),
            ("0:1:1e-9", "more than 1000000"),
            ("-1e308:1e308:1", "more than"),
            ("1,2,1.0", "1 twice"),
            ("0,-0", "0 twice"),
        ] {
            let error = text.parse::<Values>().unwrap_err();
            assert!(error.contains(words), "{text}: {error}");
        }
    }
}
