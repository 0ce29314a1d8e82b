//! Files that appear under their name when they are complete.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::error::{Error, Result};

/// A file that is written under a temporary name beside its target and renamed at the end.
///
/// Until [`ExportFile::finish`], an existing file of that name stays as it is. If the file is
/// dropped before, nothing is left behind.
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
#[derive(Debug)]
pub struct ExportFile {
    out: BufWriter<NamedTempFile>,
    target: PathBuf,
}

impl ExportFile {
    /// A file that will be `target`.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if the folder of `target` cannot be written to.
    pub fn create(target: &Path) -> Result<Self> {
        let mut builder = tempfile::Builder::new();
        // Without this, only the owner could read the file; the umask still applies.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let file = builder.tempfile_in(folder_of(target)).map_err(Error::io(target))?;
        Ok(Self { out: BufWriter::new(file), target: target.to_owned() })
    }

    /// Gives the file its name, replacing an existing file.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if the last bytes cannot be written or the file cannot be renamed.
    pub fn finish(self) -> Result<()> {
        let Self { out, target } = self;
        let file = out.into_inner().map_err(|error| Error::io(&target)(error.into_error()))?;
        file.persist(&target).map_err(|error| Error::io(&target)(error.error))?;
        Ok(())
    }
}

impl Write for ExportFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// The folder that contains a path; a bare name is in the current folder.
pub(super) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}
