//! A clause in its section.

use tantivy::DocAddress;

use super::hit::Hit;
use super::policies::{PolicyCache, PolicyFacts};
use super::read::HitReader;
use super::request::{HitOrder, SearchRequest};
use super::rows::Row;
use super::segment::Columns;
use super::statistics::Prepared;
use crate::collapse::ClauseOccurrence;
use crate::error::Result;
use crate::index::{OpenIndex, run};
use crate::model::{ClauseId, ClauseKind};
use crate::query::bind::Plan;

/// A clause in its section: what `fineprint show CLAUSE-ID` prints.
#[derive(Debug, Clone, PartialEq)]
pub struct ShownClause {
    /// The clause as a hit without score, in the newest snapshot in which it stood.
    pub clause: Hit,
    /// The clauses of its section in that snapshot, in reading order: (text, kind, whether it is the clause itself).
    pub context: Vec<ContextClause>,
    /// What else is known of that snapshot: one JSON object as it was written, empty where nothing is.
    pub metadata: String,
}

/// A clause beside another one.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct ContextClause {
    /// Its text.
    pub text: String,
    /// What it is.
    pub kind: ClauseKind,
    /// Whether it is the clause that was asked for.
    pub is_shown: bool,
}

/// Where the clauses with this id are: one per collection that has it; none if the index has no such clause.
///
/// # Errors
///
/// A collection that the index does not have, or a damaged index.
pub fn find_clause(
    index: &OpenIndex,
    id: ClauseId,
    collections: &[String],
) -> Result<Vec<ShownClause>> {
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

fn show(
    index: &OpenIndex,
    columns: &[Columns],
    address: DocAddress,
    rank: u32,
) -> Result<ShownClause> {
    let own = columns
        .get(address.segment_ord as usize)
        .ok_or_else(|| index.damaged("a missing segment"))?;
    let newest =
        own.runs.values_for_doc(address.doc_id).map(run).last().map_or(0, |run| run.last.get());
    let (plan, request) =
        (Plan::of_all(), SearchRequest { sort: HitOrder::Company, ..SearchRequest::default() });
    let row =
        Row { key: 0.0, order: 0, rank, segment: address.segment_ord, doc: address.doc_id, newest };
    let policies = PolicyCache::default();
    let conditions = super::conditions(index, &request, &policies)?;
    let prepared = Prepared::new(index, &plan, false)?;
    let mut reader = HitReader::new(index, columns, &plan, &prepared, &conditions);
    let clause = reader.hit(&row, 1, None, None)?;
    let policy = policies.policy(index, rank)?;
    let context = context(index, address, &policy, newest)?;
    let metadata = policies
        .with_snapshot(index, (rank, &policy), newest, |snapshot| snapshot.info.metadata.clone())?;
    Ok(ShownClause { clause, context, metadata })
}

/// The clauses of the section in which the clause stands first in snapshot `ordinal`.
fn context(
    index: &OpenIndex,
    address: DocAddress,
    policy: &PolicyFacts,
    ordinal: u32,
) -> Result<Vec<ContextClause>> {
    let standing = index.clauses_of(policy.address, ordinal)?;
    let snapshots = policy.times.len() as u32;
    let at = |clause: u32| index.clause_address(policy.address, snapshots, clause);
    let Some(own) = standing.iter().position(|own| at(own.clause.get()) == address) else {
        return Err(index.damaged("a clause that its snapshot does not list"));
    };
    let place = |entry: ClauseOccurrence| policy.tables.places.get(entry.place.index());
    let kind =
        |entry: ClauseOccurrence| place(entry).map_or(ClauseKind::Paragraph, |place| place.kind);
    let section =
        |entry: ClauseOccurrence| place(entry).map_or(&[][..], |place| place.section.as_slice());
    let shown = section_around(&standing, own, section, kind);
    standing[shown.clone()]
        .iter()
        .zip(shown)
        .map(|(&entry, position)| {
            let text = index.clause(at(entry.clause.get()))?.text;
            Ok(ContextClause { text, kind: kind(entry), is_shown: position == own })
        })
        .collect()
}

/// The stretch of `standing` that is the section of entry `own`: a heading with all below it; any other clause with its neighbours
/// of the same path and the heading above them.
fn section_around<'s>(
    standing: &[ClauseOccurrence],
    own: usize,
    section: impl Fn(ClauseOccurrence) -> &'s [u32],
    kind: impl Fn(ClauseOccurrence) -> ClauseKind,
) -> std::ops::Range<usize> {
    let path = section(standing[own]);
    if kind(standing[own]) == ClauseKind::Heading {
        let is_below = |&entry: &ClauseOccurrence| {
            section(entry).len() > path.len() && section(entry).starts_with(path)
        };
        let below = standing[own + 1..].iter().take_while(|entry| is_below(entry)).count();
        return own..own + 1 + below;
    }
    // A heading beside has its parent's path, but begins a section of its own.
    let is_beside =
        |&entry: &ClauseOccurrence| section(entry) == path && kind(entry) != ClauseKind::Heading;
    let before = standing[..own].iter().rev().take_while(|entry| is_beside(entry)).count();
    let after = standing[own + 1..].iter().take_while(|entry| is_beside(entry)).count();
    let start = own - before;
    let has_heading = start > 0 && kind(standing[start - 1]) == ClauseKind::Heading;
    start - usize::from(has_heading)..own + 1 + after
}
