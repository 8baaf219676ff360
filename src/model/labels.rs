//! What can be the name of a class: text from strangers, short, and without what acts on the text around it.

use super::MAX_LABEL;

/// Whether a text can be the name of a class.
pub fn is_label(text: &str) -> bool {
    text.chars().count() <= MAX_LABEL && !text.starts_with(' ') && !text.ends_with(' ') && !text.chars().any(acts)
}

/// Whether a character would act on the text around it: control characters, line ends, marks of direction.
pub fn acts(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
