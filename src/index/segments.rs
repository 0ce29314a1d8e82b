//! The tantivy index of a generation while it is written.

use std::path::{Path, PathBuf};

use tantivy::indexer::{IndexWriterOptions, LogMergePolicy, MergePolicy, NoMergePolicy};
use tantivy::{Index, IndexWriter, ReloadPolicy, Searcher, SegmentMeta};

use super::schema::{Fields, register_tokenizer, schema};
use crate::error::{Error, Result};
use crate::progress::{Phase, Progress};

/// Memory for postings before a segment is flushed. Not allocated at once; at the flush about twice as much is in use.
const WRITER_BUDGET: usize = 256 << 20;

/// From which share of deleted documents on a segment is written anew.
const DELETED_SHARE: f32 = 0.3;

/// The segments of a generation, and what writes them.
pub(super) struct Segments {
    pub folder: PathBuf,
    pub fields: Fields,
    pub writer: IndexWriter,
    index: Index,
}

impl Segments {
    /// Opens those in `folder`, or begins with none.
    ///
    /// # Errors
    ///
    /// Reading or writing fails.
    pub fn open(folder: &Path, is_update: bool) -> Result<Self> {
        let error = Error::tantivy(folder);
        let index = match is_update {
            true => Index::open_in_dir(folder),
            false => Index::create_in_dir(folder, schema()),
        };
        let index = index.map_err(&error)?;
        register_tokenizer(&index);
        let options =
            IndexWriterOptions::builder().num_worker_threads(1).memory_budget_per_thread(WRITER_BUDGET);
        let writer: IndexWriter = index.writer_with_options(options.build()).map_err(&error)?;
        // Merges come at the end: in between they would only be repeated, and could hold a segment that the last one wants.
        writer.set_merge_policy(Box::new(NoMergePolicy));
        let fields = Fields::of(&index.schema()).map_err(&error)?;
        Ok(Self { folder: folder.to_owned(), fields, writer, index })
    }

    /// Commits what was written, and merges: a new index into one segment, the segments of an update when there are many small ones or
    /// much of one is deleted.
    ///
    /// # Errors
    ///
    /// Writing fails.
    pub fn finish(mut self, is_update: bool, clauses: u64, progress: &dyn Progress) -> Result<Searcher> {
        let error = Error::tantivy(&self.folder);
        progress.begin(Phase::Indexing, Some(clauses));
        self.writer.commit().map_err(&error)?;
        progress.begin(Phase::Merging, Some(clauses));
        loop {
            let metas = self.index.searchable_segment_metas().map_err(&error)?;
            let merges = if is_update { merges(&metas) } else { all(&metas) };
            if merges.is_empty() {
                break;
            }
            for segments in merges {
                self.writer.merge(&segments).wait().map_err(&error)?;
            }
        }
        self.writer.wait_merging_threads().map_err(&error)?;
        let reader = self.index.reader_builder().reload_policy(ReloadPolicy::Manual);
        let reader: tantivy::IndexReader = reader.try_into().map_err(&error)?;
        Ok(reader.searcher())
    }
}

fn all(metas: &[SegmentMeta]) -> Vec<Vec<tantivy::index::SegmentId>> {
    if metas.len() > 1 { vec![metas.iter().map(SegmentMeta::id).collect()] } else { Vec::new() }
}

fn merges(metas: &[SegmentMeta]) -> Vec<Vec<tantivy::index::SegmentId>> {
    let mut policy = LogMergePolicy::default();
    policy.set_del_docs_ratio_before_merge(DELETED_SHARE);
    policy.compute_merge_candidates(metas).into_iter().map(|candidate| candidate.0).collect()
}
