//! Tells what a stream contains by its first bytes.

use super::csv;
use super::record::FieldNames;
use crate::corpus::source_text::without_mark;

/// What a stream contains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StreamShape {
    /// JSON Lines: one snapshot in each line.
    JsonLines,
    /// CSV with this delimiter: one snapshot in each row.
    Csv(u8),
    /// A tar archive: one snapshot in each file.
    Tar,
    /// A zip archive: one snapshot in each file.
    Zip,
    /// One file that may hold a snapshot.
    OneFile,
}

impl StreamShape {
    /// Tells the shape of a stream by its first bytes, after decompression. Returns `None` if they
    /// are the start of an ordinary file.
    pub fn of(head: &[u8], names: &FieldNames) -> Option<Self> {
        let text = without_mark(head).trim_ascii_start();
        // The signatures of a zip archive with entries and of an empty one.
        if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
            Some(Self::Zip)
        // The magic field in the header of the first entry of a POSIX tar archive.
        } else if head.get(257..262) == Some(b"ustar") {
            Some(Self::Tar)
        } else if text.starts_with(b"{\"") || text.starts_with(b"{ ") {
            Some(Self::JsonLines)
        } else if csv::is_table(head, names) {
            Some(Self::Csv(csv::delimiter(head)))
        } else {
            None
        }
    }
}
