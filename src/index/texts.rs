//! The table of shared texts: a file beside the segments that says at how many companies a clause stands, for those at two or more.
//!
//! Every hit shows that number, and most clauses stand at one company only. So the table is small, where postings of each clause's key would
//! be a third of all terms of the index. It is mapped into memory when the index is opened - a rebuild may remove the file later - and
//! read where a hit needs it.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use tantivy::Directory;
use tantivy::directory::OwnedBytes;
use tantivy::directory::error::OpenReadError;

use super::directory::ReaderDirectory;
use super::files::SHARED_TEXTS as FILE;
use crate::error::{Error, Result};

/// Entries per block: a lookup reads and checks two of them.
const BLOCK: usize = 256;
/// A key and its number of companies, little-endian.
const ENTRY: usize = 8 + 4;
/// The hash of the block's entries behind them.
const CHECK: usize = 8;
/// A whole block; only the last one may be shorter.
const WHOLE: usize = BLOCK * ENTRY + CHECK;

/// Which texts stand at which companies, while an index is built.
#[derive(Debug, Default)]
pub struct TextCompanies {
    /// Text keys and numbers of companies.
    pairs: Vec<(u64, u32)>,
}

impl TextCompanies {
    /// The company of this number has a clause with this key.
    pub fn add(&mut self, company: u32, text_key: u64) {
        self.pairs.push((text_key, company));
    }

    /// Keys that more than one company has, ascending, each with the number of companies.
    fn shared(mut self) -> Vec<(u64, u32)> {
        self.pairs.sort_unstable();
        self.pairs.dedup();
        let groups = self.pairs.chunk_by(|a, b| a.0 == b.0).filter(|group| group.len() > 1);
        groups.map(|group| (group[0].0, group.len() as u32)).collect()
    }

    /// Writes the table of a generation and waits until it is on disk.
    ///
    /// # Errors
    ///
    /// Writing fails.
    pub fn write(self, folder: &Path) -> Result<()> {
        let path = folder.join(FILE);
        super::write_file(&path, &encoded(&self.shared()))
    }
}

/// The number of entries, then blocks of entries, each with its hash.
fn encoded(shared: &[(u64, u32)]) -> Vec<u8> {
    let mut bytes = (shared.len() as u64).to_le_bytes().to_vec();
    for block in shared.chunks(BLOCK) {
        let start = bytes.len();
        for (key, companies) in block {
            bytes.extend_from_slice(&key.to_le_bytes());
            bytes.extend_from_slice(&companies.to_le_bytes());
        }
        let check = check(&bytes[start..]);
        bytes.extend_from_slice(&check);
    }
    bytes
}

fn check(entries: &[u8]) -> [u8; CHECK] {
    let mut check = [0; CHECK];
    check.copy_from_slice(&blake3::hash(entries).as_bytes()[..CHECK]);
    check
}

/// The table of an open index.
#[derive(Debug)]
pub struct SharedTexts {
    bytes: OwnedBytes,
    /// Per block whether it was compared with its hash already.
    is_sound: Vec<AtomicBool>,
}

impl SharedTexts {
    /// Maps the table of a generation into memory. `dir` is the index folder, for errors.
    ///
    /// # Errors
    ///
    /// The file is missing or not of the length that it says.
    pub fn open(directory: &ReaderDirectory, dir: &Path) -> Result<Self> {
        let file = directory.open_read(Path::new(FILE)).map_err(|error| match error {
            OpenReadError::FileDoesNotExist(_) => {
                Error::damaged(dir, format!("`{FILE}` is missing"))
            }
            error => Error::reading(dir)(error),
        })?;
        let bytes = file.read_bytes().map_err(Error::reading(dir))?;
        let count = bytes.first_chunk().map(|count| u64::from_le_bytes(*count) as usize);
        let expected = count.and_then(encoded_len);
        if expected != Some(bytes.len()) {
            return Err(Error::damaged(dir, format!("`{FILE}` is not of the length that it says")));
        }
        Ok(Self::new(bytes))
    }

    fn new(bytes: OwnedBytes) -> Self {
        let blocks = bytes.len().saturating_sub(8).div_ceil(WHOLE);
        Self { bytes, is_sound: (0..blocks).map(|_| AtomicBool::new(false)).collect() }
    }

    /// The entries of a block, if they have its hash.
    fn sound_block<'b>(&self, blocks: &'b [u8], block: usize) -> Option<&'b [u8]> {
        let (entries, stored) = split_block(blocks, block)?;
        let is_sound = self.is_sound.get(block)?;
        // Two threads may both compare it, which does no harm.
        if !is_sound.load(Ordering::Relaxed) {
            if check(entries) != *stored {
                return None;
            }
            is_sound.store(true, Ordering::Relaxed);
        }
        Some(entries)
    }

    /// How many companies have a clause with this key, if more than one does; None where the table is damaged.
    pub fn companies(&self, key: u64) -> Option<Option<u32>> {
        let blocks = self.bytes.get(8..)?;
        let (mut low, mut high) = (0, blocks.len().div_ceil(WHOLE));
        while low < high {
            let middle = low.midpoint(high);
            if first_key(blocks, middle)? <= key { low = middle + 1 } else { high = middle }
        }
        // What led here was read unchecked. If it led astray, one of the two blocks on whose keys the search ended is not sound.
        if low * WHOLE < blocks.len() {
            self.sound_block(blocks, low)?;
        }
        let Some(block) = low.checked_sub(1) else { return Some(None) };
        Some(find(self.sound_block(blocks, block)?, key))
    }
}

/// The entries of a block and their hash.
fn split_block(blocks: &[u8], block: usize) -> Option<(&[u8], &[u8; CHECK])> {
    let start = block * WHOLE;
    blocks.get(start..blocks.len().min(start + WHOLE))?.split_last_chunk::<CHECK>()
}

/// How long a table of `count` entries is.
fn encoded_len(count: usize) -> Option<usize> {
    let checks = count.div_ceil(BLOCK).checked_mul(CHECK)?;
    count.checked_mul(ENTRY)?.checked_add(checks)?.checked_add(8)
}

fn first_key(blocks: &[u8], block: usize) -> Option<u64> {
    blocks.get(block * WHOLE..)?.first_chunk().map(|key| u64::from_le_bytes(*key))
}

fn find(entries: &[u8], key: u64) -> Option<u32> {
    let (entries, _) = entries.as_chunks::<ENTRY>();
    let key_of =
        |entry: &[u8; ENTRY]| entry.first_chunk().map_or(0, |key| u64::from_le_bytes(*key));
    let found = entries.binary_search_by_key(&key, key_of).ok()?;
    entries[found].last_chunk().map(|companies| u32::from_le_bytes(*companies))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shared(count: u64) -> Vec<(u64, u32)> {
        (0..count).map(|i| (i * 10 + 5, i as u32 + 2)).collect()
    }

    #[test]
    fn a_company_counts_once() {
        let mut texts = TextCompanies::default();
        for (company, key) in
            [(0, 7), (0, 9), (0, 3), (1, 9), (1, 9), (0, 7), (0, 9), (2, 9), (2, 3)]
        {
            texts.add(company, key);
        }
        assert_eq!(texts.shared(), [(3, 2), (9, 3)]);
    }

    #[test]
    fn every_key_is_found_and_no_other() {
        for count in [0, 1, 255, 256, 257, 1000] {
            let table = SharedTexts::new(OwnedBytes::new(encoded(&shared(count))));
            assert_eq!(encoded_len(count as usize), Some(table.bytes.len()));
            for key in 0..count * 10 + 10 {
                let expected = (key % 10 == 5 && key < count * 10).then(|| (key / 10) as u32 + 2);
                assert_eq!(table.companies(key), Some(expected), "{key} of {count}");
            }
        }
    }

    #[test]
    fn a_flipped_bit_gives_no_wrong_number() {
        let keys = shared(600);
        let whole = encoded(&keys);
        for at in (8..whole.len()).step_by(97) {
            let mut bytes = whole.clone();
            bytes[at] ^= 0x40;
            let table = SharedTexts::new(OwnedBytes::new(bytes));
            for &(key, companies) in &keys {
                assert!(matches!(table.companies(key), None | Some(Some(_))), "{key}");
                assert!(table.companies(key).is_none_or(|found| found == Some(companies)), "{key}");
            }
        }
    }
}
