//! Markdown or plain text without metadata of its own: its path or the options name the policy.

use super::form::{FileForm, PartialKey, UnreadText};
use crate::corpus::snapshot_facts::SnapshotFacts;
use crate::corpus::source_text::{SourceText, read_furniture_comments};

/// Any text.
pub(super) struct PlainForm;

impl FileForm for PlainForm {
    fn recognise(&self, _path: &str, _head: &str) -> Result<Option<PartialKey>, String> {
        Ok(Some(PartialKey::default()))
    }

    fn read(&self, _path: &str, bytes: Vec<u8>) -> Result<(SnapshotFacts, SourceText), UnreadText> {
        let mut text = SourceText::decode(bytes);
        read_furniture_comments(&mut text.body);
        Ok((SnapshotFacts::default(), text))
    }
}
