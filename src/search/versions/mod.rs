//! Versions of a policy over time: the policy at a date, the difference between two dates, and the
//! history of the clauses that match a query.

mod align;
mod compared_clause;
mod comparison;
mod history;
mod history_builder;
mod policy_view;
mod snapshot_set;
mod threads;
mod version;
mod worded_numbers;

pub use align::{AlignedChange, ClauseAlignment, WordChange, WordFate, align, compare_words};
pub use compared_clause::ComparedClause;
pub use comparison::{
    ClauseChange, ClauseDifference, ClauseRenumbering, DiffSummary, VersionComparison,
    compared_wordings,
};
pub use history::{
    ClauseLife, History, HistoryChange, HistoryEvent, LifeRun, PolicyHistory, ThreadHistory,
    Wording,
};
pub use policy_view::{PolicyChoice, PolicyView};
pub use snapshot_set::SnapshotSet;
pub(crate) use version::reads_back;
pub use version::{PolicyVersion, SnapshotCard, VersionClause};
