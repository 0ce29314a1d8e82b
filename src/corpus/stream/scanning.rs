//! The scan of a stream: writes snapshots to the temporary file, and reports them.

use std::collections::HashMap;
use std::io;
use std::path::PathBuf;

use super::rows::record::FieldNames;
use super::spill::{SpillFile, SpilledSnapshot};
use crate::corpus::corpus_reader::SeenInput;
use crate::corpus::forms::form::{SnapshotRecord, UnreadText};
use crate::corpus::forms::registry::FormRegistry;
use crate::corpus::found_snapshot::{FoundSnapshot, SnapshotBody, fingerprint};
use crate::corpus::notices::SkipReason;
use crate::error::Error;

/// What reading the entries and lines of a stream needs.
pub(super) struct StreamParts {
    /// The stream as the user named it.
    pub path: PathBuf,
    /// The forms of files in archives.
    pub forms: FormRegistry,
    /// The names of fields in JSON and CSV.
    pub names: FieldNames,
}

impl StreamParts {
    /// The place of something in the stream, for messages.
    pub fn place(&self, inside: &str) -> String {
        format!("{}: {inside}", self.path.to_string_lossy())
    }
}

/// Where in the stream a snapshot is.
pub(super) struct RecordPlace {
    /// The name of the file in an archive.
    pub entry: Option<String>,
    /// The line from 1 at which its row begins.
    pub line: Option<u64>,
    /// The number from 1 of its record in a web archive.
    pub number: Option<u64>,
}

impl RecordPlace {
    /// The file, or the record, that the snapshot is: `page.html`, `crawl.warc: record 2`.
    fn name(&self) -> Option<String> {
        let record = self.number.map(|number| format!("record {number}"));
        match (&self.entry, record) {
            (Some(entry), Some(record)) => Some(format!("{entry}: {record}")),
            (None, record) => record,
            (entry, None) => entry.clone(),
        }
    }
}

/// A scan in progress.
pub(super) struct StreamScan<'s> {
    pub parts: &'s StreamParts,
    spill: &'s SpillFile,
    sink: &'s mut dyn FnMut(SeenInput),
    /// How often each fingerprint of an entry has occurred so far.
    repeats: HashMap<u64, u64>,
    /// The snapshots of an archive, which a later entry may replace: they are reported at its end.
    held: Vec<Option<SeenInput>>,
    /// The positions in `held` of the snapshots of each entry, by a hash of its name.
    entries: HashMap<u64, Vec<usize>>,
    /// The entry or line that is being read, for messages.
    pub at: String,
    /// The number of the entry that is being read.
    entry: u64,
    /// The number of snapshots so far.
    kept: u64,
    /// Why the stream as a whole is no corpus.
    pub refusal: Option<Error>,
}

impl<'s> StreamScan<'s> {
    /// Starts a scan that writes snapshots to `spill` and reports to `sink`.
    pub fn new(
        parts: &'s StreamParts,
        spill: &'s SpillFile,
        sink: &'s mut dyn FnMut(SeenInput),
    ) -> Self {
        Self {
            parts,
            spill,
            sink,
            repeats: HashMap::new(),
            held: Vec::new(),
            entries: HashMap::new(),
            at: String::new(),
            entry: 0,
            kept: 0,
            refusal: None,
        }
    }

    /// Makes a report about the entry or line that is being read, from its place.
    pub fn report(&mut self, seen: impl FnOnce(String) -> SeenInput) {
        let at = self.parts.place(&self.at);
        (self.sink)(seen(at));
    }

    /// Reports that the entry or line that is being read cannot be read.
    pub fn fail(&mut self, reason: impl Into<String>) {
        self.report(|at| SeenInput::Failed(at, reason.into()));
    }

    /// Reports that the stream cannot be read beyond this point.
    pub fn fail_rest(&mut self, error: &io::Error) {
        let at = if self.at.is_empty() {
            self.parts.path.to_string_lossy().into_owned()
        } else {
            self.parts.place(&self.at)
        };
        (self.sink)(SeenInput::Failed(at, format!("the rest cannot be read: {error}")));
    }

    /// Begins the entry that is being read, the one with this number. The snapshots of an earlier
    /// entry of the same name are replaced: whoever unpacks the archive gets the last one.
    pub fn begin_entry(&mut self, number: u64) {
        self.entry = number;
        let name = fingerprint(&[self.at.as_bytes()]);
        for earlier in self.entries.insert(name, Vec::new()).into_iter().flatten() {
            self.held[earlier] = None;
            self.report(|at| SeenInput::Skipped(at, SkipReason::Replaced));
        }
    }

    /// Ends the scan. Returns why the stream as a whole is no corpus, if it is none.
    pub fn finish(self) -> Option<Error> {
        self.held.into_iter().flatten().for_each(self.sink);
        self.refusal
    }

    /// Reports that the entry or line that is being read has no text.
    pub fn leave_out(&mut self, unread: UnreadText) {
        match unread {
            UnreadText::Skipped(reason) => self.report(|at| SeenInput::Skipped(at, reason)),
            UnreadText::Failed(reason) => self.fail(reason),
        }
    }

    /// Makes the fingerprint of a repeated entry unique by its number among its repeats. Appending
    /// entries leaves the fingerprints of earlier ones as they are.
    pub fn numbered(&mut self, print: u64) -> u64 {
        let repeats = self.repeats.entry(print).or_default();
        *repeats += 1;
        if *repeats == 1 {
            print
        } else {
            fingerprint(&[&print.to_le_bytes(), &repeats.to_le_bytes()])
        }
    }

    /// Writes a snapshot to the temporary file and reports it.
    pub fn keep(
        &mut self,
        record: SnapshotRecord,
        print: u64,
        place: RecordPlace,
    ) -> io::Result<()> {
        let SnapshotRecord { key, facts, text } = record;
        let size = text.body.len() as u64;
        let entry_hash = place.entry.as_ref().map(|entry| fingerprint(&[entry.as_bytes()]));
        let (entry, line) = (place.name(), place.line);
        let name = entry.as_deref().map(Into::into);
        let place = self.spill.write(SpilledSnapshot { entry, line, facts, text })?;
        let body = SnapshotBody::Spilled { place, line: line.unwrap_or(0), name };
        self.kept += 1;
        let order = self.entry << 32 | self.kept;
        let found =
            Box::new(FoundSnapshot { time: key.time, order, size, fingerprint: print, body });
        let seen = SeenInput::Found { company: key.company, policy_type: key.policy_type, found };
        match entry_hash.and_then(|hash| self.entries.get_mut(&hash)) {
            Some(positions) => {
                positions.push(self.held.len());
                self.held.push(Some(seen));
            }
            None => (self.sink)(seen),
        }
        Ok(())
    }
}
