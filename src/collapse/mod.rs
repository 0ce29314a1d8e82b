//! Collapses the snapshots of one policy: each distinct clause is kept once, with the runs of
//! snapshots in which it occurs.
//!
//! Successive snapshots of a policy repeat nearly all of their clauses, so this step decides how
//! small an index is. `collapsed_policy` has the result as data, and `collapser` computes it.
//! Cutting texts into clauses is left to [`crate::section`], storing the result to
//! [`crate::index`].

mod collapsed_policy;
mod collapser;

pub use collapsed_policy::{
    ClauseOccurrence, ClausePlace, CollapsedPolicy, CollapsedSnapshot, DistinctClause,
    EarlierSpelling, FirstOccurrence, OrdinalRun, PlaceChange, SnapshotEnd, SourceRecord,
};
pub(crate) use collapsed_policy::{retain_policy_text, spelling_at};
pub use collapser::{Collapser, TextNumber};
