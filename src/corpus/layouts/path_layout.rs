//! The layout of histories whose paths name policies by a pattern of the user.

use super::layout::HistoryLayout;
use crate::corpus::forms::form::UnreadText;
use crate::corpus::forms::given_company::GivenCompany;
use crate::corpus::forms::path_pattern::PathPattern;
use crate::corpus::forms::registry::FormRegistry;
use crate::corpus::snapshot_facts::SnapshotFacts;
use crate::corpus::source_text::SourceText;
use crate::model::{ArchiveTime, PRIVACY_POLICY};

/// A history whose paths match a pattern. Commit messages mean nothing.
pub(in crate::corpus) struct PathLayout {
    /// The pattern.
    pub pattern: PathPattern,
    /// The company of all policies, if paths do not name it.
    pub company: Option<GivenCompany>,
    /// The forms of its texts: they may be pages, or have front matter.
    pub forms: FormRegistry,
}

impl HistoryLayout for PathLayout {
    fn name(&self) -> &'static str {
        "git history by path"
    }

    fn policy(&self, path: &str) -> Option<(String, String)> {
        let key = self.pattern.key_of(path)?;
        let company = key.company.or_else(|| Some(self.company.as_ref()?.name().to_owned()))?;
        Some((company, key.policy_type.unwrap_or_else(|| PRIVACY_POLICY.to_owned())))
    }

    fn is_record(&self, _message: &str, path: &str) -> bool {
        self.policy(path).is_some()
    }

    /// If the path contains the date, it does not matter which commit added the file.
    fn names(&self, _message: &str, _path: &str) -> bool {
        self.pattern.has_date()
    }

    /// Branches of such a history may be drafts that nobody published.
    fn has_records(&self) -> bool {
        false
    }

    fn facts(&self, _message: &str) -> SnapshotFacts {
        SnapshotFacts::default()
    }

    fn has_facts_in_text(&self) -> bool {
        true
    }

    fn time(&self, path: &str) -> Option<ArchiveTime> {
        self.pattern.key_of(path)?.time
    }

    fn read(
        &self,
        path: &str,
        bytes: Vec<u8>,
        facts: &mut SnapshotFacts,
    ) -> Result<SourceText, UnreadText> {
        let (read, text) = self.forms.read_text(path, bytes)?;
        *facts = read;
        Ok(text)
    }
}
