//! Tells what a stream contains by its first bytes.

use super::rows::csv::TableHead;
use super::rows::json::{self, JsonLayout};
use super::rows::record::FieldNames;
use crate::corpus::encodings::{RowDecoder, utf_16_of_rows};
use crate::corpus::forms::foreign::is_warc;
use crate::corpus::forms::form::whole_letters;
use crate::corpus::source_text::without_mark;

/// What the rows of a stream are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TableShape {
    /// JSON: one snapshot in each object.
    Json(JsonLayout),
    /// CSV with this delimiter: one snapshot in each record.
    Csv(u8),
}

/// What a stream contains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StreamShape {
    /// Rows: one snapshot in each.
    Table(TableShape),
    /// A tar archive: one snapshot in each file.
    Tar,
    /// A zip archive: one snapshot in each file.
    Zip,
    /// A WARC file: one snapshot in each page.
    Warc,
    /// One file that may hold a snapshot.
    OneFile,
}

impl StreamShape {
    /// Tells the shape of a file that consists of others by its first bytes. Returns `None` if they
    /// are the start of another file.
    pub fn of_archive(head: &[u8]) -> Option<Self> {
        // The signatures of a zip archive with entries and of an empty one.
        if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
            return Some(Self::Zip);
        }
        if is_warc(head) {
            return Some(Self::Warc);
        }
        is_tar(head).then_some(Self::Tar)
    }

    /// Tells the shape of a stream by its first bytes, after decompression. Returns `None` if they
    /// are the start of an ordinary file.
    pub fn of(head: &[u8], names: &FieldNames) -> Option<Self> {
        if let Some(archive) = Self::of_archive(head) {
            return Some(archive);
        }
        let text = row_text(head);
        if let Some(layout) = json::layout(&text) {
            return Some(Self::Table(TableShape::Json(layout)));
        }
        let table = TableHead::read(&text, names)?;
        table.is_of_snapshots(names).then_some(Self::Table(TableShape::Csv(table.delimiter)))
    }
}

impl TableShape {
    /// Tells the shape of a file in an archive or a folder by its first bytes, if its rows name
    /// everything that a snapshot needs. Other files there are lists of all kinds.
    pub fn of_file(head: &[u8], names: &FieldNames) -> Option<Self> {
        let text = row_text(head);
        if let Some(layout) = json::layout(&text) {
            let has_key = |ours: &str| json::has_key(&text, names.theirs(ours));
            // The first text may be so long that it hides the members behind it.
            let others = ["date", "archive_time", "text", "html"];
            let is_named = !names.needs_company() || has_key("company");
            let is_table = is_named && others.into_iter().any(has_key);
            return is_table.then_some(Self::Json(layout));
        }
        let table = TableHead::read(&text, names)?;
        table.missing(names).is_empty().then_some(Self::Csv(table.delimiter))
    }

    /// Whether a file that could be a text of the given company is a table of snapshots.
    pub fn is_of_given_company(head: &[u8], names: &FieldNames) -> bool {
        !names.needs_company() && Self::of_file(head, names).is_some()
    }
}

/// The first bytes of a table or of JSON, as text.
pub(super) fn row_text(head: &[u8]) -> String {
    if let Some(encoding) = utf_16_of_rows(head) {
        return encoding.decode(head).0.into_owned();
    }
    let head = without_mark(whole_letters(head));
    if let Ok(text) = std::str::from_utf8(head) {
        return text.to_owned();
    }
    let mut decoder = RowDecoder::default();
    decoder.learn(head.split(|byte| *byte == b'\n'));
    let rows = head.split(|byte| *byte == b'\n').map(|row| decoder.decode(row.to_vec()).0);
    rows.collect::<Vec<_>>().join("\n")
}

/// Whether these bytes are the header of the first entry of a tar archive. POSIX archives have a
/// magic field; in older ones the checksum of the header tells.
fn is_tar(head: &[u8]) -> bool {
    const HEADER_BYTES: usize = 512;
    const CHECKSUM: std::ops::Range<usize> = 148..156;
    if head.get(257..262) == Some(b"ustar") {
        return true;
    }
    let Some(header) = head.get(..HEADER_BYTES).filter(|header| header[0] != 0) else {
        return false;
    };
    let Ok(written) = std::str::from_utf8(&header[CHECKSUM]) else { return false };
    let written = u64::from_str_radix(written.trim_matches([' ', '\0']), 8);
    let is_other = |at: &usize| !CHECKSUM.contains(at);
    let sum: u64 = (0..HEADER_BYTES).filter(is_other).map(|at| u64::from(header[at])).sum();
    written == Ok(sum + 8 * u64::from(b' '))
}
