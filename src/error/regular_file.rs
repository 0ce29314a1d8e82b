//! Opens files that must be regular ones.
//!
//! Opening a FIFO waits until another program writes to it, and a device such as `/dev/zero` has no
//! end. Where a path of a corpus or an index must be a file, neither is opened.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

/// The error of a file that is a FIFO, a socket or a device.
const NO_FILE: &str = "is a FIFO, a socket or a device, and no file";

/// Opens a file, or a link to one.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    refuse_special(path)?;
    File::open(path)
}

/// Reads a file, or the file that a link leads to.
pub(crate) fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open(path)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Reads a file of text in UTF-8.
pub(crate) fn read_text(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    open(path)?.read_to_string(&mut text)?;
    Ok(text)
}

/// Refuses a FIFO, a socket and a device.
pub(crate) fn refuse_special(path: &Path) -> io::Result<()> {
    match is_special(path) {
        true => Err(io::Error::new(io::ErrorKind::InvalidInput, NO_FILE)),
        false => Ok(()),
    }
}

/// Whether a path is a FIFO, a socket or a device.
pub(crate) fn is_special(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| !found.is_file() && !found.is_dir())
}
