//! A folder of files, each a snapshot, or one such file.

use std::fs::{File, Metadata};
use std::io::Read;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::forms::{Forms, HEAD_BYTES, Recognised};
use super::{
    CorpusReader, FoundSnapshot, MAX_BYTES, ReadOptions, ReadSession, SeenInput, SkipReason,
    Snapshot, SnapshotBody, fingerprint,
};
use crate::error::{Error, Result};
use crate::model::{SnapshotInfo, SnapshotSource};

/// The file that marks a folder as an index.
const MANIFEST: &str = "fineprint.json";

/// A folder of files, each a snapshot, or one such file.
pub struct FileCorpus {
    root: PathBuf,
    forms: Forms,
}

impl FileCorpus {
    /// The reader for the folder or file `root`.
    ///
    /// # Errors
    ///
    /// An option that cannot be.
    pub fn new(root: &Path, options: &ReadOptions) -> Result<Self> {
        Ok(Self { root: root.to_owned(), forms: Forms::new(options)? })
    }

    fn visit(&self, entry: &DirEntry) -> Option<SeenInput> {
        let path = entry.path();
        let at = || path.to_string_lossy().into_owned();
        let kind = entry.file_type();
        if entry.depth() > 0 && is_hidden(entry) {
            return Some(SeenInput::Skipped(at(), SkipReason::Hidden));
        }
        if kind.is_dir() {
            return is_index(entry).then(|| SeenInput::Skipped(at(), SkipReason::Index));
        }
        if kind.is_symlink() && entry.depth() > 0 {
            return Some(SeenInput::Skipped(at(), SkipReason::SymbolicLink));
        }
        // The corpus itself may be a link; what it points to decides.
        let is_file = if kind.is_symlink() { path.is_file() } else { kind.is_file() };
        if !is_file {
            return Some(SeenInput::Skipped(at(), SkipReason::NoFile));
        }
        Some(self.file(path).unwrap_or_else(|error| SeenInput::Failed(at(), error.to_string())))
    }

    fn file(&self, path: &Path) -> std::io::Result<SeenInput> {
        let at = path.to_string_lossy().into_owned();
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        let mut head = Vec::new();
        file.take(HEAD_BYTES).read_to_end(&mut head)?;
        let inside = self.inside(path);
        Ok(match self.forms.recognise(&inside, &head) {
            Recognised::Skipped(skip) => SeenInput::Skipped(at, skip),
            Recognised::Failed(reason) => SeenInput::Failed(at, reason),
            Recognised::Record(record) => {
                let found = FoundSnapshot {
                    time: record.time,
                    order: 0,
                    size: metadata.len(),
                    fingerprint: stamp(&inside, &metadata),
                    body: SnapshotBody::File(path.to_owned()),
                };
                let (company, policy_type) = (record.company, record.policy_type);
                SeenInput::Found { company, policy_type, found: Box::new(found) }
            }
        })
    }

    /// The path inside the corpus, `/` between its parts; the name of the file where the corpus is one.
    fn inside(&self, path: &Path) -> String {
        let inside = path.strip_prefix(&self.root).unwrap_or(path);
        let inside = if inside.as_os_str().is_empty() {
            Path::new(path.file_name().unwrap_or_default())
        } else {
            inside
        };
        let parts: Vec<_> =
            inside.components().map(|part| part.as_os_str().to_string_lossy()).collect();
        parts.join("/")
    }
}

/// What tells whether a file has changed: its size and the time of its last change.
fn stamp(inside: &str, metadata: &Metadata) -> u64 {
    let modified =
        metadata.modified().ok().and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
    let modified = modified.map_or(0, |since| since.as_nanos());
    fingerprint(&[inside.as_bytes(), &metadata.len().to_le_bytes(), &modified.to_le_bytes()])
}

impl CorpusReader for FileCorpus {
    fn name(&self) -> &'static str {
        "files"
    }

    fn scan(&self, sink: &mut dyn FnMut(SeenInput)) -> Result<()> {
        let mut walk =
            WalkDir::new(&self.root).follow_root_links(true).sort_by_file_name().into_iter();
        while let Some(entry) = walk.next() {
            match entry {
                Ok(entry) => {
                    let is_dir = entry.file_type().is_dir();
                    if let Some(seen) = self.visit(&entry) {
                        if is_dir {
                            walk.skip_current_dir();
                        }
                        sink(seen);
                    }
                }
                Err(error) => {
                    let at = error.path().unwrap_or(&self.root).to_string_lossy().into_owned();
                    let reason =
                        error.io_error().map_or_else(|| error.to_string(), ToString::to_string);
                    sink(SeenInput::Failed(at, reason));
                }
            }
        }
        Ok(())
    }

    fn at(&self, found: &FoundSnapshot) -> String {
        match &found.body {
            SnapshotBody::File(path) => path.to_string_lossy().into_owned(),
            _ => String::new(),
        }
    }

    fn session(&self) -> Box<dyn ReadSession + '_> {
        Box::new(FileSession(self))
    }
}

/// Files need nothing that lasts from one to the next.
struct FileSession<'r>(&'r FileCorpus);

impl ReadSession for FileSession<'_> {
    fn read(&mut self, found: &FoundSnapshot, _wants_text: bool) -> Result<Snapshot> {
        let files = self.0;
        let SnapshotBody::File(path) = &found.body else {
            let message = "was not found in this folder".to_owned();
            return Err(Error::Corpus { path: files.root.clone(), message });
        };
        let error = |message: String| Error::Corpus { path: path.clone(), message };
        let inside = files.inside(path);
        let bytes = read_whole(path).map_err(Error::io(path))?;
        let read = files.forms.read(&inside, bytes).map_err(error)?;
        let read = read.filter(|(record, ..)| record.time == found.time);
        let (record, facts, text) =
            read.ok_or_else(|| error("has changed while it was read".to_owned()))?;
        let source = SnapshotSource {
            corpus: files.root.to_string_lossy().into_owned(),
            path: inside,
            commit: None,
            entry: None,
            line: None,
        };
        let info = SnapshotInfo {
            time: record.time,
            source,
            url: facts.url,
            archive_url: facts.archive_url,
            is_technical: facts.is_technical,
            metadata: facts.metadata,
            fingerprint: found.fingerprint,
        };
        Ok(Snapshot { info, text: Some(text) })
    }
}

fn is_hidden(entry: &DirEntry) -> bool {
    entry.file_name().as_encoded_bytes().starts_with(b".")
}

fn is_index(entry: &DirEntry) -> bool {
    entry.depth() > 0 && entry.path().join(MANIFEST).is_file()
}

/// All bytes of a file, unless they are too many, whatever its size was said to be.
fn read_whole(path: &Path) -> std::io::Result<Vec<u8>> {
    let too_large = || {
        let reason = format!("is larger than {} MiB, too much for one text", MAX_BYTES >> 20);
        std::io::Error::new(std::io::ErrorKind::FileTooLarge, reason)
    };
    let file = File::open(path)?;
    let size = file.metadata()?.len();
    if size > MAX_BYTES {
        return Err(too_large());
    }
    let mut bytes = Vec::with_capacity(size as usize + 1);
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_BYTES { Err(too_large()) } else { Ok(bytes) }
}
