//! Walks the policies of a segment for a query about whole sections or snapshots, whose words may
//! occur in different clauses.

use std::ops::Range;

use fixedbitset::FixedBitSet;
use tantivy::{DocId, TERMINATED};

use super::columns::place_ranges;
use super::context::{Decision, Match, OnMatch, SearchContext};
use super::evaluate::{LeafFacts, MatchedPattern, is_true};
use super::policy_state::PolicyState;
use super::segment_walk::SegmentWalk;
use super::tokenized_text::contains;
use super::unit_answer::{OrdinalsByUnit, PatternsByClause, UnitAnswer, UnitTruth};
use crate::collapse::OrdinalRun;
use crate::error::Result;
use crate::index::StoredPlace;
use crate::model::{Ordinal, PlaceNumber};
use crate::search::plan::{Operand, Plan};

impl SegmentWalk<'_> {
    /// Calls `found` for every clause of a unit for which the query is true, in document order.
    /// Returns how many clauses are hits with furniture only, which was left out.
    ///
    /// # Errors
    ///
    /// A damaged index, or what `found` returns.
    pub fn run_units(&mut self, found: &mut OnMatch<'_>) -> Result<u64> {
        let SearchContext { index, policies, .. } = self.context;
        let mut left_out = 0;
        let mut doc = self.candidate(0);
        while doc != TERMINATED {
            // The documents of policies and of their snapshots belong to no policy here.
            let Some(hash) = self.columns.policy(doc).filter(|_| self.is_alive(doc)) else {
                doc = self.candidate(doc + 1);
                continue;
            };
            self.policy.enter(self.context, hash)?;
            let clauses = policies.clauses(index, hash, self.policy.rank)?;
            if !self.policy.selected.is_empty() {
                left_out += self.run_policy(clauses.clone(), found)?;
            }
            doc = self.candidate(clauses.end.max(doc + 1));
        }
        Ok(left_out)
    }

    /// The same for the policy at hand, whose clauses have these documents.
    fn run_policy(&mut self, clauses: Range<DocId>, found: &mut OnMatch<'_>) -> Result<u64> {
        let with_furniture = self.context.conditions.with_furniture;
        self.policy.leaves_out_furniture = self.policy.has_furniture && !with_furniture;
        // The cursors of the patterns only go forward.
        let found_patterns = self.find_patterns(clauses.clone())?;
        let answer = self.answer(clauses.clone(), &found_patterns);
        // The candidates come in ascending order, and so do the hits.
        let mut hits: Vec<DocId> = Vec::new();
        for doc in answer.candidates(clauses.clone()) {
            if self.decide(doc, &answer, found)? {
                hits.push(doc);
            }
        }
        if !self.policy.leaves_out_furniture {
            return Ok(0);
        }
        self.policy.leaves_out_furniture = false;
        let answer = self.answer(clauses.clone(), &found_patterns);
        let mut left_out = 0;
        for doc in answer.candidates(clauses) {
            let is_hit = self.decide(doc, &answer, &mut |_| Ok(()))?;
            left_out += u64::from(is_hit && hits.binary_search(&doc).is_err());
        }
        Ok(left_out)
    }

    /// The first document from `target` on whose policy may have a hit.
    fn candidate(&mut self, target: DocId) -> DocId {
        let plan = self.context.plan;
        let target = self.in_named_policies(target);
        if target >= self.reader.max_doc() {
            return TERMINATED;
        }
        // A field alone, such as the name of a policy, may make the query true.
        if plan.query.has_fields() {
            return target;
        }
        let wanted = plan.patterns.iter().enumerate().filter(|(_, pattern)| pattern.is_wanted);
        let reached = wanted.map(|(i, _)| self.cursors.patterns[i].candidate(target));
        reached.min().unwrap_or(target)
    }

    /// The first clause from `target` on of a policy that the names in filters let through, and the
    /// names that the whole query demands.
    fn in_named_policies(&mut self, mut target: DocId) -> DocId {
        let plan = self.context.plan;
        let demanded = match &plan.query {
            Operand::And(operands) => operands,
            other => std::slice::from_ref(other),
        };
        for operand in plan.filters.iter().chain(demanded) {
            if let Operand::Policies(i) = operand {
                target = self.cursors.in_policies(*i, target);
            }
        }
        target
    }

    /// Finds the clauses of the policy in which each pattern of the plan occurs.
    fn find_patterns(&mut self, clauses: Range<DocId>) -> Result<PatternsByClause> {
        let mut occurring = PatternsByClause::new();
        for pattern in 0..self.context.plan.patterns.len() {
            let mut doc = self.cursors.patterns[pattern].candidate(clauses.start);
            while doc < clauses.end {
                let count = self.cursors.patterns[pattern].count(doc)?;
                if count > 0 {
                    occurring.entry(doc).or_default().push(MatchedPattern { pattern, count });
                }
                doc = self.cursors.patterns[pattern].candidate(doc + 1);
            }
        }
        Ok(occurring)
    }

    /// Finds in which units of the policy the leaves of the query occur, and evaluates the query.
    fn answer<'p>(&self, clauses: Range<DocId>, occurring: &'p PatternsByClause) -> UnitAnswer<'p> {
        let plan = self.context.plan;
        let units = self.policy.units.len();
        let snapshots = self.policy.record.snapshots as usize;
        let nowhere = vec![FixedBitSet::with_capacity(snapshots); units];
        let mut patterns = vec![nowhere.clone(); plan.patterns.len()];
        for (&doc, found) in occurring {
            for matched in found {
                self.mark(doc, &mut patterns[matched.pattern], |_| true);
            }
        }
        for (pattern, by_unit) in plan.patterns.iter().zip(&mut patterns) {
            for (heading, ordinals) in self.policy.units.headings().zip(by_unit.iter_mut()) {
                if heading.is_some_and(|heading| contains(heading, pattern)) {
                    ordinals.insert_range(..);
                }
            }
        }
        let mut places = vec![nowhere; self.policy.place_truth.len()];
        for (i, by_unit) in places.iter_mut().enumerate() {
            if self.policy.place_truth.holds_anywhere(i) {
                for doc in clauses.clone() {
                    let truth = &self.policy.place_truth;
                    self.mark(doc, by_unit, |place| truth.holds(i, place));
                }
            }
        }
        let truth = UnitTruth { plan, snapshots, rank: self.policy.rank, patterns, places };
        truth.answer(units, occurring)
    }

    /// Whether a place counts.
    fn counts(&self, place: &StoredPlace) -> bool {
        !(self.policy.leaves_out_furniture && place.is_furniture)
    }

    /// Adds the ordinals in which a clause occurs at the wanted places to the units of the places.
    fn mark(
        &self,
        doc: DocId,
        by_unit: &mut OrdinalsByUnit,
        is_wanted: impl Fn(PlaceNumber) -> bool,
    ) {
        let runs: Vec<OrdinalRun> = self.columns.runs(doc).collect();
        let places: Vec<StoredPlace> = self.columns.places(doc).collect();
        for range in place_ranges(&places) {
            let wanted = range.places.iter().filter(|place| self.counts(place));
            for change in wanted.map(|place| place.change).filter(|change| is_wanted(change.place))
            {
                let unit = self.policy.units.of_place(change.place);
                let Some(ordinals) = unit.and_then(|unit| by_unit.get_mut(unit)) else { continue };
                insert_runs(&runs, &range.ordinals, ordinals);
            }
        }
    }

    /// Tells `found` about a clause if it is a hit. Returns whether it is.
    fn decide(
        &mut self,
        doc: DocId,
        answer: &UnitAnswer<'_>,
        found: &mut OnMatch<'_>,
    ) -> Result<bool> {
        let conditions = self.context.conditions;
        let PolicyState { times, rank, record, .. } = &self.policy;
        let runs: Vec<OrdinalRun> = match self.policy.leaves_out_furniture {
            true => self.columns.runs_without_furniture(doc),
            false => self.columns.runs(doc).collect(),
        };
        if !conditions.life.lets_through(&runs, times, record.snapshots) {
            return Ok(false);
        }
        let places: Vec<StoredPlace> = self.columns.places(doc).collect();
        let matching = self.matching(doc, &runs, &places, answer)?;
        let Some(newest) = matching.last().map(|run| run.last) else { return Ok(false) };
        let place = self.shown_place(doc, &places, newest, answer)?;
        let place = place.ok_or_else(|| self.context.index.damaged("a clause without a place"))?;
        let mut matched = Vec::new();
        if let Some(unit) = self.policy.units.of_place(place) {
            answer.matched(doc, unit, newest, &mut matched);
        }
        found(&Match {
            doc,
            rank: *rank,
            record: *record,
            decision: Decision { place: Some(place), matched: &matched },
            matching: &matching,
            runs: &runs,
            times,
        })?;
        Ok(true)
    }

    /// The selected snapshots in which a clause is a hit at one of its places.
    fn matching(
        &self,
        doc: DocId,
        runs: &[OrdinalRun],
        places: &[StoredPlace],
        answer: &UnitAnswer<'_>,
    ) -> Result<Vec<OrdinalRun>> {
        let mut hits = FixedBitSet::with_capacity(self.policy.record.snapshots as usize);
        for range in place_ranges(places) {
            for place in range.places {
                if let Some(ordinals) = self.ordinals_at(doc, place, answer)? {
                    let inside = ordinals.ones();
                    inside
                        .filter(|&ordinal| range.ordinals.contains(&Ordinal::from_index(ordinal)))
                        .for_each(|ordinal| hits.grow_and_insert(ordinal));
                }
            }
        }
        let mut matching = Vec::new();
        for run in runs {
            for selected in &self.policy.selected {
                let within = run.start.max(selected.start)..run.last.next().min(selected.end);
                push_runs(&hits, within, &mut matching);
            }
        }
        matching.sort_by_key(|run| run.start);
        Ok(matching)
    }

    /// The ordinals in which a clause at this place is a hit; `None` if a filter leaves it out.
    fn ordinals_at(
        &self,
        doc: DocId,
        stored: &StoredPlace,
        answer: &UnitAnswer<'_>,
    ) -> Result<Option<FixedBitSet>> {
        let SearchContext { plan, conditions, .. } = self.context;
        let place = stored.change.place;
        let Some(unit) = self.policy.units.of_place(place) else { return Ok(None) };
        if !conditions.has_kind(stored.kind) || !self.counts(stored) {
            return Ok(None);
        }
        let mut facts = FilterFacts { plan, policy: &self.policy, place };
        for filter in &plan.filters {
            if !is_true(filter, &mut facts)? {
                return Ok(None);
            }
        }
        Ok(Some(answer.ordinals(doc, unit, place, &self.policy.place_truth)))
    }

    /// The first place of a clause at which it is a hit in the snapshot with this ordinal.
    fn shown_place(
        &self,
        doc: DocId,
        places: &[StoredPlace],
        ordinal: Ordinal,
        answer: &UnitAnswer<'_>,
    ) -> Result<Option<PlaceNumber>> {
        let range = place_ranges(places).find(|range| range.ordinals.contains(&ordinal));
        for place in range.map(|range| range.places).unwrap_or_default() {
            let ordinals = self.ordinals_at(doc, place, answer)?;
            if ordinals.is_some_and(|ordinals| ordinals.contains(ordinal.index())) {
                return Ok(Some(place.change.place));
            }
        }
        Ok(None)
    }
}

/// The leaves of a filter for one place. Filters ask about places and policies only.
struct FilterFacts<'f> {
    plan: &'f Plan,
    policy: &'f PolicyState,
    place: PlaceNumber,
}

impl LeafFacts for FilterFacts<'_> {
    fn count(&mut self, _pattern: usize) -> Result<u32> {
        debug_assert!(false, "a filter has no patterns");
        Ok(0)
    }

    fn is_at_place(&self, place_pattern: usize) -> bool {
        self.policy.place_truth.holds(place_pattern, self.place)
    }

    fn is_in_policies(&self, policy_set: usize) -> bool {
        self.plan.has_policy(policy_set, self.policy.rank)
    }
}

/// Inserts the parts of `runs` inside `range`. Ordinals that the policy does not have are left out.
fn insert_runs(runs: &[OrdinalRun], range: &Range<Ordinal>, ordinals: &mut FixedBitSet) {
    for run in runs {
        let start = run.start.max(range.start).index();
        let end = run.last.next().min(range.end).index().min(ordinals.len());
        if start < end {
            ordinals.insert_range(start..end);
        }
    }
}

/// Appends the runs of the ordinals in a range.
fn push_runs(ordinals: &FixedBitSet, within: Range<Ordinal>, out: &mut Vec<OrdinalRun>) {
    let mut open: Option<OrdinalRun> = None;
    for ordinal in (within.start.get()..within.end.get()).map(Ordinal::new) {
        match (&mut open, ordinals.contains(ordinal.index())) {
            (Some(run), true) => run.last = ordinal,
            (None, true) => open = Some(OrdinalRun { start: ordinal, last: ordinal }),
            (_, false) => out.extend(open.take()),
        }
    }
    out.extend(open);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(start: u32, last: u32) -> OrdinalRun {
        OrdinalRun { start: Ordinal::new(start), last: Ordinal::new(last) }
    }

    #[test]
    fn runs_and_sets_of_ordinals_say_the_same() {
        let runs = [run(1, 2), run(4, 9)];
        let mut set = FixedBitSet::with_capacity(8);
        insert_runs(&runs, &(Ordinal::new(0)..Ordinal::new(6)), &mut set);
        assert_eq!(set.ones().collect::<Vec<_>>(), [1, 2, 4, 5]);
        let mut back = Vec::new();
        push_runs(&set, Ordinal::new(2)..Ordinal::new(8), &mut back);
        assert_eq!(back, [run(2, 2), run(4, 5)]);
    }
}
