//! Finds out when the policies of a history end: all their files were deleted.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

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

/// The lives of a path, the newest first.
struct PathLives {
    policy: PolicyName,
    lives: Vec<PathLife>,
}

/// The ends of the policies of a history.
pub(super) struct PolicyEnds {
    /// The ends, in the order of the history.
    pub ends: Vec<(PolicyName, PolicyEnd)>,
    /// Whether they stay as they are if only snapshots are added to the history.
    pub are_settled: bool,
}

/// The lives of all paths of a history. Commits are added from the newest to the oldest.
#[derive(Default)]
pub(super) struct PolicyLives {
    by_path: HashMap<Arc<str>, PathLives>,
}

impl PolicyLives {
    /// Adds a commit that has a new text of a policy at a path. `snapshot` is the archive time of
    /// the snapshot that the text is, in seconds since 1970 UTC, if it is one.
    pub fn add_text(
        &mut self,
        path: &Arc<str>,
        policy: &PolicyName,
        commit: LifeCommit,
        snapshot: Option<i64>,
    ) {
        let lives = self.lives(path, policy);
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

    /// Adds a commit that deleted the text of a policy at a path.
    pub fn add_deletion(
        &mut self,
        path: &Arc<str>,
        policy: &PolicyName,
        commit: LifeCommit,
        successor: Option<PolicyName>,
    ) {
        let deleted = Some(Deletion { commit, successor });
        let life = PathLife { born: commit.order, newest: None, deleted };
        self.lives(path, policy).push(life);
    }

    fn lives(&mut self, path: &Arc<str>, policy: &PolicyName) -> &mut Vec<PathLife> {
        let new = || PathLives { policy: policy.clone(), lives: Vec::new() };
        &mut self.by_path.entry(Arc::clone(path)).or_insert_with(new).lives
    }

    /// Finds the ends of all policies. A path for which `exists` holds is in the newest commit, so
    /// that the last deletion of it, on a branch, was not taken over.
    pub fn ends(mut self, mut exists: impl FnMut(&str) -> bool) -> PolicyEnds {
        let mut by_policy: HashMap<&PolicyName, Vec<&PathLife>> = HashMap::new();
        let mut are_settled = true;
        for (path, PathLives { policy, lives }) in &mut self.by_path {
            let newest = lives.first_mut().filter(|life| life.deleted.is_some());
            if let Some(life) = newest.filter(|_| exists(path)) {
                life.deleted = None;
                are_settled = false;
            }
            by_policy.entry(policy).or_default().extend(&*lives);
        }
        let mut ends = Vec::new();
        for (policy, mut lives) in by_policy {
            are_settled &= !awaits_snapshot(&lives);
            ends.extend(ends_of(&mut lives).into_iter().map(|(order, end)| (order, policy, end)));
        }
        ends.sort_by_key(|(order, policy, _)| (*order, *policy));
        let ends = ends.into_iter().map(|(_, policy, end)| (policy.clone(), end)).collect();
        PolicyEnds { ends, are_settled }
    }
}

/// Whether a policy with these lives had paths that were deleted, and has one without a snapshot.
/// With its first snapshot, the policy is back since a known time, and the ends before count.
fn awaits_snapshot(lives: &[&PathLife]) -> bool {
    lives.iter().any(|life| life.deleted.is_some())
        && lives.iter().any(|life| life.deleted.is_none() && life.newest.is_none())
}

/// The ends of a policy whose paths have these lives, which it sorts: the deletions after which the
/// policy has no path, by the number of their commit.
fn ends_of(lives: &mut [&PathLife]) -> Vec<(u64, PolicyEnd)> {
    lives.sort_unstable_by_key(|life| life.born);
    let mut deletions: Vec<_> = lives.iter().filter_map(|life| life.deleted.as_ref()).collect();
    deletions.sort_unstable_by_key(|deletion| {
        (deletion.commit.order, deletion.successor.is_none(), &deletion.successor)
    });
    // What came back without a snapshot is there, and nothing tells since when.
    let bare = lives.iter().rfind(|life| life.newest.is_none()).map(|life| life.born);
    let (mut ends, mut dead, mut older, mut newest) = (Vec::new(), 0, 0, None);
    for deletions in deletions.chunk_by(|one, next| one.commit.order == next.commit.order) {
        let Deletion { commit: LifeCommit { order, seconds }, successor } = deletions[0];
        let born = lives.partition_point(|life| life.born <= *order);
        dead += deletions.len();
        let before = lives.partition_point(|life| life.born < *order);
        for more in lives[older..before].iter().filter_map(|life| life.newest) {
            newest = Some(NewestSnapshots::of(newest, more));
        }
        older = before;
        if born > dead || bare > Some(*order) {
            continue;
        }
        let Some(NewestSnapshots { seconds: latest, count }) = newest else { continue };
        // The clock of whoever deleted the file may have been wrong.
        let end = seconds.map_or(latest, |time| time.max(latest));
        let end = PolicyEnd {
            time: ArchiveTime::from_seconds(end),
            snapshots: if end == latest { count } else { 0 },
            successor: successor.clone(),
        };
        ends.push((*order, end));
    }
    ends
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::option;
    use proptest::prelude::*;

    use super::*;

    /// The ends of one policy, as order, seconds and snapshots. The changes are a path, and the
    /// seconds of a snapshot, or `None` for a deletion; commits come from the oldest to the newest.
    fn ends(changes: &[(&str, Option<i64>)], deleted_at: i64) -> Vec<(i64, u64)> {
        let policy = PolicyName { company: "acme".to_owned(), policy_type: "terms".to_owned() };
        let mut lives = PolicyLives::default();
        for (order, (path, snapshot)) in (0..).zip(changes).collect::<Vec<_>>().into_iter().rev() {
            let commit = LifeCommit { order, seconds: snapshot.or(Some(deleted_at)) };
            match snapshot {
                Some(_) => lives.add_text(&(*path).into(), &policy, commit, *snapshot),
                None => lives.add_deletion(&(*path).into(), &policy, commit, None),
            }
        }
        let ends = lives.ends(|path| path == "branch").ends.into_iter();
        ends.map(|(_, end)| (end.time.seconds(), end.snapshots)).collect()
    }

    #[test]
    fn a_policy_ends_with_the_last_of_its_paths() {
        assert_eq!(ends(&[("a", Some(1)), ("a", None)], 5), [(5, 0)]);
        assert_eq!(ends(&[("a", Some(1)), ("b", Some(2)), ("a", None)], 5), []);
        let both = [("a", Some(1)), ("b", Some(2)), ("a", None), ("b", None)];
        assert_eq!(ends(&both, 5), [(5, 0)]);
        let back = [("a", Some(1)), ("a", None), ("b", Some(7)), ("b", None), ("a", Some(9))];
        assert_eq!(ends(&back, 5), [(5, 0), (7, 1)]);
        assert_eq!(ends(&[("branch", Some(1)), ("branch", None)], 5), []);
        let beside = [("branch", Some(1)), ("a", Some(1)), ("branch", None), ("a", None)];
        assert_eq!(ends(&beside, 5), []);
    }

    #[test]
    fn an_end_is_not_before_the_snapshots_until_then() {
        let one_time = [("a", Some(3)), ("a", Some(3)), ("a", None), ("a", Some(3))];
        assert_eq!(ends(&one_time, 3), [(3, 2)]);
        assert_eq!(ends(&[("a", Some(8)), ("a", Some(3)), ("a", None)], 5), [(8, 1)]);
    }

    impl PathLife {
        fn contains(&self, order: u64) -> bool {
            self.born <= order && self.deleted.as_ref().is_none_or(|end| order < end.commit.order)
        }
    }

    /// The end of a policy with these lives at a commit with this number, found by looking at all
    /// of them.
    fn naive_end(lives: &[PathLife], order: u64) -> Option<PolicyEnd> {
        let deletions = lives.iter().filter_map(|life| life.deleted.as_ref());
        let at_once: Vec<_> = deletions.filter(|end| end.commit.order == order).collect();
        let is_there =
            |life: &PathLife| life.contains(order) || life.born > order && life.newest.is_none();
        if lives.iter().any(is_there) {
            return None;
        }
        let before = lives.iter().filter(|life| life.born < order);
        let newest: Vec<_> = before.filter_map(|life| life.newest).collect();
        let latest = newest.iter().map(|newest| newest.seconds).max()?;
        let of_latest = newest.iter().filter(|newest| newest.seconds == latest);
        let count: u64 = of_latest.map(|newest| newest.count).sum();
        let end = at_once.first()?.commit.seconds.map_or(latest, |seconds| seconds.max(latest));
        Some(PolicyEnd {
            time: ArchiveTime::from_seconds(end),
            snapshots: if end == latest { count } else { 0 },
            successor: at_once.iter().filter_map(|end| end.successor.clone()).min(),
        })
    }

    proptest! {
        #[test]
        fn ends_are_those_of_a_naive_search(
            // Birth, time until the deletion, newest snapshot, and name of a successor.
            drawn in vec((0..9_u64, option::of(0..9_u64), option::of(0..20_i64), 0..4_u8), 0..8),
            clocks in vec(option::of(0..20_i64), 20),
        ) {
            let lives: Vec<_> = drawn.into_iter().map(|(born, age, seconds, name)| {
                let deletion = |order: u64| Deletion {
                    commit: LifeCommit { order, seconds: clocks[order as usize] },
                    successor: (name > 1).then(|| PolicyName {
                        company: name.to_string(),
                        policy_type: String::new(),
                    }),
                };
                let newest = seconds.map(|seconds| NewestSnapshots { seconds, count: 1 });
                PathLife { born, newest, deleted: age.map(|age| deletion(born + age)) }
            }).collect();
            let naive: Vec<_> =
                (0..20).filter_map(|order| Some((order, naive_end(&lives, order)?))).collect();
            prop_assert_eq!(ends_of(&mut lives.iter().collect::<Vec<_>>()), naive);
        }
    }
}
