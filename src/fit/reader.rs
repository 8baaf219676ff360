//! Labelled points from text: one point a line, `x,class` or `x,y,class`, with or without a header, separated
//! by commas, semicolons or tabs; quotes as in RFC 4180. Whatever is wrong is said with line and field, and
//! nothing is guessed. The page and the command read through this one reader.

use std::io::{Chain, Cursor, Read};

use csv::{ByteRecord, ReaderBuilder, Terminator};

use super::columns::{Columns, decimal, shortened, whole};
use super::points::{Points, Reservoir, quotas};
use super::{THINNING, fault, thousands};
use crate::model::{LabError, LabErrorCode, MAX_CLASSES};
use crate::random::Philox;

/// A text with more rows is refused.
pub const MOST_ROWS: usize = 2_000_000;
/// So many points are fitted; of more, some of each class are drawn.
pub const MOST_POINTS: usize = 10_000;
/// Rows between two pauses: some milliseconds.
const SLICE: usize = 20_000;
/// A first line longer than this has no separator worth looking for.
const MOST_HEAD: usize = 1 << 20;
/// Stands alone on a line after the text: a text that ends within quotes swallows it.
const END: &[u8] = b"\n\0";

/// Reads points; the `seed` decides which of very many are kept. `pause` is awaited now and then, so that
/// others may have a turn.
pub async fn read_points(source: impl Read, seed: u32, pause: &mut impl AsyncFnMut()) -> Result<Points, LabError> {
    let mut records = Records::new(source)?;
    let Some((line, head)) = records.next()? else {
        return Err(fault(LabErrorCode::Type, "", "There are no points: the text is empty."));
    };
    let head: Vec<String> = head.iter().map(cell).collect();
    let columns = Columns::of(&head, line)?;
    let mut found = Found { columns, first: line, labels: Vec::new(), rows: 0, rng: Philox::for_purpose(seed, THINNING) };
    if !found.columns.header {
        found.take(line, &records.record)?;
    }
    while let Some((line, record)) = records.next()? {
        found.take(line, record)?;
        if found.rows.is_multiple_of(SLICE) {
            pause().await;
        }
    }
    found.points()
}

/// The records of a text with the lines that they begin on.
struct Records<R> {
    reader: csv::Reader<Chain<Chain<Cursor<Vec<u8>>, R>, &'static [u8]>>,
    record: ByteRecord,
    separator: u8,
}

impl<R: Read> Records<R> {
    fn new(mut source: R) -> Result<Self, LabError> {
        let head = head(&mut source)?;
        let separator = separator(&String::from_utf8_lossy(&head));
        let reader = ReaderBuilder::new()
            .has_headers(false)
            // Rows of another length get a message of ours.
            .flexible(true)
            .delimiter(separator)
            // So a record has ended with the line that the reader has come to. (A carriage return is trimmed.)
            .terminator(Terminator::Any(b'\n'))
            .from_reader(Cursor::new(head).chain(source).chain(END));
        Ok(Self { reader, record: ByteRecord::new(), separator })
    }

    /// The next record that is not blank.
    fn next(&mut self) -> Result<Option<(u64, &ByteRecord)>, LabError> {
        while self.read()? {
            let breaks = self.record.as_slice().iter().filter(|&&byte| byte == b'\n').count() as u64;
            let after = self.reader.position().line();
            let last = self.record.iter().next_back().unwrap_or_default();
            if last.ends_with(END) {
                let place = format!("line {}", after - breaks);
                return Err(fault(LabErrorCode::Type, &place, "a quote is opened here and never closed"));
            }
            if last == &END[1..] && self.record.len() == 1 && !self.read()? {
                break;
            }
            let blank = self.record.iter().all(|field| field.trim_ascii().is_empty());
            if !blank || (self.record.len() > 1 && self.separator != b'\t') {
                return Ok(Some((after - 1 - breaks, &self.record)));
            }
        }
        Ok(None)
    }

    fn read(&mut self) -> Result<bool, LabError> {
        self.reader.read_byte_record(&mut self.record).map_err(|error| unreadable(&error.into()))
    }
}

fn unreadable(error: &std::io::Error) -> LabError {
    fault(LabErrorCode::Unsupported, "", &format!("The points cannot be read: {error}"))
}

/// What the text begins with: at least its first line that is not blank, without the mark of UTF-8.
fn head(source: &mut impl Read) -> Result<Vec<u8>, LabError> {
    let (mut head, mut piece) = (Vec::new(), [0; 4096]);
    loop {
        let count = source.read(&mut piece).map_err(|error| unreadable(&error))?;
        head.extend_from_slice(&piece[..count]);
        let whole_line = head.trim_ascii_start().contains(&b'\n');
        if count == 0 || whole_line || head.len() > MOST_HEAD {
            if head.starts_with("\u{feff}".as_bytes()) {
                head.drain(..3);
            }
            return Ok(head);
        }
    }
}

/// What separates the fields of the first line: a semicolon, a tab, or else a comma.
fn separator(text: &str) -> u8 {
    let line = text.trim_start().lines().next().unwrap_or_default();
    // Every second part stands between quotes.
    let bare: Vec<&str> = line.split('"').step_by(2).collect();
    let found = [';', '\t'].into_iter().find(|&separator| bare.iter().any(|part| part.contains(separator)));
    found.unwrap_or(',') as u8
}

/// A field without the spaces and quotes around it. (Quotes after a space are none to RFC 4180.)
fn cell(field: &[u8]) -> String {
    let text = String::from_utf8_lossy(field);
    let text = text.trim();
    text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(text).trim().to_owned()
}

/// What the rows so far have given.
struct Found {
    columns: Columns,
    /// The line of the first row.
    first: u64,
    /// The labels in the order of their appearance, and the points of each.
    labels: Vec<(String, Reservoir)>,
    rows: usize,
    rng: Philox,
}

impl Found {
    /// Checks a row and takes its point, perhaps.
    fn take(&mut self, line: u64, record: &ByteRecord) -> Result<(), LabError> {
        let Columns { coordinates, label, count, .. } = &self.columns;
        let there = record.len();
        if there < *count {
            let needed = self.columns.names();
            let message = format!("{there} of {count} columns are there; needed are {needed}");
            return Err(fault(LabErrorCode::Type, &format!("line {line}"), &message));
        }
        if there > *count {
            let place = format!("line {line}, column {}", count + 1);
            let message = format!(
                "“{}” is one column too many: line {} has {count} (is a decimal comma or a missing quote the cause?)",
                shortened(&cell(&record[*count])),
                self.first
            );
            return Err(fault(LabErrorCode::Type, &place, &message));
        }
        if self.rows == MOST_ROWS {
            let message = format!("more than {} rows; that is the limit", thousands(MOST_ROWS));
            return Err(fault(LabErrorCode::Range, &format!("line {line}"), &message));
        }
        let mut x = [0.0; 2];
        for (x, &(index, name)) in x.iter_mut().zip(coordinates) {
            let cell = cell(&record[index]);
            *x = decimal(&cell).ok_or_else(|| {
                let message = match cell.as_str() {
                    "" => "is empty".to_owned(),
                    text => format!("“{}” is not a number", shortened(text)),
                };
                fault(LabErrorCode::Type, &format!("line {line}, {name}"), &message)
            })?;
        }
        let label = cell(&record[*label]);
        // 1.0 and 1 are the same class.
        let label = whole(&label).map_or(label, |number| number.to_string());
        let class = self.class(&label, line)?;
        self.labels[class].1.offer(self.rows, x, MOST_POINTS, &mut self.rng);
        self.rows += 1;
        Ok(())
    }

    /// The place of a label among those that there are.
    fn class(&mut self, label: &str, line: u64) -> Result<usize, LabError> {
        if let Some(known) = self.labels.iter().position(|known| known.0 == label) {
            return Ok(known);
        }
        let place = format!("line {line}, class");
        if label.is_empty() {
            return Err(fault(LabErrorCode::Type, &place, "is empty"));
        }
        if label.contains('\n') {
            let message = "goes on over several lines; is a quote missing?";
            return Err(fault(LabErrorCode::Type, &place, message));
        }
        let number = self.labels.len() + 1;
        if number > MAX_CLASSES {
            let label = shortened(label);
            let message = format!("“{label}” is class number {number}; at most {MAX_CLASSES} are allowed");
            return Err(fault(LabErrorCode::Range, &place, &message));
        }
        self.labels.push((label.to_owned(), Reservoir::new()));
        Ok(number - 1)
    }

    /// The points of all rows, thinned out where there are too many, in the order of the text.
    fn points(mut self) -> Result<Points, LabError> {
        match self.labels.as_slice() {
            [] => return Err(fault(LabErrorCode::Type, "", "There are no points below the header.")),
            [(label, _)] => {
                let label = shortened(label);
                let message = format!("is “{label}” in every line; guidance needs at least two classes");
                return Err(fault(LabErrorCode::Inconsistent, "class", &message));
            }
            _ => {}
        }
        // Whole numbers from 0 to 7 are classes as they are; other labels are counted as they come.
        let as_they_are = |label: &String| label.parse().ok().filter(|&class: &usize| class < MAX_CLASSES);
        let numbers: Option<Vec<usize>> = self.labels.iter().map(|(label, _)| as_they_are(label)).collect();
        let classes = numbers.unwrap_or_else(|| (0..self.labels.len()).collect());
        let seen: Vec<usize> = self.labels.iter().map(|(_, reservoir)| reservoir.seen).collect();
        let used = classes.iter().max().map_or(0, |most| most + 1);
        let (mut labels, mut rows) = (vec![String::new(); used], vec![0; used]);
        let mut points = Vec::new();
        for (((label, reservoir), &class), &quota) in self.labels.into_iter().zip(&classes).zip(&quotas(&seen, MOST_POINTS)) {
            labels[class] = label;
            rows[class] = reservoir.seen;
            let drawn = reservoir.draw(quota, &mut self.rng);
            points.extend(drawn.into_iter().map(|(row, x)| (row, x, class)));
        }
        points.sort_unstable_by_key(|point| point.0);
        let dimension = self.columns.coordinates.len();
        Ok(Points {
            dimension,
            values: points.iter().flat_map(|point| point.1[..dimension].to_vec()).collect(),
            classes: points.iter().map(|point| point.2).collect(),
            labels,
            rows,
        })
    }
}
