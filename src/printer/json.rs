//! JSON that is safe to look at in a terminal.
//!
//! Values never change, but characters that a terminal would obey are written as escapes.

use std::io::{self, Write};

use serde::Serialize;

use super::terminal::sanitize::is_unsafe;

/// Writes a value as one line of JSON.
pub fn print_json_line(out: &mut impl Write, object: &impl Serialize) -> io::Result<()> {
    write_json(out, object)?;
    out.write_all(b"\n")
}

/// Writes a value as JSON without a line break.
///
/// Unsafe characters occur only within strings, because JSON on one line has no other control
/// characters, and all of them are below U+10000, so that one escape is enough.
pub(super) fn write_json(
    out: &mut impl Write,
    object: &(impl Serialize + ?Sized),
) -> io::Result<()> {
    let text = serde_json::to_string(object)?;
    let mut written = 0;
    for (at, byte) in text.bytes().enumerate() {
        // There can be many lines of hits, so characters are decoded only where these bytes, with
        // which the UTF-8 form of every unsafe character begins, occur.
        if !matches!(byte, 0x7F | 0xC2 | 0xD8 | 0xE2) {
            continue;
        }
        let Some(c) = text[at..].chars().next().filter(|&c| is_unsafe(c)) else { continue };
        write!(out, "{}\\u{:04x}", &text[written..at], u32::from(c))?;
        written = at + c.len_utf8();
    }
    out.write_all(&text.as_bytes()[written..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(text: &str) -> String {
        let mut printed = Vec::new();
        print_json_line(&mut printed, &text).unwrap();
        String::from_utf8(printed).unwrap()
    }

    #[test]
    fn every_unsafe_character_is_escaped() {
        for c in ('\0'..=char::MAX).filter(|&c| is_unsafe(c) && c != '"') {
            let printed = printed(&format!("a{c}b"));
            assert!(!printed.trim_end().contains(c), "U+{:04X}", u32::from(c));
            assert_eq!(serde_json::from_str::<String>(&printed).unwrap(), format!("a{c}b"));
        }
    }

    #[test]
    fn escapes_read_back_into_the_same_text() {
        let text = "a\u{1b}[2J\u{7f}\u{9b}\u{202e}b\n個";
        let printed = printed(text);
        assert_eq!(printed, "\"a\\u001b[2J\\u007f\\u009b\\u202eb\\n個\"\n");
        assert_eq!(serde_json::from_str::<String>(&printed).unwrap(), text);
    }
}
