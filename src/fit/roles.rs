//! Which columns are the coordinates and which is the label: as a person says, or as can be seen.

use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantNames};

use super::cells::{label, number};
use super::points::Kept;
use super::table::{Column, Table, names};
use crate::model::{LabError, LabErrorCode, MAX_CLASSES};
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
    /// Whether a table has such columns.
    ///
    /// # Errors
    /// `range` for a column that it does not have, or too many of them.
    pub fn check(&self, table: &Table) -> Result<(), LabError> {
        let count = table.columns.len();
        let range = |message| Err(LabError::new(LabErrorCode::Range, "roles", message));
        if self.axes.iter().chain([&self.label]).any(|&index| index >= count) {
            return range(messages::no_such_column(count));
        }
        let twice = |(at, axis): (usize, &usize)| self.axes[..at].contains(axis) || *axis == self.label;
        if let Some((_, &axis)) = self.axes.iter().enumerate().find(|&each| twice(each)) {
            return range(messages::column_twice(&*table.columns[axis].name));
        }
        let (least, most) = if self.directions == Directions::None { (1, 2) } else { (2, MOST_DIRECTED) };
        if !(least..=most).contains(&self.axes.len()) {
            return range(messages::column_count(self.axes.len(), least, most));
        }
        Ok(())
    }
}

/// What the names of labels are made of.
const LABELS: [&str; 20] = [
    "class",
    "classes",
    "label",
    "labels",
    "target",
    "targets",
    "species",
    "variety",
    "kind",
    "category",
    "group",
    "type",
    "cluster",
    "cls",
    "c",
    "diagnosis",
    "outcome",
    "result",
    "genre",
    "grade",
];
/// What columns are called that count the rows.
const INDICES: [&str; 6] = ["index", "id", "rownames", "row", "no", "unnamed: 0"];
/// Names of pairs of coordinates.
const PAIRS: [[&str; 2]; 2] = [["x", "y"], ["x1", "x2"]];

/// `X_1` and `x₁` are `x1`.
fn plain(name: &str) -> String {
    let digit = |c: char| match c {
        '₁' => '1',
        '₂' => '2',
        '₃' => '3',
        other => other.to_ascii_lowercase(),
    };
    name.chars().filter(|c| !matches!(c, '_' | ' ')).map(digit).collect()
}

fn is_label(name: &str) -> bool {
    name.split(|c: char| !c.is_alphanumeric()).any(|word| LABELS.iter().any(|known| word.eq_ignore_ascii_case(known)))
}

/// The roles that the columns seem to have.
pub fn suggest(table: &Table, sample: &[&Kept<Vec<String>>], named: bool, comma: bool) -> Option<Roles> {
    let columns = &table.columns;
    let index = index_column(table, named);
    let others = || (0..columns.len()).filter(|&at| Some(at) != index);
    let at = |at: usize| -> &Column { &columns[at] };
    let several = |column: &Column| (2..=MAX_CLASSES).contains(&column.different());
    let labelled = |index: usize| named && is_label(&at(index).name);
    let whole = |index: usize| at(index).numeric && at(index).texts == 0 && at(index).whole && several(at(index));
    let called = |name: &str| named.then(|| others().find(|&index| plain(&at(index).name) == name)).flatten();
    let text = |index: usize| !at(index).numeric && at(index).texts > 0;
    let last = others().next_back()?;
    let label = others()
        .find(|&index| labelled(index) && text(index) && several(at(index)))
        .or_else(|| others().find(|&index| labelled(index) && several(at(index))))
        // The last column, then the first, then any.
        .or_else(|| Some(last).filter(|&index| text(index) && several(at(index))))
        .or_else(|| others().find(|&index| text(index) && several(at(index))))
        .or_else(|| {
            let y = called("y").filter(|&y| several(at(y)) && at(y).whole);
            y.filter(|_| called("x").is_none() || others().count() == 2)
        })
        .or_else(|| Some(last).filter(|&index| whole(index)))
        // One class alone: that is an error, and its own.
        .or_else(|| {
            let one = |index: usize| at(index).different() == 1 && (at(index).whole || text(index));
            Some(last).filter(|&last| columns.len() <= 3 && one(last))
        })
        .or_else(|| others().find(|&index| whole(index)))
        .or_else(|| others().find(|&index| labelled(index)))
        .or_else(|| others().rfind(|&index| text(index)))
        .or_else(|| Some(last).filter(|&last| columns.len() <= 3 && at(last).numbers > 0 && at(last).whole))?;
    let differs = |index: usize| at(index).different() > 1;
    let mut numeric: Vec<usize> = others()
        .filter(|&index| index != label && at(index).numeric && !(labelled(index) && several(at(index))))
        .collect();
    if numeric.is_empty() {
        numeric = (0..columns.len()).filter(|&index| index != label && at(index).numeric).collect();
    }
    let pair = PAIRS.iter().find_map(|pair| {
        let [x, y] = pair.map(|name| called(name).filter(|index| numeric.contains(index)));
        (pair[0] == "x" || called("x3").is_none()).then_some(vec![x?, y?])
    });
    let axes = match pair {
        Some(pair) => pair,
        None if numeric.len() <= 2 => numeric,
        None => {
            let filled = |index: &usize| differs(*index) && 2 * at(*index).missing < table.rows;
            let mut best: Vec<(f64, usize)> = numeric
                .into_iter()
                .filter(filled)
                .map(|index| (told_apart(sample, index, label, comma), index))
                .collect();
            let mut chosen = Vec::new();
            while chosen.len() < 2 && !best.is_empty() {
                let most = (0..best.len()).fold(0, |most, each| if best[each].0 > best[most].0 { each } else { most });
                chosen.push(best.remove(most).1);
            }
            if let [first, second] = chosen[..]
                && second < first
            {
                chosen.swap(0, 1);
            }
            chosen
        }
    };
    let one =
        Roles { axes, directions: Directions::None, label, without_missing: false, without_outliers: false, index };
    (!one.axes.is_empty()).then_some(one)
}

/// The column that counts the rows or names them, if it is not all that there is.
fn index_column(table: &Table, named: bool) -> Option<usize> {
    let columns = &table.columns;
    let spare = columns.iter().filter(|column| column.numeric).count() > 1;
    let at = columns.iter().position(|column| {
        let name = &column.name;
        let nameless = named && (name.starts_with('#') || INDICES.iter().any(|known| name.eq_ignore_ascii_case(known)));
        let counts = column.counts
            && column.missing == 0
            && table.rows > 2
            && (nameless || !named && table.rows > 9 && columns.len() > 3);
        let names_rows = nameless && column.numbers == 0 && column.texts > MAX_CLASSES && column.labels.is_none();
        counts || names_rows
    })?;
    (spare || !columns[at].numeric).then_some(at)
}

/// The share of the variance of a column that lies between the classes.
fn told_apart(sample: &[&Kept<Vec<String>>], column: usize, labels: usize, comma: bool) -> f64 {
    let mut classes: Vec<(String, f64, f64)> = Vec::new();
    let (mut count, mut sum, mut squares) = (0.0, 0.0, 0.0);
    let cell = |row: &Vec<String>, at: usize| row.get(at).cloned().unwrap_or_else(|| "0".to_owned());
    let first = sample.iter().find_map(|kept| number(&cell(&kept.2, column), comma)).unwrap_or(0.0);
    for kept in sample {
        let Some(value) = number(&cell(&kept.2, column), comma) else { continue };
        let x = value - first;
        let name = label(&cell(&kept.2, labels), comma);
        let at = classes.iter().position(|class| class.0 == name).unwrap_or_else(|| {
            classes.push((name, 0.0, 0.0));
            classes.len() - 1
        });
        classes[at].1 += 1.0;
        classes[at].2 += x;
        count += 1.0;
        sum += x;
        squares += x * x;
    }
    let total = squares - sum * sum / count;
    let between = classes.iter().map(|class| class.2 * class.2 / class.1).sum::<f64>() - sum * sum / count;
    let share = between / total;
    if share.is_finite() { share } else { 0.0 }
}

/// Why no roles can be seen.
pub fn unclear(table: &Table) -> LabError {
    let numeric = table.columns.iter().any(|column| column.numeric);
    let all = names(table.columns.iter().map(|column| column.name.as_str()));
    let message = if numeric { messages::no_label(all) } else { messages::no_numbers(all) };
    LabError::new(LabErrorCode::Type, "", message)
}
