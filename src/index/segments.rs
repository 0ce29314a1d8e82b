//! The tantivy index of a generation while it is written.

use std::path::{Path, PathBuf};

use tantivy::index::SegmentId;
use tantivy::indexer::{IndexWriterOptions, LogMergePolicy, MergePolicy, NoMergePolicy};
use tantivy::{Index, IndexWriter, ReloadPolicy, Searcher, SegmentMeta};

use super::queue::Queued;
use super::room::Semaphore;
use super::schema::{Fields, register_tokenizer, schema};
use crate::error::{Error, Result};
use crate::progress::{Phase, Progress};

/// The most memory for postings before a segment is flushed. Not allocated at once; at the flush about twice as much is in use.
const WRITER_BUDGET: u64 = 256 << 20;

/// The least with which the library works.
const LEAST_BUDGET: u64 = 15 << 20;

/// About what a document takes while it waits: most are clauses.
const DOCUMENT_BYTES: u64 = 1 << 10;

/// From which share of deleted documents on a segment is written anew.
const DELETED_SHARE: f32 = 0.3;

/// The segments of a generation, and what writes them.
pub(super) struct Segments {
    pub folder: PathBuf,
    pub fields: Fields,
    pub writer: IndexWriter<Queued>,
    /// Where documents wait for the writer.
    pub waiting: Semaphore,
    index: Index,
    /// The most bytes that are merged into one segment of a new index.
    merged_bytes: u64,
}

impl Segments {
    /// Opens those in `folder`, or begins with none. `memory`: what the whole process may take, in bytes.
    ///
    /// # Errors
    ///
    /// Reading or writing fails.
    pub fn open(folder: &Path, is_update: bool, memory: u64) -> Result<Self> {
        let error = Error::tantivy(folder);
        let index = match is_update {
            true => Index::open_in_dir(folder),
            false => Index::create_in_dir(folder, schema()),
        };
        let index = index.map_err(&error)?;
        register_tokenizer(&index);
        // Little, since flushing takes twice the budget, and most is for reading and sectioning.
        let budget = (memory / 16).clamp(LEAST_BUDGET, WRITER_BUDGET) as usize;
        let options =
            IndexWriterOptions::builder().num_worker_threads(1).memory_budget_per_thread(budget);
        let writer: IndexWriter<Queued> =
            index.writer_with_options(options.build()).map_err(&error)?;
        // Merges come at the end: in between they would only be repeated, and could hold a segment that the last one wants.
        writer.set_merge_policy(Box::new(NoMergePolicy));
        let fields = Fields::of(&index.schema()).map_err(&error)?;
        let waiting = Semaphore::new((memory / 16 / DOCUMENT_BYTES) as usize);
        Ok(Self {
            folder: folder.to_owned(),
            fields,
            writer,
            waiting,
            index,
            merged_bytes: memory / 8,
        })
    }

    /// The segments of a new index in groups that become one segment each: all of them, unless they are so large that merging, which maps
    /// them into memory, would take more than it may.
    fn groups(&self, metas: &[SegmentMeta]) -> Vec<Vec<SegmentId>> {
        let files = || std::fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let bytes = |meta: &SegmentMeta| -> u64 {
            let name = meta.id().uuid_string();
            let own = files().filter(|file| file.file_name().to_string_lossy().starts_with(&name));
            own.filter_map(|file| file.metadata().ok()).map(|file| file.len()).sum()
        };
        let mut sized: Vec<(u64, SegmentId)> =
            metas.iter().map(|meta| (bytes(meta), meta.id())).collect();
        sized.sort_unstable();
        let mut groups: Vec<(u64, Vec<SegmentId>)> = Vec::new();
        for (bytes, id) in sized {
            match groups.last_mut() {
                Some((sum, group)) if *sum + bytes <= self.merged_bytes => {
                    *sum += bytes;
                    group.push(id);
                }
                _ => groups.push((bytes, vec![id])),
            }
        }
        groups.into_iter().map(|(_, group)| group).filter(|group| group.len() > 1).collect()
    }

    /// The segments to merge next, each group into one segment.
    ///
    /// This returns ids only: tantivy keeps the files of a segment as long as its `SegmentMeta` is in
    /// use, so metas that are held during a merge would leave the merged segments on disk.
    fn merges(&self, is_update: bool) -> tantivy::Result<Vec<Vec<SegmentId>>> {
        let metas = self.index.searchable_segment_metas()?;
        Ok(if is_update { update_merges(&metas) } else { self.groups(&metas) })
    }

    /// Commits what was written, and merges: a new index into one segment, the segments of an update when there are many small ones or
    /// much of one is deleted.
    ///
    /// # Errors
    ///
    /// Writing fails.
    pub fn finish(
        mut self,
        is_update: bool,
        clauses: u64,
        progress: &dyn Progress,
    ) -> Result<Searcher> {
        let error = Error::tantivy(&self.folder);
        progress.begin(Phase::Indexing, Some(clauses));
        self.writer.commit().map_err(&error)?;
        progress.begin(Phase::Merging, Some(clauses));
        loop {
            let merges = self.merges(is_update).map_err(&error)?;
            for segments in &merges {
                self.writer.merge(segments).wait().map_err(&error)?;
            }
            if merges.is_empty() || !is_update {
                break;
            }
        }
        self.writer.garbage_collect_files().wait().map_err(&error)?;
        self.writer.wait_merging_threads().map_err(&error)?;
        let reader = self.index.reader_builder().reload_policy(ReloadPolicy::Manual);
        let reader: tantivy::IndexReader = reader.try_into().map_err(&error)?;
        Ok(reader.searcher())
    }
}

fn update_merges(metas: &[SegmentMeta]) -> Vec<Vec<SegmentId>> {
    let mut policy = LogMergePolicy::default();
    policy.set_del_docs_ratio_before_merge(DELETED_SHARE);
    policy.compute_merge_candidates(metas).into_iter().map(|candidate| candidate.0).collect()
}
