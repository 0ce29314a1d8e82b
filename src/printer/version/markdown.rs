//! A version of a policy as Markdown that reads back into the same clauses.
//!
//! Headings get marks for their depth, items, rows and quotes the marks of their kind, and
//! characters that Markdown would take for a mark are escaped. Items with a number such as `10.`
//! are entries of an ordered list, and any other number is written in front of the text. An item
//! is nested below another item if that one ends with its lead-in. A comment is before and after
//! each stretch of furniture.

use std::io::{self, Write};

use crate::model::ClauseKind;
use crate::printer::clause_mark::with_number;
use crate::search::{PolicyVersion, VersionClause};

/// The characters between the cells of a row in the text of its clause.
const CELL_BORDER: &str = " | ";

/// Writes a version as Markdown that reads back into the same clauses.
pub fn print_markdown(out: &mut impl Write, version: &PolicyVersion) -> io::Result<()> {
    out.write_all(markdown(&version.clauses).as_bytes())?;
    out.flush()
}

/// The Markdown of clauses in reading order.
pub(super) fn markdown(clauses: &[VersionClause]) -> String {
    let mut writer = MarkdownWriter { text: String::new(), before: None, items: Vec::new() };
    for stretch in clauses.chunk_by(|a, b| a.is_furniture == b.is_furniture) {
        let is_furniture = stretch.first().is_some_and(|clause| clause.is_furniture);
        if is_furniture {
            writer.write_comment("furniture");
        }
        for at in 0..stretch.len() {
            writer.write(&stretch[at..]);
        }
        if is_furniture {
            writer.write_comment("end of furniture");
        }
    }
    writer.text
}

/// Writes clauses one after another.
struct MarkdownWriter<'c> {
    text: String,
    /// The clause written last.
    before: Option<&'c VersionClause>,
    /// The items in which a further item or paragraph may be nested, outermost first.
    items: Vec<OpenItem<'c>>,
}

/// An item that was written.
struct OpenItem<'c> {
    clause: &'c VersionClause,
    /// The column at which its text begins.
    column: usize,
}

impl<'c> MarkdownWriter<'c> {
    /// Writes a comment, which belongs to no clause and ends every list.
    fn write_comment(&mut self, comment: &str) {
        let border = if self.text.is_empty() { "" } else { "\n" };
        self.text.push_str(&format!("{border}<!-- {comment} -->\n\n"));
        self.items.clear();
        self.before = None;
    }

    /// Writes the first of these clauses. The others decide whether a list or a table goes on.
    fn write(&mut self, clauses: &'c [VersionClause]) {
        let Some((clause, after)) = clauses.split_first() else { return };
        let within_item = match clause.kind {
            ClauseKind::Paragraph => interrupted_item(&self.items, after),
            _ => None,
        };
        match (clause.kind, within_item) {
            (ClauseKind::Row, _) => self.write_row(clauses),
            (_, Some(depth)) => self.write_within_item(clause, depth),
            (ClauseKind::Item, None) => self.write_item(clause),
            (_, None) => self.write_block(clause),
        }
        self.before = Some(clause);
    }

    /// Writes a whole table at its first row, and nothing at its other rows.
    fn write_row(&mut self, clauses: &[VersionClause]) {
        let before = self.before;
        if !before.is_some_and(|before| is_same_table(before, &clauses[0], clauses.get(1))) {
            self.text.push_str(if before.is_some() { "\n" } else { "" });
            push_table(clauses, &mut self.text);
        }
    }

    /// Writes a paragraph that belongs to the item at this depth.
    fn write_within_item(&mut self, clause: &VersionClause, depth: usize) {
        self.items.truncate(depth + 1);
        let indent = " ".repeat(self.items[depth].column);
        let text = with_number(clause.number.as_deref(), &clause.text);
        self.text.push_str(&format!("\n{indent}{}\n", escaped(&text, &indent)));
    }

    fn write_item(&mut self, clause: &'c VersionClause) {
        let depth = depth(&self.items, clause);
        let list_mark = list_mark(clause);
        // An ordered list that does not begin with 1 cannot begin directly after a text.
        let continues = self.items.get(depth).is_some_and(|open| is_same_list(open.clause, clause));
        let begins_late = list_mark.is_some_and(|mark| mark.trim_end_matches(['.', ')']) != "1");
        let after_item = self.before.is_some_and(|before| before.kind == ClauseKind::Item);
        if self.before.is_some() && (!after_item || begins_late && !continues) {
            self.text.push('\n');
        }
        self.items.truncate(depth);
        let column = self.items.last().map_or(0, |open| open.column);
        let indent = " ".repeat(column);
        let mark = list_mark.unwrap_or("-");
        let column = column + mark.len() + 1;
        let number = clause.number.as_deref().filter(|_| list_mark.is_none());
        let text = escaped(&with_number(number, &clause.text), &" ".repeat(column));
        self.text.push_str(&format!("{indent}{mark} {text}\n"));
        self.items.push(OpenItem { clause, column });
    }

    /// Writes a heading, paragraph or quote that belongs to no list.
    fn write_block(&mut self, clause: &VersionClause) {
        self.items.clear();
        if self.before.is_some() {
            self.text.push('\n');
        }
        let text = with_number(clause.number.as_deref(), &clause.text);
        match clause.kind {
            ClauseKind::Heading => {
                let marks = "#".repeat((clause.section.len() + 1).min(6));
                // A heading is one line.
                let text = escaped(&text.replace('\n', " "), "");
                self.text.push_str(&format!("{marks} {text}\n"));
            }
            ClauseKind::Quote => {
                self.text.push_str(&format!("> {}\n", escaped(&text, "> ")));
            }
            ClauseKind::Paragraph | ClauseKind::Item | ClauseKind::Row => {
                self.text.push_str(&format!("{}\n", escaped(&text, "")));
            }
        }
    }
}

/// The mark of an entry of an ordered list that the number of an item is: `10.` or `10)`.
fn list_mark(item: &VersionClause) -> Option<&str> {
    let number = item.number.as_deref()?;
    let digits = number.strip_suffix(['.', ')'])?;
    let is_mark = (1..=9).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    is_mark.then_some(number)
}

/// Whether the marks of two items are of one list: both bullets, or both numbers with one sign.
fn is_same_list(first: &VersionClause, next: &VersionClause) -> bool {
    let [first, next] = [first, next].map(|item| list_mark(item)?.chars().next_back());
    first == next
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

/// The depth of the item that a paragraph belongs to, if it is between items of one list: the next
/// item has the lead-in of an item above it.
fn interrupted_item(items: &[OpenItem<'_>], after: &[VersionClause]) -> Option<usize> {
    let next = after.iter().find(|clause| clause.kind != ClauseKind::Paragraph)?;
    if next.kind != ClauseKind::Item {
        return None;
    }
    items.iter().rposition(|OpenItem { clause: item, .. }| {
        item.lead_in.is_some() && item.lead_in == next.lead_in
    })
}

/// The number of items above the clause that it is nested in. An item that ends with its lead-in is
/// one of them.
fn depth(items: &[OpenItem<'_>], clause: &VersionClause) -> usize {
    for (depth, OpenItem { clause: item, .. }) in items.iter().enumerate().rev() {
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
    let table = &clauses[..table_length(clauses)];
    let is_headed = table.get(1).is_some_and(|row| is_header_of(&table[0], row));
    let (header, rows) = match (&table[0].lead_in, is_headed) {
        (_, true) => (Some(&table[0].text), &table[1..]),
        // A header row without words is no clause, so it is missing here.
        (lead_in, false) => (lead_in.as_ref(), table),
    };
    let header = header.filter(|header| !header.is_empty());
    let columns = match header {
        Some(header) => cells(header),
        None => rows.iter().map(|row| cells(&row.text)).max().unwrap_or(1),
    };
    let header = match header {
        Some(header) => row(header, columns),
        None => "|   ".repeat(columns) + "|",
    };
    text.push_str(&format!("{header}\n{}|\n", "| --- ".repeat(columns)));
    for clause in rows {
        text.push_str(&row(&clause.text, columns));
        text.push('\n');
    }
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

/// The text with everything escaped that Markdown would take for a mark. Lines after the first
/// begin with `indent`.
fn escaped(text: &str, indent: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(escaped_line).collect();
    lines.join(&format!("\\\n{indent}"))
}

fn escaped_line(line: &str) -> String {
    let mut escaped = String::with_capacity(line.len() + 8);
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    for (at, c) in line.char_indices() {
        let begins_block = at == 0 && matches!(c, '#' | '>' | '-' | '+' | '=' | '~' | ':');
        let ends_number = digits > 0 && at == digits && matches!(c, '.' | ')');
        let is_mark = matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '&' | '|' | '~' | '!');
        if begins_block || ends_number || is_mark {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}
