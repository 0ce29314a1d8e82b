//! Reads rows as hits, with highlights and the clauses around them.

use tantivy::DocAddress;

use super::clause_reader::{ClauseLocation, ClauseReader};
use crate::collapse::{ClauseOccurrence, retain_policy_text};
use crate::error::Result;
use crate::index::OpenIndex;
use crate::model::Ordinal;
use crate::search::hit::{Hit, HitContext, NeighbourClause};
use crate::search::matching::{SearchContext, TokenizedText};
use crate::search::plan::Plan;
use crate::search::policy_cache::PolicyFacts;
use crate::search::policy_tables::place;
use crate::search::rank::{MatchedSets, Row};

/// Reads the hits of one search.
pub(crate) struct HitReader<'r> {
    index: &'r OpenIndex,
    plan: &'r Plan,
    sets: &'r MatchedSets,
    clauses: ClauseReader<'r>,
    /// How many clauses before and after each hit are wanted.
    context: usize,
    /// Whether hits may be furniture, and say so.
    with_furniture: bool,
}

impl<'r> HitReader<'r> {
    /// A reader of the rows of a search, whose patterns are in `sets`. `context`: how many clauses
    /// before and after each hit are wanted.
    pub fn new(
        search: SearchContext<'r>,
        sets: &'r MatchedSets,
        clauses: ClauseReader<'r>,
        context: usize,
    ) -> Self {
        let SearchContext { index, plan, conditions, .. } = search;
        Self { index, plan, sets, clauses, context, with_furniture: conditions.with_furniture }
    }

    /// The hit of a row, of rank 1 and without a score.
    ///
    /// # Errors
    ///
    /// A damaged index.
    pub fn hit(&mut self, row: &Row) -> Result<Hit> {
        let location = ClauseLocation {
            rank: row.rank,
            segment: row.segment,
            doc: row.doc,
            ordinal: row.newest,
            place: row.place,
        };
        let mut hit = self.clauses.clause(&location)?;
        let patterns = self.sets.patterns(row.matched).iter().map(|&i| &self.plan.patterns[i]);
        hit.highlights = TokenizedText::new(&hit.text).highlights(patterns);
        if self.with_furniture {
            let policy = self.clauses.policy(row.rank)?;
            let place = place(self.index, &policy.tables, row.place)?;
            hit.is_furniture = Some(place.is_furniture);
        }
        if self.context > 0 {
            let policy = self.clauses.policy(row.rank)?;
            let listed = self.listed(&policy, &location)?;
            let reach = self.context;
            hit.context = Some(surroundings(self.index, &policy, &location, &listed, reach)?);
        }
        Ok(hit)
    }

    /// The clauses in the snapshot of a clause, in reading order; without furniture if hits are
    /// without.
    fn listed(
        &self,
        policy: &PolicyFacts,
        location: &ClauseLocation,
    ) -> Result<Vec<ClauseOccurrence>> {
        let mut listed = self.index.clauses_of(policy.address, location.ordinal)?;
        if self.clauses.leaves_out_furniture() {
            retain_policy_text(&mut listed, &policy.tables.places);
        }
        Ok(listed)
    }
}

/// The clauses before and after a clause among those listed, at most `reach` on each side.
fn surroundings(
    index: &OpenIndex,
    policy: &PolicyFacts,
    location: &ClauseLocation,
    listed: &[ClauseOccurrence],
    reach: usize,
) -> Result<HitContext> {
    let own = listed.iter().position(|listed| {
        listed.place == location.place
            && policy.clause_address(index, listed.clause) == location.address()
    });
    let own = own.ok_or_else(|| index.damaged("a clause that its snapshot does not list"))?;
    let first = own.saturating_sub(reach);
    let last = own.saturating_add(reach).min(listed.len() - 1);
    Ok(HitContext {
        before: neighbours(index, policy, location.ordinal, &listed[first..own])?,
        after: neighbours(index, policy, location.ordinal, &listed[own + 1..=last])?,
    })
}

/// Reads the clauses of these occurrences, as they are spelt in the snapshot with this ordinal.
fn neighbours(
    index: &OpenIndex,
    policy: &PolicyFacts,
    ordinal: Ordinal,
    listed: &[ClauseOccurrence],
) -> Result<Vec<NeighbourClause>> {
    let mut neighbours = Vec::with_capacity(listed.len());
    for &ClauseOccurrence { clause, place: number } in listed {
        let address: DocAddress = policy.clause_address(index, clause);
        let place = place(index, &policy.tables, number)?;
        let (number, kind) = (place.number.clone(), place.kind);
        let text = index.clause_at(address, ordinal)?.text;
        neighbours.push(NeighbourClause { number, kind, text });
    }
    Ok(neighbours)
}
