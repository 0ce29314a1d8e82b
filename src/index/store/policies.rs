//! The table of policies, a file beside the segments that every search reads whole.
//!
//! The table is sorted by company, policy type and collection. The number of a policy in it is its
//! *rank*, so ranks order hits of equal score. Names are not looked up in the columns of the index,
//! where a single name takes 43 microseconds.

use std::collections::HashMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::document::document_count;
use super::files::POLICIES;
use super::integrity::checksums::Checksums;
use super::table_file::{read_table, write_table};
use crate::error::Result;
use crate::model::{PolicyKey, Rank};

/// A policy of an index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyEntry {
    /// Company, policy type and collection.
    pub key: PolicyKey,
    /// [`PolicyKey::hash`].
    pub hash: u64,
    /// The number of snapshots.
    pub snapshots: u32,
    /// The number of distinct clauses.
    pub clauses: u32,
}

/// All policies of an index, by rank.
#[derive(Debug, Clone, Default)]
pub struct PolicyTable {
    entries: Vec<PolicyEntry>,
    by_hash: HashMap<u64, u32>,
    /// The number of each policy's company. Companies are numbered from 0 in the order of their
    /// names.
    companies: Vec<u32>,
}

impl PolicyTable {
    /// The table of `entries`, which may be in any order.
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

    /// Reads the table in the folder of a generation, whose files have the checksums `sums`.
    ///
    /// # Errors
    ///
    /// The file is missing or damaged.
    pub(crate) fn read(folder: &Path, sums: &Checksums) -> Result<Self> {
        Ok(Self::new(read_table(folder, POLICIES, sums)?))
    }

    /// Writes the table into the folder of a generation, and waits until it is on disk.
    ///
    /// # Errors
    ///
    /// Writing fails.
    pub(crate) fn write(&self, folder: &Path) -> Result<()> {
        write_table(folder, POLICIES, &self.entries)
    }

    /// The policies, by rank.
    pub fn entries(&self) -> &[PolicyEntry] {
        &self.entries
    }

    /// The policy of this rank.
    pub fn get(&self, rank: Rank) -> Option<&PolicyEntry> {
        self.entries.get(rank.index())
    }

    /// The rank of the policy whose key has this hash.
    pub fn rank(&self, hash: u64) -> Option<Rank> {
        self.by_hash.get(&hash).copied().map(Rank::new)
    }

    /// The number of the company of the policy of this rank. Policies of one company have the same
    /// number.
    ///
    /// # Panics
    ///
    /// There is no policy of this rank.
    pub fn company(&self, rank: Rank) -> u32 {
        self.companies[rank.index()]
    }

    /// The number of documents of all policies.
    pub(crate) fn document_count(&self) -> u64 {
        let documents = self
            .entries
            .iter()
            .map(|entry| document_count(entry.snapshots as usize, entry.clauses as usize) as u64);
        documents.sum()
    }

    /// The number of companies.
    pub fn company_count(&self) -> usize {
        self.companies.last().map_or(0, |&last| last as usize + 1)
    }
}
