//! Scanning corpora: what will be indexed, what will not, and why.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::corpus::{self, Found, Reader, Seen, Skip};
use crate::error::{Error, Result};
use crate::model::{Clause, PolicyKey};
use crate::progress::{Phase, Progress};
use crate::section::section;

/// How many paths of each reason are kept as examples.
const EXAMPLES: usize = 3;

/// An input that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Where it is.
    pub path: PathBuf,
    /// Why, in one line.
    pub reason: String,
}

/// How every input ended. Each is in exactly one counter.
#[derive(Debug, Clone, Default)]
pub struct IngestReport {
    /// Inputs met.
    pub seen: u64,
    /// Snapshots in the index.
    pub indexed: u64,
    /// Left out by rule.
    pub skipped: BTreeMap<Skip, u64>,
    /// The first few paths of each reason.
    pub examples: BTreeMap<Skip, Vec<PathBuf>>,
    /// Could not be read.
    pub failed: Vec<Failure>,
    /// Of the indexed: read as windows-1252, because they are not UTF-8.
    pub windows_1252: u64,
    /// Snapshots per reader.
    pub readers: BTreeMap<&'static str, u64>,
}

impl IngestReport {
    /// Whether the counters add up to what was seen.
    pub fn adds_up(&self) -> bool {
        self.seen == self.indexed + self.skipped.values().sum::<u64>() + self.failed.len() as u64
    }

    pub(super) fn skip(&mut self, path: PathBuf, skip: Skip) {
        *self.skipped.entry(skip).or_default() += 1;
        let examples = self.examples.entry(skip).or_default();
        if examples.len() < EXAMPLES {
            examples.push(path);
        }
    }
}

/// A snapshot and the reader (by number) that found it.
pub(super) type Candidate = (usize, Found);

/// A clause shown before anything is indexed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleClause {
    /// Whose policy it stands in.
    pub company: String,
    /// The archive date of the snapshot.
    pub archive_date: String,
    /// The clause.
    pub clause: Clause,
}

/// What was found in one or more corpora.
pub struct Scan {
    pub(super) readers: Vec<Box<dyn Reader>>,
    pub(super) corpora: Vec<PathBuf>,
    pub(super) policies: BTreeMap<PolicyKey, Vec<Candidate>>,
    /// So far: `indexed` counts what was found and is corrected as texts are read.
    pub report: IngestReport,
    fingerprints: Vec<blake3::Hasher>,
}

impl Scan {
    /// Scans corpora.
    ///
    /// # Errors
    ///
    /// A corpus is missing, cannot be read, is empty or holds no policy.
    pub fn new(corpora: &[PathBuf], collection: &str, progress: &dyn Progress) -> Result<Self> {
        let mut scan = Self {
            readers: Vec::new(),
            corpora: corpora.to_vec(),
            policies: BTreeMap::new(),
            report: IngestReport::default(),
            fingerprints: Vec::new(),
        };
        progress.begin(Phase::Scanning, None);
        for corpus in corpora {
            scan.add(corpus, collection, progress)?;
        }
        Ok(scan)
    }

    fn add(&mut self, corpus: &Path, collection: &str, progress: &dyn Progress) -> Result<()> {
        let reader = corpus::open(corpus)?;
        let (seen_before, indexed_before) = (self.report.seen, self.report.indexed);
        let failed_before = self.report.failed.len();
        let number = self.readers.len();
        let mut fingerprint = blake3::Hasher::new();
        reader.scan(&mut |seen| {
            self.report.seen += 1;
            progress.advance(1);
            match seen {
                Seen::Found(found) => {
                    update(&mut fingerprint, &found);
                    self.report.indexed += 1;
                    *self.report.readers.entry(reader.name()).or_default() += 1;
                    let key = PolicyKey {
                        company: found.company.clone(),
                        policy_type: found.policy_type.clone(),
                        collection: collection.to_owned(),
                    };
                    self.policies.entry(key).or_default().push((number, *found));
                }
                Seen::Skipped(path, skip) => self.report.skip(path, skip),
                Seen::Failed(path, reason) => self.report.failed.push(Failure { path, reason }),
            }
        })?;
        if self.report.indexed == indexed_before {
            return Err(self.no_policy(corpus, seen_before, failed_before));
        }
        self.readers.push(reader);
        self.fingerprints.push(fingerprint);
        Ok(())
    }

    fn no_policy(&self, corpus: &Path, seen_before: u64, failed_before: usize) -> Error {
        let seen = self.report.seen - seen_before;
        let message = match (&self.report.failed[failed_before..], seen) {
            ([first, ..], _) => {
                let path =
                    first.path.strip_prefix(corpus).ok().filter(|inside| !inside.as_os_str().is_empty());
                let at = path.map(|inside| format!("{}: ", inside.display())).unwrap_or_default();
                format!("nothing to index: {at}{}", first.reason)
            }
            ([], 0) => "nothing to index: the folder is empty".to_owned(),
            ([], _) => format!(
                "nothing to index: none of {seen} inputs begins with the Princeton-Leuven header \
                 (`> *The following text is extracted and transformed from the SITE privacy policy ...`)"
            ),
        };
        Error::Corpus { path: corpus.to_owned(), message }
    }

    /// How many snapshots were found.
    pub fn snapshots(&self) -> u64 {
        self.policies.values().map(|candidates| candidates.len() as u64).sum()
    }

    /// How many policies were found.
    pub fn policies(&self) -> usize {
        self.policies.len()
    }

    /// How many policies each reader found.
    pub fn policies_by_reader(&self) -> BTreeMap<&'static str, u64> {
        let mut counts = BTreeMap::new();
        for candidates in self.policies.values() {
            let readers = candidates.iter().filter_map(|(number, _)| self.readers.get(*number));
            for name in readers.map(|reader| reader.name()).collect::<BTreeSet<_>>() {
                *counts.entry(name).or_default() += 1;
            }
        }
        counts
    }

    /// Clauses from the middle of `count` policies spread over the corpora: to see how they were cut.
    pub fn samples(&self, count: usize) -> Vec<SampleClause> {
        let step = (self.policies.len() / count.max(1)).max(1);
        let chosen = self.policies.iter().step_by(step).take(count);
        chosen.filter_map(|(key, candidates)| self.sample(&key.company, candidates.first()?)).collect()
    }

    fn sample(&self, company: &str, (reader, found): &Candidate) -> Option<SampleClause> {
        let text = self.readers.get(*reader)?.text(found).ok()?;
        let mut clauses = section(&text.body);
        if clauses.is_empty() {
            return None;
        }
        let clause = clauses.swap_remove(clauses.len() / 2);
        Some(SampleClause { company: company.to_owned(), archive_date: found.info.time.date(), clause })
    }

    /// A hash per corpus of what was found: paths, archive times, sizes and times of change.
    pub fn fingerprints(&self) -> Vec<String> {
        self.fingerprints.iter().map(|hasher| hasher.finalize().to_hex().to_string()).collect()
    }
}

fn update(fingerprint: &mut blake3::Hasher, found: &Found) {
    let (bytes, modified) = found.info.file.map_or((0, 0), |file| (file.bytes, file.modified));
    fingerprint.update(found.info.source.path.as_bytes());
    fingerprint.update(&[0]);
    fingerprint.update(&found.info.time.seconds().to_le_bytes());
    fingerprint.update(&bytes.to_le_bytes());
    fingerprint.update(&modified.to_le_bytes());
}
