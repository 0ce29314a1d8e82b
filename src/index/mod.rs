//! The index on disk: building it, opening it, and reading clauses, policies and snapshots back.
//!
//! An index folder holds `fineprint.json` (the manifest) and the folder of the current generation with a tantivy index, the
//! table of policies, that of shared texts, and that of sources, which only updates read. The documents of a policy stand together in one segment, in the order policy, chunks of snapshots, clauses: so a
//! clause's number is its document's distance from the first clause of its policy.

mod cached;
mod check;
mod checksums;
mod directory;
mod document;
mod files;
mod generation;
mod info;
mod ingest;
mod manifest;
mod plan;
mod policies;
mod queue;
mod reading;
mod room;
pub(crate) mod schema;
mod segments;
mod sources;
mod stored;
mod strays;
mod summary;
mod texts;
mod writer;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use tantivy::columnar::{Column, DynamicColumn, HasAssociatedColumnType};
use tantivy::schema::document::Value;
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{
    DocAddress, DocId, DocSet, Index, ReloadPolicy, Searcher, SegmentReader, TERMINATED,
    TantivyDocument, Term,
};

pub use cached::open_cached;
pub use check::{CheckReport, check, check_against};
pub use checksums::{Checksum, Checksums};
pub(crate) use document::{CHUNK, first_ordinal, place_change, run};
pub use document::{ClauseLists, PolicyTables, SnapshotChunk, StoredSnapshot};
pub use info::IndexInfo;
pub use ingest::{CorpusScan, IngestReport, ReadFailure, SampleClause, Tally};
pub use manifest::{FormatVersions, IndexCounts, IndexedCorpus, Manifest};
pub use policies::{PolicyEntry, PolicyTable};
pub use strays::StrayFile;
pub use writer::{BuildOptions, build};

use crate::collapse::ClauseOccurrence;
use crate::error::{Error, Result};
use crate::model::{ClauseId, ClauseKind};
use crate::section::ClauseIdentity;
use directory::ReaderDirectory;
use schema::Fields;
use texts::SharedTexts;

/// So many blocks of stored texts, of 16 KiB, are kept unpacked: hits of many queries at once come back to them.
const STORE_BLOCKS: usize = 1024;

/// An open index: always one whole commit.
pub struct OpenIndex {
    dir: PathBuf,
    manifest: Manifest,
    policies: PolicyTable,
    texts: SharedTexts,
    searcher: Searcher,
    fields: Fields,
    /// Archive times of policies by segment: to open a column takes longer than to read a policy's times from it.
    times: Vec<Column<i64>>,
    corpus_name: Option<String>,
}

/// A clause as the index stores it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredClause {
    /// The rendered text of its newest occurrence.
    pub text: String,
    /// Its lead-in or header row.
    pub lead_in: Option<String>,
}

impl OpenIndex {
    /// Opens the index folder `dir`, which may be read-only.
    ///
    /// # Errors
    ///
    /// There is no index, or it is damaged or of other versions than this program ([`Manifest::read`]).
    pub fn open(dir: &Path) -> Result<Self> {
        guarded(dir, || Self::open_newest(dir))
    }

    /// Does `work` with this index. The index library trusts its files: a panic of it becomes [`Error::Damaged`].
    ///
    /// # Errors
    ///
    /// Those of `work`, and a panic in it.
    pub fn guard<T>(&self, work: impl FnOnce() -> Result<T>) -> Result<T> {
        guarded(&self.dir, work)
    }

    fn open_newest(dir: &Path) -> Result<Self> {
        let mut manifest = Manifest::read(dir)?;
        loop {
            match Self::open_generation(dir, &manifest) {
                Ok(index) => return Ok(index),
                Err(error) => {
                    // A writer may have replaced the index since the manifest was read.
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
        let directory = ReaderDirectory::open(&folder).map_err(Error::reading(dir))?;
        let texts = SharedTexts::open(&directory, dir)?;
        let index = Index::open(directory).map_err(Error::reading(dir))?;
        schema::register_tokenizer(&index);
        let reader = index
            .reader_builder()
            .reload_policy(ReloadPolicy::Manual)
            .doc_store_cache_num_blocks(STORE_BLOCKS)
            .try_into()
            .map_err(Error::reading(dir))?;
        let fields = Fields::of(&index.schema()).map_err(Error::reading(dir))?;
        let reader: tantivy::IndexReader = reader;
        let searcher = reader.searcher();
        let times = |segment: &SegmentReader| {
            segment.fast_fields().i64("times").map_err(Error::reading(dir))
        };
        let times = searcher.segment_readers().iter().map(times).collect::<Result<_>>()?;
        Ok(Self {
            times,
            dir: dir.to_owned(),
            manifest: manifest.clone(),
            policies,
            texts,
            searcher,
            fields,
            corpus_name: None,
        })
    }

    /// Names the corpus of every hit as `name`, whatever it was called when it was indexed: for a cached index of one corpus.
    pub fn with_corpus_name(self, name: String) -> Self {
        Self { corpus_name: Some(name), ..self }
    }

    /// The folder that was opened.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// What the index holds.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The policies, by rank.
    pub fn policies(&self) -> &PolicyTable {
        &self.policies
    }

    pub(crate) fn searcher(&self) -> &Searcher {
        &self.searcher
    }

    pub(crate) fn fields(&self) -> &Fields {
        &self.fields
    }

    /// Turns an error of the index library into one that names this index.
    pub(crate) fn failed<E: Into<tantivy::TantivyError>>(&self) -> impl Fn(E) -> Error {
        Error::reading(&self.dir)
    }

    pub(crate) fn damaged(&self, what: &str) -> Error {
        Error::damaged(&self.dir, what)
    }

    /// The column of this name, empty where no document of the segment has a value.
    pub(crate) fn column<T>(&self, segment: &SegmentReader, name: &str) -> Result<Column<T>>
    where
        T: HasAssociatedColumnType + Default,
        Option<Column<T>>: From<DynamicColumn>,
    {
        let opened = segment.fast_fields().column_opt::<T>(name).map_err(self.failed())?;
        Ok(opened.unwrap_or_else(|| Column::build_empty_column(segment.max_doc())))
    }

    /// The clauses whose ids begin with these 64 bits. Asked for by people, one at a time: a pass over a column, not a term for each clause.
    pub(crate) fn clauses_with_id(&self, prefix: u64) -> Result<Vec<DocAddress>> {
        let mut found = Vec::new();
        for (segment, ord) in self.searcher.segment_readers().iter().zip(0..) {
            let ids = self.column::<u64>(segment, "clause_id")?;
            let mut docs = Vec::new();
            ids.get_docids_for_value_range(prefix..=prefix, 0..segment.max_doc(), &mut docs);
            docs.retain(|&doc| segment.alive_bitset().is_none_or(|alive| alive.is_alive(doc)));
            found.extend(docs.into_iter().map(|doc| DocAddress::new(ord, doc)));
        }
        Ok(found)
    }

    /// At how many companies stands a clause whose text has this key; at one if the table of shared texts does not know it.
    pub(crate) fn companies_of_text(&self, key: u64) -> Result<u64> {
        let shared = self
            .texts
            .companies(key)
            .ok_or_else(|| self.damaged("`texts.bin` does not fit its checksum"))?;
        Ok(shared.map_or(1, u64::from))
    }

    /// The documents that have this value in an indexed number field.
    fn lookup(&self, field: Field, value: u64) -> Result<Vec<DocAddress>> {
        let term = Term::from_field_u64(field, value);
        let mut found = Vec::new();
        for (segment, reader) in self.searcher.segment_readers().iter().zip(0..) {
            let inverted = segment.inverted_index(field).map_err(self.failed())?;
            let postings =
                inverted.read_postings(&term, IndexRecordOption::Basic).map_err(self.failed())?;
            let Some(mut postings) = postings else { continue };
            while postings.doc() != TERMINATED {
                if segment.alive_bitset().is_none_or(|alive| alive.is_alive(postings.doc())) {
                    found.push(DocAddress::new(reader, postings.doc()));
                }
                postings.advance();
            }
        }
        Ok(found)
    }

    /// The policy's own document, in whatever segment it is.
    pub(crate) fn policy_documents(&self, hash: u64) -> Result<Vec<DocAddress>> {
        self.lookup(self.fields.policy_tables, hash)
    }

    /// The policy's own document; its chunks and clauses follow it.
    pub(crate) fn policy_address(&self, hash: u64) -> Result<DocAddress> {
        let first = self.policy_documents(hash)?.into_iter().next();
        first.ok_or_else(|| self.damaged("a policy without its tables"))
    }

    /// The archive times of a policy's ordinals, from the column: no stored text is read.
    pub(crate) fn times(&self, policy: DocAddress) -> Result<Vec<i64>> {
        let column = self.times.get(policy.segment_ord as usize);
        let column = column.ok_or_else(|| self.damaged("a missing segment"))?;
        Ok(column.values_for_doc(policy.doc_id).collect())
    }

    /// The ordinals of a policy that are technical changes of the archive's own, ascending.
    pub(crate) fn technical(&self, policy: DocAddress) -> Result<Vec<u32>> {
        let column =
            self.column::<u64>(self.searcher.segment_reader(policy.segment_ord), "technical")?;
        Ok(column.values_for_doc(policy.doc_id).map(|ordinal| ordinal as u32).collect())
    }

    fn stored(&self, address: DocAddress) -> Result<TantivyDocument> {
        self.searcher.doc(address).map_err(self.failed())
    }

    /// A stored table.
    fn table<T: serde::de::DeserializeOwned>(
        &self,
        address: DocAddress,
        field: Field,
    ) -> Result<T> {
        let document = self.stored(address)?;
        let bytes = document.get_first(field).and_then(|value| value.as_bytes());
        let bytes = bytes.ok_or_else(|| self.damaged("a table is missing"))?;
        postcard::from_bytes(bytes).map_err(|_| self.damaged("a table cannot be read"))
    }

    /// The headings and places of a policy.
    pub(crate) fn policy_tables(&self, policy: DocAddress) -> Result<PolicyTables> {
        self.table(policy, self.fields.tables)
    }

    /// The chunk of a policy that holds this ordinal.
    pub(crate) fn chunk(&self, policy: DocAddress, ordinal: u32) -> Result<SnapshotChunk> {
        let mut chunk: SnapshotChunk =
            self.table(chunk_address(policy, ordinal), self.fields.tables)?;
        for StoredSnapshot { info, record, .. } in &mut chunk.snapshots {
            info.source.corpus = match (&self.corpus_name, self.manifest.corpus(record.corpus)) {
                (Some(name), _) => name.clone(),
                (None, corpus) => corpus.map(|corpus| corpus.path.clone()).unwrap_or_default(),
            };
        }
        Ok(chunk)
    }

    /// The numbers of clause and place in a snapshot of a policy, in reading order.
    pub(crate) fn clauses_of(
        &self,
        policy: DocAddress,
        ordinal: u32,
    ) -> Result<Vec<ClauseOccurrence>> {
        Ok(self.clause_lists(policy, ordinal)?.of_snapshot(ordinal as usize % CHUNK))
    }

    /// The clauses of the snapshots of the chunk that holds this ordinal.
    fn clause_lists(&self, policy: DocAddress, ordinal: u32) -> Result<ClauseLists> {
        self.table(chunk_address(policy, ordinal), self.fields.clauses)
    }

    /// The document of a policy's clause number `clause`.
    pub(crate) fn clause_address(
        &self,
        policy: DocAddress,
        snapshots: u32,
        clause: u32,
    ) -> DocAddress {
        let chunks = snapshots.div_ceil(CHUNK as u32);
        DocAddress::new(policy.segment_ord, policy.doc_id + 1 + chunks + clause)
    }

    /// A clause's stored text.
    pub(crate) fn clause(&self, address: DocAddress) -> Result<StoredClause> {
        let document = self.stored(address)?;
        let text =
            |field| document.get_first(field).and_then(|value| value.as_str()).map(str::to_owned);
        let stored = text(self.fields.text).ok_or_else(|| self.damaged("a clause without text"))?;
        Ok(StoredClause { text: stored, lead_in: text(self.fields.lead_in) })
    }

    /// A snapshot from the index alone: what is known of it, and its clauses in reading order, each with its kind there.
    ///
    /// `rank` is the number of its policy in [`OpenIndex::policies`], `ordinal` its own (0: the oldest). Texts and lead-ins are equal to those
    /// of the source up to the identity form.
    ///
    /// # Errors
    ///
    /// There is no such snapshot, or the index is damaged.
    pub fn snapshot(
        &self,
        rank: u32,
        ordinal: u32,
    ) -> Result<(crate::model::SnapshotInfo, Vec<(ClauseKind, StoredClause)>)> {
        let entry = self.policies.get(rank).ok_or_else(|| self.damaged("an unknown policy"))?;
        let policy = self.policy_address(entry.hash)?;
        let tables = self.policy_tables(policy)?;
        let mut chunk = self.chunk(policy, ordinal)?.snapshots;
        let inside = ordinal as usize % CHUNK;
        if inside >= chunk.len() {
            return Err(self.damaged("a snapshot is missing"));
        }
        let standing = self.clauses_of(policy, ordinal)?.into_iter().map(|occurrence| {
            let place = tables
                .places
                .get(occurrence.place.index())
                .ok_or_else(|| self.damaged("a place is missing"))?;
            let clause = occurrence.clause.get();
            Ok((place.kind, self.clause(self.clause_address(policy, entry.snapshots, clause))?))
        });
        Ok((chunk.swap_remove(inside).info, standing.collect::<Result<_>>()?))
    }

    /// The id of a clause, from what is stored.
    pub(crate) fn clause_id(
        &self,
        rank: u32,
        kind: ClauseKind,
        clause: &StoredClause,
    ) -> Option<ClauseId> {
        let key = &self.policies.get(rank)?.key;
        let identity = ClauseIdentity::new(kind, clause.lead_in.as_deref(), &clause.text);
        Some(identity.clause_id(&key.company, &key.policy_type))
    }
}

/// Writes a file and waits until it is on disk.
fn write_file(path: &Path, bytes: &[u8]) -> Result<()> {
    let write = || -> std::io::Result<()> {
        let mut file = std::fs::File::create(path)?;
        std::io::Write::write_all(&mut file, bytes)?;
        file.sync_all()
    };
    write().map_err(Error::io(path))
}

/// Turns a panic into the error of a damaged index.
fn guarded<T>(dir: &Path, work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let says = panic.downcast_ref::<&str>().copied();
        let says =
            says.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or_default();
        Err(Error::damaged(
            dir,
            format!("internal error: {}", says.lines().next().unwrap_or_default()),
        ))
    })
}

/// Chunks follow their policy's document.
fn chunk_address(policy: DocAddress, ordinal: u32) -> DocAddress {
    DocAddress::new(policy.segment_ord, policy.doc_id + 1 + (ordinal as usize / CHUNK) as DocId)
}
