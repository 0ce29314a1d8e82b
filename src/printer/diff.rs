//! Differences between two versions of a policy: for people, and as a unified diff.

use std::io::{self, Write};

use anstyle::Style;
use similar::{Algorithm, DiffOp, DiffTag, capture_diff_slices, group_diff_ops};
use unicode_width::UnicodeWidthStr;

use super::clause_mark::{clause_mark, with_number};
use super::hits::human::ended;
use super::terminal::numbers::counted;
use super::terminal::pen::{ADDED, BOLD, DIM, HumanOptions, PLAIN, Pen, REMOVED};
use crate::model::ClauseKind;
use crate::search::{
    ClauseChange, ClauseDifference, ClauseRenumbering, DiffSummary, PolicyVersion, SnapshotCard,
    VersionClause, VersionComparison, WordChange, WordFate, compare_words, compared_wordings,
};
use crate::token::terms;

/// The number of clauses around a change in a unified diff.
const CONTEXT: usize = 3;

/// Writes the numbers of changes, and then each difference below the headings of its section.
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
    for renumbering in &comparison.renumbered {
        write_renumbering(out, renumbering, pen)?;
    }
    for difference in &comparison.changes {
        let clause = difference.new.as_ref().or(difference.old.as_ref());
        let clause = clause.expect("a difference has an old or a new clause");
        if section != Some(&clause.section) {
            writeln!(out)?;
            if !clause.section.is_empty() {
                writeln!(out, "{}", pen.draw(DIM, &clause.section.join(" > ")))?;
            }
            section = Some(&clause.section);
        }
        write_difference(out, difference, pen)?;
    }
    out.flush()
}

/// The numbers of changes: `2 added, 1 removed, 3 changed, 0 moved; 120 clauses the same, 4 of them
/// renumbered`.
fn summary(summary: &DiffSummary) -> String {
    let DiffSummary { added, removed, changed, moved, same, renumbered } = summary;
    let same = counted(*same, "clause", "clauses");
    let renumbered = match renumbered {
        0 => String::new(),
        count => format!(", {count} of them renumbered"),
    };
    format!(
        "{added} added, {removed} removed, {changed} changed, {moved} moved; {same} the \
         same{renumbered}"
    )
}

/// Writes a clause whose words differ, although it is the same: its first word is followed by
/// another number, or it is a date stamp. Numbers in front are only counted.
fn write_renumbering(
    out: &mut impl Write,
    renumbering: &ClauseRenumbering,
    pen: Pen,
) -> io::Result<()> {
    let ClauseRenumbering { old, new } = renumbering;
    if terms(&old.text).eq(terms(&new.text)) {
        return Ok(());
    }
    let words = compare_words(&old.text, &new.text);
    for (i, line) in changed_words(pen, words.iter(), 4).iter().enumerate() {
        writeln!(out, "{}{line}", if i == 0 { "= " } else { "=   " })?;
    }
    Ok(())
}

/// A snapshot in words: `Acme, Privacy Policy, archived 2019-01-02T03:04:05Z`.
fn card(snapshot: &SnapshotCard) -> String {
    let SnapshotCard { company, policy_type, archive_time, ended: end, is_technical, .. } =
        snapshot;
    let technical = if *is_technical { ", a technical change of the archive" } else { "" };
    let ended = end.map(|end| format!(", {}", ended(end))).unwrap_or_default();
    format!("{company}, {policy_type}, archived {archive_time}{technical}{ended}")
}

/// Writes one difference. Every line begins with its mark: `+`, `-`, `~` or `>`.
fn write_difference(
    out: &mut impl Write,
    difference: &ClauseDifference,
    pen: Pen,
) -> io::Result<()> {
    let ClauseDifference { change, old, new, words } = difference;
    match (change, old, new) {
        (ClauseChange::Added, _, Some(new)) => write_lines(out, pen, '+', ADDED, &marked(new)),
        (ClauseChange::Removed, Some(old), _) => write_lines(out, pen, '-', REMOVED, &marked(old)),
        (ClauseChange::Moved, _, Some(new)) => write_lines(out, pen, '>', DIM, &marked(new)),
        (ClauseChange::Changed, Some(old), Some(new)) => {
            for (i, line) in changed_words(pen, words.iter().flatten(), 4).iter().enumerate() {
                writeln!(out, "{}{line}", if i == 0 { "~ " } else { "~   " })?;
            }
            write_lead_ins(out, pen, old, new)
        }
        _ => unreachable!("a difference has the clauses of its kind"),
    }
}

/// Writes the lines of a text. Lines after the first have the mark too, because a reader of a pipe
/// may see one line alone.
fn write_lines(
    out: &mut impl Write,
    pen: Pen,
    mark: char,
    style: Style,
    text: &str,
) -> io::Result<()> {
    for (i, line) in pen.wrapped(text, 2).iter().enumerate() {
        let indent = if i == 0 { "" } else { "  " };
        writeln!(out, "{}", pen.draw(style, &format!("{mark} {indent}{line}")))?;
    }
    Ok(())
}

/// Writes the lead-ins of a clause whose lead-in changed.
fn write_lead_ins(
    out: &mut impl Write,
    pen: Pen,
    old: &VersionClause,
    new: &VersionClause,
) -> io::Result<()> {
    match (&old.lead_in, &new.lead_in) {
        (Some(old), Some(new)) if old != new => {
            writeln!(out, "    {}", pen.draw(DIM, &format!("under: {new} (before: {old})")))
        }
        _ => Ok(()),
    }
}

/// The lines of a text with its removed and added words, beside an indent; one line without a
/// terminal.
pub(super) fn changed_words<'s>(
    pen: Pen,
    words: impl Iterator<Item = &'s WordChange>,
    indent: usize,
) -> Vec<String> {
    let mut lines = WordLines { pen, columns: pen.columns(indent), done: Vec::new(), column: 0 };
    lines.done.push(String::new());
    for change in words {
        match change.fate {
            WordFate::Same => lines.push(PLAIN, &change.text),
            WordFate::Removed => lines.push(REMOVED, &format!("[-{}-]", change.text)),
            WordFate::Added => lines.push(ADDED, &format!("{{+{}+}}", change.text)),
        }
    }
    lines.done
}

/// Lines that words in several styles are wrapped into.
struct WordLines {
    pen: Pen,
    /// The columns of a line.
    columns: Option<usize>,
    done: Vec<String>,
    /// The columns that the last line takes so far.
    column: usize,
}

impl WordLines {
    /// Adds words in one style.
    fn push(&mut self, style: Style, text: &str) {
        let mut pending = String::new();
        for word in text.split(' ') {
            let wide = word.width();
            if self.column > 0 && self.columns.is_some_and(|columns| self.column + wide > columns) {
                self.append(style, &std::mem::take(&mut pending));
                self.done.push(String::new());
                self.column = 0;
            }
            pending.push_str(if pending.is_empty() { "" } else { " " });
            pending.push_str(word);
            self.column += wide + 1;
        }
        self.append(style, &pending);
    }

    /// Adds words to the last line.
    fn append(&mut self, style: Style, words: &str) {
        let drawn = self.pen.draw(style, words);
        if let Some(line) = self.done.last_mut().filter(|_| !drawn.is_empty()) {
            line.push_str(if line.is_empty() { "" } else { " " });
            line.push_str(&drawn);
        }
    }
}

/// The text of a clause after a mark for its kind, and its number.
fn marked(clause: &VersionClause) -> String {
    let number = clause.number.as_deref();
    match clause.kind {
        ClauseKind::Heading => format!("# {}", with_number(number, &clause.text)),
        ClauseKind::Row => format!("| {}", clause.text),
        kind => format!("{}{}", clause_mark(number, kind), clause.text),
    }
}

/// Writes a unified diff of two versions, as `diff -u` would of a file with one line for each
/// clause.
///
/// It has the differences of [`print_diff`], but no moved clauses.
pub fn print_diff_unified(
    out: &mut impl Write,
    old: &PolicyVersion,
    new: &PolicyVersion,
    options: HumanOptions,
) -> io::Result<()> {
    let pen = Pen::new(options);
    let (from, to) = (clause_lines(old), clause_lines(new));
    let (old_wordings, new_wordings) = compared_wordings(old, new);
    let ops = capture_diff_slices(Algorithm::Myers, &old_wordings, &new_wordings);
    let groups = group_diff_ops(ops, CONTEXT);
    if groups.is_empty() {
        return out.flush();
    }
    writeln!(out, "{}{}", pen.draw(BOLD, "--- "), file_name(pen, old))?;
    writeln!(out, "{}{}", pen.draw(BOLD, "+++ "), file_name(pen, new))?;
    for group in groups {
        write_hunk(out, pen, &group, &from, &to)?;
    }
    out.flush()
}

fn clause_lines(version: &PolicyVersion) -> Vec<String> {
    version.clauses.iter().map(|clause| marked(clause).replace('\n', " ")).collect()
}

/// The name of a version in a header. The tab before the time is how tools find the end of the
/// name.
fn file_name(pen: Pen, version: &PolicyVersion) -> String {
    let SnapshotCard { company, policy_type, archive_time, .. } = &version.snapshot;
    format!("{}\t{}", pen.safe(&format!("{company}/{policy_type}")), archive_time)
}

fn write_hunk(
    out: &mut impl Write,
    pen: Pen,
    group: &[DiffOp],
    from: &[String],
    to: &[String],
) -> io::Result<()> {
    let (Some(first), Some(last)) = (group.first(), group.last()) else { return Ok(()) };
    let old = line_range(first.old_range().start, last.old_range().end);
    let new = line_range(first.new_range().start, last.new_range().end);
    writeln!(out, "{}", pen.draw(DIM, &format!("@@ -{old} +{new} @@")))?;
    for op in group {
        if op.tag() == DiffTag::Equal {
            let mut lines = to[op.new_range()].iter();
            lines.try_for_each(|line| writeln!(out, " {}", pen.safe(line)))?;
            continue;
        }
        for line in &from[op.old_range()] {
            writeln!(out, "{}", pen.draw(REMOVED, &format!("-{line}")))?;
        }
        for line in &to[op.new_range()] {
            writeln!(out, "{}", pen.draw(ADDED, &format!("+{line}")))?;
        }
    }
    Ok(())
}

/// A range of lines, counted from 1, in the notation of unified diffs.
fn line_range(start: usize, end: usize) -> String {
    match end - start {
        0 => format!("{start},0"),
        1 => (start + 1).to_string(),
        count => format!("{},{count}", start + 1),
    }
}
