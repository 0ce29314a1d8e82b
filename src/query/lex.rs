//! The words, quotes, operators and colons of a query, with their places.

use super::ast::QueryField;
use super::parse::{MAX_DISTANCE, Matching};
use crate::error::{QueryError, QueryErrorKind as Kind, QuerySpan, echo};

/// Jaro-Winkler similarity from which a field is suggested: `typ`, `sect` and `comapny` are above
/// 0.9, `title` and `note` below 0.7.
const NEAR_NAME: f64 = 0.8;

pub(super) const OPERAND: &str = "a word, a quoted phrase or a group";

// Hints.
pub(super) const AS_WORDS: &str = "to search for the words, put them in quotes";
const AS_NEAR: &str =
    "a distance follows a quoted phrase; for groups there is NEAR, as in `(a OR b) NEAR/5 c`";
const AS_GAP: &str =
    "write how many other words may stand between those of the phrase, as in `\"sell data\"~3`";
const AS_LINK: &str = "put the address in quotes, or search link targets with `link:`";

/// White space as Unicode has it, and control characters: NUL and its like come from scripts,
/// nobody searches for them.
pub(super) fn is_separator(c: char) -> bool {
    c.is_whitespace() || c.is_control()
}

fn is_curly(c: char) -> bool {
    matches!(c, '“' | '”' | '„' | '‟')
}

pub(super) fn is_quote(c: char) -> bool {
    c == '"' || is_curly(c)
}

pub(super) fn ends_word(c: char) -> bool {
    is_separator(c) || is_quote(c) || matches!(c, '(' | ')')
}

/// The query, read by byte ranges that cannot panic.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source<'q>(pub &'q str);

impl<'q> Source<'q> {
    pub fn slice(self, span: QuerySpan) -> &'q str {
        self.0.get(span.start..span.end).unwrap_or_default()
    }

    pub fn rest(self, from: usize) -> &'q str {
        self.0.get(from..).unwrap_or_default()
    }

    pub fn error(self, kind: Kind, span: QuerySpan, message: impl AsRef<str>) -> QueryError {
        QueryError::new(kind, self.0, span, message)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenKind {
    Word,
    /// With its quotes.
    Quote,
    Open,
    Close,
    And,
    Or,
    Not,
    /// `NEAR/n`.
    Near(u32),
    /// `WITHIN/n`.
    Within(u32),
    /// `NOT WITHIN/n`.
    NotWithin(u32),
    /// `~n` right behind a quote.
    Gap(u32),
    /// With its colon; a word, a quote or an opening parenthesis follows without a gap.
    Field(QueryField),
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    pub span: QuerySpan,
    pub kind: TokenKind,
}

pub(super) fn lex(source: Source<'_>, matching: Matching) -> Result<Vec<Token>, QueryError> {
    let (tokens, at, no_pattern_before) = (Vec::new(), 0, 0);
    let mut lexer = Lexer { source, matching, tokens, at, no_pattern_before };
    while let Some(c) = source.rest(lexer.at).chars().next() {
        match c {
            '(' => lexer.push(TokenKind::Open, lexer.at + 1),
            ')' => lexer.push(TokenKind::Close, lexer.at + 1),
            c if is_separator(c) => lexer.at += c.len_utf8(),
            c if is_quote(c) => lexer.quote(c)?,
            _ => lexer.word()?,
        }
    }
    Ok(lexer.tokens)
}

struct Lexer<'q> {
    source: Source<'q>,
    matching: Matching,
    tokens: Vec<Token>,
    at: usize,
    /// No pattern begins before this byte: keeps a query of slashes and parentheses linear.
    no_pattern_before: usize,
}

impl Lexer<'_> {
    fn push(&mut self, kind: TokenKind, end: usize) {
        let span = QuerySpan::new(self.at, end);
        self.tokens.push(Token { span, kind });
        self.at = end;
    }

    /// A straight quote closes a straight one, any curly one a curly one: languages differ in which
    /// of those opens.
    fn quote(&mut self, open: char) -> Result<(), QueryError> {
        let inner = self.at + open.len_utf8();
        let closes = |c| is_quote(c) && is_curly(c) == is_curly(open);
        let mut chars = self.source.rest(inner).char_indices();
        let Some((length, close)) = chars.find(|&(_, c)| closes(c)) else {
            let place = QuerySpan::new(self.at, inner);
            let error = self.source.error(Kind::UnclosedQuote, place, "unclosed quote");
            let close = if is_curly(open) { '”' } else { open };
            return Err(error.with_hint(format!("close it with `{close}`")));
        };
        self.push(TokenKind::Quote, inner + length + close.len_utf8());
        Ok(())
    }

    fn word(&mut self) -> Result<(), QueryError> {
        let end = self.word_end(self.at);
        let span = QuerySpan::new(self.at, end);
        let word = self.source.slice(span);
        if word.starts_with('~')
            && let Some(operand) = self.operand_before()
        {
            return self.gap(operand, span);
        }
        if let Some((operator, number)) = proximity(word) {
            return self.proximity(operator, number, span);
        }
        match (word, field_name(word)) {
            ("AND", _) => self.push(TokenKind::And, end),
            ("OR", _) => self.push(TokenKind::Or, end),
            ("NOT", _) => self.push(TokenKind::Not, end),
            (_, None) => self.push(TokenKind::Word, end),
            (_, Some(name)) => return self.field(name),
        }
        Ok(())
    }

    /// The last token, if it is a quote or the end of a group, and ends right here.
    fn operand_before(&self) -> Option<TokenKind> {
        let last = self.tokens.last().filter(|last| last.span.end == self.at)?;
        matches!(last.kind, TokenKind::Quote | TokenKind::Close).then_some(last.kind)
    }

    fn gap(&mut self, operand: TokenKind, span: QuerySpan) -> Result<(), QueryError> {
        let written = self.source.slice(span);
        let error = |message: String| self.source.error(Kind::BadDistance, span, message);
        if operand == TokenKind::Close {
            return Err(
                error(format!("the distance {} behind a group", echo(written))).with_hint(AS_NEAR)
            );
        }
        let number = &written[1..];
        if !is_number(number) {
            let message = format!("expected a number after `~`, not {}", echo(number));
            return Err(error(message).with_hint(AS_GAP));
        }
        let distance = self.distance(number, QuerySpan::new(span.start + 1, span.end))?;
        self.push(TokenKind::Gap(distance), span.end);
        Ok(())
    }

    fn proximity(
        &mut self,
        operator: &str,
        number: &str,
        span: QuerySpan,
    ) -> Result<(), QueryError> {
        let distance = self.distance(number, QuerySpan::new(span.end - number.len(), span.end))?;
        let kind = match operator {
            "NEAR" => TokenKind::Near(distance),
            _ if self.tokens.last().is_some_and(|last| last.kind == TokenKind::Not) => {
                // One operator of two words.
                self.at = self.tokens.pop().map_or(span.start, |not| not.span.start);
                TokenKind::NotWithin(distance)
            }
            _ => TokenKind::Within(distance),
        };
        self.push(kind, span.end);
        Ok(())
    }

    fn distance(&self, number: &str, span: QuerySpan) -> Result<u32, QueryError> {
        let distance = number.parse().ok().filter(|&distance| distance <= MAX_DISTANCE);
        distance.ok_or_else(|| {
            let message =
                format!("the distance {} is more than {MAX_DISTANCE} words", echo(number));
            let error = self.source.error(Kind::BadDistance, span, message);
            error.with_hint("for words anywhere in a clause, join them with AND")
        })
    }

    fn word_end(&mut self, from: usize) -> usize {
        let rest = self.source.rest(from);
        let length = self.pattern_length(from).or_else(|| rest.find(ends_word));
        from + length.unwrap_or(rest.len())
    }

    /// The length of a `/pattern/`: the parentheses inside do not end it as they end a word, those
    /// that close groups around it do.
    fn pattern_length(&mut self, from: usize) -> Option<usize> {
        let rest = self.source.rest(from);
        if from < self.no_pattern_before || !rest.starts_with('/') {
            return None;
        }
        let mut runs = rest.split(|c| is_separator(c) || is_quote(c));
        let run = runs.next().unwrap_or_default();
        let pattern = run.trim_end_matches(')');
        if is_pattern(pattern) {
            return Some(pattern.len());
        }
        self.no_pattern_before = from + run.len();
        None
    }

    fn field(&mut self, name: &str) -> Result<(), QueryError> {
        let colon = QuerySpan::new(self.at, self.at + name.len() + 1);
        if self.matching != Matching::Phrase && !self.is_field(name, colon.end) {
            // Plain language has colons too.
            let end = self.word_end(self.at);
            self.push(TokenKind::Word, end);
            return Ok(());
        }
        let field = QueryField::from_name(name).ok_or_else(|| self.unknown_field(name))?;
        self.push(TokenKind::Field(field), colon.end);
        let end = self.word_end(colon.end);
        let first = self.source.rest(colon.end).chars().next();
        if end > colon.end {
            self.push(TokenKind::Word, end);
        } else if !first.is_some_and(|c| c == '(' || is_quote(c)) {
            let message = format!("expected {OPERAND} after `{}`", self.source.slice(colon));
            let error = self.source.error(Kind::MissingValue, colon, message);
            let hint = format!("write it directly after the colon, as in `{field}:word`");
            return Err(error.with_hint(hint));
        }
        Ok(())
    }

    /// Whether this is the name of a field, and something follows its colon without a gap.
    fn is_field(&self, name: &str, colon: usize) -> bool {
        let next = self.source.rest(colon).chars().next();
        QueryField::from_name(name).is_some() && next.is_some_and(|c| !is_separator(c))
    }

    fn unknown_field(&self, name: &str) -> QueryError {
        let span = QuerySpan::new(self.at, self.at + name.len());
        let message = format!("unknown field {}", echo(name));
        let error = self.source.error(Kind::UnknownField, span, message);
        let value = self.source.rest(span.end + 1);
        if value.starts_with("//") || name.eq_ignore_ascii_case("mailto") {
            return error.with_hint(AS_LINK);
        }
        let fields = QueryField::ALL.map(QueryField::name).join(", ");
        error.with_hint(match near_field(name) {
            Some(near) => format!("did you mean `{near}`? fields: {fields}"),
            None => format!("fields: {fields}; {AS_WORDS}"),
        })
    }
}

/// What stands before the colon, if it looks like the name of a field.
fn field_name(word: &str) -> Option<&str> {
    let (name, _) = word.split_once(':')?;
    let has_letter = name.contains(|c: char| c.is_ascii_alphabetic());
    let is_foreign = |c: char| !c.is_ascii_alphabetic() && !matches!(c, '-' | '_');
    (has_letter && !name.contains(is_foreign)).then_some(name)
}

fn near_field(name: &str) -> Option<QueryField> {
    let name = name.to_ascii_lowercase();
    let near = QueryField::ALL.map(|field| (strsim::jaro_winkler(&name, field.name()), field));
    let (similarity, field) = near.into_iter().max_by(|a, b| a.0.total_cmp(&b.0))?;
    (similarity >= NEAR_NAME).then_some(field)
}

/// `/x/`: a regular expression.
pub(super) fn is_pattern(word: &str) -> bool {
    word.len() > 2 && word.starts_with('/') && word.ends_with('/')
}

/// `NEAR/5` or `WITHIN/5`: the operator and the number.
fn proximity(word: &str) -> Option<(&str, &str)> {
    word.split_once('/')
        .filter(|(operator, number)| matches!(*operator, "NEAR" | "WITHIN") && is_number(number))
}

pub(super) fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names() {
        for (name, field) in [
            ("Companies", QueryField::Company),
            ("sect", QueryField::Section),
            ("lnik", QueryField::Link),
        ] {
            assert_eq!(near_field(name), Some(field), "{name}");
        }
        for name in ["title", "note", "site", "x"] {
            assert_eq!(near_field(name), None, "{name}");
        }
    }
}
