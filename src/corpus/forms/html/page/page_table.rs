//! Tells tables that hold data from tables that only lay out a page.
//!
//! A data table becomes rows, and a layout table becomes the blocks in its cells.

use super::page_blocks::{DataTable, ListPart, PageBlock, TextBlock};
use crate::corpus::forms::html::inline_text::is_bare_number;

/// The largest number of columns of a data table. Calendars and layouts have more, policies do not.
const MAX_COLUMNS: usize = 32;

/// The largest cell of a table without marked headers, in bytes. Layouts have whole pages in cells.
const MAX_CELL_BYTES: usize = 5000;

/// The largest cell of a first row that can be a header without being marked as one, in bytes.
const MAX_HEADER_BYTES: usize = 100;

/// The number of paragraphs, and their size, from which a cell lays out a text.
const MAX_PARAGRAPHS: usize = 3;
const MAX_PARAGRAPHS_BYTES: usize = 1000;

/// The largest number of headings in a cell of a table with marked headers.
const MAX_HEADINGS: usize = 2;

/// The largest text that is repeated in the rows over which its cell spans, and the largest sum of
/// these repetitions in a table, in bytes.
const MAX_REPEATED_BYTES: usize = 1000;
const MAX_REPEATED_SUM: usize = 1 << 20;

/// The largest number of rows over which a cell spans in HTML.
const MAX_ROWSPAN: usize = 65_534;

/// A cell of a table.
#[derive(Debug, Default)]
pub(in crate::corpus::forms::html) struct TableCell {
    /// How many columns and rows it spans.
    pub colspan: usize,
    pub rowspan: usize,
    /// Its blocks.
    pub blocks: Vec<PageBlock>,
}

/// A table while it is read.
#[derive(Debug, Default)]
pub(in crate::corpus::forms::html) struct PageTable {
    /// Whether it is furniture as a whole.
    pub is_furniture: bool,
    /// Whether its role says that it lays out the page.
    pub is_layout: bool,
    /// Whether a row or cell is marked as a header.
    pub has_header: bool,
    /// The caption, and text outside of cells. A browser shows both before the table.
    pub before: Vec<PageBlock>,
    /// The rows and their cells so far.
    pub rows: Vec<Vec<TableCell>>,
}

/// A cell as one line, and the facts by which layouts are recognised.
#[derive(Default)]
struct FlatCell {
    markdown: String,
    headings: usize,
    paragraphs: usize,
    has_table: bool,
}

impl PageTable {
    /// Adds a cell to the last row.
    pub fn add_cell(&mut self, cell: TableCell) {
        match self.rows.last_mut() {
            Some(row) => row.push(cell),
            None => self.rows.push(vec![cell]),
        }
    }

    /// The blocks that the table becomes.
    pub fn into_blocks(mut self) -> Vec<PageBlock> {
        let mut out = std::mem::take(&mut self.before);
        match self.grid() {
            Some(mut rows) => {
                let is_furniture = self.is_furniture;
                out.extend(self.title(&mut rows));
                out.push(PageBlock::Table(DataTable { rows, is_furniture }));
                let blocks = self.rows.into_iter().flatten().flat_map(|cell| cell.blocks);
                out.extend(blocks.filter(|block| !is_furniture && is_all_furniture(block)));
            }
            None => out.extend(self.rows.into_iter().flat_map(laid_out)),
        }
        out
    }

    /// A cell as one line. Furniture in a table that is none, such as a hidden cell, is left out.
    fn flat(&self, cell: &TableCell) -> FlatCell {
        let mut flat = FlatCell::default();
        for block in cell.blocks.iter().filter(|b| self.is_furniture || !is_all_furniture(b)) {
            flat.add_block(block, true);
        }
        flat
    }

    /// Takes the first row out of `rows` if its only cell spans the columns of the header below it.
    /// It is the title of the table.
    fn title(&self, rows: &mut Vec<Vec<String>>) -> Option<PageBlock> {
        let spans = |row: &Vec<TableCell>| row.len() == 1 && row[0].colspan > 1;
        let [first, second, _, ..] = rows.as_slice() else { return None };
        let is_title = self.rows.first().is_some_and(spans)
            && !first[0].is_empty()
            && is_header(second)
            && second.iter().all(|cell| !cell.is_empty());
        let markdown = is_title.then(|| rows.remove(0).swap_remove(0))?;
        let is_furniture = self.is_furniture;
        Some(PageBlock::Text(TextBlock { markdown, level: None, is_furniture }))
    }

    /// The rows of a data table, all of equal length; `None` if the table does not hold data.
    fn grid(&self) -> Option<Vec<Vec<String>>> {
        let mut flat: Vec<Vec<FlatCell>> =
            self.rows.iter().map(|row| row.iter().map(|cell| self.flat(cell)).collect()).collect();
        if self.is_layout || flat.iter().flatten().any(|cell| cell.has_table) {
            return None;
        }
        let lays_out = if self.has_header { FlatCell::lays_out_much } else { FlatCell::lays_out };
        if flat.iter().flatten().any(lays_out) {
            return None;
        }
        let mut grid = CellGrid::default();
        for (row, flat) in self.rows.iter().zip(&mut flat) {
            grid.add_row(row, flat)?;
        }
        let mut rows = grid.rows;
        rows.retain(|row| row.iter().any(|cell| !cell.is_empty()));
        let columns = rows.iter().map(Vec::len).max()?;
        let is_regular = rows.iter().all(|row| row.len() == columns || row.len() == 1);
        let has_head = self.has_header || is_regular && is_header(&rows[0]);
        if rows.len() < 2 || !(2..=MAX_COLUMNS).contains(&columns) || !has_head {
            return None;
        }
        rows.iter_mut().for_each(|row| row.resize(columns, String::new()));
        Some(rows)
    }
}

/// The rows of a table with a text in each field.
#[derive(Default)]
struct CellGrid {
    rows: Vec<Vec<String>>,
    /// For each column, the cell from above that spans the next rows.
    spanning: Vec<Option<SpanningCell>>,
    /// The size of the texts that were repeated, in bytes.
    repeated: usize,
}

/// A cell that spans the next rows.
struct SpanningCell {
    rows: usize,
    markdown: String,
}

impl CellGrid {
    /// Adds a row. Returns `None` if it has too many columns.
    fn add_row(&mut self, cells: &[TableCell], flat: &mut [FlatCell]) -> Option<()> {
        let mut row: Vec<String> = Vec::with_capacity(cells.len());
        for (cell, flat) in cells.iter().zip(flat) {
            self.fill_spanned(&mut row);
            let markdown = std::mem::take(&mut flat.markdown);
            let rows = cell.rowspan.clamp(1, MAX_ROWSPAN) - 1;
            for column in 0..cell.colspan.clamp(1, MAX_COLUMNS + 1) {
                self.spanning.resize_with(self.spanning.len().max(row.len() + 1), || None);
                if rows > 0 {
                    let text = if column == 0 && markdown.len() <= MAX_REPEATED_BYTES {
                        markdown.clone()
                    } else {
                        String::new()
                    };
                    self.spanning[row.len()] = Some(SpanningCell { rows, markdown: text });
                }
                row.push(String::new());
            }
            let first = row.len() - cell.colspan.clamp(1, MAX_COLUMNS + 1);
            row[first] = markdown;
            if row.len() > MAX_COLUMNS {
                return None;
            }
        }
        self.fill_spanned(&mut row);
        self.rows.push(row);
        Some(())
    }

    /// Fills the next fields of a row from the cells above that span them.
    fn fill_spanned(&mut self, row: &mut Vec<String>) {
        while let Some(Some(cell)) = self.spanning.get_mut(row.len()) {
            let is_short = self.repeated + cell.markdown.len() <= MAX_REPEATED_SUM;
            let markdown = if is_short { cell.markdown.clone() } else { String::new() };
            self.repeated += markdown.len();
            cell.rows -= 1;
            if cell.rows == 0 {
                self.spanning[row.len()] = None;
            }
            row.push(markdown);
        }
    }
}

/// Whether a first row can be a header: at least two of its cells have words, and all are short.
fn is_header(row: &[String]) -> bool {
    let filled = row.iter().filter(|cell| !cell.is_empty()).count();
    filled >= 2 && row.iter().all(|cell| cell.len() <= MAX_HEADER_BYTES)
}

impl FlatCell {
    fn add_block(&mut self, block: &PageBlock, is_outside_lists: bool) {
        match block {
            PageBlock::Text(TextBlock { markdown, level, .. }) => {
                self.headings += usize::from(level.is_some());
                self.paragraphs += usize::from(level.is_none() && is_outside_lists);
                self.add_lines(markdown);
            }
            PageBlock::Quote(inner) => {
                inner.iter().for_each(|block| self.add_block(block, is_outside_lists));
            }
            PageBlock::List(list) => {
                let blocks = list.parts.iter().flat_map(ListPart::blocks);
                blocks.for_each(|block| self.add_block(block, false));
            }
            PageBlock::Table(_) => self.has_table = true,
        }
    }

    fn add_lines(&mut self, markdown: &str) {
        for line in markdown.split('\n') {
            if !self.markdown.is_empty() {
                self.markdown.push_str("<br>");
            }
            self.markdown.push_str(line);
        }
    }

    /// Whether a table with this cell lays out a page, unless it has marked headers.
    fn lays_out(&self) -> bool {
        let bytes = self.markdown.len();
        self.headings > 1
            || bytes > MAX_CELL_BYTES
            || self.paragraphs > MAX_PARAGRAPHS && bytes > MAX_PARAGRAPHS_BYTES
    }

    /// The same for a table with marked headers.
    fn lays_out_much(&self) -> bool {
        self.headings > MAX_HEADINGS
    }
}

/// Whether a block is furniture as a whole.
fn is_all_furniture(block: &PageBlock) -> bool {
    match block {
        PageBlock::Text(text) => text.is_furniture,
        PageBlock::Table(table) => table.is_furniture,
        PageBlock::Quote(blocks) => blocks.iter().all(is_all_furniture),
        PageBlock::List(list) => list.parts.iter().flat_map(ListPart::blocks).all(is_all_furniture),
    }
}

/// The blocks in the cells of a row that lays out a page. A cell with nothing but a number is the
/// number of the next cell's text.
fn laid_out(row: Vec<TableCell>) -> Vec<PageBlock> {
    let mut out: Vec<PageBlock> = Vec::new();
    for cell in row {
        let mut blocks = cell.blocks.into_iter();
        if let Some(PageBlock::Text(number)) = out.last()
            && is_bare_number(&number.markdown)
            && let Some(PageBlock::Text(first)) = blocks.as_slice().first()
        {
            let markdown = format!("{} {}", number.markdown, first.markdown);
            let joined = TextBlock { markdown, ..first.clone() };
            blocks.next();
            out.pop();
            out.push(PageBlock::Text(joined));
        }
        out.extend(blocks);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(markdown: &str) -> TableCell {
        let text = TextBlock { markdown: markdown.to_owned(), level: None, is_furniture: false };
        let blocks = if markdown.is_empty() { Vec::new() } else { vec![PageBlock::Text(text)] };
        TableCell { colspan: 1, rowspan: 1, blocks }
    }

    fn table(rows: &[&[&str]]) -> PageTable {
        let rows = rows.iter().map(|row| row.iter().map(|text| cell(text)).collect()).collect();
        PageTable { rows, ..PageTable::default() }
    }

    fn rows(table: PageTable) -> Vec<String> {
        let blocks = table.into_blocks().into_iter();
        let shown = blocks.flat_map(|block| match block {
            PageBlock::Table(table) => table.rows.iter().map(|row| row.join("|")).collect(),
            PageBlock::Text(text) => vec![text.markdown],
            other => panic!("{other:?}"),
        });
        shown.collect()
    }

    #[test]
    fn cells_fill_the_rows_that_they_span() {
        let mut data = table(&[&["Data", "Why", "Who"], &["Name", "Ads", "Us"], &["Maps", "Them"]]);
        data.rows[1][0].rowspan = 2;
        assert_eq!(rows(data), ["Data|Why|Who", "Name|Ads|Us", "Name|Maps|Them"]);
        let mut data = table(&[&["Data", "Why"], &["All of it"], &["Name", "Ads"]]);
        data.rows[1][0].colspan = 2;
        assert_eq!(rows(data), ["Data|Why", "All of it|", "Name|Ads"]);
        let mut data = table(&[&["Our data"], &["Data", "Why"], &["Name", "Ads"]]);
        data.rows[0][0].colspan = 2;
        data.has_header = true;
        assert_eq!(rows(data), ["Our data", "Data|Why", "Name|Ads"]);
    }

    #[test]
    fn layouts_are_no_rows() {
        assert_eq!(rows(table(&[&["1.", "We sell."], &["2.", "We rent."]])).len(), 2);
        let long = "We sell it. ".repeat(20);
        let layout = table(&[&["1.", &long], &["2.", &long]]);
        assert_eq!(rows(layout)[0], format!("1. {long}"));
        assert_eq!(rows(table(&[&["a", "b"]])), ["a", "b"]);
        assert_eq!(rows(table(&[&["a"], &["b"]])), ["a", "b"]);
        assert_eq!(rows(table(&[&["a", "b"], &["c", "d", "e"]])).len(), 5);
    }

    #[test]
    fn spans_do_not_fill_memory() {
        let mut data = table(&[&["a", "b"]]);
        data.rows.push(vec![cell(&"x".repeat(900)), cell("y")]);
        data.rows[1][0].rowspan = usize::MAX;
        data.rows.extend((0..100_000).map(|_| vec![cell("z")]));
        let sum: usize = rows(data).iter().map(String::len).sum();
        assert!(sum < 2 * MAX_REPEATED_SUM, "{sum}");
    }
}
