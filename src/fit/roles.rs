//! Which columns are the coordinates and which is the label.

use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantNames};

use super::columns::Column;
use crate::model::{LabError, LabErrorCode, MAX_CLASSES};
use crate::words::messages;

/// Directions are made of at most so many columns.
pub const MOST_DIRECTED: usize = 64;
/// A mixture in all columns has at most so many, and so many classes.
pub const MOST_COORDINATES: usize = 256;
/// See [`MOST_COORDINATES`].
pub const MOST_LABELS: usize = 16;

/// What the columns of a table are for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename_all = "camelCase"))]
pub struct Roles {
    /// The columns of the coordinates, from 0: one or two, those that directions are made of, or all of a mixture in
    /// many dimensions.
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
    /// Each is a coordinate of a mixture in many dimensions, which has no picture of one or two axes.
    All,
}

impl Roles {
    /// The most classes of a table with these roles.
    pub(super) fn most_classes(&self) -> usize {
        if self.directions == Directions::All { MOST_LABELS } else { MAX_CLASSES }
    }

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
        if self.directions == Directions::All {
            return match self.axes.len() {
                2..=MOST_COORDINATES => Ok(()),
                count => range(messages::column_count_of_all(count, 2_usize, MOST_COORDINATES)),
            };
        }
        let (least, most) = if self.directions == Directions::None { (1, 2) } else { (2, MOST_DIRECTED) };
        if !(least..=most).contains(&self.axes.len()) {
            return range(messages::column_count(self.axes.len(), least, most));
        }
        Ok(())
    }
}
