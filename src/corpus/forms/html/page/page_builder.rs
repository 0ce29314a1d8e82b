//! Opens and closes the elements of a page, as its tags come, and passes its words to the flow.

use std::rc::Rc;

use html5ever::LocalName;
use html5ever::tokenizer::Tag;

use super::elements::{ElementRole, role};
use super::open_elements::{ElementEffects, OpenElements};
use super::page_blocks::{EntrySort, ListBlock, ListLetters, PageBlock, TextBlock};
use super::page_flow::PageFlow;
use super::tag_traits::{TagTraits, attribute, number};
use super::word_styles::{StyleChange, WordStyles};
use crate::corpus::forms::html::inline_text::{InlineText, WordStyle};

/// The size from which the text of a text field is a text that readers should read, in bytes. Old
/// pages show their terms in such fields.
const FIELD_BYTES: usize = 200;

/// The comments around the toolbar that the Wayback Machine inserts.
const TOOLBAR_BEGIN: &str = "BEGIN WAYBACK TOOLBAR INSERT";
const TOOLBAR_END: &str = "END WAYBACK TOOLBAR INSERT";

/// A page while it is read.
#[derive(Debug, Default)]
pub(in crate::corpus::forms::html) struct PageBuilder {
    open: OpenElements,
    styles: WordStyles,
    flow: PageFlow,
    /// The flows around the current one, from the outside in.
    outer: Vec<PageFlow>,
    /// The numbers of open elements that are furniture, parts of the main text, dropped, or
    /// preformatted.
    furniture: usize,
    parts: usize,
    dropped: usize,
    preformatted: usize,
    /// Whether the current line of preformatted text is blank so far.
    is_line_blank: bool,
    /// Whether comments say that the toolbar of an archive is open.
    is_in_toolbar: bool,
    /// The words of the first heading of the first level in the policy, and whether it has ended.
    first_heading: String,
    has_first_heading: bool,
    /// Whether the page divides the window into frames, which show other pages.
    has_frames: bool,
}

/// A page after it was read.
#[derive(Debug)]
pub(in crate::corpus::forms::html) struct BuiltPage {
    /// Its blocks.
    pub blocks: Vec<PageBlock>,
    /// The words of the first heading of the first level in the policy.
    pub first_heading: String,
    /// Whether the page divides the window into frames.
    pub has_frames: bool,
}

impl BuiltPage {
    /// The blocks, after the title as a heading of the first level. A title that has the words of
    /// the first heading is left out.
    pub fn with_title(self, title: &str) -> Vec<PageBlock> {
        let mut text = InlineText::default();
        text.push(title, &WordStyle::default());
        if text.is_empty() || title.split_whitespace().eq(self.first_heading.split_whitespace()) {
            return self.blocks;
        }
        let title = TextBlock { markdown: text.take(), level: Some(1), is_furniture: false };
        let mut blocks = vec![PageBlock::Text(title)];
        blocks.extend(self.blocks);
        blocks
    }
}

impl PageBuilder {
    /// Adds text.
    pub fn text(&mut self, text: &str) {
        if self.dropped > 0 {
            return;
        }
        if self.flow.level == Some(1) && self.furniture == 0 && !self.has_first_heading {
            self.first_heading.push_str(text);
        }
        if self.preformatted == 0 {
            return self.flow.text.push(text, self.styles.current());
        }
        for (line, number) in text.split('\n').zip(0..) {
            if number > 0 {
                self.end_line();
            }
            self.is_line_blank &= line.trim().is_empty();
            self.flow.text.push(line, self.styles.current());
        }
    }

    /// Ends a line of preformatted text. A blank line ends a paragraph; other line ends are white
    /// space.
    fn end_line(&mut self) {
        if std::mem::replace(&mut self.is_line_blank, true) {
            self.end_block();
        } else {
            self.flow.text.space();
        }
    }

    /// Reads a comment.
    pub fn comment(&mut self, text: &str) {
        let text = text.trim();
        if text == TOOLBAR_BEGIN && !self.is_in_toolbar {
            self.end_block();
            self.is_in_toolbar = true;
            self.furniture += 1;
        } else if text == TOOLBAR_END && self.is_in_toolbar {
            self.end_block();
            self.is_in_toolbar = false;
            self.furniture -= 1;
        }
    }

    /// Opens an element.
    pub fn start(&mut self, tag: &Tag) {
        let role = role(&tag.name);
        if self.dropped > 0 {
            if role == ElementRole::Dropped || &*tag.name == "svg" {
                self.open_dropped(&tag.name);
            }
            return;
        }
        match role {
            ElementRole::Break => self.line_break(),
            ElementRole::Rule => self.end_paragraph(),
            ElementRole::Picture => self.flow.text.box_gap(),
            ElementRole::Void => {}
            // A browser shows the content of this template.
            ElementRole::Dropped if attribute(tag, "shadowrootmode").is_some() => {}
            ElementRole::Dropped => self.open_dropped(&tag.name),
            _ if matches!(&*tag.name, "html" | "head" | "body") => self.end_block(),
            _ => self.open_element(tag, role),
        }
        self.has_frames |= &*tag.name == "frameset";
    }

    /// Closes the element that an end tag with this name closes.
    pub fn end(&mut self, name: &LocalName) {
        let role = role(name);
        // The end of a drawing also ends a part of it that is not shown.
        if self.dropped > 0 && role != ElementRole::Dropped && &**name != "svg" {
            return;
        }
        match role {
            ElementRole::Break => return self.line_break(),
            ElementRole::Mark if self.styles.close_mark(name, self.open.closed_by(name)) => return,
            _ => {}
        }
        if !self.open.pop_beyond()
            && let Some(at) = self.open.closed_by(name)
        {
            return self.close_to(at);
        }
        // An end tag without a start tag shows where a part of a page was cut off.
        if role.ends_paragraph() || role.is_table_part() {
            self.end_block();
        } else if role.is_special() {
            self.flow.text.box_gap();
        }
    }

    /// Closes an element whose own tag closes it.
    pub fn close_itself(&mut self, name: &LocalName) {
        let is_open = !matches!(
            role(name),
            ElementRole::Break | ElementRole::Rule | ElementRole::Picture | ElementRole::Void
        );
        if is_open {
            self.end(name);
        }
    }

    /// Closes everything and returns the page.
    pub fn finish(mut self) -> BuiltPage {
        self.close_to(0);
        self.end_block();
        let Self { first_heading, has_frames, .. } = self;
        BuiltPage { blocks: self.flow.finish(), first_heading, has_frames }
    }

    fn end_block(&mut self) {
        let ended = self.flow.end_block(self.furniture > 0);
        self.has_first_heading |= ended == Some(1) && self.furniture == 0;
    }

    /// Ends the open paragraph, if there is one, and the block.
    fn end_paragraph(&mut self) {
        if let Some(at) = self.open.paragraph() {
            self.close_to(at);
        }
        self.end_block();
    }

    fn line_break(&mut self) {
        if self.flow.level.is_some() {
            self.text(" ");
        // Two line breaks make an empty line, which separates paragraphs.
        } else if !self.flow.text.line_break() {
            self.end_block();
        }
    }

    fn open_dropped(&mut self, name: &LocalName) {
        let effects = ElementEffects { is_dropped: true, ..ElementEffects::default() };
        self.dropped += usize::from(self.open.push(name.clone(), effects));
    }

    fn open_element(&mut self, tag: &Tag, role: ElementRole) {
        let traits = if tag.attrs.is_empty() { TagTraits::default() } else { TagTraits::of(tag) };
        // Which elements a tag closes depends on its name alone, not on styles.
        self.close_before(tag, role);
        let role = self.role_here(tag, role, &traits);
        let mut effects = self.effects(tag, role, &traits);
        let style = style_change(tag, &traits);
        if role == ElementRole::Mark && effects == ElementEffects::default() {
            if &*tag.name == "a" {
                self.styles.close_mark(&tag.name, None);
            }
            return self.styles.open_mark(tag.name.clone(), self.open.len(), style);
        }
        if effects.is_block || effects.is_furniture && !effects.is_apart {
            self.end_block();
        }
        if effects.is_apart {
            let inner = PageFlow::inside(&self.flow);
            self.outer.push(std::mem::replace(&mut self.flow, inner));
        }
        effects.has_style = style != StyleChange::default() || role == ElementRole::Cell;
        if !self.open.push(tag.name.clone(), effects) {
            // An element beyond the limit is not closed, so it must not open anything.
            if effects.is_apart {
                self.close_flow(false);
            }
            return;
        }
        self.furniture += usize::from(effects.is_furniture);
        self.parts += usize::from(effects.is_part);
        self.preformatted += usize::from(effects.is_preformatted);
        self.is_line_blank &= !effects.is_preformatted;
        if effects.is_box {
            self.flow.text.box_gap();
        }
        if effects.is_container {
            self.open_container(tag, role);
        }
        match role {
            ElementRole::Heading(level) => self.flow.level = Some(level),
            ElementRole::Row => self.flow.start_row(),
            ElementRole::RowGroup if &*tag.name == "thead" => self.flow.mark_header(),
            _ => {}
        }
        self.open_style(role, style);
    }

    /// The role of an element at this place, with these attributes.
    fn role_here(&self, tag: &Tag, role: ElementRole, traits: &TagTraits) -> ElementRole {
        if let Some(level) = traits.heading_level() {
            return ElementRole::Heading(level);
        }
        match (role, traits.is_block) {
            // Outside of a table, its parts mean nothing.
            _ if role.is_table_part() && self.open.table().is_none() => ElementRole::Block,
            (ElementRole::Block, Some(false)) => ElementRole::Inline,
            (ElementRole::Inline, Some(true)) => ElementRole::Block,
            (ElementRole::Inline, _) if matches!(&*tag.name, "text" | "marquee") => {
                ElementRole::Box
            }
            _ => role,
        }
    }

    /// Closes the elements that a start tag closes.
    fn close_before(&mut self, tag: &Tag, role: ElementRole) {
        if role.ends_paragraph()
            && let Some(at) = self.open.paragraph()
        {
            self.close_to(at);
        }
        let entry = match role {
            ElementRole::Item => self.open.entry(&["li"]),
            ElementRole::Term | ElementRole::Meaning => self.open.entry(&["dt", "dd"]),
            ElementRole::Choice => self.open.entry(&["option"]),
            _ if role.is_table_part() => self.open_part_of_table(&tag.name).map(|at| at + 1),
            _ => None,
        };
        if let Some(at) = entry {
            self.close_to(at);
        }
    }

    /// The position of the element of the innermost table that can contain this part.
    fn open_part_of_table(&self, name: &str) -> Option<usize> {
        let table = self.open.table()?;
        let parents: &[&str] = match role(name) {
            ElementRole::Cell => &["tr", "thead", "tbody", "tfoot"],
            ElementRole::Row => &["thead", "tbody", "tfoot"],
            _ => &[],
        };
        Some(self.open.last_of(parents).map_or(table, |parent| parent.max(table)))
    }

    /// What the element does.
    fn effects(&self, tag: &Tag, role: ElementRole, traits: &TagTraits) -> ElementEffects {
        let name = &*tag.name;
        let is_landmark = traits.is_landmark(name, self.parts > 0) || traits.is_toolbar;
        let is_control = matches!(name, "select" | "datalist" | "canvas" | "video" | "audio");
        let is_in_place = role.is_table_part()
            || matches!(
                role,
                ElementRole::Item | ElementRole::Term | ElementRole::Meaning | ElementRole::Choice
            );
        let is_apart =
            role == ElementRole::Apart || name == "textarea" || traits.is_hidden && !is_in_place;
        let is_inline = matches!(role, ElementRole::Mark | ElementRole::Inline | ElementRole::Box);
        ElementEffects {
            is_block: !is_apart && (!is_inline || is_landmark || traits.is_block == Some(true)),
            is_container: is_container(role),
            is_furniture: is_landmark || is_control || traits.is_hidden,
            is_part: traits.is_part(name),
            is_apart,
            is_preformatted: role == ElementRole::Preformatted,
            is_box: role == ElementRole::Box,
            is_heading: matches!(role, ElementRole::Heading(_)),
            ..ElementEffects::default()
        }
    }

    /// Opens the container of an element. If that is impossible, its end closes none.
    fn open_container(&mut self, tag: &Tag, role: ElementRole) {
        let is_open = match role {
            ElementRole::List => self.flow.open_list(ListBlock::default()),
            ElementRole::OrderedList => self.flow.open_list(ordered_list(tag)),
            ElementRole::Item => self.flow.open_entry(EntrySort::Plain, number(tag, "value")),
            ElementRole::Term => self.flow.open_entry(EntrySort::Term, None),
            ElementRole::Meaning => self.flow.open_entry(EntrySort::Meaning, None),
            ElementRole::Choice => self.flow.open_entry(EntrySort::Plain, None),
            ElementRole::Quote => self.flow.open_quote(),
            ElementRole::Table => self.flow.open_table(self.furniture > 0, is_layout(tag)),
            ElementRole::Cell => self.open_cell(tag),
            _ => false,
        };
        if !is_open {
            self.open.forget_container();
        }
    }

    fn open_cell(&mut self, tag: &Tag) -> bool {
        let span =
            |name| number(tag, name).and_then(|span| usize::try_from(span).ok()).unwrap_or(1);
        let (colspan, rowspan) = (span("colspan"), span("rowspan"));
        if &*tag.name == "th" {
            self.flow.mark_header();
        }
        self.flow.open_cell(colspan, rowspan)
    }

    /// Opens the style of the innermost element.
    fn open_style(&mut self, role: ElementRole, style: StyleChange) {
        let at = self.open.len() - 1;
        if role == ElementRole::Cell {
            self.styles.open_cell(at);
        }
        if style != StyleChange::default() {
            self.styles.open_element(at, style);
        }
    }

    /// Closes the element at this position and everything inside it.
    fn close_to(&mut self, at: usize) {
        while self.open.len() > at
            && let Some(closed) = self.open.pop()
        {
            self.close_element(&closed.name, closed.effects);
        }
    }

    /// Does what the end of an element does.
    fn close_element(&mut self, name: &str, effects: ElementEffects) {
        if effects.is_block || effects.is_container {
            self.end_block();
        }
        if effects.is_container {
            self.flow.close();
        }
        if effects.is_apart {
            self.close_flow(name == "textarea");
        } else if effects.is_heading {
            self.flow.level = None;
        }
        if effects.has_style {
            self.styles.close_element(self.open.len());
        }
        if effects.is_box {
            self.flow.text.box_gap();
        }
        self.furniture -= usize::from(effects.is_furniture);
        self.parts -= usize::from(effects.is_part);
        self.dropped -= usize::from(effects.is_dropped);
        self.preformatted -= usize::from(effects.is_preformatted);
    }

    /// Closes the current flow. A short text of a text field is furniture.
    fn close_flow(&mut self, is_field: bool) {
        let Some(around) = self.outer.pop() else { return };
        self.end_block();
        let mut blocks = std::mem::replace(&mut self.flow, around).finish();
        if is_field {
            mark_short(&mut blocks);
        }
        self.flow.text.box_gap();
        self.flow.add_apart(blocks);
    }
}

/// Whether an element is a container of blocks, unless it is nested too deep.
fn is_container(role: ElementRole) -> bool {
    matches!(
        role,
        ElementRole::List
            | ElementRole::OrderedList
            | ElementRole::Item
            | ElementRole::Term
            | ElementRole::Meaning
            | ElementRole::Choice
            | ElementRole::Quote
            | ElementRole::Table
            | ElementRole::Cell
    )
}

/// The ordered list that a tag opens. A list that counts down from the number of its entries has
/// the start 0 until all of them are known.
fn ordered_list(tag: &Tag) -> ListBlock {
    let is_reversed = tag.attrs.iter().any(|attribute| &*attribute.name.local == "reversed");
    let start = number(tag, "start").unwrap_or(u64::from(!is_reversed));
    let style = attribute(tag, "style").unwrap_or_default().to_ascii_lowercase();
    let styled = style.split_once("list-style").map_or("", |(_, style)| style);
    let named = styled.split(';').next().unwrap_or_default().split([' ', ':']);
    let letters = named.filter(|name| name.len() > 1).find_map(ListLetters::of);
    let by_type = || attribute(tag, "type").and_then(|name| ListLetters::of(&name));
    ListBlock {
        start: Some(start),
        letters: letters.or_else(by_type),
        is_reversed,
        ..ListBlock::default()
    }
}

/// Whether a table says by its role that it holds no data.
fn is_layout(tag: &Tag) -> bool {
    attribute(tag, "role").is_some_and(|role| matches!(role.as_str(), "presentation" | "none"))
}

/// How an element changes the style of its words.
fn style_change(tag: &Tag, traits: &TagTraits) -> StyleChange {
    let name = &*tag.name;
    let (is_bold, is_italic) = match name {
        "b" | "strong" => (Some(true), None),
        "i" | "em" => (None, Some(true)),
        _ => (None, None),
    };
    StyleChange {
        is_bold: traits.is_bold.or(is_bold),
        is_italic: traits.is_italic.or(is_italic),
        is_raised: name == "sup",
        link: if name == "a" { Some(link_target(tag)) } else { None },
    }
}

/// The size of the longest link target, in bytes. It is written again after each mark inside the
/// link.
const MAX_TARGET: usize = 2000;

/// The target of a link. A longer one is cut before its query, or left out.
fn link_target(tag: &Tag) -> Option<Rc<str>> {
    let target = attribute(tag, "href")?;
    let end = match target.len() {
        0..=MAX_TARGET => target.len(),
        _ => target.find(['?', '#']).filter(|&end| end <= MAX_TARGET)?,
    };
    Some(Rc::from(&target[..end]))
}

/// Makes furniture of the blocks of a text field, if they are short.
fn mark_short(blocks: &mut [PageBlock]) {
    let texts = blocks.iter().map(|block| match block {
        PageBlock::Text(TextBlock { markdown, .. }) => markdown.len(),
        _ => 0,
    });
    if texts.sum::<usize>() >= FIELD_BYTES {
        return;
    }
    for block in blocks {
        if let PageBlock::Text(text) = block {
            text.is_furniture = true;
        }
    }
}
