//! Computes the checksums of the files of a generation.
//!
//! The manifest keeps them. An update compares the files that it takes over with them, and
//! `fineprint check` compares all.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use serde::{Deserialize, Serialize};
use twox_hash::{XxHash3_64, XxHash3_128};

use crate::error::{Error, Result, regular_file};

/// Bytes of a block of a segment's file. A stored text is in a compressed block of about 12 KiB, so
/// reading one checks three or four blocks.
pub(crate) const BLOCK: usize = 4 << 10;

/// Bytes that are read at once; a whole number of blocks.
const BUFFER: usize = 16 * BLOCK;

/// The size and the hash of a file when it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Checksum {
    /// Size in bytes.
    pub bytes: u64,
    /// XXH3-128 of the content, in hexadecimal. It finds damage; it does not protect from forgery.
    pub xxh3: String,
}

/// Checksums by name of the file.
pub(crate) type Checksums = BTreeMap<String, Checksum>;

/// The checksum of a file, and one of each of its blocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FileSums {
    /// The checksum of the whole file.
    pub whole: Checksum,
    /// The checksum of each block.
    pub blocks: Vec<u64>,
}

/// The checksum of a block.
pub(crate) fn of_block(block: &[u8]) -> u64 {
    XxHash3_64::oneshot(block)
}

/// The checksum of a content.
pub(crate) fn of_bytes(bytes: &[u8]) -> Checksum {
    let hash = XxHash3_128::oneshot(bytes);
    Checksum { bytes: bytes.len() as u64, xxh3: format!("{hash:032x}") }
}

/// The checksums of a file as it is now.
///
/// # Errors
///
/// The file cannot be read.
pub(crate) fn of_file(path: &Path) -> Result<FileSums> {
    regular_file::open(path).and_then(of_reader).map_err(Error::io(path))
}

/// The checksums of what `file` gives until its end.
///
/// # Errors
///
/// Reading fails.
pub(crate) fn of_reader(mut file: impl Read) -> std::io::Result<FileSums> {
    let mut hasher = XxHash3_128::new();
    let (mut buffer, mut bytes, mut blocks) = (Vec::with_capacity(BUFFER), 0, Vec::new());
    loop {
        buffer.clear();
        (&mut file).take(BUFFER as u64).read_to_end(&mut buffer)?;
        if buffer.is_empty() {
            let xxh3 = format!("{:032x}", hasher.finish_128());
            return Ok(FileSums { whole: Checksum { bytes, xxh3 }, blocks });
        }
        hasher.write(&buffer);
        blocks.extend(buffer.chunks(BLOCK).map(of_block));
        bytes += buffer.len() as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_and_the_whole_are_of_one_content() {
        for len in [0, 1, BLOCK, BLOCK + 1, BUFFER, BUFFER + BLOCK + 7] {
            let content: Vec<u8> = (0..len).map(|at| (at % 251) as u8).collect();
            let sums = of_reader(content.as_slice()).expect("a slice can be read");
            assert_eq!(sums.whole, of_bytes(&content));
            assert_eq!(sums.blocks, content.chunks(BLOCK).map(of_block).collect::<Vec<_>>());
        }
    }
}
