//! Questions in plain language: how much each of their words says, and which others say the same.
//!
//! What is not a word of the query only adds score to clauses that match, it makes no match.

use std::collections::HashSet;

use crate::stem::stem;

/// Words that questions are made of, whatever they ask about. One per white space.
const QUESTION_WORDS: &str = include_str!("words/question.txt");

/// Words that nearly every clause of a policy could have.
const GENERIC_WORDS: &str = include_str!("words/generic.txt");

/// Groups of words that policies use for the same, a line for each.
const SYNONYMS: &str = include_str!("words/synonyms.txt");

/// Not nothing: left out, they would cost the clauses that only differ in them.
pub(super) const QUESTION_WEIGHT: f64 = 0.1;

const GENERIC_WEIGHT: f64 = 0.5;

/// How much a word counts as it was typed, when its other forms count besides.
pub(super) const TYPED_WEIGHT: f64 = 0.3;

/// How much any of its forms counts.
pub(super) const FORMS_WEIGHT: f64 = 0.7;

/// How much another word for the same counts.
pub(super) const SYNONYM_WEIGHT: f64 = 0.4;

/// How much words of a set count, from 0 to 1.
pub(super) struct Weights {
    question: HashSet<&'static str>,
    generic: HashSet<&'static str>,
}

impl Weights {
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

/// Whether it says anything about what is asked.
pub(super) fn is_telling(weight: f64) -> bool {
    weight > QUESTION_WEIGHT
}

/// The stems of the words that say the same as a word with this stem, itself left out.
pub(super) fn synonyms(wanted: &str) -> Vec<String> {
    let stems = |line: &str| -> Vec<String> {
        line.split_whitespace().map(|word| stem(word).into_owned()).collect()
    };
    let groups =
        SYNONYMS.lines().map(stems).filter(|group| group.iter().any(|stem| stem == wanted));
    let mut same: Vec<String> = groups.flatten().filter(|stem| stem != wanted).collect();
    same.sort_unstable();
    same.dedup();
    same
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
        let weights = Weights::new();
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
