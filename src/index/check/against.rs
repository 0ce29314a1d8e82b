//! Compares an index with a corpus, snapshot by snapshot.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use super::check_report::CheckReport;
use crate::collapse::{ClauseOccurrence, CollapsedPolicy};
use crate::corpus::{CorpusReader, ReadOptions};
use crate::error::{Error, Result};
use crate::index::build::scan::{Candidate, CorpusScan, ScanContext};
use crate::index::open::OpenIndex;
use crate::model::{ArchiveTime, Clause, PolicyKey};
use crate::progress::{Phase, Progress};
use crate::section::{ClauseIdentity, section};

/// Compares an index with a corpus.
///
/// Every snapshot of the corpus is read and sectioned by itself; the index must have the same
/// clauses of it. Of the policies in the corpus, the index must have no other snapshots.
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
    let corpora = [PathBuf::from(corpus)];
    let context = ScanContext::new(progress);
    let scan = CorpusScan::with_options(&corpora, collection, options, context)?;
    let [reader] = scan.readers.as_slice() else {
        return Err(Error::Usage("one corpus at a time".to_owned()));
    };
    progress.begin(Phase::Checking, Some(scan.snapshots()));
    let report = Mutex::new(CheckReport::default());
    let policies: Vec<_> = scan.policies.iter().collect();
    policies.par_iter().try_for_each(|(key, candidates)| -> Result<()> {
        let (compared, problems) = compare_policy(index, &**reader, key, candidates, progress)?;
        let mut report = report.lock().unwrap_or_else(PoisonError::into_inner);
        report.compared += compared;
        report.problems.extend(problems);
        Ok(())
    })?;
    let mut report = report.into_inner().unwrap_or_else(PoisonError::into_inner);
    let failed = scan.report.failed.iter();
    report.problems.extend(failed.map(|failed| format!("{}: {}", failed.at, failed.reason)));
    report.problems.sort();
    Ok(report)
}

/// Compares one policy. Returns how many snapshots with a text were compared, and the problems, one
/// line each.
fn compare_policy(
    index: &OpenIndex,
    reader: &dyn CorpusReader,
    key: &PolicyKey,
    candidates: &[Candidate],
    progress: &dyn Progress,
) -> Result<(u64, Vec<String>)> {
    let stored = match index.policies().rank(key.hash())? {
        // Only the index is guarded: a fault in reading the corpus is no damage of the index.
        Some(rank) => index.guard(|| index.collapsed(rank))?,
        None => CollapsedPolicy::default(),
    };
    // Positions of the stored snapshots that were not found yet, by fingerprint.
    let mut left: HashMap<u64, usize> = HashMap::new();
    for (ordinal, snapshot) in stored.snapshots.iter().enumerate() {
        left.insert(snapshot.info.fingerprint, ordinal);
    }
    let (mut compared, mut problems) = (0, Vec::new());
    let mut session = reader.session();
    for Candidate { found, .. } in candidates {
        progress.advance(1);
        let read = session.read(found, true).map_err(|error| error.to_string());
        if read.as_ref().is_ok_and(|snapshot| snapshot.skipped.is_some()) {
            continue;
        }
        let text = read.and_then(|snapshot| snapshot.text.ok_or_else(|| "has no text".to_owned()));
        compared += 1;
        let ordinal = left.remove(&found.fingerprint);
        let problem = match text {
            Ok(text) => differs(&stored, ordinal, found.time, &section(&text.body)),
            Err(reason) => Some(reason),
        };
        problems.extend(problem.map(|problem| format!("{}: {problem}", reader.at(found))));
    }
    for ordinal in left.into_values() {
        let source = stored.snapshots[ordinal].info.source.place();
        problems.push(format!("{source}: is in the index, and not in the corpus"));
    }
    Ok((compared, problems))
}

/// How the index differs from a snapshot of a corpus with these clauses. `ordinal` is the
/// snapshot of the index with the same fingerprint.
fn differs(
    stored: &CollapsedPolicy,
    ordinal: Option<usize>,
    time: ArchiveTime,
    clauses: &[Clause],
) -> Option<String> {
    match ordinal {
        Some(ordinal) if is_equal(stored, ordinal, clauses) => None,
        Some(_) => Some("the index has other clauses".to_owned()),
        None if has_duplicate(stored, time, clauses) => None,
        None => Some("is not in the index".to_owned()),
    }
}

/// Whether a snapshot of the index has this time and these clauses, so that the other one is its
/// duplicate.
fn has_duplicate(stored: &CollapsedPolicy, time: ArchiveTime, clauses: &[Clause]) -> bool {
    let mut snapshots = stored.snapshots.iter().enumerate();
    snapshots
        .any(|(ordinal, snapshot)| snapshot.info.time == time && is_equal(stored, ordinal, clauses))
}

/// Whether a stored snapshot has exactly these clauses: the kind, section and identity of each.
fn is_equal(stored: &CollapsedPolicy, ordinal: usize, clauses: &[Clause]) -> bool {
    let known = &stored.snapshots[ordinal].clauses;
    let mut pairs = known.iter().zip(clauses);
    known.len() == clauses.len()
        && pairs.all(|(occurrence, clause)| is_equal_clause(stored, occurrence, clause))
}

/// Whether a stored clause at its place is this clause.
fn is_equal_clause(
    stored: &CollapsedPolicy,
    occurrence: &ClauseOccurrence,
    clause: &Clause,
) -> bool {
    let (Some(known), Some(place)) = (
        stored.clauses.get(occurrence.clause.index()),
        stored.places.get(occurrence.place.index()),
    ) else {
        return false;
    };
    let section = place.section.iter().map(|&heading| stored.headings.get(heading as usize));
    place.kind == clause.kind
        && known.identity == ClauseIdentity::of(clause)
        && section.eq(clause.section.iter().map(Some))
}
