//! A segment's file that is compared with the checksums of its blocks when it is read.

use std::fmt;
use std::io;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use tantivy::HasLen;
use tantivy::directory::{FileHandle, OwnedBytes};

use super::block_sums::BlockSums;
use super::checksums::{BLOCK, of_block};

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

/// The first damage that was met in an index that is open. The index library may answer with an
/// error of its own, or not at all, so it is kept here.
#[derive(Debug, Clone, Default)]
pub(crate) struct FirstDamage(Arc<OnceLock<String>>);

impl FirstDamage {
    /// The file and its defect; `None` if no damage was met.
    pub fn get(&self) -> Option<&str> {
        self.0.get().map(String::as_str)
    }

    /// Keeps this damage, if it is the first one, and makes an error of it.
    pub fn met(&self, what: String) -> io::Error {
        let first = self.0.get_or_init(|| what);
        io::Error::new(io::ErrorKind::InvalidData, first.clone())
    }
}

/// A segment's file whose blocks are checked when they are first read.
pub(crate) struct CheckedFile {
    name: String,
    file: Arc<dyn FileHandle>,
    sums: Arc<BlockSums>,
    /// One bit for each block: whether its checksum was found to be right.
    is_sound: Vec<AtomicU64>,
    /// The most bytes that are checked of one part.
    largest_part: usize,
    damage: FirstDamage,
}

impl CheckedFile {
    /// The file of this name, compared with its length.
    ///
    /// # Errors
    ///
    /// There are no checksums of a file of this name, or it has another length.
    pub fn new(
        name: &str,
        file: Arc<dyn FileHandle>,
        sums: Arc<BlockSums>,
        verification: Verification,
        damage: FirstDamage,
    ) -> io::Result<Self> {
        let len = sums.len(name);
        if len != Some(file.len()) {
            let expected = len.map_or_else(|| "none".to_owned(), |len| len.to_string());
            let what = format!(
                "`{name}` is not as it was written ({} bytes, {expected} expected)",
                file.len()
            );
            return Err(damage.met(what));
        }
        let has_whole_parts = WHOLE_PARTS.iter().any(|part| name.ends_with(part));
        let largest_part = match verification {
            Verification::Needed if has_whole_parts => OPENED_WHOLE,
            _ => usize::MAX,
        };
        let words = file.len().div_ceil(BLOCK).div_ceil(u64::BITS as usize);
        let is_sound = (0..words).map(|_| AtomicU64::new(0)).collect();
        Ok(Self { name: name.to_owned(), file, sums, is_sound, largest_part, damage })
    }

    /// Compares a block with its checksum, unless it was done before.
    fn check(&self, block: usize) -> io::Result<()> {
        let (word, bit) = (&self.is_sound[block / 64], 1 << (block % 64));
        // Two threads may both check the block, which does no harm.
        if word.load(Ordering::Relaxed) & bit != 0 {
            return Ok(());
        }
        let start = block * BLOCK;
        let bytes = self.file.read_bytes(start..self.file.len().min(start + BLOCK))?;
        if self.sums.block(&self.name, block) != Some(of_block(&bytes)) {
            let what = format!("`{}` is not as it was written, near byte {start}", self.name);
            return Err(self.damage.met(what));
        }
        word.fetch_or(bit, Ordering::Relaxed);
        Ok(())
    }
}

impl HasLen for CheckedFile {
    fn len(&self) -> usize {
        self.file.len()
    }
}

impl fmt::Debug for CheckedFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CheckedFile({})", self.name)
    }
}

impl FileHandle for CheckedFile {
    fn read_bytes(&self, range: Range<usize>) -> io::Result<OwnedBytes> {
        if range.end > self.file.len() {
            let what = format!("`{}` is read beyond its end", self.name);
            return Err(self.damage.met(what));
        }
        if range.len() <= self.largest_part && !range.is_empty() {
            (range.start / BLOCK..=(range.end - 1) / BLOCK)
                .try_for_each(|block| self.check(block))?;
        }
        self.file.read_bytes(range)
    }
}
