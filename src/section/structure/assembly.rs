//! Assembles passages into clauses, each with its kind, section and lead-in.
//!
//! Everything that assembling remembers from one passage to the next is in an [`AssemblyState`],
//! and states can be compared: the same passages after equal states, and before the same passages,
//! give the same clauses. [`crate::section::Sectioner`] depends on that.

use std::sync::Arc;

use super::headings::{self, Outline, enumerated};
use super::list_items::{ClauseBefore, OpenLists, may_introduce};
use super::passages::Passage;
use crate::model::{Clause, ClauseKind};
use crate::section::markdown::blocks::BlockRole;

/// The number of passages after a passage on which it depends. It is two, since a decision may
/// depend on whether the next passage belongs to an enumeration, and this depends on the one after
/// it.
pub(crate) const LOOK_AHEAD: usize = 2;

/// Everything before a passage on which its clause depends.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct AssemblyState {
    /// Whether block quotations mean something in this text.
    has_quotes: bool,
    before: Option<PreviousPassage>,
    /// Whether the passage before is part of a sentence in capitals.
    in_sentence: bool,
    /// The levels of the open headings, outermost first.
    levels: Vec<u8>,
    /// The texts of the open headings.
    path: Arc<[String]>,
    lists: OpenLists,
}

/// The passage before, as it was assembled.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct PreviousPassage {
    outline: Outline,
    kind: ClauseKind,
    /// The text of its clause if this may introduce a list, or else an empty text.
    introduction: Arc<str>,
}

impl AssemblyState {
    /// The state at the start of a text.
    pub fn new(is_mostly_quoted: bool) -> Self {
        Self {
            has_quotes: !is_mostly_quoted,
            before: None,
            in_sentence: false,
            levels: Vec::new(),
            path: Arc::default(),
            lists: OpenLists::default(),
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
        let before = self.before.iter().map(|before| before.outline.clone());
        let own = passages.iter().map(Outline::of);
        let mut outlines: Vec<Outline> = before.chain(own).chain(after).collect();
        let first = usize::from(self.before.is_some());
        let is_enumerated = enumerated(&outlines);
        self.in_sentence =
            headings::mark(&mut passages, &mut outlines, first, &is_enumerated, self.in_sentence);
        let mut clauses: Vec<Clause> = Vec::with_capacity(passages.len());
        for (passage, &is_enumerated) in passages.into_iter().zip(&is_enumerated[first..]) {
            let clause = self.clause(passage, is_enumerated, clauses.last());
            clauses.push(clause);
        }
        if let Some(last) = clauses.last() {
            let outline = outlines.swap_remove(first + clauses.len() - 1);
            let introduction = if may_introduce(last) { last.text.as_str() } else { "" };
            self.before = Some(PreviousPassage {
                outline,
                kind: last.kind,
                introduction: introduction.into(),
            });
        }
        self.lists.forget_numbers();
        clauses
    }

    fn clause(&mut self, passage: Passage, is_enumerated: bool, last: Option<&Clause>) -> Clause {
        let before = match (last, &self.before) {
            (Some(last), _) => Some((last.kind, last.text.as_str())),
            (None, Some(before)) => Some((before.kind, &*before.introduction)),
            (None, None) => None,
        };
        let is_typed_item =
            passage.role == BlockRole::Text && (is_enumerated || passage.has_bullet);
        let kind = self.kind(&passage, is_typed_item, before.map(|(kind, _)| kind));
        let lead_in = match (&passage.role, kind) {
            (BlockRole::Row { header }, _) => header.as_deref().map(Arc::from),
            (_, ClauseKind::Item) => {
                let before = ClauseBefore { last: before, headings: self.levels.len() };
                self.lists.lead_in(&passage, is_typed_item, before)
            }
            _ => None,
        };
        if passage.list_depth == 0 && kind != ClauseKind::Item {
            self.lists.leave();
        }
        let section = match passage.role {
            BlockRole::Heading(level) => self.open_section(level, &passage),
            _ => Arc::clone(&self.path),
        };
        let source = passage.start..passage.end.max(passage.start);
        Clause {
            kind,
            section,
            lead_in,
            number: passage.list_number,
            is_furniture: false,
            text: passage.text,
            links: passage.links,
            source,
        }
    }

    fn kind(
        &self,
        passage: &Passage,
        is_typed_item: bool,
        before: Option<ClauseKind>,
    ) -> ClauseKind {
        match passage.role {
            BlockRole::Heading(_) => ClauseKind::Heading,
            BlockRole::Row { .. } => ClauseKind::Row,
            BlockRole::Entry => ClauseKind::Item,
            BlockRole::Text if is_typed_item => ClauseKind::Item,
            // The text below the title of an entry is the entry.
            BlockRole::Text if passage.continues_entry && before == Some(ClauseKind::Heading) => {
                ClauseKind::Item
            }
            BlockRole::Text if passage.is_quoted && self.has_quotes => ClauseKind::Quote,
            BlockRole::Text => ClauseKind::Paragraph,
        }
    }

    /// Opens the section of a heading. Returns the path of the heading itself.
    fn open_section(&mut self, level: u8, heading: &Passage) -> Arc<[String]> {
        let kept = self.levels.iter().position(|&open| open >= level).unwrap_or(self.levels.len());
        self.lists.enter_section(kept, heading.list_depth);
        self.levels.truncate(kept);
        self.levels.push(level);
        let above: Arc<[String]> =
            if kept == self.path.len() { Arc::clone(&self.path) } else { self.path[..kept].into() };
        self.path = above.iter().chain([&heading.text]).cloned().collect();
        above
    }
}
