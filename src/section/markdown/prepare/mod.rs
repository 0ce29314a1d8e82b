//! Changes a text before it is cut into fragments. Each change here may depend on lines that a
//! blank line separates, so it needs the whole text. Most texts need no change.
//!
//! - Every line ends with `\n`.
//! - In a text without blank lines, in which each line is a paragraph, lines are set apart.
//! - A word that a hyphen at a line end cuts in two becomes one word.
//! - A link around several blocks becomes links inside them.
//! - The rows of a table that blank lines break are put together.
//! - A line of `=` below a blank line underlines the line above.
//! - The lines that mark furniture are blocks of their own.
//! - Raw HTML that a browser does not show is removed.
//! - A line that is a date such as `3. Mai 2019` is no entry of a list.

mod block_links;
mod broken_rows;
mod html_parts;
mod line_hyphens;
pub(crate) mod line_text;

use block_links::loosen_links;
use broken_rows::join_rows;
use html_parts::mend_html;
use line_hyphens::join_words;
use line_text::separate_lines;

use super::mapped_text::{MappedText, TextEdit};
use crate::model::{FURNITURE_MARKS, furniture_marks};
use crate::section::numbers::amounts::is_month;

/// A border of text around the policy, as HTML marks it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum FurnitureEdge {
    Start,
    End,
}

impl FurnitureEdge {
    /// The border that a text of a paragraph is, if it is one.
    pub fn of(text: &str) -> Option<Self> {
        // Every text of every paragraph is asked, and nearly all are longer.
        if text.len() != FURNITURE_MARKS[0].len_utf8() {
            return None;
        }
        match FURNITURE_MARKS.iter().position(|&mark| text.starts_with(mark))? {
            0 => Some(Self::Start),
            _ => Some(Self::End),
        }
    }
}

/// The text of a snapshot as it is cut into fragments.
pub(crate) struct PreparedText<'t> {
    pub text: MappedText<'t>,
    /// Whether each line of the text was a paragraph.
    pub has_paragraph_lines: bool,
}

/// Prepares the text of a snapshot.
pub(crate) fn prepare(text: &str) -> PreparedText<'_> {
    let lines = with_newlines(text);
    let mut edits = Vec::new();
    let has_paragraph_lines = separate_lines(&lines.text, &mut edits);
    if !has_paragraph_lines {
        join_words(&lines.text, &mut edits);
    }
    mend_html(&lines.text, &mut edits);
    loosen_links(&lines.text, &mut edits);
    join_rows(&lines.text, &mut edits);
    raise_underlines(&lines.text, &mut edits);
    part_furniture(&lines.text, &mut edits);
    escape_dates(&lines.text, &mut edits);
    let text = if edits.is_empty() { lines } else { lines.edited(edits).into_owned() };
    PreparedText { text, has_paragraph_lines }
}

/// The text with `\n` at the end of each line. A carriage return alone ends a line of Markdown too,
/// but the parser does not see that everywhere.
fn with_newlines(text: &str) -> MappedText<'_> {
    if memchr::memchr(b'\r', text.as_bytes()).is_none() {
        return MappedText::whole(text);
    }
    let mut out = MappedText::empty();
    let mut at = 0;
    for line in text.split_inclusive(['\r', '\n']) {
        let bare = line.trim_end_matches(['\r', '\n']);
        out.push(bare, at);
        let is_half = line.ends_with('\r') && text[at + line.len()..].starts_with('\n');
        if bare.len() < line.len() && !is_half {
            out.push("\n", at + bare.len());
        }
        at += line.len();
    }
    out
}

/// Removes the blank lines between a line of text and a line of `=` below it, which is otherwise a
/// paragraph without words. It underlines a title.
fn raise_underlines(text: &str, edits: &mut Vec<TextEdit>) {
    for rule in memchr::memmem::find_iter(text.as_bytes(), b"\n\n===") {
        let line = text[rule + 2..].split('\n').next().unwrap_or_default();
        let above = text[..rule].trim_end_matches(['\n', ' ', '\t']);
        let title = above.rsplit('\n').next().unwrap_or_default();
        let is_alone =
            title.len() == above.len() || above[..above.len() - title.len()].ends_with("\n\n");
        let is_title = (1..=MAX_TITLE).contains(&title.len()) && is_alone;
        if is_title && line.trim_end().bytes().all(|byte| byte == b'=') {
            edits.push(TextEdit::replace(above.len()..rule + 2, "\n"));
        }
    }
}

/// Escapes the full stop in lines that are nothing but a date, such as `3. Mai 2019`. To Markdown,
/// they would be entries of a list.
fn escape_dates(text: &str, edits: &mut Vec<TextEdit>) {
    for start in starts_with_digit(text.as_bytes()) {
        let rest = &text[start..];
        let day = rest.bytes().take_while(u8::is_ascii_digit).count();
        if !(1..=2).contains(&day) || !rest[day..].starts_with(". ") {
            continue;
        }
        let line = rest[day + 1..].split('\n').next().unwrap_or_default();
        let mut words = line.split_whitespace();
        let month = words.next().is_some_and(|month| is_month(&month.to_lowercase()));
        let is_year = |year: &str| year.len() == 4 && year.bytes().all(|b| b.is_ascii_digit());
        if month && words.next().is_some_and(is_year) && words.next().is_none() {
            edits.push(TextEdit::insert(start + day, "\\"));
        }
    }
}

/// Where the lines begin that begin with a digit.
fn starts_with_digit(text: &[u8]) -> impl Iterator<Item = usize> {
    /// The size of a part that is searched only if it contains such a line, in bytes. Most contain
    /// none, and the compiler looks at many bytes at once to find that out.
    const PART: usize = 512;
    let is_start = |pair: (&u8, &u8)| (*pair.0 == b'\n') & (pair.1.wrapping_sub(b'0') < 10);
    let first = text.first().is_some_and(u8::is_ascii_digit).then_some(0);
    let parts = (0..text.len()).step_by(PART).filter(move |&at| {
        let part = &text[at..text.len().min(at + PART + 1)];
        part.iter().zip(&part[1..]).fold(false, |found, pair| found | is_start(pair))
    });
    let within = parts.flat_map(move |at| {
        let part = &text[at..text.len().min(at + PART + 1)];
        let ends = memchr::memchr_iter(b'\n', &part[..part.len() - 1]);
        ends.filter(|&end| part[end + 1].is_ascii_digit()).map(move |end| at + end + 1)
    });
    first.into_iter().chain(within)
}

/// The size of the longest line that a line below a blank line underlines, in bytes.
const MAX_TITLE: usize = 200;

/// Puts blank lines around each line that begins or ends furniture. Elsewhere the two characters
/// are removed, since no text has a use for them.
fn part_furniture(text: &str, edits: &mut Vec<TextEdit>) {
    for at in furniture_marks(text) {
        let end = at + FURNITURE_MARKS[0].len_utf8();
        let line = text[..at].rfind('\n').map_or(0, |end| end + 1);
        let is_own = text[line..at].trim().is_empty()
            && text[end..].split('\n').next().is_some_and(|rest| rest.trim().is_empty());
        if is_own {
            edits.push(TextEdit::insert(line, "\n"));
            edits.push(TextEdit::insert(end, "\n"));
        } else {
            edits.push(TextEdit::remove(at..end));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prepared(text: &str) -> String {
        prepare(text).text.text.into_owned()
    }

    #[test]
    fn every_line_ends_with_a_newline() {
        assert_eq!(prepared("a\r\n\r\nb\rc"), "a\n\nb\nc");
    }

    #[test]
    fn lines_that_begin_with_a_digit_are_found() {
        for gap in [0, 1, 510, 511, 512, 513, 1023, 1024] {
            let text = format!("1{}\n2\na\n3{}\n4", "x".repeat(gap), "y".repeat(gap));
            let naive: Vec<usize> = (0..text.len())
                .filter(|&at| {
                    text.as_bytes()[at].is_ascii_digit() && (at == 0 || text[..at].ends_with('\n'))
                })
                .collect();
            assert_eq!(starts_with_digit(text.as_bytes()).collect::<Vec<_>>(), naive);
        }
    }

    #[test]
    fn underlines_below_a_blank_line_are_raised() {
        assert_eq!(prepared("Terms\n\n=====\n\nBody"), "Terms\n=====\n\nBody");
        for text in ["a\nb\n\n===\n\nc", "a\n\n=== b\n\nc", "\n\n===\n"] {
            assert_eq!(prepared(text), text);
        }
    }

    #[test]
    fn marks_of_furniture_are_blocks() {
        assert_eq!(
            prepared("a\n\n\u{FDD0}\nb\n\n\u{FDD1}\n"),
            "a\n\n\n\u{FDD0}\n\nb\n\n\n\u{FDD1}\n\n"
        );
        assert_eq!(prepared("a\u{FDD0}b"), "ab");
    }
}
