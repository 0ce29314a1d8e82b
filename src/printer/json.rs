//! JSON for programs: `schema/results.schema.json` for the whole, `schema/hit.schema.json` for a line.
//!
//! Values are never changed, but what could move the cursor or turn the writing direction is written as an escape: JSON, too, is
//! looked at in terminals.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::value::RawValue;

use crate::printer::hits::citation::citation;
use crate::printer::terminal::sanitize::is_unsafe;
use crate::search::{ContextClause, Hit, SearchSummary, ShownClause};

pub(in crate::printer) fn begin(out: &mut impl Write, summary: &SearchSummary) -> io::Result<()> {
    out.write_all(b"{\"query\":")?;
    value(out, &summary.query)?;
    out.write_all(b",\"totals\":")?;
    serde_json::to_writer(&mut *out, &summary.totals)?;
    write!(out, ",\"truncated\":{},\"hits\":[", summary.truncated)
}

/// A hit, and what only printing knows of it.
#[derive(Serialize)]
pub(in crate::printer) struct JsonHit<'h> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query_id: Option<&'h str>,
    #[serde(flatten)]
    pub hit: &'h Hit,
    pub citation: Option<String>,
}

/// Prints a clause in its section with its citation as one line (`schema/show.schema.json`).
pub fn print_shown_json(out: &mut impl Write, shown: &ShownClause) -> io::Result<()> {
    #[derive(Serialize)]
    struct Shown<'s> {
        clause: JsonHit<'s>,
        context: &'s [ContextClause],
        /// As it was written.
        metadata: Option<&'s RawValue>,
    }
    let ShownClause { clause: hit, context, metadata } = shown;
    let clause = JsonHit { query_id: None, hit, citation: Some(citation(hit)) };
    print_json_line(out, &Shown { clause, context, metadata: serde_json::from_str(metadata).ok() })
}

pub(in crate::printer) fn hit(
    out: &mut impl Write,
    hit: &JsonHit<'_>,
    is_first: bool,
) -> io::Result<()> {
    out.write_all(if is_first { b"\n" } else { b",\n" })?;
    value(out, hit)
}

pub(in crate::printer) fn finish(out: &mut impl Write, is_empty: bool) -> io::Result<()> {
    out.write_all(if is_empty { b"]}\n" } else { b"\n]}\n" })
}

/// Writes a value as one line.
pub fn print_json_line(out: &mut impl Write, object: &impl Serialize) -> io::Result<()> {
    value(out, object)?;
    out.write_all(b"\n")
}

fn value(out: &mut impl Write, object: &(impl Serialize + ?Sized)) -> io::Result<()> {
    let text = serde_json::to_string(object)?;
    let mut done = 0;
    // All that is unsafe stands in strings, since a value on one line has no other control character, and is below U+10000. Lines of hits are
    // many: only where a byte may begin something unsafe is a character looked at.
    let suspects =
        text.bytes().enumerate().filter(|(_, byte)| matches!(byte, 0x7F | 0xC2 | 0xD8 | 0xE2));
    for at in suspects.map(|(at, _)| at) {
        let Some(c) = text[at..].chars().next().filter(|&c| is_unsafe(c)) else { continue };
        write!(out, "{}\\u{:04x}", &text[done..at], u32::from(c))?;
        done = at + c.len_utf8();
    }
    out.write_all(&text.as_bytes()[done..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unsafe_character_is_escaped() {
        for c in ('\0'..=char::MAX).filter(|&c| is_unsafe(c) && c != '"') {
            let mut printed = Vec::new();
            print_json_line(&mut printed, &format!("a{c}b")).unwrap();
            let printed = String::from_utf8(printed).unwrap();
            assert!(!printed.trim_end().contains(c), "U+{:04X}", u32::from(c));
            assert_eq!(serde_json::from_str::<String>(&printed).unwrap(), format!("a{c}b"));
        }
    }

    #[test]
    fn what_a_terminal_would_obey_is_escaped() {
        let text = "a\u{1b}[2J\u{7f}\u{9b}\u{202e}b\n個";
        let mut printed = Vec::new();
        print_json_line(&mut printed, &text).unwrap();
        let printed = String::from_utf8(printed).unwrap();
        assert_eq!(printed, "\"a\\u001b[2J\\u007f\\u009b\\u202eb\\n個\"\n");
        assert_eq!(serde_json::from_str::<String>(&printed).unwrap(), text);
    }
}
