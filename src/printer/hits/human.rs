//! Hits for people: who and when, in which section, the words, and since when they have stood.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthChar;

use super::citation;
use crate::model::{ClauseKind, metadata_keys, metadata_values};
use crate::printer::terminal::sanitize::sanitize;
use crate::search::{
    GroupMember, Hit, HitGrouping, NeighbourClause, ScoreExplanation, ScorePart, ScoreReason,
    ShownClause,
};

/// How hits are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HumanOptions {
    /// Whether to use colours.
    pub has_colour: bool,
    /// The width to wrap and cut to, for a terminal; `None`: whole texts on one line.
    pub width: Option<usize>,
    /// Whether control characters must be kept out, because a terminal reads along.
    pub is_terminal: bool,
    /// What each hit stands for.
    pub group: HitGrouping,
    /// Which hit of a group is shown.
    pub member: GroupMember,
}

const COMPANY: Style = Style::new().bold();
const DATE: Style = AnsiColor::Green.on_default();
const DIM: Style = Style::new().dimmed();
const MATCH: Style = AnsiColor::Red.on_default().bold();

/// Lines of text shown of a hit in a terminal.
const LINES: usize = 4;
const INDENT: &str = "  ";

pub(in crate::printer) fn hit(
    out: &mut impl Write,
    hit: &Hit,
    options: HumanOptions,
    citation: Option<&str>,
    is_first: bool,
) -> io::Result<()> {
    if !is_first {
        writeln!(out)?;
    }
    let pen = Pen { options };
    writeln!(
        out,
        "{}  {}  {}  {}",
        pen.draw(COMPANY, &hit.company),
        pen.safe(&hit.policy_type),
        pen.draw(DATE, &hit.archive_date),
        pen.draw(DIM, &hit.id)
    )?;
    if !hit.section.is_empty() {
        writeln!(out, "{INDENT}{}", pen.draw(DIM, &hit.section.join(" > ")))?;
    }
    match (&hit.lead_in, hit.kind) {
        (Some(lead_in), ClauseKind::Item) => writeln!(out, "{INDENT}{}", pen.safe(lead_in))?,
        (Some(header), ClauseKind::Row) => writeln!(out, "{INDENT}{}", pen.draw(DIM, header))?,
        _ => {}
    }
    pen.neighbours(out, hit.context.iter().flat_map(|context| &context.before))?;
    pen.text(out, mark(hit.kind), &hit.text, &hit.highlights)?;
    pen.neighbours(out, hit.context.iter().flat_map(|context| &context.after))?;
    let size = group_size(hit, options).map(|size| format!(", {size}")).unwrap_or_default();
    writeln!(out, "{INDENT}{}", pen.draw(DIM, &format!("{}{size}", life(hit))))?;
    if let Some(explanation) = &hit.explanation {
        explain(out, pen, hit.score, explanation)?;
    }
    citation.map_or(Ok(()), |citation| writeln!(out, "{INDENT}{}", pen.draw(DIM, citation)))
}

/// The parts of a score, a line for each.
fn explain(
    out: &mut impl Write,
    pen: Pen,
    score: Option<f64>,
    explanation: &ScoreExplanation,
) -> io::Result<()> {
    let ScoreExplanation { length, factor, parts } = explanation;
    let mut lines = vec![format!(
        "score {:.4}, of {}",
        score.unwrap_or_default(),
        count(u64::from(*length), "word", "words")
    )];
    for ScorePart { reason, text, count, score } in parts {
        let times = if *count == 1 { "once".to_owned() } else { format!("{count} times") };
        let what = match reason {
            ScoreReason::Matched => format!("{text}, {times}"),
            ScoreReason::Forms => format!("forms of {text}, {times}"),
            ScoreReason::Synonyms => format!("other words for {text}, {times}"),
            ScoreReason::Neighbours => "the clauses before and after it".to_owned(),
        };
        lines.push(format!("  {score:>8.4}  {what}"));
    }
    if *factor < 1.0 {
        lines.push(format!("  all of it times {factor}: it is a heading"));
    }
    lines.iter().try_for_each(|line| writeln!(out, "{INDENT}{}", pen.draw(DIM, line)))
}

/// What stands before the text of a clause.
fn mark(kind: ClauseKind) -> &'static str {
    if kind == ClauseKind::Item { "- " } else { "" }
}

/// How many hits it stands for. Of equal clauses their companies are counted already.
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

/// Since when, until when, how often, where else.
fn life(hit: &Hit) -> String {
    let mut parts = match hit.first_seen == hit.last_seen {
        true => vec![format!("seen {}", hit.first_seen)],
        false => vec![format!("seen {} to {}", hit.first_seen, hit.last_seen)],
    };
    if let Some(gone) = &hit.gone_by {
        parts.push(format!("gone by {gone}"));
    }
    parts.push(count(hit.snapshots, "snapshot", "snapshots"));
    if hit.same_text_companies > 0 {
        parts.push(format!("also at {}", count(hit.same_text_companies, "company", "companies")));
    }
    parts.join(", ")
}

pub(in crate::printer) fn count(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// Prints a clause in its section with its citation.
pub fn print_shown(
    out: &mut impl Write,
    shown: &ShownClause,
    options: HumanOptions,
) -> io::Result<()> {
    let pen = Pen { options };
    let hit = &shown.clause;
    writeln!(
        out,
        "{}  {}  {}",
        pen.draw(COMPANY, &hit.company),
        pen.safe(&hit.policy_type),
        pen.draw(DIM, &hit.id)
    )?;
    if !hit.section.is_empty() {
        writeln!(out, "{INDENT}{}", pen.draw(DIM, &hit.section.join(" > ")))?;
    }
    writeln!(out)?;
    let mut before = None;
    let lead_in = missing_lead_in(shown);
    for (at, clause) in shown.context.iter().enumerate() {
        if let Some((_, text)) = lead_in.filter(|(first, _)| *first == at) {
            if before.take().is_some() {
                writeln!(out)?;
            }
            for line in pen.wrapped(text, 4) {
                writeln!(out, "  {}", pen.draw(DIM, &line))?;
            }
        }
        // Entries of a list stand close together, all else apart.
        let is_list = |kind| matches!(kind, ClauseKind::Item | ClauseKind::Row);
        if before.is_some_and(|kind| !(is_list(kind) && kind == clause.kind)) {
            writeln!(out)?;
        }
        before = Some(clause.kind);
        let mark = match (clause.is_shown, clause.kind) {
            (true, ClauseKind::Item) => "> - ",
            (true, _) => "> ",
            (false, ClauseKind::Item) => "  - ",
            (false, _) => "  ",
        };
        let style = match (clause.is_shown, clause.kind) {
            (true, _) => MATCH,
            (false, ClauseKind::Heading) => COMPANY,
            (false, _) => Style::new(),
        };
        for (i, line) in pen.wrapped(&clause.text, 4).into_iter().enumerate() {
            // Further lines stand below the first letter, not below the mark.
            let indent = if i == 0 { mark } else { &"    "[..mark.len()] };
            writeln!(out, "{indent}{}", pen.draw(style, &line))?;
        }
    }
    writeln!(out)?;
    cite(out, hit, pen)?;
    for key in metadata_keys(&shown.metadata) {
        let values = metadata_values(&shown.metadata, &key).join(", ");
        writeln!(out, "{INDENT}{}", pen.draw(DIM, &format!("{key}: {values}")))?;
    }
    Ok(())
}

/// The lead-in or header row of the clause, if the context does not show it, and before which entry it belongs: the first of the list.
fn missing_lead_in(shown: &ShownClause) -> Option<(usize, &str)> {
    let lead_in = shown.clause.lead_in.as_deref()?;
    let own = shown.context.iter().position(|clause| clause.is_shown)?;
    let before = &shown.context[..own];
    // A lead-in is the end of a paragraph, or the item above.
    if before.iter().any(|clause| clause.text.contains(lead_in)) {
        return None;
    }
    let kind = shown.context[own].kind;
    Some((
        before.iter().rposition(|clause| clause.kind != kind).map_or(0, |other| other + 1),
        lead_in,
    ))
}

fn cite(out: &mut impl Write, hit: &Hit, pen: Pen) -> io::Result<()> {
    writeln!(out, "{}", pen.safe(&citation::policy(hit)))?;
    for url in [&hit.archive_url, &hit.url].into_iter().flatten() {
        writeln!(out, "{}", pen.safe(url))?;
    }
    writeln!(out, "{}", pen.safe(&hit.source.place()))?;
    writeln!(out, "{}", pen.safe(&life(hit)))
}

/// Writes styled, safe text.
#[derive(Clone, Copy)]
pub(in crate::printer) struct Pen {
    options: HumanOptions,
}

impl Pen {
    pub fn new(options: HumanOptions) -> Self {
        Self { options }
    }

    pub fn safe(self, text: &str) -> String {
        if self.options.is_terminal { sanitize(text).into_owned() } else { text.replace('\n', " ") }
    }

    pub fn draw(self, style: Style, text: &str) -> String {
        let text = self.safe(text);
        if self.options.has_colour && !text.is_empty() {
            format!("{}{text}{}", style.render(), style.render_reset())
        } else {
            text
        }
    }

    /// The text of a hit: whole on one line, or wrapped and cut around its first match.
    fn text(
        self,
        out: &mut impl Write,
        mark: &str,
        text: &str,
        ranges: &[(usize, usize)],
    ) -> io::Result<()> {
        let lines = match self.options.width {
            None => std::iter::once(0..text.len()).collect(),
            Some(width) => {
                let width = width.saturating_sub(INDENT.len() + mark.len());
                let whole = wrap(text, width);
                // What is cut has a mark at an end of a line, which takes two columns.
                let is_cut = whole.len() > LINES;
                window(if is_cut { wrap(text, width.saturating_sub(2)) } else { whole }, ranges)
            }
        };
        let last = lines.last().map_or(0, |line| line.end);
        for (i, line) in lines.into_iter().enumerate() {
            let mark = if i == 0 { mark } else { &"  "[..mark.len()] };
            let before = if i == 0 && line.start > 0 { "… " } else { "" };
            let after = if line.end == last && last < text.trim_end().len() { " …" } else { "" };
            writeln!(out, "{INDENT}{mark}{before}{}{after}", self.line(text, line, ranges))?;
        }
        Ok(())
    }

    /// The clauses beside a hit, cut like it.
    fn neighbours<'n>(
        self,
        out: &mut impl Write,
        neighbours: impl Iterator<Item = &'n NeighbourClause>,
    ) -> io::Result<()> {
        for NeighbourClause { kind, text } in neighbours {
            let lines = self.wrapped(text, INDENT.len() + 4);
            for (i, line) in lines.iter().take(LINES).enumerate() {
                let mark = if i == 0 { mark(*kind) } else { &"  "[..mark(*kind).len()] };
                let rest = if i + 1 == LINES && lines.len() > LINES { " …" } else { "" };
                writeln!(out, "{INDENT}| {mark}{}{rest}", self.draw(DIM, line))?;
            }
        }
        Ok(())
    }

    /// A stretch of a text with its matches drawn.
    fn line(self, text: &str, line: std::ops::Range<usize>, ranges: &[(usize, usize)]) -> String {
        let mut drawn = String::new();
        let mut at = line.start;
        for &(start, end) in ranges {
            let (start, end) = (start.clamp(at, line.end), end.clamp(at, line.end));
            drawn.push_str(&self.safe(&text[at..start]));
            drawn.push_str(&self.draw(MATCH, &text[start..end]));
            at = end;
        }
        drawn.push_str(&self.safe(&text[at..line.end]));
        drawn.trim_end().to_owned()
    }

    /// The columns of the terminal without so many, as far as lines are to fit in.
    pub fn columns(self, indent: usize) -> Option<usize> {
        self.options.width.map(|width| width.saturating_sub(indent).max(MIN_COLUMNS))
    }

    /// The lines of a text that leaves so many columns free; one line where no terminal says how wide it is.
    pub fn wrapped(self, text: &str, indent: usize) -> Vec<String> {
        match self.options.width {
            None => vec![text.to_owned()],
            Some(width) => wrap(text, width.saturating_sub(indent))
                .into_iter()
                .map(|line| text[line].trim_end().to_owned())
                .collect(),
        }
    }
}

/// Narrower, nothing could be read.
const MIN_COLUMNS: usize = 20;

/// Byte ranges of lines at most `width` columns wide, broken at white space where there is some.
fn wrap(text: &str, width: usize) -> Vec<std::ops::Range<usize>> {
    let width = width.max(MIN_COLUMNS);
    let mut lines = Vec::new();
    let (mut start, mut columns, mut space) = (0, 0, None);
    for (i, c) in text.char_indices() {
        let wide = c.width().unwrap_or(0);
        if columns + wide > width && !c.is_whitespace() {
            let end = space.filter(|&space| space > start).unwrap_or(i);
            lines.push(start..end);
            start = end;
            columns = text[start..i].chars().filter_map(UnicodeWidthChar::width).sum();
            space = None;
        }
        columns += wide;
        if c.is_whitespace() {
            space = Some(i + c.len_utf8());
        }
    }
    lines.push(start..text.len());
    lines
}

/// The lines around the first match, as many as are shown.
fn window(
    lines: Vec<std::ops::Range<usize>>,
    ranges: &[(usize, usize)],
) -> Vec<std::ops::Range<usize>> {
    let first = ranges.first().map_or(0, |range| range.0);
    let holds = lines.iter().position(|line| line.contains(&first)).unwrap_or(0);
    // One line before the match, unless all that follows fits as well.
    let start = holds.saturating_sub(1).min(lines.len().saturating_sub(LINES));
    lines.into_iter().skip(start).take(LINES).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_as_wide_as_allowed() {
        let text = "We will never sell or rent 個人情報個人情報個人情報 to anybody-at-all-whoever-they-may-be ever.";
        let lines = wrap(text, 20);
        let whole: String = lines.iter().map(|line| &text[line.clone()]).collect();
        assert_eq!(whole, text);
        for line in lines {
            let columns: usize =
                text[line.clone()].trim_end().chars().filter_map(UnicodeWidthChar::width).sum();
            assert!(columns <= 20, "{}", &text[line]);
        }
    }

    #[test]
    fn the_match_is_in_the_window() {
        let lines: Vec<_> = (0..10).map(|i| i * 10..i * 10 + 10).collect();
        assert_eq!(window(lines.clone(), &[(75, 80)]).first(), Some(&(60..70)));
        assert_eq!(window(lines.clone(), &[(5, 8)]).len(), LINES);
        assert_eq!(window(lines, &[(95, 98)]).last(), Some(&(90..100)));
    }
}
