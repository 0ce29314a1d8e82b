//! Decodes bytes to text.

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use serde::{Deserialize, Serialize};

/// The size limit of a text: 64 MiB. A policy has kilobytes, and larger files would exhaust memory.
pub const MAX_BYTES: u64 = 64 << 20;

/// The text of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceText {
    /// The Markdown, without header line and byte order mark.
    pub body: String,
    /// Whether the bytes were not UTF-8 and were read as windows-1252.
    pub is_windows_1252: bool,
}

impl SourceText {
    /// Decodes bytes: as UTF-16 if they begin with its byte order mark, as UTF-8 if they are valid
    /// UTF-8, and as windows-1252 otherwise. A byte order mark of UTF-8 does not prove that the
    /// bytes are UTF-8.
    pub fn decode(mut bytes: Vec<u8>) -> Self {
        match Encoding::for_bom(&bytes) {
            Some((encoding, mark)) if encoding == UTF_8 => drop(bytes.drain(..mark)),
            Some((encoding, mark)) => {
                let body = encoding.decode_without_bom_handling(&bytes[mark..]).0.into_owned();
                return Self { body, is_windows_1252: false };
            }
            None => {}
        }
        match String::from_utf8(bytes) {
            Ok(body) => Self { body, is_windows_1252: false },
            Err(error) => {
                let body =
                    WINDOWS_1252.decode_without_bom_handling(error.as_bytes()).0.into_owned();
                Self { body, is_windows_1252: true }
            }
        }
    }
}

/// The bytes without a byte order mark of UTF-8.
pub(super) fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_sequence_is_text() {
        assert_eq!(
            SourceText::decode(b"a\xE9\x93".to_vec()),
            SourceText { body: "aé“".into(), is_windows_1252: true }
        );
        assert_eq!(
            SourceText::decode("\u{FEFF}é".into()),
            SourceText { body: "é".into(), is_windows_1252: false }
        );
        let marked = SourceText::decode(b"\xEF\xBB\xBFa\xE9\x93".to_vec());
        assert_eq!(
            marked,
            SourceText { body: "aé“".into(), is_windows_1252: true },
            "a mark before other bytes"
        );
        assert_eq!(
            SourceText::decode(b"\xFF\xFEa\0".to_vec()),
            SourceText { body: "a".into(), is_windows_1252: false }
        );
    }
}
