//! Reads HTML into events: the words of a page, and the few tags that make clauses or mark words.
//!
//! Whether tags are well nested is left to `clean`.

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

/// An element that makes clauses or marks words. Elements of the same meaning share a variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HtmlElement {
    Bold,
    Italic,
    Link,
    /// A heading of this level, from 1.
    Heading(u8),
    /// A list; `true` if its entries are numbered.
    List(bool),
    Item,
    Quote,
    Break,
    Preformatted,
    Table,
    Row,
    /// A cell; `true` if it is the header of its row or column.
    Cell(bool),
    /// Any other element that begins and ends a paragraph.
    Block,
    /// Any other element inside a line. It is ignored.
    Inline,
}

/// One event of a page, in the order of the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum HtmlEvent {
    /// A start tag, with the target if it is a link.
    Open(HtmlElement, Option<String>),
    /// An end tag.
    Close(HtmlElement),
    /// Text, with character references resolved.
    Text(String),
}

/// Returns the title of a page and its events. Scripts and styles are left out.
pub(super) fn read(html: &str) -> (String, Vec<HtmlEvent>) {
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(html));
    let tokenizer = Tokenizer::new(EventCollector::default(), TokenizerOpts::default());
    // The tokenizer stops only to run a script, and scripts are not run: the result is always done.
    while !input.is_empty() {
        let _ = tokenizer.feed(&input);
    }
    tokenizer.end();
    let page = tokenizer.sink.page.into_inner();
    (page.title.unwrap_or_default(), page.events)
}

/// Where the text that is being read belongs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum TextTarget {
    #[default]
    Page,
    Title,
    /// Nowhere: it is a script, a style sheet, or a replacement for a script.
    Nothing,
}

/// The title and the events so far.
#[derive(Default)]
struct PageEvents {
    title: Option<String>,
    events: Vec<HtmlEvent>,
    /// Where the next text belongs.
    into: TextTarget,
}

/// Receives the tokens of the HTML library.
#[derive(Default)]
struct EventCollector {
    page: RefCell<PageEvents>,
}

impl TokenSink for EventCollector {
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

impl PageEvents {
    fn text(&mut self, text: &str) {
        match self.into {
            TextTarget::Title => self.title.get_or_insert_default().push_str(text),
            TextTarget::Nothing => {}
            TextTarget::Page => match self.events.last_mut() {
                Some(HtmlEvent::Text(before)) => before.push_str(text),
                _ => self.events.push(HtmlEvent::Text(text.to_owned())),
            },
        }
    }

    fn start(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        let name = &*tag.name;
        // The content of these elements is not HTML, up to their end tag.
        let (into, kind) = match name {
            "title" if self.title.is_none() => (TextTarget::Title, RawKind::Rcdata),
            "title" => (TextTarget::Nothing, RawKind::Rcdata),
            "script" => (TextTarget::Nothing, RawKind::ScriptData),
            "style" | "iframe" | "noembed" | "noframes" | "noscript" => {
                (TextTarget::Nothing, RawKind::Rawtext)
            }
            "textarea" => (TextTarget::Page, RawKind::Rcdata),
            "xmp" => (TextTarget::Page, RawKind::Rawtext),
            _ => {
                self.into = TextTarget::Page;
                let element = element(name);
                let is_link = element == HtmlElement::Link;
                let target = is_link.then(|| attribute(tag, "href")).flatten();
                self.push(HtmlEvent::Open(element, target));
                return TokenSinkResult::Continue;
            }
        };
        self.into = into;
        self.push(HtmlEvent::Open(element(name), None));
        TokenSinkResult::RawData(kind)
    }

    fn end(&mut self, tag: &Tag) {
        self.into = TextTarget::Page;
        self.push(HtmlEvent::Close(element(&tag.name)));
    }

    fn push(&mut self, event: HtmlEvent) {
        if !matches!(
            event,
            HtmlEvent::Open(HtmlElement::Inline, _) | HtmlEvent::Close(HtmlElement::Inline)
        ) {
            self.events.push(event);
        }
    }
}

/// The value of an attribute, if it is not blank.
fn attribute(tag: &Tag, name: &str) -> Option<String> {
    let found = tag.attrs.iter().find(|attribute| &*attribute.name.local == name)?;
    Some(found.value.trim().to_owned()).filter(|value| !value.is_empty())
}

/// The element of a tag name.
fn element(name: &str) -> HtmlElement {
    match name {
        "b" | "strong" => HtmlElement::Bold,
        "i" | "em" => HtmlElement::Italic,
        "a" => HtmlElement::Link,
        "h1" => HtmlElement::Heading(1),
        "h2" => HtmlElement::Heading(2),
        "h3" => HtmlElement::Heading(3),
        "h4" => HtmlElement::Heading(4),
        "h5" => HtmlElement::Heading(5),
        "h6" => HtmlElement::Heading(6),
        "ul" | "menu" | "dir" => HtmlElement::List(false),
        "ol" => HtmlElement::List(true),
        "li" => HtmlElement::Item,
        "blockquote" => HtmlElement::Quote,
        "br" => HtmlElement::Break,
        "pre" | "textarea" | "xmp" | "listing" => HtmlElement::Preformatted,
        "table" => HtmlElement::Table,
        "tr" => HtmlElement::Row,
        "th" => HtmlElement::Cell(true),
        "td" => HtmlElement::Cell(false),
        "address" | "article" | "aside" | "body" | "button" | "caption" | "center" | "dd"
        | "details" | "dialog" | "div" | "dl" | "dt" | "fieldset" | "figcaption" | "figure"
        | "footer" | "form" | "frameset" | "head" | "header" | "hgroup" | "hr" | "html"
        | "legend" | "main" | "nav" | "optgroup" | "option" | "p" | "search" | "section"
        | "select" | "summary" | "tbody" | "tfoot" | "thead" => HtmlElement::Block,
        _ => HtmlElement::Inline,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(html: &str) -> String {
        let (_, events) = read(html);
        events
            .iter()
            .map(|event| if let HtmlEvent::Text(text) = event { text } else { "|" })
            .collect()
    }

    #[test]
    fn only_what_is_shown_is_read() {
        let html = "<!DOCTYPE html><html><head><title>A &amp; B</title><style>p { x }</style>\
            <script>if (a < b) document.write('<p>no</p>');</script></head>\
            <body><!-- no --><p>We sell.</p><noscript><p>no</p></noscript>\
            <svg><title>no</title></svg> <span>yes</span></body></html>";
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
            HtmlEvent::Open(HtmlElement::Link, Some("https://acme.example/".to_owned()))
        });
        assert_eq!(text("a<!-- b"), "a");
        assert_eq!(text("a<script>b"), "a");
    }
}
