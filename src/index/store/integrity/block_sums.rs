//! The checksums of the blocks of all files that are read in part, a file of a generation.
//!
//! The file is the length of its head in 8 bytes, the head, a hash of both, and then the checksums
//! of the blocks of each file, in the order of the head, 8 bytes each. Up to 512 of them form a
//! group, which ends with its own checksum: it is checked when it is first read, so that opening an
//! index takes the same time whatever its size. All numbers are little-endian. The head has the
//! name and the length in bytes of each file, in postcard encoding.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use tantivy::directory::OwnedBytes;
use twox_hash::XxHash3_64;

use super::checksums::{BLOCK, FileSums};
use crate::error::{Error, Result};
use crate::index::store::files::BLOCK_SUMS;
use crate::index::store::table_file::write_file;

/// The most checksums of a group.
const GROUP: usize = 512;
/// Bytes of a number.
const NUMBER: usize = 8;

/// Writes the checksums of the files that are read in part, by name, into the folder of a
/// generation.
///
/// # Errors
///
/// Writing fails.
pub(crate) fn write(folder: &Path, files: &BTreeMap<String, FileSums>) -> Result<()> {
    let path = folder.join(BLOCK_SUMS);
    let bytes = encoded(files)
        .map_err(|error| Error::index(&path, format!("cannot be written ({error})")))?;
    write_file(&path, &bytes)
}

/// The content of the file with these checksums.
fn encoded(files: &BTreeMap<String, FileSums>) -> postcard::Result<Vec<u8>> {
    let heads: Vec<(&str, u64)> =
        files.iter().map(|(name, sums)| (name.as_str(), sums.whole.bytes)).collect();
    let head = postcard::to_stdvec(&heads)?;
    let mut bytes = (head.len() as u64).to_le_bytes().to_vec();
    bytes.extend_from_slice(&head);
    let check = XxHash3_64::oneshot(&bytes);
    bytes.extend_from_slice(&check.to_le_bytes());
    for (file, sums) in files.values().enumerate() {
        for (group, sums) in sums.blocks.chunks(GROUP).enumerate() {
            let start = bytes.len();
            bytes.extend(sums.iter().flat_map(|sum| sum.to_le_bytes()));
            let check = group_check(&bytes[start..], file, group);
            bytes.extend_from_slice(&check.to_le_bytes());
        }
    }
    Ok(bytes)
}

/// The checksum of a group. Its place is part of it, so that no group can be taken for another one.
fn group_check(sums: &[u8], file: usize, group: usize) -> u64 {
    XxHash3_64::oneshot_with_seed((file as u64) << 32 | group as u64, sums)
}

/// The checksums of a generation that is open.
#[derive(Debug)]
pub(crate) struct BlockSums {
    bytes: OwnedBytes,
    files: BTreeMap<String, SummedFile>,
}

/// Where the checksums of a file's blocks are.
#[derive(Debug)]
struct SummedFile {
    /// Its position in the head.
    number: usize,
    /// Its length in bytes.
    len: usize,
    /// Where its first group begins.
    start: usize,
    /// For each of its groups, whether its checksum was found to be right.
    is_sound: Vec<AtomicBool>,
}

impl SummedFile {
    fn blocks(&self) -> usize {
        self.len.div_ceil(BLOCK)
    }
}

impl BlockSums {
    /// Reads the head. `None`: it is damaged, or the file has another length than the head says.
    pub fn open(bytes: OwnedBytes) -> Option<Self> {
        let (head_len, rest) = bytes.split_first_chunk()?;
        let head_len = usize::try_from(u64::from_le_bytes(*head_len)).ok()?;
        let head = rest.get(..head_len)?;
        let check = rest.get(head_len..)?.first_chunk()?;
        let headed = bytes.get(..NUMBER.checked_add(head_len)?)?;
        if XxHash3_64::oneshot(headed) != u64::from_le_bytes(*check) {
            return None;
        }
        let heads: Vec<(String, u64)> = postcard::from_bytes(head).ok()?;
        let mut start = headed.len() + NUMBER;
        let mut files = BTreeMap::new();
        for (number, (name, len)) in heads.into_iter().enumerate() {
            let len = usize::try_from(len).ok()?;
            let mut file = SummedFile { number, len, start, is_sound: Vec::new() };
            let groups = file.blocks().div_ceil(GROUP);
            start = (file.blocks() + groups).checked_mul(NUMBER)?.checked_add(start)?;
            if start > bytes.len() {
                return None;
            }
            file.is_sound = (0..groups).map(|_| AtomicBool::new(false)).collect();
            files.insert(name, file);
        }
        (start == bytes.len()).then_some(Self { bytes, files })
    }

    /// The length in bytes of a file; `None` if no file has this name.
    pub fn len(&self, name: &str) -> Option<usize> {
        self.files.get(name).map(|file| file.len)
    }

    /// The checksum of a block of a file. `None`: there is none, or it is damaged itself.
    pub fn block(&self, name: &str, block: usize) -> Option<u64> {
        let file = self.files.get(name).filter(|file| block < file.blocks())?;
        let (group, inside) = (block / GROUP, block % GROUP);
        let start = file.start + group * (GROUP + 1) * NUMBER;
        let count = (file.blocks() - group * GROUP).min(GROUP);
        let sums = self.bytes.get(start..start + count * NUMBER)?;
        let is_sound = file.is_sound.get(group)?;
        // Two threads may both check the group, which does no harm.
        if !is_sound.load(Ordering::Relaxed) {
            let check = self.bytes.get(start + sums.len()..)?.first_chunk()?;
            if group_check(sums, file.number, group) != u64::from_le_bytes(*check) {
                return None;
            }
            is_sound.store(true, Ordering::Relaxed);
        }
        sums.get(inside * NUMBER..)?.first_chunk().map(|sum| u64::from_le_bytes(*sum))
    }
}

#[cfg(any(test, fuzzing))]
impl BlockSums {
    /// The checksums of these files, as they are read when they were written.
    pub fn of(files: &BTreeMap<String, FileSums>) -> Self {
        let bytes = encoded(files).expect("checksums can be encoded");
        Self::open(OwnedBytes::new(bytes)).expect("checksums that were written can be read")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::store::integrity::checksums::of_reader;

    fn sums() -> BTreeMap<String, FileSums> {
        let lens = [("a", 0), ("b", 1), ("c", BLOCK * GROUP), ("d", BLOCK * GROUP + BLOCK + 9)];
        let sums = lens.map(|(name, len)| {
            let content: Vec<u8> = (0..len).map(|at| (at / 7 % 251) as u8).collect();
            (name.to_owned(), of_reader(content.as_slice()).expect("a slice can be read"))
        });
        sums.into()
    }

    fn all_of(open: &BlockSums, files: &BTreeMap<String, FileSums>) -> Vec<Option<u64>> {
        let blocks = |(name, sums): (&String, &FileSums)| {
            (0..sums.blocks.len()).map(|at| open.block(name, at)).collect::<Vec<_>>()
        };
        files.iter().flat_map(blocks).collect()
    }

    #[test]
    fn every_block_has_its_checksum() {
        let files = sums();
        let bytes = encoded(&files).expect("it is encoded");
        let open = BlockSums::open(OwnedBytes::new(bytes)).expect("it opens");
        let expected: Vec<_> =
            files.values().flat_map(|sums| sums.blocks.iter().copied().map(Some)).collect();
        assert_eq!(all_of(&open, &files), expected);
        for (name, sums) in &files {
            assert_eq!(open.len(name), Some(sums.whole.bytes as usize));
            assert_eq!(open.block(name, sums.blocks.len()), None);
        }
        assert_eq!(open.len("e"), None);
    }

    #[test]
    fn damage_gives_no_checksum_rather_than_another_one() {
        let files = sums();
        let whole = encoded(&files).expect("it is encoded");
        let right =
            all_of(&BlockSums::open(OwnedBytes::new(whole.clone())).expect("opens"), &files);
        for at in (0..whole.len()).step_by(13) {
            let mut bytes = whole.clone();
            bytes[at] ^= 0x10;
            let Some(open) = BlockSums::open(OwnedBytes::new(bytes)) else { continue };
            let found = all_of(&open, &files);
            assert!(
                found.iter().zip(&right).all(|(found, right)| found.is_none() || found == right)
            );
            assert_ne!(found, right, "byte {at}");
        }
        for cut in [0, 5, 20, whole.len() - 1] {
            assert!(BlockSums::open(OwnedBytes::new(whole[..cut].to_vec())).is_none());
        }
        let longer = [whole, vec![0]].concat();
        assert!(BlockSums::open(OwnedBytes::new(longer)).is_none());
    }
}
