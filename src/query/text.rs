//! The text of a query: slices by byte range, errors that quote it, and classes of characters.

use crate::error::{QueryError, QueryErrorKind, QuerySpan};

/// White space as Unicode defines it, and control characters. Nobody searches for a NUL, but
/// scripts pass one on by mistake.
pub(super) fn is_separator(c: char) -> bool {
    c.is_whitespace() || c.is_control()
}

pub(super) fn is_curly_quote(c: char) -> bool {
    matches!(c, '“' | '”' | '„' | '‟')
}

pub(super) fn is_quote(c: char) -> bool {
    c == '"' || is_curly_quote(c)
}

pub(super) fn ends_word(c: char) -> bool {
    is_separator(c) || is_quote(c) || matches!(c, '(' | ')')
}

/// Whether the word is written as a regular expression, `/x/`.
pub(super) fn is_pattern(word: &str) -> bool {
    word.len() > 2 && word.starts_with('/') && word.ends_with('/')
}

/// Whether a text consists of ASCII digits.
pub(super) fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The whole query as it was typed. Spans and positions are bytes in it, on character borders.
#[derive(Debug, Clone, Copy)]
pub(super) struct QueryText<'q>(pub &'q str);

impl<'q> QueryText<'q> {
    pub fn slice(self, span: QuerySpan) -> &'q str {
        &self.0[span.start..span.end]
    }

    pub fn rest(self, from: usize) -> &'q str {
        &self.0[from..]
    }

    /// The span of a quoted text without its quotes.
    pub fn inside_quotes(self, quote: QuerySpan) -> QuerySpan {
        let mut chars = self.slice(quote).chars();
        let (open, close) =
            chars.next().zip(chars.next_back()).expect("the span includes both quotes");
        QuerySpan::new(quote.start + open.len_utf8(), quote.end - close.len_utf8())
    }

    pub fn error(
        self,
        kind: QueryErrorKind,
        span: QuerySpan,
        message: impl AsRef<str>,
    ) -> QueryError {
        QueryError::new(kind, self.0, span, message)
    }
}
