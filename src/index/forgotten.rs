//! Finds the snapshots that only the index has, before a new build replaces it.
//!
//! A corpus can lose snapshots: files are deleted, histories are rewritten, disks break. An update
//! keeps them. A new build reads the corpora alone, so it would forget them.
//!
//! No text is read. A snapshot is there if its fingerprint is found, or else one of its policy and
//! its archive time: a corrected text takes the place of the old one, as it does in an update.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use super::build::scan::{Candidate, CorpusScan};
use super::guard::guarded;
use super::open::OpenIndex;
use super::store::document::{CHUNK, StoredSnapshot};
use super::store::manifest::{IndexedCorpus, KnownContent, Manifest};
use super::store::policies::PolicyEntry;
use super::store::sources::{CorpusPart, SourceTable};
use crate::error::{Error, Result};
use crate::model::{ArchiveTime, Ordinal};

/// The path that means standard input, which has gone by when it was read.
const STANDARD_INPUT: &str = "-";

/// How [`check_rebuild`] went, if nothing speaks against a new build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RebuildCheck {
    /// The corpora have every snapshot of the index.
    Complete,
    /// The index cannot be read, for this reason. All of its corpora are still there, and at its
    /// last update they had every snapshot.
    Unreadable(String),
}

/// Checks that the scanned corpora have every snapshot of the index in `dir`. Corpora of the index
/// that were not scanned but are still there count as complete.
///
/// An index that this program cannot read, such as one of an older version, is judged by its
/// manifest: by the number of snapshots that its corpora had lost at its last update, and by the
/// paths of its corpora.
///
/// # Errors
///
/// [`Error::WouldForget`] if a snapshot is only in the index, and an error if the index is damaged.
pub fn check_rebuild(dir: &Path, scan: &CorpusScan) -> Result<RebuildCheck> {
    let reasons = match (guarded(dir, || Stored::open(dir)), Manifest::content_of_any_version(dir))
    {
        (_, None) => return Ok(RebuildCheck::Complete),
        (Ok(stored), _) => stored.forgotten(scan)?,
        (Err(error), Some(known)) => match reasons_of_manifest(&known, scan) {
            reasons if reasons.is_empty() => {
                return Ok(RebuildCheck::Unreadable(error.to_string()));
            }
            reasons => reasons,
        },
    };
    match reasons.is_empty() {
        true => Ok(RebuildCheck::Complete),
        false => Err(Error::WouldForget { path: dir.to_owned(), reasons }),
    }
}

/// What a manifest says about snapshots that a new build would lose.
fn reasons_of_manifest(known: &KnownContent, scan: &CorpusScan) -> Vec<String> {
    let vanished = (known.vanished > 0).then(|| {
        format!("its corpora no longer had {} of them at its last update", known.vanished)
    });
    let is_named = |path: &str| scan.corpora.iter().any(|scanned| scanned.path.as_os_str() == path);
    // A corpus that was moved with its index has its old name and another place.
    let gone = known.corpora.iter();
    let gone = gone.filter(|(path, canonical)| is_gone(canonical, scan) && !is_named(path));
    let gone = gone.map(|(path, _)| format!("its corpus `{path}` is no longer there"));
    vanished.into_iter().chain(gone).collect()
}

/// Whether the corpus at this path was not scanned and cannot be read any more.
fn is_gone(canonical: &str, scan: &CorpusScan) -> bool {
    let is_there = canonical != STANDARD_INPUT && Path::new(canonical).exists();
    !is_there && scan.corpora.iter().all(|scanned| scanned.canonical != canonical)
}

/// The snapshots of an index.
struct Stored {
    index: OpenIndex,
    sources: SourceTable,
}

impl Stored {
    fn open(dir: &Path) -> Result<Self> {
        let index = OpenIndex::open(dir)?;
        let sources = SourceTable::read(&dir.join(&index.manifest().generation))?;
        Ok(Self { index, sources })
    }

    /// What the scanned corpora do not have.
    fn forgotten(&self, scan: &CorpusScan) -> Result<Vec<String>> {
        let corpora = &self.index.manifest().corpora;
        let fingerprints = scan.policies.values().flatten();
        let fingerprints = fingerprints.map(|candidate| candidate.found.fingerprint).collect();
        let search = ForgottenSearch { stored: self, scan, fingerprints };
        let mut counts: BTreeMap<u32, u64> = BTreeMap::new();
        for entry in self.index.policies().entries() {
            search.count(entry, &mut counts)?;
        }
        let reason = |(number, count): (u32, u64)| {
            let name = corpora.iter().find(|corpus| corpus.number == number);
            let name = name.map(|corpus| corpus.path.as_str()).unwrap_or_default();
            let snapshots = if count == 1 { "snapshot" } else { "snapshots" };
            format!("its corpus `{name}` no longer has {count} {snapshots}")
        };
        Ok(counts.into_iter().map(reason).collect())
    }
}

/// The search for snapshots of an index that no corpus has.
struct ForgottenSearch<'f> {
    stored: &'f Stored,
    scan: &'f CorpusScan,
    /// The fingerprints of all snapshots that were found.
    fingerprints: HashSet<u64>,
}

impl ForgottenSearch<'_> {
    /// Counts the forgotten snapshots of a policy by number of their corpus.
    fn count(&self, entry: &PolicyEntry, counts: &mut BTreeMap<u32, u64>) -> Result<()> {
        let Some(sources) = self.stored.sources.0.get(&entry.hash) else { return Ok(()) };
        let candidates = self.scan.policies.get(&entry.key).map(Vec::as_slice).unwrap_or_default();
        if sources.corpora.iter().all(|part| self.is_complete(part, candidates)) {
            return Ok(());
        }
        let stored = self.snapshots(entry)?;
        let known: HashSet<u64> = stored.iter().map(|stored| stored.info.fingerprint).collect();
        // The times of snapshots with another fingerprint: a file that was touched, a commit that
        // was rewritten, a row that was corrected.
        let mut times: BTreeMap<ArchiveTime, u64> = BTreeMap::new();
        for Candidate { found, .. } in candidates {
            if !known.contains(&found.fingerprint) {
                *times.entry(found.time).or_default() += 1;
            }
        }
        for StoredSnapshot { info, record, .. } in &stored {
            if self.is_elsewhere(record.corpus) || self.fingerprints.contains(&info.fingerprint) {
                continue;
            }
            match times.get_mut(&info.time).filter(|left| **left > 0) {
                Some(left) => *left -= 1,
                None => *counts.entry(record.corpus).or_default() += 1,
            }
        }
        Ok(())
    }

    /// The snapshots of a policy in the index.
    fn snapshots(&self, entry: &PolicyEntry) -> Result<Vec<StoredSnapshot>> {
        let index = &self.stored.index;
        let policy = index.policy_address(entry.hash)?;
        let mut stored = Vec::with_capacity(entry.snapshots as usize);
        for first in (0..entry.snapshots).step_by(CHUNK).map(Ordinal::new) {
            stored.extend(index.chunk(policy, first)?.snapshots);
        }
        Ok(stored)
    }

    /// Whether the corpus still has these snapshots of a policy.
    fn is_complete(&self, part: &CorpusPart, candidates: &[Candidate]) -> bool {
        let Some(corpus) = self.corpus(part.corpus) else { return false };
        let mut scanned = self.scan.corpora.iter();
        let reader = scanned.position(|scanned| scanned.canonical == corpus.canonical);
        let mut found = CorpusPart { corpus: part.corpus, ..CorpusPart::default() };
        for candidate in candidates.iter().filter(|candidate| Some(candidate.reader) == reader) {
            found.add(candidate.found.fingerprint, candidate.order);
        }
        found == *part || self.is_elsewhere(part.corpus)
    }

    fn corpus(&self, number: u32) -> Option<&IndexedCorpus> {
        self.stored.index.manifest().corpus(number)
    }

    /// Whether the corpus was not scanned and is still there.
    fn is_elsewhere(&self, number: u32) -> bool {
        let canonical = self.corpus(number).map(|corpus| corpus.canonical.as_str());
        canonical.is_some_and(|canonical| {
            let mut scanned = self.scan.corpora.iter();
            !is_gone(canonical, self.scan) && scanned.all(|scanned| scanned.canonical != canonical)
        })
    }
}
