//! What a walk knows of the policy that it is in.

use std::ops::Range;

use tantivy::DocId;

use super::context::SearchContext;
use super::tokenized_text::contains;
use super::units::Units;
use crate::error::Result;
use crate::index::{PolicyRecord, PolicyTables};
use crate::model::{ArchiveTime, Ordinal, PlaceNumber, Rank};
use crate::search::plan::{PlaceField, PlacePattern, Plan};
use crate::search::request::Scope;
use crate::search::select::PolicySnapshots;

/// The number of candidates in one policy after which the range of its clauses is looked up. The
/// lookup pays where many candidates follow each other.
const MANY_CANDIDATES: u32 = 8;

/// What a walk knows of the policy that it is in.
#[derive(Default)]
pub(super) struct PolicyState {
    /// The hash of the policy; `None` before the first one.
    hash: Option<u64>,
    /// The documents of its clauses, once they are known. Within them no column is read to know
    /// which policy a clause belongs to.
    clauses: Range<DocId>,
    /// How many candidates came while `clauses` was not known.
    candidates: u32,
    /// Its rank.
    pub rank: Rank,
    /// What the table of policies has of it.
    pub record: PolicyRecord,
    /// The ranges of ordinals that are selected: ascending, none empty.
    pub selected: Vec<Range<Ordinal>>,
    /// Archive times by ordinal, if the search needs them.
    pub times: Vec<ArchiveTime>,
    /// By place pattern and place, whether the pattern occurs there.
    pub place_truth: PlaceTruth,
    /// The units of the policy, if the scope is not the clause.
    pub units: Units,
    /// Whether a clause of it is furniture at any place. Known if the scope is not the clause.
    pub has_furniture: bool,
    /// Whether the places at which clauses are furniture do not count.
    pub leaves_out_furniture: bool,
}

impl PolicyState {
    /// Makes it the state of the policy of a clause with this hash, unless it is that already.
    /// `doc` is a candidate of the policy.
    ///
    /// # Errors
    ///
    /// A damaged index.
    pub fn enter_for(&mut self, context: SearchContext<'_>, hash: u64) -> Result<()> {
        let SearchContext { index, policies, .. } = context;
        if self.hash != Some(hash) {
            self.enter(context, hash)?;
            self.clauses = policies.known_clauses(hash).unwrap_or(0..0);
            return Ok(());
        }
        self.candidates += 1;
        if self.candidates == MANY_CANDIDATES {
            self.clauses = policies.clauses(index, hash, self.rank)?;
        }
        Ok(())
    }

    /// Whether this document is known to be a clause of the policy.
    pub fn contains(&self, doc: DocId) -> bool {
        self.clauses.contains(&doc)
    }

    /// Makes it the state of the policy with this hash.
    ///
    /// # Errors
    ///
    /// A damaged index.
    pub fn enter(&mut self, context: SearchContext<'_>, hash: u64) -> Result<()> {
        let SearchContext { index, plan, conditions, .. } = context;
        let rank = index.policies().rank(hash)?;
        let rank = rank.ok_or_else(|| index.damaged("a clause of an unknown policy"))?;
        let record = index.policies().record(rank)?;
        *self = Self { hash: Some(hash), rank, record, ..Self::default() };
        let selection = &conditions.snapshots;
        let needs_places = !plan.place_patterns.is_empty() || conditions.scope != Scope::Clause;
        let mut address = None;
        if conditions.needs_times() || needs_places || selection.needs_policy() {
            let policy = index.policy_address(hash)?;
            address = Some(policy);
            if conditions.needs_times() {
                self.times = index.times(policy)?;
            }
            if needs_places {
                let tables = index.policy_tables(policy)?;
                self.place_truth = PlaceTruth::new(plan, &tables);
                self.units = Units::new(conditions.scope, &tables);
                self.has_furniture = tables.places.iter().any(|place| place.is_furniture);
            }
        }
        let policy = PolicySnapshots { count: record.snapshots, address, times: &self.times };
        self.selected = selection.ordinals(index, policy)?;
        Ok(())
    }
}

/// By place pattern of a plan and by place of a policy, whether the pattern occurs there.
#[derive(Default)]
pub(super) struct PlaceTruth(Vec<Vec<bool>>);

impl PlaceTruth {
    fn new(plan: &Plan, tables: &PolicyTables) -> Self {
        Self(plan.place_patterns.iter().map(|pattern| places_with(pattern, tables)).collect())
    }

    /// Whether a place pattern occurs at a place.
    pub fn holds(&self, place_pattern: usize, place: PlaceNumber) -> bool {
        self.0[place_pattern].get(place.index()) == Some(&true)
    }

    /// Whether a place pattern occurs at any place.
    pub fn holds_anywhere(&self, place_pattern: usize) -> bool {
        self.0[place_pattern].contains(&true)
    }

    /// How many place patterns there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

/// By place, whether the pattern occurs in one heading above it, or in one link target of it.
fn places_with(pattern: &PlacePattern, tables: &PolicyTables) -> Vec<bool> {
    let PlacePattern { field, pattern } = pattern;
    match field {
        PlaceField::Section => {
            let headings: Vec<bool> =
                tables.headings.iter().map(|heading| contains(heading, pattern)).collect();
            let sections = tables.places.iter().map(|place| &place.section);
            sections
                .map(|path| path.iter().any(|&i| headings.get(i as usize) == Some(&true)))
                .collect()
        }
        PlaceField::Link => {
            let links = tables.places.iter().map(|place| &place.links);
            links.map(|links| links.iter().any(|link| contains(link, pattern))).collect()
        }
    }
}
