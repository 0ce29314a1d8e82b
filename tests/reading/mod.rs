//! Tests how corpora are read: which snapshots are found, and their texts and metadata.

pub mod archives;
pub mod containers;
pub mod corpora;
pub mod encodings;
pub mod forms;
pub mod generator;
pub mod git;
pub mod ingest;
pub mod metadata;
pub mod no_texts;
pub mod options;
pub mod pages;
pub mod streams;
pub mod tables;

use std::collections::BTreeMap;

use fineprint::corpus::SkipReason;
use fineprint::index::IngestReport;

/// How many inputs a build skipped for each reason.
fn skipped(report: &IngestReport) -> BTreeMap<SkipReason, u64> {
    report.skipped.iter().map(|(skip, tally)| (*skip, tally.count)).collect()
}
