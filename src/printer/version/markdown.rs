//! A version of a policy as Markdown that reads back into the same clauses.
//!
//! Headings get marks for their depth, items, rows and quotes the marks of their kind, and
//! characters that Markdown would take for a mark are escaped. Items with a number such as `10.`
//! are entries of an ordered list, and any other number is written in front of the text. An item
//! is nested below another item if that one ends with its lead-in. A comment is before and after
//! each stretch of furniture.

use std::io::{self, Write};

use super::markdown_escapes::escaped;
use super::markdown_table::PrintedTable;
use crate::model::{ClauseKind, FURNITURE_COMMENTS};
use crate::printer::clause_mark::with_number;
use crate::search::{PolicyVersion, VersionClause};

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
            writer.write_comment(FURNITURE_COMMENTS[0]);
        }
        let mut rest = stretch;
        while !rest.is_empty() {
            let written = writer.write(rest);
            rest = &rest[written..];
        }
        if is_furniture {
            writer.write_comment(FURNITURE_COMMENTS[1]);
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
        self.text.push_str(&format!("{border}{comment}\n\n"));
        self.items.clear();
        self.before = None;
    }

    /// Writes the first of these clauses, or the whole table that begins with it. The others decide
    /// whether a list or a table goes on. Returns how many were written.
    fn write(&mut self, clauses: &'c [VersionClause]) -> usize {
        let Some((clause, after)) = clauses.split_first() else { return 0 };
        let mut written = 1;
        let within_item = match clause.kind {
            ClauseKind::Paragraph => interrupted_item(&self.items, after),
            _ => None,
        };
        match (clause.kind, within_item) {
            (ClauseKind::Row, _) => written = self.write_table(clauses),
            (_, Some(depth)) => self.write_within_item(clause, depth),
            (ClauseKind::Item, None) if is_typed(clause) => self.write_typed_item(clause),
            (ClauseKind::Item, None) => self.write_item(clause),
            (_, None) => self.write_block(clause),
        }
        self.before = clauses.get(written - 1);
        written
    }

    /// Writes the table that begins with the first of these clauses. Returns how many they are.
    fn write_table(&mut self, clauses: &[VersionClause]) -> usize {
        self.text.push_str(if self.before.is_some() { "\n" } else { "" });
        let table = PrintedTable::first(clauses);
        self.text.push_str(&table.markdown);
        table.clauses
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

    /// Writes an item whose number is no mark of Markdown as a paragraph, which is what it was. As
    /// an entry of a list, it might get a lead-in.
    fn write_typed_item(&mut self, clause: &'c VersionClause) {
        self.write_block(clause);
        self.items.push(OpenItem { clause, column: 0 });
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

/// Whether an item without a lead-in has a number that is no mark of Markdown, such as `4.1` or
/// `(a)`.
fn is_typed(item: &VersionClause) -> bool {
    item.number.is_some() && list_mark(item).is_none() && item.lead_in.is_none()
}

/// Whether the marks of two items are of one list: both bullets, or both numbers with one sign.
fn is_same_list(first: &VersionClause, next: &VersionClause) -> bool {
    let [first, next] = [first, next].map(|item| list_mark(item)?.chars().next_back());
    first == next
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
