//! What a search is asked for.

use std::str::FromStr;

use super::scope::Scope;
use crate::collapse::OrdinalRun;
use crate::lang::Lang;
use crate::model::{Age, ClauseKind, Ordinal, Period};
use crate::query::Matching;

/// A search.
#[derive(Debug, Clone, Default)]
pub struct SearchRequest {
    /// The query, in the language of [`crate::query`].
    pub query: String,
    /// Whether every clause matches that the filters let through, and `query` is not read.
    pub is_of_all: bool,
    /// What bare words are: a phrase, or a set.
    pub matching: Matching,
    /// Whether words match in all their forms (`sell`, `selling`).
    pub has_forms: bool,
    /// In what the words must stand together.
    pub scope: Scope,
    /// Which snapshots and clauses count.
    pub filters: Filters,
    /// The order of hits.
    pub sort: HitOrder,
    /// Which hits are shown as one.
    pub group: HitGrouping,
    /// Which of them is shown.
    pub member: GroupMember,
    /// Hands out some hits (or groups) that chance picked, not all.
    pub sample: Option<RandomSample>,
    /// How many hits to hand out; `None`: all.
    pub limit: Option<usize>,
    /// How many to leave out first.
    pub offset: usize,
    /// How many clauses before and after each hit come with it.
    pub context: usize,
    /// Whether each hit comes with the parts of its score.
    pub is_explained: bool,
}

/// The filters of every query command. Repeated names are alternatives; different filters must all hold.
#[derive(Debug, Clone, Default)]
pub struct Filters {
    /// Names or globs of companies.
    pub companies: Vec<String>,
    /// Names or globs of policy types.
    pub types: Vec<String>,
    /// Names or globs of collections.
    pub collections: Vec<String>,
    /// Phrases of which one must stand in a heading above the clause.
    pub sections: Vec<String>,
    /// Kinds of which the clause must be one.
    pub kinds: Vec<ClauseKind>,
    /// Languages of which the clause's must be one.
    pub langs: Vec<Lang>,
    /// What the metadata of a snapshot must say: key, and value or glob. All must hold.
    pub metadata: Vec<(String, String)>,
    /// Which snapshots of each policy count.
    pub dates: SnapshotDates,
    /// How old the snapshot of [`SnapshotDates::AsOf`] and [`SnapshotDates::Latest`] may be, at the end of that date or of the last day of the index,
    /// whichever is earlier.
    pub carry: Option<Age>,
    /// Whether technical snapshots are left out, as if the corpus did not have them.
    pub has_company_changes_only: bool,
    /// What the whole life of a clause must be like.
    pub life: LifeFilter,
}

impl Filters {
    /// Whether they choose among the clauses of a snapshot.
    pub fn is_about_clauses(&self) -> bool {
        !self.sections.is_empty()
            || !self.kinds.is_empty()
            || !self.langs.is_empty()
            || self.life != LifeFilter::default()
    }
}

/// What the whole life of a clause must be like, whatever snapshots count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LifeFilter {
    /// It does not stand in the newest snapshot of its policy.
    pub is_gone: bool,
    /// It was first seen in this period or later.
    pub added_since: Option<Period>,
    /// The first snapshot without it, after its last, is of this period or later.
    pub removed_since: Option<Period>,
}

impl LifeFilter {
    /// Whether anything depends on archive times.
    pub(crate) fn needs_times(self) -> bool {
        self.added_since.is_some() || self.removed_since.is_some()
    }

    /// Whether a clause with these runs (ascending, not empty) is let through; `times`: of the ordinals, if they are needed.
    pub(crate) fn lets_through(self, runs: &[OrdinalRun], times: &[i64], snapshots: u32) -> bool {
        let (Some(first), Some(last)) = (runs.first(), runs.last()) else { return false };
        let is_since = |ordinal: Ordinal, period: Period| {
            times.get(ordinal.index()).is_some_and(|&time| time >= period.start().seconds())
        };
        let is_gone = last.last.next().get() < snapshots;
        (!self.is_gone || is_gone)
            && self.added_since.is_none_or(|period| is_since(first.start, period))
            && self.removed_since.is_none_or(|period| is_since(last.last.next(), period))
    }
}

/// The snapshots of a policy that count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SnapshotDates {
    /// All.
    #[default]
    All,
    /// Those dated inside, ends included; either end may be open.
    Between {
        /// From the start of this period.
        since: Option<Period>,
        /// To the end of this period.
        until: Option<Period>,
    },
    /// The newest up to the end of the period.
    AsOf(Period),
    /// The newest.
    Latest,
}

/// The order of hits. Equal ones follow by company, type, collection and clause order: the order is total.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HitOrder {
    /// Best score first.
    #[default]
    Relevance,
    /// Newest archive date first.
    Newest,
    /// Oldest archive date first.
    Oldest,
    /// Earliest first appearance first.
    FirstSeen,
    /// By company.
    Company,
}

/// Which hits are shown as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HitGrouping {
    /// Each on its own.
    #[default]
    None,
    /// Equal clauses of all companies.
    Text,
    /// One per policy.
    Policy,
    /// One per company.
    Company,
}

/// Which hit of a group stands for it. Of equal ones, the first in the order of hits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum GroupMember {
    /// The first in the order that was asked for.
    #[default]
    Best,
    /// The one with the newest archive date.
    Newest,
    /// The one with the oldest.
    Oldest,
}

/// Hits that chance picked: each as likely as any other. The same seed picks the same clauses, on any machine and in any format, and of a
/// corpus that grew the same ones as far as they are still among the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RandomSample {
    /// How many at most.
    pub size: usize,
    /// Which of all samples.
    pub seed: u64,
}

/// `--limit`: a number or `all`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HitLimit(pub Option<usize>);

impl FromStr for HitLimit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "all" {
            return Ok(Self(None));
        }
        text.parse()
            .map(|limit| Self(Some(limit)))
            .map_err(|_| format!("`{text}` is neither a number nor `all`"))
    }
}
