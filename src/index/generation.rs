//! The index folder: its lock, and the folders of its generations.
//!
//! Files of segments never change once they are written, so a new generation begins with links to those of the current one.

use std::fs::{self, File, TryLockError};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::files::{
    LOCK, MANAGED, META, POLICIES, SHARED_TEXTS, SOURCES, generation_name, generation_number,
};
use super::manifest::Manifest;
use crate::error::{Error, Result};

/// Files that tantivy replaces during an update. A new generation begins with copies of them, so
/// that the old generation keeps its own.
const COPIED: [&str; 2] = [META, MANAGED];

/// Files that every update writes anew. A new generation begins without them.
const REWRITTEN: [&str; 3] = [POLICIES, SOURCES, SHARED_TEXTS];

/// The folder of a generation that is being built. Unless it is kept it is removed again.
pub(super) struct Generation {
    pub name: String,
    pub folder: PathBuf,
    dir: PathBuf,
    is_kept: bool,
    /// Whether the index folder itself was made for it.
    is_first: bool,
    _lock: File,
}

impl Generation {
    /// Makes the folder of the next generation in `dir`, which is locked until the end. With the files of the generation `base`.
    ///
    /// # Errors
    ///
    /// The folder holds something else or another process writes there; writing fails.
    pub fn begin(dir: &Path, base: Option<&Manifest>) -> Result<Self> {
        let is_first = !dir.exists();
        let lock = lock(dir)?;
        let current = Manifest::generation(dir);
        if base.is_some_and(|base| current.as_ref() != Some(&base.generation)) {
            return Err(changed(dir));
        }
        let name = next_generation(dir)?;
        let folder = dir.join(&name);
        let generation = Self {
            name,
            folder: folder.clone(),
            dir: dir.to_owned(),
            is_kept: false,
            is_first,
            _lock: lock,
        };
        if let Some(base) = base {
            link_files(dir, base, &folder)?;
        }
        Ok(generation)
    }

    /// Makes this generation the index.
    ///
    /// # Errors
    ///
    /// Writing fails; the index is as it was then.
    pub fn keep(mut self, manifest: &Manifest) -> Result<()> {
        manifest.write(&self.dir)?;
        self.is_kept = true;
        remove_other_generations(&self.dir, &self.name);
        Ok(())
    }
}

/// Replaces the manifest of an index whose generation stays.
///
/// # Errors
///
/// Another process writes there, or has made another generation meanwhile; writing fails.
pub(super) fn replace_manifest(dir: &Path, manifest: &Manifest) -> Result<()> {
    let _lock = lock(dir)?;
    if Manifest::generation(dir).as_ref() != Some(&manifest.generation) {
        return Err(changed(dir));
    }
    manifest.write(dir)
}

/// Removes what a build that was killed has left beside the current generation, if there is anything and nobody writes.
pub(super) fn tidy(dir: &Path, current: &str) {
    if generations(dir).iter().any(|name| name != current)
        && let Ok(_lock) = lock(dir)
        && Manifest::generation(dir).as_deref() == Some(current)
    {
        remove_other_generations(dir, current);
    }
}

/// What is known of the index is of another generation.
pub(super) fn changed(dir: &Path) -> Error {
    Error::index(dir, "another process has changed this index meanwhile; try again")
}

impl Drop for Generation {
    fn drop(&mut self) {
        if self.is_kept {
            return;
        }
        // Best effort: what stays is removed by the next build.
        let _ = fs::remove_dir_all(&self.folder);
        if self.is_first {
            let _ = fs::remove_file(self.dir.join(LOCK)).and_then(|()| fs::remove_dir(&self.dir));
        }
    }
}

/// Puts the files of the index that `base` describes into the folder of a new generation.
///
/// Only files that the manifest names are taken over, so a stray file disappears with its generation.
fn link_files(dir: &Path, base: &Manifest, to: &Path) -> Result<()> {
    let from = dir.join(&base.generation);
    let named = base.files.keys().map(String::as_str).filter(|name| *name != META);
    for name in named.filter(|name| !REWRITTEN.contains(name)) {
        let (old, new) = (from.join(name), to.join(name));
        // Not every file system has hard links.
        if fs::hard_link(&old, &new).is_err() {
            copy(dir, &old, &new)?;
        }
    }
    COPIED.iter().try_for_each(|name| copy(dir, &from.join(name), &to.join(name)))
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

/// Takes the lock of an index folder, making the folder if needed. The lock ends with the process, however that ends.
fn lock(dir: &Path) -> Result<File> {
    refuse_foreign_folder(dir)?;
    fs::create_dir_all(dir).map_err(Error::io(dir))?;
    let path = dir.join(LOCK);
    let mut file = File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(Error::io(&path))?;
    match patiently(&file) {
        Ok(()) => {
            // The holder's name is a courtesy to the second writer; the lock does not depend on it.
            let _ = file.set_len(0).and_then(|()| writeln!(file, "process {}", std::process::id()));
            Ok(file)
        }
        Err(TryLockError::WouldBlock) => {
            let mut holder = String::new();
            let _ = file.read_to_string(&mut holder);
            let holder = if holder.trim().is_empty() { "another process" } else { holder.trim() };
            Err(Error::index(
                dir,
                format!("{holder} is writing this index; try again when it is done"),
            ))
        }
        Err(TryLockError::Error(error)) => Err(Error::io(&path)(error)),
    }
}

/// A lock can outlive its holder for a moment: in a child process that is just being started.
fn patiently(file: &File) -> std::result::Result<(), TryLockError> {
    for _ in 0..10 {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(10)),
            other => return other,
        }
    }
    file.try_lock()
}

/// An index is not built among somebody's other files.
fn refuse_foreign_folder(dir: &Path) -> Result<()> {
    if Manifest::exists(dir) {
        return Ok(());
    }
    match foreign_entry(dir) {
        Ok(None) => Ok(()),
        Ok(Some(name)) if Manifest::is_name(&name) => {
            let what = format!(
                "holds a `{name}` that is no manifest of an index; name another folder, or remove this one if it was an index"
            );
            Err(Error::index(dir, what))
        }
        Ok(Some(name)) => {
            let what =
                format!("holds other files (`{name}`) and no index; name an empty or new folder");
            Err(Error::index(dir, what))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::NotADirectory => {
            Err(Error::index(dir, "is a file; name an empty or new folder"))
        }
        Err(error) => Err(Error::io(dir)(error)),
    }
}

/// Something in a folder without a manifest that no build has left there, even one that did not come to its end.
///
/// A build makes its lock file first: a generation without one is somebody's folder of that name.
pub(super) fn foreign_entry(dir: &Path) -> std::io::Result<Option<String>> {
    let has_lock = dir.join(LOCK).is_file();
    for entry in fs::read_dir(dir)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let is_ours = name == LOCK
            || (has_lock && (generation_number(&name).is_some() || Manifest::is_new_name(&name)));
        if !is_ours {
            return Ok(Some(name));
        }
    }
    Ok(None)
}

fn generations(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    entries
        .map(|e| e.file_name().to_string_lossy().into_owned())
        .filter(|name| generation_number(name).is_some())
        .collect()
}

fn next_generation(dir: &Path) -> Result<String> {
    let next =
        generations(dir).iter().filter_map(|name| generation_number(name)).max().unwrap_or(0);
    let next = next.saturating_add(1);
    let name = generation_name(next);
    let folder = dir.join(&name);
    fs::create_dir(&folder).map_err(Error::io(&folder))?;
    Ok(name)
}

fn remove_other_generations(dir: &Path, current: &str) {
    for name in generations(dir).iter().filter(|name| *name != current) {
        // A reader on a system that keeps open files alive goes on; where removal fails, the next build tries again.
        let _ = fs::remove_dir_all(dir.join(name));
    }
}
