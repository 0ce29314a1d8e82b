//! How histories name policies: by their paths and by what the messages of their commits say.

use super::Text;
use super::facts::Facts;
use super::ota::OpenTermsArchive;
use super::princeton::PrincetonLeuven;

/// A way in which an archive lays out its history.
pub(super) trait Layout: Sync {
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
    fn take_facts(&self, _text: &mut Text, _facts: &mut Facts) {}
}

/// Every layout that is known.
pub(super) static LAYOUTS: [&dyn Layout; 2] = [&OpenTermsArchive, &PrincetonLeuven];

/// What to say of a history that has none of them.
pub(super) fn no_layout() -> String {
    "no commit of this git repository records a policy in a layout that is read: `Service/Terms type.md` (Open Terms Archive) or \
     `l/li/lin/linux.org.md` with JSON as message (Princeton-Leuven); to index the files of its newest commit, check them out and \
     name their folder"
        .to_owned()
}
