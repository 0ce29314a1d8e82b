//! Decides how the target of an export is written: as a new file beside it, or as a stream.

use std::fs::{self, File, FileType};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// The most symbolic links that are followed from one path, as on Linux.
const MAX_LINKS: usize = 40;

/// How a target is written.
pub(super) enum Destination {
    /// A file is written beside this path, which no link is, and then renamed to it.
    File {
        /// The path at the end of all links.
        path: PathBuf,
        /// The file that is replaced.
        old: Option<fs::Metadata>,
    },
    /// A device, a pipe or a descriptor of the process, which is written to as it is.
    Stream(File),
}

impl Destination {
    /// How `target` is written.
    ///
    /// # Errors
    ///
    /// `target` is something that an export does not write to, or cannot be written to.
    pub fn of(target: &Path) -> io::Result<Self> {
        let path = end_of_links(target)?;
        if is_descriptor(&path) {
            // It may be a file that somebody else has begun.
            return File::options().append(true).open(path).map(Self::Stream);
        }
        let old = match fs::metadata(&path) {
            Ok(old) => old,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Ok(Self::File { path, old: None });
            }
            Err(error) => return Err(error),
        };
        if is_stream(old.file_type()) {
            return File::options().write(true).open(path).map(Self::Stream);
        }
        if old.is_dir() {
            return Err(io::Error::new(ErrorKind::IsADirectory, "is a folder; name a file"));
        }
        if !old.is_file() {
            let message = "is neither a file nor a pipe nor a character device; name a file";
            return Err(io::Error::new(ErrorKind::InvalidInput, message));
        }
        // Renaming would replace a file that nobody may write to.
        File::options().write(true).open(&path)?;
        Ok(Self::File { path, old: Some(old) })
    }
}

/// The path to which symbolic links lead. Nothing need be there.
fn end_of_links(target: &Path) -> io::Result<PathBuf> {
    let mut path = target.to_owned();
    for _ in 0..MAX_LINKS {
        if is_descriptor(&path) {
            return Ok(path);
        }
        // An error means that it is no link, or not there. Whatever else it is, is met again.
        let Ok(next) = fs::read_link(&path) else { return Ok(path) };
        path = folder_of(&path).join(next);
    }
    Err(io::Error::other("has too many symbolic links in a row"))
}

/// Whether a path names an open file of the process, such as `/dev/fd/3` or what `/dev/stdout` is.
fn is_descriptor(path: &Path) -> bool {
    let Some(folder) = path.parent() else { return false };
    folder == Path::new("/dev/fd") || folder.starts_with("/proc") && folder.ends_with("fd")
}

#[cfg(unix)]
fn is_stream(kind: FileType) -> bool {
    use std::os::unix::fs::FileTypeExt;
    kind.is_fifo() || kind.is_char_device()
}

#[cfg(not(unix))]
fn is_stream(_kind: FileType) -> bool {
    false
}

/// The folder that contains a path; a bare name is in the current folder.
pub(super) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}
