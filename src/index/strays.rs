//! Finds the files in an index folder that are not part of the index.
//!
//! A stray file makes no answer wrong, but takes space. It is left from a build that was killed, or
//! from a merged segment that could not be removed, or somebody put it there. The next build
//! removes the files that are named as builds name theirs, and no others.

use std::collections::BTreeSet;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use tantivy::Index;

use super::guard::guarded;
use super::store::directory::GenerationDirectory;
use super::store::files::{
    LOCK, MANAGED, MANIFEST, is_build_entry, is_lock_file, is_segment_file, live_files, size,
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
        let is_part = [MANIFEST, LOCK, &manifest.generation].contains(&name.as_str())
            || (is_building && is_build_entry(&name));
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
    // The manifests of some older builds also list segments that had been merged away. If tantivy's
    // list cannot be read, `check` reports that, and only the manifest decides here.
    let live = guarded(folder, || live_files_in(folder).map_err(Error::reading(folder))).ok();
    let is_part = |name: &String| {
        let is_dead =
            live.as_ref().is_some_and(|live| is_segment_file(name) && !live.contains(name));
        *name == MANAGED || is_lock_file(name) || (manifest.files.contains_key(name) && !is_dead)
    };
    let names = names(folder)?.into_iter().filter(|name| !is_part(name));
    Ok(names.map(|name| stray(folder.join(name))).collect())
}

fn live_files_in(folder: &Path) -> tantivy::Result<BTreeSet<String>> {
    live_files(&Index::open(GenerationDirectory::open(folder)?)?)
}

fn names(folder: &Path) -> Result<Vec<String>> {
    let entries = fs::read_dir(folder).map_err(Error::io(folder))?;
    let names = entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
    names.collect::<std::io::Result<_>>().map_err(Error::io(folder))
}

fn stray(path: PathBuf) -> StrayFile {
    StrayFile { bytes: size(&path), path }
}

/// Whether another process holds this lock.
fn is_locked(path: &Path) -> bool {
    let Ok(file) = File::open(path) else { return false };
    matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::build::options::BuildOptions;
    use crate::index::build::scan::CorpusScan;
    use crate::index::build::update::build;
    use crate::index::store::files::META;
    use crate::progress::SilentProgress;

    #[test]
    fn a_damaged_list_of_segments_makes_no_stray_file() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let (corpus, index) = (dir.path().join("acme.md"), dir.path().join("index"));
        let text = "---\ncompany: acme\ndate: 2001-01-01\n---\n\nWe sell data.\n";
        fs::write(&corpus, text).expect("a file");
        let scan = CorpusScan::new(&[corpus], "default", &SilentProgress).expect("it scans");
        let options = BuildOptions { index: index.clone(), ..BuildOptions::default() };
        let (manifest, _) = build(scan, &options, &SilentProgress).expect("it builds");
        assert!(stray_files(&index, &manifest).expect("it lists").is_empty());

        let meta = index.join(&manifest.generation).join(META);
        let whole = fs::read_to_string(&meta).expect("a list");
        // The index library panics if two fields have one name.
        let damaged = whole.replace("\"name\": \"lead_in\"", "\"name\": \"text\"");
        assert_ne!(damaged, whole);
        for damaged in [damaged.as_str(), "{"] {
            fs::write(&meta, damaged).expect("a list");
            assert!(stray_files(&index, &manifest).expect("it lists").is_empty());
        }
    }
}
