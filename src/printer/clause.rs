//! One clause within its section, with its citation.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::value::RawValue;
use unicode_width::UnicodeWidthStr;

use super::clause_mark::mark_without_quote;
use super::hits::citation::{citation, policy};
use super::hits::human::{INDENT, life};
use super::hits::json_hits::JsonHit;
use super::json::print_json_line;
use super::terminal::pen::{BOLD, DIM, HumanOptions, MATCH, PLAIN, Pen};
use crate::model::{ClauseKind, metadata_keys, metadata_values};
use crate::search::{ContextClause, Hit, ShownClause};

/// The columns before the text of a clause without a number.
const MARGIN: usize = 4;

/// Writes a clause for people: the clauses of its section with a mark at its own, then its
/// citation.
pub fn print_shown(
    out: &mut impl Write,
    shown: &ShownClause,
    options: HumanOptions,
) -> io::Result<()> {
    let pen = Pen::new(options);
    let hit = &shown.clause;
    let policy = pen.policy(&hit.company, &hit.policy_type);
    writeln!(out, "{policy}  {}", pen.draw(DIM, &hit.id.to_string()))?;
    if !hit.section.is_empty() {
        writeln!(out, "{INDENT}{}", pen.draw(DIM, &hit.section.join(" > ")))?;
    }
    writeln!(out)?;
    write_section(out, shown, pen)?;
    writeln!(out)?;
    write_citation(out, hit, pen)?;
    for key in metadata_keys(&shown.metadata) {
        let values = metadata_values(&shown.metadata, &key).join(", ");
        writeln!(out, "{INDENT}{}", pen.draw(DIM, &format!("{key}: {values}")))?;
    }
    Ok(())
}

/// Writes the clauses of the section, with an empty line between them except within lists and
/// tables.
fn write_section(out: &mut impl Write, shown: &ShownClause, pen: Pen) -> io::Result<()> {
    let lead_in = missing_lead_in(shown);
    let mut before = None;
    for (at, clause) in shown.context.iter().enumerate() {
        if let Some(lead_in) = lead_in.as_ref().filter(|lead_in| lead_in.at == at) {
            if before.take().is_some() {
                writeln!(out)?;
            }
            for line in pen.wrapped(lead_in.text, MARGIN) {
                writeln!(out, "{INDENT}{}", pen.draw(DIM, &line))?;
            }
        }
        let is_entry = matches!(clause.kind, ClauseKind::Item | ClauseKind::Row);
        if before.is_some_and(|kind| !(is_entry && kind == clause.kind)) {
            writeln!(out)?;
        }
        before = Some(clause.kind);
        write_clause(out, clause, pen)?;
    }
    Ok(())
}

fn write_clause(out: &mut impl Write, clause: &ContextClause, pen: Pen) -> io::Result<()> {
    let pointer = if clause.is_shown { "> " } else { "  " };
    let mark = mark_without_quote(clause.number.as_deref(), clause.kind);
    let mark = format!("{pointer}{}", pen.safe(&mark));
    let style = match (clause.is_shown, clause.kind) {
        (true, _) => MATCH,
        (false, _) if clause.is_furniture => DIM,
        (false, ClauseKind::Heading) => BOLD,
        (false, _) => PLAIN,
    };
    let width = mark.width();
    for (i, line) in pen.wrapped(&clause.text, width.max(MARGIN)).into_iter().enumerate() {
        // Further lines begin below the first letter instead of below the mark.
        let indent = if i == 0 { mark.clone() } else { " ".repeat(width) };
        writeln!(out, "{indent}{}", pen.draw(style, &line))?;
    }
    Ok(())
}

/// A lead-in or header row, and the entry of the section before which it is written.
struct MissingLeadIn<'s> {
    at: usize,
    text: &'s str,
}

/// The lead-in or header row of the clause, unless the section shows it already. It is written
/// before the first entry of the list.
fn missing_lead_in(shown: &ShownClause) -> Option<MissingLeadIn<'_>> {
    let text = shown.clause.lead_in.as_deref()?;
    let own = shown.context.iter().position(|clause| clause.is_shown)?;
    let before = &shown.context[..own];
    // A lead-in is the end of a paragraph or of the item above.
    if before.iter().any(|clause| clause.text.contains(text)) {
        return None;
    }
    let kind = shown.context[own].kind;
    let at = before.iter().rposition(|clause| clause.kind != kind).map_or(0, |other| other + 1);
    Some(MissingLeadIn { at, text })
}

fn write_citation(out: &mut impl Write, hit: &Hit, pen: Pen) -> io::Result<()> {
    writeln!(out, "{}", pen.safe(&policy(hit)))?;
    for url in [&hit.archive_url, &hit.url].into_iter().flatten() {
        writeln!(out, "{}", pen.safe(url))?;
    }
    writeln!(out, "{}", pen.safe(&hit.source.place()))?;
    writeln!(out, "{}", pen.safe(&life(hit)))
}

/// A clause as `schema/show.schema.json` describes it.
#[derive(Serialize)]
struct JsonClause<'s> {
    clause: JsonHit<'s>,
    context: &'s [ContextClause],
    /// The metadata of the snapshot as they were written.
    metadata: Option<&'s RawValue>,
}

/// Writes a clause, its section and its citation as one line (`schema/show.schema.json`).
pub fn print_shown_json(out: &mut impl Write, shown: &ShownClause) -> io::Result<()> {
    let ShownClause { clause: hit, context, metadata } = shown;
    let clause = JsonHit { query_id: None, hit, citation: Some(citation(hit)) };
    let metadata = serde_json::from_str(metadata).ok();
    print_json_line(out, &JsonClause { clause, context, metadata })
}
