//! Evaluates a query for the units of one policy, in all of its snapshots at once.
//!
//! The truth of each part of the query is a set of ordinals per unit. From these sets follow the
//! clauses that are hits: those with a pattern that makes the query true; where no pattern does,
//! those under the headings or with the links that do; otherwise all clauses of the unit.

use std::collections::HashMap;
use std::ops::Range;

use fixedbitset::FixedBitSet;
use tantivy::DocId;

use super::evaluate::MatchedPattern;
use super::policy_state::PlaceTruth;
use crate::model::{Ordinal, PlaceNumber, Rank};
use crate::search::plan::{Operand, Plan};

/// Sets of ordinals, by unit.
pub(super) type OrdinalsByUnit = Vec<FixedBitSet>;

/// The patterns that occur in a clause, by clause.
pub(super) type PatternsByClause = HashMap<DocId, Vec<MatchedPattern>>;

/// Where the leaves of a query are true in the units of one policy.
pub(super) struct UnitTruth<'e> {
    /// The plan of the query.
    pub plan: &'e Plan,
    /// How many snapshots the policy has.
    pub snapshots: usize,
    /// The rank of the policy.
    pub rank: Rank,
    /// By pattern, where it occurs.
    pub patterns: Vec<OrdinalsByUnit>,
    /// By place pattern, where it occurs.
    pub places: Vec<OrdinalsByUnit>,
}

/// A leaf of the query that is part of a match.
enum MatchedLeaf {
    Pattern(usize),
    Place(usize),
}

impl UnitTruth<'_> {
    fn everywhere(&self) -> FixedBitSet {
        let mut all = FixedBitSet::with_capacity(self.snapshots);
        all.insert_range(..);
        all
    }

    /// The ordinals in which an operand is true of a unit.
    fn of(&self, operand: &Operand, unit: usize) -> FixedBitSet {
        match operand {
            Operand::Pattern(i) => self.patterns[*i][unit].clone(),
            Operand::Place(i) => self.places[*i][unit].clone(),
            Operand::Policies(i) => {
                match self.plan.policy_sets[*i].get(self.rank.index()) == Some(&true) {
                    true => self.everywhere(),
                    false => FixedBitSet::with_capacity(self.snapshots),
                }
            }
            Operand::Not(operand) => {
                let mut truth = self.everywhere();
                truth.difference_with(&self.of(operand, unit));
                truth
            }
            Operand::And(operands) => {
                let mut truth = self.everywhere();
                operands.iter().for_each(|operand| truth.intersect_with(&self.of(operand, unit)));
                truth
            }
            Operand::Or(operands) => {
                let mut truth = FixedBitSet::with_capacity(self.snapshots);
                operands.iter().for_each(|operand| truth.union_with(&self.of(operand, unit)));
                truth
            }
        }
    }

    /// The ordinals of `within` in which an operand is true of a unit.
    fn within(&self, operand: &Operand, unit: usize, within: &FixedBitSet) -> FixedBitSet {
        let mut truth = self.of(operand, unit);
        truth.intersect_with(within);
        truth
    }

    /// Tells `found` which leaves are part of the match of `operand` in the ordinals `within`. The
    /// operand is true. [`super::evaluate::matched`] does the same for one clause.
    fn matched(
        &self,
        operand: &Operand,
        unit: usize,
        within: &FixedBitSet,
        found: &mut dyn FnMut(MatchedLeaf, FixedBitSet),
    ) {
        match operand {
            Operand::Pattern(i) => self.matched_pattern(*i, operand, unit, within, found),
            Operand::Place(i) => found(MatchedLeaf::Place(*i), within.clone()),
            Operand::Policies(_) => {}
            Operand::Not(operand) => self.matched_below_not(operand, unit, within, found),
            Operand::And(operands) => {
                operands.iter().for_each(|operand| self.matched(operand, unit, within, found));
            }
            Operand::Or(operands) => {
                for operand in operands {
                    self.matched(operand, unit, &self.within(operand, unit, within), found);
                }
            }
        }
    }

    /// Below a NOT, only a pattern below a second NOT is wanted again, where it occurs.
    fn matched_below_not(
        &self,
        operand: &Operand,
        unit: usize,
        within: &FixedBitSet,
        found: &mut dyn FnMut(MatchedLeaf, FixedBitSet),
    ) {
        match operand {
            Operand::Pattern(i) => self.matched_pattern(*i, operand, unit, within, found),
            Operand::Place(_) | Operand::Policies(_) => {}
            Operand::Not(operand) => self.matched_below_not(operand, unit, within, found),
            Operand::And(operands) | Operand::Or(operands) => {
                let operands = operands.iter();
                operands.for_each(|operand| self.matched_below_not(operand, unit, within, found));
            }
        }
    }

    fn matched_pattern(
        &self,
        pattern: usize,
        operand: &Operand,
        unit: usize,
        within: &FixedBitSet,
        found: &mut dyn FnMut(MatchedLeaf, FixedBitSet),
    ) {
        if self.plan.patterns[pattern].is_wanted {
            found(MatchedLeaf::Pattern(pattern), self.within(operand, unit, within));
        }
    }

    /// What the query says of the units. `occurring` are the patterns that occur in each clause.
    pub fn answer(self, units: usize, occurring: PatternsByClause) -> UnitAnswer {
        let mut answer = UnitAnswer {
            occurring,
            patterns: vec![vec![FixedBitSet::new(); units]; self.patterns.len()],
            places: vec![vec![FixedBitSet::new(); units]; self.places.len()],
            rest: Vec::with_capacity(units),
        };
        for unit in 0..units {
            self.answer_unit(unit, &mut answer);
        }
        answer
    }

    fn answer_unit(&self, unit: usize, answer: &mut UnitAnswer) {
        let mut truth = self.of(&self.plan.query, unit);
        let (mut by_pattern, mut by_place) = (FixedBitSet::new(), FixedBitSet::new());
        self.matched(&self.plan.query, unit, &truth, &mut |leaf, ordinals| match leaf {
            MatchedLeaf::Pattern(i) => {
                by_pattern.union_with(&ordinals);
                answer.patterns[i][unit].union_with(&ordinals);
            }
            MatchedLeaf::Place(i) => {
                by_place.union_with(&ordinals);
                answer.places[i][unit].union_with(&ordinals);
            }
        });
        for places in &mut answer.places {
            places[unit].difference_with(&by_pattern);
        }
        truth.difference_with(&by_pattern);
        truth.difference_with(&by_place);
        answer.rest.push(truth);
    }
}

/// In which snapshots the clauses of each unit of one policy are hits, and why.
pub(super) struct UnitAnswer {
    occurring: PatternsByClause,
    /// By pattern, where it is part of what makes the query true.
    patterns: Vec<OrdinalsByUnit>,
    /// By place pattern, where it is part of that and no pattern is.
    places: Vec<OrdinalsByUnit>,
    /// Where the query is true and neither is part of it.
    rest: OrdinalsByUnit,
}

impl UnitAnswer {
    /// The clauses of the policy that may be hits, in order.
    pub fn candidates(&self, clauses: Range<DocId>) -> Vec<DocId> {
        let mut others = self.rest.iter().chain(self.places.iter().flatten());
        if others.any(|ordinals| !ordinals.is_clear()) {
            return clauses.collect();
        }
        let mut candidates: Vec<DocId> = self.occurring.keys().copied().collect();
        candidates.sort_unstable();
        candidates
    }

    /// The patterns that occur in a clause.
    fn occurring_in(&self, doc: DocId) -> &[MatchedPattern] {
        self.occurring.get(&doc).map(Vec::as_slice).unwrap_or_default()
    }

    /// Appends the patterns of a clause that are part of the match of a unit at an ordinal.
    pub fn matched(
        &self,
        doc: DocId,
        unit: usize,
        ordinal: Ordinal,
        out: &mut Vec<MatchedPattern>,
    ) {
        let occurring = self.occurring_in(doc).iter();
        out.extend(
            occurring
                .filter(|matched| self.patterns[matched.pattern][unit].contains(ordinal.index())),
        );
    }

    /// The ordinals in which a clause at a place of a unit is a hit.
    pub fn ordinals(
        &self,
        doc: DocId,
        unit: usize,
        place: PlaceNumber,
        place_truth: &PlaceTruth,
    ) -> FixedBitSet {
        let mut ordinals = self.rest[unit].clone();
        for matched in self.occurring_in(doc) {
            ordinals.union_with(&self.patterns[matched.pattern][unit]);
        }
        for (place_pattern, by_unit) in self.places.iter().enumerate() {
            if place_truth.holds(place_pattern, place) {
                ordinals.union_with(&by_unit[unit]);
            }
        }
        ordinals
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::plan::{Pattern, PatternOrigin, Spans};

    fn pattern(is_wanted: bool) -> Pattern {
        Pattern {
            slots: Vec::new(),
            spans: Spans::Or(Vec::new()),
            is_wanted,
            weight: 1.0,
            text: String::new(),
            origin: PatternOrigin::Asked,
        }
    }

    fn ordinals(ordinals: &[usize]) -> FixedBitSet {
        let mut set = FixedBitSet::with_capacity(4);
        ordinals.iter().for_each(|&ordinal| set.insert(ordinal));
        set
    }

    #[test]
    fn a_clause_is_a_hit_where_its_pattern_makes_the_query_true() {
        // a AND NOT b, in one unit: a occurs in snapshots 0, 1 and 2, b in 2 and 3.
        let not_b = Operand::Not(Box::new(Operand::Pattern(1)));
        let plan = Plan {
            query: Operand::And(vec![Operand::Pattern(0), not_b]),
            filters: Vec::new(),
            patterns: vec![pattern(true), pattern(false)],
            boosts: Vec::new(),
            has_neighbours: false,
            place_patterns: Vec::new(),
            policy_sets: Vec::new(),
        };
        let truth = UnitTruth {
            plan: &plan,
            snapshots: 4,
            rank: Rank::new(0),
            patterns: vec![vec![ordinals(&[0, 1, 2])], vec![ordinals(&[2, 3])]],
            places: Vec::new(),
        };
        let count = |pattern| MatchedPattern { pattern, count: 1 };
        let occurring = HashMap::from([(7, vec![count(0)]), (8, vec![count(1)])]);
        let answer = truth.answer(1, occurring);
        let (place, places) = (PlaceNumber::new(0), PlaceTruth::default());
        assert_eq!(answer.candidates(5..9), [7, 8]);
        assert_eq!(answer.ordinals(7, 0, place, &places).ones().collect::<Vec<_>>(), [0, 1]);
        assert!(answer.ordinals(8, 0, place, &places).is_clear());
        let mut matched = Vec::new();
        answer.matched(7, 0, Ordinal::new(1), &mut matched);
        assert_eq!(matched, [count(0)]);
        answer.matched(7, 0, Ordinal::new(2), &mut matched);
        assert_eq!(matched.len(), 1);
    }
}
