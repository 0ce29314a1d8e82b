//! Searching: a request and an open index in, hits in a total order out.

mod cursor;
mod highlight;
mod hit;
mod metadata;
mod places;
mod ranges;
mod read;
mod request;
mod rows;
mod segment;
mod spans;
mod statistics;
mod truth;
mod vocabulary;

use std::collections::{HashMap, HashSet};

pub use hit::{Hit, HitSink, Summary, Totals};
pub use read::{ContextClause, ShownClause, find_clause};
pub use request::{Dates, Filters, Group, Limit, SearchRequest, Sort};

use crate::error::{Error, Result};
use crate::index::OpenIndex;
use crate::query::bind::{Operand, Plan, Reading, bind};
use crate::query::names::{NameField, NamePattern};
use metadata::MetadataFilter;
use read::HitReader;
use rows::{Row, Rows};
use segment::{Columns, Conditions, Match, SegmentSearch};
use statistics::Prepared;

/// Runs `request` and hands the hits to `sink`, best first. Returns what the whole match set holds.
///
/// # Errors
///
/// A query that cannot be read, a name that the index does not have, a damaged index, or what `sink` returns.
pub fn search(index: &OpenIndex, request: &SearchRequest, sink: &mut dyn HitSink) -> Result<Summary> {
    let plan = plan(index, request)?;
    let columns = columns(index)?;
    let (rows, mut totals) = collect(index, request, &plan, &columns)?;
    let (rows, sizes) = grouped(request.group, rows, index, &columns);
    if request.group != Group::None {
        totals.groups = Some(rows.len() as u64);
    }
    let all = totals.groups.unwrap_or(totals.clauses) as usize;
    let end = request.limit.map_or(all, |limit| request.offset.saturating_add(limit)).min(all);
    let summary = Summary { query: request.query.clone(), totals, truncated: end < all };
    sink.begin(&summary).map_err(Error::Output)?;
    let mut reader = HitReader::new(index, &plan, &request.filters.kinds, &columns);
    for (i, row) in rows.iter().enumerate().take(end).skip(request.offset) {
        let score = (request.sort == Sort::Relevance).then_some(-row.key);
        let hit = reader.hit(row, i as u64 + 1, score, sizes.get(i).copied())?;
        if sink.hit(&hit).map_err(Error::Output)?.is_break() {
            break;
        }
    }
    sink.finish(&summary).map_err(Error::Output)?;
    Ok(summary)
}

fn plan(index: &OpenIndex, request: &SearchRequest) -> Result<Plan> {
    let tree = crate::query::parse_as(&request.query, request.matching)?;
    let reading = Reading { matching: request.matching, has_forms: request.has_forms };
    let filters = &request.filters;
    for section in &filters.sections {
        if !crate::token::has_token(section) {
            return Err(Error::Usage(format!("--section `{section}`: no word to search for")));
        }
    }
    let mut plan = bind(&request.query, &tree, reading, &filters.sections, index.policies())?;
    let names = [
        (NameField::Company, &filters.companies),
        (NameField::Type, &filters.types),
        (NameField::Collection, &filters.collections),
    ];
    for (field, patterns) in names.into_iter().filter(|(_, patterns)| !patterns.is_empty()) {
        let set = union(index, field, patterns)?;
        plan.policy_sets.push(set);
        if let Operand::And(operands) = &mut plan.root {
            operands.push(Operand::Policies(plan.policy_sets.len() - 1));
        }
    }
    Ok(plan)
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

/// All matches of all segments, the first ones kept, everything counted.
fn collect(
    index: &OpenIndex,
    request: &SearchRequest,
    plan: &Plan,
    columns: &[Columns],
) -> Result<(Vec<Row>, Totals)> {
    let sorts_by_time = matches!(request.sort, Sort::Newest | Sort::Oldest | Sort::FirstSeen);
    let conditions = Conditions {
        dates: request.filters.dates,
        kinds: &request.filters.kinds,
        langs: &request.filters.langs,
        metadata: MetadataFilter::new(index, &request.filters.metadata)?,
        needs_times: sorts_by_time,
        is_scored: request.sort == Sort::Relevance,
    };
    // Grouping needs every row: the best of each group, and its size.
    let kept = if request.group == Group::None {
        request.limit.map(|limit| limit.saturating_add(request.offset))
    } else {
        None
    };
    let prepared = Prepared::new(index, plan, conditions.is_scored)?;
    let mut rows = Rows::new(kept);
    let mut counter = Counter::default();
    for (columns, ord) in columns.iter().zip(0..) {
        let mut search = SegmentSearch::new(index, ord, columns, plan, &prepared, &conditions)?;
        search.run(|found| {
            counter.count(index, &found);
            rows.push(row(request.sort, &found, columns.order.first(found.doc).unwrap_or(0), ord));
        })?;
        counter.leave_policy();
    }
    Ok((rows.into_sorted(), counter.totals()))
}

fn row(sort: Sort, found: &Match<'_>, order: u64, segment: u32) -> Row {
    let newest = found.matching.last().map_or(0, |run| run.last);
    let time = |ordinal: u32| found.times.get(ordinal as usize).map_or(0.0, |&time| time as f64);
    let key = match sort {
        Sort::Relevance => -found.score,
        Sort::Newest => -time(newest),
        Sort::Oldest => time(newest),
        Sort::FirstSeen => time(found.runs.first().map_or(0, |run| run.start)),
        Sort::Company => 0.0,
    };
    Row { key, order, rank: found.rank, segment, doc: found.doc, newest }
}

/// Counts matches; the matches of a policy arrive together.
#[derive(Default)]
struct Counter {
    totals: Totals,
    companies: HashSet<u32>,
    policy: Option<u32>,
    /// A bit per snapshot of the policy at hand.
    snapshots: Vec<u64>,
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
            for ordinal in run.start..=run.last {
                let word = ordinal as usize / 64;
                if self.snapshots.len() <= word {
                    self.snapshots.resize(word + 1, 0);
                }
                self.snapshots[word] |= 1 << (ordinal % 64);
            }
        }
    }

    fn leave_policy(&mut self) {
        self.totals.snapshots += self.snapshots.iter().map(|word| u64::from(word.count_ones())).sum::<u64>();
        self.snapshots.clear();
        self.policy = None;
    }

    fn totals(mut self) -> Totals {
        self.leave_policy();
        Totals { companies: self.companies.len() as u64, ..self.totals }
    }
}

/// The best row of each group, in the order of the best rows, and the sizes of the groups; without grouping the rows as they are, no sizes.
fn grouped(group: Group, rows: Vec<Row>, index: &OpenIndex, columns: &[Columns]) -> (Vec<Row>, Vec<u64>) {
    let key = |row: &Row| match group {
        Group::None => 0,
        Group::Text => columns.get(row.segment as usize).and_then(|c| c.text_key.first(row.doc)).unwrap_or(0),
        Group::Policy => u64::from(row.rank),
        Group::Company => u64::from(index.policies().company(row.rank)),
    };
    if group == Group::None {
        return (rows, Vec::new());
    }
    let mut places: HashMap<u64, usize> = HashMap::new();
    let (mut best, mut sizes) = (Vec::new(), Vec::new());
    for row in rows {
        let place = *places.entry(key(&row)).or_insert(best.len());
        if place == best.len() {
            best.push(row);
            sizes.push(0);
        }
        sizes[place] += 1;
    }
    (best, sizes)
}
