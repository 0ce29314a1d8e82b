//! The reader of git histories: opens a repository and reads the snapshots that a scan has found.

use std::fmt;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use super::history_scan::HistoryScan;
use super::history_source::{HistorySource, read_message};
use super::layout_detection::{detect_layout, newest_files};
use super::objects::{ObjectError, ObjectKind, ObjectReader};
use super::repository::Repository;
use crate::corpus::corpus_reader::{
    CorpusExtent, CorpusReader, LoadedSnapshot, ReadSession, SeenInput,
};
use crate::corpus::forms::form::UnreadText;
use crate::corpus::forms::given_company::{self, GivenCompany};
use crate::corpus::forms::path_pattern::{CompanySource, PathPattern};
use crate::corpus::forms::registry::FormRegistry;
use crate::corpus::found_snapshot::{FoundSnapshot, GitBody, SnapshotBody};
use crate::corpus::layouts::known_layouts;
use crate::corpus::layouts::layout::HistoryLayout;
use crate::corpus::layouts::path_layout::PathLayout;
use crate::corpus::read_options::ReadOptions;
use crate::corpus::snapshot_facts::SnapshotFacts;
use crate::corpus::source_text::SourceText;
use crate::error::{Error, Result};
use crate::model::SnapshotSource;

/// The history of a git repository whose layout is known.
pub struct GitHistory {
    source: HistorySource,
    layout: Arc<dyn HistoryLayout>,
    /// The state of the history at its last scan, if it has one.
    state: OnceLock<String>,
}

impl GitHistory {
    /// Opens the history of the repository at `path`: a bare repository, a `.git` folder or the
    /// root of a work tree. Returns `None` if there is no repository, or if it has a work tree and
    /// its history records no policies: then the files of the work tree are the corpus.
    ///
    /// # Errors
    ///
    /// The repository has a format that is not read, no commits, or no policies; or an option has a
    /// value that is not allowed.
    pub fn open(path: &Path, options: &ReadOptions) -> Result<Option<Self>> {
        let Some(repository) = Repository::at(path) else { return Ok(None) };
        repository.check(path)?;
        let mut source = HistorySource::open(&repository, path);
        if source.tips.is_empty() {
            return files_or(&repository, corpus_error(path, no_commits(&repository)));
        }
        let layouts = layouts(options)?;
        if !layouts.iter().any(|layout| layout.has_records()) {
            source.tips = repository.published_tips();
        }
        let detected = detect_layout(&source, &layouts).map_err(|unreadable| {
            let message = format!("nothing of this git repository can be read: {unreadable}");
            corpus_error(path, message)
        })?;
        match detected {
            None if options.company.is_some() && options.path.is_none() => {
                Err(Error::NoHistoryPath { path: path.to_owned() })
            }
            Some(layout) => {
                if layout.has_records() {
                    given_company::refuse(path, layout.name(), options)?;
                }
                Ok(Some(Self { source, layout, state: OnceLock::new() }))
            }
            None if !repository.is_work_tree && source.has_submodules() => {
                let message = "its policies may be in its submodules, which have repositories of \
                               their own; name these";
                Err(corpus_error(path, message.to_owned()))
            }
            None => files_or(&repository, no_policies(&source, options)),
        }
    }
}

/// The result for a repository whose history has no policies: `None` if it has a work tree, whose
/// files are then the corpus, else the error.
fn files_or(repository: &Repository, error: Error) -> Result<Option<GitHistory>> {
    if repository.is_work_tree { Ok(None) } else { Err(error) }
}

/// Why no commit is read of a repository whose HEAD and branches have none.
fn no_commits(repository: &Repository) -> String {
    match repository.some_tag() {
        Some(tag) => format!(
            "this git repository has tags but no branch, and only branches are read; \
             make a branch of a tag with `git branch main {tag}`"
        ),
        None => "this git repository has no commits".to_owned(),
    }
}

fn no_policies(source: &HistorySource, options: &ReadOptions) -> Error {
    let path = source.corpus.clone();
    let Some(pattern) = options.path.clone() else { return Error::NoKnownLayout { path } };
    let (first, count) = newest_files(source);
    Error::NoMatchingPath { path, pattern, count, place: " of its newest commit", first }
}

fn corpus_error(path: &Path, message: String) -> Error {
    Error::Corpus { path: path.to_owned(), message }
}

/// The layouts that are tried: the pattern of the user, or all that are known.
fn layouts(options: &ReadOptions) -> Result<Vec<Arc<dyn HistoryLayout>>> {
    let Some(pattern) = PathPattern::of(options, CompanySource::Pattern)? else {
        return Ok(known_layouts());
    };
    let (company, forms) =
        (GivenCompany::of(options)?, FormRegistry::new(options, CompanySource::Pattern)?);
    let layout = PathLayout { pattern, company, forms };
    Ok(vec![Arc::new(layout)])
}

impl fmt::Debug for GitHistory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("GitHistory");
        shown.field("corpus", &self.source.corpus).field("layout", &self.layout.name());
        shown.finish_non_exhaustive()
    }
}

impl GitHistory {
    fn scanner<'h>(&'h self, sink: &'h mut dyn FnMut(SeenInput)) -> HistoryScan<'h> {
        HistoryScan::new(&self.source, self.layout.as_ref(), sink)
    }

    /// Remembers the state of the first scan.
    fn keep_state(&self, state: Option<String>) {
        if let Some(state) = state {
            self.state.get_or_init(|| state);
        }
    }
}

impl CorpusReader for GitHistory {
    fn name(&self) -> &'static str {
        self.layout.name()
    }

    fn scan(&self, sink: &mut dyn FnMut(SeenInput)) -> Result<()> {
        let state = self.scanner(sink).scan();
        self.keep_state(state);
        Ok(())
    }

    fn scan_since(&self, state: &str, sink: &mut dyn FnMut(SeenInput)) -> Result<CorpusExtent> {
        let scanned = self.scanner(sink).scan_since(state);
        self.keep_state(scanned.state);
        Ok(scanned.extent)
    }

    fn state(&self) -> Option<String> {
        self.state.get().cloned()
    }

    fn at(&self, found: &FoundSnapshot) -> String {
        match &found.body {
            SnapshotBody::Git(body) => self.source.place(&body.commit, &body.path),
            _ => String::new(),
        }
    }

    fn session(&self) -> Box<dyn ReadSession + '_> {
        Box::new(GitSession { history: self, reader: ObjectReader::new(&self.source.store) })
    }
}

/// Reads snapshots on one thread. The texts of one policy are mostly deltas of each other, so they
/// are best read one after the other.
struct GitSession<'h> {
    history: &'h GitHistory,
    reader: ObjectReader<'h>,
}

impl GitSession<'_> {
    fn facts(&mut self, body: &GitBody) -> std::result::Result<SnapshotFacts, ObjectError> {
        let message = read_message(&mut self.reader, body.commit)?;
        Ok(self.history.layout.facts(&message))
    }

    fn text(
        &mut self,
        body: &GitBody,
        facts: &mut SnapshotFacts,
    ) -> std::result::Result<SourceText, UnreadText> {
        let object = self.reader.read(body.blob, ObjectKind::Blob);
        let object = object.map_err(|error| error.to_string())?;
        self.history.layout.read(&body.path, object.data.clone(), facts)
    }

    fn error(&self, message: String) -> Error {
        corpus_error(&self.history.source.corpus, message)
    }
}

impl ReadSession for GitSession<'_> {
    fn read(&mut self, found: &FoundSnapshot, wants_text: bool) -> Result<LoadedSnapshot> {
        let SnapshotBody::Git(body) = &found.body else {
            return Err(self.error("was not found in this history".to_owned()));
        };
        let facts = self.facts(body);
        let mut facts = facts.map_err(|error| self.error(error.to_string()))?;
        let (mut text, mut skipped) = (None, None);
        if wants_text || self.history.layout.has_facts_in_text() {
            match self.text(body, &mut facts) {
                Ok(read) => text = Some(read),
                Err(UnreadText::Skipped(reason)) => skipped = Some(reason),
                Err(UnreadText::Failed(message)) => return Err(self.error(message)),
            }
        }
        let source = SnapshotSource {
            corpus: self.history.source.corpus.to_string_lossy().into_owned(),
            path: body.path.to_string(),
            commit: Some(body.commit.to_string()),
            entry: None,
            line: None,
        };
        let info = facts.into_info(found.time, source, found.fingerprint);
        Ok(LoadedSnapshot { info, text: text.filter(|_| wants_text), skipped })
    }
}
