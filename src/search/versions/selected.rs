//! The snapshots that a request chooses: of a query or of filters of clauses those that hold a match, else all of S.

use std::collections::BTreeMap;

use fixedbitset::FixedBitSet;

use super::version::{Version, VersionReader};
use crate::error::Result;
use crate::search::Searcher;
use crate::search::request::Select;
use crate::search::select::{SnapshotSelection, each_policy};

/// The snapshots that were chosen, by rank of their policy.
pub struct SnapshotSet(BTreeMap<u32, FixedBitSet>);

impl SnapshotSet {
    /// How many snapshots.
    pub fn snapshots(&self) -> u64 {
        self.0.values().map(|ordinals| ordinals.count_ones(..) as u64).sum()
    }

    /// Of how many policies.
    pub fn policies(&self) -> u64 {
        self.0.len() as u64
    }
}

impl Searcher {
    /// Chooses snapshots.
    ///
    /// # Errors
    ///
    /// Those of [`Searcher::search`].
    pub fn selected(&self, select: &Select) -> Result<SnapshotSet> {
        self.index().guard(|| self.select_snapshots(select))
    }

    fn select_snapshots(&self, select: &Select) -> Result<SnapshotSet> {
        let mut selected: BTreeMap<u32, FixedBitSet> = BTreeMap::new();
        let mut insert = |rank: u32, start: u32, end: u32| {
            let ordinals = selected.entry(rank).or_default();
            ordinals.grow(end as usize);
            ordinals.insert_range(start as usize..end as usize);
        };
        if select.query.is_none() && !select.filters.choose_clauses() {
            let selection = SnapshotSelection::new(self.index(), &select.filters)?;
            each_policy(self.index(), &select.filters, &selection, |policy| {
                policy.counting.iter().for_each(|range| {
                    insert(policy.rank.get(), range.start.get(), range.end.get())
                });
            })?;
        } else {
            self.each_match(select, false, &mut |_, found| {
                found.matching.iter().for_each(|run| {
                    insert(found.rank.get(), run.start.get(), run.last.next().get())
                });
                Ok(())
            })?;
        }
        Ok(SnapshotSet(selected))
    }

    /// Calls `with` for each chosen snapshot: by policy, oldest first.
    ///
    /// # Errors
    ///
    /// What `with` returns, or a damaged index.
    pub fn each_version(
        &self,
        selected: &SnapshotSet,
        with: &mut dyn FnMut(&Version) -> Result<()>,
    ) -> Result<()> {
        self.index().guard(|| {
            for (&rank, ordinals) in &selected.0 {
                let reader = VersionReader::new(self.index(), rank)?;
                for ordinal in ordinals.ones() {
                    with(&reader.version(ordinal as u32)?)?;
                }
            }
            Ok(())
        })
    }
}
