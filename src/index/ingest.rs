//! Scanning corpora: what will be indexed, what will not, and why.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::corpus::{self, Found, Notice, Options, Reader, Seen, Skip};
use crate::error::{Error, Result};
use crate::model::{Clause, PolicyKey};
use crate::progress::{Phase, Progress};
use crate::section::section;

/// How many paths of each reason are kept as examples.
const EXAMPLES: usize = 3;

/// An input that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Where it is: a path, or commit and path.
    pub at: String,
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
    pub skipped: BTreeMap<Skip, Tally>,
    /// Could not be read.
    pub failed: Vec<Failure>,
    /// What is to be known besides; counted apart from the inputs.
    pub notices: BTreeMap<Notice, Tally>,
    /// Snapshots per reader.
    pub readers: BTreeMap<&'static str, u64>,
}

impl IngestReport {
    /// Whether the counters add up to what was seen.
    pub fn adds_up(&self) -> bool {
        self.seen
            == self.indexed
                + self.skipped.values().map(|tally| tally.count).sum::<u64>()
                + self.failed.len() as u64
    }

    /// Adds what was counted apart.
    pub(super) fn merge(&mut self, other: IngestReport) {
        self.seen += other.seen;
        self.indexed += other.indexed;
        for (skip, tally) in other.skipped {
            self.skipped.entry(skip).or_default().merge(tally);
        }
        self.failed.extend(other.failed);
        for (notice, tally) in other.notices {
            self.notices.entry(notice).or_default().merge(tally);
        }
        for (reader, count) in other.readers {
            *self.readers.entry(reader).or_default() += count;
        }
    }

    pub(super) fn skip(&mut self, skip: Skip, at: String) {
        self.skipped.entry(skip).or_default().add(at);
    }

    pub(super) fn note(&mut self, notice: Notice, at: String) {
        self.notices.entry(notice).or_default().add(at);
    }

    pub(super) fn fail(&mut self, at: String, reason: String) {
        self.failed.push(Failure { at, reason });
    }
}

/// How often something was met, and where first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// How often.
    pub count: u64,
    /// The first few places in the order of their names.
    pub examples: Vec<String>,
}

impl Tally {
    /// Counts what is at these places.
    pub(super) fn of(places: impl Iterator<Item = String>) -> Self {
        let examples: Vec<String> = places.collect();
        let mut tally = Self { count: examples.len() as u64, examples };
        tally.merge(Self::default());
        tally
    }

    fn add(&mut self, at: String) {
        self.merge(Tally { count: 1, examples: vec![at] });
    }

    /// The examples do not depend on what was counted first: threads count in any order.
    fn merge(&mut self, other: Tally) {
        self.count += other.count;
        self.examples.extend(other.examples);
        self.examples.sort();
        self.examples.truncate(EXAMPLES);
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
    /// Scans corpora. A folder that is the root of a git work tree is read as the history of its repository.
    ///
    /// # Errors
    ///
    /// A corpus is missing, cannot be read, is empty or holds no policy.
    pub fn new(corpora: &[PathBuf], collection: &str, progress: &dyn Progress) -> Result<Self> {
        Self::read(corpora, collection, &Options::default(), progress)
    }

    /// Scans corpora as these options say.
    ///
    /// # Errors
    ///
    /// As [`Scan::new`], and an option that cannot be.
    pub fn with_options(
        corpora: &[PathBuf],
        collection: &str,
        options: &Options,
        progress: &dyn Progress,
    ) -> Result<Self> {
        Self::read(corpora, collection, options, progress)
    }

    fn read(
        corpora: &[PathBuf],
        collection: &str,
        options: &Options,
        progress: &dyn Progress,
    ) -> Result<Self> {
        let mut scan = Self {
            readers: Vec::new(),
            corpora: corpora.to_vec(),
            policies: BTreeMap::new(),
            report: IngestReport::default(),
            fingerprints: Vec::new(),
        };
        progress.begin(Phase::Scanning, None);
        for corpus in corpora {
            scan.add(corpus, collection, options, progress)?;
        }
        Ok(scan)
    }

    fn add(
        &mut self,
        corpus: &Path,
        collection: &str,
        options: &Options,
        progress: &dyn Progress,
    ) -> Result<()> {
        let reader = corpus::open(corpus, options)?;
        let (seen_before, indexed_before) = (self.report.seen, self.report.indexed);
        let failed_before = self.report.failed.len();
        let skipped_before = self.report.skipped.clone();
        let number = self.readers.len();
        let mut fingerprint = blake3::Hasher::new();
        reader.scan(&mut |seen| {
            if !matches!(seen, Seen::Noted(..)) {
                self.report.seen += 1;
                progress.advance(1);
            }
            match seen {
                Seen::Found { company, policy_type, found } => {
                    let at = reader.at(&found);
                    // The same corpus by another name is the same.
                    let inside = at.strip_prefix(&*corpus.to_string_lossy()).unwrap_or(&at);
                    update(&mut fingerprint, inside, &found);
                    self.report.indexed += 1;
                    *self.report.readers.entry(reader.name()).or_default() += 1;
                    let key = PolicyKey { company, policy_type, collection: collection.to_owned() };
                    self.policies.entry(key).or_default().push((number, *found));
                }
                Seen::Skipped(at, skip) => self.report.skip(skip, at),
                Seen::Failed(at, reason) => self.report.fail(at, reason),
                Seen::Noted(at, notice) => self.report.note(notice, at),
            }
        })?;
        if self.report.indexed == indexed_before {
            let skipped = self.most_skipped(&skipped_before);
            return Err(self.no_policy(corpus, seen_before, failed_before, skipped));
        }
        self.readers.push(reader);
        self.fingerprints.push(fingerprint);
        Ok(())
    }

    /// The reason for which most inputs were left out since these were.
    fn most_skipped(&self, before: &BTreeMap<Skip, Tally>) -> Option<Skip> {
        let since =
            |skip: &Skip, tally: &Tally| tally.count - before.get(skip).map_or(0, |tally| tally.count);
        let counts = self.report.skipped.iter().map(|(skip, tally)| (since(skip, tally), *skip));
        counts.filter(|(count, _)| *count > 0).max().map(|(_, skip)| skip)
    }

    fn no_policy(
        &self,
        corpus: &Path,
        seen_before: u64,
        failed_before: usize,
        most_skipped: Option<Skip>,
    ) -> Error {
        let seen = self.report.seen - seen_before;
        let message = match (&self.report.failed[failed_before..], seen) {
            ([first, ..], _) => {
                let path = Path::new(&first.at).strip_prefix(corpus).unwrap_or(Path::new(&first.at));
                let is_corpus = path.as_os_str().is_empty() || path == corpus;
                let at = if is_corpus { String::new() } else { format!("{}: ", path.display()) };
                format!("nothing to index: {at}{}", first.reason)
            }
            ([], 0) => "nothing to index: the folder is empty".to_owned(),
            ([], _) if most_skipped == Some(Skip::NotFetched) => {
                format!("nothing to index: {seen} inputs, most of them {}", Skip::NotFetched.reason())
            }
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
        let snapshot = self.readers.get(*reader)?.session().read(found, true).ok()?;
        let mut clauses = section(&snapshot.text?.body);
        if clauses.is_empty() {
            return None;
        }
        let clause = clauses.swap_remove(clauses.len() / 2);
        Some(SampleClause { company: company.to_owned(), archive_date: found.time.date(), clause })
    }

    /// A hash per corpus of what was found: paths, archive times, sizes and times of change.
    pub fn fingerprints(&self) -> Vec<String> {
        self.fingerprints.iter().map(|hasher| hasher.finalize().to_hex().to_string()).collect()
    }
}

fn update(fingerprint: &mut blake3::Hasher, at: &str, found: &Found) {
    fingerprint.update(at.as_bytes());
    fingerprint.update(&[0]);
    fingerprint.update(&found.time.seconds().to_le_bytes());
    fingerprint.update(&found.fingerprint.to_le_bytes());
}
