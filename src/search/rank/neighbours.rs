//! The score that the clauses beside a match add to it: an answer is often beside the words of the
//! question.
//!
//! The neighbours of a clause are the clauses before and after it in the first snapshot in which it
//! occurred, if they came with that snapshot too. Furniture is no neighbour of a clause of the
//! policy. Neighbours are the same in every index of a corpus, and no filter changes them. They
//! never make a match.

use tantivy::fieldnorm::FieldNormReader;
use tantivy::{DocId, SegmentOrdinal};

use super::bm25::PatternWeights;
use crate::error::Result;
use crate::index::FurnitureExtent;
use crate::model::Ordinal;
use crate::search::matching::{Columns, PatternCursor, SearchContext};

/// The share of a neighbour's score that counts. Chosen on one half of the judged questions; see
/// `benches/README.md`.
const NEIGHBOUR_SHARE: f64 = 0.2;

/// The common origin of clauses that can be neighbours.
#[derive(PartialEq, Eq)]
struct ClauseHome {
    policy: u64,
    /// The first snapshot in which the clause occurred.
    ordinal: Ordinal,
    /// Whether the clause is furniture at all its places.
    is_furniture: bool,
}

/// Scores the neighbours of clauses.
pub(super) struct Neighbours<'s> {
    columns: &'s Columns,
    weights: &'s PatternWeights,
    /// The telling words of the query, their forms and synonyms, each with its weight.
    wanted: Vec<(PatternCursor<'s>, f64)>,
    /// The last clauses that were scored, and their scores: cursors only go forward.
    scored: [(DocId, f64); 3],
}

impl<'s> Neighbours<'s> {
    /// Opens cursors of its own for the telling patterns and the boosts of the plan.
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
        let SearchContext { index, plan, words, .. } = context;
        let mut wanted = Vec::new();
        for (i, pattern) in plan.patterns.iter().enumerate() {
            if pattern.is_telling() {
                let cursor = PatternCursor::new(index, segment, pattern, &words[i])?;
                wanted.push((cursor, weights.pattern(i)));
            }
        }
        let words = weights.boost_words();
        let boosts = PatternCursor::open_all(index, segment, &plan.boosts, words)?;
        wanted.extend((0..).zip(boosts).map(|(i, boost)| (boost, weights.boost(i))));
        Ok(Self { columns, weights, wanted, scored: [(DocId::MAX, 0.0); 3] })
    }

    /// The score that the neighbours of a clause add to it. The clauses ascend.
    pub fn score(&mut self, doc: DocId, lengths: &FieldNormReader) -> Result<f64> {
        let home = self.home(doc);
        let mut sum = 0.0;
        // The clause itself is scored in its turn: it may be the neighbour of the next one.
        for near in [doc.checked_sub(1), Some(doc), doc.checked_add(1)].into_iter().flatten() {
            if near == doc || (home.is_some() && self.home(near) == home) {
                let score = self.own_score(near, lengths)?;
                sum += if near == doc { 0.0 } else { score };
            }
        }
        Ok(NEIGHBOUR_SHARE * sum)
    }

    /// Where a clause came from; `None` if the document is not a clause.
    fn home(&self, doc: DocId) -> Option<ClauseHome> {
        Some(ClauseHome {
            policy: self.columns.policy(doc)?,
            ordinal: self.columns.first_ordinal(doc)?,
            is_furniture: self.columns.furniture(doc) == Some(FurnitureExtent::Whole),
        })
    }

    fn own_score(&mut self, doc: DocId, lengths: &FieldNormReader) -> Result<f64> {
        if let Some((_, score)) = self.scored.iter().find(|(known, _)| *known == doc) {
            return Ok(*score);
        }
        let length = lengths.fieldnorm(doc);
        let mut sum = 0.0;
        for (cursor, weight) in &mut self.wanted {
            let count = cursor.count(doc)?;
            if count > 0 {
                sum += self.weights.score(*weight, count, length);
            }
        }
        self.scored.rotate_left(1);
        self.scored[2] = (doc, sum);
        Ok(sum)
    }
}
