//! A corpus of files: a folder in which each file is a snapshot, or one such file.
//!
//! What one file says is left to `forms`.

use std::fs::Metadata;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::name_order::name_order;
use crate::corpus::corpus_reader::{CorpusReader, LoadedSnapshot, ReadSession, SeenInput};
use crate::corpus::forms::form::{HEAD_BYTES, SnapshotRecord, UnreadText};
use crate::corpus::forms::path_pattern::CompanySource;
use crate::corpus::forms::registry::{FormRegistry, RecognisedFile};
use crate::corpus::found_snapshot::{FoundSnapshot, SnapshotBody, fingerprint};
use crate::corpus::no_text::is_annex_path;
use crate::corpus::notices::SkipReason;
use crate::corpus::read_options::ReadOptions;
use crate::corpus::snapshot_facts::SnapshotFacts;
use crate::corpus::source_text::{MAX_BYTES, too_large};
use crate::corpus::stream::LooseFiles;
use crate::error::{Error, Result, regular_file};
use crate::model::SnapshotSource;

/// The file that marks a folder as an index.
const MANIFEST: &str = "fineprint.json";

/// A folder in which each file is a snapshot, or one such file.
pub struct FileCorpus {
    root: PathBuf,
    forms: FormRegistry,
    loose: LooseFiles,
}

impl FileCorpus {
    /// Returns the reader for the folder or file `root`.
    ///
    /// # Errors
    ///
    /// An option is invalid.
    pub fn new(root: &Path, options: &ReadOptions) -> Result<Self> {
        let (forms, loose) =
            (FormRegistry::new(options, CompanySource::Pattern)?, LooseFiles::new(options)?);
        Ok(Self { root: root.to_owned(), forms, loose })
    }

    /// Reports one entry of the walk, which has the number `order` there. Returns `None` for a
    /// folder that the walk should enter.
    fn visit(&self, entry: &DirEntry, order: u64) -> Option<SeenInput> {
        let kind = entry.file_type();
        // The corpus itself may be hidden, a link or an index; the rules are for its contents.
        let is_below = entry.depth() > 0;
        let reason = if is_below && is_hidden(entry) {
            Some(SkipReason::Hidden)
        } else if kind.is_dir() || !is_below && entry.path().is_dir() {
            if !(is_below && is_index(entry)) {
                return None;
            }
            Some(SkipReason::Index)
        } else if kind.is_symlink() && is_below {
            Some(reason_of_link(entry))
        } else {
            (!is_file(entry)).then_some(SkipReason::NoFile)
        };
        let at = entry.path().to_string_lossy().into_owned();
        Some(match reason {
            Some(reason) => SeenInput::Skipped(at, reason),
            None => self.report_file(entry.path(), at, order),
        })
    }

    /// Reports a file. `at` is its path as text, and `order` its number in the walk.
    fn report_file(&self, path: &Path, at: String, order: u64) -> SeenInput {
        let (head, metadata) = match read_head(path) {
            Ok(read) => read,
            Err(error) => return SeenInput::Failed(at, error.to_string()),
        };
        let inside = self.path_inside(path);
        match self.forms.recognise(&inside, &head) {
            RecognisedFile::Skipped(skip) => {
                let is_open =
                    matches!(skip, SkipReason::NoHeader | SkipReason::NoDate | SkipReason::NoText);
                let kind = if is_open { self.loose.corpus_kind(&inside, &head) } else { None };
                SeenInput::Skipped(at, kind.unwrap_or(skip))
            }
            RecognisedFile::Failed(reason) => SeenInput::Failed(at, reason),
            RecognisedFile::Found(key) => {
                if let Some(table) = self.loose.table_kind(&head) {
                    return SeenInput::Skipped(at, table);
                }
                let found = FoundSnapshot {
                    time: key.time,
                    order,
                    size: metadata.len(),
                    fingerprint: file_fingerprint(&inside, &metadata),
                    body: SnapshotBody::File(path.to_owned()),
                };
                SeenInput::Found {
                    company: key.company,
                    policy_type: key.policy_type,
                    found: Box::new(found),
                }
            }
        }
    }

    /// Why the corpus, if it is one file, holds no policy, as far as its first bytes say.
    fn refusal(&self) -> Option<Error> {
        let (head, _) = read_head(&self.root).ok()?;
        match self.forms.recognise(&self.path_inside(&self.root), &head) {
            RecognisedFile::Skipped(_) => self.loose.refusal(&self.root, &head),
            _ => None,
        }
    }

    /// The path inside the corpus, with `/` between its parts. It is the name of the file if the
    /// corpus is one file.
    fn path_inside(&self, path: &Path) -> String {
        let inside = match path.strip_prefix(&self.root) {
            Ok(inside) if !inside.as_os_str().is_empty() => inside,
            _ => path.file_name().map_or(path, Path::new),
        };
        let parts: Vec<_> =
            inside.components().map(|part| part.as_os_str().to_string_lossy()).collect();
        parts.join("/")
    }
}

/// Identifies a file and its state: by its path, its size and the time of its last change.
fn file_fingerprint(inside: &str, metadata: &Metadata) -> u64 {
    let modified =
        metadata.modified().ok().and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
    // Some file systems keep no times: then the size alone tells whether the file changed.
    let nanoseconds = modified.map_or(0, |since| since.as_nanos());
    fingerprint(&[inside.as_bytes(), &metadata.len().to_le_bytes(), &nanoseconds.to_le_bytes()])
}

impl CorpusReader for FileCorpus {
    fn name(&self) -> &'static str {
        "files"
    }

    fn scan(&self, sink: &mut dyn FnMut(SeenInput)) -> Result<()> {
        if self.root.is_file()
            && let Some(error) = self.refusal()
        {
            return Err(error);
        }
        let walk = WalkDir::new(&self.root).follow_root_links(true);
        let mut walk = walk.sort_by(|a, b| name_order(a.file_name(), b.file_name())).into_iter();
        let mut order = 0;
        while let Some(entry) = walk.next() {
            order += 1;
            match entry {
                Ok(entry) => {
                    let is_dir = entry.file_type().is_dir();
                    if let Some(seen) = self.visit(&entry, order) {
                        if is_dir {
                            walk.skip_current_dir();
                        }
                        sink(seen);
                    }
                }
                Err(error) => sink(walk_failure(&self.root, &error)),
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

/// Reports an entry that the walk cannot read.
fn walk_failure(root: &Path, error: &walkdir::Error) -> SeenInput {
    let at = error.path().unwrap_or(root).to_string_lossy().into_owned();
    let reason = match error.io_error() {
        Some(source) => source.to_string(),
        None => error.to_string(),
    };
    SeenInput::Failed(at, reason)
}

/// Reads files. Nothing is kept from one file to the next.
struct FileSession<'r>(&'r FileCorpus);

impl ReadSession for FileSession<'_> {
    fn read(&mut self, found: &FoundSnapshot, _wants_text: bool) -> Result<LoadedSnapshot> {
        let files = self.0;
        let SnapshotBody::File(path) = &found.body else {
            return Err(corpus_error(&files.root, "was not found in this folder"));
        };
        let inside = files.path_inside(path);
        let bytes = read_whole(path).map_err(Error::io(path))?;
        let (facts, text, skipped) = match files.forms.read(&inside, bytes) {
            Ok(Some(SnapshotRecord { key, facts, text })) if key.time == found.time => {
                (facts, Some(text), None)
            }
            Ok(_) => return Err(corpus_error(path, "has changed while it was read")),
            Err(UnreadText::Skipped(reason)) => (SnapshotFacts::default(), None, Some(reason)),
            Err(UnreadText::Failed(reason)) => return Err(corpus_error(path, reason)),
        };
        let source = SnapshotSource {
            corpus: files.root.to_string_lossy().into_owned(),
            path: inside,
            commit: None,
            entry: None,
            line: None,
        };
        let info = facts.into_info(found.time, source, found.fingerprint);
        Ok(LoadedSnapshot { info, text, skipped })
    }
}

fn corpus_error(path: &Path, message: impl Into<String>) -> Error {
    Error::Corpus { path: path.to_owned(), message: message.into() }
}

fn is_hidden(entry: &DirEntry) -> bool {
    entry.file_name().as_encoded_bytes().starts_with(b".")
}

fn is_index(entry: &DirEntry) -> bool {
    entry.path().join(MANIFEST).is_file()
}

/// Why a symbolic link is left out: it is one, or the pointer of git-annex to a file.
fn reason_of_link(entry: &DirEntry) -> SkipReason {
    if entry.path().exists() {
        return SkipReason::SymbolicLink;
    }
    let target = std::fs::read_link(entry.path());
    let is_pointer =
        target.is_ok_and(|target| is_annex_path(target.as_os_str().as_encoded_bytes()));
    if is_pointer { SkipReason::ContentNotFetched } else { SkipReason::BrokenLink }
}

/// Whether the entry is a file. A link counts as what it points to.
fn is_file(entry: &DirEntry) -> bool {
    let kind = entry.file_type();
    if kind.is_symlink() { entry.path().is_file() } else { kind.is_file() }
}

/// Reads the first [`HEAD_BYTES`] bytes of a file, and its metadata.
fn read_head(path: &Path) -> io::Result<(Vec<u8>, Metadata)> {
    let file = regular_file::open(path)?;
    let metadata = file.metadata()?;
    let mut head = Vec::new();
    file.take(HEAD_BYTES).read_to_end(&mut head)?;
    Ok((head, metadata))
}

/// Reads all bytes of a file of at most [`MAX_BYTES`]. The reported size of a file is not trusted.
fn read_whole(path: &Path) -> io::Result<Vec<u8>> {
    let file = regular_file::open(path)?;
    let size = file.metadata()?.len();
    if size > MAX_BYTES {
        return Err(file_too_large());
    }
    let mut bytes = Vec::with_capacity(size as usize + 1);
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_BYTES { Err(file_too_large()) } else { Ok(bytes) }
}

fn file_too_large() -> io::Error {
    io::Error::new(io::ErrorKind::FileTooLarge, too_large())
}
