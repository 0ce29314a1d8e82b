//! Cuts lines at line ends of the source that Markdown takes for spaces.
//!
//! A plain text has the title of a section in the line above its text, and each entry of a typed
//! list in a line of its own. To Markdown, all of that is one paragraph, as text that was wrapped
//! at a width is. A line of wrapped text is filled: the next word did not fit into it.

use super::title_lines::is_title_line;
use super::typed_lists::is_numbered_entry;
use crate::section::markdown::inline::{SoftBreak, TextLine, typed_bullet};
use crate::section::markdown::prepare::line_text::{columns, first_word};
use crate::section::structure::enumerator::{Enumerator, enumerator};
use crate::section::structure::title_words::{ends_colon, ends_open, is_capitals};
use crate::section::structure::vocabulary::begins_with_section;

/// The largest number of lines in a block that are looked at. Longer blocks are no such texts.
const MOST_LINES: usize = 400;

/// The narrowest text below a plain title, in columns. A shorter one may continue a sentence, which
/// somebody broke in front of a name.
const BODY_COLUMNS: usize = 50;

/// The same for scripts without capitals, whose names look like other words.
const CASELESS_COLUMNS: usize = 30;

/// Cuts the lines of a block at the soft breaks before typed entries, and after a title. A line
/// with a colon that ends the entry of a list introduces the next entries, and is cut off.
pub(super) fn split_soft_lines(lines: Vec<TextLine>, is_entry: bool) -> Vec<TextLine> {
    if lines.iter().all(|line| line.soft_breaks.is_empty()) {
        return lines;
    }
    let mut out = Vec::with_capacity(lines.len() + 1);
    let last = lines.len() - 1;
    for (i, line) in lines.into_iter().enumerate() {
        if line.soft_breaks.is_empty() || line.soft_breaks.len() >= MOST_LINES {
            out.push(line);
            continue;
        }
        let parts = line.clone().cut_at(&line.soft_breaks);
        let texts: Vec<String> = parts.iter().map(TextLine::text).collect();
        let has_title = i == 0 && is_title(&parts[0], &texts);
        let is_of_list = if i < last { typed_bullet(&texts[0]).is_some() } else { is_entry };
        let introduces = is_of_list && is_introduction(&texts);
        match cut(&line, borders(&texts, has_title, introduces), introduces) {
            Some(parts) => out.extend(parts),
            None => out.push(line),
        }
    }
    out
}

/// The parts of a line between these of its soft breaks. `is_cut_off` tells that the last part is
/// apart from the others. `None`: there is only one part, or one has no words and is no passage.
fn cut(line: &TextLine, borders: Vec<usize>, is_cut_off: bool) -> Option<Vec<TextLine>> {
    if borders.is_empty() {
        return None;
    }
    let breaks: Vec<SoftBreak> = borders.into_iter().map(|at| line.soft_breaks[at]).collect();
    let mut parts = line.clone().cut_at(&breaks);
    parts.last_mut()?.is_cut_off = is_cut_off;
    parts.iter().all(TextLine::has_word).then_some(parts)
}

/// Whether the last line of an entry introduces the entries after it.
fn is_introduction(texts: &[String]) -> bool {
    let [.., before, last] = texts else { return false };
    let continues =
        last.starts_with(char::is_lowercase) || before.ends_with([',', '，']) || ends_colon(before);
    ends_colon(last) && !continues
}

/// The numbers of the soft breaks at which passages begin, in order. `texts` are the lines between
/// the breaks. `has_title` tells that the first one is a title, and `introduces` that the last one
/// is cut off.
fn borders(texts: &[String], has_title: bool, introduces: bool) -> Vec<usize> {
    let numbers: Vec<Option<Enumerator>> = texts.iter().map(|text| marked_number(text)).collect();
    let has_title = has_title && !is_numbered_entry(&numbers, 0);
    let last = texts.len() - 1;
    let begins = |&i: &usize| {
        i == 1 && has_title || i == last && introduces || is_numbered_entry(&numbers, i)
    };
    (1..texts.len()).filter(begins).map(|i| i - 1).collect()
}

/// The number that a line begins with, if a mark shows that it is the number of an entry.
fn marked_number(text: &str) -> Option<Enumerator> {
    let number = enumerator(text)?;
    let is_marked = matches!(number.marks.close, Some(mark) if !matches!(mark, '-' | ':'));
    (is_marked || !text.starts_with(|c: char| c.is_ascii())).then_some(number)
}

/// Whether the first line of a block is the title of the lines below it. `texts` are all lines.
fn is_title(first: &TextLine, texts: &[String]) -> bool {
    let [title, next, ..] = texts else { return false };
    let width = texts.iter().map(|text| columns(text)).max().unwrap_or_default();
    let has_room = columns(title) + 1 + first_word(next) <= width;
    if !has_room || ends_open(title) || next.starts_with(char::is_lowercase) {
        return false;
    }
    let body = texts[1..].join(" ");
    let is_clear =
        first.is_all(|text| text.is_bold) || is_capitals(title) || begins_with_section(title);
    let has_case = title.starts_with(char::is_uppercase);
    let least = if has_case { BODY_COLUMNS } else { CASELESS_COLUMNS };
    let is_plain = columns(title) * 2 <= width && columns(&body) >= least;
    (is_clear || is_plain) && is_title_line(first, 0, true, &[title.clone(), body])
}
