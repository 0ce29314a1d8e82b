//! Weighs the words of questions in plain language, and finds their synonyms.
//!
//! Other forms and synonyms of a word only add to the score of a clause that matches; they make no
//! match.

use std::collections::HashSet;

use crate::stem::stem;

/// Words that any question may contain, whatever it asks about; separated by white space.
const QUESTION_WORDS: &str = include_str!("words/question.txt");

/// Words that nearly every clause of a policy could contain.
const GENERIC_WORDS: &str = include_str!("words/generic.txt");

/// Groups of words that policies use with the same meaning, one group per line.
const SYNONYMS: &str = include_str!("words/synonyms.txt");

/// The weight of question words. It is not 0: without them, clauses that differ only in such words
/// would rank the same.
const QUESTION_WEIGHT: f64 = 0.1;

/// The weight of generic words.
const GENERIC_WEIGHT: f64 = 0.5;

/// The weight of a word as it was typed, where its other forms score as well.
pub(super) const TYPED_WEIGHT: f64 = 0.3;

/// The weight of any form of a word.
pub(super) const FORMS_WEIGHT: f64 = 0.7;

/// The weight of a synonym.
pub(super) const SYNONYM_WEIGHT: f64 = 0.4;

/// The weights of the words of a set, from 0 to 1.
pub(super) struct WordWeights {
    question: HashSet<&'static str>,
    generic: HashSet<&'static str>,
}

impl WordWeights {
    /// Reads the lists of words.
    pub fn new() -> Self {
        Self {
            question: QUESTION_WORDS.split_whitespace().collect(),
            generic: GENERIC_WORDS.split_whitespace().collect(),
        }
    }

    /// The weight of a folded word.
    pub fn of(&self, word: &str) -> f64 {
        match word {
            _ if self.question.contains(word) => QUESTION_WEIGHT,
            _ if self.generic.contains(word) => GENERIC_WEIGHT,
            _ => 1.0,
        }
    }
}

/// Whether a word of this weight says something about the question.
pub(super) fn is_telling(weight: f64) -> bool {
    weight > QUESTION_WEIGHT
}

/// The stems of the synonyms of the words with the stem `wanted`, without `wanted` itself.
pub(super) fn synonyms(wanted: &str) -> Vec<String> {
    let mut synonyms: Vec<String> = SYNONYMS
        .lines()
        .map(stems)
        .filter(|group| group.iter().any(|stem| stem == wanted))
        .flatten()
        .filter(|stem| stem != wanted)
        .collect();
    synonyms.sort_unstable();
    synonyms.dedup();
    synonyms
}

/// The stems of the words of a line.
fn stems(line: &str) -> Vec<String> {
    line.split_whitespace().map(|word| stem(word).into_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn synonyms_are_found_from_any_form() {
        assert!(synonyms(&stem("selling")).contains(&stem("disclose").into_owned()));
        assert!(!synonyms(&stem("selling")).contains(&stem("sell").into_owned()));
        assert!(synonyms("zebra").is_empty());
    }

    #[test]
    fn the_words_are_folded_and_in_one_list() {
        let weights = WordWeights::new();
        assert!(weights.question.len() > 100 && weights.generic.len() > 20);
        assert!(weights.question.is_disjoint(&weights.generic));
        for word in weights.question.iter().chain(&weights.generic) {
            assert_eq!(crate::token::terms(word).collect::<Vec<_>>(), [*word]);
        }
        assert_eq!(
            (weights.of("they"), weights.of("data"), weights.of("advertisers")),
            (0.1, 0.5, 1.0)
        );
    }
}
