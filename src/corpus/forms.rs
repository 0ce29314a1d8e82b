//! Forms of files that each hold one snapshot, wherever the files are: in a folder, in an archive, in a git history.
//!
//! A form is known by what a file says, rarely by its extension. Whose policy a file holds, and of when, is said by the file itself (a header,
//! a comment, front matter), else by its path ([`Pattern`], or that of an unpacked Open Terms Archive dataset), else, for the date alone,
//! by the user: each fact by the first of these that says it.

use super::facts::Facts;
use super::front_matter::FrontMatterForm;
use super::header::HeaderForm;
use super::html::HtmlForm;
use super::pattern::{Pattern, default_time};
use super::plain::PlainForm;
use super::{ReadOptions, SkipReason, SourceText, dataset};
use crate::error::Result;
use crate::model::{ArchiveTime, PRIVACY_POLICY};

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

/// What one source says of a [`Record`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Claims {
    /// Whose policy it is.
    pub company: Option<String>,
    /// Which policy of theirs.
    pub policy_type: Option<String>,
    /// When it was archived.
    pub time: Option<ArchiveTime>,
}

impl Claims {
    /// These, and what they do not say as `other` says it.
    fn or(self, other: Claims) -> Self {
        Self {
            company: self.company.or(other.company),
            policy_type: self.policy_type.or(other.policy_type),
            time: self.time.or(other.time),
        }
    }
}

/// What a file turns out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Recognised {
    /// A snapshot.
    Record(Record),
    /// Left out by rule.
    Skipped(SkipReason),
    /// It is of some form, but says something impossible: why, in one line.
    Failed(String),
}

/// One form of file.
pub(super) trait Form: Send + Sync {
    /// What the file itself says, by its path inside the corpus (`/` between the parts) and its first [`HEAD_BYTES`] bytes. `None`: it is not of
    /// this form. `Err`: it is, but says something impossible.
    fn recognise(&self, path: &str, head: &[u8]) -> std::result::Result<Option<Claims>, String>;

    /// The text of a whole file of this form, and what else it says.
    fn read(&self, path: &str, bytes: Vec<u8>) -> std::result::Result<(Facts, SourceText), String>;
}

/// All forms that are read, in the order in which they are tried, and what else says whose policy a file is.
pub(super) struct Forms {
    forms: Vec<Box<dyn Form>>,
    pattern: Option<Pattern>,
    time: Option<ArchiveTime>,
}

impl Forms {
    /// The forms under these options.
    ///
    /// # Errors
    ///
    /// An option that cannot be.
    pub fn new(options: &ReadOptions) -> Result<Self> {
        Ok(Self {
            forms: vec![
                Box::new(HeaderForm),
                Box::new(FrontMatterForm),
                Box::new(HtmlForm::new()),
                Box::new(PlainForm),
            ],
            pattern: options.path.as_deref().map(Pattern::parse).transpose()?,
            time: options.date.as_deref().map(default_time).transpose()?,
        })
    }

    /// What a file is, by its path inside the corpus and its first [`HEAD_BYTES`] bytes.
    pub fn recognise(&self, path: &str, head: &[u8]) -> Recognised {
        if head.is_empty() {
            return Recognised::Skipped(SkipReason::Empty);
        }
        let claims = match self.form(path, head) {
            Ok(Some((_, claims))) => claims.or(self.claims_of_path(path)),
            Ok(None) => Claims::default(),
            Err(reason) => return Recognised::Failed(reason),
        };
        match self.record(claims) {
            Ok(record) => Recognised::Record(record),
            Err(skip) => Recognised::Skipped(skip),
        }
    }

    /// The record, facts and text of a whole file. `None`: it is (no longer) of any form.
    pub fn read(
        &self,
        path: &str,
        bytes: Vec<u8>,
    ) -> std::result::Result<Option<(Record, Facts, SourceText)>, String> {
        let Some((form, claims)) = self.form(path, head_of(&bytes))? else { return Ok(None) };
        let Ok(record) = self.record(claims.or(self.claims_of_path(path))) else { return Ok(None) };
        let (facts, text) = form.read(path, bytes)?;
        Ok(Some((record, facts, text)))
    }

    /// The facts and text of a whole file that is known to be a snapshot, whatever it says of itself.
    pub fn read_text(
        &self,
        path: &str,
        bytes: Vec<u8>,
    ) -> std::result::Result<(Facts, SourceText), String> {
        match self.form(path, head_of(&bytes))? {
            Some((form, _)) => form.read(path, bytes),
            None => Err("is no text".to_owned()),
        }
    }

    /// The form of a file, and what that says.
    fn form(
        &self,
        path: &str,
        head: &[u8],
    ) -> std::result::Result<Option<(&dyn Form, Claims)>, String> {
        for form in &self.forms {
            if let Some(claims) = form.recognise(path, head)? {
                return Ok(Some((form.as_ref(), claims)));
            }
        }
        Ok(None)
    }

    fn claims_of_path(&self, path: &str) -> Claims {
        let claims = match &self.pattern {
            Some(pattern) => pattern.claims(path),
            None => dataset::claims(path),
        };
        claims.unwrap_or_default()
    }

    fn record(&self, claims: Claims) -> std::result::Result<Record, SkipReason> {
        let is_patterned = self.pattern.is_some();
        let company = claims.company.ok_or(if is_patterned {
            SkipReason::NoPolicy
        } else {
            SkipReason::NoHeader
        })?;
        Ok(Record {
            company,
            policy_type: claims.policy_type.unwrap_or_else(|| PRIVACY_POLICY.to_owned()),
            time: claims.time.or(self.time).ok_or(SkipReason::NoDate)?,
        })
    }
}

fn head_of(bytes: &[u8]) -> &[u8] {
    &bytes[..bytes.len().min(HEAD_BYTES as usize)]
}

/// The start of a file without what may be half a letter at its end, which would say something wrong of its encoding.
pub(super) fn whole_letters(head: &[u8]) -> &[u8] {
    if (head.len() as u64) < HEAD_BYTES {
        return head;
    }
    &head[..head.iter().rposition(u8::is_ascii).map_or(head.len(), |last| last + 1)]
}
