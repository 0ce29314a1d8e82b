//! Reading one policy: its snapshots are read, put in order and collapsed, each distinct text once.

use std::collections::{HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::ingest::{Candidate, IngestReport};
use crate::collapse::{Collapsed, Collapser, TextNumber};
use crate::corpus::{Found, Notice, Reader, Session, Skip, Snapshot, Text};
use crate::error::Error;
use crate::model::SnapshotInfo;
use crate::progress::Progress;

/// A policy as it was read.
#[derive(Default)]
pub struct PolicyRead {
    /// Its clauses and snapshots.
    pub policy: Collapsed,
    /// How its inputs ended.
    pub report: IngestReport,
    /// Distinct texts, and their bytes.
    pub texts: u64,
    pub text_bytes: u64,
    /// Bytes of the texts of all snapshots.
    pub bytes: u64,
}

/// Reads the snapshots of one policy. What cannot be read is in the report.
pub fn read_policy(
    readers: &[Box<dyn Reader>],
    candidates: &[Candidate],
    progress: &dyn Progress,
) -> PolicyRead {
    let mut reading = Reading {
        readers,
        sessions: readers.iter().map(|_| None).collect(),
        collapser: Collapser::default(),
        by_name: HashMap::new(),
        by_hash: HashMap::new(),
        out: PolicyRead::default(),
    };
    let mut newest_first: Vec<&Candidate> = candidates.iter().collect();
    // Histories keep their newest texts whole and the older ones as changes from them.
    newest_first.sort_by_key(|(_, found)| std::cmp::Reverse((found.time, found.order)));
    let mut read = Vec::with_capacity(candidates.len());
    for (reader, found) in newest_first {
        read.extend(reading.read(*reader, found));
        progress.advance(1);
    }
    reading.collapse(read)
}

/// A snapshot whose text is known to the collapser.
struct ReadSnapshot<'f> {
    found: &'f Found,
    at: String,
    info: SnapshotInfo,
    text: KnownText,
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
    readers: &'r [Box<dyn Reader>],
    sessions: Vec<Option<Box<dyn Session + 'r>>>,
    collapser: Collapser,
    /// By reader and name of the text.
    by_name: HashMap<(usize, Vec<u8>), KnownText>,
    by_hash: HashMap<[u8; 16], KnownText>,
    out: PolicyRead,
}

impl<'r> Reading<'r> {
    fn read<'f>(&mut self, number: usize, found: &'f Found) -> Option<ReadSnapshot<'f>> {
        let reader = &self.readers[number];
        let name = found.text_name().map(|name| (number, name.to_vec()));
        let known = name.as_ref().and_then(|name| self.by_name.get(name)).copied();
        let session = self.sessions[number].get_or_insert_with(|| reader.session());
        let at = reader.at(found);
        let (info, text) = match session.read(found, known.is_none()) {
            Ok(Snapshot { info, text }) => (info, text),
            Err(error) => {
                self.out.report.fail(at, cause(&error));
                return None;
            }
        };
        let text = match (known, text) {
            (Some(known), _) => Ok(known),
            (None, Some(text)) => self.text(text),
            (None, None) => Err("has no text".to_owned()),
        };
        match text {
            Ok(text) => {
                self.by_name.extend(name.map(|name| (name, text)));
                Some(ReadSnapshot { found, at, info, text })
            }
            Err(reason) => {
                self.out.report.fail(at, reason);
                None
            }
        }
    }

    /// Sections a text, unless it was read under another name.
    fn text(&mut self, text: Text) -> Result<KnownText, String> {
        let hash = hash(&text.body);
        if let Some(known) = self.by_hash.get(&hash) {
            return Ok(KnownText { is_windows_1252: text.is_windows_1252, ..*known });
        }
        let collapser = &mut self.collapser;
        let bytes = text.body.len() as u64;
        let number = catch_unwind(AssertUnwindSafe(|| collapser.text(text.body)))
            .map_err(|_| "internal error while sectioning; please report it".to_owned())?;
        self.out.texts += 1;
        self.out.text_bytes += bytes;
        let known = KnownText { hash, number, bytes, is_windows_1252: text.is_windows_1252 };
        self.by_hash.insert(hash, known);
        Ok(known)
    }

    /// Puts the snapshots in order - of one second: as the corpus orders them, then by hash - and takes equal ones once.
    fn collapse(mut self, mut read: Vec<ReadSnapshot<'_>>) -> PolicyRead {
        // Of equal texts the first in order of their places stays, however the corpora were given.
        read.sort_by(|a, b| {
            (a.found.time, a.found.order, a.text.hash, &a.at).cmp(&(
                b.found.time,
                b.found.order,
                b.text.hash,
                &b.at,
            ))
        });
        let mut known = HashSet::new();
        for ReadSnapshot { found, at, info, text } in read {
            if !known.insert((found.time, text.hash)) {
                self.out.report.skip(Skip::Duplicate, at);
                continue;
            }
            if text.is_windows_1252 {
                self.out.report.note(Notice::Windows1252, at);
            }
            self.out.report.indexed += 1;
            self.out.bytes += text.bytes;
            self.collapser.snapshot(info, text.hash, text.number);
        }
        self.out.policy = self.collapser.finish();
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
