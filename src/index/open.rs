//! An open index: the files of one generation, and the handles to read them with.
//!
//! `lookup.rs` finds documents by a value, and `records.rs` reads what a document stores.

use std::path::{Path, PathBuf};

use tantivy::columnar::Column;
use tantivy::{Index, IndexReader, ReloadPolicy, Searcher, SegmentReader};

use super::guard::guarded;
use super::store::derived::segment_column;
use super::store::directory::GenerationDirectory;
use super::store::integrity::checked_file::Verification;
use super::store::integrity::damage::FirstDamage;
use super::store::manifest::Manifest;
use super::store::policies::PolicyTable;
use super::store::schema::{self, Fields};
use super::store::shared_texts::SharedTexts;
use super::store::sources::SourceTable;
use crate::error::{Error, Result};

/// The number of unpacked blocks of stored texts, of 16 KiB each, that stay in memory. The hits of
/// many queries in one batch come back to the same blocks.
const STORE_BLOCKS: usize = 1024;

/// An open index.
///
/// It answers from the generation that was current when it was opened, whatever is built later.
pub struct OpenIndex {
    pub(super) dir: PathBuf,
    pub(super) manifest: Manifest,
    pub(super) policies: PolicyTable,
    pub(super) shared_texts: SharedTexts,
    pub(super) searcher: Searcher,
    pub(super) fields: Fields,
    /// The column `times` of each segment. Opening a column takes longer than reading the times of
    /// one policy from it.
    pub(super) times: Vec<Column<i64>>,
    /// The column `fractions` of each segment. It is empty in nearly all indexes.
    pub(super) fractions: Vec<Column<u64>>,
    /// The columns `ended` and `ends` of each segment; empty if no policy has ended.
    pub(super) ends: Vec<EndColumns>,
    /// The column `langs` of each segment.
    pub(super) langs: Vec<Column<u64>>,
    pub(super) corpus_name: Option<String>,
    /// The first damage that was met while reading.
    damage: FirstDamage,
}

/// The columns of a segment with the ends of policies.
pub(super) struct EndColumns {
    /// The ordinals of the snapshots that ended.
    pub ordinals: Column<u64>,
    /// When they did, in seconds since 1970 UTC.
    pub times: Column<i64>,
}

impl EndColumns {
    fn open(segment: &SegmentReader) -> tantivy::Result<Self> {
        let (ordinals, times) =
            (segment_column(segment, "ended")?, segment_column(segment, "ends")?);
        Ok(Self { ordinals, times })
    }
}

impl OpenIndex {
    /// Opens the index in the folder `dir`, which may be read-only.
    ///
    /// # Errors
    ///
    /// There is no index, it is damaged, or other versions than this program's wrote it
    /// ([`Manifest::read`]).
    pub fn open(dir: &Path) -> Result<Self> {
        Self::open_verifying(dir, Verification::default())
    }

    /// Opens the index in the folder `dir`, and compares as much of its content with its checksums
    /// as `verification` says.
    ///
    /// # Errors
    ///
    /// As [`OpenIndex::open`].
    pub fn open_verifying(dir: &Path, verification: Verification) -> Result<Self> {
        guarded(dir, || {
            with_newest(dir, |manifest| Self::open_generation(dir, manifest, verification))
        })
    }

    /// Does `work` with this index.
    ///
    /// # Errors
    ///
    /// The errors of `work`. A panic of the index library, which trusts its files, becomes
    /// [`Error::Damaged`].
    pub(crate) fn guard<T>(&self, work: impl FnOnce() -> Result<T>) -> Result<T> {
        // The library may answer although a file could not be read.
        self.damage.outcome(&self.dir, guarded(&self.dir, work))
    }

    /// Opens the generation that this manifest describes, to read and check all of it.
    ///
    /// # Errors
    ///
    /// It is damaged, or it was removed.
    pub(in crate::index) fn open_written(dir: &Path, manifest: &Manifest) -> Result<Self> {
        guarded(dir, || Self::open_generation(dir, manifest, Verification::All))
    }

    fn open_generation(
        dir: &Path,
        manifest: &Manifest,
        verification: Verification,
    ) -> Result<Self> {
        let damage = FirstDamage::default();
        let opened = Self::try_open(dir, manifest, verification, &damage);
        damage.outcome(dir, opened)
    }

    fn try_open(
        dir: &Path,
        manifest: &Manifest,
        verification: Verification,
        damage: &FirstDamage,
    ) -> Result<Self> {
        let folder = dir.join(&manifest.generation);
        if !folder.is_dir() {
            return Err(Error::damaged(dir, format!("`{}` is missing", manifest.generation)));
        }
        let sums = &manifest.files;
        let directory = GenerationDirectory::open_checked(&folder, sums, verification, damage)
            .map_err(Error::reading(dir))?;
        let policies = PolicyTable::open(&directory, dir)?;
        let shared_texts = SharedTexts::open(&directory).map_err(Error::reading(dir))?;
        let index = Index::open(directory).map_err(Error::reading(dir))?;
        schema::register_tokenizer(&index);
        let reader: IndexReader = index
            .reader_builder()
            .reload_policy(ReloadPolicy::Manual)
            .doc_store_cache_num_blocks(STORE_BLOCKS)
            .try_into()
            .map_err(Error::reading(dir))?;
        let searcher = reader.searcher();
        if searcher.num_docs() != policies.document_count() {
            let what = "the segments have other documents than the table of policies";
            return Err(Error::damaged(dir, what));
        }
        let segments = searcher.segment_readers().iter();
        let times = segments.clone().map(times_column).collect::<tantivy::Result<_>>();
        let columns = |name| -> tantivy::Result<Vec<Column<u64>>> {
            segments.clone().map(|segment| segment_column(segment, name)).collect()
        };
        let ends = match manifest.counts.ends {
            0 => Ok(Vec::new()),
            _ => segments.clone().map(EndColumns::open).collect::<tantivy::Result<_>>(),
        };
        Ok(Self {
            dir: dir.to_owned(),
            manifest: manifest.clone(),
            policies,
            shared_texts,
            fields: Fields::of(&index.schema()).map_err(Error::reading(dir))?,
            times: times.map_err(Error::reading(dir))?,
            fractions: columns("fractions").map_err(Error::reading(dir))?,
            ends: ends.map_err(Error::reading(dir))?,
            langs: columns("langs").map_err(Error::reading(dir))?,
            searcher,
            corpus_name: None,
            damage: damage.clone(),
        })
    }

    /// Names the corpus of every hit `name`, whatever it was called when it was indexed. A cached
    /// index of one corpus uses this.
    pub fn with_corpus_name(self, name: String) -> Self {
        Self { corpus_name: Some(name), ..self }
    }

    /// The index folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The manifest of the generation that is open.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The policies, by rank.
    pub fn policies(&self) -> &PolicyTable {
        &self.policies
    }

    /// Reads the table of sources.
    ///
    /// # Errors
    ///
    /// It is missing or damaged.
    pub(in crate::index) fn sources(&self) -> Result<SourceTable> {
        SourceTable::read(&self.dir.join(&self.manifest.generation), &self.manifest.files)
    }

    /// The table of shared texts.
    pub(super) fn shared_texts(&self) -> &SharedTexts {
        &self.shared_texts
    }

    /// The tantivy searcher over all segments.
    pub(crate) fn searcher(&self) -> &Searcher {
        &self.searcher
    }

    /// The handles of the fields.
    pub(crate) fn fields(&self) -> &Fields {
        &self.fields
    }

    /// Turns an error of the index library into one that names this index.
    pub(crate) fn failed<E: Into<tantivy::TantivyError>>(&self) -> impl Fn(E) -> Error {
        Error::reading(&self.dir)
    }

    /// The error of this index for contents that do not fit together.
    pub(crate) fn damaged(&self, what: &str) -> Error {
        Error::damaged(&self.dir, what)
    }
}

/// Does `work` with the manifest of the index folder `dir`. If it fails because a build has
/// replaced the generation meanwhile, it is done again with the new manifest.
pub(in crate::index) fn with_newest<T>(
    dir: &Path,
    work: impl Fn(&Manifest) -> Result<T>,
) -> Result<T> {
    let mut manifest = Manifest::read(dir)?;
    loop {
        let done = work(&manifest);
        if done.is_ok() {
            return done;
        }
        let newer = Manifest::read(dir)?;
        if newer.generation == manifest.generation {
            return done;
        }
        manifest = newer;
    }
}

fn times_column(segment: &SegmentReader) -> tantivy::Result<Column<i64>> {
    segment.fast_fields().i64("times")
}
