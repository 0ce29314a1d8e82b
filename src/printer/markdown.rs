//! A version of a policy as Markdown that reads back into the same clauses.

use std::io::{self, Write};

use super::human::{HumanOptions, Pen, count};
use super::json::print_json_line;
use crate::model::Kind;
use crate::search::{Version, VersionClause};

/// Writes a version as Markdown: headings by their depth, items, rows and quotes with their marks, what Markdown would take for a mark
/// escaped. How deep lists are nested is not known, so none is.
pub fn print_markdown(out: &mut impl Write, version: &Version) -> io::Result<()> {
    out.write_all(markdown(&version.clauses).as_bytes())?;
    out.flush()
}

/// Writes a version as one JSON object (`schema/version.schema.json`).
pub fn print_version_json(out: &mut impl Write, version: &Version) -> io::Result<()> {
    print_json_line(out, version)
}

/// Writes a version for people: whose it is and where it comes from, then its text.
pub fn print_version(out: &mut impl Write, version: &Version, options: HumanOptions) -> io::Result<()> {
    let pen = Pen::new(options);
    let card = &version.snapshot;
    let bold = anstyle::Style::new().bold();
    let dim = anstyle::Style::new().dimmed();
    writeln!(
        out,
        "{}  {}  {}",
        pen.draw(bold, &card.company),
        pen.safe(&card.policy_type),
        pen.safe(&card.archive_time)
    )?;
    for url in [&card.archive_url, &card.url].into_iter().flatten() {
        writeln!(out, "{}", pen.draw(dim, url))?;
    }
    let clauses = count(version.clauses.len() as u64, "clause", "clauses");
    writeln!(out, "{}", pen.draw(dim, &format!("{}, {clauses}", card.source.place())))?;
    let mut before = None;
    for clause in &version.clauses {
        let is_list = matches!(clause.kind, Kind::Item | Kind::Row);
        if !(is_list && before == Some(clause.kind)) {
            writeln!(out)?;
        }
        before = Some(clause.kind);
        let mark = match clause.kind {
            Kind::Item => "- ",
            Kind::Quote => "> ",
            Kind::Heading | Kind::Paragraph | Kind::Row => "",
        };
        let style = if clause.kind == Kind::Heading { bold } else { anstyle::Style::new() };
        for (i, line) in pen.wrapped(&clause.text, mark.len()).iter().enumerate() {
            let indent = if i == 0 { mark } else { &"  "[..mark.len()] };
            writeln!(out, "{indent}{}", pen.draw(style, line))?;
        }
    }
    out.flush()
}

/// The Markdown of clauses in reading order.
pub(super) fn markdown(clauses: &[VersionClause]) -> String {
    let mut text = String::new();
    let mut before: Option<&VersionClause> = None;
    for clause in clauses {
        let is_same_list = before.is_some_and(|before| {
            before.kind == clause.kind
                && matches!(clause.kind, Kind::Item | Kind::Row)
                && before.lead_in == clause.lead_in
        });
        if before.is_some() && !is_same_list {
            text.push('\n');
        }
        push(clause, is_same_list, &mut text);
        text.push('\n');
        before = Some(clause);
    }
    text
}

fn push(clause: &VersionClause, is_same_list: bool, text: &mut String) {
    match clause.kind {
        Kind::Heading => {
            text.push_str(&"#".repeat((clause.section.len() + 1).min(6)));
            text.push(' ');
            // A heading is one line.
            text.push_str(&escaped(&clause.text.replace('\n', " "), ""));
        }
        Kind::Paragraph => text.push_str(&escaped(&clause.text, "")),
        Kind::Item => {
            text.push_str("- ");
            text.push_str(&escaped(&clause.text, "  "));
        }
        Kind::Quote => {
            text.push_str("> ");
            text.push_str(&escaped(&clause.text, "> "));
        }
        Kind::Row => {
            if !is_same_list {
                header(clause, text);
            }
            text.push_str(&row(&clause.text));
        }
    }
}

/// The header row, or an empty one: a table of Markdown has one.
fn header(clause: &VersionClause, text: &mut String) {
    let columns = cells(clause.lead_in.as_deref().unwrap_or(&clause.text)).count();
    let header = match &clause.lead_in {
        Some(header) => row(header),
        None => "|  ".repeat(columns) + "|",
    };
    text.push_str(&format!("{header}\n{}|\n", "| --- ".repeat(columns)));
}

fn row(text: &str) -> String {
    let cells: Vec<String> = cells(text).map(|cell| escaped(&cell.replace('\n', " "), "")).collect();
    format!("| {} |", cells.join(" | "))
}

/// The cells of a row as it is rendered.
fn cells(text: &str) -> impl Iterator<Item = &str> {
    text.split(" | ")
}

/// `text` with what Markdown would take for a mark escaped; lines after the first begin with `indent`.
fn escaped(text: &str, indent: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(escaped_line).collect();
    lines.join(&format!("\\\n{indent}"))
}

fn escaped_line(line: &str) -> String {
    let mut escaped = String::with_capacity(line.len() + 8);
    let number = line.bytes().take_while(u8::is_ascii_digit).count();
    for (at, c) in line.char_indices() {
        let begins_block = at == 0 && matches!(c, '#' | '>' | '-' | '+' | '=' | '~' | ':');
        let ends_number = number > 0 && at == number && matches!(c, '.' | ')');
        if begins_block
            || ends_number
            || matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '&' | '|' | '~' | '!')
        {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}
