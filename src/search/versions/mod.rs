//! Policies as they stood, and what became of their clauses.

mod comparison;
mod history;
mod selected;
mod threads;
mod version;

pub use comparison::{ChangeKind, ClauseDifference, DiffSummary, VersionComparison, WordChange};
pub use history::{
    ClauseLife, History, HistoryEvent, HistoryEventKind, LifeStretch, PolicyHistory, ThreadHistory,
    Wording,
};
pub use selected::SnapshotSet;
pub use version::{SnapshotCard, Version, VersionClause, chosen_ordinal, one_policy, version};
