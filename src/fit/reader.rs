//! Labelled points from a table: one point a row. Whatever is wrong is said with line and column. The page and
//! the command read through this one reader.

use super::cells::{label, missing, shortened};
use super::points::{NAMED, Points, Reservoir, lines, quotas};
use super::records::Records;
use super::roles::Roles;
use super::table::{Table, check, in_order};
use super::{SLICE, THINNING, fault, outliers};
use crate::model::{LabError, LabErrorCode};
use crate::random::Philox;
use crate::words::{Says, messages};

/// So many points are fitted; of more, some of each class are drawn.
pub const MOST_POINTS: usize = 10_000;
/// Numbers further from 0 have no variance.
const FARTHEST: f64 = 1e120;

/// Reads points from the `pieces` of the text that the table was read from; the `seed` decides which of very many
/// are kept. `pause` is awaited now and then, so that others may have a turn.
///
/// # Errors
/// What is wrong with the text, `path` being for example `line 7, y`.
pub async fn read_points(
    pieces: impl Iterator<Item = Vec<u8>>,
    table: &Table,
    roles: &Roles,
    seed: u32,
    pause: &mut impl AsyncFnMut(),
) -> Result<Points, LabError> {
    roles.check(&table.columns)?;
    let mut records = Records::new(pieces)?;
    let rng = Philox::for_purpose(seed, THINNING);
    let mut found = Found { table, roles, labels: Vec::new(), rows: 0, left_out: Vec::new(), left: 0, rng };
    if table.header {
        records.next()?;
    }
    while let Some(line) = records.next()? {
        check(&records, line, table.columns.len(), table.line, || table.names())?;
        found.take(line, &records)?;
        if found.rows.is_multiple_of(SLICE) {
            pause().await;
        }
    }
    let mut points = found.points()?;
    outliers::find(&mut points, roles.without_outliers);
    Ok(points)
}

/// The class of each of different labels: whole numbers below `most` are classes as they are; other labels are counted in
/// their order.
pub fn class_numbers(labels: &[&str], most: usize) -> Vec<usize> {
    let as_it_is = |label: &&str| label.parse().ok().filter(|&class: &usize| class < most);
    let numbers: Option<Vec<usize>> = labels.iter().map(as_it_is).collect();
    let before = |label: &str| labels.iter().filter(|other| in_order(other, label).is_lt()).count();
    numbers.unwrap_or_else(|| labels.iter().map(|label| before(label)).collect())
}

/// What the rows so far have given.
struct Found<'a> {
    table: &'a Table,
    roles: &'a Roles,
    /// The labels in the order of their appearance, and the points of each.
    labels: Vec<(String, Reservoir<Vec<f64>>)>,
    rows: usize,
    /// The first lines that were left out, and how many were.
    left_out: Vec<u64>,
    left: usize,
    rng: Philox,
}

impl Found<'_> {
    /// Checks a row and takes its point, perhaps.
    fn take<P: Iterator<Item = Vec<u8>>>(&mut self, line: u64, record: &Records<P>) -> Result<(), LabError> {
        self.rows += 1;
        let comma = record.form.comma;
        let columns = || self.roles.axes.iter().chain([&self.roles.label]).copied();
        let place = |index: usize| messages::line_field(line, self.table.columns[index].name.as_str());
        if let Some(index) = columns().find(|&index| missing(&record.cell(index))) {
            if self.roles.without_missing {
                if self.left_out.len() < NAMED {
                    self.left_out.push(line);
                }
                self.left += 1;
                return Ok(());
            }
            let message = match record.cell(index).as_str() {
                "" => messages::is_empty(),
                text => messages::is_missing(text),
            };
            return Err(fault(LabErrorCode::Type, place(index), message));
        }
        let mut x = Vec::with_capacity(self.roles.axes.len());
        for &index in &self.roles.axes {
            let value = record.number(line, index, &self.table.columns[index].name)?;
            if value.abs() > FARTHEST {
                let message = messages::is_too_far(shortened(&record.cell(index)));
                return Err(fault(LabErrorCode::Range, place(index), message));
            }
            x.push(value);
        }
        // 1.0 and 1 are the same class.
        let name = label(&record.cell(self.roles.label), comma);
        let class = self.class(&name, &place(self.roles.label))?;
        self.labels[class].1.offer(self.rows, line, MOST_POINTS, &mut self.rng, || x);
        Ok(())
    }

    /// The place of a label among those that there are.
    fn class(&mut self, label: &str, place: &Says) -> Result<usize, LabError> {
        if let Some(known) = self.labels.iter().position(|known| known.0 == label) {
            return Ok(known);
        }
        let wrong = |code, message| Err(fault(code, place.clone(), message));
        if label.contains('\n') {
            return wrong(LabErrorCode::Type, messages::label_too_long());
        }
        let number = self.labels.len() + 1;
        let most = self.roles.most_classes();
        if number > most {
            let message = messages::too_many_classes(shortened(label), number, most);
            return wrong(LabErrorCode::Range, message);
        }
        self.labels.push((label.to_owned(), Reservoir::new()));
        Ok(number - 1)
    }

    /// The points of all rows, thinned out where there are too many, in the order of the text.
    fn points(mut self) -> Result<Points, LabError> {
        let name = |index: usize| self.table.columns[index].name.clone();
        match self.labels.as_slice() {
            [] => return Err(LabError::new(LabErrorCode::Type, "", messages::no_points_left())),
            [(label, _)] => {
                let column = name(self.roles.label);
                let message = messages::at_place(column.as_str(), messages::one_class(shortened(label)));
                return Err(LabError::new(LabErrorCode::Inconsistent, column, message));
            }
            _ => {}
        }
        let found: Vec<&str> = self.labels.iter().map(|(label, _)| label.as_str()).collect();
        let classes = class_numbers(&found, self.roles.most_classes());
        let seen: Vec<usize> = self.labels.iter().map(|(_, reservoir)| reservoir.seen).collect();
        let used = classes.iter().max().map_or(0, |most| most + 1);
        let names = self.roles.axes.iter().map(|&axis| name(axis)).collect();
        let mut notes = Vec::new();
        if self.left > 0 {
            notes.push(messages::missing_left_out(self.left, lines(&self.left_out, self.left)));
        }
        let (mut labels, mut rows, mut drawn) = (vec![String::new(); used], vec![0; used], vec![Vec::new(); used]);
        for (((label, reservoir), &class), &quota) in
            self.labels.into_iter().zip(&classes).zip(&quotas(&seen, MOST_POINTS))
        {
            labels[class] = label;
            rows[class] = reservoir.seen;
            drawn[class] = reservoir.draw(quota, &mut self.rng);
        }
        // In the order of the text where all were kept: always the earliest of the classes' next ones.
        let mut next = vec![0; used];
        let mut points = Points {
            dimension: self.roles.axes.len(),
            values: Vec::new(),
            classes: Vec::new(),
            labels,
            rows,
            lines: Vec::new(),
            names,
            notes,
        };
        while let Some((_, class)) = (0..used).filter_map(|class| Some((drawn[class].get(next[class])?.0, class))).min()
        {
            let (_, line, x) = &drawn[class][next[class]];
            points.values.extend(x);
            points.classes.push(class);
            points.lines.push(*line);
            next[class] += 1;
        }
        Ok(points)
    }
}
