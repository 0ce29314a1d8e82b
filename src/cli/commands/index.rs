//! `fineprint index`.

use std::collections::BTreeSet;
use std::io::{self, Write};

use fineprint::corpus::ReadOptions;
use fineprint::error::{Error, Result};
use fineprint::index::{
    BuildOptions, CorpusScan, IngestReport, Manifest, SampleClause, Tally, build,
};

use crate::cli::args::{Cli, IndexArgs};
use crate::cli::bar::Bar;
use crate::cli::{Outcome, count, say};

/// How many unreadable inputs are named one by one.
const NAMED: usize = 20;

/// Builds or updates an index, or says what one would hold.
pub fn run(args: &IndexArgs, cli: &Cli) -> Result<Outcome> {
    let bar = Bar::new(cli.quiet);
    let dir = &args.folder.index;
    let base =
        if args.rebuild || !Manifest::exists(dir) { None } else { Some(Manifest::read(dir)?) };
    let scan = scan(args, base.as_ref(), &bar)?;
    if args.dry_run {
        drop(bar);
        return dry_run(&scan);
    }
    let options = BuildOptions {
        index: dir.clone(),
        threads: usize::from(args.threads),
        rebuild: args.rebuild,
        prune: args.prune,
        remove: args.remove.clone(),
        memory: Some(args.memory),
    };
    let (manifest, report) = build(scan, &options, &bar)?;
    drop(bar);
    let is_incomplete = report_problems(&report);
    if !cli.quiet {
        let is_written = base.as_ref().is_none_or(|base| base.generation != manifest.generation);
        say(&summary(&manifest, &report, base.is_some(), is_written));
    }
    Ok(if is_incomplete { Outcome::Incomplete } else { Outcome::Found })
}

fn scan(args: &IndexArgs, base: Option<&Manifest>, bar: &Bar) -> Result<CorpusScan> {
    let dir = args.folder.index.display();
    let missing = || {
        let what = format!(
            "there is no index at {dir} to bring up to date; name the corpora it is to be made of"
        );
        Error::Usage(what)
    };
    if !args.remove.is_empty() {
        let base = base.ok_or_else(missing)?;
        let known: BTreeSet<&str> = base.corpora.iter().map(|corpus| &*corpus.collection).collect();
        if let Some(unknown) = args.remove.iter().find(|name| !known.contains(name.as_str())) {
            let known = known.into_iter().collect::<Vec<_>>().join(", ");
            return Err(Error::Usage(format!(
                "the index has no collection `{unknown}`; it has: {known}"
            )));
        }
        return Ok(CorpusScan::nothing(Some(base)));
    }
    if args.corpora.is_empty() {
        return CorpusScan::again(base.ok_or_else(missing)?, bar);
    }
    let options = ReadOptions {
        worktree: args.worktree,
        path: args.path.clone(),
        date: args.date.clone(),
        map: args.map.clone(),
        ..ReadOptions::default()
    };
    CorpusScan::with_options(&args.corpora, &args.collection, &options, base, bar)
}

fn summary(
    manifest: &Manifest,
    report: &IngestReport,
    is_update: bool,
    is_written: bool,
) -> String {
    let counts = &manifest.counts;
    let holds = format!(
        "{} of {} of {}: {}, standing {}",
        count(counts.snapshots, "snapshot", "snapshots"),
        count(counts.policies, "policy", "policies"),
        count(counts.companies, "company", "companies"),
        count(counts.clauses, "distinct clause", "distinct clauses"),
        count(counts.occurrences, "time", "times"),
    );
    let mut lines = match (is_update, is_written) {
        (false, _) => vec![format!("indexed {holds}")],
        (true, false) => vec![format!("up to date: {holds}")],
        (true, true) => vec![
            format!(
                "{} new, {} as before, {} removed",
                report.indexed, report.unchanged, report.removed
            ),
            format!("the index has {holds}"),
        ],
    };
    if report.vanished > 0 {
        let vanished = count(report.vanished, "snapshot stays", "snapshots stay");
        lines.push(format!(
            "{vanished} though the corpus has them no more (--prune takes them out)"
        ));
    }
    lines.extend(skipped(report));
    lines.join("\n")
}

/// What was left out, and what else is to be known.
fn skipped(report: &IngestReport) -> Vec<String> {
    let example = |tally: &Tally| {
        tally.examples.first().map(|at| format!(" (such as {at})")).unwrap_or_default()
    };
    let skipped = report.skipped.iter();
    let skipped = skipped.map(|(skip, tally)| {
        format!("skipped {}: {}{}", tally.count, skip.reason(), example(tally))
    });
    let notices = report.notices.iter();
    skipped
        .chain(
            notices.map(|(notice, tally)| {
                format!("{}: {}{}", notice.text(), tally.count, example(tally))
            }),
        )
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

fn dry_run(scan: &CorpusScan) -> Result<Outcome> {
    let mut out = io::stdout().lock();
    write_dry_run(&mut out, scan).map_err(Error::Output)?;
    Ok(if report_problems(&scan.report) { Outcome::Incomplete } else { Outcome::Found })
}

fn write_dry_run(out: &mut impl Write, scan: &CorpusScan) -> io::Result<()> {
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
