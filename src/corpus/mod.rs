//! Corpora: finds snapshots of policies in the user's files and reads them.
//!
//! A corpus is a folder of files, a git history, one stream (JSON, CSV, an archive or a web
//! archive), or a database.
//! [`open`] looks at what a path holds and returns the reader for it. Cutting texts into clauses
//! and storing them is left to `section` and `index`.
//!
//! # The contract of a reader
//!
//! - [`CorpusReader::scan`] reports every input of the corpus exactly once: as a snapshot
//!   ([`SeenInput::Found`]), as left out by a rule ([`SeenInput::Skipped`]), or as unreadable
//!   ([`SeenInput::Failed`]). A notice ([`SeenInput::Noted`]) and the end of a policy
//!   ([`SeenInput::Ended`]) are extra and count as no input.
//! - The order of the reports is free. Snapshots are sorted later: by time, and at one time by
//!   [`FoundSnapshot::order`].
//! - A scan keeps little of each snapshot, because a corpus has millions of them. It reads no
//!   texts, except from a stream: a stream can be read only once, so its texts go to a temporary
//!   file.
//! - A [`ReadSession`] reads snapshots on one thread. Any number of sessions may read at once.
//! - Texts are decoded and otherwise unchanged. Bytes that are not UTF-8 are read in the encoding
//!   that they declare or seem to have, and [`SourceText::is_recoded`] says so.

mod corpus_reader;
mod encodings;
mod files;
mod forms;
mod found_snapshot;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzzed_files;
mod git;
mod layouts;
mod no_text;
mod notices;
mod python_json;
mod read_options;
mod release_database;
mod snapshot_facts;
mod source_text;
mod stream;
mod times;

use std::path::Path;

use forms::given_company;

use crate::error::{Error, Result};

pub use corpus_reader::{CorpusExtent, CorpusReader, LoadedSnapshot, ReadSession, SeenInput};
pub use files::FileCorpus;
pub use found_snapshot::{
    DatabaseBody, FoundSnapshot, GitBody, PolicyEnd, PolicyName, SnapshotBody, SpillPlace,
    fingerprint,
};
pub use git::GitHistory;
#[cfg(any(test, fuzzing))]
pub(crate) use git::fuzzed_objects;
pub use notices::{CorpusNotice, SkipReason};
pub use read_options::ReadOptions;
pub use source_text::{MAX_BYTES, SourceText};

/// Returns the reader for the corpus at `path`; `-` is standard input.
///
/// A folder that is the root of a git work tree is read as the history of that repository. Its
/// files are read instead if the options ask for them, or if the history holds no policies: no
/// commit records one in a known layout, or no path fits the pattern of the options.
///
/// # Errors
///
/// There is nothing at `path` or it cannot be read, it is a git repository that cannot be read or
/// holds no policies, or an option is invalid.
pub fn open(path: &Path, options: &ReadOptions) -> Result<Box<dyn CorpusReader>> {
    if let Some(database) = release_database::open(path)? {
        given_company::refuse(path, database.name(), options)?;
        return Ok(database);
    }
    if let Some(stream) = stream::StreamCorpus::open(path, options)? {
        return Ok(Box::new(stream));
    }
    let metadata = match std::fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(source) if source.kind() == std::io::ErrorKind::NotFound => {
            return Err(nothing_there(path));
        }
        Err(source) => return Err(Error::io(path)(source)),
    };
    if !metadata.is_dir() && !metadata.is_file() {
        let message = "is a pipe or a device; pipe its content into `fineprint index -`".to_owned();
        return Err(Error::Corpus { path: path.to_owned(), message });
    }
    if metadata.is_dir()
        && !options.worktree
        && let Some(history) = GitHistory::open(path, options)?
    {
        return Ok(Box::new(history));
    }
    Ok(Box::new(FileCorpus::new(path, options)?))
}

/// The error for a corpus that does not exist.
pub(crate) fn nothing_there(path: &Path) -> Error {
    Error::Corpus { path: path.to_owned(), message: "there is no such file or folder".to_owned() }
}
