//! Regular expressions that match one whole word, in time linear in the length of the word.
//!
//! The expression becomes a deterministic automaton. The search plan runs it on the words of a
//! clause, and tantivy walks the term dictionary of the index with it.

use regex_automata::dfa::{Automaton, StartKind, dense};
use regex_automata::nfa::thompson;
use regex_automata::util::primitives::StateID;
use regex_automata::util::syntax;
use regex_automata::{Anchored, Input, MatchKind};
use unicode_normalization::UnicodeNormalization;

use crate::token::fold_char;

/// The most bytes of the automaton, and of each structure that it is built from. `\w{50}` needs a
/// tenth of this.
const MAX_BYTES: usize = 8 << 20;

/// The most groups inside each other.
const MAX_NESTING: u32 = 64;

/// A regular expression that matches a folded word from end to end.
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

/// Checks that the pattern is a regular expression that can be searched.
///
/// # Errors
///
/// The reason in one line, if the pattern is no regular expression or needs too much memory.
pub(super) fn check_regex(pattern: &str) -> Result<(), String> {
    TermRegex::new(pattern).map(|_| ())
}

impl TermRegex {
    /// Builds the automaton. Letters of the pattern are folded like the words of the index, so
    /// that `É` in the pattern matches `e`.
    ///
    /// # Errors
    ///
    /// The reason in one line, if the pattern is no regular expression or needs too much memory.
    pub fn new(pattern: &str) -> Result<Self, String> {
        let config = dense::Config::new()
            .start_kind(StartKind::Anchored)
            // In `a|ab` the first alternative that matches is not the one that reaches the end of
            // the word `ab`, so the automaton has to follow all of them.
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

    /// The pattern as it was written, without its slashes.
    pub fn pattern(&self) -> &str {
        &self.pattern
    }

    /// Whether the expression matches the folded word from end to end.
    pub fn matches(&self, term: &str) -> bool {
        let state = term.bytes().fold(self.start, |state, byte| self.dfa.next_state(state, byte));
        self.is_at_end(state)
    }

    /// Whether a word that ends in this state matches.
    fn is_at_end(&self, state: StateID) -> bool {
        self.dfa.is_match_state(self.dfa.next_eoi_state(state))
    }
}

/// The form in which tantivy walks the term dictionary of the index.
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

/// The pattern with its letters folded. ASCII stays as it is, because the syntax consists of ASCII
/// and the automaton ignores the case of letters. A letter that is folded to several is a group,
/// but inside a class it is each of them.
fn folded(pattern: &str) -> String {
    let mut folded = String::with_capacity(pattern.len());
    let mut is_escaped = false;
    let mut depth = 0_usize;
    for c in pattern.nfc() {
        match c {
            '[' if !is_escaped => depth += 1,
            ']' if !is_escaped => depth = depth.saturating_sub(1),
            _ => {}
        }
        is_escaped = c == '\\' && !is_escaped;
        let form = if c.is_ascii() { c.to_string() } else { fold_char(c) };
        match form.chars().count() > 1 && depth == 0 {
            true => folded.extend(["(?:", &form, ")"]),
            false => folded.push_str(&form),
        }
    }
    folded
}

/// The mistake in the pattern, on one line. The innermost cause of the error names it.
fn reason(error: &dense::BuildError) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    let text = cause.to_string();
    if error.is_size_limit_exceeded() || text.contains("exceeded limit") {
        return "it needs too much memory; write it with fewer repetitions".to_owned();
    }
    // The library draws the pattern with a caret, and names the mistake on the last line.
    let last = text.lines().last().unwrap_or(&text);
    last.trim_start_matches("error: ").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, term: &str) -> bool {
        TermRegex::new(pattern).is_ok_and(|regex| regex.matches(term))
    }

    #[test]
    fn words_are_matched_from_end_to_end() {
        for (pattern, term, expected) in [
            ("opt(s|ed|ing)?", "opt", true),
            ("opt(s|ed|ing)?", "opting", true),
            ("opt(s|ed|ing)?", "option", false),
            ("a|ab", "ab", true),
            ("OPT.*", "option", true),
            ("Caf\u{e9}s?", "cafes", true),
            ("Cafe\u{301}s?", "cafes", true),
            ("stra\u{df}?e", "strae", true),
            ("stra\u{df}?e", "strasse", true),
            ("[\u{df}x]+", "xs", true),
            ("\\[?и\u{306}.*", "йод", true),
            ("दि.*", "दिल", true),
            ("個.?", "個", true),
            ("[^a-z]+", "2018", true),
            ("", "", true),
            ("x*", "y", false),
        ] {
            assert_eq!(matches(pattern, term), expected, "{pattern} {term}");
        }
    }

    #[test]
    fn mistakes_are_named_on_one_line() {
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
        assert!(matches("(a+)+b?", &"a".repeat(100_000)));
        assert!(!matches("(a|a)*b", &"a".repeat(100_000)));
    }
}
