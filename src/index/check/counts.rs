//! Compares the manifest and the table of shared texts with what follows from the segments and the
//! other tables.

use std::fmt::Debug;

use crate::error::Result;
use crate::index::open::OpenIndex;
use crate::index::store::derived::{DerivedCounts, length_sum, text_companies};
use crate::index::store::manifest::{IndexCounts, Manifest};
use crate::index::store::sources::SourceTable;

/// The problems of the manifest and of the table of shared texts, one line each.
///
/// # Errors
///
/// A segment cannot be read.
pub(super) fn check_counts(index: &OpenIndex, sources: &SourceTable) -> Result<Vec<String>> {
    let (manifest, searcher) = (index.manifest(), index.searcher());
    let found = DerivedCounts::of(&manifest.corpora, index.policies(), sources)?;
    let mut problems = wrong_counts(&manifest.counts, &found.counts);
    let Manifest { dates, inputs, metadata, languages, .. } = manifest;
    let lengths = length_sum(searcher).map_err(index.failed())?;
    problems.extend(other("archive dates", dates, &found.dates));
    problems.extend(other("inputs", inputs, &found.inputs));
    problems.extend(other("metadata keys", metadata, &found.metadata));
    problems.extend(other("languages", languages, &found.languages));
    problems.extend(other("tokens of clauses", &manifest.length_sum, &lengths));
    if !index.policies().is_consistent()? {
        problems.push("the table of policies contradicts itself".to_owned());
    }
    let texts = text_companies(searcher, index.policies(), index.failed())?;
    let are_same = texts.map(|texts| index.shared_texts().are(texts)).transpose();
    if are_same.map_err(index.failed())? != Some(true) {
        problems.push("the table of shared texts differs from the clauses".to_owned());
    }
    Ok(problems)
}

/// The counts in the manifest that differ from those that were found.
fn wrong_counts(counts: &IndexCounts, found: &IndexCounts) -> Vec<String> {
    let numbers = [
        ("companies", counts.companies, found.companies),
        ("policies", counts.policies, found.policies),
        ("removed policies", counts.ended, found.ended),
        ("removals of policies", counts.ends, found.ends),
        ("snapshots", counts.snapshots, found.snapshots),
        ("distinct texts", counts.texts, found.texts),
        ("clauses", counts.clauses, found.clauses),
        ("occurrences", counts.occurrences, found.occurrences),
        ("occurrences of furniture", counts.furniture, found.furniture),
        ("bytes of text", counts.bytes, found.bytes),
        ("bytes of distinct texts", counts.text_bytes, found.text_bytes),
    ];
    let wrong = numbers.iter().filter(|(_, counted, found)| found != counted);
    let lines = wrong.map(|(what, counted, found)| {
        format!("the manifest counts {counted} {what}, there are {found}")
    });
    lines.collect()
}

/// The problem of a value in the manifest that differs from the one that was found.
fn other<T: Debug + PartialEq>(what: &str, written: &T, found: &T) -> Option<String> {
    (written != found).then(|| format!("the manifest has other {what} than the tables"))
}
