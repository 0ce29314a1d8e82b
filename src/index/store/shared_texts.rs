//! The table of shared texts, a file beside the segments: how many companies have a clause, for
//! every clause that two or more companies have.
//!
//! Every hit shows that number. Most clauses belong to one company, so the table is small;
//! postings of the text key of each clause would be a third of all terms of the index instead.
//!
//! A company counts if the clause is part of a policy of it. For a clause that is furniture at all
//! its places in its policy, companies count that have it as furniture, too. That number has an
//! entry of its own under another key, [`furniture_key`].
//!
//! The file is the number of entries in 8 bytes, then blocks of up to 256 entries. An entry is a
//! text key in 8 bytes and a number of companies in 4, ascending by key; a hash of the entries
//! ends each block. All numbers are little-endian. The file is mapped into memory when the index
//! is opened, since a rebuild may remove it later, and a block is checked when it is first read.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use tantivy::Directory;
use tantivy::directory::OwnedBytes;
use tantivy::directory::error::OpenReadError;
use twox_hash::XxHash3_64;

use super::directory::GenerationDirectory;
use super::files::SHARED_TEXTS;
use super::table_file::write_file;
use crate::error::{Error, Result};

/// Bytes of the number of entries, at the start of the file.
const HEADER: usize = 8;
/// Entries per block. A lookup reads and checks two blocks.
const BLOCK: usize = 256;
/// Bytes of an entry: a text key and a number of companies.
const ENTRY: usize = 8 + 4;
/// Bytes of the hash at the end of a block.
const CHECK: usize = 8;
/// Bytes of a whole block. Only the last one may be shorter.
const WHOLE: usize = BLOCK * ENTRY + CHECK;

/// Collects which companies have which texts, while an index is built.
#[derive(Debug, Default)]
pub(crate) struct TextCompanies {
    texts: Vec<CompanyText>,
}

/// A text that a company has.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct CompanyText {
    key: u64,
    company: u32,
    is_furniture: bool,
}

/// The key of the entry that counts companies for which a text is furniture, too.
pub(crate) fn furniture_key(text_key: u64) -> u64 {
    /// Any number with many bits set and many not, so that no two keys become equal.
    const OTHER: u64 = 0x9E37_79B9_7F4A_7C15;
    text_key ^ OTHER
}

impl TextCompanies {
    /// Records that the company with this number has a clause with this text key.
    /// `is_furniture`: it is furniture at every place in its policy.
    pub fn add(&mut self, company: u32, key: u64, is_furniture: bool) {
        self.texts.push(CompanyText { key, company, is_furniture });
    }

    /// The keys that more than one company has, ascending, each with the number of companies.
    fn shared(mut self) -> Vec<(u64, u32)> {
        self.texts.sort_unstable();
        let mut shared = Vec::new();
        for group in self.texts.chunk_by(|a, b| a.key == b.key).filter(|group| group.len() > 1) {
            // Of each company, its policies come first.
            let companies = group.chunk_by(|a, b| a.company == b.company);
            let all = companies.clone().count() as u32;
            let policies = companies.filter(|texts| !texts[0].is_furniture).count() as u32;
            let has_furniture = group.iter().any(|text| text.is_furniture);
            let key = group[0].key;
            shared.extend((policies > 1).then_some((key, policies)));
            shared.extend((has_furniture && all > 1).then_some((furniture_key(key), all)));
        }
        shared.sort_unstable();
        shared
    }

    /// Writes the table into the folder of a generation, and waits until it is on disk.
    ///
    /// # Errors
    ///
    /// Writing fails.
    pub fn write(self, folder: &Path) -> Result<()> {
        write_file(&folder.join(SHARED_TEXTS), &encoded(&self.shared()))
    }
}

/// The content of the file with these entries.
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

/// The hash of the entries of a block.
fn check(entries: &[u8]) -> [u8; CHECK] {
    XxHash3_64::oneshot(entries).to_le_bytes()
}

/// The table of an open index.
#[derive(Debug)]
pub(crate) struct SharedTexts {
    bytes: OwnedBytes,
    /// For each block, whether its hash was found to be right.
    is_sound: Vec<AtomicBool>,
}

impl SharedTexts {
    /// Maps the table in the folder of a generation into memory. `dir` is the index folder; errors
    /// name it.
    ///
    /// # Errors
    ///
    /// The file is missing, or its length does not fit its number of entries.
    pub fn open(directory: &GenerationDirectory, dir: &Path) -> Result<Self> {
        let file = directory.open_read(Path::new(SHARED_TEXTS)).map_err(|error| match error {
            OpenReadError::FileDoesNotExist(_) => {
                Error::damaged(dir, format!("`{SHARED_TEXTS}` is missing"))
            }
            error => Error::reading(dir)(error),
        })?;
        let bytes = file.read_bytes().map_err(Error::reading(dir))?;
        let count = bytes.first_chunk().map(|count| u64::from_le_bytes(*count) as usize);
        let expected = count.and_then(encoded_len);
        if expected != Some(bytes.len()) {
            let what = format!("`{SHARED_TEXTS}` is not of the length that it says");
            return Err(Error::damaged(dir, what));
        }
        Ok(Self::new(bytes))
    }

    /// Whether the table has exactly these texts.
    pub fn are(&self, texts: TextCompanies) -> bool {
        encoded(&texts.shared()) == *self.bytes
    }

    fn new(bytes: OwnedBytes) -> Self {
        let blocks = bytes.len().saturating_sub(HEADER).div_ceil(WHOLE);
        Self { bytes, is_sound: (0..blocks).map(|_| AtomicBool::new(false)).collect() }
    }

    /// The entries of a block. `None`: there is no such block, or its hash is wrong.
    fn sound_block<'b>(&self, blocks: &'b [u8], block: usize) -> Option<&'b [u8]> {
        let (entries, stored) = split_block(blocks, block)?;
        let is_sound = self.is_sound.get(block)?;
        // Two threads may both check the block, which does no harm.
        if !is_sound.load(Ordering::Relaxed) {
            if check(entries) != *stored {
                return None;
            }
            is_sound.store(true, Ordering::Relaxed);
        }
        Some(entries)
    }

    /// The number of companies that have a clause with this text key: `Some(None)` if at most one
    /// has, and `None` if the table is damaged.
    pub fn companies(&self, key: u64) -> Option<Option<u32>> {
        let blocks = self.bytes.get(HEADER..)?;
        let (mut low, mut high) = (0, blocks.len().div_ceil(WHOLE));
        while low < high {
            let middle = low.midpoint(high);
            if first_key(blocks, middle)? <= key { low = middle + 1 } else { high = middle }
        }
        // The search itself has read keys that were not checked. If one of them was wrong, the
        // search ended between two blocks of which at least one fails its check.
        if low * WHOLE < blocks.len() {
            self.sound_block(blocks, low)?;
        }
        let Some(block) = low.checked_sub(1) else { return Some(None) };
        find(self.sound_block(blocks, block)?, key)
    }
}

/// The entries of a block, and its hash.
fn split_block(blocks: &[u8], block: usize) -> Option<(&[u8], &[u8; CHECK])> {
    let start = block * WHOLE;
    blocks.get(start..blocks.len().min(start + WHOLE))?.split_last_chunk::<CHECK>()
}

/// The length in bytes of a table with `count` entries. `None`: no file is that long.
fn encoded_len(count: usize) -> Option<usize> {
    let checks = count.div_ceil(BLOCK).checked_mul(CHECK)?;
    count.checked_mul(ENTRY)?.checked_add(checks)?.checked_add(HEADER)
}

/// The first key of a block.
fn first_key(blocks: &[u8], block: usize) -> Option<u64> {
    blocks.get(block * WHOLE..)?.first_chunk().map(|key| u64::from_le_bytes(*key))
}

/// The number of companies of a key among the entries of a block: `Some(None)` if they do not
/// contain it, and `None` if they are damaged.
fn find(entries: &[u8], key: u64) -> Option<Option<u32>> {
    let (entries, rest) = entries.as_chunks::<ENTRY>();
    if !rest.is_empty() {
        return None;
    }
    let Ok(found) = entries.binary_search_by_key(&key, entry_key) else { return Some(None) };
    let companies = entries[found].last_chunk()?;
    Some(Some(u32::from_le_bytes(*companies)))
}

fn entry_key(entry: &[u8; ENTRY]) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = *entry;
    u64::from_le_bytes([a, b, c, d, e, f, g, h])
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
            texts.add(company, key, false);
        }
        assert_eq!(texts.shared(), [(3, 2), (9, 3)]);
    }

    #[test]
    fn furniture_counts_for_furniture_only() {
        let mut texts = TextCompanies::default();
        for (company, key, is_furniture) in [
            (0, 1, true),
            (1, 1, false),
            (2, 2, false),
            (3, 2, true),
            (3, 2, false),
            (4, 2, true),
            (5, 3, true),
            (5, 3, true),
            (6, 4, false),
            (7, 4, false),
        ] {
            texts.add(company, key, is_furniture);
        }
        let mut expected = [(furniture_key(1), 2), (2, 2), (furniture_key(2), 3), (4, 2)];
        expected.sort_unstable();
        assert_eq!(texts.shared(), expected);
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
