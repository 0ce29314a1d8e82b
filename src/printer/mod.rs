//! Results as text: one file per format. Printers see results only; they write wherever they are told to.

mod human;
mod info;
mod json;
mod sanitize;

use std::io::{self, Write};
use std::ops::ControlFlow;

pub use human::{HumanOptions, print_shown};
pub use info::print_info;
pub use json::print_json_line;
pub use sanitize::sanitize;

use crate::search::{Hit, HitSink, Summary};

/// How a result is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For reading.
    Human(HumanOptions),
    /// One object: query, totals, truncated, hits (`schema/results.schema.json`).
    Json,
    /// One hit per line (`schema/hit.schema.json`).
    JsonLines,
}

/// Writes hits to `out` in a format, and how many there are if only that is wanted.
pub struct Printer<W> {
    out: W,
    format: Format,
    only_count: bool,
    printed: u64,
}

impl<W: Write> Printer<W> {
    /// A printer of hits.
    pub fn new(out: W, format: Format) -> Self {
        Self { out, format, only_count: false, printed: 0 }
    }

    /// A printer of totals alone: a number for people, the totals as an object for programs.
    pub fn counting(out: W, format: Format) -> Self {
        Self { only_count: true, ..Self::new(out, format) }
    }

    /// How many hits were written.
    pub fn printed(&self) -> u64 {
        self.printed
    }
}

impl<W: Write> HitSink for Printer<W> {
    fn begin(&mut self, summary: &Summary) -> io::Result<()> {
        match self.format {
            Format::Json => json::begin(&mut self.out, summary),
            _ => Ok(()),
        }
    }

    fn hit(&mut self, hit: &Hit) -> io::Result<ControlFlow<()>> {
        let is_first = self.printed == 0;
        match self.format {
            Format::Human(options) => human::hit(&mut self.out, hit, options, is_first)?,
            Format::Json => json::hit(&mut self.out, hit, is_first)?,
            Format::JsonLines => json::print_json_line(&mut self.out, hit)?,
        }
        self.printed += 1;
        Ok(ControlFlow::Continue(()))
    }

    fn finish(&mut self, summary: &Summary) -> io::Result<()> {
        match self.format {
            Format::Json => json::finish(&mut self.out, self.printed == 0)?,
            Format::Human(_) if self.only_count => {
                writeln!(self.out, "{}", summary.totals.groups.unwrap_or(summary.totals.clauses))?;
            }
            Format::JsonLines if self.only_count => json::print_json_line(&mut self.out, &summary.totals)?,
            _ => {}
        }
        self.out.flush()
    }
}
