//! A version of a policy as Markdown that reads back into the same clauses.

pub(super) mod export;

use std::io::{self, Write};

use crate::model::ClauseKind;
use crate::printer::hits::human::{HumanOptions, Pen, count};
use crate::printer::json::print_json_line;
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
pub fn print_version(
    out: &mut impl Write,
    version: &Version,
    options: HumanOptions,
) -> io::Result<()> {
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
        let is_list = matches!(clause.kind, ClauseKind::Item | ClauseKind::Row);
        if !(is_list && before == Some(clause.kind)) {
            writeln!(out)?;
        }
        before = Some(clause.kind);
        let mark = match clause.kind {
            ClauseKind::Item => "- ",
            ClauseKind::Quote => "> ",
            ClauseKind::Heading | ClauseKind::Paragraph | ClauseKind::Row => "",
        };
        let style = if clause.kind == ClauseKind::Heading { bold } else { anstyle::Style::new() };
        for (i, line) in pen.wrapped(&clause.text, mark.len()).iter().enumerate() {
            let indent = if i == 0 { mark } else { &"  "[..mark.len()] };
            writeln!(out, "{indent}{}", pen.draw(style, line))?;
        }
    }
    out.flush()
}

/// The Markdown of clauses in reading order.
pub(in crate::printer) fn markdown(clauses: &[VersionClause]) -> String {
    let mut text = String::new();
    let mut before: Option<&VersionClause> = None;
    // The items above, outermost first.
    let mut items: Vec<&VersionClause> = Vec::new();
    for (at, clause) in clauses.iter().enumerate() {
        if clause.kind == ClauseKind::Row {
            // A table is written whole at its first row.
            if !before.is_some_and(|before| is_same_table(before, clause, clauses.get(at + 1))) {
                text.push_str(if before.is_some() { "\n" } else { "" });
                push_table(&clauses[at..], &mut text);
            }
            before = Some(clause);
            continue;
        }
        if clause.kind == ClauseKind::Paragraph
            && let Some(depth) = interrupted(&items, &clauses[at + 1..])
        {
            items.truncate(depth + 1);
            let indent = "  ".repeat(depth + 1);
            text.push_str(&format!("\n{indent}{}\n", escaped(&clause.text, &indent)));
            before = Some(clause);
            continue;
        }
        if clause.kind != ClauseKind::Item {
            items.clear();
        }
        if before.is_some_and(|before| {
            before.kind != ClauseKind::Item || clause.kind != ClauseKind::Item
        }) {
            text.push('\n');
        }
        match clause.kind {
            ClauseKind::Item => {
                let depth = depth(&items, clause);
                items.truncate(depth);
                items.push(clause);
                let indent = "  ".repeat(depth);
                text.push_str(&format!(
                    "{indent}- {}",
                    escaped(&clause.text, &format!("{indent}  "))
                ));
            }
            ClauseKind::Row => {}
            ClauseKind::Heading => {
                let marks = "#".repeat((clause.section.len() + 1).min(6));
                // A heading is one line.
                text.push_str(&format!("{marks} {}", escaped(&clause.text.replace('\n', " "), "")));
            }
            ClauseKind::Paragraph => text.push_str(&escaped(&clause.text, "")),
            ClauseKind::Quote => text.push_str(&format!("> {}", escaped(&clause.text, "> "))),
        }
        text.push('\n');
        before = Some(clause);
    }
    text
}

/// Whether a row is of the table of the clause before; `after` it begins another one if it is the header row of that.
fn is_same_table(
    before: &VersionClause,
    row: &VersionClause,
    after: Option<&VersionClause>,
) -> bool {
    let is_header = after.is_some_and(|after| is_header_of(row, after));
    let is_same = before.lead_in == row.lead_in && !is_header;
    let are_rows = before.kind == ClauseKind::Row && row.kind == ClauseKind::Row;
    are_rows && (is_same || is_header_of(before, row))
}

/// Whether the first row is the header row of the second.
fn is_header_of(header: &VersionClause, row: &VersionClause) -> bool {
    let are_rows = header.kind == ClauseKind::Row && row.kind == ClauseKind::Row;
    are_rows && header.lead_in.is_none() && row.lead_in.as_ref() == Some(&header.text)
}

/// Of a paragraph between the items of a list, how deep the item is that it belongs to: a later one has the lead-in of one above.
fn interrupted(items: &[&VersionClause], after: &[VersionClause]) -> Option<usize> {
    let next = after.iter().find(|clause| clause.kind != ClauseKind::Paragraph)?;
    let is_resumed = |item: &&VersionClause| item.lead_in.is_some() && item.lead_in == next.lead_in;
    items.iter().rposition(is_resumed).filter(|_| next.kind == ClauseKind::Item)
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

/// Writes the table that begins with the first of these clauses.
fn push_table(clauses: &[VersionClause], text: &mut String) {
    let is_end = |at: usize| {
        clauses.get(at + 1).is_none_or(|row| !is_same_table(&clauses[at], row, clauses.get(at + 2)))
    };
    let last = (0..clauses.len()).find(|&at| is_end(at)).unwrap_or(0);
    let table = &clauses[..=last];
    let is_headed = table.get(1).is_some_and(|row| is_header_of(&table[0], row));
    let (header, rows) = match (&table[0].lead_in, is_headed) {
        (_, true) => (table[0].text.as_str(), &table[1..]),
        (Some(header), false) => (header.as_str(), table),
        // Without words it is no clause.
        (None, false) => ("", table),
    };
    let columns = match header {
        "" => rows.iter().map(|row| cells(&row.text).count()).max().unwrap_or(1),
        header => cells(header).count(),
    };
    let header =
        if header.is_empty() { "|   ".repeat(columns) + "|" } else { row(header, columns) };
    text.push_str(&format!("{header}\n{}|\n", "| --- ".repeat(columns)));
    for clause in rows {
        text.push_str(&row(&clause.text, columns));
        text.push('\n');
    }
}

/// A row of a table with so many columns; what is more stands in the last one.
fn row(text: &str, columns: usize) -> String {
    let cell = |cell: &str| escaped(&cell.replace('\n', " "), "");
    let cells: Vec<String> = text.splitn(columns.max(1), CELL_BORDER).map(cell).collect();
    format!("| {} |", cells.join(CELL_BORDER))
}

/// What stands between cells as they are rendered.
const CELL_BORDER: &str = " | ";

/// The cells of a row as it is rendered.
fn cells(text: &str) -> impl Iterator<Item = &str> {
    text.split(CELL_BORDER)
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
