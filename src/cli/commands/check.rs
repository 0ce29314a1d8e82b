//! `fineprint check`: verifies an index, and compares it with a corpus.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use fineprint::corpus::ReadOptions;
use fineprint::error::Result;
use fineprint::index::{
    CheckReport, Manifest, OpenIndex, StrayFile, Verification, check, check_against,
};
use fineprint::printer::{counted_grouped, sanitize};

use crate::cli::args::{GlobalArgs, IndexFolder};
use crate::cli::bar::Bar;
use crate::cli::outcome::{Outcome, finish};
use crate::cli::streams::print;

/// The number of problems, and of stray files, that are printed one by one.
const MAX_PROBLEMS: usize = 20;

/// `fineprint check`.
#[derive(Debug, Args)]
#[command(after_help = "\
Compares every file of the index with its checksum, the tables of every policy with each other, \
and the counts with the contents. Prints the problems and ends with exit status 2, or says that \
the index is sound.

Examples:
  fineprint check
  fineprint check --against contrib-versions.git")]
pub struct CheckArgs {
    /// The index folder.
    #[command(flatten)]
    folder: IndexFolder,
    /// Also read all of this corpus and compare every snapshot with the index, clause by clause
    #[arg(long, value_name = "CORPUS")]
    against: Option<PathBuf>,
    /// The collection under which the corpus was indexed
    #[arg(
        long, value_name = "NAME", default_value = "default",
        value_parser = NonEmptyStringValueParser::new()
    )]
    collection: String,
}

/// Runs the command.
pub fn run(args: &CheckArgs, global: &GlobalArgs) -> Result<Outcome> {
    let bar = Bar::new(!global.is_for_people());
    let dir = &args.folder.index;
    let mut report = check(dir, &bar)?;
    let manifest = Manifest::read(dir)?;
    if let (Some(corpus), true) = (&args.against, report.problems.is_empty()) {
        let index = OpenIndex::open_verifying(dir, Verification::All)?;
        let options = options_of(corpus, &args.collection, &manifest);
        let against = check_against(&index, corpus, &args.collection, &options, &bar)?;
        report = CheckReport { files: report.files, strays: report.strays, ..against };
    }
    drop(bar);
    print(global.people(), |out| write_report(out, args, &manifest, &report))?;
    Ok(finish(!report.problems.is_empty(), true))
}

/// The options with which the corpus was indexed; the default ones if the index does not list it.
fn options_of(corpus: &Path, collection: &str, manifest: &Manifest) -> ReadOptions {
    // A corpus that is gone has no canonical path. Reading it reports that it is missing.
    let canonical = corpus.canonicalize().unwrap_or_else(|_| corpus.to_owned());
    let canonical = canonical.to_string_lossy();
    let mut corpora = manifest.corpora.iter();
    let known =
        corpora.find(|known| *known.canonical == *canonical && known.collection == collection);
    known.map(|known| known.options.clone()).unwrap_or_default()
}

fn write_report(
    out: &mut impl Write,
    args: &CheckArgs,
    manifest: &Manifest,
    report: &CheckReport,
) -> io::Result<()> {
    for problem in report.problems.iter().take(MAX_PROBLEMS) {
        writeln!(out, "{}", sanitize(problem))?;
    }
    if report.problems.len() > MAX_PROBLEMS {
        writeln!(out, "and {} more", report.problems.len() - MAX_PROBLEMS)?;
    }
    if !report.problems.is_empty() {
        return write_strays(out, report);
    }
    let counts = &manifest.counts;
    writeln!(
        out,
        "sound: {}, {}, {}, {}",
        counted_grouped(report.files, "file", "files"),
        counted_grouped(counts.policies, "policy", "policies"),
        counted_grouped(counts.snapshots, "snapshot", "snapshots"),
        counted_grouped(counts.clauses, "clause", "clauses"),
    )?;
    if let Some(corpus) = &args.against {
        let compared = counted_grouped(report.compared, "snapshot", "snapshots");
        writeln!(out, "equal to {}: {compared}", sanitize(&corpus.to_string_lossy()))?;
    }
    write_strays(out, report)
}

/// Names the files that are not part of the index. They are no problem of it.
fn write_strays(out: &mut impl Write, report: &CheckReport) -> io::Result<()> {
    for StrayFile { path, bytes } in report.strays.iter().take(MAX_PROBLEMS) {
        let bytes = counted_grouped(*bytes, "byte", "bytes");
        writeln!(out, "not part of the index: {} ({bytes})", sanitize(&path.to_string_lossy()))?;
    }
    if report.strays.len() > MAX_PROBLEMS {
        writeln!(out, "and {} more", report.strays.len() - MAX_PROBLEMS)?;
    }
    Ok(())
}
