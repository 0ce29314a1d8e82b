//! Tells whether a text is HTML, whatever its name, and which encoding it declares.

use encoding_rs::{Encoding, REPLACEMENT, UTF_8};

use crate::corpus::forms::form::HEAD_BYTES;
use crate::error::floor_border;

/// The first tags of pages, after comments and declarations.
const FIRST_TAGS: [&str; 4] = ["<!doctype html", "<html", "<head", "<body"];

/// The elements whose end tags show that a text is a part of a page. Markdown has few of them.
const BLOCKS: [&str; 22] = [
    "p",
    "div",
    "ul",
    "ol",
    "li",
    "dl",
    "dt",
    "dd",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "table",
    "tr",
    "td",
    "th",
    "blockquote",
    "section",
    "article",
    "center",
];

/// The number of such end tags from which a text is a part of a page.
const MIN_END_TAGS: usize = 3;

/// The number of start tags from which a text without end tags is a part of a page.
const MIN_START_TAGS: usize = 3;

/// Whether a text begins like a page, after comments and XML declarations.
pub(super) fn begins_like_page(text: &str) -> bool {
    let mut rest = text.trim_start();
    loop {
        let end = match rest {
            _ if rest.starts_with("<!--") => "-->",
            _ if rest.starts_with("<?xml") => "?>",
            _ => break,
        };
        let Some((_, after)) = rest.split_once(end) else { return false };
        rest = after.trim_start();
    }
    FIRST_TAGS
        .iter()
        .any(|start| rest.get(..start.len()).is_some_and(|text| text.eq_ignore_ascii_case(start)))
}

/// Whether a text is a part of a page by its first [`HEAD_BYTES`] bytes: it has end tags of several
/// blocks, and more of them than marks of Markdown. Old pages leave out end tags: then it has start
/// tags of several blocks, and more of them than marks of Markdown and than paragraphs without any.
pub(super) fn is_fragment(text: &str) -> bool {
    let head = &text[..floor_border(text, HEAD_BYTES as usize)];
    let end_tags = memchr::memmem::find_iter(head.as_bytes(), "</");
    // In code of Markdown, tags are text.
    let is_code = |at: usize| head[..at].ends_with('`');
    let end_tags = end_tags.filter(|&at| is_block(&head[at + 2..]) && !is_code(at)).count();
    let start_tags = memchr::memchr_iter(b'<', head.as_bytes());
    let start_tags = start_tags.filter(|&at| is_start_tag(&head[at + 1..]) && !is_code(at)).count();
    // Nearly every text has few tags, and then its marks of Markdown do not matter.
    if end_tags < MIN_END_TAGS && start_tags < MIN_START_TAGS {
        return false;
    }
    if head.lines().any(|line| line.starts_with("```") || line.starts_with("~~~")) {
        return false;
    }
    let marks = markdown_marks(head);
    let is_closed = end_tags >= MIN_END_TAGS && end_tags > marks;
    let is_open = start_tags >= MIN_START_TAGS && start_tags > marks;
    is_closed || is_open && is_old_fragment(head, start_tags)
}

/// Whether a text with so many start tags is a part of a page whose blocks have no end tags, as in
/// `<p>One<p>Two`.
fn is_old_fragment(head: &str, start_tags: usize) -> bool {
    let mut paragraphs = head.split("\n\n").filter(|text| !text.trim().is_empty());
    let begins_with_tag = |text: &&str| text.trim_start().starts_with('<');
    let plain = paragraphs.clone().filter(|text| !begins_with_tag(text)).count();
    paragraphs.any(|text| begins_with_tag(&text)) && start_tags > plain
}

/// Whether a text begins with the name of a block element, as a start tag goes on: with attributes
/// or with its end.
fn is_start_tag(text: &str) -> bool {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_alphanumeric());
    is_block(text)
        && match rest.as_bytes() {
            [b'>', ..] => true,
            [b' ' | b'\t' | b'\n' | b'\r', ..] => {
                let tag = rest.split('>').next().unwrap_or_default();
                tag.len() < rest.len() && tag.contains('=') && !tag.contains('<')
            }
            _ => false,
        }
}

/// Whether a text begins with the name of a block element.
fn is_block(text: &str) -> bool {
    let end = text.bytes().position(|byte| !byte.is_ascii_alphanumeric());
    let name = text[..end.unwrap_or(text.len())].to_ascii_lowercase();
    BLOCKS.contains(&name.as_str())
}

/// How many end tags a heading or a link of Markdown outweighs. Markdown may contain tables of
/// HTML.
const END_TAGS_PER_MARK: usize = 50;

/// The starts of the targets of links. Other brackets before a parenthesis may be a script.
const TARGETS: [&str; 6] = ["http", "/", "#", "<", "mailto:", "www."];

/// The weight of the marks of Markdown in a text: of its headings, links and list entries.
fn markdown_marks(text: &str) -> usize {
    let links = memchr::memmem::find_iter(text.as_bytes(), "](");
    let is_link = |at: &usize| TARGETS.iter().any(|target| text[at + 2..].starts_with(target));
    let links = links.filter(is_link).count();
    let bold = memchr::memmem::find_iter(text.as_bytes(), "**");
    let is_open = |at: &usize| text[at + 2..].starts_with(char::is_alphanumeric);
    let links = links + bold.filter(is_open).count();
    let headings = text.lines().filter(|line| is_heading(line)).count();
    let entries = text.lines().filter(|line| is_entry(line)).count();
    (links + headings) * END_TAGS_PER_MARK + entries
}

/// Whether a line is a heading of Markdown.
fn is_heading(line: &str) -> bool {
    let bare = line.trim_start_matches('#');
    (1..=6).contains(&(line.len() - bare.len())) && bare.starts_with(' ')
}

/// Whether a line is an entry of a list of Markdown, or a rule.
fn is_entry(line: &str) -> bool {
    let bare = line.trim();
    let digits = bare.trim_start_matches(|c: char| c.is_ascii_digit());
    let is_number = digits.len() < bare.len() && digits.starts_with(['.', ')', '\\']);
    let is_bullet = ["* ", "- ", "+ "].iter().any(|bullet| bare.starts_with(bullet));
    let is_rule = bare.len() >= 3 && bare.bytes().all(|byte| matches!(byte, b'-' | b'=' | b'*'));
    is_number || is_bullet || is_rule
}

/// How many bytes of a page are searched for a declared encoding. Browsers search one kilobyte, but
/// old pages have long comments first.
const PRESCAN_BYTES: usize = 16 * 1024;

/// The encoding that a page declares in its XML declaration or in a `<meta>` tag, unless it is
/// UTF-8.
pub(super) fn declared_encoding(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = bytes[..bytes.len().min(PRESCAN_BYTES)].to_ascii_lowercase();
    let xml = memchr::memmem::find(&head, b"<?xml").map(|start| &head[start..]);
    let xml = xml.and_then(|rest| label(tag_at(rest), b"encoding"));
    xml.filter(|encoding| *encoding != UTF_8).or_else(|| {
        memchr::memmem::find_iter(&head, b"<meta")
            .filter_map(|start| label(tag_at(&head[start..]), b"charset"))
            .find(|encoding| *encoding != UTF_8)
    })
}

/// The tag at the start of `rest`.
fn tag_at(rest: &[u8]) -> &[u8] {
    &rest[..memchr::memchr(b'>', rest).unwrap_or(rest.len())]
}

/// The encoding after a name and `=` in a tag.
fn label(tag: &[u8], name: &[u8]) -> Option<&'static Encoding> {
    let start = memchr::memmem::find(tag, name)? + name.len();
    let value = tag[start..].trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let value = value
        .strip_prefix(b"\"")
        .or_else(|| value.strip_prefix(b"'"))
        .unwrap_or(value)
        .trim_ascii_start();
    let end = value.iter().position(|byte| b"\"' ;/?\t\r\n".contains(byte)).unwrap_or(value.len());
    // A tag that can be read byte by byte is not in UTF-16, even if it declares UTF-16. Encodings
    // that browsers do not read any more would replace the whole text by one sign.
    let encoding = Encoding::for_label(&value[..end]).map(Encoding::output_encoding)?;
    (encoding != REPLACEMENT).then_some(encoding)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::source_text::SourceText;

    #[test]
    fn tags_in_code_are_text() {
        for text in [
            "Use `</p>` and `</div>` and `</li>`.\n\n- a\n- b",
            "```html\n<p>a</p><p>b</p><p>c</p>\n```",
            "Text.\n\n~~~\n<p>a</p><p>b</p><p>c</p>\n~~~",
            "Text.\n\n```\n<p>a</p><p>b</p><p>c</p>\n```",
            "We **never**:\n<ul>\n<li>sell</li>\n<li>rent</li>\n</ul>\n\n1. a\n2. b",
        ] {
            assert!(!is_fragment(text), "{text}");
        }
        assert!(is_fragment("<p>We never:</p><ul><li>sell it</li></ul>"));
    }

    #[test]
    fn pages_are_known_by_how_they_begin() {
        for html in [
            "<!DOCTYPE HTML PUBLIC>",
            "\n<?xml version='1.0'?>\n<!-- a --><HTML>",
            "<body bgcolor=white>",
        ] {
            assert!(begins_like_page(html), "{html}");
        }
        for text in ["# Privacy <html>", "", "<p>Markdown may begin so</p>", "<!-- <html>"] {
            assert!(!begins_like_page(text), "{text}");
        }
    }

    #[test]
    fn fragments_are_known_by_their_end_tags() {
        for html in [
            "<p>We never:</p><ul><li>sell it</li></ul>",
            "text <P>one</P >\n<Div>two</DIV><h2>three</h2>",
            "<ol><li>1. a[0](x)</li><li>* b</li></ol>",
        ] {
            assert!(is_fragment(html), "{html}");
        }
        for text in [
            "# Privacy\n\n<p>a</p>\n\n* b\n* c\n\n[d](e)<br></p></div>",
            "We <b>sell</b> <i>it</i> <a>here</a> <span>now</span>.",
            "<p>one</p><p>two</p>",
            "</pre></param></tbody>",
            &format!(
                "# Terms\n\nWe sell it.\n\n<table>{}</table>",
                "<tr><td>a</td></tr>".repeat(20)
            ),
        ] {
            assert!(!is_fragment(text), "{text}");
        }
    }

    #[test]
    fn fragments_without_end_tags_are_known_by_their_start_tags() {
        for html in [
            "<p>One<p>Two<li>Three",
            "<P>One\n\n<P>Two\n\n<UL>\n<LI>Three\n",
            "<h2>Privacy\n<p align=center>We sell.\n<p>We rent.",
            "Privacy\n\n<P>We sell.\n<P>We rent.\n\n<P>We ask.",
            "<dl><dt>Cookie<dd>A file.<dt>Ad<dd>A text.",
            "<table border=0><tr><td>We sell.<td>We rent.",
        ] {
            assert!(is_fragment(html), "{html}");
        }
        for text in [
            "<p>One<p>Two",
            "We sell.<br>We rent.<br>We ask.<br>We lend.",
            "# Privacy\n\n<p>One<p>Two<p>Three",
            "<p>One<p>Two<p>Three\n\n[a](http://b.example)",
            "Write <p>, <div> and <li> as they are.",
            "One.\n\n<p align=center>Two.\n\nThree.\n\n<p>Four.\n\nFive.\n\n<div>Six.",
            "* a <p>b\n* c <p>d\n* e <p>f",
            "Fees < p and <li ke and <th is>, <td at>, <p lan>.",
            "We <b>sell</b> it.\n\n<center>Acme\n\nWe rent it.\n\nWe ask.\n",
        ] {
            assert!(!is_fragment(text), "{text}");
        }
    }

    #[test]
    fn encodings() {
        let body = |bytes: &[u8]| {
            let text = SourceText::decode_as(bytes.to_vec(), declared_encoding);
            (text.body.rsplit('>').next().unwrap_or_default().to_owned(), text.is_recoded)
        };
        let latin2 =
            b"<META HTTP-EQUIV=\"Content-Type\" content=\"text/html; charset=ISO-8859-2\">\xb3";
        assert_eq!(body(latin2), ("\u{142}".to_owned(), true));
        assert_eq!(body(b"<meta charset = 'koi8-r' />\xd1"), ("\u{44f}".to_owned(), true));
        assert_eq!(
            body(b"<meta charset=iso-2022-jp>\x1b$B8D\x1b(B"),
            ("\u{500b}".to_owned(), true)
        );
        assert_eq!(
            body("<meta charset=iso-8859-2>é".as_bytes()),
            ("é".to_owned(), false),
            "it is UTF-8"
        );
        assert_eq!(body(b"<meta charset=utf-8>caf\xe9"), ("café".to_owned(), true));
        assert_eq!(body(b"<meta charset=utf-16>a"), ("a".to_owned(), false));
        assert_eq!(body(b"<meta charset=nonsense>a\x93b\x94"), ("a“b”".to_owned(), true));
        let xml = b"<?xml version=\"1.0\" encoding=\"windows-1251\"?><p>\xef\xf0\xe8\xe2\xe5\xf2";
        assert_eq!(body(xml), ("привет".to_owned(), true));
        let both = b"<?xml version='1.0' encoding='utf-8'?><meta charset=windows-1251>\xef";
        assert_eq!(body(both), ("п".to_owned(), true));
    }
}
