//! Hits of a search. [`HitPrinter`] receives them one by one and writes each in the chosen format.

pub(super) mod batch;
pub(super) mod citation;
mod explanation;
pub(super) mod human;
pub(super) mod json_hits;
pub(super) mod kwic;
pub(super) mod offsets;
pub(super) mod table;

use std::io::{self, Write};
use std::ops::ControlFlow;

use self::json_hits::JsonHit;
use self::kwic::{KwicLine, KwicOptions};
use self::offsets::OffsetUnit;
use self::table::TableOptions;
use super::json::print_json_line;
use super::terminal::pen::HumanOptions;
use crate::search::{Hit, HitSink, SearchSummary};

/// A format of hits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HitFormat {
    /// For reading.
    Human(HumanOptions),
    /// One object with the query, the totals and all hits (`schema/results.schema.json`).
    Json,
    /// One object per line for each hit (`schema/hit.schema.json`).
    JsonLines,
    /// One row for each hit, below a row with the names of the columns.
    Table(TableOptions),
    /// One line for each match, with the matches below each other.
    Kwic(KwicOptions),
}

/// Additions to the fields of each hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HitExtras {
    /// The unit of the numbers in `highlights`.
    pub offsets: OffsetUnit,
    /// Whether each hit has a citation.
    pub has_citation: bool,
}

/// Writes the hits of a search, or only their number, in one format.
pub struct HitPrinter<W> {
    out: W,
    format: HitFormat,
    extras: HitExtras,
    only_count: bool,
    printed: u64,
    /// Lines of kwic that wait for the last hit, because they are sorted.
    lines: Vec<KwicLine>,
}

impl<W: Write> HitPrinter<W> {
    /// A printer of hits.
    pub fn new(out: W, format: HitFormat) -> Self {
        let extras = HitExtras::default();
        Self { out, format, extras, only_count: false, printed: 0, lines: Vec::new() }
    }

    /// A printer of totals only: a number for people, and all totals for programs.
    pub fn counting(out: W, format: HitFormat) -> Self {
        Self { only_count: true, ..Self::new(out, format) }
    }

    /// The same printer with these extras for each hit.
    #[must_use]
    pub fn with(self, extras: HitExtras) -> Self {
        Self { extras, ..self }
    }

    /// The number of hits written so far.
    pub fn printed(&self) -> u64 {
        self.printed
    }

    fn write_hit(&mut self, hit: &Hit, citation: Option<String>) -> io::Result<()> {
        let out = &mut self.out;
        let is_first = self.printed == 0;
        match &self.format {
            HitFormat::Human(options) => {
                human::write_hit(out, hit, *options, citation.as_deref(), is_first)
            }
            HitFormat::Json => {
                json_hits::write_hit(out, &JsonHit { query_id: None, hit, citation }, is_first)
            }
            HitFormat::JsonLines => {
                print_json_line(out, &JsonHit { query_id: None, hit, citation })
            }
            HitFormat::Table(options) => table::write_hit(out, hit, options),
            HitFormat::Kwic(options) if options.sort.is_empty() => {
                write_lines(out, &kwic::lines(hit, options))
            }
            HitFormat::Kwic(options) => {
                self.lines.extend(kwic::lines(hit, options));
                Ok(())
            }
        }
    }

    fn write_totals(&mut self, summary: &SearchSummary) -> io::Result<()> {
        let (out, totals) = (&mut self.out, &summary.totals);
        match &self.format {
            // The totals are at the beginning of the object already.
            HitFormat::Json => json_hits::write_end(out, self.printed == 0),
            HitFormat::JsonLines => print_json_line(out, totals),
            HitFormat::Table(options) => table::write_totals(out, totals, options),
            HitFormat::Human(_) | HitFormat::Kwic(_) => {
                writeln!(out, "{}", totals.groups.unwrap_or(totals.clauses))
            }
        }
    }
}

impl<W: Write> HitSink for HitPrinter<W> {
    fn begin(&mut self, summary: &SearchSummary) -> io::Result<()> {
        match &self.format {
            HitFormat::Json => json_hits::write_begin(&mut self.out, summary),
            HitFormat::Table(options) if !self.only_count => {
                table::write_names(&mut self.out, options)
            }
            _ => Ok(()),
        }
    }

    fn hit(&mut self, hit: &Hit) -> io::Result<ControlFlow<()>> {
        let hit = &*self.extras.offsets.applied_to(hit);
        let citation = self.extras.has_citation.then(|| citation::citation(hit));
        self.write_hit(hit, citation)?;
        self.printed += 1;
        Ok(ControlFlow::Continue(()))
    }

    fn finish(&mut self, summary: &SearchSummary) -> io::Result<()> {
        if self.only_count {
            self.write_totals(summary)?;
        } else if self.format == HitFormat::Json {
            json_hits::write_end(&mut self.out, self.printed == 0)?;
        } else {
            // The sort is stable: lines with equal keys keep the order of the hits.
            self.lines.sort_by(|a, b| a.key.cmp(&b.key));
            write_lines(&mut self.out, &self.lines)?;
        }
        self.out.flush()
    }
}

fn write_lines(out: &mut impl Write, lines: &[KwicLine]) -> io::Result<()> {
    lines.iter().try_for_each(|line| writeln!(out, "{}", line.text))
}
