//! Columns that text takes in a terminal. Whole grapheme clusters only: an accent stays with its letter.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::printer::terminal::sanitize::sanitize;

/// The columns of a text, cluster by cluster: ligatures across clusters, which the width of a whole string allows for, are rare in terminals.
pub(in crate::printer) fn columns(text: &str) -> usize {
    if text.is_ascii() {
        text.len()
    } else {
        text.graphemes(true).map(UnicodeWidthStr::width).sum()
    }
}

/// The first clusters of a text that fit into a number of columns, safe for a terminal.
pub(in crate::printer) fn first(text: &str, width: usize) -> String {
    fitting(text.graphemes(true), width).concat()
}

/// The last clusters that fit, safe for a terminal.
pub(in crate::printer) fn last(text: &str, width: usize) -> String {
    let mut clusters = fitting(text.graphemes(true).rev(), width);
    clusters.reverse();
    clusters.concat()
}

/// Takes no more of the text than fits: clauses can be long, and have many matches.
fn fitting<'t>(clusters: impl Iterator<Item = &'t str>, width: usize) -> Vec<String> {
    let mut left = width;
    let mut fitting = Vec::new();
    for cluster in clusters {
        let safe = safe(cluster);
        let wide = columns(&safe);
        if wide > left {
            break;
        }
        left -= wide;
        fitting.push(safe);
    }
    fitting
}

/// A soft hyphen shows only where a line breaks, but some terminals give it a column.
fn safe(cluster: &str) -> String {
    sanitize(cluster).replace('\u{AD}', "")
}

/// All of a text if it fits, else as much as leaves room for a mark.
pub(in crate::printer) fn cut(text: &str, width: usize) -> String {
    let whole = first(text, width);
    if whole.len() >= safe(text).len() {
        return whole;
    }
    format!("{}…", first(text, width.saturating_sub(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clusters_stay_whole() {
        // e with an accent of its own, a family of four, two wide letters, an escape.
        let text = "e\u{301}👨‍👩‍👧‍👦個人\u{1b}x";
        assert_eq!(columns(text), columns("e") + 2 + 4 + columns("\u{1b}") + 1);
        assert_eq!(first(text, 2), "e\u{301}");
        assert_eq!(first(text, 3), "e\u{301}👨‍👩‍👧‍👦");
        assert_eq!(last(text, 3), "\u{fffd}x");
        assert_eq!(last(text, 4), "人\u{fffd}x");
        assert_eq!(cut(text, 4), "e\u{301}👨‍👩‍👧‍👦…");
        assert_eq!(cut("abc", 3), "abc");
        assert_eq!(cut("abcd", 3), "ab…");
        assert_eq!(first("a\u{ad}b", 2), "ab");
    }
}
