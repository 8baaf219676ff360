//! Labelled points from text: one point a line, `x,class` or `x,y,class`, with or without a header, separated
//! by commas, semicolons or tabs; quotes as in RFC 4180. Whatever is wrong is said with line and field, and
//! nothing is guessed. The page and the command read through this one reader.

use csv_core::{ReadRecordResult, Reader, ReaderBuilder, Terminator};

use super::columns::{Columns, decimal, shortened, whole};
use super::points::{Points, Reservoir, quotas};
use super::{THINNING, fault, thousands};
use crate::model::{LabError, LabErrorCode, MAX_CLASSES};
use crate::random::Philox;
use crate::words::messages;

/// A text with more rows is refused.
pub const MOST_ROWS: usize = 2_000_000;
/// So many points are fitted; of more, some of each class are drawn.
pub const MOST_POINTS: usize = 10_000;
/// Rows between two pauses: some milliseconds.
const SLICE: usize = 20_000;
/// A line longer than this, in bytes, is refused: a quote that is never closed must not gather a whole file.
const LONGEST: usize = 1_000_000;
/// Stands alone on a line after the text: a text that ends within quotes swallows it.
const END: &[u8] = b"\n\0";

/// Reads points from the `pieces` of a text; the `seed` decides which of very many are kept. `pause` is awaited
/// now and then, so that others may have a turn.
pub async fn read_points(
    pieces: impl Iterator<Item = Result<Vec<u8>, LabError>>,
    seed: u32,
    pause: &mut impl AsyncFnMut(),
) -> Result<Points, LabError> {
    let mut records = Records::new(pieces)?;
    let Some(line) = records.next()? else {
        return Err(LabError::new(LabErrorCode::Type, "", messages::no_points()));
    };
    let head: Vec<String> = (0..records.count).map(|index| records.cell(index)).collect();
    let columns = Columns::of(&head, line)?;
    let header = columns.header;
    let rng = Philox::for_purpose(seed, THINNING);
    let mut found = Found { columns, first: line, labels: Vec::new(), rows: 0, rng };
    if !header {
        found.take(line, &records)?;
    }
    while let Some(line) = records.next()? {
        found.take(line, &records)?;
        if found.rows.is_multiple_of(SLICE) {
            pause().await;
        }
    }
    found.points()
}

/// The records of a text, one at a time.
pub(super) struct Records<P> {
    pieces: P,
    piece: Vec<u8>,
    /// How much of the piece has been read.
    read: usize,
    /// No piece comes after this one.
    last: bool,
    core: Reader,
    separator: u8,
    /// The fields of the record, one behind the other, and where each ends.
    bytes: Vec<u8>,
    ends: Vec<usize>,
    pub count: usize,
}

impl<P: Iterator<Item = Result<Vec<u8>, LabError>>> Records<P> {
    pub fn new(mut pieces: P) -> Result<Self, LabError> {
        // At least the first line that is not blank, without the mark of UTF-8.
        let mut head = Vec::new();
        while !head.trim_ascii_start().contains(&b'\n') && head.len() <= LONGEST {
            let Some(piece) = pieces.next() else { break };
            head.extend(piece?);
        }
        if head.starts_with("\u{feff}".as_bytes()) {
            head.drain(..3);
        }
        let separator = separator(&head);
        // A record ends with the line that the reader has come to. (A carriage return is trimmed.)
        let core = ReaderBuilder::new().delimiter(separator).terminator(Terminator::Any(b'\n')).build();
        let (bytes, ends) = (vec![0; 256], vec![0; 16]);
        Ok(Self { pieces, piece: head, read: 0, last: false, core, separator, bytes, ends, count: 0 })
    }

    /// Goes on to the next record that is not blank, and says on which line it begins.
    pub fn next(&mut self) -> Result<Option<u64>, LabError> {
        while let Some(length) = self.record()? {
            let bytes = &self.bytes[..length];
            let line = self.core.line() - breaks(bytes);
            if bytes.ends_with(END) {
                return Err(fault(LabErrorCode::Type, messages::line(line), messages::never_closed()));
            }
            if bytes == &END[1..] {
                if self.record()?.is_none() {
                    break;
                }
                return Err(fault(LabErrorCode::Type, messages::line(line - 1), messages::is_no_text()));
            }
            if (self.count > 1 && self.separator != b'\t') || !bytes.trim_ascii().is_empty() {
                return Ok(Some(line - 1));
            }
        }
        Ok(None)
    }

    /// Goes on to the next record; the length of its fields.
    fn record(&mut self) -> Result<Option<usize>, LabError> {
        let mut length = 0;
        self.count = 0;
        loop {
            if self.read == self.piece.len() && !self.last {
                self.piece = if let Some(piece) = self.pieces.next() {
                    piece?
                } else {
                    self.last = true;
                    END.to_vec()
                };
                self.read = 0;
                // An empty piece would be the end.
                continue;
            }
            let (result, read, written, ended) = self.core.read_record(
                &self.piece[self.read..],
                &mut self.bytes[length..],
                &mut self.ends[self.count..],
            );
            self.read += read;
            length += written;
            self.count += ended;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => self.bytes.resize(2 * self.bytes.len(), 0),
                ReadRecordResult::OutputEndsFull => self.ends.resize(2 * self.ends.len(), 0),
                ReadRecordResult::Record => return Ok(Some(length)),
                ReadRecordResult::End => return Ok(None),
            }
            if length > LONGEST {
                let place = messages::line(self.core.line() - breaks(&self.bytes[..length]));
                return Err(fault(LabErrorCode::Range, place, messages::line_too_long(thousands(LONGEST))));
            }
        }
    }

    /// A field without the spaces and quotes around it. (Quotes after a space are none to RFC 4180.)
    pub fn cell(&self, index: usize) -> String {
        let from = if index == 0 { 0 } else { self.ends[index - 1] };
        let text = String::from_utf8_lossy(&self.bytes[from..self.ends[index]]);
        let text = text.trim();
        text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(text).trim().to_owned()
    }

    /// The number in a field, `name` being what its column is called.
    pub fn number(&self, line: u64, index: usize, name: &str) -> Result<f64, LabError> {
        let cell = self.cell(index);
        decimal(&cell).ok_or_else(|| {
            let message = match cell.as_str() {
                "" => messages::is_empty(),
                text => messages::is_no_number(shortened(text)),
            };
            fault(LabErrorCode::Type, messages::line_field(line, name), message)
        })
    }
}

/// Line breaks in a record, which are few.
#[allow(clippy::naive_bytecount, reason = "not worth a package")]
fn breaks(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|&&byte| byte == b'\n').count() as u64
}

/// What separates the fields of the first line: a semicolon, a tab, or else a comma.
fn separator(text: &[u8]) -> u8 {
    let line = text.trim_ascii_start().split(|&byte| byte == b'\n').next().unwrap_or_default();
    // Every second part stands between quotes.
    let bare = || line.split(|&byte| byte == b'"').step_by(2);
    let found = [b';', b'\t'].into_iter().find(|separator| bare().any(|part| part.contains(separator)));
    found.unwrap_or(b',')
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
    fn take<P>(&mut self, line: u64, record: &Records<P>) -> Result<(), LabError>
    where
        P: Iterator<Item = Result<Vec<u8>, LabError>>,
    {
        let Columns { coordinates, label, count, .. } = &self.columns;
        let there = record.count;
        if there < *count {
            let message = messages::too_few_columns(there, *count, self.columns.names());
            return Err(fault(LabErrorCode::Type, messages::line(line), message));
        }
        if there > *count {
            let surplus = shortened(&record.cell(*count));
            let message = messages::too_many_columns(surplus, self.first, *count);
            return Err(fault(LabErrorCode::Type, messages::line_column(line, count + 1), message));
        }
        if self.rows == MOST_ROWS {
            let message = messages::too_many_rows(thousands(MOST_ROWS));
            return Err(fault(LabErrorCode::Range, messages::line(line), message));
        }
        let mut x = [0.0; 2];
        for (x, &(index, name)) in x.iter_mut().zip(coordinates) {
            *x = record.number(line, index, name)?;
        }
        let label = record.cell(*label);
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
        let wrong = |code, message| Err(fault(code, messages::line_field(line, "class"), message));
        if label.is_empty() {
            return wrong(LabErrorCode::Type, messages::is_empty());
        }
        if label.contains('\n') {
            return wrong(LabErrorCode::Type, messages::label_too_long());
        }
        let number = self.labels.len() + 1;
        if number > MAX_CLASSES {
            let message = messages::too_many_classes(shortened(label), number, MAX_CLASSES);
            return wrong(LabErrorCode::Range, message);
        }
        self.labels.push((label.to_owned(), Reservoir::new()));
        Ok(number - 1)
    }

    /// The points of all rows, thinned out where there are too many, in the order of the text.
    fn points(mut self) -> Result<Points, LabError> {
        match self.labels.as_slice() {
            [] => return Err(LabError::new(LabErrorCode::Type, "", messages::no_points_below())),
            [(label, _)] => {
                let message = messages::at_place("class", messages::one_class(shortened(label)));
                return Err(LabError::new(LabErrorCode::Inconsistent, "class", message));
            }
            _ => {}
        }
        // Whole numbers from 0 to 7 are classes as they are; other labels are counted as they come.
        let as_they_are = |label: &String| label.parse().ok().filter(|&class: &usize| class < MAX_CLASSES);
        let numbers: Option<Vec<usize>> = self.labels.iter().map(|(label, _)| as_they_are(label)).collect();
        let classes = numbers.unwrap_or_else(|| (0..self.labels.len()).collect());
        let seen: Vec<usize> = self.labels.iter().map(|(_, reservoir)| reservoir.seen).collect();
        let used = classes.iter().max().map_or(0, |most| most + 1);
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
        let mut points = Vec::new();
        while let Some((_, class)) = (0..used).filter_map(|class| Some((drawn[class].get(next[class])?.0, class))).min()
        {
            points.push((drawn[class][next[class]].1, class));
            next[class] += 1;
        }
        let dimension = self.columns.coordinates.len();
        Ok(Points {
            dimension,
            values: points.iter().flat_map(|(x, _)| x.iter().take(dimension).copied()).collect(),
            classes: points.iter().map(|point| point.1).collect(),
            labels,
            rows,
        })
    }
}
