//! The directory of a zip archive, as far as the library does not show it.

use std::collections::HashSet;
use std::io::{self, Read, Seek, SeekFrom};

/// What an entry of the directory begins with.
const SIGNATURE: &[u8] = b"PK\x01\x02";
/// The size of an entry before its name, its extra fields and its comment, in bytes.
const ENTRY_BYTES: usize = 46;

/// The names of the entries that are replaced by later ones of the same name, each as often as that
/// happens. `start` is where the directory begins.
pub(super) fn replaced(source: &mut (impl Read + Seek), start: u64) -> io::Result<Vec<Vec<u8>>> {
    source.seek(SeekFrom::Start(start))?;
    let mut known = HashSet::new();
    let mut names = Vec::new();
    while let Some(name) = next_name(source)? {
        // Folders are no inputs.
        if name.ends_with(b"/") {
            continue;
        }
        if let Some(name) = known.replace(name) {
            names.push(name);
        }
    }
    names.sort_unstable();
    Ok(names)
}

/// Reads an entry and returns its name, or `None` after the last entry.
fn next_name(source: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut entry = Vec::new();
    source.by_ref().take(ENTRY_BYTES as u64).read_to_end(&mut entry)?;
    if entry.len() < ENTRY_BYTES || !entry.starts_with(SIGNATURE) {
        return Ok(None);
    }
    let length = |at: usize| u64::from(u16::from_le_bytes([entry[at], entry[at + 1]]));
    let mut name = Vec::new();
    source.by_ref().take(length(28)).read_to_end(&mut name)?;
    io::copy(&mut source.by_ref().take(length(30) + length(32)), &mut io::sink())?;
    Ok(Some(name))
}
