//! What `fineprint index` says about its input and its result.

use std::collections::BTreeMap;
use std::io::{self, Write};

use fineprint::index::{
    BuildSummary, CorpusScan, IncompleteCorpus, IngestReport, Manifest, SampleClause, Tally,
};
use fineprint::printer::{bytes, counted_grouped, grouped, sanitize};

use crate::cli::args::DEFAULT_INDEX;

/// The number of sample clauses of a dry run.
const SAMPLES: usize = 3;

/// A build that has come to its end.
pub struct Built<'b> {
    /// The index before; `None` if there was none, or it was built from nothing.
    pub base: Option<&'b Manifest>,
    pub manifest: &'b Manifest,
    pub report: &'b IngestReport,
    pub summary: &'b BuildSummary,
}

impl Built<'_> {
    /// The result in words, line by line: the changes, where the index is, and how it is searched.
    pub fn lines(&self) -> Vec<String> {
        let Self { base, manifest, report, summary } = self;
        let contents = contents(manifest);
        let mut lines = match base {
            None => vec![format!("indexed {contents}")],
            Some(_) if !summary.changed => vec![format!("up to date: {contents}")],
            Some(_) => {
                let [new, unchanged, removed] =
                    [report.indexed, report.unchanged, report.removed].map(grouped);
                vec![
                    format!("{new} new, {unchanged} as before, {removed} removed"),
                    format!("the index has {contents}"),
                ]
            }
        };
        lines.extend(kept(report));
        lines.extend(remarks(report, *base, manifest));
        let BuildSummary { index, bytes: size, seconds, .. } = summary;
        lines.push(format!("{index} has {}; the build took {}", bytes(*size), time(*seconds)));
        lines.push(format!("next: fineprint search WORDS{}", folder_flag(index)));
        lines
    }
}

/// The snapshots that were not found in their corpora. `None`: all were found.
fn kept(report: &IngestReport) -> Option<String> {
    let one_or_many = match (report.vanished, report.incomplete.first()) {
        (0, _) => return None,
        (_, None) => [
            "snapshot is kept although its corpus no longer has it (--prune removes it)".to_owned(),
            "snapshots are kept although their corpora no longer have them (--prune removes them)"
                .to_owned(),
        ],
        (_, Some(IncompleteCorpus { corpus, reason })) => [
            format!("snapshot is kept that was not found; of {corpus}, {reason}"),
            format!("snapshots are kept that were not found; of {corpus}, {reason}"),
        ],
    };
    let [one, many] = &one_or_many;
    Some(counted_grouped(report.vanished, one, many))
}

/// A time in words: `0.2 s`, `3 min 5 s`.
fn time(seconds: f64) -> String {
    let whole = seconds.round() as u64;
    match whole {
        0..10 => format!("{seconds:.1} s"),
        10..60 => format!("{whole} s"),
        _ => format!("{} min {} s", grouped(whole / 60), whole % 60),
    }
}

/// The flag that names this index folder, with a space in front; nothing for the default one.
fn folder_flag(index: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "/._-+@%:,".contains(c);
    match index {
        DEFAULT_INDEX => String::new(),
        _ if index.chars().all(is_plain) => format!(" --index {index}"),
        _ => format!(" --index '{}'", index.replace('\'', "'\\''")),
    }
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

/// One line for each reason for which input was skipped, and for each notice, if the index before
/// did not say the same.
fn remarks(report: &IngestReport, base: Option<&Manifest>, manifest: &Manifest) -> Vec<String> {
    let (before, now) = (base.map(|base| &base.inputs), &manifest.inputs);
    let skips = report.skipped.iter().filter_map(|(skip, tally)| {
        let before = before.map(|before| &before.skipped);
        let new = new_places(skip.reason(), tally, before, &now.skipped)?;
        Some(skipped_line(skip.reason(), &new))
    });
    let notices = report.notices.iter().filter_map(|(notice, tally)| {
        let before = before.map(|before| &before.notices);
        let new = new_places(notice.text(), tally, before, &now.notices)?;
        Some(notice_line(notice.text(), &new))
    });
    skips.chain(notices).collect()
}

/// The part of a tally that the index before did not have under this name. `None`: there is none.
fn new_places(
    name: &str,
    tally: &Tally,
    before: Option<&BTreeMap<String, Tally>>,
    now: &BTreeMap<String, Tally>,
) -> Option<Tally> {
    let Some(before) = before else { return Some(tally.clone()) };
    let known = before.get(name).cloned().unwrap_or_default();
    let count = now.get(name).map_or(0, |now| now.count).saturating_sub(known.count);
    let examples = tally.examples.iter().filter(|place| !known.examples.contains(place));
    (count > 0).then(|| Tally { count, examples: examples.cloned().collect() })
}

fn skipped_line(reason: &str, tally: &Tally) -> String {
    format!("skipped {}: {reason}{}", grouped(tally.count), example(tally))
}

fn notice_line(text: &str, tally: &Tally) -> String {
    format!("{text}: {}{}", grouped(tally.count), example(tally))
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
    writeln!(out, "{} seen", counted_grouped(report.seen, "input", "inputs"))?;
    let policies = scan.policies_by_reader();
    for (reader, &snapshots) in &report.readers {
        // A reader can skip every snapshot that it finds, and then it has no policy.
        let policies = policies.get(reader).copied().unwrap_or(0);
        let policies = counted_grouped(policies, "policy", "policies");
        let snapshots = counted_grouped(snapshots, "snapshot", "snapshots");
        writeln!(out, "{reader}: {snapshots} of {policies}")?;
    }
    for (skip, tally) in &report.skipped {
        writeln!(out, "{}", sanitize(&skipped_line(skip.reason(), tally)))?;
    }
    for (notice, tally) in &report.notices {
        writeln!(out, "{}", sanitize(&notice_line(notice.text(), tally)))?;
    }
    writeln!(out, "unreadable: {}", report.unreadable())?;
    for SampleClause { company, archive_date, clause } in scan.samples(SAMPLES) {
        writeln!(out, "\n{}  {archive_date}  {}", sanitize(&company), clause.kind)?;
        writeln!(out, "  {}", sanitize(&clause.text))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_in_words() {
        let expected = ["0.0 s", "0.2 s", "9.4 s", "10 s", "59 s", "1 min 0 s", "61 min 1 s"];
        assert_eq!([0.0, 0.17, 9.4, 9.6, 59.4, 59.6, 3661.0].map(time), expected);
    }

    #[test]
    fn folders_are_quoted_for_a_shell() {
        let expected = ["", " --index a/b.index", " --index 'a b'", " --index 'a'\\''b'"];
        assert_eq!([".fineprint", "a/b.index", "a b", "a'b"].map(folder_flag), expected);
    }
}
