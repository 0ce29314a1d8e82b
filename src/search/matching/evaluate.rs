//! Evaluates a query for one clause at one place: whether it is true, and which patterns make it
//! so.

use crate::error::Result;
use crate::search::plan::{Operand, Plan};

/// A pattern that is part of a match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MatchedPattern {
    /// The number of the pattern in the plan.
    pub pattern: usize,
    /// How often it occurs in the clause.
    pub count: u32,
}

/// Answers for the leaves of a query, about one clause at one place.
pub(super) trait LeafFacts {
    /// How often a pattern of the plan occurs in the clause.
    fn count(&mut self, pattern: usize) -> Result<u32>;

    /// Whether a place pattern of the plan occurs in a heading or link of the place.
    fn is_at_place(&self, place_pattern: usize) -> bool;

    /// Whether the policy of the clause is in a set of the plan.
    fn is_in_policies(&self, policy_set: usize) -> bool;
}

/// Whether `operand` is true.
pub(super) fn is_true(operand: &Operand, facts: &mut impl LeafFacts) -> Result<bool> {
    Ok(match operand {
        Operand::Pattern(i) => facts.count(*i)? > 0,
        Operand::Place(i) => facts.is_at_place(*i),
        Operand::Policies(i) => facts.is_in_policies(*i),
        Operand::Not(operand) => !is_true(operand, facts)?,
        Operand::And(operands) => {
            for operand in operands {
                if !is_true(operand, facts)? {
                    return Ok(false);
                }
            }
            true
        }
        Operand::Or(operands) => {
            for operand in operands {
                if is_true(operand, facts)? {
                    return Ok(true);
                }
            }
            false
        }
    })
}

/// Appends the wanted patterns that are part of the match of `operand`, which must be true unless
/// it is below a NOT.
///
/// Of `a OR (b AND c)`, b and c are part of the match only if both occur. Below a NOT, only a
/// pattern below a second NOT is wanted again, where it occurs. These patterns score and are
/// highlighted.
pub(super) fn matched(
    operand: &Operand,
    is_below_not: bool,
    plan: &Plan,
    facts: &mut impl LeafFacts,
    out: &mut Vec<MatchedPattern>,
) -> Result<()> {
    match operand {
        Operand::Pattern(i) => push_wanted(*i, plan, facts, out),
        Operand::Place(_) | Operand::Policies(_) => Ok(()),
        Operand::Not(operand) => matched(operand, true, plan, facts, out),
        Operand::Or(operands) if !is_below_not => {
            for operand in operands {
                if is_true(operand, facts)? {
                    matched(operand, false, plan, facts, out)?;
                }
            }
            Ok(())
        }
        Operand::And(operands) | Operand::Or(operands) => {
            operands.iter().try_for_each(|operand| matched(operand, is_below_not, plan, facts, out))
        }
    }
}

/// Appends a pattern if it is wanted and occurs.
fn push_wanted(
    pattern: usize,
    plan: &Plan,
    facts: &mut impl LeafFacts,
    out: &mut Vec<MatchedPattern>,
) -> Result<()> {
    if plan.patterns[pattern].is_wanted {
        let count = facts.count(pattern)?;
        out.extend((count > 0).then_some(MatchedPattern { pattern, count }));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A clause that contains these patterns.
    struct Containing<'c>(&'c [usize]);

    impl LeafFacts for Containing<'_> {
        fn count(&mut self, pattern: usize) -> Result<u32> {
            Ok(u32::from(self.0.contains(&pattern)))
        }

        fn is_at_place(&self, _place_pattern: usize) -> bool {
            false
        }

        fn is_in_policies(&self, _policy_set: usize) -> bool {
            false
        }
    }

    #[test]
    fn a_branch_that_is_false_is_no_part_of_the_match() {
        let query = Operand::Or(vec![
            Operand::Pattern(0),
            Operand::And(vec![Operand::Pattern(1), Operand::Pattern(2)]),
            Operand::And(vec![Operand::Pattern(1), Operand::Not(Box::new(Operand::Pattern(3)))]),
        ]);
        let plan = Plan::of_wordless_patterns(query, &[true, true, true, false]);
        for (contained, expected) in
            [(&[0, 1, 3][..], &[0][..]), (&[1, 2, 3], &[1, 2]), (&[0, 1], &[0, 1]), (&[3], &[])]
        {
            let mut facts = Containing(contained);
            let mut out = Vec::new();
            if is_true(&plan.query, &mut facts).unwrap() {
                matched(&plan.query, false, &plan, &mut facts, &mut out).unwrap();
            }
            let patterns: Vec<usize> = out.iter().map(|matched| matched.pattern).collect();
            assert_eq!(patterns, expected, "{contained:?}");
        }
    }
}
