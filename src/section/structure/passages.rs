//! Cuts blocks into passages, each of which becomes one clause: a paragraph is cut at those hard
//! breaks where a title or a typed list entry begins or a title ends.

use std::collections::HashSet;

use super::enumerator::{Enumerator, enumerator};
use super::title_words::{ends_sentence, is_capitals, is_date_line, is_small_word, reads_as_title};
use crate::section::markdown::blocks::{BlockRole, ListId, MarkdownBlock};
use crate::section::markdown::inline::{StyledText, TextLine, typed_bullet};

/// A passage of a text that will become one clause.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Passage {
    pub role: BlockRole,
    pub text: String,
    /// Whether all its words are bold, apart from a number at its start.
    pub is_bold: bool,
    /// The same for italics.
    pub is_italic: bool,
    /// Whether it begins in bold, and at least half of its letters are bold.
    pub is_mostly_bold: bool,
    /// Whether all its words are texts of links.
    pub is_linked: bool,
    /// The distinct targets of its links, in order.
    pub links: Vec<String>,
    /// The number of lists that it is nested in.
    pub list_depth: usize,
    /// The list of an entry that is marked as one.
    pub list: Option<ListId>,
    /// Whether it is in a block quotation.
    pub is_quoted: bool,
    /// Whether only a hard break separates it from the next passage.
    pub has_body: bool,
    /// Whether only a hard break separates it from the passage before.
    pub continues: bool,
    /// Whether the passage before is the first one of the same list entry.
    pub continues_entry: bool,
    /// Whether the author typed a bullet before it. The bullet is not part of the text.
    pub has_bullet: bool,
    /// The mark of an entry of an ordered list, which is no part of its text.
    pub list_number: Option<String>,
    /// The number or letter that its text begins with.
    pub enumerator: Option<Enumerator>,
    /// The byte of its first letter or digit in the snapshot's text.
    pub start: usize,
    /// The byte after its last letter or digit.
    pub end: usize,
}

/// The share of a text that is in block quotations, in bytes of its passages.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct QuotedBytes {
    quoted: usize,
    all: usize,
}

impl QuotedBytes {
    /// Counts the bytes of these passages.
    pub fn of(passages: &[Passage]) -> Self {
        let quoted = passages.iter().filter(|passage| passage.is_quoted);
        Self {
            quoted: quoted.map(|passage| passage.text.len()).sum(),
            all: passages.iter().map(|passage| passage.text.len()).sum(),
        }
    }

    pub fn plus(self, other: Self) -> Self {
        Self { quoted: self.quoted + other.quoted, all: self.all + other.all }
    }

    pub fn minus(self, other: Self) -> Self {
        Self { quoted: self.quoted - other.quoted, all: self.all - other.all }
    }

    /// Whether at least half is quoted. Block quotations then mean nothing in this text.
    pub fn is_most(self) -> bool {
        2 * self.quoted >= self.all
    }
}

/// The passages of these blocks.
pub(crate) fn passages(blocks: Vec<MarkdownBlock>) -> Vec<Passage> {
    let mut out = Vec::with_capacity(blocks.len());
    for block in blocks {
        cut(block, &mut out);
    }
    out
}

/// Appends the passages of a block.
fn cut(block: MarkdownBlock, out: &mut Vec<Passage>) {
    let is_text = matches!(block.role, BlockRole::Text | BlockRole::Entry);
    let groups = if is_text { group(split_tails(block.lines)) } else { vec![block.lines] };
    let last = groups.len().saturating_sub(1);
    let mut role = block.role.clone();
    let mut list = block.list;
    let mut list_number = block.number;
    for (i, lines) in groups.into_iter().enumerate() {
        let mut passage = passage(lines, role.clone());
        passage.list_depth = block.list_depth;
        passage.is_quoted = block.is_quoted;
        passage.has_body = i < last;
        passage.continues = i > 0;
        passage.continues_entry = i == 1 && block.role == BlockRole::Entry;
        passage.list = list.take();
        passage.list_number = list_number.take();
        out.push(passage);
        role = BlockRole::Text;
    }
}

/// The passage of these lines, as if it were a block of its own.
fn passage(lines: Vec<TextLine>, role: BlockRole) -> Passage {
    let mut text = joined(&lines);
    let bullet =
        if matches!(role, BlockRole::Text | BlockRole::Entry) { typed_bullet(&text) } else { None };
    if let Some(len) = bullet {
        text.drain(..len);
    }
    let enumerator = enumerator(&text);
    let number = enumerator.as_ref().map_or(0, |e| e.letters);
    let all = letters(&lines, |_| true);
    let bold = letters(&lines, |text| text.is_bold);
    let italic = letters(&lines, |text| text.is_italic);
    let linked: usize = lines.iter().map(|line| line.linked_letters).sum();
    let starts_bold =
        lines.iter().find_map(TextLine::first_with_letter).is_some_and(|first| first.is_bold);
    let mut seen = HashSet::new();
    let links = lines.iter().flat_map(|line| &line.links).filter(|link| seen.insert(*link));
    let links = links.cloned().collect();
    Passage {
        role,
        text,
        is_bold: bold > 0 && bold + number >= all,
        is_italic: italic > 0 && italic + number >= all,
        is_mostly_bold: starts_bold && 2 * bold >= all,
        is_linked: linked > 0 && linked >= all,
        links,
        list_depth: 0,
        list: None,
        list_number: None,
        is_quoted: false,
        has_body: false,
        continues: false,
        continues_entry: false,
        has_bullet: bullet.is_some(),
        enumerator,
        start: lines.iter().find(|line| line.has_word()).map_or(0, TextLine::start),
        end: lines.last().map_or(0, TextLine::end),
    }
}

/// The texts of lines, with a line end between them.
fn joined(lines: &[TextLine]) -> String {
    if let [line] = lines {
        return line.text();
    }
    let texts = lines.iter().map(TextLine::text).filter(|text| !text.is_empty());
    texts.collect::<Vec<_>>().join("\n")
}

/// The number of letters and digits in those texts for which `is_counted` holds.
fn letters(lines: &[TextLine], is_counted: impl Fn(&StyledText) -> bool) -> usize {
    lines.iter().map(|line| line.letters(&is_counted)).sum()
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
    let is_list = typed_lists(&texts);
    let mut groups: Vec<Vec<TextLine>> = Vec::new();
    let mut after_title = true;
    for (i, line) in lines.into_iter().enumerate() {
        let is_title = is_title_line(&line, i, after_title, &texts);
        let continues = is_title && after_title && i > 0 && is_one_title(&texts[i - 1], &texts[i]);
        if !continues && (after_title || is_title || is_list[i]) {
            groups.push(vec![line]);
        } else if let Some(group) = groups.last_mut() {
            group.push(line);
        }
        after_title = is_title;
    }
    groups
}

/// Whether a title continues after a line break, as in `PRIVACY POLICY`, `OF`, `ACME`.
fn is_one_title(first: &str, next: &str) -> bool {
    first.split_whitespace().next_back().is_some_and(is_small_word)
        || next.split_whitespace().next().is_some_and(is_small_word) && next.len() <= 3
}

/// Whether line `i` of a block is a title, and not a line of an address or a verse. `after_title`
/// tells whether the line before is one.
fn is_title_line(line: &TextLine, i: usize, after_title: bool, texts: &[String]) -> bool {
    let (text, is_first, is_followed) = (texts[i].as_str(), i == 0, i + 1 < texts.len());
    let words = text.split_whitespace().count();
    if words == 0 || words > 14 || text.ends_with([',', ';']) || is_date_line(text) {
        return false;
    }
    // A name above a house number is an address.
    if is_followed && is_first && texts[1].len() < 60 && starts_with_house_number(&texts[1]) {
        return false;
    }
    let is_styled = line.is_all(|text| text.is_bold) || line.is_all(|text| text.is_italic);
    if is_styled {
        return if is_first { is_followed } else { after_title || is_apart(i, texts) };
    }
    if !is_first || !is_followed {
        return false;
    }
    let body: usize = texts[1..].iter().map(String::len).sum();
    let starts_bold = line.first_with_letter().is_some_and(|text| text.is_bold);
    let half_bold = starts_bold && 2 * line.letters(|text| text.is_bold) >= line.letters(|_| true);
    let next_is_long = texts[1].len() >= 60;
    half_bold && words <= 10 && next_is_long
        || is_capitals(text) && words <= 12
        || next_is_long && body >= 60 && reads_as_title(text)
}

/// Whether line `i` is not inside a sentence, as the second of these lines is: `We share it with`,
/// **no one at all**, `unless ...`.
fn is_apart(i: usize, texts: &[String]) -> bool {
    let before = &texts[i - 1];
    let continues = texts.get(i + 1).is_some_and(|next| next.starts_with(char::is_lowercase));
    !continues
        && (ends_sentence(before) || before.ends_with([')', ']']) || typed_bullet(before).is_some())
}

fn starts_with_house_number(text: &str) -> bool {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    rest.len() < text.len() && rest.starts_with(' ')
}

/// The largest distance between successive numbers of a typed list, in lines. The limit keeps
/// paragraphs of 100,000 numbered lines, which exist, from taking quadratic time.
const ENTRY_LINES: usize = 40;

/// For each line, whether it begins an entry of a list that the author typed with bullets or
/// numbers.
fn typed_lists(texts: &[String]) -> Vec<bool> {
    let numbers: Vec<Option<Enumerator>> = texts.iter().map(|text| enumerator(text)).collect();
    let bulleted = texts.iter().filter(|text| typed_bullet(text).is_some()).count();
    (0..texts.len())
        .map(|i| {
            let is_bullet = typed_bullet(&texts[i]).is_some() && (bulleted > 1 || i == 0);
            is_bullet || is_numbered_entry(&numbers, i)
        })
        .collect()
}

/// Whether line `i` has a number that follows another one or is followed by one. The other number
/// may be some lines away, since entries continue after hard breaks.
fn is_numbered_entry(numbers: &[Option<Enumerator>], i: usize) -> bool {
    let Some(number) = &numbers[i] else { return false };
    let before = &numbers[i.saturating_sub(ENTRY_LINES)..i];
    let after = &numbers[i + 1..numbers.len().min(i + 1 + ENTRY_LINES)];
    before.iter().rev().flatten().any(|before| number.follows(before))
        || after.iter().flatten().any(|next| next.follows(number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::section::markdown::blocks::blocks;

    fn texts(markdown: &str) -> Vec<String> {
        passages(blocks(markdown)).into_iter().map(|passage| passage.text).collect()
    }

    #[test]
    fn titles_and_typed_entries_are_cut_at_hard_breaks() {
        assert_eq!(
            texts("**Sharing**  \nWe share nothing.  \nReally."),
            ["Sharing", "We share nothing.\nReally."]
        );
        assert_eq!(texts("We may:  \n(a) sell  \n(b) rent"), ["We may:", "(a) sell", "(b) rent"]);
        assert_eq!(
            texts("We get data from many sources. _Advertisers_  \nThey send us much."),
            ["We get data from many sources.", "Advertisers", "They send us much."]
        );
    }

    #[test]
    fn passages_know_their_neighbours_in_the_block() {
        let found = passages(blocks("* **Sharing**  \n  We share nothing.\n\nEnd."));
        let told: Vec<_> =
            found.iter().map(|p| (p.has_body, p.continues, p.continues_entry)).collect();
        assert_eq!(told, [(true, false, false), (false, true, true), (false, false, false)]);
    }

    #[test]
    fn typed_bullets_are_not_text() {
        let found = passages(blocks("• one"));
        assert_eq!((found[0].text.as_str(), found[0].has_bullet), ("one", true));
    }

    #[test]
    fn styles_leave_out_a_number() {
        let found = &passages(blocks("1.2 **Sharing**"))[0];
        assert!(found.is_bold && !found.is_italic && found.enumerator.is_some());
    }

    #[test]
    fn quotations_mean_something_unless_most_is_quoted() {
        assert!(!QuotedBytes::of(&passages(blocks("> a\n\nlonger text"))).is_most());
        assert!(QuotedBytes::of(&passages(blocks("> longer text\n\na"))).is_most());
    }
}
