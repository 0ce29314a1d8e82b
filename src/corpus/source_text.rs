//! The text of a snapshot.

use encoding_rs::Encoding;
use serde::{Deserialize, Serialize};

use super::encodings;
use crate::model::{FURNITURE_COMMENTS, FURNITURE_MARKS, furniture_marks};

/// The size limit of a text: 64 MiB. A policy has kilobytes, and larger files would exhaust memory.
pub const MAX_BYTES: u64 = 64 << 20;

/// Why something larger than [`MAX_BYTES`] is not read.
pub(super) fn too_large() -> String {
    format!("is larger than {} MiB, too much for one text", MAX_BYTES >> 20)
}

/// Why an input whose text is larger than [`MAX_BYTES`] is not read.
pub(super) fn too_large_text() -> String {
    format!("its text is larger than {} MiB", MAX_BYTES >> 20)
}

/// The text of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceText {
    /// The Markdown, without header line and byte order mark.
    pub body: String,
    /// Whether the bytes were not UTF-8, so that they were read in the encoding that they declare
    /// or seem to have.
    pub is_recoded: bool,
}

impl SourceText {
    /// Decodes bytes that declare no encoding.
    pub fn decode(bytes: Vec<u8>) -> Self {
        Self::decode_as(bytes, |_| None)
    }

    /// Decodes bytes. `declared` finds the encoding that they declare, if it is not UTF-8.
    pub(super) fn decode_as(
        bytes: Vec<u8>,
        declared: impl Fn(&[u8]) -> Option<&'static Encoding>,
    ) -> Self {
        let (mut body, is_recoded) = encodings::decode(bytes, declared);
        without_furniture_marks(&mut body);
        Self { body, is_recoded }
    }
}

/// The bytes without a byte order mark of UTF-8.
pub(super) fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)
}

/// Removes the two noncharacters that mark furniture in the text of pages (see `forms::html`). In
/// the texts of others they mean nothing.
pub(super) fn without_furniture_marks(text: &mut String) {
    if furniture_marks(text).next().is_some() {
        text.retain(|c| !FURNITURE_MARKS.contains(&c));
    }
}

/// Turns the comments around furniture into the lines that mark it, as sectioning reads them. They
/// stay comments if they are no pairs, or in code, so that nobody else's comments mark anything.
pub(super) fn read_furniture_comments(text: &mut String) {
    // Few texts contain the first character of a comment, and searching for it alone is fast.
    let first = memchr::memchr(b'<', text.as_bytes());
    let has_comment = |start: usize| {
        memchr::memmem::find(&text.as_bytes()[start..], FURNITURE_COMMENTS[1].as_bytes()).is_some()
    };
    if !first.is_some_and(has_comment) {
        return;
    }
    let mut marked = String::with_capacity(text.len());
    let mut next = 0;
    for line in text.split_inclusive('\n') {
        let bare = line.trim_end();
        match FURNITURE_COMMENTS.iter().position(|comment| bare == *comment) {
            Some(found) if found == next => {
                marked.push(FURNITURE_MARKS[found]);
                marked.push_str(&line[bare.len()..]);
                next = 1 - next;
            }
            Some(_) => return,
            None if bare.starts_with("```") || bare.starts_with("~~~") => return,
            None => marked.push_str(line),
        }
    }
    if next == 0 {
        *text = marked;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_of_furniture_are_removed() {
        let mut text = "a\u{FDD0}b\u{FDD1}\u{FDD2}".to_owned();
        without_furniture_marks(&mut text);
        assert_eq!(text, "ab\u{FDD2}");
    }

    #[test]
    fn pairs_of_comments_mark_furniture() {
        let [start, end] = FURNITURE_COMMENTS;
        let read = |text: &str| {
            let text = text.replace('{', start).replace('}', end);
            let mut read = text.clone();
            read_furniture_comments(&mut read);
            (read != text).then(|| read.replace('\u{FDD0}', "{").replace('\u{FDD1}', "}"))
        };
        for text in ["{\n\na\n\n}\n", "a\n{\r\nb\n}", "{\n}\na\n{ \nb\n}\n"] {
            assert_eq!(read(text).as_deref(), Some(text));
        }
        for text in [
            "{\na\n",
            "}\na\n{\n",
            "{\n{\na\n}\n}\n",
            "a {\nb\n}\n",
            "```\n{\na\n}\n```\n",
            "{ a }",
            "a",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
