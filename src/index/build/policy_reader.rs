//! Reads one policy: its new snapshots, in order with those that the index has, each distinct
//! text once.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::budget::{MemoryBudget, snapshot_bytes};
use super::known_snapshot::{CorpusPlace, KnownSnapshot, OrderedSnapshots, StoredFound};
use super::plan::pruning::Pruning;
use super::plan::update_plan::PolicyJob;
use super::previous::Previous;
use super::scan::{Candidate, CorpusScan, ScannedCorpus};
use super::semaphore::{Permit, Semaphore};
use crate::collapse::{CollapsedPolicy, CollapsedSnapshot, Collapser, SourceRecord, TextNumber};
use crate::corpus::{CorpusNotice, LoadedSnapshot, PolicyEnd, ReadSession, SkipReason, SourceText};
use crate::error::{Error, Result};
use crate::index::report::{IngestReport, ReadFailure};
use crate::index::store::document::StoredSnapshot;
use crate::index::store::manifest::InputCounts;
use crate::index::store::sources::PolicySources;
use crate::model::SnapshotInfo;
use crate::progress::Progress;

/// The result of reading a policy.
#[derive(Default)]
pub(super) struct PolicyRead {
    /// Its clauses and snapshots. `None`: the index has the same snapshots already.
    pub policy: Option<CollapsedPolicy>,
    /// Its sources and counts, for the next update. They are empty if `policy` is `None`.
    pub sources: PolicySources,
    /// How its inputs ended.
    pub report: IngestReport,
    /// How the inputs ended that have no text which can be read, by position of their reader in the
    /// scan.
    pub unread: HashMap<usize, InputCounts>,
    /// Held by a policy that is not small until it is written.
    pub large: Option<Permit>,
}

/// Reads the policies of a scan.
pub(super) struct PolicyReader<'r> {
    pub scan: &'r CorpusScan,
    /// The number in the index of each scanned corpus, in the order of the scan.
    pub numbers: &'r [u32],
    /// The canonical paths of all corpora of the index, by number.
    pub corpora: BTreeMap<u32, &'r str>,
    pub previous: Option<&'r Previous>,
    pub pruning: &'r Pruning,
    pub budget: MemoryBudget,
    /// Has one permit, which a policy takes that is not small.
    pub large_policies: Semaphore,
    pub progress: &'r dyn Progress,
}

impl PolicyReader<'_> {
    /// Reads a policy. The report lists the inputs that cannot be read.
    ///
    /// # Errors
    ///
    /// The policy cannot be read from the index.
    pub fn read(&self, job: &PolicyJob<'_>) -> Result<PolicyRead> {
        let mut reading = Reading::of(self);
        let mut stored = reading.stored(job)?;
        let Some(read) = self.read_new(job, &mut stored, &mut reading) else {
            return Ok(self.refused(job, &stored));
        };
        let is_kept = self.kept(&stored, &read);
        let kept = is_kept.iter().filter(|&&kept| kept).count();
        reading.out.report.removed = (stored.len() - kept) as u64;
        let vanished = self.vanished(&stored, &is_kept);
        reading.out.report.vanished = vanished.len() as u64;
        let sources = self.previous.and_then(|previous| previous.sources(job.key.hash()));
        let ends = self.ends(job, sources, &vanished);
        let has_same_ends = sources.is_some_and(|sources| sources.ends == ends);
        let has_same = job.rank.is_some() && read.is_empty() && kept == stored.len();
        let stored = stored.into_iter().zip(is_kept);
        let stored = stored.filter_map(|(stored, kept)| kept.then_some(stored.snapshot));
        let ordered = OrderedSnapshots::new(stored.chain(read).collect(), &self.corpora);
        if has_same && has_same_ends && !ordered.is_reordered {
            return Ok(reading.out);
        }
        Ok(reading.collapse(ordered, ends))
    }

    /// The ends of a policy, each with the number of its corpus: those that were found, and those
    /// in the index of corpora that were not scanned whole, or whose history has lost the policy.
    fn ends(
        &self,
        job: &PolicyJob<'_>,
        sources: Option<&PolicySources>,
        vanished: &[&KnownSnapshot],
    ) -> Vec<(u32, PolicyEnd)> {
        let found_in: HashSet<u32> =
            job.candidates.iter().map(|candidate| self.numbers[candidate.reader]).collect();
        let is_kept = |corpus: u32| match self.scanned(corpus) {
            Some(scanned) if scanned.is_scanned_whole() => {
                !self.is_pruned(corpus) && !scanned.is_read_anew && !found_in.contains(&corpus)
            }
            _ => true,
        };
        let stored = sources.iter().flat_map(|sources| &sources.ends);
        let mut ends: Vec<_> = stored.filter(|(corpus, _)| is_kept(*corpus)).cloned().collect();
        for (reader, end) in job.ends {
            let (corpus, mut end) = (self.numbers[*reader], end.clone());
            // Of one time, vanished snapshots are before those that the scan found.
            let is_before = |snapshot: &&&KnownSnapshot| {
                (snapshot.record.corpus, snapshot.info.time) == (corpus, end.time)
            };
            end.snapshots += vanished.iter().filter(is_before).count() as u64;
            ends.push((corpus, end));
        }
        ends.sort_by_key(|(corpus, _)| *corpus);
        ends
    }

    /// The result for a policy that does not fit the memory. The index keeps what it has of it.
    fn refused(&self, job: &PolicyJob<'_>, stored: &[StoredFound]) -> PolicyRead {
        let mut refused = PolicyRead::default();
        let reason = self.budget.refusal_of_policy(&job.key.company, &job.key.policy_type);
        let known: HashSet<_> = stored.iter().map(|stored| stored.snapshot.name()).collect();
        for (number, reader) in self.scan.readers.iter().enumerate() {
            let corpus = self.numbers[number];
            let is_read_anew = self.is_read_anew(corpus);
            let own = job.candidates.iter().filter(|candidate| candidate.reader == number);
            let (unchanged, new): (Vec<_>, Vec<_>) = own
                .map(|own| &own.found)
                .partition(|found| !is_read_anew && known.contains(&(corpus, found.fingerprint)));
            refused.report.unchanged += unchanged.len() as u64;
            let Some(first) = new.first() else { continue };
            let (at, reason, inputs) = (reader.at(first), reason.clone(), new.len() as u64);
            let unread = refused.unread.entry(number).or_default();
            unread.unreadable.add_all(inputs, format!("{at}: {reason}"));
            refused.report.failed.push(ReadFailure { at, reason, inputs });
        }
        refused
    }

    /// Reads the snapshots that the index does not have, and marks those that it has. `None`: the
    /// policy does not fit the memory.
    fn read_new(
        &self,
        job: &PolicyJob<'_>,
        stored: &mut [StoredFound],
        reading: &mut Reading<'_>,
    ) -> Option<Vec<KnownSnapshot>> {
        let by_name: HashMap<_, _> =
            stored.iter().enumerate().map(|(i, stored)| (stored.snapshot.name(), i)).collect();
        let mut newest_first: Vec<&Candidate> = job.candidates.iter().collect();
        // A git history stores its newest texts whole, and the older ones as changes from them.
        newest_first
            .sort_by_key(|candidate| Reverse((candidate.found.time, candidate.found.order)));
        let mut read = Vec::new();
        for candidate in newest_first {
            let corpus = self.numbers[candidate.reader];
            match by_name.get(&(corpus, candidate.found.fingerprint)) {
                Some(&known) if !self.is_read_anew(corpus) => {
                    let StoredFound { snapshot, is_found } = &mut stored[known];
                    *is_found = true;
                    if self.is_scanned_whole(snapshot) {
                        snapshot.place = CorpusPlace::Scanned(candidate.order);
                    }
                    reading.out.report.unchanged += 1;
                }
                _ => read.extend(reading.read(candidate)),
            }
            self.progress.advance(1);
            if !reading.fits() {
                return None;
            }
        }
        Some(read)
    }

    /// The position in the scan of a corpus of the index.
    fn position(&self, corpus: u32) -> Option<usize> {
        self.numbers.iter().position(|&number| number == corpus)
    }

    fn scanned(&self, corpus: u32) -> Option<&ScannedCorpus> {
        self.scan.corpora.get(self.position(corpus)?)
    }

    fn is_pruned(&self, corpus: u32) -> bool {
        self.position(corpus).is_some_and(|at| self.pruning.removes_from(at))
    }

    fn is_scanned_whole(&self, snapshot: &KnownSnapshot) -> bool {
        let scanned = self.scanned(snapshot.record.corpus);
        scanned.is_some_and(ScannedCorpus::is_scanned_whole)
    }

    fn is_read_anew(&self, corpus: u32) -> bool {
        self.scanned(corpus).is_some_and(|scanned| scanned.is_read_anew)
    }

    /// For each stored snapshot, whether it remains.
    ///
    /// Snapshots remain that were found, and the snapshots of corpora that were not scanned whole.
    /// Unless the index is pruned, so does a snapshot whose slot has no other snapshot now.
    fn kept(&self, stored: &[StoredFound], read: &[KnownSnapshot]) -> Vec<bool> {
        let found = stored.iter().filter(|stored| stored.is_found);
        let found = found.map(|stored| &stored.snapshot);
        let taken: HashSet<_> = found.chain(read).map(KnownSnapshot::slot).collect();
        let is_kept = stored.iter().map(|stored| {
            let snapshot = &stored.snapshot;
            stored.is_found
                || !self.is_scanned_whole(snapshot)
                || (!self.is_pruned(snapshot.record.corpus)
                    && !self.is_read_anew(snapshot.record.corpus)
                    && !taken.contains(&snapshot.slot()))
        });
        is_kept.collect()
    }

    /// The snapshots that remain although their corpora no longer contain them.
    fn vanished<'s>(&self, stored: &'s [StoredFound], is_kept: &[bool]) -> Vec<&'s KnownSnapshot> {
        let kept = stored.iter().zip(is_kept).filter(|(_, kept)| **kept);
        let vanished =
            kept.filter(|(stored, _)| !stored.is_found && self.is_scanned_whole(&stored.snapshot));
        vanished.map(|(stored, _)| &stored.snapshot).collect()
    }
}

/// Why a snapshot is not read.
enum UnreadSnapshot {
    /// It is left out by a rule.
    Skipped(SkipReason),
    /// It cannot be read, for this reason.
    Failed(String),
}

/// A text that the collapser has.
#[derive(Clone, Copy)]
struct KnownText {
    hash: [u8; 16],
    number: TextNumber,
    bytes: u64,
    is_recoded: bool,
}

/// The state of reading one policy.
struct Reading<'r> {
    reader: &'r PolicyReader<'r>,
    /// A session of each reader of the scan that was needed so far.
    sessions: Vec<Option<Box<dyn ReadSession + 'r>>>,
    collapser: Collapser,
    /// Texts by the position of their reader and the name that the reader gives them.
    by_name: HashMap<(usize, Vec<u8>), KnownText>,
    by_hash: HashMap<[u8; 16], KnownText>,
    /// The snapshots so far, and the clauses in all of them.
    snapshots: u64,
    occurrences: u64,
    out: PolicyRead,
}

impl<'r> Reading<'r> {
    fn of(reader: &'r PolicyReader<'r>) -> Self {
        Self {
            reader,
            sessions: reader.scan.readers.iter().map(|_| None).collect(),
            collapser: Collapser::default(),
            by_name: HashMap::new(),
            by_hash: HashMap::new(),
            snapshots: 0,
            occurrences: 0,
            out: PolicyRead::default(),
        }
    }

    /// Whether the policy fits the memory so far. If it is not small, it first waits until no other
    /// large policy is read.
    fn fits(&mut self) -> bool {
        let PolicyReader { budget, large_policies, .. } = self.reader;
        let needed = self.collapser.memory() + snapshot_bytes(self.snapshots, self.occurrences);
        if needed > budget.small_policy() && self.out.large.is_none() {
            self.out.large = Some(large_policies.acquire(1));
        }
        needed <= budget.policy()
    }

    /// Counts a snapshot with this text for the memory that the policy takes.
    fn count_memory(&mut self, text: TextNumber) {
        self.snapshots += 1;
        self.occurrences += self.collapser.clauses_of(text);
    }

    /// The snapshots that the index has of a policy, with its duplicates.
    fn stored(&mut self, job: &PolicyJob<'_>) -> Result<Vec<StoredFound>> {
        let (Some(previous), Some(rank)) = (self.reader.previous, job.rank) else {
            return Ok(Vec::new());
        };
        let policy = previous.index.guard(|| previous.index.collapsed(rank))?;
        let numbers = self.collapser.add_policy(&policy).ok_or_else(|| {
            previous.index.damaged("a snapshot lists a clause that its policy lacks")
        })?;
        let mut known = Vec::with_capacity(policy.snapshots.len());
        for (snapshot, text) in policy.snapshots.into_iter().zip(numbers) {
            let CollapsedSnapshot { info, record, .. } = snapshot;
            let SourceRecord { text_hash: hash, bytes, is_recoded, .. } = record;
            let text = KnownText { hash, number: text, bytes, is_recoded };
            self.by_hash.entry(hash).or_insert(text);
            self.count_memory(text.number);
            known.push(stored_snapshot(info, record, text.number));
        }
        let sources = previous.sources(job.key.hash());
        for duplicate in sources.iter().flat_map(|sources| &sources.duplicates) {
            known.push(self.stored_duplicate(previous, duplicate)?);
        }
        let found = known.into_iter();
        Ok(found.map(|snapshot| StoredFound { snapshot, is_found: false }).collect())
    }

    /// A duplicate of the index. Another snapshot of the policy has its text.
    fn stored_duplicate(
        &self,
        previous: &Previous,
        duplicate: &StoredSnapshot,
    ) -> Result<KnownSnapshot> {
        let StoredSnapshot { info, record, .. } = duplicate;
        let text = self.by_hash.get(&record.text_hash).ok_or_else(|| {
            previous.index.damaged("`sources.bin` has a duplicate whose text no snapshot has")
        })?;
        let mut info = info.clone();
        info.source.corpus = previous.index.corpus_path(record)?;
        Ok(stored_snapshot(info, *record, text.number))
    }

    /// Reads a snapshot. If it has no text that can be read, this is in the report, and `None` is
    /// returned.
    fn read(&mut self, candidate: &Candidate) -> Option<KnownSnapshot> {
        let Candidate { reader: number, order, found } = candidate;
        let (reader, corpus) = (&self.reader.scan.readers[*number], self.reader.numbers[*number]);
        match self.try_read(candidate) {
            Ok((info, text)) => {
                let KnownText { hash: text_hash, number: text, bytes, is_recoded } = text;
                let record = SourceRecord { corpus, order: 0, bytes, text_hash, is_recoded };
                let place = CorpusPlace::Scanned(*order);
                let is_known_elsewhere = false;
                self.count_memory(text);
                Some(KnownSnapshot { info, record, text, is_new: true, is_known_elsewhere, place })
            }
            Err(UnreadSnapshot::Skipped(reason)) => {
                let at = reader.at(found);
                let skipped = &mut self.out.unread.entry(*number).or_default().skipped;
                skipped.entry(reason.reason().to_owned()).or_default().add(at.clone());
                self.out.report.skip(reason, at);
                None
            }
            Err(UnreadSnapshot::Failed(reason)) => {
                let at = reader.at(found);
                let unread = self.out.unread.entry(*number).or_default();
                unread.unreadable.add(format!("{at}: {reason}"));
                self.out.report.fail(at, reason);
                None
            }
        }
    }

    /// The metadata and the text of a snapshot. A text that has the name of one that was read
    /// before is not read again.
    ///
    /// # Errors
    ///
    /// The reason why it is not read.
    fn try_read(
        &mut self,
        candidate: &Candidate,
    ) -> std::result::Result<(SnapshotInfo, KnownText), UnreadSnapshot> {
        let Candidate { reader: number, found, .. } = candidate;
        let reader = &self.reader.scan.readers[*number];
        let name = found.text_name().map(|name| (*number, name.to_vec()));
        let known = name.as_ref().and_then(|name| self.by_name.get(name)).copied();
        let session = self.sessions[*number].get_or_insert_with(|| reader.session());
        let read = session.read(found, known.is_none());
        let LoadedSnapshot { info, text, skipped } =
            read.map_err(|error| UnreadSnapshot::Failed(reason(&error)))?;
        if let Some(skipped) = skipped {
            return Err(UnreadSnapshot::Skipped(skipped));
        }
        let text = match (known, text) {
            (Some(known), _) => known,
            (None, Some(text)) => self.text(text).map_err(UnreadSnapshot::Failed)?,
            (None, None) => return Err(UnreadSnapshot::Failed("has no text".to_owned())),
        };
        self.by_name.extend(name.map(|name| (name, text)));
        Ok((info, text))
    }

    /// Cuts a text into clauses, unless it was read under another name.
    fn text(&mut self, text: SourceText) -> std::result::Result<KnownText, String> {
        let hash = text_hash(&text.body);
        if let Some(known) = self.by_hash.get(&hash) {
            return Ok(KnownText { is_recoded: text.is_recoded, ..*known });
        }
        if let Some(refusal) = self.reader.budget.refusal_of_text(&text.body) {
            return Err(refusal);
        }
        let collapser = &mut self.collapser;
        let bytes = text.body.len() as u64;
        let number = catch_unwind(AssertUnwindSafe(|| collapser.add_text(text.body)))
            .map_err(|_| "internal error while sectioning; please report it".to_owned())?;
        let known = KnownText { hash, number, bytes, is_recoded: text.is_recoded };
        self.by_hash.insert(hash, known);
        Ok(known)
    }

    /// Sets duplicates apart, and collapses the other snapshots.
    fn collapse(mut self, ordered: OrderedSnapshots, ends: Vec<(u32, PolicyEnd)>) -> PolicyRead {
        self.collapser.end_texts();
        for snapshot in ordered.snapshots {
            self.count(&snapshot);
            let KnownSnapshot { info, record, text, .. } = snapshot;
            self.collapser.add_snapshot(info, record, text);
        }
        ordered.duplicates.into_iter().for_each(|duplicate| self.duplicate(duplicate));
        let mut policy = self.collapser.finish();
        self.out.sources.ends = ends;
        policy.ends = self.out.sources.snapshot_ends(&policy.snapshots);
        self.out.sources.count(&policy);
        self.out.policy = Some(policy);
        self.out
    }

    /// Sets a duplicate apart.
    fn duplicate(&mut self, snapshot: KnownSnapshot) {
        let KnownSnapshot { mut info, record, is_new, .. } = snapshot;
        self.out.sources.add(&record, info.fingerprint);
        if is_new {
            self.out.report.skip(SkipReason::Duplicate, info.source.place());
        }
        // As in chunks, the manifest has the name of the corpus.
        info.source.corpus.clear();
        let duplicate = StoredSnapshot { info, record, title: None, lang: None };
        self.out.sources.duplicates.push(duplicate);
    }

    /// Counts a snapshot of the policy.
    fn count(&mut self, snapshot: &KnownSnapshot) {
        let KnownSnapshot { info, record, is_new, .. } = snapshot;
        let (sources, report) = (&mut self.out.sources, &mut self.out.report);
        sources.add(record, info.fingerprint);
        if record.is_recoded {
            sources.recoded.add(info.source.place());
            if *is_new {
                report.note(CorpusNotice::NotUtf8, info.source.place());
            }
        }
        if snapshot.is_known_elsewhere {
            report.skip(SkipReason::Duplicate, info.source.place());
        } else {
            report.indexed += u64::from(*is_new);
        }
    }
}

/// A snapshot of the index, at the place that it has there.
fn stored_snapshot(info: SnapshotInfo, record: SourceRecord, text: TextNumber) -> KnownSnapshot {
    let place = CorpusPlace::Stored(record.order);
    KnownSnapshot { info, record, text, is_new: false, is_known_elsewhere: false, place }
}

/// The hash by which equal texts of a policy are recognised. Its 128 bits are enough to treat equal
/// hashes as equal texts; nobody gains anything by making two texts collide.
fn text_hash(text: &str) -> [u8; 16] {
    twox_hash::XxHash3_128::oneshot(text.as_bytes()).to_le_bytes()
}

/// The reason of an error without the place, since the failure names the place itself.
fn reason(error: &Error) -> String {
    match error {
        Error::Io { source, .. } => source.to_string(),
        Error::Corpus { message, .. } => message.clone(),
        other => other.to_string(),
    }
}
