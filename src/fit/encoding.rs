//! The text of a file in UTF-8, whatever it is written in: UTF-8 or UTF-16, with or without its mark, or an
//! alphabet of one byte.

/// Windows-1252 where it differs from Latin-1.
const WESTERN: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’',
    '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// Pieces of bytes as pieces of UTF-8; none ends within a character.
pub struct Decoded<P> {
    pieces: P,
    rest: Vec<u8>,
    encoding: Option<Encoding>,
    ended: bool,
    /// Whether bytes were read as Latin-1 (Windows-1252).
    pub western: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Utf8,
    Utf16 { big: bool },
}

impl<P: Iterator<Item = Vec<u8>>> Decoded<P> {
    pub fn new(pieces: P) -> Self {
        Self { pieces, rest: Vec::new(), encoding: None, ended: false, western: false }
    }

    pub fn utf16(&self) -> bool {
        matches!(self.encoding, Some(Encoding::Utf16 { .. }))
    }

    /// By its mark, or by where the zeros of plain letters are. The mark is taken off.
    fn detect(&mut self) -> Encoding {
        let (encoding, mark) = match *self.rest.as_slice() {
            [0xef, 0xbb, 0xbf, ..] => (Encoding::Utf8, 3),
            [0xff, 0xfe, ..] => (Encoding::Utf16 { big: false }, 2),
            [0xfe, 0xff, ..] => (Encoding::Utf16 { big: true }, 2),
            [a, 0, b, 0, ..] if a > 0 && b > 0 => (Encoding::Utf16 { big: false }, 0),
            [0, a, 0, b, ..] if a > 0 && b > 0 => (Encoding::Utf16 { big: true }, 0),
            _ => (Encoding::Utf8, 0),
        };
        self.rest.drain(..mark);
        encoding
    }

    fn utf8(&mut self) -> Vec<u8> {
        let mut bytes = std::mem::take(&mut self.rest);
        let mut text = Vec::new();
        while let Err(error) = str::from_utf8(&bytes) {
            let valid = error.valid_up_to();
            if error.error_len().is_none() && !self.ended {
                self.rest = bytes.split_off(valid);
                break;
            }
            text.extend(bytes.drain(..valid));
            let byte = bytes[0];
            bytes.drain(..1);
            self.western = true;
            let letter =
                if (0x80..0xa0).contains(&byte) { WESTERN[usize::from(byte - 0x80)] } else { char::from(byte) };
            text.extend(letter.encode_utf8(&mut [0; 4]).bytes());
        }
        if text.is_empty() {
            return bytes;
        }
        text.extend(bytes);
        text
    }

    fn utf16_text(&mut self, big: bool) -> Vec<u8> {
        let bytes = std::mem::take(&mut self.rest);
        let read = if big { u16::from_be_bytes } else { u16::from_le_bytes };
        let mut units: Vec<u16> = bytes.chunks_exact(2).map(|pair| read([pair[0], pair[1]])).collect();
        // The first half of a pair waits for the second.
        if !self.ended && units.last().is_some_and(|unit| (0xd800..0xdc00).contains(unit)) {
            units.pop();
        }
        self.rest = bytes[2 * units.len()..].to_vec();
        let letters = char::decode_utf16(units).map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER));
        letters.collect::<String>().into_bytes()
    }
}

impl<P: Iterator<Item = Vec<u8>>> Iterator for Decoded<P> {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        while !self.ended {
            match self.pieces.next() {
                Some(piece) => self.rest.extend(piece),
                None => self.ended = true,
            }
            if self.rest.len() < 4 && !self.ended {
                continue;
            }
            let encoding = self.encoding.unwrap_or_else(|| self.detect());
            self.encoding = Some(encoding);
            let text = match encoding {
                Encoding::Utf8 => self.utf8(),
                Encoding::Utf16 { big } => self.utf16_text(big),
            };
            if !text.is_empty() {
                return Some(text);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_it_is_written_in() {
        let text = "größe,Klasse\n1,„a“ 𝛾\n";
        let utf16 = |big: bool, mark: bool| -> Vec<u8> {
            let units = mark.then_some(0xfeff).into_iter().chain(text.encode_utf16());
            units.flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
        };
        let marked = [b"\xef\xbb\xbf", text.as_bytes()].concat();
        let cases =
            [text.into(), marked, utf16(false, true), utf16(true, true), utf16(false, false), utf16(true, false)];
        for (index, bytes) in cases.iter().enumerate() {
            for size in [1, 2, 3, 5, 1000] {
                let mut decoded = Decoded::new(bytes.chunks(size).map(<[u8]>::to_vec));
                let read: Vec<u8> = decoded.by_ref().flatten().collect();
                assert_eq!(String::from_utf8(read).unwrap(), text, "case {index} by {size}");
                assert_eq!((decoded.utf16(), decoded.western), (index > 1, false));
            }
        }
        for size in [1, 2, 3, 100] {
            let mut decoded = Decoded::new(b"gr\xf6\xdfe,1 \x80\xe4".chunks(size).map(<[u8]>::to_vec));
            let read: Vec<u8> = decoded.by_ref().flatten().collect();
            assert_eq!((String::from_utf8(read).unwrap().as_str(), decoded.western), ("größe,1 €ä", true));
        }
    }
}
