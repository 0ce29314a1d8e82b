//! Reads the tokens of HTML and passes the shown text to the builder of the page.

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

use super::page::page_builder::{BuiltPage, PageBuilder};
use crate::error::floor_border;

/// How many bytes of a page the tokenizer gets at once. It copies them.
const CHUNK_BYTES: usize = 64 * 1024;

/// Reads a page. Returns its title and the page.
pub(super) fn read(html: &str) -> (String, BuiltPage) {
    let is_xml = html.trim_start_matches('\u{FEFF}').trim_start().starts_with("<?xml");
    let page = RefCell::new(PageReader { is_xml, ..PageReader::default() });
    let tokenizer = Tokenizer::new(TokenReceiver { page }, TokenizerOpts::default());
    let input = BufferQueue::default();
    let mut rest = html;
    while !rest.is_empty() {
        let (chunk, after) = rest.split_at(floor_border(rest, CHUNK_BYTES));
        input.push_back(StrTendril::from(chunk));
        // The tokenizer stops only to run a script, and scripts are not run.
        while !input.is_empty() {
            let _ = tokenizer.feed(&input);
        }
        rest = after;
    }
    tokenizer.end();
    let PageReader { title, builder, .. } = tokenizer.sink.page.into_inner();
    (title.unwrap_or_default(), builder.finish())
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

/// The title and the page so far.
#[derive(Default)]
struct PageReader {
    title: Option<String>,
    builder: PageBuilder,
    /// Where the next text belongs.
    into: TextTarget,
    /// Whether the page is XML, in which any tag may close itself.
    is_xml: bool,
    /// The number of open drawings.
    drawings: usize,
}

/// Receives the tokens of the HTML library.
struct TokenReceiver {
    page: RefCell<PageReader>,
}

impl TokenSink for TokenReceiver {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut page = self.page.borrow_mut();
        match token {
            Token::CharacterTokens(text) => page.text(&text),
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => return page.start(&tag),
            Token::TagToken(tag) => page.end(&tag),
            Token::CommentToken(text) => page.builder.comment(&text),
            _ => {}
        }
        TokenSinkResult::Continue
    }

    /// Whether `<![CDATA[` begins text here.
    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        let page = self.page.borrow();
        page.is_xml || page.drawings > 0
    }
}

impl PageReader {
    fn text(&mut self, text: &str) {
        match self.into {
            TextTarget::Title => self.title.get_or_insert_default().push_str(text),
            TextTarget::Nothing => {}
            TextTarget::Page => self.builder.text(text),
        }
    }

    fn start(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        self.into = TextTarget::Page;
        let is_drawing = matches!(&*tag.name, "svg" | "math");
        let closes_itself = tag.self_closing && (self.is_xml || self.drawings > 0 || is_drawing);
        // The content of these elements is not HTML, up to their end tag.
        let (into, kind) = match &*tag.name {
            "title" if self.title.is_none() && self.drawings == 0 => {
                (TextTarget::Title, RawKind::Rcdata)
            }
            "title" => (TextTarget::Nothing, RawKind::Rcdata),
            "script" => (TextTarget::Nothing, RawKind::ScriptData),
            "style" | "iframe" | "noembed" | "noframes" | "noscript" => {
                (TextTarget::Nothing, RawKind::Rawtext)
            }
            "textarea" => (TextTarget::Page, RawKind::Rcdata),
            "xmp" => (TextTarget::Page, RawKind::Rawtext),
            _ => {
                self.builder.start(tag);
                if closes_itself {
                    self.builder.close_itself(&tag.name);
                } else if &*tag.name == "svg" {
                    self.drawings += 1;
                }
                return match &*tag.name {
                    "plaintext" => TokenSinkResult::Plaintext,
                    _ => TokenSinkResult::Continue,
                };
            }
        };
        if closes_itself {
            return TokenSinkResult::Continue;
        }
        self.into = into;
        if into == TextTarget::Page {
            self.builder.start(tag);
        }
        TokenSinkResult::RawData(kind)
    }

    fn end(&mut self, tag: &Tag) {
        let was_into = std::mem::take(&mut self.into);
        if &*tag.name == "svg" {
            self.drawings = self.drawings.saturating_sub(1);
        }
        if was_into == TextTarget::Page {
            self.builder.end(&tag.name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::forms::html::markdown_writer::write;

    fn markdown(html: &str) -> String {
        write(&read(html).1.blocks)
    }

    #[test]
    fn only_what_is_shown_is_read() {
        let html = "<!DOCTYPE html><html><head><title>A &amp; B</title><style>p { x }</style>\
            <script>if (a < b) document.write('<p>no</p>');</script></head>\
            <body><!-- no --><p>We sell.</p><noscript><p>no</p></noscript>\
            <template><p>no<template>no</template>no</template>\
            <svg><title>no</title><desc>no</desc></svg> <span>yes</span></body></html>";
        assert_eq!(read(html).0, "A & B");
        assert_eq!(markdown(html), "We sell.\n\nyes\n");
    }

    #[test]
    fn tags_without_an_end() {
        assert_eq!(markdown("a <b x='>'>b</B > c &lt;d&gt; < e"), "a **b** c \\<d\\> \\< e\n");
        assert_eq!(
            markdown("<a href=' https://acme.example/ '>x"),
            "[x](<https://acme.example/>)\n"
        );
        assert_eq!(markdown("a<!-- b"), "a\n");
        assert_eq!(markdown("a<script>b"), "a\n");
        assert_eq!(markdown("<?xml version='1.0'?><title/><p>a<a name='b'/></p>"), "a\n");
        assert_eq!(markdown("<?xml version='1.0'?><p>a <![CDATA[<b>]]></p>"), "a \\<b\\>\n");
        assert_eq!(markdown("<header><svg/></header><p>We <svg/>sell."), "We sell.\n");
        assert_eq!(markdown("a<plaintext>b</p>"), "a\n\nb\\</p\\>\n");
    }
}
