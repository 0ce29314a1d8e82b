//! Markdown to a flat list of blocks, in reading order.
//!
//! The parser is CommonMark's; policies are not. Corrections made here: what stands four spaces in or between fences is not
//! code but text and is read again; so is the text of raw HTML; an unused link definition is text.

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::html;
use super::inline::{Line, Renderer, one_line};
use super::mend::mend;
use super::source::Source;

/// How often text inside text is read again (indented text that holds raw HTML that ...). Deeper text stays as it is.
const MAX_REREADS: usize = 6;

/// What the marks say a block is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Role {
    /// `# Title` or a setext heading, level 1 to 6.
    Heading(u8),
    /// Running text.
    Text,
    /// The first text of a list entry.
    Entry,
    /// A table row with cells beside each other, and the header row of its table if this is not it.
    Row { header: Option<String> },
}

/// A block with words.
#[derive(Debug, Clone)]
pub(super) struct Block {
    pub role: Role,
    pub lines: Vec<Line>,
    /// How many lists it stands in.
    pub list_depth: usize,
    /// For an entry: the list it belongs to.
    pub list: Option<List>,
    /// Whether it stands in a block quotation.
    pub is_quoted: bool,
}

/// The number of the first list of a text.
pub(super) const FIRST_LIST: usize = 1;

/// Which list an entry is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct List {
    /// Counts the lists of a text from [`FIRST_LIST`].
    pub number: usize,
    /// The number of the first entry, for a numbered list.
    pub start: Option<u64>,
}

/// The blocks of `text`.
pub(super) fn blocks(text: &str) -> Vec<Block> {
    let mut out = Out::default();
    read(&mend(&with_newlines(text)), &mut out, &Context::default(), 0);
    out.blocks
}

/// The text with `\n` at the end of each line: a carriage return alone ends one too, though not everywhere to the parser.
fn with_newlines(text: &str) -> Source<'_> {
    if !text.contains('\r') {
        return Source::whole(text);
    }
    let mut out = Source::empty();
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

#[derive(Default)]
struct Out {
    blocks: Vec<Block>,
    lists: usize,
}

/// What surrounds a block.
#[derive(Default, Clone)]
struct Context {
    /// The open lists, and whether their current entry still awaits its first text.
    lists: Vec<(List, bool)>,
    quotes: usize,
}

impl Out {
    fn push(&mut self, role: Role, lines: Vec<Line>, context: &mut Context) {
        let mut rest = lines;
        let mut role = role;
        while !rest.is_empty() {
            let next =
                rest.iter().skip(1).position(|line| line.is_cut_off).map_or(rest.len(), |i| i + 1);
            let tail = rest.split_off(next);
            self.push_block(role, rest, context);
            (role, rest) = (Role::Text, tail);
        }
    }

    fn push_block(&mut self, role: Role, lines: Vec<Line>, context: &mut Context) {
        let list_depth = context.lists.len();
        let mut list = None;
        let mut role = role;
        if let Some((of, awaits)) = context.lists.last_mut()
            && std::mem::take(awaits)
            && role == Role::Text
        {
            role = Role::Entry;
            list = Some(*of);
        }
        self.blocks.push(Block { role, lines, list_depth, list, is_quoted: context.quotes > 0 });
    }
}

/// An open block whose inline events are being collected.
struct Open<'s, 't> {
    role: Role,
    renderer: Renderer<'s, 't>,
}

fn read(source: &Source<'_>, out: &mut Out, outer: &Context, depth: usize) {
    let mut context = outer.clone();
    let mut open: Option<Open<'_, '_>> = None;
    let mut table = Table::default();
    let mut raw: Option<(Source<'static>, bool)> = None;
    let close = |open: &mut Option<Open<'_, '_>>, out: &mut Out, context: &mut Context| {
        if let Some(open) = open.take() {
            out.push(open.role, open.renderer.finish(), context);
        }
    };
    for (event, range) in Parser::new_ext(&source.text, Options::ENABLE_TABLES).into_offset_iter() {
        if let Some((collected, _)) = &mut raw
            && let Event::Text(text) | Event::Html(text) = &event
        {
            if source.text.get(range.clone()) == Some(text.as_ref()) {
                collected.push_from(text, source, range.start);
            } else {
                collected.push(text, source.origin(range.start));
            }
            continue;
        }
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                close(&mut open, out, &mut context);
                open = Some(Open {
                    role: Role::Heading(number(level)),
                    renderer: Renderer::new(source),
                });
            }
            Event::Start(Tag::Paragraph) => {
                close(&mut open, out, &mut context);
                open = Some(Open { role: Role::Text, renderer: Renderer::new(source) });
            }
            Event::End(TagEnd::Heading(_) | TagEnd::Paragraph | TagEnd::Item) => {
                close(&mut open, out, &mut context)
            }
            Event::Start(Tag::List(start)) => {
                close(&mut open, out, &mut context);
                context.lists.push((List { number: FIRST_LIST + out.lists, start }, false));
                out.lists += 1;
            }
            Event::End(TagEnd::List(_)) => drop(context.lists.pop()),
            Event::Start(Tag::Item) => {
                if let Some((_, awaits)) = context.lists.last_mut() {
                    *awaits = true;
                }
            }
            Event::Start(Tag::BlockQuote(_)) => {
                close(&mut open, out, &mut context);
                context.quotes += 1;
            }
            Event::End(TagEnd::BlockQuote(_)) => context.quotes = context.quotes.saturating_sub(1),
            Event::Rule => close(&mut open, out, &mut context),
            Event::Start(Tag::CodeBlock(kind)) => {
                close(&mut open, out, &mut context);
                let mut inner = Source::empty();
                // Words after an opening fence are text as well.
                if let CodeBlockKind::Fenced(_) = kind {
                    let line = source.text[range.start..].lines().next().unwrap_or_default();
                    let fence = line.trim_start();
                    let info = fence.trim_start_matches(fence.chars().next().unwrap_or(' '));
                    let at = range.start + line.len() - info.len();
                    inner.push_from(info, source, at);
                    inner.push("\n\n", source.origin(at));
                }
                raw = Some((inner, false));
            }
            Event::Start(Tag::HtmlBlock) => {
                close(&mut open, out, &mut context);
                raw = Some((Source::empty(), true));
            }
            Event::End(TagEnd::CodeBlock | TagEnd::HtmlBlock) => {
                if let Some((collected, is_html)) = raw.take() {
                    reread(&collected, is_html, out, &mut context, depth);
                }
            }
            Event::Start(Tag::Table(_)) => {
                close(&mut open, out, &mut context);
                table = Table::default();
            }
            Event::Start(Tag::TableCell) => {
                table.end = range.end;
                open = Some(Open { role: Role::Text, renderer: Renderer::new(source) });
            }
            Event::End(TagEnd::TableCell) => {
                table.cells.extend(open.take().map(|open| open.renderer.finish()));
            }
            Event::End(TagEnd::TableHead | TagEnd::TableRow) => {
                table.add_excess(source, range.end);
                table.end_row(out, &mut context);
            }
            inline => {
                // A tight list entry has its text without a paragraph around it.
                let open = open.get_or_insert_with(|| Open {
                    role: Role::Text,
                    renderer: Renderer::new(source),
                });
                open.renderer.event(&inline, range);
            }
        }
    }
    close(&mut open, out, &mut context);
}

fn number(level: HeadingLevel) -> u8 {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    }
}

#[derive(Default)]
struct Table {
    cells: Vec<Vec<Line>>,
    /// Where the last cell ends.
    end: usize,
    header: Option<String>,
    has_header: bool,
}

impl Table {
    /// The cells that a row has more than its header, which the parser leaves out: they stand before byte `end` of `source`.
    fn add_excess(&mut self, source: &Source<'_>, end: usize) {
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

    fn end_row(&mut self, out: &mut Out, context: &mut Context) {
        let filled: Vec<Vec<Line>> =
            std::mem::take(&mut self.cells).into_iter().filter(|c| !c.is_empty()).collect();
        let is_header = !std::mem::replace(&mut self.has_header, true);
        if filled.len() < 2 {
            // A layout table: its lone cell is ordinary text.
            return out.push(Role::Text, filled.into_iter().flatten().collect(), context);
        }
        let row = join_cells(filled);
        let role = Role::Row { header: self.header.clone() };
        if is_header {
            self.header = Some(row.text());
        }
        out.push(role, vec![row], context);
    }
}

fn join_cells(cells: Vec<Vec<Line>>) -> Line {
    let mut row = Line::default();
    for cell in cells {
        for (i, mut line) in cell.into_iter().enumerate() {
            let origin = line.start();
            if !row.runs.is_empty() {
                let text = if i == 0 { " | " } else { " " };
                row.runs.push(super::inline::Run {
                    text: text.to_owned(),
                    is_bold: false,
                    is_italic: false,
                    origin,
                    end: origin,
                });
            }
            row.runs.append(&mut line.runs);
            row.linked += line.linked;
            row.links.append(&mut line.links);
        }
    }
    row
}

/// Reads the text of what the parser took for code or raw HTML once more, as Markdown.
fn reread(
    collected: &Source<'_>,
    is_html: bool,
    out: &mut Out,
    context: &mut Context,
    depth: usize,
) {
    if depth >= MAX_REREADS {
        return plain(collected, out, context);
    }
    if !is_html {
        return read_into(&dedent(collected), out, context, depth);
    }
    read_into(&html::strip(collected), out, context, depth);
}

fn read_into(source: &Source<'_>, out: &mut Out, context: &mut Context, depth: usize) {
    let before = out.blocks.len();
    read(&mend(source), out, context, depth + 1);
    if out.blocks.len() > before
        && let Some((_, awaits)) = context.lists.last_mut()
    {
        *awaits = false;
    }
}

/// One block of the text as it is.
fn plain(source: &Source<'_>, out: &mut Out, context: &mut Context) {
    let mut renderer = Renderer::new(source);
    let mut at = 0;
    for line in source.text.split_inclusive('\n') {
        renderer.event(
            &Event::Text(line.trim_end_matches('\n').into()),
            at..at + line.trim_end_matches('\n').len(),
        );
        at += line.len();
        renderer.event(&Event::SoftBreak, at..at);
    }
    out.push(Role::Text, renderer.finish(), context);
}

fn dedent(source: &Source<'_>) -> Source<'static> {
    let mut out = Source::empty();
    let mut at = 0;
    for line in source.text.split_inclusive('\n') {
        let bare = line.trim_start_matches([' ', '\t']);
        out.push_from(bare, source, at + line.len() - bare.len());
        at += line.len();
    }
    out
}
