//! Layouts of git histories: how paths and commit messages of an archive name policies.
//!
//! Each layout is a file here and implements [`HistoryLayout`](layout::HistoryLayout). Reading git
//! objects is left to `git`.

pub(super) mod layout;
pub(super) mod ota;
pub(super) mod path_layout;
pub(super) mod princeton;

use std::sync::Arc;

use layout::HistoryLayout;

/// Every layout that is recognised without a pattern of the user.
pub(super) fn known_layouts() -> Vec<Arc<dyn HistoryLayout>> {
    vec![Arc::new(ota::OpenTermsArchive), Arc::new(princeton::PrincetonLeuven)]
}
