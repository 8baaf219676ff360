//! The columns of a table: what they hold.

use serde::Serialize;

use super::cells::{label, missing, number, shortened};
use crate::model::MAX_CLASSES;

/// So many names of a header are shown in a message.
const SHOWN_NAMES: usize = 12;

/// What a column holds.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Column {
    /// Its name in the file, or its number.
    pub name: String,
    /// Whether its cells are numbers, but for one in ten.
    pub numeric: bool,
    /// Cells with nothing in them, or NA.
    pub missing: usize,
    /// What stands in it, where that is at most 8 different things.
    pub labels: Option<Vec<String>>,
    /// Numbers in it, and other texts.
    #[serde(skip)]
    #[cfg_attr(test, ts(skip))]
    pub(super) numbers: usize,
    #[serde(skip)]
    #[cfg_attr(test, ts(skip))]
    pub(super) texts: usize,
    /// Whether every number is the one before and 1.
    #[serde(skip)]
    #[cfg_attr(test, ts(skip))]
    pub(super) counts: bool,
    /// Whether all numbers are whole.
    #[serde(skip)]
    #[cfg_attr(test, ts(skip))]
    pub(super) whole: bool,
    #[serde(skip)]
    #[cfg_attr(test, ts(skip))]
    pub(super) last: f64,
}

impl Column {
    /// Nothing yet.
    pub(super) fn new() -> Self {
        Self {
            name: String::new(),
            numeric: false,
            missing: 0,
            labels: Some(Vec::new()),
            numbers: 0,
            texts: 0,
            counts: true,
            whole: true,
            last: f64::NAN,
        }
    }

    /// One more cell.
    #[expect(clippy::float_cmp, reason = "whole numbers one after the other")]
    pub(super) fn take(&mut self, cell: &str, comma: bool) {
        if missing(cell) {
            self.missing += 1;
            return;
        }
        if let Some(value) = number(cell, comma) {
            self.numbers += 1;
            self.whole &= value.fract() == 0.0;
            self.counts &= self.last.is_nan() || value == self.last + 1.0;
            self.last = value;
        } else {
            self.texts += 1;
            self.counts = false;
        }
        if let Some(labels) = &mut self.labels {
            let name = label(cell, comma);
            if !labels.contains(&name) {
                labels.push(name);
            }
            if labels.len() > MAX_CLASSES {
                self.labels = None;
            }
        }
    }

    /// How many different things stand in it, 9 for more than 8.
    pub(super) fn different(&self) -> usize {
        self.labels.as_ref().map_or(MAX_CLASSES + 1, Vec::len)
    }
}

/// Names with commas; of very many, the first.
pub fn names<'a>(all: impl Iterator<Item = &'a str>) -> String {
    let mut text = String::new();
    for (index, name) in all.enumerate() {
        if index > 0 {
            text.push_str(", ");
        }
        if index == SHOWN_NAMES {
            text.push('…');
            break;
        }
        text.push_str(&shortened(name));
    }
    text
}
