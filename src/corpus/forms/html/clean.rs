//! Writes clean HTML for the Markdown converter: every tag is closed, nothing is nested deep,
//! styles are inside blocks, and tables are rectangular.
//!
//! Pages of the last decades close tags that are not open, put paragraphs into bold, use tables for
//! layout, and nest without limit. A converter that follows them recurses deeply, and writes
//! Markdown with another meaning. The clean HTML is a flat sequence of paragraphs, headings, list
//! entries, quotations and rows of cells.

use super::page_table::PageTable;
use super::tokens::{HtmlElement, HtmlEvent};

/// The largest depth of lists and quotations, and of tables. Deeper ones become siblings. Real
/// pages have a depth of about five.
const MAX_DEPTH: usize = 16;

/// Writes a page as clean HTML. The title comes first, unless the first heading has the same words.
pub(super) fn clean(title: &str, events: Vec<HtmlEvent>) -> String {
    let mut page = CleanPage::default();
    page.title(title, &events);
    for event in events {
        page.event(event);
    }
    page.end()
}

/// The marks on words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct WordStyle {
    is_bold: bool,
    is_italic: bool,
    link: Option<String>,
}

/// A page while it is written.
#[derive(Default)]
struct CleanPage {
    out: String,
    /// The style of the next words.
    style: WordStyle,
    /// The style whose tags are open in the output.
    open: WordStyle,
    /// Whether white space waits to be written. At the end of a block it is dropped.
    has_space: bool,
    /// The level of the open heading.
    heading: Option<u8>,
    /// The end tags of the open lists, quotations and entries, from the outside in.
    nested: Vec<&'static str>,
    /// The open tables, from the outside in.
    tables: Vec<PageTable>,
    /// How many preformatted elements are open.
    preformatted: usize,
}

impl CleanPage {
    /// Writes the title as a heading, unless the first heading has the same words.
    fn title(&mut self, title: &str, events: &[HtmlEvent]) {
        let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
        if title.is_empty() || first_heading(events) == title {
            return;
        }
        self.event(HtmlEvent::Open(HtmlElement::Heading(1), None));
        self.text(&title);
        self.event(HtmlEvent::Close(HtmlElement::Heading(1)));
    }

    fn event(&mut self, event: HtmlEvent) {
        match event {
            HtmlEvent::Text(text) if self.preformatted > 0 => self.preformatted_text(&text),
            HtmlEvent::Text(text) => self.text(&text),
            HtmlEvent::Open(element, target) => self.start(element, target),
            HtmlEvent::Close(element) => self.finish(element),
        }
    }

    fn start(&mut self, element: HtmlElement, target: Option<String>) {
        match element {
            HtmlElement::Bold => self.style.is_bold = true,
            HtmlElement::Italic => self.style.is_italic = true,
            HtmlElement::Link => self.style.link = target,
            HtmlElement::Heading(level) => self.start_heading(level),
            HtmlElement::List(is_ordered) => self.start_list(is_ordered),
            HtmlElement::Item => self.start_item(),
            HtmlElement::Quote => self.nest("<blockquote>", "</blockquote>"),
            HtmlElement::Break => self.line_break(),
            HtmlElement::Preformatted => {
                self.block();
                self.preformatted += 1;
            }
            HtmlElement::Table => self.start_table(),
            HtmlElement::Row => self.start_row(),
            HtmlElement::Cell(is_header) => self.start_cell(is_header),
            HtmlElement::Block => self.block(),
            HtmlElement::Inline => {}
        }
    }

    fn finish(&mut self, element: HtmlElement) {
        match element {
            HtmlElement::Bold => self.style.is_bold = false,
            HtmlElement::Italic => self.style.is_italic = false,
            HtmlElement::Link => self.style.link = None,
            HtmlElement::Heading(_) => self.end_heading(),
            HtmlElement::List(is_ordered) => {
                self.unnest(if is_ordered { "</ol>" } else { "</ul>" })
            }
            HtmlElement::Item => self.unnest("</li>"),
            HtmlElement::Quote => self.unnest("</blockquote>"),
            HtmlElement::Break => self.line_break(),
            HtmlElement::Preformatted => {
                self.block();
                self.preformatted = self.preformatted.saturating_sub(1);
            }
            HtmlElement::Table => self.end_table(),
            HtmlElement::Row | HtmlElement::Cell(_) => self.end_cell(),
            HtmlElement::Block => self.block(),
            HtmlElement::Inline => {}
        }
    }

    /// Writes words in the current style.
    fn text(&mut self, text: &str) {
        let words = text.trim();
        if words.is_empty() {
            self.has_space |= !text.is_empty();
            return;
        }
        self.has_space |= text.starts_with(char::is_whitespace);
        self.open_style();
        push_escaped(&mut self.out, words);
        self.has_space = text.ends_with(char::is_whitespace);
    }

    /// Writes preformatted text. A blank line ends a paragraph; other line ends are white space.
    fn preformatted_text(&mut self, text: &str) {
        let mut is_first = true;
        for line in text.split('\n') {
            if line.trim().is_empty() && !is_first {
                self.block();
            }
            self.text(line);
            self.has_space = true;
            is_first = false;
        }
    }

    /// Opens and closes tags until the open style is the current one. White space is written
    /// outside of marks, because marks of Markdown must touch their words.
    fn open_style(&mut self) {
        if self.open == self.style {
            self.write_space();
            return;
        }
        self.close_style();
        self.write_space();
        if let Some(link) = &self.style.link {
            self.out.push_str("<a href=\"");
            self.out.push_str(&link.replace('&', "&amp;").replace('"', "&quot;"));
            self.out.push_str("\">");
        }
        self.out.push_str(if self.style.is_bold { "<b>" } else { "" });
        self.out.push_str(if self.style.is_italic { "<i>" } else { "" });
        self.open = self.style.clone();
    }

    /// Closes the tags of the open style.
    fn close_style(&mut self) {
        let open = std::mem::take(&mut self.open);
        self.out.push_str(if open.is_italic { "</i>" } else { "" });
        self.out.push_str(if open.is_bold { "</b>" } else { "" });
        self.out.push_str(if open.link.is_some() { "</a>" } else { "" });
    }

    /// Writes white space that waits, unless a block begins here.
    fn write_space(&mut self) {
        if std::mem::take(&mut self.has_space) && !self.is_at_start() {
            self.out.push(' ');
        }
    }

    /// Whether the output ends at the start of a block.
    fn is_at_start(&self) -> bool {
        let ends_with_style = ["</b>", "</i>", "</a>"].iter().any(|tag| self.out.ends_with(tag));
        self.out.is_empty() || (self.out.ends_with('>') && !ends_with_style)
    }

    /// Ends a paragraph and begins another. An empty paragraph is used again.
    fn block(&mut self) {
        if self.heading.is_some() {
            if !self.is_at_start() {
                self.end_heading();
            }
            return;
        }
        self.close_style();
        self.has_space = false;
        if !self.out.ends_with("<p>") && !self.out.ends_with("<li>") {
            self.out.push_str("<p>");
        }
    }

    fn line_break(&mut self) {
        if self.heading.is_some() || self.out.ends_with("<p>") || self.out.ends_with("<li>") {
            self.has_space = true;
            return;
        }
        self.close_style();
        self.has_space = false;
        // Two line breaks make an empty line, which separates paragraphs.
        if self.out.ends_with("<br>") { self.block() } else { self.out.push_str("<br>") }
    }

    fn start_heading(&mut self, level: u8) {
        self.end_heading();
        self.block();
        if let Some(table) = self.tables.last_mut() {
            table.has_blocks = true;
        }
        self.out.push_str(&format!("<h{level}>"));
        self.heading = Some(level);
    }

    fn end_heading(&mut self) {
        let Some(level) = self.heading.take() else { return };
        self.close_style();
        self.has_space = false;
        self.out.push_str(&format!("</h{level}>"));
    }

    fn start_list(&mut self, is_ordered: bool) {
        let (open, close) = if is_ordered { ("<ol>", "</ol>") } else { ("<ul>", "</ul>") };
        self.nest(open, close);
    }

    /// Starts an entry of the innermost list, and ends the entries and quotations inside that list.
    fn start_item(&mut self) {
        let nested = self.open_nested();
        let around = nested.iter().rposition(|end| *end != "</li>");
        match around.filter(|at| nested[*at] != "</blockquote>") {
            Some(list) => self.unnest_to(self.nested_start() + list + 1),
            None => self.nest("<ul>", "</ul>"),
        }
        self.nest("<li>", "</li>");
    }

    /// Opens a list, a quotation or an entry.
    fn nest(&mut self, open: &'static str, close: &'static str) {
        self.end_heading();
        // Entries do not count, because each is in a list that counts.
        let depth = self.nested.iter().filter(|end| **end != "</li>").count();
        if depth >= MAX_DEPTH && close != "</li>" {
            return self.block();
        }
        self.close_style();
        self.has_space = false;
        if let Some(table) = self.tables.last_mut() {
            table.has_blocks = true;
        }
        self.out.push_str(open);
        self.nested.push(close);
    }

    /// Closes the innermost element with this end tag and everything inside it.
    fn unnest(&mut self, close: &str) {
        if let Some(at) = self.open_nested().iter().rposition(|end| *end == close) {
            self.unnest_to(self.nested_start() + at);
        }
        if close != "</li>" {
            self.block();
        }
    }

    /// Closes the innermost elements until `len` are open.
    fn unnest_to(&mut self, len: usize) {
        self.end_heading();
        self.close_style();
        self.has_space = false;
        while self.nested.len() > len
            && let Some(end) = self.nested.pop()
        {
            self.out.push_str(end);
        }
    }

    /// The end tags of the elements that are open in the current cell, or on the page.
    fn open_nested(&self) -> &[&'static str] {
        &self.nested[self.nested_start()..]
    }

    /// How many elements are open around the current table.
    fn nested_start(&self) -> usize {
        self.tables.last().map_or(0, |table| table.nested)
    }

    fn start_table(&mut self) {
        self.end_heading();
        self.block();
        if let Some(outer) = self.tables.last_mut() {
            outer.has_table = true;
        }
        if self.tables.len() < MAX_DEPTH {
            self.tables.push(PageTable::new(self.out.len(), self.nested.len()));
        }
    }

    fn start_row(&mut self) {
        self.end_cell();
        if let Some(table) = self.tables.last_mut() {
            table.rows.push(Vec::new());
        }
    }

    fn start_cell(&mut self, is_header: bool) {
        self.end_cell();
        let start = self.out.len();
        if let Some(table) = self.tables.last_mut() {
            table.start_cell(is_header, start);
        }
    }

    fn end_cell(&mut self) {
        self.end_heading();
        self.unnest_to(self.nested_start());
        let end = self.out.len();
        if let Some(table) = self.tables.last_mut() {
            table.end_cell(end);
        }
        self.block();
    }

    fn end_table(&mut self) {
        if self.tables.is_empty() {
            return self.block();
        }
        self.end_cell();
        if let Some(table) = self.tables.pop()
            && let Some(rows) = table.to_html(&self.out)
        {
            self.out.truncate(table.start);
            self.out.push_str(&rows);
        }
        self.block();
    }

    /// Closes everything and returns the page.
    fn end(mut self) -> String {
        while !self.tables.is_empty() {
            self.end_table();
        }
        self.unnest_to(0);
        self.out
    }
}

/// The words of the first heading of the first level; empty if there is none.
fn first_heading(events: &[HtmlEvent]) -> String {
    let start = events
        .iter()
        .position(|event| matches!(event, HtmlEvent::Open(HtmlElement::Heading(1), _)));
    let Some(start) = start else { return String::new() };
    let mut words = String::new();
    for event in &events[start + 1..] {
        match event {
            HtmlEvent::Close(HtmlElement::Heading(_)) => break,
            HtmlEvent::Text(text) => words.push_str(text),
            _ => {}
        }
    }
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Writes text as HTML with single spaces. Text that looks like a character reference (`&copy;`) is
/// escaped twice, so that it is no reference in Markdown either.
fn push_escaped(out: &mut String, text: &str) {
    let mut was_space = false;
    for (at, c) in text.char_indices() {
        let is_space = c.is_whitespace();
        match c {
            _ if is_space && was_space => {}
            _ if is_space => out.push(' '),
            '&' if is_reference(&text[at..]) => out.push_str("&amp;amp;"),
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\0' => {}
            _ => out.push(c),
        }
        was_space = is_space;
    }
}

/// The largest size of a character reference of HTML without its `&`, in bytes.
const REFERENCE_BYTES: usize = 40;

/// Whether a text begins with a character reference.
fn is_reference(text: &str) -> bool {
    let name = text.bytes().skip(1).take(REFERENCE_BYTES);
    let end = name.clone().position(|byte| !byte.is_ascii_alphanumeric() && byte != b'#');
    end.is_some_and(|end| end > 0 && text.as_bytes().get(end + 1) == Some(&b';'))
}

#[cfg(test)]
mod tests {
    use super::super::tokens::read;
    use super::*;

    fn cleaned(html: &str) -> String {
        let (title, events) = read(html);
        clean(&title, events)
    }

    #[test]
    fn styles_stay_inside_blocks() {
        assert_eq!(
            cleaned("<b><p>One</p><p>Two <i> three</b></p>"),
            "<p><b>One</b><p><b>Two</b> <b><i>three</i></b><p>"
        );
        assert_eq!(cleaned("We<b> sell </b><b></b>data"), "We <b>sell</b> data");
        assert_eq!(cleaned("<b>a</b><b>b</b>"), "<b>ab</b>");
        assert_eq!(cleaned("&amp;copy; & &lt;b&gt;"), "&amp;amp;copy; &amp; &lt;b&gt;");
    }

    #[test]
    fn tags_are_closed() {
        assert_eq!(cleaned("</ul></div>x<ul><li>a<li>b"), "<p>x<ul><li>a</li><li>b</li></ul>");
        assert_eq!(cleaned("<h2><div>A</div></h2>b<h3>c<p>d"), "<p><h2>A</h2>b<p><h3>c</h3>d");
        assert_eq!(cleaned("<li>a</li>"), "<ul><li>a</li></ul>");
    }

    #[test]
    fn nothing_is_nested_deep() {
        let html = format!("{}x", "<ul><li><div><blockquote><table><tr><td><b>".repeat(1000));
        let cleaned = cleaned(&html);
        assert!(cleaned.contains('x'));
        let mut depth = 0_usize;
        let mut deepest = 0;
        for tag in cleaned.split('<').skip(1) {
            match tag.starts_with('/') {
                true => depth = depth.saturating_sub(1),
                false if !tag.starts_with("p>") => depth += 1,
                false => {}
            }
            deepest = deepest.max(depth);
        }
        assert_eq!(depth, 0, "all is closed");
        assert!(deepest <= 2 * MAX_DEPTH + 2, "{deepest}");
    }

    #[test]
    fn titles_occur_once() {
        assert_eq!(cleaned("<title>A  B</title><h2>C</h2>"), "<p><h1>A B</h1><p><h2>C</h2>");
        assert_eq!(cleaned("<title>A</title><h1> A </h1>"), "<p><h1>A</h1>");
    }
}
