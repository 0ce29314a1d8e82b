//! Changes a text before CommonMark reads it, where CommonMark would misread it. Most texts need no
//! change.
//!
//! - The converter of the Princeton-Leuven corpus nests lists by two columns, even below `1. `,
//!   where CommonMark asks for three. These lines are moved to where their list is.
//! - Link targets with spaces, `<` or `>` are put between `<` and `>`. Targets that are wrapped
//!   over lines, or that follow a space, are put together.
//! - `[label]: target` defines a link only if some `[label]` uses it. Otherwise it is a line of
//!   text, so its bracket is escaped.

use std::ops::Range;

use pulldown_cmark::{Event, LinkType, Options, Parser, Tag};

use super::mapped_text::{MappedText, TextEdit};

/// The size of the longest link label that CommonMark reads, in bytes: 999 characters.
const MAX_LABEL: usize = 4 * 999;

/// The distance up to which the end of a link target is searched, in bytes.
const MAX_TARGET: usize = 2000;

/// How deep parentheses are nested in a link target, as CommonMark limits them.
const MAX_PARENTHESES: usize = 32;

/// The distance up to which the start of a link is searched from its end, in bytes.
const MAX_LINK_TEXT: usize = 1000;

/// The text as CommonMark should read it.
pub(crate) fn mend<'s>(source: &'s MappedText<'_>) -> MappedText<'s> {
    let text = source.text.as_ref();
    let mut edits: Vec<TextEdit> = Vec::new();
    edits.extend(shifts(text).map(|shift| TextEdit::insert(shift.line, " ".repeat(shift.columns))));
    escape_definitions(text, &mut edits);
    mend_targets(text, &mut edits);
    source.edited(edits)
}

/// A line that is moved to the right.
struct LineShift {
    /// The first byte of the line.
    line: usize,
    columns: usize,
}

/// The lines of `text` that are moved.
fn shifts(text: &str) -> impl Iterator<Item = LineShift> {
    let mut lists = IndentedLists::default();
    let mut at = 0;
    text.split_inclusive('\n').filter_map(move |line| {
        let start = at;
        at += line.len();
        let columns = lists.shift(line);
        (columns > 0).then_some(LineShift { line: start, columns })
    })
}

/// Whether a line of `text` is moved.
pub(crate) fn is_moved(text: &str) -> bool {
    shifts(text).next().is_some()
}

/// Mends link targets that CommonMark does not read as targets: those with spaces, as in
/// `[mail](mailto: a@b.example)`, or with `<` or `>`, those over several lines, and those after a
/// space.
fn mend_targets(text: &str, edits: &mut Vec<TextEdit>) {
    let bytes = text.as_bytes();
    for close in memchr::memchr_iter(b']', bytes) {
        let gap = match &bytes[close + 1..] {
            [b'(', ..] => 0,
            [b' ' | b'\n', b'(', ..] => 1,
            _ => continue,
        };
        let start = close + gap + 2;
        let Some(length) = target_length(&text[start..]) else { continue };
        let target = &text[start..start + length];
        if gap > 0 {
            if is_web_address(target) && ends_link_text(&text[..close]) {
                edits.push(TextEdit::remove(close + 1..close + 1 + gap));
            }
            continue;
        }
        let mended = if target.contains('\n') {
            joined_target(target)
        } else {
            misread_address(target)
                .map(|address| format!("<{}>", address.replace('<', "%3C").replace('>', "%3E")))
        };
        // Without a link, the target is text, which stays as it is.
        if let Some(mended) = mended.filter(|_| closes_link(&text[..close])) {
            edits.push(TextEdit::replace(start..start + length, mended));
        }
    }
}

/// The address that a link target in one line is, or the template that was never filled in, if
/// CommonMark does not read it because of its spaces or its `<` and `>`.
fn misread_address(target: &str) -> Option<&str> {
    let bare = target.trim();
    if is_template(bare) {
        return Some(bare);
    }
    let enclosed = bare.strip_prefix('<').and_then(|inside| inside.strip_suffix('>'));
    if let Some(inside) = enclosed {
        let is_misread = inside.contains(['<', '>']) && !inside.contains('\\');
        return Some(inside).filter(|inside| is_misread && is_address(inside));
    }
    // The link has a title: `(target "title")`.
    let has_title = bare.ends_with(['"', '\'', ')']);
    let is_misread = bare.contains([' ', '\t', '<', '>']) && !has_title;
    Some(bare).filter(|bare| is_misread && is_address(bare))
}

/// Whether a text is a template: `{{ page.url }}`, `<?php echo $url; ?>`.
fn is_template(text: &str) -> bool {
    const SIGNS: [(&str, &str); 4] = [("{{", "}}"), ("<?", "?>"), ("<%", "%>"), ("${", "}")];
    SIGNS.iter().any(|(open, close)| text.starts_with(open) && text.ends_with(close))
}

/// Whether a link target begins as an address does.
pub(crate) fn is_address(target: &str) -> bool {
    const BEGINNINGS: [&str; 7] = ["http:", "https:", "mailto:", "tel:", "www.", "#", "/"];
    starts_with_one_of(target, &BEGINNINGS)
}

/// Whether a text in parentheses is the address of a page or mailbox, and nothing else.
fn is_web_address(target: &str) -> bool {
    const BEGINNINGS: [&str; 4] = ["http:", "https:", "mailto:", "www."];
    !target.contains(char::is_whitespace) && starts_with_one_of(target, &BEGINNINGS)
}

fn starts_with_one_of(target: &str, beginnings: &[&str]) -> bool {
    beginnings.iter().any(|beginning| {
        let start = target.get(..beginning.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(beginning))
    })
}

/// Whether a closing bracket after `before` has an opening bracket in the same paragraph.
fn closes_link(before: &str) -> bool {
    let near = link_text(before);
    let mut inner = 0;
    for at in memchr::memrchr2_iter(b'[', b']', near.as_bytes()) {
        match near.as_bytes()[at] {
            _ if is_escaped(near, at) => {}
            b']' => inner += 1,
            _ if inner == 0 => return !near[at..].contains("\n\n"),
            _ => inner -= 1,
        }
    }
    false
}

/// The part of the text before a closing bracket in which its opening bracket is searched.
fn link_text(before: &str) -> &str {
    let mut start = before.len().saturating_sub(MAX_LINK_TEXT);
    while !before.is_char_boundary(start) {
        start += 1;
    }
    &before[start..]
}

/// Whether a closing bracket after `before` ends the text of a link: an opening bracket precedes
/// it in the same paragraph.
fn ends_link_text(before: &str) -> bool {
    let near = link_text(before);
    near.rfind('[').is_some_and(|open| open + 1 < near.len() && !near[open..].contains("\n\n"))
}

/// A link target that is wrapped over lines, in one line. Returns `None` if it is no address, or if
/// a line of it might be anything else.
fn joined_target(target: &str) -> Option<String> {
    let mut lines = target.split('\n').map(|line| line.trim_matches([' ', '\t']));
    let first = lines.next().filter(|first| is_address(first))?;
    let mut joined = first.to_owned();
    for line in lines {
        if line.is_empty() || is_marked(line.as_bytes()) || line.starts_with(['"', '\'']) {
            return None;
        }
        joined += line;
    }
    (!joined.contains([' ', '\t', '<', '>'])).then_some(joined)
}

/// Whether a line may begin a list entry: `* `, `1.`, or a block quotation, which may contain one.
pub(crate) fn is_marked(line: &[u8]) -> bool {
    let digits = line.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let is_mark = match line.get(digits) {
        Some(b'.' | b')') => digits > 0,
        Some(b'*' | b'-' | b'+') => digits == 0,
        Some(b'>') => return digits == 0,
        _ => false,
    };
    is_mark && matches!(line.get(digits + 1), None | Some(b' ' | b'\t'))
}

/// The number of bytes before the parenthesis that closes a link, if no blank line comes first.
/// Between `<` and `>`, parentheses are letters of the address.
pub(crate) fn target_length(rest: &str) -> Option<usize> {
    let near = &rest.as_bytes()[..rest.len().min(MAX_TARGET)];
    let close = memchr::memchr(b')', near)?;
    // Nearly all addresses are as plain as this.
    let is_plain = memchr::memchr3(b'\n', b'\\', b'(', &near[..close]).is_none();
    if is_plain && !near[..close].contains(&b'<') {
        return Some(close);
    }
    let mut depth = 0;
    let mut is_escaped = false;
    let mut is_blank = false;
    let enclosed = enclosed_target(rest).map_or(0, |target| target.end + 1);
    for (i, b) in rest.bytes().enumerate().take(MAX_TARGET).skip(enclosed) {
        match b {
            b'\n' if is_blank => return None,
            b'\n' => is_blank = true,
            b' ' | b'\t' => {}
            _ => is_blank = false,
        }
        match b {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            // The closing parentheses of other links would be searched again from each of them.
            b'(' if depth == MAX_PARENTHESES => return None,
            b'(' => depth += 1,
            b')' if depth == 0 => return Some(i),
            b')' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// The bytes between the `<` and `>` that enclose the address of a link target, if they do.
pub(crate) fn enclosed_target(target: &str) -> Option<Range<usize>> {
    let start = target.len() - target.trim_start_matches([' ', '\t']).len() + 1;
    if target.as_bytes().get(start - 1) != Some(&b'<') {
        return None;
    }
    let mut is_escaped = false;
    for (i, b) in target.bytes().enumerate().take(MAX_TARGET).skip(start) {
        match b {
            _ if is_escaped && b != b'\n' => is_escaped = false,
            b'\\' => is_escaped = true,
            b'>' => return Some(start..i),
            b'<' | b'\n' => return None,
            _ => {}
        }
    }
    None
}

/// Escapes text that CommonMark would read as a link definition, and so leave out. A definition
/// remains one if a link uses it and if it has a target.
fn escape_definitions(text: &str, edits: &mut Vec<TextEdit>) {
    let candidates = candidates(text);
    if candidates.is_empty() {
        return;
    }
    let used = used_definitions(text);
    let mut escaped = None;
    for open in candidates {
        let next = used.partition_point(|span| span.start <= open);
        if next == 0 || !used[next - 1].contains(&open) {
            edits.push(TextEdit::insert(open, "\\"));
            escaped = Some(open);
        } else if let Some(before) = escaped.take()
            && !text[before..open].contains("\n\n")
        {
            // The escaped definition before it begins a paragraph, in which there can be none.
            let line = text[..open].rfind('\n').map_or(0, |i| i + 1);
            edits.push(TextEdit::insert(line, "\n"));
        }
    }
}

/// The bytes of the opening brackets of everything that looks like a link definition.
fn candidates(text: &str) -> Vec<usize> {
    let mut found = Vec::new();
    for close in memchr::memmem::find_iter(text.as_bytes(), "]:") {
        if is_escaped(text, close) {
            continue;
        }
        let mut start = close.saturating_sub(MAX_LABEL);
        while !text.is_char_boundary(start) {
            start += 1;
        }
        // The parser allows further opening brackets in a label, but no closing one.
        let brackets = text[start..close].rmatch_indices(['[', ']']).map(|(i, _)| start + i);
        let label =
            brackets.filter(|&i| !is_escaped(text, i)).take_while(|&i| text[i..].starts_with('['));
        for open in label {
            let mut before = text[..open].chars().rev().take_while(|&c| c != '\n');
            if before.all(is_container_mark) {
                found.push(open);
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Whether the byte at `at` is escaped by a backslash.
fn is_escaped(text: &str, at: usize) -> bool {
    text[..at].bytes().rev().take_while(|&byte| byte == b'\\').count() % 2 == 1
}

/// Whether a character may come before a link definition in its line: white space, or a part of the
/// mark of a list or block quotation.
fn is_container_mark(c: char) -> bool {
    c.is_whitespace() || c.is_ascii_digit() || matches!(c, '>' | '-' | '+' | '*' | '.' | ')')
}

/// Whether `fragment` may contain a link definition, alone or with text that precedes it somewhere.
pub(crate) fn may_define(fragment: &str) -> bool {
    let Some(close) = memchr::memmem::find(fragment.as_bytes(), b"]:") else { return false };
    // Without an opening bracket, the label may have begun before the fragment.
    let is_whole = fragment[..close].contains('[');
    !is_whole || !candidates(fragment).is_empty()
}

/// The bytes of the definitions that are in use.
fn used_definitions(text: &str) -> Vec<Range<usize>> {
    let mut parser = Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter();
    let mut labels = Vec::new();
    for (event, _) in parser.by_ref() {
        if let Event::Start(Tag::Link { link_type, id, .. } | Tag::Image { link_type, id, .. }) =
            event
            && matches!(link_type, LinkType::Reference | LinkType::Collapsed | LinkType::Shortcut)
        {
            labels.push(id);
        }
    }
    let definitions = parser.reference_definitions();
    let mut used = Vec::new();
    for label in &labels {
        // A definition without a target is a note: `[1]: Confidential`.
        let definition = definitions
            .get(label.as_ref())
            .filter(|d| d.dest.contains(['.', '/', '#', ':', '@', '?']));
        used.extend(definition.map(|definition| definition.span.clone()));
    }
    used.sort_unstable_by_key(|span| span.start);
    used.dedup();
    used
}

/// The lists that are open at a line, by their indents.
#[derive(Default)]
struct IndentedLists(Vec<IndentedList>);

struct IndentedList {
    /// The column of the marker, as it is written.
    indent: usize,
    /// The column at which the text of the entries begins, after they are moved.
    text: usize,
}

impl IndentedLists {
    /// The number of columns by which `line` is moved, so that it is nested as it looks.
    fn shift(&mut self, line: &str) -> usize {
        let indent = line.len() - line.trim_start_matches(' ').len();
        let rest = &line[indent..];
        let Some(width) = marker_width(rest) else {
            if indent == 0 && !rest.trim().is_empty() {
                self.0.clear();
            }
            return 0;
        };
        while self.0.last().is_some_and(|open| open.indent >= indent) {
            self.0.pop();
        }
        let shift = match self.0.last() {
            Some(open) if indent >= open.indent + 2 => open.text.saturating_sub(indent),
            _ => 0,
        };
        self.0.push(IndentedList { indent, text: indent + shift + width });
        shift
    }
}

/// The number of columns that a list marker and the spaces after it take.
fn marker_width(rest: &str) -> Option<usize> {
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let mark = match rest.as_bytes().get(digits)? {
        b'.' | b')' if (1..=9).contains(&digits) => digits + 1,
        b'*' | b'-' | b'+' if digits == 0 => 1,
        _ => return None,
    };
    let spaces = rest[mark..].len() - rest[mark..].trim_start_matches(' ').len();
    // If there are five spaces or more, all but one belong to the text of the entry.
    (spaces > 0).then_some(mark + if spaces > 4 { 1 } else { spaces })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mended(text: &str) -> String {
        mend(&MappedText::whole(text)).text.into_owned()
    }

    #[test]
    fn nested_lists_move_to_their_list() {
        assert_eq!(mended("1. a\n  * b\n    * c"), "1. a\n   * b\n     * c");
        assert_eq!(mended("* a\n  * b"), "* a\n  * b");
        assert!(is_moved("1. a\n  * b") && !is_moved("1. a\n   * b"));
    }

    #[test]
    fn targets_with_spaces_are_enclosed() {
        for (text, expected) in [
            ("[a](mailto: b@c.example)", "[a](<mailto: b@c.example>)"),
            ("[a](mailto:B <b@c.example>)", "[a](<mailto:B %3Cb@c.example%3E>)"),
            ("[a](<?php b(1) > 2 ?>)", "[a](<%3C?php b(1) %3E 2 ?%3E>)"),
            ("[a]({{b > c}}) d", "[a](<{{b %3E c}}>) d"),
            ("[a](<http://b/<c>>)", "[a](<http://b/%3Cc%3E>)"),
            ("[a](http://b/<c>)", "[a](<http://b/%3Cc%3E>)"),
        ] {
            assert_eq!(mended(text), expected);
        }
        let nested = |depth: usize| format!("b{}c{}", "(".repeat(depth), ")".repeat(depth));
        assert!(target_length(&format!("{})", nested(MAX_PARENTHESES))).is_some());
        assert!(target_length(&format!("{})", nested(MAX_PARENTHESES + 1))).is_none());
        for text in [
            "[a](<b c>)",
            "](mailto:<)",
            "a](mailto: b) c",
            "[a] b](mailto:<b) c",
            "\\[a](mailto:<b) c",
            "[a\n\nb](mailto:<b) c",
            "a](http://b\n/c) d",
            "[a](<b>c</b> d)",
            "[a](b c)",
            "[a](/b \"c\")",
            "[a](/b)",
            "[a](/b\nc d)",
            "[a](/b\n\"c\")",
        ] {
            assert_eq!(mended(text), text);
        }
    }

    #[test]
    fn wrapped_targets_are_put_together() {
        assert_eq!(mended("[a](http://b.example/c-\n  d) e"), "[a](http://b.example/c-d) e");
        assert_eq!(mended("[a] (https://b.example) c"), "[a](https://b.example) c");
        assert_eq!(mended("[a]\n(www.b.example)"), "[a](www.b.example)");
        for text in [
            "[a](http://b\n\nc)",
            "[a](http://b\n* c)",
            "[a](http://b\n-\n)",
            "[a] (see http://b)",
            "a] (http://b)",
            "[ ] (b)",
        ] {
            assert_eq!(mended(text), text);
        }
    }

    #[test]
    fn parentheses_are_letters_of_enclosed_targets() {
        for (rest, target) in [
            ("<a/(x>) b) c", Some("<a/(x>")),
            (" <a/)x> \"b\") c)", Some(" <a/)x> \"b\"")),
            ("<a\\>)> (b)) c)", Some("<a\\>)> (b)")),
            ("<a/(x) b) c", Some("<a/(x) b")),
            ("<a/(x\n>) b) c", Some("<a/(x\n>) b")),
            ("a/(x>) b) c", Some("a/(x>) b")),
            ("<a/(x> b", None),
        ] {
            assert_eq!(target_length(rest).map(|length| &rest[..length]), target, "{rest}");
        }
    }

    #[test]
    fn definitions_are_kept_if_a_link_uses_them() {
        assert_eq!(mended("[a]: /b\n\nSee [a]."), "[a]: /b\n\nSee [a].");
        assert_eq!(mended("[a]: /b\n\nSee a."), "\\[a]: /b\n\nSee a.");
        assert_eq!(mended("[1]: Secret\n\nSee [1]."), "\\[1]: Secret\n\nSee [1].");
        assert!(may_define("a]: b") && !may_define("see [1]. So: it"));
    }

    #[test]
    fn origins_are_those_of_the_source() {
        let text = "1. a\n  * b";
        let source = MappedText::whole(text);
        let mended = mend(&source);
        assert_eq!(mended.origin(mended.text.find('b').unwrap()), text.find('b').unwrap());
    }
}
