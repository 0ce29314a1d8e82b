//! Why a query was refused, and where: the message, the query and a caret under the place.
//!
//! An error knows its query, so that whoever prints it needs nothing else. What it echoes is safe
//! for a terminal: control and direction-changing characters are replaced, and a long query is cut
//! to a window around the place.

use std::fmt;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Columns of the query that are shown: with the indent and two ellipses it still fits into 80.
const WINDOW_COLUMNS: usize = 72;

/// Columns shown before the place in a long query: enough to see where one is, and most of the
/// window for the place.
const LEAD_COLUMNS: usize = 24;

/// Characters of the query that a message repeats, so that it stays one readable line.
const ECHO_CHARS: usize = 40;

/// A range of bytes in the query, on character borders: what an error points at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct QuerySpan {
    /// The first byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
}

impl QuerySpan {
    /// The range from `start` up to, not including, `end`.
    pub const fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// From the start of this range to the end of a later one.
    pub const fn to(self, last: Self) -> Self {
        Self { start: self.start, end: last.end }
    }
}

/// What sort of mistake it is. Tests and callers match on this, not on the words of the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum QueryErrorKind {
    /// Nothing but white space.
    Empty,
    /// More bytes than [`MAX_QUERY_BYTES`](crate::query::MAX_QUERY_BYTES).
    TooLong,
    /// More groups inside each other than [`MAX_DEPTH`](crate::query::MAX_DEPTH).
    TooDeep,
    /// A quote or a run of bare words without a letter or a digit.
    NoWord,
    /// `*` as the whole query.
    LoneStar,
    /// A quote that is never closed.
    UnclosedQuote,
    /// A `(` that is never closed.
    UnclosedGroup,
    /// A `)` that closes nothing.
    UnopenedGroup,
    /// `()`.
    EmptyGroup,
    /// An operator with nothing before or after it.
    MissingOperand,
    /// A NOT with nothing positive beside it.
    LoneNot,
    /// A word before a colon that names no field.
    UnknownField,
    /// A field with nothing directly after its colon.
    MissingValue,
    /// A field inside the group of another field.
    NestedField,
    /// A distance that is no number or too large, or stands where none can.
    BadDistance,
    /// A `*` inside a word.
    BadWildcard,
    /// A regular expression that is none, or that needs too much memory.
    BadRegex,
    /// An operand that has no place in a text, beside an operator of distance.
    BadOperand,
    /// A `*`, regular expression or stem that fits more words of the index than are looked up.
    TooManyWords,
    /// Well formed, but the index has no answer for it: for a binder to report.
    Binding,
}

/// A query that cannot be answered: what is wrong, where, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryError {
    kind: QueryErrorKind,
    query: String,
    span: QuerySpan,
    message: String,
    hint: Option<String>,
}

impl QueryError {
    /// An error at `span` of `query`. The message is one line in lower case without a full stop.
    pub fn new(
        kind: QueryErrorKind,
        query: &str,
        span: QuerySpan,
        message: impl AsRef<str>,
    ) -> Self {
        let start = floor_border(query, span.start);
        let end = floor_border(query, span.end).max(start);
        let message = visible(message.as_ref());
        Self {
            kind,
            query: query.to_owned(),
            span: QuerySpan::new(start, end),
            message,
            hint: None,
        }
    }

    /// The same error with advice, shown behind the caret.
    #[must_use]
    pub fn with_hint(mut self, hint: impl AsRef<str>) -> Self {
        self.hint = Some(visible(hint.as_ref()));
        self
    }

    /// What sort of mistake it is.
    pub const fn kind(&self) -> QueryErrorKind {
        self.kind
    }

    /// The query as it was given.
    pub fn query(&self) -> &str {
        &self.query
    }

    /// The bytes of the query that are wrong; empty at its end when something is missing there.
    pub const fn span(&self) -> QuerySpan {
        self.span
    }

    /// What is wrong, in one line.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What to do about it.
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }
}

impl std::error::Error for QueryError {}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        let Excerpt { line, column, width } = Excerpt::new(&self.query, self.span);
        // Under an empty line a caret would point at nothing.
        let gap = if line.is_empty() {
            "\n  "
        } else {
            write!(f, "\n  {line}\n  {:column$}{:^<width$}", "", "^")?;
            "  "
        };
        self.hint.as_ref().map_or(Ok(()), |hint| write!(f, "{gap}{hint}"))
    }
}

/// The part of a query around an error, in columns of a terminal.
struct Excerpt {
    line: String,
    column: usize,
    width: usize,
}

impl Excerpt {
    fn new(query: &str, span: QuerySpan) -> Self {
        // A place near the end leaves room: fill the window from the left.
        let start =
            back(query, span.start, LEAD_COLUMNS).min(back(query, query.len(), WINDOW_COLUMNS));
        let end = forward(query, start, WINDOW_COLUMNS);
        let ellipsis = if start > 0 { "…" } else { "" };
        let before = format!("{ellipsis}{}", visible(slice(query, start, span.start)));
        let marked = visible(slice(query, span.start, span.end.min(end)));
        let after = visible(slice(query, span.end.min(end), end));
        let rest = if end < query.len() { "…" } else { "" };
        Self {
            line: format!("{before}{marked}{after}{rest}").trim_end().to_owned(),
            column: before.width(),
            width: marked.width().max(1),
        }
    }
}

/// Text of the query for a message: short. What it looks like in a terminal is
/// [`QueryError::new`]'s business.
pub(crate) fn echo(text: &str) -> String {
    match text.char_indices().nth(ECHO_CHARS) {
        Some((end, _)) => format!("`{}…`", slice(text, 0, end)),
        None => format!("`{text}`"),
    }
}

/// The text with every character that could move the cursor, or hide, replaced by one that can be
/// seen.
fn visible(text: &str) -> String {
    let show = |c: char| match c {
        _ if c.is_whitespace() => ' ',
        _ if c.is_control() => char::REPLACEMENT_CHARACTER,
        // Soft hyphen, direction marks, zero-width space and its like, tags: not the joiners that
        // scripts need.
        '\u{ad}' | '\u{61c}' | '\u{200b}' | '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' => {
            '\u{fffd}'
        }
        '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}' => '\u{fffd}',
        _ => c,
    };
    text.chars().map(show).collect()
}

/// The bytes of `text` from `start` to `end`, nothing if they are no range of it.
fn slice(text: &str, start: usize, end: usize) -> &str {
    text.get(start..end).unwrap_or_default()
}

/// The last character border at or before `at`.
fn floor_border(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|&byte| text.is_char_boundary(byte)).unwrap_or(0)
}

/// Where the `columns` before byte `from` begin.
fn back(query: &str, from: usize, columns: usize) -> usize {
    let chars = slice(query, 0, from).chars().rev();
    from.saturating_sub(fitting_bytes(chars, columns))
}

/// Where the `columns` from byte `from` on end.
fn forward(query: &str, from: usize, columns: usize) -> usize {
    from.saturating_add(fitting_bytes(slice(query, from, query.len()).chars(), columns))
}

/// Bytes of the characters that fit into `columns`. Each takes at least one, or a stack of marks
/// would fill the screen.
fn fitting_bytes(chars: impl Iterator<Item = char>, columns: usize) -> usize {
    let mut used = 0;
    chars
        .take_while(|c| {
            used += c.width().unwrap_or(1).max(1);
            used <= columns
        })
        .map(char::len_utf8)
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_cover() {
        assert_eq!(QuerySpan::new(1, 2).to(QuerySpan::new(5, 9)), QuerySpan::new(1, 9));
    }

    fn error(query: &str, start: usize, end: usize) -> QueryError {
        QueryError::new(QueryErrorKind::Binding, query, QuerySpan::new(start, end), "it is wrong")
            .with_hint("mend it")
    }

    #[test]
    fn caret_stands_under_the_place() {
        assert_eq!(
            error("ab cd ef", 3, 5).to_string(),
            "it is wrong\n  ab cd ef\n     ^^  mend it"
        );
    }

    #[test]
    fn an_empty_span_still_has_a_caret() {
        assert_eq!(error("ab", 2, 2).to_string(), "it is wrong\n  ab\n    ^  mend it");
    }

    #[test]
    fn no_hint_leaves_no_trailing_space() {
        let bare =
            QueryError::new(QueryErrorKind::Binding, "ab", QuerySpan::new(0, 1), "it is wrong");
        assert_eq!(bare.to_string(), "it is wrong\n  ab\n  ^");
        assert_eq!(bare.hint(), None);
    }

    #[test]
    fn an_empty_query_shows_no_caret() {
        assert_eq!(error(" \t", 0, 0).to_string(), "it is wrong\n  mend it");
    }

    #[test]
    fn wide_characters_take_two_columns() {
        let query = "隱私 AND";
        assert_eq!(error(query, 0, 6).to_string(), "it is wrong\n  隱私 AND\n  ^^^^  mend it");
        assert_eq!(error(query, 7, 10).to_string(), "it is wrong\n  隱私 AND\n       ^^^  mend it");
    }

    #[test]
    fn combining_marks_take_no_column() {
        let query = "cafe\u{301} x";
        assert_eq!(
            error(query, 7, 8).to_string(),
            "it is wrong\n  cafe\u{301} x\n       ^  mend it"
        );
    }

    #[test]
    fn what_is_echoed_is_safe_for_a_terminal() {
        let shown = error("a\tb\nc\u{1b}[2J\u{202e}\0", 0, 1).to_string();
        assert_eq!(shown, "it is wrong\n  a b c\u{fffd}[2J\u{fffd}\u{fffd}\n  ^  mend it");
        let message =
            QueryError::new(QueryErrorKind::Binding, "a", QuerySpan::new(0, 1), "a\nb\u{7}")
                .with_hint("\u{85}");
        assert_eq!((message.message(), message.hint()), ("a b\u{fffd}", Some(" ")));
    }

    #[test]
    fn a_long_query_is_cut_around_the_place() {
        let query = format!("{}HERE{}", "a".repeat(500), "b".repeat(500));
        let expected = format!(
            "it is wrong\n  …{}HERE{}…\n  {}^^^^  mend it",
            "a".repeat(24),
            "b".repeat(44),
            " ".repeat(25)
        );
        assert_eq!(error(&query, 500, 504).to_string(), expected);
    }

    #[test]
    fn the_start_and_the_end_of_a_long_query_fill_the_window() {
        let query = "x".repeat(200);
        let start = format!("it is wrong\n  {}…\n  ^  mend it", "x".repeat(72));
        assert_eq!(error(&query, 0, 1).to_string(), start);
        let end = format!("it is wrong\n  …{}\n  {}^  mend it", "x".repeat(72), " ".repeat(73));
        assert_eq!(error(&query, 200, 200).to_string(), end);
    }

    #[test]
    fn a_place_longer_than_the_window_is_cut() {
        let query = "x".repeat(200);
        let expected = format!("it is wrong\n  {}…\n  {}  mend it", "x".repeat(72), "^".repeat(72));
        assert_eq!(error(&query, 0, 200).to_string(), expected);
    }

    #[test]
    fn spans_that_miss_a_border_are_mended() {
        let shown = error("é", 1, 9);
        assert_eq!(shown.span(), QuerySpan::new(0, 2));
        assert_eq!(error("", 5, 3).span(), QuerySpan::new(0, 0));
    }

    #[test]
    fn a_stack_of_marks_stays_short() {
        let query = format!("a{}", "\u{301}".repeat(5000));
        assert!(error(&query, 0, 1).to_string().chars().count() < 150);
    }

    #[test]
    fn echoes_are_short() {
        assert_eq!(echo("typ"), "`typ`");
        assert_eq!(echo(&"é".repeat(41)), format!("`{}…`", "é".repeat(40)));
    }
}
