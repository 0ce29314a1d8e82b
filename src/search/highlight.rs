//! Where phrases stand in a text: the text is cut into tokens again, with the code that cut it for the index, so ranges are exact.

use std::borrow::Cow;

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

    /// Whether `phrase` stands in the text.
    pub fn contain(&self, phrase: &[String]) -> bool {
        self.occurrences(phrase).next().is_some()
    }

    /// The tokens at which `phrase` begins.
    fn occurrences(&self, phrase: &[String]) -> impl Iterator<Item = usize> {
        // A phrase without words stands nowhere.
        let windows = self.terms.windows(phrase.len().max(1)).enumerate();
        windows.filter(move |(_, window)| window.iter().eq(phrase)).map(|(i, _)| i)
    }

    /// The byte ranges of all occurrences of `phrases`, ascending; overlapping ones are one.
    pub fn ranges<'p>(&self, phrases: impl Iterator<Item = &'p [String]>) -> Vec<(usize, usize)> {
        let mut ranges = Vec::new();
        for phrase in phrases {
            let range = |i: usize| (self.tokens[i].range.start, self.tokens[i + phrase.len() - 1].range.end);
            ranges.extend(self.occurrences(phrase).map(range));
        }
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

/// Whether `phrase` stands in `text`.
pub(crate) fn contains(text: &str, phrase: &[String]) -> bool {
    Words::cut(text).contain(phrase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_exact_and_merged() {
        let phrases = [vec!["sell".to_owned(), "or".to_owned(), "rent".to_owned()], vec!["or".to_owned()]];
        let words = Words::cut("Sell—or rent, or  SELL or rent");
        let found = words.ranges(phrases.iter().map(Vec::as_slice));
        assert_eq!(found, [(0, 14), (16, 18), (20, 32)]);
    }
}
