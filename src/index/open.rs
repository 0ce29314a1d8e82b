//! An open index: the files of one generation, and the handles to read them with.
//!
//! `lookup.rs` finds documents by a value, and `records.rs` reads what a document stores.

use std::path::{Path, PathBuf};

use tantivy::columnar::{Column, DynamicColumn, HasAssociatedColumnType};
use tantivy::{Index, IndexReader, ReloadPolicy, Searcher, SegmentReader};

use super::guard::guarded;
use super::store::directory::GenerationDirectory;
use super::store::manifest::Manifest;
use super::store::policies::PolicyTable;
use super::store::schema::{self, Fields};
use super::store::shared_texts::SharedTexts;
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
        guarded(dir, || Self::open_newest(dir))
    }

    /// Does `work` with this index.
    ///
    /// # Errors
    ///
    /// The errors of `work`. A panic of the index library, which trusts its files, becomes
    /// [`Error::Damaged`].
    pub(crate) fn guard<T>(&self, work: impl FnOnce() -> Result<T>) -> Result<T> {
        guarded(&self.dir, work)
    }

    fn open_newest(dir: &Path) -> Result<Self> {
        let mut manifest = Manifest::read(dir)?;
        loop {
            match Self::open_generation(dir, &manifest) {
                Ok(index) => return Ok(index),
                Err(error) => {
                    // A build may have replaced the generation since the manifest was read.
                    let newer = Manifest::read(dir)?;
                    if newer.generation == manifest.generation {
                        return Err(error);
                    }
                    manifest = newer;
                }
            }
        }
    }

    fn open_generation(dir: &Path, manifest: &Manifest) -> Result<Self> {
        let folder = dir.join(&manifest.generation);
        if !folder.is_dir() {
            return Err(Error::damaged(dir, format!("`{}` is missing", manifest.generation)));
        }
        let policies = PolicyTable::read(&folder)?;
        let directory = GenerationDirectory::open(&folder).map_err(Error::reading(dir))?;
        let shared_texts = SharedTexts::open(&directory, dir)?;
        let index = Index::open(directory).map_err(Error::reading(dir))?;
        schema::register_tokenizer(&index);
        let reader: IndexReader = index
            .reader_builder()
            .reload_policy(ReloadPolicy::Manual)
            .doc_store_cache_num_blocks(STORE_BLOCKS)
            .try_into()
            .map_err(Error::reading(dir))?;
        let searcher = reader.searcher();
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

fn times_column(segment: &SegmentReader) -> tantivy::Result<Column<i64>> {
    segment.fast_fields().i64("times")
}

/// The column of this name in a segment; it is empty if no document of the segment has a value.
pub(super) fn segment_column<T>(segment: &SegmentReader, name: &str) -> tantivy::Result<Column<T>>
where
    T: HasAssociatedColumnType + Default,
    Option<Column<T>>: From<DynamicColumn>,
{
    let column = segment.fast_fields().column_opt::<T>(name)?;
    Ok(column.unwrap_or_else(|| Column::build_empty_column(segment.max_doc())))
}
