//! The interface of a file form, and what a form finds in a file.

use crate::corpus::notices::SkipReason;
use crate::corpus::snapshot_facts::SnapshotFacts;
use crate::corpus::source_text::SourceText;
use crate::model::ArchiveTime;

/// How many bytes of a file are read to recognise it. Real headers have up to a few hundred bytes;
/// the limit leaves room for long addresses.
pub(in crate::corpus) const HEAD_BYTES: u64 = 16 * 1024;

/// One form of file.
pub(in crate::corpus) trait FileForm: Send + Sync {
    /// Recognises a file by its path inside the corpus (with `/` between the parts) and the text of
    /// its first [`HEAD_BYTES`] bytes. Returns what the content of the file says about its policy
    /// and date, or `None` if the file does not have this form.
    ///
    /// # Errors
    ///
    /// The file has this form but is invalid: the reason in one line.
    fn recognise(&self, path: &str, head: &str) -> Result<Option<PartialKey>, String>;

    /// Reads the metadata and the text of a whole file of this form.
    ///
    /// # Errors
    ///
    /// The file is invalid, or has no text.
    fn read(&self, path: &str, bytes: Vec<u8>) -> Result<(SnapshotFacts, SourceText), UnreadText>;
}

/// Why a file has no text that can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::corpus) enum UnreadText {
    /// It is left out by a rule.
    Skipped(SkipReason),
    /// It is invalid: the reason in one line.
    Failed(String),
}

impl From<String> for UnreadText {
    fn from(reason: String) -> Self {
        Self::Failed(reason)
    }
}

/// The policy and the archive time of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::corpus) struct SnapshotKey {
    /// The company of the policy.
    pub company: String,
    /// The type of the policy.
    pub policy_type: String,
    /// When the snapshot was archived.
    pub time: ArchiveTime,
}

/// The part of a [`SnapshotKey`] that one source gives: the content of a file, or its path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::corpus) struct PartialKey {
    /// The company of the policy.
    pub company: Option<String>,
    /// The type of the policy.
    pub policy_type: Option<String>,
    /// When the snapshot was archived.
    pub time: Option<ArchiveTime>,
}

impl PartialKey {
    /// Fills the missing parts from `other`.
    pub fn or(self, other: PartialKey) -> Self {
        Self {
            company: self.company.or(other.company),
            policy_type: self.policy_type.or(other.policy_type),
            time: self.time.or(other.time),
        }
    }
}

/// A snapshot read from a file or a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::corpus) struct SnapshotRecord {
    /// Its policy and archive time.
    pub key: SnapshotKey,
    /// Its other metadata.
    pub facts: SnapshotFacts,
    /// Its text.
    pub text: SourceText,
}

/// Cuts the first bytes of a file after the last ASCII byte. The limit of [`HEAD_BYTES`] may split
/// a character, and half a character would make UTF-8 look like another encoding.
pub(in crate::corpus) fn whole_letters(head: &[u8]) -> &[u8] {
    if (head.len() as u64) < HEAD_BYTES {
        return head;
    }
    &head[..head.iter().rposition(u8::is_ascii).map_or(head.len(), |last| last + 1)]
}

/// The part of a file by which its form is recognised.
pub(in crate::corpus) fn head_of(bytes: &[u8]) -> &[u8] {
    &bytes[..bytes.len().min(HEAD_BYTES as usize)]
}
