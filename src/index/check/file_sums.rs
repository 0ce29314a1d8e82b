//! Compares the files of a generation with their checksums in the manifest.

use std::path::Path;

use crate::error::Result;
use crate::index::store::checksums;
use crate::index::store::manifest::Manifest;

/// The problems of the files in the folder of a generation, one line each.
///
/// # Errors
///
/// A file cannot be read.
pub(super) fn check_files(folder: &Path, manifest: &Manifest) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    for (name, expected) in &manifest.files {
        let path = folder.join(name);
        if !path.is_file() {
            problems.push(format!("{}: is missing", path.display()));
            continue;
        }
        let found = checksums::of_file(&path)?;
        if found != *expected {
            let sizes = format!("{} bytes, {} expected", found.bytes, expected.bytes);
            problems.push(format!("{}: is not as it was written ({sizes})", path.display()));
        }
    }
    Ok(problems)
}
