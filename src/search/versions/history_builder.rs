//! Builds the history of what matches a query.
//!
//! `threads` connects the wordings of a policy as numbers; this file puts dates and texts to them.

use std::collections::{BTreeMap, BTreeSet};

use fixedbitset::FixedBitSet;
use tantivy::DocId;

use super::align::compare_words;
use super::history::{
    ClauseLife, History, HistoryChange, HistoryEvent, LifeRun, PolicyHistory, ThreadHistory,
    Wording,
};
use super::threads::{StepGroup, WordingThread, Wordings, first_kinds};
use super::version::SnapshotCard;
use crate::collapse::{
    ClausePlace, CollapsedPolicy, CollapsedSnapshot, DistinctClause, SnapshotEnd,
    retain_policy_text,
};
use crate::error::Result;
use crate::index::OpenIndex;
use crate::model::{ArchiveTime, ClauseNumber, Ordinal, PolicyKey, Rank};
use crate::search::Searcher;
use crate::search::policy_cache::clause_documents;
use crate::search::request::{Filters, Select};

impl Searcher {
    /// Returns the histories of the policies that have a match.
    ///
    /// The filters of `select` decide what matches. The history of a match then covers all
    /// snapshots of its policy, or all except the technical ones if the filters ignore them.
    ///
    /// # Errors
    ///
    /// The same as [`Searcher::search`].
    pub fn history(&self, select: &Select) -> Result<History> {
        self.index().guard(|| {
            let mut matches: BTreeMap<Rank, Vec<DocId>> = BTreeMap::new();
            self.each_match(select, false, &mut |_, found| {
                matches.entry(found.rank).or_default().push(found.doc);
                Ok(())
            })?;
            let policies = matches
                .iter()
                .map(|(&rank, docs)| policy_history(self.index(), rank, docs, &select.filters))
                .collect::<Result<_>>()?;
            Ok(History { query: select.query_text().to_owned(), policies })
        })
    }
}

/// Returns the history of the clauses of a policy that have these documents.
///
/// # Errors
///
/// The index is damaged.
fn policy_history(
    index: &OpenIndex,
    rank: Rank,
    docs: &[DocId],
    filters: &Filters,
) -> Result<PolicyHistory> {
    let record = index.policies().record(rank)?;
    let first_doc = clause_documents(index, &record, index.policy_address(record.hash)?).start;
    let mut policy = index.collapsed(rank)?;
    // A clause that is furniture everywhere has a kind, too.
    let kinds = first_kinds(&policy).map_err(|what| index.damaged(what))?;
    if !filters.furniture {
        leave_out_furniture(&mut policy);
    }
    let ordinals = compared_ordinals(&policy, !filters.company_changes_only);
    let wordings = Wordings::with_kinds(&policy, ordinals, kinds);
    let matching = docs.iter().map(|doc| {
        let clause = doc.checked_sub(first_doc).map(ClauseNumber::new);
        let wording = clause.and_then(|clause| wordings.of(clause));
        wording.ok_or_else(|| index.damaged("a clause belongs to another policy"))
    });
    let matching = matching.collect::<Result<BTreeSet<u32>>>()?;
    let key = index.policies().get(rank)?.key;
    let builder =
        HistoryBuilder { key: &key, policy: &policy, wordings: &wordings, matching: &matching };
    builder.history().ok_or_else(|| index.damaged("a match occurs in no snapshot"))
}

/// Removes the occurrences at places where a clause is furniture.
fn leave_out_furniture(policy: &mut CollapsedPolicy) {
    for snapshot in &mut policy.snapshots {
        retain_policy_text(&mut snapshot.clauses, &policy.places);
    }
}

/// Returns the ordinals of the snapshots that are compared.
fn compared_ordinals(policy: &CollapsedPolicy, with_technical: bool) -> Vec<Ordinal> {
    let snapshots = policy.snapshots.iter().enumerate();
    let compared = snapshots.filter(|(_, snapshot)| with_technical || !snapshot.info.is_technical);
    compared.map(|(ordinal, _)| Ordinal::from_index(ordinal)).collect()
}

/// Builds the history of one policy. A *position* counts the compared snapshots from the oldest.
struct HistoryBuilder<'h> {
    key: &'h PolicyKey,
    policy: &'h CollapsedPolicy,
    wordings: &'h Wordings<'h>,
    /// The wordings that match.
    matching: &'h BTreeSet<u32>,
}

impl HistoryBuilder<'_> {
    /// Returns the history of the policy, or `None` if no snapshot was compared.
    fn history(&self) -> Option<PolicyHistory> {
        let last = self.wordings.ordinals.len().checked_sub(1)?;
        let threads = self.wordings.threads(self.matching);
        Some(PolicyHistory {
            collection: self.key.collection.clone(),
            company: self.key.company.clone(),
            policy_type: self.key.policy_type.clone(),
            snapshots: self.wordings.ordinals.len() as u64,
            first: self.time(0),
            last: self.time(last),
            threads: threads.iter().map(|thread| self.thread(thread)).collect(),
        })
    }

    fn thread(&self, thread: &WordingThread) -> ThreadHistory {
        let mut positions = FixedBitSet::with_capacity(self.wordings.ordinals.len());
        for wording in thread.wordings.iter().filter(|wording| self.matching.contains(wording)) {
            positions.union_with(&self.wordings.positions[*wording as usize]);
        }
        ThreadHistory {
            life: self.life(&positions),
            wordings: thread.wordings.iter().map(|&wording| self.wording(wording)).collect(),
            events: thread.groups.iter().map(|group| self.event(thread, group)).collect(),
        }
    }

    fn wording(&self, wording: u32) -> Wording {
        let positions = &self.wordings.positions[wording as usize];
        let newest = positions.maximum().expect("a wording of a thread occurs in a snapshot");
        let (clause, place) = self.occurrence(newest, wording);
        let headings = place.section.iter();
        Wording {
            is_match: self.matching.contains(&wording),
            id: clause.identity.clause_id(&self.key.company, &self.key.policy_type),
            number: place.number.clone(),
            kind: place.kind,
            section: headings.map(|&at| self.policy.headings[at as usize].clone()).collect(),
            lead_in: clause.lead_in.clone(),
            text: clause.text.clone(),
            life: self.life(positions),
        }
    }

    /// Returns the first clause with this wording in the snapshot at a position that contains it.
    fn occurrence(&self, position: usize, wording: u32) -> (&DistinctClause, &ClausePlace) {
        let mut version = self.wordings.version(position).iter();
        let occurrence = version
            .find(|occurrence| self.wordings.of(occurrence.clause) == Some(wording))
            .expect("the bit of a position is set only if its snapshot contains the wording");
        let clause = &self.policy.clauses[occurrence.clause.index()];
        (clause, &self.policy.places[occurrence.place.index()])
    }

    /// Returns the life of something that the snapshots at these positions contain.
    fn life(&self, positions: &FixedBitSet) -> ClauseLife {
        let mut runs: Vec<(usize, usize)> = Vec::new();
        for position in positions.ones() {
            match runs.last_mut() {
                Some((_, last)) if *last + 1 == position && self.end_between(*last).is_none() => {
                    *last = position;
                }
                _ => runs.push((position, position)),
            }
        }
        let runs: Vec<LifeRun> =
            runs.into_iter().map(|(first, last)| self.life_run(first, last, positions)).collect();
        let (first, last) =
            runs.first().zip(runs.last()).expect("a matching wording occurs in a snapshot");
        ClauseLife {
            first_seen: first.first,
            last_seen: last.last,
            gone_by: last.gone_by,
            ended: last.ended.filter(|_| last.gone_by.is_none()),
            snapshots: positions.count_ones(..) as u64,
            runs,
        }
    }

    fn life_run(&self, first: usize, last: usize, positions: &FixedBitSet) -> LifeRun {
        let is_gone = last + 1 < self.wordings.ordinals.len() && !positions.contains(last + 1);
        LifeRun {
            first: self.time(first),
            last: self.time(last),
            gone_by: is_gone.then(|| self.time(last + 1)),
            ended: self.end_between(last),
            snapshots: (last - first + 1) as u64,
        }
    }

    /// When the corpus removed the policy between the snapshots at a position and the next one.
    fn end_between(&self, position: usize) -> Option<ArchiveTime> {
        let ordinals = &self.wordings.ordinals;
        let (from, until) = (ordinals[position], ordinals.get(position + 1));
        let mut ends = self.policy.ends.iter();
        let is_between = |end: &&SnapshotEnd| {
            end.ordinal >= from && until.is_none_or(|&until| end.ordinal < until)
        };
        ends.find(is_between).map(|end| end.time)
    }

    fn event(&self, thread: &WordingThread, group: &StepGroup) -> HistoryEvent {
        let step = group.step;
        let previous = step.at.checked_sub(1);
        let before = previous.zip(step.from).map(|(at, from)| self.text(at, from));
        let after = step.to.map(|to| self.text(step.at, to));
        let words =
            before.as_ref().zip(after.as_ref()).map(|(before, after)| compare_words(before, after));
        let last = group.positions.last().filter(|_| group.positions.len() > 1);
        let technical = group.positions.iter().filter(|&&at| self.snapshot(at).info.is_technical);
        HistoryEvent {
            change: match (step.from, step.to) {
                (None, _) if step.at == 0 => HistoryChange::Initial,
                (None, _) => HistoryChange::Added,
                (_, None) => HistoryChange::Removed,
                (Some(_), Some(_)) if step.is_renumbered => HistoryChange::Renumbered,
                (Some(_), Some(_)) => HistoryChange::Changed,
            },
            from: index_in(thread, step.from),
            to: index_in(thread, step.to),
            before,
            after,
            words,
            count: group.positions.len() as u64,
            technical: technical.count() as u64,
            left_out: group.positions.iter().map(|&at| self.left_out(at)).sum(),
            previous: previous.map(|at| self.card(at)),
            snapshot: self.card(step.at),
            last: last.map(|&at| self.card(at)),
        }
    }

    /// Returns the text of a wording in the snapshot at a position that contains it.
    fn text(&self, position: usize, wording: u32) -> String {
        let ordinal = self.wordings.ordinals[position];
        self.occurrence(position, wording).0.text_at(ordinal).to_owned()
    }

    /// Returns the number of snapshots that are not compared between a position and the one before.
    fn left_out(&self, position: usize) -> u64 {
        let Some(previous) = position.checked_sub(1) else { return 0 };
        let ordinals = &self.wordings.ordinals;
        (ordinals[position].index() - ordinals[previous].index() - 1) as u64
    }

    fn snapshot(&self, position: usize) -> &CollapsedSnapshot {
        &self.policy.snapshots[self.wordings.ordinals[position].index()]
    }

    fn time(&self, position: usize) -> ArchiveTime {
        self.snapshot(position).info.time
    }

    fn card(&self, position: usize) -> SnapshotCard {
        let snapshot = self.snapshot(position);
        let ended = self.end_between(position);
        SnapshotCard::new(self.key, snapshot.info.clone(), snapshot.title.clone(), ended)
    }
}

/// Returns the index of a wording in [`ThreadHistory::wordings`].
fn index_in(thread: &WordingThread, wording: Option<u32>) -> Option<usize> {
    thread.wordings.binary_search(&wording?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::versions::threads::tests::all_ordinals;

    /// The history of the clause that is the first one of the first text.
    fn history(texts: &[&str], ordinals: impl Fn(Vec<Ordinal>) -> Vec<Ordinal>) -> PolicyHistory {
        let policy = CollapsedPolicy::of_texts(texts);
        let wordings = Wordings::new(&policy, ordinals(all_ordinals(&policy))).unwrap();
        let key = PolicyKey::new("acme.example", "Privacy Policy", "default");
        let first = policy.snapshots[0].clauses[0].clause;
        let matching = BTreeSet::from([wordings.of(first).unwrap()]);
        let (policy, wordings, matching) = (&policy, &wordings, &matching);
        HistoryBuilder { key: &key, policy, wordings, matching }.history().unwrap()
    }

    fn day(number: u32) -> String {
        format!("1970-01-0{number}")
    }

    const GAPS: [&str; 4] = ["We sell.\n\nOther.", "Other.", "We sell.\n\nOther.", "Other."];

    #[test]
    fn a_life_has_its_gaps() {
        let history = history(&GAPS, |ordinals| ordinals);
        let life = &history.threads[0].life;
        let runs: Vec<_> = life
            .runs
            .iter()
            .map(|run| (run.first.date(), run.gone_by.map(ArchiveTime::date), run.snapshots))
            .collect();
        assert_eq!(runs, [(day(1), Some(day(2)), 1), (day(3), Some(day(4)), 1)]);
        assert_eq!((life.first_seen.date(), life.last_seen.date()), (day(1), day(3)));
        assert_eq!((life.gone_by.map(ArchiveTime::date), life.snapshots), (Some(day(4)), 2));
    }

    #[test]
    fn an_alternation_is_one_event() {
        let history = history(&GAPS, |ordinals| ordinals);
        let events = &history.threads[0].events;
        let changes: Vec<_> = events.iter().map(|event| (event.change, event.count)).collect();
        assert_eq!(changes, [(HistoryChange::Initial, 1), (HistoryChange::Removed, 3)]);
        assert_eq!(events[1].before.as_deref(), Some("We sell."));
        assert_eq!(events[1].last.as_ref().unwrap().archive_time.date(), "1970-01-04");
    }

    #[test]
    fn snapshots_that_are_not_compared_are_counted() {
        let texts = ["We sell data.", "We sell data. Twice.", "We sell all data.", "We sell data."];
        let same = history(&texts, |ordinals| vec![ordinals[0], ordinals[3]]);
        assert_eq!((same.snapshots, same.threads[0].life.snapshots), (2, 2));
        let changed = history(&texts, |ordinals| vec![ordinals[0], ordinals[2]]);
        let event = &changed.threads[0].events[1];
        assert_eq!((event.change, event.left_out), (HistoryChange::Changed, 1));
        assert_eq!((event.from, event.to), (Some(0), Some(1)));
        assert_eq!(event.after.as_deref(), Some("We sell all data."));
    }
}
