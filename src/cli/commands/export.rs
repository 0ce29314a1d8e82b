//! `fineprint export`: writes snapshots or clauses into files.

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use fineprint::error::{Error, Result};
use fineprint::export::{
    ExportFile, ExportSource, MarkdownTree, SnapshotFormat, write_snapshot_tree, write_snapshots,
};
use fineprint::index::Manifest;
use fineprint::printer::{
    HitFormat, HitPrinter, RowOptions, TableFields, TableOptions, TableSeparator, counted,
};
use fineprint::search::{Filters, HitOrder, SearchRequest, Searcher, Select};

use super::say_no_hits;
use crate::cli::args::{GlobalArgs, QueryArgs, SpreadsheetArgs};
use crate::cli::bar::Bar;
use crate::cli::interruption::InterruptionGuard;
use crate::cli::open::open_verified;
use crate::cli::outcome::{Outcome, finish};
use crate::cli::problems::say_to_people;
use crate::cli::streams::{ResultStream, data, results};

/// `fineprint export`.
#[derive(Debug, Args)]
#[command(after_help = "\
The text of a snapshot is Markdown made from the index. Its clauses equal those of the source, \
except for white space, Markdown marks, and the styles of quotes and dashes. `fineprint index` \
reads exported snapshots in each format. A file or folder appears when it is complete. A pipe or \
a device is written to as it is.

Examples:
  fineprint export --company linden-bank.example --format markdown --to linden
  fineprint export sell or rent --latest > saying.jsonl
  fineprint export sell or rent --what clauses --format csv --to clauses.csv")]
pub struct ExportArgs {
    /// Export only what this query finds
    #[arg(value_name = "QUERY")]
    query: Vec<String>,
    /// Export whole snapshots, or single clauses
    #[arg(long, value_enum, default_value_t)]
    what: WhatArg,
    /// The format of the export
    #[arg(long, value_enum, default_value_t)]
    format: ExportFormat,
    /// How csv is made for spreadsheets.
    #[command(flatten)]
    spreadsheet: SpreadsheetArgs,
    /// The file, or for Markdown the new folder, to write [default: standard output]
    #[arg(long, value_name = "PATH")]
    to: Option<PathBuf>,
    /// The index and the filters, and how the query is read.
    #[command(flatten)]
    shared: QueryArgs,
}

/// The values of --what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum WhatArg {
    /// Whole snapshots that pass the filters; with a query, only those that contain a match.
    #[default]
    Snapshots,
    /// The clauses that match, as search prints them.
    Clauses,
}

/// The values of --format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum ExportFormat {
    /// A new folder with a file for each snapshot, COMPANY/TYPE/TIME.md.
    Markdown,
    /// One JSON object per line.
    #[default]
    Jsonl,
    /// One row for each snapshot or clause (RFC 4180).
    Csv,
}

/// The result of an export.
struct ExportSummary {
    written: u64,
    /// The numbers in words: `3 snapshots of 1 policy`.
    words: String,
}

/// Runs the command.
pub fn run(args: &ExportArgs, global: &GlobalArgs) -> Result<Outcome> {
    args.shared.filters.check_carry()?;
    let query = (!args.query.is_empty()).then(|| args.query.join(" "));
    let select = args.shared.select(query)?;
    check(args, &select)?;
    args.spreadsheet.check(args.format == ExportFormat::Csv)?;
    let chosen = open_verified(&args.shared.index, global)?;
    let searcher = Searcher::new(chosen.index)?;
    let ExportSummary { written, words } = match args.what {
        WhatArg::Snapshots => export_snapshots(&searcher, &select, args, global)?,
        WhatArg::Clauses => export_clauses(&searcher, select.clone(), args)?,
    };
    match &args.to {
        Some(to) => say_to_people(global, &format!("{words} written to {}", to.display())),
        None => say_to_people(global, &words),
    }
    if written == 0 {
        say_no_hits(&searcher, &select, None, global)?;
    }
    Ok(finish(chosen.is_incomplete, written > 0))
}

/// Refuses combinations of flags that cannot be written, and a whole index in a terminal.
fn check(args: &ExportArgs, select: &Select) -> Result<()> {
    let Select { query, filters, .. } = select;
    let is_whole =
        query.is_none() && *filters == Filters { today: filters.today, ..Filters::default() };
    if is_whole && args.to.is_none() && io::stdout().is_terminal() {
        let message = "this would print the whole index in the terminal; add --to PATH, a query or \
                       a filter";
        return Err(Error::Usage(message.to_owned()));
    }
    if let Some(index) = args.to.as_deref().and_then(index_around) {
        let index = index.display();
        let message = format!("--to: this path is inside the index {index}; name another place");
        return Err(Error::Usage(message));
    }
    let message = match (args.what, args.format, &args.to) {
        (WhatArg::Clauses, ExportFormat::Markdown, _) => {
            "--what clauses has no Markdown tree; add --format jsonl or csv"
        }
        (_, ExportFormat::Markdown, None) => {
            "a Markdown tree needs a folder; add --to FOLDER, or --format jsonl"
        }
        _ => return Ok(()),
    };
    Err(Error::Usage(message.to_owned()))
}

/// The index whose folder contains this path, itself or in the folder of a generation.
fn index_around(path: &Path) -> Option<PathBuf> {
    let whole = path.canonicalize().or_else(|_| {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new(".")).canonicalize()?;
        io::Result::Ok(folder.join(path.file_name().unwrap_or_default()))
    });
    let mut folders = whole.as_deref().ok()?.ancestors().skip(1).take(2);
    folders.find(|folder| Manifest::exists(folder)).map(Path::to_owned)
}

/// A file, or standard output.
enum ExportTarget {
    Stdout(ResultStream),
    File { file: Box<ExportFile>, _guard: Option<InterruptionGuard> },
}

impl ExportTarget {
    fn new(to: Option<&Path>, spreadsheet: SpreadsheetArgs) -> Result<Self> {
        let mut target = match to {
            None => Self::Stdout(results(data())),
            Some(path) => {
                let file = Box::new(ExportFile::create(path)?);
                let guard = file.temporary_path().map(InterruptionGuard::new).transpose()?;
                Self::File { file, _guard: guard }
            }
        };
        spreadsheet.write_mark(&mut target).map_err(Error::Output)?;
        Ok(target)
    }

    /// How the rows of CSV are written.
    fn rows(&self, spreadsheet: SpreadsheetArgs) -> RowOptions {
        let rows = spreadsheet.rows(TableSeparator::Comma);
        match self {
            Self::Stdout(_) => rows,
            Self::File { file, .. } => RowOptions { is_terminal: file.is_terminal(), ..rows },
        }
    }

    fn finish(self) -> Result<()> {
        match self {
            Self::Stdout(mut out) => out.flush().map_err(Error::Output),
            Self::File { file, _guard } => file.finish(),
        }
    }
}

impl Write for ExportTarget {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Stdout(out) => out.write(bytes),
            Self::File { file, .. } => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Stdout(out) => out.flush(),
            Self::File { file, .. } => file.flush(),
        }
    }
}

fn export_snapshots(
    searcher: &Searcher,
    select: &Select,
    args: &ExportArgs,
    global: &GlobalArgs,
) -> Result<ExportSummary> {
    let snapshots = &searcher.selected(select)?;
    let source = ExportSource { searcher, snapshots };
    let bar = Bar::new(!global.is_for_people());
    let written = match (args.format, &args.to) {
        (ExportFormat::Markdown, Some(folder)) => {
            let tree = MarkdownTree::new(folder)?;
            let _guard = InterruptionGuard::new(tree.temporary_path())?;
            write_snapshot_tree(source, tree, &bar)?
        }
        (format, to) => {
            let mut out = ExportTarget::new(to.as_deref(), args.spreadsheet)?;
            let format = match format {
                ExportFormat::Csv => SnapshotFormat::Csv(out.rows(args.spreadsheet)),
                ExportFormat::Jsonl | ExportFormat::Markdown => SnapshotFormat::JsonLines,
            };
            let written = write_snapshots(source, format, &mut out, &bar)?;
            out.finish()?;
            written
        }
    };
    drop(bar);
    Ok(summary(written, counted(written, "snapshot", "snapshots"), snapshots.policies()))
}

fn export_clauses(searcher: &Searcher, select: Select, args: &ExportArgs) -> Result<ExportSummary> {
    let mut out = ExportTarget::new(args.to.as_deref(), args.spreadsheet)?;
    let format = match args.format {
        ExportFormat::Csv => HitFormat::Table(TableOptions {
            rows: out.rows(args.spreadsheet),
            fields: TableFields::default(),
        }),
        ExportFormat::Jsonl | ExportFormat::Markdown => HitFormat::JsonLines,
    };
    let mut printer = HitPrinter::new(&mut out, format);
    let mut request = SearchRequest::new(select);
    request.ranking.sort = HitOrder::Company;
    let found = searcher.search(&request, &mut printer)?;
    let written = printer.printed();
    drop(printer);
    out.finish()?;
    Ok(summary(written, counted(written, "clause", "clauses"), found.totals.policies))
}

fn summary(written: u64, items: String, policies: u64) -> ExportSummary {
    let policies = counted(policies, "policy", "policies");
    ExportSummary { written, words: format!("{items} of {policies}") }
}
