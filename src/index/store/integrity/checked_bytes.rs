//! The bytes of a file, whose blocks are compared with their checksums when they are first read.

#[cfg(any(test, fuzzing))]
use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tantivy::directory::OwnedBytes;

use super::block_sums::BlockSums;
#[cfg(any(test, fuzzing))]
use super::checksums::of_reader;
use super::checksums::{BLOCK, of_block};
use super::damage::FirstDamage;

/// The bytes of a file. Opening it takes the same time whatever its size.
pub(crate) struct CheckedBytes {
    name: String,
    bytes: OwnedBytes,
    /// `None`: the bytes do not come from an index that is open.
    checks: Option<BlockChecks>,
    damage: FirstDamage,
}

/// Which blocks of a file were compared with their checksums.
struct BlockChecks {
    sums: Arc<BlockSums>,
    /// One bit for each block: whether its checksum was found to be right.
    is_sound: Vec<AtomicU64>,
}

impl BlockChecks {
    /// Whether a block is known to be sound. Two threads may both check it, which does no harm.
    fn is_sound(&self, block: usize) -> bool {
        let word = self.is_sound[block / 64].load(Ordering::Relaxed);
        word & 1 << (block % 64) != 0
    }
}

impl CheckedBytes {
    /// The bytes of the file of this name, whose length is compared.
    ///
    /// # Errors
    ///
    /// There are no checksums of a file of this name, or it has another length.
    pub fn new(
        name: &str,
        bytes: OwnedBytes,
        sums: Arc<BlockSums>,
        damage: FirstDamage,
    ) -> io::Result<Self> {
        let len = sums.len(name);
        if len != Some(bytes.len()) {
            let expected = len.map_or_else(|| "none".to_owned(), |len| len.to_string());
            let what = format!(
                "`{name}` is not as it was written ({} bytes, {expected} expected)",
                bytes.len()
            );
            return Err(damage.met(what));
        }
        let words = bytes.len().div_ceil(BLOCK).div_ceil(u64::BITS as usize);
        let is_sound = (0..words).map(|_| AtomicU64::new(0)).collect();
        let checks = Some(BlockChecks { sums, is_sound });
        Ok(Self { name: name.to_owned(), bytes, checks, damage })
    }

    /// The bytes of a file of this name that is being written, which are not compared with
    /// anything.
    pub fn unchecked(name: &str, bytes: OwnedBytes) -> Self {
        let damage = FirstDamage::default();
        Self { name: name.to_owned(), bytes, checks: None, damage }
    }

    /// The length of the file.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// A part of the file.
    ///
    /// # Errors
    ///
    /// The part goes beyond the file, or a block of it is damaged.
    pub fn get(&self, range: Range<usize>) -> io::Result<&[u8]> {
        self.check(range.clone())?;
        self.unread(range)
    }

    /// A part of the file that is not compared with its checksums.
    ///
    /// # Errors
    ///
    /// The part goes beyond the file.
    pub fn unread(&self, range: Range<usize>) -> io::Result<&[u8]> {
        self.bytes.get(range).ok_or_else(|| self.beyond_end())
    }

    /// A part of the file that outlives this value and is not compared with its checksums.
    ///
    /// # Errors
    ///
    /// The part goes beyond the file.
    pub fn owned(&self, range: Range<usize>) -> io::Result<OwnedBytes> {
        self.unread(range.clone())?;
        Ok(self.bytes.slice(range))
    }

    /// Compares the blocks of a part with their checksums, unless it was done before.
    ///
    /// # Errors
    ///
    /// A block is damaged.
    pub fn check(&self, range: Range<usize>) -> io::Result<()> {
        let Some(checks) = &self.checks else { return Ok(()) };
        let blocks = range.start / BLOCK..range.end.min(self.bytes.len()).div_ceil(BLOCK);
        for block in blocks.filter(|&block| !checks.is_sound(block)) {
            self.check_block(checks, block)?;
        }
        Ok(())
    }

    fn check_block(&self, checks: &BlockChecks, block: usize) -> io::Result<()> {
        let start = block * BLOCK;
        let bytes = &self.bytes[start..self.bytes.len().min(start + BLOCK)];
        if checks.sums.block(&self.name, block) != Some(of_block(bytes)) {
            let what = format!("`{}` is not as it was written, near byte {start}", self.name);
            return Err(self.damage.met(what));
        }
        checks.is_sound[block / 64].fetch_or(1 << (block % 64), Ordering::Relaxed);
        Ok(())
    }

    /// Keeps the damage of a file whose content contradicts itself, and makes an error of it.
    pub fn damaged(&self) -> io::Error {
        self.damage.met(format!("`{}` is not as it was written", self.name))
    }

    fn beyond_end(&self) -> io::Error {
        self.damage.met(format!("`{}` is read beyond its end", self.name))
    }
}

impl fmt::Debug for CheckedBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CheckedBytes({})", self.name)
    }
}

#[cfg(any(test, fuzzing))]
impl CheckedBytes {
    /// The bytes of a file that was written as `whole`.
    pub fn written_as(name: &str, bytes: Vec<u8>, whole: &[u8]) -> Self {
        let sums = of_reader(whole).expect("a slice can be read");
        let sums = BlockSums::of(&BTreeMap::from([(name.to_owned(), sums)]));
        let bytes = OwnedBytes::new(bytes);
        Self::new(name, bytes, Arc::new(sums), FirstDamage::default()).expect("the length is right")
    }

    /// How many of its blocks were compared with their checksums so far.
    pub fn checked_blocks(&self) -> u32 {
        let words = self.checks.iter().flat_map(|checks| &checks.is_sound);
        words.map(|word| word.load(Ordering::Relaxed).count_ones()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_compared_when_it_is_first_read() {
        let whole: Vec<u8> = (0..5 * BLOCK + 9).map(|at| (at / 7 % 251) as u8).collect();
        let mut damaged = whole.clone();
        damaged[3 * BLOCK + 7] ^= 1;
        let bytes = CheckedBytes::written_as("file", damaged, &whole);
        assert_eq!(bytes.checked_blocks(), 0);
        for _ in 0..2 {
            assert_eq!(bytes.get(9..BLOCK + 1).ok(), Some(&whole[9..BLOCK + 1]));
            assert_eq!(bytes.checked_blocks(), 2);
        }
        let error = bytes.get(2 * BLOCK..3 * BLOCK + 1).map(<[u8]>::len).expect_err("damage");
        assert_eq!(error.to_string(), "`file` is not as it was written, near byte 12288");
        assert_eq!(bytes.get(5 * BLOCK..whole.len()).ok(), Some(&whole[5 * BLOCK..]));
        assert!(bytes.get(5 * BLOCK..whole.len() + 1).is_err());
    }

    #[test]
    fn blocks_in_the_place_of_others_are_damage() {
        let whole: Vec<u8> = (0..2 * BLOCK).map(|at| (at / BLOCK) as u8).collect();
        let swapped = [&whole[BLOCK..], &whole[..BLOCK]].concat();
        let bytes = CheckedBytes::written_as("file", swapped, &whole);
        assert!(bytes.get(0..1).is_err() && bytes.get(BLOCK..BLOCK + 1).is_err());
    }
}
