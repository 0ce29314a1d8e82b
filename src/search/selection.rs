//! The set S: which snapshots of each policy count.

use std::ops::Range;

use tantivy::DocAddress;

use super::metadata::MetadataFilter;
use super::request::{Filters, SnapshotDates};
use crate::error::Result;
use crate::index::OpenIndex;
use crate::model::{Age, ArchiveTime, Period};

/// Chooses the snapshots of a policy that count.
pub(crate) struct Selection {
    dates: SnapshotDates,
    carry: Option<Age>,
    has_company_changes_only: bool,
    metadata: MetadataFilter,
    /// The end of the last day of the index.
    end: ArchiveTime,
}

/// What is known of a policy when its snapshots are chosen.
#[derive(Clone, Copy)]
pub(crate) struct Snapshots<'p> {
    /// How many.
    pub count: u32,
    /// Where the policy is; `None` only if [`Selection::needs_policy`] says that it need not be known.
    pub address: Option<DocAddress>,
    /// Archive times by ordinal, if [`Selection::needs_times`].
    pub times: &'p [i64],
}

impl Selection {
    /// The choice that `filters` make.
    ///
    /// # Errors
    ///
    /// Those of [`MetadataFilter::new`].
    pub fn new(index: &OpenIndex, filters: &Filters) -> Result<Self> {
        Ok(Self {
            dates: filters.dates,
            carry: filters.carry,
            has_company_changes_only: filters.has_company_changes_only,
            metadata: MetadataFilter::new(index, &filters.metadata)?,
            end: last_second(index),
        })
    }

    /// Whether archive times are read.
    pub fn needs_times(&self) -> bool {
        matches!(self.dates, SnapshotDates::Between { .. } | SnapshotDates::AsOf(_))
            || self.carry.is_some()
    }

    /// Whether anything of a policy is read.
    pub fn needs_policy(&self) -> bool {
        self.needs_times() || self.has_company_changes_only || !self.metadata.is_empty()
    }

    /// The stretches of ordinals that count: ascending, none empty, none touching.
    pub fn ordinals(&self, index: &OpenIndex, snapshots: Snapshots<'_>) -> Result<Vec<Range<u32>>> {
        let dated = self.dated(index, snapshots)?;
        match snapshots.address {
            Some(address) => self.fitting(index, address, dated),
            None => Ok(dated),
        }
    }

    /// What the dates choose, whatever metadata say.
    pub fn dated(&self, index: &OpenIndex, snapshots: Snapshots<'_>) -> Result<Vec<Range<u32>>> {
        let within = self.within(snapshots);
        let dated = match snapshots.address {
            Some(address) if self.has_company_changes_only => {
                without(&index.technical(address)?, within)
            }
            _ if within.is_empty() => Vec::new(),
            _ => vec![within],
        };
        Ok(match self.dates {
            SnapshotDates::AsOf(_) | SnapshotDates::Latest => {
                self.newest(&dated, snapshots.times).into_iter().collect()
            }
            SnapshotDates::All | SnapshotDates::Between { .. } => dated,
        })
    }

    /// What of these stretches has the wanted metadata.
    pub fn fitting(
        &self,
        index: &OpenIndex,
        address: DocAddress,
        dated: Vec<Range<u32>>,
    ) -> Result<Vec<Range<u32>>> {
        if self.metadata.is_empty() {
            return Ok(dated);
        }
        let mut fitting = Vec::new();
        for range in dated {
            fitting.extend(self.metadata.ordinals(index, address, range)?);
        }
        Ok(fitting)
    }

    /// The ordinals between the ends of the dates.
    fn within(&self, snapshots: Snapshots<'_>) -> Range<u32> {
        let before = |bound: i64| snapshots.times.partition_point(|&time| time < bound) as u32;
        let until = |bound: i64| snapshots.times.partition_point(|&time| time <= bound) as u32;
        match self.dates {
            SnapshotDates::All | SnapshotDates::Latest => 0..snapshots.count,
            SnapshotDates::AsOf(period) => 0..until(period.last().seconds()),
            SnapshotDates::Between { since, until: last } => {
                let start = since.map_or(0, |period| before(period.start().seconds()));
                let end = last.map_or(snapshots.count, |period| until(period.last().seconds()));
                start..end.max(start)
            }
        }
    }

    /// The last of these ordinals, unless it is too old.
    fn newest(&self, ranges: &[Range<u32>], times: &[i64]) -> Option<Range<u32>> {
        let end = ranges.last()?.end;
        let at = match self.dates {
            SnapshotDates::AsOf(period) => period.last(),
            _ => self.end,
        };
        let is_fresh =
            self.is_carried(times.get(end as usize - 1).copied().unwrap_or(i64::MIN), at);
        is_fresh.then(|| end - 1..end)
    }

    /// The last second of the last day of the index.
    pub fn end(&self) -> ArchiveTime {
        self.end
    }

    /// Whether a snapshot of this time is still in force at `at`, or at the end of the index.
    pub fn is_carried(&self, time: i64, at: ArchiveTime) -> bool {
        self.carry.is_none_or(|carry| time >= carry.before(at.min(self.end)).seconds())
    }
}

/// The last second of the last day of the index.
pub(crate) fn last_second(index: &OpenIndex) -> ArchiveTime {
    let dates = index.manifest().dates.as_ref();
    let last = dates.and_then(|dates| dates.last.parse::<Period>().ok());
    last.map_or(ArchiveTime::from_seconds(i64::MAX), Period::last)
}

/// The stretches of `range` without these ordinals (ascending).
fn without(left_out: &[u32], range: Range<u32>) -> Vec<Range<u32>> {
    let mut stretches = Vec::new();
    let mut start = range.start;
    for &ordinal in left_out.iter().filter(|ordinal| range.contains(ordinal)) {
        stretches.extend((start < ordinal).then_some(start..ordinal));
        start = ordinal + 1;
    }
    stretches.extend((start < range.end).then_some(start..range.end));
    stretches
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selection(dates: SnapshotDates) -> Selection {
        let end = ArchiveTime::from_seconds(5 * 86_400 - 1);
        let metadata = MetadataFilter::default();
        Selection { dates, carry: None, has_company_changes_only: false, metadata, end }
    }

    fn day(d: &str) -> Period {
        d.parse().unwrap()
    }

    const TIMES: [i64; 5] = [10, 20, 20, 86_400 + 5, 3 * 86_400];

    fn snapshots(times: &[i64]) -> Snapshots<'_> {
        Snapshots { count: times.len() as u32, address: None, times }
    }

    #[test]
    fn dates_choose_ordinals() {
        let ordinals = |dates: SnapshotDates| {
            let selection = selection(dates);
            let within = selection.within(snapshots(&TIMES));
            match dates {
                SnapshotDates::Latest | SnapshotDates::AsOf(_) if within.is_empty() => 0..0,
                SnapshotDates::Latest | SnapshotDates::AsOf(_) => {
                    selection.newest(&[within], &TIMES).unwrap_or(0..0)
                }
                _ => within,
            }
        };
        assert_eq!(ordinals(SnapshotDates::All), 0..5);
        assert_eq!(ordinals(SnapshotDates::Latest), 4..5);
        assert_eq!(ordinals(SnapshotDates::AsOf(day("1970-01-01"))), 2..3);
        assert_eq!(ordinals(SnapshotDates::AsOf(day("1970-01-03"))), 3..4);
        assert!(ordinals(SnapshotDates::AsOf(day("1969"))).is_empty());
        let between = |since: Option<&str>, until: Option<&str>| {
            ordinals(SnapshotDates::Between { since: since.map(day), until: until.map(day) })
        };
        assert_eq!(between(Some("1970-01-02"), None), 3..5);
        assert_eq!(between(None, Some("1970-01-02")), 0..4);
        assert!(between(Some("1971"), Some("1970")).is_empty());
    }

    #[test]
    fn old_snapshots_are_not_carried() {
        let newest = |dates: SnapshotDates, carry: &str| {
            let carry = Some(carry.parse().unwrap());
            Selection { carry, ..selection(dates) }.newest(&[0..2, 2..4], &TIMES)
        };
        // Ordinal 3 is of 1970-01-02, the index ends on 1970-01-05.
        assert_eq!(newest(SnapshotDates::Latest, "3d"), None);
        assert_eq!(newest(SnapshotDates::Latest, "4d"), Some(3..4));
        assert_eq!(newest(SnapshotDates::AsOf(day("1970-01-03")), "1d"), None);
        assert_eq!(newest(SnapshotDates::AsOf(day("1970-01-03")), "2d"), Some(3..4));
        assert_eq!(newest(SnapshotDates::AsOf(day("1970")), "4d"), Some(3..4));
    }

    #[test]
    fn what_is_left_out_splits() {
        assert_eq!(without(&[], 0..3), std::slice::from_ref(&(0..3)));
        assert_eq!(without(&[0, 2, 3, 7], 0..6), [1..2, 4..6]);
        assert_eq!(without(&[1, 2], 1..3), [] as [Range<u32>; 0]);
    }
}
