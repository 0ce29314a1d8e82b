//! What a history holds: each version of each policy, and all that is none.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use gix_hash::ObjectId;

use super::GitHistory;
use super::changes::{Change, Comparer};
use super::commit::Commit;
use super::history::{History, Node};
use super::objects::{Fault, Kind, ObjectError, ObjectReader};
use crate::corpus::corpus_reader::{CorpusExtent, SeenInput};
use crate::corpus::found_snapshot::{FoundSnapshot, GitBody, SnapshotBody, fingerprint};
use crate::corpus::layouts::layout::HistoryLayout;
use crate::corpus::notices::{CorpusNotice, SkipReason};
use crate::model::ArchiveTime;

/// How many of the newest commits mostly show what a history holds.
const SAMPLE_COMMITS: usize = 1000;

/// 1995-01-01: before that there were no policies on the web.
const FIRST_TIME: i64 = 788_918_400;

/// Clocks differ, but not by more than a day.
const DAY: i64 = 86_400;

impl GitHistory {
    /// The first of the layouts that records one of the changes of the newest commits, or of all if those record none. `Err`: there is
    /// nothing that can be read.
    pub(super) fn recognise(
        &self,
        layouts: &[Arc<dyn HistoryLayout>],
    ) -> Result<Option<Arc<dyn HistoryLayout>>, ObjectError> {
        for limit in [SAMPLE_COMMITS, usize::MAX] {
            let mut reader = ObjectReader::new(&self.store);
            let history = History::read(&mut reader, &self.tips, &self.shallow, limit);
            let nodes = &history.nodes[..history.nodes.len().min(limit)];
            let mut comparer = Comparer::new(&mut reader);
            if let Some(layout) =
                nodes.iter().find_map(|node| recorded(&mut comparer, &history, node, layouts))
            {
                return Ok(Some(layout));
            }
            if let ([_], [error]) = (nodes, history.unreadable.as_slice()) {
                return Err(error.clone());
            }
            if nodes.len() < limit {
                break;
            }
        }
        Ok(None)
    }
}

/// The layout in which a commit records something.
fn recorded(
    comparer: &mut Comparer<'_, '_>,
    history: &History,
    node: &Node,
    layouts: &[Arc<dyn HistoryLayout>],
) -> Option<Arc<dyn HistoryLayout>> {
    let mut message = None;
    let mut layout = None;
    compare(comparer, history, node, &mut |reader, path, change| {
        let (Change::Version { .. }, None) = (change, &layout) else { return };
        let Ok(path) = std::str::from_utf8(path) else { return };
        let message = message.get_or_insert_with(|| read_message(reader, node.id));
        layout = layouts.iter().find(|layout| layout.is_record(message, path)).map(Arc::clone);
    });
    layout
}

fn read_message(reader: &mut ObjectReader<'_>, id: ObjectId) -> String {
    let object = reader.read(id, Kind::Commit);
    object.ok().and_then(|object| Some(Commit::parse(&object.data)?.message())).unwrap_or_default()
}

/// Compares a commit with those of its parents that are there.
fn compare<'s>(
    comparer: &mut Comparer<'_, 's>,
    history: &History,
    node: &Node,
    sink: &mut dyn FnMut(&mut ObjectReader<'s>, &[u8], Change),
) {
    let Some(tree) = node.tree else { return };
    let parents: Vec<_> = history.parents(node).filter_map(|parent| parent.tree).collect();
    let is_uncertain = node.is_border || parents.len() < history.parents(node).count();
    comparer.changes(tree, &parents, is_uncertain, sink);
}

/// Tells `sink` everything in the history.
pub(super) fn scan(repository: &GitHistory, sink: &mut dyn FnMut(SeenInput)) {
    let corpus = || repository.corpus.display().to_string();
    let mut reader = ObjectReader::new(&repository.store);
    let history = History::read(&mut reader, &repository.tips, &repository.shallow, usize::MAX);
    if history.nodes.iter().any(|node| node.is_border) {
        sink(SeenInput::Noted(corpus(), CorpusNotice::Shallow));
    }
    if repository.is_partial {
        sink(SeenInput::Noted(corpus(), CorpusNotice::Partial));
    }
    for error in &history.unreadable {
        sink(SeenInput::Failed(repository.place(&error.id, ""), error.to_string()));
    }
    let order = history.newest_first();
    visit(repository, &mut reader, &history, &order, order.len() as u64, sink);
    if history.unreadable.is_empty() {
        note_state(repository, order.len() as u64);
    }
}

/// Tells `sink` what commits have brought since the history had `state`, if they follow each other and that state; else everything.
///
/// Where a merge has brought commits, their order among the older ones can be another than before, so all is scanned.
pub(super) fn scan_since(
    repository: &GitHistory,
    state: &str,
    sink: &mut dyn FnMut(SeenInput),
) -> CorpusExtent {
    let whole = |sink: &mut dyn FnMut(SeenInput)| {
        scan(repository, sink);
        CorpusExtent::Whole
    };
    let Some((old, commits)) = parse_state(state).filter(|_| has_state(repository)) else {
        return whole(sink);
    };
    if repository.tips == [old] {
        return CorpusExtent::Unchanged;
    }
    let mut reader = ObjectReader::new(&repository.store);
    let history = History::read(&mut reader, &repository.tips, &HashSet::from([old]), usize::MAX);
    let order = history.newest_first();
    let Some((last, new)) = order.split_last() else { return whole(sink) };
    let node = |number: &u32| &history.nodes[*number as usize];
    let is_linear =
        node(last).id == old && new.iter().all(|number| history.parents(node(number)).count() == 1);
    if !is_linear || !history.unreadable.is_empty() {
        return whole(sink);
    }
    let commits = commits + new.len() as u64;
    visit(repository, &mut reader, &history, new, commits, sink);
    note_state(repository, commits);
    CorpusExtent::Added
}

/// Whether the tip says what the history holds: nothing was left out when it was cloned, and there is one tip.
fn has_state(repository: &GitHistory) -> bool {
    repository.tips.len() == 1 && repository.shallow.is_empty() && !repository.is_partial
}

fn note_state(repository: &GitHistory, commits: u64) {
    if let (true, [tip]) = (has_state(repository), repository.tips.as_slice()) {
        repository.scanned.get_or_init(|| format!("{tip} {commits}"));
    }
}

/// A state: the tip and the number of commits.
fn parse_state(state: &str) -> Option<(ObjectId, u64)> {
    let (tip, commits) = state.split_once(' ')?;
    Some((ObjectId::from_hex(tip.as_bytes()).ok()?, commits.parse().ok()?))
}

/// Tells `sink` what these commits changed, children before parents. `commits`: how many there are in all, these the newest.
fn visit(
    repository: &GitHistory,
    reader: &mut ObjectReader<'_>,
    history: &History,
    order: &[u32],
    commits: u64,
    sink: &mut dyn FnMut(SeenInput),
) {
    let mut scan = Scan { repository, paths: HashMap::new(), latest: now() + DAY, sink };
    let mut comparer = Comparer::new(reader);
    for (number, order) in order.iter().zip((0..commits).rev()) {
        let node = &history.nodes[*number as usize];
        let mut commit = Visited { node, order, message: None };
        compare(&mut comparer, history, node, &mut |reader, path, change| {
            scan.change(reader, &mut commit, path, change);
        });
    }
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX - DAY)
}

/// What is known of a path.
struct Known {
    path: Arc<str>,
    company: String,
    policy_type: String,
    /// When its texts were archived, if the path says so.
    time: Option<i64>,
    /// The size of its newest text, for all: they mostly are alike.
    size: u64,
}

/// The commit that is looked at.
struct Visited<'h> {
    node: &'h Node,
    order: u64,
    /// Read when it is needed.
    message: Option<String>,
}

struct Scan<'r, 'k> {
    repository: &'r GitHistory,
    /// `None`: the path is no policy.
    paths: HashMap<Vec<u8>, Option<Known>>,
    /// Later is in the future.
    latest: i64,
    sink: &'k mut dyn FnMut(SeenInput),
}

impl Scan<'_, '_> {
    fn change(
        &mut self,
        reader: &mut ObjectReader<'_>,
        commit: &mut Visited<'_>,
        path: &[u8],
        change: Change,
    ) {
        let skip = match change {
            Change::Version { blob, is_uncertain } => {
                return self.version(reader, commit, path, blob, is_uncertain);
            }
            Change::Unreadable(error) => {
                if !self.repository.is_partial || error.fault != Fault::Missing {
                    return self.fail(commit, path, error.to_string());
                }
                SkipReason::NotFetched
            }
            Change::Deleted if !self.is_policy(path) => return,
            Change::Deleted => SkipReason::Deleted,
            Change::SymbolicLink => SkipReason::SymbolicLink,
            Change::Submodule => SkipReason::Submodule,
        };
        self.skip(commit, path, skip);
    }

    fn version(
        &mut self,
        reader: &mut ObjectReader<'_>,
        commit: &mut Visited<'_>,
        path: &[u8],
        blob: ObjectId,
        is_uncertain: bool,
    ) {
        let Ok(name) = std::str::from_utf8(path) else {
            return self.fail(commit, path, "its path is not UTF-8".to_owned());
        };
        if !self.paths.contains_key(path) {
            let known = self.known(reader, name, &blob);
            self.paths.insert(path.to_vec(), known);
        }
        let layout = &self.repository.layout;
        let Some(Some(known)) = self.paths.get(path) else {
            return self.skip(commit, path, SkipReason::NoPolicy);
        };
        if is_uncertain {
            let message =
                commit.message.get_or_insert_with(|| read_message(reader, commit.node.id));
            if !layout.names(message, name) {
                return self.skip(commit, path, SkipReason::NotFetched);
            }
        }
        if self.repository.is_partial && !reader.contains(&blob) {
            return self.skip(commit, path, SkipReason::NotFetched);
        }
        let Some(seconds) = known.time.or(commit.node.author_time) else {
            return self.fail(
                commit,
                path,
                "its commit has no author time that can be read".to_owned(),
            );
        };
        if !(FIRST_TIME..=self.latest).contains(&seconds) {
            let at = self.repository.place(&commit.node.id, name);
            (self.sink)(SeenInput::Noted(at, CorpusNotice::OddDate));
        }
        let body = GitBody { commit: commit.node.id, blob, path: Arc::clone(&known.path) };
        let found = FoundSnapshot {
            time: ArchiveTime::from_seconds(seconds),
            order: commit.order,
            size: known.size,
            fingerprint: fingerprint(&[commit.node.id.as_slice(), path]),
            body: SnapshotBody::Git(body),
        };
        (self.sink)(SeenInput::Found {
            company: known.company.clone(),
            policy_type: known.policy_type.clone(),
            found: Box::new(found),
        });
    }

    fn known(&self, reader: &mut ObjectReader<'_>, path: &str, blob: &ObjectId) -> Option<Known> {
        let layout = &self.repository.layout;
        let (company, policy_type) = layout.policy(path)?;
        let time = layout.time(path).map(ArchiveTime::seconds);
        Some(Known {
            path: path.into(),
            company,
            policy_type,
            time,
            size: reader.size(blob).unwrap_or(1),
        })
    }

    fn is_policy(&self, path: &[u8]) -> bool {
        std::str::from_utf8(path).is_ok_and(|path| self.repository.layout.policy(path).is_some())
    }

    fn skip(&mut self, commit: &Visited<'_>, path: &[u8], skip: SkipReason) {
        let at = self.repository.place(&commit.node.id, &String::from_utf8_lossy(path));
        (self.sink)(SeenInput::Skipped(at, skip));
    }

    fn fail(&mut self, commit: &Visited<'_>, path: &[u8], reason: String) {
        let at = self.repository.place(&commit.node.id, &String::from_utf8_lossy(path));
        (self.sink)(SeenInput::Failed(at, reason));
    }
}
