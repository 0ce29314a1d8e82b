//! Bytes to text.

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

/// The largest text that is read, 64 MiB: a policy has kilobytes, and what is larger than this would fill the memory.
pub const MAX_BYTES: u64 = 64 << 20;

/// The text of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceText {
    /// The Markdown, without header line and byte order mark.
    pub body: String,
    /// Whether the bytes were not UTF-8 and were read as windows-1252.
    pub is_windows_1252: bool,
}

impl SourceText {
    /// Decodes bytes: as UTF-16 by its byte order mark, else as UTF-8, else as windows-1252. The mark of UTF-8 is no proof of it.
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
