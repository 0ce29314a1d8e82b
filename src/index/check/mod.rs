//! Checks an index, for `fineprint check`.
//!
//! [`file_sums`] compares the files with their checksums, [`consistency`] compares the tables with
//! each other, [`counts`] compares the manifest with the tables, and [`against`] compares the index
//! with a corpus.

mod against;
mod check_report;
mod consistency;
mod counts;
mod file_sums;

use std::path::Path;

pub use against::check_against;
pub use check_report::CheckReport;

use self::file_sums::OpenedFiles;
use super::open::OpenIndex;
use super::store::manifest::Manifest;
use super::store::sources::SourceTable;
use super::strays::{StrayFile, stray_files};
use crate::error::Result;
use crate::progress::{Phase, Progress};

/// Checks the index in the folder `dir`: its files against their checksums, its tables against each
/// other, and the counts of its manifest.
///
/// # Errors
///
/// There is no index, other versions than this program's wrote it, or the system fails.
pub fn check(dir: &Path, progress: &dyn Progress) -> Result<CheckReport> {
    let CheckedIndex { manifest, files, index, strays } = CheckedIndex::open(dir)?;
    progress.begin(Phase::Checking, Some(manifest.counts.policies));
    let mut report = CheckReport {
        files: manifest.files.len() as u64,
        problems: files.problems()?,
        strays: strays?,
        ..CheckReport::default()
    };
    // The content of damaged files would only give further problems of the same cause.
    if report.problems.is_empty() {
        let (index, sources) = index?;
        report.problems = index.guard(|| {
            let mut problems = consistency::check_policies(&index, &sources, progress)?;
            problems.extend(counts::check_counts(&index, &sources)?);
            Ok(problems)
        })?;
    }
    Ok(report)
}

/// Whether all files of the index in the folder `dir` with this manifest are as they were written.
pub(super) fn has_sound_files(dir: &Path, manifest: &Manifest) -> bool {
    let files = OpenedFiles::open(&dir.join(&manifest.generation), manifest);
    files.problems().is_ok_and(|problems| problems.is_empty())
}

/// An index all of whose files are open, so that a build may replace it while it is checked.
struct CheckedIndex {
    manifest: Manifest,
    files: OpenedFiles,
    index: Result<(OpenIndex, SourceTable)>,
    strays: Result<Vec<StrayFile>>,
}

impl CheckedIndex {
    fn open(dir: &Path) -> Result<Self> {
        let mut manifest = Manifest::read(dir)?;
        loop {
            let opened = Self::of(dir, manifest);
            if opened.is_complete() {
                return Ok(opened);
            }
            // A build may have replaced the generation since the manifest was read.
            let newer = Manifest::read(dir)?;
            if newer.generation == opened.manifest.generation {
                return Ok(opened);
            }
            manifest = newer;
        }
    }

    fn of(dir: &Path, manifest: Manifest) -> Self {
        let files = OpenedFiles::open(&dir.join(&manifest.generation), &manifest);
        let index = OpenIndex::open_written(dir, &manifest).and_then(|index| {
            let sources = index.sources()?;
            Ok((index, sources))
        });
        let strays = stray_files(dir, &manifest);
        Self { manifest, files, index, strays }
    }

    fn is_complete(&self) -> bool {
        self.files.are_complete() && self.index.is_ok() && self.strays.is_ok()
    }
}
