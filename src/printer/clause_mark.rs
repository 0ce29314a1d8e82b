//! The marks before the texts of clauses: numbers, bullets and quotation marks.

use std::borrow::Cow;

use crate::model::ClauseKind;

/// The mark before the text of a clause in lists and quotations: its number, `- ` for an item
/// without a number, `> ` for a quote.
pub(super) fn clause_mark(number: Option<&str>, kind: ClauseKind) -> String {
    let sign = match (number, kind) {
        (None, ClauseKind::Item) => "- ",
        (_, ClauseKind::Quote) => "> ",
        _ => "",
    };
    match number {
        Some(number) => format!("{sign}{number} "),
        None => sign.to_owned(),
    }
}

/// The same mark, but none for a quote: beside another mark, `> ` would be read as a pointer.
pub(super) fn mark_without_quote(number: Option<&str>, kind: ClauseKind) -> String {
    match kind {
        ClauseKind::Quote => with_number(number, "").into_owned(),
        kind => clause_mark(number, kind),
    }
}

/// The text of a clause with its number in front.
pub(super) fn with_number<'t>(number: Option<&str>, text: &'t str) -> Cow<'t, str> {
    match number {
        Some(number) => Cow::Owned(format!("{number} {text}")),
        None => Cow::Borrowed(text),
    }
}
