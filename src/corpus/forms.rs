//! Forms of files that each hold one snapshot, wherever the files are: in a folder, in an archive, in a git history.
//!
//! A form is known by what a file says, not by its extension.

use super::facts::Facts;
use super::header::HeaderForm;
use super::{Options, Skip, Text};
use crate::error::Result;
use crate::model::ArchiveTime;

/// How much of a file is looked at to know what it is. Real headers have up to a few hundred bytes; the address in one may be long.
pub(super) const HEAD_BYTES: u64 = 16 * 1024;

/// Whose policy a file holds, and of when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Record {
    /// Whose policy it is.
    pub company: String,
    /// Which policy of theirs.
    pub policy_type: String,
    /// When it was archived.
    pub time: ArchiveTime,
}

/// What a file turns out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Recognised {
    /// A snapshot.
    Record(Record),
    /// Left out by rule.
    Skipped(Skip),
    /// It is of some form, but says something impossible: why, in one line.
    Failed(String),
}

/// One form of file.
pub(super) trait Form: Send + Sync {
    /// What the file says that it is, by its path inside the corpus (`/` between the parts) and its first [`HEAD_BYTES`] bytes. `None`: it
    /// is not of this form. `Err`: it is, but says something impossible.
    fn recognise(&self, path: &str, head: &[u8]) -> std::result::Result<Option<Record>, String>;

    /// The text of a whole file of this form, and what else it says.
    fn read(&self, path: &str, bytes: Vec<u8>) -> std::result::Result<(Facts, Text), String>;
}

/// All forms that are read, in the order in which they are tried.
pub(super) struct Forms {
    forms: Vec<Box<dyn Form>>,
}

impl Forms {
    /// The forms under these options.
    ///
    /// # Errors
    ///
    /// An option that cannot be.
    pub fn new(_options: &Options) -> Result<Self> {
        Ok(Self { forms: vec![Box::new(HeaderForm)] })
    }

    /// What a file is, by its path inside the corpus and its first [`HEAD_BYTES`] bytes.
    pub fn recognise(&self, path: &str, head: &[u8]) -> Recognised {
        if head.is_empty() {
            return Recognised::Skipped(Skip::Empty);
        }
        for form in &self.forms {
            match form.recognise(path, head) {
                Ok(Some(record)) => return Recognised::Record(record),
                Ok(None) => {}
                Err(reason) => return Recognised::Failed(reason),
            }
        }
        Recognised::Skipped(Skip::NoHeader)
    }

    /// The record, facts and text of a whole file. `None`: it is (no longer) of any form.
    pub fn read(
        &self,
        path: &str,
        bytes: Vec<u8>,
    ) -> std::result::Result<Option<(Record, Facts, Text)>, String> {
        let head = &bytes[..bytes.len().min(HEAD_BYTES as usize)];
        for form in &self.forms {
            if let Some(record) = form.recognise(path, head)? {
                let (facts, text) = form.read(path, bytes)?;
                return Ok(Some((record, facts, text)));
            }
        }
        Ok(None)
    }
}
