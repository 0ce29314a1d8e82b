//! What a search is asked for: which clauses, in which order, and what each hit shows.
//!
//! A [`SearchRequest`] has three parts. [`Select`] says which clauses match; commands that only
//! count or compare (facets, timelines, histories, companies) take it alone. [`Ranking`] says in
//! which order hits come and how many. [`ShowOptions`] says what comes with each hit.

use crate::collapse::OrdinalRun;
use crate::lang::Lang;
use crate::model::{Age, ArchiveTime, ClauseKind, Ordinal, Period};
use crate::query::Query;

/// A search for hits.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SearchRequest {
    /// Which clauses match.
    pub select: Select,
    /// The order of hits, and how many.
    pub ranking: Ranking,
    /// What comes with each hit.
    pub show: ShowOptions,
}

impl SearchRequest {
    /// A request for all clauses that `select` matches, in the default order.
    pub fn new(select: Select) -> Self {
        Self { select, ..Self::default() }
    }
}

/// Which clauses match.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Select {
    /// The query; `None` matches every clause that the filters let through.
    pub query: Option<Query>,
    /// Whether words match in all their forms (`sell`, `selling`), by the English stemmer.
    pub stem: bool,
    /// The unit in which the words of the query must occur together.
    pub scope: Scope,
    /// Which snapshots and clauses count.
    pub filters: Filters,
}

impl Select {
    /// The query as it was given, empty without one.
    pub fn query_text(&self) -> &str {
        self.query.as_ref().map_or("", Query::text)
    }
}

/// Selects the clauses that match the query, without filters.
impl From<Query> for Select {
    fn from(query: Query) -> Self {
        Self { query: Some(query), ..Self::default() }
    }
}

/// The unit in which the words of a query must occur together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scope {
    /// One clause.
    #[default]
    Clause,
    /// One section of a snapshot: the clauses directly under one path of headings, and the last
    /// heading of that path.
    Section,
    /// One whole snapshot.
    Snapshot,
}

/// The order of hits, and how many.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ranking {
    /// The order.
    pub sort: HitOrder,
    /// Which hits are shown as one.
    pub group: HitGrouping,
    /// Which hit of a group is shown.
    pub member: GroupMember,
    /// Shows only a random sample of the hits (or groups).
    pub sample: Option<RandomSample>,
    /// The most hits (or groups) to return; `None` returns all.
    pub limit: Option<usize>,
    /// How many hits (or groups) to skip first.
    pub offset: usize,
}

/// What comes with each hit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ShowOptions {
    /// How many clauses before and after each hit come with it.
    pub context: usize,
    /// Whether each hit comes with the parts of its score. Only [`HitOrder::Relevance`] has scores.
    pub explain: bool,
}

/// The filters of every query command. Repeated names are alternatives; all filters must hold.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Filters {
    /// Names or globs of companies.
    pub companies: Vec<String>,
    /// Names or globs of policy types.
    pub types: Vec<String>,
    /// Names or globs of collections.
    pub collections: Vec<String>,
    /// Phrases, one of which must occur in a heading above the clause.
    pub sections: Vec<String>,
    /// The kinds of clauses that may match; empty for all.
    pub kinds: Vec<ClauseKind>,
    /// The languages of the snapshots that count; empty for all.
    pub langs: Vec<Lang>,
    /// Keys and values (or globs) that the metadata of a snapshot must have. All must hold.
    pub metadata: Vec<(String, String)>,
    /// Which snapshots of each policy count, by date.
    pub dates: SnapshotDates,
    /// How old a snapshot of [`SnapshotDates::AsOf`] and [`SnapshotDates::Latest`] may be at the
    /// end of that date or of the last day of the index that is not in the future, whichever is
    /// earlier.
    pub carry: Option<Age>,
    /// Whether [`SnapshotDates::AsOf`] and [`SnapshotDates::Latest`] choose the last snapshot of a
    /// policy that its corpus had removed by then. Without it, they choose none of that policy.
    pub with_ended: bool,
    /// The time that counts as the present; `None` is the time of the clock. Snapshots dated after
    /// its day are in the future.
    pub today: Option<ArchiveTime>,
    /// Whether technical snapshots are left out, as if the corpus did not contain them.
    pub company_changes_only: bool,
    /// Conditions on the whole life of a clause.
    pub life: LifeFilter,
    /// Whether furniture counts: text around the policy, such as menus and footers. Without it,
    /// answers are as if the snapshots had none.
    pub furniture: bool,
}

impl Filters {
    /// Whether they leave out policies that their corpora had removed.
    pub(crate) fn leave_out_ended(&self) -> bool {
        let is_newest = matches!(self.dates, SnapshotDates::AsOf(_) | SnapshotDates::Latest);
        is_newest && !self.with_ended
    }

    /// Whether they choose among the clauses of a snapshot, not only among snapshots.
    pub fn choose_clauses(&self) -> bool {
        !self.sections.is_empty() || !self.kinds.is_empty() || self.life != LifeFilter::default()
    }
}

/// Conditions on the whole life of a clause, whatever snapshots count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LifeFilter {
    /// The clause is not in the newest snapshot of its policy.
    pub gone: bool,
    /// The clause was first seen in this period or later.
    pub added_since: Option<Period>,
    /// The first snapshot without the clause, after its last, is dated in this period or later.
    pub removed_since: Option<Period>,
}

impl LifeFilter {
    /// Whether the conditions depend on archive times.
    pub(crate) fn needs_times(self) -> bool {
        self.added_since.is_some() || self.removed_since.is_some()
    }

    /// Whether a clause with these runs (ascending, not empty) is let through.
    ///
    /// `times` holds the archive times by ordinal if [`LifeFilter::needs_times`]; `snapshots` is
    /// the number of snapshots of the policy.
    pub(crate) fn lets_through(
        self,
        runs: &[OrdinalRun],
        times: &[ArchiveTime],
        snapshots: u32,
    ) -> bool {
        let (Some(first), Some(last)) = (runs.first(), runs.last()) else { return false };
        let after = last.last.next();
        let is_gone = after.get() < snapshots;
        (!self.gone || is_gone)
            && self.added_since.is_none_or(|period| is_since(times, first.start, period))
            && self.removed_since.is_none_or(|period| is_since(times, after, period))
    }
}

/// Whether the snapshot with this ordinal exists and is dated in `period` or later.
fn is_since(times: &[ArchiveTime], ordinal: Ordinal, period: Period) -> bool {
    times.get(ordinal.index()).is_some_and(|&time| time >= period.start())
}

/// The snapshots of a policy that count, by date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SnapshotDates {
    /// All snapshots.
    #[default]
    All,
    /// The snapshots dated between two periods, both included; either end may be open.
    Between {
        /// From the start of this period.
        since: Option<Period>,
        /// To the end of this period.
        until: Option<Period>,
    },
    /// The newest snapshot up to the end of the period.
    AsOf(Period),
    /// The newest snapshot.
    Latest,
}

/// The order of hits. Equal hits follow by company, type, collection and clause order, so the order
/// is total.
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
    /// Each hit on its own.
    #[default]
    None,
    /// Equal clauses of all companies.
    Text,
    /// One hit per policy.
    Policy,
    /// One hit per company.
    Company,
}

/// Which hit represents a group. Among equals, the first in the order of hits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum GroupMember {
    /// The first in the requested order.
    #[default]
    Best,
    /// The hit with the newest archive date.
    Newest,
    /// The hit with the oldest archive date.
    Oldest,
}

/// A random sample of hits, each as likely as any other.
///
/// The same seed picks the same clauses on every machine and in every format. From a corpus that
/// has grown, it picks the same clauses as far as they are still in the sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RandomSample {
    /// The most hits in the sample.
    pub size: usize,
    /// Which sample to draw.
    pub seed: u64,
}
