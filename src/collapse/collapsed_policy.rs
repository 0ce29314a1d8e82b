//! A collapsed policy as data: its distinct clauses, their places, and its snapshots.
//!
//! Some of these types are stored in the index as they are, in the wire format of postcard: a
//! change of their fields is a change of the index format.

use serde::{Deserialize, Serialize};

use crate::lang::Lang;
use crate::model::{ArchiveTime, ClauseKind, ClauseNumber, Ordinal, PlaceNumber, SnapshotInfo};
use crate::section::ClauseIdentity;

/// A range of consecutive ordinals in which a clause occurs. Both ends are included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrdinalRun {
    /// The first ordinal.
    pub start: Ordinal,
    /// The last ordinal.
    pub last: Ordinal,
}

impl OrdinalRun {
    /// The number of snapshots in the run; at least 1.
    pub fn snapshot_count(self) -> u64 {
        u64::from(self.last.get() - self.start.get()) + 1
    }

    /// The ordinals of the run, ascending.
    pub fn ordinals(self) -> impl Iterator<Item = Ordinal> {
        (self.start.get()..=self.last.get()).map(Ordinal::new)
    }

    /// Whether the run includes this ordinal.
    pub fn contains(self, ordinal: Ordinal) -> bool {
        (self.start..=self.last).contains(&ordinal)
    }
}

/// A place of a clause: where it is in a snapshot, and what it is there.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ClausePlace {
    /// The headings above the clause, outermost first, as indices of
    /// [`CollapsedPolicy::headings`].
    pub section: Vec<u32>,
    /// The kind of the clause there.
    pub kind: ClauseKind,
    /// The targets of the links in the clause there.
    pub links: Vec<String>,
    /// The number in front of the clause there: `1.`, `4.9`, `(b)`.
    pub number: Option<String>,
    /// Whether the clause is furniture there.
    pub is_furniture: bool,
}

/// A change of the places of a clause. The place holds from this ordinal until the next change.
///
/// A clause that occurs several times in a snapshot has several changes with the same ordinal, in
/// reading order. They replace all earlier ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlaceChange {
    /// The first ordinal for which the place holds.
    pub ordinal: Ordinal,
    /// The place, as an index of [`CollapsedPolicy::places`].
    pub place: PlaceNumber,
}

/// A spelling that a clause had in older snapshots: with other quotes, dashes or white space than
/// in the newest one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EarlierSpelling {
    /// The first ordinal with a later spelling.
    pub until: Ordinal,
    /// The rendered text.
    pub text: String,
    /// The lead-in or header row.
    pub lead_in: Option<String>,
}

/// The facts about a snapshot's source by which an update recognises the snapshot, so that it need
/// not be read again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceRecord {
    /// The number of the corpus in the index.
    pub corpus: u32,
    /// The place among the snapshots of the policy with this time and corpus, duplicates included,
    /// from 0.
    pub order: u32,
    /// The size of the decoded text, in bytes.
    pub bytes: u64,
    /// A 128-bit hash of the decoded text.
    pub text_hash: [u8; 16],
    /// Whether the bytes were not UTF-8 and were decoded from another encoding.
    pub is_recoded: bool,
}

/// A distinct clause of a policy with its life: all its occurrences in all snapshots.
#[derive(Debug, Clone)]
pub struct DistinctClause {
    /// The identity that all its occurrences share.
    pub identity: ClauseIdentity,
    /// The rendered text of its first occurrence in the newest snapshot that contains it.
    pub text: String,
    /// The lead-in or header row of that occurrence.
    pub lead_in: Option<String>,
    /// The snapshots in which it occurs. The runs are ascending and do not touch.
    pub runs: Vec<OrdinalRun>,
    /// Its places in these snapshots, as changes in ascending order of ordinals.
    pub places: Vec<PlaceChange>,
    /// Its older spellings, in ascending order of `until`. Nearly always empty.
    pub earlier: Vec<EarlierSpelling>,
    /// Where it first occurs. The clauses of a policy are in this order.
    pub first: FirstOccurrence,
}

/// The spelling at an ordinal, if it is an earlier one. `earlier` is ascending by `until`.
pub(crate) fn spelling_at(
    earlier: &[EarlierSpelling],
    ordinal: Ordinal,
) -> Option<&EarlierSpelling> {
    earlier.get(earlier.partition_point(|spelling| spelling.until <= ordinal))
}

impl DistinctClause {
    /// The rendered text of the clause in the snapshot with this ordinal.
    pub fn text_at(&self, ordinal: Ordinal) -> &str {
        spelling_at(&self.earlier, ordinal).map_or(&self.text, |spelling| &spelling.text)
    }
}

/// Where a clause first occurs. The order of these values is the clause order of a policy.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct FirstOccurrence {
    /// The oldest snapshot that contains the clause.
    pub ordinal: Ordinal,
    /// The position of the clause among the clauses of that snapshot, from 0.
    pub position: u32,
}

/// An occurrence of a clause in a snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ClauseOccurrence {
    /// The clause, as an index of [`CollapsedPolicy::clauses`].
    pub clause: ClauseNumber,
    /// Its place, as an index of [`CollapsedPolicy::places`].
    pub place: PlaceNumber,
}

/// Removes the occurrences at places where a clause is furniture. An occurrence at an unknown place
/// remains, so that reading it says that the index is damaged.
pub(crate) fn retain_policy_text(occurrences: &mut Vec<ClauseOccurrence>, places: &[ClausePlace]) {
    occurrences.retain(|occurrence| {
        places.get(occurrence.place.index()).is_none_or(|place| !place.is_furniture)
    });
}

/// A snapshot as a list of distinct clauses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CollapsedSnapshot {
    /// Archive time, source and other facts about the snapshot.
    pub info: SnapshotInfo,
    /// The facts by which an update recognises it.
    pub record: SourceRecord,
    /// The text of its first heading at top level.
    pub title: Option<String>,
    /// The language of its text, if it was detected.
    pub lang: Option<Lang>,
    /// Its clauses in reading order. A clause that occurs twice is listed twice.
    pub clauses: Vec<ClauseOccurrence>,
}

/// The end of a policy's snapshot: the archive removed the policy, whose newest snapshot it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SnapshotEnd {
    /// The snapshot.
    pub ordinal: Ordinal,
    /// When the policy was removed.
    pub time: ArchiveTime,
}

/// A policy with all its snapshots.
#[derive(Debug, Clone, Default)]
pub struct CollapsedPolicy {
    /// The distinct headings of section paths.
    pub headings: Vec<String>,
    /// The distinct places, by [`PlaceNumber`].
    pub places: Vec<ClausePlace>,
    /// The distinct clauses, by [`ClauseNumber`].
    pub clauses: Vec<DistinctClause>,
    /// The snapshots, by [`Ordinal`].
    pub snapshots: Vec<CollapsedSnapshot>,
    /// The snapshots that ended before the next one, if there is one, ascending.
    pub ends: Vec<SnapshotEnd>,
}

impl CollapsedPolicy {
    /// The number of clauses in a snapshot of the policy that are furniture there.
    pub fn furniture_in(&self, snapshot: &CollapsedSnapshot) -> u64 {
        let places = snapshot.clauses.iter().map(|occurrence| occurrence.place.index());
        places.filter(|&place| self.places[place].is_furniture).count() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_include_both_ends() {
        let run = OrdinalRun { start: Ordinal::new(2), last: Ordinal::new(4) };
        assert_eq!(run.snapshot_count(), 3);
        let included: Vec<u32> =
            (0..7).filter(|&ordinal| run.contains(Ordinal::new(ordinal))).collect();
        assert_eq!(included, [2, 3, 4]);
        let listed: Vec<u32> = run.ordinals().map(Ordinal::get).collect();
        assert_eq!(listed, included);
    }

    #[test]
    fn numbers_are_stored_as_plain_integers() {
        let occurrence =
            ClauseOccurrence { clause: ClauseNumber::new(300), place: PlaceNumber::new(2) };
        let bytes = postcard::to_stdvec(&occurrence).unwrap();
        assert_eq!(bytes, postcard::to_stdvec(&(300_u32, 2_u32)).unwrap());
        let run = OrdinalRun { start: Ordinal::new(1), last: Ordinal::new(500) };
        assert_eq!(
            postcard::to_stdvec(&run).unwrap(),
            postcard::to_stdvec(&(1_u32, 500_u32)).unwrap()
        );
    }
}
