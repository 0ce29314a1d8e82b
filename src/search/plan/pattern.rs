//! Patterns: words to find in a text, and how they must follow each other.
//!
//! A [`Pattern`] has one slot for each distinct word, and [`Spans`] say how the slots must follow
//! each other. `matching` finds the spans of a pattern in postings and in texts.

use super::questions::is_telling;
use crate::query::TermRegex;
use crate::stem::stem;

/// A phrase, or phrases at a distance from each other.
#[derive(Debug)]
pub(crate) struct Pattern {
    /// Its words, each distinct one once.
    pub slots: Vec<Slot>,
    /// How the words must follow each other.
    pub spans: Spans,
    /// Whether it was asked for, not excluded: it scores and is highlighted.
    pub is_wanted: bool,
    /// The factor of its score.
    pub weight: f64,
    /// Its words, as shown to people.
    pub text: String,
    /// Why it is looked for.
    pub origin: PatternOrigin,
}

/// Why a pattern is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PatternOrigin {
    /// It is in the query.
    Asked,
    /// It matches any form of a word of the query.
    Forms,
    /// Policies use it with the meaning of a word of the query.
    Synonyms,
}

impl Pattern {
    /// Whether it says something about the question: it is wanted, and is not a word that any
    /// question could contain.
    pub fn is_telling(&self) -> bool {
        self.is_wanted && is_telling(self.weight)
    }
}

/// How the words of a pattern must follow each other. Numbers are numbers of slots.
#[derive(Debug)]
pub(crate) enum Spans {
    /// Words in this order.
    Phrase {
        /// The slots; `None` is any one word.
        words: Vec<Option<usize>>,
        /// How many other words may be between them in all.
        gap: u32,
    },
    /// At least one of these.
    Or(Vec<Spans>),
    /// Both, in either order, with at most `distance` words between them.
    Near {
        /// The most words between them.
        distance: u32,
        /// The operand that was written first.
        left: Box<Spans>,
        /// The operand that was written second.
        right: Box<Spans>,
    },
    /// `found` with a `beside` at most `distance` words away, or without one.
    Within {
        /// The most words between them.
        distance: u32,
        /// Whether no `beside` may be that near.
        is_negated: bool,
        /// The operand that is found.
        found: Box<Spans>,
        /// What must, or must not, be near it.
        beside: Box<Spans>,
    },
}

/// A word of a pattern: which words of a text it matches.
#[derive(Debug)]
pub(crate) enum Slot {
    /// This folded word.
    Exact(String),
    /// The words that begin with this.
    Prefix(String),
    /// The words with this stem.
    Forms(String),
    /// The words that this regular expression matches from end to end.
    Regex(Box<TermRegex>),
}

impl Slot {
    /// Whether it matches this folded word.
    pub fn matches(&self, term: &str) -> bool {
        match self {
            Slot::Exact(word) => word == term,
            Slot::Prefix(start) => term.starts_with(start),
            Slot::Forms(wanted) => stem(term) == *wanted,
            Slot::Regex(regex) => regex.matches(term),
        }
    }
}

/// Two regular expressions are never equal: to compare them is not worth it.
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

/// Why there is nothing to look for in a phrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wordless {
    /// The phrase has no word.
    NoWord,
    /// Every word of the phrase is `*`.
    AnyWordAlone,
}

impl Spans {
    /// A phrase of these slots, next to each other.
    pub fn phrase(words: Vec<Option<usize>>) -> Self {
        Spans::Phrase { words, gap: 0 }
    }

    /// Why one of its phrases has nothing to look for; `None` if all of them have.
    pub fn wordless(&self) -> Option<Wordless> {
        match self {
            Spans::Phrase { words, .. } if words.is_empty() => Some(Wordless::NoWord),
            Spans::Phrase { words, .. } => {
                words.iter().all(Option::is_none).then_some(Wordless::AnyWordAlone)
            }
            Spans::Or(operands) => operands.iter().find_map(Spans::wordless),
            Spans::Near { left, right, .. } => left.wordless().or_else(|| right.wordless()),
            Spans::Within { found, beside, .. } => found.wordless().or_else(|| beside.wordless()),
        }
    }

    /// Whether a match depends on the number of words in the text: the text must have a word for a
    /// `*` at the end of a phrase.
    pub fn depends_on_length(&self) -> bool {
        match self {
            Spans::Phrase { words, .. } => words.last() == Some(&None),
            Spans::Or(operands) => operands.iter().any(Spans::depends_on_length),
            Spans::Near { left, right, .. } => {
                left.depends_on_length() || right.depends_on_length()
            }
            Spans::Within { found, beside, .. } => {
                found.depends_on_length() || beside.depends_on_length()
            }
        }
    }
}
