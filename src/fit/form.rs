//! How a table is written, by its beginning: separator, decimal mark, libsvm, ARFF.

use super::cells::{decimal, number};

/// Lines that are looked at.
const LINES: usize = 60;

/// How a table is written.
#[derive(Clone, Debug, PartialEq)]
pub struct Form {
    /// What stands between cells; a space for any number of spaces and tabs.
    pub separator: u8,
    /// What stands around cells.
    pub quote: u8,
    /// Whether decimals stand after a comma.
    pub comma: bool,
    pub kind: Kind,
    /// Lines end with a carriage return alone.
    pub returns: bool,
    /// So many bytes and lines come before the rows.
    pub skip: usize,
    pub lines: u64,
    /// The names of the columns, where they stand there.
    pub names: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Table,
    Libsvm,
    Arff,
}

/// Whether a line is there to be read by people alone.
pub fn is_comment(line: &str) -> bool {
    line.starts_with(['#', '%', '@'])
}

impl Form {
    /// By the beginning of a text.
    pub fn of(head: &str) -> Self {
        let returns = !head.contains('\n') && head.contains('\r');
        let mut form = Self {
            separator: b',',
            quote: b'"',
            comma: false,
            kind: Kind::Table,
            returns,
            skip: 0,
            lines: 0,
            names: vec![],
        };
        let ends: &[char] = if returns { &['\r'] } else { &['\n'] };
        if head.trim_start().starts_with(['@', '%']) {
            form.arff(head, ends);
        }
        let mut asked = None;
        if let Some(rest) = head.get(..4).filter(|word| word.eq_ignore_ascii_case("sep=")).map(|_| &head[4..])
            && let Some(separator) = rest.bytes().next()
            && b",;|\t ".contains(&separator)
        {
            // As Excel writes and wants it.
            asked = Some(separator);
            form.skip = head.find(ends).map_or(head.len(), |at| at + 1);
            form.lines = 1;
        }
        let rows: Vec<&str> = head[form.skip..]
            .split(ends)
            .map(str::trim)
            .filter(|row| !row.is_empty() && !is_comment(row))
            .take(LINES)
            .collect();
        // Cells in quotes are one letter here.
        let bare: Vec<String> =
            rows.iter().map(|row| row.split('"').step_by(2).collect::<Vec<_>>().join("q")).collect();
        if form.kind == Kind::Table && is_libsvm(&bare) {
            form.kind = Kind::Libsvm;
            form.separator = b' ';
        } else {
            form.separator = asked.unwrap_or_else(|| separator(&bare));
            form.comma = decimal_comma(&rows, form.separator);
        }
        form
    }

    /// Names and beginning of the rows of Weka's format.
    fn arff(&mut self, head: &str, ends: &[char]) {
        let (mut names, mut at) = (Vec::new(), 0);
        for (index, line) in head.split_inclusive(ends).enumerate() {
            at += line.len();
            let line = line.trim();
            let word = |word: &str| line.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
            if word("@attribute") {
                names.push(first_word(line["@attribute".len()..].trim()).to_owned());
            } else if word("@data") {
                *self =
                    Self { kind: Kind::Arff, quote: b'\'', skip: at, lines: index as u64 + 1, names, ..self.clone() };
                return;
            }
        }
    }
}

/// A word, perhaps in quotes.
fn first_word(text: &str) -> &str {
    let quoted = text.chars().next().filter(|quote| matches!(quote, '\'' | '"'));
    match quoted {
        Some(quote) => text[1..].split(quote).next().unwrap_or_default(),
        None => text.split_whitespace().next().unwrap_or_default(),
    }
}

fn is_libsvm(rows: &[String]) -> bool {
    let entry = |token: &str| {
        token.split_once(':').is_some_and(|(index, value)| index.parse::<u32>().is_ok() && decimal(value).is_some())
    };
    let line = |row: &String| {
        let mut tokens = row.split_whitespace();
        tokens.next().is_some_and(|label| !label.contains(':')) && tokens.all(entry)
    };
    rows.iter().any(|row| row.contains(':')) && rows.iter().all(line)
}

fn separator(rows: &[String]) -> u8 {
    let Some(first) = rows.first() else { return b',' };
    if first.contains(';') {
        return b';';
    }
    if first.contains('\t') {
        return b'\t';
    }
    if rows.iter().all(|row| row.contains('|')) {
        return b'|';
    }
    let commas = rows.iter().any(|row| row.contains(','));
    let tokens = |row: &String| row.split_whitespace().count();
    // 1,5 2,5 0
    let decimals = |token: &str| !token.contains(',') || number(token, true).is_some();
    let even = tokens(first) > 1
        && (!commas
            || rows[1..].iter().all(|row| tokens(row) == tokens(first))
                && rows.iter().all(|row| row.split_whitespace().all(decimals)));
    if even { b' ' } else { b',' }
}

/// Whether numbers are written `1,5`: some can be nothing else, and none can only be the other.
fn decimal_comma(rows: &[&str], separator: u8) -> bool {
    let (mut commas, mut points, mut either) = (false, false, false);
    for row in rows {
        for cell in cells(row, separator) {
            let (point, comma) = (number(cell, false).is_some(), number(cell, true).is_some());
            commas |= comma && !point;
            points |= point && !comma;
            either |= comma && point && cell.contains(',');
        }
    }
    !points && (commas || either && separator == b';')
}

/// The cells of a line, without quotes.
fn cells(row: &str, separator: u8) -> Vec<&str> {
    let mut within = false;
    let is_end = |c: char| {
        within ^= c == '"';
        !within && (c == char::from(separator) || separator == b' ' && c == '\t')
    };
    row.split(is_end).map(|cell| cell.trim().trim_matches('"').trim()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_and_decimal_marks() {
        let cases = [
            ("x,y,class\n1.5,2,0\n", b',', false),
            ("1,2,0\n1.1,2.2,1\n-1,5,2,0", b',', false),
            ("x;y\n1,5;2,25\n", b';', true),
            ("x;y\n1.234,5;2\n", b';', true),
            ("x;y\n1.5;2\n", b';', false),
            ("1,234;0\n", b';', true),
            ("\"1,5\",\"a\"\n\"2,5\",\"b\"", b',', true),
            ("\"1,234\",\"1.5\"\n", b',', false),
            ("1.0 2.0 0\n 3.0  4.0 1", b' ', false),
            ("1,5 2,5 0\n3,5 4,5 1", b' ', true),
            ("x , class\n 1 , 0", b',', false),
            ("x\ty\n1,5\t2,5", b'\t', true),
            ("x|y|c\n1|2|a", b'|', false),
            ("sep=;\nx;y\n1,5;2", b';', true),
            ("# a; b\n1,2,0", b',', false),
        ];
        for (text, separator, comma) in cases {
            let form = Form::of(text);
            assert_eq!((char::from(form.separator), form.comma), (char::from(separator), comma), "{text}");
        }
    }

    #[test]
    fn other_formats() {
        assert_eq!(Form::of("+1 1:0.5 3:-2\n-1 2:1\n").kind, Kind::Libsvm);
        assert_eq!(Form::of("x a:b\n1 2:3\n").kind, Kind::Table);
        let arff =
            "% iris\n@RELATION iris\n@attribute 'sepal length' real\n@ATTRIBUTE class {a,b}\n\n@DATA\n1,a\n2,'b, c'\n";
        let form = Form::of(arff);
        assert_eq!((form.kind, form.lines), (Kind::Arff, 6));
        assert_eq!(form.names, ["sepal length", "class"]);
        assert!(arff[form.skip..].starts_with("1,a"));
        assert!(Form::of("1,2\r3,4\r").returns);
    }
}
