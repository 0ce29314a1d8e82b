//! The metadata of a snapshot besides policy, time and text.

use serde::{Deserialize, Serialize};

use crate::model::{ArchiveTime, SnapshotInfo, SnapshotSource};

/// The metadata that a corpus gives for a snapshot, besides its policy and its archive time.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SnapshotFacts {
    /// The address of the policy.
    pub url: Option<String>,
    /// The address of the archived page.
    pub archive_url: Option<String>,
    /// Whether the software of the archive changed and the policy did not.
    pub is_technical: bool,
    /// All other metadata as one JSON object; empty if there is none.
    pub metadata: String,
}

impl SnapshotFacts {
    /// Completes the facts to the metadata of a snapshot.
    pub fn into_info(
        self,
        time: ArchiveTime,
        source: SnapshotSource,
        fingerprint: u64,
    ) -> SnapshotInfo {
        SnapshotInfo {
            time,
            source,
            url: self.url,
            archive_url: self.archive_url,
            is_technical: self.is_technical,
            metadata: self.metadata,
            fingerprint,
        }
    }
}
