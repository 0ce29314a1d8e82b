//! Computes the checksums of the files of a generation.
//!
//! The manifest keeps them, and `fineprint check` compares the files with them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::files::is_segment_file;
use crate::error::{Error, Result, regular_file};

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

/// The checksums of those files in `folder` that are named in `live`.
///
/// Files of segments never change, so the checksums that `before` has of them are taken over.
///
/// # Errors
///
/// A file or the folder cannot be read.
pub(crate) fn of_folder(
    folder: &Path,
    live: &BTreeSet<String>,
    before: &Checksums,
) -> Result<Checksums> {
    let mut sums = Checksums::new();
    for entry in fs::read_dir(folder).map_err(Error::io(folder))? {
        let entry = entry.map_err(Error::io(folder))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !live.contains(&name) {
            continue;
        }
        let path = entry.path();
        let bytes = entry.metadata().map_err(Error::io(&path))?.len();
        let sum = match before.get(&name) {
            Some(known) if is_segment_file(&name) && known.bytes == bytes => known.clone(),
            _ => of_file(&path)?,
        };
        sums.insert(name, sum);
    }
    Ok(sums)
}

/// The checksum of a file as it is now.
///
/// # Errors
///
/// The file cannot be read.
pub(crate) fn of_file(path: &Path) -> Result<Checksum> {
    let mut file = regular_file::open(path).map_err(Error::io(path))?;
    let mut hasher = twox_hash::XxHash3_128::new();
    let (mut buffer, mut bytes) = (vec![0; 1 << 16], 0);
    loop {
        match file.read(&mut buffer).map_err(Error::io(path))? {
            0 => return Ok(Checksum { bytes, xxh3: format!("{:032x}", hasher.finish_128()) }),
            read => {
                hasher.write(&buffer[..read]);
                bytes += read as u64;
            }
        }
    }
}
