//! Lists the versions of every policy in a history, and every change that is not a version.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use gix_hash::ObjectId;

use super::commit_graph::{CommitGraph, CommitNode};
use super::history_source::{HistorySource, has_file, read_message};
use super::objects::{ObjectError, ObjectFault, ObjectReader};
use super::policy_lives::{LifeCommit, PolicyLives};
use super::snapshot_commits::SnapshotCommits;
use super::tree_changes::{ComparedParents, TreeChange, TreeComparer};
use crate::corpus::corpus_reader::{CorpusExtent, SeenInput};
use crate::corpus::found_snapshot::{
    FoundSnapshot, GitBody, PolicyName, SnapshotBody, fingerprint,
};
use crate::corpus::layouts::layout::HistoryLayout;
use crate::corpus::notices::{CorpusNotice, SkipReason};
use crate::model::ArchiveTime;

/// The size in bytes of a text whose size is not cheap to know. The size of a policy only decides
/// how early it is read.
const UNKNOWN_SIZE: u64 = 1;

/// What [`HistoryScan::scan_since`] returns.
pub(super) struct PartialScan {
    /// How much of the history was reported.
    pub extent: CorpusExtent,
    /// The state of the history at this scan, if a later scan can start from it.
    pub state: Option<String>,
}

/// The state of a history: the commit at its only tip, and the number of its commits.
#[derive(Debug, Clone, Copy)]
struct HistoryState {
    tip: ObjectId,
    commits: u64,
}

impl HistoryState {
    /// Parses a state as [`HistoryState::text`] writes it.
    fn parse(text: &str) -> Option<Self> {
        let (tip, commits) = text.split_once(' ')?;
        let tip = ObjectId::from_hex(tip.as_bytes()).ok()?;
        Some(Self { tip, commits: commits.parse().ok()? })
    }

    fn text(self) -> String {
        format!("{} {}", self.tip, self.commits)
    }
}

/// A path that is a policy.
struct PolicyPath {
    path: Arc<str>,
    name: PolicyName,
    /// The archive time of every version, if the path has one.
    time: Option<ArchiveTime>,
    /// The size of the newest text in bytes. It counts for all texts, which mostly are alike.
    bytes: u64,
}

/// The commit whose changes are being reported.
struct VisitedCommit<'g> {
    node: &'g CommitNode,
    /// The number of the commit in the history; 0 is the oldest.
    order: u64,
    /// The message, once it was needed.
    message: Option<String>,
    /// The texts that it brought to the paths of policies.
    brought: Vec<(ObjectId, Rc<PolicyPath>)>,
    /// The policies whose paths it deleted, and their texts.
    deleted: Vec<(ObjectId, Rc<PolicyPath>)>,
}

impl<'g> VisitedCommit<'g> {
    fn new(node: &'g CommitNode, order: u64) -> Self {
        Self { node, order, message: None, brought: Vec::new(), deleted: Vec::new() }
    }

    fn life(&self) -> LifeCommit {
        LifeCommit { order: self.order, seconds: self.node.author_time }
    }

    /// The policy to which the commit brought this text, other than `policy`.
    fn successor(&self, policy: &PolicyPath, text: ObjectId) -> Option<PolicyName> {
        let mut others = self.brought.iter().filter(|(brought, _)| *brought == text);
        let other = others.find(|(_, other)| other.name != policy.name)?;
        Some(other.1.name.clone())
    }

    fn message(&mut self, reader: &mut ObjectReader<'_>) -> Result<&str, ObjectError> {
        let message = match self.message.take() {
            Some(message) => message,
            None => read_message(reader, self.node.id)?,
        };
        Ok(self.message.insert(message))
    }
}

/// Reports what a history contains to a sink.
pub(super) struct HistoryScan<'h> {
    source: &'h HistorySource,
    layout: &'h dyn HistoryLayout,
    sink: &'h mut dyn FnMut(SeenInput),
    /// Every path that was met; `None` for a path that is not a policy.
    paths: HashMap<String, Option<Rc<PolicyPath>>>,
    /// The lives of paths that are policies and have no time of their own.
    lives: PolicyLives,
}

impl<'h> HistoryScan<'h> {
    /// Prepares a scan; nothing is read yet.
    pub fn new(
        source: &'h HistorySource,
        layout: &'h dyn HistoryLayout,
        sink: &'h mut dyn FnMut(SeenInput),
    ) -> Self {
        let (paths, lives) = (HashMap::new(), PolicyLives::default());
        Self { source, layout, sink, paths, lives }
    }

    /// Reports the changes since the history had this state, if its new commits follow the old tip
    /// and each other without a merge; else everything. A merge can change the order of the older
    /// commits.
    pub fn scan_since(&mut self, state: &str) -> PartialScan {
        if let Some(old) = HistoryState::parse(state).filter(|_| self.has_state()) {
            if self.source.tips == [old.tip] {
                return PartialScan { extent: CorpusExtent::Unchanged, state: None };
            }
            if let Some(state) = self.scan_added(old) {
                return PartialScan { extent: CorpusExtent::Added, state: Some(state) };
            }
        }
        PartialScan { extent: CorpusExtent::Whole, state: self.scan() }
    }

    /// Reports everything in the history. Returns its state, if a later scan can start from it.
    pub fn scan(&mut self) -> Option<String> {
        let source = self.source;
        let mut reader = ObjectReader::new(&source.store);
        let graph = CommitGraph::read(&mut reader, &source.tips, &source.shallow, usize::MAX);
        self.note(&graph);
        for error in &graph.unreadable {
            let place = source.place(&error.id, "");
            (self.sink)(SeenInput::Failed(place, error.to_string()));
        }
        let chosen = SnapshotCommits::of(&graph, self.layout.has_records());
        let (order, side): (Vec<u32>, Vec<u32>) =
            graph.newest_first().into_iter().partition(|number| chosen.contains(*number));
        let commits = order.len() as u64;
        self.visit(&mut reader, &graph, &order, commits, chosen.compared());
        let is_settled = self.report_ends(&mut reader);
        self.visit_side(&mut reader, &graph, &side);
        self.state_with(commits).filter(|_| graph.unreadable.is_empty() && is_settled)
    }

    /// Reports what a person should know about the repository.
    fn note(&mut self, graph: &CommitGraph) {
        let source = self.source;
        let is_shallow = graph.nodes.iter().any(|node| node.is_border);
        let notices = [
            (usize::from(is_shallow), CorpusNotice::Shallow),
            (usize::from(source.is_partial), CorpusNotice::Partial),
            (source.replacements, CorpusNotice::Replaced),
        ];
        for (count, notice) in notices {
            for _ in 0..count {
                let corpus = source.corpus.display().to_string();
                (self.sink)(SeenInput::Noted(corpus, notice));
            }
        }
    }

    /// Reports the changes of the commits that were added since an older state. Returns the new
    /// state, or `None` if nothing was reported since the new commits do not simply follow the old
    /// tip, or since one of them changes the life of a policy, which only the whole history tells.
    fn scan_added(&mut self, old: HistoryState) -> Option<String> {
        let mut reader = ObjectReader::new(&self.source.store);
        let borders = HashSet::from([old.tip]);
        let graph = CommitGraph::read(&mut reader, &self.source.tips, &borders, usize::MAX);
        let order = graph.newest_first();
        let (last, added) = order.split_last()?;
        let is_linear = graph.nodes[*last as usize].id == old.tip
            && added
                .iter()
                .all(|number| graph.parents(&graph.nodes[*number as usize]).count() == 1);
        let is_simple = is_linear && graph.unreadable.is_empty();
        let commits = old.commits + added.len() as u64;
        if !is_simple || self.changes_lives(&mut reader, &graph, added, commits) {
            return None;
        }
        // With one parent each, all added commits are on the first line.
        self.visit(&mut reader, &graph, added, commits, ComparedParents::All);
        self.state_with(commits)
    }

    /// Whether one of the commits in `order`, the newest of `commits`, deletes a policy, or brings
    /// a text of one that is no snapshot: that may end a policy, or take back its end.
    fn changes_lives(
        &self,
        reader: &mut ObjectReader<'h>,
        graph: &CommitGraph,
        order: &[u32],
        commits: u64,
    ) -> bool {
        let mut comparer = TreeComparer::new(reader);
        order.iter().zip((0..commits).rev()).any(|(number, order)| {
            let node = &graph.nodes[*number as usize];
            let mut commit = VisitedCommit::new(node, order);
            let mut is_found = false;
            let compared = ComparedParents::All;
            comparer.commit_changes(graph, node, compared, &mut |reader, path, change| {
                let mut changes = || match change {
                    TreeChange::Deleted { .. } => true,
                    TreeChange::Version { .. } => {
                        let is_record = self.has_record_subject(reader, &mut commit);
                        node.author_time.is_none() || !is_record.unwrap_or(false)
                    }
                    _ => false,
                };
                is_found = is_found || self.is_policy(path) && changes();
            });
            is_found
        })
    }

    /// Whether the id of the tip determines the content of the history: the clone left nothing out,
    /// and there is one tip.
    fn has_state(&self) -> bool {
        let source = self.source;
        source.tips.len() == 1 && source.shallow.is_empty() && !source.is_partial
    }

    /// The state of a history with this number of commits, if it has one.
    fn state_with(&self, commits: u64) -> Option<String> {
        let tip = *self.source.tips.first()?;
        self.has_state().then(|| HistoryState { tip, commits }.text())
    }

    /// Reports the changes of the commits in `order`, children before their parents. They are the
    /// newest of all `commits` of the history that bring snapshots.
    fn visit(
        &mut self,
        reader: &mut ObjectReader<'h>,
        graph: &CommitGraph,
        order: &[u32],
        commits: u64,
        compared: ComparedParents,
    ) {
        let mut comparer = TreeComparer::new(reader);
        for (number, order) in order.iter().zip((0..commits).rev()) {
            let node = &graph.nodes[*number as usize];
            let mut commit = VisitedCommit::new(node, order);
            comparer.commit_changes(graph, node, compared, &mut |reader, path, change| {
                self.change(reader, &mut commit, path, change);
            });
            for (text, policy) in &commit.deleted {
                let successor = commit.successor(policy, *text);
                self.lives.add_deletion(&policy.path, &policy.name, commit.life(), successor);
            }
        }
    }

    /// Reports the ends of policies, once all commits were visited. Returns whether new snapshots
    /// leave them as they are.
    fn report_ends(&mut self, reader: &mut ObjectReader<'h>) -> bool {
        let tips = &self.source.tips;
        let lives = std::mem::take(&mut self.lives);
        let found = lives.ends(|path| tips.iter().any(|tip| has_file(reader, *tip, path)));
        for (name, end) in found.ends {
            (self.sink)(SeenInput::Ended(name, end));
        }
        found.are_settled
    }

    /// Counts the versions of the commits in `side`, which are left out because they are not on
    /// the first line.
    fn visit_side(&mut self, reader: &mut ObjectReader<'h>, graph: &CommitGraph, side: &[u32]) {
        let mut comparer = TreeComparer::new(reader);
        for number in side {
            let node = &graph.nodes[*number as usize];
            comparer.commit_changes(graph, node, ComparedParents::All, &mut |_, path, change| {
                let left_out = match change {
                    TreeChange::Unreadable(error) => self.unread_folder(&error),
                    TreeChange::Version { is_uncertain, .. } if self.is_policy(path) => {
                        NoVersion::of_side_branch(is_uncertain)
                    }
                    _ => return,
                };
                let path = String::from_utf8_lossy(path);
                (self.sink)(left_out.at(self.source.place(&node.id, &path)));
            });
        }
    }

    /// Reports one change.
    fn change(
        &mut self,
        reader: &mut ObjectReader<'_>,
        commit: &mut VisitedCommit<'_>,
        path: &[u8],
        change: TreeChange,
    ) {
        let seen = match change {
            TreeChange::Version { blob, is_uncertain } => {
                self.version(reader, commit, path, blob, is_uncertain)
            }
            TreeChange::Unreadable(error) => Err(self.unread_folder(&error)),
            TreeChange::Deleted { blob } => match self.deletion(reader, commit, path, blob) {
                Some(reason) => Err(reason),
                None => return,
            },
            TreeChange::SymbolicLink => Err(NoVersion::Skipped(SkipReason::SymbolicLink)),
            TreeChange::Submodule => Err(NoVersion::Skipped(SkipReason::Submodule)),
        };
        let report = match seen {
            Ok(found) => found,
            Err(reason) => {
                let path = String::from_utf8_lossy(path);
                reason.at(self.source.place(&commit.node.id, &path))
            }
        };
        (self.sink)(report);
    }

    /// Notes that a commit deleted a path. Returns `None` if the path is not a policy.
    fn deletion(
        &mut self,
        reader: &mut ObjectReader<'_>,
        commit: &mut VisitedCommit<'_>,
        path: &[u8],
        blob: ObjectId,
    ) -> Option<NoVersion> {
        let path = std::str::from_utf8(path).ok()?;
        let policy = self.policy_path(reader, path, &blob)?;
        // A file with a date in its path is one snapshot of its policy.
        if policy.time.is_none() {
            commit.deleted.push((blob, policy));
        }
        Some(NoVersion::Skipped(SkipReason::Deleted))
    }

    /// Why the changes in a folder are unknown. A partial clone may lack the folder by rule.
    fn unread_folder(&self, error: &ObjectError) -> NoVersion {
        if self.source.is_partial && error.fault == ObjectFault::Missing {
            NoVersion::Skipped(SkipReason::NotFetched)
        } else {
            NoVersion::Failed(error.to_string())
        }
    }

    /// Makes the snapshot of a version.
    ///
    /// # Errors
    ///
    /// The version is left out.
    fn version(
        &mut self,
        reader: &mut ObjectReader<'_>,
        commit: &mut VisitedCommit<'_>,
        path: &[u8],
        blob: ObjectId,
        is_uncertain: bool,
    ) -> Result<SeenInput, NoVersion> {
        let path = std::str::from_utf8(path)
            .map_err(|_| NoVersion::Failed("its path is not UTF-8".to_owned()))?;
        let policy = self.policy_path(reader, path, &blob);
        let policy = policy.ok_or(NoVersion::Skipped(SkipReason::NoPolicy))?;
        let is_unknown = is_uncertain && !self.is_named(reader, commit, path)?;
        if is_unknown || self.source.is_partial && !reader.contains(&blob) {
            return Err(NoVersion::Skipped(SkipReason::NotFetched));
        }
        let is_record = self.has_record_subject(reader, commit)?;
        let time = policy.time.or(commit.node.author_time.map(ArchiveTime::from_seconds));
        if policy.time.is_none() {
            let snapshot = commit.node.author_time.filter(|_| is_record);
            self.lives.add_text(&policy.path, &policy.name, commit.life(), snapshot);
            commit.brought.push((blob, Rc::clone(&policy)));
        }
        if !is_record {
            return Err(NoVersion::Skipped(SkipReason::NoRecord));
        }
        let time = time.ok_or_else(|| {
            NoVersion::Failed("its commit has no author time that can be read".to_owned())
        })?;
        Ok(found_snapshot(&policy, commit, blob, time))
    }

    /// The policy of a path whose newest text is `blob`; `None` if the path is not a policy.
    fn policy_path(
        &mut self,
        reader: &mut ObjectReader<'_>,
        path: &str,
        blob: &ObjectId,
    ) -> Option<Rc<PolicyPath>> {
        if let Some(known) = self.paths.get(path) {
            return known.clone();
        }
        let policy = self.layout.policy(path).map(|(company, policy_type)| {
            let time = self.layout.time(path);
            let bytes = reader.packed_size(blob).unwrap_or(UNKNOWN_SIZE);
            let name = PolicyName { company, policy_type };
            Rc::new(PolicyPath { path: path.into(), name, time, bytes })
        });
        self.paths.insert(path.to_owned(), policy.clone());
        policy
    }

    /// Whether the message of a commit names a path as what the commit changed.
    ///
    /// # Errors
    ///
    /// The message cannot be read.
    fn is_named(
        &self,
        reader: &mut ObjectReader<'_>,
        commit: &mut VisitedCommit<'_>,
        path: &str,
    ) -> Result<bool, NoVersion> {
        let message = commit.message(reader);
        let message = message.map_err(|error| NoVersion::Failed(error.to_string()))?;
        Ok(self.layout.names(message, path))
    }

    /// Whether the commit has a subject with which the archive records policies.
    ///
    /// # Errors
    ///
    /// The message cannot be read.
    fn has_record_subject(
        &self,
        reader: &mut ObjectReader<'_>,
        commit: &mut VisitedCommit<'_>,
    ) -> Result<bool, NoVersion> {
        let Some(subjects) = self.layout.record_subjects() else { return Ok(true) };
        let message = commit.message(reader);
        let message = message.map_err(|error| NoVersion::Failed(error.to_string()))?;
        Ok(subjects.iter().any(|start| message.starts_with(start)))
    }

    fn is_policy(&self, path: &[u8]) -> bool {
        std::str::from_utf8(path).is_ok_and(|path| self.layout.policy(path).is_some())
    }
}

/// Why a change is not a version of a policy.
enum NoVersion {
    /// It is left out by rule.
    Skipped(SkipReason),
    /// It cannot be read, for this reason.
    Failed(String),
}

impl NoVersion {
    /// Why a version of a side branch is left out. `is_uncertain`: whether the text may be older
    /// than its commit.
    fn of_side_branch(is_uncertain: bool) -> Self {
        let reason = if is_uncertain { SkipReason::NotFetched } else { SkipReason::SideBranch };
        Self::Skipped(reason)
    }

    /// The report about a change at this place.
    fn at(self, place: String) -> SeenInput {
        match self {
            Self::Skipped(reason) => SeenInput::Skipped(place, reason),
            Self::Failed(reason) => SeenInput::Failed(place, reason),
        }
    }
}

/// The snapshot of a policy that a commit brought, archived at this time.
fn found_snapshot(
    policy: &PolicyPath,
    commit: &VisitedCommit<'_>,
    blob: ObjectId,
    time: ArchiveTime,
) -> SeenInput {
    let id = commit.node.id;
    let found = FoundSnapshot {
        time,
        order: commit.order,
        size: policy.bytes,
        fingerprint: fingerprint(&[id.as_slice(), policy.path.as_bytes()]),
        body: SnapshotBody::Git(GitBody { commit: id, blob, path: Arc::clone(&policy.path) }),
    };
    SeenInput::Found {
        company: policy.name.company.clone(),
        policy_type: policy.name.policy_type.clone(),
        found: Box::new(found),
    }
}
