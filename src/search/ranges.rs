//! The clauses of a set of policies: a policy's clauses stand together, so a range for each.

use std::ops::Range;

use tantivy::{DocId, SegmentOrdinal, TERMINATED};

use crate::error::Result;
use crate::index::OpenIndex;

/// The clauses of a set of policies in one segment, in document order.
pub(super) struct PolicyCursor {
    /// Ascending, apart.
    clauses: Vec<Range<DocId>>,
    at: usize,
}

impl PolicyCursor {
    /// `set`: by rank, whether the policy is in it.
    pub fn new(index: &OpenIndex, ord: SegmentOrdinal, set: &[bool]) -> Result<Self> {
        let mut clauses = Vec::new();
        for (entry, _) in index.policies().entries().iter().zip(set).filter(|&(_, &is_in)| is_in) {
            for policy in index.policy_documents(entry.hash)? {
                if policy.segment_ord == ord {
                    let first = index.clause_address(policy, entry.snapshots, 0).doc_id;
                    clauses.push(first..first.saturating_add(entry.clauses));
                }
            }
        }
        clauses.sort_unstable_by_key(|range| range.start);
        Ok(Self { clauses, at: 0 })
    }

    /// The first clause from `target` on; targets ascend.
    pub fn seek(&mut self, target: DocId) -> DocId {
        while self.clauses.get(self.at).is_some_and(|clauses| clauses.end <= target) {
            self.at += 1;
        }
        self.clauses.get(self.at).map_or(TERMINATED, |clauses| clauses.start.max(target))
    }
}
