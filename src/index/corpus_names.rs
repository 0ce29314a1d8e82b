//! Finds the corpora of an index, wherever the program runs, and prints them as they were named.
//!
//! An index knows a corpus by its path without links and dots. The name that a person gave it may
//! be relative to a folder in which the program no longer runs.

use std::path::{Path, PathBuf};

use super::store::manifest::IndexedCorpus;
use crate::corpus::{
    CorpusExtent, CorpusReader, FoundSnapshot, LoadedSnapshot, ReadSession, SeenInput,
};
use crate::error::{Error, Result};

/// The path without links and dots, or the path itself if the system cannot resolve it.
pub(super) fn canonical(path: &Path) -> String {
    path.canonicalize().unwrap_or_else(|_| path.to_owned()).to_string_lossy().into_owned()
}

/// The path at which a corpus of an index is read again.
///
/// # Errors
///
/// The corpus is no longer there, and has not moved together with the folder from which it was
/// named.
pub(super) fn place_of(corpus: &IndexedCorpus) -> Result<PathBuf> {
    let named = PathBuf::from(&corpus.path);
    let known = PathBuf::from(&corpus.canonical);
    if canonical(&named) == corpus.canonical {
        Ok(named)
    } else if known.exists() {
        Ok(known)
    } else if named.exists() && corpus.has_moved_to(&named) {
        Ok(named)
    } else {
        if corpus.canonical.contains(char::REPLACEMENT_CHARACTER) {
            let message = "its path is not UTF-8, so the index does not know its place; name the \
                           corpus again to read it"
                .to_owned();
            return Err(Error::Corpus { path: known, message });
        }
        let (name, collection) = (corpus.path.clone(), corpus.collection.clone());
        Err(Error::CorpusGone { path: known, name, collection })
    }
}

/// The name of the reader of a corpus that is gone.
pub(super) const GONE: &str = "nothing";

/// A reader of a corpus of an index that is no longer there, and whose snapshots are to be removed.
pub(super) struct GoneCorpus;

impl CorpusReader for GoneCorpus {
    fn name(&self) -> &'static str {
        GONE
    }

    fn scan(&self, _sink: &mut dyn FnMut(SeenInput)) -> Result<()> {
        Ok(())
    }

    fn at(&self, _found: &FoundSnapshot) -> String {
        GONE.to_owned()
    }

    fn session(&self) -> Box<dyn ReadSession + '_> {
        Box::new(GoneSession)
    }
}

struct GoneSession;

impl ReadSession for GoneSession {
    fn read(&mut self, _found: &FoundSnapshot, _wants_text: bool) -> Result<LoadedSnapshot> {
        Err(Error::Usage("a corpus that is gone has no snapshots".to_owned()))
    }
}

/// A reader of a corpus whose name is another than the path at which it is read.
pub(super) struct RenamedCorpus {
    reader: Box<dyn CorpusReader>,
    names: Names,
}

/// The path of a corpus and its name.
#[derive(Debug, Clone)]
struct Names {
    place: String,
    name: String,
}

impl Names {
    /// The place of an input, as it was named.
    fn named(&self, at: String) -> String {
        match at.strip_prefix(&self.place) {
            Some(inside) => format!("{}{inside}", self.name),
            None => at,
        }
    }
}

impl RenamedCorpus {
    /// The corpus at `place`, under this name.
    pub fn new(reader: Box<dyn CorpusReader>, place: &Path, name: &Path) -> Self {
        let [place, name] = [place, name].map(|path| path.to_string_lossy().into_owned());
        Self { reader, names: Names { place, name } }
    }

    /// Makes a sink that gets the reports with the name of the corpus.
    fn renaming<'s>(
        &'s self,
        sink: &'s mut dyn FnMut(SeenInput),
    ) -> impl FnMut(SeenInput) + use<'s> {
        |seen| {
            let named = |at| self.names.named(at);
            sink(match seen {
                SeenInput::Found { .. } | SeenInput::Ended(..) => seen,
                SeenInput::Skipped(at, reason) => SeenInput::Skipped(named(at), reason),
                SeenInput::Failed(at, reason) => SeenInput::Failed(named(at), reason),
                SeenInput::Noted(at, notice) => SeenInput::Noted(named(at), notice),
            });
        }
    }
}

impl CorpusReader for RenamedCorpus {
    fn name(&self) -> &'static str {
        self.reader.name()
    }

    fn scan(&self, sink: &mut dyn FnMut(SeenInput)) -> Result<()> {
        self.reader.scan(&mut self.renaming(sink))
    }

    fn scan_since(&self, state: &str, sink: &mut dyn FnMut(SeenInput)) -> Result<CorpusExtent> {
        self.reader.scan_since(state, &mut self.renaming(sink))
    }

    fn state(&self) -> Option<String> {
        self.reader.state()
    }

    fn at(&self, found: &FoundSnapshot) -> String {
        self.names.named(self.reader.at(found))
    }

    fn session(&self) -> Box<dyn ReadSession + '_> {
        Box::new(RenamedSession { session: self.reader.session(), names: &self.names })
    }
}

/// Reads snapshots of such a corpus.
struct RenamedSession<'r> {
    session: Box<dyn ReadSession + 'r>,
    names: &'r Names,
}

impl ReadSession for RenamedSession<'_> {
    fn read(&mut self, found: &FoundSnapshot, wants_text: bool) -> Result<LoadedSnapshot> {
        let mut read = self.session.read(found, wants_text)?;
        read.info.source.corpus.clone_from(&self.names.name);
        Ok(read)
    }
}
