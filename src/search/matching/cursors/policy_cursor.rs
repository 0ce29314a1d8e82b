//! Walks the clauses of a set of policies. The clauses of a policy are consecutive documents, so
//! there is one range per policy.

use std::ops::Range;

use tantivy::{DocId, SegmentOrdinal, TERMINATED};

use crate::error::Result;
use crate::index::OpenIndex;
use crate::search::policy_cache::clause_documents;

/// The clauses of a set of policies in one segment, in document order.
pub(super) struct PolicyCursor {
    /// The clauses of each policy: ascending, apart from each other.
    clauses: Vec<Range<DocId>>,
    /// The first range that ends after the last target.
    next: usize,
}

impl PolicyCursor {
    /// Looks up the policies of `set`, which says for each rank whether the policy is in it.
    ///
    /// # Errors
    ///
    /// A damaged index.
    pub fn new(index: &OpenIndex, segment: SegmentOrdinal, set: &[bool]) -> Result<Self> {
        let mut clauses = Vec::new();
        let ranks = index.policies().ranks().zip(set);
        for (rank, _) in ranks.filter(|&(_, &is_in)| is_in) {
            let record = index.policies().record(rank)?;
            let policy = index.policy_address(record.hash)?;
            let documents = clause_documents(index, &record, policy);
            // A policy may have no clauses: then the range would end at another policy.
            if policy.segment_ord == segment && !documents.is_empty() {
                clauses.push(documents);
            }
        }
        clauses.sort_unstable_by_key(|range| range.start);
        Ok(Self { clauses, next: 0 })
    }

    /// The first clause from `target` on; targets ascend.
    pub fn seek(&mut self, target: DocId) -> DocId {
        while self.clauses.get(self.next).is_some_and(|clauses| clauses.end <= target) {
            self.next += 1;
        }
        self.clauses.get(self.next).map_or(TERMINATED, |clauses| clauses.start.max(target))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clauses_between_policies_are_skipped() {
        let mut cursor = PolicyCursor { clauses: vec![3..5, 5..6, 9..12], next: 0 };
        let reached = [0, 4, 5, 6, 11, 12].map(|target| cursor.seek(target));
        assert_eq!(reached, [3, 4, 5, 9, 11, TERMINATED]);
    }
}
