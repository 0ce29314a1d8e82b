//! Answers of a batch of queries as JSON Lines (`schema/batch.schema.json`).
//!
//! Each line names its query, and the answer to a query ends with its totals or its error.

use std::io::{self, Write};
use std::ops::ControlFlow;

use serde::Serialize;

use super::HitExtras;
use super::citation::citation;
use super::json_hits::JsonHit;
use crate::printer::json::print_json_line;
use crate::search::{Hit, HitSink, SearchSummary, Totals};

/// Writes the hits of one query of a batch, each with the id of the query, and then the totals.
pub struct BatchPrinter<'q, W> {
    out: W,
    query_id: &'q str,
    extras: HitExtras,
}

impl<'q, W: Write> BatchPrinter<'q, W> {
    /// A printer for the query with this id.
    pub fn new(out: W, query_id: &'q str, extras: HitExtras) -> Self {
        Self { out, query_id, extras }
    }
}

/// The last line of a query that was answered.
#[derive(Serialize)]
struct AnsweredLine<'q> {
    query_id: &'q str,
    totals: &'q Totals,
    truncated: bool,
}

/// The only line of a query that failed.
#[derive(Serialize)]
struct FailedLine<'q> {
    query_id: &'q str,
    error: &'q str,
}

impl<W: Write> HitSink for BatchPrinter<'_, W> {
    fn hit(&mut self, hit: &Hit) -> io::Result<ControlFlow<()>> {
        let hit = &*self.extras.offsets.applied_to(hit);
        let citation = self.extras.has_citation.then(|| citation(hit));
        print_json_line(&mut self.out, &JsonHit { query_id: Some(self.query_id), hit, citation })?;
        Ok(ControlFlow::Continue(()))
    }

    fn finish(&mut self, summary: &SearchSummary) -> io::Result<()> {
        let (query_id, totals) = (self.query_id, &summary.totals);
        let line = AnsweredLine { query_id, totals, truncated: summary.truncated };
        print_json_line(&mut self.out, &line)?;
        self.out.flush()
    }
}

/// Writes the line of a query that failed.
pub fn print_failed_query(out: &mut impl Write, query_id: &str, error: &str) -> io::Result<()> {
    print_json_line(out, &FailedLine { query_id, error })
}
