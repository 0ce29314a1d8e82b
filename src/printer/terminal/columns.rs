//! Measures, cuts and aligns text by the columns that it takes in a terminal.
//!
//! Text is cut between grapheme clusters only, so that an accent stays with its letter.

use std::io::{self, Write};

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::sanitize::sanitize;

/// The columns that a text takes.
///
/// Clusters are measured one by one. The width of a whole string would allow for ligatures across
/// clusters, which few terminals draw.
pub(in crate::printer) fn columns(text: &str) -> usize {
    if text.is_ascii() {
        text.len()
    } else {
        text.graphemes(true).map(UnicodeWidthStr::width).sum()
    }
}

/// The first clusters of a text that fit into `width` columns, safe for a terminal.
pub(in crate::printer) fn first(text: &str, width: usize) -> String {
    fitting(text.graphemes(true), width).concat()
}

/// The last clusters of a text that fit into `width` columns, safe for a terminal.
pub(in crate::printer) fn last(text: &str, width: usize) -> String {
    let mut clusters = fitting(text.graphemes(true).rev(), width);
    clusters.reverse();
    clusters.concat()
}

/// The clusters up to the first that does not fit. The rest is not looked at, because a clause can
/// be long and have many matches.
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

/// The text without soft hyphens too: they show only at a line break, but some terminals give them
/// a column.
fn safe(text: &str) -> String {
    sanitize(text).replace('\u{AD}', "")
}

/// The whole text if it fits into `width` columns, otherwise its beginning and an ellipsis.
pub(in crate::printer) fn cut(text: &str, width: usize) -> String {
    let whole = first(text, width);
    if whole.len() >= safe(text).len() {
        return whole;
    }
    format!("{}…", first(text, width.saturating_sub(1)))
}

/// Writes rows in aligned columns, the last `numbers` of them to the right.
pub(in crate::printer) fn write_aligned(
    out: &mut impl Write,
    rows: &[Vec<String>],
    numbers: usize,
) -> io::Result<()> {
    let count = rows.first().map_or(0, Vec::len);
    let mut widths = vec![0; count];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = columns(cell).max(*width);
        }
    }
    for row in rows {
        let mut cells = Vec::with_capacity(count);
        for (at, (cell, width)) in row.iter().zip(&widths).enumerate() {
            let space = " ".repeat(width - columns(cell));
            let is_number = at + numbers >= count;
            cells.push(if is_number { space + cell } else { cell.clone() + &space });
        }
        writeln!(out, "{}", cells.join("  ").trim_end())?;
    }
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clusters_stay_whole() {
        // An e with a separate accent, a family of four, two wide letters, an escape, and an x.
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

    #[test]
    fn numbers_are_aligned_to_the_right() {
        let rows = [["name", "n"], ["個", "10"]].map(|row| row.map(str::to_owned).to_vec());
        let mut out = Vec::new();
        write_aligned(&mut out, &rows, 1).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "name   n\n個    10\n");
    }
}
