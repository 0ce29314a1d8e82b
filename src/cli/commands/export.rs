//! `fineprint export`.

use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::Path;

use fineprint::error::{Error, Result};
use fineprint::index::OpenIndex;
use fineprint::printer::{
    HitFormat, MarkdownTree, Printer, TableFields, TableOptions, TableSeparator,
    print_snapshot_csv, print_snapshot_csv_names, print_snapshot_json,
};
use fineprint::progress::{Phase, Progress};
use fineprint::search::{HitOrder, SearchRequest, Searcher};
use tempfile::NamedTempFile;

use crate::cli::args::{Cli, ExportArgs, ExportFormat, ExportWhat};
use crate::cli::bar::Bar;
use crate::cli::open::open;
use crate::cli::{Outcome, count, say};

/// Writes what was chosen, and says how much that was.
pub fn run(args: &ExportArgs, cli: &Cli) -> Result<Outcome> {
    args.filters.check_carry()?;
    check(args)?;
    let query = args.query.join(" ");
    let is_of_all = args.query.is_empty();
    let request = SearchRequest {
        query,
        is_of_all,
        sort: HitOrder::Company,
        ..args.reading.request(&args.filters)?
    };
    if !is_of_all {
        fineprint::query::parse_as(&request.query, request.matching)?;
    }
    let (index, is_incomplete) = open(&args.index, cli)?;
    let (written, said) = match args.what {
        ExportWhat::Snapshots => snapshots(&index, &request, args, cli)?,
        ExportWhat::Clauses => clauses(&index, &request, args)?,
    };
    if !cli.quiet {
        let to = args.to.as_ref().map(|to| format!(" written to {}", to.display()));
        say(&format!("{said}{}", to.unwrap_or_default()));
    }
    Ok(match (is_incomplete, written) {
        (true, _) => Outcome::Incomplete,
        (false, 0) => Outcome::Nothing,
        (false, _) => Outcome::Found,
    })
}

/// Refuses what cannot be written so.
fn check(args: &ExportArgs) -> Result<()> {
    let message = match (args.what, args.format, &args.to) {
        (ExportWhat::Clauses, ExportFormat::Markdown, _) => {
            "--what clauses has no Markdown tree; add --format jsonl or csv"
        }
        (_, ExportFormat::Markdown, None) => {
            "a Markdown tree needs a folder; add --to FOLDER, or --format jsonl"
        }
        _ => return Ok(()),
    };
    Err(Error::Usage(message.to_owned()))
}

/// A file that appears when it is complete, or stdout.
enum Target<'t> {
    Stdout(BufWriter<io::StdoutLock<'static>>),
    File(BufWriter<NamedTempFile>, &'t Path),
}

impl<'t> Target<'t> {
    fn new(to: Option<&'t Path>) -> Result<Self> {
        let Some(path) = to else { return Ok(Self::Stdout(BufWriter::new(io::stdout().lock()))) };
        let parent =
            path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut builder = tempfile::Builder::new();
        // What is made as a temporary file is for its owner alone, unless asked for.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let file = builder.tempfile_in(parent).map_err(failed(path))?;
        Ok(Self::File(BufWriter::new(file), path))
    }

    fn finish(self) -> Result<()> {
        match self {
            Self::Stdout(mut out) => out.flush().map_err(Error::Output),
            Self::File(out, path) => {
                let file = out.into_inner().map_err(|error| failed(path)(error.into_error()))?;
                file.persist(path).map_err(|error| failed(path)(error.error))?;
                Ok(())
            }
        }
    }
}

impl Write for Target<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Stdout(out) => out.write(bytes),
            Self::File(out, _) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Stdout(out) => out.flush(),
            Self::File(out, _) => out.flush(),
        }
    }
}

fn failed(path: &Path) -> impl Fn(io::Error) -> Error {
    let path = path.to_owned();
    move |source| Error::Io { path: path.clone(), source }
}

/// Writes snapshots. Returns how many, and that in words.
fn snapshots(
    index: &OpenIndex,
    request: &SearchRequest,
    args: &ExportArgs,
    cli: &Cli,
) -> Result<(u64, String)> {
    let searcher = index.guard(|| Searcher::new(index))?;
    let selected = index.guard(|| searcher.selected(request))?;
    let bar = Bar::new(cli.quiet);
    bar.begin(Phase::Exporting, Some(selected.snapshots()));
    let mut written = 0;
    let mut each = |write: &mut dyn FnMut(&fineprint::search::Version) -> Result<()>| {
        index.guard(|| {
            searcher.each_version(&selected, &mut |version| {
                write(version)?;
                written += 1;
                bar.advance(1);
                Ok(())
            })
        })
    };
    match (args.format, &args.to) {
        (ExportFormat::Markdown, Some(folder)) => {
            let mut tree = MarkdownTree::new(folder).map_err(failed(folder))?;
            each(&mut |version| tree.add(version).map_err(failed(folder)))?;
            tree.finish().map_err(failed(folder))?;
        }
        (format, to) => {
            let mut out = Target::new(to.as_deref())?;
            let is_csv = format == ExportFormat::Csv;
            if is_csv {
                print_snapshot_csv_names(&mut out).map_err(Error::Output)?;
            }
            each(&mut |version| {
                let print = if is_csv { print_snapshot_csv } else { print_snapshot_json };
                print(&mut out, version).map_err(Error::Output)
            })?;
            out.finish()?;
        }
    }
    drop(bar);
    let policies = count(selected.policies(), "policy", "policies");
    Ok((written, format!("{} of {policies}", count(written, "snapshot", "snapshots"))))
}

/// Writes clauses as a search prints them. Returns how many, and that in words.
fn clauses(index: &OpenIndex, request: &SearchRequest, args: &ExportArgs) -> Result<(u64, String)> {
    let mut out = Target::new(args.to.as_deref())?;
    let is_terminal = args.to.is_none() && io::stdout().is_terminal();
    let format = match args.format {
        ExportFormat::Csv => HitFormat::Table(TableOptions {
            separator: TableSeparator::Comma,
            fields: TableFields::default(),
            has_safe_cells: false,
            is_terminal,
        }),
        ExportFormat::Jsonl | ExportFormat::Markdown => HitFormat::JsonLines,
    };
    let mut printer = Printer::new(&mut out, format);
    let summary = index.guard(|| Searcher::new(index)?.search(request, &mut printer))?;
    let written = printer.printed();
    drop(printer);
    out.finish()?;
    let policies = count(summary.totals.policies, "policy", "policies");
    Ok((written, format!("{} of {policies}", count(written, "clause", "clauses"))))
}
