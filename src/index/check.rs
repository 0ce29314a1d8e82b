//! `fineprint check`: whether an index is as it was written, agrees with itself, and still equals a corpus.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rayon::iter::{IntoParallelIterator, IntoParallelRefIterator, ParallelIterator};

use super::checksums;
use super::document::{place_change, run};
use super::ingest::Candidate;
use super::manifest::{IndexCounts, Manifest};
use super::sources::SourceTable;
use super::strays::{StrayFile, stray_files};
use super::{CorpusScan, OpenIndex};
use crate::collapse::{
    CollapsedPolicy, Collapser, DistinctClause, FirstOccurrence, OrdinalRun, PlaceChange,
};
use crate::corpus::ReadOptions;
use crate::error::{Error, Result};
use crate::model::{Clause, Ordinal, PolicyKey};
use crate::progress::{Phase, Progress};
use crate::section::{ClauseIdentity, section};

/// What a check found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CheckReport {
    /// What is wrong, a line each; none if the index is sound.
    pub problems: Vec<String>,
    /// Files that were compared.
    pub files: u64,
    /// Snapshots that were compared with a corpus.
    pub compared: u64,
    /// Files in the index folder that are not part of the index. They make no answer wrong.
    pub strays: Vec<StrayFile>,
}

/// Checks the index in the folder `dir`: the files against their checksums, the tables against each other, the counts of the manifest.
///
/// # Errors
///
/// There is no index, or it is of another version, or the system fails.
pub fn check(dir: &Path, progress: &dyn Progress) -> Result<CheckReport> {
    let manifest = Manifest::read(dir)?;
    let mut report = CheckReport::default();
    progress.begin(Phase::Checking, Some(manifest.counts.policies));
    check_files(&dir.join(&manifest.generation), &manifest, &mut report)?;
    report.strays = stray_files(dir, &manifest)?;
    // What is read of damaged files says nothing that is worth to be said.
    if report.problems.is_empty() {
        let index = OpenIndex::open(dir)?;
        report.problems = index.guard(|| check_tables(&index, progress))?;
    }
    Ok(report)
}

fn check_files(folder: &Path, manifest: &Manifest, report: &mut CheckReport) -> Result<()> {
    for (name, expected) in &manifest.files {
        report.files += 1;
        let path = folder.join(name);
        if !path.is_file() {
            report.problems.push(format!("{}: is missing", path.display()));
            continue;
        }
        let found = checksums::of_file(&path)?;
        if found != *expected {
            let sizes = format!("{} bytes, {} expected", found.bytes, expected.bytes);
            report.problems.push(format!("{}: is not as it was written ({sizes})", path.display()));
        }
    }
    Ok(())
}

fn check_tables(index: &OpenIndex, progress: &dyn Progress) -> Result<Vec<String>> {
    let sources = SourceTable::read(&index.dir().join(&index.manifest().generation))?;
    let state = Mutex::new((IndexCounts::default(), Vec::new()));
    (0..index.policies().entries().len() as u32).into_par_iter().try_for_each(
        |rank| -> Result<()> {
            let (counts, problems) = check_policy(index, &sources, rank)?;
            let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
            state.0.snapshots += counts.snapshots;
            state.0.clauses += counts.clauses;
            state.0.occurrences += counts.occurrences;
            state.0.bytes += counts.bytes;
            state.1.extend(problems);
            progress.advance(1);
            Ok(())
        },
    )?;
    let (counts, mut problems) = state.into_inner().unwrap_or_else(PoisonError::into_inner);
    problems.sort();
    let said = &index.manifest().counts;
    let numbers = [
        ("policies", index.policies().entries().len() as u64, said.policies),
        ("companies", index.policies().company_count() as u64, said.companies),
        ("snapshots", counts.snapshots, said.snapshots),
        ("clauses", counts.clauses, said.clauses),
        ("occurrences", counts.occurrences, said.occurrences),
        ("bytes of text", counts.bytes, said.bytes),
    ];
    let wrong = numbers.iter().filter(|(_, found, said)| found != said);
    problems.extend(wrong.map(|(what, found, said)| {
        format!("the manifest counts {said} {what}, there are {found}")
    }));
    Ok(problems)
}

/// Collapses a policy again from its stored snapshots: what comes out must be what its columns say.
fn check_policy(
    index: &OpenIndex,
    sources: &SourceTable,
    rank: u32,
) -> Result<(IndexCounts, Vec<String>)> {
    let Some(entry) = index.policies().get(rank) else {
        return Err(index.damaged("an unknown policy"));
    };
    let stored = index.collapsed(rank)?;
    let key = &entry.key;
    let mut problems = Vec::new();
    let mut problem = |what: &str| {
        problems.push(format!("{}, {} ({}): {what}", key.company, key.policy_type, key.collection));
    };
    let mut collapser = Collapser::default();
    let numbers = collapser
        .add_policy(&stored)
        .ok_or_else(|| index.damaged("a snapshot lists a clause that its policy lacks"))?;
    for (snapshot, number) in stored.snapshots.iter().zip(numbers) {
        collapser.add_snapshot(snapshot.info.clone(), snapshot.record, number);
    }
    let again = collapser.finish();
    let policy = index.policy_address(entry.hash)?;
    let times: Vec<i64> =
        again.snapshots.iter().map(|snapshot| snapshot.info.time.seconds()).collect();
    if index.times(policy)? != times {
        problem("the times of its snapshots differ from its table of times");
    }
    if again.clauses.len() != entry.clauses as usize
        || again.snapshots.len() != entry.snapshots as usize
    {
        problem("it has other numbers of clauses or snapshots than the table of policies says");
    } else if let Some(text) = differing_clause(index, policy, entry.snapshots, &again)? {
        problem(&format!("the life of a clause differs from its snapshots: \"{text}\""));
    }
    let mut parts = super::sources::PolicySources::default();
    for snapshot in &again.snapshots {
        parts.add(snapshot.record.corpus, snapshot.info.fingerprint);
    }
    let known = sources.0.get(&entry.hash);
    for duplicate in known.iter().flat_map(|known| &known.duplicates) {
        parts.add(duplicate.record.corpus, duplicate.info.fingerprint);
    }
    if known.is_none_or(|known| known.corpora != parts.corpora) {
        problem("the table of sources has other snapshots");
    }
    let counts = IndexCounts {
        snapshots: again.snapshots.len() as u64,
        clauses: again.clauses.len() as u64,
        occurrences: again.snapshots.iter().map(|snapshot| snapshot.clauses.len() as u64).sum(),
        bytes: again.snapshots.iter().map(|snapshot| snapshot.record.bytes).sum(),
        ..IndexCounts::default()
    };
    Ok((counts, problems))
}

/// The text of the first clause whose columns are not those of this policy.
fn differing_clause(
    index: &OpenIndex,
    policy: tantivy::DocAddress,
    snapshots: u32,
    expected: &CollapsedPolicy,
) -> Result<Option<String>> {
    let segment = index.searcher().segment_reader(policy.segment_ord);
    let column = |name: &str| index.column::<u64>(segment, name);
    let (runs, places, order, text_key) =
        (column("runs")?, column("places")?, column("order")?, column("text_key")?);
    let is_same = |number: u32, clause: &DistinctClause| {
        let doc = index.clause_address(policy, snapshots, number).doc_id;
        let stood: Vec<OrdinalRun> = runs.values_for_doc(doc).map(run).collect();
        let placed: Vec<PlaceChange> =
            places.values_for_doc(doc).map(|value| place_change(value).0).collect();
        let first = order.first(doc).map(|first| FirstOccurrence {
            ordinal: Ordinal::new((first >> 32) as u32),
            position: first as u32,
        });
        (stood, placed, first, text_key.first(doc))
            == (
                clause.runs.clone(),
                clause.places.clone(),
                Some(clause.first),
                Some(clause.identity.text_key()),
            )
    };
    let mut clauses = expected.clauses.iter().zip(0..);
    let wrong = clauses.find(|(clause, number)| !is_same(*number, clause));
    Ok(wrong.map(|(clause, _)| clause.text.chars().take(60).collect()))
}

/// Compares an index with a corpus: every snapshot of the corpus is read, sectioned by itself, and must stand in the index clause by clause;
/// the index must have no others of the policies that the corpus has.
///
/// # Errors
///
/// The corpus cannot be scanned, or the index cannot be read.
pub fn check_against(
    index: &OpenIndex,
    corpus: &Path,
    collection: &str,
    options: &ReadOptions,
    progress: &dyn Progress,
) -> Result<CheckReport> {
    let scan =
        CorpusScan::with_options(&[PathBuf::from(corpus)], collection, options, None, progress)?;
    progress.begin(Phase::Checking, Some(scan.snapshots()));
    let report = Mutex::new(CheckReport::default());
    let policies: Vec<_> = scan.policies.iter().collect();
    policies.par_iter().try_for_each(|(key, candidates)| -> Result<()> {
        let (compared, problems) = compare_policy(index, &scan, key, candidates, progress)?;
        let mut report = report.lock().unwrap_or_else(PoisonError::into_inner);
        report.compared += compared;
        report.problems.extend(problems);
        Ok(())
    })?;
    let mut report = report.into_inner().unwrap_or_else(PoisonError::into_inner);
    report.problems.extend(
        scan.report.failed.iter().map(|failed| format!("{}: {}", failed.at, failed.reason)),
    );
    report.problems.sort();
    Ok(report)
}

fn compare_policy(
    index: &OpenIndex,
    scan: &CorpusScan,
    key: &PolicyKey,
    candidates: &[Candidate],
    progress: &dyn Progress,
) -> Result<(u64, Vec<String>)> {
    let [reader] = scan.readers.as_slice() else {
        return Err(Error::Usage("one corpus at a time".to_owned()));
    };
    let rank = index.policies().rank(key.hash());
    let stored = rank.map(|rank| index.collapsed(rank)).transpose()?.unwrap_or_default();
    let mut left: HashMap<u64, usize> = HashMap::new();
    for (number, snapshot) in stored.snapshots.iter().enumerate() {
        left.insert(snapshot.info.fingerprint, number);
    }
    let mut problems = Vec::new();
    let mut session = reader.session();
    for (_, found) in candidates {
        progress.advance(1);
        let at = reader.at(found);
        let read = session.read(found, true).map_err(|error| error.to_string());
        let text = read.and_then(|snapshot| snapshot.text.ok_or_else(|| "has no text".to_owned()));
        match (text, left.remove(&found.fingerprint)) {
            (Err(reason), _) => problems.push(format!("{at}: {reason}")),
            (Ok(text), Some(number)) if is_equal(&stored, number, &section(&text.body)) => {}
            (Ok(_), Some(_)) => problems.push(format!("{at}: the index has other clauses")),
            // Equal to another snapshot of the same second, as which it was left out.
            (Ok(text), None)
                if stored.snapshots.iter().enumerate().any(|(number, snapshot)| {
                    snapshot.info.time == found.time
                        && is_equal(&stored, number, &section(&text.body))
                }) => {}
            (Ok(_), None) => problems.push(format!("{at}: is not in the index")),
        }
    }
    for number in left.into_values() {
        let source = stored.snapshots[number].info.source.place();
        problems.push(format!("{source}: is in the index, and not in the corpus"));
    }
    Ok((candidates.len() as u64, problems))
}

/// Whether a stored snapshot has just these clauses: kind, section and identity of each.
fn is_equal(stored: &CollapsedPolicy, snapshot: usize, clauses: &[Clause]) -> bool {
    let standing = &stored.snapshots[snapshot].clauses;
    standing.len() == clauses.len()
        && standing.iter().zip(clauses).all(|(occurrence, clause)| {
            let (Some(known), Some(place)) = (
                stored.clauses.get(occurrence.clause.index()),
                stored.places.get(occurrence.place.index()),
            ) else {
                return false;
            };
            let section =
                place.section.iter().map(|&heading| stored.headings.get(heading as usize));
            place.kind == clause.kind
                && known.identity == ClauseIdentity::of(clause)
                && section.eq(clause.section.iter().map(Some))
        })
}
