//! The interface of a history layout.

use crate::corpus::forms::form::{UnreadText, head_of};
use crate::corpus::forms::html::conversion::{convert_page, decode};
use crate::corpus::no_text;
use crate::corpus::snapshot_facts::SnapshotFacts;
use crate::corpus::source_text::SourceText;
use crate::model::ArchiveTime;

/// How an archive arranges its git history. All paths are inside the repository, with `/` between
/// their parts.
pub(in crate::corpus) trait HistoryLayout: Send + Sync {
    /// What it is, for reports.
    fn name(&self) -> &'static str;

    /// Company and policy type of a path, or `None` if the path is not the path of a policy.
    fn policy(&self, path: &str) -> Option<(String, String)>;

    /// Whether this archive writes this message when it records a version of `path`. This is how a
    /// layout is recognised.
    fn is_record(&self, message: &str, path: &str) -> bool;

    /// Whether the message says that the commit changed `path`. If the parents of a commit were not
    /// fetched, nothing else tells what it changed.
    fn names(&self, message: &str, path: &str) -> bool;

    /// Whether each commit of the archive records a policy, on whatever branch it was made. In all
    /// other histories only the commits of the first line were published.
    fn has_records(&self) -> bool {
        true
    }

    /// The starts of the subjects of records, if the archive writes nothing else when it records a
    /// policy. Other commits then make no snapshots: they may contain samples, or repair files.
    fn record_subjects(&self) -> Option<&'static [&'static str]> {
        None
    }

    /// The metadata in the message of a commit.
    fn facts(&self, message: &str) -> SnapshotFacts;

    /// Whether texts contain metadata too. Then a text is always read.
    fn has_facts_in_text(&self) -> bool {
        false
    }

    /// When the snapshots at a path were archived, if the path says so. Otherwise the author time
    /// of their commits is their archive time.
    fn time(&self, _path: &str) -> Option<ArchiveTime> {
        None
    }

    /// Decodes the text of the file at a path. Metadata in the text is removed from it and added to
    /// `facts`.
    ///
    /// # Errors
    ///
    /// The text is invalid, or there is none.
    fn read(
        &self,
        _path: &str,
        bytes: Vec<u8>,
        _facts: &mut SnapshotFacts,
    ) -> Result<SourceText, UnreadText> {
        if let Some(reason) = no_text::reason(head_of(&bytes)) {
            return Err(UnreadText::Skipped(reason));
        }
        let mut text = decode(bytes);
        convert_page(&mut text.body)?;
        Ok(text)
    }
}
