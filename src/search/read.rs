//! Rows to hits: the reading of stored text, tables and times for what is shown.

use std::sync::Arc;

use tantivy::DocAddress;

use super::highlight::Words;
use super::hit::{Hit, HitContext, NeighbourClause};
use super::policies::PolicyFacts;
use super::request::{HitOrder, SearchRequest};
use super::rows::Row;
use super::scope::{Scope, UnitReader};
use super::segment::{Columns, Conditions, SegmentSearch, place_truth, stretches};
use super::statistics::Prepared;
use super::truth::{self, Leaf, is_true};
use crate::collapse::{ClauseOccurrence, ClausePlace, OrdinalRun};
use crate::error::Result;
use crate::index::{OpenIndex, PolicyTables, place_change, run};
use crate::lang::Lang;
use crate::model::{ArchiveTime, ClauseKind};
use crate::query::bind::Plan;

/// Reads hits. Keeps what the query says of the last policy, since hits of one policy often follow each other.
pub(super) struct HitReader<'r> {
    index: &'r OpenIndex,
    columns: &'r [Columns],
    plan: &'r Plan,
    prepared: &'r Prepared,
    conditions: &'r Conditions<'r>,
    /// How many clauses before and after each hit are wanted.
    context: usize,
    /// Whether scores are to be explained.
    is_explained: bool,
    policy: Option<KnownPolicy>,
    /// Of a query about sections or snapshots, not clauses.
    units: Option<UnitReader<'r>>,
}

/// A policy, and per place pattern and place whether the pattern holds there.
pub(super) struct KnownPolicy {
    rank: u32,
    facts: Arc<PolicyFacts>,
    place_truth: Vec<Vec<bool>>,
}

impl<'r> HitReader<'r> {
    /// A reader of what `plan` finds under these conditions.
    pub fn new(
        index: &'r OpenIndex,
        columns: &'r [Columns],
        plan: &'r Plan,
        prepared: &'r Prepared,
        conditions: &'r Conditions<'r>,
    ) -> Self {
        let units = UnitReader { prepared, conditions, known: None };
        let units = (conditions.scope != Scope::Clause).then_some(units);
        Self {
            index,
            columns,
            plan,
            prepared,
            conditions,
            context: 0,
            is_explained: false,
            policy: None,
            units,
        }
    }

    /// The same with what else `request` wants of hits.
    pub fn wanting(self, request: &SearchRequest) -> Self {
        let is_explained = request.is_explained && request.sort == HitOrder::Relevance;
        Self { context: request.context, is_explained, ..self }
    }

    /// The headings above the place at which the hit of `row` is shown.
    pub fn section(&mut self, row: &Row) -> Result<Vec<String>> {
        let index = self.index;
        let columns = self
            .columns
            .get(row.segment as usize)
            .ok_or_else(|| index.damaged("a missing segment"))?;
        let clause = index.clause(DocAddress::new(row.segment, row.doc))?;
        let policy = self.enter(row.rank)?;
        let found = match &mut self.units {
            None => self.place(columns, row, &Words::cut(&clause.text)),
            Some(units) => units.shown(index, self.plan, columns, row)?,
        };
        let place = found.and_then(|(place, _)| policy.tables.places.get(place));
        Ok(section(&policy.tables, place.ok_or_else(|| index.damaged("a clause without a place"))?))
    }

    /// The hit of `row`.
    pub fn hit(
        &mut self,
        row: &Row,
        rank: u64,
        score: Option<f64>,
        group_size: Option<u64>,
    ) -> Result<Hit> {
        let index = self.index;
        let address = DocAddress::new(row.segment, row.doc);
        let columns = self
            .columns
            .get(row.segment as usize)
            .ok_or_else(|| index.damaged("a missing segment"))?;
        let clause = index.clause(address)?;
        let runs: Vec<OrdinalRun> = columns.runs.values_for_doc(row.doc).map(run).collect();
        let policy = self.enter(row.rank)?;
        let words = Words::cut(&clause.text);
        let found = match &mut self.units {
            None => self.place(columns, row, &words),
            Some(units) => units.shown(index, self.plan, columns, row)?,
        };
        let entry =
            index.policies().get(row.rank).ok_or_else(|| index.damaged("an unknown policy"))?;
        let (place, matched) = found.ok_or_else(|| index.damaged("a clause without a place"))?;
        let context = match self.context {
            0 => None,
            reach => Some(surroundings(index, address, &policy, (row.newest, place), reach)?),
        };
        let place = policy.tables.places.get(place);
        let place = place.ok_or_else(|| index.damaged("a clause without a place"))?;
        let section = section(&policy.tables, place);
        let life = Life::new(&runs, &policy.times);
        let archived = policy.times.get(row.newest as usize).copied().unwrap_or(0);
        // Not all of what is known of the snapshot: its metadata can be long.
        let (title, url, archive_url, source) = self.conditions.policies.with_snapshot(
            index,
            (row.rank, &policy),
            row.newest,
            |snapshot| {
                let info = &snapshot.info;
                (
                    snapshot.title.clone(),
                    info.url.clone(),
                    info.archive_url.clone(),
                    info.source.clone(),
                )
            },
        )?;
        let same_text_companies = match columns.text_key.first(row.doc) {
            Some(key) => index.companies_of_text(key)?.saturating_sub(1),
            None => 0,
        };
        let explanation = match self.is_explained {
            false => None,
            true => Some(
                SegmentSearch::new(
                    index,
                    row.segment,
                    columns,
                    self.plan,
                    self.prepared,
                    self.conditions,
                )?
                .explain(row.doc, &matched)?,
            ),
        };
        let highlights = words.ranges(matched.iter().map(|&i| &self.plan.patterns[i]));
        let id = index
            .clause_id(row.rank, place.kind, &clause)
            .ok_or_else(|| index.damaged("an unknown policy"))?;
        Ok(Hit {
            rank,
            score: score.map(|score| (score * 1e4).round() / 1e4),
            id: id.to_string(),
            collection: entry.key.collection.clone(),
            company: entry.key.company.clone(),
            policy_type: entry.key.policy_type.clone(),
            archive_date: ArchiveTime::from_seconds(archived).date(),
            archive_time: ArchiveTime::from_seconds(archived).rfc3339(),
            first_seen: life.first_seen.date(),
            last_seen: life.last_seen.date(),
            gone_by: life.gone_by.map(ArchiveTime::date),
            snapshots: life.snapshots,
            section,
            kind: place.kind,
            lead_in: clause.lead_in,
            highlights,
            text: clause.text,
            lang: columns.lang.first(row.doc).map(|number| Lang::of_number(number).to_string()),
            title,
            url,
            archive_url,
            source,
            same_text_companies,
            group_size,
            context,
            explanation,
        })
    }

    fn enter(&mut self, rank: u32) -> Result<Arc<PolicyFacts>> {
        if let Some(known) = self.policy.as_ref().filter(|known| known.rank == rank) {
            return Ok(Arc::clone(&known.facts));
        }
        let facts = self.conditions.policies.policy(self.index, rank)?;
        let place_truth = place_truth(self.plan, &facts.tables);
        self.policy = Some(KnownPolicy { rank, facts: Arc::clone(&facts), place_truth });
        Ok(facts)
    }

    /// The first place of the clause in the newest matching snapshot for which the query holds, and the patterns that match there.
    fn place(
        &self,
        columns: &Columns,
        row: &Row,
        words: &Words<'_>,
    ) -> Option<(usize, Vec<usize>)> {
        let changes: Vec<_> = columns.places.values_for_doc(row.doc).map(place_change).collect();
        let (_, there) =
            stretches(&changes).find(|(ordinals, _)| ordinals.contains(&row.newest))?;
        there.iter().filter(|(_, kind)| self.conditions.has_kind(*kind)).find_map(|(change, _)| {
            let place = change.place.index();
            Some((place, self.matched(words, row.rank, place)?))
        })
    }

    /// The patterns that match at this place, if the query holds there.
    fn matched(&self, words: &Words<'_>, rank: u32, place: usize) -> Option<Vec<usize>> {
        let mut holds = |leaf| match leaf {
            Leaf::Pattern(i) => words.contain(&self.plan.patterns[i]),
            Leaf::Place(i) => {
                let truth = self.policy.as_ref().and_then(|policy| policy.place_truth.get(i));
                truth.and_then(|truth| truth.get(place)).copied().unwrap_or(false)
            }
            Leaf::Policies(i) => self.plan.policy_sets[i].get(rank as usize) == Some(&true),
        };
        let mut matched = Vec::new();
        if !is_true(&self.plan.root, &mut holds) {
            return None;
        }
        truth::matched(&self.plan.root, self.plan, &mut holds, &mut matched);
        Some(matched)
    }
}

/// The clauses before and after a place of a clause in a snapshot.
fn surroundings(
    index: &OpenIndex,
    clause: DocAddress,
    policy: &PolicyFacts,
    (ordinal, place): (u32, usize),
    reach: usize,
) -> Result<HitContext> {
    let standing = index.clauses_of(policy.address, ordinal)?;
    let at = |clause: u32| index.clause_address(policy.address, policy.times.len() as u32, clause);
    let is_own =
        |other: &ClauseOccurrence| at(other.clause.get()) == clause && other.place.index() == place;
    let own = standing.iter().position(is_own);
    let own = own.ok_or_else(|| index.damaged("a clause that its snapshot does not list"))?;
    let read = |occurrence: &ClauseOccurrence| {
        let kind = policy
            .tables
            .places
            .get(occurrence.place.index())
            .map_or(ClauseKind::Paragraph, |place| place.kind);
        Ok(NeighbourClause { kind, text: index.clause(at(occurrence.clause.get()))?.text })
    };
    let (first, last) =
        (own.saturating_sub(reach), own.saturating_add(reach).min(standing.len() - 1));
    Ok(HitContext {
        before: standing[first..own].iter().map(read).collect::<Result<_>>()?,
        after: standing[own + 1..=last].iter().map(read).collect::<Result<_>>()?,
    })
}

fn section(tables: &PolicyTables, place: &ClausePlace) -> Vec<String> {
    let heading = |&number: &u32| tables.headings.get(number as usize).cloned().unwrap_or_default();
    place.section.iter().map(heading).collect()
}

/// When a clause stood.
struct Life {
    first_seen: ArchiveTime,
    last_seen: ArchiveTime,
    /// The first snapshot after its last.
    gone_by: Option<ArchiveTime>,
    snapshots: u64,
}

impl Life {
    fn new(runs: &[OrdinalRun], times: &[i64]) -> Self {
        let time = |ordinal: u32| {
            times.get(ordinal as usize).map(|&seconds| ArchiveTime::from_seconds(seconds))
        };
        let (first, last) = (
            runs.first().map_or(0, |run| run.start.get()),
            runs.last().map_or(0, |run| run.last.get()),
        );
        let epoch = ArchiveTime::from_seconds(0);
        Self {
            first_seen: time(first).unwrap_or(epoch),
            last_seen: time(last).unwrap_or(epoch),
            gone_by: time(last + 1),
            snapshots: runs.iter().map(|run| run.snapshot_count()).sum(),
        }
    }
}
