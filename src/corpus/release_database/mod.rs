//! The release database of the Princeton-Leuven corpus, `release_db.sqlite`: one snapshot in each
//! row of its table `policy_snapshots`.
//!
//! SQLite is compiled from C, so it is behind the feature `sqlite` of the package.

#[cfg(feature = "sqlite")]
mod database_corpus;
#[cfg(not(feature = "sqlite"))]
mod disabled;
#[cfg(feature = "sqlite")]
mod release_tables;

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::corpus_reader::CorpusReader;
use super::forms::foreign::{SQLITE_START, is_sqlite};
use crate::error::{Error, Result};

/// Returns the reader for the database at `path`, or `None` if there is no database.
///
/// # Errors
///
/// The file cannot be read, or is a database of another kind.
pub(super) fn open(path: &Path) -> Result<Option<Box<dyn CorpusReader>>> {
    if !path.is_file() {
        return Ok(None);
    }
    let file = File::open(path).map_err(Error::io(path))?;
    let mut head = Vec::new();
    file.take(SQLITE_START.len() as u64).read_to_end(&mut head).map_err(Error::io(path))?;
    if !is_sqlite(&head) {
        return Ok(None);
    }
    #[cfg(feature = "sqlite")]
    let reader = database_corpus::open(path)?;
    #[cfg(not(feature = "sqlite"))]
    let reader = disabled::open(path)?;
    Ok(Some(reader))
}
