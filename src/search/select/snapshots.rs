//! Selects the snapshots of a policy that count: by date, language, metadata and technical changes.

use std::ops::Range;

use tantivy::DocAddress;

use super::metadata::MetadataFilter;
use crate::error::Result;
use crate::index::{LangChange, OpenIndex};
use crate::lang::Lang;
use crate::model::{Age, ArchiveTime, Ordinal, Period};
use crate::search::request::{Filters, SnapshotDates};

/// Selects the snapshots of a policy that count.
pub(crate) struct SnapshotSelection {
    dates: SnapshotDates,
    carry: Option<Age>,
    company_changes_only: bool,
    metadata: MetadataFilter,
    langs: Vec<Lang>,
    /// The last second of the last day of the index.
    end: ArchiveTime,
}

/// The snapshots of a policy, as far as a selection needs them.
#[derive(Clone, Copy)]
pub(crate) struct PolicySnapshots<'p> {
    /// How many snapshots the policy has.
    pub count: u32,
    /// The document of the policy. It may be `None` only if
    /// [`SnapshotSelection::needs_policy`] is false.
    pub address: Option<DocAddress>,
    /// Archive times by ordinal. They may be empty only if [`SnapshotSelection::needs_times`] is
    /// false.
    pub times: &'p [i64],
}

impl SnapshotSelection {
    /// The selection that `filters` make.
    ///
    /// # Errors
    ///
    /// A metadata key that no snapshot has, or a bad glob.
    pub fn new(index: &OpenIndex, filters: &Filters) -> Result<Self> {
        Ok(Self {
            dates: filters.dates,
            carry: filters.carry,
            company_changes_only: filters.company_changes_only,
            metadata: MetadataFilter::new(index, &filters.metadata)?,
            langs: filters.langs.clone(),
            end: last_second(index),
        })
    }

    /// Whether it reads archive times.
    pub fn needs_times(&self) -> bool {
        matches!(self.dates, SnapshotDates::Between { .. } | SnapshotDates::AsOf(_))
            || self.carry.is_some()
    }

    /// Whether it reads anything of a policy.
    pub fn needs_policy(&self) -> bool {
        self.needs_times()
            || self.company_changes_only
            || !self.metadata.is_empty()
            || !self.langs.is_empty()
    }

    /// The ranges of ordinals that count: ascending, not empty, not adjacent.
    pub fn ordinals(
        &self,
        index: &OpenIndex,
        snapshots: PolicySnapshots<'_>,
    ) -> Result<Vec<Range<Ordinal>>> {
        let dated = self.dated(index, snapshots)?;
        match snapshots.address {
            Some(address) => self.described(index, address, dated),
            None => Ok(dated),
        }
    }

    /// The ranges that the dates select, whatever the language and the metadata.
    pub fn dated(
        &self,
        index: &OpenIndex,
        snapshots: PolicySnapshots<'_>,
    ) -> Result<Vec<Range<Ordinal>>> {
        let within = self.within(snapshots);
        let dated = match snapshots.address {
            Some(address) if self.company_changes_only => {
                without(index.technical(address)?, within)
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

    /// The parts of these ranges whose snapshots have a wanted language and the wanted metadata.
    pub fn described(
        &self,
        index: &OpenIndex,
        address: DocAddress,
        dated: Vec<Range<Ordinal>>,
    ) -> Result<Vec<Range<Ordinal>>> {
        let in_lang = match self.langs.is_empty() {
            true => dated,
            false => with_langs(&index.langs(address)?, &self.langs, &dated),
        };
        if self.metadata.is_empty() {
            return Ok(in_lang);
        }
        let mut selected = Vec::new();
        for range in in_lang {
            selected.extend(self.metadata.ordinals(index, address, range)?);
        }
        Ok(selected)
    }

    /// The ordinals between the two ends of the dates.
    fn within(&self, snapshots: PolicySnapshots<'_>) -> Range<Ordinal> {
        let PolicySnapshots { count, times, .. } = snapshots;
        match self.dates {
            SnapshotDates::All | SnapshotDates::Latest => OLDEST..Ordinal::new(count),
            SnapshotDates::AsOf(period) => OLDEST..after(times, period),
            SnapshotDates::Between { since, until } => {
                let start = since.map_or(OLDEST, |period| first_in(times, period));
                let end = until.map_or(Ordinal::new(count), |period| after(times, period));
                start..end.max(start)
            }
        }
    }

    /// The last of these ordinals, unless its snapshot is too old.
    fn newest(&self, ranges: &[Range<Ordinal>], times: &[i64]) -> Option<Range<Ordinal>> {
        let end = ranges.last()?.end;
        let newest = end.previous()?..end;
        let at = match self.dates {
            SnapshotDates::AsOf(period) => period.last(),
            _ => self.end,
        };
        match self.carry {
            None => Some(newest),
            Some(_) => {
                let time = *times.get(newest.start.index())?;
                self.is_carried(time, at).then_some(newest)
            }
        }
    }

    /// The last second of the last day of the index.
    pub fn end(&self) -> ArchiveTime {
        self.end
    }

    /// Whether a snapshot of this time (seconds since 1970) is still in force at `at`, or at the
    /// end of the index if that is earlier.
    pub fn is_carried(&self, time: i64, at: ArchiveTime) -> bool {
        self.carry.is_none_or(|carry| time >= carry.before(at.min(self.end)).seconds())
    }
}

/// The oldest snapshot of a policy.
const OLDEST: Ordinal = Ordinal::new(0);

/// The first of these ascending times in `period` or later.
fn first_in(times: &[i64], period: Period) -> Ordinal {
    Ordinal::from_index(times.partition_point(|&time| time < period.start().seconds()))
}

/// The first of these ascending times after the end of `period`.
fn after(times: &[i64], period: Period) -> Ordinal {
    Ordinal::from_index(times.partition_point(|&time| time <= period.last().seconds()))
}

/// The last second of the last day of the index; the end of time for an index without snapshots.
pub(crate) fn last_second(index: &OpenIndex) -> ArchiveTime {
    let dates = index.manifest().dates.as_ref();
    let last = dates.and_then(|dates| dates.last.parse::<Period>().ok());
    last.map_or(ArchiveTime::from_seconds(i64::MAX), Period::last)
}

/// The first second of the first day of the index.
pub(crate) fn first_second(index: &OpenIndex) -> ArchiveTime {
    let dates = index.manifest().dates.as_ref();
    let first = dates.and_then(|dates| dates.first.parse::<Period>().ok());
    first.map_or(ArchiveTime::from_seconds(i64::MIN), |first| first.start())
}

/// The parts of `range` without these ordinals (ascending).
fn without(
    left_out: impl IntoIterator<Item = Ordinal>,
    range: Range<Ordinal>,
) -> Vec<Range<Ordinal>> {
    let mut parts = Vec::new();
    let mut start = range.start;
    for ordinal in left_out.into_iter().filter(|ordinal| range.contains(ordinal)) {
        parts.extend((start < ordinal).then_some(start..ordinal));
        start = ordinal.next();
    }
    parts.extend((start < range.end).then_some(start..range.end));
    parts
}

/// The parts of these ranges whose snapshots have one of the wanted languages: ascending, not
/// adjacent.
fn with_langs(
    changes: &[LangChange],
    wanted: &[Lang],
    ranges: &[Range<Ordinal>],
) -> Vec<Range<Ordinal>> {
    let mut parts: Vec<Range<Ordinal>> = Vec::new();
    for range in ranges {
        for (i, change) in changes.iter().enumerate() {
            let until = changes.get(i + 1).map_or(range.end, |next| next.ordinal);
            let (start, end) = (range.start.max(change.ordinal), range.end.min(until));
            if start >= end || !change.lang.is_some_and(|lang| wanted.contains(&lang)) {
                continue;
            }
            match parts.last_mut() {
                Some(last) if last.end == start => last.end = end,
                _ => parts.push(start..end),
            }
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selection(dates: SnapshotDates) -> SnapshotSelection {
        let end = ArchiveTime::from_seconds(5 * 86_400 - 1);
        let metadata = MetadataFilter::default();
        let (carry, langs) = (None, Vec::new());
        SnapshotSelection { dates, carry, company_changes_only: false, metadata, langs, end }
    }

    fn range(range: Range<u32>) -> Range<Ordinal> {
        Ordinal::new(range.start)..Ordinal::new(range.end)
    }

    fn bare(range: Range<Ordinal>) -> Range<u32> {
        range.start.get()..range.end.get()
    }

    fn day(d: &str) -> Period {
        d.parse().unwrap()
    }

    const TIMES: [i64; 5] = [10, 20, 20, 86_400 + 5, 3 * 86_400];

    fn snapshots(times: &[i64]) -> PolicySnapshots<'_> {
        PolicySnapshots { count: times.len() as u32, address: None, times }
    }

    #[test]
    fn dates_choose_ordinals() {
        let ordinals = |dates: SnapshotDates| {
            let selection = selection(dates);
            let within = selection.within(snapshots(&TIMES));
            let is_one = matches!(dates, SnapshotDates::Latest | SnapshotDates::AsOf(_));
            let selected = match is_one {
                true if within.is_empty() => None,
                true => selection.newest(&[within], &TIMES),
                false => Some(within),
            };
            bare(selected.unwrap_or(OLDEST..OLDEST))
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
            let ranges = [range(0..2), range(2..4)];
            let selection = SnapshotSelection { carry, ..selection(dates) };
            selection.newest(&ranges, &TIMES).map(bare)
        };
        // Ordinal 3 is of 1970-01-02, the index ends on 1970-01-05.
        assert_eq!(newest(SnapshotDates::Latest, "3d"), None);
        assert_eq!(newest(SnapshotDates::Latest, "4d"), Some(3..4));
        assert_eq!(newest(SnapshotDates::AsOf(day("1970-01-03")), "1d"), None);
        assert_eq!(newest(SnapshotDates::AsOf(day("1970-01-03")), "2d"), Some(3..4));
        assert_eq!(newest(SnapshotDates::AsOf(day("1970")), "4d"), Some(3..4));
    }

    #[test]
    fn languages_choose_ordinals() {
        let [english, german, french] =
            ["en", "de", "fr"].map(|code| code.parse::<Lang>().unwrap());
        let langs = [(0, Some(english)), (2, Some(german)), (4, None), (6, Some(english))];
        let changes =
            langs.map(|(ordinal, lang)| LangChange { ordinal: Ordinal::new(ordinal), lang });
        let parts = |wanted: &[Lang], ranges: &[Range<u32>]| -> Vec<Range<u32>> {
            let ranges: Vec<_> = ranges.iter().cloned().map(range).collect();
            with_langs(&changes, wanted, &ranges).into_iter().map(bare).collect()
        };
        assert_eq!(parts(&[english], std::slice::from_ref(&(0..9))), [0..2, 6..9]);
        assert_eq!(parts(&[german, english], &[1..3, 3..4, 5..6]), [1..4]);
        assert_eq!(parts(&[french], &[0..9]), [] as [Range<u32>; 0]);
    }

    #[test]
    fn ordinals_left_out_split_a_range() {
        let parts = |left_out: &[u32], within: Range<u32>| -> Vec<Range<u32>> {
            let left_out = left_out.iter().copied().map(Ordinal::new);
            without(left_out, range(within)).into_iter().map(bare).collect()
        };
        assert_eq!(parts(&[], 0..3), std::slice::from_ref(&(0..3)));
        assert_eq!(parts(&[0, 2, 3, 7], 0..6), [1..2, 4..6]);
        assert_eq!(parts(&[1, 2], 1..3), [] as [Range<u32>; 0]);
    }
}
