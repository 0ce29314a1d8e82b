//! A version of a policy as Markdown that reads back into the same clauses.

use std::io::{self, Write};

use super::human::{HumanOptions, Pen, count};
use super::json::print_json_line;
use crate::model::Kind;
use crate::search::{Version, VersionClause};

/// Writes a version as Markdown: headings by their depth, items, rows and quotes with their marks, what Markdown would take for a mark
/// escaped. An item stands below another one if that ends with its lead-in.
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
    // The items above, outermost first.
    let mut items: Vec<&VersionClause> = Vec::new();
    for clause in clauses {
        let is_list = before.is_some_and(|before| continues(before, clause));
        if !is_list {
            items.clear();
            text.push_str(if before.is_some() { "\n" } else { "" });
        }
        match clause.kind {
            Kind::Item => {
                let depth = depth(&items, clause);
                items.truncate(depth);
                items.push(clause);
                let indent = "  ".repeat(depth);
                text.push_str(&format!("{indent}- {}", escaped(&clause.text, &format!("{indent}  "))));
            }
            Kind::Row => {
                let has_header = is_list && !before.is_some_and(|before| is_header_of(before, clause));
                push_row(clause, has_header, before, &mut text);
            }
            Kind::Heading => {
                let marks = "#".repeat((clause.section.len() + 1).min(6));
                // A heading is one line.
                text.push_str(&format!("{marks} {}", escaped(&clause.text.replace('\n', " "), "")));
            }
            Kind::Paragraph => text.push_str(&escaped(&clause.text, "")),
            Kind::Quote => text.push_str(&format!("> {}", escaped(&clause.text, "> "))),
        }
        text.push('\n');
        before = Some(clause);
    }
    text
}

/// Whether a clause goes on with the list or table of the one before.
fn continues(before: &VersionClause, clause: &VersionClause) -> bool {
    match (before.kind, clause.kind) {
        (Kind::Item, Kind::Item) => true,
        (Kind::Row, Kind::Row) => before.lead_in == clause.lead_in || is_header_of(before, clause),
        _ => false,
    }
}

/// Whether the first row is the header row of the second.
fn is_header_of(header: &VersionClause, row: &VersionClause) -> bool {
    header.lead_in.is_none() && row.lead_in.as_ref() == Some(&header.text)
}

/// How many items the clause stands below: an item that ends with its lead-in is one of them.
fn depth(items: &[&VersionClause], clause: &VersionClause) -> usize {
    for (depth, item) in items.iter().enumerate().rev() {
        if item.lead_in == clause.lead_in {
            return depth;
        }
        if clause.lead_in.as_ref().is_some_and(|lead_in| item.text.ends_with(lead_in.as_str())) {
            return depth + 1;
        }
    }
    0
}

fn push_row(clause: &VersionClause, has_header: bool, before: Option<&VersionClause>, text: &mut String) {
    let follows_header = before.is_some_and(|before| is_header_of(before, clause));
    if follows_header {
        text.push_str(&rule(cells(&clause.text).count()));
    } else if !has_header && clause.lead_in.is_some() {
        header(clause, text);
    }
    text.push_str(&row(&clause.text));
}

/// What stands between the header row of a table and its rows.
fn rule(columns: usize) -> String {
    "| --- ".repeat(columns) + "|\n"
}

/// The header row, where it is no clause before this one.
fn header(clause: &VersionClause, text: &mut String) {
    if let Some(header) = &clause.lead_in {
        text.push_str(&format!("{}\n{}", row(header), rule(cells(header).count())));
    }
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
