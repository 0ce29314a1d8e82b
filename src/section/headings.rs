//! Which pieces are headings though no `#` says so.
//!
//! Three quarters of the Princeton-Leuven files have no marked heading below the title: their authors wrote bold lines, capitals,
//! numbered titles and plain short lines. Each rule here has a counterpart in the labelled snapshots of `tests/golden/sections`.

use std::ops::Range;

use super::blocks::Role;
use super::pieces::Piece;
use super::wording::{breaks_off, ends_sentence, is_capitals, is_lead_in, is_title, reads_as_title};

/// Levels of unmarked headings, below the six marked ones.
const BOLD: u8 = 7;
const PLAIN: u8 = 8;
const ITALIC: u8 = 9;

/// Marks the pieces of `range` that are headings; the others are what stands around them. Pieces of enumerations are settled before.
///
/// `in_sentence` tells whether the piece before is part of a sentence in capitals; returned is the same of the last piece.
pub(super) fn mark(
    pieces: &mut [Piece],
    is_enumerated: &[bool],
    range: Range<usize>,
    mut in_sentence: bool,
) -> bool {
    for i in range {
        in_sentence = is_part_of_sentence(pieces, i, in_sentence);
        let level = if is_enumerated[i] || in_sentence { None } else { level(pieces, i, is_enumerated) };
        if let Some(level) = level {
            pieces[i].role = Role::Heading(level);
        }
    }
    in_sentence
}

/// Whether a line in capitals is part of a sentence in capitals that goes over several paragraphs. `in_sentence` tells it of the
/// piece before.
fn is_part_of_sentence(pieces: &[Piece], i: usize, in_sentence: bool) -> bool {
    let piece = &pieces[i];
    if piece.role != Role::Text || !is_capitals(&piece.text) {
        return false;
    }
    let before = i.checked_sub(1).map(|before| pieces[before].text.as_str());
    if in_sentence && !before.is_some_and(ends_sentence) && piece.enumerator.is_none() {
        return true;
    }
    let next = pieces.get(i + 1).filter(|next| next.role == Role::Text && next.enumerator.is_none());
    let has_comma = piece.text.contains(',') && piece.text.split_whitespace().count() > 4;
    breaks_off(&piece.text) || has_comma && next.is_some_and(|next| is_capitals(&next.text))
}

fn level(pieces: &[Piece], i: usize, is_enumerated: &[bool]) -> Option<u8> {
    let piece = &pieces[i];
    let next = pieces.get(i + 1)?;
    let is_candidate = match piece.role {
        Role::Text => !piece.has_bullet,
        // An entry is a title only if its own body, or its own entries, follow.
        Role::Entry => {
            piece.has_body
                || next.role == Role::Text && next.list_depth == piece.list_depth
                || opens_entries(piece, next)
        }
        _ => false,
    };
    if !is_candidate || piece.text.contains('\n') && !piece.is_bold {
        return None;
    }
    let introduces = next.role == Role::Entry || next.has_bullet || is_enumerated[i + 1];
    if introduces && is_lead_in(&piece.text) {
        return None;
    }
    let level = styled_level(piece).or_else(|| plain_level(pieces, i))?;
    let depth = piece.enumerator.as_ref().map_or(1, |e| e.depth());
    Some(level + u8::try_from(depth - 1).unwrap_or(2).min(3) * 3)
}

fn opens_entries(piece: &Piece, next: &Piece) -> bool {
    piece.is_bold && next.list_depth > piece.list_depth
}

/// Bold, italic and capital titles.
fn styled_level(piece: &Piece) -> Option<u8> {
    if !is_title(&piece.text, piece.is_bold || is_capitals(&piece.text)) {
        return None;
    }
    if piece.is_linked && !piece.has_body {
        return None;
    }
    if piece.is_bold || piece.is_mostly_bold && piece.has_body || is_capitals(&piece.text) {
        Some(BOLD)
    } else if piece.is_italic && (piece.has_body || !piece.continues) {
        Some(ITALIC)
    } else {
        None
    }
}

/// Titles without any style: numbered, or short and followed by their text.
fn plain_level(pieces: &[Piece], i: usize) -> Option<u8> {
    let piece = &pieces[i];
    let next = &pieces[i + 1];
    if piece.continues || piece.is_linked {
        return None;
    }
    // An entry is a title only of further paragraphs of its own.
    if piece.role == Role::Entry && next.list_depth != piece.list_depth {
        return None;
    }
    let is_body = matches!(next.role, Role::Text)
        && !next.is_bold
        && next.text.len() >= 60
        && ends_sentence(&next.text);
    let starts_list = next.role == Role::Entry && next.list_depth > piece.list_depth;
    if !(is_body || starts_list && piece.enumerator.is_some()) {
        return None;
    }
    // Lines of a menu stand among their like; a title follows text.
    let before = i.checked_sub(1).map(|j| &pieces[j]);
    let in_menu =
        before.is_some_and(|p| matches!(p.role, Role::Text) && p.text.len() < 40 && !ends_sentence(&p.text));
    (reads_as_title(&piece.text) && (!in_menu || piece.enumerator.is_some())).then_some(PLAIN)
}
