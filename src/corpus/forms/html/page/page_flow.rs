//! Arranges the words of a page in blocks, and the blocks in lists, quotations and cells.
//!
//! Words that are shown apart from the text around them, or not at all, have a flow of their own.
//! Its blocks come after the block around them, so that they interrupt no sentence.

use super::page_blocks::{EntrySort, ListBlock, ListEntry, ListPart, PageBlock, TextBlock};
use super::page_table::{PageTable, TableCell};
use crate::corpus::forms::html::inline_text::{InlineText, is_bare_number};

/// The largest depth of lists and quotations, and of tables. Deeper ones become siblings. Real
/// pages have a depth of about five.
const MAX_DEPTH: usize = 16;

/// Something that contains blocks and is open.
#[derive(Debug)]
enum BlockContainer {
    Quote(Vec<PageBlock>),
    List(ListBlock),
    Entry(ListEntry),
    Table(PageTable),
    Cell(TableCell),
}

/// Words and blocks in the order of a page.
#[derive(Debug, Default)]
pub(in crate::corpus::forms::html) struct PageFlow {
    /// The blocks outside of all containers.
    blocks: Vec<PageBlock>,
    /// The open containers, from the outside in.
    containers: Vec<BlockContainer>,
    /// The words of the current block.
    pub text: InlineText,
    /// The level of the current block, if it is a heading.
    pub level: Option<u8>,
    /// Blocks that come after the current block.
    after: Vec<PageBlock>,
    /// The number of lists and quotations, and of tables, that are open around this flow.
    depth_around: usize,
    tables_around: usize,
}

impl PageFlow {
    /// A flow inside another one.
    pub fn inside(around: &Self) -> Self {
        let (depth_around, tables_around) = (around.depth(), around.tables());
        Self { depth_around, tables_around, ..Self::default() }
    }

    /// Ends the current block. Returns its level, if it was a heading.
    pub fn end_block(&mut self, is_furniture: bool) -> Option<u8> {
        let mut ended = None;
        if self.text.is_empty() {
            self.text = InlineText::default();
        } else {
            let markdown = self.text.take();
            ended = self.level.take();
            if !markdown.is_empty() {
                self.add(PageBlock::Text(TextBlock { markdown, level: ended, is_furniture }));
            }
        }
        for block in std::mem::take(&mut self.after) {
            self.add(block);
        }
        ended
    }

    /// Adds blocks of another flow: here, or after the current block if that has words already.
    pub fn add_apart(&mut self, blocks: Vec<PageBlock>) {
        if !self.text.is_empty() {
            self.after.extend(blocks);
            return;
        }
        for block in blocks {
            self.add(block);
        }
    }

    /// Opens a quotation. Returns `false` if it would be too deep.
    pub fn open_quote(&mut self) -> bool {
        let is_open = self.depth() < MAX_DEPTH;
        if is_open {
            self.containers.push(BlockContainer::Quote(Vec::new()));
        }
        is_open
    }

    /// Opens a list without entries. Returns `false` if it would be too deep.
    pub fn open_list(&mut self, list: ListBlock) -> bool {
        let is_open = self.depth() < MAX_DEPTH;
        if is_open {
            self.containers.push(BlockContainer::List(list));
        }
        is_open
    }

    /// Opens an entry of the innermost list. `value` is its number, if it has one of its own.
    /// Returns `false` if it would be too deep.
    pub fn open_entry(&mut self, sort: EntrySort, value: Option<u64>) -> bool {
        if !matches!(self.containers.last(), Some(BlockContainer::List(_))) {
            if self.depth() >= MAX_DEPTH {
                return false;
            }
            self.open_implied_list();
        }
        if let Some(BlockContainer::List(list)) = self.containers.last_mut()
            && list.parts.is_empty()
            && list.start.is_some()
        {
            list.start = value.or(list.start);
        }
        self.containers.push(BlockContainer::Entry(ListEntry { sort, value, blocks: Vec::new() }));
        true
    }

    /// Opens a table. `is_layout` says that it holds no data. Returns `false` if it would be too
    /// deep.
    pub fn open_table(&mut self, is_furniture: bool, is_layout: bool) -> bool {
        let is_open = self.tables() < MAX_DEPTH;
        if is_open {
            let table = PageTable { is_furniture, is_layout, ..PageTable::default() };
            self.containers.push(BlockContainer::Table(table));
        }
        is_open
    }

    /// Starts a row, if the innermost container is a table.
    pub fn start_row(&mut self) {
        if let Some(table) = self.table() {
            table.rows.push(Vec::new());
        }
    }

    /// Notes that the table has marked headers, if the innermost container is one.
    pub fn mark_header(&mut self) {
        if let Some(table) = self.table() {
            table.has_header = true;
        }
    }

    /// The innermost container, if it is a table.
    fn table(&mut self) -> Option<&mut PageTable> {
        match self.containers.last_mut() {
            Some(BlockContainer::Table(table)) => Some(table),
            _ => None,
        }
    }

    /// Opens a cell that spans this many columns and rows, if the innermost container is a table.
    pub fn open_cell(&mut self, colspan: usize, rowspan: usize) -> bool {
        let is_open = self.table().is_some();
        if is_open {
            let cell = TableCell { colspan, rowspan, blocks: Vec::new() };
            self.containers.push(BlockContainer::Cell(cell));
        }
        is_open
    }

    /// Closes the innermost container.
    pub fn close(&mut self) {
        let Some(closed) = self.containers.pop() else { return };
        match closed {
            BlockContainer::Quote(blocks) if blocks.is_empty() => {}
            BlockContainer::Quote(blocks) => self.add(PageBlock::Quote(blocks)),
            BlockContainer::List(list) => self.close_list(list),
            BlockContainer::Entry(entry) => self.close_entry(entry),
            BlockContainer::Table(table) => {
                table.into_blocks().into_iter().for_each(|block| self.add(block));
            }
            BlockContainer::Cell(cell) => {
                if let Some(table) = self.table() {
                    table.add_cell(cell);
                }
            }
        }
    }

    /// Closes all containers and returns the blocks.
    pub fn finish(mut self) -> Vec<PageBlock> {
        while !self.containers.is_empty() {
            self.close();
        }
        self.blocks
    }

    /// Opens a list for an entry that is in none, or goes on with the list of the entry before it.
    fn open_implied_list(&mut self) {
        let siblings = match self.containers.last_mut() {
            Some(
                BlockContainer::Quote(blocks)
                | BlockContainer::Entry(ListEntry { blocks, .. })
                | BlockContainer::Cell(TableCell { blocks, .. }),
            ) => Some(blocks),
            None => Some(&mut self.blocks),
            _ => None,
        };
        let before = siblings.and_then(|siblings| {
            siblings.pop_if(|block| matches!(block, PageBlock::List(list) if list.is_implied))
        });
        let list = match before {
            Some(PageBlock::List(list)) => list,
            _ => ListBlock { is_implied: true, ..ListBlock::default() },
        };
        self.containers.push(BlockContainer::List(list));
    }

    fn close_list(&mut self, list: ListBlock) {
        if list.parts.iter().any(|part| matches!(part, ListPart::Entry(_))) {
            return self.add(PageBlock::List(list));
        }
        // A list without entries only indents its text.
        for part in list.parts {
            if let ListPart::Loose(block) = part {
                self.add(block);
            }
        }
    }

    fn close_entry(&mut self, entry: ListEntry) {
        let Some(BlockContainer::List(list)) = self.containers.last_mut() else { return };
        if !entry.blocks.is_empty() {
            list.add_entry(entry);
        }
        if list.is_implied {
            self.close();
        }
    }

    /// Adds a block to the innermost container.
    fn add(&mut self, block: PageBlock) {
        match self.containers.last_mut() {
            None => self.blocks.push(block),
            Some(
                BlockContainer::Quote(blocks) | BlockContainer::Cell(TableCell { blocks, .. }),
            ) => {
                blocks.push(block);
            }
            Some(BlockContainer::List(list)) => list.add_loose(block),
            Some(BlockContainer::Entry(entry)) => add_to_entry(&mut entry.blocks, block),
            Some(BlockContainer::Table(table)) => table.before.push(block),
        }
    }

    /// The number of open tables, also around this flow.
    fn tables(&self) -> usize {
        let tables = self.containers.iter();
        self.tables_around + tables.filter(|open| matches!(open, BlockContainer::Table(_))).count()
    }

    /// The number of open lists and quotations, also around this flow.
    fn depth(&self) -> usize {
        let nests = |open: &&BlockContainer| {
            matches!(open, BlockContainer::Quote(_) | BlockContainer::List(_))
        };
        self.depth_around + self.containers.iter().filter(nests).count()
    }
}

/// Adds a block to an entry. A number that is alone in the first block is the number of the next.
fn add_to_entry(blocks: &mut Vec<PageBlock>, block: PageBlock) {
    match (blocks.as_mut_slice(), block) {
        ([PageBlock::Text(number)], PageBlock::Text(text))
            if text.level.is_none() && is_bare_number(&number.markdown) =>
        {
            number.markdown.push(' ');
            number.markdown.push_str(&text.markdown);
        }
        (_, block) => blocks.push(block),
    }
}
