//! Policies as they stood, and what became of their clauses.

mod comparison;
mod selected;
mod version;

pub use comparison::{ChangeKind, Comparison, DiffSummary, Difference, Stretch};
pub use selected::Selected;
pub use version::{SnapshotCard, Version, VersionClause, chosen_ordinal, one_policy, version};
