//! Searching: a request and an open index in, hits in a total order out.
//!
//! A query goes through the folders in this order, and each decides one thing:
//!
//! 1. `plan`: what to look for, in terms of the index.
//! 2. `select`: which snapshots of each policy count.
//! 3. `matching`: which clauses match, at which place, and by which patterns.
//! 4. `rank`: the score of a match, and which matches become rows.
//! 5. `show`: what people see of a row.
//!
//! [`Searcher`] runs the whole way for `search`. `counts` (facets, companies, timelines) and
//! `versions` (histories, differences, whole policies) take the matches of step 3.

mod counts;
mod find_clause;
mod hit;
mod matching;
mod no_hits;
mod plan;
mod policy_cache;
mod policy_tables;
mod rank;
mod request;
mod searcher;
mod select;
mod show;
mod totals;
mod versions;

pub use counts::{
    CompanyEntry, CompanyList, FacetCount, FacetField, Facets, Mentions, Timeline, TimelineMeasure,
    TimelinePoint, TimelineRequest, TimelineSeries,
};
pub use hit::{Hit, HitContext, HitSink, NeighbourClause, SearchSummary, Totals};
pub use no_hits::{FilterName, MissingWord, NoHits};
pub use rank::{ScoreExplanation, ScorePart, ScoreReason};
pub use request::{
    Filters, GroupMember, HitGrouping, HitOrder, LifeFilter, RandomSample, Ranking, Scope,
    SearchRequest, Select, ShowOptions, SnapshotDates,
};
pub use searcher::Searcher;
pub use show::{ContextClause, ShownClause};
pub(crate) use versions::reads_back;
pub use versions::{
    AlignedChange, ClauseAlignment, ClauseChange, ClauseDifference, ClauseLife, ClauseRenumbering,
    ComparedClause, DiffSummary, History, HistoryChange, HistoryEvent, LifeRun, PolicyChoice,
    PolicyHistory, PolicyVersion, PolicyView, SnapshotCard, SnapshotSet, ThreadHistory,
    VersionClause, VersionComparison, WordChange, WordFate, Wording, align, compare_words,
    compared_wordings,
};
