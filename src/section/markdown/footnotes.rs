//! Reads the marks of footnotes. A mark is no word, and does not separate the words around it.
//!
//! A number that is raised by a tag, or that links to a place in the page, is rendered in the
//! superscript digits of Unicode, as in `partners¹²`. Tokens and identity forms ignore such
//! digits behind a word; powers and units (`10⁶`, `m²`) look the same and stay words.

use crate::token::is_superscript;

/// A number in superscript.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Superscript {
    /// The number in superscript digits.
    pub text: String,
    /// Whether it follows the word before it without the space between them.
    pub joins: bool,
}

/// The most digits that the number of a footnote has.
const DIGITS: usize = 4;

/// The longest mark with several numbers, in bytes.
const MAX_BYTES: usize = 60;

/// The sign between the numbers of one mark. Without it, the marks 2 and 3 would read as 23. It is
/// not seen, and no part of a word or an identity.
const INVISIBLE_COMMA: char = '\u{2063}';

/// The superscript digits from 0 to 9.
const RAISED: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];

/// The superscript of `text`, which is raised or, if `is_link`, links to a place in a page.
/// `before` is the text before it. Returns `None` if it is no footnote mark.
pub(super) fn footnote_mark(before: &str, text: &str, is_link: bool) -> Option<Superscript> {
    let last = before.trim_end().trim_end_matches(is_passed).chars().next_back()?;
    let mark = FootnoteNumbers::read(text.trim())?;
    let is_spaced = before.ends_with(char::is_whitespace);
    // A plain number behind a space is a word that links to a clause: "see 12".
    if is_link && is_spaced && !mark.is_bracketed {
        return None;
    }
    let is_certain = is_link || mark.is_bracketed;
    if last.is_numeric() {
        // A superscript would be a power, and `10<sup>2,3</sup>` is one.
        return is_certain
            .then(|| Superscript { text: String::new(), joins: false })
            .or_else(|| mark.is_single().then(|| mark.superscript(false)));
    }
    Some(mark.superscript(is_certain))
}

/// Whether a character belongs to the marks of footnotes before this one.
pub(super) fn is_passed(c: char) -> bool {
    is_superscript(c) || c == INVISIBLE_COMMA
}

/// The numbers of a mark: `2`, `[2]`, `2,3`, `[2][3]`.
struct FootnoteNumbers {
    raised: String,
    is_bracketed: bool,
}

impl FootnoteNumbers {
    /// Reads numbers with brackets around them and commas between them. Digits may be raised, as a
    /// link inside the mark is. `None` if anything else is in the text.
    fn read(text: &str) -> Option<Self> {
        if text.len() > MAX_BYTES {
            return None;
        }
        let mut raised = String::new();
        let mut is_bracketed = false;
        for number in text.split(|c: char| !is_digit(c)).filter(|number| !number.is_empty()) {
            if number.chars().count() > DIGITS {
                return None;
            }
            if !raised.is_empty() {
                raised.push(INVISIBLE_COMMA);
            }
            raised.extend(number.chars().map(superscript));
        }
        for sign in text.chars().filter(|&c| !is_digit(c)) {
            match sign {
                '[' | ']' | '(' | ')' | '^' => is_bracketed = true,
                ',' | ';' | ' ' | INVISIBLE_COMMA => {}
                _ => return None,
            }
        }
        (!raised.is_empty()).then_some(Self { raised, is_bracketed })
    }

    fn is_single(&self) -> bool {
        !self.raised.contains(INVISIBLE_COMMA)
    }

    fn superscript(self, joins: bool) -> Superscript {
        Superscript { text: self.raised, joins }
    }
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit() || is_superscript(c)
}

/// A digit in superscript.
fn superscript(digit: char) -> char {
    digit.to_digit(10).map_or(digit, |value| RAISED[value as usize])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(before: &str, text: &str, is_link: bool) -> Option<String> {
        footnote_mark(before, text, is_link).map(|mark| mark.text)
    }

    #[test]
    fn marks_are_numbers_behind_words() {
        for (before, text, is_link, expected) in [
            ("it", "2", false, Some("²")),
            ("it", "[10]", false, Some("¹⁰")),
            ("m", "2", false, Some("²")),
            ("1", "st", false, None),
            ("it,", "3", true, Some("³")),
            ("see ", "3", true, None),
            ("see ", "[3]", true, Some("³")),
            ("2019", "3", true, Some("")),
            ("it¹", "[2]", true, Some("²")),
            ("", "3", true, None),
            ("it", "2,3", false, Some("²\u{2063}³")),
            ("it", "[2], [³]", false, Some("²\u{2063}³")),
            ("it", "(1)", false, Some("¹")),
            ("2019", "(1)", false, Some("")),
            ("10", "2,3", false, None),
            ("it", "1a", false, None),
        ] {
            assert_eq!(mark(before, text, is_link).as_deref(), expected, "{before} {text}");
        }
    }
}
