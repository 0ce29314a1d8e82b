//! Regular expressions over one word: in time linear in the word, whatever the expression.

use regex_automata::dfa::{Automaton, StartKind, dense};
use regex_automata::nfa::thompson;
use regex_automata::util::primitives::StateID;
use regex_automata::util::syntax;
use regex_automata::{Anchored, Input, MatchKind};

/// The most bytes of the automaton, and of what it is made from. `\w{50}` takes a tenth of it.
const MAX_BYTES: usize = 8 << 20;

/// The most groups inside each other.
const MAX_NESTING: u32 = 64;

/// A regular expression that fits a folded word from end to end.
pub(crate) struct TermRegex {
    pattern: String,
    dfa: dense::DFA<Vec<u32>>,
    start: StateID,
}

impl std::fmt::Debug for TermRegex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "/{}/", self.pattern)
    }
}

/// The expression, or in one line why it is none.
pub(super) fn checked(pattern: &str) -> Result<(), String> {
    TermRegex::new(pattern).map(|_| ())
}

impl TermRegex {
    /// Letters are folded as those of the index are: `É` in the pattern is `e`.
    ///
    /// # Errors
    ///
    /// In one line why it is no regular expression, or that it is too large.
    pub fn new(pattern: &str) -> Result<Self, String> {
        let config = dense::Config::new()
            .start_kind(StartKind::Anchored)
            // Not the first way to match, but all: the longest may be the one that reaches the end of the word.
            .match_kind(MatchKind::All)
            .dfa_size_limit(Some(MAX_BYTES))
            .determinize_size_limit(Some(MAX_BYTES));
        let dfa = dense::Builder::new()
            .configure(config)
            .syntax(syntax::Config::new().case_insensitive(true).nest_limit(MAX_NESTING))
            .thompson(thompson::Config::new().nfa_size_limit(Some(MAX_BYTES)))
            .build(&folded(pattern))
            .map_err(|error| reason(&error))?;
        let start = dfa
            .start_state_forward(&Input::new("").anchored(Anchored::Yes))
            .map_err(|error| error.to_string())?;
        Ok(Self { pattern: pattern.to_owned(), dfa, start })
    }

    /// As it was written.
    pub fn pattern(&self) -> &str {
        &self.pattern
    }

    /// Whether it matches a folded word from end to end.
    pub fn matches(&self, term: &str) -> bool {
        let state = term.bytes().fold(self.start, |state, byte| self.dfa.next_state(state, byte));
        self.is_at_end(state)
    }

    fn is_at_end(&self, state: StateID) -> bool {
        self.dfa.is_match_state(self.dfa.next_eoi_state(state))
    }
}

/// Walks the dictionary of the index.
impl tantivy_fst::Automaton for &TermRegex {
    type State = StateID;

    fn start(&self) -> StateID {
        self.start
    }

    fn is_match(&self, state: &StateID) -> bool {
        self.is_at_end(*state)
    }

    fn can_match(&self, state: &StateID) -> bool {
        !self.dfa.is_dead_state(*state)
    }

    fn accept(&self, state: &StateID, byte: u8) -> StateID {
        self.dfa.next_state(*state, byte)
    }
}

fn folded(pattern: &str) -> String {
    let fold = |c: char| match c.is_ascii() {
        true => c.to_string(),
        false => {
            let written = c.to_string();
            let folded = crate::token::terms(&written).next().map(|term| term.into_owned());
            folded.unwrap_or(written)
        }
    };
    pattern.chars().map(fold).collect()
}

/// The innermost cause, which says what is wrong, on one line.
fn reason(error: &dense::BuildError) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    // The library draws the pattern with a caret of its own; its last line says what is wrong.
    let text = cause.to_string();
    if error.is_size_limit_exceeded() || text.contains("exceeded limit") {
        return "it needs too much memory; write it with fewer repetitions".to_owned();
    }
    let last = text.lines().last().unwrap_or_default();
    last.trim_start_matches("error: ").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(pattern: &str, term: &str) -> bool {
        TermRegex::new(pattern).is_ok_and(|regex| regex.matches(term))
    }

    #[test]
    fn words_are_fitted_from_end_to_end() {
        for (pattern, term, expected) in [
            ("opt(s|ed|ing)?", "opt", true),
            ("opt(s|ed|ing)?", "opting", true),
            ("opt(s|ed|ing)?", "option", false),
            ("a|ab", "ab", true),
            ("OPT.*", "option", true),
            ("Caf\u{e9}s?", "cafes", true),
            ("個.?", "個", true),
            ("[^a-z]+", "2018", true),
            ("", "", true),
            ("x*", "y", false),
        ] {
            assert_eq!(fits(pattern, term), expected, "{pattern} {term}");
        }
    }

    #[test]
    fn mistakes_are_said_on_one_line() {
        for pattern in
            ["a(", "a)", "[b-a]", "*a", "(?P<x", r"\p{Foo}", "(a{100}){100}{100}", r"\bx"]
        {
            let reason = TermRegex::new(pattern).map(|_| ()).expect_err(pattern);
            assert!(!reason.is_empty() && reason.lines().count() == 1, "{pattern}: {reason}");
        }
        let nested = "(".repeat(5000) + &")".repeat(5000);
        assert!(TermRegex::new(&nested).is_err());
    }

    #[test]
    fn hostile_patterns_take_no_time() {
        assert!(fits("(a+)+b?", &"a".repeat(100_000)));
        assert!(!fits("(a|a)*b", &"a".repeat(100_000)));
    }
}
