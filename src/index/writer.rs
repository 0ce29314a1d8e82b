//! Building and updating an index: rayon reads, sections and collapses policies, one tantivy writer takes their documents.
//!
//! The unit of parallel work and of update is the policy with all its snapshots, the largest first: sizes are very skewed. The writer has one
//! thread (two measured slower) and keeps a policy's documents together. What is written goes into a new generation, which begins with the
//! files of the current one; nothing is visible before the manifest is replaced.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rayon::iter::{ParallelBridge, ParallelIterator};
use tantivy::Term;
use tantivy::indexer::UserOperation;

use super::OpenIndex;
use super::document::documents;
use super::generation::{Generation, changed, replace_manifest, tidy};
use super::ingest::{CorpusScan, IngestReport, Tally};
use super::manifest::Manifest;
use super::plan::{Job, Plan, Planner, Previous};
use super::policies::PolicyEntry;
use super::queue::queued;
use super::reading::{PolicyRead, PolicyReader};
use super::room::Semaphore;
use super::segments::Segments;
use super::sources::{PolicySources, SourceTable};
use super::summary::Summary;
use crate::error::{Error, Result};
use crate::progress::{Phase, Progress};

/// What a process that builds may take unless it is told otherwise: 1 GiB.
const MEMORY: u64 = 1 << 30;

/// About what a snapshot takes while its policy is read: measured on policies of 15,000 snapshots, where it matters. The largest policies
/// come first and would be read side by side.
const SNAPSHOT_BYTES: u64 = 24 << 10;

/// What to build.
#[derive(Debug, Clone, Default)]
pub struct BuildOptions {
    /// The index folder.
    pub index: PathBuf,
    /// Threads that read and section; 0: as many as there are cores.
    pub threads: usize,
    /// Start over: nothing of what is there is taken over.
    pub rebuild: bool,
    /// Take out what the scanned corpora have no more.
    pub prune: bool,
    /// Collections to take out.
    pub remove: Vec<String>,
    /// About how much memory to take, in bytes; `None`: 1 GiB.
    pub memory: Option<u64>,
}

/// Brings the index up to date with what was scanned, or makes it: only policies that differ are written, and nothing at all if none does.
///
/// Inputs that cannot be read are in the report; the rest is indexed. On any error the folder is as before.
///
/// # Errors
///
/// The folder holds something else, an index of another version or a damaged one, or another process writes there; writing fails; none
/// of the texts can be read.
pub fn build(
    scan: CorpusScan,
    options: &BuildOptions,
    progress: &dyn Progress,
) -> Result<(Manifest, IngestReport)> {
    let dir = &options.index;
    let previous =
        if options.rebuild || !Manifest::exists(dir) { None } else { Some(Previous::open(dir)?) };
    let base = previous.as_ref().map(|previous| previous.index.manifest());
    if scan.base.is_some() && scan.base.as_ref() != base.map(|base| &base.generation) {
        return Err(changed(dir));
    }
    let numbers = scan.numbers(base);
    let update =
        Update { scan: &scan, numbers: &numbers, previous: previous.as_ref(), options, progress };
    let (manifest, report) = update.run()?;
    progress.finish();
    Ok((manifest, report))
}

impl Previous {
    fn open(dir: &Path) -> Result<Self> {
        let index = OpenIndex::open(dir)?;
        let sources = SourceTable::read(&dir.join(&index.manifest().generation))?;
        Ok(Self { index, sources })
    }

    /// The policies as they are, but for some.
    fn without(&self, written: &[u64]) -> Vec<(PolicyEntry, PolicySources)> {
        let entries = self.index.policies().entries().iter();
        let kept = entries.filter(|entry| !written.contains(&entry.hash));
        let with_sources = |entry: &PolicyEntry| {
            (entry.clone(), self.sources.0.get(&entry.hash).cloned().unwrap_or_default())
        };
        kept.map(with_sources).collect()
    }
}

/// One run of [`build`].
struct Update<'u> {
    scan: &'u CorpusScan,
    numbers: &'u [u32],
    previous: Option<&'u Previous>,
    options: &'u BuildOptions,
    progress: &'u dyn Progress,
}

/// What the workers found.
#[derive(Default)]
struct Done {
    policies: Vec<(PolicyEntry, PolicySources)>,
    /// Policies of the index that are written anew or go, by hash.
    replaced: Vec<u64>,
    report: IngestReport,
    /// What could not be read, by reader.
    failed: Vec<Tally>,
}

impl Update<'_> {
    fn memory(&self) -> u64 {
        self.options.memory.unwrap_or(MEMORY)
    }

    fn run(&self) -> Result<(Manifest, IngestReport)> {
        let planner = Planner {
            scan: self.scan,
            numbers: self.numbers,
            previous: self.previous,
            prune: self.options.prune,
            remove: &self.options.remove,
        };
        let plan = planner.plan();
        let mut done =
            Done { failed: vec![Tally::default(); self.scan.readers.len()], ..Done::default() };
        let found = &self.scan.report;
        done.report = IngestReport { indexed: 0, ..found.clone() };
        done.report.unchanged += plan.unchanged;
        done.report.vanished = plan.vanished;
        if let (true, Some(previous)) =
            (plan.jobs.is_empty() && plan.dropped.is_empty(), self.previous)
        {
            return self.as_before(previous, done);
        }
        let dir = &self.options.index;
        let base = self.previous.map(|previous| previous.index.manifest());
        let generation = Generation::begin(dir, base)?;
        let segments = Segments::open(&generation.folder, base.is_some(), self.memory())?;
        self.drop_policies(&plan, &segments, &mut done)?;
        let done = self.read(plan.jobs, &segments, done)?;
        match self.previous {
            Some(previous) if done.replaced.is_empty() && done.policies.is_empty() => {
                drop(generation);
                self.as_before(previous, done)
            }
            _ => self.write(segments, generation, done),
        }
    }

    /// Takes out policies that are there no more.
    fn drop_policies(&self, plan: &Plan<'_>, segments: &Segments, done: &mut Done) -> Result<()> {
        let Some(previous) = self.previous else { return Ok(()) };
        for entry in plan.dropped.iter().filter_map(|&rank| previous.index.policies().get(rank)) {
            delete(segments, entry.hash);
            done.replaced.push(entry.hash);
            done.report.removed += u64::from(entry.snapshots);
        }
        Ok(())
    }

    /// Reads policies and hands their documents to the writer.
    fn read(&self, mut jobs: Vec<Job<'_>>, segments: &Segments, done: Done) -> Result<Done> {
        let size =
            |job: &Job<'_>| -> u64 { job.candidates.iter().map(|(_, found)| found.size).sum() };
        jobs.sort_by_cached_key(|job| std::cmp::Reverse(size(job)));
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(self.options.threads)
            .build()
            .map_err(|error| {
                Error::Usage(format!("cannot start {} threads: {error}", self.options.threads))
            })?;
        let snapshots = jobs.iter().map(|job| job.candidates.len() as u64).sum();
        self.progress.begin(Phase::Reading, Some(snapshots));
        let known = self.previous.map_or(&[][..], |previous| &previous.index.manifest().corpora);
        let known = known.iter().map(|corpus| (corpus.number, corpus.canonical.as_str()));
        let scanned = self.scan.corpora.iter().map(|corpus| corpus.canonical.as_str());
        let reader = PolicyReader {
            corpora: known.chain(self.numbers.iter().copied().zip(scanned)).collect(),
            scan: self.scan,
            numbers: self.numbers,
            previous: self.previous,
            prune: self.options.prune,
            progress: self.progress,
        };
        let room = Semaphore::new((self.memory() / 4 / SNAPSHOT_BYTES) as usize);
        let done = Mutex::new(done);
        pool.install(|| {
            // A bridge hands out policies in order, one at a time: a split range would give one worker all the large ones.
            jobs.into_iter().par_bridge().try_for_each(|job| {
                let _places = room.enter(job.candidates.len());
                self.policy(&reader, &job, segments, &done)
            })
        })?;
        let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
        done.report.failed.sort_by(|a, b| a.at.cmp(&b.at));
        Ok(done)
    }

    fn policy(
        &self,
        reader: &PolicyReader<'_>,
        job: &Job<'_>,
        segments: &Segments,
        done: &Mutex<Done>,
    ) -> Result<()> {
        let mut read = reader.read(job)?;
        let hash = job.key.hash();
        let policy = read.policy.take();
        let mut entry = None;
        if let Some(policy) = &policy {
            if job.rank.is_some() {
                delete(segments, hash);
            }
            if !policy.snapshots.is_empty() {
                let documents = documents(&segments.fields, job.key, policy).map_err(|error| {
                    Error::index(
                        &segments.folder,
                        format!("cannot store {}: {error}", job.key.company),
                    )
                })?;
                let operations: Vec<_> = queued(documents, &segments.waiting)
                    .into_iter()
                    .map(UserOperation::Add)
                    .collect();
                segments.writer.run(operations).map_err(Error::tantivy(&segments.folder))?;
                entry = Some(PolicyEntry {
                    key: job.key.clone(),
                    hash,
                    snapshots: policy.snapshots.len() as u32,
                    clauses: policy.clauses.len() as u32,
                });
            }
        }
        let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
        if policy.is_some() && job.rank.is_some() {
            done.replaced.push(hash);
        }
        done.add(entry, hash, read);
        Ok(())
    }

    /// Completes a generation and makes it the index.
    fn write(
        &self,
        segments: Segments,
        generation: Generation,
        done: Done,
    ) -> Result<(Manifest, IngestReport)> {
        let mut policies =
            self.previous.map(|previous| previous.without(&done.replaced)).unwrap_or_default();
        policies.extend(done.policies);
        if policies.is_empty() && self.previous.is_none() {
            return Err(self.nothing_read(&done.report));
        }
        let is_update = self.previous.is_some();
        let clauses = policies.iter().map(|(entry, _)| u64::from(entry.clauses)).sum();
        let summary =
            Summary::new(self.scan, self.numbers, self.options, self.previous, &done.failed);
        let searcher = segments.finish(is_update, clauses, self.progress)?;
        let manifest = summary.write(&generation, policies, &searcher)?;
        generation.keep(&manifest)?;
        Ok((manifest, done.report))
    }

    /// No policy differs: at most the manifest does.
    fn as_before(&self, previous: &Previous, done: Done) -> Result<(Manifest, IngestReport)> {
        let summary =
            Summary::new(self.scan, self.numbers, self.options, self.previous, &done.failed);
        let manifest = summary.of_unwritten(previous);
        // By which path a corpus was named is no change.
        if !manifest.is_same(previous.index.manifest()) {
            replace_manifest(&self.options.index, &manifest)?;
        }
        tidy(&self.options.index, &manifest.generation);
        Ok((manifest, done.report))
    }

    /// All that was found turned out to be unreadable.
    fn nothing_read(&self, report: &IngestReport) -> Error {
        let reason =
            report.failed.first().map_or_else(String::new, |f| format!(": {}: {}", f.at, f.reason));
        let path = self.scan.corpora.first().map(|corpus| corpus.path.clone()).unwrap_or_default();
        Error::Corpus { path, message: format!("nothing to index{reason}") }
    }
}

/// Marks the documents of a policy as deleted.
fn delete(segments: &Segments, hash: u64) {
    for field in [segments.fields.policy, segments.fields.policy_tables] {
        segments.writer.delete_term(Term::from_field_u64(field, hash));
    }
}

impl Done {
    fn add(&mut self, entry: Option<PolicyEntry>, hash: u64, read: PolicyRead) {
        for (failure, reader) in read.report.failed.iter().zip(read.failed_readers) {
            if let Some(tally) = self.failed.get_mut(reader) {
                tally.add(format!("{}: {}", failure.at, failure.reason));
            }
        }
        self.report.merge(read.report);
        self.policies.extend(entry.map(|entry| (entry, PolicySources { hash, ..read.sources })));
    }
}
