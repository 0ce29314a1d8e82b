//! Counts how many policies say something, period by period.
//!
//! The counts come from the runs of clauses and from archive times, so no stored text is read. In
//! each period a *window* of the ordinals of each policy counts. If policies, companies or clauses
//! are counted, the window is the newest snapshot up to the end of the period, as with
//! [`SnapshotDates::AsOf`]. If snapshots are counted, it contains all snapshots of the period. In
//! both cases only the snapshots that the filters select count.
//!
//! `since` and `until` of the filters are the ends of the axis. A snapshot from before `since` is
//! still in force after it.

use std::collections::BTreeMap;
use std::ops::Range;

use fixedbitset::FixedBitSet;
use serde::Serialize;

use crate::collapse::OrdinalRun;
use crate::error::Result;
use crate::index::OpenIndex;
use crate::model::{Age, ArchiveTime, CalendarPeriod, Interval, Ordinal, Period, Rank, as_text};
use crate::query::Query;
use crate::search::Searcher;
use crate::search::request::{Filters, Select, SnapshotDates};
use crate::search::select::{
    PolicyInTime, SnapshotSelection, each_policy, first_moment, last_moment, last_past_moment,
};

/// What a timeline counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum TimelineMeasure {
    /// The policies that are in force at the end of the period.
    #[default]
    Policies,
    /// The companies that have a policy in force at the end of the period.
    Companies,
    /// The snapshots that were archived in the period.
    Snapshots,
    /// The distinct clauses of the policies that are in force at the end of the period.
    Clauses,
}

impl TimelineMeasure {
    /// Returns the name that output uses.
    pub fn name(self) -> &'static str {
        match self {
            TimelineMeasure::Policies => "policies",
            TimelineMeasure::Companies => "companies",
            TimelineMeasure::Snapshots => "snapshots",
            TimelineMeasure::Clauses => "clauses",
        }
    }
}

/// The request of a timeline.
#[derive(Debug, Clone, Default)]
pub struct TimelineRequest {
    /// The queries. Each becomes one series.
    pub queries: Vec<Query>,
    /// Which clauses and snapshots count. The query in it is not used.
    pub select: Select,
    /// The length of the periods.
    pub by: Interval,
    /// The unit that is counted.
    pub measure: TimelineMeasure,
}

/// Counts by period (`schema/timeline.schema.json`).
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Timeline {
    /// The length of the periods.
    #[serde(serialize_with = "as_text::text")]
    pub by: Interval,
    /// The unit that is counted.
    pub measure: TimelineMeasure,
    /// The greatest age of a snapshot that is still in force, or `None` if there is no limit. It
    /// has no meaning if snapshots are counted.
    #[serde(serialize_with = "as_text::optional_text")]
    pub carry: Option<Age>,
    /// One series per query.
    pub series: Vec<TimelineSeries>,
}

/// The counts of one query.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TimelineSeries {
    /// The query as it was given.
    pub query: String,
    /// One point per period, without gaps, oldest first.
    pub points: Vec<TimelinePoint>,
}

/// The counts of one query in one period.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TimelinePoint {
    /// The name of the period: `2019`, `2019-H1`, `2019-Q1` or `2019-01`.
    pub period: String,
    /// The first moment of the period. JSON has its day.
    #[serde(serialize_with = "as_text::date")]
    pub start: ArchiveTime,
    /// The last moment of the period. JSON has its day.
    #[serde(serialize_with = "as_text::date")]
    pub end: ArchiveTime,
    /// Whether the axis or the index covers only a part of the period.
    pub is_partial: bool,
    /// The number that match.
    pub saying: u64,
    /// The number that the filters select, whether they match or not.
    pub in_force: u64,
    /// `saying` divided by `in_force`, rounded to 4 decimals, or `None` if `in_force` is 0.
    pub share: Option<f64>,
}

impl Searcher {
    /// Counts the matches of each query, period by period.
    ///
    /// # Errors
    ///
    /// The same as [`Searcher::search`].
    pub fn timeline(&self, request: &TimelineRequest) -> Result<Timeline> {
        self.index().guard(|| self.count_timeline(request))
    }

    fn count_timeline(&self, request: &TimelineRequest) -> Result<Timeline> {
        let filters = axis_filters(request);
        let all_clauses = Select { query: None, filters, ..request.select.clone() };
        let calendar = TimelineCalendar::new(self.index(), request, &all_clauses.filters)?;
        let in_force = match request.measure {
            TimelineMeasure::Clauses => self.counts(&all_clauses, &calendar)?,
            _ => calendar.in_force(self.index()),
        };
        let mut series = Vec::with_capacity(request.queries.len());
        for query in &request.queries {
            let select = Select { query: Some(query.clone()), ..all_clauses.clone() };
            let saying = self.counts(&select, &calendar)?;
            series.push(TimelineSeries {
                query: query.text().to_owned(),
                points: calendar.points(&saying, &in_force),
            });
        }
        let carry = request.select.filters.carry;
        Ok(Timeline { by: request.by, measure: request.measure, carry, series })
    }

    /// Counts the matches of `select`, by period.
    fn counts(&self, select: &Select, calendar: &TimelineCalendar) -> Result<Vec<u64>> {
        let mut counter = PeriodCounter::new(calendar, self.index());
        self.each_match(select, false, &mut |_, found| {
            counter.enter_policy(found.rank);
            counter.add(found.matching);
            Ok(())
        })?;
        Ok(counter.finish())
    }
}

/// Returns the filters without the start of the axis, unless snapshots are counted. A snapshot from
/// before the axis may be in force on it.
fn axis_filters(request: &TimelineRequest) -> Filters {
    let mut filters = request.select.filters.clone();
    if request.measure != TimelineMeasure::Snapshots
        && let SnapshotDates::Between { until, .. } = filters.dates
    {
        filters.dates = match until {
            Some(_) => SnapshotDates::Between { since: None, until },
            None => SnapshotDates::All,
        };
    }
    filters
}

/// The two ends of the axis.
#[derive(Clone, Copy)]
struct TimelineAxis {
    /// The first moment, or `None` if the axis begins with the first selected snapshot.
    first: Option<ArchiveTime>,
    /// The last moment.
    last: ArchiveTime,
    /// The last moment that was asked for.
    until: ArchiveTime,
}

impl TimelineAxis {
    fn new(index: &OpenIndex, dates: SnapshotDates) -> Self {
        let (since, until) = match dates {
            SnapshotDates::Between { since, until } => (since, until),
            SnapshotDates::AsOf(period) => (None, Some(period)),
            SnapshotDates::All | SnapshotDates::Latest => (None, None),
        };
        let last = last_moment(index);
        Self {
            first: since.map(|since| since.start()),
            last: until.map_or(last, Period::last),
            until: until.map_or(ArchiveTime::from_seconds(i64::MAX), Period::last),
        }
    }
}

/// The periods of the axis, and the snapshots of each policy that count in them.
struct TimelineCalendar {
    periods: Vec<CalendarPeriod>,
    /// The policies that the filters of names select, by rank.
    policies: BTreeMap<Rank, PolicyInTime>,
    axis: TimelineAxis,
    /// The first moment of the first day of the index.
    first: ArchiveTime,
    /// The last moment that both the axis and the index cover.
    end: ArchiveTime,
    selection: SnapshotSelection,
    measure: TimelineMeasure,
}

impl TimelineCalendar {
    /// `filters` are the filters of the request without the start of the axis.
    fn new(index: &OpenIndex, request: &TimelineRequest, filters: &Filters) -> Result<Self> {
        let mut axis = TimelineAxis::new(index, request.select.filters.dates);
        let selection = SnapshotSelection::new(index, filters)?;
        let mut policies = BTreeMap::new();
        each_policy(index, filters, &selection, |policy| {
            policies.insert(policy.rank, policy);
            Ok(())
        })?;
        let mut covered = last_past_moment(index, filters.today)?;
        // An index also knows of the time up to its newest end.
        if let Some(end) = policies.values().filter_map(PolicyInTime::last_end).max() {
            covered = covered.max(end);
            axis.last = axis.last.max(end).min(axis.until);
        }
        let oldest = policies.values().filter_map(|policy| Some(policy.span()?.0)).min();
        let periods = match axis.first.or(oldest) {
            Some(first) => request.by.spans(first, axis.last),
            None => Vec::new(),
        };
        let end = axis.last.min(covered);
        let (first, measure) = (first_moment(index), request.measure);
        Ok(Self { periods, policies, axis, first, end, selection, measure })
    }

    /// Counts what the filters select, by period. Clauses cannot be counted here.
    fn in_force(&self, index: &OpenIndex) -> Vec<u64> {
        let mut counter = PeriodCounter::new(self, index);
        for (&rank, policy) in &self.policies {
            counter.enter_policy(rank);
            counter.add(&policy.runs());
        }
        counter.finish()
    }

    /// Returns the ordinals of a policy that count, by period.
    fn windows(&self, policy: &PolicyInTime) -> Vec<Range<Ordinal>> {
        let windows = self.periods.iter().map(|period| match self.measure {
            TimelineMeasure::Snapshots => policy.inside(period),
            TimelineMeasure::Policies | TimelineMeasure::Companies | TimelineMeasure::Clauses => {
                policy.newest(period.last.min(self.axis.last), &self.selection)
            }
        });
        windows.collect()
    }

    fn points(&self, saying: &[u64], in_force: &[u64]) -> Vec<TimelinePoint> {
        let counts = saying.iter().zip(in_force);
        let points = self.periods.iter().zip(counts);
        points.map(|(period, (&saying, &in_force))| self.point(period, saying, in_force)).collect()
    }

    fn point(&self, period: &CalendarPeriod, saying: u64, in_force: u64) -> TimelinePoint {
        let begins_before_axis = self.axis.first.is_some_and(|first| period.start < first);
        let contains_first = period.start < self.first && self.first <= period.last;
        let is_cut_off = period.last > self.end;
        TimelinePoint {
            period: period.name.clone(),
            start: period.start,
            end: period.last,
            is_partial: begins_before_axis || contains_first || is_cut_off,
            saying,
            in_force,
            share: share(saying, in_force),
        }
    }
}

/// Divides two counts and rounds to 4 decimals. Returns `None` if the second one is 0.
fn share(saying: u64, in_force: u64) -> Option<f64> {
    (in_force > 0).then(|| (saying as f64 / in_force as f64 * 1e4).round() / 1e4)
}

/// Adds up counts by period. Everything of one policy has to be added together.
struct PeriodCounter<'c> {
    calendar: &'c TimelineCalendar,
    counts: Vec<u64>,
    /// The numbers of the companies by period, if companies are counted.
    companies: Vec<FixedBitSet>,
    /// The rank of the current policy.
    rank: Option<Rank>,
    /// The number of its company.
    company: u32,
    /// The windows of the current policy by period.
    windows: Vec<Range<Ordinal>>,
    /// The snapshots of the current policy that match.
    snapshots: FixedBitSet,
}

impl<'c> PeriodCounter<'c> {
    fn new(calendar: &'c TimelineCalendar, index: &'c OpenIndex) -> Self {
        let all = index.policies().company_count();
        let periods = calendar.periods.len();
        let companies = match calendar.measure {
            TimelineMeasure::Companies => vec![FixedBitSet::with_capacity(all); periods],
            _ => Vec::new(),
        };
        Self {
            calendar,
            counts: vec![0; periods],
            companies,
            rank: None,
            company: 0,
            windows: Vec::new(),
            snapshots: FixedBitSet::new(),
        }
    }

    /// Makes the policy of this rank the current one.
    fn enter_policy(&mut self, rank: Rank) {
        if self.rank == Some(rank) {
            return;
        }
        self.leave_policy();
        self.rank = Some(rank);
        if let Some(policy) = self.calendar.policies.get(&rank) {
            self.company = policy.company;
            self.windows = self.calendar.windows(policy);
            self.snapshots.grow(policy.times.len());
        }
    }

    /// Adds something that occurs in these runs of the current policy.
    fn add(&mut self, runs: &[OrdinalRun]) {
        if self.calendar.measure == TimelineMeasure::Clauses {
            for (count, window) in self.counts.iter_mut().zip(&self.windows) {
                *count += u64::from(runs.iter().any(|run| overlaps(run, window)));
            }
            return;
        }
        for run in runs {
            // In a damaged index, runs may name ordinals beyond the snapshots of the policy.
            let end = run.last.next().index().min(self.snapshots.len());
            self.snapshots.insert_range(run.start.index().min(end)..end);
        }
    }

    /// Adds the matching snapshots of the current policy to the counts.
    fn leave_policy(&mut self) {
        for (i, window) in self.windows.iter().enumerate() {
            let end = window.end.index().min(self.snapshots.len());
            let matching = self.snapshots.count_ones(window.start.index().min(end)..end) as u64;
            match self.calendar.measure {
                TimelineMeasure::Policies => self.counts[i] += matching.min(1),
                TimelineMeasure::Snapshots => self.counts[i] += matching,
                TimelineMeasure::Companies if matching > 0 => {
                    self.companies[i].grow_and_insert(self.company as usize)
                }
                TimelineMeasure::Companies | TimelineMeasure::Clauses => {}
            }
        }
        self.snapshots.clear();
        self.windows.clear();
    }

    /// Returns the counts by period.
    fn finish(mut self) -> Vec<u64> {
        self.leave_policy();
        for (count, companies) in self.counts.iter_mut().zip(&self.companies) {
            *count = companies.count_ones(..) as u64;
        }
        self.counts
    }
}

/// Whether a run and a window have an ordinal in common.
fn overlaps(run: &OrdinalRun, window: &Range<Ordinal>) -> bool {
    !window.is_empty() && run.start < window.end && window.start <= run.last
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Period;

    #[test]
    fn shares_have_four_decimals() {
        assert_eq!(share(1, 3), Some(0.3333));
        assert_eq!(share(2, 3), Some(0.6667));
        assert_eq!(share(0, 5), Some(0.0));
        assert_eq!(share(0, 0), None);
    }

    fn ordinals(numbers: Range<u32>) -> Range<Ordinal> {
        Ordinal::new(numbers.start)..Ordinal::new(numbers.end)
    }

    #[test]
    fn runs_include_their_last_ordinal_and_windows_do_not() {
        let run = OrdinalRun { start: Ordinal::new(2), last: Ordinal::new(4) };
        for (window, expected) in [(0..2, false), (0..3, true), (4..5, true), (5..9, false)] {
            assert_eq!(overlaps(&run, &ordinals(window)), expected);
        }
        assert!(!overlaps(&run, &ordinals(3..3)));
    }

    /// The dates of the filters by which a timeline from 2010 counts this measure.
    fn dates(until: Option<Period>, measure: TimelineMeasure) -> SnapshotDates {
        let mut request = TimelineRequest { measure, ..TimelineRequest::default() };
        let since = Some("2010".parse().unwrap());
        request.select.filters.dates = SnapshotDates::Between { since, until };
        axis_filters(&request).dates
    }

    #[test]
    fn the_start_of_the_axis_does_not_hide_what_is_in_force() {
        let until: Option<Period> = Some("2012".parse().unwrap());
        let since = Some("2010".parse().unwrap());
        assert_eq!(
            dates(until, TimelineMeasure::Snapshots),
            SnapshotDates::Between { since, until }
        );
        assert_eq!(
            dates(until, TimelineMeasure::Policies),
            SnapshotDates::Between { since: None, until }
        );
        assert_eq!(dates(None, TimelineMeasure::Clauses), SnapshotDates::All);
    }
}
