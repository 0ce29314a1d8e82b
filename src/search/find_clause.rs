//! Finds the clauses with an id.

use tantivy::DocAddress;

use super::plan::{NameField, policies_with_name};
use super::searcher::Searcher;
use super::show::{ShownClause, show_clause};
use crate::error::Result;
use crate::model::{ClauseId, Rank};

impl Searcher {
    /// Finds the clauses with this id: one per collection that contains it, none if the index has
    /// no such clause. `collections` are names or globs; empty for all.
    ///
    /// # Errors
    ///
    /// A collection that the index does not have, or a damaged index.
    pub fn find_clause(&self, id: ClauseId, collections: &[String]) -> Result<Vec<ShownClause>> {
        self.index().guard(|| self.clauses_with_id(id, collections))
    }

    fn clauses_with_id(&self, id: ClauseId, collections: &[String]) -> Result<Vec<ShownClause>> {
        let index = self.index();
        let selected = match collections {
            [] => None,
            patterns => Some(policies_with_name(index, NameField::Collection, patterns)?),
        };
        let mut reader = self.clause_reader();
        let mut found = Vec::new();
        for address in index.clauses_with_id(id.prefix())? {
            let rank = self.rank_of(address)?;
            if selected.as_ref().is_none_or(|set| set[rank.index()]) {
                let shown = show_clause(index, &mut reader, rank, address)?;
                // The index knows the first 64 of the 80 bits of an id.
                if shown.clause.id == id {
                    found.push((rank, shown));
                }
            }
        }
        found.sort_by_key(|(rank, _)| *rank);
        Ok(found.into_iter().map(|(_, shown)| shown).collect())
    }

    /// The rank of the policy of a clause.
    fn rank_of(&self, address: DocAddress) -> Result<Rank> {
        let index = self.index();
        let columns = self.columns().get(address.segment_ord as usize);
        let hash = columns.and_then(|columns| columns.policy(address.doc_id));
        let rank = hash.and_then(|hash| index.policies().rank(hash));
        rank.ok_or_else(|| index.damaged("a clause of an unknown policy"))
    }
}
