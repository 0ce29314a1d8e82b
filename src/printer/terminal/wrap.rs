//! Breaks a text into lines that fit into a terminal.

use std::ops::Range;

use unicode_width::UnicodeWidthChar;

/// The least columns of a line. A text in a narrower terminal could not be read.
pub(in crate::printer) const MIN_COLUMNS: usize = 20;

/// The byte ranges of lines of at most `width` columns.
///
/// A line ends after white space if it contains any, otherwise within a word. Together the ranges
/// cover the text.
pub(in crate::printer) fn wrap(text: &str, width: usize) -> Vec<Range<usize>> {
    let width = width.max(MIN_COLUMNS);
    let mut lines = Vec::new();
    let mut start = 0;
    let mut columns = 0;
    let mut after_space = None;
    for (at, c) in text.char_indices() {
        let wide = width_of(c);
        if columns + wide > width && !c.is_whitespace() {
            let end = after_space.filter(|&space| space > start).unwrap_or(at);
            lines.push(start..end);
            start = end;
            columns = text[start..at].chars().map(width_of).sum();
            after_space = None;
        }
        columns += wide;
        if c.is_whitespace() {
            after_space = Some(at + c.len_utf8());
        }
    }
    lines.push(start..text.len());
    lines
}

/// The columns of a character. Control characters have no width, and are replaced before printing.
fn width_of(c: char) -> usize {
    c.width().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_fit_and_cover_the_text() {
        let text = "We will never sell or rent 個人情報個人情報個人情報 \
                    to anybody-at-all-who-may-ask ever.";
        let lines = wrap(text, 20);
        let whole: String = lines.iter().map(|line| &text[line.clone()]).collect();
        assert_eq!(whole, text);
        for line in lines {
            let columns: usize = text[line.clone()].trim_end().chars().map(width_of).sum();
            assert!(columns <= 20, "{}", &text[line]);
        }
    }
}
