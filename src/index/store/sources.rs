//! The table of sources, a file beside the segments that no search reads.
//!
//! It keeps, for each policy, which snapshots came from which corpus, so that an update can tell
//! whether the policy differs from what it found, and the counts that the manifest adds up.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::document::StoredSnapshot;
use super::files::SOURCES;
use super::integrity::checksums::Checksums;
use super::table_file::{read_table, write_table};
use crate::collapse::{CollapsedPolicy, CollapsedSnapshot, SnapshotEnd, SourceRecord};
use crate::corpus::{self, PolicyEnd};
use crate::error::Result;
use crate::index::report::Tally;
use crate::model::{ArchiveTime, Ordinal, metadata_keys};

/// The sources and counts of one policy.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct PolicySources {
    /// [`crate::model::PolicyKey::hash`].
    pub hash: u64,
    /// The snapshots from each corpus, by number of the corpus.
    pub corpora: Vec<CorpusPart>,
    /// Duplicates: snapshots with the time and text of the one before them, or of one in another
    /// corpus. If that one is removed, a duplicate takes its place.
    pub duplicates: Vec<StoredSnapshot>,
    /// The ends of the policy, each with the number of its corpus.
    pub ends: Vec<(u32, PolicyEnd)>,
    /// Whether its newest snapshot has ended.
    pub is_ended: bool,
    /// The snapshots whose bytes were not UTF-8.
    pub recoded: Tally,
    /// The number of snapshots that have each metadata key.
    pub metadata: BTreeMap<String, u64>,
    /// The number of snapshots in each language.
    pub languages: BTreeMap<String, u64>,
    /// The number of distinct texts.
    pub texts: u64,
    /// Bytes of the distinct texts.
    pub text_bytes: u64,
    /// Bytes of the texts of all snapshots.
    pub bytes: u64,
    /// Occurrences: clauses, counted in every snapshot that contains them.
    pub occurrences: u64,
    /// Occurrences that are furniture.
    pub furniture: u64,
    /// The archive times of the oldest and the newest snapshot.
    pub span: Option<(ArchiveTime, ArchiveTime)>,
}

/// The snapshots of a policy from one corpus, in short. An update compares this with what it finds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CorpusPart {
    /// The number of the corpus.
    pub corpus: u32,
    /// The number of snapshots.
    pub snapshots: u64,
    /// The sum of the fingerprints of the snapshots, modulo 2^64. The first one of a time counts as
    /// it is, and the others count with their places.
    pub sum: u64,
}

impl CorpusPart {
    /// Adds a snapshot with this fingerprint, and this place among the snapshots of its policy and
    /// time.
    pub fn add(&mut self, fingerprint: u64, order: u32) {
        let print = match order {
            0 => fingerprint,
            _ => corpus::fingerprint(&[&fingerprint.to_le_bytes(), &order.to_le_bytes()]),
        };
        self.snapshots += 1;
        self.sum = self.sum.wrapping_add(print);
    }
}

impl PolicySources {
    /// The snapshots from this corpus; there may be none.
    pub fn part(&self, corpus: u32) -> CorpusPart {
        let part = self.corpora.iter().find(|part| part.corpus == corpus);
        part.copied().unwrap_or(CorpusPart { corpus, ..CorpusPart::default() })
    }

    /// The ends of which this corpus tells.
    pub fn ends_of(&self, corpus: u32) -> impl Iterator<Item = &PolicyEnd> {
        self.ends.iter().filter(move |(of, _)| *of == corpus).map(|(_, end)| end)
    }

    /// Which of its snapshots the ends of the policy end. `snapshots` are all of them, by ordinal.
    pub fn snapshot_ends(&self, snapshots: &[CollapsedSnapshot]) -> Vec<SnapshotEnd> {
        let mut by_ordinal: BTreeMap<Ordinal, ArchiveTime> = BTreeMap::new();
        for (corpus, end) in &self.ends {
            let is_until = |snapshot: &CollapsedSnapshot| {
                let (time, record) = (snapshot.info.time, &snapshot.record);
                let is_later = record.corpus == *corpus && u64::from(record.order) >= end.snapshots;
                time < end.time || time == end.time && !is_later
            };
            if let Some(last) = snapshots.iter().rposition(is_until) {
                let time = by_ordinal.entry(Ordinal::from_index(last)).or_insert(end.time);
                *time = end.time.min(*time);
            }
        }
        by_ordinal.into_iter().map(|(ordinal, time)| SnapshotEnd { ordinal, time }).collect()
    }

    /// Counts what the snapshots of the policy contain.
    pub fn count(&mut self, policy: &CollapsedPolicy) {
        let newest = policy.snapshots.len().checked_sub(1).map(Ordinal::from_index);
        self.is_ended = policy.ends.last().is_some_and(|end| Some(end.ordinal) == newest);
        let mut texts = HashSet::new();
        for CollapsedSnapshot { info, record, lang, clauses, .. } in &policy.snapshots {
            self.span.get_or_insert((info.time, info.time)).1 = info.time;
            self.bytes += record.bytes;
            if texts.insert(record.text_hash) {
                self.texts += 1;
                self.text_bytes += record.bytes;
            }
            self.occurrences += clauses.len() as u64;
            for key in metadata_keys(&info.metadata) {
                *self.metadata.entry(key).or_default() += 1;
            }
            if let Some(lang) = lang {
                *self.languages.entry(lang.to_string()).or_default() += 1;
            }
        }
        self.furniture = policy.snapshots.iter().map(|own| policy.furniture_in(own)).sum();
    }

    /// Counts a snapshot with this record and fingerprint.
    pub fn add(&mut self, record: &SourceRecord, fingerprint: u64) {
        let SourceRecord { corpus, order, .. } = *record;
        let found = self.corpora.binary_search_by_key(&corpus, |part| part.corpus);
        let at = found.unwrap_or_else(|at| {
            self.corpora.insert(at, CorpusPart { corpus, ..CorpusPart::default() });
            at
        });
        self.corpora[at].add(fingerprint, order);
    }
}

/// The sources of all policies, by hash of the policy.
#[derive(Debug, Clone, Default)]
pub(crate) struct SourceTable(pub HashMap<u64, PolicySources>);

impl SourceTable {
    /// The table of these policies.
    pub fn new(policies: Vec<PolicySources>) -> Self {
        Self(policies.into_iter().map(|policy| (policy.hash, policy)).collect())
    }

    /// Reads the table in the folder of a generation, whose files have the checksums `sums`.
    ///
    /// # Errors
    ///
    /// The file is missing or damaged.
    pub fn read(folder: &Path, sums: &Checksums) -> Result<Self> {
        Ok(Self::new(read_table(folder, SOURCES, sums)?))
    }

    /// Writes the table into the folder of a generation, and waits until it is on disk.
    ///
    /// # Errors
    ///
    /// Writing fails.
    pub fn write(&self, folder: &Path) -> Result<()> {
        let mut policies: Vec<&PolicySources> = self.0.values().collect();
        policies.sort_unstable_by_key(|policy| policy.hash);
        write_table(folder, SOURCES, &policies)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_kept_by_number_of_the_corpus() {
        let mut sources = PolicySources::default();
        for (corpus, fingerprint) in [(3, u64::MAX), (1, 5), (3, 2)] {
            let record = SourceRecord { corpus, ..SourceRecord::default() };
            sources.add(&record, fingerprint);
        }
        let parts = [(1, 1, 5), (3, 2, 1)];
        let parts = parts.map(|(corpus, snapshots, sum)| CorpusPart { corpus, snapshots, sum });
        assert_eq!(sources.corpora, parts);
        assert_eq!(sources.part(2).snapshots, 0);
    }

    #[test]
    fn parts_tell_the_order_of_snapshots_of_one_time() {
        let part = |prints: &[u64]| {
            let mut part = CorpusPart::default();
            (0..).zip(prints).for_each(|(order, print)| part.add(*print, order));
            part
        };
        assert_ne!(part(&[5, 6, 7]), part(&[5, 7, 6]));
        assert_ne!(part(&[5, 6]), part(&[6, 5]));
    }
}
