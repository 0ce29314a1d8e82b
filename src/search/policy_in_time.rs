//! The snapshots of a policy in time: which of them count, and which is in force when. No stored text is read.

use std::ops::Range;

use super::request::Filters;
use super::selection::{Selection, Snapshots};
use crate::collapse::OrdinalRun;
use crate::error::Result;
use crate::index::OpenIndex;
use crate::model::{ArchiveTime, CalendarPeriod, Ordinal};

/// Calls `with` for each policy that the filters of names let through, by rank.
pub(super) fn each_policy(
    index: &OpenIndex,
    filters: &Filters,
    selection: &Selection,
    mut with: impl FnMut(PolicyInTime),
) -> Result<()> {
    let named = super::named(index, filters)?;
    for rank in 0..index.policies().entries().len() as u32 {
        if named.as_ref().is_none_or(|named| named.get(rank as usize) == Some(&true)) {
            with(PolicyInTime::read(index, rank, selection)?);
        }
    }
    Ok(())
}

/// The snapshots of a policy in time.
pub(super) struct PolicyInTime {
    pub rank: u32,
    /// Archive times by ordinal.
    pub times: Vec<i64>,
    /// What the dates choose, whatever metadata say: ascending, none empty.
    dated: Vec<Range<u32>>,
    /// What counts of it.
    pub counting: Vec<Range<u32>>,
}

impl PolicyInTime {
    pub fn read(index: &OpenIndex, rank: u32, selection: &Selection) -> Result<Self> {
        let entry = index.policies().get(rank).ok_or_else(|| index.damaged("an unknown policy"))?;
        let address = index.policy_address(entry.hash)?;
        let times = index.times(address)?;
        let snapshots = Snapshots { count: entry.snapshots, address: Some(address), times: &times };
        let dated = selection.dated(index, snapshots)?;
        let counting = selection.fitting(index, address, dated.clone())?;
        Ok(Self { rank, times, dated, counting })
    }

    /// Its newest snapshot at `last`, or an empty range.
    pub fn newest(&self, last: ArchiveTime, selection: &Selection) -> Range<u32> {
        let until = self.times.partition_point(|&time| time <= last.seconds()) as u32;
        let newest = self.dated.iter().rev().find(|range| range.start < until);
        let Some(newest) = newest.map(|range| range.end.min(until) - 1) else { return 0..0 };
        let is_carried = selection.is_carried(self.times[newest as usize], last);
        if is_carried { newest..newest + 1 } else { 0..0 }
    }

    /// Its snapshots of this period.
    pub fn inside(&self, span: &CalendarPeriod) -> Range<u32> {
        let start = self.times.partition_point(|&time| time < span.start.seconds()) as u32;
        let end = self.times.partition_point(|&time| time <= span.last.seconds()) as u32;
        start..end
    }

    /// What counts of it, as runs.
    pub fn runs(&self) -> Vec<OrdinalRun> {
        self.counting
            .iter()
            .map(|range| OrdinalRun {
                start: Ordinal::new(range.start),
                last: Ordinal::new(range.end - 1),
            })
            .collect()
    }

    /// The times of the first and the last snapshot that count.
    pub fn span(&self) -> Option<(ArchiveTime, ArchiveTime)> {
        let time = |ordinal: u32| {
            self.times.get(ordinal as usize).map(|&time| ArchiveTime::from_seconds(time))
        };
        Some((time(self.counting.first()?.start)?, time(self.counting.last()?.end - 1)?))
    }

    /// How many snapshots count.
    pub fn snapshots(&self) -> u64 {
        self.counting.iter().map(|range| range.len() as u64).sum()
    }
}
