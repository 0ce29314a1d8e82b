//! Results of many queries as JSON Lines: each line names its query, and each query ends with its totals or its error
//! (`schema/batch.schema.json`).

use std::io::{self, Write};
use std::ops::ControlFlow;

use serde::Serialize;

use crate::printer::HitExtras;
use crate::printer::hits::citation::citation;
use crate::printer::json::{JsonHit, print_json_line};
use crate::search::{Hit, HitSink, SearchSummary, Totals};

/// Writes the hits of one query, each with the query's id, and at the end its totals.
pub struct BatchPrinter<'q, W> {
    out: W,
    query_id: &'q str,
    extras: HitExtras,
}

impl<'q, W: Write> BatchPrinter<'q, W> {
    /// A printer for the query that is called so.
    pub fn new(out: W, query_id: &'q str, extras: HitExtras) -> Self {
        Self { out, query_id, extras }
    }
}

#[derive(Serialize)]
struct End<'q> {
    query_id: &'q str,
    totals: &'q Totals,
    truncated: bool,
}

#[derive(Serialize)]
struct Failure<'q> {
    query_id: &'q str,
    error: &'q str,
}

impl<W: Write> HitSink for BatchPrinter<'_, W> {
    fn hit(&mut self, hit: &Hit) -> io::Result<ControlFlow<()>> {
        let hit = &*self.extras.offsets.of(hit);
        let citation = self.extras.has_citation.then(|| citation(hit));
        print_json_line(&mut self.out, &JsonHit { query_id: Some(self.query_id), hit, citation })?;
        Ok(ControlFlow::Continue(()))
    }

    fn finish(&mut self, summary: &SearchSummary) -> io::Result<()> {
        let SearchSummary { totals, truncated, .. } = summary;
        print_json_line(
            &mut self.out,
            &End { query_id: self.query_id, totals, truncated: *truncated },
        )?;
        self.out.flush()
    }
}

/// Writes the end of a query that could not be answered.
pub fn print_failed_query(out: &mut impl Write, query_id: &str, error: &str) -> io::Result<()> {
    print_json_line(out, &Failure { query_id, error })
}
