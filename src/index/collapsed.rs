//! Reads a whole policy back as it was collapsed. An update merges it with new snapshots.

use tantivy::DocAddress;
use tantivy::columnar::Column;
use tantivy::schema::document::Value;

use super::open::OpenIndex;
use super::store::document::{CHUNK, StoredSnapshot, checked_place_change};
use super::store::policies::PolicyEntry;
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
        let entry = self.policies().get(rank).ok_or_else(|| self.damaged("an unknown policy"))?;
        let policy = self.policy_address(entry.hash)?;
        let tables = self.policy_tables(policy)?;
        Ok(CollapsedPolicy {
            headings: tables.headings,
            places: tables.places,
            clauses: self.distinct_clauses(entry, policy)?,
            snapshots: self.collapsed_snapshots(entry, policy)?,
        })
    }

    fn distinct_clauses(
        &self,
        entry: &PolicyEntry,
        policy: DocAddress,
    ) -> Result<Vec<DistinctClause>> {
        let segment = self.searcher().segment_reader(policy.segment_ord);
        let places = self.column::<u64>(segment, "places")?;
        let numbers = (0..entry.clauses).map(ClauseNumber::new);
        let addresses = numbers.map(|number| self.clause_address(policy, entry.snapshots, number));
        addresses.map(|address| self.distinct_clause(&places, address)).collect()
    }

    fn distinct_clause(&self, places: &Column<u64>, address: DocAddress) -> Result<DistinctClause> {
        let place = places.first(address.doc_id).and_then(checked_place_change);
        let (_, kind) = place.ok_or_else(|| {
            self.damaged("the column `places` has no place or an unknown kind for a clause")
        })?;
        let stored = self.clause(address)?;
        Ok(DistinctClause {
            identity: ClauseIdentity::new(kind, stored.lead_in.as_deref(), &stored.text),
            earlier: self.earlier(address)?,
            text: stored.text,
            lead_in: stored.lead_in,
            runs: Vec::new(),
            places: Vec::new(),
            first: FirstOccurrence::default(),
        })
    }

    fn collapsed_snapshots(
        &self,
        entry: &PolicyEntry,
        policy: DocAddress,
    ) -> Result<Vec<CollapsedSnapshot>> {
        let mut snapshots = Vec::with_capacity(entry.snapshots as usize);
        for first in (0..entry.snapshots).step_by(CHUNK).map(Ordinal::new) {
            let lists = self.clause_lists(policy, first)?;
            for (inside, stored) in self.chunk(policy, first)?.snapshots.into_iter().enumerate() {
                let StoredSnapshot { info, record, title, lang } = stored;
                let clauses = self.clauses_in(&lists, inside)?;
                snapshots.push(CollapsedSnapshot { info, record, title, lang, clauses });
            }
        }
        Ok(snapshots)
    }

    /// The earlier spellings of a clause. Most clauses have none, and store no table of them.
    fn earlier(&self, address: DocAddress) -> Result<Vec<EarlierSpelling>> {
        let document = self.stored(address)?;
        let bytes = document.get_first(self.fields().earlier).and_then(|value| value.as_bytes());
        let Some(bytes) = bytes else { return Ok(Vec::new()) };
        postcard::from_bytes(bytes).map_err(|_| self.damaged("a table cannot be read"))
    }
}
