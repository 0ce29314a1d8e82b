//! What hits need of their policies, read once for many hits and many queries.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::FxBuildHasher;
use tantivy::{DocAddress, DocId};

use crate::error::Result;
use crate::index::{CHUNK, OpenIndex, PolicyTables, StoredSnapshot};

/// So many snapshots, headings and places are kept about: some hundred megabytes at most.
const MAX_KEPT: usize = 1 << 20;

/// The policies of an index, as far as they were asked for. Threads share it.
#[derive(Default)]
pub(super) struct PolicyCache {
    kept: Mutex<Kept>,
    /// By hash of the policy, the documents of its clauses.
    clauses: Mutex<HashMap<u64, Range<DocId>, FxBuildHasher>>,
}

#[derive(Default)]
struct Kept {
    policies: HashMap<u32, Arc<PolicyFacts>>,
    chunks: HashMap<(u32, u32), Arc<Vec<StoredSnapshot>>>,
    size: usize,
}

impl Kept {
    /// Makes room for something of this size: all goes, since what is asked for again comes back soon.
    fn make_room(&mut self, size: usize) {
        if self.size + size > MAX_KEPT {
            *self = Self::default();
        }
        self.size += size;
    }
}

/// What is known of a policy besides its clauses.
pub(super) struct PolicyFacts {
    pub address: DocAddress,
    /// Archive times by ordinal.
    pub times: Vec<i64>,
    pub tables: PolicyTables,
}

impl PolicyFacts {
    fn read(index: &OpenIndex, rank: u32) -> Result<Self> {
        let entry = index.policies().get(rank).ok_or_else(|| index.damaged("an unknown policy"))?;
        let address = index.policy_address(entry.hash)?;
        Ok(Self { address, times: index.times(address)?, tables: index.policy_tables(address)? })
    }

    fn size(&self) -> usize {
        self.times.len() + self.tables.headings.len() + self.tables.places.len() + 1
    }
}

impl PolicyCache {
    /// The policy of this rank.
    pub fn policy(&self, index: &OpenIndex, rank: u32) -> Result<Arc<PolicyFacts>> {
        if let Some(known) = self.lock().policies.get(&rank) {
            return Ok(Arc::clone(known));
        }
        let policy = Arc::new(PolicyFacts::read(index, rank)?);
        let mut kept = self.lock();
        kept.make_room(policy.size());
        kept.policies.insert(rank, Arc::clone(&policy));
        Ok(policy)
    }

    /// Calls `read` with the snapshot that has this ordinal.
    pub fn with_snapshot<T>(
        &self,
        index: &OpenIndex,
        (rank, policy): (u32, &PolicyFacts),
        ordinal: u32,
        read: impl FnOnce(&StoredSnapshot) -> T,
    ) -> Result<T> {
        let name = (rank, ordinal / CHUNK as u32);
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
        let stored = chunk.get(ordinal as usize % CHUNK);
        stored.map(read).ok_or_else(|| index.damaged("a snapshot is missing"))
    }

    /// The documents of a policy's clauses, if somebody asked for them before.
    pub fn known_clauses(&self, hash: u64) -> Option<Range<DocId>> {
        self.clauses.lock().unwrap_or_else(PoisonError::into_inner).get(&hash).cloned()
    }

    /// The documents of the clauses of the policy with this hash and rank.
    pub fn clauses(&self, index: &OpenIndex, hash: u64, rank: u32) -> Result<Range<DocId>> {
        if let Some(known) = self.known_clauses(hash) {
            return Ok(known);
        }
        let entry = index.policies().get(rank).ok_or_else(|| index.damaged("an unknown policy"))?;
        let first = index.clause_address(index.policy_address(hash)?, entry.snapshots, 0).doc_id;
        let clauses = first..first.saturating_add(entry.clauses);
        self.clauses.lock().unwrap_or_else(PoisonError::into_inner).insert(hash, clauses.clone());
        Ok(clauses)
    }

    // What a panicking thread left is still whole: each change is one insertion.
    fn lock(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
