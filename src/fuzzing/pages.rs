//! The target that reads pages of HTML.

#[path = "../../tests/oracle/page.rs"]
mod page;

use super::texts::check_clauses;
use crate::corpus::fuzzed_files::page_to_markdown;
use crate::section::section;

/// Converts a page to Markdown and cuts that into clauses. Then it does the same with a page whose
/// tags and references of characters are known ones, and whose other text shows: no word of that
/// is lost, joined, said twice or invented.
pub fn html(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Some(markdown) = page_to_markdown(&text) {
        check_clauses(&markdown, &section(&markdown));
    }
    let page = known_page(&text);
    let Some(markdown) = page_to_markdown(&page) else { return };
    if let Some(difference) = page::difference(&page, words(&markdown)) {
        panic!("{difference} in {page:?}, which became {markdown:?}");
    }
}

/// The page with all but the tags and references of [`page::PIECES`] as text. Signs outside
/// of ASCII become a letter, so that everybody agrees where words end.
fn known_page(text: &str) -> String {
    let mut page = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let piece = page::PIECES.iter().filter(|piece| rest.starts_with(**piece));
        let piece = piece.filter(|_| matches!(first, '<' | '&')).max_by_key(|piece| piece.len());
        let (used, shown) = match (piece, first) {
            (Some(piece), _) => (piece.len(), *piece),
            (None, '<') => (1, "&lt;"),
            (None, '&') => (1, "&amp;"),
            (None, '\n' | ' '..='~') => (1, &rest[..1]),
            (None, _) => (first.len_utf8(), "é"),
        };
        page.push_str(shown);
        rest = &rest[used..];
    }
    page
}

/// The words of the clauses of a text, with their numbers.
fn words(markdown: &str) -> Vec<String> {
    let clauses = section(markdown).into_iter();
    let texts = clauses.flat_map(|clause| [clause.number, Some(clause.text)]);
    let text = texts.flatten().collect::<Vec<_>>().join("\n");
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}
