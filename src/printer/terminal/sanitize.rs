//! Policy text is foreign text: what could move the cursor, colour the screen or turn the writing direction stays out of terminals.

use std::borrow::Cow;

/// `text` with each control and direction-changing character replaced by U+FFFD.
///
/// ```
/// assert_eq!(fineprint::printer::sanitize("a\u{1b}[31mb\u{202e}c\td"), "a\u{fffd}[31mb\u{fffd}c d");
/// ```
pub fn sanitize(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let safe = |c| match c {
        '\t' | '\n' => ' ',
        c if is_unsafe(c) => '\u{FFFD}',
        c => c,
    };
    Cow::Owned(text.chars().map(safe).collect())
}

/// Whether a terminal would obey the character instead of showing it.
pub(in crate::printer) fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}
