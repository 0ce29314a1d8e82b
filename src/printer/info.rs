//! What an index holds, for people.

use std::collections::BTreeMap;
use std::io::{self, Write};

use crate::index::{IndexInfo, Tally};
use crate::printer::terminal::sanitize::sanitize;

/// Writes what an index holds, a line for each thing.
pub fn print_info(out: &mut impl Write, info: &IndexInfo) -> io::Result<()> {
    let counts = &info.counts;
    writeln!(out, "index      {}", sanitize(&info.index))?;
    for corpus in &info.corpora {
        let (path, reader, collection) = (&corpus.path, &corpus.reader, &corpus.collection);
        writeln!(
            out,
            "corpus     {} ({reader}; collection {})",
            sanitize(path),
            sanitize(collection)
        )?;
    }
    writeln!(out, "companies  {}", grouped(counts.companies))?;
    writeln!(out, "policies   {}", grouped(counts.policies))?;
    writeln!(out, "snapshots  {}, {}", grouped(counts.snapshots), bytes(counts.bytes))?;
    writeln!(out, "texts      {} distinct, {}", grouped(counts.texts), bytes(counts.text_bytes))?;
    writeln!(
        out,
        "clauses    {} distinct, standing {} times",
        grouped(counts.clauses),
        grouped(counts.occurrences)
    )?;
    if let Some(dates) = &info.dates {
        writeln!(out, "dates      {} to {}", dates.first, dates.last)?;
    }
    for (label, counts) in [("languages ", &info.languages), ("metadata  ", &info.metadata)] {
        if !counts.is_empty() {
            let counts: Vec<String> = counts
                .iter()
                .map(|(name, &count)| format!("{} {}", sanitize(name), grouped(count)))
                .collect();
            writeln!(out, "{label} {}", counts.join(", "))?;
        }
    }
    let share = |whole: u64| 100.0 * info.bytes as f64 / whole.max(1) as f64;
    writeln!(
        out,
        "size       {}, {:.1}% of the distinct texts",
        bytes(info.bytes),
        share(counts.text_bytes)
    )?;
    writeln!(out, "versions   {}", info.versions)?;
    let inputs = &info.inputs;
    writeln!(out, "inputs     {}: {} indexed", grouped(inputs.seen), grouped(inputs.indexed))?;
    if inputs.vanished > 0 {
        writeln!(out, "vanished   {} in the corpora no more", grouped(inputs.vanished))?;
    }
    tallies(out, "skipped    ", &inputs.skipped)?;
    tally(out, "unreadable ", "", &inputs.unreadable)?;
    tallies(out, "note       ", &inputs.notices)
}

fn tallies(out: &mut impl Write, label: &str, tallies: &BTreeMap<String, Tally>) -> io::Result<()> {
    tallies.iter().try_for_each(|(reason, one)| tally(out, label, &format!(": {reason}"), one))
}

fn tally(out: &mut impl Write, label: &str, reason: &str, tally: &Tally) -> io::Result<()> {
    if tally.count == 0 {
        return Ok(());
    }
    writeln!(out, "{label}{}{reason}", grouped(tally.count))?;
    tally.examples.iter().try_for_each(|at| writeln!(out, "             {}", sanitize(at)))
}

/// A number with commas: `1,234,567`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<&[u8]> = digits.as_bytes().rchunks(3).rev().collect();
    let groups: Vec<String> =
        groups.iter().map(|group| String::from_utf8_lossy(group).into_owned()).collect();
    groups.join(",")
}

/// Bytes as people count them, in powers of 1000.
fn bytes(number: u64) -> String {
    let units = [("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1000)];
    let unit = units.into_iter().find(|&(_, size)| number >= size);
    unit.map_or(format!("{number} bytes"), |(name, size)| {
        format!("{:.2} {name}", number as f64 / size as f64)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_for_people() {
        assert_eq!([0, 999, 1000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(
            [0, 999, 1500, 1_270_000_000].map(bytes),
            ["0 bytes", "999 bytes", "1.50 kB", "1.27 GB"]
        );
    }
}
