//! What `fineprint index` says about its input and its result.

use std::io::{self, Write};

use fineprint::index::{CorpusScan, IngestReport, Manifest, SampleClause, Tally};
use fineprint::printer::{counted, counted_grouped, sanitize};

/// The number of sample clauses of a dry run.
const SAMPLES: usize = 3;

/// The result of a build, or of an update of the index with the manifest `base`.
pub fn summary(manifest: &Manifest, report: &IngestReport, base: Option<&Manifest>) -> String {
    let contents = contents(manifest);
    let mut lines = match base {
        None => vec![format!("indexed {contents}")],
        Some(base) if base.generation == manifest.generation => {
            vec![format!("up to date: {contents}")]
        }
        Some(_) => {
            let IngestReport { indexed, unchanged, removed, .. } = report;
            vec![
                format!("{indexed} new, {unchanged} as before, {removed} removed"),
                format!("the index has {contents}"),
            ]
        }
    };
    if report.vanished > 0 {
        let kept = counted(report.vanished, "snapshot is kept", "snapshots are kept");
        lines.push(format!("{kept} although the corpus no longer has them (--prune removes them)"));
    }
    lines.extend(remarks(report));
    lines.join("\n")
}

/// The numbers of snapshots, policies, companies and clauses.
fn contents(manifest: &Manifest) -> String {
    let counts = &manifest.counts;
    format!(
        "{} of {} of {}: {} ({})",
        counted_grouped(counts.snapshots, "snapshot", "snapshots"),
        counted_grouped(counts.policies, "policy", "policies"),
        counted_grouped(counts.companies, "company", "companies"),
        counted_grouped(counts.clauses, "distinct clause", "distinct clauses"),
        counted_grouped(counts.occurrences, "occurrence", "occurrences"),
    )
}

/// One line for each reason for which input was skipped, and for each notice.
fn remarks(report: &IngestReport) -> Vec<String> {
    let skipped = report.skipped.iter().map(|(skip, tally)| {
        format!("skipped {}: {}{}", tally.count, skip.reason(), example(tally))
    });
    let notices = report
        .notices
        .iter()
        .map(|(notice, tally)| format!("{}: {}{}", notice.text(), tally.count, example(tally)));
    skipped.chain(notices).collect()
}

/// The first example of a tally in parentheses, or nothing.
fn example(tally: &Tally) -> String {
    tally.examples.first().map(|place| format!(" (such as {place})")).unwrap_or_default()
}

/// Writes what would be indexed.
///
/// # Errors
///
/// `out` cannot be written to.
pub fn write_dry_run(out: &mut impl Write, scan: &CorpusScan) -> io::Result<()> {
    let report = &scan.report;
    writeln!(out, "{} seen", counted(report.seen, "input", "inputs"))?;
    let policies = scan.policies_by_reader();
    for (reader, &snapshots) in &report.readers {
        // A reader can skip every snapshot that it finds, and then it has no policy.
        let policies = policies.get(reader).copied().unwrap_or(0);
        let policies = counted(policies, "policy", "policies");
        writeln!(out, "{reader}: {} of {policies}", counted(snapshots, "snapshot", "snapshots"))?;
    }
    for line in remarks(report) {
        writeln!(out, "{line}")?;
    }
    writeln!(out, "unreadable: {}", report.failed.len())?;
    for SampleClause { company, archive_date, clause } in scan.samples(SAMPLES) {
        writeln!(out, "\n{company}  {archive_date}  {}", clause.kind)?;
        writeln!(out, "  {}", sanitize(&clause.text))?;
    }
    Ok(())
}
