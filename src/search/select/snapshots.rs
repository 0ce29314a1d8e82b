//! Selects the snapshots of a policy that count: by date, language, metadata and technical changes.

use std::ops::Range;

use tantivy::DocAddress;

use super::archive_span::last_past_moment;
use super::metadata::MetadataFilter;
use crate::collapse::SnapshotEnd;
use crate::error::Result;
use crate::index::{LangChange, OpenIndex};
use crate::lang::Lang;
use crate::model::{Age, ArchiveTime, Ordinal, Period};
use crate::search::request::{Filters, SnapshotDates};

/// Selects the snapshots of a policy that count.
pub(crate) struct SnapshotSelection {
    dates: SnapshotDates,
    carry: Option<Carry>,
    company_changes_only: bool,
    /// Whether policies that their corpora had removed have no newest snapshot.
    leaves_out_ended: bool,
    metadata: MetadataFilter,
    langs: Vec<Lang>,
}

/// How old the snapshot in force may be.
#[derive(Clone, Copy)]
struct Carry {
    age: Age,
    /// The last moment of the newest day of the index that is not in the future.
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
    pub times: &'p [ArchiveTime],
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
            carry: match filters.carry {
                Some(age) => Some(Carry { age, end: last_past_moment(index, filters.today)? }),
                None => None,
            },
            company_changes_only: filters.company_changes_only,
            leaves_out_ended: !filters.with_ended && index.manifest().counts.ends > 0,
            metadata: MetadataFilter::new(index, &filters.metadata)?,
            langs: filters.langs.clone(),
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
            || self.leaves_out_ended && self.dates == SnapshotDates::Latest
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
        let newest = within.end;
        let dated = match snapshots.address {
            Some(address) if self.company_changes_only => {
                without(index.technical(address)?, within)
            }
            _ if within.is_empty() => Vec::new(),
            _ => vec![within],
        };
        Ok(match self.dates {
            SnapshotDates::AsOf(_) | SnapshotDates::Latest
                if self.has_ended(&self.ends(index, snapshots.address)?, newest) =>
            {
                Vec::new()
            }
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

    /// The ends of a policy, as far as they count.
    ///
    /// # Errors
    ///
    /// The index is damaged.
    pub fn ends(&self, index: &OpenIndex, policy: Option<DocAddress>) -> Result<Vec<SnapshotEnd>> {
        match policy {
            Some(address) if self.leaves_out_ended => index.ends(address),
            _ => Ok(Vec::new()),
        }
    }

    /// Whether a policy with these ends had ended at the date, when its next snapshot would be
    /// `next`.
    fn has_ended(&self, ends: &[SnapshotEnd], next: Ordinal) -> bool {
        let at = match self.dates {
            SnapshotDates::AsOf(period) => period.last(),
            _ => ArchiveTime::from_seconds(i64::MAX),
        };
        is_ended(ends, next, at)
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
    fn newest(&self, ranges: &[Range<Ordinal>], times: &[ArchiveTime]) -> Option<Range<Ordinal>> {
        let end = ranges.last()?.end;
        let newest = end.previous()?..end;
        let Some(carry) = self.carry else { return Some(newest) };
        let at = match self.dates {
            SnapshotDates::AsOf(period) => period.last(),
            _ => carry.end,
        };
        let time = *times.get(newest.start.index())?;
        self.is_carried(time, at).then_some(newest)
    }

    /// Whether a snapshot of this time is still in force at `at`, or at the end of the index if
    /// that is earlier.
    pub fn is_carried(&self, time: ArchiveTime, at: ArchiveTime) -> bool {
        self.carry.is_none_or(|carry| time >= carry.age.before(at.min(carry.end)))
    }
}

/// Whether a policy with these ends had ended at a time, when its next snapshot would be `next`.
pub(super) fn is_ended(ends: &[SnapshotEnd], next: Ordinal, at: ArchiveTime) -> bool {
    ends.iter().any(|end| end.ordinal.next() == next && end.time <= at)
}

/// The oldest snapshot of a policy.
const OLDEST: Ordinal = Ordinal::new(0);

/// The first of these ascending times in `period` or later.
fn first_in(times: &[ArchiveTime], period: Period) -> Ordinal {
    Ordinal::from_index(times.partition_point(|&time| time < period.start()))
}

/// The first of these ascending times after the end of `period`.
fn after(times: &[ArchiveTime], period: Period) -> Ordinal {
    Ordinal::from_index(times.partition_point(|&time| time <= period.last()))
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
        let metadata = MetadataFilter::default();
        let (carry, langs) = (None, Vec::new());
        SnapshotSelection {
            dates,
            carry,
            company_changes_only: false,
            leaves_out_ended: false,
            metadata,
            langs,
        }
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

    /// The third one is in the last second of its day.
    fn times() -> [ArchiveTime; 5] {
        let times = [(10, 0), (20, 0), (86_399, 999_999_999), (86_405, 0), (3 * 86_400, 0)];
        times.map(|(seconds, nanoseconds)| ArchiveTime::new(seconds, nanoseconds).unwrap())
    }

    fn snapshots(times: &[ArchiveTime]) -> PolicySnapshots<'_> {
        PolicySnapshots { count: times.len() as u32, address: None, times }
    }

    #[test]
    fn dates_choose_ordinals() {
        let ordinals = |dates: SnapshotDates| {
            let selection = selection(dates);
            let within = selection.within(snapshots(&times()));
            let is_one = matches!(dates, SnapshotDates::Latest | SnapshotDates::AsOf(_));
            let selected = match is_one {
                true if within.is_empty() => None,
                true => selection.newest(&[within], &times()),
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
            let end = day("1970-01-05").last();
            let carry = Some(Carry { age: carry.parse().unwrap(), end });
            let ranges = [range(0..2), range(2..4)];
            let selection = SnapshotSelection { carry, ..selection(dates) };
            selection.newest(&ranges, &times()).map(bare)
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
