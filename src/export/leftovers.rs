//! The temporary names of exports, and the removal of what exports that were killed have left.
//!
//! A running export holds the lock of its temporary file or folder. If it can be locked, its export
//! has ended.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use super::destination::folder_of;

/// The number of random characters at the end of a temporary name.
const RANDOM: usize = 6;

/// The most bytes of the target's name in a temporary name. Common file systems allow 255 in all.
const MAX_NAME: usize = 200;

/// How often a new temporary name is tried if another export takes the file for a leftover.
const ATTEMPTS: usize = 16;

/// The beginning of the temporary names of a target.
fn prefix(target: &Path) -> String {
    let mut name = target.file_name().unwrap_or_default().to_string_lossy().into_owned();
    while name.len() > MAX_NAME {
        name.pop();
    }
    format!(".fineprint-export-{name}-")
}

/// Makes something with a temporary name beside `target` and holds its lock, after removing what
/// earlier exports to this target have left.
///
/// # Errors
///
/// `make` fails.
pub(super) fn make_beside<T>(
    target: &Path,
    mode: u32,
    mut make: impl FnMut(&tempfile::Builder<'_, '_>, &Path) -> io::Result<(T, Option<File>)>,
) -> io::Result<(T, Option<File>)> {
    let prefix = prefix(target);
    let folder = folder_of(target);
    remove_leftovers(folder, &prefix);
    let mut builder = tempfile::Builder::new();
    builder.prefix(&prefix).rand_bytes(RANDOM);
    // Without this, only the owner could read the result; the umask still applies.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(mode));
    #[cfg(not(unix))]
    let _ = mode;
    for _ in 0..ATTEMPTS {
        let (made, lock) = make(&builder, folder)?;
        // Where files cannot be locked, no leftover is ever removed.
        let is_removed = lock.as_ref().is_some_and(|lock| lock.lock().is_ok() && !exists(lock));
        if !is_removed {
            return Ok((made, lock));
        }
    }
    Err(io::Error::other("another export removes the temporary files of this one"))
}

/// Whether an open file still has a name. Another export may have removed it before it was locked.
#[cfg(unix)]
fn exists(file: &File) -> bool {
    use std::os::unix::fs::MetadataExt;
    file.metadata().is_ok_and(|metadata| metadata.nlink() > 0)
}

#[cfg(not(unix))]
fn exists(_file: &File) -> bool {
    true
}

/// Removes files and folders that have a temporary name with this prefix and are not locked. One
/// that cannot be removed stays: it is no reason to refuse an export.
fn remove_leftovers(folder: &Path, prefix: &str) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let random = name.to_str().and_then(|name| name.strip_prefix(prefix));
        let is_temporary = random.is_some_and(|random| {
            random.len() == RANDOM && random.bytes().all(|byte| byte.is_ascii_alphanumeric())
        });
        let is_plain = entry.file_type().is_ok_and(|kind| kind.is_file() || kind.is_dir());
        if is_temporary && is_plain {
            let _ = remove_if_unlocked(&entry.path());
        }
    }
}

fn remove_if_unlocked(path: &Path) -> io::Result<()> {
    let file = File::open(path)?;
    file.try_lock()?;
    remove_unfinished(path)
}

/// Removes the temporary file or folder of an export, which may still be writing to it.
///
/// # Errors
///
/// It cannot be removed.
pub fn remove_unfinished(path: &Path) -> io::Result<()> {
    if fs::symlink_metadata(path)?.is_dir() { remove_folder(path) } else { fs::remove_file(path) }
}

/// Removes a folder, more than once if files are added to it meanwhile.
fn remove_folder(path: &Path) -> io::Result<()> {
    for _ in 1..ATTEMPTS {
        match fs::remove_dir_all(path) {
            Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => {}
            result => return result,
        }
    }
    fs::remove_dir_all(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_unlocked_files_with_a_temporary_name_are_leftovers() {
        let temp = tempfile::tempdir().expect("a temporary folder");
        let prefix = prefix(Path::new("some/out.csv"));
        let [gone, locked] = ["abc123", "abc124"].map(|end| temp.path().join(prefix.clone() + end));
        let others = ["abc12", "abc1234", "abc-23", "b-abc123"]
            .map(|end| temp.path().join(prefix.clone() + end));
        for path in others.iter().chain([&gone, &locked]) {
            fs::write(path, "x").expect("a file");
        }
        let folder = temp.path().join(prefix.clone() + "folder");
        fs::create_dir_all(folder.join("a/b")).expect("folders");
        let lock = File::open(&locked).expect("it opens");
        lock.lock().expect("it locks");
        remove_leftovers(temp.path(), &prefix);
        assert!(others.iter().chain([&locked]).all(|path| path.exists()));
        assert!(!gone.exists());
        assert!(!folder.exists() || cfg!(not(unix)));
        drop(lock);
        remove_leftovers(temp.path(), &prefix);
        assert!(!locked.exists());
    }

    #[test]
    fn long_names_are_cut_between_letters() {
        let long = prefix(Path::new(&"é".repeat(127)));
        assert!(long.len() + RANDOM < 255 && long.ends_with("é-"), "{long}");
        assert_eq!(prefix(Path::new("a/b.csv")), ".fineprint-export-b.csv-");
    }
}
