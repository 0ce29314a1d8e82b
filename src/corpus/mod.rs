//! Corpora: where snapshots come from.
//!
//! # The contract of a reader
//!
//! A [`CorpusReader`] knows one shape of corpus. [`CorpusReader::scan`] says, for everything that it meets, exactly one of: a snapshot
//! ([`SeenInput::Found`]), skipped by rule with a reason ([`SeenInput::Skipped`]), or unreadable ([`SeenInput::Failed`]); what a person should know besides
//! is [`SeenInput::Noted`] and counts as no input. Order is free: snapshots are sorted by time later. A scan reads no texts (but of a
//! stream, which can be read only once: it keeps them in a file), and what it keeps of a snapshot is small, since a corpus has millions. A [`ReadSession`] then reads snapshots, on one thread; any number of sessions read at
//! the same time. Bytes are passed on as they are, but decoded: what is not UTF-8 is read as windows-1252 and said to be.

mod archive;
mod compression;
mod dataset;
mod facts;
mod files;
mod forms;
mod front_matter;
mod git;
mod header;
mod html;
mod jsonl;
mod layout;
mod lines;
mod ota;
mod pattern;
mod plain;
mod princeton;
mod record;
mod rows;
mod spill;
mod stream;
mod text;
mod times;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::model::{ArchiveTime, SnapshotInfo};

pub use files::FileCorpus;
pub use git::{GitBody, GitHistory};
pub use spill::SpillPlace;
pub use text::{MAX_BYTES, SourceText};

/// How corpora are to be read; part of what an index remembers of a corpus.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReadOptions {
    /// Of a git work tree read the files, not the history.
    pub worktree: bool,
    /// Where paths say company, type and date: `{company}/{type}/{date}.md`.
    pub path: Option<String>,
    /// The archive date of what names none: `YYYY-MM-DD`.
    pub date: Option<String>,
    /// What fields of JSON Lines and CSV are called: ours, theirs.
    pub map: Vec<(String, String)>,
    /// Where texts of streams wait in a file without a name; the system's folder for such unless set.
    #[serde(skip)]
    pub temporary: Option<PathBuf>,
}

/// A hash of what tells one source of a snapshot from another, and from what it was before: XXH3 of the parts, each after its length.
pub fn fingerprint(parts: &[&[u8]]) -> u64 {
    let mut bytes = Vec::with_capacity(parts.iter().map(|part| part.len() + 8).sum());
    for part in parts {
        bytes.extend_from_slice(&(part.len() as u64).to_le_bytes());
        bytes.extend_from_slice(part);
    }
    twox_hash::XxHash3_128::oneshot(&bytes) as u64
}

/// A snapshot that a scan found.
#[derive(Debug, Clone)]
pub struct FoundSnapshot {
    /// When it was archived.
    pub time: ArchiveTime,
    /// Orders snapshots of one second, as the commits of a history do; 0 where the corpus has no order.
    pub order: u64,
    /// About how many bytes its text has, as far as that is cheap to know: large policies are read first.
    pub size: u64,
    /// Differs from that of every other snapshot of the corpus, and changes when the source of the snapshot does: an update reads a
    /// snapshot again only if the index has none of this fingerprint. Made by [`fingerprint`] of what is cheap to know.
    pub fingerprint: u64,
    /// Where the text is.
    pub body: SnapshotBody,
}

impl FoundSnapshot {
    /// A name of its text, for corpora that have such: snapshots of one corpus with the same name have the same text.
    pub fn text_name(&self) -> Option<&[u8]> {
        match &self.body {
            SnapshotBody::Git(body) => Some(body.text_name()),
            _ => None,
        }
    }
}

/// Where the text of a snapshot is.
#[derive(Debug, Clone)]
pub enum SnapshotBody {
    /// In a file of its own.
    File(PathBuf),
    /// In a commit of a git history.
    Git(GitBody),
    /// In the file that a stream was kept in.
    Spilled {
        /// Where there.
        place: SpillPlace,
        /// The line, of JSON Lines and CSV.
        line: u64,
        /// The entry, of an archive.
        name: Option<Arc<str>>,
    },
}

/// What is read of a snapshot.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// What is known besides the text.
    pub info: SnapshotInfo,
    /// The text, if it was wanted.
    pub text: Option<SourceText>,
}

/// Why an input was left out by rule; no error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum SkipReason {
    /// Neither its first lines nor its path say whose policy it is.
    NoHeader,
    /// Nothing says when it was archived.
    NoDate,
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
    /// A file that is no policy, by its path: a README of a history, what `--path` does not fit.
    NoPolicy,
    /// A commit deleted the file.
    Deleted,
    /// A submodule of a git repository.
    Submodule,
    /// Of a clone that left it out: its text, or what a commit at the border changed.
    NotFetched,
}

impl SkipReason {
    /// Every reason.
    pub const ALL: [SkipReason; 12] = [
        SkipReason::NoHeader,
        SkipReason::NoDate,
        SkipReason::Empty,
        SkipReason::Hidden,
        SkipReason::SymbolicLink,
        SkipReason::NoFile,
        SkipReason::Index,
        SkipReason::Duplicate,
        SkipReason::NoPolicy,
        SkipReason::Deleted,
        SkipReason::Submodule,
        SkipReason::NotFetched,
    ];

    /// The reason as it is shown.
    pub fn reason(self) -> &'static str {
        match self {
            SkipReason::NoHeader => "names no company",
            SkipReason::NoDate => "no archive date",
            SkipReason::Empty => "empty file",
            SkipReason::Hidden => "hidden",
            SkipReason::SymbolicLink => "symbolic link",
            SkipReason::NoFile => "not a file",
            SkipReason::Index => "a fineprint index",
            SkipReason::Duplicate => "duplicate of another snapshot",
            SkipReason::NoPolicy => "not a policy in this layout",
            SkipReason::Deleted => "deleted, which is no snapshot",
            SkipReason::Submodule => "submodule",
            SkipReason::NotFetched => "not fetched by a shallow or partial clone",
        }
    }
}

/// One thing that a scan met.
#[derive(Debug)]
pub enum SeenInput {
    /// A snapshot.
    Found {
        /// Whose policy it is.
        company: String,
        /// Which policy of theirs.
        policy_type: String,
        /// The snapshot.
        found: Box<FoundSnapshot>,
    },
    /// Left out by rule: where it is, and why.
    Skipped(String, SkipReason),
    /// Could not be read: where it is, and why.
    Failed(String, String),
    /// Something to know about an input that is counted elsewhere, or about the corpus: where, and what.
    Noted(String, CorpusNotice),
}

/// Something that a person should know, though nothing is wrong with the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum CorpusNotice {
    /// The bytes are not UTF-8 and were read as windows-1252.
    Windows1252,
    /// Indexed at a date before there were policies on the web, or after today.
    OddDate,
    /// The history was cut off when it was cloned: older snapshots are not there.
    Shallow,
    /// Not all objects of the history were fetched when it was cloned.
    Partial,
}

impl CorpusNotice {
    /// Every notice.
    pub const ALL: [CorpusNotice; 4] = [
        CorpusNotice::Windows1252,
        CorpusNotice::OddDate,
        CorpusNotice::Shallow,
        CorpusNotice::Partial,
    ];

    /// The notice as it is shown before a number: `read as windows-1252, being no UTF-8: 3`.
    pub fn text(self) -> &'static str {
        match self {
            CorpusNotice::Windows1252 => "read as windows-1252, being no UTF-8",
            CorpusNotice::OddDate => "dated before 1995 or in the future, and indexed at that date",
            CorpusNotice::Shallow => {
                "shallow clones, read as far back as they go (`git fetch --unshallow` gets the rest)"
            }
            CorpusNotice::Partial => {
                "partial clones, read as far as they were fetched (`git fetch --refetch --no-filter` gets the rest)"
            }
        }
    }
}

/// How much of a corpus was met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CorpusExtent {
    /// All of it.
    Whole,
    /// What was added since it was met before; the rest is as it was.
    Added,
    /// Nothing, since it is as it was.
    Unchanged,
}

/// Reads one shape of corpus. The contract is in the module's documentation.
pub trait CorpusReader: Send + Sync {
    /// What it reads, for reports: `files`.
    fn name(&self) -> &'static str;

    /// Meets everything in the corpus once.
    ///
    /// # Errors
    ///
    /// The corpus itself cannot be read, which ends the scan. An input that cannot be read is [`SeenInput::Failed`] instead.
    fn scan(&self, sink: &mut dyn FnMut(SeenInput)) -> Result<()>;

    /// What the corpus held when it was scanned, in short, if that is cheap to compare with: the newest commit of a history.
    fn state(&self) -> Option<String> {
        None
    }

    /// Meets what was added since the corpus had this state - nothing if it still has - if that is cheap to tell; else everything.
    ///
    /// # Errors
    ///
    /// As [`CorpusReader::scan`].
    fn scan_since(&self, _state: &str, sink: &mut dyn FnMut(SeenInput)) -> Result<CorpusExtent> {
        self.scan(sink)?;
        Ok(CorpusExtent::Whole)
    }

    /// Where a snapshot is, for messages: a path, or commit and path.
    fn at(&self, found: &FoundSnapshot) -> String;

    /// Something that reads snapshots on one thread; best used for the snapshots of one policy.
    fn session(&self) -> Box<dyn ReadSession + '_>;
}

/// Reads snapshots that [`CorpusReader::scan`] found.
pub trait ReadSession {
    /// Reads a snapshot, with its text if that is wanted (a text that was read before need not be: [`FoundSnapshot::text_name`]).
    ///
    /// # Errors
    ///
    /// It cannot be read (any more), or is too large for one text.
    fn read(&mut self, found: &FoundSnapshot, wants_text: bool) -> Result<Snapshot>;
}

/// The reader for the corpus at `path`, by what is there. A folder that is the root of a git work tree is read as that repository's history,
/// unless the options ask for its files, or no commit of the history records a policy (where paths are to say whose policy a file is: none
/// has such a path).
///
/// # Errors
///
/// There is nothing at `path`, or the system refuses to say what; it is a git repository that cannot be read or holds no policies; an option
/// that cannot be.
pub fn open(path: &Path, options: &ReadOptions) -> Result<Box<dyn CorpusReader>> {
    if let Some(stream) = stream::Streamed::open(path, options)? {
        return Ok(Box::new(stream));
    }
    match std::fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() && !options.worktree => {
            match GitHistory::open(path, options)? {
                Some(history) => Ok(Box::new(history)),
                None => Ok(Box::new(FileCorpus::new(path, options)?)),
            }
        }
        Ok(_) => Ok(Box::new(FileCorpus::new(path, options)?)),
        Err(source) if source.kind() == std::io::ErrorKind::NotFound => Err(nothing_there(path)),
        Err(source) => Err(Error::io(path)(source)),
    }
}

/// What to say of a corpus that is not there.
pub(crate) fn nothing_there(path: &Path) -> Error {
    Error::Corpus { path: path.to_owned(), message: "there is no such file or folder".to_owned() }
}
