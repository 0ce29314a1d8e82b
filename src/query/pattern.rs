//! What is looked for in the text of a clause, bound to words: slots for words, and how these must stand to each other.

use super::plain_language::QUESTION_WEIGHT;
use super::regex::TermRegex;
use crate::stem::stem;

/// A pattern: a phrase, or what distances make of phrases.
#[derive(Debug)]
pub(crate) struct Pattern {
    /// Its words, each distinct one once.
    pub slots: Vec<Slot>,
    pub spans: Spans,
    /// Whether it is what was asked for, not what was excluded: it scores and is highlighted.
    pub is_wanted: bool,
    /// How much its score counts.
    pub weight: f64,
    /// As people know it: its words.
    pub text: String,
    pub origin: Origin,
}

/// Why a pattern is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// It stands in the query.
    Asked,
    /// It is any form of a word of the query.
    Forms,
    /// It says the same as a word of the query.
    Synonyms,
}

impl Pattern {
    /// Whether it says anything about what is asked, and is not a word that any question could have.
    pub fn is_telling(&self) -> bool {
        self.is_wanted && self.weight > QUESTION_WEIGHT
    }
}

/// How the words of a pattern must stand. Numbers are those of slots.
#[derive(Debug)]
pub(crate) enum Spans {
    /// These words in this order; `None`: any one word.
    Phrase {
        words: Vec<Option<usize>>,
        /// How many other words may stand between them.
        gap: u32,
    },
    Or(Vec<Spans>),
    Near {
        distance: u32,
        left: Box<Spans>,
        right: Box<Spans>,
    },
    Within {
        distance: u32,
        is_negated: bool,
        found: Box<Spans>,
        beside: Box<Spans>,
    },
}

/// A word of a pattern: which words of a text it stands for.
#[derive(Debug)]
pub(crate) enum Slot {
    /// This one.
    Exact(String),
    /// Those that begin so.
    Prefix(String),
    /// Those with this stem.
    Forms(String),
    Regex(Box<TermRegex>),
}

impl Slot {
    /// Whether it stands for this folded word.
    pub fn fits(&self, term: &str) -> bool {
        match self {
            Slot::Exact(word) => word == term,
            Slot::Prefix(start) => term.starts_with(start),
            Slot::Forms(wanted) => stem(term) == *wanted,
            Slot::Regex(regex) => regex.fits(term),
        }
    }
}

impl PartialEq for Slot {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Slot::Exact(a), Slot::Exact(b))
            | (Slot::Prefix(a), Slot::Prefix(b))
            | (Slot::Forms(a), Slot::Forms(b)) => a == b,
            _ => false,
        }
    }
}

impl Spans {
    /// Whether a phrase in it has nothing to look for: no word at all (true), or none but "any word" (false).
    pub fn wordless(&self) -> Option<bool> {
        match self {
            Spans::Phrase { words, .. } => {
                words.iter().all(Option::is_none).then_some(words.is_empty())
            }
            Spans::Or(operands) => operands.iter().find_map(Spans::wordless),
            Spans::Near { left, right, .. } => left.wordless().or_else(|| right.wordless()),
            Spans::Within { found, beside, .. } => found.wordless().or_else(|| beside.wordless()),
        }
    }

    /// Whether a match hangs on how many words the text has: an "any word" at the end of a phrase must be there.
    pub fn hangs_on_length(&self) -> bool {
        match self {
            Spans::Phrase { words, .. } => words.last() == Some(&None),
            Spans::Or(operands) => operands.iter().any(Spans::hangs_on_length),
            Spans::Near { left, right, .. } => left.hangs_on_length() || right.hangs_on_length(),
            Spans::Within { found, beside, .. } => {
                found.hangs_on_length() || beside.hangs_on_length()
            }
        }
    }
}
