//! The table of policies: a file beside the segments, small enough to read at every search.
//!
//! Policies are sorted by company, type, collection, so a policy's number (*rank*) is its place in the order of equal hits. Names are
//! not looked up in the index's own columns, where one costs 43 microseconds.

use std::collections::HashMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::files::POLICIES as FILE;
use crate::error::{Error, Result};
use crate::model::PolicyKey;

/// One policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyEntry {
    /// Whose, which, in which collection.
    pub key: PolicyKey,
    /// [`PolicyKey::hash`].
    pub hash: u64,
    /// How many snapshots.
    pub snapshots: u32,
    /// How many distinct clauses.
    pub clauses: u32,
}

/// All policies, by rank.
#[derive(Debug, Clone, Default)]
pub struct PolicyTable {
    entries: Vec<PolicyEntry>,
    by_hash: HashMap<u64, u32>,
    /// Per policy the number of its company: companies are numbered in order of their names.
    companies: Vec<u32>,
}

impl PolicyTable {
    /// The table of these policies, in any order.
    pub fn new(mut entries: Vec<PolicyEntry>) -> Self {
        entries.sort_by(|a, b| a.key.cmp(&b.key));
        let by_hash = entries.iter().zip(0..).map(|(entry, rank)| (entry.hash, rank)).collect();
        let mut companies = Vec::with_capacity(entries.len());
        let mut number = 0;
        for (i, entry) in entries.iter().enumerate() {
            if i > 0 && entries[i - 1].key.company != entry.key.company {
                number += 1;
            }
            companies.push(number);
        }
        Self { entries, by_hash, companies }
    }

    /// Reads the table of a generation.
    ///
    /// # Errors
    ///
    /// The file is missing or damaged.
    pub fn read(folder: &Path) -> Result<Self> {
        let path = folder.join(FILE);
        let dir = folder.parent().unwrap_or(folder);
        let bytes = std::fs::read(&path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => Error::damaged(dir, format!("`{FILE}` is missing")),
            _ => Error::io(&path)(error),
        })?;
        let entries = postcard::from_bytes(&bytes)
            .map_err(|error| Error::damaged(dir, format!("`{FILE}` cannot be read: {error}")))?;
        Ok(Self::new(entries))
    }

    /// Writes the table of a generation and waits until it is on disk.
    ///
    /// # Errors
    ///
    /// Writing fails.
    pub fn write(&self, folder: &Path) -> Result<()> {
        let path = folder.join(FILE);
        let bytes = postcard::to_stdvec(&self.entries)
            .map_err(|error| Error::index(&path, format!("cannot be written ({error})")))?;
        super::write_file(&path, &bytes)
    }

    /// The policies by rank.
    pub fn entries(&self) -> &[PolicyEntry] {
        &self.entries
    }

    /// The policy of this rank.
    pub fn get(&self, rank: u32) -> Option<&PolicyEntry> {
        self.entries.get(rank as usize)
    }

    /// The rank of the policy whose key has this hash.
    pub fn rank(&self, hash: u64) -> Option<u32> {
        self.by_hash.get(&hash).copied()
    }

    /// The number of the company of a policy: equal for the policies of one company.
    pub fn company(&self, rank: u32) -> u32 {
        self.companies.get(rank as usize).copied().unwrap_or(u32::MAX)
    }

    /// How many companies there are.
    pub fn company_count(&self) -> usize {
        self.companies.last().map_or(0, |&last| last as usize + 1)
    }
}
