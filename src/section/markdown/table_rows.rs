//! Collects the rows of a table, and tells tables of data from tables for layout.

use std::sync::Arc;

use pulldown_cmark::Parser;

use super::inline::{Renderer, StyledText, TextLine, one_line};
use super::mapped_text::MappedText;

/// The size of the longest lead-in and header row, in bytes. They are stored with each item or row,
/// and a longer text introduces none.
pub(crate) const MAX_LEAD_IN: usize = 4000;

/// The rows of a table that were read so far.
#[derive(Default)]
pub(super) struct TableRows {
    rows: Vec<TableRow>,
    /// The cells of the row that is being read.
    cells: Vec<MarkdownCell>,
    /// The byte after the last cell.
    pub end: usize,
}

/// A row of a table.
struct TableRow {
    /// The cells with words.
    cells: Vec<Vec<TextLine>>,
    /// The number of cells with words or a picture.
    filled: usize,
}

/// The text of a row.
pub(super) enum RowText {
    /// A row, with the header row of its table unless it is that row.
    Row { header: Option<Arc<str>>, lines: Vec<TextLine> },
    /// A lone cell, which is running text.
    Running(Vec<TextLine>),
}

struct MarkdownCell {
    lines: Vec<TextLine>,
    has_image: bool,
}

impl TableRows {
    /// Adds a cell to the row.
    pub fn add_cell(&mut self, cell: Renderer<'_, '_>) {
        let has_image = cell.has_image;
        self.cells.push(MarkdownCell { lines: cell.finish(), has_image });
    }

    /// Adds the cells that a row has beyond the cells of its header, which the parser leaves out.
    /// They are between the last cell and byte `end` of `source`.
    pub fn add_excess(&mut self, source: &MappedText<'_>, end: usize) {
        let Some(excess) =
            source.text.get(self.end..end).filter(|excess| crate::token::has_token(excess))
        else {
            return;
        };
        let mut at = self.end;
        for cell in excess.split('|') {
            let inner = one_line(cell, source, at);
            let mut renderer = Renderer::new(&inner);
            for (event, range) in Parser::new(&inner.text).into_offset_iter() {
                renderer.event(&event, range);
            }
            self.add_cell(renderer);
            at += cell.len() + 1;
        }
    }

    /// Ends the row.
    pub fn end_row(&mut self) {
        let mut row = TableRow { cells: Vec::new(), filled: 0 };
        for cell in self.cells.drain(..) {
            row.filled += usize::from(cell.has_image || !cell.lines.is_empty());
            row.cells.extend(Some(cell.lines).filter(|lines| !lines.is_empty()));
        }
        self.rows.push(row);
    }

    /// The texts of the rows.
    ///
    /// A table is for layout if it has a single row with several filled cells, or none. A lone cell
    /// of such a table is running text, and so is a lone cell in place of the header.
    pub fn finish(self) -> Vec<RowText> {
        let full = self.rows.iter().filter(|row| row.filled > 1).count();
        let is_data = full > 1 && 2 * full >= self.rows.len();
        // A lone cell above a whole table is its title, and the header is below.
        let is_titled = full > 2 && full + 1 == self.rows.len() && self.rows[0].cells.len() == 1;
        let mut header = None;
        let mut out = Vec::with_capacity(self.rows.len());
        for (i, row) in self.rows.into_iter().enumerate() {
            if row.cells.len() < 2 && (i == 0 || !is_data) {
                out.push(RowText::Running(row.cells.into_iter().flatten().collect()));
            } else if !row.cells.is_empty() {
                let line = join_cells(row.cells);
                let is_header = i == usize::from(is_titled);
                let own = if is_header { Some(line.text()) } else { None };
                let own = own.filter(|own| own.len() <= MAX_LEAD_IN).map(Arc::from);
                out.push(RowText::Row { header: header.clone(), lines: vec![line] });
                header = header.or(own);
            }
        }
        out
    }
}

/// The cells of a row as one line, with ` | ` between them.
fn join_cells(cells: Vec<Vec<TextLine>>) -> TextLine {
    let mut row = TextLine::default();
    for cell in cells {
        for (i, mut line) in cell.into_iter().enumerate() {
            if !row.texts.is_empty() {
                let between = if i == 0 { " | " } else { " " };
                row.texts.push(StyledText::plain(between, line.start()));
            }
            row.texts.append(&mut line.texts);
            row.linked_letters += line.linked_letters;
            row.anchored_letters += line.anchored_letters;
            row.links.append(&mut line.links);
        }
    }
    row
}
