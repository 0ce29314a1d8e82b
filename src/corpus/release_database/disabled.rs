//! Refuses databases in a program that was built without SQLite.

use std::path::Path;

use crate::corpus::corpus_reader::CorpusReader;
use crate::error::{Error, Result};

/// Returns the error that says so.
pub(super) fn open(path: &Path) -> Result<Box<dyn CorpusReader>> {
    let message = "nothing to index: is an SQLite database, and this fineprint was built without \
                   the feature `sqlite`";
    Err(Error::Corpus { path: path.to_owned(), message: message.to_owned() })
}
