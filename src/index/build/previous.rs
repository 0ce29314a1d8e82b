//! The index that an update starts from.

use std::collections::HashSet;
use std::path::Path;

use crate::error::{Error, Result};
use crate::index::open::{OpenIndex, with_newest};
use crate::index::store::policies::PolicyEntry;
use crate::index::store::sources::{PolicySources, SourceTable};

/// The index that an update starts from, with its tables of policies and sources.
pub(in crate::index) struct Previous {
    pub index: OpenIndex,
    /// The policies, by rank.
    pub policies: Vec<PolicyEntry>,
    pub sources: SourceTable,
}

impl Previous {
    /// Opens the index in the folder `dir`.
    ///
    /// # Errors
    ///
    /// The index or its table of sources cannot be read, or a policy is missing from that table.
    pub fn open(dir: &Path) -> Result<Self> {
        // All of it is opened before another process can remove it.
        with_newest(dir, |manifest| {
            let index = OpenIndex::open_written(dir, manifest)?;
            index.policies().check_whole()?;
            let policies = index.policies().entries()?;
            let sources = index.sources()?;
            if policies.iter().any(|entry| !sources.0.contains_key(&entry.hash)) {
                return Err(Error::damaged(dir, "`sources.bin` lacks a policy"));
            }
            Ok(Self { index, policies, sources })
        })
    }

    /// The sources of the policy with this hash. `None`: the index does not contain the policy.
    pub fn sources(&self, hash: u64) -> Option<&PolicySources> {
        self.sources.0.get(&hash)
    }

    /// The policies that are not in `replaced`, which contains hashes of policies.
    pub fn without(&self, replaced: &HashSet<u64>) -> Vec<(PolicyEntry, PolicySources)> {
        let entries = self.policies.iter();
        entries
            .filter(|entry| !replaced.contains(&entry.hash))
            .filter_map(|entry| Some((entry.clone(), self.sources(entry.hash)?.clone())))
            .collect()
    }
}
