//! The result of a check.

use crate::index::strays::StrayFile;

/// The result of a check.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CheckReport {
    /// The problems, one line each. A sound index has none.
    pub problems: Vec<String>,
    /// The number of files that were compared with their checksums.
    pub files: u64,
    /// The number of snapshots that were compared with a corpus.
    pub compared: u64,
    /// Files in the index folder that are not part of the index. They make no answer wrong.
    pub strays: Vec<StrayFile>,
}
