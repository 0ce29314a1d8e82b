//! Collapses the snapshots of one policy: each distinct clause is kept once, with the runs of
//! snapshots in which it occurs.
//!
//! Successive snapshots of a policy repeat nearly all of their clauses, so this step decides how
//! small an index is. The file `policy` has the result as data, `collapser` computes it. Cutting
//! texts into clauses is left to [`crate::section`], storing the result to [`crate::index`].

mod collapser;
mod policy;

pub use collapser::{Collapser, TextNumber};
pub use policy::{
    ClauseOccurrence, ClausePlace, CollapsedPolicy, CollapsedSnapshot, DistinctClause,
    EarlierSpelling, FirstOccurrence, OrdinalRun, PlaceChange, SourceRecord,
};
