//! Checks an index, for `fineprint check`.
//!
//! [`file_sums`] compares the files with their checksums, [`consistency`] compares the tables with
//! each other, and [`against`] compares the index with a corpus.

mod against;
mod check_report;
mod consistency;
mod file_sums;

use std::path::Path;

pub use against::check_against;
pub use check_report::CheckReport;

use super::open::OpenIndex;
use super::store::manifest::Manifest;
use super::strays::stray_files;
use crate::error::Result;
use crate::progress::{Phase, Progress};

/// Checks the index in the folder `dir`: its files against their checksums, its tables against each
/// other, and the counts of its manifest.
///
/// # Errors
///
/// There is no index, other versions than this program's wrote it, or the system fails.
pub fn check(dir: &Path, progress: &dyn Progress) -> Result<CheckReport> {
    let manifest = Manifest::read(dir)?;
    progress.begin(Phase::Checking, Some(manifest.counts.policies));
    let mut report = CheckReport {
        problems: file_sums::check_files(&dir.join(&manifest.generation), &manifest)?,
        files: manifest.files.len() as u64,
        strays: stray_files(dir, &manifest)?,
        ..CheckReport::default()
    };
    // The content of damaged files would only give further problems of the same cause.
    if report.problems.is_empty() {
        let index = OpenIndex::open(dir)?;
        report.problems = index.guard(|| consistency::check_policies(&index, progress))?;
    }
    Ok(report)
}
