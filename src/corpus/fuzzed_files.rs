//! Reads one file as a corpus does, for fuzzing.

use super::forms::form::{UnreadText, head_of};
use super::forms::html::conversion;
use super::forms::path_pattern::CompanySource;
use super::forms::registry::{FormRegistry, RecognisedFile};
use super::read_options::ReadOptions;
use crate::model::ArchiveTime;

/// A file that names its policy and its time.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct RecognisedText {
    pub company: String,
    pub policy_type: String,
    pub time: ArchiveTime,
    /// Its text, without header or front matter.
    pub body: String,
}

/// Reads a file; `None` if it does not name its policy and its time, or is invalid. Checks that
/// both passes over the file agree, that a reason has one line, and that metadata is an object.
pub(crate) fn read_text(path: &str, bytes: &[u8]) -> Option<RecognisedText> {
    let forms = FormRegistry::new(&ReadOptions::default(), CompanySource::Pattern)
        .expect("the options are valid");
    let recognised = forms.recognise(path, head_of(bytes));
    let read = forms.read(path, bytes.to_vec());
    if let RecognisedFile::Failed(reason) = &recognised {
        check_reason(reason);
    }
    if let Err(UnreadText::Failed(reason)) = &read {
        check_reason(reason);
    }
    let RecognisedFile::Found(key) = recognised else { return None };
    let record = read.ok()?.expect("a snapshot that was recognised is read");
    assert_eq!(record.key, key, "both passes find the same policy and time");
    let metadata = &record.facts.metadata;
    let is_object = serde_json::from_str::<serde_json::Map<_, _>>(metadata).is_ok();
    assert!(metadata.is_empty() || is_object, "{metadata} is no object");
    let (company, policy_type) = (key.company, key.policy_type);
    Some(RecognisedText { company, policy_type, time: key.time, body: record.text.body })
}

fn check_reason(reason: &str) {
    assert!(!reason.contains(['\n', '\r']), "{reason:?} has several lines");
}

/// Converts a page to Markdown; `None` if it is refused.
pub(crate) fn page_to_markdown(page: &str) -> Option<String> {
    conversion::to_markdown(page).ok()
}
