//! Walks the clauses of policies whose headings, or link targets, contain the words of a pattern.
//!
//! A policy's headings and links are indexed with the policy's own document, and its clauses are a
//! range of documents behind it. Every clause of such a policy is a candidate. Which places really
//! contain the pattern is decided later, from the tables of the policy: there are too many
//! candidates here, never too few.

use std::ops::Range;

use tantivy::columnar::Column;
use tantivy::query::{BooleanQuery, EnableScoring, Query, Scorer, TermQuery};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocAddress, DocId, SegmentOrdinal, SegmentReader, TERMINATED, Term};

use crate::error::Result;
use crate::index::OpenIndex;
use crate::model::ClauseNumber;
use crate::search::matching::columns::Columns;
use crate::search::plan::{Pattern, PlaceField, PlacePattern, Spans, matching_words};

/// The clauses of the policies that a place pattern may match, in document order.
pub(super) struct HeadingCursor<'s> {
    index: &'s OpenIndex,
    columns: &'s Columns,
    segment: SegmentOrdinal,
    /// Of the policies' documents: archive times, one per snapshot.
    times: Column<i64>,
    max_doc: DocId,
    /// The documents of the policies. It is one policy ahead of `policy`.
    policies: Box<dyn Scorer>,
    /// The last policy that was reached.
    policy: DocId,
    /// The clauses of that policy, once they were asked for.
    clauses: Option<Range<DocId>>,
}

impl<'s> HeadingCursor<'s> {
    /// Looks up the policies that `pattern` may match.
    ///
    /// # Errors
    ///
    /// A word of the pattern matches too many words, or the index is damaged.
    pub fn new(
        index: &'s OpenIndex,
        segment: SegmentOrdinal,
        columns: &'s Columns,
        pattern: &PlacePattern,
    ) -> Result<Self> {
        let reader = index.searcher().segment_reader(segment);
        let PlacePattern { field, pattern } = pattern;
        let field = match field {
            PlaceField::Section => index.fields().section,
            PlaceField::Link => index.fields().link,
        };
        let mut policies = scorer(index, reader, policies_with(index, field, pattern)?.as_ref())?;
        let policy = policies.doc();
        policies.advance();
        let times = index.column(reader, "times")?;
        let max_doc = reader.max_doc();
        Ok(Self { index, columns, segment, times, max_doc, policies, policy, clauses: None })
    }

    /// The first clause from `target` on; targets ascend.
    pub fn seek(&mut self, target: DocId) -> DocId {
        // Only the last policy that begins up to `target` may have a clause there or behind.
        while self.policies.doc() <= target && self.policies.doc() != TERMINATED {
            self.enter_next();
        }
        while self.policy != TERMINATED {
            let clauses = self.clauses();
            if target < clauses.end {
                return target.max(clauses.start);
            }
            self.enter_next();
        }
        TERMINATED
    }

    fn enter_next(&mut self) {
        self.policy = self.policies.doc();
        self.clauses = None;
        if self.policy != TERMINATED {
            self.policies.advance();
        }
    }

    /// The clauses of the policy at hand.
    fn clauses(&mut self) -> Range<DocId> {
        if let Some(clauses) = &self.clauses {
            return clauses.clone();
        }
        // A policy without clauses has none that can match.
        let clauses = self.clauses_of(self.policy).unwrap_or(0..0);
        self.clauses = Some(clauses.clone());
        clauses
    }

    /// The clauses of the policy with this document; `None` if it has none.
    fn clauses_of(&self, policy: DocId) -> Option<Range<DocId>> {
        let snapshots = self.times.values_for_doc(policy).count() as u32;
        let address = DocAddress::new(self.segment, policy);
        let first = self.index.clause_address(address, snapshots, ClauseNumber::new(0)).doc_id;
        let hash = if first < self.max_doc { self.columns.policy(first) } else { None };
        let policies = self.index.policies();
        // The damage of a table is kept by the index, which ends the search with it.
        let record = policies.record(policies.rank(hash?).ok()??).ok()?;
        Some(first..first.saturating_add(record.clauses).min(self.max_doc))
    }
}

/// The query for documents that have the words of a pattern, in any order.
fn policies_with(index: &OpenIndex, field: Field, pattern: &Pattern) -> Result<Box<dyn Query>> {
    let mut slots = Vec::with_capacity(pattern.slots.len());
    for slot in &pattern.slots {
        let words = matching_words(index, field, slot)?;
        slots.push(words.iter().map(|word| Term::from_field_text(field, word)).collect());
    }
    Ok(spans_query(&pattern.spans, &slots))
}

fn spans_query(spans: &Spans, slots: &[Vec<Term>]) -> Box<dyn Query> {
    match spans {
        Spans::Phrase { words, .. } => {
            let words = words.iter().flatten().map(|&slot| one_of(&slots[slot]));
            Box::new(BooleanQuery::intersection(words.collect()))
        }
        Spans::Or(operands) => {
            let operands = operands.iter().map(|operand| spans_query(operand, slots));
            Box::new(BooleanQuery::union(operands.collect()))
        }
        Spans::Near { left, right, .. }
        | Spans::Within { is_negated: false, found: left, beside: right, .. } => {
            let both = vec![spans_query(left, slots), spans_query(right, slots)];
            Box::new(BooleanQuery::intersection(both))
        }
        Spans::Within { found, .. } => spans_query(found, slots),
    }
}

fn one_of(terms: &[Term]) -> Box<dyn Query> {
    match terms {
        [only] => term_query(only),
        terms => Box::new(BooleanQuery::union(terms.iter().map(term_query).collect())),
    }
}

fn term_query(term: &Term) -> Box<dyn Query> {
    Box::new(TermQuery::new(term.clone(), IndexRecordOption::Basic))
}

/// The documents of `query`.
fn scorer(
    index: &OpenIndex,
    segment: &SegmentReader,
    query: &dyn Query,
) -> Result<Box<dyn Scorer>> {
    let scoring = EnableScoring::disabled_from_searcher(index.searcher());
    let weight = query.weight(scoring).map_err(index.failed())?;
    weight.scorer(segment, 1.0).map_err(index.failed())
}
