//! Finds out when the policies of a history end: all their files were deleted.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use super::history_scan::PolicyPath;
use crate::corpus::found_snapshot::{PolicyEnd, PolicyName};
use crate::model::ArchiveTime;

/// A commit as far as lives depend on it.
#[derive(Debug, Clone, Copy)]
pub(super) struct LifeCommit {
    /// The number of the commit in the history; 0 is the oldest.
    pub order: u64,
    /// The author time, in seconds since 1970 UTC.
    pub seconds: Option<i64>,
}

/// The time in which a path exists, from the commit that brought it to the one that deleted it.
#[derive(Debug, Default)]
struct PathLife {
    born: u64,
    newest: Option<NewestSnapshots>,
    deleted: Option<Deletion>,
}

/// The snapshots with the latest archive time.
#[derive(Debug, Clone, Copy)]
struct NewestSnapshots {
    /// Their archive time, in seconds since 1970 UTC.
    seconds: i64,
    /// How many they are.
    count: u64,
}

impl NewestSnapshots {
    /// The newest ones of both.
    fn of(first: Option<Self>, second: Self) -> Self {
        let Some(first) = first else { return second };
        match first.seconds.cmp(&second.seconds) {
            Ordering::Less => second,
            Ordering::Greater => first,
            Ordering::Equal => Self { count: first.count + second.count, ..first },
        }
    }
}

#[derive(Debug)]
struct Deletion {
    commit: LifeCommit,
    /// The other policy to which the same commit brought the same text.
    successor: Option<PolicyName>,
}

impl PathLife {
    fn contains(&self, order: u64) -> bool {
        self.born <= order && self.deleted.as_ref().is_none_or(|end| order < end.commit.order)
    }
}

/// The lives of all paths of a history. Commits are added from the newest to the oldest.
#[derive(Default)]
pub(super) struct PolicyLives {
    by_path: HashMap<Arc<str>, (Rc<PolicyPath>, Vec<PathLife>)>,
}

impl PolicyLives {
    /// Adds a commit that has a new text at a path. `snapshot` is the archive time of the snapshot
    /// that the text is, if it is one.
    pub fn add_text(&mut self, policy: &Rc<PolicyPath>, commit: LifeCommit, snapshot: Option<i64>) {
        let lives = self.lives(policy);
        if lives.is_empty() {
            lives.push(PathLife::default());
        }
        if let Some(life) = lives.last_mut() {
            life.born = commit.order;
            if let Some(seconds) = snapshot {
                let snapshot = NewestSnapshots { seconds, count: 1 };
                life.newest = Some(NewestSnapshots::of(life.newest, snapshot));
            }
        }
    }

    /// Adds a commit that deleted a path.
    pub fn add_deletion(
        &mut self,
        policy: &Rc<PolicyPath>,
        commit: LifeCommit,
        successor: Option<PolicyName>,
    ) {
        let deleted = Some(Deletion { commit, successor });
        self.lives(policy).push(PathLife { born: commit.order, newest: None, deleted });
    }

    fn lives(&mut self, policy: &Rc<PolicyPath>) -> &mut Vec<PathLife> {
        let entry = self.by_path.entry(Arc::clone(&policy.path));
        &mut entry.or_insert_with(|| (Rc::clone(policy), Vec::new())).1
    }

    /// The ends of all policies, in the order of the history. A path for which `exists` holds is in
    /// the newest commit, so that the last deletion of it, on a branch, was not taken over.
    pub fn ends(&self, mut exists: impl FnMut(&str) -> bool) -> Vec<(PolicyName, PolicyEnd)> {
        let ended: HashSet<&PolicyName> = self.by_path.values().filter_map(ended_name).collect();
        let mut paths: HashMap<&PolicyName, Vec<Vec<&PathLife>>> = HashMap::new();
        for (policy, lives) in self.by_path.values() {
            if !ended.contains(&policy.name) {
                continue;
            }
            let is_back =
                lives.first().is_some_and(|life| life.deleted.is_some()) && exists(&policy.path);
            let lives = lives.iter().skip(usize::from(is_back)).collect();
            paths.entry(&policy.name).or_default().push(lives);
        }
        let mut ends: Vec<_> = paths
            .into_iter()
            .flat_map(|(name, paths)| {
                let ends = ends_of(&paths).into_iter();
                ends.map(|(order, end)| (order, name.clone(), end))
            })
            .collect();
        ends.sort_by(|(order, name, _), (other, of, _)| (order, name).cmp(&(other, of)));
        ends.into_iter().map(|(_, name, end)| (name, end)).collect()
    }
}

/// The name of a policy one of whose paths was deleted.
fn ended_name((policy, lives): &(Rc<PolicyPath>, Vec<PathLife>)) -> Option<&PolicyName> {
    lives.iter().any(|life| life.deleted.is_some()).then_some(&policy.name)
}

/// The ends of a policy with these lives of its paths: the deletions after which it has no path,
/// each with the number of its commit.
fn ends_of(paths: &[Vec<&PathLife>]) -> BTreeMap<u64, PolicyEnd> {
    let lives = || paths.iter().flatten();
    let mut ends = BTreeMap::new();
    let mut deletions: Vec<_> = lives().filter_map(|life| life.deleted.as_ref()).collect();
    deletions.sort_by_key(|deletion| (deletion.successor.is_none(), &deletion.successor));
    for deletion in deletions {
        let order = deletion.commit.order;
        // What came back without a snapshot is there, and nothing tells since when.
        let is_back = lives().any(|life| life.born > order && life.newest.is_none());
        if is_back || lives().any(|life| life.contains(order)) {
            continue;
        }
        let before = lives().filter(|life| life.born < order).filter_map(|life| life.newest);
        let newest = before.fold(None, |newest, more| Some(NewestSnapshots::of(newest, more)));
        let Some(NewestSnapshots { seconds, count }) = newest else { continue };
        // The clock of whoever deleted the file may have been wrong.
        let end = deletion.commit.seconds.map_or(seconds, |time| time.max(seconds));
        ends.entry(order).or_insert(PolicyEnd {
            time: ArchiveTime::from_seconds(end),
            snapshots: if end == seconds { count } else { 0 },
            successor: deletion.successor.clone(),
        });
    }
    ends
}
