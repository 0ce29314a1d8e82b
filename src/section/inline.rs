//! Rendering: the inline events of one block become lines of plain text with their styles.
//!
//! A *line* ends at a hard break; soft breaks are spaces. Marks that the parser left as text because their partner is
//! missing (`**` broken over paragraphs, `_` before a line end) are taken out here and still count as style.

use std::ops::Range;

use pulldown_cmark::{Event, Parser, Tag, TagEnd};

use super::html;
use super::link::link_target;
use super::source::Source;

/// Bullets that authors typed as text. They separate words, so dropping them loses none.
const BULLETS: &[char] =
    &['•', '·', '▪', '▫', '◦', '●', '○', '■', '□', '‣', '⁃', '∙', '►', '➢', '❖', '✓', '✔'];

/// A stretch of a line in one style.
#[derive(Debug, Clone)]
pub(super) struct Run {
    pub text: String,
    pub is_bold: bool,
    pub is_italic: bool,
    /// The byte of the snapshot's text at which its first letter or digit stands; without any, at which it begins.
    pub origin: usize,
    /// The byte after its last letter or digit.
    pub end: usize,
}

/// One line of a block.
#[derive(Debug, Clone, Default)]
pub(super) struct Line {
    pub runs: Vec<Run>,
    /// Link targets, some of them more than once.
    pub links: Vec<String>,
    /// Letters and digits that are the text of a link.
    pub linked: usize,
    /// Whether a border of a layout table stood before it: it begins a block of its own.
    pub is_cut_off: bool,
}

impl Line {
    /// The text, single-spaced, without stray table borders and marks at its ends.
    pub fn text(&self) -> String {
        let mut text = String::with_capacity(self.runs.iter().map(|run| run.text.len() + 1).sum());
        for run in &self.runs {
            push_single_spaced(&run.text, &mut text);
        }
        // NUL divides the parts of an identity, so it may not come from outside.
        if text.contains('\0') {
            text = text.replace('\0', "\u{FFFD}");
        }
        // A border inside a line ("Home | About") stays.
        let is_border = |c: char| c == '|' || c.is_whitespace();
        text.truncate(text.trim_end_matches(is_border).len());
        let start = text.len() - text.trim_start_matches(is_border).len();
        text.drain(..start);
        text
    }

    pub fn letters(&self, is_counted: impl Fn(&Run) -> bool) -> usize {
        self.runs.iter().filter(|run| is_counted(run)).map(|run| letters(&run.text)).sum()
    }

    /// Whether the line has words and all of them are in runs for which `is_styled` holds.
    pub fn is_all(&self, is_styled: impl Fn(&Run) -> bool) -> bool {
        let all = self.letters(|_| true);
        all > 0 && self.letters(is_styled) == all
    }

    pub fn has_word(&self) -> bool {
        self.runs.iter().any(|run| crate::token::has_token(&run.text))
    }

    /// Where its first letter or digit stands in the snapshot's text.
    pub fn start(&self) -> usize {
        let first = self.runs.iter().find(|run| run.text.contains(char::is_alphanumeric));
        first.or(self.runs.first()).map_or(0, |run| run.origin)
    }

    /// Where its last letter or digit ends in the snapshot's text.
    pub fn end(&self) -> usize {
        let last = self.runs.iter().rev().find(|run| run.text.contains(char::is_alphanumeric));
        last.or(self.runs.last()).map_or(0, |run| run.end)
    }
}

/// Appends `more` with one space for each stretch of white space, and none at the start or after a space.
fn push_single_spaced(more: &str, text: &mut String) {
    let is_open = |text: &str| text.is_empty() || text.ends_with(' ');
    let bytes = more.as_bytes();
    // Nearly every run needs no change; going through it word by word was a third of the time of sectioning.
    if memchr::memchr3(b'\t', b'\n', b'\r', bytes).is_none()
        && memchr::memmem::find(bytes, b"  ").is_none()
    {
        let more = if is_open(text) { more.strip_prefix(' ').unwrap_or(more) } else { more };
        return text.push_str(more);
    }
    for (i, word) in more.split([' ', '\t', '\n', '\r']).enumerate() {
        if i > 0 && !is_open(text) {
            text.push(' ');
        }
        text.push_str(word);
    }
}

/// How many letters and digits a text has.
fn letters(text: &str) -> usize {
    if text.is_ascii() {
        text.bytes().filter(u8::is_ascii_alphanumeric).count()
    } else {
        text.chars().filter(|c| c.is_alphanumeric()).count()
    }
}

/// Collects the inline events of one block.
pub(super) struct Renderer<'s, 't> {
    source: &'s Source<'t>,
    lines: Vec<Line>,
    strong: usize,
    emphasis: usize,
    stray_strong: bool,
    stray_emphasis: bool,
    /// The targets of the links that are open.
    open_links: Vec<Option<String>>,
    /// Where in the current line its current source line began: (run, byte of the run).
    source_line: (usize, usize),
    after_soft_break: bool,
    /// Where the last run of stray marks began.
    last_mark: Option<usize>,
    /// The last run of `*` or `_` that was looked at: the parser hands out its marks one by one.
    last_run: Range<usize>,
}

impl<'s, 't> Renderer<'s, 't> {
    pub fn new(source: &'s Source<'t>) -> Self {
        Self {
            source,
            lines: vec![Line::default()],
            strong: 0,
            emphasis: 0,
            stray_strong: false,
            stray_emphasis: false,
            open_links: Vec::new(),
            source_line: (0, 0),
            after_soft_break: false,
            last_mark: None,
            last_run: 0..0,
        }
    }

    /// Takes an inline event with its byte range in the source. Block events are ignored.
    pub fn event(&mut self, event: &Event<'_>, range: Range<usize>) {
        match event {
            Event::Text(text) => self.text(text, range.start, range.end),
            Event::Code(_) if is_prose(&self.source.text[range.clone()]) => self.reread_code(range),
            Event::Code(text) | Event::InlineMath(text) | Event::DisplayMath(text) => {
                // The range includes the backticks; the text stands between them, without a space at each end.
                let raw = &self.source.text[range.clone()];
                let offset = raw.find(text.as_ref()).unwrap_or(0);
                let is_spaced = raw.trim_start_matches('`').starts_with(' ');
                let space = if is_spaced { " " } else { "" };
                self.push(space, range.start, range.start);
                self.push(text, range.start + offset, range.end);
                self.push(space, range.end, range.end);
            }
            Event::SoftBreak => self.soft_break(range.start),
            Event::HardBreak => self.hard_break(),
            Event::Start(Tag::Strong) => self.strong += 1,
            Event::End(TagEnd::Strong) => self.strong = self.strong.saturating_sub(1),
            Event::Start(Tag::Emphasis) => self.emphasis += 1,
            Event::End(TagEnd::Emphasis) => self.emphasis = self.emphasis.saturating_sub(1),
            Event::Start(Tag::Link { dest_url, .. }) => {
                self.link(dest_url);
                self.open_links.push(link_target(dest_url));
            }
            Event::End(TagEnd::Link) => drop(self.open_links.pop()),
            // A picture separates words as a space does.
            Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => {
                self.push(" ", range.start, range.start)
            }
            Event::InlineHtml(tag) | Event::Html(tag) => self.html(tag, range.start, range.end),
            Event::FootnoteReference(text) => self.text(text, range.start, range.end),
            _ => {}
        }
    }

    /// The lines, without those that have no word.
    pub fn finish(mut self) -> Vec<Line> {
        self.drop_border();
        let mut cut_off = false;
        self.lines.retain_mut(|line| {
            cut_off |= line.is_cut_off;
            let keep = line.has_word();
            if keep {
                line.is_cut_off = std::mem::take(&mut cut_off);
            }
            keep
        });
        self.lines
    }

    fn line(&mut self) -> &mut Line {
        if self.lines.is_empty() {
            self.lines.push(Line::default());
        }
        let last = self.lines.len() - 1;
        &mut self.lines[last]
    }

    fn link(&mut self, target: &str) {
        if let Some(target) = link_target(target) {
            self.push_link(target);
        }
    }

    /// Notes a target for the line, though not again for each run of its text: which ones are new is seen once, for the clause.
    fn push_link(&mut self, target: String) {
        let links = &mut self.line().links;
        if links.last() != Some(&target) {
            links.push(target);
        }
    }

    fn html(&mut self, tag: &str, start: usize, end: usize) {
        if let Some(target) = html::link_target(tag) {
            self.link(target);
        }
        match html::tag(tag) {
            html::Tag::Text => self.push(tag, start, end),
            html::Tag::Break | html::Tag::Block => self.hard_break(),
            html::Tag::Inline => {}
        }
    }

    fn hard_break(&mut self) {
        self.drop_border();
        self.lines.push(Line::default());
        self.source_line = (0, 0);
        self.after_soft_break = false;
    }

    fn soft_break(&mut self, at: usize) {
        self.drop_border();
        self.push(" ", at, at);
        let line = self.line();
        let mark =
            (line.runs.len().saturating_sub(1), line.runs.last().map_or(0, |run| run.text.len()));
        self.source_line = mark;
        self.after_soft_break = true;
    }

    /// A source line of nothing but `|` is the border of a layout table: what follows is another block.
    fn drop_border(&mut self) {
        let (run, byte) = self.source_line;
        let line = self.line();
        let texts = line.runs.iter().enumerate().skip(run);
        let texts = texts
            .map(|(i, r)| if i == run { r.text.get(byte..).unwrap_or_default() } else { &r.text });
        let mut has_border = false;
        let is_empty = texts.flat_map(str::chars).all(|c| {
            has_border |= c == '|';
            c == '|' || c.is_whitespace()
        });
        let is_border = is_empty && has_border;
        if is_border {
            self.lines.push(Line { is_cut_off: true, ..Line::default() });
            self.source_line = (0, 0);
        }
    }

    /// A text event: split at marks whose partner is missing.
    fn text(&mut self, text: &str, start: usize, end: usize) {
        if std::mem::take(&mut self.after_soft_break) && text.starts_with(BULLETS) {
            self.hard_break();
        }
        // An entity or an escape: its text is not the source's, and no mark.
        if self.source.text.get(start..end) != Some(text)
            || self.source.text[..start].ends_with('\\')
        {
            return self.push(text, start, end);
        }
        let mut at = 0;
        while let Some((open, run)) =
            stray_mark(text, at, &self.source.text, start, &mut self.last_run)
        {
            self.push(&text[at..open], start + at, start + open);
            // The parser hands out the marks of one run one by one.
            if self.last_mark.replace(run.start) != Some(run.start) {
                let is_strong = text[open..].starts_with('*');
                let toggled =
                    if is_strong { &mut self.stray_strong } else { &mut self.stray_emphasis };
                *toggled = !*toggled;
            }
            at = text.len().min(run.end - start);
        }
        self.push(&text[at..], start + at, end);
    }

    fn push(&mut self, text: &str, start: usize, end: usize) {
        if text.is_empty() {
            return;
        }
        let is_bold = self.strong > 0 || self.stray_strong;
        let is_italic = self.emphasis > 0 || self.stray_emphasis;
        let (origin, end) = self.origins(text, start, end);
        let linked = if !self.open_links.is_empty() { letters(text) } else { 0 };
        if linked > 0 {
            // A link that goes on over a line break is a link of both lines.
            for target in self.open_links.clone().into_iter().flatten() {
                self.push_link(target);
            }
        }
        let line = self.line();
        line.linked += linked;
        line.runs.push(Run { text: text.to_owned(), is_bold, is_italic, origin, end });
    }
}

/// `text`, which stands at byte `at` of `source`, as one line that begins no block, whatever it begins with.
pub(super) fn one_line(text: &str, source: &Source<'_>, at: usize) -> Source<'static> {
    let mut out = Source::empty();
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

/// Whether what stands between backticks is no code: it goes on over a line end, or has links. The backticks were apostrophes.
fn is_prose(span: &str) -> bool {
    span.contains('\n') || span.contains("](")
}

impl Renderer<'_, '_> {
    /// Reads a code span as the text that it is.
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
            open.runs.append(&mut line.runs);
            open.linked += line.linked;
            open.links.append(&mut line.links);
        }
        if inner.ends_with(char::is_whitespace) {
            self.push(" ", range.end, range.end);
        }
    }

    /// Where the first letter or digit of `text` begins and the last one ends in the snapshot's text.
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

/// The next mark without partner in `text` from byte `from`: its byte, and the run of marks in `whole` that it is of.
/// `text` stands at `start` in `whole`; `last` is the last run that was looked at, which is not measured again.
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
        let run = last.clone();
        let opens = whole[..run.start].chars().next_back().is_none_or(char::is_whitespace);
        let closes = whole[run.end..].chars().next().is_none_or(char::is_whitespace);
        let is_mark = match mark {
            b'*' => run.len() >= 2,
            // At the edge of a word; longer runs are lines to fill in.
            _ => run.len() <= 2 && (opens || closes),
        };
        if is_mark {
            return Some((i, run));
        }
        at = text.len().min(run.end - start);
    }
    None
}

/// The bullet that `text` begins with, as bytes to skip: a typed bullet, or `.::` and dashes before a space.
pub(super) fn typed_bullet(text: &str) -> Option<usize> {
    if let Some(rest) = text.strip_prefix(BULLETS) {
        return Some(text.len() - rest.trim_start().len());
    }
    [".::", "::", "»", "–", "—", "-", "*", "+"].iter().find_map(|mark| {
        let rest = text.strip_prefix(mark)?;
        rest.starts_with(char::is_whitespace).then(|| text.len() - rest.trim_start().len())
    })
}
