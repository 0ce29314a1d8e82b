//! A plan as data: operands that point into lists of patterns and sets.

use super::pattern::Pattern;
use crate::model::Rank;

/// What to look for, in terms of the index. Numbers in operands point into the lists of the plan.
#[derive(Debug)]
pub(crate) struct Plan {
    /// What a clause, or a unit of the scope, must satisfy.
    pub query: Operand,
    /// What each clause must satisfy besides, whatever the scope.
    pub filters: Vec<Operand>,
    /// The patterns to find in texts.
    pub patterns: Vec<Pattern>,
    /// Patterns that add to the score of a clause that matches, and make no match.
    pub boosts: Vec<Pattern>,
    /// Whether the clauses beside a match add to its score.
    pub has_neighbours: bool,
    /// The patterns to find in headings and links.
    pub place_patterns: Vec<PlacePattern>,
    /// Sets of policies, by rank.
    pub policy_sets: Vec<Vec<bool>>,
}

/// A node of a plan.
#[derive(Debug)]
pub(crate) enum Operand {
    /// The text of the clause contains this pattern.
    Pattern(usize),
    /// A heading above the clause, or a link in it, contains this place pattern.
    Place(usize),
    /// The policy of the clause is in this set.
    Policies(usize),
    /// The operand is false. Occurs only beside something positive.
    Not(Box<Operand>),
    /// All operands are true.
    And(Vec<Operand>),
    /// At least one operand is true.
    Or(Vec<Operand>),
}

impl Operand {
    /// Whether any part of it asks about headings, links or policies instead of texts.
    pub fn has_fields(&self) -> bool {
        match self {
            Self::Pattern(_) => false,
            Self::Place(_) | Self::Policies(_) => true,
            Self::Not(operand) => operand.has_fields(),
            Self::And(operands) | Self::Or(operands) => operands.iter().any(Self::has_fields),
        }
    }
}

/// A pattern in one heading, or in one link target, of a place.
#[derive(Debug)]
pub(crate) struct PlacePattern {
    pub field: PlaceField,
    pub pattern: Pattern,
}

/// Which text of a place a pattern is looked for in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PlaceField {
    /// Each heading of the section path.
    Section,
    /// Each link target.
    Link,
}

impl Plan {
    /// The query and the filters: a match satisfies all of them.
    pub fn operands(&self) -> impl Iterator<Item = &Operand> + Clone {
        std::iter::once(&self.query).chain(&self.filters)
    }

    /// Whether the policy with this rank is in a set of the plan.
    pub fn has_policy(&self, policy_set: usize, rank: Rank) -> bool {
        self.policy_sets[policy_set].get(rank.index()) == Some(&true)
    }
}

#[cfg(test)]
impl Plan {
    /// A plan of a query whose patterns have no words. `are_wanted` says of each pattern whether it
    /// is wanted.
    pub fn of_wordless_patterns(query: Operand, are_wanted: &[bool]) -> Self {
        use super::pattern::{PatternOrigin, Spans};
        let patterns = are_wanted.iter().map(|&is_wanted| Pattern {
            slots: Vec::new(),
            spans: Spans::Or(Vec::new()),
            is_wanted,
            weight: 1.0,
            text: String::new(),
            origin: PatternOrigin::Asked,
        });
        Self {
            query,
            filters: Vec::new(),
            patterns: patterns.collect(),
            boosts: Vec::new(),
            has_neighbours: false,
            place_patterns: Vec::new(),
            policy_sets: Vec::new(),
        }
    }
}
