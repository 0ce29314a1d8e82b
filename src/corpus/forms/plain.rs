//! Markdown or plain text without metadata of its own: its path or the options name the policy.

use super::form::{FileForm, PartialKey};
use crate::corpus::snapshot_facts::SnapshotFacts;
use crate::corpus::source_text::SourceText;

/// Any text.
pub(super) struct PlainForm;

impl FileForm for PlainForm {
    fn recognise(&self, _path: &str, head: &[u8]) -> Result<Option<PartialKey>, String> {
        Ok(is_text(head).then(PartialKey::default))
    }

    fn read(&self, _path: &str, bytes: Vec<u8>) -> Result<(SnapshotFacts, SourceText), String> {
        Ok((SnapshotFacts::default(), SourceText::decode(bytes)))
    }
}

/// Whether a file is a text. Images and archives contain NUL bytes; of texts only UTF-16 does, and
/// that begins with a byte order mark.
fn is_text(head: &[u8]) -> bool {
    !head.contains(&0) || encoding_rs::Encoding::for_bom(head).is_some()
}
