//! Cuts a query into words, quotes, parentheses, operators and field names.
//!
//! The lexer decides what one piece of text is: an operator, a word, a regular expression, the
//! name of a field. Whether the pieces make sense together is left to the parser.

use super::ast::QueryField;
use super::foreign::refuse_foreign;
use super::language::{MAX_DISTANCE, Matching};
use super::text::{
    QueryText, ends_word, is_curly_quote, is_number, is_pattern, is_quote, is_separator,
};
use crate::error::{QueryError, QueryErrorKind, QuerySpan, echo};

/// The Jaro-Winkler similarity from which a field is suggested in place of an unknown one. `typ`,
/// `sect` and `comapny` reach 0.9, `title` and `note` stay below 0.7.
const MIN_SIMILARITY: f64 = 0.8;

/// The name of an operand in messages.
pub(super) const OPERAND: &str = "a word, a quoted phrase or a group";

// Hints.
pub(super) const AS_WORDS: &str = "to search for the words, put them in quotes";
const AS_NEAR: &str =
    "a distance follows a quoted phrase; for groups there is NEAR, as in `(a OR b) NEAR/5 c`";
const AS_GAP: &str = "write how many other words may come between the words of the phrase, \
                      as in `\"sell data\"~3`";
const AS_LINK: &str = "put the address in quotes, or search link targets with `link:`";

/// A piece of a query with its place.
#[derive(Debug, Clone, Copy)]
pub(super) struct QueryToken {
    pub span: QuerySpan,
    pub kind: QueryTokenKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum QueryTokenKind {
    Word,
    /// A quoted text. The span includes the quotes.
    Quote,
    Open,
    Close,
    And,
    Or,
    Not,
    /// An operator of distance, with its largest distance in words.
    Distance(DistanceOperator, u32),
    /// `~n` directly after a quote, with the number of words.
    Gap(u32),
    /// The name of a field. The span includes the colon, and a word, a quote or an opening
    /// parenthesis follows without a space.
    Field(QueryField),
}

/// An operator that limits the distance between two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DistanceOperator {
    /// `NEAR/n`.
    Near,
    /// `WITHIN/n`.
    Within,
    /// `NOT WITHIN/n`.
    NotWithin,
}

/// Cuts `text` into tokens. If bare words are a set, a colon that makes no field is punctuation.
///
/// # Errors
///
/// A quote without an end, an unknown field, a field without a value, or a bad distance.
pub(super) fn lex(text: QueryText<'_>, matching: Matching) -> Result<Vec<QueryToken>, QueryError> {
    let mut lexer =
        Lexer { text, matching, tokens: Vec::new(), at: 0, field_depth: 0, no_pattern_before: 0 };
    while let Some(c) = text.rest(lexer.at).chars().next() {
        match c {
            '(' => lexer.open(),
            ')' => lexer.close(),
            c if is_separator(c) => lexer.at += c.len_utf8(),
            c if is_quote(c) => lexer.quote(c)?,
            _ => lexer.word()?,
        }
    }
    Ok(lexer.tokens)
}

struct Lexer<'q> {
    text: QueryText<'q>,
    matching: Matching,
    tokens: Vec<QueryToken>,
    /// The first byte that is not part of a token yet.
    at: usize,
    /// The number of open groups, counted from the group of a field on. Its words may be globs.
    field_depth: usize,
    /// A byte before which no regular expression begins. Without it, a query of slashes and
    /// parentheses would take quadratic time.
    no_pattern_before: usize,
}

impl Lexer<'_> {
    /// Adds a token from the current position to `end`, and goes on there.
    fn push(&mut self, kind: QueryTokenKind, end: usize) {
        let span = QuerySpan::new(self.at, end);
        self.tokens.push(QueryToken { span, kind });
        self.at = end;
    }

    fn open(&mut self) {
        let last = self.tokens.last().map(|last| last.kind);
        let is_of_field = matches!(last, Some(QueryTokenKind::Field(_)));
        self.field_depth += usize::from(is_of_field || self.field_depth > 0);
        self.push(QueryTokenKind::Open, self.at + 1);
    }

    fn close(&mut self) {
        self.field_depth = self.field_depth.saturating_sub(1);
        self.push(QueryTokenKind::Close, self.at + 1);
    }

    /// A quoted text.
    ///
    /// A straight quote closes a straight one, and any curly quote closes any curly one, because
    /// languages disagree about which curly quote opens.
    fn quote(&mut self, open: char) -> Result<(), QueryError> {
        let inner = self.at + open.len_utf8();
        let mut chars = self.text.rest(inner).char_indices();
        let Some((length, close)) = chars.find(|&(_, c)| closes_quote(open, c)) else {
            return Err(self.unclosed_quote(open));
        };
        self.push(QueryTokenKind::Quote, inner + length + close.len_utf8());
        Ok(())
    }

    fn unclosed_quote(&self, open: char) -> QueryError {
        let span = QuerySpan::new(self.at, self.at + open.len_utf8());
        let error = self.text.error(QueryErrorKind::UnclosedQuote, span, "unclosed quote");
        let close = if is_curly_quote(open) { '”' } else { open };
        error.with_hint(format!("close it with `{close}`"))
    }

    /// An operator, a field with its value, the distance of a phrase, or a word.
    fn word(&mut self) -> Result<(), QueryError> {
        let end = self.word_end(self.at);
        let span = QuerySpan::new(self.at, end);
        let word = self.text.slice(span);
        if word.starts_with('~')
            && let Some(operand) = self.adjoining_operand()
        {
            return self.gap(operand, span);
        }
        if let Some((operator, number)) = split_distance(word) {
            return self.distance_operator(operator, number, span);
        }
        match (word, field_name(word)) {
            ("AND", _) => self.push(QueryTokenKind::And, end),
            ("OR", _) => self.push(QueryTokenKind::Or, end),
            ("NOT", _) => self.push(QueryTokenKind::Not, end),
            (_, Some(name)) => return self.field(name),
            (_, None) => {
                if self.field_depth == 0 {
                    refuse_foreign(self.text, self.matching, span)?;
                }
                self.push(QueryTokenKind::Word, end);
            }
        }
        Ok(())
    }

    /// The last token, if it is a quote or the end of a group and no space follows it.
    fn adjoining_operand(&self) -> Option<QueryTokenKind> {
        let last = self.tokens.last().filter(|last| last.span.end == self.at)?;
        matches!(last.kind, QueryTokenKind::Quote | QueryTokenKind::Close).then_some(last.kind)
    }

    /// `~n` directly after `operand`, which must be a quote.
    fn gap(&mut self, operand: QueryTokenKind, span: QuerySpan) -> Result<(), QueryError> {
        let written = self.text.slice(span);
        let number = &written[1..];
        if operand == QueryTokenKind::Close {
            let message = format!("the distance {} behind a group", echo(written));
            let error = self.text.error(QueryErrorKind::BadDistance, span, message);
            return Err(error.with_hint(AS_NEAR));
        }
        if !is_number(number) {
            let message = format!("expected a number after `~`, not {}", echo(number));
            let error = self.text.error(QueryErrorKind::BadDistance, span, message);
            return Err(error.with_hint(AS_GAP));
        }
        let words = self.distance(number, QuerySpan::new(span.start + 1, span.end))?;
        self.push(QueryTokenKind::Gap(words), span.end);
        Ok(())
    }

    /// `NEAR/n` or `WITHIN/n`. A NOT directly before WITHIN becomes part of the operator.
    fn distance_operator(
        &mut self,
        operator: &str,
        number: &str,
        span: QuerySpan,
    ) -> Result<(), QueryError> {
        let words = self.distance(number, QuerySpan::new(span.end - number.len(), span.end))?;
        let operator = if operator == "NEAR" {
            DistanceOperator::Near
        } else if let Some(not) = self.tokens.pop_if(|last| last.kind == QueryTokenKind::Not) {
            self.at = not.span.start;
            DistanceOperator::NotWithin
        } else {
            DistanceOperator::Within
        };
        self.push(QueryTokenKind::Distance(operator, words), span.end);
        Ok(())
    }

    /// The value of `number`, which consists of digits and may be too large.
    fn distance(&self, number: &str, span: QuerySpan) -> Result<u32, QueryError> {
        let distance = number.parse().ok().filter(|&distance| distance <= MAX_DISTANCE);
        distance.ok_or_else(|| {
            let message =
                format!("the distance {} is more than {MAX_DISTANCE} words", echo(number));
            let error = self.text.error(QueryErrorKind::BadDistance, span, message);
            error.with_hint("for words anywhere in a clause, join them with AND")
        })
    }

    /// The byte after the word or regular expression that begins at `from`.
    fn word_end(&mut self, from: usize) -> usize {
        let rest = self.text.rest(from);
        let length = self.pattern_length(from).or_else(|| rest.find(ends_word));
        from + length.unwrap_or(rest.len())
    }

    /// The bytes of the regular expression `/pattern/` that begins at `from`, if one does.
    ///
    /// A parenthesis inside the expression does not end it. Closing parentheses after the last
    /// slash close the groups around it.
    fn pattern_length(&mut self, from: usize) -> Option<usize> {
        let rest = self.text.rest(from);
        if from < self.no_pattern_before || !rest.starts_with('/') {
            return None;
        }
        let length = rest.find(|c| is_separator(c) || is_quote(c)).unwrap_or(rest.len());
        let pattern = rest[..length].trim_end_matches(')');
        if is_pattern(pattern) {
            return Some(pattern.len());
        }
        self.no_pattern_before = from + length;
        None
    }

    /// The field `name` at the current position, and its value if that is a word.
    fn field(&mut self, name: &str) -> Result<(), QueryError> {
        let colon = QuerySpan::new(self.at, self.at + name.len() + 1);
        if self.matching != Matching::Phrase && !self.is_field_with_value(name, colon.end) {
            let end = self.word_end(self.at);
            self.push(QueryTokenKind::Word, end);
            return Ok(());
        }
        let field = QueryField::from_name(name).ok_or_else(|| self.unknown_field(name))?;
        self.push(QueryTokenKind::Field(field), colon.end);
        let end = self.word_end(colon.end);
        let first = self.text.rest(colon.end).chars().next();
        if end > colon.end {
            self.push(QueryTokenKind::Word, end);
        } else if !first.is_some_and(|c| c == '(' || is_quote(c)) {
            let message = format!("expected {OPERAND} after `{}`", self.text.slice(colon));
            let error = self.text.error(QueryErrorKind::MissingValue, colon, message);
            let hint = format!("write it directly after the colon, as in `{field}:word`");
            return Err(error.with_hint(hint));
        }
        Ok(())
    }

    /// Whether `name` is a field and its value follows at `after_colon` without a space.
    fn is_field_with_value(&self, name: &str, after_colon: usize) -> bool {
        let next = self.text.rest(after_colon).chars().next();
        QueryField::from_name(name).is_some() && next.is_some_and(|c| !is_separator(c))
    }

    fn unknown_field(&self, name: &str) -> QueryError {
        let span = QuerySpan::new(self.at, self.at + name.len());
        let message = format!("unknown field {}", echo(name));
        let error = self.text.error(QueryErrorKind::UnknownField, span, message);
        let value = self.text.rest(span.end + 1);
        if value.starts_with("//") || name.eq_ignore_ascii_case("mailto") {
            return error.with_hint(AS_LINK);
        }
        let fields = QueryField::ALL.map(QueryField::name).join(", ");
        error.with_hint(match similar_field(name) {
            Some(similar) => format!("did you mean `{similar}`? fields: {fields}"),
            None => format!("fields: {fields}; {AS_WORDS}"),
        })
    }
}

fn closes_quote(open: char, c: char) -> bool {
    is_quote(c) && is_curly_quote(c) == is_curly_quote(open)
}

/// The text before the first colon of `word`, if it looks like the name of a field.
fn field_name(word: &str) -> Option<&str> {
    let (name, _) = word.split_once(':')?;
    let has_letter = name.contains(|c: char| c.is_ascii_alphabetic());
    let is_ascii_name = name.chars().all(|c| c.is_ascii_alphabetic() || matches!(c, '-' | '_'));
    (has_letter && is_ascii_name).then_some(name)
}

/// The field whose name is most like `name`, if it is like it at all.
fn similar_field(name: &str) -> Option<QueryField> {
    let name = name.to_ascii_lowercase();
    let rated = QueryField::ALL.map(|field| (strsim::jaro_winkler(&name, field.name()), field));
    let (similarity, field) = rated.into_iter().max_by(|a, b| a.0.total_cmp(&b.0))?;
    (similarity >= MIN_SIMILARITY).then_some(field)
}

/// The operator and the number of `NEAR/5` or `WITHIN/5`.
fn split_distance(word: &str) -> Option<(&str, &str)> {
    word.split_once('/')
        .filter(|(operator, number)| matches!(*operator, "NEAR" | "WITHIN") && is_number(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelt_fields_are_recognised() {
        for (name, field) in [
            ("Companies", QueryField::Company),
            ("sect", QueryField::Section),
            ("lnik", QueryField::Link),
        ] {
            assert_eq!(similar_field(name), Some(field), "{name}");
        }
        for name in ["title", "note", "site", "x"] {
            assert_eq!(similar_field(name), None, "{name}");
        }
    }
}
