//! Finds the snapshots that only the index has, before a new build replaces it.
//!
//! A corpus can lose snapshots: files are deleted, histories are rewritten, disks break. An update
//! keeps them. A new build reads the corpora alone, so it would forget them.
//!
//! No text is read. A snapshot is there if its fingerprint is found, or else one of its policy and
//! its archive time: a corrected text takes the place of the old one, as it does in an update.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use super::build::previous::Previous;
use super::build::scan::{Candidate, CorpusScan, STANDARD_INPUT};
use super::guard::guarded;
use super::store::document::{CHUNK, StoredSnapshot};
use super::store::manifest::{IndexedCorpus, KnownContent, Manifest};
use super::store::policies::PolicyEntry;
use super::store::sources::CorpusPart;
use crate::error::{Error, Result};
use crate::model::{ArchiveTime, Ordinal};

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
    let Some(known) = Manifest::content_of_any_version(dir) else {
        return Ok(RebuildCheck::Complete);
    };
    let forgotten = guarded(dir, || {
        let previous = Previous::open(dir)?;
        ForgottenSearch::new(&previous, scan).reasons()
    });
    let reasons = match forgotten {
        Ok(reasons) => reasons,
        Err(error) => match reasons_of_manifest(&known, scan) {
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

/// The search for snapshots of an index that no corpus has.
struct ForgottenSearch<'f> {
    previous: &'f Previous,
    scan: &'f CorpusScan,
    /// The number in the index of each scanned corpus.
    numbers: Vec<u32>,
    /// The numbers of the corpora that were not scanned and are still there.
    elsewhere: HashSet<u32>,
    /// The fingerprints of all snapshots that were found.
    fingerprints: HashSet<u64>,
}

impl<'f> ForgottenSearch<'f> {
    fn new(previous: &'f Previous, scan: &'f CorpusScan) -> Self {
        let manifest = previous.index.manifest();
        let numbers = scan.numbers(Some(manifest));
        let is_elsewhere = |corpus: &&IndexedCorpus| {
            !numbers.contains(&corpus.number) && !is_gone(&corpus.canonical, scan)
        };
        let elsewhere = manifest.corpora.iter().filter(is_elsewhere);
        let elsewhere = elsewhere.map(|corpus| corpus.number).collect();
        let fingerprints = scan.policies.values().flatten();
        let fingerprints = fingerprints.map(|candidate| candidate.found.fingerprint).collect();
        Self { previous, scan, numbers, elsewhere, fingerprints }
    }

    /// What the corpora do not have, in words.
    fn reasons(&self) -> Result<Vec<String>> {
        let mut counts: BTreeMap<u32, u64> = BTreeMap::new();
        for entry in self.previous.index.policies().entries() {
            self.count(entry, &mut counts)?;
        }
        Ok(counts.into_iter().map(|(number, count)| self.reason(number, count)).collect())
    }

    fn reason(&self, number: u32, count: u64) -> String {
        let corpora = &self.previous.index.manifest().corpora;
        let corpus = corpora.iter().find(|corpus| corpus.number == number);
        let name = corpus.map(|corpus| corpus.path.as_str()).unwrap_or_default();
        let is_twice = corpora.iter().filter(|other| other.path == name).count() > 1;
        let collection = match corpus.filter(|_| is_twice) {
            Some(corpus) => format!(" (collection {})", corpus.collection),
            None => String::new(),
        };
        let snapshots = if count == 1 { "snapshot" } else { "snapshots" };
        format!("its corpus `{name}`{collection} no longer has {count} {snapshots}")
    }

    /// Counts the forgotten snapshots of a policy by number of their corpus.
    fn count(&self, entry: &PolicyEntry, counts: &mut BTreeMap<u32, u64>) -> Result<()> {
        let sources = self.previous.sources(entry.hash).into_iter();
        let candidates = self.scan.policies.get(&entry.key).map(Vec::as_slice).unwrap_or_default();
        if sources.flat_map(|sources| &sources.corpora).all(|part| self.has_all(part, candidates)) {
            return Ok(());
        }
        let stored = self.snapshots(entry)?;
        let known: HashSet<u64> = stored.iter().map(|stored| stored.info.fingerprint).collect();
        // The times of snapshots with another fingerprint, by corpus: a file that was touched, a
        // commit that was rewritten, a row that was corrected.
        let mut times: BTreeMap<(u32, ArchiveTime), u64> = BTreeMap::new();
        for Candidate { reader, found, .. } in candidates {
            if !known.contains(&found.fingerprint) {
                *times.entry((self.numbers[*reader], found.time)).or_default() += 1;
            }
        }
        for StoredSnapshot { info, record, .. } in &stored {
            if self.elsewhere.contains(&record.corpus)
                || self.fingerprints.contains(&info.fingerprint)
            {
                continue;
            }
            match times.get_mut(&(record.corpus, info.time)).filter(|left| **left > 0) {
                Some(left) => *left -= 1,
                None => *counts.entry(record.corpus).or_default() += 1,
            }
        }
        Ok(())
    }

    /// The snapshots of a policy in the index.
    fn snapshots(&self, entry: &PolicyEntry) -> Result<Vec<StoredSnapshot>> {
        let index = &self.previous.index;
        let policy = index.policy_address(entry.hash)?;
        let mut stored = Vec::with_capacity(entry.snapshots as usize);
        for first in (0..entry.snapshots).step_by(CHUNK).map(Ordinal::new) {
            stored.extend(index.chunk(policy, first)?.snapshots);
        }
        Ok(stored)
    }

    /// Whether the corpus of this part still has all its snapshots.
    fn has_all(&self, part: &CorpusPart, candidates: &[Candidate]) -> bool {
        if self.elsewhere.contains(&part.corpus) {
            return true;
        }
        let mut found = CorpusPart { corpus: part.corpus, ..CorpusPart::default() };
        for candidate in candidates.iter().filter(|c| self.numbers[c.reader] == part.corpus) {
            found.add(candidate.found.fingerprint, candidate.order);
        }
        found == *part
    }
}
