//! Recognises a phrase that was copied in capitals: `DO NOT SELL MY PERSONAL INFORMATION`.

use crate::query::lex::{QueryToken, QueryTokenKind};
use crate::query::text::{QueryText, is_pattern};

/// The fewest words with letters in capitals, beside AND, OR and NOT, that make such a phrase.
const FEWEST_WORDS: usize = 2;

/// Whether a query consists of bare words in capitals, AND, OR or NOT among them, and of nothing
/// else. Words of scripts without capitals say nothing about it.
pub(super) fn is_in_capitals(text: QueryText<'_>, tokens: &[QueryToken]) -> bool {
    let is_bare = |token: &QueryToken| match token.kind {
        QueryTokenKind::And | QueryTokenKind::Or | QueryTokenKind::Not => true,
        QueryTokenKind::Word => {
            let word = text.slice(token.span);
            !word.contains('*') && !is_pattern(word)
        }
        _ => false,
    };
    let words = tokens.iter().filter(|token| token.kind == QueryTokenKind::Word);
    let cased = words.clone().filter(|word| text.slice(word.span).contains(char::is_uppercase));
    words.count() < tokens.len()
        && tokens.iter().all(is_bare)
        && cased.count() >= FEWEST_WORDS
        && !text.0.contains(char::is_lowercase)
}

/// Whether AND, OR or NOT is between two words in capitals, so that it may have been meant as a
/// word, as in `we DO NOT SELL data`.
pub(super) fn has_operator_in_capitals(text: QueryText<'_>, tokens: &[QueryToken]) -> bool {
    let is_capital = |token: &QueryToken| {
        let word = text.slice(token.span);
        let letters = word.chars().filter(|c| c.is_alphabetic());
        token.kind == QueryTokenKind::Word
            && letters.clone().count() > 1
            && letters.clone().all(char::is_uppercase)
    };
    let mut threes = tokens.windows(3);
    threes.any(|three| {
        let is_operator =
            matches!(three[1].kind, QueryTokenKind::And | QueryTokenKind::Or | QueryTokenKind::Not);
        is_operator && is_capital(&three[0]) && is_capital(&three[2])
    })
}

/// Makes words of all operators.
pub(super) fn as_words(tokens: &mut [QueryToken]) {
    tokens.iter_mut().for_each(|token| token.kind = QueryTokenKind::Word);
}
