//! What is changed in a text before CommonMark reads it, line by line: nothing in most texts.
//!
//! - The converter that made the Princeton-Leuven texts nests lists by two columns, also below `1. `, where CommonMark asks for
//!   three: such lines are moved to where their list is.
//! - Link targets with spaces are put between `<` and `>`.
//! - `[label]: target` is a mark where some `[label]` uses it, and otherwise a line of text: its bracket is escaped then.

use std::ops::Range;

use pulldown_cmark::{Event, LinkType, Options, Parser, Tag};

use super::source::Source;

/// What is put in before a byte of the text.
type Insertion = (usize, String);

/// The longest link label that CommonMark reads, in bytes.
const MAX_LABEL: usize = 4 * 999;

/// How far the end of a link target is looked for, in bytes.
const MAX_TARGET: usize = 2000;

/// The text as CommonMark should read it.
pub(super) fn mend<'s>(source: &'s Source<'_>) -> Source<'s> {
    let text = source.text.as_ref();
    let mut insertions: Vec<Insertion> = Vec::new();
    insertions.extend(shifts(text).map(|(at, shift)| (at, " ".repeat(shift))));
    escape_definitions(text, &mut insertions);
    enclose_targets(text, &mut insertions);
    if insertions.is_empty() {
        return source.borrow();
    }
    // A new line stands before the columns by which the line after it is moved, and those before a mark.
    insertions.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| a.1.cmp(&b.1)));
    let mut out = Source::empty();
    let mut copied = 0;
    for (at, inserted) in insertions {
        out.push_from(&text[copied..at], source, copied);
        out.push(&inserted, source.origin(at));
        copied = at;
    }
    out.push_from(&text[copied..], source, copied);
    out
}

/// The lines of `text` that are moved, and by how many columns.
fn shifts(text: &str) -> impl Iterator<Item = (usize, usize)> {
    let mut lists = Lists::default();
    let mut at = 0;
    text.split_inclusive('\n').filter_map(move |line| {
        let start = at;
        at += line.len();
        Some((start, lists.shift(line))).filter(|&(_, shift)| shift > 0)
    })
}

/// Whether a line of `text` is moved to where its list is.
pub(super) fn is_moved(text: &str) -> bool {
    shifts(text).next().is_some()
}

/// Puts `<` and `>` around link targets with spaces in them, which CommonMark does not take for targets: `[mail](mailto: a@b.example)`.
fn enclose_targets(text: &str, insertions: &mut Vec<Insertion>) {
    for at in memchr::memmem::find_iter(text.as_bytes(), "](") {
        let start = at + 2;
        let Some(length) = target_length(&text[start..]) else { continue };
        let target = &text[start..start + length];
        let has_space = target.trim().contains([' ', '\t']) && !target.contains(['<', '>']);
        // A title: `(target "title")`.
        let has_title = target.trim_end().ends_with(['"', '\'', ')']);
        let is_address =
            ["http:", "https:", "mailto:", "tel:", "www.", "#", "/"].iter().any(|scheme| {
                target
                    .trim_start()
                    .get(..scheme.len())
                    .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
            });
        if has_space && !has_title && is_address {
            insertions.push((start, "<".to_owned()));
            insertions.push((start + length, ">".to_owned()));
        }
    }
}

/// The bytes before the parenthesis that closes a link, on the same line.
fn target_length(rest: &str) -> Option<usize> {
    let mut depth = 0;
    let mut is_escaped = false;
    for (i, b) in rest.bytes().take(MAX_TARGET).enumerate() {
        match b {
            b'\n' => return None,
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'(' => depth += 1,
            b')' if depth == 0 => return Some(i),
            b')' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// Escapes what CommonMark would take for a link definition and leave out, unless it is one: a link uses it, and it has a target.
fn escape_definitions(text: &str, insertions: &mut Vec<Insertion>) {
    let candidates = candidates(text);
    if candidates.is_empty() {
        return;
    }
    let used = used_definitions(text);
    let mut escaped = None;
    for open in candidates {
        let next = used.partition_point(|span| span.start <= open);
        if next == 0 || !used[next - 1].contains(&open) {
            insertions.push((open, "\\".to_owned()));
            escaped = Some(open);
        } else if let Some(before) = escaped.take()
            && !text[before..open].contains("\n\n")
        {
            // A definition may not stand in the paragraph that the one before has become.
            let line = text[..open].rfind('\n').map_or(0, |i| i + 1);
            insertions.push((line, "\n".to_owned()));
        }
    }
}

/// Where the brackets of all that looks like a link definition are.
fn candidates(text: &str) -> Vec<usize> {
    let is_escaped =
        |at: usize| text[..at].bytes().rev().take_while(|&b| b == b'\\').count() % 2 == 1;
    let mut found = Vec::new();
    for close in memchr::memmem::find_iter(text.as_bytes(), "]:") {
        let mut start = close.saturating_sub(MAX_LABEL);
        while !text.is_char_boundary(start) {
            start += 1;
        }
        // The parser lets a label hold further opening brackets, but no closing one.
        let brackets = text[start..close].rmatch_indices(['[', ']']).map(|(i, _)| start + i);
        let label =
            brackets.filter(|&i| !is_escaped(i)).take_while(|&i| text[i..].starts_with('['));
        for open in label {
            let is_prefix = |c: char| {
                c.is_whitespace()
                    || c.is_ascii_digit()
                    || matches!(c, '>' | '-' | '+' | '*' | '.' | ')')
            };
            let mut before = text[..open].chars().rev().take_while(|&c| c != '\n');
            if before.all(is_prefix) {
                found.push(open);
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Whether a link definition may stand in `stretch`, alone or with what stands before it in some text.
pub(super) fn may_define(stretch: &str) -> bool {
    let Some(close) = memchr::memmem::find(stretch.as_bytes(), b"]:") else { return false };
    // A label that begins before the stretch has no closing bracket in it.
    let is_whole = stretch[..close].contains('[');
    !is_whole || !candidates(stretch).is_empty()
}

/// The places of the definitions that are in use.
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
        // `[1]: Confidential` is a note.
        let definition = definitions
            .get(label.as_ref())
            .filter(|d| d.dest.contains(['.', '/', '#', ':', '@', '?']));
        used.extend(definition.map(|definition| definition.span.clone()));
    }
    used.sort_unstable_by_key(|span| span.start);
    used.dedup();
    used
}

/// The open lists: (indent of the marker as written, column at which the text of its entries begins once moved).
#[derive(Default)]
struct Lists(Vec<(usize, usize)>);

impl Lists {
    /// How many columns to move `line` so that it is nested as it looks.
    fn shift(&mut self, line: &str) -> usize {
        let indent = line.len() - line.trim_start_matches(' ').len();
        let rest = &line[indent..];
        let Some(width) = marker_width(rest) else {
            if indent == 0 && !rest.trim().is_empty() {
                self.0.clear();
            }
            return 0;
        };
        while self.0.last().is_some_and(|&(open, _)| open >= indent) {
            self.0.pop();
        }
        let shift = match self.0.last() {
            Some(&(open, text)) if indent >= open + 2 => text.saturating_sub(indent),
            _ => 0,
        };
        self.0.push((indent, indent + shift + width));
        shift
    }
}

/// The columns that a list marker and the space after it take.
fn marker_width(rest: &str) -> Option<usize> {
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let mark = match rest.as_bytes().get(digits)? {
        b'.' | b')' if (1..=9).contains(&digits) => digits + 1,
        b'*' | b'-' | b'+' if digits == 0 => 1,
        _ => return None,
    };
    let spaces = rest[mark..].len() - rest[mark..].trim_start_matches(' ').len();
    // Five spaces and more are the entry's own indent.
    (spaces > 0).then_some(mark + if spaces > 4 { 1 } else { spaces })
}
