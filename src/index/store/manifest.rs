//! The manifest, `fineprint.json`: it names the current generation and describes its content.
//!
//! A build writes the folder of a new generation beside the current one. Then one rename replaces
//! the manifest with a new one that names the new folder. A build that is killed before the
//! rename leaves the old index in force; after it, the new index is.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::files::{MANIFEST, NEW_MANIFEST, foreign_entry, refuse_foreign_folder};
use super::integrity::checksums::Checksums;
use super::integrity::seal::{Seal, seal_of, sealed};
use super::schema::format_version;
use super::table_file::{create_synced, sync_folder};
use crate::corpus::{CorpusNotice, ReadOptions, SkipReason};
use crate::error::{Error, Result, regular_file};
use crate::index::report::{IngestReport, ReadFailure, Tally};
use crate::section::{IDENTITY_VERSION, SECTION_VERSION};
use crate::token::TOKEN_VERSION;

/// The path that means standard input, which can be read only once.
pub(crate) const STANDARD_INPUT: &str = "-";

/// The versions of an index. A program reads an index only if all of them are its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormatVersions {
    /// Version of the fields, the stored tables and the layout of the folder: `schema/index.json`.
    pub format: u32,
    /// Version of the identity form.
    pub identity: u32,
    /// Version of the rules that cut Markdown into clauses.
    pub section: u32,
    /// Version of the rules that cut and fold tokens.
    pub token: u32,
    /// Version of the index library and of its format.
    pub tantivy: String,
}

impl FormatVersions {
    /// The versions of this program.
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
            "format {format}, identity {identity}, section {section}, token {token}, \
             tantivy {tantivy}"
        )
    }
}

/// A corpus that was indexed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexedCorpus {
    /// Its number in this index. Snapshots refer to their corpus by it.
    pub number: u32,
    /// The collection under which it was indexed.
    pub collection: String,
    /// The path as it was given.
    pub path: String,
    /// The path without links and dots, by which an update recognises it.
    pub canonical: String,
    /// The name of the reader that read it.
    pub reader: String,
    /// The options with which it was read.
    pub options: ReadOptions,
    /// A short description of its content where one is cheap, such as the newest commit of a
    /// history.
    pub state: Option<String>,
    /// The inputs met in it before texts were read; `indexed` counts the snapshots that were found.
    pub met: InputCounts,
}

impl IndexedCorpus {
    /// Whether it was piped into standard input, which cannot be read again.
    pub fn was_piped(&self) -> bool {
        self.path == STANDARD_INPUT
    }

    /// Whether this is the corpus at `path` in this collection. `canonical` is the path without
    /// links and dots.
    pub(crate) fn is(&self, collection: &str, path: &Path, canonical: &str) -> bool {
        self.collection == collection && (self.canonical == canonical || self.has_moved_to(path))
    }

    /// Whether the corpus was moved to `path`, together with the folder from which it was named:
    /// it has the same name there, and neither it nor that folder is at the old place. Of a name
    /// with `..`, that folder is not known, and it is enough that the corpus is not at the old
    /// place.
    pub(crate) fn has_moved_to(&self, path: &Path) -> bool {
        let is_name = |part: &Component<'_>| *part != Component::CurDir;
        let named: PathBuf = Path::new(&self.path).components().filter(is_name).collect();
        let canonical = Path::new(&self.canonical);
        let folder = canonical.ancestors().nth(named.components().count());
        let has_moved = match folder {
            Some(folder) if canonical.ends_with(&named) => !folder.exists(),
            _ => !canonical.exists(),
        };
        path == Path::new(&self.path) && has_moved
    }
}

/// The size of an index.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexCounts {
    /// The number of companies.
    pub companies: u64,
    /// The number of policies.
    pub policies: u64,
    /// The number of policies that their corpora removed.
    pub ended: u64,
    /// How often corpora removed policies. Some policies came back.
    pub ends: u64,
    /// The number of snapshots.
    pub snapshots: u64,
    /// The number of distinct texts: equal texts of one policy count once.
    pub texts: u64,
    /// The number of distinct clauses.
    pub clauses: u64,
    /// Occurrences: clauses, counted in every snapshot that contains them.
    pub occurrences: u64,
    /// Occurrences that are furniture: text around a policy.
    pub furniture: u64,
    /// Bytes of the decoded texts of all snapshots.
    pub bytes: u64,
    /// Bytes of the distinct texts.
    pub text_bytes: u64,
}

/// The manifest of an index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The versions with which the index was built.
    pub versions: FormatVersions,
    /// The name of the folder of the current generation, beside this file.
    pub generation: String,
    /// The corpora that were indexed.
    pub corpora: Vec<IndexedCorpus>,
    /// The size of the index.
    pub counts: IndexCounts,
    /// The first and last archive date; `None` if the index is empty.
    pub dates: Option<DateRange>,
    /// How every input ended.
    pub inputs: InputCounts,
    /// The sum of the lengths of all clauses in tokens, for scores. The index library keeps the
    /// length of a clause exactly up to 40 tokens, and rounds longer ones down.
    pub length_sum: u64,
    /// The number of snapshots that have each metadata key.
    pub metadata: BTreeMap<String, u64>,
    /// The number of snapshots in each language. Snapshots whose language is unknown are not
    /// counted.
    pub languages: BTreeMap<String, u64>,
    /// The checksums of the files of the generation.
    pub(crate) files: Checksums,
}

/// The first and last archive date of an index, `YYYY-MM-DD`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DateRange {
    /// The first date.
    pub first: String,
    /// The last date.
    pub last: String,
}

/// How every input ended. `indexed`, `unreadable` and `skipped` add up to `seen` and `vanished`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputCounts {
    /// Inputs met.
    pub seen: u64,
    /// Snapshots in the index.
    pub indexed: u64,
    /// Snapshots in the index that their corpora no longer contain.
    #[serde(default)]
    pub vanished: u64,
    /// Inputs that could not be read. The examples give the reasons.
    pub unreadable: Tally,
    /// Inputs that were skipped by a rule, by reason.
    pub skipped: BTreeMap<String, Tally>,
    /// Notices about inputs, by their texts.
    pub notices: BTreeMap<String, Tally>,
}

impl InputCounts {
    /// The counts of a report, under the words that are shown.
    pub(crate) fn of(report: &IngestReport) -> Self {
        let mut unreadable = Tally::default();
        for ReadFailure { at, reason, inputs } in &report.failed {
            unreadable.add_all(*inputs, format!("{at}: {reason}"));
        }
        let skipped =
            report.skipped.iter().map(|(skip, tally)| (skip.reason().to_owned(), tally.clone()));
        let notices =
            report.notices.iter().map(|(notice, tally)| (notice.text().to_owned(), tally.clone()));
        Self {
            seen: report.seen,
            indexed: report.indexed,
            vanished: 0,
            unreadable,
            skipped: skipped.collect(),
            notices: notices.collect(),
        }
    }

    /// The same counts without the examples. Examples contain paths as the user named the corpora.
    fn without_examples(&self) -> Self {
        let mut counts = self.clone();
        let tallies = counts.skipped.values_mut().chain(counts.notices.values_mut());
        for tally in tallies.chain([&mut counts.unreadable]) {
            tally.examples.clear();
        }
        counts
    }

    /// Adds the counts of other inputs.
    pub(crate) fn add(&mut self, other: &InputCounts) {
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

    /// A report with the skipped inputs and the notices of these counts.
    pub(crate) fn report(&self) -> IngestReport {
        let skipped = SkipReason::all()
            .filter_map(|skip| Some((skip, self.skipped.get(skip.reason())?.clone())));
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

/// The part of a manifest that every version has.
#[derive(Deserialize)]
struct AnyVersion {
    versions: serde_json::Map<String, serde_json::Value>,
    generation: Option<String>,
}

/// What every version of a manifest says about a corpus.
pub(crate) struct KnownCorpus {
    pub collection: String,
    /// The path as it was given.
    pub path: String,
    /// The path without links and dots.
    pub canonical: String,
}

/// What every version of a manifest says about its corpora.
pub(crate) struct KnownContent {
    pub corpora: Vec<KnownCorpus>,
    /// The snapshots that their corpora no longer had at the last update.
    pub vanished: u64,
}

/// A part of the manifest of `dir`, whatever version of the program wrote it. `None`: there is
/// none, or it is damaged.
fn of_any_version<T: DeserializeOwned>(dir: &Path) -> Option<T> {
    let text = regular_file::read_text(&dir.join(MANIFEST)).ok()?;
    // Formats before the sixth had no seal.
    let is_whole = match seal_of(&text) {
        Seal::Whole => true,
        Seal::Broken => false,
        Seal::Missing => {
            let any: AnyVersion = serde_json::from_str(&text).ok()?;
            any.versions.get("format").and_then(serde_json::Value::as_u64).is_none_or(|at| at < 6)
        }
    };
    if is_whole { serde_json::from_str(&text).ok() } else { None }
}

impl KnownContent {
    fn of(manifest: &serde_json::Value) -> Self {
        let text = |corpus: &serde_json::Value, key: &str| corpus[key].as_str().map(str::to_owned);
        let corpora = manifest["corpora"].as_array().into_iter().flatten();
        let corpora = corpora.filter_map(|corpus| {
            let (path, collection) = (text(corpus, "path")?, text(corpus, "collection")?);
            let canonical = text(corpus, "canonical").unwrap_or_else(|| path.clone());
            Some(KnownCorpus { collection, path, canonical })
        });
        let vanished = manifest["inputs"]["vanished"].as_u64().unwrap_or(0);
        Self { corpora: corpora.collect(), vanished }
    }
}

impl Manifest {
    /// Reads the manifest of the index folder `dir`.
    ///
    /// # Errors
    ///
    /// There is no manifest, it cannot be read, or other versions than this program's wrote it.
    pub fn read(dir: &Path) -> Result<Self> {
        use std::io::ErrorKind::{NotADirectory, NotFound};
        let path = dir.join(MANIFEST);
        let bytes = regular_file::read(&path).map_err(|error| match error.kind() {
            // If `dir` is a file, it is no directory.
            NotFound | NotADirectory => no_index(dir),
            _ => Error::io(&path)(error),
        })?;
        let bad = |reason| Error::BadManifest { path: dir.to_owned(), file: MANIFEST, reason };
        let text = String::from_utf8(bytes).map_err(|error| bad(error.to_string()))?;
        let any: AnyVersion =
            serde_json::from_str(&text).map_err(|error| bad(error.to_string()))?;
        check_versions(dir, any)?;
        if seal_of(&text) != Seal::Whole {
            return Err(Error::damaged(dir, format!("`{MANIFEST}` is not as it was written")));
        }
        serde_json::from_str(&text)
            .map_err(|error| Error::damaged(dir, format!("`{MANIFEST}` cannot be read: {error}")))
    }

    /// Reads the manifest of `dir`; `None` if it contains none.
    ///
    /// # Errors
    ///
    /// The manifest cannot be read, other versions than this program's wrote it, or it is no
    /// manifest of an index.
    pub fn read_existing(dir: &Path) -> Result<Option<Self>> {
        if !Self::is_at(dir) {
            return Ok(None);
        }
        if !Self::exists(dir) {
            refuse_foreign_folder(dir)?;
        }
        Self::read(dir).map(Some)
    }

    /// Whether both manifests describe the same content, by whatever paths the corpora were named.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        let mut other = other.clone();
        for (corpus, own) in other.corpora.iter_mut().zip(&self.corpora) {
            corpus.path.clone_from(&own.path);
            corpus.met.clone_from(&own.met);
        }
        (&self.counts, &self.corpora) == (&other.counts, &other.corpora)
            && self.inputs.without_examples() == other.inputs.without_examples()
    }

    /// The corpus with this number.
    pub fn corpus(&self, number: u32) -> Option<&IndexedCorpus> {
        self.corpora.iter().find(|corpus| corpus.number == number)
    }

    /// The corpora that the manifest of `dir` names, whatever version of the program wrote it.
    ///
    /// # Errors
    ///
    /// There is no manifest, or it does not say how its corpora were read.
    pub fn corpora_of_any_version(dir: &Path) -> Result<Vec<IndexedCorpus>> {
        #[derive(Deserialize)]
        struct Corpora {
            corpora: Vec<IndexedCorpus>,
        }
        if !dir.join(MANIFEST).exists() {
            return Err(no_index(dir));
        }
        let unreadable = "its corpora cannot be read from its manifest; name them";
        let corpora = of_any_version::<Corpora>(dir).map(|manifest| manifest.corpora);
        corpora.ok_or_else(|| Error::index(dir, unreadable))
    }

    /// The name of the current generation of `dir`, whatever version of the program wrote it.
    /// `None`: there is no manifest that names one.
    pub(crate) fn generation(dir: &Path) -> Option<String> {
        of_any_version::<AnyVersion>(dir)?.generation
    }

    /// What the manifest of `dir` says, whatever version of the program wrote it, and even if it
    /// is damaged. `None`: nothing can be read of it.
    pub(crate) fn content_of_any_version(dir: &Path) -> Option<KnownContent> {
        let text = regular_file::read(&dir.join(MANIFEST)).ok()?;
        serde_json::from_slice(&text).ok().map(|manifest| KnownContent::of(&manifest))
    }

    /// Whether `dir` contains a file with the name of a manifest, readable or not.
    pub fn is_at(dir: &Path) -> bool {
        dir.join(MANIFEST).symlink_metadata().is_ok()
    }

    /// Whether `dir` contains a manifest, of any version. Another file of that name does not count.
    pub fn exists(dir: &Path) -> bool {
        of_any_version::<AnyVersion>(dir).is_some()
    }

    /// Removes a manifest that cannot be read, so that the index can be built again. `dir` must
    /// be a folder that nothing else uses.
    pub(crate) fn remove_damaged(dir: &Path) -> Result<()> {
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
    /// Writing fails. The old manifest is then still in force.
    pub(crate) fn write(&self, dir: &Path) -> Result<()> {
        self.replace(dir).map_err(Error::io(&dir.join(MANIFEST)))
    }

    fn replace(&self, dir: &Path) -> std::io::Result<()> {
        let new = dir.join(NEW_MANIFEST);
        create_synced(&new, sealed(&serde_json::to_string_pretty(self)?).as_bytes())?;
        fs::rename(&new, dir.join(MANIFEST))?;
        // The rename must be on disk before the old generation is removed.
        sync_folder(dir);
        Ok(())
    }
}

/// Compares the versions of an index with the versions of this program.
fn check_versions(dir: &Path, manifest: AnyVersion) -> Result<()> {
    let current = FormatVersions::current();
    let versions = serde_json::Value::Object(manifest.versions);
    let found = FormatVersions::deserialize(&versions);
    if found.as_ref().is_ok_and(|found| *found == current) {
        return Ok(());
    }
    // Other programs may have written other fields than these. Then the message quotes the JSON.
    let found = found.map_or_else(|_| versions.to_string(), |found| found.to_string());
    Err(Error::OtherVersion { path: dir.to_owned(), found, current: current.to_string() })
}

/// The error of a path without an index.
fn no_index(dir: &Path) -> Error {
    let is_foreign = foreign_entry(dir).is_ok_and(|entry| entry.is_some()) || dir.is_file();
    Error::NoIndex { path: dir.to_owned(), is_foreign }
}
