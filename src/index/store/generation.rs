//! Creates, replaces and removes the generations of an index folder, under its lock.
//!
//! A build writes into a folder of its own, its *generation*. Readers see it only when the
//! manifest names it; until then they use the generation before. Files of segments never change
//! once they are written, so a new generation begins with hard links to the segments of the
//! current one.

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use same_file::Handle;

use super::files::{
    LOCK, MANAGED, META, NEW_MANIFEST, generation_name, generation_number, is_build_entry,
    is_generation_file, is_lock_file, is_segment_file, refuse_foreign_folder,
};
use super::integrity::checksums::{self, Checksum, FileSums};
use super::manifest::Manifest;
use super::table_file::{sync_folder, write_file};
use crate::error::{Error, Result};

/// Pauses between attempts to take a lock, and their number.
const LOCK_PAUSE: Duration = Duration::from_millis(10);
const LOCK_ATTEMPTS: usize = 10;

/// What an index folder contains, as its manifest says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FolderState {
    /// An index whose current generation has this name.
    Index(String),
    /// No manifest.
    NoIndex,
    /// A manifest that cannot be read.
    Damaged,
}

impl FolderState {
    /// The state of the folder `dir` now.
    pub fn of(dir: &Path) -> Self {
        match Manifest::generation(dir) {
            Some(generation) => Self::Index(generation),
            None if Manifest::is_at(dir) => Self::Damaged,
            None => Self::NoIndex,
        }
    }
}

/// A generation that is being built. Dropping it removes its folder, unless it was kept.
pub(crate) struct Generation {
    /// The name of its folder.
    pub name: String,
    /// The path of its folder.
    pub folder: PathBuf,
    /// The checksums of the segments' files that it began with, by name.
    pub taken_over: BTreeMap<String, FileSums>,
    /// The index folder.
    dir: PathBuf,
    is_kept: bool,
    /// Whether the index folder itself was created for this generation.
    is_first: bool,
    /// Held until the generation is dropped.
    _lock: File,
}

impl Generation {
    /// Locks the index folder `dir` and creates the folder of the next generation in it.
    ///
    /// `before` is the state of the folder when the work began. With a `base`, the generation
    /// begins with the files of the index that this manifest describes. They are compared with
    /// their checksums first, so that no damage is taken over.
    ///
    /// # Errors
    ///
    /// The folder contains something else than an index, another process writes there or has
    /// written since, a file of `base` is damaged, or writing fails.
    pub fn begin(dir: &Path, before: &FolderState, base: Option<&Manifest>) -> Result<Self> {
        let is_first = !dir.exists();
        let lock = lock(dir)?;
        let current = FolderState::of(dir);
        if current != *before {
            return Err(changed(dir));
        }
        let name = next_generation(dir);
        let folder = dir.join(&name);
        // Builds that were killed must not fill the disk, even if none comes to its end. If there
        // is a manifest that cannot be read, which generation is the index is not known.
        match &current {
            FolderState::Index(generation) => remove_litter(dir, Some(generation)),
            FolderState::NoIndex => remove_litter(dir, None),
            FolderState::Damaged => {}
        }
        fs::create_dir(&folder).map_err(Error::io(&folder))?;
        let mut generation = Self {
            name,
            folder,
            taken_over: BTreeMap::new(),
            dir: dir.to_owned(),
            is_kept: false,
            is_first,
            _lock: lock,
        };
        if let Some(base) = base {
            generation.take_over(base)?;
        }
        Ok(generation)
    }

    /// Puts the files of the index that `base` describes into the folder of this generation.
    ///
    /// Only files that the manifest names are taken over, so a stray file disappears with its
    /// generation. The tables are written anew, and so is the list of files that tantivy may
    /// remove.
    fn take_over(&mut self, base: &Manifest) -> Result<()> {
        let from = self.dir.join(&base.generation);
        for (name, expected) in &base.files {
            let (old, new) = (from.join(name), self.folder.join(name));
            if is_segment_file(name) {
                // Not every file system has hard links.
                if fs::hard_link(&old, &new).is_err() {
                    copy(&self.dir, &old, &new)?;
                }
                let sums = self.sums_of_copy(&new, &old, expected)?;
                self.taken_over.insert(name.clone(), sums);
            } else if name == META {
                // tantivy replaces this file, and the old generation keeps its own.
                copy(&self.dir, &old, &new)?;
                self.sums_of_copy(&new, &old, expected)?;
            }
        }
        let names = self.taken_over.keys().map(String::as_str).chain([META]);
        let managed = serde_json::Value::from_iter(names).to_string();
        write_file(&self.folder.join(MANAGED), managed.as_bytes())
    }

    /// The checksums of a file that was taken over from `old`, whose checksum is to be `expected`.
    fn sums_of_copy(&self, copy: &Path, old: &Path, expected: &Checksum) -> Result<FileSums> {
        let sums = checksums::of_file(copy)?;
        if sums.whole == *expected {
            return Ok(sums);
        }
        let inside = old.strip_prefix(&self.dir).unwrap_or(old).display();
        Err(self.damaged(&format!("`{inside}` is not as it was written")))
    }

    /// The error of this index for contents that do not fit together.
    pub fn damaged(&self, what: &str) -> Error {
        Error::damaged(&self.dir, what)
    }

    /// Makes this generation the current one, and removes the others.
    ///
    /// # Errors
    ///
    /// Writing fails. The index is then as it was before.
    pub fn keep(mut self, manifest: &Manifest) -> Result<()> {
        // Not every system writes the names in a folder with the files themselves.
        sync_folder(&self.folder);
        sync_folder(&self.dir);
        manifest.write(&self.dir)?;
        self.is_kept = true;
        remove_litter(&self.dir, Some(&self.name));
        Ok(())
    }
}

/// Replaces the manifest of an index without a new generation.
///
/// # Errors
///
/// Another process writes there, the manifest describes another generation than the current one, or
/// writing fails.
pub(crate) fn replace_manifest(dir: &Path, manifest: &Manifest) -> Result<()> {
    let _lock = lock(dir)?;
    if Manifest::generation(dir).as_ref() != Some(&manifest.generation) {
        return Err(changed(dir));
    }
    manifest.write(dir)
}

/// Removes what builds that were killed have left in an index that is up to date.
///
/// It does nothing while another process writes.
pub(crate) fn tidy(dir: &Path, manifest: &Manifest) {
    let current = &manifest.generation;
    let folder = dir.join(current);
    let is_litter = |name: &String| {
        let is_part = *name == MANAGED || is_lock_file(name) || manifest.files.contains_key(name);
        is_generation_file(name) && !is_part
    };
    let litter: Vec<String> = names(&folder).into_iter().filter(is_litter).collect();
    let has_more = names(dir).iter().any(|name| is_build_entry(name) && name != current);
    if (has_more || !litter.is_empty())
        && let Ok(_lock) = lock(dir)
        && Manifest::generation(dir).as_ref() == Some(current)
    {
        remove_litter(dir, Some(current));
        for name in litter {
            let _ = fs::remove_file(folder.join(name));
        }
    }
}

/// The error of an index that another process has replaced since it was opened.
pub(crate) fn changed(dir: &Path) -> Error {
    Error::index(dir, "another process has changed this index meanwhile; try again")
}

impl Drop for Generation {
    fn drop(&mut self) {
        if self.is_kept {
            return;
        }
        // If this fails, the next build removes the folder.
        let _ = fs::remove_dir_all(&self.folder);
        if self.is_first {
            remove_first_files(&self.dir);
        }
    }
}

/// Removes what a first build that failed has left in the index folder, and the folder with it.
///
/// The lock file shows the next build that a build has left the other files, so it goes last.
fn remove_first_files(dir: &Path) {
    let _ = fs::remove_file(dir.join(NEW_MANIFEST));
    if names(dir) == [LOCK] {
        let _ = fs::remove_file(dir.join(LOCK)).and_then(|()| fs::remove_dir(dir));
    }
}

fn copy(dir: &Path, old: &Path, new: &Path) -> Result<()> {
    match fs::copy(old, new) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Err(Error::damaged(dir, format!("`{}` is missing", old.display())))
        }
        Err(error) => Err(Error::io(old)(error)),
    }
}

/// Takes the lock of an index folder, and creates the folder if there is none. The lock ends with
/// the process, however the process ends.
fn lock(dir: &Path) -> Result<File> {
    if !Manifest::exists(dir) {
        refuse_foreign_folder(dir)?;
    }
    let path = dir.join(LOCK);
    loop {
        let mut file = open_lock(&path).map_err(Error::io(&path))?;
        match try_lock(&file) {
            Ok(()) if !is_at(&file, &path) => {}
            Ok(()) => {
                // The message for a second writer names the holder. The lock does not need it.
                let _ =
                    file.set_len(0).and_then(|()| writeln!(file, "process {}", std::process::id()));
                return Ok(file);
            }
            Err(TryLockError::WouldBlock) => return Err(is_writing(dir, &mut file)),
            Err(TryLockError::Error(error)) => return Err(Error::io(&path)(error)),
        }
    }
}

fn open_lock(path: &Path) -> std::io::Result<File> {
    // The folder may just be removed by a first build that has failed.
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    File::options().read(true).write(true).create(true).truncate(false).open(path)
}

/// Whether `path` still leads to this file. A first build that fails removes its lock file, on
/// which another build may wait: it would hold a lock that nobody else sees.
fn is_at(file: &File, path: &Path) -> bool {
    let file = file.try_clone().and_then(Handle::from_file);
    file.is_ok_and(|file| Handle::from_path(path).is_ok_and(|found| found == file))
}

/// The error of an index folder whose lock file another process holds.
fn is_writing(dir: &Path, lock: &mut File) -> Error {
    let mut holder = String::new();
    let _ = lock.read_to_string(&mut holder);
    let holder = if holder.trim().is_empty() { "another process" } else { holder.trim() };
    Error::index(dir, format!("{holder} is writing this index; try again when it is done"))
}

/// Takes a lock, with a few attempts. A lock can outlive its holder for a moment, in a child
/// process that is just being started.
fn try_lock(file: &File) -> std::result::Result<(), TryLockError> {
    for _ in 0..LOCK_ATTEMPTS {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => std::thread::sleep(LOCK_PAUSE),
            other => return other,
        }
    }
    file.try_lock()
}

/// The names in a folder, as far as it can be read.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

/// The name of the next generation.
fn next_generation(dir: &Path) -> String {
    let newest = names(dir).iter().filter_map(|name| generation_number(name)).max();
    generation_name(newest.map_or(1, |newest| newest.saturating_add(1)))
}

/// Removes the generations other than `kept`, and a manifest that is not complete. Files that are
/// not named as a build names its files remain, and so do the folders with such files.
fn remove_litter(dir: &Path, kept: Option<&str>) {
    let _ = fs::remove_file(dir.join(NEW_MANIFEST));
    let is_litter =
        |name: &String| generation_number(name).is_some() && Some(name.as_str()) != kept;
    for name in names(dir).into_iter().filter(is_litter) {
        let folder = dir.join(name);
        // Most systems keep a removed file alive for readers that have it open. Where removal fails
        // instead, the next build tries again.
        for file in names(&folder).iter().filter(|name| is_generation_file(name)) {
            let _ = fs::remove_file(folder.join(file));
        }
        let _ = fs::remove_dir(folder);
    }
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;
    use crate::index::store::files::MANIFEST;

    fn folder_with(names: &[&str]) -> TempDir {
        let dir = tempfile::tempdir().expect("a temporary folder");
        for name in names {
            let path = dir.path().join(name);
            fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            fs::write(path, "").expect("a file");
        }
        dir
    }

    #[test]
    fn a_generation_that_is_not_kept_leaves_nothing() {
        let dir = folder_with(&[]);
        let index = dir.path().join("index");
        drop(Generation::begin(&index, &FolderState::NoIndex, None).expect("it begins"));
        assert!(!index.exists());
    }

    #[test]
    fn a_generation_follows_those_that_were_left() {
        let dir = folder_with(&[LOCK, "generation-7/meta.json"]);
        let generation =
            Generation::begin(dir.path(), &FolderState::NoIndex, None).expect("it begins");
        assert_eq!(generation.name, "generation-8");
        assert!(generation.folder.is_dir());
    }

    #[test]
    fn a_second_build_waits_for_nobody() {
        let dir = folder_with(&[]);
        let first = Generation::begin(dir.path(), &FolderState::NoIndex, None).expect("it begins");
        let second = Generation::begin(dir.path(), &FolderState::NoIndex, None)
            .err()
            .map(|error| error.to_string());
        let holder = format!("process {} is writing this index", std::process::id());
        assert!(second.is_some_and(|error| error.contains(&holder)));
        drop(first);
        assert!(Generation::begin(dir.path(), &FolderState::NoIndex, None).is_ok());
    }

    #[test]
    fn other_files_are_refused() {
        for names in [&["notes.txt"][..], &["generation-1/notes.txt"], &[MANIFEST], &[LOCK, "a"]] {
            let dir = folder_with(names);
            assert!(
                Generation::begin(dir.path(), &FolderState::NoIndex, None).is_err(),
                "{names:?}"
            );
        }
        assert!(
            Generation::begin(folder_with(&[LOCK]).path(), &FolderState::NoIndex, None).is_ok()
        );
    }
}
