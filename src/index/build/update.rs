//! Builds an index, or brings one up to date.
//!
//! Worker threads read, section and collapse policies; the writer of [`Segments`] takes their
//! documents. The unit of work is a policy with all its snapshots, and the largest policies come
//! first, since the sizes of policies are very uneven.

use std::cmp::Reverse;
use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use rayon::iter::{ParallelBridge, ParallelIterator};

use super::budget::MemoryBudget;
use super::finish::BuiltCorpora;
use super::options::BuildOptions;
use super::plan::pruning::Pruning;
use super::plan::update_plan::{Planner, PolicyJob, UpdatePlan};
use super::policy_reader::{PolicyRead, PolicyReader};
use super::previous::Previous;
use super::scan::CorpusScan;
use super::segments::Segments;
use super::semaphore::Semaphore;
use crate::collapse::CollapsedPolicy;
use crate::error::{Error, Result};
use crate::index::guard::guarded;
use crate::index::report::{IngestReport, place_order};
use crate::index::store::document::documents;
use crate::index::store::generation::{FolderState, Generation, changed, replace_manifest, tidy};
use crate::index::store::manifest::{InputCounts, Manifest};
use crate::index::store::policies::PolicyEntry;
use crate::index::store::sources::PolicySources;
use crate::progress::{Phase, Progress};

/// Approximate memory of a snapshot in bytes while its policy is read, measured on policies of
/// 15,000 snapshots. The largest policies come first, so several of them are read at the same
/// time.
const SNAPSHOT_BYTES: u64 = 24 << 10;

/// Builds the index of the scanned corpora, or brings the existing one up to date.
///
/// An update writes only the policies that differ, and nothing at all if none does. Inputs that
/// cannot be read are listed in the report, and the rest is indexed. After an error, the index is
/// as it was before.
///
/// # Errors
///
/// The folder contains something else, an index of other versions or a damaged one; another process
/// writes there; writing fails; or none of the texts can be read.
pub fn build(
    scan: CorpusScan,
    options: &BuildOptions,
    progress: &dyn Progress,
) -> Result<(Manifest, IngestReport)> {
    let dir = &options.index;
    let before = FolderState::of(dir);
    let previous = match (&before, options.rebuild) {
        (FolderState::NoIndex, _) | (_, true) => None,
        (state, false) => {
            if *state == FolderState::Damaged {
                Manifest::read_existing(dir)?;
            }
            Some(Previous::open(dir)?)
        }
    };
    let base = previous.as_ref().map(|previous| previous.index.manifest());
    if scan.base.is_some() && scan.base.as_ref() != base.map(|base| &base.generation) {
        return Err(changed(dir));
    }
    let (numbers, previous) = (scan.numbers(base), previous.as_ref());
    let options = &options.with_canonical_names();
    let before = &before;
    let update = Update { scan: &scan, numbers: &numbers, before, previous, options, progress };
    update.run().inspect(|_| progress.finish())
}

/// One run of [`build`].
struct Update<'u> {
    scan: &'u CorpusScan,
    /// The number in the index of each scanned corpus, in the order of the scan.
    numbers: &'u [u32],
    /// The state of the index folder when the build began.
    before: &'u FolderState,
    previous: Option<&'u Previous>,
    options: &'u BuildOptions,
    progress: &'u dyn Progress,
}

/// The policies that were read and written so far.
struct UpdateProgress {
    /// Policies that were written.
    policies: Vec<(PolicyEntry, PolicySources)>,
    /// Policies of the previous index that were written anew or removed, by hash.
    replaced: HashSet<u64>,
    report: IngestReport,
    /// How the inputs of each scanned corpus ended that have no text which can be read, in the
    /// order of the scan.
    unread: Vec<InputCounts>,
}

impl Update<'_> {
    fn run(&self) -> Result<(Manifest, IngestReport)> {
        let mut pruning = Pruning::new(self.options.prune, self.scan);
        pruning.check_read_anew(self.scan, |corpus| self.stored_snapshots(corpus), &[])?;
        loop {
            // Texts that cannot be read show after snapshots were removed. Then nothing is written,
            // and the corpora of these texts are left as they are.
            if let Some((manifest, mut report)) = self.run_with(&mut pruning)? {
                report.incomplete = pruning.incomplete_corpora(self.scan);
                return Ok((manifest, report));
            }
        }
    }

    /// Runs the update. `None`: it must be run again, because less may be pruned than it has.
    fn run_with(&self, pruning: &mut Pruning) -> Result<Option<(Manifest, IngestReport)>> {
        let planner = Planner {
            scan: self.scan,
            numbers: self.numbers,
            previous: self.previous,
            pruning,
            remove: &self.options.remove,
        };
        let plan = planner.plan()?;
        let mut done = UpdateProgress::begin(self.scan, &plan);
        if let Some(previous) = self.previous
            && plan.jobs.is_empty()
            && plan.dropped.is_empty()
        {
            return self.keep_policies(previous, done).map(Some);
        }
        let base = self.previous.map(|previous| previous.index.manifest());
        let generation = Generation::begin(&self.options.index, self.before, base)?;
        let segments =
            Segments::open(&generation.folder, base.is_some(), self.options.memory_bytes())?;
        self.drop_policies(&plan, &segments, &mut done);
        let done = match self.read(plan.jobs, &segments, done, pruning) {
            Ok(done) => done,
            Err(error) => return Err(segments.reason_of(error)),
        };
        let must_keep_more = pruning.add_unread(&done.unread);
        pruning.check_read_anew(self.scan, |corpus| self.stored_snapshots(corpus), &done.unread)?;
        if must_keep_more {
            drop(segments);
            drop(generation);
            return Ok(None);
        }
        match self.previous {
            // The policies turned out to be the same when their texts were read.
            Some(previous) if done.replaced.is_empty() && done.policies.is_empty() => {
                drop(generation);
                self.keep_policies(previous, done).map(Some)
            }
            _ => self.write(segments, generation, done).map(Some),
        }
    }

    /// The number of snapshots that the index has of a corpus of the scan.
    fn stored_snapshots(&self, corpus: usize) -> u64 {
        let Some(previous) = self.previous else { return 0 };
        let entries = previous.policies.iter();
        let sources = entries.filter_map(|entry| previous.sources(entry.hash));
        sources.map(|sources| sources.part(self.numbers[corpus]).snapshots).sum()
    }

    /// Deletes the policies that the plan removes.
    fn drop_policies(&self, plan: &UpdatePlan<'_>, segments: &Segments, done: &mut UpdateProgress) {
        let Some(previous) = self.previous else { return };
        for entry in plan.dropped.iter().filter_map(|rank| previous.policies.get(rank.index())) {
            segments.delete(entry.hash);
            done.replaced.insert(entry.hash);
            done.report.removed += u64::from(entry.snapshots);
        }
    }

    /// Reads policies and adds their documents to the segments.
    fn read(
        &self,
        mut jobs: Vec<PolicyJob<'_>>,
        segments: &Segments,
        done: UpdateProgress,
        pruning: &Pruning,
    ) -> Result<UpdateProgress> {
        jobs.sort_by_cached_key(|job| Reverse(bytes_to_read(job)));
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(self.options.threads)
            .build()
            .map_err(|error| {
                Error::Usage(format!("cannot start {} threads: {error}", self.options.threads))
            })?;
        let snapshots = jobs.iter().map(|job| job.candidates.len() as u64).sum();
        self.progress.begin(Phase::Reading, Some(snapshots));
        let reader = self.policy_reader(pruning);
        let limit = Semaphore::new((self.options.memory_bytes() / 5 / SNAPSHOT_BYTES) as usize);
        let done = Mutex::new(done);
        // The bridge hands out policies in order, one at a time. A range that rayon splits would
        // give all the large ones to one worker.
        pool.install(|| {
            jobs.into_iter().par_bridge().try_for_each(|job| {
                let _permit = limit.acquire(places_of(&job));
                read_policy(&reader, &job, segments, &done)
            })
        })?;
        let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
        done.report.failed.sort_by(|a, b| place_order(&a.at, &b.at));
        Ok(done)
    }

    fn policy_reader<'r>(&'r self, pruning: &'r Pruning) -> PolicyReader<'r> {
        let known = self.previous.map(|previous| previous.index.manifest().corpora.as_slice());
        let known = known.unwrap_or_default().iter();
        let known = known.map(|corpus| (corpus.number, corpus.canonical.as_str()));
        let scanned = self.scan.corpora.iter().map(|corpus| corpus.canonical.as_str());
        PolicyReader {
            corpora: known.chain(self.numbers.iter().copied().zip(scanned)).collect(),
            scan: self.scan,
            numbers: self.numbers,
            previous: self.previous,
            pruning,
            budget: self.budget(),
            large_policies: Semaphore::new(1),
            progress: self.progress,
        }
    }

    fn budget(&self) -> MemoryBudget {
        let threads = match self.options.threads {
            0 => rayon::current_num_threads(),
            threads => threads,
        };
        MemoryBudget::new(self.options.memory_bytes(), self.scan.snapshots(), threads)
    }

    /// Completes a generation and makes it the current one.
    fn write(
        &self,
        segments: Segments,
        generation: Generation,
        done: UpdateProgress,
    ) -> Result<(Manifest, IngestReport)> {
        let mut policies =
            self.previous.map(|previous| previous.without(&done.replaced)).unwrap_or_default();
        let corpora = self.built_corpora(&done);
        policies.extend(done.policies);
        if policies.is_empty() && self.previous.is_none() {
            return Err(self.nothing_read(&done.report));
        }
        let clauses = policies.iter().map(|(entry, _)| u64::from(entry.clauses)).sum();
        // The index library reads the segments of the generation before, which may be damaged.
        let manifest = guarded(&self.options.index, || {
            let searcher = segments.finish(clauses, self.progress)?;
            corpora.write(&generation, policies, &searcher)
        })?;
        generation.keep(&manifest)?;
        Ok((manifest, done.report))
    }

    /// Keeps the generation, whose policies are all up to date. Only the manifest may change.
    fn keep_policies(
        &self,
        previous: &Previous,
        done: UpdateProgress,
    ) -> Result<(Manifest, IngestReport)> {
        let manifest = self.built_corpora(&done).of_unwritten(previous)?;
        // The path by which a corpus was named is no reason to write.
        if !manifest.is_same(previous.index.manifest()) {
            replace_manifest(&self.options.index, &manifest)?;
        }
        tidy(&self.options.index, &manifest);
        Ok((manifest, done.report))
    }

    fn built_corpora(&self, done: &UpdateProgress) -> BuiltCorpora {
        BuiltCorpora::new(self.scan, self.numbers, self.options, self.previous, &done.unread)
    }

    /// The error of corpora none of whose snapshots can be read.
    fn nothing_read(&self, report: &IngestReport) -> Error {
        let path = self.scan.corpora.first().map(|corpus| corpus.path.clone()).unwrap_or_default();
        let message = match report.failed.first() {
            Some(failure) => format!("nothing to index: {}: {}", failure.at, failure.reason),
            None => "nothing to index".to_owned(),
        };
        Error::Corpus { path, message }
    }
}

/// How many snapshots of an ordinary policy take as much memory as this policy, as far as the scan
/// knows its texts. The largest of them is in memory several times while it is read.
fn places_of(job: &PolicyJob<'_>) -> usize {
    const TEXT_COPIES: u64 = 6;
    let largest = job.candidates.iter().map(|candidate| candidate.found.size).max().unwrap_or(0);
    job.candidates.len() + (largest * TEXT_COPIES / SNAPSHOT_BYTES) as usize
}

/// The sum of the sizes of a policy's texts, as far as the scan knows them.
fn bytes_to_read(job: &PolicyJob<'_>) -> u64 {
    job.candidates.iter().map(|candidate| candidate.found.size).sum()
}

/// Reads a policy, and replaces its documents if it has changed.
fn read_policy(
    reader: &PolicyReader<'_>,
    job: &PolicyJob<'_>,
    segments: &Segments,
    done: &Mutex<UpdateProgress>,
) -> Result<()> {
    let mut read = reader.read(job)?;
    let hash = job.key.hash();
    let policy = read.policy.take();
    let replaces = policy.is_some() && job.rank.is_some();
    if replaces {
        segments.delete(hash);
    }
    let written = policy.filter(|policy| !policy.snapshots.is_empty());
    let entry = written.map(|policy| write_policy(job, &policy, segments)).transpose()?;
    let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
    done.replaced.extend(replaces.then_some(hash));
    done.add(entry, hash, read);
    Ok(())
}

/// Adds the documents of a policy, and returns its entry in the table of policies.
fn write_policy(
    job: &PolicyJob<'_>,
    policy: &CollapsedPolicy,
    segments: &Segments,
) -> Result<PolicyEntry> {
    let documents = documents(&segments.fields, job.key, policy).map_err(|error| {
        Error::index(&segments.folder, format!("cannot store {}: {error}", job.key.company))
    })?;
    segments.add(documents)?;
    Ok(PolicyEntry {
        key: job.key.clone(),
        hash: job.key.hash(),
        snapshots: policy.snapshots.len() as u32,
        clauses: policy.clauses.len() as u32,
    })
}

impl UpdateProgress {
    /// The counts of the scan and of the policies that need no work.
    fn begin(scan: &CorpusScan, plan: &UpdatePlan<'_>) -> Self {
        let mut report =
            IngestReport { indexed: 0, vanished: plan.vanished, ..scan.report.clone() };
        report.unchanged += plan.unchanged;
        let unread = vec![InputCounts::default(); scan.readers.len()];
        Self { policies: Vec::new(), replaced: HashSet::new(), report, unread }
    }

    /// Adds a policy that was read. Without an `entry` it has no documents of its own.
    fn add(&mut self, entry: Option<PolicyEntry>, hash: u64, read: PolicyRead) {
        for (reader, counts) in &read.unread {
            self.unread[*reader].add(counts);
        }
        self.report.merge(read.report);
        self.policies.extend(entry.map(|entry| (entry, PolicySources { hash, ..read.sources })));
    }
}
