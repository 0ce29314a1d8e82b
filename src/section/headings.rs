//! Which pieces are headings though no `#` says so.
//!
//! Three quarters of the Princeton-Leuven files have no marked heading below the title: their authors wrote bold lines, capitals,
//! numbered titles and plain short lines. Each rule here has a counterpart in the labelled snapshots of `tests/golden/sections`.

use super::blocks::Role;
use super::enumerate::Enumerator;
use super::pieces::Piece;
use super::wording::{
    breaks_off, ends_sentence, is_capitals, is_lead_in, is_title, reads_as_title,
};

/// Levels of unmarked headings, below the six marked ones.
const BOLD: u8 = 7;
const PLAIN: u8 = 8;
const ITALIC: u8 = 9;

/// What the decisions about a piece look at in the pieces beside it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Outline {
    shape: Shape,
    list_depth: usize,
    has_bullet: bool,
    is_bold: bool,
    /// Shorter than most lines of text, and longer than most lines that are none.
    is_short: bool,
    is_long: bool,
    ends_sentence: bool,
    is_capitals: bool,
    enumerator: Option<Enumerator>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Shape {
    Heading,
    Text,
    Entry,
    Row,
}

impl Outline {
    /// The outline of a piece.
    pub fn of(piece: &Piece) -> Self {
        let shape = match piece.role {
            Role::Heading(_) => Shape::Heading,
            Role::Text => Shape::Text,
            Role::Entry => Shape::Entry,
            Role::Row { .. } => Shape::Row,
        };
        Self {
            shape,
            list_depth: piece.list_depth,
            has_bullet: piece.has_bullet,
            is_bold: piece.is_bold,
            is_short: piece.text.len() < 40,
            is_long: piece.text.len() >= 60,
            ends_sentence: ends_sentence(&piece.text),
            is_capitals: is_capitals(&piece.text),
            enumerator: piece.enumerator.clone(),
        }
    }

    /// Whether `next` is the next point of an enumeration after this one.
    fn is_followed_by(&self, next: &Self) -> bool {
        let are_text = self.shape == Shape::Text
            && next.shape == Shape::Text
            && !self.is_bold
            && !next.is_bold;
        match (&self.enumerator, &next.enumerator) {
            (Some(first), Some(next)) => are_text && next.follows(first),
            _ => false,
        }
    }
}

/// Which pieces are points of an enumeration: their number follows the one before, with no other text between.
pub(super) fn enumerated(outlines: &[Outline]) -> Vec<bool> {
    let mut found = vec![false; outlines.len()];
    for i in 1..outlines.len() {
        if outlines[i - 1].is_followed_by(&outlines[i]) {
            (found[i - 1], found[i]) = (true, true);
        }
    }
    found
}

/// Marks the pieces that are headings. `outlines` are those of the pieces, from `first` on, and of what stands around them;
/// `is_enumerated` goes with them. Pieces of enumerations are settled before.
///
/// `in_sentence` tells whether the piece before is part of a sentence in capitals; returned is the same of the last piece.
pub(super) fn mark(
    pieces: &mut [Piece],
    outlines: &mut [Outline],
    first: usize,
    is_enumerated: &[bool],
    mut in_sentence: bool,
) -> bool {
    for (piece, i) in pieces.iter_mut().zip(first..) {
        let beside = Beside {
            before: i.checked_sub(1).map(|before| &outlines[before]),
            own: &outlines[i],
            next: outlines.get(i + 1),
            is_next_enumerated: is_enumerated.get(i + 1) == Some(&true),
        };
        in_sentence = beside.is_part_of_sentence(piece, in_sentence);
        let level = if is_enumerated[i] || in_sentence { None } else { beside.level(piece) };
        if let Some(level) = level {
            piece.role = Role::Heading(level);
            outlines[i].shape = Shape::Heading;
        }
    }
    in_sentence
}

/// A piece's own outline and those beside it.
struct Beside<'o> {
    before: Option<&'o Outline>,
    own: &'o Outline,
    next: Option<&'o Outline>,
    is_next_enumerated: bool,
}

impl Beside<'_> {
    /// Whether a line in capitals is part of a sentence in capitals that goes over several paragraphs. `in_sentence` tells it of the
    /// piece before.
    fn is_part_of_sentence(&self, piece: &Piece, in_sentence: bool) -> bool {
        if piece.role != Role::Text || !self.own.is_capitals {
            return false;
        }
        let is_before_ended = self.before.is_some_and(|before| before.ends_sentence);
        if in_sentence && !is_before_ended && piece.enumerator.is_none() {
            return true;
        }
        let next = self.next.filter(|next| next.shape == Shape::Text && next.enumerator.is_none());
        let has_comma = piece.text.contains(',') && piece.text.split_whitespace().count() > 4;
        breaks_off(&piece.text) || has_comma && next.is_some_and(|next| next.is_capitals)
    }

    fn level(&self, piece: &Piece) -> Option<u8> {
        let next = self.next?;
        let is_candidate = match piece.role {
            Role::Text => !piece.has_bullet,
            // An entry is a title only if its own body, or its own entries, follow.
            Role::Entry => {
                piece.has_body
                    || next.shape == Shape::Text && next.list_depth == piece.list_depth
                    || piece.is_bold && next.list_depth > piece.list_depth
            }
            _ => false,
        };
        if !is_candidate || piece.text.contains('\n') && !piece.is_bold {
            return None;
        }
        let introduces = next.shape == Shape::Entry || next.has_bullet || self.is_next_enumerated;
        if introduces && is_lead_in(&piece.text) {
            return None;
        }
        let level =
            styled_level(piece, self.own.is_capitals).or_else(|| self.plain_level(piece, next))?;
        let depth = piece.enumerator.as_ref().map_or(1, |e| e.depth());
        Some(level + u8::try_from(depth - 1).unwrap_or(2).min(3) * 3)
    }

    /// Titles without any style: numbered, or short and followed by their text.
    fn plain_level(&self, piece: &Piece, next: &Outline) -> Option<u8> {
        if piece.continues || piece.is_linked {
            return None;
        }
        // An entry is a title only of further paragraphs of its own.
        if piece.role == Role::Entry && next.list_depth != piece.list_depth {
            return None;
        }
        let is_body =
            next.shape == Shape::Text && !next.is_bold && next.is_long && next.ends_sentence;
        let starts_list = next.shape == Shape::Entry && next.list_depth > piece.list_depth;
        if !(is_body || starts_list && piece.enumerator.is_some()) {
            return None;
        }
        // Lines of a menu stand among their like; a title follows text.
        let in_menu =
            self.before.is_some_and(|p| p.shape == Shape::Text && p.is_short && !p.ends_sentence);
        (reads_as_title(&piece.text) && (!in_menu || piece.enumerator.is_some())).then_some(PLAIN)
    }
}

/// Bold, italic and capital titles.
fn styled_level(piece: &Piece, is_capitals: bool) -> Option<u8> {
    let level = if piece.is_bold || piece.is_mostly_bold && piece.has_body || is_capitals {
        BOLD
    } else if piece.is_italic && (piece.has_body || !piece.continues) {
        ITALIC
    } else {
        return None;
    };
    let is_menu = piece.is_linked && !piece.has_body;
    (!is_menu && is_title(&piece.text, piece.is_bold || is_capitals)).then_some(level)
}
