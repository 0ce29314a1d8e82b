//! Reads what people see: rows become hits, an id becomes a clause in its section.
//!
//! Nothing is decided here. A row brings the place at which its clause is shown and the patterns
//! that matched.
//!
//! - `clause_reader`: a clause as it occurs in one snapshot.
//! - `hit_reader`: a row as a hit, with highlights and the clauses around it.
//! - `shown_clause`: a clause in its section.

mod clause_reader;
mod hit_reader;
mod shown_clause;

pub(crate) use clause_reader::ClauseReader;
pub(crate) use hit_reader::HitReader;
pub(crate) use shown_clause::show_clause;
pub use shown_clause::{ContextClause, ShownClause};
