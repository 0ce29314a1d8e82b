//! Says which snapshots of a policy count and which one is in force at a time.
//!
//! Everything comes from columns; no stored text is read.

use std::ops::Range;

use super::snapshots::{PolicySnapshots, SnapshotSelection, is_ended};
use crate::collapse::{OrdinalRun, SnapshotEnd};
use crate::error::Result;
use crate::index::{OpenIndex, PolicyRecord};
use crate::model::{ArchiveTime, CalendarPeriod, Ordinal, Period, Rank};
use crate::search::plan::ranks_named;
use crate::search::request::Filters;

/// Calls `with` for each policy that the filters of names let through, by rank.
///
/// # Errors
///
/// A name that no policy has, a damaged index, or what `with` returns.
pub(crate) fn each_policy(
    index: &OpenIndex,
    filters: &Filters,
    selection: &SnapshotSelection,
    mut with: impl FnMut(PolicyInTime) -> Result<()>,
) -> Result<()> {
    for rank in ranks_named(index, filters)? {
        with(PolicyInTime::read(index, rank, selection)?)?;
    }
    Ok(())
}

/// No ordinals.
const NONE: Range<Ordinal> = Ordinal::new(0)..Ordinal::new(0);

/// The snapshots of a policy, with their times.
pub(crate) struct PolicyInTime {
    /// The rank of the policy.
    pub rank: Rank,
    /// The number of its company.
    pub company: u32,
    /// Archive times by ordinal.
    pub times: Vec<ArchiveTime>,
    /// The ranges that the dates select, whatever the language and the metadata: ascending, not
    /// empty.
    dated: Vec<Range<Ordinal>>,
    /// Its ends, as far as they count.
    ends: Vec<SnapshotEnd>,
    /// The ranges that count.
    pub counting: Vec<Range<Ordinal>>,
}

impl PolicyInTime {
    /// Reads the policy of this rank.
    ///
    /// # Errors
    ///
    /// A damaged index.
    pub fn read(index: &OpenIndex, rank: Rank, selection: &SnapshotSelection) -> Result<Self> {
        let PolicyRecord { hash, snapshots: count, company, .. } = index.policies().record(rank)?;
        let address = index.policy_address(hash)?;
        let times = index.times(address)?;
        if times.len() != count as usize {
            return Err(index.damaged("a policy has not as many archive times as snapshots"));
        }
        let snapshots = PolicySnapshots { count, address: Some(address), times: &times };
        let dated = selection.dated(index, snapshots)?;
        let ends = selection.ends(index, Some(address))?;
        let counting = selection.described(index, address, dated.clone())?;
        Ok(Self { rank, company, times, dated, ends, counting })
    }

    /// Its newest snapshot at `last`, as a range of one ordinal; empty if none is in force.
    pub fn newest(&self, last: ArchiveTime, selection: &SnapshotSelection) -> Range<Ordinal> {
        let until = self.times.partition_point(|&time| time <= last);
        let until = Ordinal::from_index(until);
        if is_ended(&self.ends, until, last) {
            return NONE;
        }
        let range = self.dated.iter().rev().find(|range| range.start < until);
        let newest = range.and_then(|range| range.end.min(until).previous());
        match newest.filter(|newest| selection.is_carried(self.times[newest.index()], last)) {
            Some(newest) => newest..newest.next(),
            None => NONE,
        }
    }

    /// The last moment of the day of its last end, as far as ends count.
    pub fn last_end(&self) -> Option<ArchiveTime> {
        Period::day_of(self.ends.last()?.time).map(Period::last)
    }

    /// Its snapshots dated in this period.
    pub fn inside(&self, period: &CalendarPeriod) -> Range<Ordinal> {
        let start = self.times.partition_point(|&time| time < period.start);
        let end = self.times.partition_point(|&time| time <= period.last);
        Ordinal::from_index(start)..Ordinal::from_index(end)
    }

    /// The snapshots that count, as runs.
    pub fn runs(&self) -> Vec<OrdinalRun> {
        let ranges = self.counting.iter();
        ranges
            .filter_map(|range| {
                Some(OrdinalRun { start: range.start, last: range.end.previous()? })
            })
            .collect()
    }

    /// The times of the first and the last snapshot that count; `None` if none counts.
    pub fn span(&self) -> Option<(ArchiveTime, ArchiveTime)> {
        let (first, last) = (self.counting.first()?.start, self.counting.last()?.end.previous()?);
        Some((self.time(first)?, self.time(last)?))
    }

    fn time(&self, ordinal: Ordinal) -> Option<ArchiveTime> {
        self.times.get(ordinal.index()).copied()
    }

    /// How many snapshots count.
    pub fn snapshots(&self) -> u64 {
        self.runs().into_iter().map(OrdinalRun::snapshot_count).sum()
    }
}
