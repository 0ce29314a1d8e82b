//! Writes the blocks of a page as Markdown.
//!
//! Furniture is between lines of its own, each with one noncharacter, which sectioning reads.
//! Between the entries of a list, such a line belongs to the entry before it, so that the list goes
//! on.

use super::page::page_blocks::{
    DataTable, EntrySort, ListBlock, ListEntry, ListPart, PageBlock, TextBlock,
};
use crate::model::{ENTRY_TAG, FURNITURE_MARKS};

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
    /// The tag before the first words of the entry, if Markdown has no sign for what it is.
    entry_tag: Option<String>,
    /// The indent of a line before that one.
    indent_before: String,
    /// Whether the last lines are furniture.
    is_marked: bool,
}

impl PageWriter {
    fn blocks(&mut self, blocks: &[PageBlock]) {
        let mut list_before: Option<ListBefore> = None;
        for block in blocks {
            let mut list = None;
            match block {
                PageBlock::Text(text) => self.text(text),
                PageBlock::Quote(inner) => self.quote(inner),
                PageBlock::Table(table) => self.table(table),
                PageBlock::List(block) => {
                    // Two lists in a row have different marks, or they would be one. A list that
                    // goes on with the numbers of the list before is one with it.
                    let has_other_sign = list_before.is_some_and(|before| {
                        let is_alike = before.is_ordered == block.start.is_some();
                        let goes_on = before.next.is_some() && before.next == block.start;
                        is_alike && before.has_other_sign == (goes_on && !block.is_reversed)
                    });
                    let is_ordered = block.start.is_some();
                    let next = self.list(block, has_other_sign);
                    list = Some(ListBefore { is_ordered, has_other_sign, next });
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
        let tag = self.entry_tag.take().unwrap_or_default();
        if let Some(level) = text.level {
            self.begin_line();
            self.out.extend(std::iter::repeat_n('#', usize::from(level)));
            self.out.push(' ');
            self.push_heading(&text.markdown);
            return;
        }
        let mut is_first = true;
        let mut lines = text.markdown.split('\n').peekable();
        while let Some(line) = lines.next() {
            self.begin_line();
            if is_first && !tag.is_empty() {
                self.out.push_str(&tag);
                self.out.push_str(line.trim_end());
            } else {
                push_line(&mut self.out, line.trim_end());
            }
            is_first = false;
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

    /// Writes a list. `has_other_sign` tells it from the list before it. Returns the number after
    /// its last one.
    fn list(&mut self, list: &ListBlock, has_other_sign: bool) -> Option<u64> {
        let mut number = first_number(list);
        let begins_after_text = number.is_none_or(|start| start == 1);
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
            if number.is_some() {
                number = entry.value.filter(|&value| value <= MAX_START).or(number);
            }
            let mark = entry_mark(number, has_other_sign);
            if self.line_start.is_none() {
                self.indent_before = format!("{}{}", self.indent, " ".repeat(width_before));
            }
            self.entry_tag = entry_tag(list, entry, number, has_other_sign);
            self.entry(entry, &mark);
            number = number.map(|number| match list.is_reversed {
                true => number.saturating_sub(1),
                false => MAX_START.min(number + 1),
            });
            width_before = mark.len();
        }
        number
    }

    fn entry(&mut self, entry: &ListEntry, mark: &str) {
        let start = self.line_start.take().unwrap_or_else(|| self.indent.clone());
        self.line_start = Some(format!("{start}{mark}"));
        let len = self.indent.len();
        self.indent.extend(std::iter::repeat_n(' ', mark.len()));
        self.blocks(&entry.blocks);
        self.indent.truncate(len);
        self.line_start = None;
        self.entry_tag = None;
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

/// What the list before a list says about its marks.
#[derive(Clone, Copy)]
struct ListBefore {
    is_ordered: bool,
    has_other_sign: bool,
    /// The number after its last one.
    next: Option<u64>,
}

/// The number of the first entry, if the entries are numbered.
fn first_number(list: &ListBlock) -> Option<u64> {
    let start = list.start.filter(|&start| start <= MAX_START)?;
    let entries = list.parts.iter().filter(|part| matches!(part, ListPart::Entry(_)));
    Some(if list.is_reversed && start == 0 { entries.count() as u64 } else { start })
}

/// The mark of an entry, with the space after it.
fn entry_mark(number: Option<u64>, has_other_sign: bool) -> String {
    match (number, has_other_sign) {
        (None, false) => "* ".to_owned(),
        (None, true) => "- ".to_owned(),
        (Some(number), false) => format!("{number}. "),
        (Some(number), true) => format!("{number}) "),
    }
}

/// The tag of an entry that is a term, or whose number a browser shows otherwise than its mark.
fn entry_tag(
    list: &ListBlock,
    entry: &ListEntry,
    number: Option<u64>,
    has_other_sign: bool,
) -> Option<String> {
    let tells = match (entry.sort, number, list.letters) {
        (EntrySort::Term, ..) => "dt".to_owned(),
        (_, Some(number), Some(letters)) => format!("{}.", letters.write(number)),
        (_, Some(number), None) if has_other_sign => format!("{number}."),
        _ => return None,
    };
    let has_text =
        matches!(entry.blocks.first(), Some(PageBlock::Text(text)) if text.level.is_none());
    has_text.then(|| format!("{ENTRY_TAG}{tells}\"></data>"))
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
    use super::*;

    fn text(markdown: &str) -> PageBlock {
        let markdown = markdown.to_owned();
        PageBlock::Text(TextBlock { markdown, level: None, is_furniture: false })
    }

    fn list(start: Option<u64>, entries: Vec<Vec<PageBlock>>) -> PageBlock {
        let entries = entries.into_iter();
        let parts = entries
            .map(|blocks| {
                ListPart::Entry(ListEntry { sort: EntrySort::Plain, value: None, blocks })
            })
            .collect();
        PageBlock::List(ListBlock { start, parts, ..ListBlock::default() })
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
