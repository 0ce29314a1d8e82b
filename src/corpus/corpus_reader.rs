//! The interface of a reader: what a scan reports, and how texts are read afterwards.
//!
//! The contract of an implementation is in the documentation of [`crate::corpus`].

use crate::error::Result;
use crate::model::SnapshotInfo;

use super::found_snapshot::{FoundSnapshot, PolicyEnd, PolicyName};
use super::notices::{CorpusNotice, SkipReason};
use super::source_text::SourceText;

/// Reads one kind of corpus. The contract is in the documentation of [`crate::corpus`].
pub trait CorpusReader: Send + Sync {
    /// What it reads, for reports: `files`.
    fn name(&self) -> &'static str;

    /// Reports everything in the corpus once.
    ///
    /// # Errors
    ///
    /// The corpus itself cannot be read, which ends the scan. An input that cannot be read is
    /// reported as [`SeenInput::Failed`] instead.
    fn scan(&self, sink: &mut dyn FnMut(SeenInput)) -> Result<()>;

    /// The state of the corpus when it was scanned, such as the newest commit of a history. `None`
    /// if comparing the state later would not be cheap.
    fn state(&self) -> Option<String> {
        None
    }

    /// Reports the additions since the corpus had this state, if that is cheap to tell, and
    /// everything otherwise.
    ///
    /// # Errors
    ///
    /// The same as for [`CorpusReader::scan`].
    fn scan_since(&self, _state: &str, sink: &mut dyn FnMut(SeenInput)) -> Result<CorpusExtent> {
        self.scan(sink)?;
        Ok(CorpusExtent::Whole)
    }

    /// Where a snapshot is, for messages: a path, or commit and path.
    fn at(&self, found: &FoundSnapshot) -> String;

    /// Starts a session, which reads snapshots on one thread. A session is fastest when it reads
    /// the snapshots of one policy one after the other.
    fn session(&self) -> Box<dyn ReadSession + '_>;
}

/// Reads snapshots that [`CorpusReader::scan`] found.
pub trait ReadSession {
    /// Reads a snapshot. `wants_text` asks for its text; a caller that has read a text of the same
    /// [`FoundSnapshot::text_name`] need not read it again.
    ///
    /// # Errors
    ///
    /// The snapshot cannot be read, has changed since the scan, or is too large.
    fn read(&mut self, found: &FoundSnapshot, wants_text: bool) -> Result<LoadedSnapshot>;
}

/// A snapshot after reading.
#[derive(Debug, Clone)]
pub struct LoadedSnapshot {
    /// Its metadata.
    pub info: SnapshotInfo,
    /// Its text, if it was asked for and there is one.
    pub text: Option<SourceText>,
    /// The rule by which it is left out after all, if that showed only in its text.
    pub skipped: Option<SkipReason>,
}

/// One report of a scan.
#[derive(Debug)]
pub enum SeenInput {
    /// The input is a snapshot.
    Found {
        /// The company of the policy.
        company: String,
        /// The type of the policy.
        policy_type: String,
        /// The snapshot.
        found: Box<FoundSnapshot>,
    },
    /// A policy has ended, as a scan of the whole corpus tells: which, and when.
    Ended(PolicyName, PolicyEnd),
    /// The input was left out by a rule: where it is, and the reason.
    Skipped(String, SkipReason),
    /// The input could not be read: where it is, and the reason in one line.
    Failed(String, String),
    /// A notice about the corpus, or about an input that is reported besides: where, and what.
    Noted(String, CorpusNotice),
}

/// How much of a corpus [`CorpusReader::scan_since`] reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CorpusExtent {
    /// Everything.
    Whole,
    /// The additions since the given state. The rest has not changed.
    Added,
    /// Nothing, because nothing has changed.
    Unchanged,
}
