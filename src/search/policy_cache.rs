//! Keeps what hits need of their policies, read once for many hits and many queries.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::FxBuildHasher;
use tantivy::{DocAddress, DocId};

use crate::collapse::SnapshotEnd;
use crate::error::Result;
use crate::index::{CHUNK, OpenIndex, PolicyRecord, PolicyTables, StoredSnapshot};
use crate::model::{ArchiveTime, ClauseNumber, Ordinal, Rank};

/// The most snapshots, headings and places that are kept: some hundred megabytes at most.
const MAX_KEPT: usize = 1 << 20;

/// The policies of an index that were asked for. Threads share it.
#[derive(Default)]
pub(crate) struct PolicyCache {
    kept: Mutex<KeptPolicies>,
    /// The documents of a policy's clauses, by the hash of the policy.
    clauses: Mutex<HashMap<u64, Range<DocId>, FxBuildHasher>>,
}

#[derive(Default)]
struct KeptPolicies {
    /// By rank.
    policies: HashMap<Rank, Arc<PolicyFacts>>,
    /// By rank and number of the chunk.
    chunks: HashMap<(Rank, u32), Arc<Vec<StoredSnapshot>>>,
    size: usize,
}

impl KeptPolicies {
    /// Makes room for something of this size. Everything is dropped if there is none: a policy that
    /// is asked for again soon comes back.
    fn make_room(&mut self, size: usize) {
        if self.size + size > MAX_KEPT {
            *self = Self::default();
        }
        self.size += size;
    }
}

/// The documents of the clauses of a policy, whose own document is `policy`.
pub(crate) fn clause_documents(
    index: &OpenIndex,
    record: &PolicyRecord,
    policy: DocAddress,
) -> Range<DocId> {
    let first = index.clause_address(policy, record.snapshots, ClauseNumber::new(0)).doc_id;
    first..first.saturating_add(record.clauses)
}

/// A policy without its clauses.
pub(crate) struct PolicyFacts {
    /// Its document.
    pub address: DocAddress,
    /// Archive times by ordinal.
    pub times: Vec<ArchiveTime>,
    /// The snapshots after which its corpus removed it.
    pub ends: Vec<SnapshotEnd>,
    /// Its headings and places.
    pub tables: PolicyTables,
}

impl PolicyFacts {
    fn read(index: &OpenIndex, rank: Rank) -> Result<Self> {
        let address = index.policy_address(index.policies().record(rank)?.hash)?;
        let (times, ends) = (index.times(address)?, index.ends(address)?);
        Ok(Self { address, times, ends, tables: index.policy_tables(address)? })
    }

    /// The document of the clause with this number.
    pub fn clause_address(&self, index: &OpenIndex, clause: ClauseNumber) -> DocAddress {
        index.clause_address(self.address, self.times.len() as u32, clause)
    }

    fn size(&self) -> usize {
        self.times.len()
            + self.ends.len()
            + self.tables.headings.len()
            + self.tables.places.len()
            + 1
    }
}

impl PolicyCache {
    /// The policy of this rank.
    ///
    /// # Errors
    ///
    /// A damaged index.
    pub fn policy(&self, index: &OpenIndex, rank: Rank) -> Result<Arc<PolicyFacts>> {
        if let Some(known) = self.lock().policies.get(&rank) {
            return Ok(Arc::clone(known));
        }
        let policy = Arc::new(PolicyFacts::read(index, rank)?);
        let mut kept = self.lock();
        kept.make_room(policy.size());
        kept.policies.insert(rank, Arc::clone(&policy));
        Ok(policy)
    }

    /// Calls `read` with a snapshot of the policy with this rank.
    ///
    /// # Errors
    ///
    /// A damaged index.
    pub fn with_snapshot<T>(
        &self,
        index: &OpenIndex,
        rank: Rank,
        policy: &PolicyFacts,
        ordinal: Ordinal,
        read: impl FnOnce(&StoredSnapshot) -> T,
    ) -> Result<T> {
        let name = (rank, ordinal.get() / CHUNK as u32);
        let known = self.lock().chunks.get(&name).map(Arc::clone);
        let chunk = match known {
            Some(known) => known,
            None => {
                let chunk = Arc::new(index.chunk(policy.address, ordinal)?.snapshots);
                let mut kept = self.lock();
                kept.make_room(chunk.len());
                kept.chunks.insert(name, Arc::clone(&chunk));
                chunk
            }
        };
        let stored = chunk.get(ordinal.index() % CHUNK);
        stored.map(read).ok_or_else(|| index.damaged("a snapshot is missing"))
    }

    /// The documents of a policy's clauses, if they were asked for before.
    pub fn known_clauses(&self, hash: u64) -> Option<Range<DocId>> {
        self.clauses.lock().unwrap_or_else(PoisonError::into_inner).get(&hash).cloned()
    }

    /// The documents of the clauses of the policy with this hash and rank.
    ///
    /// # Errors
    ///
    /// A damaged index.
    pub fn clauses(&self, index: &OpenIndex, hash: u64, rank: Rank) -> Result<Range<DocId>> {
        if let Some(known) = self.known_clauses(hash) {
            return Ok(known);
        }
        let record = index.policies().record(rank)?;
        let clauses = clause_documents(index, &record, index.policy_address(hash)?);
        self.clauses.lock().unwrap_or_else(PoisonError::into_inner).insert(hash, clauses.clone());
        Ok(clauses)
    }

    // The maps are whole even after a panic of another thread: each change is one insertion.
    fn lock(&self) -> std::sync::MutexGuard<'_, KeptPolicies> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
