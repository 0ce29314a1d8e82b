//! Tells tables that hold data from tables that only lay out a page.
//!
//! A data table is written as rows, and a layout table as the blocks in its cells.

use std::ops::Range;

/// The largest cell of a data table, in bytes. The cells of a layout table hold whole pages.
const MAX_CELL_BYTES: usize = 1000;

/// The largest number of columns of a data table. Calendars and layouts have more, policies do not.
const MAX_COLUMNS: usize = 32;

/// The largest size of a data table in Markdown, in bytes. The converter pads each cell to the
/// widest of its column, so one wide cell in many rows would fill memory.
const MAX_PADDED_BYTES: usize = 8 << 20;

/// The tags that begin or end a block in clean HTML. Inside a cell of a row they become spaces.
const BLOCK_TAGS: [&str; 10] = [
    "<p>",
    "<br>",
    "<ul>",
    "</ul>",
    "<ol>",
    "</ol>",
    "<li>",
    "</li>",
    "<blockquote>",
    "</blockquote>",
];

/// A cell of a table.
#[derive(Debug)]
pub(super) struct TableCell {
    is_header: bool,
    /// The bytes of the cell in the output.
    range: Range<usize>,
}

/// A table while it is read. It is written as the blocks in its cells first. If it turns out to
/// hold data, rows replace the blocks.
#[derive(Debug)]
pub(super) struct PageTable {
    /// The byte of the output at which it begins.
    pub start: usize,
    /// How many lists, quotations and entries are open around it.
    pub nested: usize,
    /// Whether a cell contains a table.
    pub has_table: bool,
    /// Whether a cell contains headings, lists or quotations.
    pub has_blocks: bool,
    /// The rows and their cells so far.
    pub rows: Vec<Vec<TableCell>>,
    is_in_cell: bool,
}

impl PageTable {
    /// Starts a table at this byte of the output, with this many open tags around it.
    pub fn new(start: usize, nested: usize) -> Self {
        Self {
            start,
            nested,
            has_table: false,
            has_blocks: false,
            rows: Vec::new(),
            is_in_cell: false,
        }
    }

    /// Starts a cell at this byte of the output.
    pub fn start_cell(&mut self, is_header: bool, start: usize) {
        if self.rows.is_empty() {
            self.rows.push(Vec::new());
        }
        if let Some(row) = self.rows.last_mut() {
            row.push(TableCell { is_header, range: start..start });
            self.is_in_cell = true;
        }
    }

    /// Ends the open cell, if there is one, at this byte of the output.
    pub fn end_cell(&mut self, end: usize) {
        let cell = self.rows.last_mut().and_then(|row| row.last_mut());
        if let Some(cell) = cell.filter(|_| self.is_in_cell) {
            cell.range.end = end;
        }
        self.is_in_cell = false;
    }

    /// Returns the table as rows of equal length, with the first row as header. Returns `None` if
    /// the table does not hold data.
    pub fn to_html(&self, out: &str) -> Option<String> {
        let mut rows: Vec<Vec<String>> = self.rows.iter().map(|row| texts(row, out)).collect();
        rows.retain(|row| row.iter().any(|cell| !cell.is_empty()));
        let columns = rows.iter().map(Vec::len).max()?;
        if !self.holds_data(&rows, columns, out) {
            return None;
        }
        let mut html = String::from("<table>");
        for (number, row) in rows.iter().enumerate() {
            let (before, after, cell) = match number {
                0 => ("<thead><tr>", "</tr></thead><tbody>", "th"),
                _ => ("<tr>", "</tr>", "td"),
            };
            html.push_str(before);
            for text in row.iter().map(String::as_str).chain(std::iter::repeat("")).take(columns) {
                html.push_str(&format!("<{cell}>{text}</{cell}>"));
            }
            html.push_str(after);
        }
        html.push_str("</tbody></table>");
        Some(html)
    }

    /// Whether the table holds data: it is small and regular, and has no words outside its cells.
    fn holds_data(&self, rows: &[Vec<String>], columns: usize, out: &str) -> bool {
        let has_header = self.rows.iter().flatten().any(|cell| cell.is_header);
        let is_flat = !self.has_table
            && (has_header || !self.has_blocks)
            && !out[self.start..].contains("<h");
        let is_short = rows.iter().flatten().all(|cell| cell.len() <= MAX_CELL_BYTES);
        let padded =
            rows.len().saturating_mul(columns).saturating_mul(MAX_CELL_BYTES.min(self.widest(out)));
        is_flat
            && is_short
            && rows.len() > 1
            && (2..=MAX_COLUMNS).contains(&columns)
            && padded <= MAX_PADDED_BYTES
            && self.has_no_other_words(out)
    }

    /// The size of the widest cell in the output, in bytes; 0 if there are no cells.
    fn widest(&self, out: &str) -> usize {
        self.rows.iter().flatten().map(|cell| out[cell.range.clone()].len()).max().unwrap_or(0)
    }

    /// Whether there are no words outside the cells. A caption, or text that the author put between
    /// cells, would be lost in rows.
    fn has_no_other_words(&self, out: &str) -> bool {
        let mut end = self.start;
        for cell in self.rows.iter().flatten() {
            if !is_blank(&out[end..cell.range.start]) {
                return false;
            }
            end = cell.range.end;
        }
        is_blank(&out[end..])
    }
}

/// The cells of a row as HTML without blocks.
fn texts(row: &[TableCell], out: &str) -> Vec<String> {
    row.iter().map(|cell| flat(&out[cell.range.clone()])).collect()
}

/// A cell as HTML without blocks.
fn flat(html: &str) -> String {
    let flat = BLOCK_TAGS.iter().fold(html.to_owned(), |html, tag| html.replace(tag, " "));
    flat.trim().to_owned()
}

/// Whether the HTML has no words.
fn is_blank(html: &str) -> bool {
    flat(html).is_empty()
}
