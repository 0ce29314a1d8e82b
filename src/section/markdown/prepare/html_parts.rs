//! Removes the parts of raw HTML that a browser never shows, marks hidden parts as furniture, and
//! keeps small tables and lists of definitions together.
//!
//! CommonMark ends a block of HTML at a blank line, and reads a template in a paragraph as text.

use std::ops::Range;

use crate::model::FURNITURE_MARKS;
use crate::section::markdown::html_tables::{data_table, find_close};
use crate::section::markdown::html_tags::{end_of_element, is_hidden, tag_name};
use crate::section::markdown::mapped_text::TextEdit;

/// Elements whose content is never shown.
const UNSEEN: [(&str, &str); 3] =
    [("<template", "</template>"), ("<script", "</script>"), ("<style", "</style>")];

/// Adds the edits for the raw HTML in a text. A text with fences may show HTML as code.
pub(super) fn mend_html(text: &str, edits: &mut Vec<TextEdit>) {
    // Most texts have no tag, and one byte is searched faster than the start of an end tag.
    if memchr::memchr(b'<', text.as_bytes()).is_none()
        || memchr::memmem::find(text.as_bytes(), b"</").is_none()
        || text.contains("```")
        || text.contains("~~~")
    {
        return;
    }
    let tags = SeenTags::of(text);
    let removed = if tags.has_unseen { unseen_elements(text) } else { Vec::new() };
    if tags.has_attributes {
        mark_hidden(text, &removed, edits);
    }
    edits.extend(removed.into_iter().map(TextEdit::remove));
    if tags.has_blocks {
        join_blocks(text, "<table", |text, at| data_table(&text[at..]), edits);
        join_blocks(text, "<dl", |text, at| find_close(&text[at..], "</dl>"), edits);
    }
}

/// Which tags a text contains, found in one pass. Most texts contain few or none, and searching
/// them for each tag would take longer than reading them.
#[derive(Default)]
struct SeenTags {
    has_unseen: bool,
    has_blocks: bool,
    has_attributes: bool,
}

impl SeenTags {
    fn of(text: &str) -> Self {
        let mut tags = Self::default();
        for start in memchr::memchr_iter(b'<', text.as_bytes()) {
            let rest = &text.as_bytes()[start..];
            if !rest.get(1).is_some_and(u8::is_ascii_alphabetic) {
                continue;
            }
            let name = rest[1..].iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
            tags.has_unseen |= UNSEEN.iter().any(|(open, _)| rest.starts_with(open.as_bytes()));
            tags.has_blocks |= rest.starts_with(b"<table") || rest.starts_with(b"<dl");
            tags.has_attributes |= rest.get(1 + name).is_some_and(u8::is_ascii_whitespace);
        }
        tags
    }
}

/// The elements that are never shown, outside comments. An element without an end is kept.
fn unseen_elements(text: &str) -> Vec<Range<usize>> {
    let mut elements: Vec<Range<usize>> = Vec::new();
    let (mut done, last_comment) = (0, text.rfind("-->").unwrap_or(0));
    // The end tags that do not occur any more.
    let mut endless: Vec<&str> = Vec::new();
    for start in memchr::memchr_iter(b'<', text.as_bytes()) {
        let rest = &text[start..];
        if start < done {
            continue;
        }
        if rest.starts_with("<!--") && start < last_comment {
            done = start + rest.find("-->").map_or(0, |length| length + 3);
            continue;
        }
        let Some((open, close)) = UNSEEN.iter().find(|(open, _)| rest.starts_with(open)) else {
            continue;
        };
        let after = &rest[open.len()..];
        let is_tag = after.starts_with(|c: char| c == '>' || c.is_ascii_whitespace());
        // Between backticks, the tag is spoken of.
        if !is_tag || text[..start].ends_with(['`', '\\']) || endless.contains(close) {
            continue;
        }
        match after.find(close) {
            Some(length) => {
                done = start + open.len() + length + close.len();
                elements.push(start..done);
            }
            None => endless.push(close),
        }
    }
    elements
}

/// The number of tables without an end, or for layout, after which no more are looked at. Each of
/// them is searched for its end.
const MAX_FAILURES: usize = 200;

/// The most bytes of a tag that hides an element, before and after the word that says so.
const MAX_TAG: usize = 200;

/// Puts the marks of furniture around the elements with blank lines inside that are hidden by an
/// attribute or a style. The marks of those without are made with their block. `removed` are the
/// elements that are removed, and with them all tags inside.
fn mark_hidden(text: &str, removed: &[Range<usize>], edits: &mut Vec<TextEdit>) {
    let find = |word: &'static str| memchr::memmem::find_iter(text.as_bytes(), word);
    let mut words: Vec<usize> =
        ["hidden", "display", "visibility"].into_iter().flat_map(find).collect();
    words.sort_unstable();
    let mut done = 0;
    let mut endless: Vec<String> = Vec::new();
    for at in words {
        let cut = removed.get(removed.partition_point(|cut| cut.end <= at));
        if cut.is_some_and(|cut| cut.start <= at) {
            continue;
        }
        let Some(tag) = hiding_tag(text, at, done) else { continue };
        let name = tag_name(&text[tag.clone()]);
        if endless.contains(&name) {
            continue;
        }
        let Some(end) = end_of_element(text, tag.start, &name, removed) else {
            endless.push(name);
            continue;
        };
        done = end;
        if text[tag.start..done].contains("\n\n") {
            let [begin, end] = FURNITURE_MARKS.map(|mark| format!("\n\n{mark}\n\n"));
            edits.push(TextEdit::insert(tag.start, begin));
            edits.push(TextEdit::insert(done, end));
        }
    }
}

/// The tag around the word at this byte, if it begins a block and hides it. `done` is the end of
/// the last hidden element, with which what is inside is marked.
fn hiding_tag(text: &str, at: usize, done: usize) -> Option<Range<usize>> {
    if at < done {
        return None;
    }
    let near = &text.as_bytes()[at.saturating_sub(MAX_TAG).max(done)..at];
    let open = memchr::memrchr2(b'<', b'>', near).filter(|&open| near[open] == b'<')?;
    let start = at - near.len() + open;
    let is_block = start == 0 || text[..start].ends_with("\n\n");
    let after = &text.as_bytes()[at..text.len().min(at + MAX_TAG)];
    let end = memchr::memchr(b'>', after).filter(|_| is_block)?;
    let tag = start..at + end + 1;
    is_hidden(&text[tag.clone()]).then_some(tag)
}

/// Removes the blank lines inside the elements that begin like this, as far as `length` finds their
/// end.
fn join_blocks(
    text: &str,
    open: &str,
    length: impl Fn(&str, usize) -> Option<usize>,
    edits: &mut Vec<TextEdit>,
) {
    let (mut done, mut failures) = (0, 0);
    for start in memchr::memmem::find_iter(text.as_bytes(), open) {
        if start < done {
            continue;
        }
        let Some(length) = length(text, start) else {
            failures += 1;
            if failures > MAX_FAILURES {
                return;
            }
            continue;
        };
        done = start + length;
        let mut at = start;
        for line in text[start..done].split_inclusive('\n') {
            if line.trim().is_empty() {
                edits.push(TextEdit::remove(at..at + line.len()));
            }
            at += line.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::section::markdown::mapped_text::MappedText;

    fn mended(text: &str) -> String {
        let mut edits = Vec::new();
        mend_html(text, &mut edits);
        MappedText::whole(text).edited(edits).text.into_owned()
    }

    #[test]
    fn what_is_not_shown_is_removed() {
        for (text, shown) in [
            ("a <template>x\n\ny</template> b", "a  b"),
            ("<script>\nvar a;\n\n</script>\n\nb", "\n\nb"),
            ("a <template> b </b>", "a <template> b </b>"),
            ("a `<script>` and </script> b", "a `<script>` and </script> b"),
            ("<templates>a</template>", "<templates>a</template>"),
            ("<!-- <script> -->\n\na\n\n<script>b</script>", "<!-- <script> -->\n\na\n\n"),
            ("<script> a\n\n<style>b</style>", "<script> a\n\n"),
        ] {
            assert_eq!(mended(text), shown);
        }
    }

    #[test]
    fn hidden_elements_with_blank_lines_are_furniture() {
        let hidden = "<div style='display: none'>\n\na\n\n</div>";
        assert_eq!(
            mended(&format!("x\n\n{hidden}\n\ny")),
            format!("x\n\n\n\n\u{FDD0}\n\n{hidden}\n\n\u{FDD1}\n\n\n\ny")
        );
        let in_script = "<div hidden>\n\n<script>x('</div>')</script>\n\n</div>\n\na";
        assert_eq!(mended(in_script).matches(['\u{FDD0}', '\u{FDD1}']).count(), 2);
        let hidden_after = "<div hidden>\n\n<script>x('</div>')</script>\n\nb\n\n</div>";
        assert_eq!(
            mended(&format!("{hidden_after}\n\na")),
            "\n\n\u{FDD0}\n\n<div hidden>\n\n\n\nb\n\n</div>\n\n\u{FDD1}\n\n\n\na"
        );
        let all_in_script = "<script>\n\n<div hidden>\n\n</script>\n\na\n\n</div>\n\nb";
        assert_eq!(mended(all_in_script), "\n\na\n\n</div>\n\nb");
        let after_endless = "<p hidden>a\n\n<div hidden>\n\nb\n\n</div>";
        assert_eq!(mended(after_endless).matches(['\u{FDD0}', '\u{FDD1}']).count(), 2);
        let both = "<div hidden style='display:none'>\n\n<p hidden>a</p>\n\n</div>";
        assert_eq!(mended(both).matches(['\u{FDD0}', '\u{FDD1}']).count(), 2);
        let by_class = "<div class=\"mt-4 hidden md:block\">\n\na\n\n</div>";
        assert_eq!(mended(by_class), by_class);
        for shown in ["<div class=hidden>\n\na\n\n</div>", "<div hidden>\n\na", "a hidden <b>"] {
            assert_eq!(mended(shown), shown);
        }
    }

    #[test]
    fn tables_are_kept_together() {
        let row = "<tr><td>a</td><td>b</td></tr>";
        assert_eq!(
            mended(&format!("<table>\n\n{row}\n\n{row}\n\n</table>\n\nc")),
            format!("<table>\n{row}\n{row}\n</table>\n\nc")
        );
        let layout = "<table>\n\n<tr><td>a</td></tr>\n\n</table>";
        assert_eq!(mended(layout), layout);
    }
}
