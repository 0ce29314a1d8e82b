//! Assembly: pieces become clauses, each in its section and under its lead-in.
//!
//! All that the assembly carries from one piece to the next is in a [`State`], which can be compared: the same pieces after the same
//! state, before the same pieces, give the same clauses. `memo` stands on that.

use std::sync::Arc;

use super::blocks::Role;
use super::headings;
use super::lists::{Before, Lists};
use super::pieces::Piece;
use crate::model::{Clause, Kind};

/// How many pieces after a piece decide about it: whether the next one is a point of an enumeration depends on the one after it.
pub(super) const LOOK_AHEAD: usize = 2;

/// What stands before a piece, as far as it matters.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct State {
    /// Whether block quotations mean something in this text.
    quote_counts: bool,
    /// The piece before, settled, and the kind of its clause.
    before: Option<(Arc<Piece>, Kind)>,
    /// Whether that is part of a sentence in capitals.
    in_sentence: bool,
    /// The levels of the open headings, outermost first, and their texts.
    levels: Vec<u8>,
    path: Arc<[String]>,
    lists: Lists,
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

    /// The clauses of the next `pieces`. `after` are the first [`LOOK_AHEAD`] pieces that follow them; fewer, if the text ends before.
    pub fn assemble(&mut self, pieces: Vec<Piece>, after: &[&Piece]) -> Vec<Clause> {
        let count = pieces.len();
        let first = usize::from(self.before.is_some());
        let before = self.before.iter().map(|(piece, _)| Piece::clone(piece));
        let mut window: Vec<Piece> = before.chain(pieces).collect();
        window.extend(after.iter().map(|&piece| piece.clone()));
        let range = first..first + count;
        let is_enumerated = enumerated(&window);
        self.in_sentence = headings::mark(&mut window, &is_enumerated, range.clone(), self.in_sentence);
        window.truncate(range.end);
        let mut last = window.last().filter(|_| count > 0).cloned();
        let mut clauses: Vec<Clause> = Vec::with_capacity(count);
        for (piece, is_enumerated) in window.into_iter().zip(is_enumerated).skip(first) {
            let clause = self.clause(piece, is_enumerated, clauses.last());
            clauses.push(clause);
        }
        if let (Some(piece), Some(clause)) = (last.as_mut(), clauses.last()) {
            // Where it stood, and in which list of its text, is nothing to what follows.
            (piece.start, piece.end, piece.list) = (0, 0, None);
            self.before = Some((Arc::new(piece.clone()), clause.kind));
        }
        self.lists.forget_numbers();
        clauses
    }

    fn clause(&mut self, piece: Piece, is_enumerated: bool, last: Option<&Clause>) -> Clause {
        let before = match (last, &self.before) {
            (Some(last), _) => Some((last.kind, last.text.as_str())),
            (None, Some((piece, kind))) => Some((*kind, piece.text.as_str())),
            (None, None) => None,
        };
        let is_typed_item = piece.role == Role::Text && (is_enumerated || piece.has_bullet);
        let follows_heading = before.is_some_and(|(kind, _)| kind == Kind::Heading);
        let kind = match piece.role {
            Role::Heading(_) => Kind::Heading,
            Role::Row { .. } => Kind::Row,
            Role::Entry => Kind::Item,
            Role::Text if is_typed_item => Kind::Item,
            // The body below an entry's title is that entry.
            Role::Text if piece.continues_entry && follows_heading => Kind::Item,
            Role::Text if piece.is_quoted && self.quote_counts => Kind::Quote,
            Role::Text => Kind::Paragraph,
        };
        let lead_in = match (&piece.role, kind) {
            (Role::Row { header }, _) => header.as_deref().map(Arc::from),
            (_, Kind::Item) => {
                let before = Before { last: before, headings: self.levels.len() };
                self.lists.lead_in(&piece, is_typed_item, before)
            }
            _ => None,
        };
        if piece.list_depth == 0 && kind != Kind::Item {
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

/// Which pieces are points of an enumeration: their number follows the one before, with no other text between.
fn enumerated(pieces: &[Piece]) -> Vec<bool> {
    let mut found = vec![false; pieces.len()];
    for i in 1..pieces.len() {
        let (first, next) = (&pieces[i - 1], &pieces[i]);
        let are_text = first.role == Role::Text && next.role == Role::Text && !first.is_bold && !next.is_bold;
        if let (true, Some(first), Some(next)) = (are_text, &first.enumerator, &next.enumerator)
            && next.follows(first)
        {
            (found[i - 1], found[i]) = (true, true);
        }
    }
    found
}
