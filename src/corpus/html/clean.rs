//! HTML as a converter likes it: every tag closed, nothing nested deep, styles inside blocks, tables square.
//!
//! Pages of twenty years close tags that they did not open, put paragraphs into bold, lay out with tables and nest as deep as their authors
//! (or an attacker) liked; a converter that follows them recurses, and writes Markdown that means something else. So what it gets is this:
//! a flat sequence of paragraphs, headings, list entries, quotations and rows of cells.

use super::table::Table;
use super::tokens::{Element, Event};

/// How deep lists and quotations, and tables, are followed; what is nested deeper stands beside it. Real pages have up to about five.
const MAX_DEPTH: usize = 16;

/// A page as clean HTML. The title comes first, unless the first heading says the same.
pub(super) fn clean(title: &str, events: Vec<Event>) -> String {
    let mut page = Page::default();
    page.title(title, &events);
    for event in events {
        page.event(event);
    }
    page.end()
}

/// What marks words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Style {
    is_bold: bool,
    is_italic: bool,
    link: Option<String>,
}

#[derive(Default)]
struct Page {
    out: String,
    /// What the next words are to have, and what is open.
    style: Style,
    open: Style,
    /// White space that was met and not written, since it may end a block.
    has_space: bool,
    heading: Option<u8>,
    /// End tags of lists, quotations and entries that are open.
    nested: Vec<&'static str>,
    tables: Vec<Table>,
    preformatted: usize,
}

impl Page {
    fn title(&mut self, title: &str, events: &[Event]) {
        let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
        if title.is_empty() || first_heading(events) == title {
            return;
        }
        self.event(Event::Open(Element::Heading(1), None));
        self.text(&title);
        self.event(Event::Close(Element::Heading(1)));
    }

    fn event(&mut self, event: Event) {
        match event {
            Event::Text(text) if self.preformatted > 0 => self.preformatted_text(&text),
            Event::Text(text) => self.text(&text),
            Event::Open(element, target) => self.start(element, target),
            Event::Close(element) => self.finish(element),
        }
    }

    fn start(&mut self, element: Element, target: Option<String>) {
        match element {
            Element::Bold => self.style.is_bold = true,
            Element::Italic => self.style.is_italic = true,
            Element::Link => self.style.link = target,
            Element::Heading(level) => self.start_heading(level),
            Element::List(is_ordered) => self.start_list(is_ordered),
            Element::Item => self.start_item(),
            Element::Quote => self.nest("<blockquote>", "</blockquote>"),
            Element::Break => self.line_break(),
            Element::Preformatted => {
                self.block();
                self.preformatted += 1;
            }
            Element::Table => self.start_table(),
            Element::Row => self.start_row(),
            Element::Cell(is_header) => self.start_cell(is_header),
            Element::Block => self.block(),
            Element::Inline => {}
        }
    }

    fn finish(&mut self, element: Element) {
        match element {
            Element::Bold => self.style.is_bold = false,
            Element::Italic => self.style.is_italic = false,
            Element::Link => self.style.link = None,
            Element::Heading(_) => self.end_heading(),
            Element::List(is_ordered) => self.unnest(if is_ordered { "</ol>" } else { "</ul>" }),
            Element::Item => self.unnest("</li>"),
            Element::Quote => self.unnest("</blockquote>"),
            Element::Break => self.line_break(),
            Element::Preformatted => {
                self.block();
                self.preformatted = self.preformatted.saturating_sub(1);
            }
            Element::Table => self.end_table(),
            Element::Row | Element::Cell(_) => self.end_cell(),
            Element::Block => self.block(),
            Element::Inline => {}
        }
    }

    /// Words, with the style that is wanted.
    fn text(&mut self, text: &str) {
        let is_space = |c: char| c.is_whitespace();
        let words = text.trim_matches(is_space);
        if words.is_empty() {
            self.has_space |= !text.is_empty();
            return;
        }
        self.has_space |= text.starts_with(is_space);
        self.sync();
        push_escaped(&mut self.out, words);
        self.has_space = text.ends_with(is_space);
    }

    /// Blank lines of preformatted text end a paragraph, other line ends are white space.
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

    /// Opens and closes tags until the open style is the wanted one. White space stays outside of marks, since Markdown's need that.
    fn sync(&mut self) {
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

    fn close_style(&mut self) {
        let open = std::mem::take(&mut self.open);
        self.out.push_str(if open.is_italic { "</i>" } else { "" });
        self.out.push_str(if open.is_bold { "</b>" } else { "" });
        self.out.push_str(if open.link.is_some() { "</a>" } else { "" });
    }

    fn write_space(&mut self) {
        if std::mem::take(&mut self.has_space) && !self.is_at_start() {
            self.out.push(' ');
        }
    }

    /// Whether nothing stands before this in its block.
    fn is_at_start(&self) -> bool {
        let is_style = ["</b>", "</i>", "</a>"].iter().any(|tag| self.out.ends_with(tag));
        self.out.is_empty() || (self.out.ends_with('>') && !is_style)
    }

    /// Ends a paragraph and begins another; empty ones mean nothing.
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
        // A second one is an empty line.
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

    fn start_item(&mut self) {
        let nested = self.open_nested();
        let around = nested.iter().rposition(|end| *end != "</li>");
        match around.filter(|at| nested[*at] != "</blockquote>") {
            Some(list) => self.unnest_to(self.nested_start() + list + 1),
            None => self.nest("<ul>", "</ul>"),
        }
        self.nest("<li>", "</li>");
    }

    fn nest(&mut self, open: &'static str, close: &'static str) {
        self.end_heading();
        // Entries do not count: each stands in a list.
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

    fn unnest(&mut self, close: &str) {
        if let Some(at) = self.open_nested().iter().rposition(|end| *end == close) {
            self.unnest_to(self.nested_start() + at);
        }
        if close != "</li>" {
            self.block();
        }
    }

    fn unnest_to(&mut self, len: usize) {
        self.end_heading();
        self.close_style();
        self.has_space = false;
        while self.nested.len() > len {
            self.out.push_str(self.nested.pop().unwrap_or_default());
        }
    }

    /// What is open in this cell, or on the page.
    fn open_nested(&self) -> &[&'static str] {
        self.nested.get(self.nested_start()..).unwrap_or_default()
    }

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
            self.tables.push(Table::new(self.out.len(), self.nested.len()));
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

    fn end(mut self) -> String {
        while !self.tables.is_empty() {
            self.end_table();
        }
        self.unnest_to(0);
        self.out
    }
}

/// The words of the first heading of the highest level.
fn first_heading(events: &[Event]) -> String {
    let is_heading = |event: &&Event| matches!(event, Event::Open(Element::Heading(1), _));
    let words = events.iter().skip_while(|event| !is_heading(event)).skip(1);
    let words = words.take_while(|event| !matches!(event, Event::Close(Element::Heading(_))));
    let words: String = words
        .filter_map(|e| if let Event::Text(text) = e { Some(text.as_str()) } else { None })
        .collect();
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Text as HTML. A `&copy;` that a reader sees is written so that it is none in Markdown either.
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

/// No reference of HTML is longer than this.
const REFERENCE_BYTES: usize = 40;

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
    fn titles_stand_once() {
        assert_eq!(cleaned("<title>A  B</title><h2>C</h2>"), "<p><h1>A B</h1><p><h2>C</h2>");
        assert_eq!(cleaned("<title>A</title><h1> A </h1>"), "<p><h1>A</h1>");
    }
}
