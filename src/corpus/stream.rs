//! Corpora that are one stream: JSON Lines, CSV and archives, plain or compressed, from a file or standard input.
//!
//! A stream is read once, by the scan, which keeps what it finds in a [`Spill`]; sessions read from there.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::archive;
use super::compression::{self, is_compressed, peek};
use super::facts::Facts;
use super::forms::{Forms, HEAD_BYTES, Recognised, Record};
use super::html::HtmlForm;
use super::jsonl;
use super::lines::{Lines, Piece};
use super::record::{self, Names};
use super::rows;
use super::spill::{Kept, Spill};
use super::{
    CorpusExtent, CorpusReader, FoundSnapshot, MAX_BYTES, ReadOptions, ReadSession, SeenInput,
    Snapshot, SnapshotBody, SourceText, fingerprint,
};
use crate::error::{Error, Result};
use crate::model::{SnapshotInfo, SnapshotSource};

/// The largest line or row: the largest text, escaped, and other fields.
const MAX_LINE: usize = MAX_BYTES as usize + (16 << 20);

/// What a stream holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    JsonLines,
    Csv(u8),
    Tar,
    Zip,
    /// One compressed file of some form.
    One,
}

/// A corpus that is one stream.
pub(super) struct Streamed {
    path: PathBuf,
    forms: Forms,
    names: Names,
    /// For pages that are fields.
    pages: HtmlForm,
    temporary: Option<PathBuf>,
    shape: Shape,
    spill: OnceLock<Spill>,
    /// The state of the file when it was scanned.
    scanned: OnceLock<Option<String>>,
}

impl Streamed {
    /// The reader for the file at `path`, or standard input for `-`. `None`: the file is no stream of snapshots.
    ///
    /// # Errors
    ///
    /// The file cannot be read; an option that cannot be.
    pub fn open(path: &Path, options: &ReadOptions) -> Result<Option<Self>> {
        let names = Names::new(&options.map)?;
        let shape = if is_stdin(path) {
            // Known when it is read.
            Some(Shape::One)
        } else if path.is_file() {
            let (raw, source) = peek(Box::new(File::open(path).map_err(Error::io(path))?), 4)
                .map_err(Error::io(path))?;
            // A compressed file that is damaged from the start is told so by the scan.
            let head = compression::decompress(source).and_then(|source| peek(source, HEAD_BYTES));
            let head = head.map(|(head, _)| head).unwrap_or_default();
            shape(&head, &names).or(is_compressed(&raw).then_some(Shape::One))
        } else {
            None
        };
        let Some(shape) = shape else { return Ok(None) };
        let forms = Forms::new(options)?;
        let temporary = options.temporary.clone();
        Ok(Some(Self {
            path: path.to_owned(),
            forms,
            names,
            pages: HtmlForm::new(),
            temporary,
            shape,
            spill: OnceLock::new(),
            scanned: OnceLock::new(),
        }))
    }

    /// Shown where something of the stream is meant.
    fn place(&self, inside: &str) -> String {
        format!("{}: {inside}", self.path.to_string_lossy())
    }

    fn read_stream(&self, scan: &mut Scanning<'_>) -> io::Result<()> {
        let source: Box<dyn Read> = if is_stdin(&self.path) {
            Box::new(io::stdin())
        } else {
            Box::new(File::open(&self.path)?)
        };
        let (head, source) = peek(compression::decompress(source)?, HEAD_BYTES)?;
        let source = BufReader::new(source);
        match shape(&head, &self.names).unwrap_or(Shape::One) {
            Shape::JsonLines => scan.json_lines(Lines::new(source, MAX_LINE, None)),
            Shape::Csv(delimiter) => {
                scan.rows(Lines::new(source, MAX_LINE, Some(delimiter)), delimiter)
            }
            Shape::Tar => archive::tar(source, scan),
            Shape::Zip if is_stdin(&self.path) => {
                Err(io::Error::other("a zip archive can be read from a file only"))
            }
            Shape::Zip => archive::zip(File::open(&self.path)?, scan),
            Shape::One => {
                let name = self.path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
                scan.entry(&name, &[], source)
            }
        }
    }
}

fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

fn shape(head: &[u8], names: &Names) -> Option<Shape> {
    let text = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start();
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        Some(Shape::Zip)
    } else if head.get(257..262) == Some(b"ustar") {
        Some(Shape::Tar)
    } else if text.starts_with(b"{\"") || text.starts_with(b"{ ") {
        Some(Shape::JsonLines)
    } else if rows::is_table(head, names) {
        Some(Shape::Csv(rows::delimiter(head)))
    } else {
        None
    }
}

impl CorpusReader for Streamed {
    fn name(&self) -> &'static str {
        match self.shape {
            Shape::JsonLines => "JSON Lines",
            Shape::Csv(_) => "CSV",
            Shape::Tar => "tar archive",
            Shape::Zip => "zip archive",
            Shape::One => "stream",
        }
    }

    fn scan(&self, sink: &mut dyn FnMut(SeenInput)) -> Result<()> {
        // Before it is read: what changes meanwhile is read again the next time.
        self.scanned
            .get_or_init(|| if is_stdin(&self.path) { None } else { file_state(&self.path) });
        let spill = Spill::new(self.temporary.as_deref())
            .map_err(Error::io(Path::new("temporary file")))?;
        let spill = self.spill.get_or_init(|| spill);
        let mut scan =
            Scanning { stream: self, spill, sink, repeats: Default::default(), at: String::new() };
        if let Err(error) = self.read_stream(&mut scan) {
            // What was before the cut counts.
            let at = if scan.at.is_empty() {
                self.path.to_string_lossy().into_owned()
            } else {
                self.place(&scan.at)
            };
            (scan.sink)(SeenInput::Failed(at, format!("the rest cannot be read: {error}")));
        }
        Ok(())
    }

    fn state(&self) -> Option<String> {
        self.scanned.get().cloned().flatten()
    }

    fn scan_since(&self, state: &str, sink: &mut dyn FnMut(SeenInput)) -> Result<CorpusExtent> {
        if file_state(&self.path).as_deref() == Some(state) {
            return Ok(CorpusExtent::Unchanged);
        }
        self.scan(sink)?;
        Ok(CorpusExtent::Whole)
    }

    fn at(&self, found: &FoundSnapshot) -> String {
        match (&found.body, self.spill.get()) {
            (SnapshotBody::Spilled { name: Some(name), .. }, _) => self.place(name),
            (SnapshotBody::Spilled { line, .. }, _) => self.place(&format!("line {line}")),
            _ => self.path.to_string_lossy().into_owned(),
        }
    }

    fn session(&self) -> Box<dyn ReadSession + '_> {
        Box::new(StreamSession(self))
    }
}

/// Size and time of change of a file.
fn file_state(path: &Path) -> Option<String> {
    let metadata = std::fs::metadata(path).ok()?;
    let modified = metadata.modified().ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
    Some(format!("{} bytes, changed {}", metadata.len(), modified.as_nanos()))
}

/// A scan under way.
pub(super) struct Scanning<'s> {
    stream: &'s Streamed,
    spill: &'s Spill,
    sink: &'s mut dyn FnMut(SeenInput),
    /// How often each hash was met.
    repeats: std::collections::HashMap<u64, u64>,
    /// What is being read.
    pub at: String,
}

impl Scanning<'_> {
    /// What was left out, or could not be read.
    pub fn tell(&mut self, seen: impl FnOnce(String) -> SeenInput) {
        let at = self.stream.place(&self.at);
        (self.sink)(seen(at));
    }

    /// A file of an archive. `stamp`: what changes when it does; empty where only its content tells.
    pub fn entry(&mut self, path: &str, stamp: &[u8], mut source: impl Read) -> io::Result<()> {
        self.at = sanitise(path);
        let mut bytes = Vec::new();
        source.by_ref().take(HEAD_BYTES).read_to_end(&mut bytes)?;
        let inside = self.at.clone();
        match self.stream.forms.recognise(&inside, &bytes) {
            Recognised::Skipped(skip) => self.tell(|at| SeenInput::Skipped(at, skip)),
            Recognised::Failed(reason) => self.tell(|at| SeenInput::Failed(at, reason)),
            Recognised::Record(_) => {
                // Counted as they come: what headers say of sizes is not trusted.
                source.take(MAX_BYTES + 1 - bytes.len() as u64).read_to_end(&mut bytes)?;
                if bytes.len() as u64 > MAX_BYTES {
                    let reason =
                        format!("is larger than {} MiB, too much for one text", MAX_BYTES >> 20);
                    self.tell(|at| SeenInput::Failed(at, reason));
                    return Ok(());
                }
                let stamp =
                    if stamp.is_empty() { &fingerprint(&[&bytes]).to_le_bytes() } else { stamp };
                let print = fingerprint(&[inside.as_bytes(), stamp]);
                match self.stream.forms.read(&inside, bytes) {
                    Ok(Some((record, facts, text))) => {
                        let print = self.unique(print);
                        self.keep(record, facts, text, print, Some(inside), None)?;
                    }
                    Ok(None) => self
                        .tell(|at| SeenInput::Failed(at, "has no form that is known".to_owned())),
                    Err(reason) => self.tell(|at| SeenInput::Failed(at, reason)),
                }
            }
        }
        Ok(())
    }

    fn json_lines(&mut self, mut lines: Lines<impl io::BufRead>) -> io::Result<()> {
        loop {
            self.at = format!("line {}", lines.line());
            let Some((line, piece)) = lines.next()? else { return Ok(()) };
            self.record(line, piece, |bytes| {
                let text =
                    std::str::from_utf8(bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes));
                let text = text
                    .map_err(|error| format!("column {}: is not UTF-8", error.valid_up_to() + 1))?;
                jsonl::members(text)
            })?;
        }
    }

    fn rows(&mut self, mut lines: Lines<impl io::BufRead>, delimiter: u8) -> io::Result<()> {
        let header = match lines.next()? {
            Some((_, Piece::Whole(bytes))) => {
                rows::fields(&bytes, delimiter).map_err(io::Error::other)?
            }
            _ => return Err(io::Error::other("the first row is too long")),
        };
        loop {
            self.at = format!("line {}", lines.line());
            let Some((line, piece)) = lines.next()? else { return Ok(()) };
            self.record(line, piece, |bytes| {
                rows::members(&header, rows::fields(bytes, delimiter)?)
            })?;
        }
    }

    fn record(
        &mut self,
        line: u64,
        piece: Piece,
        members: impl FnOnce(&[u8]) -> std::result::Result<record::Members, String>,
    ) -> io::Result<()> {
        let bytes = match piece {
            Piece::Whole(bytes) if bytes.trim_ascii().is_empty() => return Ok(()),
            Piece::Whole(bytes) => bytes,
            Piece::TooLong => {
                let reason = format!("is longer than {} MiB", MAX_LINE >> 20);
                self.tell(|at| SeenInput::Failed(at, reason));
                return Ok(());
            }
        };
        match members(&bytes)
            .and_then(|members| record::read(members, &self.stream.names, &self.stream.pages))
        {
            Ok((record, facts, text)) => {
                // With its line, which is part of what is stored.
                let print = fingerprint(&[&line.to_le_bytes(), &bytes]);
                self.keep(record, facts, text, print, None, Some(line))
            }
            Err(reason) => {
                self.tell(|at| SeenInput::Failed(at, reason));
                Ok(())
            }
        }
    }

    /// Entries of one name are told apart by their number, so that appended ones leave the others as they were.
    fn unique(&mut self, print: u64) -> u64 {
        let repeats = self.repeats.entry(print).or_default();
        *repeats += 1;
        if *repeats == 1 {
            print
        } else {
            fingerprint(&[&print.to_le_bytes(), &repeats.to_le_bytes()])
        }
    }

    fn keep(
        &mut self,
        record: Record,
        facts: Facts,
        text: SourceText,
        fingerprint: u64,
        entry: Option<String>,
        line: Option<u64>,
    ) -> io::Result<()> {
        let size = text.body.len() as u64;
        let name = entry.as_deref().map(Into::into);
        let kept = Kept {
            entry,
            line,
            url: facts.url,
            archive_url: facts.archive_url,
            is_technical: facts.is_technical,
            metadata: facts.metadata,
            text: text.body,
            is_windows_1252: text.is_windows_1252,
        };
        let place = self.spill.keep(&kept)?;
        let body = SnapshotBody::Spilled { place, line: line.unwrap_or(0), name };
        let found =
            Box::new(FoundSnapshot { time: record.time, order: 0, size, fingerprint, body });
        let (company, policy_type) = (record.company, record.policy_type);
        (self.sink)(SeenInput::Found { company, policy_type, found });
        Ok(())
    }
}

/// The path of an entry as a name: without parts that lead elsewhere.
fn sanitise(path: &str) -> String {
    let parts: Vec<&str> =
        path.split(['/', '\\']).filter(|part| !matches!(*part, "" | "." | "..")).collect();
    parts.join("/")
}

struct StreamSession<'r>(&'r Streamed);

impl ReadSession for StreamSession<'_> {
    fn read(&mut self, found: &FoundSnapshot, _wants_text: bool) -> Result<Snapshot> {
        let stream = self.0;
        let (SnapshotBody::Spilled { place, .. }, Some(spill)) = (&found.body, stream.spill.get())
        else {
            let message = "was not found in this stream".to_owned();
            return Err(Error::Corpus { path: stream.path.clone(), message });
        };
        let kept = spill.read(*place).map_err(Error::io(Path::new("temporary file")))?;
        let name = stream.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let source = SnapshotSource {
            corpus: stream.path.to_string_lossy().into_owned(),
            path: name,
            commit: None,
            entry: kept.entry,
            line: kept.line,
        };
        let info = SnapshotInfo {
            time: found.time,
            source,
            url: kept.url,
            archive_url: kept.archive_url,
            is_technical: kept.is_technical,
            metadata: kept.metadata,
            fingerprint: found.fingerprint,
        };
        let text = SourceText { body: kept.text, is_windows_1252: kept.is_windows_1252 };
        Ok(Snapshot { info, text: Some(text) })
    }
}
