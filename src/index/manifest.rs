//! `fineprint.json`: what an index folder holds, and the point at which a build becomes the index.
//!
//! A build writes a folder of its own (a *generation*) beside the current one; the new manifest names it and replaces the old manifest in
//! one rename. Killed before that, the old index stands; after it, the new one.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::checksums::Checksums;
use super::files::{MANIFEST, NEW_MANIFEST};
use super::generation::foreign_entry;
use super::ingest::{IngestReport, Tally};
use super::schema::format_version;
use crate::corpus::{CorpusNotice, ReadOptions, SkipReason};
use crate::error::{Error, Result};
use crate::section::{IDENTITY_VERSION, SECTION_VERSION};
use crate::token::TOKEN_VERSION;

/// The versions that must agree for an index to be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormatVersions {
    /// Fields, stored tables, layout of the folder: `schema/index.json`.
    pub format: u32,
    /// The identity form.
    pub identity: u32,
    /// Cutting Markdown into clauses.
    pub section: u32,
    /// Cutting and folding tokens.
    pub token: u32,
    /// The version of the index library's format.
    pub tantivy: String,
}

impl FormatVersions {
    /// Those of this program.
    pub fn current() -> Self {
        Self {
            format: format_version(),
            identity: IDENTITY_VERSION,
            section: SECTION_VERSION,
            token: TOKEN_VERSION,
            tantivy: format!("0.27 (format {})", tantivy::INDEX_FORMAT_VERSION),
        }
    }
}

impl std::fmt::Display for FormatVersions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { format, identity, section, token, tantivy } = self;
        write!(
            f,
            "format {format}, identity {identity}, section {section}, token {token}, tantivy {tantivy}"
        )
    }
}

/// A corpus that was indexed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexedCorpus {
    /// Its number in this index, by which snapshots name it.
    pub number: u32,
    /// The collection it is in.
    pub collection: String,
    /// The path as it was given.
    pub path: String,
    /// The path without links and dots, by which an update knows it again.
    pub canonical: String,
    /// The reader that read it.
    pub reader: String,
    /// How it was read.
    pub options: ReadOptions,
    /// What it held, in short, where that is cheap to know: the newest commit of a history.
    pub state: Option<String>,
    /// What was met in it, before texts were read; `indexed` is what was found.
    pub met: InputCounts,
}

impl IndexedCorpus {
    /// Whether this is the corpus at `path`, without links and dots `canonical`, in this collection. A corpus whose old place is empty and
    /// that is named as before has moved, together with the folder from which it is named.
    pub(super) fn is(&self, collection: &str, path: &Path, canonical: &str) -> bool {
        let has_moved =
            || self.path == path.to_string_lossy() && !Path::new(&self.canonical).exists();
        self.collection == collection && (self.canonical == canonical || has_moved())
    }
}

/// What the index holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexCounts {
    /// Names of companies.
    pub companies: u64,
    /// Series of texts.
    pub policies: u64,
    /// Archived records.
    pub snapshots: u64,
    /// Distinct texts: equal texts of one policy count once.
    pub texts: u64,
    /// Distinct clauses.
    pub clauses: u64,
    /// Clauses counted in every snapshot in which they stood.
    pub occurrences: u64,
    /// Bytes of decoded text in all snapshots.
    pub bytes: u64,
    /// Bytes of the distinct texts.
    pub text_bytes: u64,
}

/// The manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Versions of everything that decides what is in the index.
    pub versions: FormatVersions,
    /// The folder of the current build, beside this file.
    pub generation: String,
    /// The corpora.
    pub corpora: Vec<IndexedCorpus>,
    /// What the index holds.
    pub counts: IndexCounts,
    /// The first and last archive date.
    pub dates: Option<DateRange>,
    /// How every input ended.
    pub inputs: InputCounts,
    /// The lengths of all clauses in tokens, as far as the index library keeps them: their sum, for scores.
    pub length_sum: u64,
    /// In how many snapshots each key of the metadata is.
    pub metadata: BTreeMap<String, u64>,
    /// How many snapshots are in each language; those whose language cannot be told are in none.
    pub languages: BTreeMap<String, u64>,
    /// The files of the generation, but for the manifest itself.
    pub files: Checksums,
}

/// The first and last archive date of an index, `YYYY-MM-DD`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DateRange {
    /// The first.
    pub first: String,
    /// The last.
    pub last: String,
}

/// How every input ended. `indexed`, `unreadable` and those that were skipped add up to `seen` and `vanished`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputCounts {
    /// Inputs met.
    pub seen: u64,
    /// Snapshots in the index.
    pub indexed: u64,
    /// Of these, snapshots that are in their corpora no more.
    #[serde(default)]
    pub vanished: u64,
    /// Those that could not be read; the examples say why.
    pub unreadable: Tally,
    /// Left out by rule, by reason.
    pub skipped: BTreeMap<String, Tally>,
    /// What is to be known besides.
    pub notices: BTreeMap<String, Tally>,
}

impl InputCounts {
    /// What a report says, in the words that are shown.
    pub(super) fn of(report: &IngestReport) -> Self {
        let failures =
            report.failed.iter().map(|failure| format!("{}: {}", failure.at, failure.reason));
        let skipped =
            report.skipped.iter().map(|(skip, tally)| (skip.reason().to_owned(), tally.clone()));
        let notices =
            report.notices.iter().map(|(notice, tally)| (notice.text().to_owned(), tally.clone()));
        Self {
            seen: report.seen,
            indexed: report.indexed,
            vanished: 0,
            unreadable: Tally::of(failures),
            skipped: skipped.collect(),
            notices: notices.collect(),
        }
    }

    /// The numbers without the examples, which name corpora as the user does.
    fn counts(&self) -> impl Eq + use<'_> {
        let numbers = |tallies: &'_ BTreeMap<String, Tally>| -> Vec<(String, u64)> {
            tallies.iter().map(|(reason, tally)| (reason.clone(), tally.count)).collect()
        };
        let Self { seen, indexed, vanished, unreadable, .. } = self;
        (seen, indexed, vanished, unreadable.count, numbers(&self.skipped), numbers(&self.notices))
    }

    /// Adds what was met elsewhere or later.
    pub(super) fn add(&mut self, other: &InputCounts) {
        self.seen += other.seen;
        self.indexed += other.indexed;
        self.vanished += other.vanished;
        self.unreadable.merge(other.unreadable.clone());
        for (reason, tally) in &other.skipped {
            self.skipped.entry(reason.clone()).or_default().merge(tally.clone());
        }
        for (notice, tally) in &other.notices {
            self.notices.entry(notice.clone()).or_default().merge(tally.clone());
        }
    }

    /// What was left out or noted, as a report has it.
    pub(super) fn report(&self) -> IngestReport {
        let skipped = SkipReason::ALL
            .iter()
            .filter_map(|skip| Some((*skip, self.skipped.get(skip.reason())?.clone())));
        let notices = CorpusNotice::ALL
            .iter()
            .filter_map(|notice| Some((*notice, self.notices.get(notice.text())?.clone())));
        IngestReport {
            seen: self.seen,
            unchanged: self.indexed,
            skipped: skipped.collect(),
            notices: notices.collect(),
            ..IngestReport::default()
        }
    }
}

/// Only the part that every version has had.
#[derive(Deserialize)]
struct AnyVersion {
    versions: serde_json::Map<String, serde_json::Value>,
}

impl Manifest {
    /// Reads the manifest of the index folder `dir` and checks that this program can read the index.
    ///
    /// # Errors
    ///
    /// There is none, it cannot be read, or its index is of other versions than this program.
    pub fn read(dir: &Path) -> Result<Self> {
        let path = dir.join(MANIFEST);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(no_index(dir));
            }
            // `dir` is a file.
            Err(error) if error.kind() == std::io::ErrorKind::NotADirectory => {
                return Err(no_index(dir));
            }
            Err(error) => return Err(Error::io(&path)(error)),
        };
        let any: AnyVersion = serde_json::from_str(&text).map_err(|error| {
            let what = "remove the folder if it was an index";
            Error::index(
                &path,
                format!("is no manifest of an index ({error}); {what}, and {}", again(dir)),
            )
        })?;
        let current = FormatVersions::current();
        let versions = serde_json::Value::Object(any.versions);
        match FormatVersions::deserialize(&versions) {
            Ok(found) if found == current => {}
            Ok(found) => return Err(other_version(dir, &found.to_string(), &current)),
            Err(_) => return Err(other_version(dir, &versions.to_string(), &current)),
        }
        serde_json::from_str(&text)
            .map_err(|error| Error::index(&path, format!("is damaged ({error}); {}", again(dir))))
    }

    /// Whether both say the same of the same corpora, by whatever paths those were named.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let mut other = other.clone();
        for (corpus, own) in other.corpora.iter_mut().zip(&self.corpora) {
            corpus.path.clone_from(&own.path);
            corpus.met.clone_from(&own.met);
        }
        (&self.counts, &self.corpora) == (&other.counts, &other.corpora)
            && self.inputs.counts() == other.inputs.counts()
    }

    /// The corpus of this number.
    pub fn corpus(&self, number: u32) -> Option<&IndexedCorpus> {
        self.corpora.iter().find(|corpus| corpus.number == number)
    }

    /// The current generation of `dir`, if there is an index that this program reads.
    pub(super) fn generation(dir: &Path) -> Option<String> {
        Self::read(dir).ok().map(|manifest| manifest.generation)
    }

    /// Whether `name` is that of the manifest.
    pub(super) fn is_name(name: &str) -> bool {
        name == MANIFEST
    }

    /// Whether `name` is that of a new manifest that did not come to its end.
    pub(super) fn is_new_name(name: &str) -> bool {
        name == NEW_MANIFEST
    }

    /// Whether `dir` holds a manifest, of whatever version. Another file of that name is none.
    pub fn exists(dir: &Path) -> bool {
        fs::read(dir.join(MANIFEST))
            .is_ok_and(|text| serde_json::from_slice::<AnyVersion>(&text).is_ok())
    }

    /// Removes a manifest that cannot be read from a folder that is ours without doubt, so that the index can be built again.
    pub(super) fn remove_damaged(dir: &Path) -> Result<()> {
        let path = dir.join(MANIFEST);
        if !path.is_file() || Self::exists(dir) {
            return Ok(());
        }
        fs::remove_file(&path).map_err(Error::io(&path))
    }

    /// Replaces the manifest of `dir` in one step.
    ///
    /// # Errors
    ///
    /// Writing fails; the old manifest then stays.
    pub fn write(&self, dir: &Path) -> Result<()> {
        let path = dir.join(MANIFEST);
        let new: PathBuf = dir.join(NEW_MANIFEST);
        let write = || -> std::io::Result<()> {
            let mut file = fs::File::create(&new)?;
            serde_json::to_writer_pretty(&mut file, self)?;
            file.write_all(b"\n")?;
            file.sync_all()?;
            fs::rename(&new, &path)?;
            // The rename itself must reach the disk before the old generation goes. Not every system lets a folder be synced.
            if let Ok(folder) = fs::File::open(dir) {
                let _ = folder.sync_all();
            }
            Ok(())
        };
        write().map_err(Error::io(&path))
    }
}

/// What to do about an index that cannot be read.
fn again(dir: &Path) -> String {
    format!("build it again with `fineprint index --rebuild CORPUS --index {}`", dir.display())
}

fn no_index(dir: &Path) -> Error {
    let is_foreign = foreign_entry(dir).is_ok_and(|entry| entry.is_some());
    if is_foreign || dir.is_file() {
        // An index would not be built here either.
        return Error::index(
            dir,
            "is no fineprint index; name one with --index, or search a corpus with --corpus",
        );
    }
    let make = format!("make one with `fineprint index CORPUS --index {}`", dir.display());
    Error::index(dir, format!("there is no index here; {make}"))
}

fn other_version(dir: &Path, found: &str, current: &FormatVersions) -> Error {
    Error::index(
        dir,
        format!(
            "this index has versions ({found}), this fineprint reads ({current}); {}",
            again(dir)
        ),
    )
}
