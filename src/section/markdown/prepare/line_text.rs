//! Finds out whether each line of a text is a paragraph, and sets such lines apart.
//!
//! Some crawls write a paragraph per line and no blank line. To Markdown, all of that is one
//! paragraph. Text that was wrapped at a width looks alike, but its lines are filled up to that
//! width, or sentences continue from one line to the next.

use crate::section::markdown::mapped_text::TextEdit;
use crate::section::markdown::mend::is_marked;

/// The number of lines at the start of a text that decide.
const LINES: usize = 400;

/// The number of blank lines after which a text certainly uses them to separate paragraphs.
const MANY_BLANKS: usize = 16;

/// For one blank line, or hard break, there must be at least as many pairs of plain lines.
const PAIRS_PER_EXCEPTION: usize = 8;

/// The narrowest and widest columns in which text is wrapped.
const WRAPPED: std::ops::RangeInclusive<usize> = 40..=130;

/// Adds the edits that make a paragraph of each line, if the lines of this text are paragraphs.
/// Returns whether they are.
pub(super) fn separate_lines(text: &str, edits: &mut Vec<TextEdit>) -> bool {
    if !has_paragraph_lines(text) {
        return false;
    }
    let mut before: Option<PlainLine<'_>> = None;
    let mut context = LineContext::default();
    let mut at = 0;
    for line in text.split('\n') {
        let line = PlainLine::of(line, &mut context);
        if before.is_some_and(|before| before.is_apart_from(&line)) {
            edits.push(TextEdit::insert(at, "\n"));
        }
        at += line.text.len() + 1;
        before = Some(line);
    }
    true
}

/// The lines of a text without their ends. Every text is asked for its first lines, and this finds
/// them faster than the standard library does.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let ends = memchr::memchr_iter(b'\n', text.as_bytes()).chain(std::iter::once(text.len()));
    let mut start = 0;
    ends.map(move |end| {
        let line = &text[start..end];
        start = end + 1;
        line
    })
}

/// Whether each line of a text is a paragraph.
fn has_paragraph_lines(text: &str) -> bool {
    let mut context = LineContext::default();
    let mut before: Option<PlainLine<'_>> = None;
    let mut count = LineCount::default();
    let mut is_after_blank = false;
    for line in lines(text).take(LINES) {
        let line = PlainLine::of(line, &mut context);
        if line.kind == LineKind::Blank {
            is_after_blank = before.is_some();
            continue;
        }
        if std::mem::take(&mut is_after_blank) {
            count.blanks += 1;
            count.has_marks |= before.is_some_and(|before| before.kind != LineKind::Plain);
        } else if let Some(before) = &before {
            count.add_pair(before, &line);
        }
        if count.blanks >= MANY_BLANKS && !count.has_few_exceptions() {
            return false;
        }
        before = Some(line);
    }
    count.pairs >= 2 && count.has_few_exceptions() && !count.is_wrapped()
}

/// What a line is to Markdown, as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LineKind {
    Blank,
    /// Running text.
    Plain,
    /// The start of a list entry or a quotation. Markdown would add the next line to it.
    Marked,
    /// A heading, a rule, a row of a table, HTML or code.
    Other,
}

/// The lines before a line that matter for its kind.
#[derive(Default)]
struct LineContext {
    is_in_fence: bool,
    is_in_table: bool,
}

/// A line of a text.
#[derive(Clone, Copy)]
struct PlainLine<'t> {
    text: &'t str,
    kind: LineKind,
}

impl<'t> PlainLine<'t> {
    fn of(text: &'t str, context: &mut LineContext) -> Self {
        Self { text, kind: kind(text, context) }
    }

    /// Whether the next line is another paragraph, in a text in which lines are paragraphs.
    fn is_apart_from(&self, next: &Self) -> bool {
        matches!(self.kind, LineKind::Plain | LineKind::Marked)
            && (next.kind == LineKind::Plain
                || next.kind == LineKind::Marked && self.kind == LineKind::Plain)
            && !has_hard_break(self.text)
            && !has_open_link(self.text)
    }
}

fn kind(text: &str, context: &mut LineContext) -> LineKind {
    let bare = text.trim_matches([' ', '\t']);
    let Some(first) = bare.bytes().next() else {
        context.is_in_table = false;
        return LineKind::Blank;
    };
    if bare.starts_with("```") || bare.starts_with("~~~") {
        context.is_in_fence = !context.is_in_fence;
        return LineKind::Other;
    }
    let is_rule = bare.bytes().all(|byte| b"=-*_:| \t".contains(&byte));
    if is_rule && bare.contains('|') {
        context.is_in_table = true;
    } else if !bare.contains('|') {
        context.is_in_table = false;
    }
    let is_heading = first == b'#' && bare.trim_start_matches('#').starts_with(' ');
    if context.is_in_fence || context.is_in_table || is_rule || is_heading {
        return LineKind::Other;
    }
    match first {
        b'<' | b'|' => LineKind::Other,
        _ if is_marked(bare.as_bytes()) => LineKind::Marked,
        _ => LineKind::Plain,
    }
}

fn has_hard_break(line: &str) -> bool {
    line.ends_with("  ") || line.ends_with('\\')
}

/// Whether the text or the target of a link continues in the next line.
fn has_open_link(line: &str) -> bool {
    let Some(open) = line.rfind('[') else { return false };
    match line[open..].find(']') {
        None => true,
        Some(close) => {
            let rest = &line[open + close + 1..];
            rest.starts_with('(') && !rest.contains(')')
        }
    }
}

/// What the lines of a text have in common, in numbers.
#[derive(Default)]
struct LineCount {
    /// Pairs of plain lines that Markdown would join.
    pairs: usize,
    /// Blank lines between other lines.
    blanks: usize,
    /// Whether a blank line follows a line that is no plain one.
    has_marks: bool,
    hard_breaks: usize,
    /// Pairs over which a sentence continues, as far as capitals show it.
    flowing: usize,
    /// Pairs whose first line ends with the end of a sentence or of a part of one.
    ended: usize,
    /// The width of the widest line, in columns.
    width: usize,
    /// For each pair, the width of its first line and of the first word of the next.
    fills: Vec<usize>,
    /// Whether the lines since a line with a colon may be entries of a list without marks.
    is_in_list: bool,
}

impl LineCount {
    fn add_pair(&mut self, line: &PlainLine<'_>, next: &PlainLine<'_>) {
        if line.kind != LineKind::Plain || next.kind != LineKind::Plain {
            return;
        }
        if has_hard_break(line.text) {
            self.hard_breaks += 1;
            return;
        }
        let (text, next) = (line.text.trim(), next.text.trim());
        let is_ended = text.ends_with(END_MARKS);
        let continues = next.starts_with(char::is_lowercase);
        self.is_in_list = continues && (self.is_in_list || text.ends_with([':', '：']));
        self.pairs += 1;
        self.ended += usize::from(is_ended);
        self.flowing += usize::from(!is_ended && continues && !self.is_in_list);
        self.width = self.width.max(columns(text)).max(columns(next));
        self.fills.push(columns(text) + 1 + first_word(next));
    }

    fn has_few_exceptions(&self) -> bool {
        let exceptions = self.blanks + self.hard_breaks;
        // A blank line below the title of a short text says little, if sentences end with lines.
        let is_below_title = self.blanks == 1 && !self.has_marks && self.flowing == 0;
        let is_one = is_below_title && exceptions == 1 && self.pairs >= 3;
        let is_one = is_one && 3 * self.ended >= self.pairs;
        is_one || exceptions * PAIRS_PER_EXCEPTION <= self.pairs
    }

    /// Whether the lines are the lines of wrapped paragraphs.
    fn is_wrapped(&self) -> bool {
        if self.width > *WRAPPED.end() {
            return false;
        }
        let filled = self.fills.iter().filter(|&&fill| fill > self.width).count();
        2 * self.flowing >= self.pairs
            || WRAPPED.contains(&self.width)
                && 3 * filled >= 2 * self.pairs
                && 2 * self.ended < self.pairs
    }
}

/// Marks at the end of a sentence, or of a part of one.
const END_MARKS: [char; 12] = ['.', '!', '?', ':', ';', '。', '！', '？', '：', '；', '…', '।'];

/// The width of a text in columns. Letters of Chinese, Japanese and Korean take two.
pub(crate) fn columns(text: &str) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    // All letters of two columns begin with one of these bytes. Most texts have none.
    let may_be_wide = |byte: &u8| *byte == 0xE1 || *byte > 0xE2;
    let is_radical = |pair: &[u8]| pair[0] == 0xE2 && pair[1] >= 0xBA;
    let bytes = text.as_bytes();
    if bytes.iter().any(may_be_wide) || bytes.windows(2).any(is_radical) {
        text.chars().map(column).sum()
    } else {
        text.chars().count()
    }
}

/// The width of a letter in columns.
fn column(c: char) -> usize {
    match c {
        '\u{1100}'..='\u{11FF}' | '\u{2E80}'..='\u{D7FF}' | '\u{F900}'..='\u{FAFF}' => 2,
        '\u{FE30}'..='\u{FE4F}' | '\u{FF00}'..='\u{FF60}' | '\u{20000}'..='\u{3FFFF}' => 2,
        _ => 1,
    }
}

/// The width of the first word of a text: the least that could be moved to the line above.
pub(crate) fn first_word(text: &str) -> usize {
    match text.chars().next() {
        Some(first) if column(first) > 1 => 1,
        _ => text.split([' ', '\t']).next().map_or(0, columns),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn separated(text: &str) -> Option<usize> {
        let mut edits = Vec::new();
        separate_lines(text, &mut edits);
        (!edits.is_empty()).then_some(edits.len())
    }

    #[test]
    fn columns_are_counted_by_letter() {
        for text in ["a", "né “x” – y", "한글", "ᄀa", "⺀", "⹿", "我们a", "（", "𠀀b", "ﬀ"]
        {
            let slow: usize = text.chars().map(column).sum();
            assert_eq!(columns(text), slow, "{text}");
        }
    }

    #[test]
    fn lines_are_paragraphs_if_there_is_no_blank_line() {
        for (text, borders) in [
            ("What we collect\nWe collect your name.\nWho gets it\nWe share nothing.", 3),
            ("You can:\nwrite to us\ncall us", 2),
            ("我们收集什么\n我们收集您的姓名和地址。\n谁会得到它\n我们不与任何人分享。", 3),
            ("1. Purpose\nWe tell you all of it.\n2. Sharing\nWe share none.\nThe end.\nOf it.", 5),
        ] {
            assert_eq!(separated(text), Some(borders), "{text}");
        }
        let long = "A paragraph of its own that is longer than lines are wrapped. ".repeat(4);
        assert_eq!(separated(&format!("Title\n\n{}", format!("{long}\n").repeat(10))), Some(9));
    }

    #[test]
    fn wrapped_lines_are_one_paragraph() {
        for text in [
            "We keep personal infor-\nmation in a safe place.\nNobody gets it.",
            "We keep what you tell us for as long as your account\n\
             is open, and we remove it within thirty\ndays after you have closed the account.",
            "Wir speichern die Daten Ihres Kontos\n\
             solange, wie es besteht, und löschen\nsie danach.",
            "Read our [partner\nrules](http://www.acme.example/legal/partner-and-\nit.html) now.",
            "本公司收集的个人信息仅用于提供服务，不会出售给任何第三方，也不会用于其他\n\
             目的。您可以随时联系我们，要求查看或删除您的个人信息，我们将在三十天内完\n\
             成处理并以书面形式通知您处理的结果",
            "Acme  \nMain Street 1  \nBerlin  \nGermany",
            "One.\nTwo.\n\nThree.\nFour.",
            "| a | b |\n|---|---|\n| c | d |\n| e | f |",
            "# A\nB.\n# C\nD.",
        ] {
            assert_eq!(separated(text), None, "{text}");
        }
    }

    #[test]
    fn tables_and_code_are_not_cut() {
        let text =
            "One line.\nTwo lines.\nThree lines.\na | b\n---|---\nc | d\n```\ne\nf\n```\nEnd.";
        assert_eq!(separated(text), Some(3));
    }
}
