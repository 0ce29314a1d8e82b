//! How histories name policies: by their paths and by what the messages of their commits say.

use std::sync::Arc;

use super::SourceText;
use super::facts::Facts;
use super::forms::Forms;
use super::ota::OpenTermsArchive;
use super::pattern::Pattern;
use super::princeton::PrincetonLeuven;
use crate::model::{ArchiveTime, PRIVACY_POLICY};

/// A way in which an archive lays out its history.
pub(super) trait Layout: Send + Sync {
    /// What it is, for reports.
    fn name(&self) -> &'static str;

    /// Company and policy type of a path; `None` if it is no policy.
    fn policy(&self, path: &str) -> Option<(String, String)>;

    /// Whether the message is one that this archive writes when it records a version of `path`.
    fn is_record(&self, message: &str, path: &str) -> bool;

    /// Whether the message names `path` as what the commit changed: all that is known where the parents of a commit are not there.
    fn names(&self, message: &str, path: &str) -> bool;

    /// What the message says about a snapshot.
    fn facts(&self, message: &str) -> Facts;

    /// Whether the text has facts too, so that it is always read.
    fn has_facts_in_text(&self) -> bool {
        false
    }

    /// Takes from a text what is not of the policy.
    fn take_facts(&self, _text: &mut SourceText, _facts: &mut Facts) {}

    /// When the snapshots at a path were archived, if the path says so; else it is the author time of their commits.
    fn time(&self, _path: &str) -> Option<ArchiveTime> {
        None
    }

    /// The text of a file at this path, and what it says added to the facts.
    fn read(&self, _path: &str, bytes: Vec<u8>, facts: &mut Facts) -> Result<SourceText, String> {
        let mut text = SourceText::decode(bytes);
        self.take_facts(&mut text, facts);
        Ok(text)
    }
}

/// Every layout that is known.
pub(super) fn known_layouts() -> Vec<Arc<dyn Layout>> {
    vec![Arc::new(OpenTermsArchive), Arc::new(PrincetonLeuven)]
}

/// A history whose paths say whose policies they hold, by a pattern of the user's.
pub(super) struct PatternLayout {
    pub pattern: Pattern,
    /// Its texts may be pages, or have front matter.
    pub forms: Forms,
}

impl Layout for PatternLayout {
    fn name(&self) -> &'static str {
        "git history by path"
    }

    fn policy(&self, path: &str) -> Option<(String, String)> {
        let claims = self.pattern.claims(path)?;
        Some((claims.company?, claims.policy_type.unwrap_or_else(|| PRIVACY_POLICY.to_owned())))
    }

    fn is_record(&self, _message: &str, path: &str) -> bool {
        self.policy(path).is_some()
    }

    /// Where the path has the date, it does not matter which commit added the file.
    fn names(&self, _message: &str, _path: &str) -> bool {
        self.pattern.has_date()
    }

    fn facts(&self, _message: &str) -> Facts {
        Facts::default()
    }

    fn has_facts_in_text(&self) -> bool {
        true
    }

    fn time(&self, path: &str) -> Option<ArchiveTime> {
        self.pattern.claims(path)?.time
    }

    fn read(&self, path: &str, bytes: Vec<u8>, facts: &mut Facts) -> Result<SourceText, String> {
        let (read, text) = self.forms.read_text(path, bytes)?;
        *facts = read;
        Ok(text)
    }
}

/// What to say of a history that has no path of a pattern.
pub(super) fn no_path(pattern: &str) -> String {
    format!("no commit of this git repository has a file at --path '{pattern}'")
}

/// What to say of a history that has none of them.
pub(super) fn no_layout() -> String {
    "no commit of this git repository records a policy in a layout that is read: `Service/Terms type.md` (Open Terms Archive) or \
     `l/li/lin/linux.org.md` with JSON as message (Princeton-Leuven); where its paths say whose policies they are, say how with \
     --path '{company}/{type}.md'; to index the files of its newest commit, check them out and name their folder"
        .to_owned()
}
