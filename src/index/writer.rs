//! Building an index: rayon sections and collapses policies, one tantivy writer takes their documents.
//!
//! The unit of parallel work is the policy with all its snapshots, the largest first: sizes are very skewed. The writer has one thread
//! (two measured slower) and keeps a policy's documents together. Nothing is visible before the manifest is replaced.

use std::fs::{self, File, TryLockError};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rayon::iter::{ParallelBridge, ParallelIterator};
use tantivy::indexer::{IndexWriterOptions, NoMergePolicy, UserOperation};
use tantivy::{Index, IndexWriter};

use super::document::documents;
use super::ingest::{Candidate, IngestReport, Scan};
use super::manifest::{Counts, Dates, IndexedCorpus, Inputs, Manifest, Versions};
use super::policies::{Policies, PolicyEntry};
use super::reading::{PolicyRead, read_policy};
use super::schema::{Fields, register_tokenizer, schema};
use super::texts::TextCompanies;
use crate::error::{Error, Result};
use crate::model::{ArchiveTime, PolicyKey};
use crate::progress::{Phase, Progress};

/// Memory for postings before a segment is flushed. Not allocated at once; at the flush about twice as much is in use.
const WRITER_BUDGET: usize = 256 << 20;

const LOCK_FILE: &str = "fineprint.lock";
const GENERATION: &str = "generation-";

/// What to build.
#[derive(Debug, Clone)]
pub struct BuildOptions {
    /// The index folder.
    pub index: PathBuf,
    /// The collection that all corpora go into.
    pub collection: String,
    /// Threads that read and section; 0: as many as there are cores.
    pub threads: usize,
}

/// Builds an index of what was scanned and puts it in the place of the one that was there.
///
/// Inputs that cannot be read are in the report; the rest is indexed. On any error the folder is as before.
///
/// # Errors
///
/// The folder holds something else or another process writes there; writing fails; none of the texts can be read.
pub fn build(
    scan: Scan,
    options: &BuildOptions,
    progress: &dyn Progress,
) -> Result<(Manifest, IngestReport)> {
    let dir = &options.index;
    let is_new = !dir.exists();
    let _lock = lock(dir)?;
    let generation = next_generation(dir)?;
    let folder = dir.join(&generation);
    let built = build_generation(scan, options, &generation, progress);
    match built {
        Ok((manifest, report)) => {
            manifest.write(dir)?;
            remove_other_generations(dir, &generation);
            progress.finish();
            Ok((manifest, report))
        }
        Err(error) => {
            // Best effort: what stays is removed by the next build.
            let _ = fs::remove_dir_all(&folder);
            if is_new {
                let _ = fs::remove_file(dir.join(LOCK_FILE)).and_then(|()| fs::remove_dir(dir));
            }
            Err(error)
        }
    }
}

/// Takes the lock of an index folder, making the folder if needed. The lock ends with the process, however that ends.
fn lock(dir: &Path) -> Result<File> {
    refuse_foreign_folder(dir)?;
    fs::create_dir_all(dir).map_err(Error::io(dir))?;
    let path = dir.join(LOCK_FILE);
    let mut file = File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(Error::io(&path))?;
    match file.try_lock() {
        Ok(()) => {
            // The holder's name is a courtesy to the second writer; the lock does not depend on it.
            let _ = file.set_len(0).and_then(|()| writeln!(file, "process {}", std::process::id()));
            Ok(file)
        }
        Err(TryLockError::WouldBlock) => {
            let mut holder = String::new();
            let _ = file.read_to_string(&mut holder);
            let holder = if holder.trim().is_empty() { "another process" } else { holder.trim() };
            Err(Error::index(dir, format!("{holder} is writing this index; try again when it is done")))
        }
        Err(TryLockError::Error(error)) => Err(Error::io(&path)(error)),
    }
}

/// An index is not built among somebody's other files.
fn refuse_foreign_folder(dir: &Path) -> Result<()> {
    if Manifest::exists(dir) {
        return Ok(());
    }
    match foreign_entry(dir) {
        Ok(None) => Ok(()),
        Ok(Some(name)) if Manifest::is_name(&name) => {
            let what = format!(
                "holds a `{name}` that is no manifest of an index; name another folder, or remove this one if it was an index"
            );
            Err(Error::index(dir, what))
        }
        Ok(Some(name)) => {
            let what = format!("holds other files (`{name}`) and no index; name an empty or new folder");
            Err(Error::index(dir, what))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::NotADirectory => {
            Err(Error::index(dir, "is a file; name an empty or new folder"))
        }
        Err(error) => Err(Error::io(dir)(error)),
    }
}

/// Something in a folder without a manifest that no build has left there, even one that did not come to its end.
///
/// A build makes its lock file first: a generation without one is somebody's folder of that name.
pub(super) fn foreign_entry(dir: &Path) -> std::io::Result<Option<String>> {
    let has_lock = dir.join(LOCK_FILE).is_file();
    for entry in fs::read_dir(dir)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let is_ours = name == LOCK_FILE
            || (has_lock && (generation_number(&name).is_some() || Manifest::is_new_name(&name)));
        if !is_ours {
            return Ok(Some(name));
        }
    }
    Ok(None)
}

/// The number of a generation's folder: `generation-` and digits. Nothing else is ever removed.
fn generation_number(name: &str) -> Option<u64> {
    let digits = name.strip_prefix(GENERATION)?;
    if digits.bytes().all(|byte| byte.is_ascii_digit()) { digits.parse().ok() } else { None }
}

fn generations(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    entries
        .map(|e| e.file_name().to_string_lossy().into_owned())
        .filter(|name| generation_number(name).is_some())
        .collect()
}

fn next_generation(dir: &Path) -> Result<String> {
    let next = generations(dir).iter().filter_map(|name| generation_number(name)).max().unwrap_or(0);
    let next = next.saturating_add(1);
    let name = format!("{GENERATION}{next}");
    let folder = dir.join(&name);
    fs::create_dir(&folder).map_err(Error::io(&folder))?;
    Ok(name)
}

fn remove_other_generations(dir: &Path, current: &str) {
    for name in generations(dir).iter().filter(|name| *name != current) {
        // A reader on a system that keeps open files alive goes on; where removal fails, the next build tries again.
        let _ = fs::remove_dir_all(dir.join(name));
    }
}

fn build_generation(
    scan: Scan,
    options: &BuildOptions,
    generation: &str,
    progress: &dyn Progress,
) -> Result<(Manifest, IngestReport)> {
    let folder = options.index.join(generation);
    let schema = schema();
    let index = Index::create_in_dir(&folder, schema.clone()).map_err(Error::tantivy(&folder))?;
    register_tokenizer(&index);
    let writer_options =
        IndexWriterOptions::builder().num_worker_threads(1).memory_budget_per_thread(WRITER_BUDGET).build();
    let mut writer: IndexWriter =
        index.writer_with_options(writer_options).map_err(Error::tantivy(&folder))?;
    // One merge at the end, of everything: merges in between would only be repeated, and could hold a segment that the last one wants.
    writer.set_merge_policy(Box::new(NoMergePolicy));
    let fields = Fields::of(&schema).map_err(Error::tantivy(&folder))?;
    let corpora = indexed_corpora(&scan, &options.collection);

    let build =
        Build { scan: &scan, fields, writer: &writer, folder: &folder, progress, done: Mutex::default() };
    let done = build.run(options.threads)?;

    progress.begin(Phase::Indexing, Some(done.counts.clauses));
    writer.commit().map_err(Error::tantivy(&folder))?;
    progress.begin(Phase::Merging, Some(done.counts.clauses));
    let segments = index.searchable_segment_ids().map_err(Error::tantivy(&folder))?;
    if segments.len() > 1 {
        writer.merge(&segments).wait().map_err(Error::tantivy(&folder))?;
    }
    writer.wait_merging_threads().map_err(Error::tantivy(&folder))?;

    let policies = Policies::new(done.policies);
    policies.write(&folder)?;
    done.texts.write(&folder)?;
    let mut counts = done.counts;
    counts.companies = policies.company_count() as u64;
    counts.policies = policies.entries().len() as u64;
    if counts.policies == 0 {
        return Err(nothing_read(&scan, &done.report));
    }
    let manifest = Manifest {
        versions: Versions::current(),
        generation: generation.to_owned(),
        corpora,
        counts,
        dates: done.span.map(|(first, last)| Dates { first: first.date(), last: last.date() }),
        inputs: Inputs::of(&done.report),
    };
    Ok((manifest, done.report))
}

fn indexed_corpora(scan: &Scan, collection: &str) -> Vec<IndexedCorpus> {
    let parts = scan.corpora.iter().zip(&scan.readers).zip(scan.fingerprints());
    parts
        .map(|((path, reader), fingerprint)| IndexedCorpus {
            collection: collection.to_owned(),
            path: path.to_string_lossy().into_owned(),
            reader: reader.name().to_owned(),
            fingerprint,
        })
        .collect()
}

/// All that was found turned out to be unreadable.
fn nothing_read(scan: &Scan, report: &IngestReport) -> Error {
    let reason = report.failed.first().map_or_else(String::new, |f| format!(": {}: {}", f.at, f.reason));
    let path = scan.corpora.first().cloned().unwrap_or_default();
    Error::Corpus { path, message: format!("nothing to index{reason}") }
}

/// What the workers share.
struct Build<'b> {
    scan: &'b Scan,
    fields: Fields,
    writer: &'b IndexWriter,
    folder: &'b Path,
    progress: &'b dyn Progress,
    done: Mutex<Done>,
}

#[derive(Default)]
struct Done {
    policies: Vec<PolicyEntry>,
    texts: TextCompanies,
    counts: Counts,
    span: Option<(ArchiveTime, ArchiveTime)>,
    report: IngestReport,
}

impl Build<'_> {
    fn run(self, threads: usize) -> Result<Done> {
        let mut policies: Vec<(&PolicyKey, &Vec<Candidate>)> = self.scan.policies.iter().collect();
        let size = |candidates: &[Candidate]| -> u64 { candidates.iter().map(|(_, found)| found.size).sum() };
        policies.sort_by_cached_key(|(_, candidates)| std::cmp::Reverse(size(candidates)));
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .map_err(|error| Error::Usage(format!("cannot start {threads} threads: {error}")))?;
        self.progress.begin(Phase::Reading, Some(self.scan.snapshots()));
        pool.install(|| {
            // A bridge hands out policies in order, one at a time: a split range would give one worker all the large ones.
            policies.into_iter().par_bridge().try_for_each(|(key, candidates)| self.policy(key, candidates))
        })?;
        let mut done = self.done.into_inner().unwrap_or_else(PoisonError::into_inner);
        done.report.merge(IngestReport { indexed: 0, ..self.scan.report.clone() });
        done.report.failed.sort_by(|a, b| a.at.cmp(&b.at));
        Ok(done)
    }

    fn policy(&self, key: &PolicyKey, candidates: &[Candidate]) -> Result<()> {
        let read = read_policy(&self.scan.readers, candidates, self.progress);
        let text_keys: Vec<u64> =
            read.policy.clauses.iter().map(|clause| clause.identity.text_key()).collect();
        if !read.policy.snapshots.is_empty() {
            let documents = documents(&self.fields, key, &read.policy, &text_keys).map_err(|error| {
                Error::index(self.folder, format!("cannot store {}: {error}", key.company))
            })?;
            self.writer
                .run(documents.into_iter().map(UserOperation::Add).collect::<Vec<_>>())
                .map_err(Error::tantivy(self.folder))?;
        }
        let mut done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
        done.add(key, read, &text_keys);
        Ok(())
    }
}

impl Done {
    fn add(&mut self, key: &PolicyKey, read: PolicyRead, text_keys: &[u64]) {
        let policy = read.policy;
        self.report.merge(read.report);
        // By their times: dates of years before 0 and after 9999 are not in the order of their letters.
        let (Some(first), Some(last)) = (policy.snapshots.first(), policy.snapshots.last()) else { return };
        let span = (first.info.time, last.info.time);
        self.span = Some(self.span.map_or(span, |(from, to)| (from.min(span.0), to.max(span.1))));
        self.counts.texts += read.texts;
        self.counts.text_bytes += read.text_bytes;
        self.counts.bytes += read.bytes;
        self.counts.snapshots += policy.snapshots.len() as u64;
        self.counts.clauses += policy.clauses.len() as u64;
        self.counts.occurrences += policy.snapshots.iter().map(|s| s.clauses.len() as u64).sum::<u64>();
        self.texts.add(&key.company, text_keys);
        self.policies.push(PolicyEntry {
            key: key.clone(),
            hash: key.hash(),
            snapshots: policy.snapshots.len() as u32,
            clauses: policy.clauses.len() as u32,
        });
    }
}
