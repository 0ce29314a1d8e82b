//! A policy as the index stores it, read back whole: what an update merges with new snapshots.

use tantivy::schema::document::Value;

use super::document::{StoredSnapshot, place_change};
use super::{CHUNK, OpenIndex};
use crate::collapse::{
    CollapsedPolicy, CollapsedSnapshot, DistinctClause, EarlierSpelling, FirstOccurrence,
};
use crate::error::Result;
use crate::section::ClauseIdentity;

impl OpenIndex {
    /// The policy of this rank as it was collapsed, but for the lives of its clauses, which collapsing finds again.
    pub(crate) fn collapsed(&self, rank: u32) -> Result<CollapsedPolicy> {
        let entry = self.policies().get(rank).ok_or_else(|| self.damaged("an unknown policy"))?;
        let policy = self.policy_address(entry.hash)?;
        let tables = self.policy_tables(policy)?;
        let kinds =
            self.column::<u64>(self.searcher().segment_reader(policy.segment_ord), "places")?;
        let mut clauses = Vec::with_capacity(entry.clauses as usize);
        for number in 0..entry.clauses {
            let address = self.clause_address(policy, entry.snapshots, number);
            let stored = self.clause(address)?;
            let place = kinds
                .first(address.doc_id)
                .ok_or_else(|| self.damaged("a clause without a place"))?;
            let kind = place_change(place).1;
            clauses.push(DistinctClause {
                identity: ClauseIdentity::new(kind, stored.lead_in.as_deref(), &stored.text),
                earlier: self.earlier(address)?,
                text: stored.text,
                lead_in: stored.lead_in,
                runs: Vec::new(),
                places: Vec::new(),
                first: FirstOccurrence::default(),
            });
        }
        let mut snapshots = Vec::with_capacity(entry.snapshots as usize);
        for first in (0..entry.snapshots).step_by(CHUNK) {
            let lists = self.clause_lists(policy, first)?;
            for (inside, stored) in self.chunk(policy, first)?.snapshots.into_iter().enumerate() {
                let StoredSnapshot { info, record, title, lang } = stored;
                snapshots.push(CollapsedSnapshot {
                    info,
                    record,
                    title,
                    lang,
                    clauses: lists.of_snapshot(inside),
                });
            }
        }
        Ok(CollapsedPolicy { headings: tables.headings, places: tables.places, clauses, snapshots })
    }

    fn earlier(&self, address: tantivy::DocAddress) -> Result<Vec<EarlierSpelling>> {
        let document = self.stored(address)?;
        let bytes = document.get_first(self.fields().earlier).and_then(|value| value.as_bytes());
        let Some(bytes) = bytes else { return Ok(Vec::new()) };
        postcard::from_bytes(bytes).map_err(|_| self.damaged("a table cannot be read"))
    }
}
