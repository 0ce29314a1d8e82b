//! Scores the clauses that match, in one segment.

use tantivy::fieldnorm::FieldNormReader;
use tantivy::{DocId, SegmentOrdinal};

use super::bm25::PatternWeights;
use super::explanation::{ScoreExplanation, ScorePart};
use super::neighbours::Neighbours;
use crate::error::Result;
use crate::model::ClauseKind;
use crate::search::matching::{Columns, MatchedPattern, PatternCursor, SearchContext};
use crate::search::plan::Plan;

/// The factor of the score of a heading. A heading only announces what the clauses below it say.
/// Chosen by argument, and measured not to cost the answers to questions anything.
const HEADING_FACTOR: f64 = 0.5;

/// Scores the clauses of a segment that match. The clauses ascend.
pub(crate) struct Scorer<'s> {
    plan: &'s Plan,
    weights: &'s PatternWeights,
    boosts: Vec<PatternCursor<'s>>,
    /// `None` if the clauses beside a match add nothing.
    neighbours: Option<Neighbours<'s>>,
    lengths: FieldNormReader,
}

impl<'s> Scorer<'s> {
    /// Opens what scoring reads of a segment.
    ///
    /// # Errors
    ///
    /// A damaged index.
    pub fn new(
        context: SearchContext<'s>,
        weights: &'s PatternWeights,
        segment: SegmentOrdinal,
        columns: &'s Columns,
    ) -> Result<Self> {
        let SearchContext { index, plan, .. } = context;
        let words = weights.boost_words();
        let boosts = PatternCursor::open_all(index, segment, &plan.boosts, words)?;
        let neighbours = match plan.has_neighbours {
            true => Some(Neighbours::new(context, weights, segment, columns)?),
            false => None,
        };
        let reader = index.searcher().segment_reader(segment);
        let lengths = reader.get_fieldnorms_reader(index.fields().text).map_err(index.failed())?;
        Ok(Self { plan, weights, boosts, neighbours, lengths })
    }

    /// The score of a clause before the heading factor ([`kind_factor`]), which is applied lazily:
    /// only rows that may be kept read their kind.
    ///
    /// # Errors
    ///
    /// A damaged index.
    pub fn score(&mut self, doc: DocId, matched: &[MatchedPattern]) -> Result<f64> {
        let length = self.lengths.fieldnorm(doc);
        let mut sum = 0.0;
        for matched in matched {
            let weight = self.weights.pattern(matched.pattern);
            sum += self.weights.score(weight, matched.count, length);
        }
        Ok(sum + self.boost(doc, length)?)
    }

    /// The score that boosts and neighbours add.
    fn boost(&mut self, doc: DocId, length: u32) -> Result<f64> {
        let mut sum = 0.0;
        for (i, boost) in self.boosts.iter_mut().enumerate() {
            sum += self.weights.score(self.weights.boost(i), boost.count(doc)?, length);
        }
        if let Some(neighbours) = &mut self.neighbours {
            sum += neighbours.score(doc, &self.lengths)?;
        }
        Ok(sum)
    }

    /// The parts of the score of a clause, in the order of the query.
    ///
    /// # Errors
    ///
    /// A damaged index.
    pub fn explain(
        &mut self,
        doc: DocId,
        matched: &[MatchedPattern],
        factor: f64,
    ) -> Result<ScoreExplanation> {
        let length = self.lengths.fieldnorm(doc);
        let mut parts = Vec::new();
        for matched in matched {
            let weight = self.weights.pattern(matched.pattern);
            let score = self.weights.score(weight, matched.count, length);
            parts.push(ScorePart::new(&self.plan.patterns[matched.pattern], matched.count, score));
        }
        for (i, boost) in self.boosts.iter_mut().enumerate() {
            let count = boost.count(doc)?;
            if count > 0 {
                let score = self.weights.score(self.weights.boost(i), count, length);
                parts.push(ScorePart::new(&self.plan.boosts[i], count, score));
            }
        }
        if let Some(neighbours) = &mut self.neighbours {
            parts.extend(ScorePart::of_neighbours(neighbours.score(doc, &self.lengths)?));
        }
        Ok(ScoreExplanation { length, factor, parts })
    }
}

/// The factor of a clause's score. A clause that was a heading when it entered its policy is one.
pub(crate) fn kind_factor(columns: &Columns, doc: DocId) -> f64 {
    match columns.first_kind(doc) {
        Some(ClauseKind::Heading) => HEADING_FACTOR,
        _ => 1.0,
    }
}
