//! Snapshots whose texts are known: which of them replaces another one, and their order.

use std::collections::{BTreeMap, HashMap};

use crate::collapse::{SourceRecord, TextNumber};
use crate::model::{ArchiveTime, SnapshotInfo, SnapshotSource};

/// A snapshot whose text the collapser has.
pub(super) struct KnownSnapshot {
    pub info: SnapshotInfo,
    pub record: SourceRecord,
    pub text: TextNumber,
    /// Whether the index does not have the snapshot yet.
    pub is_new: bool,
}

/// What can hold one snapshot of a policy at a time. A snapshot that is no longer in its corpus is
/// replaced by the one that is in its slot now.
#[derive(PartialEq, Eq, Hash)]
pub(super) enum SnapshotSlot<'s> {
    /// A place that contains a single text: a file, an entry or a line.
    Place(u32, &'s str, Option<&'s str>, Option<u64>),
    /// A record of a history: the same text at the same time. When a history is rewritten, its
    /// records keep both but get other commits. A path is no slot, since it has many snapshots.
    Record(u32, ArchiveTime, [u8; 16]),
}

impl KnownSnapshot {
    /// The number of the corpus and the fingerprint, by which an update recognises the snapshot.
    pub fn name(&self) -> (u32, u64) {
        (self.record.corpus, self.info.fingerprint)
    }

    /// The slot in which the corpus has the snapshot.
    pub fn slot(&self) -> SnapshotSlot<'_> {
        let SnapshotSource { path, entry, line, .. } = &self.info.source;
        let corpus = self.record.corpus;
        if self.is_of_history() {
            SnapshotSlot::Record(corpus, self.info.time, self.record.text_hash)
        } else {
            SnapshotSlot::Place(corpus, path, entry.as_deref(), *line)
        }
    }

    fn is_of_history(&self) -> bool {
        self.info.source.commit.is_some()
    }

    /// The order of snapshots of the same time: by corpus, then in the order of the corpus, then by
    /// the hash of the text, then by place.
    pub fn order<'s>(&'s self, corpora: &BTreeMap<u32, &'s str>) -> impl Ord + use<'s> {
        let SnapshotSource { path, entry, line, commit, .. } = &self.info.source;
        let SourceRecord { corpus, order, text_hash, .. } = &self.record;
        // The path of the corpus decides, since its number depends on when it was first indexed.
        (corpora.get(corpus).copied(), order, text_hash, path, entry, line, commit)
    }
}

/// A snapshot of the index, and what the scan found of it.
pub(super) struct StoredFound {
    pub snapshot: KnownSnapshot,
    /// The place in the order of the corpus, if the scan found the same snapshot.
    pub found_order: Option<u64>,
}

impl StoredFound {
    /// Whether the scan found the same snapshot.
    pub fn is_found(&self) -> bool {
        self.found_order.is_some()
    }
}

/// Numbers the snapshots of histories that were found or read behind those that have vanished.
/// `vanished`: for each stored snapshot, whether it has vanished and is kept. Returns whether the
/// place of a stored snapshot changes.
///
/// Of two texts of one second, the one that its history still has must be the newer one, as after a
/// commit was amended and pushed with force.
pub(super) fn put_vanished_first(
    stored: &mut [StoredFound],
    vanished: &[bool],
    read: &mut [KnownSnapshot],
) -> bool {
    let starts = starts_behind_vanished(stored, vanished);
    let start = |snapshot: &KnownSnapshot| {
        let start = snapshot.is_of_history().then(|| starts.get(&snapshot.record.corpus));
        start.flatten().copied().unwrap_or(0)
    };
    let mut is_reordered = false;
    for StoredFound { snapshot, found_order } in stored {
        let Some(found) = found_order.filter(|_| snapshot.is_of_history()) else { continue };
        let order = found.saturating_add(start(snapshot));
        is_reordered |= order != snapshot.record.order;
        snapshot.record.order = order;
    }
    for snapshot in read {
        snapshot.record.order = snapshot.record.order.saturating_add(start(snapshot));
    }
    is_reordered
}

/// For each corpus with snapshots of histories that have vanished, the number behind all of them.
fn starts_behind_vanished(stored: &[StoredFound], vanished: &[bool]) -> HashMap<u32, u64> {
    let mut starts = HashMap::new();
    let vanished = stored.iter().zip(vanished).filter(|(_, has_vanished)| **has_vanished);
    for (StoredFound { snapshot, .. }, _) in vanished.filter(|(s, _)| s.snapshot.is_of_history()) {
        let start: &mut u64 = starts.entry(snapshot.record.corpus).or_default();
        *start = (*start).max(snapshot.record.order.saturating_add(1));
    }
    starts
}
