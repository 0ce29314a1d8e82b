//! Finds the list of an item and the lead-in of this list.

use std::sync::Arc;

use super::enumerator::Enumerator;
use super::introductions::{Introduction, IntroductionForce};
use super::passages::Passage;
use super::title_words::ends_colon;
use crate::model::ClauseKind;
use crate::section::markdown::blocks::ListId;
use crate::section::markdown::table_rows::MAX_LEAD_IN;

/// The number of a list that was open when a fragment of a text ended. The lists of the next
/// fragment are numbered from [`crate::section::markdown::blocks::FIRST_LIST`].
pub(crate) const OPEN_LIST: usize = 0;

/// The most lists that are open inside each other. Deeper ones replace the innermost. Real texts
/// have up to six; every item is compared with each open list.
const MAX_OPEN: usize = 16;

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
    /// The list inside an entry whose indent was lost, if its entries follow now.
    flat: Option<FlatList>,
}

/// A list inside an entry of another list, written at the depth of that list.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct FlatList {
    lead_in: Option<ListLeadIn>,
    /// Whether two of its entries follow each other without a blank line. The next blank line ends
    /// it then.
    is_tight: bool,
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
            _ if is_typed && (passage.has_bullet || passage.is_plain_entry) => Self::Bullet,
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

    /// Whether the list begins with a later number than the first.
    fn is_later(&self) -> bool {
        match self {
            Self::Markdown(list) => list.start.is_some_and(|start| start > 1),
            // `4.1` continues the text of clause 4, `4(a)` its sentence.
            Self::Number(number) => !number.is_first() || number.depth() > 1 && number.is_decimal(),
            Self::Bullet | Self::None => false,
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

/// What the clause before an item says about the list, and the number of headings above the item.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ClauseBefore<'i> {
    /// `None` at the start of a text, or if the clause before introduces nothing.
    pub introduction: Option<&'i Introduction>,
    pub headings: usize,
}

impl OpenLists {
    /// Whether this is the next number of a list that is open. The entries of another list may be
    /// between it and the number before.
    pub fn expect(&self, number: &Enumerator) -> bool {
        self.open.iter().any(|list| match &list.mark {
            EntryMark::Number(last) => number.follows(last),
            _ => false,
        })
    }

    /// Begins a section below `kept` headings. Its own heading is nested in `depth` lists.
    pub fn enter_section(&mut self, kept: usize, depth: usize) {
        // No list continues in another section, except for those that contain the heading.
        self.open.truncate(depth);
        for list in &mut self.open {
            list.lead_in.take_if(|lead_in| lead_in.headings > kept);
            list.flat = None;
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
        let depth = depth.min(MAX_OPEN - 1);
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
                self.open[at].nest(passage, before);
                at
            }
            None => self.begin(depth, passage, mark, before),
        };
        if at == 0 && self.open[0].mark.is_numbered() {
            self.entries += 1;
        }
        let OpenList { lead_in, flat, .. } = &self.open[at];
        let lead_in = flat.as_ref().map_or(lead_in, |flat| &flat.lead_in).as_ref();
        lead_in.map(|lead_in| Arc::clone(&lead_in.text))
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
        let depth = if is_below { self.open.len().min(MAX_OPEN - 1) } else { depth };
        let lead_in = if is_below {
            // An item introduces the items below it.
            let is_numbered = matches!(mark, EntryMark::Number(_));
            let introduces = before.announces() || is_numbered && before.breaks_off();
            if introduces { before.last_words() } else { None }
        } else {
            self.new_lead_in(depth, passage, &mark, before)
        };
        self.open.truncate(depth);
        // A list in an entry without text leaves out levels.
        self.open.resize_with(depth, || OpenList::new(EntryMark::None, None));
        self.open.push(OpenList::new(mark, lead_in));
        depth
    }

    /// The lead-in of a list that begins at `depth` with this passage.
    fn new_lead_in(
        &mut self,
        depth: usize,
        passage: &Passage,
        mark: &EntryMark,
        before: ClauseBefore<'_>,
    ) -> Option<ListLeadIn> {
        let introduction = before.introduction?;
        if introduction.kind == ClauseKind::Item && !before.announces() {
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
        } else if introduction.introduces(passage, mark.is_later()) {
            self.entries = 0;
            return before.last_words();
        }
        let start = passage.list.and_then(|list| list.start);
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

impl OpenList {
    fn new(mark: EntryMark, lead_in: Option<ListLeadIn>) -> Self {
        Self { mark, lead_in, flat: None }
    }

    /// Finds out whether an entry of this list begins, continues or ends a list inside the entry
    /// before, of which only the blank line between them is left.
    fn nest(&mut self, passage: &Passage, before: ClauseBefore<'_>) {
        if let Some(flat) = &mut self.flat {
            if passage.is_after_blank && flat.is_tight {
                self.flat = None;
            } else {
                flat.is_tight |= !passage.is_after_blank;
            }
        }
        let may_nest = match &self.mark {
            // The numbers of a list inside an entry begin again.
            EntryMark::Markdown(list) => list.start.is_none() || begins_again(passage),
            _ => false,
        };
        if may_nest && before.introduces_entry(passage) {
            self.flat = Some(FlatList { lead_in: before.last_words(), is_tight: false });
        }
    }
}

/// Whether the number of an entry is the first one of a list.
fn begins_again(entry: &Passage) -> bool {
    matches!(entry.list_number.as_deref(), Some("1." | "1)"))
}

impl ClauseBefore<'_> {
    /// Whether the clause before is an item that ends without any mark: the items below it continue
    /// its sentence.
    fn breaks_off(self) -> bool {
        self.introduction.is_some_and(|before| {
            let text = before.text.as_deref().unwrap_or_default();
            before.kind == ClauseKind::Item && text.ends_with(char::is_alphanumeric)
        })
    }

    /// Whether the clause before is an item that introduces others.
    fn announces(self) -> bool {
        self.introduction.is_some_and(|before| {
            before.kind == ClauseKind::Item && before.force == IntroductionForce::Colon
        })
    }

    /// Whether the clause before introduces an entry of a list that continues: it is the entry
    /// before a blank line, or a paragraph.
    fn introduces_entry(self, passage: &Passage) -> bool {
        self.introduction.is_some_and(|before| {
            let is_apart = match before.kind {
                ClauseKind::Item => {
                    passage.is_after_blank && before.list_depth == passage.list_depth
                }
                kind => kind == ClauseKind::Paragraph,
            };
            // Lines of a form end with a colon, too.
            is_apart && before.force == IntroductionForce::Colon && !ends_colon(&passage.text)
        })
    }

    /// The words of the clause before that introduce a list.
    fn last_words(self) -> Option<ListLeadIn> {
        let text = self.introduction?.sentence().filter(|text| text.len() <= MAX_LEAD_IN)?;
        Some(ListLeadIn { text, headings: self.headings })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::section::markdown::blocks::blocks;
    use crate::section::markdown::mapped_text::MappedText;
    use crate::section::structure::passages::passages;

    #[test]
    fn open_lists_are_bounded() {
        let first = passages(blocks(&MappedText::whole("(a) b"))).remove(0);
        let before = ClauseBefore { introduction: None, headings: 0 };
        let mut lists = OpenLists::default();
        for _ in 0..3 * MAX_OPEN {
            lists.lead_in(&first, true, before);
        }
        assert_eq!(lists.open.len(), MAX_OPEN);
    }

    #[test]
    fn an_ended_list_continues_at_its_next_number() {
        let lead_in = ListLeadIn { text: "We may:".into(), headings: 0 };
        let ended = EndedList { entries: 2, lead_in: Some(lead_in.clone()) };
        for (start, expected) in [(3, Some(lead_in)), (4, None), (1, None)] {
            let mut lists = OpenLists { ended: Some(ended.clone()), ..OpenLists::default() };
            let passage = passages(blocks(&MappedText::whole(&format!("{start}. a")))).remove(0);
            let mark = EntryMark::of(&passage, false);
            let debris = Introduction {
                kind: ClauseKind::Paragraph,
                force: IntroductionForce::None,
                text: None,
                list_depth: 0,
            };
            let before = ClauseBefore { introduction: Some(&debris), headings: 0 };
            assert_eq!(lists.new_lead_in(0, &passage, &mark, before), expected, "{start}");
        }
    }
}
