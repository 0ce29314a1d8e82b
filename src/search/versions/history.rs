//! When clauses that match entered, changed and left, policy by policy.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::comparison::{WordChange, stretches};
use super::threads::{Step, Thread, Turn, Wordings};
use super::version::SnapshotCard;
use crate::collapse::{ClausePlace, CollapsedPolicy, DistinctClause};
use crate::error::Result;
use crate::index::PolicyEntry;
use crate::model::ClauseKind;
use crate::search::{Searcher, Select};

/// The history of what matches (`schema/history.schema.json`).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct History {
    /// The query as it was given.
    pub query: String,
    /// The policies that have a match, in order of company, type and collection.
    pub policies: Vec<PolicyHistory>,
}

/// The history of a policy.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PolicyHistory {
    /// The name under which its corpus was indexed.
    pub collection: String,
    /// Whose policy it is.
    pub company: String,
    /// Which policy of theirs.
    #[serde(rename = "type")]
    pub policy_type: String,
    /// How many snapshots of it were looked at: all, or those that are no technical changes.
    pub snapshots: u64,
    /// The archive date of the oldest of them.
    pub first: String,
    /// The archive date of the newest of them.
    pub last: String,
    /// What matches, each with what it came from and became.
    pub threads: Vec<ThreadHistory>,
}

/// A clause that matches, with all wordings that it came from or became.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ThreadHistory {
    /// When one of its wordings that match stood.
    pub life: ClauseLife,
    /// Its wordings, in the order in which they entered the policy.
    pub wordings: Vec<Wording>,
    /// What became of them, oldest first.
    pub events: Vec<HistoryEvent>,
}

/// A wording: clauses that differ in numbers before them only.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Wording {
    /// Whether it matches. One that does not is here for what it came from or became.
    pub is_match: bool,
    /// The id of its newest clause.
    pub id: String,
    /// What it is where it last stood.
    pub kind: ClauseKind,
    /// The headings above it there.
    pub section: Vec<String>,
    /// The sentence that introduces its list, or the header row of its table.
    pub lead_in: Option<String>,
    /// Its text where it last stood.
    pub text: String,
    /// When it stood.
    pub life: ClauseLife,
}

/// When something stood, in archive dates.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ClauseLife {
    /// That of the first snapshot with it.
    pub first_seen: String,
    /// That of the last snapshot with it.
    pub last_seen: String,
    /// That of the first snapshot without it after the last with it; `None` if there is none.
    pub gone_by: Option<String>,
    /// How many snapshots have it.
    pub snapshots: u64,
    /// The stretches without a gap.
    pub stands: Vec<LifeStretch>,
}

/// Snapshots one after the other that all have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LifeStretch {
    /// The archive date of the first.
    pub first: String,
    /// The archive date of the last.
    pub last: String,
    /// The archive date of the next snapshot, which does not have it; `None` if there is none.
    pub gone_by: Option<String>,
    /// How many they are.
    pub snapshots: u64,
}

/// What became of a wording between two snapshots.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HistoryEvent {
    /// What sort it is.
    pub change: HistoryEventKind,
    /// The wording before, as a number in [`ThreadHistory::wordings`]; `None` if it is new, or stood in the oldest snapshot.
    pub from: Option<usize>,
    /// The wording after; `None` if it is gone.
    pub to: Option<usize>,
    /// The text before, as it stood in the snapshot before; `None` without `from`.
    pub before: Option<String>,
    /// The text after, as it stands in the snapshot; `None` without `to`.
    pub after: Option<String>,
    /// Of a change, the stretches of words that stayed, were removed and were added; else `None`.
    pub words: Option<Vec<WordChange>>,
    /// How often this change and its reverse happened one after the other: 1, or the length of an alternation.
    pub count: u64,
    /// How many of them came with a snapshot that the archive made for a technical change of its own.
    pub technical: u64,
    /// How many technical snapshots were left out between the snapshots before and after them.
    pub left_out: u64,
    /// The snapshot before; `None` before the oldest.
    pub previous: Option<SnapshotCard>,
    /// The snapshot with the change: of an alternation the first.
    pub snapshot: SnapshotCard,
    /// Of an alternation the snapshot with its last change; else `None`.
    pub last: Option<SnapshotCard>,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum HistoryEventKind {
    /// It stood in the oldest snapshot: since when is not known.
    Standing,
    /// It is not in the snapshot before.
    Added,
    /// It is not in this snapshot, as it was in the one before.
    Removed,
    /// It was reworded.
    Changed,
}

impl Searcher {
    /// The histories of the policies that match. Filters choose what matches; of that the whole life is told, along all snapshots or, without
    /// technical changes, along the others. Order and amount of `request` are not looked at.
    ///
    /// # Errors
    ///
    /// Those of [`Searcher::search`].
    pub fn history(&self, select: &Select) -> Result<History> {
        self.index().guard(|| self.histories(select))
    }

    fn histories(&self, select: &Select) -> Result<History> {
        let mut matches: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        self.each_match(select, false, &mut |_, found| {
            matches.entry(found.rank.get()).or_default().push(found.doc);
            Ok(())
        })?;
        let has_all = !select.filters.company_changes_only;
        let mut policies = Vec::with_capacity(matches.len());
        for (rank, docs) in matches {
            policies.push(self.policy_history(rank, &docs, has_all)?);
        }
        Ok(History { query: select.query_text().to_owned(), policies })
    }

    /// The history of these clauses of a policy.
    fn policy_history(&self, rank: u32, docs: &[u32], has_all: bool) -> Result<PolicyHistory> {
        let index = self.index();
        let entry = index.policies().get(rank).ok_or_else(|| index.damaged("an unknown policy"))?;
        let address = index.policy_address(entry.hash)?;
        let first = index.clause_address(address, entry.snapshots, 0).doc_id;
        let policy = index.collapsed(rank)?;
        let walked = (0..).zip(&policy.snapshots).filter(|(_, s)| has_all || !s.info.is_technical);
        let wordings = Wordings::new(&policy, walked.map(|(ordinal, _)| ordinal).collect());
        let matching: BTreeSet<u32> =
            docs.iter().filter_map(|doc| wordings.of(doc.checked_sub(first)?)).collect();
        let teller = Teller { entry, policy: &policy, wordings: &wordings, matching: &matching };
        let threads =
            wordings.threads(&matching).iter().map(|thread| teller.thread(thread)).collect();
        let date = |position: usize| teller.date(position).unwrap_or_default();
        Ok(PolicyHistory {
            collection: entry.key.collection.clone(),
            company: entry.key.company.clone(),
            policy_type: entry.key.policy_type.clone(),
            snapshots: wordings.walked.len() as u64,
            first: date(0),
            last: date(wordings.walked.len().saturating_sub(1)),
            threads,
        })
    }
}

/// Tells the threads of a policy in words and dates.
struct Teller<'t> {
    entry: &'t PolicyEntry,
    policy: &'t CollapsedPolicy,
    wordings: &'t Wordings<'t>,
    matching: &'t BTreeSet<u32>,
}

impl Teller<'_> {
    fn thread(&self, thread: &Thread) -> ThreadHistory {
        let told: Vec<Wording> =
            thread.wordings.iter().map(|&wording| self.wording(wording)).collect();
        let mut standing = fixedbitset::FixedBitSet::with_capacity(self.wordings.walked.len());
        for wording in thread.wordings.iter().filter(|wording| self.matching.contains(wording)) {
            standing.union_with(&self.wordings.standing[*wording as usize]);
        }
        let number = |wording: Option<u32>| thread.wordings.binary_search(&wording?).ok();
        let events = thread.turns.iter().filter_map(|turn| {
            let Step { from, to, .. } = turn.step;
            self.event(turn, (number(from), number(to)))
        });
        ThreadHistory { events: events.collect(), life: self.life(&standing), wordings: told }
    }

    /// The first clause with a wording at a position, and its place.
    fn clause(&self, position: usize, wording: u32) -> Option<(&DistinctClause, &ClausePlace)> {
        let mut version = self.wordings.version(position).iter();
        let occurrence = version
            .find(|occurrence| self.wordings.of(occurrence.clause.get()) == Some(wording))?;
        let clause = self.policy.clauses.get(occurrence.clause.index())?;
        Some((clause, self.policy.places.get(occurrence.place.index())?))
    }

    fn wording(&self, wording: u32) -> Wording {
        let standing = &self.wordings.standing[wording as usize];
        let newest = standing.maximum().and_then(|position| self.clause(position, wording));
        let (clause, place) = newest.unzip();
        let key = &self.entry.key;
        let id = clause
            .map(|clause| clause.identity.clause_id(&key.company, &key.policy_type).to_string());
        let heading =
            |&number: &u32| self.policy.headings.get(number as usize).cloned().unwrap_or_default();
        Wording {
            is_match: self.matching.contains(&wording),
            id: id.unwrap_or_default(),
            kind: place.map_or(ClauseKind::Paragraph, |place| place.kind),
            section: place.iter().flat_map(|place| &place.section).map(heading).collect(),
            lead_in: clause.and_then(|clause| clause.lead_in.clone()),
            text: clause.map(|clause| clause.text.clone()).unwrap_or_default(),
            life: self.life(standing),
        }
    }

    /// When something stood at these positions.
    fn life(&self, standing: &fixedbitset::FixedBitSet) -> ClauseLife {
        let date = |position: usize| self.date(position).unwrap_or_default();
        let mut stands: Vec<(usize, usize)> = Vec::new();
        for position in standing.ones() {
            match stands.last_mut().filter(|(_, last)| last + 1 == position) {
                Some((_, last)) => *last = position,
                None => stands.push((position, position)),
            }
        }
        let stands: Vec<LifeStretch> = stands
            .into_iter()
            .map(|(first, last)| LifeStretch {
                first: date(first),
                last: date(last),
                gone_by: self.date(last + 1),
                snapshots: (last - first + 1) as u64,
            })
            .collect();
        ClauseLife {
            first_seen: stands.first().map(|stand| stand.first.clone()).unwrap_or_default(),
            last_seen: stands.last().map(|stand| stand.last.clone()).unwrap_or_default(),
            gone_by: stands.last().and_then(|stand| stand.gone_by.clone()),
            snapshots: standing.count_ones(..) as u64,
            stands,
        }
    }

    fn event(
        &self,
        turn: &Turn,
        (from, to): (Option<usize>, Option<usize>),
    ) -> Option<HistoryEvent> {
        let at = turn.step.at;
        let text = |position: usize, wording| Some(self.clause(position, wording)?.0.text.clone());
        let before = turn.step.from.and_then(|from| text(at.checked_sub(1)?, from));
        let after = turn.step.to.and_then(|to| text(at, to));
        let change = match (from, to) {
            (None, _) if at == 0 => HistoryEventKind::Standing,
            (None, _) => HistoryEventKind::Added,
            (_, None) => HistoryEventKind::Removed,
            _ => HistoryEventKind::Changed,
        };
        let words =
            before.as_ref().zip(after.as_ref()).map(|(before, after)| stretches(before, after));
        let is_technical = |&&position: &&usize| {
            let ordinal = self.wordings.walked.get(position).copied().unwrap_or(u32::MAX);
            self.policy
                .snapshots
                .get(ordinal as usize)
                .is_some_and(|snapshot| snapshot.info.is_technical)
        };
        let last = turn.positions.last().filter(|_| turn.positions.len() > 1);
        Some(HistoryEvent {
            change,
            from,
            to,
            before,
            after,
            words,
            count: turn.positions.len() as u64,
            technical: turn.positions.iter().filter(is_technical).count() as u64,
            left_out: turn.positions.iter().map(|&position| self.left_out(position)).sum(),
            previous: at.checked_sub(1).and_then(|before| self.card(before)),
            snapshot: self.card(at)?,
            last: last.and_then(|&last| self.card(last)),
        })
    }

    /// How many snapshots between a position and the one before are not looked at.
    fn left_out(&self, position: usize) -> u64 {
        let walked = &self.wordings.walked;
        let before = position.checked_sub(1).and_then(|before| walked.get(before));
        match (before, walked.get(position)) {
            (Some(before), Some(here)) => u64::from(here - before - 1),
            _ => 0,
        }
    }

    fn date(&self, position: usize) -> Option<String> {
        let ordinal = *self.wordings.walked.get(position)?;
        Some(self.policy.snapshots.get(ordinal as usize)?.info.time.date())
    }

    fn card(&self, position: usize) -> Option<SnapshotCard> {
        let ordinal = *self.wordings.walked.get(position)?;
        let snapshot = self.policy.snapshots.get(ordinal as usize)?;
        Some(SnapshotCard::new(&self.entry.key, snapshot.info.clone(), snapshot.title.clone()))
    }
}
