//! Finds the headings that no mark of Markdown shows.
//!
//! Three quarters of the Princeton-Leuven files have no marked heading below their title: the
//! authors wrote bold lines, capitals, numbered titles and plain short lines. Each rule here has an
//! example in the labelled snapshots of `tests/golden/sections`.

use super::outline::{LINE_COLUMNS, Outline, OutlineShape};
use super::passages::Passage;
use super::title_words::{
    breaks_off, count_words, has_verb, is_introducing, is_lead_in, is_plain_title, is_title,
    named_by, reads_as_title,
};
use super::vocabulary::{begins_with_section, names_policy};
use crate::section::markdown::blocks::BlockRole;
use crate::section::markdown::prepare::FurnitureEdge;
use crate::section::markdown::prepare::line_text::columns;

/// The levels of unmarked headings, below the six of marked ones. Bold and plain titles of one text
/// are siblings.
const BOLD: u8 = FIRST_UNMARKED;
const PLAIN: u8 = BOLD;
const ITALIC: u8 = 9;

/// The first level of headings without marks.
pub(super) const FIRST_UNMARKED: u8 = 7;

/// The number of passages at the start of a text among which its title may be.
const OPENING: u8 = 6;

/// What finding headings remembers from one passage to the next.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct MarkState {
    /// Whether each line of the text is a paragraph.
    pub has_paragraph_lines: bool,
    /// Whether the passage before is part of a sentence in capitals.
    in_sentence: bool,
    /// Whether the passage before is a line with a colon, or an entry without a mark below one.
    in_plain_list: bool,
    /// The number of passages before, as long as the title of the text may follow.
    opening: u8,
    /// The number of open stretches of furniture.
    furniture: u8,
}

impl MarkState {
    /// The state at the start of a text.
    pub fn new(has_paragraph_lines: bool) -> Self {
        Self { has_paragraph_lines, ..Self::default() }
    }
}

/// Marks the passages that are headings, and the entries of lists without marks.
///
/// `outlines` and `is_enumerated` are about these passages, from index `first` on, and about the
/// passages around them.
pub(crate) fn mark(
    passages: &mut [Passage],
    outlines: &mut [Outline],
    first: usize,
    is_enumerated: &[bool],
    state: &mut MarkState,
) {
    for (passage, i) in passages.iter_mut().zip(first..) {
        let beside = OutlinesBeside {
            before: i.checked_sub(1).map(|before| &outlines[before]),
            own: &outlines[i],
            next: outlines.get(i + 1),
            after_next: outlines.get(i + 2),
            has_paragraph_lines: state.has_paragraph_lines,
            is_next_enumerated: is_enumerated.get(i + 1) == Some(&true),
            is_enumerated: is_enumerated[i],
        };
        let level = beside.mark(passage, state);
        if let Some(level) = level {
            passage.role = BlockRole::Heading(level);
            outlines[i].shape = OutlineShape::Heading;
        } else if passage.is_plain_entry {
            outlines[i].shape = OutlineShape::Entry;
        }
    }
}

/// The outline of a passage and the outlines of the passages beside it.
struct OutlinesBeside<'o> {
    before: Option<&'o Outline>,
    own: &'o Outline,
    next: Option<&'o Outline>,
    after_next: Option<&'o Outline>,
    /// Whether each line of the text was a paragraph.
    has_paragraph_lines: bool,
    is_next_enumerated: bool,
    is_enumerated: bool,
}

impl OutlinesBeside<'_> {
    /// The level of the passage, if it is an unmarked heading. Marks it if it is an entry of a list
    /// without marks.
    fn mark(&self, passage: &mut Passage, state: &mut MarkState) -> Option<u8> {
        if let BlockRole::Furniture(edge) = passage.role {
            state.furniture = match edge {
                FurnitureEdge::Start => state.furniture.saturating_add(1),
                FurnitureEdge::End => state.furniture.saturating_sub(1),
            };
            return None;
        }
        state.in_sentence = self.is_part_of_sentence(passage, state.in_sentence);
        let is_opening = state.opening < OPENING && state.furniture == 0;
        let is_document_title = is_opening && self.is_document_title(passage);
        if is_document_title || matches!(passage.role, BlockRole::Heading(_)) {
            state.opening = OPENING;
        } else if is_opening {
            state.opening += 1;
        }
        if is_document_title {
            state.in_plain_list = false;
            return Some(1);
        }
        let may_be_title = !self.is_enumerated && !state.in_sentence;
        let level = if may_be_title { self.level(passage, is_opening) } else { None };
        let is_text = passage.role == BlockRole::Text && !passage.has_bullet && !self.is_enumerated;
        passage.is_plain_entry =
            is_text && level.is_none() && state.in_plain_list && self.is_plain_entry(passage);
        state.in_plain_list =
            state.has_paragraph_lines && is_text && (passage.is_plain_entry || self.own.ends_colon);
        level
    }

    /// Whether a line at the start of a text is its title: a plain line that says that it is one of
    /// a policy.
    fn is_document_title(&self, passage: &Passage) -> bool {
        let Some(next) = self.next else { return false };
        let is_line = passage.role == BlockRole::Text
            && !passage.has_bullet
            && !passage.is_linked
            && !passage.continues
            && !self.is_enumerated
            && passage.enumerator.is_none()
            && !self.own.ends_sentence;
        let is_title = is_line
            && count_words(&passage.text) <= TITLE_WORDS
            && is_plain_title(&passage.text)
            && names_policy(&passage.text.to_lowercase());
        // A line of a menu comes before other short lines.
        is_title
            && match next.shape {
                OutlineShape::Heading | OutlineShape::Row => true,
                OutlineShape::Text => {
                    next.ends_sentence || !next.is_short || next.is_note || self.before.is_none()
                }
                OutlineShape::Entry => !next.is_linked,
                OutlineShape::Furniture => false,
            }
    }

    /// Whether a line after a line with a colon, or after an entry of its list, is an entry too.
    fn is_plain_entry(&self, passage: &Passage) -> bool {
        let text = passage.text.as_str();
        let width = columns(text);
        let continues = self.own.starts_small || text.ends_with([',', ';', '，', '；', '、']);
        let follows_entry = self.before.is_some_and(|before| before.shape == OutlineShape::Entry);
        let has_next = self.next.is_some_and(|next| next.is_entry_line);
        let is_line = match (self.own.ends_sentence, continues) {
            (_, true) => width <= ENTRY_COLUMNS,
            (true, false) => width <= SENTENCE_COLUMNS,
            (false, false) => width <= LINE_COLUMNS,
        };
        is_line && !self.own.ends_colon && (continues || follows_entry || has_next)
    }

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

    /// The level of the passage, if it is a heading. `is_opening` tells that the title of the text
    /// may still follow.
    fn level(&self, passage: &Passage, is_opening: bool) -> Option<u8> {
        let next = self.next?;
        let is_numbered = self.is_numbered_title(passage, next);
        let is_candidate = match passage.role {
            BlockRole::Text => !passage.has_bullet,
            // An entry is a title only if its own text or its own entries follow.
            BlockRole::Entry => {
                passage.has_body
                    || next.shape == OutlineShape::Text && next.list_depth == passage.list_depth
                    || passage.is_bold && next.list_depth > passage.list_depth
                    || is_numbered
            }
            _ => false,
        };
        if !is_candidate || passage.text.contains('\n') && !passage.is_bold {
            return None;
        }
        let introduces =
            next.shape == OutlineShape::Entry || next.has_bullet || self.is_next_enumerated;
        if introduces && is_lead_in(&passage.text) || self.is_of_menu(passage, is_opening) {
            return None;
        }
        let level = styled_level(passage, self.own.is_capitals)
            .or_else(|| self.plain_level(passage, next))
            .or(if is_numbered { Some(PLAIN) } else { None })?;
        // Each further number, as in `2.1`, is a level deeper than all styles of the one before.
        let numbers_above = passage.enumerator.as_ref().map_or(0, |number| number.depth() - 1);
        // More than 255 numbers count as two. They are no outline, and another level would change
        // the sections of texts that are indexed.
        let deeper = u8::try_from(numbers_above).map_or(2, |deeper| deeper.min(3));
        Some(level + deeper * 3)
    }

    /// Whether the passage is a line of a menu: a link before other links, or a short line in
    /// capitals above the title of the text.
    fn is_of_menu(&self, passage: &Passage, is_opening: bool) -> bool {
        let Some(next) = self.next else { return false };
        let is_above_title = is_opening
            && self.own.is_capitals
            && count_words(&passage.text) <= 2
            && next.shape == OutlineShape::Text
            && next.is_short
            && !next.ends_sentence
            && !next.is_bold
            && !next.is_note
            && !next.is_capitals;
        passage.is_linked && next.is_linked || is_above_title
    }

    /// Whether the only entry of a list is the title of the text below the list: it is numbered, or
    /// bold above a sentence.
    fn is_numbered_title(&self, passage: &Passage, next: &Outline) -> bool {
        let is_lone = passage.role == BlockRole::Entry
            && passage.list.is_some_and(|list| {
                list.start.is_some() || passage.is_bold && self.has_body(next, passage)
            })
            && next.shape == OutlineShape::Text
            && next.list_depth < passage.list_depth
            && !next.starts_small
            && self.before.is_none_or(|before| {
                before.shape != OutlineShape::Entry || before.list_depth > passage.list_depth
            });
        let is_styled = passage.is_bold || self.own.is_capitals;
        is_lone && (is_styled || self.has_body(next, passage) && is_short_title(&passage.text))
    }

    /// The level of a title without any style: it is numbered, or short and followed by its text.
    fn plain_level(&self, passage: &Passage, next: &Outline) -> Option<u8> {
        if passage.continues || passage.is_linked || passage.has_soft_breaks {
            return None;
        }
        // An entry is a title only if further paragraphs of its own follow.
        if passage.role == BlockRole::Entry && next.list_depth != passage.list_depth {
            return None;
        }
        let text = passage.text.as_str();
        let is_body =
            next.shape == OutlineShape::Text && !next.is_bold && next.is_long && next.ends_sentence;
        let starts_list = next.shape == OutlineShape::Entry && next.list_depth > passage.list_depth;
        let is_english =
            (is_body || starts_list && passage.enumerator.is_some()) && reads_as_title(text);
        let is_title = is_english
            || self.is_title_of(next, text)
            || passage.enumerator.as_ref().is_some_and(|number| {
                next.shape == OutlineShape::Text && self.is_title_of(next, &text[number.len..])
            })
            || passage.has_body && self.is_body(next) && is_colon_title(text);
        // A line of a menu comes after other short lines, a title after text.
        let in_menu = self.before.is_some_and(|before| {
            before.shape == OutlineShape::Text
                && before.is_short
                && !before.has_bullet
                && !before.ends_sentence
                && !before.is_note
        });
        let is_named = || passage.enumerator.is_some() || begins_with_section(text);
        (is_title && (!in_menu || is_named())).then_some(PLAIN)
    }

    /// Whether a line in any language is the title of the passage after it.
    fn is_title_of(&self, next: &Outline, text: &str) -> bool {
        if !is_plain_title(text) {
            return false;
        }
        if begins_with_section(text) {
            return next.shape != OutlineShape::Furniture;
        }
        let is_question = text.ends_with(['?', '？']);
        match next.shape {
            OutlineShape::Text if next.is_bold => is_question,
            OutlineShape::Text => self.is_body(next) || self.is_short_body(next, text),
            OutlineShape::Entry => {
                // Entries in small letters that end with a comma are parts of a sentence.
                let is_lead_in = is_introducing(text) || next.is_part && !is_question;
                !next.is_linked && !is_lead_in && count_words(text) <= LIST_TITLE_WORDS
            }
            OutlineShape::Row => true,
            OutlineShape::Heading => is_question,
            OutlineShape::Furniture => false,
        }
    }

    /// Whether the passage `next` is the text below the title of a list with one entry.
    fn has_body(&self, next: &Outline, title: &Passage) -> bool {
        self.is_body(next) || self.is_short_body(next, &title.text)
    }

    /// Whether the passage `next` is a short sentence that a title of a few words may have, after
    /// another sentence.
    fn is_short_body(&self, next: &Outline, title: &str) -> bool {
        let is_apart = self
            .before
            .is_none_or(|before| before.ends_sentence || before.shape == OutlineShape::Heading);
        let is_sentence = next.ends_sentence
            && !next.ends_colon
            && !next.starts_small
            && !next.is_note
            && !next.is_linked
            && next.has_words
            && next.enumerator.is_none();
        is_apart && is_sentence && count_words(title) <= SHORT_TITLE_WORDS && !has_verb(title)
    }

    /// Whether the passage `next` is text that a title may have: a sentence, or the first half of
    /// one that a list ends.
    fn is_body(&self, next: &Outline) -> bool {
        let introduces = next.shape == OutlineShape::Text
            && !next.starts_small
            && !next.is_bold
            && next.enumerator.is_none()
            && self.after_next.is_some_and(|item| {
                let is_line = self.has_paragraph_lines && item.is_entry_line && next.ends_colon;
                let is_list = is_line || item.may_be_item() && item.list_depth >= next.list_depth;
                is_list && (next.ends_colon || !next.ends_sentence && item.starts_small)
            });
        next.is_sentence || introduces && next.has_words
    }
}

/// The most words that the title of a text has.
const TITLE_WORDS: usize = 10;

/// The most words of a plain title above a short sentence.
const SHORT_TITLE_WORDS: usize = 3;

/// The most words of a plain title above a list. A longer line may introduce the list.
const LIST_TITLE_WORDS: usize = 6;

/// The widest entries of a list without marks that continue a sentence, and those that are
/// sentences, in columns.
const ENTRY_COLUMNS: usize = 240;
const SENTENCE_COLUMNS: usize = 60;

/// Whether a line is a title with a colon, above a paragraph that a hard break parts from it.
fn is_colon_title(text: &str) -> bool {
    named_by(text).is_some_and(|named| {
        named.len() < text.len() && count_words(named) <= LIST_TITLE_WORDS && is_plain_title(named)
    })
}

/// Whether the text of a numbered entry is a title: a few words, perhaps with a full stop.
fn is_short_title(text: &str) -> bool {
    let bare = text.trim();
    let named = bare.strip_suffix(['.', ':', '。', '：']).unwrap_or(bare);
    let has_stop = named.len() < bare.len();
    let most = if has_stop { 4 } else { 8 };
    count_words(named) <= most && is_plain_title(named) && !(has_stop && has_verb(named))
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
