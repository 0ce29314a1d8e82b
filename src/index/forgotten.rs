//! Finds the snapshots that only the index has, before a new build replaces it.
//!
//! A corpus can lose snapshots: files are deleted, histories are rewritten, disks break. An update
//! keeps them. A new build reads the corpora alone, so it would forget them. It would also forget
//! what it is not told to read: the snapshots of a corpus that is not named.
//!
//! No text is read. A snapshot is there if its fingerprint is found, or else one of its policy and
//! its archive time: a corrected text takes the place of the old one, as it does in an update.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use super::build::previous::Previous;
use super::build::scan::{Candidate, CorpusScan, ScannedCorpus};
use super::guard::guarded;
use super::store::document::{CHUNK, StoredSnapshot};
use super::store::manifest::{IndexedCorpus, KnownContent, KnownCorpus, Manifest, STANDARD_INPUT};
use super::store::policies::PolicyEntry;
use super::store::sources::CorpusPart;
use crate::error::{Error, Result};
use crate::model::{ArchiveTime, Ordinal};

/// How [`check_rebuild`] went, if nothing speaks against a new build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RebuildCheck {
    /// The corpora have every snapshot of the index.
    Complete,
    /// The index cannot be read, for this reason. As far as its manifest can be read, all of its
    /// corpora were scanned, and at its last update they had every snapshot.
    Unreadable(String),
}

/// Checks that the scanned corpora have every snapshot of the index in `dir`.
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
        return Ok(match Manifest::read(dir) {
            Err(error) if Manifest::is_at(dir) => RebuildCheck::Unreadable(error.to_string()),
            _ => RebuildCheck::Complete,
        });
    };
    let unnamed = UnnamedCorpora::new(&known, scan);
    let lost = guarded(dir, || {
        let previous = Previous::open(dir)?;
        ForgottenSearch::new(&previous, scan, &unnamed).reasons()
    });
    let (mut reasons, check) = match lost {
        Ok(reasons) => (reasons, RebuildCheck::Complete),
        Err(error) => {
            (reasons_of_manifest(&known, scan), RebuildCheck::Unreadable(error.to_string()))
        }
    };
    reasons.extend(unnamed.reasons());
    match reasons.is_empty() {
        true => Ok(check),
        false => {
            let has_unnamed = !unnamed.0.is_empty();
            Err(Error::WouldForget { path: dir.to_owned(), reasons, has_unnamed })
        }
    }
}

/// The corpora of an index that are still there and were not scanned.
struct UnnamedCorpora<'k>(Vec<&'k KnownCorpus>);

impl<'k> UnnamedCorpora<'k> {
    fn new(known: &'k KnownContent, scan: &CorpusScan) -> Self {
        let there = known.corpora.iter().filter(|corpus| is_there(&corpus.canonical));
        Self(there.filter(|corpus| !is_taken_over(corpus, known, scan)).collect())
    }

    fn has(&self, corpus: &IndexedCorpus) -> bool {
        let IndexedCorpus { collection, canonical, .. } = corpus;
        self.0.iter().any(|own| own.collection == *collection && own.canonical == *canonical)
    }

    fn reasons(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(|KnownCorpus { path, collection, .. }| {
            format!("its corpus `{path}` (collection {collection}) is not named")
        })
    }
}

/// Whether the scan has a corpus in its collection, or in one in which the index does not have it
/// and to which it was moved.
fn is_taken_over(corpus: &KnownCorpus, known: &KnownContent, scan: &CorpusScan) -> bool {
    let mut scanned = scan.corpora.iter().filter(|scanned| is_at(corpus, scanned));
    scanned.any(|scanned| {
        let mut others = known.corpora.iter().filter(|other| is_at(other, scanned));
        corpus.collection == scanned.collection
            || others.all(|other| other.collection != scanned.collection)
    })
}

/// Whether this corpus is at the place of a scanned one. Old manifests know it by its name alone.
fn is_at(corpus: &KnownCorpus, scanned: &ScannedCorpus) -> bool {
    scanned.canonical == corpus.canonical || scanned.path.as_os_str() == &*corpus.canonical
}

/// What a manifest says about snapshots that corpora have lost.
fn reasons_of_manifest(known: &KnownContent, scan: &CorpusScan) -> Vec<String> {
    let vanished = (known.vanished > 0).then(|| {
        format!("its corpora no longer had {} of them at its last update", known.vanished)
    });
    let gone = known.corpora.iter().filter(|corpus| is_gone(corpus, scan));
    let gone = gone.map(|corpus| format!("its corpus `{}` is no longer there", corpus.path));
    vanished.into_iter().chain(gone).collect()
}

/// Whether a corpus can no longer be read and was not scanned under its name. A corpus that was
/// moved with its index has its old name and another place.
fn is_gone(corpus: &KnownCorpus, scan: &CorpusScan) -> bool {
    let mut scanned = scan.corpora.iter();
    !is_there(&corpus.canonical)
        && !scanned.any(|other| is_at(corpus, other) || other.path.as_os_str() == &*corpus.path)
}

/// Whether a corpus at this path can be read again.
fn is_there(canonical: &str) -> bool {
    canonical != STANDARD_INPUT && Path::new(canonical).exists()
}

/// The search for snapshots of an index that no corpus has.
struct ForgottenSearch<'f> {
    previous: &'f Previous,
    scan: &'f CorpusScan,
    /// The number in the index of each scanned corpus.
    numbers: Vec<u32>,
    /// The numbers of the corpora that are there and were not scanned, which are named as such.
    unnamed: HashSet<u32>,
    /// The fingerprints of all snapshots that were found.
    fingerprints: HashSet<u64>,
}

impl<'f> ForgottenSearch<'f> {
    fn new(previous: &'f Previous, scan: &'f CorpusScan, unnamed: &UnnamedCorpora<'_>) -> Self {
        let manifest = previous.index.manifest();
        let unnamed = manifest.corpora.iter().filter(|corpus| unnamed.has(corpus));
        let unnamed = unnamed.map(|corpus| corpus.number).collect();
        let fingerprints = scan.policies.values().flatten();
        let fingerprints = fingerprints.map(|candidate| candidate.found.fingerprint).collect();
        Self { previous, scan, numbers: scan.numbers(Some(manifest)), unnamed, fingerprints }
    }

    /// What the corpora no longer have, in words.
    fn reasons(&self) -> Result<Vec<String>> {
        let mut counts: BTreeMap<u32, u64> = BTreeMap::new();
        for entry in &self.previous.policies {
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
            if self.unnamed.contains(&record.corpus)
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
        if self.unnamed.contains(&part.corpus) {
            return true;
        }
        let mut found = CorpusPart { corpus: part.corpus, ..CorpusPart::default() };
        for candidate in candidates.iter().filter(|c| self.numbers[c.reader] == part.corpus) {
            found.add(candidate.found.fingerprint, candidate.order);
        }
        found == *part
    }
}
