//! A table before it is fitted: how it is written, what its columns hold, and which of them are meant, as far as
//! can be seen. Whoever shows it to a person can change the roles.

use std::cmp::Ordering;

use serde::Serialize;

use super::cells::{missing, number, shortened};
use super::columns::{Column, names};
use super::form::Kind;
use super::points::Reservoir;
use super::records::Records;
use super::roles::Roles;
use super::suggest::suggest;
use super::{SAMPLE, SLICE, fault, thousands};
use crate::model::{LabError, LabErrorCode};
use crate::random::Philox;
use crate::words::{Says, messages};

/// A text with more rows is refused.
pub const MOST_ROWS: usize = 2_000_000;
/// Rows that are shown.
const SHOWN_ROWS: usize = 6;
/// Rows by which columns are compared.
const COMPARED: usize = 400;

/// A table, as it was read.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename_all = "camelCase"))]
#[serde(rename_all = "camelCase")]
pub struct Table {
    /// How it is written.
    pub read_as: Vec<Says>,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its first rows, their cells shortened.
    pub first: Vec<Vec<String>>,
    /// How many rows it has.
    pub rows: usize,
    /// What each column seems to be for; null where no column can be a label.
    pub roles: Option<Roles>,
    /// Whether its first line names the columns.
    #[serde(skip)]
    #[cfg_attr(test, ts(skip))]
    pub(super) header: bool,
    /// The line of the first record.
    #[serde(skip)]
    #[cfg_attr(test, ts(skip))]
    pub(super) line: u64,
}

impl Table {
    /// The index of a column by its name, or else by its number from 1.
    pub fn column(&self, name: &str) -> Option<usize> {
        let named = self.columns.iter().position(|column| column.name == name);
        let alike = || self.columns.iter().position(|column| column.name.eq_ignore_ascii_case(name));
        let numbered = || name.parse().ok().filter(|at| (1..=self.columns.len()).contains(at)).map(|at: usize| at - 1);
        named.or_else(alike).or_else(numbered)
    }

    /// Why no roles can be seen.
    pub fn unclear(&self) -> LabError {
        let numeric = self.columns.iter().any(|column| column.numeric);
        let message = if numeric { messages::no_label(self.names()) } else { messages::no_numbers(self.names()) };
        LabError::new(LabErrorCode::Type, "", message)
    }

    /// The names of all columns, or of the first of them.
    pub(super) fn names(&self) -> String {
        names(self.columns.iter().map(|column| column.name.as_str()))
    }
}

/// Reads a table once, to say what is in it. `pause` is awaited now and then, so that others may have a turn.
///
/// # Errors
/// Where the text is no table: empty, binary, rows of different length.
pub async fn read_table(
    pieces: impl Iterator<Item = Vec<u8>>,
    pause: &mut impl AsyncFnMut(),
) -> Result<Table, LabError> {
    let mut records = Records::new(pieces)?;
    let (kind, comma) = (records.form.kind, records.form.comma);
    let Some(line) = records.next()? else {
        let message = if records.comments > 0 || kind == Kind::Arff {
            messages::no_points_below()
        } else {
            messages::no_points()
        };
        return Err(LabError::new(LabErrorCode::Type, "", message));
    };
    let comment = std::mem::take(&mut records.comment);
    let head: Vec<String> = (0..records.count()).map(|index| records.cell(index)).collect();
    let numbers = head.iter().any(|cell| number(cell, comma).is_some());
    let second = records.next()?;
    let head = head_of(&records, head, second, line, numbers)?;
    let count = if kind == Kind::Arff { records.form.names.len() } else { head.len() };
    if count == 1 {
        return Err(fault(LabErrorCode::Type, messages::line(line), messages::one_column()));
    }
    let mut scan = Scan {
        columns: vec![Column::new(); count],
        first: Vec::new(),
        sample: Reservoir::new(),
        rows: 0,
        rng: Philox::for_purpose(1, SAMPLE),
    };
    let (mut at, mut latest) = (second, line);
    while let Some(here) = at {
        check(&records, here, count, line, || names(head.iter().map(String::as_str)))?;
        if scan.rows == MOST_ROWS {
            let message = messages::too_many_rows(thousands(MOST_ROWS));
            return Err(fault(LabErrorCode::Range, messages::line(here), message));
        }
        let width = if kind == Kind::Libsvm { records.count() } else { count };
        scan.take((0..width).map(|index| records.cell(index)), comma, kind);
        if scan.rows.is_multiple_of(SLICE) {
            pause().await;
        }
        latest = here;
        at = records.next()?;
    }
    let header = kind == Kind::Table && scan.is_header(&head, numbers, comma);
    if !header {
        scan.begin_with(&head, comma, kind);
    } else if scan.rows == 0 {
        return Err(LabError::new(LabErrorCode::Type, "", messages::no_points_below()));
    }
    if scan.rows > MOST_ROWS {
        let message = messages::too_many_rows(thousands(MOST_ROWS));
        return Err(fault(LabErrorCode::Range, messages::line(latest), message));
    }
    let named = name_columns(&mut scan.columns, &records, header.then_some(&head), &comment);
    let mut table = Table {
        read_as: read_as(&records, header || named, header),
        first: scan.first.iter().map(|row| row.iter().map(|cell| shortened(cell)).collect()).collect(),
        rows: scan.rows,
        roles: None,
        header,
        line,
        columns: scan.columns,
    };
    table.roles =
        suggest(&table.columns, table.rows, &scan.sample.kept(), header || named || kind != Kind::Table, comma);
    if kind == Kind::Table && !header && !named {
        plain_names(&mut table);
    }
    Ok(table)
}

/// The cells of the first record, where the rows have one more or fewer: the names of rows, as R writes them, have
/// none; nor has what comes after a last separator.
fn head_of<P: Iterator<Item = Vec<u8>>>(
    records: &Records<P>,
    mut head: Vec<String>,
    second: Option<u64>,
    line: u64,
    numbers: bool,
) -> Result<Vec<String>, LabError> {
    let Some(second) = second.filter(|_| records.form.kind == Kind::Table) else { return Ok(head) };
    let there = records.count();
    if !numbers && there == head.len() + 1 {
        if records.cell(head.len()).is_empty() {
            head.push(String::new());
        } else if matches!(records.form.separator, b' ' | b'\t') {
            head.insert(0, String::new());
        } else {
            return Err(surplus(records, second, head.len(), line));
        }
    }
    while head.len() > 1 && there < head.len() && head.last().is_some_and(String::is_empty) {
        head.pop();
    }
    Ok(head)
}

/// Names the columns by a header or by a comment; whether by a comment.
fn name_columns<P>(
    columns: &mut [Column],
    records: &Records<P>,
    header: Option<&Vec<String>>,
    comment: &[String],
) -> bool {
    let (kind, comma) = (records.form.kind, records.form.comma);
    let named = comment.len() == columns.len() && !comment.iter().any(|cell| number(cell, comma).is_some());
    for (index, column) in columns.iter_mut().enumerate() {
        column.numeric = column.numbers > 0 && column.texts <= 1.max(column.numbers / 10);
        column.counts &= column.numbers > 1;
        column.name = match (kind, header) {
            (Kind::Arff, _) => records.form.names.get(index).cloned().unwrap_or_default(),
            (Kind::Libsvm, _) if index == 0 => "label".to_owned(),
            (Kind::Libsvm, _) => (index - 1).to_string(),
            (Kind::Table, Some(header)) => header[index].clone(),
            (Kind::Table, None) if named => comment[index].clone(),
            (Kind::Table, None) => String::new(),
        };
        if column.name.is_empty() {
            column.name.push('#');
            column.name.push_str(&(index + 1).to_string());
        }
    }
    named
}

/// Columns without a name that are all of a table are x, y and class.
fn plain_names(table: &mut Table) {
    let Some(roles) = &table.roles else { return };
    if roles.axes.len() + 1 != table.columns.len() {
        return;
    }
    for (&axis, name) in roles.axes.iter().zip(["x", "y"]) {
        name.clone_into(&mut table.columns[axis].name);
    }
    "class".clone_into(&mut table.columns[roles.label].name);
}

/// What can be said of how a text is written.
fn read_as<P: Iterator<Item = Vec<u8>>>(records: &Records<P>, named: bool, header: bool) -> Vec<Says> {
    let form = &records.form;
    let mut said = vec![match (form.kind, form.separator) {
        (Kind::Libsvm, _) => messages::as_libsvm(),
        (Kind::Arff, _) => messages::as_arff(),
        (_, b';') => messages::by_semicolons(),
        (_, b'\t') => messages::by_tabs(),
        (_, b'|') => messages::by_bars(),
        (_, b' ') => messages::by_spaces(),
        _ => messages::by_commas(),
    }];
    if form.comma {
        said.push(messages::decimal_commas());
    }
    if form.kind == Kind::Table {
        said.push(match (named, header) {
            (_, true) => messages::with_header(),
            (true, _) => messages::with_named_comment(),
            _ => messages::without_header(),
        });
    }
    let (western, utf16) = records.encoding();
    if utf16 {
        said.push(messages::in_utf16());
    }
    if western {
        said.push(messages::in_latin1());
    }
    if records.comments > 0 {
        said.push(messages::comments_skipped(records.comments));
    }
    said
}

fn surplus<P: Iterator<Item = Vec<u8>>>(records: &Records<P>, line: u64, count: usize, first: u64) -> LabError {
    let message = messages::too_many_columns(shortened(&records.cell(count)), first, count);
    fault(LabErrorCode::Type, messages::line_column(line, count + 1), message)
}

/// Every row has as many cells as the first; empty ones may follow.
pub fn check<P: Iterator<Item = Vec<u8>>>(
    records: &Records<P>,
    line: u64,
    count: usize,
    first: u64,
    names: impl Fn() -> String,
) -> Result<(), LabError> {
    let there = records.count();
    if records.form.kind == Kind::Libsvm {
        return Ok(());
    }
    if there < count {
        let message = messages::too_few_columns(there, count, names());
        return Err(fault(LabErrorCode::Type, messages::line(line), message));
    }
    if (count..there).any(|index| !records.cell(index).is_empty()) {
        return Err(surplus(records, line, count, first));
    }
    Ok(())
}

/// What the rows so far have told.
struct Scan {
    columns: Vec<Column>,
    first: Vec<Vec<String>>,
    sample: Reservoir<Vec<String>>,
    rows: usize,
    rng: Philox,
}

#[expect(clippy::float_cmp, reason = "whole numbers one after the other")]
impl Scan {
    fn take(&mut self, cells: impl Iterator<Item = String>, comma: bool, kind: Kind) {
        let row: Vec<String> = cells.collect();
        if kind == Kind::Libsvm {
            self.widen(row.len());
        }
        let zero = String::from("0");
        for (index, column) in self.columns.iter_mut().enumerate() {
            column.take(row.get(index).unwrap_or(&zero), comma);
        }
        if self.first.len() < SHOWN_ROWS {
            self.first.push(row.clone());
        }
        self.sample.offer(self.rows, 0, COMPARED, &mut self.rng, || row);
        self.rows += 1;
    }

    /// Features that were not there so far were zero.
    fn widen(&mut self, count: usize) {
        while self.columns.len() < count {
            let mut column = Column::new();
            if self.rows > 0 {
                column.take("0", false);
                column.numbers = self.rows;
                column.counts = self.rows == 1;
            }
            self.columns.push(column);
        }
    }

    /// The first record, once it is known to be a row.
    fn begin_with(&mut self, head: &[String], comma: bool, kind: Kind) {
        if kind == Kind::Libsvm {
            self.widen(head.len());
        }
        let zero = String::from("0");
        for (index, column) in self.columns.iter_mut().enumerate() {
            let cell = head.get(index).unwrap_or(&zero);
            let (last, counts) = (column.last, column.counts);
            let mut alone = Column::new();
            alone.take(cell, comma);
            // It was the first, and came last.
            let follows = alone.last + 1.0 == last - (column.numbers as f64 - 1.0);
            column.take(cell, comma);
            column.counts = counts && (column.numbers < 2 || follows);
            column.last = last;
            if let Some(labels) = &mut column.labels
                && let Some(own) = alone.labels.and_then(|mut own| own.pop())
            {
                labels.retain(|label| *label != own);
                labels.insert(0, own);
            }
        }
        self.first.insert(0, head.to_vec());
        self.first.truncate(SHOWN_ROWS);
        self.sample.offer(self.rows, 0, COMPARED, &mut self.rng, || head.to_vec());
        self.rows += 1;
    }

    /// The first record names the columns where none of those that hold numbers has one there. pandas names
    /// columns that have no names by their numbers.
    fn is_header(&self, head: &[String], numbers: bool, comma: bool) -> bool {
        if self.rows == 0 {
            return !numbers;
        }
        let numeric = || {
            let is = |column: &&Column| column.numbers > 0 && column.texts <= column.numbers;
            self.columns.iter().zip(head).filter(move |(column, _)| is(column)).map(|(_, cell)| cell)
        };
        let text = |cell: &String| !missing(cell) && number(cell, comma).is_none();
        let names = numeric().all(|cell| missing(cell) || text(cell)) && numeric().any(text);
        let counted = head[0].is_empty()
            && head.len() > 2
            && head[1..].iter().enumerate().all(|(index, cell)| text(cell) || *cell == index.to_string());
        names || counted
    }
}

/// From the least to the greatest: numbers by their value, other labels letter by letter.
pub fn in_order(a: &str, b: &str) -> Ordering {
    match (number(a, false), number(b, false)) {
        (Some(a), Some(b)) => a.total_cmp(&b),
        _ => a.cmp(b),
    }
}
