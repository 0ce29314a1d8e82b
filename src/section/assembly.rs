//! Assembly: pieces become clauses, each in its section and under its lead-in.
//!
//! All that the assembly carries from one piece to the next is in a [`State`], which can be compared: the same pieces after the same
//! state, before the same pieces, give the same clauses. `memo` stands on that.

use std::sync::Arc;

use super::blocks::Role;
use super::headings::{self, Outline, enumerated};
use super::lists::{Before, Lists, may_introduce};
use super::pieces::Piece;
use crate::model::{Clause, ClauseKind};

/// How many pieces after a piece decide about it: whether the next one is a point of an enumeration depends on the one after it.
pub(super) const LOOK_AHEAD: usize = 2;

/// What stands before a piece, as far as it matters.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct State {
    /// Whether block quotations mean something in this text.
    quote_counts: bool,
    before: Option<Settled>,
    /// Whether that is part of a sentence in capitals.
    in_sentence: bool,
    /// The levels of the open headings, outermost first, and their texts.
    levels: Vec<u8>,
    path: Arc<[String]>,
    lists: Lists,
}

/// The piece before, which has become a clause.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Settled {
    outline: Outline,
    kind: ClauseKind,
    /// Its text, if that may introduce a list.
    introduction: Arc<str>,
}

impl State {
    /// The state at the start of a text.
    pub fn new(is_mostly_quoted: bool) -> Self {
        Self {
            quote_counts: !is_mostly_quoted,
            before: None,
            in_sentence: false,
            levels: Vec::new(),
            path: Arc::default(),
            lists: Lists::default(),
        }
    }

    /// The clauses of the next `pieces`. `after` are the outlines of the first [`LOOK_AHEAD`] pieces that follow them; fewer, if the text
    /// ends before.
    pub fn assemble(
        &mut self,
        mut pieces: Vec<Piece>,
        after: impl Iterator<Item = Outline>,
    ) -> Vec<Clause> {
        let before = self.before.iter().map(|before| before.outline.clone());
        let own = pieces.iter().map(Outline::of);
        let mut outlines: Vec<Outline> = before.chain(own).chain(after).collect();
        let first = usize::from(self.before.is_some());
        let is_enumerated = enumerated(&outlines);
        self.in_sentence =
            headings::mark(&mut pieces, &mut outlines, first, &is_enumerated, self.in_sentence);
        let mut clauses: Vec<Clause> = Vec::with_capacity(pieces.len());
        for (piece, &is_enumerated) in pieces.into_iter().zip(&is_enumerated[first..]) {
            let clause = self.clause(piece, is_enumerated, clauses.last());
            clauses.push(clause);
        }
        if let Some(last) = clauses.last() {
            let outline = outlines.swap_remove(first + clauses.len() - 1);
            let introduction = if may_introduce(last) { last.text.as_str() } else { "" };
            self.before =
                Some(Settled { outline, kind: last.kind, introduction: introduction.into() });
        }
        self.lists.forget_numbers();
        clauses
    }

    fn clause(&mut self, piece: Piece, is_enumerated: bool, last: Option<&Clause>) -> Clause {
        let before = match (last, &self.before) {
            (Some(last), _) => Some((last.kind, last.text.as_str())),
            (None, Some(before)) => Some((before.kind, &*before.introduction)),
            (None, None) => None,
        };
        let is_typed_item = piece.role == Role::Text && (is_enumerated || piece.has_bullet);
        let follows_heading = before.is_some_and(|(kind, _)| kind == ClauseKind::Heading);
        let kind = match piece.role {
            Role::Heading(_) => ClauseKind::Heading,
            Role::Row { .. } => ClauseKind::Row,
            Role::Entry => ClauseKind::Item,
            Role::Text if is_typed_item => ClauseKind::Item,
            // The body below an entry's title is that entry.
            Role::Text if piece.continues_entry && follows_heading => ClauseKind::Item,
            Role::Text if piece.is_quoted && self.quote_counts => ClauseKind::Quote,
            Role::Text => ClauseKind::Paragraph,
        };
        let lead_in = match (&piece.role, kind) {
            (Role::Row { header }, _) => header.as_deref().map(Arc::from),
            (_, ClauseKind::Item) => {
                let before = Before { last: before, headings: self.levels.len() };
                self.lists.lead_in(&piece, is_typed_item, before)
            }
            _ => None,
        };
        if piece.list_depth == 0 && kind != ClauseKind::Item {
            self.lists.leave();
        }
        let section = match piece.role {
            Role::Heading(level) => self.open_section(level, &piece),
            _ => Arc::clone(&self.path),
        };
        let source = piece.start..piece.end.max(piece.start);
        Clause { kind, section, lead_in, text: piece.text, links: piece.links, source }
    }

    /// Opens the section of a heading; returns the path that the heading itself stands in.
    fn open_section(&mut self, level: u8, heading: &Piece) -> Arc<[String]> {
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
