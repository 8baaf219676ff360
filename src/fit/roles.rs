//! Which columns are the coordinates and which is the label.

use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantNames};

use super::columns::Column;
use crate::model::{LabError, LabErrorCode};
use crate::words::messages;

/// Directions are made of at most so many columns.
pub const MOST_DIRECTED: usize = 64;

/// What the columns of a table are for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename_all = "camelCase"))]
pub struct Roles {
    /// The columns of the coordinates, from 0: one or two, or those that directions are made of.
    pub axes: Vec<usize>,
    /// Whether the coordinates are the columns themselves.
    pub directions: Directions,
    /// The column of the label, from 0.
    pub label: usize,
    /// Rows that lack a value are left out.
    pub without_missing: bool,
    /// So are rows that lie far from all others.
    pub without_outliers: bool,
    /// The column that only counts the rows, if there is one: it says nothing.
    #[serde(default)]
    pub index: Option<usize>,
}

/// What becomes of several columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, VariantNames, IntoStaticStr)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Directions {
    /// Each is an axis.
    None,
    /// The axes are the two directions of the greatest variance.
    Principal,
    /// The axes are the two directions that tell the classes apart best.
    Discriminant,
}

impl Roles {
    /// Whether there are such columns.
    ///
    /// # Errors
    /// `range` for a column that there is not, or too many of them.
    pub fn check(&self, columns: &[Column]) -> Result<(), LabError> {
        let count = columns.len();
        let range = |message| Err(LabError::new(LabErrorCode::Range, "roles", message));
        if self.axes.iter().chain([&self.label]).any(|&index| index >= count) {
            return range(messages::no_such_column(count));
        }
        let twice = |(at, axis): (usize, &usize)| self.axes[..at].contains(axis) || *axis == self.label;
        if let Some((_, &axis)) = self.axes.iter().enumerate().find(|&each| twice(each)) {
            return range(messages::column_twice(&*columns[axis].name));
        }
        let (least, most) = if self.directions == Directions::None { (1, 2) } else { (2, MOST_DIRECTED) };
        if !(least..=most).contains(&self.axes.len()) {
            return range(messages::column_count(self.axes.len(), least, most));
        }
        Ok(())
    }
}
