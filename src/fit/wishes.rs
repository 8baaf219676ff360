//! What somebody wants the columns of a table to be for, by their names; the rest is as the table suggests.

use serde::Deserialize;

use super::roles::{Directions, Roles};
use super::table::Table;
use crate::model::{LabError, LabErrorCode};
use crate::words::messages;

/// Roles by the names of columns, or by their numbers from 1.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "FitOptions", rename_all = "camelCase", optional_fields))]
pub struct Wishes {
    /// The columns of the coordinates: one or two, with directions any number; else those that seem to be meant.
    pub axes: Option<Vec<String>>,
    /// The column of the classes.
    pub label: Option<String>,
    /// Whether the coordinates are the columns themselves.
    pub directions: Option<Directions>,
    /// Whether rows that lack a value are left out; by themselves, they are.
    pub without_missing: Option<bool>,
    /// Whether rows that lie far from all others are.
    pub without_outliers: Option<bool>,
}

impl Table {
    /// The roles that somebody wishes; `None` where no column can be seen to be the label, or to have numbers.
    ///
    /// # Errors
    /// `range` for a column that there is not, for too many of them, or for one twice.
    pub fn wished(&self, wishes: &Wishes) -> Result<Option<Roles>, LabError> {
        let find = |name: &String| {
            let unknown = || messages::no_column_named(name.chars().take(40).collect::<String>(), self.names());
            self.column(name).ok_or_else(|| LabError::new(LabErrorCode::Range, "roles", unknown()))
        };
        let suggested = self.roles.as_ref();
        let Some(label) = wishes.label.as_ref().map(find).transpose()?.or(suggested.map(|roles| roles.label)) else {
            return Ok(None);
        };
        let directions = wishes.directions.unwrap_or(Directions::None);
        let index = suggested.and_then(|roles| roles.index);
        let axes = match (&wishes.axes, suggested) {
            (Some(names), _) => names.iter().map(find).collect::<Result<Vec<_>, _>>()?,
            (None, Some(roles)) if directions == Directions::None && roles.label == label => roles.axes.clone(),
            _ => {
                let all =
                    (0..self.columns.len()).filter(|&at| self.columns[at].numeric && at != label && Some(at) != index);
                if directions == Directions::None { all.take(2).collect() } else { all.collect() }
            }
        };
        if axes.is_empty() && wishes.axes.is_none() {
            return Ok(None);
        }
        let roles = Roles {
            without_missing: wishes.without_missing.unwrap_or(true),
            without_outliers: wishes.without_outliers.unwrap_or(false),
            axes,
            directions,
            label,
            index,
        };
        roles.check(&self.columns)?;
        Ok(Some(roles))
    }
}
