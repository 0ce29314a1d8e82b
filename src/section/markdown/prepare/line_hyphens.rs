//! Joins words that a hyphen at the end of a line cuts in two.
//!
//! The hyphen may also be the one of `third-party`. A word is joined only if it occurs in one piece
//! elsewhere in the same text, and never there with the hyphen.

use std::collections::HashSet;
use std::ops::Range;

use crate::section::markdown::mapped_text::TextEdit;

/// The fewest letters on each side of the hyphen.
const FEWEST_LETTERS: usize = 2;

/// Adds the edits that join such words.
pub(super) fn join_words(text: &str, edits: &mut Vec<TextEdit>) {
    let mut words: Option<HashSet<String>> = None;
    for hyphen in memchr::memmem::find_iter(text.as_bytes(), b"-\n") {
        let Some(cut) = CutWord::around(text, hyphen) else { continue };
        let words = words.get_or_insert_with(|| words_of(text));
        if words.contains(&cut.joined()) && !words.contains(&cut.hyphenated()) {
            edits.push(TextEdit::remove(cut.gap));
        }
    }
}

/// A word with a line end inside.
struct CutWord<'t> {
    first: &'t str,
    second: &'t str,
    /// The bytes between both parts.
    gap: Range<usize>,
}

impl<'t> CutWord<'t> {
    /// The word around the hyphen at this byte, if its second part begins with a small letter.
    fn around(text: &'t str, hyphen: usize) -> Option<Self> {
        let before = &text[..hyphen];
        let first = &before[before.trim_end_matches(char::is_alphabetic).len()..];
        let rest = &text[hyphen + 2..];
        let after = rest.trim_start_matches([' ', '\t']);
        let second = &after[..after.len() - after.trim_start_matches(char::is_alphabetic).len()];
        let gap = hyphen..text.len() - after.len();
        let is_long = |part: &str| part.chars().nth(FEWEST_LETTERS - 1).is_some();
        // `pre-pay-\nment` and `x2-\nray` are left alone.
        let is_apart = !before[..before.len() - first.len()].ends_with(is_joining);
        let is_word = is_apart && second.starts_with(char::is_lowercase);
        (is_word && is_long(first) && is_long(second)).then_some(Self { first, second, gap })
    }

    fn joined(&self) -> String {
        format!("{}{}", self.first, self.second).to_lowercase()
    }

    fn hyphenated(&self) -> String {
        format!("{}-{}", self.first, self.second).to_lowercase()
    }
}

/// Whether a character before a word is part of it, or joins it with the word before.
fn is_joining(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '\'' | '’' | '_' | '/' | '.' | '@')
}

/// The words of a text in small letters. A word with a hyphen inside is one word.
fn words_of(text: &str) -> HashSet<String> {
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '-');
    words.filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use crate::section::markdown::prepare::prepare;

    fn joined(text: &str) -> String {
        prepare(text).text.text.into_owned()
    }

    #[test]
    fn words_that_occur_in_one_piece_are_joined() {
        for (text, right) in [
            ("Pay the de-\nposit. The deposit is small.", "Pay the deposit. The deposit is small."),
            ("Deposits: de-\n  posits are small.", "Deposits: deposits are small."),
            ("Über Daten-\nschutz. Datenschutz gilt.", "Über Datenschutz. Datenschutz gilt."),
        ] {
            assert_eq!(joined(text), right);
        }
    }

    #[test]
    fn other_hyphens_are_left_alone() {
        for text in [
            "Pay the de-\nposit.",
            "A third-\nparty, a thirdparty and a third-party.",
            "A pre-pay-\nment and a payment.",
            "Nord-\nSee, Nordsee",
            "a-\nb and ab",
            "Stiefel-\n\nknecht, Stiefelknecht",
            "A pay-\nment--payment",
        ] {
            assert_eq!(joined(text), text);
        }
    }
}
