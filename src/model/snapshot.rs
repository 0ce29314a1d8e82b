//! One archived record of a policy, without its text.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::ArchiveTime;

/// Where in the user's files a snapshot comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotSource {
    /// The corpus as it was named on the command line.
    pub corpus: String,
    /// The path inside the corpus, `/` between its parts; the file name itself where the corpus is one file.
    pub path: String,
    /// The commit, for a git history.
    pub commit: Option<String>,
    /// The entry, for an archive.
    pub entry: Option<String>,
    /// The line (from 1), for JSON Lines and CSV.
    pub line: Option<u64>,
}

impl SnapshotSource {
    /// The place in one line, for messages: a path, or git's own way to name a file of a commit, after the corpus.
    pub fn place(&self) -> String {
        let Self { corpus, path, commit, entry, line } = self;
        if let Some(commit) = commit {
            return format!("{corpus}: {}:{path}", commit.get(..12).unwrap_or(commit));
        }
        let is_corpus = Path::new(corpus).file_name().is_some_and(|name| *name == **path);
        let file = if is_corpus {
            corpus.clone()
        } else {
            format!("{}/{path}", corpus.trim_end_matches('/'))
        };
        match (entry, line) {
            (Some(entry), _) => format!("{file}: {entry}"),
            (None, Some(line)) => format!("{file}: line {line}"),
            (None, None) => file,
        }
    }
}

/// What is known of a snapshot besides its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotInfo {
    /// When it was archived.
    pub time: ArchiveTime,
    /// Where it comes from.
    pub source: SnapshotSource,
    /// The address of the policy when it was archived, decoded once.
    pub url: Option<String>,
    /// The address of the archived page.
    pub archive_url: Option<String>,
    /// Whether the archive made this record for a technical change of its own, not because the policy changed.
    pub is_technical: bool,
    /// Further facts about the snapshot as one JSON object; empty where there are none.
    pub metadata: String,
    /// What the corpus says to know it again: [`crate::corpus::FoundSnapshot::fingerprint`].
    pub fingerprint: u64,
}
