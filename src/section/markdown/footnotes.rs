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

/// The superscript of `text`, which is raised or, if `is_link`, links to a place in a page.
/// `before` is the text before it. Returns `None` if it is no footnote mark.
pub(super) fn footnote_mark(before: &str, text: &str, is_link: bool) -> Option<Superscript> {
    let bare = text.trim();
    let number = bare.trim_start_matches(['[', '(', '^']).trim_end_matches([']', ')']);
    let is_bracketed = number.len() < bare.len();
    let is_number =
        (1..=DIGITS).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
    let last = before.trim_end().trim_end_matches(is_superscript).chars().next_back()?;
    let is_spaced = before.ends_with(char::is_whitespace);
    // A plain number behind a space is a word that links to a clause: "see 12".
    if !is_number || is_link && is_spaced && !is_bracketed {
        return None;
    }
    if is_link && last.is_numeric() {
        // A superscript would be a power.
        return Some(Superscript { text: String::new(), joins: false });
    }
    Some(Superscript { text: superscript(number), joins: is_bracketed || is_link })
}

/// A number in superscript digits.
fn superscript(digits: &str) -> String {
    const RAISED: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    digits.bytes().map(|digit| RAISED[usize::from(digit - b'0')]).collect()
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
        ] {
            assert_eq!(mark(before, text, is_link).as_deref(), expected, "{before} {text}");
        }
    }
}
