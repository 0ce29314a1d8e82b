//! Questions in plain language: how much each of their words says.

use std::collections::HashSet;

/// Words that questions are made of, whatever they ask about. One per white space.
const QUESTION_WORDS: &str = include_str!("words/question.txt");

/// Words that nearly every clause of a policy could have.
const GENERIC_WORDS: &str = include_str!("words/generic.txt");

/// Not nothing: left out, they would cost the clauses that only differ in them.
const QUESTION_WEIGHT: f64 = 0.1;

const GENERIC_WEIGHT: f64 = 0.5;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_folded_and_in_one_list() {
        let weights = Weights::new();
        assert!(weights.question.len() > 100 && weights.generic.len() > 20);
        assert!(weights.question.is_disjoint(&weights.generic));
        for word in weights.question.iter().chain(&weights.generic) {
            assert_eq!(crate::token::terms(word).collect::<Vec<_>>(), [*word]);
        }
        assert_eq!((weights.of("they"), weights.of("data"), weights.of("advertisers")), (0.1, 0.5, 1.0));
    }
}
