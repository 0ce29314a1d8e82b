//! The options of a build.

use std::path::PathBuf;

use super::budget::DEFAULT_MEMORY;
use crate::model::canonical_name;

/// What becomes of the snapshots that the scanned corpora no longer contain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PruneMode {
    /// The index keeps them.
    #[default]
    Nothing,
    /// They are removed if their corpus was read to its end: no input was unreadable, nothing is
    /// missing in a clone, and the corpus is not empty. A disk that is not mounted is no reason to
    /// lose an archive.
    CompleteCorpora,
    /// They are removed.
    AllCorpora,
}

/// Where and how to build an index.
#[derive(Debug, Clone, Default)]
pub struct BuildOptions {
    /// The index folder.
    pub index: PathBuf,
    /// Threads that read and section policies; 0 means one per core.
    pub threads: usize,
    /// Build from nothing, without the policies of the existing index.
    pub rebuild: bool,
    /// Which snapshots to remove that the scanned corpora no longer contain.
    pub prune: PruneMode,
    /// Names of collections to remove.
    pub remove: Vec<String>,
    /// Approximate limit of the memory in use, in bytes; `None` means 1 GiB.
    pub memory: Option<u64>,
}

impl BuildOptions {
    /// These options with the names of collections as an index stores them.
    pub(super) fn with_canonical_names(&self) -> Self {
        let remove = self.remove.iter().map(|name| canonical_name(name)).collect();
        Self { remove, ..self.clone() }
    }

    /// The approximate limit of the memory in use, in bytes.
    pub(super) fn memory_bytes(&self) -> u64 {
        self.memory.unwrap_or(DEFAULT_MEMORY)
    }
}
