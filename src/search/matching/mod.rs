//! Finds the clauses that match a plan. Each match is decided here, once.
//!
//! [`walk_segment`] walks the clauses of one segment in document order and hands out every
//! [`Match`] with its [`Decision`]: at which place the clause is shown and which patterns are part
//! of the match. Whatever comes later (scores, rows, hits, highlights) uses that decision.
//!
//! - `context`: what a walk shares with its parts, and what it hands out.
//! - `columns`: the columns of a segment that a walk reads, and places over ordinals.
//! - `cursors`: the clauses that may match, in document order.
//! - `spans`, `tokenized_text`: where a pattern occurs in a text.
//! - `evaluate`: the truth of a query, and the patterns that make it true.
//! - `policy_state`: what the walk knows of the policy that it is in.
//! - `segment_walk`: the parts that both kinds of walk have.
//! - `clause_walk`: queries about clauses.
//! - `unit_walk`, `unit_answer`, `units`: queries about whole sections or snapshots.

mod clause_walk;
mod columns;
mod context;
mod cursors;
mod evaluate;
mod policy_state;
mod segment_walk;
mod spans;
mod tokenized_text;
mod unit_answer;
mod unit_walk;
mod units;

pub(crate) use columns::{Columns, first_place};
pub(crate) use context::{Conditions, Match, OnMatch, SearchContext};
pub(crate) use cursors::PatternCursor;
pub(crate) use evaluate::MatchedPattern;
pub(crate) use tokenized_text::TokenizedText;

use tantivy::SegmentOrdinal;

use super::request::Scope;
use crate::error::Result;

/// Calls `found` for every match of a segment, in document order. The matches of a policy follow
/// each other. Returns how many clauses match with furniture only, which was left out.
///
/// # Errors
///
/// A damaged index, or what `found` returns.
pub(crate) fn walk_segment(
    context: SearchContext<'_>,
    segment: SegmentOrdinal,
    columns: &Columns,
    found: &mut OnMatch<'_>,
) -> Result<u64> {
    let mut walk = segment_walk::SegmentWalk::new(context, segment, columns)?;
    match context.conditions.scope {
        Scope::Clause => clause_walk::ClauseWalk::new(walk).run(found),
        Scope::Section | Scope::Snapshot => walk.run_units(found),
    }
}
