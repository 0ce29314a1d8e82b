//! Candidates of a place phrase: the clauses of the policies that have all its words in headings, or in link targets, wherever they stand.
//!
//! A policy's clauses stand together behind its own document, so they are a range. What is true at which place is decided later, from the
//! policy's tables: these candidates are too many, never too few.

use std::ops::Range;

use tantivy::columnar::Column;
use tantivy::query::{BooleanQuery, Query, Scorer, TermQuery};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocId, SegmentReader, TERMINATED, Term};

use super::segment::{Columns, scorer};
use crate::error::Result;
use crate::index::OpenIndex;
use crate::query::bind::{PlaceField, PlacePhrase};

/// The clauses of the policies that a place phrase may be about, in document order.
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
        phrase: &PlacePhrase,
    ) -> Result<Self> {
        let mut policies =
            scorer(index, segment, query(field(index, phrase), &phrase.terms).as_ref(), false)?;
        let policy = policies.doc();
        policies.advance();
        let times = index.column(segment, "times")?;
        Ok(Self { index, columns, times, max_doc: segment.max_doc(), policies, policy, clauses: None })
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

fn field(index: &OpenIndex, phrase: &PlacePhrase) -> Field {
    match phrase.field {
        PlaceField::Section => index.fields().section,
        PlaceField::Link => index.fields().link,
    }
}

/// The documents that have all of `terms`.
fn query(field: Field, terms: &[String]) -> Box<dyn Query> {
    let term = |term: &String| -> Box<dyn Query> {
        Box::new(TermQuery::new(Term::from_field_text(field, term), IndexRecordOption::Basic))
    };
    Box::new(BooleanQuery::intersection(terms.iter().map(term).collect()))
}
