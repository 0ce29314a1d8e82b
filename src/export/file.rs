//! Files that appear under their name when they are complete.

use std::fs::{self, File};
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::destination::Destination;
use super::leftovers;
use crate::error::{Error, Result};
use crate::printer::{OutputText, SafeWriter};

/// A file that is written under a temporary name beside its target and renamed at the end.
///
/// Until [`ExportFile::finish`], an existing file of that name stays as it is. If the file is
/// dropped before, nothing is left behind. A symbolic link stays, and the file that it leads to is
/// written. A pipe or a character device is not replaced: it is written to as it is, and on a
/// terminal the text cannot control it.
///
/// ```
/// use std::io::Write;
///
/// use fineprint::export::ExportFile;
///
/// # let folder = std::env::temp_dir().join(format!("fineprint-export-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder).unwrap();
/// let path = folder.join("hits.jsonl");
/// let mut file = ExportFile::create(&path)?;
/// file.write_all(b"{}\n").unwrap();
/// assert!(!path.exists());
/// file.finish()?;
/// assert_eq!(std::fs::read(&path).unwrap(), b"{}\n");
/// # std::fs::remove_dir_all(&folder).ok();
/// # Ok::<(), fineprint::Error>(())
/// ```
pub struct ExportFile {
    out: OpenTarget,
    /// The target as it was named.
    target: PathBuf,
}

/// What the bytes of an export are written to.
enum OpenTarget {
    Temporary {
        out: BufWriter<NamedTempFile>,
        /// The path that the file will have.
        path: PathBuf,
        old: Option<fs::Metadata>,
    },
    Stream(SafeWriter<BufWriter<File>>),
}

impl ExportFile {
    /// A file that will be `target`.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if `target` is a folder, or if it or its folder cannot be written to.
    pub fn create(target: &Path) -> Result<Self> {
        let out = OpenTarget::new(target).map_err(Error::io(target))?;
        Ok(Self { out, target: target.to_owned() })
    }

    /// The path of the temporary file. `None`: the target is written to as it is.
    pub fn temporary_path(&self) -> Option<&Path> {
        match &self.out {
            OpenTarget::Temporary { out, .. } => Some(out.get_ref().path()),
            OpenTarget::Stream(_) => None,
        }
    }

    /// Whether the target is a terminal.
    pub fn is_terminal(&self) -> bool {
        matches!(&self.out, OpenTarget::Stream(out) if out.is_for_terminal())
    }

    /// Gives the file its name, replacing an existing file. It keeps the permissions of that file.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if the last bytes cannot be written or the file cannot be renamed.
    pub fn finish(self) -> Result<()> {
        let Self { out, target } = self;
        out.finish().map_err(Error::io(&target))
    }

    /// An error of writing with the target, for callers that do not know it.
    fn named(&self, error: &io::Error) -> io::Error {
        io::Error::new(error.kind(), format!("{}: {error}", self.target.display()))
    }
}

impl OpenTarget {
    fn new(target: &Path) -> io::Result<Self> {
        match Destination::of(target)? {
            Destination::Stream(file) => {
                let text = OutputText::Data { is_terminal: file.is_terminal() };
                Ok(Self::Stream(SafeWriter::new(BufWriter::new(file), text)))
            }
            Destination::File { path, old } => {
                let (file, _) = leftovers::make_beside(&path, 0o666, |builder, folder| {
                    let file = builder.tempfile_in(folder)?;
                    // The lock belongs to the open file, whatever opened it.
                    let lock = file.as_file().try_clone().ok();
                    Ok((file, lock))
                })?;
                Ok(Self::Temporary { out: BufWriter::new(file), path, old })
            }
        }
    }

    fn finish(self) -> io::Result<()> {
        match self {
            Self::Stream(mut out) => out.flush(),
            Self::Temporary { out, path, old } => {
                let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
                if let Some(old) = old {
                    keep_permissions(file.as_file(), &old)?;
                }
                file.as_file().sync_all()?;
                file.persist(&path).map_err(|error| error.error)?;
                Ok(())
            }
        }
    }
}

/// Gives a file the permissions of the file that it replaces, and its owner where that is allowed.
#[cfg(unix)]
fn keep_permissions(file: &File, old: &fs::Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, fchown};
    let new = file.metadata()?;
    if (new.uid(), new.gid()) != (old.uid(), old.gid()) {
        let _ = fchown(file, Some(old.uid()), Some(old.gid()));
    }
    file.set_permissions(old.permissions())
}

#[cfg(not(unix))]
fn keep_permissions(_file: &File, _old: &fs::Metadata) -> io::Result<()> {
    Ok(())
}

impl Write for ExportFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = match &mut self.out {
            OpenTarget::Temporary { out, .. } => out.write(bytes),
            OpenTarget::Stream(out) => out.write(bytes),
        };
        written.map_err(|error| self.named(&error))
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = match &mut self.out {
            OpenTarget::Temporary { out, .. } => out.flush(),
            OpenTarget::Stream(out) => out.flush(),
        };
        flushed.map_err(|error| self.named(&error))
    }
}
