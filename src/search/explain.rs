//! The parts of a score, for people who want to know why a hit stands where it does.

use serde::Serialize;

use crate::query::pattern::{Origin, Pattern};

/// Why a hit has its score: the sum of the parts, times the factor.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explanation {
    /// How many words the clause has, as scoring counts them: long clauses about.
    pub length: u32,
    /// 1, or less for a heading.
    pub factor: f64,
    /// What adds to the score, in the order of the query.
    pub parts: Vec<Part>,
}

/// What adds to a score.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Part {
    /// What it is.
    pub reason: Reason,
    /// The words.
    pub text: String,
    /// How often they stand in the clause; 0 of neighbours.
    pub count: u32,
    /// What they add.
    pub score: f64,
}

/// What adds to a score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// What was asked for stands in the clause.
    Matched,
    /// Some form of a word that was asked for does.
    Forms,
    /// A word that policies use for the same does.
    Synonyms,
    /// The clauses before and after have some of it.
    Neighbours,
}

impl Explanation {
    pub(super) fn new(parts: Vec<Part>, length: u32, factor: f64) -> Self {
        Self { length, factor, parts }
    }
}

impl Part {
    pub(super) fn new(pattern: &Pattern, count: u32, score: f64) -> Self {
        let reason = match pattern.origin {
            Origin::Asked => Reason::Matched,
            Origin::Forms => Reason::Forms,
            Origin::Synonyms => Reason::Synonyms,
        };
        Self { reason, text: pattern.text.clone(), count, score: rounded(score) }
    }

    pub(super) fn of_neighbours(score: f64) -> Option<Self> {
        let part = Self {
            reason: Reason::Neighbours,
            text: String::new(),
            count: 0,
            score: rounded(score),
        };
        (score > 0.0).then_some(part)
    }
}

fn rounded(score: f64) -> f64 {
    (score * 1e4).round() / 1e4
}
