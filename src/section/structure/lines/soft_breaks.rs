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
use crate::section::structure::title_words::{ends_open, is_capitals};
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
        let mut at = borders(&parts, i == 0);
        let is_typed = i < last && typed_bullet(&parts[0].text()).is_some();
        let introduces = (is_typed || is_entry && i == last) && is_introduction(&parts);
        if introduces && at.last() != Some(&(parts.len() - 2)) {
            at.push(parts.len() - 2);
        }
        let breaks: Vec<SoftBreak> = at.into_iter().map(|at| line.soft_breaks[at]).collect();
        let mut cut = line.clone().cut_at(&breaks);
        if introduces && let Some(last) = cut.last_mut() {
            last.is_cut_off = true;
        }
        // A part without words is no passage.
        if cut.iter().all(TextLine::has_word) { out.extend(cut) } else { out.push(line) }
    }
    out
}

/// Whether the last line of an entry introduces the entries after it.
fn is_introduction(parts: &[TextLine]) -> bool {
    let [.., before, last] = parts else { return false };
    let (before, last) = (before.text(), last.text());
    let continues =
        last.starts_with(char::is_lowercase) || before.ends_with([',', ':', '，', '：']);
    last.ends_with([':', '：']) && !continues
}

/// The numbers of the soft breaks at which passages begin. `parts` are the lines between the
/// breaks, and `is_first` tells that the block begins with them.
fn borders(parts: &[TextLine], is_first: bool) -> Vec<usize> {
    let texts: Vec<String> = parts.iter().map(TextLine::text).collect();
    let numbers: Vec<Option<Enumerator>> = texts.iter().map(|text| marked_number(text)).collect();
    let is_entry: Vec<bool> = (0..texts.len()).map(|i| is_numbered_entry(&numbers, i)).collect();
    let has_title = is_first && !is_entry[0] && is_title(&parts[0], &texts);
    (1..texts.len()).filter(|&i| is_entry[i] || i == 1 && has_title).map(|i| i - 1).collect()
}

/// The number that a line begins with, if a mark shows that it is the number of an entry.
fn marked_number(text: &str) -> Option<Enumerator> {
    // Most lines begin with a word, and reading a number costs more than this.
    let start = text.split_whitespace().next()?;
    let may_be_number = start.len() <= 12 || !start.is_ascii();
    let number = if may_be_number { enumerator(text)? } else { return None };
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
