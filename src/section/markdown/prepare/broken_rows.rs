//! Puts together the rows of tables that blank lines break.
//!
//! A converter that writes `cell | cell` and two spaces at the end of each row writes a cell with
//! paragraphs over several lines, with blank lines between them. To Markdown, the table ends there.

use std::ops::Range;

use crate::section::markdown::mapped_text::TextEdit;

/// The largest number of lines, and of bytes, that a row is searched in.
const MAX_LINES: usize = 40;
const MAX_BYTES: usize = 6000;

/// Adds the edits that put each row of a broken table on one line.
pub(super) fn join_rows(text: &str, edits: &mut Vec<TextEdit>) {
    // Most texts have no table, and one byte is searched faster than a rule.
    if memchr::memchr(b'|', text.as_bytes()).is_none() {
        return;
    }
    // The converter that breaks tables writes their rules without spaces.
    for (dashes, is_converted) in [("---|---", true), ("-- | --", false)] {
        let mut done = 0;
        for found in memchr::memmem::find_iter(text.as_bytes(), dashes) {
            if found < done {
                continue;
            }
            let rule = line_at(text, found);
            let line = &text[rule.clone()];
            done = if is_converted && is_rule(line) {
                BrokenTable { text, borders: borders(line) }.join(rule, edits)
            } else if has_outer_borders(line) && is_dashes(line) {
                join_bordered_rows(text, rule, edits)
            } else {
                rule.end
            };
        }
    }
}

/// The line around a byte, without its end.
fn line_at(text: &str, at: usize) -> Range<usize> {
    let (before, after) = text.as_bytes().split_at(at);
    let start = memchr::memrchr(b'\n', before).map_or(0, |end| end + 1);
    let end = memchr::memchr(b'\n', after).map_or(text.len(), |length| at + length);
    start..end
}

/// Whether a line separates the header of a table from its rows, without borders at its ends.
fn is_rule(line: &str) -> bool {
    let bare = line.trim();
    bare.starts_with(['-', ':']) && bare.ends_with(['-', ':']) && is_dashes(bare)
}

/// Whether a line has borders at both ends.
fn has_outer_borders(line: &str) -> bool {
    let bare = line.trim();
    bare.len() > 1 && bare.starts_with('|') && bare.ends_with('|') && !bare.ends_with("\\|")
}

/// Removes the blank lines before those rows below a line of dashes that are written like it, with
/// borders at both ends. Returns the byte after the table.
fn join_bordered_rows(text: &str, rule: Range<usize>, edits: &mut Vec<TextEdit>) -> usize {
    let columns = borders(&text[rule.clone()]);
    let is_row = |line: &Range<usize>| {
        let own = &text[line.clone()];
        has_outer_borders(own) && borders(own) == columns && !is_dashes(own)
    };
    let after = |line: &Range<usize>| (line.end < text.len()).then(|| line_at(text, line.end + 1));
    let mut last = rule;
    loop {
        let mut blanks = 0;
        let mut next = after(&last);
        while let Some(line) = next.clone().filter(|line| text[line.clone()].trim().is_empty()) {
            blanks += 1;
            next = after(&line).filter(|_| blanks < MAX_LINES);
        }
        let Some(row) = next.filter(is_row) else { return last.end };
        // The header of a further table is no row of this one.
        let is_header = after(&row).is_some_and(|line| is_dashes(&text[line]));
        if is_header {
            return last.end;
        }
        if blanks > 0 {
            edits.push(TextEdit::replace(last.end..row.start, "\n"));
        }
        last = row;
    }
}

/// Whether a line with borders at its ends separates a header from its rows.
fn is_dashes(line: &str) -> bool {
    let bare = line.trim();
    bare.contains('-') && bare.bytes().all(|byte| matches!(byte, b'-' | b'|' | b':' | b' '))
}

/// The number of borders between cells in a line.
fn borders(line: &str) -> usize {
    let bytes = line.as_bytes();
    memchr::memchr_iter(b'|', bytes).filter(|&at| at == 0 || bytes[at - 1] != b'\\').count()
}

/// A table that blank lines may break.
struct BrokenTable<'t> {
    text: &'t str,
    /// The number of borders between the cells of a row.
    borders: usize,
}

impl BrokenTable<'_> {
    /// Adds the edits for the rows around the line of dashes. Returns the byte after the table.
    fn join(&self, rule: Range<usize>, edits: &mut Vec<TextEdit>) -> usize {
        if let Some(header) = self.header_before(rule.start) {
            self.join_lines(&header, edits);
            let end = header.last().map_or(rule.start, |line| line.end);
            edits.push(TextEdit::replace(end..rule.start, "\n"));
        }
        let mut end = rule.start + self.text[rule.clone()].trim_end().len();
        while let Some(row) = self.row_after(end) {
            let (Some(first), Some(last)) = (row.first(), row.last()) else { break };
            if memchr::memchr_iter(b'\n', &self.text.as_bytes()[end..first.start]).count() > 1 {
                edits.push(TextEdit::replace(end..first.start, "\n"));
            }
            end = last.end;
            self.join_lines(&row, edits);
        }
        end
    }

    /// Adds the edits that put lines on one line.
    fn join_lines(&self, lines: &[Range<usize>], edits: &mut Vec<TextEdit>) {
        for pair in lines.windows(2) {
            edits.push(TextEdit::replace(pair[0].end..pair[1].start, " "));
        }
    }

    /// The lines of the header above a line of dashes, if blank lines break it. Each cell is one
    /// paragraph, and lines with nothing but a border are between them.
    fn header_before(&self, rule: usize) -> Option<Vec<Range<usize>>> {
        let mut lines: Vec<Range<usize>> = Vec::new();
        let mut end = rule.checked_sub(1)?;
        let mut found = 0;
        let mut is_inside = false;
        let mut is_blank = false;
        while found <= self.borders && lines.len() < MAX_LINES && rule - end < MAX_BYTES {
            let start = self.text[..end].rfind('\n').map_or(0, |end| end + 1);
            let line = &self.text[start..end];
            let bare = line.trim();
            if bare.is_empty() {
                is_blank = true;
                // A cell ends, and the first one ends the row.
                if is_inside && found == self.borders {
                    break;
                }
            } else if (lines.is_empty() && !is_blank)
                || begins_block(bare)
                || (borders(bare) > 0 && bare != "|")
            {
                return None;
            } else {
                is_inside = bare != "|";
                found += usize::from(!is_inside);
                let at = start + line.len() - line.trim_start().len();
                lines.push(at..at + bare.len());
            }
            let Some(before) = start.checked_sub(1) else { break };
            end = before;
        }
        lines.reverse();
        (found == self.borders && is_inside).then_some(lines)
    }

    /// The lines of the row after byte `end`, without white space at their ends.
    fn row_after(&self, end: usize) -> Option<Vec<Range<usize>>> {
        let mut lines: Vec<Range<usize>> = Vec::new();
        let mut found = 0;
        let mut at = end + self.text[end..].find('\n')? + 1;
        while at < self.text.len() && lines.len() < MAX_LINES && at - end < MAX_BYTES {
            let line = line_at(self.text, at);
            let own = &self.text[line.clone()];
            let bare = own.trim();
            at = line.end + 1;
            if bare.is_empty() {
                continue;
            }
            let list = bare.strip_prefix("* ").filter(|_| !lines.is_empty());
            let bare = list.map_or(bare, str::trim_start);
            if begins_block(bare) || is_rule(bare) && bare.contains('|') {
                return None;
            }
            let own_borders = borders(bare);
            found += own_borders;
            let start = line.start + own.trim_end().len() - bare.len();
            lines.push(start..start + bare.len());
            let is_end = own.ends_with("  ") || !own.ends_with(' ') && own_borders > 0;
            if found > self.borders || is_end {
                // Lines with more borders than the line of dashes are no row.
                let is_row = found == self.borders;
                return is_row.then_some(lines);
            }
        }
        None
    }
}

/// Whether a line begins a heading, an entry, a quotation, code or HTML.
fn begins_block(line: &str) -> bool {
    line.starts_with(['#', '>', '<', '`', '~'])
        || crate::section::markdown::mend::is_marked(line.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::section::markdown::mapped_text::MappedText;

    fn joined(text: &str) -> String {
        let mut edits = Vec::new();
        join_rows(text, &mut edits);
        MappedText::whole(text).edited(edits).text.into_owned()
    }

    #[test]
    fn cells_with_paragraphs_are_put_on_one_line() {
        assert_eq!(joined("A | B\n---|---\nx | y \n\nz  \n"), "A | B\n---|---\nx | y z  \n");
        assert_eq!(
            joined("A\n\n| \n\nB  \n  \n---|---  \n  \nC\n\n| \n\nD  \n  \n\nE"),
            "A | B\n---|---\nC | D  \n  \n\nE"
        );
        assert_eq!(
            joined("A | B  \n---|---  \nx \n\n  * y\n  * z\n\n| w  \n"),
            "A | B  \n---|---  \nx y z | w  \n"
        );
    }

    #[test]
    fn rows_with_borders_continue_over_blank_lines() {
        assert_eq!(
            joined("| a | b |\n|---|---|\n| c | d |\n\n| e | f |\n \n| g | h |\n\nEnd."),
            "| a | b |\n|---|---|\n| c | d |\n| e | f |\n| g | h |\n\nEnd."
        );
    }

    #[test]
    fn other_tables_and_text_stay() {
        for text in [
            "a | b\n---|---\nc | d\n\nStreet 1  \nTown",
            "| a | b |\n|---|---|\n| c | d |\n\ne  \n",
            "| a | b |\n|---|---|\n| c | d |\n\n| e | f |\n|---|---|\n| g | h |",
            "a | b\n---|---\nc | d \n\n# E  \n",
            "a\n\n---|---",
            "Text.\n\n|\n\nMore text.\n\na | b\n---|---\nc | d  \n",
        ] {
            assert_eq!(joined(text), text);
        }
    }
}
