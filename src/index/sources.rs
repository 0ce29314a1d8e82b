//! The table of sources: per policy what updates and `info` must know, beside the index, since no search reads it.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::document::StoredSnapshot;
use super::files::SOURCES as FILE;
use super::ingest::Tally;
use crate::error::{Error, Result};

/// What is to be known of a policy to update it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct PolicySources {
    /// [`crate::model::PolicyKey::hash`].
    pub hash: u64,
    /// Per corpus that has snapshots of it, by number of the corpus: what they were.
    pub corpora: Vec<CorpusPart>,
    /// Snapshots of the same second and text as another one. They take its place if it goes.
    pub duplicates: Vec<StoredSnapshot>,
    /// Which of its snapshots were read as windows-1252.
    pub windows_1252: Tally,
    /// In how many snapshots each key of the metadata is.
    pub metadata: BTreeMap<String, u64>,
    /// How many snapshots are in each language.
    pub languages: BTreeMap<String, u64>,
    /// Distinct texts.
    pub texts: u64,
    /// Bytes of the distinct texts.
    pub text_bytes: u64,
    /// Bytes of the texts of all snapshots.
    pub bytes: u64,
    /// Clauses, counted in every snapshot in which they stood.
    pub occurrences: u64,
    /// The times of the first and the last snapshot.
    pub span: (i64, i64),
}

/// The snapshots that a policy has from one corpus, in short: an update compares this with what it finds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CorpusPart {
    /// The number of the corpus.
    pub corpus: u32,
    /// How many there are.
    pub snapshots: u64,
    /// The sum of their fingerprints.
    pub sum: u64,
}

impl CorpusPart {
    /// Adds a snapshot with this fingerprint.
    pub fn add(&mut self, fingerprint: u64) {
        self.snapshots += 1;
        self.sum = self.sum.wrapping_add(fingerprint);
    }
}

impl PolicySources {
    /// What it has from a corpus.
    pub fn part(&self, corpus: u32) -> CorpusPart {
        let part = self.corpora.iter().find(|part| part.corpus == corpus);
        part.copied().unwrap_or(CorpusPart { corpus, ..CorpusPart::default() })
    }

    /// Counts a snapshot of a corpus.
    pub fn add(&mut self, corpus: u32, fingerprint: u64) {
        match self.corpora.iter_mut().find(|part| part.corpus == corpus) {
            Some(part) => part.add(fingerprint),
            None => {
                let mut part = CorpusPart { corpus, ..CorpusPart::default() };
                part.add(fingerprint);
                self.corpora.push(part);
                self.corpora.sort_unstable_by_key(|part| part.corpus);
            }
        }
    }
}

/// The table, by hash of the policy.
#[derive(Debug, Clone, Default)]
pub struct SourceTable(pub HashMap<u64, PolicySources>);

impl SourceTable {
    /// Reads the table of a generation.
    ///
    /// # Errors
    ///
    /// The file is missing or damaged.
    pub fn read(folder: &Path) -> Result<Self> {
        let path = folder.join(FILE);
        let dir = folder.parent().unwrap_or(folder);
        let bytes = std::fs::read(&path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => Error::damaged(dir, format!("`{FILE}` is missing")),
            _ => Error::io(&path)(error),
        })?;
        let policies: Vec<PolicySources> = postcard::from_bytes(&bytes)
            .map_err(|error| Error::damaged(dir, format!("`{FILE}` cannot be read: {error}")))?;
        Ok(Self(policies.into_iter().map(|policy| (policy.hash, policy)).collect()))
    }

    /// Writes the table of a generation and waits until it is on disk.
    ///
    /// # Errors
    ///
    /// Writing fails.
    pub fn write(&self, folder: &Path) -> Result<()> {
        let path = folder.join(FILE);
        let mut policies: Vec<&PolicySources> = self.0.values().collect();
        policies.sort_unstable_by_key(|policy| policy.hash);
        let bytes = postcard::to_stdvec(&policies)
            .map_err(|error| Error::index(&path, format!("cannot be written ({error})")))?;
        super::write_file(&path, &bytes)
    }
}
