//! What changed between two versions of a policy.

use serde::Serialize;

use super::version::{SnapshotCard, Version, VersionClause};
use crate::diff::{AlignedChange, ClauseFate, align, words};

/// Two versions of a policy and what differs (`schema/diff.schema.json`).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct VersionComparison {
    /// The older snapshot.
    pub old: SnapshotCard,
    /// The newer snapshot.
    pub new: SnapshotCard,
    /// How many clauses of each sort there are.
    pub summary: DiffSummary,
    /// What differs, in reading order.
    pub changes: Vec<ClauseDifference>,
}

/// Numbers of clauses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct DiffSummary {
    /// In the new version only.
    pub added: u64,
    /// In the old version only.
    pub removed: u64,
    /// Reworded.
    pub changed: u64,
    /// The same elsewhere.
    pub moved: u64,
    /// The same at the same place.
    pub same: u64,
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClauseDifference {
    /// What sort it is.
    pub change: ChangeKind,
    /// The clause in the old version; `None` of an added one.
    pub old: Option<VersionClause>,
    /// The clause in the new version; `None` of a removed one.
    pub new: Option<VersionClause>,
    /// Of a changed one, the stretches of words of its text that stayed, were removed and were added; else `None`.
    pub words: Option<Vec<WordChange>>,
}

/// A stretch of words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WordChange {
    /// What became of it.
    pub fate: ClauseFate,
    /// The words.
    pub text: String,
}

/// What became of a clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ChangeKind {
    /// It is in the new version only.
    Added,
    /// It is in the old version only.
    Removed,
    /// It was reworded, or its lead-in was.
    Changed,
    /// It stands elsewhere.
    Moved,
}

impl VersionComparison {
    /// What differs between two versions.
    pub fn new(old: Version, new: Version) -> Self {
        let (from, to): (Vec<_>, Vec<_>) = (
            old.clauses.iter().map(VersionClause::compared).collect(),
            new.clauses.iter().map(VersionClause::compared).collect(),
        );
        let alignment = align(&from, &to);
        let mut summary =
            DiffSummary { same: alignment.same.len() as u64, ..DiffSummary::default() };
        let changes = alignment.changes.iter().map(|change| {
            let (kind, from, to) = match *change {
                AlignedChange::Added(to) => (ChangeKind::Added, None, Some(to)),
                AlignedChange::Removed(from) => (ChangeKind::Removed, Some(from), None),
                AlignedChange::Changed(from, to) => (ChangeKind::Changed, Some(from), Some(to)),
                AlignedChange::Moved(from, to) => (ChangeKind::Moved, Some(from), Some(to)),
            };
            summary.count(kind);
            difference(kind, from.map(|at| &old.clauses[at]), to.map(|at| &new.clauses[at]))
        });
        let changes = changes.collect();
        Self { summary, changes, old: old.snapshot, new: new.snapshot }
    }
}

fn difference(
    change: ChangeKind,
    old: Option<&VersionClause>,
    new: Option<&VersionClause>,
) -> ClauseDifference {
    let words = match (change, old, new) {
        (ChangeKind::Changed, Some(old), Some(new)) => Some(stretches(&old.text, &new.text)),
        _ => None,
    };
    ClauseDifference { change, old: old.cloned(), new: new.cloned(), words }
}

/// What became of the words of a text.
pub(super) fn stretches(old: &str, new: &str) -> Vec<WordChange> {
    words(old, new).into_iter().map(|(fate, text)| WordChange { fate, text }).collect()
}

impl DiffSummary {
    fn count(&mut self, kind: ChangeKind) {
        *match kind {
            ChangeKind::Added => &mut self.added,
            ChangeKind::Removed => &mut self.removed,
            ChangeKind::Changed => &mut self.changed,
            ChangeKind::Moved => &mut self.moved,
        } += 1;
    }
}
