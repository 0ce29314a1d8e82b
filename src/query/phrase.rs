//! The words of a phrase: plain text, beginnings of words, regular expressions, any word.

use super::ast::{Phrase, PhraseWord, QueryField};
use super::lex::{Source, is_number, is_pattern, is_separator};
use super::regex::checked;
use crate::error::{QueryError, QueryErrorKind as Kind, QuerySpan, echo};

const AS_GAP: &str = "a distance follows a quoted phrase, as in `\"sell data\"~3`";
const AS_STAR: &str = "a `*` ends a word (`part*`) or is one of its own; for all else write a regular expression, as `/p.*y/`";

/// The phrase at `span` with its words at `inner`, in the group of `field` if there is one.
///
/// # Errors
///
/// Nothing to search for, or a star, a distance or a regular expression that is none.
pub(super) fn phrase(
    source: Source<'_>,
    field: Option<QueryField>,
    span: QuerySpan,
    inner: QuerySpan,
    is_quoted: bool,
) -> Result<Phrase, QueryError> {
    let reader = Reader { source, field, is_quoted };
    let mut words: Vec<PhraseWord> = Vec::new();
    let mut at = inner.start;
    for piece in source.slice(inner).split_inclusive(is_separator) {
        let word = piece.trim_end_matches(is_separator);
        if !word.is_empty() {
            let word = reader.word(word, QuerySpan::new(at, at + word.len()))?;
            match (words.last_mut(), word) {
                (Some(PhraseWord::Text(text)), PhraseWord::Text(more)) => {
                    *text = format!("{text} {more}")
                }
                (_, word) => words.push(word),
            }
        }
        at += piece.len();
    }
    reader.check(&words, span)?;
    Ok(Phrase { words, gap: 0 })
}

struct Reader<'q> {
    source: Source<'q>,
    field: Option<QueryField>,
    is_quoted: bool,
}

impl Reader<'_> {
    fn takes_globs(&self) -> bool {
        self.field.is_some_and(QueryField::takes_globs)
    }

    fn word(&self, word: &str, span: QuerySpan) -> Result<PhraseWord, QueryError> {
        let text = || PhraseWord::Text(word.to_owned());
        if self.takes_globs() {
            return Ok(text());
        }
        if is_pattern(word) && self.field != Some(QueryField::Link) {
            let pattern = &word[1..word.len() - 1];
            checked(pattern).map_err(|reason| {
                let message = format!("{} is no regular expression: {reason}", echo(word));
                self.source.error(Kind::BadRegex, span, message)
            })?;
            return Ok(PhraseWord::Regex(pattern.to_owned()));
        }
        if has_distance(word) && !self.is_quoted {
            let message = format!("the distance in {} behind a bare word", echo(word));
            return Err(self.source.error(Kind::BadDistance, span, message).with_hint(AS_GAP));
        }
        match word.strip_suffix('*') {
            _ if !word.contains('*') => Ok(text()),
            Some("") => Ok(PhraseWord::Any),
            Some(start) if !start.contains('*') && ends_in_word(start) => {
                Ok(PhraseWord::Prefix(start.to_owned()))
            }
            _ => {
                let message = format!("the `*` in {}", echo(word));
                Err(self.source.error(Kind::BadWildcard, span, message).with_hint(AS_STAR))
            }
        }
    }

    /// Whether there is something to search for.
    fn check(&self, words: &[PhraseWord], span: QuerySpan) -> Result<(), QueryError> {
        let is_sought = |word: &PhraseWord| match word {
            PhraseWord::Text(text) => {
                (self.takes_globs() && text.contains(['*', '?', '[']))
                    || text.contains(char::is_alphanumeric)
            }
            PhraseWord::Prefix(_) | PhraseWord::Regex(_) => true,
            PhraseWord::Any => false,
        };
        if words.iter().any(is_sought) {
            return Ok(());
        }
        let error = |message: String| self.source.error(Kind::NoWord, span, message);
        Err(match words {
            [] => error("nothing between the quotes".to_owned()).with_hint(AS_WORDS_WANTED),
            _ if words.contains(&PhraseWord::Any) => {
                error("`*` stands for any word: give another word beside it".to_owned())
            }
            _ => {
                let written = self.source.slice(span);
                let text = written
                    .trim_matches(|c| matches!(c, '"' | '“' | '”' | '„' | '‟') || is_separator(c));
                error(format!("no word to search for in {}", echo(text))).with_hint(AS_WORDS_WANTED)
            }
        })
    }
}

const AS_WORDS_WANTED: &str = "give a word: only letters and digits are searched";

/// Whether the text ends in a letter, digit or mark of a word, so that a star behind it goes on with that word.
fn ends_in_word(text: &str) -> bool {
    crate::token::tokens(text).last().is_some_and(|last| last.range.end == text.len())
}

/// `word~3`, but not `example.org/~3`.
fn has_distance(word: &str) -> bool {
    let parts = word.rsplit_once('~');
    parts.is_some_and(|(word, number)| word.ends_with(char::is_alphanumeric) && is_number(number))
}
