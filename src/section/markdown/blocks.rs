//! Flattens the Markdown of a text into a list of blocks, in reading order.
//!
//! The grammar is CommonMark's, but policies are not written for it. So text that is indented by
//! four spaces, or that is between fences, is not code: it is read again as text. The text of raw
//! HTML is read again, too, and a link definition that no link uses remains text.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::html_tags;
use super::inline::{Renderer, StyledText, TextLine, one_line};
use super::mapped_text::MappedText;
use super::mend::mend;

/// How deep text inside text is read again, such as indented text in raw HTML in indented text.
/// Deeper text is kept as it is.
const MAX_REREADS: usize = 6;

/// What a block is, by its marks.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum BlockRole {
    /// A heading of this level: 1 to 6 for `# Title` and underlined titles. Headings without marks,
    /// which are found later, get deeper levels.
    Heading(u8),
    /// Running text.
    Text,
    /// The first text of a list entry.
    Entry,
    /// A table row with two or more filled cells. `header` is the header row of its table, unless
    /// this is the header row.
    Row { header: Option<String> },
}

/// A block that has words.
#[derive(Debug, Clone)]
pub(crate) struct MarkdownBlock {
    pub role: BlockRole,
    pub lines: Vec<TextLine>,
    /// The number of lists that the block is nested in.
    pub list_depth: usize,
    /// The list of an entry.
    pub list: Option<ListId>,
    /// The mark of an entry of an ordered list, as it is written: `3.`
    pub number: Option<String>,
    /// Whether the block is in a block quotation.
    pub is_quoted: bool,
}

/// The number of the first list of a text.
pub(crate) const FIRST_LIST: usize = 1;

/// Identifies the list of an entry within its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct ListId {
    /// Counts the lists of the text, from [`FIRST_LIST`].
    pub number: usize,
    /// The number of the first entry, if the entries are numbered.
    pub start: Option<u64>,
}

/// The blocks of `text`.
pub(crate) fn blocks(text: &str) -> Vec<MarkdownBlock> {
    let mut out = BlockList::default();
    read(&mend(&with_newlines(text)), &mut out, &OpenContainers::default(), 0);
    out.blocks
}

/// The text with `\n` at the end of each line. A carriage return alone ends a line of Markdown too,
/// but the parser does not see that everywhere.
fn with_newlines(text: &str) -> MappedText<'_> {
    if !text.contains('\r') {
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

/// The blocks that were read so far.
#[derive(Default)]
struct BlockList {
    blocks: Vec<MarkdownBlock>,
    /// The number of lists that were opened.
    lists: usize,
}

/// The lists and block quotations that are open around a block.
#[derive(Default, Clone)]
struct OpenContainers {
    lists: Vec<ListContainer>,
    quotes: usize,
}

#[derive(Clone)]
struct ListContainer {
    list: ListId,
    /// Whether the current entry has had no text yet.
    awaits_text: bool,
    /// The mark of the current entry, if the list is ordered and the entry has had no text yet.
    number: Option<String>,
}

impl BlockList {
    /// Adds a block. It becomes several blocks where borders of layout tables cut it.
    fn push(&mut self, role: BlockRole, lines: Vec<TextLine>, containers: &mut OpenContainers) {
        let mut rest = lines;
        let mut role = role;
        while !rest.is_empty() {
            let next =
                rest.iter().skip(1).position(|line| line.is_cut_off).map_or(rest.len(), |i| i + 1);
            let tail = rest.split_off(next);
            self.push_block(role, rest, containers);
            (role, rest) = (BlockRole::Text, tail);
        }
    }

    fn push_block(
        &mut self,
        role: BlockRole,
        lines: Vec<TextLine>,
        containers: &mut OpenContainers,
    ) {
        let list_depth = containers.lists.len();
        let is_quoted = containers.quotes > 0;
        let mut list = None;
        let mut role = role;
        let is_row = matches!(role, BlockRole::Row { .. });
        // An entry that begins with another list has the marks of both: `1. 2. 2024`.
        let numbers = containers.lists.iter_mut().filter_map(|list| list.number.take());
        let numbers: Vec<String> = numbers.collect();
        let number = (!is_row && !numbers.is_empty()).then(|| numbers.join(" "));
        if let Some(inner) = containers.lists.last_mut()
            && std::mem::take(&mut inner.awaits_text)
            && role == BlockRole::Text
        {
            role = BlockRole::Entry;
            list = Some(inner.list);
        }
        self.blocks.push(MarkdownBlock { role, lines, list_depth, list, number, is_quoted });
    }
}

/// Reads the blocks of a text that is inside `outer`. `depth` counts how often it is read again.
fn read(source: &MappedText<'_>, out: &mut BlockList, outer: &OpenContainers, depth: usize) {
    let mut reader = BlockReader {
        source,
        out,
        containers: outer.clone(),
        depth,
        open: None,
        table: TableReader::default(),
        raw: None,
    };
    for (event, range) in Parser::new_ext(&source.text, Options::ENABLE_TABLES).into_offset_iter() {
        reader.event(event, range);
    }
    reader.close();
}

/// Turns the events of the parser into blocks.
struct BlockReader<'s, 't, 'o> {
    source: &'s MappedText<'t>,
    out: &'o mut BlockList,
    containers: OpenContainers,
    depth: usize,
    /// The block whose inline events are being collected.
    open: Option<OpenBlock<'s, 't>>,
    table: TableReader,
    /// The code or raw HTML that is being collected.
    raw: Option<RawBlock>,
}

struct OpenBlock<'s, 't> {
    role: BlockRole,
    renderer: Renderer<'s, 't>,
}

/// Text that the parser takes for code or HTML.
struct RawBlock {
    text: MappedText<'static>,
    is_html: bool,
}

impl<'s, 't> BlockReader<'s, 't, '_> {
    fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        if let Some(raw) = &mut self.raw
            && let Event::Text(text) | Event::Html(text) = &event
        {
            if self.source.text.get(range.clone()) == Some(text.as_ref()) {
                raw.text.push_from(text, self.source, range.start);
            } else {
                raw.text.push(text, self.source.origin(range.start));
            }
            return;
        }
        match event {
            Event::Start(tag) => self.start(tag, range),
            Event::End(tag) => self.end(tag, range),
            Event::Rule => self.close(),
            inline => self.inline(inline, range),
        }
    }

    fn start(&mut self, tag: Tag<'_>, range: Range<usize>) {
        match tag {
            Tag::Heading { level, .. } => {
                self.close();
                self.begin(BlockRole::Heading(heading_level(level)));
            }
            Tag::Paragraph => {
                self.close();
                self.begin(BlockRole::Text);
            }
            Tag::List(start) => {
                self.close();
                let list = ListId { number: FIRST_LIST + self.out.lists, start };
                self.containers.lists.push(ListContainer {
                    list,
                    awaits_text: false,
                    number: None,
                });
                self.out.lists += 1;
            }
            Tag::Item => {
                let number = list_number(&self.source.text[range.start..]);
                if let Some(inner) = self.containers.lists.last_mut() {
                    inner.awaits_text = true;
                    inner.number = number.filter(|_| inner.list.start.is_some());
                }
            }
            Tag::BlockQuote(_) => {
                self.close();
                self.containers.quotes += 1;
            }
            Tag::CodeBlock(kind) => {
                self.close();
                self.raw = Some(RawBlock { text: self.fence_info(kind, range), is_html: false });
            }
            Tag::HtmlBlock => {
                self.close();
                self.raw = Some(RawBlock { text: MappedText::empty(), is_html: true });
            }
            Tag::Table(_) => {
                self.close();
                self.table = TableReader::default();
            }
            Tag::TableCell => {
                self.table.end = range.end;
                self.begin(BlockRole::Text);
            }
            inline => self.inline(Event::Start(inline), range),
        }
    }

    fn end(&mut self, tag: TagEnd, range: Range<usize>) {
        match tag {
            TagEnd::Heading(_) | TagEnd::Paragraph | TagEnd::Item => self.close(),
            TagEnd::List(_) => drop(self.containers.lists.pop()),
            TagEnd::BlockQuote(_) => {
                self.containers.quotes = self.containers.quotes.saturating_sub(1);
            }
            TagEnd::CodeBlock | TagEnd::HtmlBlock => {
                if let Some(raw) = self.raw.take() {
                    reread(&raw, self.out, &mut self.containers, self.depth);
                }
            }
            TagEnd::TableCell => {
                self.table.cells.extend(self.open.take().map(|open| open.renderer.finish()));
            }
            TagEnd::TableHead | TagEnd::TableRow => {
                self.table.add_excess(self.source, range.end);
                self.table.end_row(self.out, &mut self.containers);
            }
            inline => self.inline(Event::End(inline), range),
        }
    }

    /// Adds an inline event to the open block. A tight list entry has text without a paragraph
    /// around it, so this may open a block.
    fn inline(&mut self, event: Event<'_>, range: Range<usize>) {
        if self.open.is_none() {
            self.begin(BlockRole::Text);
        }
        if let Some(open) = &mut self.open {
            open.renderer.event(&event, range);
        }
    }

    fn begin(&mut self, role: BlockRole) {
        self.open = Some(OpenBlock { role, renderer: Renderer::new(self.source) });
    }

    fn close(&mut self) {
        if let Some(open) = self.open.take() {
            self.out.push(open.role, open.renderer.finish(), &mut self.containers);
        }
    }

    /// The words after an opening fence, which are text as well; empty for indented code.
    fn fence_info(&self, kind: CodeBlockKind<'_>, range: Range<usize>) -> MappedText<'static> {
        let mut text = MappedText::empty();
        if let CodeBlockKind::Fenced(_) = kind {
            let line = self.source.text[range.start..].lines().next().unwrap_or_default();
            let fence = line.trim_start();
            let info = fence.trim_start_matches(fence.chars().next().unwrap_or(' '));
            let at = range.start + line.len() - info.len();
            text.push_from(info, self.source, at);
            text.push("\n\n", self.source.origin(at));
        }
        text
    }
}

/// The number that an entry of an ordered list begins with, and the sign after it.
fn list_number(entry: &str) -> Option<String> {
    let entry = entry.trim_start();
    let digits = entry.bytes().take_while(u8::is_ascii_digit).count();
    let has_sign = digits > 0 && entry[digits..].starts_with(['.', ')']);
    has_sign.then(|| entry[..=digits].to_owned())
}

fn heading_level(level: HeadingLevel) -> u8 {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    }
}

/// Collects the cells of a table, row by row.
#[derive(Default)]
struct TableReader {
    cells: Vec<Vec<TextLine>>,
    /// The byte after the last cell.
    end: usize,
    header: Option<String>,
    has_header: bool,
}

impl TableReader {
    /// Adds the cells that a row has beyond the cells of its header, which the parser leaves out.
    /// They are between the last cell and byte `end` of `source`.
    fn add_excess(&mut self, source: &MappedText<'_>, end: usize) {
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
            self.cells.push(renderer.finish());
            at += cell.len() + 1;
        }
    }

    fn end_row(&mut self, out: &mut BlockList, containers: &mut OpenContainers) {
        let filled: Vec<Vec<TextLine>> =
            std::mem::take(&mut self.cells).into_iter().filter(|cell| !cell.is_empty()).collect();
        let is_header = !std::mem::replace(&mut self.has_header, true);
        if filled.len() < 2 {
            // The table is for layout only, and its lone cell is running text.
            return out.push(BlockRole::Text, filled.into_iter().flatten().collect(), containers);
        }
        let row = join_cells(filled);
        let role = BlockRole::Row { header: self.header.clone() };
        if is_header {
            self.header = Some(row.text());
        }
        out.push(role, vec![row], containers);
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
            row.links.append(&mut line.links);
        }
    }
    row
}

/// Reads text that the parser took for code or raw HTML again, as Markdown.
fn reread(raw: &RawBlock, out: &mut BlockList, containers: &mut OpenContainers, depth: usize) {
    if depth >= MAX_REREADS {
        return push_verbatim(&raw.text, out, containers);
    }
    let markdown = if raw.is_html { html_tags::strip(&raw.text) } else { dedent(&raw.text) };
    let before = out.blocks.len();
    read(&mend(&markdown), out, containers, depth + 1);
    if out.blocks.len() > before
        && let Some(inner) = containers.lists.last_mut()
    {
        inner.awaits_text = false;
    }
}

/// Adds a text as one block, as it is.
fn push_verbatim(source: &MappedText<'_>, out: &mut BlockList, containers: &mut OpenContainers) {
    let mut renderer = Renderer::new(source);
    let mut at = 0;
    for line in source.text.split_inclusive('\n') {
        let bare = line.trim_end_matches('\n');
        renderer.event(&Event::Text(bare.into()), at..at + bare.len());
        at += line.len();
        renderer.event(&Event::SoftBreak, at..at);
    }
    out.push(BlockRole::Text, renderer.finish(), containers);
}

/// The text without the white space at the starts of its lines.
fn dedent(source: &MappedText<'_>) -> MappedText<'static> {
    let mut out = MappedText::empty();
    let mut at = 0;
    for line in source.text.split_inclusive('\n') {
        let bare = line.trim_start_matches([' ', '\t']);
        out.push_from(bare, source, at + line.len() - bare.len());
        at += line.len();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roles(text: &str) -> Vec<(BlockRole, String)> {
        let blocks = blocks(text).into_iter();
        blocks
            .map(|block| {
                let lines: Vec<String> = block.lines.iter().map(TextLine::text).collect();
                (block.role, lines.join("/"))
            })
            .collect()
    }

    fn text(text: &str) -> (BlockRole, String) {
        (BlockRole::Text, text.to_owned())
    }

    #[test]
    fn code_and_html_are_text() {
        assert_eq!(roles("    indented **text**"), [text("indented text")]);
        assert_eq!(roles("```one two\n# three\n```").len(), 2);
        assert_eq!(roles("<div>a<br>b</div>"), [text("a/b")]);
    }

    #[test]
    fn the_first_text_of_an_entry_is_the_entry() {
        let blocks = blocks("1. a\n\n   b\n2. c");
        let roles: Vec<_> = blocks.iter().map(|block| (&block.role, block.list_depth)).collect();
        assert_eq!(roles, [(&BlockRole::Entry, 1), (&BlockRole::Text, 1), (&BlockRole::Entry, 1)]);
        assert_eq!(blocks[0].list, Some(ListId { number: FIRST_LIST, start: Some(1) }));
        assert_eq!(blocks[2].list, blocks[0].list);
    }

    #[test]
    fn rows_know_their_header_and_keep_excess_cells() {
        let found = roles("|a|b|\n|-|-|\n|c|d|e|\n|f| |");
        assert_eq!(found[0], (BlockRole::Row { header: None }, "a | b".to_owned()));
        let header = Some("a | b".to_owned());
        assert_eq!(found[1], (BlockRole::Row { header }, "c | d | e".to_owned()));
        assert_eq!(found[2], text("f"));
    }

    #[test]
    fn carriage_returns_end_lines() {
        assert_eq!(roles("# a\rb\r\n\r\nc").len(), 3);
    }
}
