//! Policies as they stood, and what became of their clauses.

mod comparison;
mod history;
mod selected;
mod threads;
mod version;

pub use comparison::{ChangeKind, Comparison, DiffSummary, Difference, Stretch};
pub use history::{Event, EventKind, History, Life, PolicyHistory, Stand, ThreadHistory, Wording};
pub use selected::Selected;
pub use version::{SnapshotCard, Version, VersionClause, chosen_ordinal, one_policy, version};
