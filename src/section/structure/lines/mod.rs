//! Groups the lines of a block into passages: a paragraph is cut at those hard breaks where a title
//! or a typed list entry begins, or where a title or a list ends.

mod soft_breaks;
mod title_lines;
mod typed_lists;

use self::soft_breaks::split_soft_lines;
use self::title_lines::is_title_line;
use self::typed_lists::{after_list, typed_lists};
use super::title_words::{ends_colon, ends_sentence, is_small_word};
use crate::section::markdown::inline::{StyledText, TextLine};

/// Cuts the lines of a block into groups, each of which is a passage. `is_entry` tells that the
/// block is an entry of a list.
pub(super) fn passage_lines(lines: Vec<TextLine>, is_entry: bool) -> Vec<Vec<TextLine>> {
    group(split_tails(split_soft_lines(lines, is_entry)))
}

/// Separates a title at the end of a line from the text before it, as in `... sources.
/// _Advertisers_` before a hard break.
fn split_tails(lines: Vec<TextLine>) -> Vec<TextLine> {
    let mut out = Vec::with_capacity(lines.len());
    let count = lines.len();
    for (i, mut line) in lines.into_iter().enumerate() {
        let cut = if i + 1 < count { tail(&line) } else { None };
        match cut {
            Some(at) => {
                let texts = line.texts.split_off(at);
                // It is not known any more which links belong to the title. Titles have none.
                let tail = TextLine { texts, ..TextLine::default() };
                out.push(line);
                out.push(tail);
            }
            None => out.push(line),
        }
    }
    out
}

/// The index of the text at which a title in another style begins, after the end of a sentence.
fn tail(line: &TextLine) -> Option<usize> {
    let plain =
        line.texts.iter().rposition(|text| !text.is_bold && !text.is_italic && text.has_letter());
    let styled = plain? + 1;
    let at = styled + line.texts[styled..].iter().position(StyledText::has_letter)?;
    let before: String = line.texts[..at].iter().map(|text| text.text.as_str()).collect();
    before.trim_end().ends_with(['.', '!', '?', ':', ';', ')', ']']).then_some(at)
}

/// Groups the lines of a block. A title is a group of its own, a typed list entry begins a group,
/// and other lines stay with the line before.
fn group(lines: Vec<TextLine>) -> Vec<Vec<TextLine>> {
    if lines.len() < 2 {
        return vec![lines];
    }
    let texts: Vec<String> = lines.iter().map(TextLine::text).collect();
    let starts = LineStarts::of(&lines, &texts);
    let mut groups: Vec<Vec<TextLine>> = Vec::new();
    let mut after_title = true;
    for (i, line) in lines.into_iter().enumerate() {
        let is_title = !starts.is_run_in_or_menu(i) && is_title_line(&line, i, after_title, &texts);
        let continues = is_title && after_title && i > 0 && is_one_title(&texts[i - 1], &texts[i]);
        if !continues && (after_title || is_title || starts.begins_passage(i, &texts)) {
            groups.push(vec![line]);
        } else if let Some(group) = groups.last_mut() {
            group.push(line);
        }
        after_title = is_title;
    }
    groups
}

/// What the lines of a block begin with.
struct LineStarts {
    /// For each line, whether it begins an entry of a typed list.
    is_entry: Vec<bool>,
    /// The first of these lines.
    first_entry: Option<usize>,
    /// For each line, whether it begins with a title in bold that its own text follows. Empty if
    /// fewer than two lines do.
    has_run_in: Vec<bool>,
    /// For each line, whether all its words are texts of links.
    is_linked: Vec<bool>,
    /// For each line, whether it is cut off from the line before.
    is_cut_off: Vec<bool>,
    /// The line after the typed list, if it is no part of the last entry.
    after_list: Option<usize>,
}

impl LineStarts {
    fn of(lines: &[TextLine], texts: &[String]) -> Self {
        let is_entry = typed_lists(texts);
        let mut has_run_in: Vec<bool> = lines.iter().map(has_run_in).collect();
        if has_run_in.iter().filter(|&&has_run_in| has_run_in).count() < 2 {
            has_run_in.clear();
        }
        let after_list = after_list(&is_entry, texts);
        let is_linked = lines.iter().map(is_linked).collect();
        let is_cut_off = lines.iter().map(|line| line.is_cut_off).collect();
        let first_entry = is_entry.iter().position(|&is_entry| is_entry);
        Self { is_entry, first_entry, has_run_in, is_linked, is_cut_off, after_list }
    }

    /// Whether line `i` begins with a title in bold, and another line does, too.
    fn has_run_in(&self, i: usize) -> bool {
        self.has_run_in.get(i) == Some(&true)
    }

    /// Whether line `i` is no title, since it begins with one, or is a link before another one.
    fn is_run_in_or_menu(&self, i: usize) -> bool {
        self.has_run_in(i) || self.is_linked[i] && self.is_linked.get(i + 1) == Some(&true)
    }

    /// Whether line `i` begins a passage.
    fn begins_passage(&self, i: usize, texts: &[String]) -> bool {
        let is_ended = i > 0 && ends_sentence(&texts[i - 1]);
        let has_entry_before = self.first_entry.is_some_and(|first| first < i);
        let is_after_entry = i > 0 && (has_entry_before || texts[i - 1].ends_with([',', ';']));
        let introduces = is_after_entry
            && self.is_entry.get(i + 1) == Some(&true)
            && !self.is_entry[i]
            && ends_colon(&texts[i]);
        self.is_entry[i]
            || self.is_cut_off[i] && i > 0
            || self.after_list == Some(i)
            || is_ended && (introduces || self.has_run_in(i))
    }
}

fn is_linked(line: &TextLine) -> bool {
    line.linked_letters > 0 && line.linked_letters >= line.letters(|_| true)
}

/// Whether a line begins with a title in bold that its own text follows, as in `**Pay:** you ...`.
fn has_run_in(line: &TextLine) -> bool {
    let starts_bold = line.first_with_letter().is_some_and(|text| text.is_bold);
    starts_bold && !line.is_all(|text| text.is_bold)
}

/// Whether a title continues after a line break, as in `PRIVACY POLICY`, `OF`, `ACME`.
fn is_one_title(first: &str, next: &str) -> bool {
    first.split_whitespace().next_back().is_some_and(is_small_word)
        || next.split_whitespace().next().is_some_and(is_small_word) && next.len() <= 3
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::section::markdown::blocks::blocks;
    use crate::section::markdown::prepare::prepare;

    /// The groups of the lines of one block.
    fn grouped(markdown: &str) -> Vec<String> {
        let block = blocks(&prepare(markdown).text).swap_remove(0);
        let groups = passage_lines(block.lines, false);
        let texts = groups.iter().map(|lines| lines.iter().map(TextLine::text).collect::<Vec<_>>());
        texts.map(|texts| texts.join("/")).collect()
    }

    #[test]
    fn titles_of_any_language_are_cut_off() {
        let body = "Wir geben Ihre Daten an niemanden weiter, der uns fragt.";
        for title in ["Article 3 of the Code", "Weitergabe von Daten", "Opting out:", "Vos droits"]
        {
            assert_eq!(grouped(&format!("{title}  \n{body}")), [title, body]);
        }
        for line in ["We may:", "wir geben", "We sell data."] {
            assert_eq!(grouped(&format!("{line}  \n{body}")).len(), 1, "{line}");
        }
    }

    #[test]
    fn run_ins_begin_passages() {
        let text = "Do this:  \n**Choose:** you pick one.  \n**Pay:** you pay for it.";
        assert_eq!(grouped(text), ["Do this:", "Choose: you pick one.", "Pay: you pay for it."]);
        assert_eq!(grouped("We do it.  \n**Never** more than once.").len(), 1);
    }

    #[test]
    fn a_first_entry_is_cut_off() {
        assert_eq!(
            grouped("We may tell:  \n(1) our carriers;"),
            ["We may tell:", "(1) our carriers;"]
        );
        assert_eq!(grouped("No.  \n• We only keep it."), ["No.", "• We only keep it."]);
        assert_eq!(grouped("No.  \n– we only keep it."), ["No./– we only keep it."]);
    }

    #[test]
    fn an_introduction_ends_a_list() {
        let text = "by car;  \n**Receipt:** you get a mail that names:  \n\\- the number;";
        assert_eq!(
            grouped(text),
            ["by car;", "Receipt: you get a mail that names:", "- the number;"]
        );
        let text = "• We sell it.  \nEverything else stays with us for as long as you like.";
        assert_eq!(grouped(text).len(), 2);
    }
}
