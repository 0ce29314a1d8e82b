//! Reads a whole policy back as it was collapsed. An update merges it with new snapshots.

use tantivy::columnar::Column;
use tantivy::{DocAddress, TantivyDocument};

use super::open::OpenIndex;
use super::store::document::{CHUNK, StoredSnapshot, checked_place_change};
use super::store::policies::PolicyRecord;
use crate::collapse::{
    CollapsedPolicy, CollapsedSnapshot, DistinctClause, EarlierSpelling, FirstOccurrence,
};
use crate::error::Result;
use crate::model::{ClauseNumber, Ordinal, Rank};
use crate::section::ClauseIdentity;

impl OpenIndex {
    /// The policy of this rank as it was collapsed.
    ///
    /// The runs, places and first occurrences of its clauses are empty: collapsing the snapshots
    /// again finds them.
    ///
    /// # Errors
    ///
    /// The index is damaged.
    pub(crate) fn collapsed(&self, rank: Rank) -> Result<CollapsedPolicy> {
        let record = self.policies().record(rank)?;
        let policy = self.policy_address(record.hash)?;
        let tables = self.policy_tables(policy)?;
        Ok(CollapsedPolicy {
            headings: tables.headings,
            places: tables.places,
            clauses: self.distinct_clauses(record, policy)?,
            snapshots: self.collapsed_snapshots(record, policy)?,
            ends: self.ends(policy)?,
        })
    }

    fn distinct_clauses(
        &self,
        record: PolicyRecord,
        policy: DocAddress,
    ) -> Result<Vec<DistinctClause>> {
        let segment = self.searcher().segment_reader(policy.segment_ord);
        let places = self.column::<u64>(segment, "places")?;
        let numbers = (0..record.clauses).map(ClauseNumber::new);
        let addresses = numbers.map(|number| self.clause_address(policy, record.snapshots, number));
        addresses.map(|address| self.distinct_clause(&places, address)).collect()
    }

    fn distinct_clause(&self, places: &Column<u64>, address: DocAddress) -> Result<DistinctClause> {
        let place = places.first(address.doc_id).and_then(checked_place_change);
        let place = place.ok_or_else(|| {
            self.damaged("the column `places` has no place or an unknown kind for a clause")
        })?;
        let document = self.stored(address)?;
        let stored = self.clause_in(&document)?;
        Ok(DistinctClause {
            identity: ClauseIdentity::new(place.kind, stored.lead_in.as_deref(), &stored.text),
            earlier: self.earlier_in(&document)?,
            text: stored.text,
            lead_in: stored.lead_in,
            runs: Vec::new(),
            places: Vec::new(),
            first: FirstOccurrence::default(),
        })
    }

    fn collapsed_snapshots(
        &self,
        record: PolicyRecord,
        policy: DocAddress,
    ) -> Result<Vec<CollapsedSnapshot>> {
        let mut snapshots = Vec::with_capacity(record.snapshots as usize);
        for first in (0..record.snapshots).step_by(CHUNK).map(Ordinal::new) {
            let document = self.stored(self.chunk_address(policy, first))?;
            let lists = self.table_in(&document, self.fields.clauses)?;
            for (inside, stored) in self.chunk_in(&document)?.snapshots.into_iter().enumerate() {
                let StoredSnapshot { info, record, title, lang } = stored;
                let clauses = self.clauses_in(&lists, inside)?;
                snapshots.push(CollapsedSnapshot { info, record, title, lang, clauses });
            }
        }
        Ok(snapshots)
    }

    /// The earlier spellings of a clause. Most clauses have none, and store no table of them.
    pub(super) fn earlier_in(&self, document: &TantivyDocument) -> Result<Vec<EarlierSpelling>> {
        match document.get_first(self.fields.earlier) {
            Some(_) => self.table_in(document, self.fields.earlier),
            None => Ok(Vec::new()),
        }
    }
}
