//! Recognises the marks of footnotes: superscript digits at the end of a word.

use unicode_normalization::char::is_combining_mark;

use super::char_class::is_invisible;
use crate::error::floor_border;

/// Units after which a superscript digit is their power: m² is a square metre.
#[rustfmt::skip]
const UNITS: [&str; 22] = [
    "m", "cm", "mm", "km", "dm", "nm", "µm", "μm", "ft", "in", "yd", "mi", "s", "kg", "g", "x",
    "ha", "м", "см", "мм", "км", "дм",
];

/// How many bytes before and after a superscript digit decide what it is. Otherwise a row of a
/// million of them would take hours.
const MAX_NEAR: usize = 128;

/// An apostrophe that Unicode calls a letter.
const APOSTROPHE: char = 'ʼ';

/// Whether a character is a superscript digit.
pub(crate) fn is_superscript(c: char) -> bool {
    matches!(c, '²' | '³' | '¹' | '⁰' | '⁴'..='⁹')
}

/// Whether a superscript digit between `before` and `after` is the mark of a footnote: it ends a
/// word, or follows punctuation, and is no power of a number or a unit.
pub(crate) fn is_footnote_mark(before: &str, after: &str) -> bool {
    let is_passed = |c: char| is_superscript(c) || is_invisible(c);
    let before = &before[floor_border(before, before.len().saturating_sub(MAX_NEAR))..];
    let after = &after[..floor_border(after, MAX_NEAR)];
    let before = before.trim_end_matches(is_passed);
    let bare = before.trim_end_matches(|c| is_combining_mark(c) || is_invisible(c));
    let Some(previous) = bare.chars().next_back() else { return false };
    let is_other = previous.is_whitespace() || matches!(previous, '*' | '†' | '‡');
    if is_other || previous.is_numeric() || ends_with_unit(before) {
        return false;
    }
    let next = after.trim_start_matches(is_passed).chars().next();
    // In scripts without spaces, the next word follows at once.
    if is_unspaced(previous) && next.is_some_and(is_unspaced) {
        return true;
    }
    !next.is_some_and(|c| c.is_alphanumeric() && c != APOSTROPHE || is_combining_mark(c))
}

/// Whether a character is a letter of Chinese, Japanese or Korean, or a part of a decomposed Korean
/// letter.
fn is_unspaced(c: char) -> bool {
    c.is_alphabetic()
        && matches!(c, '\u{1100}'..='\u{11FF}' | '\u{3040}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7AF}')
}

/// Whether the last word of a text is a unit. Marks belong to the word, so that `très` is none in
/// any normal form, and characters that nobody sees are passed over.
fn ends_with_unit(text: &str) -> bool {
    let is_letter =
        |c: char| (c.is_alphabetic() && c != APOSTROPHE) || is_combining_mark(c) || is_invisible(c);
    let start = text.trim_end_matches(is_letter).len();
    let word: String = text[start..].chars().filter(|&c| !is_invisible(c)).collect();
    UNITS.contains(&word.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_end_words_and_are_no_powers() {
        for (before, after) in [
            ("我们", "不出售"),
            ("データ", "を"),
            ("제공", "합니다"),
            ("個", "\u{1112}\u{1161}\u{11AB}"),
            ("\u{110C}\u{1166}", "個"),
            ("it", " to"),
            ("it.", "² Yes"),
            ("it", ""),
            ("données", ", et"),
        ] {
            assert!(is_footnote_mark(before, after), "{before}");
        }
        for (before, after) in [
            ("10", " m"),
            ("5 m", " of"),
            ("5 м", ""),
            ("10 ha", ""),
            ("it ", ""),
            ("", "x"),
            ("e", "x"),
        ] {
            assert!(!is_footnote_mark(before, after), "{before}");
        }
        let many = format!("it{}", "²".repeat(MAX_NEAR));
        assert!(!is_footnote_mark(&many, ""), "only near digits belong to the word");
        for word in ["très", "tre\u{300}s"] {
            assert!(is_footnote_mark(word, ""), "{word}");
        }
        for unit in ["c\u{AD}m", "cm\u{200B}"] {
            assert!(!is_footnote_mark(unit, ""), "{unit}");
        }
    }
}
