//! Walks the policies of a segment for a query about whole sections or snapshots, whose words may
//! occur in different clauses.

use std::ops::Range;

use fixedbitset::FixedBitSet;
use tantivy::{DocId, TERMINATED};

use super::columns::{PlaceAndKind, place_ranges};
use super::context::{Decision, Match, OnMatch, SearchContext};
use super::evaluate::{LeafFacts, MatchedPattern, is_true};
use super::policy_state::PolicyState;
use super::segment_walk::SegmentWalk;
use super::tokenized_text::contains;
use super::unit_answer::{OrdinalsByUnit, PatternsByClause, UnitAnswer, UnitTruth};
use crate::collapse::OrdinalRun;
use crate::error::Result;
use crate::model::{ClauseKind, Ordinal, PlaceNumber};
use crate::search::plan::{Operand, Plan};

impl SegmentWalk<'_> {
    /// Calls `found` for every clause of a unit for which the query is true, in document order.
    ///
    /// # Errors
    ///
    /// A damaged index, or what `found` returns.
    pub fn run_units(&mut self, found: &mut OnMatch<'_>) -> Result<()> {
        let SearchContext { index, policies, .. } = self.context;
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
                let answer = self.answer(clauses.clone())?;
                for doc in answer.candidates(clauses.clone()) {
                    self.decide(doc, &answer, found)?;
                }
            }
            doc = self.candidate(clauses.end.max(doc + 1));
        }
        Ok(())
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

    /// Finds where the leaves of the query occur in the policy, and evaluates the query.
    fn answer(&mut self, clauses: Range<DocId>) -> Result<UnitAnswer> {
        let plan = self.context.plan;
        let units = self.policy.units.len();
        let snapshots = self.policy.snapshots as usize;
        let nowhere = vec![FixedBitSet::with_capacity(snapshots); units];
        let mut occurring = PatternsByClause::new();
        let mut patterns = vec![nowhere.clone(); plan.patterns.len()];
        for (i, by_unit) in patterns.iter_mut().enumerate() {
            self.find_pattern(i, clauses.clone(), by_unit, &mut occurring)?;
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
        Ok(truth.answer(units, occurring))
    }

    /// Marks the units in which a pattern occurs: in one of their clauses, or in their heading.
    fn find_pattern(
        &mut self,
        pattern: usize,
        clauses: Range<DocId>,
        by_unit: &mut OrdinalsByUnit,
        occurring: &mut PatternsByClause,
    ) -> Result<()> {
        let mut doc = self.cursors.patterns[pattern].candidate(clauses.start);
        while doc < clauses.end {
            let count = self.cursors.patterns[pattern].count(doc)?;
            if count > 0 {
                occurring.entry(doc).or_default().push(MatchedPattern { pattern, count });
                self.mark(doc, by_unit, |_| true);
            }
            doc = self.cursors.patterns[pattern].candidate(doc + 1);
        }
        let wanted = &self.context.plan.patterns[pattern];
        for (heading, ordinals) in self.policy.units.headings().zip(by_unit.iter_mut()) {
            if heading.is_some_and(|heading| contains(heading, wanted)) {
                ordinals.insert_range(..);
            }
        }
        Ok(())
    }

    /// Adds the ordinals in which a clause occurs at the wanted places to the units of the places.
    fn mark(
        &self,
        doc: DocId,
        by_unit: &mut OrdinalsByUnit,
        is_wanted: impl Fn(PlaceNumber) -> bool,
    ) {
        let runs: Vec<OrdinalRun> = self.columns.runs(doc).collect();
        let places: Vec<PlaceAndKind> = self.columns.places(doc).collect();
        for range in place_ranges(&places) {
            for (change, _) in range.places.iter().filter(|(change, _)| is_wanted(change.place)) {
                let unit = self.policy.units.of_place(change.place);
                let Some(ordinals) = unit.and_then(|unit| by_unit.get_mut(unit)) else { continue };
                insert_runs(&runs, &range.ordinals, ordinals);
            }
        }
    }

    /// Tells `found` about a clause if it is a hit.
    fn decide(&mut self, doc: DocId, answer: &UnitAnswer, found: &mut OnMatch<'_>) -> Result<()> {
        let conditions = self.context.conditions;
        let PolicyState { times, snapshots, rank, .. } = &self.policy;
        if !conditions.has_lang(self.columns, doc) {
            return Ok(());
        }
        let runs: Vec<OrdinalRun> = self.columns.runs(doc).collect();
        if !conditions.life.lets_through(&runs, times, *snapshots) {
            return Ok(());
        }
        let places: Vec<PlaceAndKind> = self.columns.places(doc).collect();
        let matching = self.matching(doc, &runs, &places, answer)?;
        let Some(newest) = matching.last().map(|run| run.last) else { return Ok(()) };
        let place = self.shown_place(doc, &places, newest, answer)?;
        let place = place.ok_or_else(|| self.context.index.damaged("a clause without a place"))?;
        let mut matched = Vec::new();
        if let Some(unit) = self.policy.units.of_place(place) {
            answer.matched(doc, unit, newest, &mut matched);
        }
        found(&Match {
            doc,
            rank: *rank,
            decision: Decision { place: Some(place), matched: &matched },
            matching: &matching,
            runs: &runs,
            times,
        })
    }

    /// The selected snapshots in which a clause is a hit at one of its places.
    fn matching(
        &self,
        doc: DocId,
        runs: &[OrdinalRun],
        places: &[PlaceAndKind],
        answer: &UnitAnswer,
    ) -> Result<Vec<OrdinalRun>> {
        let mut hits = FixedBitSet::with_capacity(self.policy.snapshots as usize);
        for range in place_ranges(places) {
            for &(change, kind) in range.places {
                if let Some(ordinals) = self.ordinals_at(doc, change.place, kind, answer)? {
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
        place: PlaceNumber,
        kind: ClauseKind,
        answer: &UnitAnswer,
    ) -> Result<Option<FixedBitSet>> {
        let SearchContext { plan, conditions, .. } = self.context;
        let Some(unit) = self.policy.units.of_place(place) else { return Ok(None) };
        if !conditions.has_kind(kind) {
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
        places: &[PlaceAndKind],
        ordinal: Ordinal,
        answer: &UnitAnswer,
    ) -> Result<Option<PlaceNumber>> {
        let range = place_ranges(places).find(|range| range.ordinals.contains(&ordinal));
        for &(change, kind) in range.map(|range| range.places).unwrap_or_default() {
            let ordinals = self.ordinals_at(doc, change.place, kind, answer)?;
            if ordinals.is_some_and(|ordinals| ordinals.contains(ordinal.index())) {
                return Ok(Some(change.place));
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
