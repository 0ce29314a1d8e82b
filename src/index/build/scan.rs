//! Scans corpora: it lists their snapshots by policy, and counts the inputs that are skipped.
//!
//! No text is read here, unless a form needs the text to tell company and date.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::budget::{DEFAULT_MEMORY, most_snapshots};
use super::known_snapshot::places;
use super::options::PruneMode;
use crate::corpus::{
    self, CorpusExtent, CorpusNotice, CorpusReader, FoundSnapshot, PolicyEnd, PolicyName,
    ReadOptions, SeenInput, SkipReason,
};
use crate::error::{Error, Result};
use crate::index::corpus_names::{GoneCorpus, RenamedCorpus, canonical, place_of};
use crate::index::report::{IngestReport, ReadFailure, Tally};
use crate::index::store::manifest::{IndexedCorpus, Manifest, STANDARD_INPUT};
use crate::model::{ArchiveTime, Clause, PolicyKey, canonical_name};
use crate::progress::{Phase, Progress};
use crate::section::section;

/// A snapshot that was found, and which reader found it.
#[derive(Debug, Clone)]
pub(crate) struct Candidate {
    /// The position of the reader in [`CorpusScan::readers`].
    pub reader: usize,
    /// The place among the snapshots that the reader found of its policy and time.
    pub order: u32,
    pub found: FoundSnapshot,
}

/// What scans compare corpora with, and whom they tell how far they are.
#[derive(Clone, Copy)]
pub struct ScanContext<'c> {
    /// The manifest of an index. A corpus that it has is scanned for changes only, where its reader
    /// can do that.
    pub base: Option<&'c Manifest>,
    /// The time that counts as the present. Dates after its day are in the future.
    pub today: ArchiveTime,
    /// The limit of the memory in use, in bytes. It bounds the number of snapshots.
    pub memory: u64,
    /// What the build will remove. Under [`PruneMode::AllCorpora`], a corpus of the index that is
    /// gone is scanned as an empty one.
    pub prune: PruneMode,
    /// Is told about each input.
    pub progress: &'c dyn Progress,
}

impl<'c> ScanContext<'c> {
    /// A context without an index, on this day.
    pub fn new(progress: &'c dyn Progress) -> Self {
        Self {
            base: None,
            today: ArchiveTime::now(),
            memory: DEFAULT_MEMORY,
            prune: PruneMode::Nothing,
            progress,
        }
    }
}

/// A clause that is shown before anything is indexed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleClause {
    /// The company whose policy contains it.
    pub company: String,
    /// The archive date of the snapshot.
    pub archive_date: String,
    /// The clause.
    pub clause: Clause,
}

/// A corpus that was scanned.
pub(crate) struct ScannedCorpus {
    /// The path as it was given.
    pub path: PathBuf,
    /// The path without links and dots, or as it was given if the system cannot resolve it.
    pub canonical: String,
    pub collection: String,
    pub options: ReadOptions,
    /// How much of the corpus the scan covers.
    pub extent: CorpusExtent,
    /// A short description of its content, by which the next scan finds new content.
    pub state: Option<String>,
    /// Whether it is read in another way than before. The index then takes over none of its
    /// snapshots.
    pub is_read_anew: bool,
    /// The inputs met in it.
    pub report: IngestReport,
}

impl ScannedCorpus {
    /// Whether the scan covers the whole corpus, and not only its additions.
    pub fn is_scanned_whole(&self) -> bool {
        self.extent == CorpusExtent::Whole
    }
}

/// The snapshots that were found in one or more corpora.
pub struct CorpusScan {
    pub(crate) readers: Vec<Box<dyn CorpusReader>>,
    /// The corpora, in the order of `readers`.
    pub(crate) corpora: Vec<ScannedCorpus>,
    pub(crate) policies: BTreeMap<PolicyKey, Vec<Candidate>>,
    /// The ends of policies, each with the position of its reader in `readers`.
    pub(crate) ends: BTreeMap<PolicyKey, Vec<(usize, PolicyEnd)>>,
    /// The inputs met. Until the texts are read, `indexed` counts the snapshots that were found.
    pub report: IngestReport,
    /// The generation of the index whose corpora were scanned for changes only.
    pub(crate) base: Option<String>,
}

impl CorpusScan {
    /// Scans corpora. A folder that is the root of a git work tree is read as the history of its
    /// repository.
    ///
    /// # Errors
    ///
    /// A corpus is missing, cannot be read, is empty or contains no policy.
    pub fn new(corpora: &[PathBuf], collection: &str, progress: &dyn Progress) -> Result<Self> {
        let context = ScanContext::new(progress);
        Self::with_options(corpora, collection, &ReadOptions::default(), context)
    }

    /// Scans corpora with these options.
    ///
    /// # Errors
    ///
    /// The errors of [`CorpusScan::new`], and an option that is not valid.
    pub fn with_options(
        corpora: &[PathBuf],
        collection: &str,
        options: &ReadOptions,
        context: ScanContext<'_>,
    ) -> Result<Self> {
        let mut scan = Self::nothing(context.base);
        let collection = canonical_name(collection);
        context.progress.begin(Phase::Scanning, None);
        for path in corpora {
            let named = NamedCorpus { path, place: path, collection: &collection, options };
            scan.add(named, context)?;
        }
        Ok(scan)
    }

    /// Scans corpora of an index again, with the names and options that they had, from whatever
    /// folder the program runs in. Standard input cannot be read again.
    ///
    /// # Errors
    ///
    /// The errors of [`CorpusScan::new`].
    pub fn again(corpora: &[IndexedCorpus], context: ScanContext<'_>) -> Result<Self> {
        let mut scan = Self::nothing(context.base);
        context.progress.begin(Phase::Scanning, None);
        for corpus in corpora.iter().filter(|corpus| !corpus.was_piped()) {
            let IndexedCorpus { path, collection, options, .. } = corpus;
            let place = &match place_of(corpus) {
                Err(Error::CorpusGone { path, .. }) if context.prune == PruneMode::AllCorpora => {
                    path
                }
                place => place?,
            };
            let named = NamedCorpus { path: Path::new(path), place, collection, options };
            scan.add(named, context)?;
        }
        Ok(scan)
    }

    /// A scan of no corpus, to remove collections from an index.
    pub fn nothing(base: Option<&Manifest>) -> Self {
        Self {
            readers: Vec::new(),
            corpora: Vec::new(),
            policies: BTreeMap::new(),
            ends: BTreeMap::new(),
            report: IngestReport::default(),
            base: base.map(|base| base.generation.clone()),
        }
    }

    /// Scans one corpus and adds what it contains. A corpus that was named before is not read
    /// again.
    fn add(&mut self, named: NamedCorpus<'_>, context: ScanContext<'_>) -> Result<()> {
        let base = context.base;
        let gone = base.filter(|_| context.prune == PruneMode::AllCorpora);
        let gone = gone.and_then(|base| named.gone(base));
        let (reader, canonical): (Box<dyn CorpusReader>, _) = match gone {
            Some(known) => (Box::new(GoneCorpus), known.canonical.clone()),
            None => (named.open()?, canonical(named.place)),
        };
        if self.has(named.collection, &canonical) {
            return Ok(());
        }
        let known = base.and_then(|base| named.known(base, &canonical));
        let mut corpus = named.unscanned(canonical, known, reader.name());
        corpus.is_read_anew &= gone.is_none();
        let comparable = known
            .zip(base)
            .filter(|(known, base)| !corpus.is_read_anew && has_settled(known, base));
        let since = comparable.and_then(|(known, _)| known.state.as_deref());
        self.scan(&*reader, &mut corpus, since, context)?;
        if named.path.as_os_str() == STANDARD_INPUT && known.is_some() {
            // A new input from standard input is added to those before it.
            corpus.extent = CorpusExtent::Added;
        }
        corpus.state = match corpus.extent {
            CorpusExtent::Unchanged => known.and_then(|known| known.state.clone()),
            CorpusExtent::Added | CorpusExtent::Whole => reader.state(),
        };
        // A corpus that is read in another way must not empty the index by a wrong option.
        if corpus.report.indexed == 0 && (known.is_none() || corpus.is_read_anew) {
            return Err(no_policy(&named, reader.name(), &corpus.report));
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

    fn has(&self, collection: &str, canonical: &str) -> bool {
        let mut corpora = self.corpora.iter();
        corpora.any(|other| other.collection == collection && other.canonical == canonical)
    }

    /// Runs a reader, and puts its snapshots into `policies` and its counts into `corpus`. With
    /// `since`, the state of the corpus in the index, the reader lists only new snapshots.
    fn scan(
        &mut self,
        reader: &dyn CorpusReader,
        corpus: &mut ScannedCorpus,
        since: Option<&str>,
        context: ScanContext<'_>,
    ) -> Result<()> {
        let number = self.readers.len();
        let ScannedCorpus { path, collection, report, extent, .. } = corpus;
        let most = most_snapshots(context.memory);
        let mut snapshots = self.snapshots();
        let mut sink = |seen: SeenInput| {
            if !matches!(seen, SeenInput::Noted(..) | SeenInput::Ended(..)) {
                report.seen += 1;
                context.progress.advance(1);
            }
            match seen {
                SeenInput::Found { company, policy_type, found } => {
                    if let Some(notice) = CorpusNotice::of_time(found.time, context.today) {
                        report.note(notice, reader.at(&found));
                    }
                    report.indexed += 1;
                    *report.readers.entry(reader.name()).or_default() += 1;
                    let key = PolicyKey::new(&company, &policy_type, collection);
                    snapshots += 1;
                    if snapshots <= most {
                        let candidate = Candidate { reader: number, order: 0, found: *found };
                        self.policies.entry(key).or_default().push(candidate);
                    }
                }
                SeenInput::Ended(PolicyName { company, policy_type }, end) => {
                    let key = PolicyKey::new(&company, &policy_type, collection);
                    self.ends.entry(key).or_default().push((number, end));
                }
                SeenInput::Skipped(at, skip) => report.skip(skip, at),
                SeenInput::Failed(at, reason) => report.fail(at, reason),
                SeenInput::Noted(at, notice) => report.note(notice, at),
            }
        };
        *extent = match since {
            Some(state) => reader.scan_since(state, &mut sink)?,
            None => {
                reader.scan(&mut sink)?;
                CorpusExtent::Whole
            }
        };
        if snapshots > most {
            let limit = context.memory >> 20;
            let message = format!(
                "has {snapshots} snapshots, and the memory limit of {limit} MiB allows {most}; \
                 raise the limit, or index it in parts"
            );
            return Err(Error::Corpus { path: path.clone(), message });
        }
        self.policies.values_mut().for_each(|candidates| set_order(candidates, number));
        Ok(())
    }

    /// The number of each scanned corpus in the index with the manifest `base`: the number that
    /// it has there, or the next free one.
    pub(crate) fn numbers(&self, base: Option<&Manifest>) -> Vec<u32> {
        let known = base.map(|base| base.corpora.as_slice()).unwrap_or_default();
        let mut next = known.iter().map(|corpus| corpus.number + 1).max().unwrap_or(0);
        let mut numbers = Vec::with_capacity(self.corpora.len());
        for ScannedCorpus { collection, path, canonical, .. } in &self.corpora {
            let same = known.iter().find(|known| known.is(collection, path, canonical));
            numbers.push(same.map_or(next, |known| known.number));
            next += u32::from(same.is_none());
        }
        numbers
    }

    /// The number of snapshots that were found.
    pub fn snapshots(&self) -> u64 {
        self.policies.values().map(|candidates| candidates.len() as u64).sum()
    }

    /// The number of policies that were found.
    pub fn policies(&self) -> usize {
        self.policies.len()
    }

    /// The number of policies that each reader found, by name of the reader.
    pub fn policies_by_reader(&self) -> BTreeMap<&'static str, u64> {
        let mut counts = BTreeMap::new();
        for candidates in self.policies.values() {
            let names = candidates.iter().map(|candidate| self.readers[candidate.reader].name());
            for name in names.collect::<BTreeSet<_>>() {
                *counts.entry(name).or_default() += 1;
            }
        }
        counts
    }

    /// Clauses from the middle of `count` policies spread over the corpora. They show how the texts
    /// are cut into clauses.
    pub fn samples(&self, count: usize) -> Vec<SampleClause> {
        let step = (self.policies.len() / count.max(1)).max(1);
        let chosen = self.policies.iter().step_by(step).take(count);
        chosen
            .filter_map(|(key, candidates)| self.sample(&key.company, candidates.first()?))
            .collect()
    }

    /// The middle clause of a snapshot. `None`: it cannot be read, or has no clause.
    fn sample(&self, company: &str, candidate: &Candidate) -> Option<SampleClause> {
        let Candidate { reader, found, .. } = candidate;
        let snapshot = self.readers[*reader].session().read(found, true).ok()?;
        let mut clauses = section(&snapshot.text?.body);
        if clauses.is_empty() {
            return None;
        }
        let clause = clauses.swap_remove(clauses.len() / 2);
        Some(SampleClause { company: company.to_owned(), archive_date: found.time.date(), clause })
    }
}

/// Numbers the snapshots of one time that a reader found of a policy. They are at the end.
fn set_order(candidates: &mut [Candidate], reader: usize) {
    let others = candidates.partition_point(|candidate| candidate.reader != reader);
    let mut found: Vec<&mut Candidate> = candidates[others..].iter_mut().collect();
    found.sort_by_key(|candidate| (candidate.found.time, candidate.found.order));
    let places: Vec<u32> = places(found.iter().map(|candidate| candidate.found.time)).collect();
    for (candidate, place) in found.into_iter().zip(places) {
        candidate.order = place;
    }
}

/// A corpus to scan, as the user named it.
#[derive(Clone, Copy)]
struct NamedCorpus<'n> {
    path: &'n Path,
    /// Where it is read.
    place: &'n Path,
    collection: &'n str,
    options: &'n ReadOptions,
}

impl NamedCorpus<'_> {
    fn open(&self) -> Result<Box<dyn CorpusReader>> {
        let reader = corpus::open(self.place, self.options)?;
        let is_renamed = self.place != self.path;
        Ok(match is_renamed {
            true => Box::new(RenamedCorpus::new(reader, self.place, self.path)),
            false => reader,
        })
    }

    /// The same corpus in an index.
    fn known<'b>(&self, base: &'b Manifest, canonical: &str) -> Option<&'b IndexedCorpus> {
        base.corpora.iter().find(|corpus| corpus.is(self.collection, self.path, canonical))
    }

    /// The same corpus in an index, if there is nothing where it was.
    fn gone<'b>(&self, base: &'b Manifest) -> Option<&'b IndexedCorpus> {
        let is_gone = std::fs::symlink_metadata(self.place)
            .is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound);
        let path = std::path::absolute(self.place).ok().filter(|_| is_gone)?;
        let mut corpora = base.corpora.iter();
        corpora.find(|known| {
            known.collection == self.collection && Path::new(&known.canonical) == path
        })
    }

    fn unscanned(
        &self,
        canonical: String,
        known: Option<&IndexedCorpus>,
        reader: &str,
    ) -> ScannedCorpus {
        ScannedCorpus {
            path: self.path.to_owned(),
            canonical,
            collection: self.collection.to_owned(),
            options: self.options.clone(),
            extent: CorpusExtent::Whole,
            state: None,
            is_read_anew: known
                .is_some_and(|known| known.reader != reader || known.options != *self.options),
            report: IngestReport::default(),
        }
    }
}

/// Whether a scan for changes of this corpus is enough.
///
/// An input that could not be read may be readable now, and a snapshot that had vanished may be
/// there again, or be pruned now. Both take a scan of the whole corpus.
fn has_settled(known: &IndexedCorpus, base: &Manifest) -> bool {
    known.met.unreadable.count == 0 && base.inputs.vanished == 0
}

/// The file in which a git repository lists its submodules.
const SUBMODULES: &str = ".gitmodules";

/// The reasons for which a way to find company and date helps.
const NAMELESS: [SkipReason; 3] = [SkipReason::NoHeader, SkipReason::NoPolicy, SkipReason::NoDate];

/// The error of a corpus without a policy. `reader` is the name of its reader.
fn no_policy(named: &NamedCorpus<'_>, reader: &str, report: &IngestReport) -> Error {
    let NamedCorpus { path: corpus, options, .. } = named;
    let inputs = report.seen;
    let most_skipped = report.skipped.iter().map(|(skip, tally)| (tally.count, *skip)).max();
    let reason = if let Some(failure) = report.failed.first() {
        reason_of_failure(corpus, failure)
    } else {
        match (inputs, most_skipped) {
            (0, _) => reason_of_nothing(corpus, reader).to_owned(),
            (_, Some((_, skip @ SkipReason::NotFetched))) => {
                format!("{inputs} inputs, most of them {}", skip.reason())
            }
            (_, Some((_, SkipReason::Unread(_)))) => unread_formats(corpus, report),
            (1, Some((_, skip))) if skip != SkipReason::Hidden && !NAMELESS.contains(&skip) => {
                skip.reason().to_owned()
            }
            _ if corpus.join(SUBMODULES).is_file() => {
                "its policies may be in its submodules; fetch \
                them with `git submodule update --init` and name the folder of each"
                    .to_owned()
            }
            _ if report.skipped.keys().any(|skip| NAMELESS.contains(skip)) => {
                return nameless(corpus, options, report);
            }
            _ => reason_of_skips(report),
        }
    };
    Error::Corpus { path: corpus.to_path_buf(), message: format!("nothing to index: {reason}") }
}

/// Why no input of a corpus was read, where none lacks a name or a date.
fn reason_of_skips(report: &IngestReport) -> String {
    let hidden = report.skipped.get(&SkipReason::Hidden);
    let example = hidden.and_then(|hidden| hidden.examples.first());
    match (example, report.skipped.len()) {
        (Some(example), 1) if report.seen == 1 && Path::new(example).ends_with(".git") => {
            "the work tree of this git repository has no files; add the texts, or check them out"
                .to_owned()
        }
        (Some(example), 1) => format!(
            "everything in it is hidden, such as `{example}`; rename what is to be read, so that \
             its name does not begin with a dot, or name it itself"
        ),
        _ => {
            let reasons = report.skipped.iter();
            let reasons =
                reasons.map(|(skip, tally)| format!("{} ({})", skip.reason(), tally.count));
            format!("every input is left out: {}", reasons.collect::<Vec<_>>().join(", "))
        }
    }
}

/// Names the formats in a corpus that are not read there, each with a file and the step that helps.
fn unread_formats(corpus: &Path, report: &IngestReport) -> String {
    let unread = report.skipped.iter().filter(|(skip, _)| matches!(skip, SkipReason::Unread(_)));
    let named = unread.map(|(skip, Tally { count, examples })| {
        let first = examples.first().and_then(|at| inside(corpus, at)).unwrap_or("it");
        match count {
            1 => format!("`{first}` is {}", skip.reason()),
            _ => format!("each of {count} files such as `{first}` is {}", skip.reason()),
        }
    });
    named.collect::<Vec<_>>().join("; ")
}

/// The error of a corpus whose inputs do not say which policy they are, or when it was archived.
fn nameless(corpus: &Path, options: &ReadOptions, report: &IngestReport) -> Error {
    let (path, inputs) = (corpus.to_owned(), report.seen);
    let count = |skip| report.skipped.get(&skip).map_or(0, |tally| tally.count);
    match (&options.path, report.skipped.get(&SkipReason::NoPolicy)) {
        (Some(pattern), Some(Tally { count, examples })) => {
            let name = corpus.file_name().map(|name| name.to_string_lossy().into_owned());
            let first = examples.first().map(|at| inside(corpus, at).map(str::to_owned));
            let first = first.and_then(|inside| inside.or(name));
            let (pattern, count) = (pattern.clone(), *count);
            Error::NoMatchingPath { path, pattern, count, place: "", first }
        }
        _ if count(SkipReason::NoDate) > 0 && count(SkipReason::NoHeader) == 0 => {
            Error::NoDateFound { path, inputs }
        }
        _ => Error::NoPolicyFound { path, inputs },
    }
}

/// The place of an input inside its corpus; `None` if the input is the corpus itself.
fn inside<'p>(corpus: &Path, at: &'p str) -> Option<&'p str> {
    let inside = at.strip_prefix(&*corpus.to_string_lossy()).unwrap_or(at);
    let inside = inside.strip_prefix(": ").unwrap_or(inside).trim_start_matches('/');
    Some(inside).filter(|inside| !inside.is_empty())
}

/// Why the first input of a corpus could not be read, without repeating the name of the corpus.
fn reason_of_failure(corpus: &Path, failure: &ReadFailure) -> String {
    let ReadFailure { at, reason, .. } = failure;
    inside(corpus, at).map_or_else(|| reason.clone(), |inside| format!("{inside}: {reason}"))
}

/// Why a corpus has no inputs.
fn reason_of_nothing(corpus: &Path, reader: &str) -> &'static str {
    match reader {
        _ if corpus.is_dir() => "the folder is empty",
        "CSV" => "the table has no rows",
        "JSON Lines" => "it has no objects",
        "tar archive" | "zip archive" => "the archive has no files",
        "WARC file" => "the web archive has no responses of servers",
        _ => "it is empty",
    }
}
