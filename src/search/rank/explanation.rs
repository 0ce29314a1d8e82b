//! The parts of a score, for people who ask why a hit is where it is.

use serde::Serialize;

use crate::search::plan::{Pattern, PatternOrigin};

/// Why a hit has its score: the sum of the parts, times the factor.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ScoreExplanation {
    /// The number of words of the clause, as scoring counts them: long clauses roughly.
    pub length: u32,
    /// 1, or less for a heading.
    pub factor: f64,
    /// The parts of the score, in the order of the query.
    pub parts: Vec<ScorePart>,
}

/// A part of a score.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ScorePart {
    /// Why it adds to the score.
    pub reason: ScoreReason,
    /// The words.
    pub text: String,
    /// How often they occur in the clause; 0 for neighbours.
    pub count: u32,
    /// What they add, rounded to 4 decimals.
    pub score: f64,
}

/// Why something adds to a score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ScoreReason {
    /// The clause contains a pattern of the query.
    Matched,
    /// The clause contains another form of a word that was asked for.
    Forms,
    /// The clause contains a word that policies use with the same meaning.
    Synonyms,
    /// The clauses before and after contain some of it.
    Neighbours,
}

impl ScorePart {
    /// The part of a pattern that occurs `count` times.
    pub(super) fn new(pattern: &Pattern, count: u32, score: f64) -> Self {
        let reason = match pattern.origin {
            PatternOrigin::Asked => ScoreReason::Matched,
            PatternOrigin::Forms => ScoreReason::Forms,
            PatternOrigin::Synonyms => ScoreReason::Synonyms,
        };
        Self { reason, text: pattern.text.clone(), count, score: rounded(score) }
    }

    /// The part of the neighbours; `None` if they add nothing.
    pub(super) fn of_neighbours(score: f64) -> Option<Self> {
        let reason = ScoreReason::Neighbours;
        let part = Self { reason, text: String::new(), count: 0, score: rounded(score) };
        (score > 0.0).then_some(part)
    }
}

/// Rounds a score to 4 decimals.
pub(crate) fn rounded(score: f64) -> f64 {
    (score * 1e4).round() / 1e4
}
