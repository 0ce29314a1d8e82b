//! Compares the files of a generation with their checksums in the manifest.

use std::fs::File;
use std::io::{ErrorKind, Result as IoResult};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result, regular_file};
use crate::index::store::integrity::checksums::{self, Checksum};
use crate::index::store::manifest::Manifest;

/// The files of a generation, all opened at once: a build that comes to its end meanwhile cannot
/// remove them any more.
pub(super) struct OpenedFiles(Vec<OpenedFile>);

/// A file that the manifest names.
struct OpenedFile {
    path: PathBuf,
    expected: Checksum,
    file: IoResult<File>,
}

impl OpenedFiles {
    /// Opens the files in the folder of a generation.
    pub fn open(folder: &Path, manifest: &Manifest) -> Self {
        let files = manifest.files.iter().map(|(name, expected)| {
            let path = folder.join(name);
            OpenedFile { file: regular_file::open(&path), path, expected: expected.clone() }
        });
        Self(files.collect())
    }

    /// Whether every file is there.
    pub fn are_complete(&self) -> bool {
        self.0.iter().all(|opened| opened.file.is_ok())
    }

    /// The problems of the files, one line each.
    ///
    /// # Errors
    ///
    /// A file cannot be read.
    pub fn problems(self) -> Result<Vec<String>> {
        let mut problems = Vec::new();
        for opened in self.0 {
            problems.extend(opened.problem()?);
        }
        Ok(problems)
    }
}

impl OpenedFile {
    fn problem(self) -> Result<Option<String>> {
        let Self { path, expected, file } = self;
        let found = match file.and_then(checksums::of_reader) {
            Ok(sums) => sums.whole,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Ok(Some(format!("{}: is missing", path.display())));
            }
            Err(error) => return Err(Error::io(&path)(error)),
        };
        let sizes = format!("{} bytes, {} expected", found.bytes, expected.bytes);
        let problem = format!("{}: is not as it was written ({sizes})", path.display());
        Ok((found != expected).then_some(problem))
    }
}
