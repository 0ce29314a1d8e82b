//! What changed between two versions: for people, and as a unified diff.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use similar::{Algorithm, capture_diff_slices, group_diff_ops};
use unicode_width::UnicodeWidthStr;

use crate::diff::ClauseFate;
use crate::model::ClauseKind;
use crate::printer::hits::human::{HumanOptions, Pen, count};
use crate::search::{
    ChangeKind, ClauseDifference, DiffSummary, SnapshotCard, Version, VersionClause,
    VersionComparison, WordChange,
};

pub(in crate::printer) const ADDED: Style = AnsiColor::Green.on_default();
pub(in crate::printer) const REMOVED: Style = AnsiColor::Red.on_default();
const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

/// Clauses around a change in a unified diff.
const CONTEXT: usize = 3;

/// `Acme, Privacy Policy, archived 2019-01-02T03:04:05Z`, and that it was a technical change.
fn card(snapshot: &SnapshotCard) -> String {
    let SnapshotCard { company, policy_type, archive_time, is_technical, .. } = snapshot;
    let technical = if *is_technical { ", a technical change of the archive" } else { "" };
    format!("{company}, {policy_type}, archived {archive_time}{technical}")
}

/// The numbers of a summary: `2 added, 1 removed, 3 changed, 0 moved; 120 clauses the same`.
pub(in crate::printer) fn summary(summary: &DiffSummary) -> String {
    let DiffSummary { added, removed, changed, moved, same } = summary;
    let same = count(*same, "clause", "clauses");
    format!("{added} added, {removed} removed, {changed} changed, {moved} moved; {same} the same")
}

/// Writes the summary, and then each difference under the headings where it stands.
pub fn print_diff(
    out: &mut impl Write,
    comparison: &VersionComparison,
    options: HumanOptions,
) -> io::Result<()> {
    let pen = Pen::new(options);
    writeln!(out, "{}", pen.draw(BOLD, &summary(&comparison.summary)))?;
    writeln!(out, "{}", pen.draw(REMOVED, &format!("- {}", card(&comparison.old))))?;
    writeln!(out, "{}", pen.draw(ADDED, &format!("+ {}", card(&comparison.new))))?;
    let mut section: Option<&[String]> = None;
    for difference in &comparison.changes {
        let Some(clause) = difference.new.as_ref().or(difference.old.as_ref()) else { continue };
        if section != Some(&clause.section) {
            writeln!(out)?;
            if !clause.section.is_empty() {
                writeln!(out, "{}", pen.draw(DIM, &clause.section.join(" > ")))?;
            }
            section = Some(&clause.section);
        }
        print_difference(out, difference, pen)?;
    }
    out.flush()
}

/// Writes one difference; every line begins with what it is: `+`, `-`, `~` or `>`.
pub(in crate::printer) fn print_difference(
    out: &mut impl Write,
    difference: &ClauseDifference,
    pen: Pen,
) -> io::Result<()> {
    let ClauseDifference { change, old, new, words } = difference;
    let text = |clause: &Option<VersionClause>| clause.as_ref().map(marked).unwrap_or_default();
    match change {
        ChangeKind::Added => line(out, pen, '+', ADDED, &text(new)),
        ChangeKind::Removed => line(out, pen, '-', REMOVED, &text(old)),
        ChangeKind::Moved => line(out, pen, '>', DIM, &text(new)),
        ChangeKind::Changed => {
            for (i, line) in reworded(pen, words.iter().flatten(), 4).iter().enumerate() {
                writeln!(out, "{}{line}", if i == 0 { "~ " } else { "~   " })?;
            }
            lead_in(out, pen, old.as_ref(), new.as_ref())
        }
    }
}

/// The lines of a text with what was removed from it and added to it; one line where no terminal says how wide it is.
pub(in crate::printer) fn reworded<'s>(
    pen: Pen,
    words: impl Iterator<Item = &'s WordChange>,
    indent: usize,
) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut column = 0;
    for stretch in words {
        let (style, text) = match stretch.fate {
            ClauseFate::Same => (Style::new(), stretch.text.clone()),
            ClauseFate::Removed => (REMOVED, format!("[-{}-]", stretch.text)),
            ClauseFate::Added => (ADDED, format!("{{+{}+}}", stretch.text)),
        };
        let mut rest = String::new();
        for word in text.split(' ') {
            let wide = word.width();
            if column > 0 && pen.columns(indent).is_some_and(|columns| column + wide > columns) {
                append(&mut lines, pen.draw(style, &std::mem::take(&mut rest)));
                lines.push(String::new());
                column = 0;
            }
            rest.push_str(if rest.is_empty() { "" } else { " " });
            rest.push_str(word);
            column += wide + 1;
        }
        append(&mut lines, pen.draw(style, &rest));
    }
    lines
}

/// Writes on, on the last line.
fn append(lines: &mut [String], drawn: String) {
    if let Some(line) = lines.last_mut().filter(|_| !drawn.is_empty()) {
        line.push_str(if line.is_empty() { "" } else { " " });
        line.push_str(&drawn);
    }
}

/// The lead-ins of a clause that is changed by them.
fn lead_in(
    out: &mut impl Write,
    pen: Pen,
    old: Option<&VersionClause>,
    new: Option<&VersionClause>,
) -> io::Result<()> {
    let of = |clause: Option<&VersionClause>| clause.and_then(|clause| clause.lead_in.clone());
    match (of(old), of(new)) {
        (Some(old), Some(new)) if old != new => {
            writeln!(out, "    {}", pen.draw(DIM, &format!("under: {new} (before: {old})")))
        }
        _ => Ok(()),
    }
}

fn line(out: &mut impl Write, pen: Pen, mark: char, style: Style, text: &str) -> io::Result<()> {
    for (i, line) in pen.wrapped(text, 2).iter().enumerate() {
        // Lines after the first have the mark, too: a reader of a pipe may see one alone.
        let mark = if i == 0 { format!("{mark} ") } else { format!("{mark}   ") };
        writeln!(out, "{}", pen.draw(style, &format!("{mark}{line}")))?;
    }
    Ok(())
}

/// A clause with what tells its kind.
fn marked(clause: &VersionClause) -> String {
    match clause.kind {
        ClauseKind::Heading => format!("# {}", clause.text),
        ClauseKind::Item => format!("- {}", clause.text),
        ClauseKind::Quote => format!("> {}", clause.text),
        ClauseKind::Row => format!("| {}", clause.text),
        ClauseKind::Paragraph => clause.text.clone(),
    }
}

/// Writes a unified diff of two versions, a line for each clause: what `diff -u` prints of these lines. Unlike [`print_diff`] it takes
/// another number before a clause for a difference, and knows nothing of moved clauses.
pub fn print_diff_unified(
    out: &mut impl Write,
    old: &Version,
    new: &Version,
    options: HumanOptions,
) -> io::Result<()> {
    let pen = Pen::new(options);
    let lines = |version: &Version| -> Vec<String> {
        version.clauses.iter().map(|clause| marked(clause).replace('\n', " ")).collect()
    };
    let (from, to) = (lines(old), lines(new));
    let name = |version: &Version| {
        let SnapshotCard { company, policy_type, archive_time, .. } = &version.snapshot;
        format!("{company}/{policy_type}\t{archive_time}")
    };
    let groups = group_diff_ops(capture_diff_slices(Algorithm::Myers, &from, &to), CONTEXT);
    if groups.is_empty() {
        return out.flush();
    }
    writeln!(out, "{}", pen.draw(BOLD, "--- ").to_owned() + &header(pen, &name(old)))?;
    writeln!(out, "{}", pen.draw(BOLD, "+++ ").to_owned() + &header(pen, &name(new)))?;
    for group in groups {
        let (Some(first), Some(last)) = (group.first(), group.last()) else { continue };
        let old = range(first.old_range().start, last.old_range().end);
        let new = range(first.new_range().start, last.new_range().end);
        writeln!(out, "{}", pen.draw(DIM, &format!("@@ -{old} +{new} @@")))?;
        for op in &group {
            let (tag, before, after) = op.as_tag_tuple();
            if tag == similar::DiffTag::Equal {
                to[after].iter().try_for_each(|line| writeln!(out, " {}", pen.safe(line)))?;
                continue;
            }
            from[before]
                .iter()
                .try_for_each(|line| writeln!(out, "{}", pen.draw(REMOVED, &format!("-{line}"))))?;
            to[after]
                .iter()
                .try_for_each(|line| writeln!(out, "{}", pen.draw(ADDED, &format!("+{line}"))))?;
        }
    }
    out.flush()
}

/// A header keeps the tab that tools look for.
fn header(pen: Pen, name: &str) -> String {
    name.split('\t').map(|part| pen.safe(part)).collect::<Vec<_>>().join("\t")
}

/// A range of lines as unified diffs write it.
fn range(start: usize, end: usize) -> String {
    match end - start {
        0 => format!("{start},0"),
        1 => (start + 1).to_string(),
        count => format!("{},{count}", start + 1),
    }
}
