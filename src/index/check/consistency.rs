//! Compares the tables of an index with each other, policy by policy.
//!
//! The snapshots of a policy are stored with their clauses, and the clauses with their runs and
//! places. Each follows from the other: collapsing the stored snapshots again must give the stored
//! clauses.

use std::sync::{Mutex, PoisonError};

use rayon::iter::{IntoParallelIterator, ParallelIterator};
use tantivy::columnar::Column;
use tantivy::{DocAddress, DocId};

use crate::collapse::{CollapsedPolicy, Collapser, DistinctClause};
use crate::error::Result;
use crate::index::open::OpenIndex;
use crate::index::store::document::{LangChange, checked_place_change, first_occurrence, run};
use crate::index::store::sources::{PolicySources, SourceTable};
use crate::model::{ClauseNumber, Rank};
use crate::progress::Progress;

/// Characters of a clause that a problem quotes.
const QUOTED_CHARS: usize = 60;

/// The problems of the policies, one line each.
///
/// # Errors
///
/// A table cannot be read.
pub(super) fn check_policies(
    index: &OpenIndex,
    sources: &SourceTable,
    progress: &dyn Progress,
) -> Result<Vec<String>> {
    let found = Mutex::new(Vec::new());
    (0..index.policies().count()).into_par_iter().try_for_each(|rank| -> Result<()> {
        let rank = Rank::from_index(rank);
        let problems = check_policy(index, sources, rank)?;
        found.lock().unwrap_or_else(PoisonError::into_inner).extend(problems);
        progress.advance(1);
        Ok(())
    })?;
    let mut problems = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    problems.sort();
    Ok(problems)
}

/// The problems of one policy.
fn check_policy(index: &OpenIndex, sources: &SourceTable, rank: Rank) -> Result<Vec<String>> {
    let entry = index.policies().get(rank)?;
    let collapsed = collapse_again(index, rank)?;
    let policy = index.policy_address(entry.hash)?;
    let mut problems = Vec::new();
    let snapshots = collapsed.snapshots.iter();
    if !snapshots.map(|snapshot| snapshot.info.time).eq(index.times(policy)?) {
        problems.push("the times of its snapshots differ from its table of times".to_owned());
    }
    if LangChange::all(&collapsed.snapshots) != index.langs(policy)? {
        problems.push("the languages of its snapshots differ from its table of them".to_owned());
    }
    if collapsed.clauses.len() != entry.clauses as usize
        || collapsed.snapshots.len() != entry.snapshots as usize
    {
        let what = "it has other numbers of clauses or snapshots than the table of policies says";
        problems.push(what.to_owned());
    } else if let Some(clause) = differing_clause(index, policy, &collapsed)? {
        let text: String = clause.text.chars().take(QUOTED_CHARS).collect();
        problems.push(format!("the life of a clause differs from its snapshots: \"{text}\""));
    }
    let known = sources.0.get(&entry.hash);
    let ends = known.map(|known| known.snapshot_ends(&collapsed.snapshots)).unwrap_or_default();
    if ends != index.ends(policy)? {
        problems.push("its ends differ from the table of sources".to_owned());
    }
    let snapshots = CollapsedPolicy { ends, ..collapsed };
    if known.is_none_or(|known| *known != sources_of(known, &snapshots)) {
        problems.push("the table of sources has other snapshots or counts".to_owned());
    }
    let key = &entry.key;
    let name = format!("{}, {} ({})", key.company, key.policy_type, key.collection);
    Ok(problems.into_iter().map(|what| format!("{name}: {what}")).collect())
}

/// Collapses the stored snapshots of a policy.
fn collapse_again(index: &OpenIndex, rank: Rank) -> Result<CollapsedPolicy> {
    let stored = index.collapsed(rank)?;
    let mut collapser = Collapser::default();
    let numbers = collapser
        .add_policy(&stored)
        .ok_or_else(|| index.damaged("a snapshot lists a clause that its policy lacks"))?;
    for (snapshot, number) in stored.snapshots.iter().zip(numbers) {
        collapser.add_snapshot(snapshot.info.clone(), snapshot.record, number);
    }
    Ok(collapser.finish())
}

/// The sources of a policy as they follow from its snapshots. Its duplicates, its ends and its
/// notices are in the table of sources alone.
fn sources_of(known: &PolicySources, policy: &CollapsedPolicy) -> PolicySources {
    let mut sources = PolicySources {
        hash: known.hash,
        duplicates: known.duplicates.clone(),
        ends: known.ends.clone(),
        recoded: known.recoded.clone(),
        ..PolicySources::default()
    };
    for snapshot in &policy.snapshots {
        sources.add(&snapshot.record, snapshot.info.fingerprint);
    }
    for duplicate in &known.duplicates {
        sources.add(&duplicate.record, duplicate.info.fingerprint);
    }
    sources.count(policy);
    sources
}

/// The columns that follow from the snapshots of a policy.
struct ClauseColumns {
    runs: Column<u64>,
    places: Column<u64>,
    order: Column<u64>,
    text_key: Column<u64>,
}

impl ClauseColumns {
    fn open(index: &OpenIndex, policy: DocAddress) -> Result<Self> {
        let segment = index.searcher().segment_reader(policy.segment_ord);
        Ok(Self {
            runs: index.column(segment, "runs")?,
            places: index.column(segment, "places")?,
            order: index.column(segment, "order")?,
            text_key: index.column(segment, "text_key")?,
        })
    }

    /// Whether the columns of the document `doc` belong to this clause.
    fn are_of(&self, doc: DocId, clause: &DistinctClause) -> bool {
        let places = self.places.values_for_doc(doc);
        self.runs.values_for_doc(doc).map(run).eq(clause.runs.iter().copied())
            && places.map(|value| checked_place_change(value).map(|place| place.change)).eq(clause
                .places
                .iter()
                .copied()
                .map(Some))
            && self.order.first(doc).map(first_occurrence) == Some(clause.first)
            && self.text_key.first(doc) == Some(clause.identity.text_key())
    }
}

/// The first clause of a policy whose columns are not the ones that its snapshots give.
fn differing_clause<'c>(
    index: &OpenIndex,
    policy: DocAddress,
    expected: &'c CollapsedPolicy,
) -> Result<Option<&'c DistinctClause>> {
    let columns = ClauseColumns::open(index, policy)?;
    let snapshots = expected.snapshots.len() as u32;
    let mut clauses = (0..).zip(&expected.clauses);
    let differing = clauses.find(|(number, clause)| {
        !columns.are_of(
            index.clause_address(policy, snapshots, ClauseNumber::new(*number)).doc_id,
            clause,
        )
    });
    Ok(differing.map(|(_, clause)| clause))
}
