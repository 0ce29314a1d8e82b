//! Versions of a policy over time: the policy at a date, the difference between two dates, and the
//! history of the clauses that match a query.

mod align;
mod comparison;
mod history;
mod history_builder;
mod policy_view;
mod snapshot_set;
mod threads;
mod version;

pub use align::{
    AlignedChange, ClauseAlignment, ComparedClause, WordChange, WordFate, align, compare_words,
};
pub use comparison::{ClauseChange, ClauseDifference, DiffSummary, VersionComparison};
pub use history::{
    ClauseLife, History, HistoryChange, HistoryEvent, LifeRun, PolicyHistory, ThreadHistory,
    Wording,
};
pub use policy_view::{PolicyChoice, PolicyView};
pub use snapshot_set::SnapshotSet;
pub use version::{PolicyVersion, SnapshotCard, VersionClause};
