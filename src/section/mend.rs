//! What is changed in a text before CommonMark reads it, line by line: nothing in most texts.
//!
//! - The converter that made the Princeton-Leuven texts nests lists by two columns, also below `1. `, where CommonMark asks for
//!   three: such lines are moved to where their list is.
//! - `[label]: target` is a mark where some `[label]` uses it, and otherwise a line of text: its bracket is escaped then.

use std::collections::HashSet;

use super::source::Source;

/// The text as CommonMark should read it.
pub(super) fn mend(text: &str) -> Source<'_> {
    let has_definitions = text.contains("]:") && text.lines().any(|line| definition(line).is_some());
    let used = if has_definitions { used_labels(text) } else { HashSet::new() };
    let mut defined = HashSet::new();
    let mut lists = Lists::default();
    let mut out = Source::empty();
    // The bytes before `copied` are in `out`; unchanged lines are copied together.
    let (mut at, mut copied) = (0, 0);
    for line in text.split_inclusive('\n') {
        let shift = lists.shift(line);
        let escape = if has_definitions { definition(line) } else { None }
            .filter(|(_, label)| !used.contains(label) || !defined.insert(label.clone()));
        if shift > 0 || escape.is_some() {
            out.push(&text[copied..at], copied);
            out.push(&" ".repeat(shift), at);
            let bracket = escape.map_or(0, |(open, _)| open);
            out.push(&line[..bracket], at);
            if line[bracket..].starts_with('[') {
                out.push("\\", at + bracket);
            }
            copied = at + bracket;
        }
        at += line.len();
    }
    if copied == 0 && out.text.is_empty() {
        return Source::whole(text);
    }
    out.push(&text[copied..], copied);
    out
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

/// Where a line that may be a link definition has its bracket, and its label.
fn definition(line: &str) -> Option<(usize, String)> {
    let open = line.find('[')?;
    let is_prefix =
        |c: char| c.is_whitespace() || c.is_ascii_digit() || matches!(c, '>' | '-' | '+' | '*' | '.' | ')');
    if !line[..open].chars().all(is_prefix) {
        return None;
    }
    let end = line.find("]:").filter(|&end| end > open)?;
    Some((open, line[open + 1..end].trim().to_lowercase()))
}

fn used_labels(text: &str) -> HashSet<String> {
    let mut used = HashSet::new();
    let mut at = 0;
    while let Some(open) = text[at..].find('[').map(|i| at + i) {
        at = open + 1;
        // A label is at most 999 characters long (CommonMark), so a missing bracket costs no more than that.
        let mut end = text.len().min(open + 1000);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        if let Some(close) = text[at..end].find(']').map(|i| at + i)
            && !text[close + 1..].starts_with([':', '('])
        {
            used.insert(text[at..close].trim().to_lowercase());
        }
    }
    used
}
