//! Results as text: one file per format. Printers see results only; they write wherever they are told to.

mod diff;
mod facets;
mod history;
mod hits;
mod info;
mod json;
mod terminal;
mod timeline;
mod version;

use std::io::{self, Write};
use std::ops::ControlFlow;

pub use diff::{print_diff, print_diff_unified};
pub use facets::{print_companies, print_companies_csv, print_facets, print_facets_csv};
pub use history::print_history;
pub use hits::batch::{BatchPrinter, print_failed_query};
pub use hits::human::{HumanOptions, print_shown};
pub use hits::kwic::{KwicKey, KwicOptions};
pub use hits::offsets::OffsetUnit;
pub use hits::table::{TableFields, TableOptions, TableSeparator};
pub use info::print_info;
pub use json::{print_json_line, print_shown_json};
pub use terminal::sanitize::sanitize;
pub use timeline::plot::print_timeline_svg;
pub use timeline::{print_timeline, print_timeline_csv};
pub use version::export::{
    MarkdownTree, print_snapshot_csv, print_snapshot_csv_names, print_snapshot_json,
};
pub use version::{print_markdown, print_version, print_version_json};

use crate::search::{Hit, HitSink, SearchSummary};
use hits::{citation, human, kwic, table};
use json::JsonHit;

/// How a result is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HitFormat {
    /// For reading.
    Human(HumanOptions),
    /// One object: query, totals, truncated, hits (`schema/results.schema.json`).
    Json,
    /// One hit per line (`schema/hit.schema.json`).
    JsonLines,
    /// One hit per row, below a row of names.
    Table(TableOptions),
    /// One match per line, the matches below each other.
    Kwic(KwicOptions),
}

/// What is written besides, in any format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HitExtras {
    /// What the numbers of highlights count.
    pub offsets: OffsetUnit,
    /// Whether each hit has its citation.
    pub has_citation: bool,
}

/// Writes hits to `out` in a format, and how many there are if only that is wanted.
pub struct Printer<W> {
    out: W,
    format: HitFormat,
    extras: HitExtras,
    only_count: bool,
    printed: u64,
    /// Lines that wait for their order.
    lines: Vec<kwic::Line>,
}

impl<W: Write> Printer<W> {
    /// A printer of hits.
    pub fn new(out: W, format: HitFormat) -> Self {
        let extras = HitExtras::default();
        Self { out, format, extras, only_count: false, printed: 0, lines: Vec::new() }
    }

    /// A printer of totals alone: a number for people, the totals as an object for programs.
    pub fn counting(out: W, format: HitFormat) -> Self {
        Self { only_count: true, ..Self::new(out, format) }
    }

    /// The same with more for each hit.
    #[must_use]
    pub fn with(self, extras: HitExtras) -> Self {
        Self { extras, ..self }
    }

    /// How many hits were written.
    pub fn printed(&self) -> u64 {
        self.printed
    }
}

impl<W: Write> HitSink for Printer<W> {
    fn begin(&mut self, summary: &SearchSummary) -> io::Result<()> {
        match &self.format {
            HitFormat::Json => json::begin(&mut self.out, summary),
            HitFormat::Table(options) if !self.only_count => table::begin(&mut self.out, options),
            _ => Ok(()),
        }
    }

    fn hit(&mut self, hit: &Hit) -> io::Result<ControlFlow<()>> {
        let is_first = self.printed == 0;
        let hit = &*self.extras.offsets.of(hit);
        let citation = self.extras.has_citation.then(|| citation::citation(hit));
        let out = &mut self.out;
        match &self.format {
            HitFormat::Human(options) => {
                human::hit(out, hit, *options, citation.as_deref(), is_first)?
            }
            HitFormat::Json => {
                json::hit(out, &JsonHit { query_id: None, hit, citation }, is_first)?
            }
            HitFormat::JsonLines => {
                json::print_json_line(out, &JsonHit { query_id: None, hit, citation })?
            }
            HitFormat::Table(options) => table::hit(out, hit, options)?,
            HitFormat::Kwic(options) => {
                let lines = kwic::lines(hit, options);
                if options.sort.is_empty() {
                    lines.iter().try_for_each(|line| writeln!(out, "{}", line.text))?;
                } else {
                    self.lines.extend(lines);
                }
            }
        }
        self.printed += 1;
        Ok(ControlFlow::Continue(()))
    }

    fn finish(&mut self, summary: &SearchSummary) -> io::Result<()> {
        let out = &mut self.out;
        match &self.format {
            HitFormat::Json => json::finish(out, self.printed == 0)?,
            HitFormat::Human(_) | HitFormat::Kwic(_) if self.only_count => {
                writeln!(out, "{}", summary.totals.groups.unwrap_or(summary.totals.clauses))?;
            }
            HitFormat::JsonLines if self.only_count => json::print_json_line(out, &summary.totals)?,
            HitFormat::Table(options) if self.only_count => {
                table::totals(out, &summary.totals, options)?
            }
            HitFormat::Kwic(_) => {
                // Lines with equal keys stay as hits came.
                self.lines.sort_by(|a, b| a.key.cmp(&b.key));
                self.lines.iter().try_for_each(|line| writeln!(out, "{}", line.text))?;
            }
            _ => {}
        }
        self.out.flush()
    }
}
