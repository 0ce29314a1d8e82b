//! A segment's file that is compared with the checksums of its blocks when it is read.

use std::io;
use std::ops::Range;

use tantivy::HasLen;
use tantivy::directory::{FileHandle, OwnedBytes};

use super::checked_bytes::CheckedBytes;

/// The most bytes that are checked of a part that the library opens whole, unless all is to be
/// checked.
///
/// A query needs a few values of a column, of a term dictionary and of the lengths of clauses, and
/// the library opens each of them whole. Checking takes a seventh of a millisecond per megabyte.
const OPENED_WHOLE: usize = 256 << 10;

/// The extensions of files with parts that the library opens whole.
const WHOLE_PARTS: [&str; 3] = ["fast", "term", "fieldnorm"];

/// How much of an index is compared with its checksums when it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Verification {
    /// All but large parts that are opened whole although a query needs little of them: columns,
    /// term dictionaries and lengths of clauses of more than 256 KiB.
    #[default]
    Needed,
    /// All that is read.
    All,
}

/// A segment's file whose blocks are checked when they are first read.
#[derive(Debug)]
pub(crate) struct CheckedFile {
    bytes: CheckedBytes,
    /// The most bytes that are checked of one part.
    largest_part: usize,
}

impl CheckedFile {
    /// The file of this name with these bytes.
    pub fn new(name: &str, bytes: CheckedBytes, verification: Verification) -> Self {
        let has_whole_parts = WHOLE_PARTS.iter().any(|part| name.ends_with(part));
        let largest_part = match verification {
            Verification::Needed if has_whole_parts => OPENED_WHOLE,
            _ => usize::MAX,
        };
        Self { bytes, largest_part }
    }
}

impl HasLen for CheckedFile {
    fn len(&self) -> usize {
        self.bytes.len()
    }
}

impl FileHandle for CheckedFile {
    fn read_bytes(&self, range: Range<usize>) -> io::Result<OwnedBytes> {
        if range.len() <= self.largest_part {
            self.bytes.check(range.clone())?;
        }
        self.bytes.owned(range)
    }
}
