//! Walks the clauses of a segment for a query about clauses: exact, one candidate after the other.
//!
//! A query about headings, links or kinds is judged at each place of a clause in each selected
//! snapshot; any other query is judged once per clause.

use tantivy::{DocId, TERMINATED};

use super::columns::{intersect, place_ranges};
use super::context::{Decision, Match, OnMatch, SearchContext};
use super::cursors::PatternCursor;
use super::evaluate::{LeafFacts, MatchedPattern, is_true, matched};
use super::policy_state::PolicyState;
use super::segment_walk::SegmentWalk;
use crate::collapse::OrdinalRun;
use crate::error::Result;
use crate::index::{FurnitureExtent, StoredPlace};
use crate::model::PlaceNumber;
use crate::search::plan::Plan;

/// A walk over the clauses of a segment. The lists are kept from clause to clause, since candidates
/// are many.
pub(super) struct ClauseWalk<'s> {
    segment: SegmentWalk<'s>,
    /// The clause at hand, as far as it was decided.
    clause: ClauseState,
}

/// The clause at hand, as far as it was decided.
#[derive(Default)]
struct ClauseState {
    /// The snapshots in which it occurs.
    runs: Vec<OrdinalRun>,
    /// The selected snapshots in which it matches.
    matching: Vec<OrdinalRun>,
    /// Its places over its ordinals.
    places: Vec<StoredPlace>,
    /// Whether the places at which it is furniture do not count.
    leaves_out_furniture: bool,
    /// The place at which it is shown; `None` if every place matches.
    place: Option<PlaceNumber>,
    /// The patterns that are part of the match.
    matched: Vec<MatchedPattern>,
}

/// The decision about a candidate.
enum Verdict {
    /// It does not match.
    NoHit,
    /// It matches.
    Hit,
    /// It matches at places only where it is furniture, which is left out.
    Furniture,
}

impl<'s> ClauseWalk<'s> {
    /// A walk that has not begun.
    pub fn new(segment: SegmentWalk<'s>) -> Self {
        Self { segment, clause: ClauseState::default() }
    }

    /// Calls `found` for every match, in document order. Returns how many clauses match as
    /// furniture only, which was left out.
    ///
    /// # Errors
    ///
    /// A damaged index, or what `found` returns.
    pub fn run(&mut self, found: &mut OnMatch<'_>) -> Result<u64> {
        let plan = self.segment.context.plan;
        let mut left_out = 0;
        let mut doc = self.segment.cursors.candidate_of_all(plan.operands(), 0);
        while doc != TERMINATED {
            if self.segment.is_alive(doc) {
                match self.decide(doc)? {
                    Verdict::Hit => found(&self.found(doc))?,
                    Verdict::Furniture => left_out += 1,
                    Verdict::NoHit => {}
                }
            }
            doc = self.segment.cursors.candidate_of_all(plan.operands(), doc + 1);
        }
        Ok(left_out)
    }

    fn found(&self, doc: DocId) -> Match<'_> {
        Match {
            doc,
            rank: self.segment.policy.rank,
            record: self.segment.policy.record,
            decision: Decision { place: self.clause.place, matched: &self.clause.matched },
            matching: &self.clause.matching,
            runs: &self.clause.runs,
            times: &self.segment.policy.times,
        }
    }

    /// Whether the clause matches; if so, the clause at hand holds the decision.
    fn decide(&mut self, doc: DocId) -> Result<Verdict> {
        let SearchContext { plan, conditions, .. } = self.segment.context;
        let is_placeless = plan.place_patterns.is_empty() && conditions.has_every_kind();
        // Most candidates fail because their words do not follow each other: that is judged before
        // anything else is read of them.
        let is_text_alone = is_placeless && plan.policy_sets.is_empty();
        if is_text_alone && !self.judge(doc, None)? {
            return Ok(Verdict::NoHit);
        }
        if !self.enter_policy(doc)? {
            return Ok(Verdict::NoHit);
        }
        let columns = self.segment.columns;
        let extent = match conditions.with_furniture {
            true => None,
            false => columns.furniture(doc),
        };
        if extent == Some(FurnitureExtent::Part) {
            self.clause.runs = columns.runs_without_furniture(doc);
            self.clause.leaves_out_furniture = true;
            let is_hit = self.has_life() && self.decide_places(doc)?;
            self.clause.leaves_out_furniture = false;
            if is_hit {
                return Ok(Verdict::Hit);
            }
        }
        self.clause.runs.clear();
        self.clause.runs.extend(columns.runs(doc));
        let is_hit = self.has_life()
            && match is_placeless {
                true => (is_text_alone || self.judge(doc, None)?) && self.decide_text(),
                false => self.decide_places(doc)?,
            };
        Ok(match (is_hit, extent) {
            (false, _) => Verdict::NoHit,
            (true, None) => Verdict::Hit,
            (true, Some(_)) => Verdict::Furniture,
        })
    }

    /// Makes the policy of the clause the one at hand. Returns whether it has selected snapshots.
    fn enter_policy(&mut self, doc: DocId) -> Result<bool> {
        if !self.segment.policy.contains(doc) {
            // A document without a policy is not a clause.
            let Some(hash) = self.segment.columns.policy(doc) else { return Ok(false) };
            self.segment.policy.enter_for(self.segment.context, hash)?;
        }
        Ok(!self.segment.policy.selected.is_empty())
    }

    /// Whether the filters let the life of the clause at hand through.
    fn has_life(&self) -> bool {
        let PolicyState { times, record, .. } = &self.segment.policy;
        let life = self.segment.context.conditions.life;
        life.lets_through(&self.clause.runs, times, record.snapshots)
    }

    /// Finds the selected snapshots that contain the clause, which matches at every place. Returns
    /// whether there is one.
    fn decide_text(&mut self) -> bool {
        self.clause.place = None;
        self.clause.matching.clear();
        for selected in &self.segment.policy.selected {
            intersect(&self.clause.runs, selected, &mut self.clause.matching);
        }
        !self.clause.matching.is_empty()
    }

    /// Judges the clause in each range of snapshots over which its places stay the same, the newest
    /// first. The first place that matches is the one that is shown. Returns whether there is one.
    fn decide_places(&mut self, doc: DocId) -> Result<bool> {
        self.clause.matching.clear();
        // Taken and put back, since judging needs the rest of the walk.
        let mut places = std::mem::take(&mut self.clause.places);
        places.clear();
        places.extend(self.segment.columns.places(doc));
        let selected = std::mem::take(&mut self.segment.policy.selected);
        let mut shown: Option<(PlaceNumber, Vec<MatchedPattern>)> = None;
        for range in place_ranges(&places) {
            let before = self.clause.matching.len();
            for selected in &selected {
                let start = range.ordinals.start.max(selected.start);
                let end = range.ordinals.end.min(selected.end);
                intersect(&self.clause.runs, &(start..end), &mut self.clause.matching);
            }
            // Only a place in a selected snapshot is judged.
            if self.clause.matching.len() == before {
                continue;
            }
            match self.first_true(doc, range.places)? {
                None => self.clause.matching.truncate(before),
                Some(place) if shown.is_none() => {
                    shown = Some((place, std::mem::take(&mut self.clause.matched)));
                }
                Some(_) => {}
            }
        }
        if let Some((place, matched)) = shown {
            (self.clause.place, self.clause.matched) = (Some(place), matched);
        }
        self.segment.policy.selected = selected;
        self.clause.places = places;
        self.clause.matching.sort_by_key(|run| run.start);
        Ok(!self.clause.matching.is_empty())
    }

    /// The first of these places at which the query is true.
    fn first_true(&mut self, doc: DocId, places: &[StoredPlace]) -> Result<Option<PlaceNumber>> {
        for place in places {
            let is_left_out = self.clause.leaves_out_furniture && place.is_furniture;
            if !is_left_out
                && self.segment.context.conditions.has_kind(place.kind)
                && self.judge(doc, Some(place.change.place))?
            {
                return Ok(Some(place.change.place));
            }
        }
        Ok(None)
    }

    /// Whether the query and the filters are true for the clause at this place; `None` if the place
    /// does not matter. If so, the clause at hand holds the patterns that are part of the match.
    fn judge(&mut self, doc: DocId, place: Option<PlaceNumber>) -> Result<bool> {
        let plan = self.segment.context.plan;
        let mut facts = ClauseFacts {
            plan,
            patterns: &mut self.segment.cursors.patterns,
            policy: &self.segment.policy,
            doc,
            place,
        };
        for operand in plan.operands() {
            if !is_true(operand, &mut facts)? {
                return Ok(false);
            }
        }
        self.clause.matched.clear();
        matched(&plan.query, false, plan, &mut facts, &mut self.clause.matched)?;
        Ok(true)
    }
}

/// The leaves of a query about one clause at one place.
struct ClauseFacts<'f, 's> {
    plan: &'f Plan,
    patterns: &'f mut [PatternCursor<'s>],
    policy: &'f PolicyState,
    doc: DocId,
    place: Option<PlaceNumber>,
}

impl LeafFacts for ClauseFacts<'_, '_> {
    fn count(&mut self, pattern: usize) -> Result<u32> {
        self.patterns[pattern].count(self.doc)
    }

    fn is_at_place(&self, place_pattern: usize) -> bool {
        let truth = &self.policy.place_truth;
        self.place.is_some_and(|place| truth.holds(place_pattern, place))
    }

    fn is_in_policies(&self, policy_set: usize) -> bool {
        self.plan.has_policy(policy_set, self.policy.rank)
    }
}
