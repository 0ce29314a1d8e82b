//! The scan of a stream: turns lines, rows and entries into snapshots in the temporary file.

use std::collections::HashMap;
use std::io::{self, Read};
use std::path::PathBuf;

use super::csv;
use super::jsonl::{self, JsonMembers};
use super::lines::{BoundedLine, LineReader, MAX_LINE};
use super::record::{self, FieldNames};
use super::spill::{SpillFile, SpilledSnapshot};
use crate::corpus::corpus_reader::SeenInput;
use crate::corpus::forms::form::{HEAD_BYTES, SnapshotRecord, UnreadText};
use crate::corpus::forms::registry::{FormRegistry, RecognisedFile};
use crate::corpus::found_snapshot::{FoundSnapshot, SnapshotBody, fingerprint};
use crate::corpus::source_text::{MAX_BYTES, SourceText};

/// What reading the entries and lines of a stream needs.
pub(super) struct StreamParts {
    /// The stream as the user named it.
    pub path: PathBuf,
    /// The forms of files in archives.
    pub forms: FormRegistry,
    /// The names of fields in JSON Lines and CSV.
    pub names: FieldNames,
}

impl StreamParts {
    /// The place of something in the stream, for messages.
    pub fn place(&self, inside: &str) -> String {
        format!("{}: {inside}", self.path.to_string_lossy())
    }
}

/// Where in the stream a snapshot is.
enum RecordPlace {
    /// An entry of an archive, by its name.
    Entry(String),
    /// A line or row, by its number from 1.
    Line(u64),
}

/// A scan in progress.
pub(super) struct StreamScan<'s> {
    parts: &'s StreamParts,
    spill: &'s SpillFile,
    sink: &'s mut dyn FnMut(SeenInput),
    /// How often each fingerprint of an entry has occurred so far.
    repeats: HashMap<u64, u64>,
    /// The entry or line that is being read, for messages.
    pub at: String,
}

impl<'s> StreamScan<'s> {
    /// Starts a scan that writes snapshots to `spill` and reports to `sink`.
    pub fn new(
        parts: &'s StreamParts,
        spill: &'s SpillFile,
        sink: &'s mut dyn FnMut(SeenInput),
    ) -> Self {
        Self { parts, spill, sink, repeats: HashMap::new(), at: String::new() }
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

    /// Reads a file of an archive. `stamp` is metadata that changes with the file; if it is empty,
    /// the content of the file is hashed instead.
    pub fn entry(&mut self, path: &str, stamp: &[u8], mut source: impl Read) -> io::Result<()> {
        self.at = safe_name(path);
        let mut bytes = Vec::new();
        source.by_ref().take(HEAD_BYTES).read_to_end(&mut bytes)?;
        match self.parts.forms.recognise(&self.at, &bytes) {
            RecognisedFile::Skipped(skip) => self.report(|at| SeenInput::Skipped(at, skip)),
            RecognisedFile::Failed(reason) => self.fail(reason),
            RecognisedFile::Found(_) => {
                // The bytes are counted while they are read: sizes in headers are not trusted.
                source.take(MAX_BYTES + 1 - bytes.len() as u64).read_to_end(&mut bytes)?;
                return self.keep_entry(stamp, bytes);
            }
        }
        Ok(())
    }

    fn keep_entry(&mut self, stamp: &[u8], bytes: Vec<u8>) -> io::Result<()> {
        if bytes.len() as u64 > MAX_BYTES {
            self.fail(format!("is larger than {} MiB, too much for one text", MAX_BYTES >> 20));
            return Ok(());
        }
        let stamp = if stamp.is_empty() { &fingerprint(&[&bytes]).to_le_bytes() } else { stamp };
        let print = fingerprint(&[self.at.as_bytes(), stamp]);
        match self.parts.forms.read(&self.at, bytes) {
            Ok(Some(record)) => {
                let print = self.numbered(print);
                self.keep(record, print, RecordPlace::Entry(self.at.clone()))?;
            }
            Ok(None) => self.fail("has no form that is known"),
            Err(unread) => self.leave_out(unread),
        }
        Ok(())
    }

    /// Reports that the entry or line that is being read has no text.
    fn leave_out(&mut self, unread: UnreadText) {
        match unread {
            UnreadText::Skipped(reason) => self.report(|at| SeenInput::Skipped(at, reason)),
            UnreadText::Failed(reason) => self.fail(reason),
        }
    }

    /// Reads JSON Lines.
    pub fn json_lines(&mut self, mut lines: LineReader<impl io::BufRead>) -> io::Result<()> {
        loop {
            self.at = format!("line {}", lines.line());
            let Some((line, piece)) = lines.next()? else { return Ok(()) };
            self.record(line, piece, jsonl::members)?;
        }
    }

    /// Reads CSV whose first row names the fields.
    pub fn rows(
        &mut self,
        mut lines: LineReader<impl io::BufRead>,
        delimiter: u8,
    ) -> io::Result<()> {
        let header = match lines.next()? {
            Some((_, BoundedLine::Whole(bytes))) => {
                csv::fields(&SourceText::decode(bytes).body, delimiter).map_err(io::Error::other)?
            }
            _ => return Err(io::Error::other("the first row is too long")),
        };
        loop {
            self.at = format!("line {}", lines.line());
            let Some((line, piece)) = lines.next()? else { return Ok(()) };
            self.record(line, piece, |text| csv::members(&header, csv::fields(text, delimiter)?))?;
        }
    }

    /// Reads one line or row, whose fields `members` returns.
    fn record(
        &mut self,
        line: u64,
        piece: BoundedLine,
        members: impl FnOnce(&str) -> Result<JsonMembers, String>,
    ) -> io::Result<()> {
        let bytes = match piece {
            BoundedLine::Whole(bytes) if bytes.trim_ascii().is_empty() => return Ok(()),
            BoundedLine::Whole(bytes) => bytes,
            BoundedLine::TooLong => {
                self.fail(format!("is longer than {} MiB", MAX_LINE >> 20));
                return Ok(());
            }
        };
        // The line number is part of what the index stores, so it is part of the state.
        let print = fingerprint(&[&line.to_le_bytes(), &bytes]);
        let SourceText { body, is_recoded } = SourceText::decode(bytes);
        let members = members(&body).map_err(UnreadText::Failed);
        let read = members.and_then(|members| record::read(members, &self.parts.names, is_recoded));
        match read {
            Ok(record) => self.keep(record, print, RecordPlace::Line(line)),
            Err(unread) => {
                self.leave_out(unread);
                Ok(())
            }
        }
    }

    /// Makes the fingerprint of a repeated entry unique by its number among its repeats. Appending
    /// entries leaves the fingerprints of earlier ones as they are.
    fn numbered(&mut self, print: u64) -> u64 {
        let repeats = self.repeats.entry(print).or_default();
        *repeats += 1;
        if *repeats == 1 {
            print
        } else {
            fingerprint(&[&print.to_le_bytes(), &repeats.to_le_bytes()])
        }
    }

    /// Writes a snapshot to the temporary file and reports it.
    fn keep(&mut self, record: SnapshotRecord, print: u64, place: RecordPlace) -> io::Result<()> {
        let SnapshotRecord { key, facts, text } = record;
        let size = text.body.len() as u64;
        let (entry, line) = match place {
            RecordPlace::Entry(name) => (Some(name), None),
            RecordPlace::Line(line) => (None, Some(line)),
        };
        let name = entry.as_deref().map(Into::into);
        let place = self.spill.write(&SpilledSnapshot { entry, line, facts, text })?;
        let body = SnapshotBody::Spilled { place, line: line.unwrap_or(0), name };
        let found =
            Box::new(FoundSnapshot { time: key.time, order: 0, size, fingerprint: print, body });
        (self.sink)(SeenInput::Found { company: key.company, policy_type: key.policy_type, found });
        Ok(())
    }
}

/// The path of an entry without parts that lead out of the archive.
fn safe_name(path: &str) -> String {
    let parts: Vec<&str> =
        path.split(['/', '\\']).filter(|part| !matches!(*part, "" | "." | "..")).collect();
    parts.join("/")
}
