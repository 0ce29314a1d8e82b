//! Searching: a request and an open index in, hits in a total order out.

mod context;
mod counts;
mod cursor;
mod explain;
mod group;
mod highlight;
mod hit;
mod metadata;
mod nothing;
mod places;
mod policies;
mod policy_in_time;
mod ranges;
mod read;
mod request;
mod rows;
mod scope;
mod segment;
mod selection;
mod show;
mod spans;
mod statistics;
mod truth;
mod versions;
mod vocabulary;

use std::collections::HashSet;

pub use counts::{
    CompanyEntry, CompanyList, FacetCount, FacetField, Facets, Mentions, Timeline, TimelineMeasure,
    TimelinePoint, TimelineRequest, TimelineSeries,
};
pub use explain::{ScoreExplanation, ScorePart, ScoreReason};
pub use hit::{Hit, HitContext, HitSink, NeighbourClause, SearchSummary, Totals};
pub use request::{
    Filters, GroupMember, HitGrouping, HitLimit, HitOrder, LifeFilter, RandomSample, SearchRequest,
    SnapshotDates,
};
pub use scope::Scope;
pub use show::{ContextClause, ShownClause, find_clause};
pub use versions::{
    ChangeKind, ClauseDifference, ClauseLife, DiffSummary, History, HistoryEvent, HistoryEventKind,
    LifeStretch, PolicyHistory, SnapshotCard, SnapshotSet, ThreadHistory, Version, VersionClause,
    VersionComparison, WordChange, Wording, chosen_ordinal, one_policy, version,
};

use fixedbitset::FixedBitSet;
use tantivy::SegmentOrdinal;
use tantivy::columnar::Column;

use crate::error::{Error, Result};
use crate::index::OpenIndex;
use crate::query::bind::{Operand, Plan, Reading, bind};
use crate::query::names::{NameField, NamePattern};
use group::{grouped, sampled};
use policies::PolicyCache;
use read::HitReader;
use rows::{Row, Rows};
use segment::{Columns, Conditions, Match, SegmentSearch};
use selection::Selection;
use statistics::Prepared;

/// Runs `request` and hands the hits to `sink`, in order. Returns what the whole match set holds.
///
/// # Errors
///
/// A query that cannot be read, a name that the index does not have, a damaged index, or what `sink` returns.
pub fn search(
    index: &OpenIndex,
    request: &SearchRequest,
    sink: &mut dyn HitSink,
) -> Result<SearchSummary> {
    Searcher::new(index)?.search(request, sink)
}

/// An index made ready for many searches. Threads share it.
pub struct Searcher<'i> {
    index: &'i OpenIndex,
    columns: Vec<Columns>,
    policies: PolicyCache,
}

impl<'i> Searcher<'i> {
    /// Makes an index ready.
    ///
    /// # Errors
    ///
    /// A damaged index.
    pub fn new(index: &'i OpenIndex) -> Result<Self> {
        Ok(Self { index, columns: columns(index)?, policies: PolicyCache::default() })
    }

    /// Calls `found` for every match of `request`, whose order and amount are not looked at; those of a policy come together.
    fn each_match(&self, request: &SearchRequest, found: &mut EachMatch<'_>) -> Result<()> {
        let (plan, prepared, conditions) = self.unscored(request)?;
        each_match(self.index, &plan, &self.columns, (&prepared, &conditions), found)
    }

    /// What finds the matches of `request` without their scores.
    fn unscored<'r>(
        &'r self,
        request: &'r SearchRequest,
    ) -> Result<(Plan, Prepared, Conditions<'r>)> {
        let plan = plan(self.index, request)?;
        let conditions =
            Conditions { is_scored: false, ..conditions(self.index, request, &self.policies)? };
        let prepared = Prepared::new(self.index, &plan, false)?;
        Ok((plan, prepared, conditions))
    }

    /// Runs `request` and hands the hits to `sink`, in order. Returns what the whole match set holds.
    ///
    /// # Errors
    ///
    /// Those of [`search`].
    pub fn search(&self, request: &SearchRequest, sink: &mut dyn HitSink) -> Result<SearchSummary> {
        let Self { index, columns, policies } = self;
        let plan = plan(index, request)?;
        let conditions = conditions(index, request, policies)?;
        let prepared = Prepared::new(index, &plan, conditions.is_scored)?;
        let (rows, mut totals) = collect(index, request, &plan, columns, (&prepared, &conditions))?;
        let (mut rows, mut sizes) = grouped((request.group, request.member), rows, index, columns)?;
        if request.group != HitGrouping::None {
            totals.groups = Some(rows.len() as u64);
        }
        let all = totals.groups.unwrap_or(totals.clauses) as usize;
        if let Some(sample) = request.sample {
            (rows, sizes) = sampled(sample, (rows, sizes), &clause_ids(index)?);
        }
        let end = request.limit.map_or(all, |limit| request.offset.saturating_add(limit)).min(all);
        let truncated = end.min(request.sample.map_or(all, |sample| sample.size)) < all;
        let summary = SearchSummary { query: request.query.clone(), totals, truncated };
        sink.begin(&summary).map_err(Error::Output)?;
        let mut reader =
            HitReader::new(index, columns, &plan, &prepared, &conditions).wanting(request);
        for (i, row) in rows.iter().enumerate().take(end).skip(request.offset) {
            let score = (request.sort == HitOrder::Relevance).then_some(-row.key);
            let hit = reader.hit(row, i as u64 + 1, score, sizes.get(i).copied())?;
            if sink.hit(&hit).map_err(Error::Output)?.is_break() {
                break;
            }
        }
        sink.finish(&summary).map_err(Error::Output)?;
        Ok(summary)
    }
}

/// The first 64 bits of the ids of clauses, by segment.
fn clause_ids(index: &OpenIndex) -> Result<Vec<Column<u64>>> {
    index
        .searcher()
        .segment_readers()
        .iter()
        .map(|segment| index.column(segment, "clause_id"))
        .collect()
}

fn plan(index: &OpenIndex, request: &SearchRequest) -> Result<Plan> {
    let tree = match request.is_of_all {
        true => None,
        false => Some(crate::query::parse_as(&request.query, request.matching)?),
    };
    let reading = Reading { matching: request.matching, has_forms: request.has_forms };
    let filters = &request.filters;
    for section in &filters.sections {
        if !crate::token::has_token(section) {
            return Err(Error::Usage(format!("--section `{section}`: no word to search for")));
        }
    }
    let tree = tree.as_ref().map(|tree| (request.query.as_str(), tree));
    let mut plan = bind(tree, reading, &filters.sections, index.policies())?;
    if let Some(set) = named(index, filters)? {
        plan.policy_sets.push(set);
        if let Operand::And(operands) = &mut plan.root {
            operands.push(Operand::Policies(plan.policy_sets.len() - 1));
        }
    }
    Ok(plan)
}

/// By rank, which policies the filters of names let through; `None`: all.
fn named(index: &OpenIndex, filters: &Filters) -> Result<Option<Vec<bool>>> {
    let names = [
        (NameField::Company, &filters.companies),
        (NameField::Type, &filters.types),
        (NameField::Collection, &filters.collections),
    ];
    let mut named: Option<Vec<bool>> = None;
    for (field, patterns) in names.into_iter().filter(|(_, patterns)| !patterns.is_empty()) {
        let set = union(index, field, patterns)?;
        match &mut named {
            None => named = Some(set),
            Some(named) => named.iter_mut().zip(set).for_each(|(both, one)| *both &= one),
        }
    }
    Ok(named)
}

/// The policies whose name fits one of the patterns; each must fit something.
fn union(index: &OpenIndex, field: NameField, patterns: &[String]) -> Result<Vec<bool>> {
    let mut union = vec![false; index.policies().entries().len()];
    for pattern in patterns {
        let set = NamePattern::new(pattern)
            .and_then(|pattern| pattern.policies(field, index.policies()))
            .map_err(|error| Error::Usage(error.to_string()))?;
        union.iter_mut().zip(set).for_each(|(all, one)| *all |= one);
    }
    Ok(union)
}

fn columns(index: &OpenIndex) -> Result<Vec<Columns>> {
    index.searcher().segment_readers().iter().map(|segment| Columns::open(index, segment)).collect()
}

fn conditions<'r>(
    index: &OpenIndex,
    request: &'r SearchRequest,
    policies: &'r PolicyCache,
) -> Result<Conditions<'r>> {
    Ok(Conditions {
        kinds: &request.filters.kinds,
        langs: &request.filters.langs,
        selection: Selection::new(index, &request.filters)?,
        life: request.filters.life,
        needs_times: matches!(
            request.sort,
            HitOrder::Newest | HitOrder::Oldest | HitOrder::FirstSeen
        ),
        is_scored: request.sort == HitOrder::Relevance,
        scope: request.scope,
        policies,
    })
}

/// All matches of all segments, the first ones kept, everything counted.
fn collect(
    index: &OpenIndex,
    request: &SearchRequest,
    plan: &Plan,
    columns: &[Columns],
    (prepared, conditions): (&Prepared, &Conditions<'_>),
) -> Result<(Vec<Row>, Totals)> {
    // Grouping needs every row, and so does chance.
    let kept = if request.group == HitGrouping::None && request.sample.is_none() {
        request.limit.map(|limit| limit.saturating_add(request.offset))
    } else {
        None
    };
    let mut rows = Rows::new(kept);
    let mut counter = Counter::default();
    each_match(index, plan, columns, (prepared, conditions), &mut |ord, columns, found| {
        counter.count(index, &found);
        let mut key = key(request.sort, &found);
        if rows.may_hold(key) {
            if request.sort == HitOrder::Relevance {
                key *= columns.weight(found.doc);
            }
            let order = columns.order.first(found.doc).unwrap_or(0);
            let newest = found.matching.last().map_or(0, |run| run.last.get());
            rows.push(Row { key, order, rank: found.rank, segment: ord, doc: found.doc, newest });
        }
        Ok(())
    })?;
    Ok((rows.into_sorted(), counter.totals()))
}

/// Told of a match, in which segment it is, with the columns of that segment.
type EachMatch<'f> = dyn FnMut(SegmentOrdinal, &Columns, Match<'_>) -> Result<()> + 'f;

/// Calls `found` for every match of all segments; those of a policy come together.
fn each_match(
    index: &OpenIndex,
    plan: &Plan,
    columns: &[Columns],
    (prepared, conditions): (&Prepared, &Conditions<'_>),
    found: &mut EachMatch<'_>,
) -> Result<()> {
    for (columns, ord) in columns.iter().zip(0..) {
        let mut search = SegmentSearch::new(index, ord, columns, plan, prepared, conditions)?;
        let mut failed = Ok(());
        search.run(|one| {
            if failed.is_ok() {
                failed = found(ord, columns, one);
            }
        })?;
        failed?;
    }
    Ok(())
}

/// What a match is sorted by.
fn key(sort: HitOrder, found: &Match<'_>) -> f64 {
    let newest = found.matching.last().map_or(0, |run| run.last.get());
    let time = |ordinal: u32| found.times.get(ordinal as usize).map_or(0.0, |&time| time as f64);
    match sort {
        HitOrder::Relevance => -found.score,
        HitOrder::Newest => -time(newest),
        HitOrder::Oldest => time(newest),
        HitOrder::FirstSeen => time(found.runs.first().map_or(0, |run| run.start.get())),
        HitOrder::Company => 0.0,
    }
}

/// Counts matches; the matches of a policy arrive together.
#[derive(Default)]
struct Counter {
    totals: Totals,
    companies: HashSet<u32>,
    policy: Option<u32>,
    /// The snapshots of the policy at hand.
    snapshots: FixedBitSet,
}

impl Counter {
    fn count(&mut self, index: &OpenIndex, found: &Match<'_>) {
        if self.policy != Some(found.rank) {
            self.leave_policy();
            self.policy = Some(found.rank);
            self.totals.policies += 1;
            self.companies.insert(index.policies().company(found.rank));
        }
        self.totals.clauses += 1;
        for run in found.matching {
            let end = run.last.next().index();
            if self.snapshots.len() < end {
                self.snapshots.grow(end);
            }
            self.snapshots.insert_range(run.start.index()..end);
        }
    }

    fn leave_policy(&mut self) {
        self.totals.snapshots += self.snapshots.count_ones(..) as u64;
        self.snapshots.clear();
        self.policy = None;
    }

    fn totals(mut self) -> Totals {
        self.leave_policy();
        Totals { companies: self.companies.len() as u64, ..self.totals }
    }
}
