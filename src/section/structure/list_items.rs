//! Finds the list of an item and the sentence that introduces this list, its lead-in.

use std::sync::Arc;

use unicode_segmentation::UnicodeSegmentation;

use super::enumerator::Enumerator;
use super::passages::Passage;
use super::title_words::{ends_open, ends_sentence};
use crate::model::{Clause, ClauseKind};
use crate::section::markdown::blocks::ListId;

/// The number of a list that was open when a fragment of a text ended. The lists of the next
/// fragment are numbered from [`crate::section::markdown::blocks::FIRST_LIST`].
pub(crate) const OPEN_LIST: usize = 0;

/// The lists to which further items may belong.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct OpenLists {
    /// The open lists, outermost first.
    open: Vec<OpenList>,
    /// The last list that ended. It may continue at its next number.
    ended: Option<EndedList>,
    /// The number of entries of the outermost open list that have numbers, or may have.
    entries: u64,
}

/// A list to which further items may belong.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct OpenList {
    mark: EntryMark,
    lead_in: Option<ListLeadIn>,
}

/// A list that text outside of it has ended.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct EndedList {
    /// The number of its entries.
    entries: u64,
    lead_in: Option<ListLeadIn>,
}

/// The mark that the entries of a list begin with.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum EntryMark {
    /// A mark of Markdown.
    Markdown(ListId),
    /// A bullet that the author typed.
    Bullet,
    /// A number that the author typed. This is the last one.
    Number(Enumerator),
    /// An unknown mark, of a level that a nested list leaves out or of the text below a title.
    None,
}

impl EntryMark {
    fn of(passage: &Passage, is_typed: bool) -> Self {
        match (&passage.enumerator, passage.list) {
            _ if is_typed && passage.has_bullet => Self::Bullet,
            (Some(number), _) if is_typed => Self::Number(number.clone()),
            (_, Some(list)) if !is_typed => Self::Markdown(list),
            _ => Self::None,
        }
    }

    /// Whether the entries have numbers, or may have.
    fn is_numbered(&self) -> bool {
        match self {
            Self::Markdown(list) => list.start.is_some(),
            Self::Number(_) | Self::None => true,
            Self::Bullet => false,
        }
    }

    /// Whether an item with the mark `next` belongs to the same list.
    fn continues_with(&self, next: &Self) -> bool {
        match (self, next) {
            (Self::Markdown(open), Self::Markdown(next)) => open == next,
            (Self::Number(last), Self::Number(next)) => next.continues(last),
            (Self::Bullet, Self::Bullet) => true,
            (Self::Markdown(open), Self::Bullet) => open.start.is_none(),
            // The item is the text below the title of an entry.
            (_, Self::None) => true,
            _ => false,
        }
    }

    /// Whether a list of Markdown may be the second half of this one, which other text has cut in
    /// two: either both have numbers or neither has.
    fn is_like(&self, next: &Self) -> bool {
        match (self, next) {
            (Self::Markdown(open), Self::Markdown(next)) => {
                open.start.is_some() == next.start.is_some()
            }
            (Self::Bullet, Self::Markdown(next)) => next.start.is_none(),
            (Self::None, Self::Markdown(_)) => true,
            _ => false,
        }
    }
}

/// The sentence that introduces a list.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct ListLeadIn {
    text: Arc<str>,
    /// The number of headings above it. It holds as long as these do.
    headings: usize,
}

/// The clause before an item, and the number of headings above the item.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ClauseBefore<'p> {
    /// The kind and text of the clause before; `None` at the start of a text.
    pub last: Option<(ClauseKind, &'p str)>,
    pub headings: usize,
}

impl OpenLists {
    /// Begins a section below `kept` headings. Its own heading is nested in `depth` lists.
    pub fn enter_section(&mut self, kept: usize, depth: usize) {
        // No list continues in another section, except for those that contain the heading.
        self.open.truncate(depth);
        for list in &mut self.open {
            list.lead_in.take_if(|lead_in| lead_in.headings > kept);
        }
        self.ended = None;
        if depth == 0 {
            self.entries = 0;
        }
    }

    /// Ends all lists, because text outside of them follows.
    pub fn leave(&mut self) {
        if !self.open.is_empty() {
            let lead_in = self.open[0].lead_in.clone();
            self.ended = Some(EndedList { entries: self.entries, lead_in });
            self.open.clear();
        }
    }

    /// Ends a fragment of the text. The lists of the next one have other numbers, except for a list
    /// that continues.
    pub fn forget_numbers(&mut self) {
        for list in &mut self.open {
            if let EntryMark::Markdown(list) = &mut list.mark {
                list.number = OPEN_LIST;
            }
        }
    }

    /// The lead-in of an item. It is known since the list of the item began.
    pub fn lead_in(
        &mut self,
        passage: &Passage,
        is_typed: bool,
        before: ClauseBefore<'_>,
    ) -> Option<Arc<str>> {
        // A typed item inside an entry is one level deeper than the entry.
        let depth =
            passage.list_depth.saturating_sub(1) + usize::from(is_typed && passage.list_depth > 0);
        let mark = EntryMark::of(passage, is_typed);
        // Typed lists are nested by their numbers alone, so any open one may continue.
        let deepest = if is_typed { self.open.len() } else { self.open.len().min(depth + 1) };
        let open = (depth..deepest).rev().find(|&at| self.open[at].mark.continues_with(&mark));
        let at = match open {
            Some(at) => {
                self.open.truncate(at + 1);
                if let EntryMark::Number(_) = mark {
                    self.open[at].mark = mark;
                }
                at
            }
            None => self.begin(depth, passage, mark, before),
        };
        if at == 0 && self.open[0].mark.is_numbered() {
            self.entries += 1;
        }
        self.open[at].lead_in.as_ref().map(|lead_in| Arc::clone(&lead_in.text))
    }

    /// Opens a list at `depth`. A typed list may be opened inside the lists that are open there.
    /// Returns the depth of the new list.
    fn begin(
        &mut self,
        depth: usize,
        passage: &Passage,
        mark: EntryMark,
        before: ClauseBefore<'_>,
    ) -> usize {
        let begins = match &mark {
            EntryMark::Number(number) => number.is_first() || before.announces(),
            EntryMark::Bullet => true,
            EntryMark::Markdown(_) | EntryMark::None => false,
        };
        let is_below = begins && self.open.len() > depth;
        let depth = if is_below { self.open.len() } else { depth };
        let lead_in = if is_below {
            // An item introduces the items below it.
            if before.announces() { before.last_words() } else { None }
        } else {
            let start = passage.list.and_then(|list| list.start);
            self.new_lead_in(depth, start, &mark, before)
        };
        self.open.truncate(depth);
        // A list in an entry without text leaves out levels.
        self.open.resize_with(depth, || OpenList { mark: EntryMark::None, lead_in: None });
        self.open.push(OpenList { mark, lead_in });
        depth
    }

    /// The lead-in of a list that begins at `depth`. `start` is the number of its first entry, if
    /// its mark is one of Markdown.
    fn new_lead_in(
        &mut self,
        depth: usize,
        start: Option<u64>,
        mark: &EntryMark,
        before: ClauseBefore<'_>,
    ) -> Option<ListLeadIn> {
        let (kind, text) = before.last?;
        if kind == ClauseKind::Item && !before.announces() {
            match self.open.get(depth) {
                // Directly after another list at this depth, it is the same list, cut in two.
                Some(open) if open.mark.is_like(mark) => return open.lead_in.clone(),
                // The list does not belong to the last item.
                Some(open) if depth == 0 && self.ended.is_none() => {
                    let lead_in = open.lead_in.clone();
                    self.ended = Some(EndedList { entries: self.entries, lead_in });
                }
                Some(_) => return None,
                None if depth > 0 => return before.last_words(),
                None => {}
            }
        } else if kind == ClauseKind::Item
            || matches!(kind, ClauseKind::Paragraph | ClauseKind::Quote) && introduces_list(text)
        {
            self.entries = 0;
            return before.last_words();
        }
        match (&self.ended, start) {
            (Some(ended), Some(start)) if start > 1 && start == ended.entries + 1 => {
                ended.lead_in.clone()
            }
            _ => {
                self.entries = 0;
                None
            }
        }
    }
}

impl ClauseBefore<'_> {
    /// Whether the clause before is an item that introduces others. Commas and "and" at its end do
    /// not count, since items end with them anyway.
    fn announces(self) -> bool {
        self.last.is_some_and(|(kind, text)| {
            kind == ClauseKind::Item && bare_end(text).ends_with([':', '：', '—', '–'])
        })
    }

    /// The last sentence of the clause before, as a lead-in.
    fn last_words(self) -> Option<ListLeadIn> {
        let text = last_sentence(self.last?.1)?;
        Some(ListLeadIn { text, headings: self.headings })
    }
}

/// Whether the text of a clause can be, or contain, the lead-in of a list that follows.
pub(crate) fn may_introduce(clause: &Clause) -> bool {
    match clause.kind {
        ClauseKind::Item => true,
        ClauseKind::Paragraph | ClauseKind::Quote => introduces_list(&clause.text),
        ClauseKind::Heading | ClauseKind::Row => false,
    }
}

/// Whether a paragraph before a list introduces it: the paragraph breaks off, and the list
/// continues it. Most lines without any mark at their end are debris of a page ("Help Center").
fn introduces_list(text: &str) -> bool {
    let end = bare_end(text);
    end.ends_with([':', '：', ',', '，', ';', '；', '—', '–', '-', '…'])
        || !ends_sentence(end) && (ends_open(end) || last_sentence_announces(end))
}

/// Whether the last sentence of a text announces a list. Finding the borders of sentences is slow,
/// so the whole text is searched for the words first.
fn last_sentence_announces(text: &str) -> bool {
    announces(text) && last_sentence(text).is_some_and(|last| announces(&last))
}

fn announces(text: &str) -> bool {
    let lower = text.to_lowercase();
    lower.contains("following") || lower.contains("as follows")
}

/// The text without closing quotes, brackets and white space at its end.
fn bare_end(text: &str) -> &str {
    text.trim_end_matches(|c: char| {
        c.is_whitespace() || matches!(c, '"' | '”' | '\'' | '’' | ')' | ']' | '*')
    })
}

/// The last sentence of a text that has a token, by the sentence borders of Unicode Standard Annex
/// 29.
pub(crate) fn last_sentence(text: &str) -> Option<Arc<str>> {
    let sentences = text.unicode_sentences().map(str::trim);
    sentences.filter(|sentence| crate::token::has_token(sentence)).last().map(Arc::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_that_break_off_introduce_lists() {
        for text in [
            "We may:",
            "(we never:)",
            "We share it with",
            "We use the following data",
            "You agree to",
        ] {
            assert!(introduces_list(text), "{text}");
        }
        for text in ["Help Center", "We share nothing.", "The following is true. Help Center"] {
            assert!(!introduces_list(text), "{text}");
        }
    }

    #[test]
    fn sentences_without_words_are_passed_over() {
        assert_eq!(last_sentence("One. Two three. *").as_deref(), Some("Two three."));
        assert_eq!(last_sentence("* *"), None);
    }

    #[test]
    fn an_ended_list_continues_at_its_next_number() {
        let lead_in = ListLeadIn { text: "We may:".into(), headings: 0 };
        let ended = EndedList { entries: 2, lead_in: Some(lead_in.clone()) };
        for (start, expected) in [(3, Some(lead_in)), (4, None), (1, None)] {
            let mut lists = OpenLists { ended: Some(ended.clone()), ..OpenLists::default() };
            let mark = EntryMark::Markdown(ListId { number: 1, start: Some(start) });
            let before =
                ClauseBefore { last: Some((ClauseKind::Paragraph, "Help Center")), headings: 0 };
            assert_eq!(lists.new_lead_in(0, Some(start), &mark, before), expected, "{start}");
        }
    }
}
