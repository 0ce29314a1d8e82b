//! Markdown or text that says nothing of itself: only its path, or the user, does.

use super::facts::Facts;
use super::forms::{Claims, Form};
use super::text::SourceText;

/// Any text.
pub(super) struct PlainForm;

impl Form for PlainForm {
    fn recognise(&self, _path: &str, head: &[u8]) -> Result<Option<Claims>, String> {
        Ok(is_text(head).then(Claims::default))
    }

    fn read(&self, _path: &str, bytes: Vec<u8>) -> Result<(Facts, SourceText), String> {
        Ok((Facts::default(), SourceText::decode(bytes)))
    }
}

/// Images and archives have NULs, as no text has but UTF-16 with its mark.
fn is_text(head: &[u8]) -> bool {
    !head.contains(&0) || encoding_rs::Encoding::for_bom(head).is_some()
}
