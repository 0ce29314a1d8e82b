//! `fineprint check`.

use std::io::{self, BufWriter, Write};

use fineprint::corpus::ReadOptions;
use fineprint::error::{Error, Result};
use fineprint::index::{CheckReport, Manifest, OpenIndex, check, check_against};
use fineprint::printer::sanitize;
use fineprint::progress::Progress as _;

use crate::cli::args::{CheckArgs, Cli};
use crate::cli::bar::Bar;
use crate::cli::{Outcome, count};

/// How many problems are named one by one.
const NAMED: usize = 20;

/// Says whether an index is sound.
pub fn run(args: &CheckArgs, cli: &Cli) -> Result<Outcome> {
    let bar = Bar::new(cli.quiet);
    let dir = &args.folder.index;
    let mut report = check(dir, &bar)?;
    let manifest = Manifest::read(dir)?;
    if let (Some(corpus), true) = (&args.against, report.problems.is_empty()) {
        let index = OpenIndex::open(dir)?;
        let canonical = corpus.canonicalize().unwrap_or_else(|_| corpus.clone());
        let known = manifest.corpora.iter().find(|known| {
            *known.canonical == *canonical.to_string_lossy() && known.collection == args.collection
        });
        let options = known.map_or_else(ReadOptions::default, |known| known.options.clone());
        let against = check_against(&index, corpus, &args.collection, &options, &bar)?;
        report = CheckReport { files: report.files, ..against };
    }
    bar.finish();
    drop(bar);
    let mut out = BufWriter::new(io::stdout().lock());
    write_report(&mut out, args, &manifest, &report)
        .and_then(|()| out.flush())
        .map_err(Error::Output)?;
    Ok(if report.problems.is_empty() { Outcome::Found } else { Outcome::Incomplete })
}

fn write_report(
    out: &mut impl Write,
    args: &CheckArgs,
    manifest: &Manifest,
    report: &CheckReport,
) -> io::Result<()> {
    for problem in report.problems.iter().take(NAMED) {
        writeln!(out, "{}", sanitize(problem))?;
    }
    if report.problems.len() > NAMED {
        writeln!(out, "and {} more", report.problems.len() - NAMED)?;
    }
    if !report.problems.is_empty() {
        return Ok(());
    }
    let counts = &manifest.counts;
    writeln!(
        out,
        "sound: {}, {}, {}, {}",
        count(report.files, "file", "files"),
        count(counts.policies, "policy", "policies"),
        count(counts.snapshots, "snapshot", "snapshots"),
        count(counts.clauses, "clause", "clauses"),
    )?;
    if let Some(corpus) = &args.against {
        let compared = count(report.compared, "snapshot", "snapshots");
        writeln!(out, "equal to {}: {compared}", sanitize(&corpus.to_string_lossy()))?;
    }
    Ok(())
}
