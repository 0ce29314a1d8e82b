//! The snapshots that a query and filters select, for export.

use std::collections::BTreeMap;
use std::ops::Range;

use fixedbitset::FixedBitSet;

use super::version::{PolicyVersion, VersionReader};
use crate::error::Result;
use crate::model::{Ordinal, Rank};
use crate::search::Searcher;
use crate::search::request::Select;
use crate::search::select::{SnapshotSelection, each_policy};

/// A set of snapshots, of any number of policies.
#[derive(Debug, Clone, Default)]
pub struct SnapshotSet {
    /// By rank of the policy, the ordinals of its snapshots. No set is empty.
    ordinals: BTreeMap<Rank, FixedBitSet>,
}

impl SnapshotSet {
    /// Returns the number of snapshots.
    pub fn snapshots(&self) -> u64 {
        self.ordinals.values().map(|ordinals| ordinals.count_ones(..) as u64).sum()
    }

    /// Returns the number of policies that have at least one of the snapshots.
    pub fn policies(&self) -> u64 {
        self.ordinals.len() as u64
    }

    fn insert(&mut self, rank: Rank, ordinals: Range<Ordinal>) {
        let set = self.ordinals.entry(rank).or_default();
        let (start, end) = (ordinals.start.index(), ordinals.end.index());
        set.grow(end);
        set.insert_range(start..end);
    }
}

impl Searcher {
    /// Selects snapshots.
    ///
    /// If `select` has a query or a filter of clauses, these are the selected snapshots that
    /// contain a match. Otherwise they are all that the other filters select.
    ///
    /// # Errors
    ///
    /// The same as [`Searcher::search`].
    pub fn selected(&self, select: &Select) -> Result<SnapshotSet> {
        self.index().guard(|| {
            if select.query.is_none() && !select.filters.choose_clauses() {
                self.filtered_snapshots(select)
            } else {
                self.snapshots_with_match(select)
            }
        })
    }

    fn filtered_snapshots(&self, select: &Select) -> Result<SnapshotSet> {
        let mut set = SnapshotSet::default();
        let selection = SnapshotSelection::new(self.index(), &select.filters)?;
        each_policy(self.index(), &select.filters, &selection, |policy| {
            for range in &policy.counting {
                set.insert(policy.rank, range.clone());
            }
            Ok(())
        })?;
        Ok(set)
    }

    fn snapshots_with_match(&self, select: &Select) -> Result<SnapshotSet> {
        let mut set = SnapshotSet::default();
        self.each_match(select, false, &mut |_, found| {
            for run in found.matching {
                set.insert(found.rank, run.start..run.last.next());
            }
            Ok(())
        })?;
        Ok(set)
    }

    /// Calls `visit` with each snapshot of the set: policy by policy in the order of the index, and
    /// from the oldest to the newest.
    ///
    /// # Errors
    ///
    /// Whatever `visit` returns, or a damaged index.
    pub fn each_version(
        &self,
        set: &SnapshotSet,
        visit: &mut dyn FnMut(&PolicyVersion) -> Result<()>,
    ) -> Result<()> {
        self.index().guard(|| {
            for (&rank, ordinals) in &set.ordinals {
                let reader = VersionReader::new(self.index(), rank)?;
                for ordinal in ordinals.ones() {
                    visit(&reader.version(Ordinal::from_index(ordinal))?)?;
                }
            }
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlapping_ranges_count_once() {
        let mut set = SnapshotSet::default();
        set.insert(Rank::new(7), Ordinal::new(2)..Ordinal::new(5));
        set.insert(Rank::new(7), Ordinal::new(0)..Ordinal::new(3));
        set.insert(Rank::new(3), Ordinal::new(70)..Ordinal::new(71));
        assert_eq!((set.policies(), set.snapshots()), (2, 6));
        assert_eq!(set.ordinals[&Rank::new(7)].ones().collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
    }
}
