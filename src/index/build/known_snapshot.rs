//! Snapshots whose texts are known: which of them replaces another one, their order, and which of
//! them are duplicates.

use std::collections::{BTreeMap, HashMap, VecDeque};

use crate::collapse::{SourceRecord, TextNumber};
use crate::model::{ArchiveTime, SnapshotInfo, SnapshotSource};

/// A snapshot whose text the collapser has.
pub(super) struct KnownSnapshot {
    pub info: SnapshotInfo,
    pub record: SourceRecord,
    pub text: TextNumber,
    /// Whether the index does not have the snapshot yet.
    pub is_new: bool,
    /// Whether it takes the place of a snapshot with its text that the index has from a corpus
    /// whose path comes later.
    pub is_known_elsewhere: bool,
    /// Its place among the snapshots of the same policy, time and corpus.
    pub place: CorpusPlace,
}

/// The place of a snapshot among the snapshots of the same policy, time and corpus. The enum is in
/// the order of places.
///
/// Of two texts of one time, the one that its corpus has now must be the newer one, as after a
/// commit was amended and pushed with force, or after a commit was added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum CorpusPlace {
    /// The place in the index of a snapshot that the scan did not list: it has vanished, or the
    /// scan lists additions only.
    Stored(u32),
    /// The place among the snapshots that the scan listed.
    Scanned(u32),
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
}

/// A snapshot of the index, and whether the scan found it.
pub(super) struct StoredFound {
    pub snapshot: KnownSnapshot,
    pub is_found: bool,
}

/// The snapshots of a policy in their order, with the duplicates set apart.
#[derive(Default)]
pub(super) struct OrderedSnapshots {
    /// The snapshots, oldest first.
    pub snapshots: Vec<KnownSnapshot>,
    pub duplicates: Vec<KnownSnapshot>,
    /// Whether one of them has another place than the index says.
    pub is_reordered: bool,
}

impl OrderedSnapshots {
    /// Orders snapshots by time. At one time, corpora are in the order of their canonical paths,
    /// in whatever order they were named; within a corpus, its own order counts. `corpora` are the
    /// canonical paths by number.
    pub fn new(mut all: Vec<KnownSnapshot>, corpora: &BTreeMap<u32, &str>) -> Self {
        all.sort_by_key(|KnownSnapshot { info, record, place, .. }| {
            (info.time, corpora.get(&record.corpus), record.corpus, *place)
        });
        let mut ordered = Self { is_reordered: number(&mut all), ..Self::default() };
        let mut all = all.into_iter().peekable();
        while let Some(first) = all.peek() {
            let (time, start) = (first.info.time, ordered.snapshots.len());
            while let Some(first) = all.next_if(|next| next.info.time == time) {
                let corpus = first.record.corpus;
                let is_beside =
                    |next: &KnownSnapshot| next.info.time == time && next.record.corpus == corpus;
                let rest = std::iter::from_fn(|| all.next_if(is_beside));
                ordered.merge(start, std::iter::once(first).chain(rest));
            }
        }
        ordered
    }

    /// Adds the snapshots of a time from one corpus. The snapshots of that time from other corpora
    /// begin at `start`.
    ///
    /// A duplicate has the text of the record before it. Another corpus may have the same records:
    /// what both have in the same order is a duplicate too.
    fn merge(&mut self, start: usize, of_one_corpus: impl Iterator<Item = KnownSnapshot>) {
        let others = self.snapshots.split_off(start);
        let mut positions: HashMap<_, VecDeque<usize>> = HashMap::new();
        for (position, other) in others.iter().enumerate() {
            positions.entry(other.record.text_hash).or_default().push_back(position);
        }
        let mut others = others.into_iter();
        let mut next = 0;
        let mut before = None;
        // The snapshots before the next one that another corpus has.
        let mut own = Vec::new();
        for snapshot in of_one_corpus {
            let text = snapshot.record.text_hash;
            if before.replace(text) == Some(text) {
                self.duplicates.push(snapshot);
                continue;
            }
            let Some(same) = positions.get_mut(&text).and_then(|at| take_from(at, next)) else {
                own.push(snapshot);
                continue;
            };
            self.snapshots.extend(others.by_ref().take(same - next));
            self.snapshots.append(&mut own);
            if let Some(mut kept) = others.next() {
                kept.is_known_elsewhere |= kept.is_new && !snapshot.is_new;
                self.snapshots.push(kept);
            }
            self.duplicates.push(snapshot);
            next = same + 1;
        }
        self.snapshots.extend(others);
        self.snapshots.append(&mut own);
    }
}

/// Removes the positions up to the first one from `least` on, and returns that one.
fn take_from(positions: &mut VecDeque<usize>, least: usize) -> Option<usize> {
    while positions.front().is_some_and(|&position| position < least) {
        positions.pop_front();
    }
    positions.pop_front()
}

/// Numbers the snapshots of one time and corpus, which are in order. Returns whether the number of
/// a snapshot of the index changes.
fn number(ordered: &mut [KnownSnapshot]) -> bool {
    let groups = ordered.iter().map(|snapshot| (snapshot.info.time, snapshot.record.corpus));
    let places: Vec<u32> = places(groups).collect();
    let mut is_changed = false;
    for (snapshot, place) in ordered.iter_mut().zip(places) {
        is_changed |= !snapshot.is_new && snapshot.record.order != place;
        snapshot.record.order = place;
    }
    is_changed
}

/// For each of these groups, how many equal ones are directly before it.
pub(super) fn places<G: PartialEq>(groups: impl Iterator<Item = G>) -> impl Iterator<Item = u32> {
    groups.scan(None, |before: &mut Option<(G, u32)>, group| {
        let place = match before {
            Some((other, place)) if *other == group => *place + 1,
            _ => 0,
        };
        *before = Some((group, place));
        Some(place)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collapse::Collapser;

    /// A snapshot of one time with this corpus, text and place.
    fn snapshot(corpus: u32, text: char, place: u32) -> KnownSnapshot {
        let source = SnapshotSource {
            corpus: String::new(),
            path: text.to_string(),
            commit: None,
            entry: None,
            line: None,
        };
        let info = SnapshotInfo {
            time: ArchiveTime::from_seconds(7),
            source,
            url: None,
            archive_url: None,
            is_technical: false,
            metadata: String::new(),
            fingerprint: 0,
        };
        let text_hash = [text as u8; 16];
        let record = SourceRecord { corpus, text_hash, ..SourceRecord::default() };
        let text = Collapser::default().add_text("");
        KnownSnapshot {
            info,
            record,
            text,
            is_new: true,
            is_known_elsewhere: false,
            place: CorpusPlace::Scanned(place),
        }
    }

    /// The texts in their order, and the number of duplicates, of corpora with these texts.
    fn ordered(corpora: &[&str]) -> (String, usize) {
        let corpora = (0..).zip(corpora);
        let all = corpora.flat_map(|(corpus, texts)| {
            (0..).zip(texts.chars()).map(move |(place, text)| snapshot(corpus, text, place))
        });
        let mut all: Vec<_> = all.collect();
        all.reverse();
        let OrderedSnapshots { snapshots, duplicates, .. } =
            OrderedSnapshots::new(all, &BTreeMap::new());
        (snapshots.iter().map(|s| s.info.source.path.as_str()).collect(), duplicates.len())
    }

    /// The texts of [`ordered`], by a search from the last common text for each text.
    fn searched(corpora: &[&str]) -> String {
        let mut all: Vec<char> = Vec::new();
        for texts in corpora {
            let (mut next, mut own, mut before) = (0, Vec::new(), None);
            for text in texts.chars().filter(|text| before.replace(*text) != Some(*text)) {
                let Some(same) = all[next..].iter().position(|other| *other == text) else {
                    own.push(text);
                    continue;
                };
                let inserted = own.len();
                all.splice(next + same..next + same, own.drain(..));
                next += same + inserted + 1;
            }
            all.extend(own);
        }
        all.into_iter().collect()
    }

    proptest::proptest! {
        #[test]
        fn corpora_are_merged_as_by_a_search(
            corpora in proptest::collection::vec("[a-d]{0,9}", 1..4),
        ) {
            let corpora: Vec<&str> = corpora.iter().map(String::as_str).collect();
            proptest::prop_assert_eq!(ordered(&corpora).0, searched(&corpora));
        }
    }

    #[test]
    fn many_texts_of_one_time_are_merged() {
        let [first, second] = ["ab", "cd"].map(|texts| texts.repeat(20_000));
        assert_eq!(ordered(&[&first, &second, &first]).0, first.clone() + &second);
    }

    #[test]
    fn a_text_that_returns_is_no_duplicate() {
        for (corpora, texts, duplicates) in [
            (&["aba"][..], "aba", 0),
            (&["aabba"], "aba", 2),
            (&["ab", "ab"], "ab", 2),
            (&["aba", "aba", "ba"], "aba", 5),
            (&["a", "b"], "ab", 0),
            (&["b", "a"], "ba", 0),
            (&["ac", "abc"], "abc", 2),
            (&["ac", "ab"], "acb", 1),
            (&["ad", "abcbd", "xbd"], "axbcbd", 4),
            (&["ab", "ba"], "aba", 1),
            (&["ab", "bb"], "ab", 2),
            (&["ab", "bba"], "aba", 2),
            (&["", "a", "aba"], "aba", 1),
        ] {
            assert_eq!(ordered(corpora), (texts.to_owned(), duplicates), "{corpora:?}");
        }
    }

    #[test]
    fn what_vanished_is_older_than_what_the_corpus_has() {
        let mut old = snapshot(0, 'a', 0);
        (old.place, old.is_new) = (CorpusPlace::Stored(0), false);
        let all = vec![snapshot(0, 'b', 0), old];
        let OrderedSnapshots { snapshots, is_reordered, .. } =
            OrderedSnapshots::new(all, &BTreeMap::new());
        let texts: Vec<_> = snapshots.iter().map(|s| s.info.source.path.as_str()).collect();
        assert_eq!((texts, is_reordered), (vec!["a", "b"], false));
    }
}
