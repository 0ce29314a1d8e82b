//! Reading one policy: its new snapshots are read, put in order with those that the index has, and collapsed, each distinct text once.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::document::StoredSnapshot;
use super::ingest::{Candidate, CorpusScan, IngestReport, ScannedCorpus};
use super::plan::{Job, Previous};
use super::sources::PolicySources;
use crate::collapse::{CollapsedPolicy, CollapsedSnapshot, Collapser, SourceRecord, TextNumber};
use crate::corpus::{
    CorpusExtent, CorpusNotice, LoadedSnapshot, ReadSession, SkipReason, SourceText,
};
use crate::error::{Error, Result};
use crate::model::{SnapshotInfo, SnapshotSource, metadata_keys};
use crate::progress::Progress;

/// A policy as it was read.
#[derive(Default)]
pub struct PolicyRead {
    /// Its clauses and snapshots; `None` if the index has just that.
    pub policy: Option<CollapsedPolicy>,
    /// What the next update must know of it.
    pub sources: PolicySources,
    /// How its inputs ended.
    pub report: IngestReport,
    /// The reader that found each input of `report.failed`.
    pub failed_readers: Vec<usize>,
}

/// Reads policies of a scan.
pub struct PolicyReader<'r> {
    pub scan: &'r CorpusScan,
    /// Of the scanned corpora, in their order, the numbers in the index.
    pub numbers: &'r [u32],
    /// By number in the index, the canonical paths of corpora.
    pub corpora: BTreeMap<u32, &'r str>,
    pub previous: Option<&'r Previous>,
    pub prune: bool,
    pub progress: &'r dyn Progress,
}

impl PolicyReader<'_> {
    /// Reads a policy. What cannot be read is in the report.
    ///
    /// # Errors
    ///
    /// What the index has of it cannot be read.
    pub fn read(&self, job: &Job<'_>) -> Result<PolicyRead> {
        let mut reading = Reading {
            context: self,
            sessions: self.scan.readers.iter().map(|_| None).collect(),
            collapser: Collapser::default(),
            by_name: HashMap::new(),
            by_hash: HashMap::new(),
            out: PolicyRead::default(),
        };
        let stored = reading.stored(job)?;
        let by_fingerprint: HashMap<_, _> =
            stored.iter().enumerate().map(|(i, s)| (s.name(), i)).collect();
        let mut newest_first: Vec<&Candidate> = job.candidates.iter().collect();
        // Histories keep their newest texts whole and the older ones as changes from them.
        newest_first.sort_by_key(|(_, found)| std::cmp::Reverse((found.time, found.order)));
        let mut is_found = vec![false; stored.len()];
        let mut read = Vec::new();
        for candidate in newest_first {
            let name = (self.numbers[candidate.0], candidate.1.fingerprint);
            match by_fingerprint.get(&name) {
                Some(&known) if !self.is_read_anew(name.0) => {
                    is_found[known] = true;
                    reading.out.report.unchanged += 1;
                }
                _ => read.extend(reading.read(candidate)),
            }
            self.progress.advance(1);
        }
        let is_kept = self.kept(&stored, &is_found, &read);
        let kept = is_kept.iter().filter(|&&kept| kept).count();
        reading.out.report.removed = (stored.len() - kept) as u64;
        reading.out.report.vanished = self.vanished(&stored, &is_found, &is_kept);
        if job.rank.is_some() && read.is_empty() && kept == stored.len() {
            return Ok(reading.out);
        }
        let stored =
            stored.into_iter().zip(is_kept).filter_map(|(snapshot, kept)| kept.then_some(snapshot));
        Ok(reading.collapse(stored.chain(read).collect()))
    }

    fn scanned(&self, corpus: u32) -> Option<&ScannedCorpus> {
        let at = self.numbers.iter().position(|&number| number == corpus)?;
        self.scan.corpora.get(at)
    }

    fn extent(&self, corpus: u32) -> Option<CorpusExtent> {
        self.scanned(corpus).map(|scanned| scanned.extent)
    }

    fn is_read_anew(&self, corpus: u32) -> bool {
        self.scanned(corpus).is_some_and(|scanned| scanned.is_read_anew)
    }

    /// Which of the stored snapshots stay: those that were found, those of corpora that were not scanned whole, and - unless the index is
    /// pruned - those whose source holds nothing else now.
    fn kept(
        &self,
        stored: &[KnownSnapshot],
        is_found: &[bool],
        read: &[KnownSnapshot],
    ) -> Vec<bool> {
        let found =
            stored.iter().zip(is_found).filter_map(|(snapshot, &found)| found.then_some(snapshot));
        let taken: HashSet<_> = found.chain(read).map(KnownSnapshot::slot).collect();
        let is_kept = |(snapshot, &is_found): (&KnownSnapshot, &bool)| {
            is_found
                || self.extent(snapshot.record.corpus) != Some(CorpusExtent::Whole)
                || (!self.prune
                    && !self.is_read_anew(snapshot.record.corpus)
                    && !taken.contains(&snapshot.slot()))
        };
        stored.iter().zip(is_found).map(is_kept).collect()
    }

    fn vanished(&self, stored: &[KnownSnapshot], is_found: &[bool], is_kept: &[bool]) -> u64 {
        let all = stored.iter().zip(is_found.iter().zip(is_kept));
        let is_vanished = |snapshot: &KnownSnapshot, found: bool, kept: bool| {
            kept && !found && self.extent(snapshot.record.corpus) == Some(CorpusExtent::Whole)
        };
        all.filter(|(snapshot, (found, kept))| is_vanished(snapshot, **found, **kept)).count()
            as u64
    }
}

/// A snapshot whose text is known to the collapser.
struct KnownSnapshot {
    info: SnapshotInfo,
    record: SourceRecord,
    text: TextNumber,
    /// Whether the index did not have it.
    is_new: bool,
}

impl KnownSnapshot {
    /// What it is known by in the index.
    fn name(&self) -> (u32, u64) {
        (self.record.corpus, self.info.fingerprint)
    }

    /// Where its text is: a place that holds one snapshot, or the path of a history.
    fn slot(&self) -> (u32, &str, Option<&str>, Option<u64>) {
        let SnapshotSource { path, entry, line, .. } = &self.info.source;
        (self.record.corpus, path, entry.as_deref(), *line)
    }

    /// The order of snapshots of one second: of one corpus as it orders them, then by hash, then by their places.
    fn place<'s>(&'s self, corpora: &BTreeMap<u32, &'s str>) -> impl Ord + use<'s> {
        let SnapshotSource { path, entry, line, commit, .. } = &self.info.source;
        let SourceRecord { corpus, order, text_hash, .. } = &self.record;
        // By its path and not its number, which depends on when the corpus came to the index.
        (corpora.get(corpus).copied(), order, text_hash, path, entry, line, commit)
    }
}

/// A text that was read.
#[derive(Clone, Copy)]
struct KnownText {
    hash: [u8; 16],
    number: TextNumber,
    bytes: u64,
    is_windows_1252: bool,
}

struct Reading<'r> {
    context: &'r PolicyReader<'r>,
    sessions: Vec<Option<Box<dyn ReadSession + 'r>>>,
    collapser: Collapser,
    /// By reader and name of the text.
    by_name: HashMap<(usize, Vec<u8>), KnownText>,
    by_hash: HashMap<[u8; 16], KnownText>,
    out: PolicyRead,
}

impl Reading<'_> {
    /// The snapshots that the index has of a policy, the duplicates too.
    fn stored(&mut self, job: &Job<'_>) -> Result<Vec<KnownSnapshot>> {
        let (Some(previous), Some(rank)) = (self.context.previous, job.rank) else {
            return Ok(Vec::new());
        };
        let policy = previous.index.collapsed(rank)?;
        let numbers = self.collapser.add_policy(&policy).ok_or_else(|| {
            previous.index.damaged("a snapshot lists a clause that its policy lacks")
        })?;
        let mut known = Vec::with_capacity(policy.snapshots.len());
        for (CollapsedSnapshot { info, record, .. }, text) in
            policy.snapshots.into_iter().zip(numbers)
        {
            let SourceRecord { text_hash: hash, bytes, is_windows_1252, .. } = record;
            self.by_hash.entry(hash).or_insert(KnownText {
                hash,
                number: text,
                bytes,
                is_windows_1252,
            });
            known.push(KnownSnapshot { info, record, text, is_new: false });
        }
        let sources = previous.sources.0.get(&job.key.hash());
        for StoredSnapshot { info, record, .. } in
            sources.iter().flat_map(|sources| &sources.duplicates)
        {
            if let Some(text) = self.by_hash.get(&record.text_hash) {
                let mut info = info.clone();
                let corpus = previous.index.manifest().corpus(record.corpus);
                info.source.corpus = corpus.map(|corpus| corpus.path.clone()).unwrap_or_default();
                let (record, text) = (*record, text.number);
                known.push(KnownSnapshot { info, record, text, is_new: false });
            }
        }
        Ok(known)
    }

    fn read(&mut self, (number, found): &Candidate) -> Option<KnownSnapshot> {
        let context = self.context;
        let reader = context.scan.readers.get(*number)?;
        let name = found.text_name().map(|name| (*number, name.to_vec()));
        let known = name.as_ref().and_then(|name| self.by_name.get(name)).copied();
        let session = self.sessions[*number].get_or_insert_with(|| reader.session());
        let read = match session.read(found, known.is_none()) {
            Ok(LoadedSnapshot { info, text }) => match (known, text) {
                (Some(known), _) => Ok((info, known)),
                (None, Some(text)) => self.text(text).map(|text| (info, text)),
                (None, None) => Err("has no text".to_owned()),
            },
            Err(error) => Err(cause(&error)),
        };
        match read {
            Ok((info, text)) => {
                self.by_name.extend(name.map(|name| (name, text)));
                let KnownText { hash, number: text, bytes, is_windows_1252 } = text;
                let corpus = context.numbers[*number];
                let record = SourceRecord {
                    corpus,
                    order: found.order,
                    bytes,
                    text_hash: hash,
                    is_windows_1252,
                };
                Some(KnownSnapshot { info, record, text, is_new: true })
            }
            Err(reason) => {
                self.out.report.fail(reader.at(found), reason);
                self.out.failed_readers.push(*number);
                None
            }
        }
    }

    /// Sections a text, unless it was read under another name.
    fn text(&mut self, text: SourceText) -> std::result::Result<KnownText, String> {
        let hash = hash(&text.body);
        if let Some(known) = self.by_hash.get(&hash) {
            return Ok(KnownText { is_windows_1252: text.is_windows_1252, ..*known });
        }
        let collapser = &mut self.collapser;
        let bytes = text.body.len() as u64;
        let number = catch_unwind(AssertUnwindSafe(|| collapser.add_text(text.body)))
            .map_err(|_| "internal error while sectioning; please report it".to_owned())?;
        let known = KnownText { hash, number, bytes, is_windows_1252: text.is_windows_1252 };
        self.by_hash.insert(hash, known);
        Ok(known)
    }

    /// Puts the snapshots in order and takes equal ones once.
    fn collapse(mut self, mut snapshots: Vec<KnownSnapshot>) -> PolicyRead {
        self.collapser.end_texts();
        // Of equal texts the first in order of their places stays, however the corpora were given.
        let corpora = &self.context.corpora;
        snapshots
            .sort_by(|a, b| (a.info.time, a.place(corpora)).cmp(&(b.info.time, b.place(corpora))));
        let mut known = HashSet::new();
        let mut texts = HashSet::new();
        for KnownSnapshot { mut info, record, text, is_new } in snapshots {
            let (sources, report) = (&mut self.out.sources, &mut self.out.report);
            sources.add(record.corpus, info.fingerprint);
            if !known.insert((info.time, record.text_hash)) {
                if is_new {
                    report.skip(SkipReason::Duplicate, info.source.place());
                }
                info.source.corpus.clear();
                sources.duplicates.push(StoredSnapshot { info, record, title: None, lang: None });
                continue;
            }
            if record.is_windows_1252 {
                sources.windows_1252.add(info.source.place());
                if is_new {
                    report.note(CorpusNotice::Windows1252, info.source.place());
                }
            }
            report.indexed += u64::from(is_new);
            let time = info.time.seconds();
            let first = if known.len() == 1 { time } else { sources.span.0 };
            sources.span = (first, time);
            sources.bytes += record.bytes;
            if texts.insert(record.text_hash) {
                sources.texts += 1;
                sources.text_bytes += record.bytes;
            }
            self.collapser.add_snapshot(info, record, text);
        }
        let policy = self.collapser.finish();
        self.out.sources.occurrences =
            policy.snapshots.iter().map(|s| s.clauses.len() as u64).sum();
        for snapshot in &policy.snapshots {
            let sources = &mut self.out.sources;
            for key in metadata_keys(&snapshot.info.metadata) {
                *sources.metadata.entry(key).or_default() += 1;
            }
            if let Some(lang) = snapshot.lang {
                *sources.languages.entry(lang.to_string()).or_default() += 1;
            }
        }
        self.out.policy = Some(policy);
        self.out
    }
}

/// 128 bits are enough that no two texts of a policy meet; nobody gains by making them meet.
fn hash(text: &str) -> [u8; 16] {
    twox_hash::XxHash3_128::oneshot(text.as_bytes()).to_le_bytes()
}

/// The reason without the place, which the failure names itself.
fn cause(error: &Error) -> String {
    match error {
        Error::Io { source, .. } => source.to_string(),
        Error::Corpus { message, .. } => message.clone(),
        other => other.to_string(),
    }
}
