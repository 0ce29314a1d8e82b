//! The facts about a passage on which decisions about the passages beside it depend.

use super::enumerator::Enumerator;
use super::passages::Passage;
use super::title_words::{ends_colon, ends_sentence, is_capitals, is_date_line};
use crate::section::markdown::blocks::BlockRole;
use crate::section::markdown::prepare::line_text::columns;

/// The facts about a passage on which decisions about the passages beside it depend.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Outline {
    pub shape: OutlineShape,
    pub list_depth: usize,
    pub has_bullet: bool,
    pub is_bold: bool,
    pub is_linked: bool,
    /// Whether it is a line of a menu: a short link to another page.
    pub is_menu: bool,
    /// Whether it is shorter than most lines of text.
    pub is_short: bool,
    /// Whether it is longer than most lines of menus and titles.
    pub is_long: bool,
    pub ends_sentence: bool,
    pub ends_colon: bool,
    /// Whether its first letter, after a number in front, is a small one.
    pub starts_small: bool,
    /// Whether it is a sentence, and not one of a few words.
    pub is_sentence: bool,
    /// Whether it is a part of a sentence: it starts with a small letter and ends with a comma.
    pub is_part: bool,
    /// Whether it has three words or more.
    pub has_words: bool,
    /// Whether it is a note below a title: a date, or a line in brackets.
    pub is_note: bool,
    /// Whether it may be an entry of a list without marks.
    pub is_entry_line: bool,
    pub is_capitals: bool,
    pub enumerator: Option<Enumerator>,
}

/// The role of a passage, without its details.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum OutlineShape {
    Heading,
    Text,
    Entry,
    Row,
    Furniture,
}

/// The widest entries of a list without marks that are neither sentences nor parts of one, in
/// columns.
pub(crate) const LINE_COLUMNS: usize = 90;

/// The sizes that tell short and long passages and sentences apart, in columns or bytes.
const SHORT: usize = 40;
const LONG: usize = 60;

impl Outline {
    /// The outline of a passage.
    pub fn of(passage: &Passage) -> Self {
        let shape = match passage.role {
            BlockRole::Heading(_) => OutlineShape::Heading,
            BlockRole::Text => OutlineShape::Text,
            BlockRole::Entry => OutlineShape::Entry,
            BlockRole::Row { .. } => OutlineShape::Row,
            BlockRole::Furniture(_) => OutlineShape::Furniture,
        };
        let may_be_menu = matches!(shape, OutlineShape::Text | OutlineShape::Entry);
        let text = passage.text.as_str();
        // The width of long texts does not matter, and counting it takes time.
        let width = if text.len() <= 3 * LINE_COLUMNS { columns(text) } else { LINE_COLUMNS + 1 };
        let is_short = text.len() < 3 * SHORT && width < SHORT;
        let is_line = text.len() < LONG;
        let ends_sentence = ends_sentence(text);
        let starts_small = passage.starts_small();
        let ends_colon = ends_colon(text);
        Self {
            shape,
            list_depth: passage.list_depth,
            has_bullet: passage.has_bullet,
            is_bold: passage.is_bold,
            is_linked: passage.is_linked,
            is_menu: is_line && may_be_menu && passage.is_linked && !passage.is_anchored,
            is_short,
            is_long: text.len() >= LONG,
            ends_sentence,
            ends_colon,
            starts_small,
            is_sentence: text.len() >= SHORT && ends_sentence && !starts_small,
            is_part: starts_small && text.ends_with([',', ';', '，', '；', '、']),
            has_words: text.split_whitespace().nth(2).is_some() || width >= SHORT,
            is_note: is_line && (text.starts_with(['(', '[', '（']) || is_date_line(text)),
            is_entry_line: width <= LINE_COLUMNS && !ends_colon && !passage.has_bullet,
            is_capitals: is_capitals(text),
            enumerator: passage.enumerator.clone(),
        }
    }

    /// The outline as far as the passages after this one depend on it.
    pub fn of_passage_before(self) -> Self {
        Self {
            is_linked: false,
            is_menu: false,
            is_long: false,
            ends_colon: false,
            starts_small: false,
            is_sentence: false,
            is_part: false,
            has_words: false,
            is_entry_line: false,
            is_capitals: false,
            ..self
        }
    }

    /// Whether it may be an item of a list that has marks.
    pub fn may_be_item(&self) -> bool {
        self.shape == OutlineShape::Entry
            || self.shape == OutlineShape::Text && (self.has_bullet || self.enumerator.is_some())
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
