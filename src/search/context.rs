//! What the clauses beside a match add to its score: an answer often stands beside the words of the question.
//!
//! Neighbours are the clauses before and after it in the first snapshot in which it stood, as far as they came with it. That is the same in
//! every index of a corpus, and no filter changes it. They never make a match.

use tantivy::{DocId, SegmentOrdinal};

use super::cursor::PatternCursor;
use super::segment::Columns;
use super::statistics::{Prepared, PreparedPattern};
use crate::error::Result;
use crate::index::{OpenIndex, first_ordinal};
use crate::query::bind::Plan;

/// How much of a neighbour's score counts: chosen on one half of the judged questions, see `benches/README.md`.
const NEIGHBOUR_WEIGHT: f64 = 0.2;

/// Scores of clauses beside matches.
pub(super) struct Context<'s> {
    columns: &'s Columns,
    prepared: &'s Prepared,
    /// What is looked for: the words that say something, their forms and synonyms.
    wanted: Vec<(PatternCursor<'s>, &'s PreparedPattern)>,
    /// The last clauses that were scored; cursors do not go back.
    scored: [(DocId, f64); 3],
}

impl<'s> Context<'s> {
    /// `None` where a plan asks for phrases: these are in the clause, or it is not what was asked for.
    pub fn new(
        index: &'s OpenIndex,
        ord: SegmentOrdinal,
        columns: &'s Columns,
        plan: &'s Plan,
        prepared: &'s Prepared,
    ) -> Result<Option<Self>> {
        if !plan.has_context {
            return Ok(None);
        }
        let patterns = plan
            .patterns
            .iter()
            .zip(&prepared.patterns)
            .filter(|(pattern, _)| pattern.is_telling());
        let boosts = plan.boosts.iter().zip(&prepared.boosts);
        let cursor = |(pattern, prepared)| {
            Ok((PatternCursor::new(index, ord, pattern, prepared)?, prepared))
        };
        let wanted = patterns.chain(boosts).map(cursor).collect::<Result<_>>()?;
        Ok(Some(Self { columns, prepared, wanted, scored: [(DocId::MAX, 0.0); 3] }))
    }

    /// What the neighbours of a clause add to its score. Clauses ascend.
    pub fn score(
        &mut self,
        doc: DocId,
        lengths: &tantivy::fieldnorm::FieldNormReader,
    ) -> Result<f64> {
        let home = self.home(doc);
        let mut sum = 0.0;
        // The clause itself too, in its turn: it may be the neighbour of the next one.
        for near in [doc.checked_sub(1), Some(doc), doc.checked_add(1)].into_iter().flatten() {
            if near == doc || (home.is_some() && self.home(near) == home) {
                let score = self.score_of(near, lengths)?;
                sum += if near == doc { 0.0 } else { score };
            }
        }
        Ok(NEIGHBOUR_WEIGHT * sum)
    }

    /// The policy of a clause, and the snapshot with which it came; `None` of what is no clause.
    fn home(&self, doc: DocId) -> Option<(u64, u32)> {
        Some((self.columns.policy.first(doc)?, first_ordinal(self.columns.order.first(doc)?)))
    }

    fn score_of(
        &mut self,
        doc: DocId,
        lengths: &tantivy::fieldnorm::FieldNormReader,
    ) -> Result<f64> {
        if let Some((_, score)) = self.scored.iter().find(|(known, _)| *known == doc) {
            return Ok(*score);
        }
        let length = lengths.fieldnorm(doc);
        let mut sum = 0.0;
        for (cursor, prepared) in &mut self.wanted {
            let count = cursor.count(doc)?;
            if count > 0 {
                sum += self.prepared.score(prepared, count, length);
            }
        }
        self.scored.rotate_left(1);
        self.scored[2] = (doc, sum);
        Ok(sum)
    }
}
