//! The reader for a corpus that is one stream.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::archives::{tar, zip};
use super::compression::{self, is_compressed, peek};
use super::entries::{self, EntryFile};
use super::refusal;
use super::rows::record::FieldNames;
use super::scanning::{StreamParts, StreamScan};
use super::shape::{StreamShape, TableShape};
use super::spill::SpillFile;
use super::tables;
use super::web_archives::warc;
use crate::corpus::corpus_reader::{
    CorpusExtent, CorpusReader, LoadedSnapshot, ReadSession, SeenInput,
};
use crate::corpus::forms::form::HEAD_BYTES;
use crate::corpus::forms::path_pattern::CompanySource;
use crate::corpus::forms::registry::FormRegistry;
use crate::corpus::found_snapshot::{FoundSnapshot, SnapshotBody};
use crate::corpus::notices::SkipReason;
use crate::corpus::read_options::ReadOptions;
use crate::error::{Error, Result};
use crate::model::SnapshotSource;

/// A corpus that is one stream.
pub(in crate::corpus) struct StreamCorpus {
    parts: StreamParts,
    /// What the stream contains, as far as [`StreamCorpus::open`] can tell.
    shape: StreamShape,
    /// The folder for the temporary file; `None` is the system's folder.
    temporary: Option<PathBuf>,
    /// The temporary file, made by the scan.
    spill: OnceLock<SpillFile>,
    /// The state of the file when the scan began, if it has one.
    scanned: OnceLock<Option<String>>,
}

impl StreamCorpus {
    /// Returns the reader for the file at `path`, or for standard input if `path` is `-`. Returns
    /// `None` if the file is not a stream of snapshots.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or an option is invalid.
    pub fn open(path: &Path, options: &ReadOptions) -> Result<Option<Self>> {
        let names = FieldNames::new(options)?;
        let shape = if is_stdin(path) {
            // The scan finds out: looking here would take bytes from the stream.
            Some(StreamShape::OneFile)
        } else if path.is_file() {
            shape_of_file(path, &names).map_err(Error::io(path))?
        } else {
            None
        };
        let Some(shape) = shape else { return Ok(None) };
        // A stream without rows may be a web archive, or contain some.
        let source = match shape {
            StreamShape::Table(_) => CompanySource::Pattern,
            _ => CompanySource::Host,
        };
        let forms = FormRegistry::new(options, source)?;
        Ok(Some(Self {
            parts: StreamParts { path: path.to_owned(), forms, names },
            shape,
            temporary: options.temporary.clone(),
            spill: OnceLock::new(),
            scanned: OnceLock::new(),
        }))
    }

    fn read_stream(&self, scan: &mut StreamScan<'_>) -> io::Result<()> {
        let path = &self.parts.path;
        let (head, source) = peek(self.source()?, HEAD_BYTES)?;
        match StreamShape::of(&head, &self.parts.names).unwrap_or(StreamShape::OneFile) {
            StreamShape::Table(shape) => tables::read(shape, &head, source, None, scan),
            StreamShape::Tar => self.read_tar(source, scan),
            StreamShape::Warc => warc::read(source, None, scan),
            StreamShape::Zip if is_stdin(path) => {
                Err(io::Error::other("a zip archive can be read from a file only"))
            }
            StreamShape::Zip => {
                let (raw, _) = peek(Box::new(File::open(path)?), 4)?;
                if is_compressed(&raw) {
                    let reason = "is a zip archive that is compressed; unpack it once";
                    scan.refusal = Some(refusal::because(reason, path));
                    return Ok(());
                }
                zip::read(File::open(path)?, scan)
            }
            // Without the extension of the compression, the name tells the form of the file.
            StreamShape::OneFile => {
                let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
                let name = compression::plain_name(&name);
                let file = EntryFile { path: name, stamp: &[], number: None };
                entries::read(file, source, scan)
            }
        }
    }

    /// The bytes of the stream, decompressed.
    fn source(&self) -> io::Result<Box<dyn Read>> {
        let path = &self.parts.path;
        let source: Box<dyn Read> =
            if is_stdin(path) { Box::new(io::stdin()) } else { Box::new(File::open(path)?) };
        compression::decompress(source)
    }

    fn read_tar(&self, source: Box<dyn Read>, scan: &mut StreamScan<'_>) -> io::Result<()> {
        let mut links = tar::HardLinks::new();
        if let Err(error) = tar::read(source, &mut links, scan) {
            // The files of links may be in front of the damage.
            scan.fail_rest(&error);
        }
        if links.is_empty() {
            return Ok(());
        }
        if !is_stdin(&self.parts.path) {
            tar::read_links(self.source(), links, scan);
            return Ok(());
        }
        for path in links.into_keys() {
            scan.at = path;
            scan.report(|at| SeenInput::Skipped(at, SkipReason::HardLink));
        }
        Ok(())
    }
}

fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Returns what a file contains, or `None` if it is not a stream of snapshots.
fn shape_of_file(path: &Path, names: &FieldNames) -> io::Result<Option<StreamShape>> {
    let (raw, source) = peek(Box::new(File::open(path)?), 4)?;
    let shape = match compression::decompress(source).and_then(|source| peek(source, HEAD_BYTES)) {
        Ok((head, _)) => StreamShape::of(&head, names),
        // The scan meets the error again and reports it.
        Err(_) => None,
    };
    Ok(shape.or(is_compressed(&raw).then_some(StreamShape::OneFile)))
}

impl CorpusReader for StreamCorpus {
    fn name(&self) -> &'static str {
        match self.shape {
            StreamShape::Table(TableShape::Json(_)) => "JSON Lines",
            StreamShape::Table(TableShape::Csv(_)) => "CSV",
            StreamShape::Tar => "tar archive",
            StreamShape::Zip => "zip archive",
            StreamShape::Warc => "WARC file",
            StreamShape::OneFile => "stream",
        }
    }

    fn scan(&self, sink: &mut dyn FnMut(SeenInput)) -> Result<()> {
        let path = &self.parts.path;
        // Taken before the file is read: if it changes meanwhile, the next update reads it again.
        self.scanned.get_or_init(|| if is_stdin(path) { None } else { file_state(path) });
        let spill = SpillFile::new(self.temporary.as_deref())
            .map_err(Error::io(Path::new("temporary file")))?;
        let spill = self.spill.get_or_init(|| spill);
        let mut scan = StreamScan::new(&self.parts, spill, sink);
        if let Err(error) = self.read_stream(&mut scan) {
            // The snapshots before the damage count.
            scan.fail_rest(&error);
        }
        scan.finish().map_or(Ok(()), Err)
    }

    fn state(&self) -> Option<String> {
        self.scanned.get().cloned().flatten()
    }

    fn scan_since(&self, state: &str, sink: &mut dyn FnMut(SeenInput)) -> Result<CorpusExtent> {
        if file_state(&self.parts.path).as_deref() == Some(state) {
            return Ok(CorpusExtent::Unchanged);
        }
        self.scan(sink)?;
        Ok(CorpusExtent::Whole)
    }

    fn at(&self, found: &FoundSnapshot) -> String {
        match &found.body {
            SnapshotBody::Spilled { name: Some(name), line: 0, .. } => self.parts.place(name),
            SnapshotBody::Spilled { name: Some(name), line, .. } => {
                self.parts.place(&format!("{name}: line {line}"))
            }
            SnapshotBody::Spilled { line, .. } => self.parts.place(&format!("line {line}")),
            _ => self.parts.path.to_string_lossy().into_owned(),
        }
    }

    fn session(&self) -> Box<dyn ReadSession + '_> {
        Box::new(StreamSession(self))
    }
}

/// The size of a file and the time of its last change, as the state of a corpus.
pub(in crate::corpus) fn file_state(path: &Path) -> Option<String> {
    let metadata = std::fs::metadata(path).ok()?;
    let modified = metadata.modified().ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
    Some(format!("{} bytes, changed {}", metadata.len(), modified.as_nanos()))
}

/// Reads snapshots from the temporary file.
struct StreamSession<'r>(&'r StreamCorpus);

impl ReadSession for StreamSession<'_> {
    fn read(&mut self, found: &FoundSnapshot, _wants_text: bool) -> Result<LoadedSnapshot> {
        let path = &self.0.parts.path;
        let (SnapshotBody::Spilled { place, .. }, Some(spill)) = (&found.body, self.0.spill.get())
        else {
            let message = "was not found in this stream".to_owned();
            return Err(Error::Corpus { path: path.clone(), message });
        };
        let spilled = spill.read(*place).map_err(Error::io(Path::new("temporary file")))?;
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        let source = SnapshotSource {
            corpus: path.to_string_lossy().into_owned(),
            path: name.unwrap_or_default(),
            commit: None,
            entry: spilled.entry,
            line: spilled.line,
        };
        let info = spilled.facts.into_info(found.time, source, found.fingerprint);
        Ok(LoadedSnapshot { info, text: Some(spilled.text), skipped: None })
    }
}
