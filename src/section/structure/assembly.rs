//! Assembles passages into clauses, each with its kind, section and lead-in.
//!
//! Everything that assembling remembers from one passage to the next is in an [`AssemblyState`],
//! and states can be compared: the same passages after equal states, and before the same passages,
//! give the same clauses. [`crate::section::Sectioner`] depends on that.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use super::enumerator::Enumerator;
use super::headings::{self, FIRST_UNMARKED, MarkState};
use super::introductions::Introduction;
use super::list_items::{ClauseBefore, OPEN_LIST, OpenLists};
use super::menus::MenuRun;
use super::outline::{Outline, OutlineShape, enumerated};
use super::passages::Passage;
use super::title_words::ends_colon;
use crate::model::{Clause, ClauseKind};
use crate::section::markdown::blocks::{BlockRole, ListId};
use crate::section::markdown::prepare::FurnitureEdge;
use crate::section::section_name::section_name;

/// The number of passages after a passage on which it depends. It is two, since a decision may
/// depend on whether the next passage belongs to an enumeration, and this depends on the one after
/// it.
pub(crate) const LOOK_AHEAD: usize = 2;

/// Everything before a passage on which its clause depends.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct AssemblyState {
    /// Whether block quotations mean something in this text.
    has_quotes: bool,
    /// The outline of the passage before.
    before: Option<Outline>,
    /// The kind of the clause before.
    kind: Option<ClauseKind>,
    /// What the clause before says about a list, if the next passage may be an item.
    introduction: Option<Introduction>,
    marks: MarkState,
    sections: OpenSections,
    lists: OpenLists,
    menu: MenuRun,
    /// The sections that were open where each open stretch of furniture began.
    furniture: Vec<OpenSections>,
}

/// The sections in which a passage is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct OpenSections {
    /// The open headings, outermost first.
    headings: Vec<OpenHeading>,
    /// The texts of the open headings.
    path: Arc<[String]>,
    /// The last number before a clause in the innermost section, or above all headings.
    number: Option<Enumerator>,
}

/// An open heading.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct OpenHeading {
    level: u8,
    /// Whether it is a label that no mark of Markdown shows: `By mail:`.
    is_label: bool,
    /// The entry of a list that it is the title of, if the entry has text of its own.
    entry: Option<TitledEntry>,
    /// The last number before a clause in the section around it.
    number: Option<Enumerator>,
}

/// An entry of a list with a title and text of its own.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct TitledEntry {
    list: Option<ListId>,
    /// The number of lists around its text.
    depth: usize,
}

impl TitledEntry {
    /// The entry with this title, before the passage `next`.
    fn of(title: &Passage, next: Option<&Outline>) -> Option<Self> {
        // Without own text in the entry, the text below the list is below the title.
        let has_text = next.is_some_and(|next| {
            next.list_depth >= title.list_depth && next.shape != OutlineShape::Furniture
        });
        let is_entry = has_text && title.list_depth > 0;
        is_entry.then_some(Self { list: title.list, depth: title.list_depth })
    }

    /// Whether the entry ends before a passage, which is outside of its list or another entry.
    fn ends_before(&self, passage: &Passage) -> bool {
        let lists = self.list.zip(passage.list);
        let is_of_list = lists.is_some_and(|(own, next)| own.number == next.number);
        passage.list_depth < self.depth || is_of_list && passage.list_depth == self.depth
    }
}

impl AssemblyState {
    /// The state at the start of a text.
    pub fn new(is_mostly_quoted: bool, has_paragraph_lines: bool) -> Self {
        Self {
            has_quotes: !is_mostly_quoted,
            before: None,
            kind: None,
            introduction: None,
            marks: MarkState::new(has_paragraph_lines),
            sections: OpenSections::default(),
            lists: OpenLists::default(),
            menu: MenuRun::default(),
            furniture: Vec::new(),
        }
    }

    /// The clauses of the next `passages`.
    ///
    /// `after` has the outlines of the first [`LOOK_AHEAD`] passages that follow them, or fewer if
    /// the text ends there.
    pub fn assemble(
        &mut self,
        mut passages: Vec<Passage>,
        after: impl Iterator<Item = Outline>,
    ) -> Vec<Clause> {
        let before = self.before.take();
        let first = usize::from(before.is_some());
        let own = passages.iter().map(Outline::of);
        let mut outlines: Vec<Outline> = before.into_iter().chain(own).chain(after).collect();
        let is_enumerated = enumerated(&outlines);
        headings::mark(&mut passages, &mut outlines, first, &is_enumerated, &mut self.marks);
        let mut clauses: Vec<Clause> = Vec::with_capacity(passages.len());
        for (i, passage) in (first..).zip(passages) {
            let beside = &outlines[i..];
            match passage.role {
                BlockRole::Furniture(edge) => self.pass_border(edge),
                _ => clauses.push(self.clause(passage, is_enumerated[i], beside)),
            }
            self.before = Some(outlines[i].clone());
        }
        self.before = self.before.take().map(Outline::of_passage_before);
        self.lists.forget_numbers();
        for sections in self.furniture.iter_mut().chain([&mut self.sections]) {
            sections.forget_lists();
        }
        clauses
    }

    /// The clause of a passage. `beside` has the outline of the passage, and of those after it.
    fn clause(&mut self, passage: Passage, is_enumerated: bool, beside: &[Outline]) -> Clause {
        let is_typed_item = passage.role == BlockRole::Text
            && (is_enumerated
                || passage.has_bullet
                || passage.is_plain_entry
                || passage.enumerator.as_ref().is_some_and(|number| self.is_of_list(number)));
        let kind = self.kind(&passage, is_typed_item);
        let introduction = self.introduction.take();
        let lead_in = match (&passage.role, kind) {
            (BlockRole::Row { header }, _) => header.clone(),
            (_, ClauseKind::Item) => {
                let headings = self.sections.headings.len();
                let before = ClauseBefore { introduction: introduction.as_ref(), headings };
                self.lists.lead_in(&passage, is_typed_item, before)
            }
            _ => None,
        };
        if passage.list_depth == 0 && kind != ClauseKind::Item {
            self.lists.leave();
        }
        let is_introduced = lead_in.is_some()
            || self.kind == Some(ClauseKind::Heading)
            || introduction.is_some_and(|introduction| introduction.is_sentence());
        let is_menu = self.menu.add(&beside[0], &beside[1..], is_introduced);
        let is_furniture = is_menu && kind != ClauseKind::Heading || !self.furniture.is_empty();
        if self.furniture.is_empty() {
            self.sections.count(&passage, &mut self.lists);
        }
        let outer = self.furniture.last().map_or(0, |outer| outer.headings.len());
        self.sections.leave_entries(outer, &passage, &mut self.lists);
        let section = match passage.role {
            BlockRole::Heading(level) => {
                let entry = TitledEntry::of(&passage, beside.get(1));
                self.sections.open(level, outer, entry, &passage, &mut self.lists)
            }
            _ => Arc::clone(&self.sections.path),
        };
        self.kind = Some(kind);
        if let Some(next) = beside.get(1).filter(|next| self.may_introduce(next)) {
            let depth = passage.list_depth;
            let is_nested = next.list_depth > depth || next.shape == OutlineShape::Text;
            self.introduction = Some(match passage.is_term {
                true => Introduction::of_term(&passage.text, depth),
                false => Introduction::of(kind, &passage.text, depth, is_nested),
            });
        }
        let source = passage.start..passage.end.max(passage.start);
        Clause {
            kind,
            section,
            lead_in,
            number: passage.list_number,
            is_furniture,
            text: passage.text,
            links: passage.links,
            source,
        }
    }

    /// Whether a number is the next one of an open list, or the first one after a colon. Entries of
    /// other lists may separate it from the numbers beside it in its list.
    fn is_of_list(&self, number: &Enumerator) -> bool {
        let is_closed = matches!(number.marks.close, Some(')' | ']'));
        let is_introduced = || self.introduction.as_ref().is_some_and(Introduction::ends_colon);
        self.lists.expect(number) || number.is_first() && is_closed && is_introduced()
    }

    /// Whether the next passage may be an item that the passage before it introduces.
    fn may_introduce(&self, next: &Outline) -> bool {
        next.may_be_item()
            || self.marks.has_paragraph_lines
                && next.is_entry_line
                && next.shape != OutlineShape::Heading
    }

    fn kind(&self, passage: &Passage, is_typed_item: bool) -> ClauseKind {
        match passage.role {
            BlockRole::Heading(_) => ClauseKind::Heading,
            BlockRole::Row { .. } => ClauseKind::Row,
            BlockRole::Entry if passage.is_term => ClauseKind::Paragraph,
            BlockRole::Entry => ClauseKind::Item,
            BlockRole::Text if is_typed_item => ClauseKind::Item,
            // The text below the title of an entry is the entry.
            BlockRole::Text
                if passage.continues_entry && self.kind == Some(ClauseKind::Heading) =>
            {
                ClauseKind::Item
            }
            BlockRole::Text if passage.is_quoted && self.has_quotes => ClauseKind::Quote,
            BlockRole::Text | BlockRole::Furniture(_) => ClauseKind::Paragraph,
        }
    }

    /// Begins or ends a stretch of furniture. Its headings are no sections of what follows it,
    /// except for the title of the page.
    fn pass_border(&mut self, edge: FurnitureEdge) {
        self.lists.leave();
        self.introduction = None;
        self.kind = None;
        match edge {
            FurnitureEdge::Start => self.furniture.push(self.sections.clone()),
            FurnitureEdge::End => {
                let Some(outer) = self.furniture.pop() else { return };
                let title = self.sections.headings.first().filter(|title| title.level == 1);
                if title.is_none() || !outer.headings.is_empty() {
                    self.sections = outer;
                }
            }
        }
    }
}

impl Hash for OpenSections {
    /// Hashes the innermost heading for all of them, which tells nearly all sections apart.
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.headings.len().hash(state);
        self.path.last().hash(state);
        self.number.hash(state);
    }
}

impl OpenHeading {
    /// Whether it is a label, and this number continues the numbers above it.
    fn is_label_before(&self, number: &Enumerator) -> bool {
        self.is_label && self.number.as_ref().is_some_and(|last| number.follows(last))
    }
}

impl OpenSections {
    /// Opens the section of a heading, inside the `outer` sections around the furniture that it is
    /// in. Returns the path of the heading itself.
    fn open(
        &mut self,
        level: u8,
        outer: usize,
        entry: Option<TitledEntry>,
        heading: &Passage,
        lists: &mut OpenLists,
    ) -> Arc<[String]> {
        let kept = self.headings.iter().position(|open| open.level >= level);
        let kept = kept.unwrap_or(self.headings.len()).max(outer);
        self.close(kept, heading.list_depth, lists);
        let is_label = level >= FIRST_UNMARKED && ends_colon(&heading.text);
        let number = self.number.take();
        self.headings.push(OpenHeading { level, is_label, entry, number });
        let above = Arc::clone(&self.path);
        let name = section_name(&heading.text).into_owned();
        self.path = above.iter().cloned().chain([name]).collect();
        above
    }

    /// Closes all sections but the outermost `kept` ones.
    fn close(&mut self, kept: usize, list_depth: usize, lists: &mut OpenLists) {
        lists.enter_section(kept, list_depth);
        if kept < self.headings.len() {
            self.number = self.headings.swap_remove(kept).number;
            self.headings.truncate(kept);
            self.path = self.path[..kept].into();
        }
    }

    /// Ends a fragment of the text, as [`OpenLists::forget_numbers`] does.
    fn forget_lists(&mut self) {
        for entry in self.headings.iter_mut().filter_map(|open| open.entry.as_mut()) {
            if let Some(list) = &mut entry.list {
                list.number = OPEN_LIST;
            }
        }
    }

    /// Closes the sections of the entries of lists that end before a passage: it is outside of the
    /// list, or another entry of it.
    fn leave_entries(&mut self, outer: usize, passage: &Passage, lists: &mut OpenLists) {
        let ends = |open: &OpenHeading| {
            open.entry.as_ref().is_some_and(|entry| entry.ends_before(passage))
        };
        if let Some(ended) = self.headings.iter().skip(outer).position(ends) {
            self.close(outer + ended, passage.list_depth, lists);
        }
    }

    /// Takes notice of the number before a passage. A number that continues a sequence above a
    /// label closes the section of the label: `By mail:` after clause 7 does not contain clause 8.
    fn count(&mut self, passage: &Passage, lists: &mut OpenLists) {
        let is_text = !matches!(passage.role, BlockRole::Row { .. });
        let Some(number) = passage.enumerator.as_ref().filter(|_| is_text) else { return };
        let mark = passage.text[..number.len].trim_end();
        if passage.list_depth > 0 || !mark.ends_with(['.', ')', ']']) && number.depth() == 1 {
            return;
        }
        if !self.number.as_ref().is_some_and(|last| number.follows(last)) {
            let label = self.headings.iter().position(|open| open.is_label_before(number));
            let label = label.filter(|&label| {
                self.headings[label..].iter().all(|open| open.level >= FIRST_UNMARKED)
            });
            if let Some(label) = label {
                self.close(label, 0, lists);
            }
        }
        self.number = Some(number.clone());
    }
}
