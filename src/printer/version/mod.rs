//! A version of a policy: its text in one snapshot, for people, as JSON, and as Markdown.

pub(super) mod markdown;
mod markdown_escapes;
mod markdown_table;
pub(super) mod snapshot;

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr;

use super::clause_mark::clause_mark;
use super::hits::human::ended;
use super::json::print_json_line;
use super::terminal::numbers::counted;
use super::terminal::pen::{BOLD, DIM, HumanOptions, PLAIN, Pen};
use crate::model::ClauseKind;
use crate::search::{PolicyVersion, VersionClause};

/// Writes a version as one JSON object (`schema/version.schema.json`).
pub fn print_version_json(out: &mut impl Write, version: &PolicyVersion) -> io::Result<()> {
    print_json_line(out, version)
}

/// Writes a version for people: first the policy, its date and its source, then the text.
pub fn print_version(
    out: &mut impl Write,
    version: &PolicyVersion,
    options: HumanOptions,
) -> io::Result<()> {
    let pen = Pen::new(options);
    write_head(out, version, pen)?;
    let mut before = None;
    let mut in_furniture = false;
    for clause in &version.clauses {
        if clause.is_furniture != in_furniture {
            in_furniture = clause.is_furniture;
            writeln!(out, "\n{}", pen.draw(DIM, furniture_mark(in_furniture)))?;
            before = None;
        }
        let is_entry = matches!(clause.kind, ClauseKind::Item | ClauseKind::Row);
        if !(is_entry && before == Some(clause.kind)) {
            writeln!(out)?;
        }
        before = Some(clause.kind);
        write_clause(out, clause, pen)?;
    }
    if in_furniture {
        writeln!(out, "\n{}", pen.draw(DIM, furniture_mark(false)))?;
    }
    out.flush()
}

/// The line before or after a stretch of furniture.
fn furniture_mark(begins: bool) -> &'static str {
    if begins { "[furniture]" } else { "[end of furniture]" }
}

fn write_head(out: &mut impl Write, version: &PolicyVersion, pen: Pen) -> io::Result<()> {
    let card = &version.snapshot;
    let ended = card.ended.map(|end| format!(", {}", ended(end))).unwrap_or_default();
    let policy = pen.policy(&card.company, &card.policy_type);
    writeln!(out, "{policy}  {}{ended}", card.archive_time)?;
    for url in [&card.archive_url, &card.url].into_iter().flatten() {
        writeln!(out, "{}", pen.draw(DIM, url))?;
    }
    let clauses = counted(version.clauses.len() as u64, "clause", "clauses");
    writeln!(out, "{}", pen.draw(DIM, &format!("{}, {clauses}", card.source.place())))
}

fn write_clause(out: &mut impl Write, clause: &VersionClause, pen: Pen) -> io::Result<()> {
    let mark = clause_mark(clause.number.as_deref(), clause.kind);
    let style = match clause.kind {
        _ if clause.is_furniture => DIM,
        ClauseKind::Heading => BOLD,
        _ => PLAIN,
    };
    for (i, line) in pen.wrapped(&clause.text, mark.width()).iter().enumerate() {
        if i == 0 {
            writeln!(out, "{}{}", pen.draw(style, &mark), pen.draw(style, line))?;
        } else {
            writeln!(out, "{}{}", " ".repeat(mark.width()), pen.draw(style, line))?;
        }
    }
    Ok(())
}
