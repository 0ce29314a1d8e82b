//! Reads what the documents of an open index store: tables, snapshots and clauses.

use tantivy::schema::Field;
use tantivy::schema::document::Value;
use tantivy::{DocAddress, TantivyDocument};

use super::open::OpenIndex;
use super::store::document::{CHUNK, ClauseLists, PolicyTables, SnapshotChunk, StoredSnapshot};
use super::store::policies::PolicyRecord;
use crate::collapse::{ClauseOccurrence, EarlierSpelling, SourceRecord, spelling_at};
use crate::error::{Error, Result};
use crate::model::{ClauseId, ClauseKind, Ordinal, PolicyKey, Rank, SnapshotInfo};
use crate::section::ClauseIdentity;

/// A clause as the index stores it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredClause {
    /// The rendered text of its newest occurrence.
    pub text: String,
    /// Its lead-in or header row.
    pub lead_in: Option<String>,
}

impl StoredClause {
    /// Its id as a clause of this kind in this policy.
    pub(crate) fn id(&self, kind: ClauseKind, policy: &PolicyKey) -> ClauseId {
        let identity = ClauseIdentity::new(kind, self.lead_in.as_deref(), &self.text);
        identity.clause_id(&policy.company, &policy.policy_type)
    }
}

impl OpenIndex {
    /// The fields that a document stores.
    pub(super) fn stored(&self, address: DocAddress) -> Result<TantivyDocument> {
        self.searcher.doc(address).map_err(self.failed())
    }

    /// A table that a document stores.
    pub(super) fn table_in<T: serde::de::DeserializeOwned>(
        &self,
        document: &TantivyDocument,
        field: Field,
    ) -> Result<T> {
        let bytes = document.get_first(field).and_then(|value| value.as_bytes());
        let bytes = bytes.ok_or_else(|| self.damaged("a table is missing"))?;
        postcard::from_bytes(bytes).map_err(|_| self.damaged("a table cannot be read"))
    }

    /// The key, headings and places of a policy.
    pub(crate) fn policy_tables(&self, policy: DocAddress) -> Result<PolicyTables> {
        self.table_in(&self.stored(policy)?, self.fields.tables)
    }

    /// The chunk of a policy that contains snapshot `ordinal`.
    pub(crate) fn chunk(&self, policy: DocAddress, ordinal: Ordinal) -> Result<SnapshotChunk> {
        self.chunk_in(&self.stored(self.chunk_address(policy, ordinal))?)
    }

    /// The chunk that a document stores.
    pub(super) fn chunk_in(&self, document: &TantivyDocument) -> Result<SnapshotChunk> {
        let mut chunk: SnapshotChunk = self.table_in(document, self.fields.tables)?;
        for StoredSnapshot { info, record, .. } in &mut chunk.snapshots {
            info.source.corpus = self.corpus_path(record)?;
        }
        Ok(chunk)
    }

    /// The name of the corpus of a snapshot. Snapshots store its number only.
    pub(super) fn corpus_path(&self, record: &SourceRecord) -> Result<String> {
        if let Some(name) = &self.corpus_name {
            return Ok(name.clone());
        }
        let corpus = self.manifest.corpus(record.corpus).ok_or_else(|| {
            self.damaged(&format!("`fineprint.json` has no corpus number {}", record.corpus))
        })?;
        Ok(corpus.path.clone())
    }

    /// The clauses in a snapshot of a policy with their places, in reading order.
    pub(crate) fn clauses_of(
        &self,
        policy: DocAddress,
        ordinal: Ordinal,
    ) -> Result<Vec<ClauseOccurrence>> {
        let document = self.stored(self.chunk_address(policy, ordinal))?;
        let lists = self.table_in(&document, self.fields.clauses)?;
        self.clauses_in(&lists, ordinal.index() % CHUNK)
    }

    /// The clauses in the snapshot at `index` of a chunk with their places, in reading order.
    pub(super) fn clauses_in(
        &self,
        lists: &ClauseLists,
        index: usize,
    ) -> Result<Vec<ClauseOccurrence>> {
        let clauses = lists.of_snapshot(index);
        clauses.ok_or_else(|| self.damaged("a list of clauses does not fit the list before it"))
    }

    /// The text and lead-in of a clause.
    pub(crate) fn clause(&self, address: DocAddress) -> Result<StoredClause> {
        self.clause_in(&self.stored(address)?)
    }

    /// The text and lead-in of a clause in the snapshot with this ordinal, as they were spelt
    /// there.
    pub(crate) fn clause_at(&self, address: DocAddress, ordinal: Ordinal) -> Result<StoredClause> {
        let document = self.stored(address)?;
        let newest = self.clause_in(&document)?;
        let earlier = self.earlier_in(&document)?;
        Ok(match spelling_at(&earlier, ordinal) {
            Some(EarlierSpelling { text, lead_in, .. }) => {
                StoredClause { text: text.clone(), lead_in: lead_in.clone() }
            }
            None => newest,
        })
    }

    /// The text and lead-in that a document stores.
    pub(super) fn clause_in(&self, document: &TantivyDocument) -> Result<StoredClause> {
        let text = text_of(document, self.fields.text);
        Ok(StoredClause {
            text: text.ok_or_else(|| self.damaged("a clause without text"))?,
            lead_in: text_of(document, self.fields.lead_in),
        })
    }

    /// A snapshot, from the index alone: its metadata, and its clauses in reading order, each with
    /// its kind there.
    ///
    /// `rank` is the number of the policy in [`OpenIndex::policies`], `ordinal` the number of the
    /// snapshot in the policy, 0 for the oldest. Texts and lead-ins equal the texts of the source
    /// up to the identity form.
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] if the index has no snapshot of these numbers, and [`Error::Damaged`] if it
    /// is damaged.
    pub fn snapshot(
        &self,
        rank: Rank,
        ordinal: Ordinal,
    ) -> Result<(SnapshotInfo, Vec<(ClauseKind, StoredClause)>)> {
        let is_known = rank.index() < self.policies.count();
        let record = is_known.then(|| self.policies.record(rank)).transpose()?;
        let record = record.filter(|record| ordinal.get() < record.snapshots).ok_or_else(|| {
            Error::Usage(format!("the index has no snapshot {ordinal} of a policy {rank}"))
        })?;
        self.guard(|| self.snapshot_of(record, ordinal))
    }

    fn snapshot_of(
        &self,
        record: PolicyRecord,
        ordinal: Ordinal,
    ) -> Result<(SnapshotInfo, Vec<(ClauseKind, StoredClause)>)> {
        let policy = self.policy_address(record.hash)?;
        let places = self.policy_tables(policy)?.places;
        let mut chunk = self.chunk(policy, ordinal)?.snapshots;
        let inside = ordinal.index() % CHUNK;
        if inside >= chunk.len() {
            return Err(self.damaged("a snapshot is missing"));
        }
        let clauses = self.clauses_of(policy, ordinal)?.into_iter().map(|occurrence| {
            let place = places.get(occurrence.place.index());
            let kind = place.ok_or_else(|| self.damaged("a place is missing"))?.kind;
            let clause = occurrence.clause;
            Ok((kind, self.clause(self.clause_address(policy, record.snapshots, clause))?))
        });
        Ok((chunk.swap_remove(inside).info, clauses.collect::<Result<_>>()?))
    }
}

fn text_of(document: &TantivyDocument, field: Field) -> Option<String> {
    document.get_first(field).and_then(|value| value.as_str()).map(str::to_owned)
}
