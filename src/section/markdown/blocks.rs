//! Flattens the Markdown of a text into a list of blocks, in reading order.
//!
//! The grammar is CommonMark's, but policies are not written for it. So text that is indented by
//! four spaces, or that is between fences, is not code: it is read again as text. The text of raw
//! HTML is read again, too, and a link definition that no link uses remains text.

use std::ops::Range;
use std::sync::Arc;

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::html_tags;
use super::inline::{Renderer, TextLine};
use super::mapped_text::{MappedText, TextEdit};
use super::mend::mend;
use super::prepare::FurnitureEdge;
use super::table_rows::{RowText, TableRows};

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
    /// A row of a table. `header` is the header row of its table, unless this is the header row.
    Row { header: Option<Arc<str>> },
    /// A border of furniture. It has no words.
    Furniture(FurnitureEdge),
}

/// A block that has words, or a border of furniture.
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
    /// Whether the block is the term of a list of definitions.
    pub is_term: bool,
    /// Whether a blank line separates the entry from the entry before it.
    pub is_after_blank: bool,
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

/// What the tag of an entry says of a term.
const TERM: &str = "dt";

/// The blocks of a text that was prepared.
pub(crate) fn blocks(text: &MappedText<'_>) -> Vec<MarkdownBlock> {
    let mut out = BlockList::default();
    read(&mend(text), &mut out, &OpenContainers::default(), 0);
    out.blocks
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
    /// Whether a blank line separates the current entry from the entry before it.
    is_after_blank: bool,
    has_entry: bool,
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
        let mut is_after_blank = false;
        let mut role = role;
        let is_row = matches!(role, BlockRole::Row { .. });
        // An entry that begins with another list has the marks of both: `1. 2. 2024`.
        let numbers = containers.lists.iter_mut().filter_map(|list| list.number.take());
        let numbers: Vec<String> = numbers.collect();
        let number = (!is_row && !numbers.is_empty()).then(|| numbers.join(" "));
        if let Some(inner) = containers.lists.last_mut()
            && std::mem::take(&mut inner.awaits_text)
        {
            if role == BlockRole::Text {
                role = BlockRole::Entry;
                is_after_blank = inner.is_after_blank;
            }
            list = matches!(role, BlockRole::Entry | BlockRole::Heading(_)).then_some(inner.list);
        }
        self.blocks.push(MarkdownBlock {
            role,
            lines,
            list_depth,
            list,
            number,
            is_term: false,
            is_after_blank,
            is_quoted,
        });
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
        table: TableRows::default(),
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
    table: TableRows,
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
    kind: RawKind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum RawKind {
    IndentedCode,
    FencedCode,
    Html,
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
                    is_after_blank: false,
                    has_entry: false,
                });
                self.out.lists += 1;
            }
            Tag::Item => {
                let number = list_number(&self.source.text[range.start..]);
                if let Some(inner) = self.containers.lists.last_mut() {
                    inner.awaits_text = true;
                    inner.number = number.filter(|_| inner.list.start.is_some());
                    inner.is_after_blank = std::mem::replace(&mut inner.has_entry, true)
                        && is_after_blank(&self.source.text[..range.start]);
                }
            }
            Tag::BlockQuote(_) => {
                self.close();
                self.containers.quotes += 1;
            }
            Tag::CodeBlock(kind) => {
                self.close();
                let raw = match kind {
                    CodeBlockKind::Indented => RawKind::IndentedCode,
                    CodeBlockKind::Fenced(_) => RawKind::FencedCode,
                };
                self.raw = Some(RawBlock { text: self.fence_info(kind, range), kind: raw });
            }
            Tag::HtmlBlock => {
                self.close();
                self.raw = Some(RawBlock { text: MappedText::empty(), kind: RawKind::Html });
            }
            Tag::Table(_) => {
                self.close();
                self.table = TableRows::default();
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
                if let Some(open) = self.open.take() {
                    self.table.add_cell(open.renderer);
                }
            }
            TagEnd::TableHead | TagEnd::TableRow => {
                self.table.add_excess(self.source, range.end);
                self.table.end_row();
            }
            TagEnd::Table => {
                for row in std::mem::take(&mut self.table).finish() {
                    let (role, lines) = match row {
                        RowText::Row { header, lines } => (BlockRole::Row { header }, lines),
                        RowText::Running(lines) => (BlockRole::Text, lines),
                    };
                    self.out.push(role, lines, &mut self.containers);
                }
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
        let Some(mut open) = self.open.take() else { return };
        let told = open.renderer.entry_tag.take();
        let is_term = told.as_deref() == Some(TERM);
        if let Some(list) = self.containers.lists.last_mut()
            && let (Some(number), Some(told)) = (&mut list.number, told.filter(|_| !is_term))
        {
            *number = told;
        }
        let before = self.out.blocks.len();
        match open.renderer.furniture {
            Some(edge) => self.out.push_block(
                BlockRole::Furniture(edge),
                Vec::new(),
                &mut OpenContainers::default(),
            ),
            None => self.out.push(open.role, open.renderer.finish(), &mut self.containers),
        }
        if let Some(term) = self.out.blocks.get_mut(before) {
            term.is_term = is_term && term.role == BlockRole::Entry;
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

/// Whether a blank line is before the line at the end of `before`, which may have begun with white
/// space and marks of quotations.
fn is_after_blank(before: &str) -> bool {
    let Some((above, _)) = before.rsplit_once('\n') else { return false };
    let line = above.rsplit('\n').next().unwrap_or_default();
    line.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b'>'))
}

/// Reads text that the parser took for code or raw HTML again, as Markdown.
fn reread(raw: &RawBlock, out: &mut BlockList, containers: &mut OpenContainers, depth: usize) {
    if depth >= MAX_REREADS {
        return push_verbatim(&raw.text, out, containers);
    }
    let markdown = match raw.kind {
        RawKind::Html => html_tags::strip(&raw.text),
        RawKind::IndentedCode => dedent(&raw.text),
        RawKind::FencedCode => without_headings(&dedent(&raw.text)),
    };
    let before = out.blocks.len();
    read(&mend(&markdown), out, containers, depth + 1);
    if out.blocks.len() > before {
        // The blocks inside have the marks of the entries that they begin.
        for list in &mut containers.lists {
            list.number = None;
        }
        if let Some(inner) = containers.lists.last_mut() {
            inner.awaits_text = false;
        }
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

/// The text of fenced code, in which `#` begins a comment, and lines of `=` or `-` underline
/// nothing.
fn without_headings(source: &MappedText<'_>) -> MappedText<'static> {
    let mut edits = Vec::new();
    let mut at = 0;
    for line in source.text.split_inclusive('\n') {
        let bare = line.trim_end();
        let is_rule = ["=", "-"].iter().any(|mark| bare.trim_start_matches(mark).is_empty());
        if bare.starts_with('#') || is_rule && !bare.is_empty() {
            edits.push(TextEdit::insert(at, "\\"));
        }
        at += line.len();
    }
    source.edited(edits).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::section::markdown::prepare::prepare;

    fn read(text: &str) -> Vec<MarkdownBlock> {
        blocks(&prepare(text).text)
    }

    fn roles(text: &str) -> Vec<(BlockRole, String)> {
        read(text)
            .into_iter()
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
        assert_eq!(
            roles("```one two\n# three\nfour\n===\n```"),
            [text("one two"), text("# three four ===")]
        );
        assert_eq!(roles("<div>a<br>b</div>"), [text("a/b")]);
    }

    #[test]
    fn the_first_text_of_an_entry_is_the_entry() {
        let blocks = read("1. a\n\n   b\n2. c");
        let roles: Vec<_> = blocks.iter().map(|block| (&block.role, block.list_depth)).collect();
        assert_eq!(roles, [(&BlockRole::Entry, 1), (&BlockRole::Text, 1), (&BlockRole::Entry, 1)]);
        assert_eq!(blocks[0].list, Some(ListId { number: FIRST_LIST, start: Some(1) }));
        assert_eq!(blocks[2].list, blocks[0].list);
    }

    #[test]
    fn rows_know_their_header_and_keep_excess_cells() {
        let found = roles("|a|b|\n|-|-|\n|c|d|e|\n|f| |");
        assert_eq!(found[0], (BlockRole::Row { header: None }, "a | b".to_owned()));
        let header = Some("a | b".into());
        assert_eq!(found[1], (BlockRole::Row { header }, "c | d | e".to_owned()));
        assert_eq!((&found[2].0, found[2].1.as_str()), (&found[1].0, "f"));
    }

    #[test]
    fn entries_know_the_blank_line_before_them() {
        let after_blank = |text: &str| -> Vec<bool> {
            read(text).iter().map(|block| block.is_after_blank).collect()
        };
        assert_eq!(after_blank("x\n\n* a\n* b\n\n* c"), [false, false, false, true]);
        assert_eq!(after_blank("> 1. a\n>\n> 2. b"), [false, true]);
    }

    #[test]
    fn borders_of_furniture_are_blocks() {
        let found = roles("\u{FDD0}\nMenu\n\u{FDD1}\nText");
        let edges = [&found[0].0, &found[2].0];
        let furniture = BlockRole::Furniture;
        assert_eq!(edges, [&furniture(FurnitureEdge::Start), &furniture(FurnitureEdge::End)]);
    }

    #[test]
    fn carriage_returns_end_lines() {
        assert_eq!(roles("# a\rb\r\n\r\nc").len(), 3);
    }
}
