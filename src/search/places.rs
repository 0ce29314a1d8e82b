//! Candidates of a place pattern: the clauses of the policies that have all its words in headings, or in link targets, wherever they stand.
//!
//! A policy's clauses stand together behind its own document, so they are a range. What is true at which place is decided later, from the
//! policy's tables: these candidates are too many, never too few.

use std::ops::Range;

use tantivy::columnar::Column;
use tantivy::query::{BooleanQuery, EnableScoring, Query, Scorer, TermQuery};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocId, SegmentReader, TERMINATED, Term};

use super::segment::Columns;
use super::vocabulary::words;
use crate::error::Result;
use crate::index::OpenIndex;
use crate::query::bind::{PlaceField, PlacePattern};
use crate::query::pattern::{Pattern, Spans};

/// The clauses of the policies that a place pattern may be about, in document order.
pub(super) struct PlaceCursor<'s> {
    index: &'s OpenIndex,
    columns: &'s Columns,
    /// Of the policies' documents: how many snapshots they have.
    times: Column<i64>,
    max_doc: DocId,
    /// The documents of the policies; stands behind `policy`.
    policies: Box<dyn Scorer>,
    /// The last of them that was reached, and the clauses of this policy once they are asked for.
    policy: DocId,
    clauses: Option<Range<DocId>>,
}

impl<'s> PlaceCursor<'s> {
    pub fn new(
        index: &'s OpenIndex,
        segment: &SegmentReader,
        columns: &'s Columns,
        pattern: &PlacePattern,
    ) -> Result<Self> {
        let PlacePattern { field, pattern } = pattern;
        let field = match field {
            PlaceField::Section => index.fields().section,
            PlaceField::Link => index.fields().link,
        };
        let mut policies = scorer(index, segment, query(index, field, pattern)?.as_ref())?;
        let policy = policies.doc();
        policies.advance();
        let times = index.column(segment, "times")?;
        Ok(Self {
            index,
            columns,
            times,
            max_doc: segment.max_doc(),
            policies,
            policy,
            clauses: None,
        })
    }

    /// The first clause from `target` on.
    pub fn seek(&mut self, target: DocId) -> DocId {
        // A policy before the last one that begins up to `target` has no clause there.
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

    fn clauses(&mut self) -> Range<DocId> {
        if let Some(clauses) = &self.clauses {
            return clauses.clone();
        }
        let clauses = self.clauses_of(self.policy).unwrap_or_default();
        self.clauses = Some(clauses.clone());
        clauses
    }

    /// The clauses of the policy whose document this is: its first one names it. None if it has no clause.
    fn clauses_of(&self, policy: DocId) -> Option<Range<DocId>> {
        let snapshots = self.times.values_for_doc(policy).count() as u32;
        let address = tantivy::DocAddress::new(0, policy);
        let first = self.index.clause_address(address, snapshots, 0).doc_id;
        let hash = if first < self.max_doc { self.columns.policy.first(first) } else { None };
        let policies = self.index.policies();
        let entry = policies.get(policies.rank(hash?)?)?;
        Some(first..first.saturating_add(entry.clauses).min(self.max_doc))
    }
}

/// The documents that have the words of a pattern, however they stand.
fn query(index: &OpenIndex, field: Field, pattern: &Pattern) -> Result<Box<dyn Query>> {
    let of_slot = |slot| -> Result<Vec<Term>> {
        let words = words(index, field, slot)?;
        Ok(words.iter().map(|word| Term::from_field_text(field, word)).collect())
    };
    let slots = pattern.slots.iter().map(of_slot).collect::<Result<Vec<_>>>()?;
    Ok(spans_query(&pattern.spans, &slots))
}

fn spans_query(spans: &Spans, slots: &[Vec<Term>]) -> Box<dyn Query> {
    let boxed = |query: BooleanQuery| -> Box<dyn Query> { Box::new(query) };
    let of = |spans: &Spans| spans_query(spans, slots);
    match spans {
        Spans::Phrase { words, .. } => {
            let words = words.iter().flatten().map(|&slot| one_of(&slots[slot]));
            boxed(BooleanQuery::intersection(words.collect()))
        }
        Spans::Or(operands) => boxed(BooleanQuery::union(operands.iter().map(of).collect())),
        Spans::Near { left, right, .. }
        | Spans::Within { is_negated: false, found: left, beside: right, .. } => {
            boxed(BooleanQuery::intersection(vec![of(left), of(right)]))
        }
        Spans::Within { found, .. } => of(found),
    }
}

fn one_of(terms: &[Term]) -> Box<dyn Query> {
    let term = |term: &Term| -> Box<dyn Query> {
        Box::new(TermQuery::new(term.clone(), IndexRecordOption::Basic))
    };
    match terms {
        [only] => term(only),
        terms => Box::new(BooleanQuery::union(terms.iter().map(term).collect())),
    }
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
