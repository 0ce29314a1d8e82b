//! Finds the layout of a history by its newest commits.

use std::sync::Arc;

use super::commit_graph::{CommitGraph, CommitNode};
use super::history_source::{HistorySource, read_message};
use super::objects::{ObjectError, ObjectReader};
use super::snapshot_commits::SnapshotCommits;
use super::tree_changes::{ComparedParents, TreeChange, TreeComparer};
use crate::corpus::layouts::layout::HistoryLayout;

/// The number of newest commits that mostly show the layout.
const SAMPLE_COMMITS: usize = 1000;

/// Returns the first of `layouts` that knows a change of the newest commits as a record of a
/// policy; all commits are tried if the newest have none. Returns `None` if no commit records a
/// policy.
///
/// # Errors
///
/// Nothing of the history can be read: its only known commit is damaged or missing.
pub(super) fn detect_layout(
    source: &HistorySource,
    layouts: &[Arc<dyn HistoryLayout>],
) -> Result<Option<Arc<dyn HistoryLayout>>, ObjectError> {
    for limit in [SAMPLE_COMMITS, usize::MAX] {
        let mut reader = ObjectReader::new(&source.store);
        let graph = CommitGraph::read(&mut reader, &source.tips, &source.shallow, limit);
        let nodes = &graph.nodes[..graph.nodes.len().min(limit)];
        let found = layout_in(&mut reader, &graph, nodes, layouts);
        if found.is_some() {
            return Ok(found);
        }
        if let ([_], [error]) = (nodes, graph.unreadable.as_slice()) {
            return Err(error.clone());
        }
        if nodes.len() < limit {
            break;
        }
    }
    Ok(None)
}

/// The first path of the files in the newest commit, by name, and the number of these files, as far
/// as they can be read.
pub(super) fn newest_files(source: &HistorySource) -> (Option<String>, u64) {
    let mut reader = ObjectReader::new(&source.store);
    let graph = CommitGraph::read(&mut reader, &source.tips, &source.shallow, 1);
    let (mut first, mut count) = (None, 0);
    let Some(tree) = graph.nodes.first().and_then(|node| node.tree) else { return (first, count) };
    TreeComparer::new(&mut reader).changes(tree, &[], false, &mut |_, path, change| {
        if let TreeChange::Version { .. } = change {
            let path = String::from_utf8_lossy(path).into_owned();
            count += 1;
            first = first.take().map_or(Some(path.clone()), |first: String| Some(first.min(path)));
        }
    });
    (first, count)
}

/// The layout in which one of these first nodes of a graph records a policy.
fn layout_in(
    reader: &mut ObjectReader<'_>,
    graph: &CommitGraph,
    nodes: &[CommitNode],
    layouts: &[Arc<dyn HistoryLayout>],
) -> Option<Arc<dyn HistoryLayout>> {
    let has_records = layouts.iter().any(|layout| layout.has_records());
    let commits = SnapshotCommits::of(graph, has_records);
    let mut comparer = TreeComparer::new(reader);
    let mut numbered = (0..).zip(nodes).filter(|(number, _)| commits.contains(*number));
    numbered
        .find_map(|(_, node)| layout_of(&mut comparer, graph, node, commits.compared(), layouts))
}

/// The layout in which a commit records a policy.
fn layout_of(
    comparer: &mut TreeComparer<'_, '_>,
    graph: &CommitGraph,
    node: &CommitNode,
    compared: ComparedParents,
    layouts: &[Arc<dyn HistoryLayout>],
) -> Option<Arc<dyn HistoryLayout>> {
    let mut message = None;
    let mut layout = None;
    comparer.commit_changes(graph, node, compared, &mut |reader, path, change| {
        let (TreeChange::Version { .. }, None) = (change, &layout) else { return };
        let Ok(path) = std::str::from_utf8(path) else { return };
        let message = message.get_or_insert_with(|| read_message(reader, node.id));
        let Ok(message) = message else { return };
        layout = layouts.iter().find(|layout| layout.is_record(message, path)).map(Arc::clone);
    });
    layout
}
