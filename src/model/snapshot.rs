//! A snapshot without its text: archive time, source and other facts.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::ArchiveTime;

/// The place in the user's files from which a snapshot was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotSource {
    /// The corpus as it was named on the command line.
    pub corpus: String,
    /// The path inside the corpus, with `/` between its parts. If the corpus is one file, this is
    /// the name of the file.
    pub path: String,
    /// The hash of the commit, if the corpus is a git history.
    pub commit: Option<String>,
    /// The path of the entry, if the file is an archive.
    pub entry: Option<String>,
    /// The number of the line, from 1, if the file is JSON Lines or CSV.
    pub line: Option<u64>,
}

impl SnapshotSource {
    /// The place in one line, for messages: a path, or the corpus and git's own name for a file of
    /// a commit, `commit:path`.
    pub fn place(&self) -> String {
        let Self { corpus, path, commit, entry, line } = self;
        if let Some(commit) = commit {
            return format!("{corpus}: {commit:.12}:{path}");
        }
        let is_corpus = Path::new(corpus).file_name().is_some_and(|name| *name == **path);
        let file = if is_corpus {
            corpus.clone()
        } else {
            format!("{}/{path}", corpus.trim_end_matches('/'))
        };
        match (entry, line) {
            (Some(entry), Some(line)) => format!("{file}: {entry}: line {line}"),
            (Some(entry), None) => format!("{file}: {entry}"),
            (None, Some(line)) => format!("{file}: line {line}"),
            (None, None) => file,
        }
    }
}

/// Archive time, source and other facts about a snapshot, but not its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotInfo {
    /// The time at which it was archived.
    pub time: ArchiveTime,
    /// The place from which it was read.
    pub source: SnapshotSource,
    /// The address of the policy at that time, percent-decoded once.
    pub url: Option<String>,
    /// The address of the archived page.
    pub archive_url: Option<String>,
    /// Whether the archive made this record for a technical change of its own, and not because the
    /// policy changed.
    pub is_technical: bool,
    /// Further facts as one JSON object; empty if there are none.
    pub metadata: String,
    /// The mark by which an update recognises the snapshot:
    /// [`crate::corpus::FoundSnapshot::fingerprint`].
    pub fingerprint: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_told_in_one_line() {
        let file = SnapshotSource {
            corpus: "data/".to_owned(),
            path: "a/b.md".to_owned(),
            commit: None,
            entry: None,
            line: None,
        };
        assert_eq!(file.place(), "data/a/b.md");
        let entry = SnapshotSource { entry: Some("x.md".to_owned()), ..file.clone() };
        assert_eq!(entry.place(), "data/a/b.md: x.md");
        let commit = SnapshotSource { commit: Some("0123456789abcdef".to_owned()), ..file };
        assert_eq!(commit.place(), "data/: 0123456789ab:a/b.md");
    }

    #[test]
    fn a_corpus_of_one_file_is_named_once() {
        let line = SnapshotSource {
            corpus: "in/all.jsonl".to_owned(),
            path: "all.jsonl".to_owned(),
            commit: None,
            entry: None,
            line: Some(7),
        };
        assert_eq!(line.place(), "in/all.jsonl: line 7");
    }
}
