//! What a scan keeps of a snapshot: its time, its fingerprint and where its text is.

use std::path::PathBuf;
use std::sync::Arc;

use gix_hash::ObjectId;
use serde::{Deserialize, Serialize};

use crate::model::ArchiveTime;

/// A snapshot that a scan found. Its text has not been read yet.
#[derive(Debug, Clone)]
pub struct FoundSnapshot {
    /// When the snapshot was archived.
    pub time: ArchiveTime,
    /// Orders the snapshots of one time: the number of the commit, file, entry, record or row. Of
    /// equal numbers, the one that is reported first is the older one.
    pub order: u64,
    /// The size of the text in bytes, estimated where the exact size is expensive. Large policies
    /// are read first.
    pub size: u64,
    /// Identifies the source of the snapshot and its state, made by [`fingerprint`] from metadata
    /// that is cheap to get. It is unique in the corpus and changes when the source changes, so an
    /// update reads only snapshots whose fingerprint the index does not have.
    pub fingerprint: u64,
    /// Where the text is.
    pub body: SnapshotBody,
}

impl FoundSnapshot {
    /// The name of the text, if the corpus names its texts. Two snapshots of one corpus with the
    /// same name have the same text.
    pub fn text_name(&self) -> Option<&[u8]> {
        match &self.body {
            SnapshotBody::Git(body) => Some(body.blob.as_slice()),
            SnapshotBody::Row(body) => Some(&body.text),
            _ => None,
        }
    }
}

/// The company and the type of a policy.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PolicyName {
    /// The company.
    pub company: String,
    /// The type.
    #[serde(rename = "type")]
    pub policy_type: String,
}

/// The end of a policy, of which the corpus says that it is there no longer. The policy may come
/// back later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyEnd {
    /// When the corpus removed it; not before the last snapshot until then.
    pub time: ArchiveTime,
    /// How many of the policy's snapshots in the corpus have the same time and are before the end.
    pub snapshots: u64,
    /// The policy that has its last text from then on: it was likely renamed to this.
    pub successor: Option<PolicyName>,
}

/// Where the text of a snapshot is.
#[derive(Debug, Clone)]
pub enum SnapshotBody {
    /// In a file of its own.
    File(PathBuf),
    /// In a commit of a git history.
    Git(GitBody),
    /// In a row of a database.
    Row(DatabaseBody),
    /// In the temporary file of a stream.
    Spilled {
        /// The place in the temporary file.
        place: SpillPlace,
        /// The line, for JSON Lines and CSV (from 1; 0 for an entry).
        line: u64,
        /// The name of the entry or record, for an archive.
        name: Option<Arc<str>>,
    },
}

/// A text in a git history.
#[derive(Debug, Clone)]
pub struct GitBody {
    pub(super) commit: ObjectId,
    pub(super) blob: ObjectId,
    /// All versions of the path share this string.
    pub(super) path: Arc<str>,
}

/// A text in a database, by the numbers of rows.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(not(feature = "sqlite"), allow(dead_code))]
pub struct DatabaseBody {
    pub(super) snapshot: i64,
    pub(super) site: i64,
    /// The number of the text, as bytes that name it.
    pub(super) text: [u8; 8],
    /// The rank of the site at the time of the snapshot.
    pub(super) rank: Option<i64>,
}

/// A place in the temporary file of a stream.
#[derive(Debug, Clone, Copy)]
pub struct SpillPlace {
    /// Where the compressed snapshot starts, in bytes from the start of the file.
    pub(super) start: u64,
    /// The compressed size in bytes.
    pub(super) bytes: u32,
    /// The uncompressed size in bytes.
    pub(super) plain_bytes: u32,
}

/// Hashes the parts of a fingerprint: the lower half of XXH3-128 over the parts, each preceded by
/// its length, so that different parts never join to the same bytes.
pub fn fingerprint(parts: &[&[u8]]) -> u64 {
    let mut bytes = Vec::with_capacity(parts.iter().map(|part| part.len() + 8).sum());
    for part in parts {
        bytes.extend_from_slice(&(part.len() as u64).to_le_bytes());
        bytes.extend_from_slice(part);
    }
    twox_hash::XxHash3_128::oneshot(&bytes) as u64
}
