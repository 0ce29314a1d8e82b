//! The parts of a score, for people who want to know why a hit stands where it does.

use serde::Serialize;

use crate::query::pattern::{Origin, Pattern};

/// Why a hit has its score: the sum of the parts, times the factor.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ScoreExplanation {
    /// How many words the clause has, as scoring counts them: long clauses about.
    pub length: u32,
    /// 1, or less for a heading.
    pub factor: f64,
    /// What adds to the score, in the order of the query.
    pub parts: Vec<ScorePart>,
}

/// What adds to a score.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ScorePart {
    /// What it is.
    pub reason: ScoreReason,
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
pub enum ScoreReason {
    /// What was asked for stands in the clause.
    Matched,
    /// Some form of a word that was asked for does.
    Forms,
    /// A word that policies use for the same does.
    Synonyms,
    /// The clauses before and after have some of it.
    Neighbours,
}

impl ScoreExplanation {
    pub(super) fn new(parts: Vec<ScorePart>, length: u32, factor: f64) -> Self {
        Self { length, factor, parts }
    }
}

impl ScorePart {
    pub(super) fn new(pattern: &Pattern, count: u32, score: f64) -> Self {
        let reason = match pattern.origin {
            Origin::Asked => ScoreReason::Matched,
            Origin::Forms => ScoreReason::Forms,
            Origin::Synonyms => ScoreReason::Synonyms,
        };
        Self { reason, text: pattern.text.clone(), count, score: rounded(score) }
    }

    pub(super) fn of_neighbours(score: f64) -> Option<Self> {
        let part = Self {
            reason: ScoreReason::Neighbours,
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
