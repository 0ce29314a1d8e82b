//! Where patterns stand in a text: the text is cut into tokens again, with the code that cut it for the index, so ranges are exact.

use std::borrow::Cow;

use super::spans::{WordPositions, WordSpan};
use crate::query::pattern::{Pattern, Slot};
use crate::token::{Token, tokens};

/// A text cut into tokens, once for all that is asked about it.
pub(crate) struct Words<'t> {
    tokens: Vec<Token>,
    terms: Vec<Cow<'t, str>>,
}

impl<'t> Words<'t> {
    pub fn cut(text: &'t str) -> Self {
        let tokens: Vec<Token> = tokens(text).collect();
        let terms = tokens.iter().map(|token| token.term(text)).collect();
        Self { tokens, terms }
    }

    fn positions(&self, slot: &Slot) -> Vec<u32> {
        self.terms.iter().zip(0..).filter(|(term, _)| slot.fits(term)).map(|(_, at)| at).collect()
    }

    /// The spans of `pattern`.
    pub fn spans(&self, pattern: &Pattern) -> Vec<WordSpan> {
        let positions: Vec<_> = pattern.slots.iter().map(|slot| self.positions(slot)).collect();
        pattern.spans.find(self.standing(&positions))
    }

    fn standing<'p>(&self, positions: &'p [Vec<u32>]) -> WordPositions<'p> {
        WordPositions { positions, length: self.terms.len() as u32 }
    }

    /// Whether `pattern` stands in the text.
    pub fn contain(&self, pattern: &Pattern) -> bool {
        !self.spans(pattern).is_empty()
    }

    /// The byte ranges of all matches of `patterns`, ascending; overlapping ones are one.
    pub fn ranges<'p>(&self, patterns: impl Iterator<Item = &'p Pattern>) -> Vec<(usize, usize)> {
        let mut marked = Vec::new();
        for pattern in patterns {
            let positions: Vec<_> = pattern.slots.iter().map(|slot| self.positions(slot)).collect();
            let text = self.standing(&positions);
            pattern.spans.mark(text, &pattern.spans.find(text), &mut marked);
        }
        let range = |(start, end): WordSpan| {
            (self.tokens[start as usize].range.start, self.tokens[end as usize - 1].range.end)
        };
        let mut ranges: Vec<_> = marked.into_iter().map(range).collect();
        ranges.sort_unstable();
        let mut merged: Vec<(usize, usize)> = Vec::with_capacity(ranges.len());
        for (start, end) in ranges {
            match merged.last_mut() {
                Some(last) if start < last.1 => last.1 = last.1.max(end),
                _ => merged.push((start, end)),
            }
        }
        merged
    }
}

/// Whether `pattern` stands in `text`.
pub(crate) fn contains(text: &str, pattern: &Pattern) -> bool {
    Words::cut(text).contain(pattern)
}
