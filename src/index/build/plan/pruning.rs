//! Decides which corpora may be pruned: nothing is removed because it could not be read.

use std::collections::BTreeMap;

use crate::corpus::{CorpusNotice, SkipReason};
use crate::error::{Error, Result};
use crate::index::build::options::PruneMode;
use crate::index::build::scan::{CorpusScan, ScannedCorpus};
use crate::index::report::{IncompleteCorpus, IngestReport, Tally};
use crate::index::store::manifest::InputCounts;

/// Why a corpus with the pointers of Git LFS or git-annex is incomplete.
const NOT_FETCHED: &str = "the contents of some of its files were not fetched";

/// What an update prunes.
#[derive(Debug, Clone)]
pub(in crate::index::build) struct Pruning {
    mode: PruneMode,
    /// The corpora of which not everything was read, by position in the scan, each with the reason.
    incomplete: BTreeMap<usize, String>,
}

impl Pruning {
    /// What the scan alone tells.
    pub fn new(mode: PruneMode, scan: &CorpusScan) -> Self {
        let corpora = scan.corpora.iter().enumerate();
        let incomplete = corpora.filter_map(|(at, corpus)| Some((at, reason_of_scan(corpus)?)));
        Self { mode, incomplete: incomplete.collect() }
    }

    /// Whether snapshots are removed that this corpus of the scan no longer contains.
    pub fn removes_from(&self, corpus: usize) -> bool {
        match self.mode {
            PruneMode::Nothing => false,
            PruneMode::CompleteCorpora => !self.incomplete.contains_key(&corpus),
            PruneMode::AllCorpora => true,
        }
    }

    /// Adds the inputs that turned out to be unreadable when their texts were read, of each corpus
    /// of the scan. Returns whether a corpus must not be pruned that was pruned so far.
    pub fn add_unread(&mut self, unread: &[InputCounts]) -> bool {
        let mut is_changed = false;
        for (corpus, counts) in unread.iter().enumerate() {
            if let Some(reason) = reason_of_texts(counts) {
                is_changed |= self.mode != PruneMode::AllCorpora && self.removes_from(corpus);
                self.incomplete.entry(corpus).or_insert(reason);
            }
        }
        is_changed
    }

    /// Refuses to take over nothing of a corpus, because it is read in another way than before, if
    /// less of it was read than the index has. `stored` is the number of snapshots that the index
    /// has of a corpus of the scan, and `unread` how its texts ended.
    ///
    /// # Errors
    ///
    /// There is such a corpus.
    pub fn check_read_anew(
        &self,
        scan: &CorpusScan,
        stored: impl Fn(usize) -> u64,
        unread: &[InputCounts],
    ) -> Result<()> {
        let anew = scan.corpora.iter().enumerate().filter(|(_, corpus)| corpus.is_read_anew);
        for (at, corpus) in anew.filter(|_| self.mode != PruneMode::AllCorpora) {
            let failures = unread.get(at).map_or(0, |counts| counts.unreadable.count);
            if let Some(reason) = self.incomplete.get(&at)
                && corpus.report.indexed.saturating_sub(failures) < stored(at)
            {
                let (path, reason) = (corpus.path.clone(), reason.clone());
                return Err(Error::ReadAnew { path, reason });
            }
        }
        Ok(())
    }

    /// The incomplete corpora, for the report.
    pub fn incomplete_corpora(&self, scan: &CorpusScan) -> Vec<IncompleteCorpus> {
        let corpora = self.incomplete.iter().filter_map(|(&at, reason)| {
            let path = scan.corpora.get(at)?.path.display().to_string();
            Some(IncompleteCorpus { corpus: path, reason: reason.clone() })
        });
        corpora.collect()
    }
}

/// Why a scan did not see everything that its corpus had. `None`: it did.
fn reason_of_scan(corpus: &ScannedCorpus) -> Option<String> {
    let report = &corpus.report;
    let failures = report.unreadable();
    let first = report.failed.first().map(|failure| format!("{}: {}", failure.at, failure.reason));
    if let Some(reason) = unreadable(failures, first.as_ref()) {
        return Some(reason);
    }
    if corpus.is_scanned_whole() && report.indexed == 0 {
        return Some("no snapshot was found in it".to_owned());
    }
    not_fetched(report).map(str::to_owned)
}

/// Why not every text of a corpus was read. `None`: each was.
fn reason_of_texts(counts: &InputCounts) -> Option<String> {
    let InputCounts { unreadable: Tally { count, examples }, skipped, .. } = counts;
    let is_pointer = skipped.contains_key(SkipReason::ContentNotFetched.reason());
    unreadable(*count, examples.first()).or_else(|| is_pointer.then(|| NOT_FETCHED.to_owned()))
}

fn unreadable(count: u64, first: Option<&String>) -> Option<String> {
    let first = first?;
    match count {
        0 => None,
        1 => Some(format!("an input could not be read ({first})")),
        _ => Some(format!("{count} inputs could not be read (such as {first})")),
    }
}

/// Which part of a corpus this machine does not have, though the corpus may have it.
fn not_fetched(report: &IngestReport) -> Option<&'static str> {
    if report.notices.contains_key(&CorpusNotice::Shallow) {
        Some("its clone is shallow, so older snapshots are missing")
    } else if report.skipped.contains_key(&SkipReason::NotFetched) {
        Some("its clone does not have all texts")
    } else if report.skipped.contains_key(&SkipReason::ContentNotFetched) {
        Some(NOT_FETCHED)
    } else if report.skipped.contains_key(&SkipReason::BrokenLink) {
        Some("symbolic links in it lead to nothing")
    } else {
        None
    }
}
