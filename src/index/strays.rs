//! Finds the files in an index folder that are not part of the index.
//!
//! A stray file does no harm to the answers of the index, but it takes space: what a build that was
//! killed has left, a merged segment that was not removed, or something that somebody put there.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use tantivy::Index;
use walkdir::WalkDir;

use super::store::directory::ReaderDirectory;
use super::store::files::{
    LOCK, MANAGED, MANIFEST, NEW_MANIFEST, generation_number, is_segment_file, live_files,
};
use super::store::manifest::Manifest;
use crate::error::{Error, Result};

/// A file or folder inside an index folder that is not part of the index.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct StrayFile {
    /// The path, beginning with the path of the index folder.
    pub path: PathBuf,
    /// Size in bytes; of a folder, the size of all files in it.
    pub bytes: u64,
}

/// The stray files of the index folder `dir`, by path.
///
/// While another process builds, its unfinished generation and manifest are no strays.
///
/// # Errors
///
/// A folder cannot be listed.
pub(super) fn stray_files(dir: &Path, manifest: &Manifest) -> Result<Vec<StrayFile>> {
    let is_building = is_locked(&dir.join(LOCK));
    let mut strays = Vec::new();
    for name in names(dir)? {
        let is_unfinished = name == NEW_MANIFEST || generation_number(&name).is_some();
        let is_part = [MANIFEST, LOCK, &manifest.generation].contains(&name.as_str())
            || (is_building && is_unfinished);
        if !is_part {
            strays.push(stray(dir.join(name)));
        }
    }
    let folder = dir.join(&manifest.generation);
    if folder.is_dir() {
        strays.extend(strays_of_generation(&folder, manifest)?);
    }
    strays.sort();
    Ok(strays)
}

fn strays_of_generation(folder: &Path, manifest: &Manifest) -> Result<Vec<StrayFile>> {
    // The manifests of some older builds also list segments that had been merged away. Where
    // tantivy's list cannot be read, `check` reports that; nothing is called a stray then.
    let live = ReaderDirectory::open(folder).and_then(Index::open).and_then(|i| live_files(&i));
    let live = live.ok();
    let is_part = |name: &String| {
        let is_dead =
            live.as_ref().is_some_and(|live| is_segment_file(name) && !live.contains(name));
        let is_lock = name.starts_with('.') && name.ends_with(".lock");
        *name == MANAGED || is_lock || (manifest.files.contains_key(name) && !is_dead)
    };
    let names = names(folder)?.into_iter().filter(|name| !is_part(name));
    Ok(names.map(|name| stray(folder.join(name))).collect())
}

fn names(folder: &Path) -> Result<Vec<String>> {
    let entries = fs::read_dir(folder).map_err(Error::io(folder))?;
    let names = entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
    names.collect::<std::io::Result<_>>().map_err(Error::io(folder))
}

/// The size of a file that disappears while it is measured counts as 0.
fn stray(path: PathBuf) -> StrayFile {
    let entries = WalkDir::new(&path).into_iter().flatten();
    let files = entries.filter_map(|entry| entry.metadata().ok()).filter(fs::Metadata::is_file);
    let bytes = files.map(|file| file.len()).sum();
    StrayFile { path, bytes }
}

/// Whether another process holds this lock.
fn is_locked(path: &Path) -> bool {
    let Ok(file) = File::open(path) else { return false };
    matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock))
}
