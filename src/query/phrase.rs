//! Reads the words of a phrase: plain text, prefixes, regular expressions, and `*` for any word.

use super::ast::{Phrase, PhraseWord, QueryField};
use super::regex::check_regex;
use super::text::{QueryText, is_number, is_pattern, is_quote, is_separator};
use crate::error::{QueryError, QueryErrorKind, QuerySpan, echo};

// Hints.
const AS_GAP: &str = "a distance follows a quoted phrase, as in `\"sell data\"~3`";
const AS_STAR: &str = "a `*` ends a word (`part*`) or is one of its own; for all else write a \
                       regular expression, as `/p.*y/`";
const AS_WORDS_WANTED: &str = "give a word: only letters and digits are searched";

/// Reads phrases of one query. The words of a name field are globs, and the words of a link have
/// slashes of their own, so the field decides how a word is read.
pub(super) struct PhraseReader<'q> {
    /// The query.
    pub text: QueryText<'q>,
    /// The field that the phrase is searched in, if it is not the text of the clause.
    pub field: Option<QueryField>,
    /// Whether the phrase was written in quotes.
    pub is_quoted: bool,
}

impl PhraseReader<'_> {
    /// The phrase at `span`, without a gap. Its words are at `inner`, which leaves out the quotes.
    ///
    /// # Errors
    ///
    /// A phrase without a word to search for, a star or a distance where none may be written, or
    /// a bad regular expression.
    pub fn phrase(&self, span: QuerySpan, inner: QuerySpan) -> Result<Phrase, QueryError> {
        let mut words: Vec<PhraseWord> = Vec::new();
        let mut at = inner.start;
        for piece in self.text.slice(inner).split_inclusive(is_separator) {
            let word = piece.trim_end_matches(is_separator);
            if !word.is_empty() {
                let word = self.word(word, QuerySpan::new(at, at + word.len()))?;
                match (words.last_mut(), word) {
                    (Some(PhraseWord::Text(text)), PhraseWord::Text(more)) => {
                        *text = format!("{text} {more}")
                    }
                    (_, word) => words.push(word),
                }
            }
            at += piece.len();
        }
        if !words.iter().any(|word| self.is_searchable(word)) {
            return Err(self.no_word(&words, span));
        }
        Ok(Phrase { words, gap: 0 })
    }

    fn takes_globs(&self) -> bool {
        self.field.is_some_and(QueryField::takes_globs)
    }

    fn word(&self, word: &str, span: QuerySpan) -> Result<PhraseWord, QueryError> {
        if self.takes_globs() {
            return Ok(PhraseWord::Text(word.to_owned()));
        }
        if is_pattern(word) && self.field != Some(QueryField::Link) {
            return self.regex(word, span);
        }
        if has_distance(word) && !self.is_quoted {
            let message = format!("the distance in {} behind a bare word", echo(word));
            let error = self.text.error(QueryErrorKind::BadDistance, span, message);
            return Err(error.with_hint(AS_GAP));
        }
        match word.strip_suffix('*') {
            _ if !word.contains('*') => Ok(PhraseWord::Text(word.to_owned())),
            Some("") => Ok(PhraseWord::Any),
            Some(start) if !start.contains('*') && ends_in_word(start) => {
                Ok(PhraseWord::Prefix(start.to_owned()))
            }
            _ => {
                let message = format!("the `*` in {}", echo(word));
                let error = self.text.error(QueryErrorKind::BadWildcard, span, message);
                Err(error.with_hint(AS_STAR))
            }
        }
    }

    fn regex(&self, word: &str, span: QuerySpan) -> Result<PhraseWord, QueryError> {
        let pattern = &word[1..word.len() - 1];
        check_regex(pattern).map_err(|reason| {
            let message = format!("{} is no regular expression: {reason}", echo(word));
            self.text.error(QueryErrorKind::BadRegex, span, message)
        })?;
        Ok(PhraseWord::Regex(pattern.to_owned()))
    }

    /// Whether a search for the word alone makes sense.
    fn is_searchable(&self, word: &PhraseWord) -> bool {
        match word {
            PhraseWord::Text(text) => {
                (self.takes_globs() && text.contains(['*', '?', '[']))
                    || text.contains(char::is_alphanumeric)
            }
            PhraseWord::Prefix(_) | PhraseWord::Regex(_) => true,
            PhraseWord::Any => false,
        }
    }

    /// The error for a phrase in which no word is searchable.
    fn no_word(&self, words: &[PhraseWord], span: QuerySpan) -> QueryError {
        let (message, hint) = if words.is_empty() {
            ("nothing between the quotes".to_owned(), Some(AS_WORDS_WANTED))
        } else if words.contains(&PhraseWord::Any) {
            ("`*` stands for any word: give another word beside it".to_owned(), None)
        } else {
            let written = self.text.slice(span).trim_matches(|c| is_quote(c) || is_separator(c));
            (format!("no word to search for in {}", echo(written)), Some(AS_WORDS_WANTED))
        };
        let error = self.text.error(QueryErrorKind::NoWord, span, message);
        match hint {
            Some(hint) => error.with_hint(hint),
            None => error,
        }
    }
}

/// Whether the text ends with a letter, digit or mark of a word, so that a star directly after it
/// continues that word.
fn ends_in_word(text: &str) -> bool {
    crate::token::tokens(text).last().is_some_and(|last| last.range.end == text.len())
}

/// Whether the word ends with a distance, as `word~3` does. The end of `example.org/~3` is none,
/// because no letter or digit comes before the tilde.
fn has_distance(word: &str) -> bool {
    let parts = word.rsplit_once('~');
    parts.is_some_and(|(word, number)| word.ends_with(char::is_alphanumeric) && is_number(number))
}
