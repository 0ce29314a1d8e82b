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
            Operand::Policies(i) => match self.plan.has_policy(*i, self.rank) {
                true => self.everywhere(),
                false => FixedBitSet::with_capacity(self.snapshots),
            },
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

    /// Tells `found` which leaves are part of the match of `operand` in the ordinals `within`, in
    /// which the operand is true unless it is below a NOT. [`super::evaluate::matched`] does the
    /// same for one clause.
    fn matched(
        &self,
        operand: &Operand,
        is_below_not: bool,
        unit: usize,
        within: &FixedBitSet,
        found: &mut dyn FnMut(MatchedLeaf, FixedBitSet),
    ) {
        match operand {
            Operand::Pattern(i) if self.plan.patterns[*i].is_wanted => {
                found(MatchedLeaf::Pattern(*i), self.within(operand, unit, within));
            }
            Operand::Place(i) if !is_below_not => found(MatchedLeaf::Place(*i), within.clone()),
            Operand::Pattern(_) | Operand::Place(_) | Operand::Policies(_) => {}
            Operand::Not(operand) => self.matched(operand, true, unit, within, found),
            Operand::Or(operands) if !is_below_not => {
                for operand in operands {
                    let within = self.within(operand, unit, within);
                    self.matched(operand, false, unit, &within, found);
                }
            }
            Operand::And(operands) | Operand::Or(operands) => {
                for operand in operands {
                    self.matched(operand, is_below_not, unit, within, found);
                }
            }
        }
    }

    /// What the query says of the units. `occurring` are the patterns that occur in each clause.
    pub fn answer(self, units: usize, occurring: &PatternsByClause) -> UnitAnswer<'_> {
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

    fn answer_unit(&self, unit: usize, answer: &mut UnitAnswer<'_>) {
        let mut truth = self.of(&self.plan.query, unit);
        let (mut by_pattern, mut by_place) = (FixedBitSet::new(), FixedBitSet::new());
        self.matched(&self.plan.query, false, unit, &truth, &mut |leaf, ordinals| match leaf {
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
pub(super) struct UnitAnswer<'p> {
    occurring: &'p PatternsByClause,
    /// By pattern, where it is part of what makes the query true.
    patterns: Vec<OrdinalsByUnit>,
    /// By place pattern, where it is part of that and no pattern is.
    places: Vec<OrdinalsByUnit>,
    /// Where the query is true and neither is part of it.
    rest: OrdinalsByUnit,
}

impl UnitAnswer<'_> {
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

    fn ordinals(ordinals: &[usize]) -> FixedBitSet {
        let mut set = FixedBitSet::with_capacity(4);
        ordinals.iter().for_each(|&ordinal| set.insert(ordinal));
        set
    }

    #[test]
    fn a_clause_is_a_hit_where_its_pattern_makes_the_query_true() {
        // a AND NOT b, in one unit: a occurs in snapshots 0, 1 and 2, b in 2 and 3.
        let not_b = Operand::Not(Box::new(Operand::Pattern(1)));
        let query = Operand::And(vec![Operand::Pattern(0), not_b]);
        let plan = Plan::of_wordless_patterns(query, &[true, false]);
        let truth = UnitTruth {
            plan: &plan,
            snapshots: 4,
            rank: Rank::new(0),
            patterns: vec![vec![ordinals(&[0, 1, 2])], vec![ordinals(&[2, 3])]],
            places: Vec::new(),
        };
        let count = |pattern| MatchedPattern { pattern, count: 1 };
        let occurring = HashMap::from([(7, vec![count(0)]), (8, vec![count(1)])]);
        let answer = truth.answer(1, &occurring);
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
