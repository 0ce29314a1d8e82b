//! Renders the text of one block: inline events of the parser become lines of plain text with
//! their styles.
//!
//! A line ends at a hard break, and a soft break is a space. The parser leaves marks as text if
//! their partner is missing, as in `**` that is broken over paragraphs or `_` before a line end.
//! Such *stray marks* are removed here and still count as style.

use std::ops::Range;

use pulldown_cmark::{Event, Parser, Tag, TagEnd};

use super::footnotes::{Superscript, footnote_mark, is_passed};
use super::html_tags::{self, HtmlTag};
use super::mapped_text::MappedText;
use super::prepare::FurnitureEdge;
use crate::section::link_target::link_target;

/// Characters that authors type as bullets. They separate words, so that no word is lost when they
/// are removed.
#[rustfmt::skip]
const BULLETS: &[char] = &[
    '•', '·', '▪', '▫', '◦', '●', '○', '■', '□', '‣', '⁃', '∙',
    '►', '➢', '❖', '✓', '✔', '・', '※', '◆', '◇', '★', '☆',
    '▶', '▸', '➤', '➔', '\u{F0A7}', '\u{F0B7}',
];

/// The most texts that the mark of a footnote consists of. Brackets are texts of their own.
const MOST_MARK_TEXTS: usize = 12;

/// The most texts between a footnote mark and its word: other marks, and white space.
const MARKS_BEFORE: usize = 64;

/// A part of a line that has one style.
#[derive(Debug, Clone)]
pub(crate) struct StyledText {
    pub text: String,
    pub is_bold: bool,
    pub is_italic: bool,
    /// The byte of its first letter or digit in the snapshot's text, or else its first byte.
    pub origin: usize,
    /// The byte after its last letter or digit.
    pub end: usize,
}

impl StyledText {
    /// Text without a style and without letters, at this byte of the snapshot's text.
    pub fn plain(text: &str, origin: usize) -> Self {
        Self { text: text.to_owned(), is_bold: false, is_italic: false, origin, end: origin }
    }

    /// Whether the text has a letter or digit.
    pub fn has_letter(&self) -> bool {
        self.text.contains(char::is_alphanumeric)
    }
}

/// One line of a block.
#[derive(Debug, Clone, Default)]
pub(crate) struct TextLine {
    pub texts: Vec<StyledText>,
    /// The targets of its links in order. Some may be listed more than once.
    pub links: Vec<String>,
    /// The number of letters and digits in the texts of links.
    pub linked_letters: usize,
    /// The number of those among them whose links lead to a place in a page.
    pub anchored_letters: usize,
    /// Whether it is apart from the line before: the border of a layout table precedes it, or it
    /// introduces the entries of a list after it.
    pub is_cut_off: bool,
    /// Where lines of Markdown end in it, in order.
    pub soft_breaks: Vec<SoftBreak>,
}

/// The end of a line of Markdown inside a rendered line, by how much of the line is before it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct SoftBreak {
    texts: usize,
    links: usize,
    linked_letters: usize,
    anchored_letters: usize,
}

impl SoftBreak {
    /// The same break in the part of the line behind another one.
    fn behind(&self, start: &Self) -> Self {
        Self {
            texts: self.texts - start.texts,
            links: self.links - start.links,
            linked_letters: self.linked_letters - start.linked_letters,
            anchored_letters: self.anchored_letters - start.anchored_letters,
        }
    }
}

impl TextLine {
    /// The text with single spaces, without borders of tables at its ends.
    pub fn text(&self) -> String {
        let mut text =
            String::with_capacity(self.texts.iter().map(|text| text.text.len() + 1).sum());
        for part in &self.texts {
            push_single_spaced(&part.text, &mut text);
        }
        // NUL separates the parts of an identity, so a text may not contain it.
        if memchr::memchr(0, text.as_bytes()).is_some() {
            text = text.replace('\0', "\u{FFFD}");
        }
        // Only borders at the ends are removed: "Home | About" keeps its own.
        text.truncate(text.trim_end_matches(is_border).len());
        let start = text.len() - text.trim_start_matches(is_border).len();
        text.drain(..start);
        text
    }

    /// Cuts the line at these soft breaks, which are in order. The other ones remain.
    pub fn cut_at(mut self, breaks: &[SoftBreak]) -> Vec<TextLine> {
        let mut parts = Vec::with_capacity(breaks.len() + 1);
        for at in breaks.iter().rev() {
            let behind = self.soft_breaks.partition_point(|other| other.texts <= at.texts);
            let behind = self.soft_breaks.split_off(behind);
            let soft_breaks = behind.iter().map(|other| other.behind(at)).collect();
            self.soft_breaks.retain(|other| other.texts < at.texts);
            let texts = self.texts.split_off(at.texts);
            let links = self.links.split_off(at.links);
            let linked_letters = self.linked_letters - at.linked_letters;
            let anchored_letters = self.anchored_letters - at.anchored_letters;
            self.linked_letters -= linked_letters;
            self.anchored_letters -= anchored_letters;
            parts.push(TextLine {
                texts,
                links,
                linked_letters,
                anchored_letters,
                is_cut_off: false,
                soft_breaks,
            });
        }
        parts.push(self);
        parts.reverse();
        parts
    }

    /// The number of letters and digits in those texts for which `is_counted` holds.
    pub fn letters(&self, is_counted: impl Fn(&StyledText) -> bool) -> usize {
        self.texts.iter().filter(|text| is_counted(text)).map(|text| letters(&text.text)).sum()
    }

    /// Whether the line has letters and `is_styled` holds for all texts with letters.
    pub fn is_all(&self, is_styled: impl Fn(&StyledText) -> bool) -> bool {
        let all = self.letters(|_| true);
        all > 0 && self.letters(is_styled) == all
    }

    pub fn has_word(&self) -> bool {
        self.texts.iter().any(|text| crate::token::has_token(&text.text))
    }

    /// The first text with a letter or digit.
    pub fn first_with_letter(&self) -> Option<&StyledText> {
        self.texts.iter().find(|text| text.has_letter())
    }

    /// The byte of its first letter or digit in the snapshot's text; 0 if the line is empty.
    pub fn start(&self) -> usize {
        self.first_with_letter().or(self.texts.first()).map_or(0, |text| text.origin)
    }

    /// The byte after its last letter or digit in the snapshot's text; 0 if the line is empty.
    pub fn end(&self) -> usize {
        let last = self.texts.iter().rev().find(|text| text.has_letter());
        last.or(self.texts.last()).map_or(0, |text| text.end)
    }
}

fn is_border(c: char) -> bool {
    c == '|' || c.is_whitespace()
}

/// Appends `more` with single spaces, and without a space at the start or after a space.
fn push_single_spaced(more: &str, text: &mut String) {
    let bytes = more.as_bytes();
    // Nearly every text needs no change. Splitting all into words took a third of the time of
    // sectioning.
    if memchr::memchr3(b'\t', b'\n', b'\r', bytes).is_none()
        && memchr::memmem::find(bytes, b"  ").is_none()
    {
        let has_space = text.is_empty() || text.ends_with(' ');
        let bare = more.strip_prefix(' ').filter(|_| has_space);
        return text.push_str(bare.unwrap_or(more));
    }
    for (i, word) in more.split([' ', '\t', '\n', '\r']).enumerate() {
        if i > 0 && !text.is_empty() && !text.ends_with(' ') {
            text.push(' ');
        }
        text.push_str(word);
    }
}

/// The number of letters and digits in a text.
fn letters(text: &str) -> usize {
    if text.is_ascii() {
        text.bytes().filter(u8::is_ascii_alphanumeric).count()
    } else {
        text.chars().filter(|c| c.is_alphanumeric()).count()
    }
}

/// Collects the inline events of one block into lines.
pub(crate) struct Renderer<'s, 't> {
    source: &'s MappedText<'t>,
    lines: Vec<TextLine>,
    /// The number of open strong and emphasised spans.
    strong: usize,
    emphasis: usize,
    /// Whether a stray mark has switched the style on.
    stray_strong: bool,
    stray_emphasis: bool,
    open_links: Vec<OpenLink>,
    /// The start of the open superscript.
    superscript: Option<TextPosition>,
    /// The number of open pictures. Their alternative texts are not seen.
    images: usize,
    /// Whether the block has a picture.
    pub has_image: bool,
    /// What a tag says about the list entry that the block begins.
    pub entry_tag: Option<String>,
    /// The border of furniture that the block is.
    pub furniture: Option<FurnitureEdge>,
    /// Where the current line of Markdown begins in the current rendered line.
    source_line: LinePosition,
    after_soft_break: bool,
    /// The start of the last series of stray marks that switched a style.
    last_stray: Option<usize>,
    /// The bytes of the last series of `*` or `_`. The parser reports each of its marks as a text
    /// of its own, and the series is measured only once.
    last_series: Range<usize>,
}

/// A link whose text is being read.
#[derive(Clone)]
struct OpenLink {
    /// `None` for a link without a target.
    target: Option<String>,
    /// Whether it leads to a place in a page.
    is_anchor: bool,
    start: TextPosition,
}

/// The place of a text that is yet to come: the numbers of lines and texts before it.
#[derive(Clone, Copy, PartialEq, Eq)]
struct TextPosition {
    lines: usize,
    texts: usize,
}

/// A position in a line: a byte of one of its texts.
#[derive(Default, Clone, Copy)]
struct LinePosition {
    text: usize,
    byte: usize,
}

impl<'s, 't> Renderer<'s, 't> {
    pub fn new(source: &'s MappedText<'t>) -> Self {
        Self {
            source,
            lines: vec![TextLine::default()],
            strong: 0,
            emphasis: 0,
            stray_strong: false,
            stray_emphasis: false,
            open_links: Vec::new(),
            superscript: None,
            images: 0,
            has_image: false,
            entry_tag: None,
            furniture: None,
            source_line: LinePosition::default(),
            after_soft_break: false,
            last_stray: None,
            last_series: 0..0,
        }
    }

    /// Adds an inline event, which has this range of bytes in the source. Other events are ignored.
    pub fn event(&mut self, event: &Event<'_>, range: Range<usize>) {
        if self.images > 0 {
            match event {
                Event::Start(Tag::Image { .. }) => self.images += 1,
                Event::End(TagEnd::Image) => self.images -= 1,
                _ => {}
            }
            return;
        }
        match event {
            Event::Text(text) => {
                self.text(text, range.start, range.end);
                if text.as_ref() == "]" {
                    self.end_reference(range.end);
                }
            }
            Event::Code(_) if is_prose(&self.source.text[range.clone()]) => self.reread_code(range),
            Event::Code(text) | Event::InlineMath(text) | Event::DisplayMath(text) => {
                self.code(text, range);
            }
            Event::SoftBreak => self.soft_break(range.start),
            Event::HardBreak => self.hard_break(),
            Event::Start(Tag::Strong) => self.strong += 1,
            Event::End(TagEnd::Strong) => self.strong = self.strong.saturating_sub(1),
            Event::Start(Tag::Emphasis) => self.emphasis += 1,
            Event::End(TagEnd::Emphasis) => self.emphasis = self.emphasis.saturating_sub(1),
            Event::Start(Tag::Link { dest_url, .. }) => {
                let target = link_target(dest_url);
                self.push_link(target.clone());
                let is_anchor = dest_url.contains('#');
                let start = self.position();
                self.open_links.push(OpenLink { target, is_anchor, start });
            }
            Event::End(TagEnd::Link) => self.end_link(),
            // A picture separates words, as a space does.
            Event::Start(Tag::Image { .. }) => {
                self.push(" ", range.start, range.start);
                self.images = 1;
                self.has_image = true;
            }
            Event::InlineHtml(tag) | Event::Html(tag) => self.html(tag, range.start, range.end),
            Event::FootnoteReference(text) => self.text(text, range.start, range.end),
            _ => {}
        }
    }

    /// The lines that have words.
    pub fn finish(mut self) -> Vec<TextLine> {
        self.drop_border();
        let mut cut_off = false;
        let mut links = Vec::new();
        self.lines.retain_mut(|line| {
            cut_off |= line.is_cut_off;
            let keep = line.has_word();
            if keep {
                line.is_cut_off = std::mem::take(&mut cut_off);
                for soft_break in &mut line.soft_breaks {
                    soft_break.links += links.len();
                }
                line.links.splice(0..0, links.drain(..));
            } else {
                // A link without words belongs to the words beside it.
                links.append(&mut line.links);
            }
            keep
        });
        if let Some(last) = self.lines.last_mut() {
            last.links.append(&mut links);
        }
        self.lines
    }

    /// The line that is being filled.
    fn line(&mut self) -> &mut TextLine {
        self.lines.last_mut().expect("a renderer begins with a line and never removes one")
    }

    /// A code span. Its range includes the backticks and a space at each end, its text does not.
    fn code(&mut self, text: &str, range: Range<usize>) {
        let raw = &self.source.text[range.clone()];
        let offset = raw.find(text).unwrap_or(0);
        let is_spaced = raw.trim_start_matches('`').starts_with(' ');
        let space = if is_spaced { " " } else { "" };
        self.push(space, range.start, range.start);
        self.push(text, range.start + offset, range.end);
        self.push(space, range.end, range.end);
    }

    /// Adds a target to the line, unless it equals the one before. Other repetitions are removed
    /// later, once for the whole clause.
    fn push_link(&mut self, target: Option<String>) {
        if let Some(target) = target {
            push_target(&mut self.line().links, &target);
        }
    }

    /// The position of the next text.
    fn position(&mut self) -> TextPosition {
        TextPosition { lines: self.lines.len(), texts: self.line().texts.len() }
    }

    fn end_link(&mut self) {
        let Some(link) = self.open_links.pop() else { return };
        if link.is_anchor {
            self.raise(link.start, true);
        }
    }

    /// Raises the text since `start`, if it is a number in superscript. `is_link` tells that it
    /// links to a place in a page.
    fn raise(&mut self, start: TextPosition, is_link: bool) {
        if start.lines != self.lines.len() {
            return;
        }
        let (before, own) = self.line().texts.split_at_mut(start.texts);
        if !(1..=MOST_MARK_TEXTS).contains(&own.len()) {
            return;
        }
        // The word before may have another style, and marks of its own.
        let is_passed = |c: char| c.is_whitespace() || is_passed(c);
        let far = before.len().saturating_sub(MARKS_BEFORE);
        let word = before[far..].iter().rposition(|text| !text.text.chars().all(is_passed));
        let [word, text] = [&before[far + word.unwrap_or(0)..], &*own]
            .map(|texts| texts.iter().map(|text| text.text.as_str()).collect::<String>());
        let Some(Superscript { text, joins }) = footnote_mark(&word, &text, is_link) else {
            return;
        };
        let end = own.last().map_or(0, |text| text.end);
        for text in own.iter_mut() {
            text.text.clear();
        }
        (own[0].text, own[0].end) = (text, end);
        let far = if joins { far } else { before.len() };
        for text in before[far..].iter_mut().rev() {
            let bare = text.text.trim_end().len();
            text.text.truncate(bare);
            if bare > 0 {
                break;
            }
        }
    }

    /// Raises the reference to a footnote, such as `[^1]`, that ends at this byte of the source.
    fn end_reference(&mut self, end: usize) {
        let text = &self.source.text[..end - 1];
        let Some(before) = text.trim_end_matches(|c: char| c.is_ascii_digit()).strip_suffix("[^")
        else {
            return;
        };
        let is_definition = self.source.text[end..].starts_with(':')
            && before.trim_end_matches([' ', '\t']).chars().next_back().is_none_or(|c| c == '\n');
        if is_definition || before.len() + "[^".len() == text.len() || before.ends_with('\\') {
            return;
        }
        let lines = self.lines.len();
        let texts = &self.line().texts;
        let near = texts.len().saturating_sub(MOST_MARK_TEXTS);
        if let Some(open) = texts[near..].iter().rposition(|text| text.text == "[") {
            self.raise(TextPosition { lines, texts: near + open }, false);
        }
    }

    fn html(&mut self, tag: &str, start: usize, end: usize) {
        if let Some(target) = html_tags::link_target(tag) {
            self.push_link(link_target(target));
        }
        match html_tags::tag(tag) {
            HtmlTag::Superscript if tag.starts_with("</") => {
                if let Some(start) = self.superscript.take() {
                    self.raise(start, false);
                }
            }
            HtmlTag::Superscript => self.superscript = Some(self.position()),
            HtmlTag::Text => self.push(tag, start, end),
            HtmlTag::Break | HtmlTag::Block => self.hard_break(),
            HtmlTag::Inline => {
                if let Some(told) = html_tags::entry_tag(tag) {
                    self.entry_tag = Some(told.to_owned());
                }
            }
        }
    }

    fn hard_break(&mut self) {
        self.drop_border();
        self.lines.push(TextLine::default());
        self.source_line = LinePosition::default();
        self.after_soft_break = false;
    }

    fn soft_break(&mut self, at: usize) {
        self.drop_border();
        self.push(" ", at, at);
        let line = self.line();
        line.soft_breaks.push(SoftBreak {
            texts: line.texts.len(),
            links: line.links.len(),
            linked_letters: line.linked_letters,
            anchored_letters: line.anchored_letters,
        });
        self.source_line = LinePosition {
            text: line.texts.len().saturating_sub(1),
            byte: line.texts.last().map_or(0, |text| text.text.len()),
        };
        self.after_soft_break = true;
    }

    /// Begins another block after a line of Markdown that has only `|`, which is the border of a
    /// layout table.
    fn drop_border(&mut self) {
        let LinePosition { text: first, byte } = self.source_line;
        let rest = self.line().texts.iter().skip(first).enumerate();
        // The mark of a footnote may have replaced the text before the break by a shorter one.
        let rest = rest.map(|(i, text)| match i {
            0 => text.text.get(byte..).unwrap_or_default(),
            _ => &text.text,
        });
        let mut has_border = false;
        let is_empty = rest.flat_map(str::chars).all(|c| {
            has_border |= c == '|';
            is_border(c)
        });
        if is_empty && has_border {
            self.lines.push(TextLine { is_cut_off: true, ..TextLine::default() });
            self.source_line = LinePosition::default();
        }
    }

    /// Adds a text, which is split at stray marks.
    fn text(&mut self, text: &str, start: usize, end: usize) {
        if let Some(edge) = FurnitureEdge::of(text) {
            self.furniture = Some(edge);
            return;
        }
        if std::mem::take(&mut self.after_soft_break) && text.starts_with(BULLETS) {
            self.line().soft_breaks.pop();
            self.hard_break();
        }
        // The text of an entity or an escape differs from the source, and contains no marks.
        if self.source.text.get(start..end) != Some(text)
            || self.source.text[..start].ends_with('\\')
        {
            return self.push(text, start, end);
        }
        let mut at = 0;
        while let Some((open, series)) =
            stray_mark(text, at, &self.source.text, start, &mut self.last_series)
        {
            self.push(&text[at..open], start + at, start + open);
            // The marks of one series may come one by one, but switch the style once.
            if self.last_stray.replace(series.start) != Some(series.start) {
                let is_strong = text[open..].starts_with('*');
                let toggled =
                    if is_strong { &mut self.stray_strong } else { &mut self.stray_emphasis };
                *toggled = !*toggled;
            }
            at = text.len().min(series.end - start);
        }
        self.push(&text[at..], start + at, end);
    }

    /// Adds a text in the current style. `start` and `end` are its bytes in the source.
    fn push(&mut self, text: &str, start: usize, end: usize) {
        if text.is_empty() {
            return;
        }
        let is_bold = self.strong > 0 || self.stray_strong;
        let is_italic = self.emphasis > 0 || self.stray_emphasis;
        let (origin, end) = self.origins(text, start, end);
        let linked = if !self.open_links.is_empty() { letters(text) } else { 0 };
        if linked > 0 {
            // A link that continues after a line break is a link of both lines.
            let line = self.lines.last_mut().expect("a renderer has a line");
            for target in self.open_links.iter().filter_map(|link| link.target.as_ref()) {
                push_target(&mut line.links, target);
            }
        }
        let is_anchored = self.open_links.iter().any(|link| link.is_anchor);
        let line = self.line();
        line.linked_letters += linked;
        line.anchored_letters += if is_anchored { linked } else { 0 };
        line.texts.push(StyledText { text: text.to_owned(), is_bold, is_italic, origin, end });
    }
}

/// Adds a target to the links of a line, unless it equals the last one.
fn push_target(links: &mut Vec<String>, target: &str) {
    if links.last().is_none_or(|last| last != target) {
        links.push(target.to_owned());
    }
}

/// The text that begins at byte `at` of `source`, as one line of Markdown. The parser takes it for
/// running text, whatever it begins with, because a tag is put before it.
pub(crate) fn one_line(text: &str, source: &MappedText<'_>, at: usize) -> MappedText<'static> {
    let mut out = MappedText::empty();
    out.push("<b> ", source.origin(at));
    let mut start = at;
    for line in text.split_inclusive('\n') {
        let bare = line.trim_start_matches([' ', '\t', '>']);
        out.push_from(
            bare.trim_end_matches(['\n', ' ', '\t']),
            source,
            start + line.len() - bare.len(),
        );
        start += line.len();
        out.push(if line.ends_with("  \n") { "<br>" } else { " " }, source.origin(start));
    }
    out
}

/// Whether a code span is not code, because it continues over a line end or has links. Its
/// backticks were typed as quotes.
fn is_prose(span: &str) -> bool {
    span.contains('\n') || span.contains("](")
}

impl Renderer<'_, '_> {
    /// Reads a code span as running text.
    fn reread_code(&mut self, range: Range<usize>) {
        let span = &self.source.text[range.clone()];
        let inner = span.trim_start_matches('`');
        let at = range.end - inner.len();
        let inner = inner.trim_end_matches('`');
        let source = one_line(inner, self.source, at);
        let mut renderer = Renderer::new(&source);
        (renderer.strong, renderer.emphasis) = (self.strong, self.emphasis);
        renderer.stray_strong = self.stray_strong;
        renderer.stray_emphasis = self.stray_emphasis;
        renderer.open_links.clone_from(&self.open_links);
        for (event, range) in Parser::new(&source.text).into_offset_iter() {
            renderer.event(&event, range);
        }
        for (i, mut line) in std::mem::take(&mut renderer.lines).into_iter().enumerate() {
            if i > 0 {
                self.hard_break();
            }
            let open = self.line();
            open.texts.append(&mut line.texts);
            open.linked_letters += line.linked_letters;
            open.anchored_letters += line.anchored_letters;
            open.links.append(&mut line.links);
        }
        if inner.ends_with(char::is_whitespace) {
            self.push(" ", range.end, range.end);
        }
    }

    /// The byte of the first letter or digit of `text` and the byte after the last one, in the
    /// snapshot's text. `start` and `end` are the bytes of `text` in the source.
    fn origins(&self, text: &str, start: usize, end: usize) -> (usize, usize) {
        let is_verbatim = self.source.text.get(start..end) == Some(text);
        let mut letters = text.char_indices().filter(|(_, c)| c.is_alphanumeric());
        match (letters.next(), is_verbatim) {
            (Some(first), true) => {
                let (last, c) = letters.next_back().unwrap_or(first);
                (
                    self.source.origin(start + first.0),
                    self.source.origin(start + last) + c.len_utf8(),
                )
            }
            _ => {
                let last = self.source.text[start..end].char_indices().next_back();
                let end = last.map_or(self.source.origin(end), |(i, c)| {
                    self.source.origin(start + i) + c.len_utf8()
                });
                (self.source.origin(start), end)
            }
        }
    }
}

/// Finds the next stray mark in `text` from byte `from`.
///
/// Returns its byte and the range, in `whole`, of the series of equal marks to which it belongs.
/// `text` begins at byte `start` of `whole`. `last` is the last series that was measured.
fn stray_mark(
    text: &str,
    from: usize,
    whole: &str,
    start: usize,
    last: &mut Range<usize>,
) -> Option<(usize, Range<usize>)> {
    let bytes = whole.as_bytes();
    let mut at = from;
    while let Some(i) = text[at..].find(['*', '_']).map(|i| at + i) {
        let mark = bytes[start + i];
        if !last.contains(&(start + i)) {
            let before = bytes[..start + i].iter().rev().take_while(|&&b| b == mark).count();
            let after = bytes[start + i..].iter().take_while(|&&b| b == mark).count();
            *last = start + i - before..start + i + after;
        }
        let opens = whole[..last.start].chars().next_back().is_none_or(char::is_whitespace);
        let closes = whole[last.end..].chars().next().is_none_or(char::is_whitespace);
        let is_mark = match mark {
            b'*' => last.len() >= 2,
            // The mark is at the edge of a word. Longer series are lines to fill in.
            _ => last.len() <= 2 && (opens || closes),
        };
        if is_mark {
            return Some((i, last.clone()));
        }
        at = text.len().min(last.end - start);
    }
    None
}

/// Whether a text begins with a character that is nothing but a bullet.
pub(crate) fn is_bullet(text: &str) -> bool {
    text.starts_with(BULLETS)
}

/// The number of bytes that a typed bullet and the space after it take at the start of `text`.
///
/// Dashes, `.::` and similar marks are bullets only before a space.
pub(crate) fn typed_bullet(text: &str) -> Option<usize> {
    if let Some(rest) = text.strip_prefix(BULLETS) {
        return Some(text.len() - rest.trim_start().len());
    }
    [".::", "::", "»", "–", "—", "-", "*", "+"].iter().find_map(|mark| {
        let rest = text.strip_prefix(mark)?;
        rest.starts_with(char::is_whitespace).then(|| text.len() - rest.trim_start().len())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn render(markdown: &str) -> Vec<TextLine> {
        let source = MappedText::whole(markdown);
        let mut renderer = Renderer::new(&source);
        for (event, range) in Parser::new(markdown).into_offset_iter() {
            renderer.event(&event, range);
        }
        renderer.finish()
    }

    fn texts(markdown: &str) -> Vec<String> {
        render(markdown).iter().map(TextLine::text).collect()
    }

    #[test]
    fn soft_breaks_are_spaces_and_hard_breaks_end_lines() {
        assert_eq!(texts("one\ntwo  \nthree"), ["one two", "three"]);
        assert_eq!(texts("| one |\n|\ntwo"), ["one", "two"]);
        assert!(render("one\n|\ntwo")[1].is_cut_off);
    }

    #[test]
    fn stray_marks_are_style_and_not_text() {
        let lines = render("a **b\n\n");
        assert_eq!(lines[0].text(), "a b");
        assert_eq!(lines[0].letters(|text| text.is_bold), 1);
        assert_eq!(texts("fill in ____ here"), ["fill in ____ here"]);
        assert_eq!(texts("snake_case and 2 * 3"), ["snake_case and 2 * 3"]);
    }

    #[test]
    fn footnote_marks_are_superscripts() {
        for (markdown, text) in [
            ("rent it<sup>2</sup> to", "rent it² to"),
            ("partners[12](#fn12) of", "partners¹² of"),
            ("partners [\\[12\\]](#fn12).", "partners¹²."),
            ("since 2019[3](/a#fn3) of", "since 2019 of"),
            ("our 1<sup>st</sup> 10<sup>6</sup>", "our 1st 10⁶"),
            ("see [12](#s12), [Part 1](#p1)", "see 12, Part 1"),
        ] {
            assert_eq!(texts(markdown), [text], "{markdown}");
        }
    }

    #[test]
    fn pictures_are_no_words_and_links_without_words_are_kept() {
        assert_eq!(texts("a ![logo *b*](c.png)d"), ["a d"]);
        let lines = render("[](http://a.example)  \nb [![c](d)](http://e.example)");
        assert_eq!(lines[0].links, ["a.example", "e.example"]);
    }

    #[test]
    fn code_that_is_prose_is_read_as_prose() {
        assert_eq!(texts("`**a**`"), ["**a**"]);
        assert_eq!(texts("`**a**\nb`"), ["a b"]);
    }

    #[test]
    fn ranges_reach_from_the_first_to_the_last_letter() {
        let markdown = "(_**one** two_).";
        let line = &render(markdown)[0];
        assert_eq!(&markdown[line.start()..line.end()], "one** two");
    }

    #[test]
    fn dashes_are_bullets_only_before_a_space() {
        assert_eq!(typed_bullet("• one"), Some(4));
        assert_eq!(typed_bullet("- one"), Some(2));
        assert_eq!(typed_bullet("-one"), None);
        assert_eq!(typed_bullet("one"), None);
    }
}
