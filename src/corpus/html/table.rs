//! Tables: those that hold data, and those that only lay out a page.

use std::ops::Range;

/// A cell of a data table is short; what lays out a page holds its text.
const MAX_CELL: usize = 1000;

/// More columns have calendars and layouts, not policies.
const MAX_COLUMNS: usize = 32;

/// The converter pads every cell of a column to the widest: rows by their width, in bytes.
const MAX_PADDED: usize = 8 << 20;

/// What begins or ends a block in clean HTML; inside a cell of a row it is white space.
const BLOCKS: [&str; 10] = [
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

#[derive(Debug)]
pub(super) struct Cell {
    is_header: bool,
    /// Where it stands in what was written.
    range: Range<usize>,
}

/// A table while it is read. It is written as the blocks of its cells, and again as rows if it turns out to hold data.
#[derive(Debug)]
pub(super) struct Table {
    /// Where it begins in what was written.
    pub start: usize,
    /// How many tags were open around it.
    pub nested: usize,
    pub has_table: bool,
    /// Whether a cell has headings, lists or quotations.
    pub has_blocks: bool,
    pub rows: Vec<Vec<Cell>>,
    is_in_cell: bool,
}

impl Table {
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

    pub fn start_cell(&mut self, is_header: bool, start: usize) {
        if self.rows.is_empty() {
            self.rows.push(Vec::new());
        }
        if let Some(row) = self.rows.last_mut() {
            row.push(Cell { is_header, range: start..start });
            self.is_in_cell = true;
        }
    }

    pub fn end_cell(&mut self, end: usize) {
        let cell = self.rows.last_mut().and_then(|row| row.last_mut());
        if let Some(cell) = cell.filter(|_| self.is_in_cell) {
            cell.range.end = end;
        }
        self.is_in_cell = false;
    }

    /// The table as rows of one length, the first as header, if it holds data and nothing but its cells has words.
    pub fn to_html(&self, out: &str) -> Option<String> {
        let rows: Vec<Vec<String>> = self.rows.iter().map(|row| texts(row, out)).collect();
        let rows: Vec<Vec<String>> =
            rows.into_iter().filter(|row| row.iter().any(|cell| !cell.is_empty())).collect();
        let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
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

    fn holds_data(&self, rows: &[Vec<String>], columns: usize, out: &str) -> bool {
        let has_header = self.rows.iter().flatten().any(|cell| cell.is_header);
        let is_flat = !self.has_table
            && (has_header || !self.has_blocks)
            && !out[self.start..].contains("<h");
        let is_short = rows.iter().flatten().all(|cell| cell.len() <= MAX_CELL);
        let padded =
            rows.len().saturating_mul(columns).saturating_mul(MAX_CELL.min(self.widest(out)));
        is_flat
            && is_short
            && rows.len() > 1
            && (2..=MAX_COLUMNS).contains(&columns)
            && padded <= MAX_PADDED
            && self.has_no_other_words(out)
    }

    fn widest(&self, out: &str) -> usize {
        self.rows.iter().flatten().map(|cell| out[cell.range.clone()].len()).max().unwrap_or(0)
    }

    /// A caption, or text that the author put between the cells, would be lost.
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

fn texts(row: &[Cell], out: &str) -> Vec<String> {
    row.iter().map(|cell| flat(&out[cell.range.clone()])).collect()
}

/// A cell without blocks.
fn flat(html: &str) -> String {
    let flat = BLOCKS.iter().fold(html.to_owned(), |html, tag| html.replace(tag, " "));
    flat.trim().to_owned()
}

fn is_blank(html: &str) -> bool {
    flat(html).is_empty()
}
