//! Reads and writes the tables beside the segments of a generation, each a file of its own.

use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::integrity::checksums::{self, Checksums};
use crate::error::{Error, Result, regular_file};

/// Reads a table in postcard encoding from the file `name` in the folder of a generation, whose
/// files have the checksums `sums`.
///
/// # Errors
///
/// The file is missing or damaged.
pub(super) fn read_table<T: DeserializeOwned>(
    folder: &Path,
    name: &str,
    sums: &Checksums,
) -> Result<T> {
    let path = folder.join(name);
    let bytes = regular_file::read(&path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => Error::damaged(index_folder(folder), format!("`{name}` is missing")),
        _ => Error::io(&path)(error),
    })?;
    if sums.get(name) != Some(&checksums::of_bytes(&bytes)) {
        let what = format!("`{name}` is not as it was written");
        return Err(Error::damaged(index_folder(folder), what));
    }
    postcard::from_bytes(&bytes).map_err(|error| {
        Error::damaged(index_folder(folder), format!("`{name}` cannot be read: {error}"))
    })
}

/// Writes a table in postcard encoding to the file `name` in the folder of a generation.
///
/// # Errors
///
/// Writing fails.
pub(super) fn write_table(folder: &Path, name: &str, table: &impl Serialize) -> Result<()> {
    let path = folder.join(name);
    let bytes = postcard::to_stdvec(table)
        .map_err(|error| Error::index(&path, format!("cannot be written ({error})")))?;
    write_file(&path, &bytes)
}

/// Writes a file and waits until it is on disk.
///
/// # Errors
///
/// Writing fails.
pub(super) fn write_file(path: &Path, bytes: &[u8]) -> Result<()> {
    create_synced(path, bytes).map_err(Error::io(path))
}

/// Writes a file and waits until it is on disk.
///
/// # Errors
///
/// Writing fails.
pub(super) fn create_synced(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Writes the names in a folder to disk, so that a renamed file has its new name after a loss of
/// power. Not every system can do so, and none reports why.
pub(super) fn sync_folder(folder: &Path) {
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
}

/// The index folder with the folder of a generation.
fn index_folder(generation: &Path) -> &Path {
    generation.parent().expect("a generation's folder is inside the index folder")
}
