//! All file forms in the order in which they are tried, and the sources of company, type and date.
//!
//! The content of a file recognises its form, rarely its extension. Company, policy type and date
//! come each from the first source that gives it: the content of the file (a header, a comment or
//! front matter), then its path (the pattern of the user, or the layout of an unpacked Open Terms
//! Archive dataset), then, for company and date, the options of the user. A file that names another
//! company than the options is an error.

use super::dataset;
use super::form::{
    FileForm, PartialKey, SnapshotKey, SnapshotRecord, UnreadText, head_of, whole_letters,
};
use super::front_matter::FrontMatterForm;
use super::given_company::GivenCompany;
use super::header::HeaderForm;
use super::html::HtmlForm;
use super::html::conversion::decode;
use super::path_pattern::{CompanySource, PathPattern, default_time};
use super::plain::PlainForm;
use crate::corpus::no_text;
use crate::corpus::notices::SkipReason;
use crate::corpus::read_options::ReadOptions;
use crate::corpus::snapshot_facts::SnapshotFacts;
use crate::corpus::source_text::SourceText;
use crate::error;
use crate::model::{ArchiveTime, PRIVACY_POLICY};

/// What a file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::corpus) enum RecognisedFile {
    /// A snapshot.
    Found(SnapshotKey),
    /// Left out by a rule.
    Skipped(SkipReason),
    /// A file of a known form that is invalid: the reason in one line.
    Failed(String),
}

/// The forms that are tried, and the options that complete what they find.
pub(in crate::corpus) struct FormRegistry {
    forms: Vec<Box<dyn FileForm>>,
    pattern: Option<PathPattern>,
    /// The company of all files.
    company: Option<GivenCompany>,
    /// The archive time of files that give none.
    time: Option<ArchiveTime>,
}

impl FormRegistry {
    /// Returns the forms for these options. `source`: what names the company besides them.
    ///
    /// # Errors
    ///
    /// The path pattern or the date of the options is invalid, or their company is blank.
    pub fn new(options: &ReadOptions, source: CompanySource) -> error::Result<Self> {
        Ok(Self {
            forms: vec![
                Box::new(HeaderForm),
                Box::new(FrontMatterForm),
                Box::new(HtmlForm),
                Box::new(PlainForm),
            ],
            pattern: PathPattern::of(options, source)?,
            company: GivenCompany::of(options)?,
            time: options.date.as_deref().map(default_time).transpose()?,
        })
    }

    /// Recognises a file by its path inside the corpus and its first [`HEAD_BYTES`] bytes.
    pub fn recognise(&self, path: &str, head: &[u8]) -> RecognisedFile {
        if head.is_empty() {
            return RecognisedFile::Skipped(SkipReason::Empty);
        }
        let key = match self.form(path, head) {
            Ok(Some((_, key))) => key,
            Ok(None) => PartialKey::default(),
            Err(reason) => return RecognisedFile::Failed(reason),
        };
        if let Some(reason) = reason_of_key(&key, head) {
            return RecognisedFile::Skipped(reason);
        }
        match self.complete_with_path(key, path) {
            Ok(key) => RecognisedFile::Found(key),
            Err(UnreadText::Skipped(skip)) => RecognisedFile::Skipped(skip),
            Err(UnreadText::Failed(reason)) => RecognisedFile::Failed(reason),
        }
    }

    /// Reads a whole file. Returns `None` if it is not, or no longer, a snapshot.
    ///
    /// # Errors
    ///
    /// The file has a known form but is invalid, or has no text.
    pub fn read(&self, path: &str, bytes: Vec<u8>) -> Result<Option<SnapshotRecord>, UnreadText> {
        let Some((form, key)) = self.form(path, head_of(&bytes))? else { return Ok(None) };
        let Ok(key) = self.complete_with_path(key, path) else { return Ok(None) };
        let (facts, text) = form.read(path, bytes)?;
        Ok(Some(SnapshotRecord { key, facts, text }))
    }

    /// Reads the metadata and the text of a file whose policy and date are known already.
    ///
    /// # Errors
    ///
    /// The file has a known form but is invalid, has no text, or names another company than the
    /// options.
    pub fn read_text(
        &self,
        path: &str,
        bytes: Vec<u8>,
    ) -> Result<(SnapshotFacts, SourceText), UnreadText> {
        let Some((form, key)) = self.form(path, head_of(&bytes))? else {
            return Err("has no form that is known".to_owned().into());
        };
        if let Some(reason) = reason_of_key(&key, head_of(&bytes)) {
            return Err(UnreadText::Skipped(reason));
        }
        if let Some(given) = &self.company {
            given.of_input(key.company)?;
        }
        form.read(path, bytes)
    }

    /// Completes what a record says about a page by its address, of which `path` is host and path:
    /// the pattern and the company of the user win over the record, and pages that do not fit the
    /// pattern are left out.
    ///
    /// # Errors
    ///
    /// The reason for leaving the page out.
    pub fn key_of_address(
        &self,
        path: &str,
        mut key: PartialKey,
    ) -> Result<SnapshotKey, UnreadText> {
        if self.company.is_some() {
            // The host only guesses the company.
            key.company = None;
        }
        if let Some(pattern) = &self.pattern {
            key = pattern.key_of(path).ok_or(UnreadText::Skipped(SkipReason::NoPolicy))?.or(key);
        }
        self.complete(key)
    }

    /// Returns the first form that recognises a file, and what the content of the file gives.
    fn form(&self, path: &str, head: &[u8]) -> Result<Option<(&dyn FileForm, PartialKey)>, String> {
        let head = decode(whole_letters(head).to_vec()).body;
        for form in &self.forms {
            if let Some(key) = form.recognise(path, &head)? {
                return Ok(Some((form.as_ref(), key)));
            }
        }
        Ok(None)
    }

    /// Returns what the path gives; `None` if it does not fit the pattern.
    fn key_of_path(&self, path: &str) -> Option<PartialKey> {
        match &self.pattern {
            Some(pattern) => pattern.key_of(path),
            None => dataset::key_of(path).or(Some(PartialKey::default())),
        }
    }

    /// Completes what a file says with what its path gives.
    fn complete_with_path(&self, key: PartialKey, path: &str) -> Result<SnapshotKey, UnreadText> {
        match self.key_of_path(path) {
            Some(of_path) => self.complete(key.or(of_path)),
            // What a file says about itself is enough.
            None if key.company.is_some() => self.complete(key),
            None => Err(UnreadText::Skipped(SkipReason::NoPolicy)),
        }
    }

    /// Why a file is left out that names no company. Only files beside pages of web archives meet a
    /// pattern that names none either.
    fn nameless(&self) -> UnreadText {
        match self.pattern {
            Some(_) => UnreadText::Failed(
                "names no company, and neither does the pattern of paths; add `{company}` to it"
                    .to_owned(),
            ),
            None => UnreadText::Skipped(SkipReason::NoHeader),
        }
    }

    /// Completes a key from the options, or returns the reason for leaving the file out.
    fn complete(&self, key: PartialKey) -> Result<SnapshotKey, UnreadText> {
        let company = match &self.company {
            Some(given) => given.of_input(key.company)?,
            None => key.company.ok_or_else(|| self.nameless())?,
        };
        let time = key.time.or(self.time).ok_or(UnreadText::Skipped(SkipReason::NoDate))?;
        let policy_type = key.policy_type.unwrap_or_else(|| PRIVACY_POLICY.to_owned());
        Ok(SnapshotKey { company, policy_type, time })
    }
}

/// The reason why a file is no text. A file that names its company is one, whatever it contains.
fn reason_of_key(key: &PartialKey, head: &[u8]) -> Option<SkipReason> {
    if key.company.is_some() { None } else { no_text::reason(head) }
}
