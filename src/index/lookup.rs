//! Finds documents of an open index by a value, and reads its columns.

use std::ops::RangeInclusive;

use tantivy::columnar::{Column, DynamicColumn, HasAssociatedColumnType};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocAddress, DocSet, SegmentOrdinal, SegmentReader, TERMINATED, Term};

use super::open::OpenIndex;
use super::store::derived::segment_column;
use super::store::document::{CHUNK, LangChange, fraction};
use super::store::shared_texts::furniture_key;
use crate::collapse::SnapshotEnd;
use crate::error::Result;
use crate::model::{ArchiveTime, ClauseNumber, Ordinal};

impl OpenIndex {
    /// The column of this name; it is empty if no document of the segment has a value.
    pub(crate) fn column<T>(&self, segment: &SegmentReader, name: &str) -> Result<Column<T>>
    where
        T: HasAssociatedColumnType + Default,
        Option<Column<T>>: From<DynamicColumn>,
    {
        segment_column(segment, name).map_err(self.failed())
    }

    /// The segments with their numbers.
    fn segments(&self) -> impl Iterator<Item = (SegmentOrdinal, &SegmentReader)> {
        (0..).zip(self.searcher.segment_readers())
    }

    /// The clauses whose ids begin with 64 bits of this range.
    ///
    /// This reads a whole column. People ask for one id at a time, so a term for every clause would
    /// cost more than it saves.
    pub(crate) fn clauses_with_ids(
        &self,
        prefixes: RangeInclusive<u64>,
    ) -> Result<Vec<DocAddress>> {
        let mut found = Vec::new();
        for (number, segment) in self.segments() {
            let ids = self.column::<u64>(segment, "clause_id")?;
            let mut docs = Vec::new();
            ids.get_docids_for_value_range(prefixes.clone(), 0..segment.max_doc(), &mut docs);
            docs.retain(|&doc| is_alive(segment, doc));
            found.extend(docs.into_iter().map(|doc| DocAddress::new(number, doc)));
        }
        Ok(found)
    }

    /// The number of companies with a clause of this text key in a policy; if `with_furniture`, the
    /// number of those that have it as furniture, too.
    ///
    /// The table of shared texts contains only keys of two companies or more, so a key that is
    /// not in it belongs to one.
    pub(crate) fn companies_of_text(&self, key: u64, with_furniture: bool) -> Result<u64> {
        let key = if with_furniture { furniture_key(key) } else { key };
        let shared = self.shared_texts.companies(key);
        let shared = shared.map_err(|error| self.damaged(&error.to_string()))?;
        Ok(shared.map_or(1, u64::from))
    }

    /// The documents that have this value in an indexed number field.
    fn documents_with(&self, field: Field, value: u64) -> Result<Vec<DocAddress>> {
        let term = Term::from_field_u64(field, value);
        let mut found = Vec::new();
        for (number, segment) in self.segments() {
            let inverted = segment.inverted_index(field).map_err(self.failed())?;
            let postings =
                inverted.read_postings(&term, IndexRecordOption::Basic).map_err(self.failed())?;
            let Some(mut postings) = postings else { continue };
            while postings.doc() != TERMINATED {
                if is_alive(segment, postings.doc()) {
                    found.push(DocAddress::new(number, postings.doc()));
                }
                postings.advance();
            }
        }
        Ok(found)
    }

    /// The documents with the tables of the policy with this hash: first the policy's own document,
    /// then its chunks.
    fn policy_documents(&self, hash: u64) -> Result<Vec<DocAddress>> {
        self.documents_with(self.fields.policy_tables, hash)
    }

    /// The policy's own document. Its chunks and clauses follow it.
    pub(crate) fn policy_address(&self, hash: u64) -> Result<DocAddress> {
        let first = self.policy_documents(hash)?.into_iter().next();
        first.ok_or_else(|| self.damaged("a policy without its tables"))
    }

    /// The document of the chunk with snapshot `ordinal` of a policy.
    pub(super) fn chunk_address(&self, policy: DocAddress, ordinal: Ordinal) -> DocAddress {
        DocAddress::new(policy.segment_ord, policy.doc_id + 1 + ordinal.get() / CHUNK as u32)
    }

    /// The document of clause number `clause` of a policy with `snapshots` snapshots.
    pub(crate) fn clause_address(
        &self,
        policy: DocAddress,
        snapshots: u32,
        clause: ClauseNumber,
    ) -> DocAddress {
        let chunks = snapshots.div_ceil(CHUNK as u32);
        DocAddress::new(policy.segment_ord, policy.doc_id + 1 + chunks + clause.get())
    }

    /// The archive times of a policy's snapshots by ordinal.
    ///
    /// They come from columns; no stored text is read.
    pub(crate) fn times(&self, policy: DocAddress) -> Result<Vec<ArchiveTime>> {
        let segment = policy.segment_ord as usize;
        let columns = self.times.get(segment).zip(self.fractions.get(segment));
        let (seconds, fractions) = columns.ok_or_else(|| self.damaged("a missing segment"))?;
        let mut fractions = fractions.values_for_doc(policy.doc_id).map(fraction).peekable();
        let seconds = seconds.values_for_doc(policy.doc_id).enumerate();
        let times = seconds.map(|(at, seconds)| {
            let fraction = fractions.next_if(|(ordinal, _)| ordinal.index() == at);
            ArchiveTime::new(seconds, fraction.map_or(0, |(_, nanoseconds)| nanoseconds))
                .ok_or_else(|| self.damaged("an archive time outside the calendar"))
        });
        times.collect()
    }

    /// The newest archive time of all snapshots that is not after `limit`.
    ///
    /// This reads the times of all policies.
    pub(crate) fn newest_time(&self, limit: ArchiveTime) -> Result<Option<ArchiveTime>> {
        let mut newest = None;
        for record in self.policies().records()? {
            let mut times = self.times(self.policy_address(record.hash)?)?.into_iter();
            newest = newest.max(times.rfind(|&time| time <= limit));
        }
        Ok(newest)
    }

    /// The changes of the language of a policy's snapshots, ascending. The first one is of the
    /// oldest snapshot.
    ///
    /// They come from a column; no stored text is read.
    pub(crate) fn langs(&self, policy: DocAddress) -> Result<Vec<LangChange>> {
        let column = self.langs.get(policy.segment_ord as usize);
        let column = column.ok_or_else(|| self.damaged("a missing segment"))?;
        Ok(column.values_for_doc(policy.doc_id).map(LangChange::unpacked).collect())
    }

    /// The snapshots of a policy that ended before the next one, ascending: the corpus removed the
    /// policy.
    pub(crate) fn ends(&self, policy: DocAddress) -> Result<Vec<SnapshotEnd>> {
        if self.ends.is_empty() {
            return Ok(Vec::new());
        }
        let columns = self.ends.get(policy.segment_ord as usize);
        let columns = columns.ok_or_else(|| self.damaged("a missing segment"))?;
        let ordinals = columns.ordinals.values_for_doc(policy.doc_id);
        let times = columns.times.values_for_doc(policy.doc_id);
        let ends = ordinals.zip(times).map(|(ordinal, time)| SnapshotEnd {
            ordinal: Ordinal::new(ordinal as u32),
            time: ArchiveTime::from_seconds(time),
        });
        Ok(ends.collect())
    }

    /// The ordinals of a policy's technical snapshots, ascending: changes of the archive's own
    /// making.
    pub(crate) fn technical(&self, policy: DocAddress) -> Result<Vec<Ordinal>> {
        let segment = self.searcher.segment_reader(policy.segment_ord);
        let column = self.column::<u64>(segment, "technical")?;
        Ok(column
            .values_for_doc(policy.doc_id)
            .map(|ordinal| Ordinal::new(ordinal as u32))
            .collect())
    }
}

fn is_alive(segment: &SegmentReader, doc: u32) -> bool {
    segment.alive_bitset().is_none_or(|alive| alive.is_alive(doc))
}
