//! Replaces characters that a terminal would obey instead of showing.
//!
//! Policy text comes from strangers. Printed as it is, it could move the cursor, colour the screen
//! or turn the direction of the writing.

use std::borrow::Cow;

use crate::token::is_invisible;

/// `text` with each control or direction-changing character replaced by U+FFFD, and each tab or
/// line feed by a space.
///
/// ```
/// let safe = fineprint::printer::sanitize("a\u{1b}[31mb\u{202e}c\td");
/// assert_eq!(safe, "a\u{fffd}[31mb\u{fffd}c d");
/// ```
pub fn sanitize(text: &str) -> Cow<'_, str> {
    if text.chars().any(is_unsafe) {
        Cow::Owned(text.chars().map(safe_character).collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// The same, but the sequences stay that choose a style and nothing else (ECMA-48, 8.3.117), which
/// the program writes around texts that are safe.
pub(super) fn sanitize_styled(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut parts = text.split('\u{1B}');
    let mut safe = sanitize(parts.next().unwrap_or_default()).into_owned();
    for part in parts {
        safe.push(if begins_with_style(part) { '\u{1B}' } else { '\u{FFFD}' });
        safe.push_str(&sanitize(part));
    }
    Cow::Owned(safe)
}

/// Whether this follows an escape character that begins a style: `[1m`, `[38;5;1m`.
fn begins_with_style(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('[') else { return false };
    rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';').starts_with('m')
}

fn safe_character(c: char) -> char {
    match c {
        '\t' | '\n' => ' ',
        c if is_unsafe(c) => '\u{FFFD}',
        c => c,
    }
}

/// Whether a name with the character could look like another name: a terminal would obey it, or
/// nobody sees it.
pub(crate) fn is_deceptive(c: char) -> bool {
    is_unsafe(c) || is_invisible(c)
}

/// Whether a terminal would obey the character: all control characters, and the marks, separators,
/// embeddings, overrides and isolates that change the direction or end the line (Unicode Standard
/// Annex 9).
pub(in crate::printer) fn is_unsafe(c: char) -> bool {
    let changes_direction = matches!(
        c,
        '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{206F}'
    );
    c.is_control() || changes_direction
}
