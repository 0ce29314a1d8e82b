//! Finds patterns in a text. The text is cut into tokens by the function that cut it for the index,
//! so byte ranges are exact.

use std::borrow::Cow;
use std::ops::Range;

use super::spans::{WordPositions, WordSpan, find, mark};
use crate::search::plan::{Pattern, Slot};
use crate::token::{Token, tokens};

/// A text with its tokens.
pub(crate) struct TokenizedText<'t> {
    tokens: Vec<Token>,
    terms: Vec<Cow<'t, str>>,
}

impl<'t> TokenizedText<'t> {
    /// Cuts a text into tokens.
    pub fn new(text: &'t str) -> Self {
        let tokens: Vec<Token> = tokens(text).collect();
        let terms = tokens.iter().map(|token| token.term(text)).collect();
        Self { tokens, terms }
    }

    /// The positions of the words that a slot matches, ascending.
    fn positions(&self, slot: &Slot) -> Vec<u32> {
        let terms = self.terms.iter().zip(0..);
        terms.filter(|(term, _)| slot.matches(term)).map(|(_, position)| position).collect()
    }

    fn positions_by_slot(&self, pattern: &Pattern) -> Vec<Vec<u32>> {
        pattern.slots.iter().map(|slot| self.positions(slot)).collect()
    }

    fn word_positions<'p>(&self, by_slot: &'p [Vec<u32>]) -> WordPositions<'p> {
        WordPositions { by_slot, length: self.terms.len() as u32 }
    }

    /// How often `pattern` occurs.
    pub fn count(&self, pattern: &Pattern) -> u32 {
        let by_slot = self.positions_by_slot(pattern);
        find(&pattern.spans, self.word_positions(&by_slot)).len() as u32
    }

    /// The byte ranges of all occurrences of `patterns`, ascending. Overlapping ranges are merged.
    pub fn highlights<'p>(&self, patterns: impl Iterator<Item = &'p Pattern>) -> Vec<Range<usize>> {
        let mut marked = Vec::new();
        for pattern in patterns {
            let by_slot = self.positions_by_slot(pattern);
            let positions = self.word_positions(&by_slot);
            let found = find(&pattern.spans, positions);
            mark(&pattern.spans, positions, &found, &mut marked);
        }
        let mut ranges: Vec<Range<usize>> =
            marked.into_iter().map(|span| self.byte_range(span)).collect();
        ranges.sort_unstable_by_key(|range| (range.start, range.end));
        merged(ranges)
    }

    fn byte_range(&self, span: WordSpan) -> Range<usize> {
        let (first, last) = (span.start as usize, span.end as usize - 1);
        self.tokens[first].range.start..self.tokens[last].range.end
    }
}

/// Merges the ranges that overlap; they ascend.
fn merged(ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    let mut merged: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match merged.last_mut() {
            Some(last) if range.start < last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged
}

/// Whether `pattern` occurs in `text`.
pub(super) fn contains(text: &str, pattern: &Pattern) -> bool {
    TokenizedText::new(text).count(pattern) > 0
}
