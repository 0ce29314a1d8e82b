//! HTML to what of it matters here: its words, and the few tags that make clauses.

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

/// An element that makes clauses or marks words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Element {
    Bold,
    Italic,
    Link,
    /// With its level.
    Heading(u8),
    /// Whether its entries are numbered.
    List(bool),
    Item,
    Quote,
    Break,
    Preformatted,
    Table,
    Row,
    /// Whether it is a header of its row or column.
    Cell(bool),
    /// Begins and ends a paragraph.
    Block,
    /// Anything else inside a line: it means nothing here.
    Inline,
}

/// One thing in an HTML text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Event {
    /// A start tag; of a link, its target.
    Open(Element, Option<String>),
    /// An end tag.
    Close(Element),
    /// Text, its references resolved.
    Text(String),
}

/// The page's title and everything on it, in order.
pub(super) fn read(html: &str) -> (String, Vec<Event>) {
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(html));
    let tokenizer = Tokenizer::new(Collector::default(), TokenizerOpts::default());
    // Scripts are not run, so that nothing interrupts.
    while !input.is_empty() {
        let _ = tokenizer.feed(&input);
    }
    tokenizer.end();
    let page = tokenizer.sink.page.into_inner();
    (page.title.unwrap_or_default(), page.events)
}

/// Where text that is read belongs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Into {
    #[default]
    Page,
    Title,
    /// A script, a style sheet, what stands for a script.
    Nothing,
}

#[derive(Default)]
struct Page {
    title: Option<String>,
    events: Vec<Event>,
    into: Into,
}

#[derive(Default)]
struct Collector {
    page: RefCell<Page>,
}

impl TokenSink for Collector {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut page = self.page.borrow_mut();
        match token {
            Token::CharacterTokens(text) => page.text(&text),
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => return page.start(&tag),
            Token::TagToken(tag) => page.end(&tag),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

impl Page {
    fn text(&mut self, text: &str) {
        match self.into {
            Into::Title => self.title.get_or_insert_default().push_str(text),
            Into::Nothing => {}
            Into::Page => match self.events.last_mut() {
                Some(Event::Text(before)) => before.push_str(text),
                _ => self.events.push(Event::Text(text.to_owned())),
            },
        }
    }

    fn start(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        let name = &*tag.name;
        // What stands inside these is no HTML up to their end tag.
        let (into, kind) = match name {
            "title" if self.title.is_none() => (Into::Title, RawKind::Rcdata),
            "title" => (Into::Nothing, RawKind::Rcdata),
            "script" => (Into::Nothing, RawKind::ScriptData),
            "style" | "iframe" | "noembed" | "noframes" | "noscript" => {
                (Into::Nothing, RawKind::Rawtext)
            }
            "textarea" => (Into::Page, RawKind::Rcdata),
            "xmp" => (Into::Page, RawKind::Rawtext),
            _ => {
                self.into = Into::Page;
                let element = element(name);
                let is_link = element == Element::Link;
                let target = is_link.then(|| attribute(tag, "href")).flatten();
                self.push(Event::Open(element, target));
                return TokenSinkResult::Continue;
            }
        };
        self.into = into;
        self.push(Event::Open(element(name), None));
        TokenSinkResult::RawData(kind)
    }

    fn end(&mut self, tag: &Tag) {
        self.into = Into::Page;
        self.push(Event::Close(element(&tag.name)));
    }

    fn push(&mut self, event: Event) {
        if !matches!(event, Event::Open(Element::Inline, _) | Event::Close(Element::Inline)) {
            self.events.push(event);
        }
    }
}

fn attribute(tag: &Tag, name: &str) -> Option<String> {
    let found = tag.attrs.iter().find(|attribute| &*attribute.name.local == name)?;
    Some(found.value.trim().to_owned()).filter(|value| !value.is_empty())
}

fn element(name: &str) -> Element {
    match name {
        "b" | "strong" => Element::Bold,
        "i" | "em" => Element::Italic,
        "a" => Element::Link,
        "h1" => Element::Heading(1),
        "h2" => Element::Heading(2),
        "h3" => Element::Heading(3),
        "h4" => Element::Heading(4),
        "h5" => Element::Heading(5),
        "h6" => Element::Heading(6),
        "ul" | "menu" | "dir" => Element::List(false),
        "ol" => Element::List(true),
        "li" => Element::Item,
        "blockquote" => Element::Quote,
        "br" => Element::Break,
        "pre" | "textarea" | "xmp" | "listing" => Element::Preformatted,
        "table" => Element::Table,
        "tr" => Element::Row,
        "th" => Element::Cell(true),
        "td" => Element::Cell(false),
        "address" | "article" | "aside" | "body" | "button" | "caption" | "center" | "dd"
        | "details" | "dialog" | "div" | "dl" | "dt" | "fieldset" | "figcaption" | "figure"
        | "footer" | "form" | "frameset" | "head" | "header" | "hgroup" | "hr" | "html"
        | "legend" | "main" | "nav" | "optgroup" | "option" | "p" | "search" | "section"
        | "select" | "summary" | "tbody" | "tfoot" | "thead" => Element::Block,
        _ => Element::Inline,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(html: &str) -> String {
        let (_, events) = read(html);
        events.iter().map(|event| if let Event::Text(text) = event { text } else { "|" }).collect()
    }

    #[test]
    fn only_what_is_shown_is_read() {
        let html = "<!DOCTYPE html><html><head><title>A &amp; B</title><style>p { x }</style>\
            <script>if (a < b) document.write('<p>no</p>');</script></head><body><!-- no --><p>We sell.</p>\
            <noscript><p>no</p></noscript><svg><title>no</title></svg> <span>yes</span></body></html>";
        assert_eq!(read(html).0, "A & B");
        let shown: Vec<String> = text(html).split('|').map(str::trim).map(str::to_owned).collect();
        let shown: Vec<&str> =
            shown.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
        assert_eq!(shown, ["We sell.", "yes"]);
    }

    #[test]
    fn tags_without_an_end() {
        assert_eq!(text("a <b x='>'>b</B > c &lt;d&gt; < e"), "a |b| c <d> < e");
        assert_eq!(read("<a href=' https://acme.example/ '>x").1[0].clone(), {
            Event::Open(Element::Link, Some("https://acme.example/".to_owned()))
        });
        assert_eq!(text("a<!-- b"), "a");
        assert_eq!(text("a<script>b"), "a");
    }
}
