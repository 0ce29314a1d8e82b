//! Writes the segments of a generation: a tantivy index and its writer.
//!
//! The writer has one thread, since two were measured to be slower, and it keeps the documents of a
//! policy together in one segment.

use std::fs;
use std::path::{Path, PathBuf};

use tantivy::index::SegmentId;
use tantivy::indexer::{
    IndexWriterOptions, LogMergePolicy, MergePolicy, NoMergePolicy, UserOperation,
};
use tantivy::{
    Index, IndexReader, IndexSettings, IndexWriter, ReloadPolicy, Searcher, SegmentMeta,
    TantivyDocument, Term,
};

use super::queue::{Queued, queued};
use super::semaphore::Semaphore;
use crate::error::{Error, Result};
use crate::index::store::directory::GenerationDirectory;
use crate::index::store::schema::{Fields, register_tokenizer, schema};
use crate::progress::{Phase, Progress};

/// The largest memory budget of the writer in bytes. When its postings reach the budget, the writer
/// flushes a segment; while it does, about twice as much is in use.
const LARGEST_BUDGET: u64 = 256 << 20;

/// The smallest memory budget in bytes that the library accepts.
const SMALLEST_BUDGET: u64 = 15 << 20;

/// Approximate memory of a waiting document in bytes. Most documents are clauses.
const DOCUMENT_BYTES: u64 = 1 << 10;

/// An update rewrites a segment when this share of its documents is deleted.
const DELETED_SHARE: f32 = 0.3;

/// The segments of a generation that is being built.
pub(super) struct Segments {
    /// The folder of the generation.
    pub folder: PathBuf,
    /// The handles of the fields.
    pub fields: Fields,
    index: Index,
    writer: IndexWriter<Queued>,
    /// Limits how many documents wait for the writer.
    waiting: Semaphore,
    /// The most bytes of segments that a new index merges into one.
    merged_bytes: u64,
    /// Whether the generation began with the segments of another one.
    is_update: bool,
}

/// The size of the blocks in which stored texts are compressed, in bytes. Larger ones take less
/// space, and showing a hit reads a whole block.
const STORE_BLOCK: usize = 24 * 1024;

impl Segments {
    /// Opens the index in `folder` for an update, or else creates one. `memory` is the limit of the
    /// whole process in bytes.
    ///
    /// # Errors
    ///
    /// Reading or writing fails.
    pub fn open(folder: &Path, is_update: bool, memory: u64) -> Result<Self> {
        Self::try_open(folder, is_update, memory).map_err(Error::tantivy(folder))
    }

    fn try_open(folder: &Path, is_update: bool, memory: u64) -> tantivy::Result<Self> {
        let directory = GenerationDirectory::open(folder)?;
        let index = match is_update {
            true => Index::open(directory)?,
            false => {
                let settings =
                    IndexSettings { docstore_blocksize: STORE_BLOCK, ..IndexSettings::default() };
                Index::builder().schema(schema()).settings(settings).open_or_create(directory)?
            }
        };
        register_tokenizer(&index);
        // A small share: flushing takes twice the budget, and reading and sectioning need the rest.
        let budget = (memory / 16).clamp(SMALLEST_BUDGET, LARGEST_BUDGET) as usize;
        let options =
            IndexWriterOptions::builder().num_worker_threads(1).memory_budget_per_thread(budget);
        let writer: IndexWriter<Queued> = index.writer_with_options(options.build())?;
        // `finish` merges. Merges before that would only be repeated, and could hold a segment that
        // the last merge needs.
        writer.set_merge_policy(Box::new(NoMergePolicy));
        Ok(Self {
            folder: folder.to_owned(),
            fields: Fields::of(&index.schema())?,
            index,
            writer,
            waiting: Semaphore::new((memory / 16 / DOCUMENT_BYTES) as usize),
            merged_bytes: memory / 8,
            is_update,
        })
    }

    /// Adds the documents of a policy, which stay together in one segment. It waits while too many
    /// documents are queued.
    ///
    /// # Errors
    ///
    /// Writing has failed.
    pub fn add(&self, documents: Vec<TantivyDocument>) -> Result<()> {
        let operations = queued(documents, &self.waiting).into_iter().map(UserOperation::Add);
        self.writer.run(operations).map_err(Error::tantivy(&self.folder))?;
        Ok(())
    }

    /// The reason of an error of [`Segments::add`], where the index library says only that its
    /// writer has ended. It says why when it is asked to commit.
    pub fn reason_of(mut self, error: Error) -> Error {
        if !matches!(error, Error::Tantivy { .. }) {
            return error;
        }
        self.writer.prepare_commit().err().map_or(error, Error::tantivy(&self.folder))
    }

    /// Deletes the documents of the policy with this hash that were added before.
    pub fn delete(&self, hash: u64) {
        for field in [self.fields.policy, self.fields.policy_tables] {
            self.writer.delete_term(Term::from_field_u64(field, hash));
        }
    }

    /// Commits all documents, merges segments and removes the files of merged segments.
    ///
    /// A new index becomes one segment, unless that segment would be too large. An update merges
    /// when there are many small segments, or when much of one is deleted. `clauses` is the
    /// number of clauses in the index, for the progress.
    ///
    /// # Errors
    ///
    /// Writing fails.
    pub fn finish(self, clauses: u64, progress: &dyn Progress) -> Result<Searcher> {
        let folder = self.folder.clone();
        self.try_finish(clauses, progress).map_err(Error::tantivy(&folder))
    }

    fn try_finish(mut self, clauses: u64, progress: &dyn Progress) -> tantivy::Result<Searcher> {
        progress.begin(Phase::Indexing, Some(clauses));
        self.writer.commit()?;
        progress.begin(Phase::Merging, Some(clauses));
        loop {
            let merges = self.merges()?;
            for segments in &merges {
                self.writer.merge(segments).wait()?;
            }
            if merges.is_empty() || !self.is_update {
                break;
            }
        }
        self.writer.garbage_collect_files().wait()?;
        self.writer.wait_merging_threads()?;
        let reader = self.index.reader_builder().reload_policy(ReloadPolicy::Manual);
        let reader: IndexReader = reader.try_into()?;
        Ok(reader.searcher())
    }

    /// The segments to merge next, each group into one segment.
    ///
    /// This returns ids only: tantivy keeps the files of a segment as long as its `SegmentMeta`
    /// is in use, so metas that are held during a merge would leave the merged segments on disk.
    fn merges(&self) -> tantivy::Result<Vec<Vec<SegmentId>>> {
        let metas = self.index.searchable_segment_metas()?;
        Ok(if self.is_update { update_merges(&metas) } else { self.new_merges(&metas) })
    }

    /// The merges of a new index. A merge maps its segments into memory, which limits the size of a
    /// group.
    fn new_merges(&self, metas: &[SegmentMeta]) -> Vec<Vec<SegmentId>> {
        let ids = metas.iter().map(SegmentMeta::id);
        let sized = ids.map(|id| (segment_bytes(&self.folder, id), id)).collect();
        grouped(sized, self.merged_bytes)
    }
}

/// The merges of an update, as tantivy's default policy chooses them.
fn update_merges(metas: &[SegmentMeta]) -> Vec<Vec<SegmentId>> {
    let mut policy = LogMergePolicy::default();
    policy.set_del_docs_ratio_before_merge(DELETED_SHARE);
    policy.compute_merge_candidates(metas).into_iter().map(|candidate| candidate.0).collect()
}

/// The bytes of the files of a segment. A file that cannot be read counts as 0; merging would
/// fail on it.
fn segment_bytes(folder: &Path, id: SegmentId) -> u64 {
    let name = id.uuid_string();
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    let own = files.filter(|file| file.file_name().to_string_lossy().starts_with(&name));
    own.filter_map(|file| file.metadata().ok()).map(|file| file.len()).sum()
}

/// Groups of two or more segments, the smallest first, each of at most `most` bytes.
fn grouped<T: Ord>(mut sized: Vec<(u64, T)>, most: u64) -> Vec<Vec<T>> {
    sized.sort_unstable();
    let mut groups: Vec<(u64, Vec<T>)> = Vec::new();
    for (bytes, id) in sized {
        match groups.last_mut() {
            Some((sum, group)) if *sum + bytes <= most => {
                *sum += bytes;
                group.push(id);
            }
            _ => groups.push((bytes, vec![id])),
        }
    }
    groups.into_iter().map(|(_, group)| group).filter(|group| group.len() > 1).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_fit_the_memory() {
        let sized = || vec![(5, 'a'), (1, 'b'), (3, 'c'), (9, 'd'), (2, 'e')];
        assert_eq!(grouped(sized(), 20), [['b', 'e', 'c', 'a', 'd']]);
        assert_eq!(grouped(sized(), 6), [['b', 'e', 'c']]);
        assert!(grouped(sized(), 0).is_empty());
    }
}
