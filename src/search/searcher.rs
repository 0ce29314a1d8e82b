//! Runs searches on an open index.

use std::path::Path;
use std::sync::Arc;

use tantivy::SegmentOrdinal;

use super::hit::{HitSink, SearchSummary, Totals};
use super::matching::{Columns, Conditions, Match, SearchContext, first_place, walk_segment};
use super::plan::{PatternWords, Plan};
use super::policy_cache::PolicyCache;
use super::rank::{
    GroupedRows, MatchedSets, PatternWeights, Row, RowKey, Rows, ScoreExplanation, Scorer,
    explain_rows, grouped, kind_factor, rounded, sampled,
};
use super::request::{HitGrouping, HitOrder, Ranking, SearchRequest, Select};
use super::show::{ClauseReader, HitReader};
use super::totals::MatchCounter;
use crate::error::{Error, Result};
use crate::index::OpenIndex;

/// The number of hits whose scores are explained at once: enough to open cursors seldom, few enough
/// to keep in memory.
const EXPLAINED_AT_ONCE: usize = 1000;

/// An index made ready for many searches. It owns the index, and threads share it; a clone shares
/// everything with the original.
#[derive(Clone)]
pub struct Searcher {
    shared: Arc<SharedIndex>,
}

struct SharedIndex {
    index: OpenIndex,
    /// By segment.
    columns: Vec<Columns>,
    policies: PolicyCache,
}

impl Searcher {
    /// Opens the index folder `dir` and makes it ready for searches.
    ///
    /// # Errors
    ///
    /// The errors of [`OpenIndex::open`].
    pub fn open(dir: &Path) -> Result<Self> {
        Self::new(OpenIndex::open(dir)?)
    }

    /// Makes an open index ready for searches.
    ///
    /// # Errors
    ///
    /// A damaged index.
    pub fn new(index: OpenIndex) -> Result<Self> {
        let columns = index.guard(|| {
            let segments = index.searcher().segment_readers().iter();
            segments.map(|segment| Columns::open(&index, segment)).collect()
        })?;
        let policies = PolicyCache::default();
        Ok(Self { shared: Arc::new(SharedIndex { index, columns, policies }) })
    }

    /// The index.
    pub fn index(&self) -> &OpenIndex {
        &self.shared.index
    }

    pub(super) fn columns(&self) -> &[Columns] {
        &self.shared.columns
    }

    pub(super) fn policies(&self) -> &PolicyCache {
        &self.shared.policies
    }

    pub(super) fn clause_reader(&self) -> ClauseReader<'_> {
        ClauseReader::new(self.index(), self.columns(), self.policies())
    }

    /// Runs `request` and gives the hits to `sink`, in order. Returns the size of the whole match
    /// set.
    ///
    /// # Errors
    ///
    /// A name that the index does not have, a damaged index, or what `sink` returns.
    pub fn search(&self, request: &SearchRequest, sink: &mut dyn HitSink) -> Result<SearchSummary> {
        self.index().guard(|| self.search_unguarded(request, sink))
    }

    fn search_unguarded(
        &self,
        request: &SearchRequest,
        sink: &mut dyn HitSink,
    ) -> Result<SearchSummary> {
        let ranking = &request.ranking;
        let bound = BoundSelection::new(self.index(), &request.select, needs_times(ranking.sort))?;
        let context = bound.context(self);
        let weights = match ranking.sort {
            HitOrder::Relevance => {
                Some(PatternWeights::new(context.index, context.plan, context.words)?)
            }
            _ => None,
        };
        let Collected { rows, sets, mut totals } =
            self.collect(context, weights.as_ref(), ranking)?;
        let rows = self.shown_rows(ranking, rows, &mut totals)?;
        let page = Page::new(ranking, &totals);
        let summary = SearchSummary {
            query: request.select.query_text().to_owned(),
            interpreted: self.interpreted(&request.select, totals.clauses)?,
            totals,
            truncated: page.is_truncated,
        };
        sink.begin(&summary).map_err(Error::Output)?;
        let explained = weights.as_ref().filter(|_| request.show.explain);
        let mut reader = self.clause_reader();
        if !request.select.filters.furniture {
            reader = reader.without_furniture();
        }
        let reader = HitReader::new(context, &sets, reader, request.show.context);
        let mut pages = HitPages { context, explained, reader, sets: &sets, rows: &rows };
        pages.show(self.columns(), page, weights.is_some(), sink)?;
        sink.finish(&summary).map_err(Error::Output)?;
        Ok(summary)
    }

    /// How the query of `select`, which matches so many clauses, was understood.
    fn interpreted(&self, select: &Select, clauses: u64) -> Result<String> {
        let Some(query) = &select.query else { return Ok(String::new()) };
        let tree = query.tree().to_string();
        let other = if clauses == 0 { self.as_operators(select)? } else { None };
        Ok(match other {
            Some((clauses, other)) => {
                format!("{tree}; with operators, {other}, which matches clauses: {clauses}")
            }
            None => tree,
        })
    }

    /// Calls `found` for every match of `select`, without scores. The matches of a policy follow
    /// each other. `wants_times`: whether matches come with archive times. Returns how many clauses
    /// match with furniture only, which was left out.
    pub(super) fn each_match(
        &self,
        select: &Select,
        wants_times: bool,
        found: &mut EachMatch<'_>,
    ) -> Result<u64> {
        let bound = BoundSelection::new(self.index(), select, wants_times)?;
        let context = bound.context(self);
        let mut left_out = 0;
        for (segment, columns) in (0..).zip(self.columns()) {
            left_out += walk_segment(context, segment, columns, &mut |one| found(segment, one))?;
        }
        Ok(left_out)
    }

    /// The totals of what `select` matches.
    pub(super) fn totals(&self, select: &Select) -> Result<Totals> {
        let mut counter = MatchCounter::default();
        let left_out = self.each_match(select, false, &mut |_, found| {
            counter.count(found);
            Ok(())
        })?;
        Ok(counter.totals(left_out))
    }

    /// All matches of all segments: the first ones are kept, all are counted.
    fn collect(
        &self,
        context: SearchContext<'_>,
        weights: Option<&PatternWeights>,
        ranking: &Ranking,
    ) -> Result<Collected> {
        let mut rows = Rows::new(kept_rows(ranking));
        let mut sets = MatchedSets::default();
        let mut counter = MatchCounter::default();
        let mut left_out = 0;
        for (segment, columns) in (0..).zip(self.columns()) {
            let mut scorer = match weights {
                Some(weights) => Some(Scorer::new(context, weights, segment, columns)?),
                None => None,
            };
            left_out += walk_segment(context, segment, columns, &mut |found| {
                counter.count(found);
                let score = match &mut scorer {
                    Some(scorer) => scorer.score(found.doc, found.decision.matched)?,
                    None => 0.0,
                };
                let mut key = sort_key(ranking.sort, score, found, context)?;
                if !rows.may_hold(key) {
                    return Ok(());
                }
                if scorer.is_some() {
                    key = RowKey::of_score(score * kind_factor(columns, found.doc));
                }
                let newest = found.newest();
                let place =
                    found.decision.place.or_else(|| first_place(columns, found.doc, newest));
                rows.push(Row {
                    key,
                    rank: found.rank,
                    segment,
                    doc: found.doc,
                    newest,
                    place: place
                        .ok_or_else(|| context.index.damaged("a clause without a place"))?,
                    matched: sets.number(found.decision.matched),
                });
                Ok(())
            })?;
        }
        Ok(Collected { rows: rows.into_sorted(), sets, totals: counter.totals(left_out) })
    }

    /// Groups and samples rows, and counts the groups.
    fn shown_rows(
        &self,
        ranking: &Ranking,
        rows: Vec<Row>,
        totals: &mut Totals,
    ) -> Result<GroupedRows> {
        let (index, columns) = (self.index(), self.columns());
        let grouped = grouped(ranking.group, ranking.member, rows, index, columns)?;
        if ranking.group != HitGrouping::None {
            totals.groups = Some(grouped.rows.len() as u64);
        }
        match ranking.sample {
            Some(sample) => sampled(sample, grouped, index),
            None => Ok(grouped),
        }
    }
}

/// Is told about each match, and in which segment it is.
pub(super) type EachMatch<'f> = dyn FnMut(SegmentOrdinal, &Match<'_>) -> Result<()> + 'f;

/// A selection bound to an index: everything that a walk needs.
struct BoundSelection<'r> {
    plan: Plan,
    words: Vec<PatternWords>,
    conditions: Conditions<'r>,
}

impl<'r> BoundSelection<'r> {
    fn new(index: &OpenIndex, select: &'r Select, wants_times: bool) -> Result<Self> {
        let plan = Plan::new(index, select)?;
        let conditions = Conditions::new(index, select, wants_times)?;
        let words = plan.patterns.iter().map(|pattern| PatternWords::look_up(index, pattern));
        Ok(Self { words: words.collect::<Result<_>>()?, plan, conditions })
    }

    fn context<'s>(&'s self, searcher: &'s Searcher) -> SearchContext<'s> {
        SearchContext {
            index: searcher.index(),
            plan: &self.plan,
            words: &self.words,
            conditions: &self.conditions,
            policies: searcher.policies(),
        }
    }
}

/// What a search collected from all segments.
struct Collected {
    /// The first rows, in order.
    rows: Vec<Row>,
    /// The sets of patterns that the rows name.
    sets: MatchedSets,
    /// The totals of all matches.
    totals: Totals,
}

/// The most rows that must be kept; `None` if all are needed, as for groups and samples.
fn kept_rows(ranking: &Ranking) -> Option<usize> {
    match (ranking.group, ranking.sample) {
        (HitGrouping::None, None) => {
            ranking.limit.map(|limit| limit.saturating_add(ranking.offset))
        }
        _ => None,
    }
}

/// Whether this order sorts by archive times.
fn needs_times(sort: HitOrder) -> bool {
    matches!(sort, HitOrder::Newest | HitOrder::Oldest | HitOrder::FirstSeen)
}

/// The sort key of a match, smallest first. Of scores, it lacks the heading factor.
fn sort_key(
    sort: HitOrder,
    score: f64,
    found: &Match<'_>,
    context: SearchContext<'_>,
) -> Result<RowKey> {
    let ordinal = match sort {
        HitOrder::Relevance => return Ok(RowKey::of_score(score)),
        HitOrder::Company => return Ok(RowKey::of_score(0.0)),
        HitOrder::Newest | HitOrder::Oldest => found.newest(),
        HitOrder::FirstSeen => found.runs.first().expect("a match has a snapshot").start,
    };
    let time = found.times.get(ordinal.index());
    let time = time.ok_or_else(|| context.index.damaged("a snapshot without an archive time"))?;
    let oldest_first = RowKey::of_time(*time);
    Ok(if sort == HitOrder::Newest { oldest_first.reversed() } else { oldest_first })
}

/// The rows that a request shows.
struct Page {
    /// The first row.
    start: usize,
    /// The row after the last.
    end: usize,
    /// Whether more rows exist.
    is_truncated: bool,
}

impl Page {
    fn new(ranking: &Ranking, totals: &Totals) -> Self {
        let all = totals.groups.unwrap_or(totals.clauses) as usize;
        let end = match ranking.limit {
            Some(limit) => ranking.offset.saturating_add(limit).min(all),
            None => all,
        };
        let shown = match ranking.sample {
            Some(sample) => end.min(sample.size),
            None => end,
        };
        Self { start: ranking.offset, end, is_truncated: shown < all }
    }
}

/// Gives the hits of rows to a sink.
struct HitPages<'p> {
    context: SearchContext<'p>,
    /// The weights, if scores are to be explained.
    explained: Option<&'p PatternWeights>,
    reader: HitReader<'p>,
    sets: &'p MatchedSets,
    rows: &'p GroupedRows,
}

impl HitPages<'_> {
    /// Reads the rows of a page and gives the hits to `sink` until it has seen enough.
    fn show(
        &mut self,
        columns: &[Columns],
        page: Page,
        is_scored: bool,
        sink: &mut dyn HitSink,
    ) -> Result<()> {
        let GroupedRows { rows, sizes } = self.rows;
        let end = page.end.min(rows.len());
        let mut start = page.start.min(end);
        while start < end {
            let batch = &rows[start..end.min(start + EXPLAINED_AT_ONCE)];
            let mut explanations = self.explanations(columns, batch)?.into_iter();
            for (row, at) in batch.iter().zip(start..) {
                let mut hit = self.reader.hit(row)?;
                hit.rank = at as u64 + 1;
                hit.score = is_scored.then(|| rounded(row.key.score()));
                hit.group_size = sizes.get(at).copied();
                hit.explanation = explanations.next();
                if sink.hit(&hit).map_err(Error::Output)?.is_break() {
                    return Ok(());
                }
            }
            start += batch.len();
        }
        Ok(())
    }

    /// The explanations of these rows; none unless they are wanted.
    fn explanations(&self, columns: &[Columns], rows: &[Row]) -> Result<Vec<ScoreExplanation>> {
        match self.explained {
            Some(weights) => explain_rows(self.context, weights, columns, self.sets, rows),
            None => Ok(Vec::new()),
        }
    }
}
