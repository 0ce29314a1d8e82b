//! Chooses the commits of a history that bring snapshots.
//!
//! In an archive each commit is a record, on whatever branch it was made. In any other history a
//! branch may be a draft. Only the first line was published: the commits that are reached from the
//! tip over first parents alone. A merge brings to that line, at its own time, every text that
//! differs from its first parent. The earlier texts of the merged branch were never published.

use super::commit_graph::CommitGraph;
use super::tree_changes::ComparedParents;

/// The commits of a history that bring snapshots.
pub(super) struct SnapshotCommits {
    /// For each node of the graph, whether it is on the first line; `None` if all commits count.
    first_line: Option<Vec<bool>>,
}

impl SnapshotCommits {
    /// Chooses the commits of a history, in which each commit is a record or not.
    pub fn of(graph: &CommitGraph, has_records: bool) -> Self {
        Self { first_line: (!has_records).then(|| graph.is_on_first_line()) }
    }

    /// Whether the commit with this number in the graph brings snapshots.
    pub fn contains(&self, number: u32) -> bool {
        self.first_line.as_ref().is_none_or(|line| line[number as usize])
    }

    /// The parents with which these commits are compared.
    pub fn compared(&self) -> ComparedParents {
        if self.first_line.is_some() { ComparedParents::First } else { ComparedParents::All }
    }
}
