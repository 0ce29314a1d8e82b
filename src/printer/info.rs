//! The contents of an index.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::terminal::numbers::{bytes, grouped};
use super::terminal::sanitize::sanitize;
use crate::index::{IndexInfo, LikelyRename, StrayFile, Tally};

/// The columns of the labels at the beginning of lines.
const LABEL: usize = 10;

/// The indent of examples below a count.
const EXAMPLE_INDENT: &str = "             ";

/// The number of renames that are named one by one.
const MAX_RENAMES: usize = 5;

/// The number of stray files that are named one by one.
const MAX_STRAYS: usize = 20;

/// Writes the contents of an index for people, a labelled line for each subject.
pub fn print_info(out: &mut impl Write, info: &IndexInfo) -> io::Result<()> {
    write_corpora(out, info)?;
    write_counts(out, info)?;
    write_renames(out, &info.renames)?;
    write_inputs(out, info)
}

/// Writes a line that begins with a label.
fn write_line(out: &mut impl Write, label: &str, text: &str) -> io::Result<()> {
    writeln!(out, "{label:LABEL$} {text}")
}

fn write_corpora(out: &mut impl Write, info: &IndexInfo) -> io::Result<()> {
    write_line(out, "index", &sanitize(&info.index))?;
    for corpus in &info.corpora {
        let (path, collection) = (sanitize(&corpus.path), sanitize(&corpus.collection));
        let text = format!("{path} ({}; collection {collection})", corpus.reader);
        write_line(out, "corpus", &text)?;
    }
    Ok(())
}

fn write_counts(out: &mut impl Write, info: &IndexInfo) -> io::Result<()> {
    let counts = &info.counts;
    let (snapshots, texts) = (grouped(counts.snapshots), grouped(counts.texts));
    let (clauses, occurrences) = (grouped(counts.clauses), grouped(counts.occurrences));
    write_line(out, "companies", &grouped(counts.companies))?;
    let ended = match counts.ended {
        0 => String::new(),
        ended => format!(", {} of them removed from their corpora", grouped(ended)),
    };
    write_line(out, "policies", &format!("{}{ended}", grouped(counts.policies)))?;
    write_line(out, "snapshots", &format!("{snapshots}, {}", bytes(counts.bytes)))?;
    write_line(out, "texts", &format!("{texts} distinct, {}", bytes(counts.text_bytes)))?;
    write_line(out, "clauses", &format!("{clauses} distinct ({occurrences} occurrences)"))?;
    if counts.furniture > 0 {
        let furniture = grouped(counts.furniture);
        write_line(out, "furniture", &format!("{furniture} occurrences, left out of answers"))?;
    }
    if let Some(dates) = &info.dates {
        write_line(out, "dates", &format!("{} to {}", dates.first, dates.last))?;
    }
    for (label, counts) in [("languages", &info.languages), ("metadata", &info.metadata)] {
        if !counts.is_empty() {
            write_line(out, label, &list(counts))?;
        }
    }
    let share = 100.0 * info.bytes as f64 / counts.text_bytes.max(1) as f64;
    let size = format!("{}, {share:.1}% of the distinct texts", bytes(info.bytes));
    write_line(out, "size", &size)?;
    write_line(out, "versions", &info.versions.to_string())
}

/// Names policies that were likely renamed.
fn write_renames(out: &mut impl Write, renames: &[LikelyRename]) -> io::Result<()> {
    if renames.is_empty() {
        return Ok(());
    }
    let count = grouped(renames.len() as u64);
    let text = format!("{count} likely: one policy was removed, another got its text");
    write_line(out, "renames", &text)?;
    for LikelyRename { from, to, date, .. } in renames.iter().take(MAX_RENAMES) {
        let [from, to] = [from, to].map(|name| format!("{}/{}", name.company, name.policy_type));
        writeln!(out, "{EXAMPLE_INDENT}{} -> {} ({date})", sanitize(&from), sanitize(&to))?;
    }
    match renames.len().saturating_sub(MAX_RENAMES) {
        0 => Ok(()),
        more => writeln!(out, "{EXAMPLE_INDENT}and {more} more"),
    }
}

/// Names with their counts.
fn list(counts: &BTreeMap<String, u64>) -> String {
    let counts =
        counts.iter().map(|(name, &count)| format!("{} {}", sanitize(name), grouped(count)));
    counts.collect::<Vec<_>>().join(", ")
}

fn write_inputs(out: &mut impl Write, info: &IndexInfo) -> io::Result<()> {
    let inputs = &info.inputs;
    let (seen, indexed) = (grouped(inputs.seen), grouped(inputs.indexed));
    write_line(out, "inputs", &format!("{seen}: {indexed} indexed"))?;
    if inputs.vanished > 0 {
        let vanished = grouped(inputs.vanished);
        write_line(out, "vanished", &format!("{vanished} no longer in the corpora"))?;
    }
    write_tallies(out, "skipped", &inputs.skipped)?;
    write_tally(out, "unreadable", "", &inputs.unreadable)?;
    write_tallies(out, "note", &inputs.notices)?;
    write_strays(out, &info.strays)
}

/// Names the files in the index folder that are not part of the index.
fn write_strays(out: &mut impl Write, strays: &[StrayFile]) -> io::Result<()> {
    if strays.is_empty() {
        return Ok(());
    }
    let size = strays.iter().map(|stray| stray.bytes).sum();
    let count = grouped(strays.len() as u64);
    write_line(out, "stray", &format!("{count}, {}: not part of the index", bytes(size)))?;
    for stray in strays.iter().take(MAX_STRAYS) {
        writeln!(out, "{EXAMPLE_INDENT}{}", sanitize(&stray.path.to_string_lossy()))?;
    }
    match strays.len().saturating_sub(MAX_STRAYS) {
        0 => Ok(()),
        more => writeln!(out, "{EXAMPLE_INDENT}and {more} more"),
    }
}

fn write_tallies(
    out: &mut impl Write,
    label: &str,
    tallies: &BTreeMap<String, Tally>,
) -> io::Result<()> {
    for (reason, tally) in tallies {
        write_tally(out, label, &format!(": {reason}"), tally)?;
    }
    Ok(())
}

/// Writes a count, unless it is 0, with a reason and with the places of some examples.
fn write_tally(out: &mut impl Write, label: &str, reason: &str, tally: &Tally) -> io::Result<()> {
    if tally.count == 0 {
        return Ok(());
    }
    write_line(out, label, &format!("{}{reason}", grouped(tally.count)))?;
    let mut examples = tally.examples.iter();
    examples.try_for_each(|place| writeln!(out, "{EXAMPLE_INDENT}{}", sanitize(place)))
}
