//! Loosens links around several blocks, which Markdown does not know.
//!
//! Converters write `[### Title`, a blank line, `Text](https://a.example)` for a link around a
//! heading and a paragraph. Markdown reads neither the heading nor the link, and takes the address
//! for words. Such a link becomes an empty link at the end of its first line and another one at its
//! end. The closing half of a link whose opening half is missing becomes an empty link, too.

use std::ops::Range;

use crate::section::markdown::mapped_text::TextEdit;
use crate::section::markdown::mend::{enclosed_target, is_address, is_marked, target_length};

/// The distance up to which the start of a link around blocks is searched, in bytes.
const MAX_BLOCK_LINK: usize = 20_000;

/// Adds the edits that loosen the links around blocks in `text`.
pub(super) fn loosen_links(text: &str, edits: &mut Vec<TextEdit>) {
    let bytes = text.as_bytes();
    let mut open: Vec<usize> = Vec::new();
    let mut borders = BorderScan { text, at: 0, last: None };
    let mut is_escaped = None;
    for at in memchr::memchr3_iter(b'[', b']', b'\\', bytes) {
        if is_escaped == Some(at) {
            continue;
        }
        match bytes[at] {
            b'\\' => is_escaped = Some(at + 1),
            b'[' => open.push(at),
            _ => {
                let start = open.pop();
                borders.advance(at);
                if bytes.get(at + 1) == Some(&b'(') {
                    let link = LinkEnd { close: at, open: start, last_border: borders.last };
                    link.loosen(text, edits);
                }
            }
        }
    }
}

/// Finds the ends of lines after which a block begins: before blank lines, headings and entries.
struct BorderScan<'t> {
    text: &'t str,
    /// The byte up to which the text was searched.
    at: usize,
    /// The last end of a line that was found.
    last: Option<usize>,
}

impl BorderScan<'_> {
    /// Searches the text up to byte `to`.
    fn advance(&mut self, to: usize) {
        let part = &self.text.as_bytes()[self.at..to];
        let mut ends = memchr::memrchr_iter(b'\n', part).map(|end| self.at + end);
        let border = ends.find(|end| begins_block(&self.text[end + 1..]));
        self.last = border.or(self.last);
        self.at = to;
    }
}

/// Whether a blank line or a block of its own is next in a text.
fn begins_block(rest: &str) -> bool {
    let end = memchr::memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len());
    let line = rest[..end].trim_start_matches([' ', '\t']);
    line.is_empty() || begins_heading(line) || is_marked(line.as_bytes())
}

fn begins_heading(line: &str) -> bool {
    let rest = line.trim_start_matches('#');
    (1..=6).contains(&(line.len() - rest.len())) && rest.starts_with(' ')
}

/// The closing bracket of a link, which a target follows.
struct LinkEnd {
    close: usize,
    /// The opening bracket, if there is one.
    open: Option<usize>,
    /// The last end of a line before the bracket after which a block begins.
    last_border: Option<usize>,
}

impl LinkEnd {
    /// Adds the edits of a link around blocks, and of a closing half alone.
    fn loosen(&self, text: &str, edits: &mut Vec<TextEdit>) {
        let is_around = self.open.is_some_and(|open| {
            self.last_border.is_some_and(|border| border > open)
                || begins_heading(&text[open + 1..])
        });
        if self.open.is_some() && !is_around {
            return;
        }
        let start = self.close + 2;
        let Some(length) = target_length(&text[start..]) else { return };
        let Some(empty) = empty_link(&text[start..start + length]) else { return };
        let near = self.open.filter(|open| self.close - open <= MAX_BLOCK_LINK);
        if let Some(open) = near {
            let first = first_line(text, open + 1..self.close);
            edits.push(TextEdit::remove(open..open + 1));
            if first < self.close {
                edits.push(TextEdit::insert(first, empty.clone()));
            }
        }
        edits.push(TextEdit::replace(self.close..start + length + 1, empty));
    }
}

/// The end of the first line with text in these bytes.
fn first_line(text: &str, range: Range<usize>) -> usize {
    let inside = &text[range.clone()];
    let start = range.start + inside.len() - inside.trim_start().len();
    let line = text[start..range.end].split('\n').next().unwrap_or_default();
    start + line.trim_end_matches([' ', '\t', '\\']).len()
}

/// A link without text to this target, or `None` if it is not an address.
fn empty_link(target: &str) -> Option<String> {
    let (address, is_one) = match enclosed_target(target) {
        Some(inside) => (&target[inside], true),
        // A tag inside says that the bracket is in a tag before, and that words follow it.
        None if target.trim_start_matches([' ', '<']).contains('<') => return None,
        None => bare_address(target.trim().trim_start_matches('<')),
    };
    let address: String = address.split_ascii_whitespace().collect();
    let is_one = is_one && !address.is_empty();
    let is_target = is_address(&address) || is_one && address.contains(['.', '/', '#', '@']);
    is_target.then(|| format!("[](<{}>)", unescaped_ends(&address)))
}

/// The address in a target, without the title after it, and whether it is nothing but one word.
fn bare_address(target: &str) -> (&str, bool) {
    let end = target.find([' ', '\t', '>', '"']).unwrap_or(target.len());
    let is_title = target[end..].trim_start().starts_with(['>', '"', '\'', '(']);
    let is_one = is_title || !target.contains(|c: char| c.is_ascii_whitespace());
    (if is_title { &target[..end] } else { target }, is_one)
}

/// An address that can be put between `<` and `>`: without these two, unless they are escaped, and
/// without a backslash at its end.
fn unescaped_ends(address: &str) -> String {
    let mut out = String::with_capacity(address.len());
    let mut is_escaped = false;
    for c in address.chars() {
        if is_escaped || !matches!(c, '<' | '>') {
            out.push(c);
        }
        is_escaped = c == '\\' && !is_escaped;
    }
    if is_escaped {
        out.pop();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::section::markdown::mapped_text::MappedText;

    fn loosened(text: &str) -> String {
        let mut edits = Vec::new();
        loosen_links(text, &mut edits);
        MappedText::whole(text).edited(edits).text.into_owned()
    }

    #[test]
    fn links_around_blocks_become_links_inside_them() {
        assert_eq!(
            loosened("[### A\n\nB.](https://c.example) D"),
            "### A[](<https://c.example>)\n\nB.[](<https://c.example>) D"
        );
        assert_eq!(loosened("[\n\nA\n\n](#b)"), "\n\nA[](<#b>)\n\n[](<#b>)");
        assert_eq!(loosened("[## A](/b)"), "## A[](</b>)");
        assert_eq!(
            loosened("[A [b](c)\n\nD](http://e.example\n/f)"),
            "A [b](c)[](<http://e.example/f>)\n\nD[](<http://e.example/f>)"
        );
        assert_eq!(loosened("[A\n\nB](c.html \"D\")"), "A[](<c.html>)\n\nB[](<c.html>)");
    }

    #[test]
    fn parentheses_and_quotes_of_addresses_are_no_words() {
        for (target, address) in [
            ("<http://a/(x>", "http://a/(x"),
            ("<http://a/)x>", "http://a/)x"),
            ("<http://a/x)y(> \"(b)\"", "http://a/x)y("),
            ("<http://a/\"x>", "http://a/\"x"),
            ("<http://a/b c>", "http://a/bc"),
            ("<http://a/\\>\\(>", "http://a/\\>\\("),
            ("<#(x>", "#(x"),
            ("http://a/\\(x", "http://a/\\(x"),
            ("http://a/(x)", "http://a/(x)"),
            ("http://a/\\ \"b\"", "http://a/"),
        ] {
            let around = loosened(&format!("[# A\n\nB]({target}) c"));
            let expected = format!("# A[](<{address}>)\n\nB[](<{address}>) c");
            assert_eq!(around, expected, "{target}");
        }
    }

    #[test]
    fn closing_halves_are_no_words() {
        assert_eq!(loosened("a ](#4-share) b"), "a [](<#4-share>) b");
        assert_eq!(loosened("](https://a.example)[ b"), "[](<https://a.example>)[ b");
    }

    #[test]
    fn other_links_and_brackets_stay() {
        for text in [
            "[a](b)",
            "[a\nb](c)",
            "[![a](b)](c)",
            "[a] (b)",
            "\\[a\n\nb](c d)",
            "a](b c)",
            "[a\n\nb] c",
            "[a\n\nb](see below)",
            "<a title=')](1. ' id=x>a <a title=')](1. '>",
        ] {
            assert_eq!(loosened(text), text);
        }
    }
}
