//! How many policies say something, period after period: counted over runs and archive times, no stored text is read.
//!
//! What is counted in a period is a *window* of each policy's ordinals: for policies, companies and clauses the newest snapshot up to the
//! end of the period, as `--as-of` chooses it; for snapshots all that are dated inside. Of both, only snapshots that count. `--since` and
//! `--until` are the ends of the axis: what stood before `--since` still carries forward into it.

use std::collections::BTreeMap;
use std::ops::Range;

use fixedbitset::FixedBitSet;
use serde::Serialize;

use crate::collapse::OrdinalRun;
use crate::error::Result;
use crate::index::{OpenIndex, PolicyTable};
use crate::model::{ArchiveTime, CalendarPeriod, Interval, Ordinal, Rank};
use crate::query::Query;
use crate::search::Searcher;
use crate::search::request::{Filters, Select, SnapshotDates};
use crate::search::select::{PolicyInTime, SnapshotSelection, each_policy, last_second};

/// What a timeline counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum TimelineMeasure {
    /// Policies in force at the end of the period.
    #[default]
    Policies,
    /// Companies with a policy in force at the end of the period.
    Companies,
    /// Snapshots archived in the period.
    Snapshots,
    /// Distinct clauses of policies in force at the end of the period.
    Clauses,
}

impl TimelineMeasure {
    /// Its name in output.
    pub fn name(self) -> &'static str {
        match self {
            TimelineMeasure::Policies => "policies",
            TimelineMeasure::Companies => "companies",
            TimelineMeasure::Snapshots => "snapshots",
            TimelineMeasure::Clauses => "clauses",
        }
    }
}

/// A timeline, as it is asked for.
#[derive(Debug, Clone, Default)]
pub struct TimelineRequest {
    /// One series each.
    pub queries: Vec<Query>,
    /// How queries are read, and which snapshots and clauses count; its own query is not read.
    pub select: Select,
    /// How long periods are.
    pub by: Interval,
    /// What is counted.
    pub measure: TimelineMeasure,
}

/// Counts by period (`schema/timeline.schema.json`).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Timeline {
    /// `year`, `half-year`, `quarter` or `month`.
    pub by: &'static str,
    /// What is counted.
    pub measure: TimelineMeasure,
    /// How old a policy's newest snapshot may be and still be in force; `None`: however old. Of no meaning for snapshots.
    pub carry: Option<String>,
    /// Per query its counts.
    pub series: Vec<TimelineSeries>,
}

/// The counts of one query.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TimelineSeries {
    /// The query as it was given.
    pub query: String,
    /// By period, none left out.
    pub points: Vec<TimelinePoint>,
}

/// The counts of one period.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TimelinePoint {
    /// Its name: `2019`, `2019-H1`, `2019-Q1`, `2019-01`.
    pub period: String,
    /// Its first day.
    pub start: String,
    /// Its last day.
    pub end: String,
    /// Whether the index or the axis ends before the period does, or the axis begins after it did.
    pub is_partial: bool,
    /// How many match.
    pub saying: u64,
    /// How many there are that the filters let through.
    pub in_force: u64,
    /// `saying` of `in_force`, rounded to 4 decimals; `None` where none is in force.
    pub share: Option<f64>,
}

impl Searcher {
    /// Counts by period.
    ///
    /// # Errors
    ///
    /// Those of [`Searcher::search`].
    pub fn timeline(&self, request: &TimelineRequest) -> Result<Timeline> {
        self.index().guard(|| self.count_periods(request))
    }

    fn count_periods(&self, request: &TimelineRequest) -> Result<Timeline> {
        let index = self.index();
        let axis = Axis::new(index, request.select.filters.dates);
        let select = Select { query: None, filters: carried(request), ..request.select.clone() };
        let filters = &select.filters;
        let calendar = Calendar::new(index, filters, axis, (request.by, request.measure))?;
        let base = match request.measure {
            TimelineMeasure::Clauses => self.counts(&select, &calendar)?,
            _ => calendar.in_force(index),
        };
        let mut series = Vec::with_capacity(request.queries.len());
        for query in &request.queries {
            let asked = Select { query: Some(query.clone()), ..select.clone() };
            let saying = self.counts(&asked, &calendar)?;
            let points = calendar.spans.iter().zip(saying.iter().zip(&base));
            let points =
                points.map(|(span, (&saying, &in_force))| calendar.point(span, saying, in_force));
            series
                .push(TimelineSeries { query: query.text().to_owned(), points: points.collect() });
        }
        let carry = filters.carry.map(|carry| carry.to_string());
        Ok(Timeline { by: request.by.name(), measure: request.measure, carry, series })
    }

    /// By period, how many match.
    fn counts(&self, select: &Select, calendar: &Calendar) -> Result<Vec<u64>> {
        let index = self.index();
        let mut counter = Counter::new(calendar, index);
        self.each_match(select, false, &mut |_, found| {
            counter.enter(found.rank);
            counter.count(found.matching);
            Ok(())
        })?;
        Ok(counter.finish())
    }
}

/// The filters as far as they choose what may be in force: where snapshots carry forward, those before the axis do, too.
fn carried(request: &TimelineRequest) -> Filters {
    let filters = request.select.filters.clone();
    match filters.dates {
        SnapshotDates::Between { until, .. } if request.measure != TimelineMeasure::Snapshots => {
            Filters {
                dates: until
                    .map_or(SnapshotDates::All, |_| SnapshotDates::Between { since: None, until }),
                ..filters
            }
        }
        _ => filters,
    }
}

/// The ends of the axis.
#[derive(Clone, Copy)]
struct Axis {
    /// `None`: with the first snapshot that counts.
    first: Option<ArchiveTime>,
    last: ArchiveTime,
}

impl Axis {
    fn new(index: &OpenIndex, dates: SnapshotDates) -> Self {
        let (since, until) = match dates {
            SnapshotDates::Between { since, until } => (since, until),
            SnapshotDates::AsOf(period) => (None, Some(period)),
            SnapshotDates::All | SnapshotDates::Latest => (None, None),
        };
        let end = last_second(index);
        let last = until.map_or(end, |until| until.last());
        Self { first: since.map(|since| since.start()), last }
    }
}

/// The periods, and what is looked at of a policy in each.
struct Calendar {
    spans: Vec<CalendarPeriod>,
    /// By rank, the policies that the filters of names let through.
    policies: BTreeMap<Rank, PolicyInTime>,
    axis: Axis,
    selection: SnapshotSelection,
    measure: TimelineMeasure,
}

impl Calendar {
    /// All periods of the axis.
    fn new(
        index: &OpenIndex,
        filters: &Filters,
        axis: Axis,
        (by, measure): (Interval, TimelineMeasure),
    ) -> Result<Self> {
        let selection = SnapshotSelection::new(index, filters)?;
        let mut policies = BTreeMap::new();
        each_policy(index, filters, &selection, |policy| {
            policies.insert(policy.rank, policy);
        })?;
        let first = axis
            .first
            .or_else(|| policies.values().filter_map(|policy| Some(policy.span()?.0)).min());
        let spans = first.map_or_else(Vec::new, |first| by.spans(first, axis.last));
        Ok(Self { spans, policies, axis, selection, measure })
    }

    /// By period, how many there are of what is counted, clauses excepted.
    fn in_force(&self, index: &OpenIndex) -> Vec<u64> {
        let mut counter = Counter::new(self, index);
        for (&rank, policy) in &self.policies {
            counter.enter(rank);
            counter.count(&policy.runs());
        }
        counter.finish()
    }

    fn windows(&self, policy: &PolicyInTime) -> Vec<Range<Ordinal>> {
        let window = |span: &CalendarPeriod| match self.measure {
            TimelineMeasure::Snapshots => policy.inside(span),
            TimelineMeasure::Policies | TimelineMeasure::Companies | TimelineMeasure::Clauses => {
                policy.newest(span.last.min(self.axis.last), &self.selection)
            }
        };
        self.spans.iter().map(window).collect()
    }

    fn point(&self, span: &CalendarPeriod, saying: u64, in_force: u64) -> TimelinePoint {
        let share = (in_force > 0).then(|| (saying as f64 / in_force as f64 * 1e4).round() / 1e4);
        TimelinePoint {
            period: span.name.clone(),
            start: span.start.date(),
            end: span.last.date(),
            is_partial: span.last > self.axis.last.min(self.selection.end())
                || self.axis.first.is_some_and(|first| span.start < first),
            saying,
            in_force,
            share,
        }
    }
}

/// Adds up by period; what is of one policy comes together.
struct Counter<'c> {
    calendar: &'c Calendar,
    names: &'c PolicyTable,
    counts: Vec<u64>,
    /// Per period the companies seen.
    companies: Vec<FixedBitSet>,
    rank: Option<Rank>,
    company: u32,
    windows: Vec<Range<Ordinal>>,
    /// The matching snapshots of the policy at hand.
    snapshots: FixedBitSet,
}

impl<'c> Counter<'c> {
    fn new(calendar: &'c Calendar, index: &'c OpenIndex) -> Self {
        let periods = calendar.spans.len();
        let companies = if calendar.measure == TimelineMeasure::Companies { periods } else { 0 };
        Self {
            calendar,
            names: index.policies(),
            counts: vec![0; periods],
            companies: vec![
                FixedBitSet::with_capacity(index.policies().company_count());
                companies
            ],
            rank: None,
            company: 0,
            windows: Vec::new(),
            snapshots: FixedBitSet::new(),
        }
    }

    fn enter(&mut self, rank: Rank) {
        if self.rank == Some(rank) {
            return;
        }
        self.leave();
        (self.rank, self.company) = (Some(rank), self.names.company(rank.get()));
        if let Some(policy) = self.calendar.policies.get(&rank) {
            self.windows = self.calendar.windows(policy);
            self.snapshots.grow(policy.times.len());
        }
    }

    /// Counts something that has these runs.
    fn count(&mut self, runs: &[OrdinalRun]) {
        if self.calendar.measure == TimelineMeasure::Clauses {
            for (count, window) in self.counts.iter_mut().zip(&self.windows) {
                let stands =
                    runs.iter().any(|run| run.start < window.end && window.start <= run.last);
                *count += u64::from(stands && !window.is_empty());
            }
            return;
        }
        for run in runs {
            // Ordinals beyond the snapshots of a policy are those of a damaged index.
            let end = run.last.next().index().min(self.snapshots.len());
            self.snapshots.insert_range(run.start.index().min(end)..end);
        }
    }

    fn leave(&mut self) {
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

    fn finish(mut self) -> Vec<u64> {
        self.leave();
        for (count, companies) in self.counts.iter_mut().zip(&self.companies) {
            *count = companies.count_ones(..) as u64;
        }
        self.counts
    }
}
