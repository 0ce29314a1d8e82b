//! The error for a query that cannot be answered, with a caret under the mistake.
//!
//! The error contains its query and can be printed without any other data. Its text is safe for a
//! terminal: control characters and characters that change the direction of writing are replaced,
//! and a long query is cut to a window around the mistake.

use std::fmt;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The most columns of the query that are shown. With the indent and two ellipses a line still
/// fits into 80 columns.
const WINDOW_COLUMNS: usize = 72;

/// The columns that are shown before the mistake in a long query. They are enough to recognise the
/// position, and leave most of the window to the mistake itself.
const LEAD_COLUMNS: usize = 24;

/// The most characters of the query that a message repeats, so that it stays one readable line.
const ECHO_CHARS: usize = 40;

/// A range of bytes in a query, on character borders.
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

/// The kind of a mistake. Callers and tests match on it instead of on the words of the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum QueryErrorKind {
    /// The query is empty, or contains only white space.
    Empty,
    /// The query has more bytes than [`MAX_QUERY_BYTES`](crate::query::MAX_QUERY_BYTES).
    TooLong,
    /// More groups are inside each other than [`MAX_DEPTH`](crate::query::MAX_DEPTH), or too many
    /// operators of distance follow each other.
    TooDeep,
    /// A quote or a run of bare words without a letter or a digit.
    NoWord,
    /// `*` is the whole query.
    LoneStar,
    /// A quote that is never closed.
    UnclosedQuote,
    /// A `(` that is never closed.
    UnclosedGroup,
    /// A `)` that closes nothing.
    UnopenedGroup,
    /// `()`.
    EmptyGroup,
    /// An operator without an operand before or after it.
    MissingOperand,
    /// A NOT without a positive operand beside it.
    LoneNot,
    /// A word before a colon that is not the name of a field.
    UnknownField,
    /// A field without a value directly after its colon.
    MissingValue,
    /// A field inside the group of another field.
    NestedField,
    /// An operator of another query language, such as `-word`, `&&` or `w/3`.
    ForeignSyntax,
    /// A distance that is no number or too large, or that occurs where none is allowed.
    BadDistance,
    /// A `*` inside a word.
    BadWildcard,
    /// A bad regular expression, or one that needs too much memory.
    BadRegex,
    /// An operand without a position in the text, beside an operator of distance.
    BadOperand,
    /// A `*`, regular expression or stem that matches more words of the index than a search looks
    /// up.
    TooManyWords,
    /// The query is well formed, but the search plan finds no way to answer it with this index.
    Binding,
}

/// A mistake in a query: its kind and place, a message, and mostly a hint.
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
    /// A span that is not on character borders of the query is moved to the borders before it.
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

    /// The same error with a hint, which is shown after the caret.
    #[must_use]
    pub fn with_hint(mut self, hint: impl AsRef<str>) -> Self {
        self.hint = Some(visible(hint.as_ref()));
        self
    }

    /// The kind of the mistake.
    pub const fn kind(&self) -> QueryErrorKind {
        self.kind
    }

    /// The query as it was given.
    pub fn query(&self) -> &str {
        &self.query
    }

    /// The bytes of the query that are wrong. The span may be empty, as for an empty query.
    pub const fn span(&self) -> QuerySpan {
        self.span
    }

    /// The description of the mistake, in one line.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Advice on how to correct the mistake, in one line.
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
        match &self.hint {
            Some(hint) => write!(f, "{gap}{hint}"),
            None => Ok(()),
        }
    }
}

/// The part of a query around a mistake, as one line of a terminal.
struct Excerpt {
    /// The text, with an ellipsis at each end that was cut.
    line: String,
    /// The first column of the mistake, from 0.
    column: usize,
    /// The columns of the mistake, at least 1.
    width: usize,
}

impl Excerpt {
    fn new(query: &str, span: QuerySpan) -> Self {
        // A mistake near the end leaves room in the window, which more text before it fills.
        let start =
            back(query, span.start, LEAD_COLUMNS).min(back(query, query.len(), WINDOW_COLUMNS));
        let end = forward(query, start, WINDOW_COLUMNS);
        let marked_end = span.end.min(end);
        let ellipsis = if start > 0 { "…" } else { "" };
        let before = format!("{ellipsis}{}", visible(&query[start..span.start]));
        let marked = visible(&query[span.start..marked_end]);
        let after = visible(&query[marked_end..end]);
        let rest = if end < query.len() { "…" } else { "" };
        Self {
            line: format!("{before}{marked}{after}{rest}").trim_end().to_owned(),
            column: before.width(),
            width: marked.width().max(1),
        }
    }
}

/// Text of the query for a message, in backticks and shortened. [`QueryError::new`] makes it safe
/// for a terminal.
pub(crate) fn echo(text: &str) -> String {
    match text.char_indices().nth(ECHO_CHARS) {
        Some((end, _)) => format!("`{}…`", &text[..end]),
        None => format!("`{text}`"),
    }
}

/// The text with every character replaced that is invisible or could move the cursor.
fn visible(text: &str) -> String {
    text.chars().map(visible_char).collect()
}

fn visible_char(c: char) -> char {
    match c {
        _ if c.is_whitespace() => ' ',
        _ if c.is_control() => char::REPLACEMENT_CHARACTER,
        // Soft hyphen, direction marks, zero-width spaces and tags. The zero-width joiners stay,
        // because some scripts need them.
        '\u{ad}'
        | '\u{61c}'
        | '\u{200b}'
        | '\u{200e}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}' => char::REPLACEMENT_CHARACTER,
        _ => c,
    }
}

/// The last character border at or before byte `at`.
pub(crate) fn floor_border(text: &str, at: usize) -> usize {
    let mut border = at.min(text.len());
    while !text.is_char_boundary(border) {
        border -= 1;
    }
    border
}

/// The byte at which the last `columns` columns before byte `from` begin.
fn back(query: &str, from: usize, columns: usize) -> usize {
    from - fitting_bytes(query[..from].chars().rev(), columns)
}

/// The byte at which the `columns` columns after byte `from` end.
fn forward(query: &str, from: usize, columns: usize) -> usize {
    from + fitting_bytes(query[from..].chars(), columns)
}

/// The bytes of the first characters that fit into `columns` columns.
fn fitting_bytes(chars: impl Iterator<Item = char>, columns: usize) -> usize {
    let mut used = 0;
    chars
        .take_while(|&c| {
            used += columns_of(c);
            used <= columns
        })
        .map(char::len_utf8)
        .sum()
}

/// The columns that are counted for a character. A combining mark and a control character count
/// as one column too, or a stack of marks would fill the screen.
fn columns_of(c: char) -> usize {
    match c.width() {
        Some(0) | None => 1,
        Some(columns) => columns,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(query: &str, start: usize, end: usize) -> QueryError {
        QueryError::new(QueryErrorKind::Binding, query, QuerySpan::new(start, end), "it is wrong")
            .with_hint("mend it")
    }

    #[test]
    fn spans_join() {
        assert_eq!(QuerySpan::new(1, 2).to(QuerySpan::new(5, 9)), QuerySpan::new(1, 9));
    }

    #[test]
    fn the_caret_is_under_the_place() {
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
        let shown = error(query, 7, 10).to_string();
        assert_eq!(shown, "it is wrong\n  隱私 AND\n       ^^^  mend it");
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
    fn echoed_text_is_safe_for_a_terminal() {
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
        let (text, carets) = ("x".repeat(72), "^".repeat(72));
        let expected = format!("it is wrong\n  {text}…\n  {carets}  mend it");
        assert_eq!(error(&query, 0, 200).to_string(), expected);
    }

    #[test]
    fn spans_are_moved_to_character_borders() {
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
