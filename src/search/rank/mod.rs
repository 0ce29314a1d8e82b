//! Orders matches: scores, rows, groups and samples.
//!
//! - `bm25`: the weights of patterns, and the formula of a score.
//! - `scorer`: the score of a clause, and its parts for people who ask why.
//! - `neighbours`: the score that the clauses beside a match add.
//! - `rows`: matches in the total order, 32 bytes each.
//! - `matched_sets`: which patterns are part of the match of a row.
//! - `group`: one row per group, and random samples.

mod bm25;
mod explain;
mod explanation;
mod group;
mod matched_sets;
mod neighbours;
mod row_key;
mod rows;
mod scorer;

pub(crate) use bm25::{PatternWeights, clauses_with};
pub(crate) use explain::explain_rows;
pub(crate) use explanation::rounded;
pub use explanation::{ScoreExplanation, ScorePart, ScoreReason};
pub(crate) use group::{GroupedRows, grouped, sampled};
pub(crate) use matched_sets::MatchedSets;
pub(crate) use row_key::RowKey;
pub(crate) use rows::{Row, Rows};
pub(crate) use scorer::{Scorer, kind_factor};
