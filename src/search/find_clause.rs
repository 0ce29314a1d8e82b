//! Finds the clauses with an id.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use tantivy::DocAddress;

use super::plan::{NameField, policies_with_name};
use super::searcher::Searcher;
use super::show::{ShownClause, show_clause};
use crate::error::{Error, Result};
use crate::model::{ClauseId, ClauseIdPrefix, Rank};

impl Searcher {
    /// Finds the clauses with this id: one per collection that contains it, none if the index has
    /// no such clause. `collections` are names or globs; empty for all.
    ///
    /// # Errors
    ///
    /// A collection that the index does not have, or a damaged index.
    pub fn find_clause(&self, id: ClauseId, collections: &[String]) -> Result<Vec<ShownClause>> {
        let prefix = id.prefix();
        self.index().guard(|| self.clauses(prefix..=prefix, |other| other == id, collections))
    }

    /// Finds the clauses whose ids begin like this, as [`Searcher::find_clause`] does.
    ///
    /// # Errors
    ///
    /// Several ids begin so ([`Error::AmbiguousClause`]), and the errors of
    /// [`Searcher::find_clause`].
    pub fn find_clause_by_prefix(
        &self,
        prefix: &ClauseIdPrefix,
        collections: &[String],
    ) -> Result<Vec<ShownClause>> {
        let is_wanted = |id| prefix.is_of(id);
        let found = self.index().guard(|| self.clauses(prefix.range(), is_wanted, collections))?;
        let candidates: BTreeMap<_, _> =
            found.iter().map(|shown| (shown.clause.id, &shown.clause.company)).collect();
        if candidates.len() > 1 {
            let candidates = candidates.into_iter();
            return Err(Error::AmbiguousClause {
                asked: prefix.to_string(),
                candidates: candidates.map(|(id, company)| (id, company.to_string())).collect(),
            });
        }
        Ok(found)
    }

    /// Whether a company of the index has this name.
    ///
    /// # Errors
    ///
    /// A damaged index.
    pub fn has_company(&self, name: &str) -> Result<bool> {
        match policies_with_name(self.index(), NameField::Company, &[name.to_owned()]) {
            Ok(_) => Ok(true),
            Err(Error::UnknownName { .. } | Error::BadGlob { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The clauses whose ids are wanted, among those that begin with 64 bits of this range.
    fn clauses(
        &self,
        prefixes: RangeInclusive<u64>,
        is_wanted: impl Fn(ClauseId) -> bool,
        collections: &[String],
    ) -> Result<Vec<ShownClause>> {
        let index = self.index();
        let selected = match collections {
            [] => None,
            patterns => Some(policies_with_name(index, NameField::Collection, patterns)?),
        };
        let mut reader = self.clause_reader();
        let mut found = Vec::new();
        for address in index.clauses_with_ids(prefixes)? {
            let rank = self.rank_of(address)?;
            if selected.as_ref().is_none_or(|set| set[rank.index()]) {
                let shown = show_clause(index, &mut reader, rank, address)?;
                // The index knows the first 64 of the 80 bits of an id.
                if is_wanted(shown.clause.id) {
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
        let rank = hash.map(|hash| index.policies().rank(hash)).transpose()?.flatten();
        rank.ok_or_else(|| index.damaged("a clause of an unknown policy"))
    }
}
