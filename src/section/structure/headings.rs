//! Finds the headings that no mark of Markdown shows.
//!
//! Three quarters of the Princeton-Leuven files have no marked heading below their title: the
//! authors wrote bold lines, capitals, numbered titles and plain short lines. Each rule here has an
//! example in the labelled snapshots of `tests/golden/sections`.

use super::enumerator::Enumerator;
use super::passages::Passage;
use super::title_words::{
    breaks_off, ends_sentence, is_capitals, is_lead_in, is_title, reads_as_title,
};
use crate::section::markdown::blocks::BlockRole;

/// The levels of unmarked headings, below the six of marked ones.
const BOLD: u8 = 7;
const PLAIN: u8 = 8;
const ITALIC: u8 = 9;

/// The facts about a passage on which decisions about the passages beside it depend.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Outline {
    shape: OutlineShape,
    list_depth: usize,
    has_bullet: bool,
    is_bold: bool,
    /// Whether it is shorter than most lines of text.
    is_short: bool,
    /// Whether it is longer than most lines of menus and titles.
    is_long: bool,
    ends_sentence: bool,
    is_capitals: bool,
    enumerator: Option<Enumerator>,
}

/// The role of a passage, without its details.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum OutlineShape {
    Heading,
    Text,
    Entry,
    Row,
}

impl Outline {
    /// The outline of a passage.
    pub fn of(passage: &Passage) -> Self {
        let shape = match passage.role {
            BlockRole::Heading(_) => OutlineShape::Heading,
            BlockRole::Text => OutlineShape::Text,
            BlockRole::Entry => OutlineShape::Entry,
            BlockRole::Row { .. } => OutlineShape::Row,
        };
        Self {
            shape,
            list_depth: passage.list_depth,
            has_bullet: passage.has_bullet,
            is_bold: passage.is_bold,
            is_short: passage.text.len() < 40,
            is_long: passage.text.len() >= 60,
            ends_sentence: ends_sentence(&passage.text),
            is_capitals: is_capitals(&passage.text),
            enumerator: passage.enumerator.clone(),
        }
    }

    /// Whether `next` has the next number of an enumeration after this passage.
    fn is_followed_by(&self, next: &Self) -> bool {
        let are_text = self.shape == OutlineShape::Text
            && next.shape == OutlineShape::Text
            && !self.is_bold
            && !next.is_bold;
        match (&self.enumerator, &next.enumerator) {
            (Some(first), Some(next)) => are_text && next.follows(first),
            _ => false,
        }
    }
}

/// For each passage, whether it is one of an enumeration: its number and the number of the passage
/// before or after it follow each other.
pub(crate) fn enumerated(outlines: &[Outline]) -> Vec<bool> {
    let mut found = vec![false; outlines.len()];
    for i in 1..outlines.len() {
        if outlines[i - 1].is_followed_by(&outlines[i]) {
            (found[i - 1], found[i]) = (true, true);
        }
    }
    found
}

/// Marks the passages that are headings.
///
/// `outlines` and `is_enumerated` are about these passages, from index `first` on, and about the
/// passages around them. `in_sentence` tells whether the passage before is part of a sentence in
/// capitals. Returns the same about the last passage.
pub(crate) fn mark(
    passages: &mut [Passage],
    outlines: &mut [Outline],
    first: usize,
    is_enumerated: &[bool],
    mut in_sentence: bool,
) -> bool {
    for (passage, i) in passages.iter_mut().zip(first..) {
        let beside = OutlinesBeside {
            before: i.checked_sub(1).map(|before| &outlines[before]),
            own: &outlines[i],
            next: outlines.get(i + 1),
            is_next_enumerated: is_enumerated.get(i + 1) == Some(&true),
        };
        in_sentence = beside.is_part_of_sentence(passage, in_sentence);
        let level = if is_enumerated[i] || in_sentence { None } else { beside.level(passage) };
        if let Some(level) = level {
            passage.role = BlockRole::Heading(level);
            outlines[i].shape = OutlineShape::Heading;
        }
    }
    in_sentence
}

/// The outline of a passage and the outlines of the passages beside it.
struct OutlinesBeside<'o> {
    before: Option<&'o Outline>,
    own: &'o Outline,
    next: Option<&'o Outline>,
    is_next_enumerated: bool,
}

impl OutlinesBeside<'_> {
    /// Whether a line in capitals is part of a sentence that extends over several paragraphs.
    /// `in_sentence` tells the same about the passage before.
    fn is_part_of_sentence(&self, passage: &Passage, in_sentence: bool) -> bool {
        if passage.role != BlockRole::Text || !self.own.is_capitals {
            return false;
        }
        let is_before_ended = self.before.is_some_and(|before| before.ends_sentence);
        if in_sentence && !is_before_ended && passage.enumerator.is_none() {
            return true;
        }
        let next =
            self.next.filter(|next| next.shape == OutlineShape::Text && next.enumerator.is_none());
        let has_comma = passage.text.contains(',') && passage.text.split_whitespace().count() > 4;
        breaks_off(&passage.text) || has_comma && next.is_some_and(|next| next.is_capitals)
    }

    /// The level of the passage, if it is a heading.
    fn level(&self, passage: &Passage) -> Option<u8> {
        let next = self.next?;
        let is_candidate = match passage.role {
            BlockRole::Text => !passage.has_bullet,
            // An entry is a title only if its own text or its own entries follow.
            BlockRole::Entry => {
                passage.has_body
                    || next.shape == OutlineShape::Text && next.list_depth == passage.list_depth
                    || passage.is_bold && next.list_depth > passage.list_depth
            }
            _ => false,
        };
        if !is_candidate || passage.text.contains('\n') && !passage.is_bold {
            return None;
        }
        let introduces =
            next.shape == OutlineShape::Entry || next.has_bullet || self.is_next_enumerated;
        if introduces && is_lead_in(&passage.text) {
            return None;
        }
        let level = styled_level(passage, self.own.is_capitals)
            .or_else(|| self.plain_level(passage, next))?;
        // Each further number, as in `2.1`, is a level deeper than all styles of the one before.
        let numbers_above = passage.enumerator.as_ref().map_or(0, |number| number.depth() - 1);
        // More than 255 numbers count as two. They are no outline, and another level would change
        // the sections of texts that are indexed.
        let deeper = u8::try_from(numbers_above).map_or(2, |deeper| deeper.min(3));
        Some(level + deeper * 3)
    }

    /// The level of a title without any style: it is numbered, or short and followed by its text.
    fn plain_level(&self, passage: &Passage, next: &Outline) -> Option<u8> {
        if passage.continues || passage.is_linked {
            return None;
        }
        // An entry is a title only if further paragraphs of its own follow.
        if passage.role == BlockRole::Entry && next.list_depth != passage.list_depth {
            return None;
        }
        let is_body =
            next.shape == OutlineShape::Text && !next.is_bold && next.is_long && next.ends_sentence;
        let starts_list = next.shape == OutlineShape::Entry && next.list_depth > passage.list_depth;
        if !(is_body || starts_list && passage.enumerator.is_some()) {
            return None;
        }
        // A line of a menu comes after other short lines, a title after text.
        let in_menu = self.before.is_some_and(|before| {
            before.shape == OutlineShape::Text && before.is_short && !before.ends_sentence
        });
        (reads_as_title(&passage.text) && (!in_menu || passage.enumerator.is_some()))
            .then_some(PLAIN)
    }
}

/// The level of a title that is bold, italic or in capitals.
fn styled_level(passage: &Passage, is_capitals: bool) -> Option<u8> {
    let level = if passage.is_bold || passage.is_mostly_bold && passage.has_body || is_capitals {
        BOLD
    } else if passage.is_italic && (passage.has_body || !passage.continues) {
        ITALIC
    } else {
        return None;
    };
    let is_menu = passage.is_linked && !passage.has_body;
    (!is_menu && is_title(&passage.text, passage.is_bold || is_capitals)).then_some(level)
}
