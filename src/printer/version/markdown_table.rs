//! Tables of a version as Markdown.

use super::markdown_escapes::{escaped, escaped_line};
use crate::model::ClauseKind;
use crate::printer::clause_mark::with_number;
use crate::search::{VersionClause, reads_back};

/// The characters between the cells of a row in the text of its clause.
const CELL_BORDER: &str = " | ";

/// A table as it is printed.
pub(super) struct PrintedTable {
    pub markdown: String,
    /// The number of its clauses.
    pub clauses: usize,
}

impl PrintedTable {
    /// The table that begins with the first of these clauses.
    pub fn first(clauses: &[VersionClause]) -> Self {
        let rows = &clauses[..table_length(clauses)];
        let whole = interrupted_table(clauses).filter(|whole| whole.len() > rows.len());
        let interrupted =
            whole.map(|table| Self { markdown: interrupted_markdown(table), clauses: table.len() });
        // Where other clauses would be read, the table is written in parts.
        interrupted
            .filter(|table| reads_back(&table.markdown, &clauses[..table.clauses]))
            .unwrap_or_else(|| Self { markdown: markdown(rows), clauses: rows.len() })
    }
}

/// The clauses of the table that begins with the first of these, and those that interrupt it: the
/// words of cells alone in their rows.
fn interrupted_table(clauses: &[VersionClause]) -> Option<&[VersionClause]> {
    let header = clauses.first()?;
    let rows = || clauses.iter().enumerate().skip(1).filter(|(_, row)| row.kind == ClauseKind::Row);
    let own = rows().take_while(|(_, row)| is_header_of(header, row));
    let (last, _) = own.last()?;
    Some(&clauses[..=last])
}

/// The Markdown of a table that other clauses interrupt.
fn interrupted_markdown(table: &[VersionClause]) -> String {
    let columns = cells(&table[0].text);
    let mut markdown = header_rows(&row(&table[0].text, columns), columns);
    for clause in &table[1..] {
        let line = match clause.kind {
            ClauseKind::Row => row(&clause.text, columns),
            _ => lone_cell(clause, columns),
        };
        markdown.push_str(&format!("{line}\n"));
    }
    // A cell alone in its row is running text if fewer than half of the rows have more cells.
    let rows = table.iter().filter(|clause| clause.kind == ClauseKind::Row).count();
    let missing = (2 * rows + 1).saturating_sub(table.len());
    markdown.push_str(&format!("{}\n", empty_row(columns)).repeat(missing));
    markdown
}

/// The header row, and the line below it.
fn header_rows(header: &str, columns: usize) -> String {
    format!("{header}\n{}|\n", "| --- ".repeat(columns))
}

fn empty_row(columns: usize) -> String {
    "|   ".repeat(columns) + "|"
}

/// The Markdown of these rows. Their header row is written only if it is one of them: it may be
/// missing because it has no words, or because it was written before other clauses.
fn markdown(table: &[VersionClause]) -> String {
    let is_headed = table.get(1).is_some_and(|row| is_header_of(&table[0], row));
    let rows = if is_headed { &table[1..] } else { table };
    let columns = match is_headed {
        true => cells(&table[0].text),
        false => rows.iter().map(|row| cells(&row.text)).max().unwrap_or(1),
    };
    let header = if is_headed { row(&table[0].text, columns) } else { empty_row(columns) };
    let mut markdown = header_rows(&header, columns);
    for clause in rows {
        markdown.push_str(&format!("{}\n", row(&clause.text, columns)));
    }
    markdown
}

/// A row with nothing but a clause that interrupts a table.
fn lone_cell(clause: &VersionClause, columns: usize) -> String {
    let text = with_number(clause.number.as_deref(), &clause.text);
    let lines: Vec<String> = text.split('\n').map(escaped_line).collect();
    let text = lines.join("<br>");
    let cell = match clause.kind {
        ClauseKind::Item if clause.number.is_none() => format!("• {text}"),
        ClauseKind::Heading => format!("**{text}**"),
        _ => text,
    };
    format!("| {cell} {}|", "|   ".repeat(columns.saturating_sub(1)))
}

/// Whether a row belongs to the table of the clause before it. If it is the header row of the
/// clause `after` it, it begins another table.
fn is_same_table(
    before: &VersionClause,
    row: &VersionClause,
    after: Option<&VersionClause>,
) -> bool {
    let begins_table = after.is_some_and(|after| is_header_of(row, after));
    let is_same = before.lead_in == row.lead_in && !begins_table;
    let are_rows = before.kind == ClauseKind::Row && row.kind == ClauseKind::Row;
    are_rows && (is_same || is_header_of(before, row))
}

/// Whether the first row is the header row of the second.
fn is_header_of(header: &VersionClause, row: &VersionClause) -> bool {
    let are_rows = header.kind == ClauseKind::Row && row.kind == ClauseKind::Row;
    are_rows && header.lead_in.is_none() && row.lead_in.as_ref() == Some(&header.text)
}

/// The number of clauses that form a table with the first one.
fn table_length(clauses: &[VersionClause]) -> usize {
    let mut length = 1;
    while let Some(next) = clauses.get(length)
        && is_same_table(&clauses[length - 1], next, clauses.get(length + 1))
    {
        length += 1;
    }
    length
}

/// A row of a table with this many columns. Further cells are written into the last one.
fn row(text: &str, columns: usize) -> String {
    let cells: Vec<String> = text
        .splitn(columns.max(1), CELL_BORDER)
        .map(|cell| escaped(&cell.replace('\n', " "), ""))
        .collect();
    format!("| {} |", cells.join(CELL_BORDER))
}

/// The number of cells in the text of a row.
fn cells(text: &str) -> usize {
    text.split(CELL_BORDER).count()
}
