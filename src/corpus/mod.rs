//! Corpora: where snapshots come from.
//!
//! # The contract of a reader
//!
//! A [`Reader`] knows one shape of corpus. [`Reader::scan`] says, for everything that it meets, exactly one of: a snapshot
//! ([`Seen::Found`]), skipped by rule with a reason ([`Seen::Skipped`]), or unreadable ([`Seen::Failed`]). Order is free: snapshots are
//! sorted by time later. Nothing but the first bytes of an input is read while scanning, unless the corpus is a stream, and then the text
//! comes along in [`Found::body`]. [`Reader::text`] reads the text of one snapshot, from any thread. Bytes are passed on as
//! they are, but decoded: what is not UTF-8 is read as windows-1252 and said to be.

mod header;
mod text;

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::model::SnapshotInfo;

pub use header::HeaderFiles;
pub use text::Text;

/// A snapshot that a scan found.
#[derive(Debug, Clone)]
pub struct Found {
    /// Whose policy it is.
    pub company: String,
    /// Which policy of theirs.
    pub policy_type: String,
    /// What is known besides the text.
    pub info: SnapshotInfo,
    /// Orders snapshots of one second, as the commits of a history do; 0 where the corpus has no order.
    pub order: u64,
    /// Where the text is.
    pub body: Body,
}

/// Where the text of a snapshot is.
#[derive(Debug, Clone)]
pub enum Body {
    /// In a file of its own.
    File(PathBuf),
    /// In memory, read while scanning.
    Inline(String),
}

/// Why an input was left out by rule; no error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Skip {
    /// The first line is not the Princeton-Leuven header.
    NoHeader,
    /// A file without a byte.
    Empty,
    /// A name that begins with a dot.
    Hidden,
    /// A symbolic link below the corpus.
    SymbolicLink,
    /// A pipe, socket or device.
    NoFile,
    /// A folder that is a fineprint index.
    Index,
    /// The same policy, second and text as another input.
    Duplicate,
}

impl Skip {
    /// Every reason.
    pub const ALL: [Skip; 7] = [
        Skip::NoHeader,
        Skip::Empty,
        Skip::Hidden,
        Skip::SymbolicLink,
        Skip::NoFile,
        Skip::Index,
        Skip::Duplicate,
    ];

    /// The reason as it is shown.
    pub fn reason(self) -> &'static str {
        match self {
            Skip::NoHeader => "no Princeton-Leuven header",
            Skip::Empty => "empty file",
            Skip::Hidden => "hidden",
            Skip::SymbolicLink => "symbolic link",
            Skip::NoFile => "not a file",
            Skip::Index => "a fineprint index",
            Skip::Duplicate => "duplicate of another snapshot",
        }
    }
}

/// One thing that a scan met.
#[derive(Debug)]
pub enum Seen {
    /// A snapshot.
    Found(Box<Found>),
    /// Left out by rule.
    Skipped(PathBuf, Skip),
    /// Could not be read, with the reason.
    Failed(PathBuf, String),
}

/// Reads one shape of corpus. The contract is in the module's documentation.
pub trait Reader: Send + Sync {
    /// What it reads, for reports: `files with header`.
    fn name(&self) -> &'static str;

    /// Meets everything in the corpus once.
    ///
    /// # Errors
    ///
    /// The corpus itself cannot be read, which ends the scan. An input that cannot be read is [`Seen::Failed`] instead.
    fn scan(&self, sink: &mut dyn FnMut(Seen)) -> Result<()>;

    /// The text of a snapshot that [`Reader::scan`] found.
    ///
    /// # Errors
    ///
    /// It cannot be read (any more), or is too large for one text.
    fn text(&self, found: &Found) -> Result<Text>;
}

/// The reader for the corpus at `path`, by what is there.
///
/// # Errors
///
/// There is nothing at `path`, or the system refuses to say what.
pub fn open(path: &Path) -> Result<Box<dyn Reader>> {
    match std::fs::metadata(path) {
        Ok(_) => Ok(Box::new(HeaderFiles::new(path))),
        Err(source) if source.kind() == std::io::ErrorKind::NotFound => Err(Error::Corpus {
            path: path.to_owned(),
            message: "there is no such file or folder".to_owned(),
        }),
        Err(source) => Err(Error::io(path)(source)),
    }
}
