//! Rows to hits, and clauses in their section: the reading of stored text, tables and times for what is shown.

use tantivy::DocAddress;

use super::highlight::Words;
use super::hit::Hit;
use super::rows::Row;
use super::segment::{Columns, place_truth};
use super::truth::{self, Leaf, is_true};
use crate::collapse::{Place, Run};
use crate::error::Result;
use crate::index::{Chunk, OpenIndex, PolicyTables, place_change, run};
use crate::lang::Lang;
use crate::model::{ArchiveTime, ClauseId, Kind};
use crate::query::bind::Plan;

/// Reads hits. Keeps the tables of the last policy, since hits of one policy often follow each other.
pub(super) struct HitReader<'r> {
    index: &'r OpenIndex,
    plan: &'r Plan,
    kinds: &'r [Kind],
    columns: &'r [Columns],
    policy: Option<CachedPolicy>,
}

struct CachedPolicy {
    rank: u32,
    address: DocAddress,
    times: Vec<i64>,
    tables: PolicyTables,
    place_truth: Vec<Vec<bool>>,
    chunk: Option<(usize, Chunk)>,
}

impl<'r> HitReader<'r> {
    pub fn new(index: &'r OpenIndex, plan: &'r Plan, kinds: &'r [Kind], columns: &'r [Columns]) -> Self {
        Self { index, plan, kinds, columns, policy: None }
    }

    /// The hit of `row`.
    pub fn hit(&mut self, row: &Row, rank: u64, score: Option<f64>, group_size: Option<u64>) -> Result<Hit> {
        let index = self.index;
        let address = DocAddress::new(row.segment, row.doc);
        let columns =
            self.columns.get(row.segment as usize).ok_or_else(|| index.damaged("a missing segment"))?;
        let clause = index.clause(address)?;
        let runs: Vec<Run> = columns.runs.values_for_doc(row.doc).map(run).collect();
        self.enter(row.rank)?;
        let words = Words::cut(&clause.text);
        let found = self.place(columns, row, &words);
        let Some(policy) = &mut self.policy else { return Err(index.damaged("a policy without tables")) };
        let entry = index.policies().get(row.rank).ok_or_else(|| index.damaged("an unknown policy"))?;
        let (place, matched) = found.ok_or_else(|| index.damaged("a clause without a place"))?;
        let place = policy.tables.places.get(place).cloned();
        let place = place.ok_or_else(|| index.damaged("a clause without a place"))?;
        let section = section(&policy.tables, &place);
        let life = Life::new(&runs, &policy.times);
        let archived = policy.times.get(row.newest as usize).copied().unwrap_or(0);
        let (title, info) = policy.snapshot(index, row.newest)?;
        let same_text_companies = match columns.text_key.first(row.doc) {
            Some(key) => index.companies_of_text(key)?.saturating_sub(1),
            None => 0,
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
            url: info.url,
            archive_url: info.archive_url,
            source: info.source,
            same_text_companies,
            group_size,
        })
    }

    fn enter(&mut self, rank: u32) -> Result<()> {
        if self.policy.as_ref().is_some_and(|policy| policy.rank == rank) {
            return Ok(());
        }
        let mut policy = CachedPolicy::read(self.index, rank)?;
        policy.place_truth = place_truth(self.plan, &policy.tables);
        self.policy = Some(policy);
        Ok(())
    }

    /// The first place of the clause in the newest matching snapshot for which the query holds, and the patterns that match there.
    fn place(&self, columns: &Columns, row: &Row, words: &Words<'_>) -> Option<(usize, Vec<usize>)> {
        let changes: Vec<_> = columns.places.values_for_doc(row.doc).map(place_change).collect();
        let last = changes
            .iter()
            .map(|(change, _)| change.ordinal)
            .filter(|&ordinal| ordinal <= row.newest)
            .max()?;
        let there = changes.iter().filter(|(change, _)| change.ordinal == last);
        for (change, kind) in there {
            let place = change.place as usize;
            if (self.kinds.is_empty() || self.kinds.contains(kind))
                && let Some(matched) = self.matched(words, row.rank, place)
            {
                return Some((place, matched));
            }
        }
        None
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

impl CachedPolicy {
    fn read(index: &OpenIndex, rank: u32) -> Result<Self> {
        let entry = index.policies().get(rank).ok_or_else(|| index.damaged("an unknown policy"))?;
        let address = index.policy_address(entry.hash)?;
        let (times, tables) = (index.times(address)?, index.policy_tables(address)?);
        Ok(Self { rank, address, times, tables, place_truth: Vec::new(), chunk: None })
    }

    /// Title and source of a snapshot.
    fn snapshot(
        &mut self,
        index: &OpenIndex,
        ordinal: u32,
    ) -> Result<(Option<String>, crate::model::SnapshotInfo)> {
        let number = ordinal as usize / crate::index::CHUNK;
        if self.chunk.as_ref().is_none_or(|(known, _)| *known != number) {
            self.chunk = Some((number, index.chunk(self.address, ordinal)?));
        }
        let inside = ordinal as usize % crate::index::CHUNK;
        let stored = self.chunk.as_ref().and_then(|(_, chunk)| chunk.snapshots.get(inside));
        let stored = stored.ok_or_else(|| index.damaged("a snapshot is missing"))?;
        Ok((stored.title.clone(), stored.info.clone()))
    }
}

fn section(tables: &PolicyTables, place: &Place) -> Vec<String> {
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
    fn new(runs: &[Run], times: &[i64]) -> Self {
        let time =
            |ordinal: u32| times.get(ordinal as usize).map(|&seconds| ArchiveTime::from_seconds(seconds));
        let (first, last) = (runs.first().map_or(0, |run| run.start), runs.last().map_or(0, |run| run.last));
        let epoch = ArchiveTime::from_seconds(0);
        Self {
            first_seen: time(first).unwrap_or(epoch),
            last_seen: time(last).unwrap_or(epoch),
            gone_by: time(last + 1),
            snapshots: runs.iter().map(|run| u64::from(run.last - run.start) + 1).sum(),
        }
    }
}

/// A clause in its section: what `fineprint show CLAUSE-ID` prints.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct ShownClause {
    /// The clause as a hit without score, in the newest snapshot in which it stood.
    pub clause: Hit,
    /// The clauses of its section in that snapshot, in reading order: (text, kind, whether it is the clause itself).
    pub context: Vec<ContextClause>,
    /// What else is known of that snapshot: one JSON object as it was written, empty where nothing is.
    #[serde(serialize_with = "as_it_was_written")]
    pub metadata: String,
}

fn as_it_was_written<S: serde::Serializer>(
    metadata: &str,
    serializer: S,
) -> std::result::Result<S::Ok, S::Error> {
    match serde_json::from_str::<&serde_json::value::RawValue>(metadata) {
        Ok(object) => serde::Serialize::serialize(object, serializer),
        Err(_) => serializer.serialize_none(),
    }
}

/// A clause beside another one.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct ContextClause {
    /// Its text.
    pub text: String,
    /// What it is.
    pub kind: Kind,
    /// Whether it is the clause that was asked for.
    pub is_shown: bool,
}

/// Where the clauses with this id are: one per collection that has it; none if the index has no such clause.
///
/// # Errors
///
/// A collection that the index does not have, or a damaged index.
pub fn find_clause(index: &OpenIndex, id: ClauseId, collections: &[String]) -> Result<Vec<ShownClause>> {
    let columns = super::columns(index)?;
    let chosen = match collections {
        [] => None,
        patterns => Some(super::union(index, super::NameField::Collection, patterns)?),
    };
    let mut found = Vec::new();
    for address in index.clauses_with_id(id.prefix())? {
        let hash = columns
            .get(address.segment_ord as usize)
            .and_then(|columns| columns.policy.first(address.doc_id));
        let Some(rank) = hash.and_then(|hash| index.policies().rank(hash)) else { continue };
        if chosen.as_ref().is_none_or(|set| set.get(rank as usize) == Some(&true)) {
            let shown = show(index, &columns, address, rank)?;
            // The index knows the first 64 of its 80 bits.
            if shown.clause.id == id.to_string() {
                found.push((rank, shown));
            }
        }
    }
    found.sort_by_key(|(rank, _)| *rank);
    Ok(found.into_iter().map(|(_, shown)| shown).collect())
}

fn show(index: &OpenIndex, columns: &[Columns], address: DocAddress, rank: u32) -> Result<ShownClause> {
    let own = columns.get(address.segment_ord as usize).ok_or_else(|| index.damaged("a missing segment"))?;
    let newest = own.runs.values_for_doc(address.doc_id).map(run).last().map_or(0, |run| run.last);
    let plan = Plan::of_all();
    let row = Row { key: 0.0, order: 0, rank, segment: address.segment_ord, doc: address.doc_id, newest };
    let clause = HitReader::new(index, &plan, &[], columns).hit(&row, 1, None, None)?;
    let mut policy = CachedPolicy::read(index, rank)?;
    let context = context(index, address, &policy, newest)?;
    let metadata = policy.snapshot(index, newest)?.1.metadata;
    Ok(ShownClause { clause, context, metadata })
}

/// The clauses of the section in which the clause stands first in snapshot `ordinal`.
fn context(
    index: &OpenIndex,
    address: DocAddress,
    policy: &CachedPolicy,
    ordinal: u32,
) -> Result<Vec<ContextClause>> {
    let standing = index.clauses_of(policy.address, ordinal)?;
    let snapshots = policy.times.len() as u32;
    let at = |clause: u32| index.clause_address(policy.address, snapshots, clause);
    let Some(own) = standing.iter().position(|&(clause, _)| at(clause) == address) else {
        return Err(index.damaged("a clause that its snapshot does not list"));
    };
    let place = |entry: (u32, u32)| policy.tables.places.get(entry.1 as usize);
    let kind = |entry: (u32, u32)| place(entry).map_or(Kind::Paragraph, |place| place.kind);
    let section = |entry: (u32, u32)| place(entry).map_or(&[][..], |place| place.section.as_slice());
    let shown = section_around(&standing, own, section, kind);
    standing[shown.clone()]
        .iter()
        .zip(shown)
        .map(|(&(clause, place), position)| {
            let text = index.clause(at(clause))?.text;
            Ok(ContextClause { text, kind: kind((clause, place)), is_shown: position == own })
        })
        .collect()
}

/// The stretch of `standing` that is the section of entry `own`: a heading with all below it; any other clause with its neighbours
/// of the same path and the heading above them.
fn section_around<'s>(
    standing: &[(u32, u32)],
    own: usize,
    section: impl Fn((u32, u32)) -> &'s [u32],
    kind: impl Fn((u32, u32)) -> Kind,
) -> std::ops::Range<usize> {
    let path = section(standing[own]);
    if kind(standing[own]) == Kind::Heading {
        let is_below =
            |&entry: &(u32, u32)| section(entry).len() > path.len() && section(entry).starts_with(path);
        let below = standing[own + 1..].iter().take_while(|entry| is_below(entry)).count();
        return own..own + 1 + below;
    }
    // A heading beside has its parent's path, but begins a section of its own.
    let is_beside = |&entry: &(u32, u32)| section(entry) == path && kind(entry) != Kind::Heading;
    let before = standing[..own].iter().rev().take_while(|entry| is_beside(entry)).count();
    let after = standing[own + 1..].iter().take_while(|entry| is_beside(entry)).count();
    let start = own - before;
    let has_heading = start > 0 && kind(standing[start - 1]) == Kind::Heading;
    start - usize::from(has_heading)..own + 1 + after
}
