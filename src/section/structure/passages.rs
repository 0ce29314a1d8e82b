//! Cuts blocks into passages, each of which becomes one clause. [`super::lines`] says where.

use std::collections::HashSet;

use super::enumerator::{Enumerator, enumerator};
use super::lines::passage_lines;
use crate::section::markdown::blocks::{BlockRole, ListId, MarkdownBlock};
use crate::section::markdown::inline::{StyledText, TextLine, typed_bullet};

/// A passage of a text that will become one clause, or a border of furniture.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Passage {
    pub role: BlockRole,
    pub text: String,
    /// Whether all its words are bold, apart from a number at its start.
    pub is_bold: bool,
    /// The same for italics.
    pub is_italic: bool,
    /// Whether it extends over several lines of Markdown that no hard break separates.
    pub has_soft_breaks: bool,
    /// Whether it begins in bold.
    pub starts_bold: bool,
    /// Whether it begins in bold, and at least half of its letters are bold.
    pub is_mostly_bold: bool,
    /// Whether all its words are texts of links.
    pub is_linked: bool,
    /// Whether a link of it leads to a place in a page.
    pub is_anchored: bool,
    /// The distinct targets of its links, in order.
    pub links: Vec<String>,
    /// The number of lists that it is nested in.
    pub list_depth: usize,
    /// The list of an entry that is marked as one.
    pub list: Option<ListId>,
    /// Whether a blank line separates the entry from the entry before it.
    pub is_after_blank: bool,
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
    /// Whether it is the term of a list of definitions, which introduces its meanings.
    pub is_term: bool,
    /// Whether it is an entry of a list without marks. It is known only after headings are.
    pub is_plain_entry: bool,
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

impl Passage {
    /// Whether its first letter, after a number in front, is a small one.
    pub fn starts_small(&self) -> bool {
        let number = self.enumerator.as_ref().map_or(0, |number| number.len);
        self.text[number..].starts_with(char::is_lowercase)
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
    let groups = if is_text {
        passage_lines(block.lines, block.role == BlockRole::Entry)
    } else {
        vec![block.lines]
    };
    let last = groups.len().saturating_sub(1);
    let mut role = block.role.clone();
    let mut list = block.list;
    // The text below a number and a title in capitals is a paragraph of its section.
    let is_numbered = block.number.is_some();
    let mut list_number = block.number;
    for (i, lines) in groups.into_iter().enumerate() {
        let mut passage = passage(lines, role.clone());
        passage.list_depth = block.list_depth;
        passage.is_quoted = block.is_quoted;
        passage.is_after_blank = block.is_after_blank;
        passage.has_body = i < last;
        passage.continues = i > 0;
        let is_bold_title = out.last().is_some_and(|title| title.is_bold);
        passage.continues_entry =
            i == 1 && block.role == BlockRole::Entry && (!is_numbered || is_bold_title);
        passage.list = list.take();
        passage.list_number = list_number.take();
        passage.is_term = block.is_term && i == 0;
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
    let anchored: usize = lines.iter().map(|line| line.anchored_letters).sum();
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
        has_soft_breaks: lines.iter().any(|line| !line.soft_breaks.is_empty()),
        starts_bold,
        is_mostly_bold: starts_bold && 2 * bold >= all,
        is_linked: linked > 0 && linked >= all,
        is_anchored: anchored > 0,
        links,
        list_depth: 0,
        list: None,
        list_number: None,
        is_after_blank: false,
        is_quoted: false,
        has_body: false,
        continues: false,
        continues_entry: false,
        has_bullet: bullet.is_some(),
        is_term: false,
        is_plain_entry: false,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::section::markdown::blocks::blocks;
    use crate::section::markdown::prepare::prepare;

    fn read(markdown: &str) -> Vec<Passage> {
        passages(blocks(&prepare(markdown).text))
    }

    fn texts(markdown: &str) -> Vec<String> {
        read(markdown).into_iter().map(|passage| passage.text).collect()
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
    fn an_introduction_is_cut_off_from_its_entry() {
        assert_eq!(texts("- sell it\nWe never:\n- rent it"), ["sell it", "We never:", "rent it"]);
    }

    #[test]
    fn passages_know_their_neighbours_in_the_block() {
        let found = read("* **Sharing**  \n  We share nothing.\n\nEnd.");
        let told: Vec<_> =
            found.iter().map(|p| (p.has_body, p.continues, p.continues_entry)).collect();
        assert_eq!(told, [(true, false, false), (false, true, true), (false, false, false)]);
    }

    #[test]
    fn typed_bullets_are_not_text() {
        let found = read("• one");
        assert_eq!((found[0].text.as_str(), found[0].has_bullet), ("one", true));
    }

    #[test]
    fn styles_leave_out_a_number() {
        let found = &read("1.2 **Sharing**")[0];
        assert!(found.is_bold && !found.is_italic && found.enumerator.is_some());
    }

    #[test]
    fn quotations_mean_something_unless_most_is_quoted() {
        assert!(!QuotedBytes::of(&read("> a\n\nlonger text")).is_most());
        assert!(QuotedBytes::of(&read("> longer text\n\na")).is_most());
    }
}
