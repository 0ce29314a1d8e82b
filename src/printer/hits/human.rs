//! Hits for people: company and date, section, text with its matches, and the life of the clause.

use std::io::{self, Write};
use std::ops::Range;

use unicode_width::UnicodeWidthStr;

use super::explanation::explanation_lines;
use crate::model::{ArchiveTime, ClauseKind};
use crate::printer::clause_mark::mark_without_quote;
use crate::printer::terminal::numbers::counted;
use crate::printer::terminal::pen::{DATE, DIM, HumanOptions, MATCH, Pen};
use crate::printer::terminal::wrap::wrap;
use crate::search::{GroupMember, Hit, HitGrouping, NeighbourClause};

/// The most lines of a text that are shown in a terminal.
const MAX_LINES: usize = 4;

/// The indent of everything below the first line of a hit.
pub(in crate::printer) const INDENT: &str = "  ";

/// Writes a hit, after an empty line unless it is the first.
pub(super) fn write_hit(
    out: &mut impl Write,
    hit: &Hit,
    options: HumanOptions,
    citation: Option<&str>,
    is_first: bool,
) -> io::Result<()> {
    let pen = Pen::new(options);
    if !is_first {
        writeln!(out)?;
    }
    write_head(out, hit, pen)?;
    let context = hit.context.as_ref();
    write_neighbours(out, pen, context.map(|context| &context.before[..]))?;
    write_text(out, hit, pen, options.width)?;
    write_neighbours(out, pen, context.map(|context| &context.after[..]))?;
    let mut below = vec![match group_size(hit, options) {
        Some(size) => format!("{}, {size}", life(hit)),
        None => life(hit),
    }];
    if let Some(explanation) = &hit.explanation {
        below.extend(explanation_lines(hit.score, explanation));
    }
    below.extend(citation.map(str::to_owned));
    below.iter().try_for_each(|line| writeln!(out, "{INDENT}{}", pen.draw(DIM, line)))
}

/// Writes the company with the date, the section, and the lead-in or header row.
fn write_head(out: &mut impl Write, hit: &Hit, pen: Pen) -> io::Result<()> {
    let policy = pen.policy(&hit.company, &hit.policy_type);
    let date = pen.draw(DATE, &hit.archive_time.date());
    let furniture = if hit.is_furniture == Some(true) { "  furniture" } else { "" };
    writeln!(out, "{policy}  {date}  {}", pen.draw(DIM, &format!("{}{furniture}", hit.id)))?;
    if !hit.section.is_empty() {
        writeln!(out, "{INDENT}{}", pen.draw(DIM, &hit.section.join(" > ")))?;
    }
    match (&hit.lead_in, hit.kind) {
        (Some(lead_in), ClauseKind::Item) => writeln!(out, "{INDENT}{}", pen.safe(lead_in)),
        (Some(header), ClauseKind::Row) => writeln!(out, "{INDENT}{}", pen.draw(DIM, header)),
        _ => Ok(()),
    }
}

/// Writes the text with its matches: whole on one line, or wrapped and cut around the first match.
fn write_text(out: &mut impl Write, hit: &Hit, pen: Pen, width: Option<usize>) -> io::Result<()> {
    let text = &hit.text;
    let mark = pen.safe(&mark_without_quote(hit.number.as_deref(), hit.kind));
    let lines = match width {
        None => std::iter::once(0..text.len()).collect(),
        Some(width) => {
            shown_lines(text, width.saturating_sub(INDENT.len() + mark.width()), &hit.highlights)
        }
    };
    let end = lines.last().map_or(0, |line| line.end);
    for (i, line) in lines.into_iter().enumerate() {
        let mark = if i == 0 { mark.clone() } else { " ".repeat(mark.width()) };
        let before = if i == 0 && line.start > 0 { "… " } else { "" };
        let after = if line.end == end && end < text.trim_end().len() { " …" } else { "" };
        let drawn = highlighted(text, line, &hit.highlights, pen);
        writeln!(out, "{INDENT}{mark}{before}{drawn}{after}")?;
    }
    Ok(())
}

/// The lines of a text that are shown. If some are left out, there is room for a mark at the ends.
fn shown_lines(text: &str, width: usize, ranges: &[Range<usize>]) -> Vec<Range<usize>> {
    let whole = wrap(text, width);
    if whole.len() <= MAX_LINES {
        return whole;
    }
    let columns_of_mark = 2;
    window(wrap(text, width.saturating_sub(columns_of_mark)), ranges)
}

/// The lines around the first match: one line before it, unless the rest fits as well.
fn window(lines: Vec<Range<usize>>, ranges: &[Range<usize>]) -> Vec<Range<usize>> {
    let first_match = ranges.first().map_or(0, |range| range.start);
    // A clause that matches by its names or its section has no match in the text: show its start.
    let line = lines.iter().position(|line| line.contains(&first_match)).unwrap_or(0);
    let start = line.saturating_sub(1).min(lines.len().saturating_sub(MAX_LINES));
    lines.into_iter().skip(start).take(MAX_LINES).collect()
}

/// A line of a text with its matches in their style.
fn highlighted(text: &str, line: Range<usize>, ranges: &[Range<usize>], pen: Pen) -> String {
    let mut drawn = String::new();
    let mut at = line.start;
    for range in ranges {
        let start = range.start.clamp(at, line.end);
        let end = range.end.clamp(at, line.end);
        drawn.push_str(&pen.safe(&text[at..start]));
        drawn.push_str(&pen.draw(MATCH, &text[start..end]));
        at = end;
    }
    drawn.push_str(&pen.safe(&text[at..line.end]));
    drawn.trim_end().to_owned()
}

/// Writes the clauses beside a hit, cut to as many lines as the hit.
fn write_neighbours(
    out: &mut impl Write,
    pen: Pen,
    neighbours: Option<&[NeighbourClause]>,
) -> io::Result<()> {
    for NeighbourClause { number, kind, text } in neighbours.into_iter().flatten() {
        let own = pen.safe(&mark_without_quote(number.as_deref(), *kind));
        let lines = pen.wrapped(text, INDENT.len() + 2 + own.width().max(2));
        for (i, line) in lines.iter().take(MAX_LINES).enumerate() {
            let mark = if i == 0 { own.clone() } else { " ".repeat(own.width()) };
            let rest = if i + 1 == MAX_LINES && lines.len() > MAX_LINES { " …" } else { "" };
            writeln!(out, "{INDENT}| {mark}{}{rest}", pen.draw(DIM, line))?;
        }
    }
    Ok(())
}

/// The size of the hit's group. Groups of equal texts are left out: [`life`] counts their
/// companies.
fn group_size(hit: &Hit, options: HumanOptions) -> Option<String> {
    let size = hit.group_size.filter(|&size| size > 1)?;
    let which = match options.member {
        GroupMember::Best => "best",
        GroupMember::Newest => "newest",
        GroupMember::Oldest => "oldest",
    };
    match options.group {
        HitGrouping::Policy => Some(format!("{which} of {size} in this policy")),
        HitGrouping::Company => Some(format!("{which} of {size} at this company")),
        HitGrouping::None | HitGrouping::Text => None,
    }
}

/// The life of a clause: first and last date, removal, number of snapshots, other companies.
pub(in crate::printer) fn life(hit: &Hit) -> String {
    let mut parts = vec![seen(&hit.first_seen.date(), &hit.last_seen.date())];
    parts.extend(hit.gone_by.map(|gone| format!("gone by {}", gone.date())));
    parts.extend(hit.ended.map(ended));
    parts.push(counted(hit.snapshots, "snapshot", "snapshots"));
    if hit.same_text_companies > 0 {
        parts.push(format!("also at {}", counted(hit.same_text_companies, "company", "companies")));
    }
    parts.join(", ")
}

/// When a policy was removed from its archive.
pub(in crate::printer) fn ended(end: ArchiveTime) -> String {
    format!("policy removed from the archive {}", end.date())
}

/// The first and the last date on which a clause was seen.
pub(in crate::printer) fn seen(first: &str, last: &str) -> String {
    if first == last { format!("seen {first}") } else { format!("seen {first} to {last}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_match_is_shown() {
        let lines: Vec<_> = (0..10).map(|i| i * 10..i * 10 + 10).collect();
        assert_eq!(window(lines.clone(), std::slice::from_ref(&(75..80))).first(), Some(&(60..70)));
        assert_eq!(window(lines.clone(), std::slice::from_ref(&(5..8))).len(), MAX_LINES);
        assert_eq!(window(lines, std::slice::from_ref(&(95..98))).last(), Some(&(90..100)));
    }
}
