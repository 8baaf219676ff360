//! The records of a text, one at a time.

use csv_core::{ReadRecordResult, Reader, ReaderBuilder, Terminator};

use super::cells::{number, shortened};
use super::encoding::Decoded;
use super::form::{Form, Kind, is_comment};
use super::{fault, thousands};
use crate::model::{LabError, LabErrorCode};
use crate::words::messages;

/// A line longer than this, in bytes, is refused: a quote that is never closed must not gather a whole file.
const LONGEST: usize = 1_000_000;
/// So much of a text decides how it is read.
const HEAD: usize = 1 << 15;
/// More columns are refused.
pub const MOST_COLUMNS: usize = 1000;
/// Stands alone on a line after the text: a text that ends within quotes swallows it.
const END: &[u8] = b"\n\0";

/// The records of a text.
pub struct Records<P> {
    text: Decoded<P>,
    piece: Vec<u8>,
    /// How much of the piece has been read.
    read: usize,
    /// No piece comes after this one.
    last: bool,
    core: Reader,
    pub form: Form,
    squeeze: Squeeze,
    /// The fields of the record, one behind the other, and where each ends.
    bytes: Vec<u8>,
    ends: Vec<usize>,
    read_fields: usize,
    /// From where to where each cell reaches; libsvm's zeros reach from 0 to 0.
    spans: Vec<(usize, usize)>,
    /// The cells of the last line that was skipped as a comment, and how many there were.
    pub comment: Vec<String>,
    pub comments: usize,
}

impl<P: Iterator<Item = Vec<u8>>> Records<P> {
    pub fn new(pieces: P) -> Result<Self, LabError> {
        let mut text = Decoded::new(pieces);
        let mut head = Vec::new();
        loop {
            let names = head.trim_ascii_start().starts_with(b"@") || head.trim_ascii_start().starts_with(b"%");
            let line = head.trim_ascii_start().contains(&b'\n');
            let enough = head.len() > if line && !names { HEAD } else { LONGEST };
            if enough {
                break;
            }
            let Some(piece) = text.next() else { break };
            head.extend(piece);
        }
        for (start, kind) in [(&b"PK\x03\x04"[..], "xlsx, ods, zip"), (b"PAR1", "parquet"), (b"\xc2\x93NUMPY", "npy")] {
            if head.starts_with(start) {
                return Err(LabError::new(LabErrorCode::Type, "", messages::is_binary(kind)));
            }
        }
        // Whole lines, and always the same ones however the text comes.
        let start = String::from_utf8_lossy(&head);
        let mut most =
            start.trim_start().find('\n').map_or(LONGEST, |at| at + start.len() - start.trim_start().len() + 1);
        most = if start.trim_start().starts_with(['@', '%']) { LONGEST } else { most.max(HEAD) };
        let until = if start.len() > most {
            let most = start.floor_char_boundary(most);
            start[..most].rfind('\n').map_or(most, |at| at + 1)
        } else {
            start.len()
        };
        let form = Form::of(&start[..until]);
        head.drain(..form.skip);
        // A record ends with the line that the reader has come to. (A carriage return is trimmed.)
        let core =
            ReaderBuilder::new().delimiter(form.separator).quote(form.quote).terminator(Terminator::Any(b'\n')).build();
        let mut records = Self {
            text,
            piece: Vec::new(),
            read: 0,
            last: false,
            core,
            squeeze: Squeeze::default(),
            form,
            bytes: vec![0; 256],
            ends: vec![0; 16],
            read_fields: 0,
            spans: Vec::new(),
            comment: Vec::new(),
            comments: 0,
        };
        records.piece = records.plain(head);
        Ok(records)
    }

    /// Whether bytes were read as Latin-1, and whether the text is UTF-16.
    pub fn encoding(&self) -> (bool, bool) {
        (self.text.western, self.text.utf16())
    }

    /// One space between cells, and lines that end with a line feed.
    fn plain(&mut self, mut piece: Vec<u8>) -> Vec<u8> {
        if self.form.returns {
            for byte in &mut piece {
                *byte = if *byte == b'\r' { b'\n' } else { *byte };
            }
        }
        if self.form.separator == b' ' { self.squeeze.pass(&piece) } else { piece }
    }

    /// Goes on to the next record that is not blank, and says on which line it begins.
    pub fn next(&mut self) -> Result<Option<u64>, LabError> {
        while let Some(length) = self.record()? {
            let bytes = &self.bytes[..length];
            let line = self.core.line() - breaks(bytes) + self.form.lines;
            if bytes.ends_with(END) {
                return Err(fault(LabErrorCode::Type, messages::line(line), messages::never_closed()));
            }
            if bytes == &END[1..] {
                if self.record()?.is_none() {
                    break;
                }
                return Err(fault(LabErrorCode::Type, messages::line(line - 1), messages::is_no_text()));
            }
            if bytes.trim_ascii().is_empty() && (self.read_fields == 1 || self.form.separator == b'\t') {
                continue;
            }
            self.split(line - 1)?;
            let first = self.cell(0);
            if is_comment(&first) {
                let mut cells: Vec<String> = (0..self.count()).map(|index| self.cell(index)).collect();
                first.trim_start_matches(['#', '%', '@']).trim().clone_into(&mut cells[0]);
                if cells[0].is_empty() && self.form.separator == b' ' {
                    cells.remove(0);
                }
                self.comment = cells;
                self.comments += 1;
                continue;
            }
            return Ok(Some(line - 1));
        }
        Ok(None)
    }

    /// Goes on to the next record; the length of its fields.
    fn record(&mut self) -> Result<Option<usize>, LabError> {
        let mut length = 0;
        self.read_fields = 0;
        loop {
            if self.read == self.piece.len() && !self.last {
                self.read = 0;
                self.piece = if let Some(piece) = self.text.next() {
                    self.plain(piece)
                } else {
                    self.last = true;
                    END.to_vec()
                };
                // An empty piece would be the end.
                continue;
            }
            let (result, read, written, ended) = self.core.read_record(
                &self.piece[self.read..],
                &mut self.bytes[length..],
                &mut self.ends[self.read_fields..],
            );
            self.read += read;
            length += written;
            self.read_fields += ended;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => self.bytes.resize(2 * self.bytes.len(), 0),
                ReadRecordResult::OutputEndsFull => self.ends.resize(2 * self.ends.len(), 0),
                ReadRecordResult::Record => return Ok(Some(length)),
                ReadRecordResult::End => return Ok(None),
            }
            if length > LONGEST {
                let place = messages::line(self.core.line() - breaks(&self.bytes[..length]) + self.form.lines);
                return Err(fault(LabErrorCode::Range, place, messages::line_too_long(thousands(LONGEST))));
            }
        }
    }

    /// Where the cells of the record are.
    fn split(&mut self, line: u64) -> Result<(), LabError> {
        self.spans.clear();
        let mut from = 0;
        for index in 0..self.read_fields {
            let to = self.ends[index];
            let mut span = (from, to);
            let mut at = index;
            from = to;
            if self.form.kind == Kind::Libsvm && index > 0 {
                let token = String::from_utf8_lossy(&self.bytes[span.0..to]);
                if token.trim().is_empty() {
                    continue;
                }
                let Some((name, value)) = token.split_once(':') else {
                    let place = messages::line_column(line, index + 1);
                    return Err(fault(LabErrorCode::Type, place, messages::is_no_entry(shortened(token.trim()))));
                };
                let Ok(feature) = name.parse::<usize>() else { continue };
                at = feature.saturating_add(1);
                span.0 = to - value.len();
            }
            if self.form.kind == Kind::Libsvm && at >= MOST_COLUMNS + 2 {
                let message = messages::too_many_fields(at, thousands(MOST_COLUMNS));
                return Err(fault(LabErrorCode::Range, messages::line(line), message));
            }
            if self.spans.len() <= at {
                self.spans.resize(at + 1, (0, 0));
            }
            self.spans[at] = span;
        }
        if self.form.kind == Kind::Table && self.spans.len() > MOST_COLUMNS {
            let message = messages::too_many_fields(self.spans.len(), thousands(MOST_COLUMNS));
            return Err(fault(LabErrorCode::Range, messages::line(line), message));
        }
        Ok(())
    }

    /// How many cells the record has.
    pub fn count(&self) -> usize {
        self.spans.len()
    }

    /// The number in a cell, `name` being what its column is called.
    pub fn number(&self, line: u64, index: usize, name: &str) -> Result<f64, LabError> {
        let cell = self.cell(index);
        number(&cell, self.form.comma).ok_or_else(|| {
            let message = match cell.as_str() {
                "" => messages::is_empty(),
                text => messages::is_no_number(shortened(text)),
            };
            fault(LabErrorCode::Type, messages::line_field(line, name), message)
        })
    }

    /// A cell without the spaces and quotes around it. (Quotes after a space are none to RFC 4180.)
    pub fn cell(&self, index: usize) -> String {
        let (from, to) = self.spans.get(index).copied().unwrap_or_default();
        if self.form.kind == Kind::Libsvm && to == 0 {
            return "0".to_owned();
        }
        let text = String::from_utf8_lossy(&self.bytes[from..to]);
        let text = text.trim();
        text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(text).trim().to_owned()
    }
}

/// Makes one space of many, and none at the ends of a line.
#[derive(Default)]
struct Squeeze {
    within: bool,
    begun: bool,
    space: bool,
}

impl Squeeze {
    fn pass(&mut self, piece: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(piece.len());
        for &byte in piece {
            self.within ^= byte == b'"';
            match byte {
                b' ' | b'\t' if !self.within => self.space = self.begun,
                b'\n' | b'\r' if !self.within => {
                    (self.begun, self.space) = (false, false);
                    out.push(byte);
                }
                _ => {
                    if std::mem::take(&mut self.space) {
                        out.push(b' ');
                    }
                    self.begun = true;
                    out.push(byte);
                }
            }
        }
        out
    }
}

/// Line breaks in a record, which are few.
#[allow(clippy::naive_bytecount, reason = "not worth a package")]
fn breaks(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|&&byte| byte == b'\n').count() as u64
}
