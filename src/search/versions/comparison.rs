//! Compares two versions of a policy clause by clause.

use serde::Serialize;

use super::align::{
    AlignedChange, ClauseAlignment, WordChange, WordingNumbers, align, compare_words,
};
use super::compared_clause::ComparedClause;
use super::version::{PolicyVersion, SnapshotCard, VersionClause};
use crate::token::terms;

/// The differences between two versions of a policy (`schema/diff.schema.json`).
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct VersionComparison {
    /// The older snapshot.
    pub old: SnapshotCard,
    /// The newer snapshot.
    pub new: SnapshotCard,
    /// The number of clauses by what happened to them.
    pub summary: DiffSummary,
    /// The differences, in reading order.
    pub changes: Vec<ClauseDifference>,
    /// The clauses in the same place that have another number, in front or after their first word,
    /// or another date in a date stamp. They are among the same ones, and are no changes.
    pub renumbered: Vec<ClauseRenumbering>,
}

/// A clause that has another number, or another date if it is a date stamp.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClauseRenumbering {
    /// The clause in the old version.
    pub old: VersionClause,
    /// The clause in the new version.
    pub new: VersionClause,
}

/// The number of clauses by what happened to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct DiffSummary {
    /// Clauses that only the new version contains.
    pub added: u64,
    /// Clauses that only the old version contains.
    pub removed: u64,
    /// Clauses that were reworded.
    pub changed: u64,
    /// Clauses that are the same in another place.
    pub moved: u64,
    /// Clauses that are the same in the same place.
    pub same: u64,
    /// Those of them that have another number, or another date if they are date stamps.
    pub renumbered: u64,
}

/// One clause that differs between two versions.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClauseDifference {
    /// What happened to the clause.
    pub change: ClauseChange,
    /// The clause in the old version, or `None` if it was added.
    pub old: Option<VersionClause>,
    /// The clause in the new version, or `None` if it was removed.
    pub new: Option<VersionClause>,
    /// The words that were kept, removed and added, or `None` unless the clause was reworded.
    pub words: Option<Vec<WordChange>>,
}

/// What happened to a clause between two versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ClauseChange {
    /// Only the new version contains the clause.
    Added,
    /// Only the old version contains the clause.
    Removed,
    /// The clause or its lead-in was reworded.
    Changed,
    /// The clause is in another place.
    Moved,
}

impl VersionComparison {
    /// Compares an older with a newer version of a policy.
    ///
    /// ```
    /// # use fineprint::index::{BuildOptions, CorpusScan, OpenIndex, build};
    /// # use fineprint::progress::SilentProgress;
    /// # use fineprint::search::VersionComparison;
    /// # let temporary = tempfile::tempdir()?;
    /// # let folder = temporary.path().join("index");
    /// # let scan = CorpusScan::new(&["data/policies".into()], "default", &SilentProgress)?;
    /// # let options = BuildOptions { index: folder.clone(), ..BuildOptions::default() };
    /// # build(scan, &options, &SilentProgress)?;
    /// # let index = OpenIndex::open(&folder)?;
    /// let policy = index.policy("linden-bank.example")?;
    /// let (old, new) = (policy.at("2005".parse()?)?, policy.at("2012".parse()?)?);
    /// let comparison = VersionComparison::new(&old, &new);
    /// assert!(!comparison.changes.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(old: &PolicyVersion, new: &PolicyVersion) -> Self {
        let alignment = align(&compared(old), &compared(new));
        let mut summary =
            DiffSummary { same: alignment.same.len() as u64, ..DiffSummary::default() };
        let changes: Vec<ClauseDifference> =
            alignment.changes.iter().map(|&change| difference(change, old, new)).collect();
        for difference in &changes {
            summary.count(difference.change);
        }
        let renumbered = renumbered(&alignment, old, new);
        summary.renumbered = renumbered.len() as u64;
        let (old, new) = (old.snapshot.clone(), new.snapshot.clone());
        Self { old, new, summary, changes, renumbered }
    }
}

/// Numbers the wordings of two versions, clause by clause: clauses that count as the same have one
/// number.
pub fn compared_wordings(old: &PolicyVersion, new: &PolicyVersion) -> (Vec<u32>, Vec<u32>) {
    let mut numbers = WordingNumbers::default();
    numbers.of_versions(&compared(old), &compared(new))
}

/// Returns the parts of the clauses of a version that are compared.
fn compared(version: &PolicyVersion) -> Vec<ComparedClause<'_>> {
    version.clauses.iter().map(VersionClause::compared).collect()
}

/// Returns the clauses that stay in place and have another number or date.
fn renumbered(
    alignment: &ClauseAlignment,
    old: &PolicyVersion,
    new: &PolicyVersion,
) -> Vec<ClauseRenumbering> {
    let same = alignment.same.iter().map(|&(from, to)| (&old.clauses[from], &new.clauses[to]));
    let renumbered = same.filter(|(old, new)| {
        // Clauses of one identity differ in their words only if they are date stamps.
        old.number != new.number || old.id != new.id || has_other_words(&old.text, &new.text)
    });
    renumbered.map(|(old, new)| ClauseRenumbering { old: old.clone(), new: new.clone() }).collect()
}

/// Whether two texts differ in more than white space and punctuation.
fn has_other_words(old: &str, new: &str) -> bool {
    old != new && !terms(old).eq(terms(new))
}

/// Returns the clauses of one change of an alignment of these versions.
fn difference(change: AlignedChange, old: &PolicyVersion, new: &PolicyVersion) -> ClauseDifference {
    let (change, old, new) = match change {
        AlignedChange::Added(at) => (ClauseChange::Added, None, Some(&new.clauses[at])),
        AlignedChange::Removed(at) => (ClauseChange::Removed, Some(&old.clauses[at]), None),
        AlignedChange::Changed(from, to) => {
            (ClauseChange::Changed, Some(&old.clauses[from]), Some(&new.clauses[to]))
        }
        AlignedChange::Moved(from, to) => {
            (ClauseChange::Moved, Some(&old.clauses[from]), Some(&new.clauses[to]))
        }
    };
    let words = match (change, old, new) {
        (ClauseChange::Changed, Some(old), Some(new)) => Some(compare_words(&old.text, &new.text)),
        _ => None,
    };
    ClauseDifference { change, old: old.cloned(), new: new.cloned(), words }
}

impl DiffSummary {
    fn count(&mut self, change: ClauseChange) {
        *match change {
            ClauseChange::Added => &mut self.added,
            ClauseChange::Removed => &mut self.removed,
            ClauseChange::Changed => &mut self.changed,
            ClauseChange::Moved => &mut self.moved,
        } += 1;
    }
}
