//! Scanning corpora: what will be indexed, what will not, and why.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::manifest::{IndexedCorpus, Manifest};
use crate::corpus::{
    self, CorpusExtent, CorpusNotice, CorpusReader, FoundSnapshot, ReadOptions, SeenInput,
    SkipReason,
};
use crate::error::{Error, Result};
use crate::model::{Clause, PolicyKey};
use crate::progress::{Phase, Progress};
use crate::section::section;

/// How many paths of each reason are kept as examples.
const EXAMPLES: usize = 3;

/// The path that means standard input, which is there only once.
const STANDARD_INPUT: &str = "-";

/// An input that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadFailure {
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
    /// Snapshots that were read and are in the index.
    pub indexed: u64,
    /// Snapshots that the index had already.
    pub unchanged: u64,
    /// Left out by rule.
    pub skipped: BTreeMap<SkipReason, Tally>,
    /// Could not be read.
    pub failed: Vec<ReadFailure>,
    /// What is to be known besides; counted apart from the inputs.
    pub notices: BTreeMap<CorpusNotice, Tally>,
    /// Snapshots per reader.
    pub readers: BTreeMap<&'static str, u64>,
    /// Snapshots that stay in the index though their corpora have them no more; no inputs.
    pub vanished: u64,
    /// Snapshots that were taken out of the index; no inputs.
    pub removed: u64,
}

impl IngestReport {
    /// Whether the counters add up to what was seen.
    pub fn adds_up(&self) -> bool {
        self.seen
            == self.indexed
                + self.unchanged
                + self.skipped.values().map(|tally| tally.count).sum::<u64>()
                + self.failed.len() as u64
    }

    /// Adds what was counted apart.
    pub(super) fn merge(&mut self, other: IngestReport) {
        self.seen += other.seen;
        self.indexed += other.indexed;
        self.unchanged += other.unchanged;
        self.vanished += other.vanished;
        self.removed += other.removed;
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

    pub(super) fn skip(&mut self, skip: SkipReason, at: String) {
        self.skipped.entry(skip).or_default().add(at);
    }

    pub(super) fn note(&mut self, notice: CorpusNotice, at: String) {
        self.notices.entry(notice).or_default().add(at);
    }

    pub(super) fn fail(&mut self, at: String, reason: String) {
        self.failed.push(ReadFailure { at, reason });
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

    pub(super) fn add(&mut self, at: String) {
        self.merge(Tally { count: 1, examples: vec![at] });
    }

    /// The examples do not depend on what was counted first: threads count in any order.
    pub(super) fn merge(&mut self, other: Tally) {
        self.count += other.count;
        self.examples.extend(other.examples);
        self.examples.sort();
        self.examples.truncate(EXAMPLES);
    }
}

/// A snapshot and the reader (by number) that found it.
pub(super) type Candidate = (usize, FoundSnapshot);

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

/// A corpus as it was scanned.
pub(super) struct ScannedCorpus {
    /// As it was named.
    pub path: PathBuf,
    /// Without links and dots; as it was named where the system does not say.
    pub canonical: String,
    pub collection: String,
    pub options: ReadOptions,
    pub extent: CorpusExtent,
    pub state: Option<String>,
    /// Whether it is read otherwise than it was: nothing of what the index has of it is taken over then.
    pub is_read_anew: bool,
    /// What was met in it.
    pub report: IngestReport,
}

/// What was found in one or more corpora.
pub struct CorpusScan {
    pub(super) readers: Vec<Box<dyn CorpusReader>>,
    pub(super) corpora: Vec<ScannedCorpus>,
    pub(super) policies: BTreeMap<PolicyKey, Vec<Candidate>>,
    /// So far: `indexed` counts what was found and is corrected as texts are read.
    pub report: IngestReport,
    /// The generation of the index whose corpora were only scanned for changes.
    pub(super) base: Option<String>,
}

impl CorpusScan {
    /// Scans corpora. A folder that is the root of a git work tree is read as the history of its repository.
    ///
    /// # Errors
    ///
    /// A corpus is missing, cannot be read, is empty or holds no policy.
    pub fn new(corpora: &[PathBuf], collection: &str, progress: &dyn Progress) -> Result<Self> {
        Self::with_options(corpora, collection, &ReadOptions::default(), None, progress)
    }

    /// Scans corpora as these options say; for changes, where the index of `base` has the corpus and that is cheap to tell.
    ///
    /// # Errors
    ///
    /// As [`CorpusScan::new`], and an option that cannot be.
    pub fn with_options(
        corpora: &[PathBuf],
        collection: &str,
        options: &ReadOptions,
        base: Option<&Manifest>,
        progress: &dyn Progress,
    ) -> Result<Self> {
        let mut scan = Self::nothing(base);
        progress.begin(Phase::Scanning, None);
        for corpus in corpora {
            scan.add(corpus, collection, options, base, progress)?;
        }
        Ok(scan)
    }

    /// Scans the corpora of an index again, as they were named and read.
    ///
    /// # Errors
    ///
    /// As [`CorpusScan::new`].
    pub fn again(base: &Manifest, progress: &dyn Progress) -> Result<Self> {
        let mut scan = Self::nothing(Some(base));
        progress.begin(Phase::Scanning, None);
        for corpus in base.corpora.iter().filter(|corpus| corpus.path != STANDARD_INPUT) {
            scan.add(
                Path::new(&corpus.path),
                &corpus.collection,
                &corpus.options,
                Some(base),
                progress,
            )?;
        }
        Ok(scan)
    }

    /// A scan of no corpus, for taking collections out of an index.
    pub fn nothing(base: Option<&Manifest>) -> Self {
        Self {
            readers: Vec::new(),
            corpora: Vec::new(),
            policies: BTreeMap::new(),
            report: IngestReport::default(),
            base: base.map(|base| base.generation.clone()),
        }
    }

    fn add(
        &mut self,
        path: &Path,
        collection: &str,
        options: &ReadOptions,
        base: Option<&Manifest>,
        progress: &dyn Progress,
    ) -> Result<()> {
        let reader = corpus::open(path, options)?;
        let canonical = canonical(path);
        let is_twin = |other: &ScannedCorpus| {
            (&*other.collection, &other.canonical) == (collection, &canonical)
        };
        if self.corpora.iter().any(is_twin) {
            // Named twice, it is still one corpus.
            return Ok(());
        }
        let is_known = |corpus: &&IndexedCorpus| corpus.is(collection, path, &canonical);
        let known = base.and_then(|base| base.corpora.iter().find(is_known));
        let mut corpus = ScannedCorpus {
            path: path.to_owned(),
            collection: collection.to_owned(),
            options: options.clone(),
            extent: CorpusExtent::Whole,
            state: None,
            is_read_anew: known
                .is_some_and(|known| known.reader != reader.name() || known.options != *options),
            report: IngestReport::default(),
            canonical,
        };
        // What could not be read the last time may be readable now, and what has vanished may be back or go: then all is met again.
        let has_vanished = base.is_some_and(|base| base.inputs.vanished > 0);
        let comparable = known.filter(|known| {
            !corpus.is_read_anew && known.met.unreadable.count == 0 && !has_vanished
        });
        let number = self.readers.len();
        let (policies, report) = (&mut self.policies, &mut corpus.report);
        let mut sink = |seen: SeenInput| {
            if !matches!(seen, SeenInput::Noted(..)) {
                report.seen += 1;
                progress.advance(1);
            }
            match seen {
                SeenInput::Found { company, policy_type, found } => {
                    report.indexed += 1;
                    *report.readers.entry(reader.name()).or_default() += 1;
                    let key = PolicyKey { company, policy_type, collection: collection.to_owned() };
                    policies.entry(key).or_default().push((number, *found));
                }
                SeenInput::Skipped(at, skip) => report.skip(skip, at),
                SeenInput::Failed(at, reason) => report.fail(at, reason),
                SeenInput::Noted(at, notice) => report.note(notice, at),
            }
        };
        corpus.extent = match comparable.and_then(|known| known.state.as_deref()) {
            Some(state) => reader.scan_since(state, &mut sink)?,
            None => {
                reader.scan(&mut sink)?;
                CorpusExtent::Whole
            }
        };
        // What comes through standard input is added to what came before.
        if path.as_os_str() == STANDARD_INPUT {
            corpus.extent = if known.is_some() { CorpusExtent::Added } else { CorpusExtent::Whole };
        }
        corpus.state = match corpus.extent {
            CorpusExtent::Unchanged => known.and_then(|known| known.state.clone()),
            CorpusExtent::Added | CorpusExtent::Whole => reader.state(),
        };
        if corpus.report.indexed == 0 && known.is_none() {
            return Err(no_policy(path, &corpus.report));
        }
        self.report.merge(corpus.report.clone());
        if let (CorpusExtent::Unchanged | CorpusExtent::Added, Some(known)) = (corpus.extent, known)
        {
            self.report.merge(known.met.report());
        }
        self.readers.push(reader);
        self.corpora.push(corpus);
        Ok(())
    }

    /// The number of each corpus in the index that `base` is of: the one that it has, or the next.
    pub(super) fn numbers(&self, base: Option<&Manifest>) -> Vec<u32> {
        let known = base.map_or(&[][..], |base| &base.corpora);
        let next = known.iter().map(|corpus| corpus.number + 1).max().unwrap_or(0);
        let mut new = next..;
        let number = |corpus: &ScannedCorpus| {
            let same = known
                .iter()
                .find(|known| known.is(&corpus.collection, &corpus.path, &corpus.canonical));
            same.map(|known| known.number).or_else(|| new.next()).unwrap_or(u32::MAX)
        };
        self.corpora.iter().map(number).collect()
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
        chosen
            .filter_map(|(key, candidates)| self.sample(&key.company, candidates.first()?))
            .collect()
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
}

fn canonical(path: &Path) -> String {
    path.canonicalize().unwrap_or_else(|_| path.to_owned()).to_string_lossy().into_owned()
}

fn no_policy(corpus: &Path, report: &IngestReport) -> Error {
    let seen = report.seen;
    let most_skipped = report.skipped.iter().map(|(skip, tally)| (tally.count, *skip)).max();
    let message = match (report.failed.as_slice(), seen) {
        ([first, ..], _) => {
            let path = Path::new(&first.at).strip_prefix(corpus).unwrap_or(Path::new(&first.at));
            let is_corpus = path.as_os_str().is_empty() || path == corpus;
            let at = if is_corpus { String::new() } else { format!("{}: ", path.display()) };
            format!("nothing to index: {at}{}", first.reason)
        }
        ([], 0) => "nothing to index: the folder is empty".to_owned(),
        ([], _) if most_skipped.is_some_and(|(_, skip)| skip == SkipReason::NotFetched) => {
            format!(
                "nothing to index: {seen} inputs, most of them {}",
                SkipReason::NotFetched.reason()
            )
        }
        ([], _) => format!(
            "nothing to index: none of {seen} inputs says whose policy it is and of when, by a Princeton-Leuven header \
             or front matter; if their paths do, say how: --path '{{company}}/{{date}}.md'"
        ),
    };
    Error::Corpus { path: corpus.to_owned(), message }
}
