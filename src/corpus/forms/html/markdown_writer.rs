//! Writes the blocks of a page as Markdown.
//!
//! Furniture is between lines of its own, each with one noncharacter, which sectioning reads.
//! Between the entries of a list, such a line belongs to the entry before it, so that the list goes
//! on.

use super::page::page_blocks::{DataTable, ListBlock, ListPart, PageBlock, TextBlock};
use crate::model::FURNITURE_MARKS;

/// The largest number with which an ordered list of Markdown begins.
const MAX_START: u64 = 999_999_999;

/// Writes blocks as Markdown.
pub(super) fn write(blocks: &[PageBlock]) -> String {
    let mut writer = PageWriter::default();
    writer.blocks(blocks);
    writer.mark(false);
    writer.out
}

/// Markdown while it is written.
#[derive(Default)]
struct PageWriter {
    out: String,
    /// The indent and the marks of quotations with which each line begins.
    indent: String,
    /// The start of the next line, if it is the first one of a list entry.
    line_start: Option<String>,
    /// The indent of a line before that one.
    indent_before: String,
    /// Whether the last lines are furniture.
    is_marked: bool,
}

impl PageWriter {
    fn blocks(&mut self, blocks: &[PageBlock]) {
        let mut list_before = None;
        for block in blocks {
            let mut list = None;
            match block {
                PageBlock::Text(text) => self.text(text),
                PageBlock::Quote(inner) => self.quote(inner),
                PageBlock::Table(table) => self.table(table),
                PageBlock::List(block) => {
                    // Two lists in a row have different marks, or they would be one.
                    let is_other = list_before == Some((block.start.is_some(), false));
                    list = Some((block.start.is_some(), is_other));
                    self.list(block, is_other);
                }
            }
            list_before = list;
        }
    }

    /// Writes a blank line before a block, except at the start of the text or of an entry.
    fn separate(&mut self) {
        if self.line_start.is_none() && !self.out.is_empty() && !self.ends_blank() {
            self.out.push_str(self.indent.trim_end());
            self.out.push('\n');
        }
    }

    /// Whether the text ends with a blank line.
    fn ends_blank(&self) -> bool {
        self.out.ends_with("\n\n")
    }

    /// Begins or ends furniture, by a paragraph with one sign.
    fn mark(&mut self, is_furniture: bool) {
        if self.is_marked == is_furniture {
            return;
        }
        self.is_marked = is_furniture;
        if !self.out.is_empty() && !self.ends_blank() {
            self.out.push('\n');
        }
        let indent = if self.line_start.is_some() { &self.indent_before } else { &self.indent };
        // In a quotation, the line would have another sign than its own.
        if !indent.contains('>') {
            self.out.push_str(indent);
        }
        let [begin, end] = FURNITURE_MARKS;
        self.out.push(if is_furniture { begin } else { end });
        self.out.push_str("\n\n");
    }

    /// Begins a line.
    fn begin_line(&mut self) {
        let start = self.line_start.take();
        self.out.push_str(start.as_deref().unwrap_or(&self.indent));
    }

    fn text(&mut self, text: &TextBlock) {
        self.separate();
        self.mark(text.is_furniture);
        if let Some(level) = text.level {
            self.begin_line();
            self.out.extend(std::iter::repeat_n('#', usize::from(level)));
            self.out.push(' ');
            self.push_heading(&text.markdown);
            return;
        }
        let mut lines = text.markdown.split('\n').peekable();
        while let Some(line) = lines.next() {
            self.begin_line();
            push_line(&mut self.out, line.trim_end());
            self.out.push_str(if lines.peek().is_some() { "  \n" } else { "\n" });
        }
    }

    fn push_heading(&mut self, markdown: &str) {
        let line = markdown.replace('\n', " ");
        match line.strip_suffix('#') {
            // Signs at the end of a heading would count as its marks.
            Some(rest) => self.out.push_str(&format!("{rest}\\#")),
            None => self.out.push_str(&line),
        }
        self.out.push('\n');
    }

    fn quote(&mut self, blocks: &[PageBlock]) {
        self.separate();
        if let Some(start) = &mut self.line_start {
            start.push_str("> ");
        } else {
            // Two quotations in a row are separated by a line without their mark.
            self.indent_before.clone_from(&self.indent);
            self.line_start = Some(format!("{}> ", self.indent));
        }
        self.indent.push_str("> ");
        self.blocks(blocks);
        self.indent.truncate(self.indent.len() - 2);
        self.line_start = None;
    }

    /// Writes a list. `has_other_marks` tells it from the list before it.
    fn list(&mut self, list: &ListBlock, has_other_marks: bool) {
        let mut number = list.start.filter(|&start| start <= MAX_START);
        let begins_after_text = list.start.is_none_or(|start| start == 1);
        // Below the text of an entry, such a list needs no blank line.
        if self.indent.is_empty() || !begins_after_text {
            self.separate();
        }
        let mut width_before = 0;
        for part in &list.parts {
            let entry = match part {
                ListPart::Entry(entry) => entry,
                ListPart::Loose(block) => {
                    self.blocks(std::slice::from_ref(block));
                    self.separate();
                    width_before = 0;
                    continue;
                }
            };
            let mark = match (&mut number, has_other_marks) {
                (None, false) => "* ".to_owned(),
                (None, true) => "- ".to_owned(),
                (Some(number), _) => {
                    let sign = if has_other_marks { ')' } else { '.' };
                    let mark = format!("{number}{sign} ");
                    *number = MAX_START.min(*number + 1);
                    mark
                }
            };
            if self.line_start.is_none() {
                self.indent_before = format!("{}{}", self.indent, " ".repeat(width_before));
            }
            let start = self.line_start.take().unwrap_or_else(|| self.indent.clone());
            self.line_start = Some(format!("{start}{mark}"));
            let len = self.indent.len();
            self.indent.extend(std::iter::repeat_n(' ', mark.len()));
            self.blocks(&entry.blocks);
            self.indent.truncate(len);
            self.line_start = None;
            width_before = mark.len();
        }
    }

    fn table(&mut self, table: &DataTable) {
        self.separate();
        self.mark(table.is_furniture);
        for (row, number) in table.rows.iter().zip(0..) {
            self.begin_line();
            for cell in row {
                self.out.push_str("| ");
                self.out.push_str(cell);
                self.out.push(' ');
            }
            self.out.push_str("|\n");
            if number == 0 {
                self.begin_line();
                self.out.push_str(&"|---".repeat(row.len()));
                self.out.push_str("|\n");
            }
        }
    }
}

/// Writes a line of running text. Signs at its start that would begin another block are escaped.
fn push_line(out: &mut String, line: &str) {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    match line.as_bytes().get(digits) {
        Some(b'#' | b'+' | b'-' | b'=') if digits == 0 => {
            out.push('\\');
            out.push_str(line);
        }
        Some(b'.' | b')') if digits > 0 => {
            out.push_str(&line[..digits]);
            out.push('\\');
            out.push_str(&line[digits..]);
        }
        _ => out.push_str(line),
    }
}

#[cfg(test)]
mod tests {
    use super::super::page::page_blocks::{EntrySort, ListEntry};
    use super::*;

    fn text(markdown: &str) -> PageBlock {
        let markdown = markdown.to_owned();
        PageBlock::Text(TextBlock { markdown, level: None, is_furniture: false })
    }

    fn list(start: Option<u64>, entries: Vec<Vec<PageBlock>>) -> PageBlock {
        let entries = entries.into_iter();
        let parts = entries
            .map(|blocks| ListPart::Entry(ListEntry { sort: EntrySort::Plain, blocks }))
            .collect();
        PageBlock::List(ListBlock { start, is_implied: false, parts })
    }

    #[test]
    fn lists_are_nested_and_told_apart() {
        let inner = list(Some(9), vec![vec![text("c")], vec![text("d")]]);
        let blocks = [
            text("We may:"),
            list(None, vec![vec![text("a")], vec![text("b"), inner, text("e")]]),
            list(None, vec![vec![list(None, vec![vec![text("f")]])]]),
        ];
        assert_eq!(write(&blocks), "We may:\n\n* a\n* b\n\n  9. c\n  10. d\n\n  e\n\n- * f\n");
    }

    #[test]
    fn lines_do_not_begin_other_blocks() {
        assert_eq!(
            write(&[text("1. a\n- b\n# c\n=\n12 d")]),
            "1\\. a  \n\\- b  \n\\# c  \n\\=  \n12 d\n"
        );
        let heading = TextBlock { markdown: "C#".to_owned(), level: Some(2), is_furniture: false };
        assert_eq!(write(&[PageBlock::Text(heading)]), "## C\\#\n");
    }

    #[test]
    fn quotations_stay_apart() {
        let quote = |word: &str| PageBlock::Quote(vec![text(word), text("b")]);
        assert_eq!(write(&[quote("a"), quote("c")]), "> a\n>\n> b\n\n> c\n>\n> b\n");
    }

    #[test]
    fn furniture_is_between_marks() {
        let marked = |word: &str| {
            let markdown = word.to_owned();
            PageBlock::Text(TextBlock { markdown, level: None, is_furniture: true })
        };
        let blocks = [
            list(None, vec![vec![marked("Home")], vec![marked("Shop")]]),
            text("a"),
            list(None, vec![vec![text("b")], vec![marked("c")]]),
        ];
        assert_eq!(
            write(&blocks),
            "\u{FDD0}\n\n* Home\n* Shop\n\n\u{FDD1}\n\na\n\n\
             * b\n\n  \u{FDD0}\n\n* c\n\n\u{FDD1}\n\n"
        );
    }
}
