//! `fineprint index`.

use std::io::{self, Write};

use fineprint::error::{Error, Result};
use fineprint::index::{BuildOptions, IngestReport, Manifest, SampleClause, Scan, Tally, build};

use super::args::{Cli, IndexArgs};
use super::bar::Bar;
use super::{Outcome, count, say};

/// How many unreadable inputs are named one by one.
const NAMED: usize = 20;

/// Builds an index, or says what one would hold.
pub fn run(args: &IndexArgs, cli: &Cli) -> Result<Outcome> {
    let bar = Bar::new(cli.quiet);
    let options =
        fineprint::corpus::Options { worktree: args.worktree, map: args.map.clone(), ..Default::default() };
    let scan = Scan::with_options(&args.corpora, &args.collection, &options, &bar)?;
    if args.dry_run {
        drop(bar);
        return dry_run(&scan);
    }
    let options = BuildOptions {
        index: args.folder.index.clone(),
        collection: args.collection.clone(),
        threads: usize::from(args.threads),
    };
    let (manifest, report) = build(scan, &options, &bar)?;
    drop(bar);
    let is_incomplete = report_problems(&report);
    if !cli.quiet {
        say(&summary(&manifest, &report));
    }
    Ok(if is_incomplete { Outcome::Incomplete } else { Outcome::Found })
}

fn summary(manifest: &Manifest, report: &IngestReport) -> String {
    let counts = &manifest.counts;
    let mut lines = vec![format!(
        "indexed {} of {} of {}: {}, standing {}",
        count(counts.snapshots, "snapshot", "snapshots"),
        count(counts.policies, "policy", "policies"),
        count(counts.companies, "company", "companies"),
        count(counts.clauses, "distinct clause", "distinct clauses"),
        count(counts.occurrences, "time", "times"),
    )];
    lines.extend(skipped(report));
    lines.join("\n")
}

/// What was left out, and what else is to be known.
fn skipped(report: &IngestReport) -> Vec<String> {
    let example =
        |tally: &Tally| tally.examples.first().map(|at| format!(" (such as {at})")).unwrap_or_default();
    let skipped = report.skipped.iter();
    let skipped =
        skipped.map(|(skip, tally)| format!("skipped {}: {}{}", tally.count, skip.reason(), example(tally)));
    let notices = report.notices.iter();
    skipped
        .chain(notices.map(|(notice, tally)| format!("{}: {}{}", notice.text(), tally.count, example(tally))))
        .collect()
}

/// Names what could not be read. Returns whether there was any.
pub fn report_problems(report: &IngestReport) -> bool {
    for failure in report.failed.iter().take(NAMED) {
        say(&format!("error: {}: {}", failure.at, failure.reason));
    }
    if report.failed.len() > NAMED {
        say(&format!("error: {} more inputs could not be read", report.failed.len() - NAMED));
    }
    !report.failed.is_empty()
}

fn dry_run(scan: &Scan) -> Result<Outcome> {
    let mut out = io::stdout().lock();
    write_dry_run(&mut out, scan).map_err(Error::Output)?;
    Ok(if report_problems(&scan.report) { Outcome::Incomplete } else { Outcome::Found })
}

fn write_dry_run(out: &mut impl Write, scan: &Scan) -> io::Result<()> {
    let report = &scan.report;
    writeln!(out, "{} seen", count(report.seen, "input", "inputs"))?;
    let policies = scan.policies_by_reader();
    for (reader, &snapshots) in &report.readers {
        let policies = count(policies.get(reader).copied().unwrap_or(0), "policy", "policies");
        writeln!(out, "{reader}: {} of {policies}", count(snapshots, "snapshot", "snapshots"))?;
    }
    for line in skipped(report) {
        writeln!(out, "{line}")?;
    }
    writeln!(out, "unreadable: {}", report.failed.len())?;
    for SampleClause { company, archive_date, clause } in scan.samples(3) {
        writeln!(out, "\n{company}  {archive_date}  {}", clause.kind)?;
        writeln!(out, "  {}", fineprint::printer::sanitize(&clause.text))?;
    }
    Ok(())
}
