//! Where phrases stand in a text: the text is cut into tokens again, with the code that cut it for the index, so ranges are exact.

use crate::token::{Token, tokens};

/// The byte ranges of all occurrences of `phrases` in `text`, ascending; overlapping ones are one.
pub(crate) fn highlights<'p>(text: &str, phrases: impl Iterator<Item = &'p [String]>) -> Vec<(usize, usize)> {
    let cut: Vec<Token> = tokens(text).collect();
    let terms: Vec<_> = cut.iter().map(|token| token.term(text)).collect();
    let mut ranges = Vec::new();
    for phrase in phrases.filter(|phrase| !phrase.is_empty()) {
        for (i, window) in terms.windows(phrase.len()).enumerate() {
            if window.iter().zip(phrase).all(|(term, wanted)| term == wanted) {
                ranges.push((cut[i].range.start, cut[i + phrase.len() - 1].range.end));
            }
        }
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

/// Whether `phrase` stands in `text`.
pub(crate) fn contains(text: &str, phrase: &[String]) -> bool {
    let terms: Vec<_> = tokens(text).map(|token| token.term(text)).collect();
    terms
        .windows(phrase.len().max(1))
        .any(|window| window.iter().zip(phrase).all(|(term, wanted)| term == wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_exact_and_merged() {
        let phrases = [vec!["sell".to_owned(), "or".to_owned(), "rent".to_owned()], vec!["or".to_owned()]];
        let found = highlights("Sell—or rent, or  SELL or rent", phrases.iter().map(Vec::as_slice));
        assert_eq!(found, [(0, 14), (16, 18), (20, 32)]);
    }
}
