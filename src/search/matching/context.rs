//! What a walk shares with its parts, and what it hands out.

use tantivy::DocId;

use super::evaluate::MatchedPattern;
use crate::collapse::OrdinalRun;
use crate::error::Result;
use crate::index::{OpenIndex, PolicyRecord};
use crate::model::{ArchiveTime, ClauseKind, Ordinal, PlaceNumber, Rank};
use crate::search::plan::{PatternWords, Plan};
use crate::search::policy_cache::PolicyCache;
use crate::search::request::{LifeFilter, Scope, Select};
use crate::search::select::SnapshotSelection;

/// What decides about a match besides the plan.
pub(crate) struct Conditions<'c> {
    /// Which snapshots count.
    pub snapshots: SnapshotSelection,
    /// Conditions on the whole life of a clause.
    pub life: LifeFilter,
    kinds: &'c [ClauseKind],
    /// Whether furniture may match.
    pub with_furniture: bool,
    /// The unit that the query is judged on.
    pub scope: Scope,
    /// Whether matches come with archive times.
    wants_times: bool,
}

impl<'c> Conditions<'c> {
    /// The conditions of a selection. `wants_times`: whether matches come with archive times.
    ///
    /// # Errors
    ///
    /// A metadata key that no snapshot has.
    pub fn new(index: &OpenIndex, select: &'c Select, wants_times: bool) -> Result<Self> {
        let filters = &select.filters;
        Ok(Self {
            snapshots: SnapshotSelection::new(index, filters)?,
            life: filters.life,
            kinds: &filters.kinds,
            with_furniture: filters.furniture,
            scope: select.scope,
            wants_times,
        })
    }

    /// Whether archive times are read at all.
    pub fn needs_times(&self) -> bool {
        self.wants_times || self.snapshots.needs_times() || self.life.needs_times()
    }

    /// Whether clauses of this kind are let through.
    pub fn has_kind(&self, kind: ClauseKind) -> bool {
        self.kinds.is_empty() || self.kinds.contains(&kind)
    }

    /// Whether clauses of all kinds are let through.
    pub fn has_every_kind(&self) -> bool {
        self.kinds.is_empty()
    }
}

/// What all parts of one search share.
#[derive(Clone, Copy)]
pub(crate) struct SearchContext<'s> {
    /// The index.
    pub index: &'s OpenIndex,
    /// The plan of the query and the filters.
    pub plan: &'s Plan,
    /// The words of each pattern of the plan.
    pub words: &'s [PatternWords],
    /// What decides besides.
    pub conditions: &'s Conditions<'s>,
    /// Policies that were read before.
    pub policies: &'s PolicyCache,
}

/// A clause that matches.
pub(crate) struct Match<'m> {
    /// Its document.
    pub doc: DocId,
    /// The rank of its policy.
    pub rank: Rank,
    /// What the table of policies has of its policy.
    pub record: PolicyRecord,
    /// Where it is shown, and what matched.
    pub decision: Decision<'m>,
    /// The selected snapshots in which it matches: ascending, not empty.
    pub matching: &'m [OrdinalRun],
    /// All snapshots in which it occurs.
    pub runs: &'m [OrdinalRun],
    /// Archive times by ordinal; empty unless they were wanted.
    pub times: &'m [ArchiveTime],
}

impl Match<'_> {
    /// The newest selected snapshot in which it matches.
    pub fn newest(&self) -> Ordinal {
        self.matching.last().expect("a match has a snapshot").last
    }
}

/// The decision about a match: made once, and used by everything that follows.
#[derive(Clone, Copy)]
pub(crate) struct Decision<'m> {
    /// The place at which the clause is shown in its newest matching snapshot. `None` if every
    /// place matches: then it is the first place there, which is read only for hits that are kept.
    pub place: Option<PlaceNumber>,
    /// The patterns that are part of the match there, each once.
    pub matched: &'m [MatchedPattern],
}

/// Is told about each match.
pub(crate) type OnMatch<'f> = dyn FnMut(&Match<'_>) -> Result<()> + 'f;
