//! The truth of a query for one clause at one place, and which of its patterns made it true.

use crate::query::bind::{Operand, Plan};

/// What a query is made of: each is true or not for a clause at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Leaf {
    /// A pattern of the plan stands in the clause.
    Pattern(usize),
    /// A place pattern of the plan stands in a heading or link there.
    Place(usize),
    /// The clause is of a set of policies.
    Policies(usize),
}

/// Whether `operand` is true, asking `holds` about its leaves.
pub(crate) fn is_true(operand: &Operand, holds: &mut dyn FnMut(Leaf) -> bool) -> bool {
    match operand {
        Operand::Pattern(i) => holds(Leaf::Pattern(*i)),
        Operand::Place(i) => holds(Leaf::Place(*i)),
        Operand::Policies(i) => holds(Leaf::Policies(*i)),
        Operand::Not(operand) => !is_true(operand, holds),
        Operand::And(operands) => operands.iter().all(|operand| is_true(operand, holds)),
        Operand::Or(operands) => operands.iter().any(|operand| is_true(operand, holds)),
    }
}

/// Appends the wanted patterns that are part of the match of `operand`, which is true: in `a OR (b AND c)` neither b nor c, unless both hold.
///
/// They score and are highlighted.
pub(crate) fn matched(
    operand: &Operand,
    plan: &Plan,
    holds: &mut dyn FnMut(Leaf) -> bool,
    out: &mut Vec<usize>,
) {
    match operand {
        Operand::Pattern(i) => out.extend(plan.patterns[*i].is_wanted.then_some(*i)),
        Operand::Place(_) | Operand::Policies(_) => {}
        Operand::Not(operand) => wanted_below(operand, plan, holds, out),
        Operand::And(operands) => {
            operands.iter().for_each(|operand| matched(operand, plan, holds, out))
        }
        Operand::Or(operands) => {
            for operand in operands {
                if is_true(operand, holds) {
                    matched(operand, plan, holds, out);
                }
            }
        }
    }
}

/// Below a NOT only what a second NOT makes wanted again, where it holds.
fn wanted_below(
    operand: &Operand,
    plan: &Plan,
    holds: &mut dyn FnMut(Leaf) -> bool,
    out: &mut Vec<usize>,
) {
    match operand {
        Operand::Pattern(i) => {
            out.extend((plan.patterns[*i].is_wanted && holds(Leaf::Pattern(*i))).then_some(*i))
        }
        Operand::Place(_) | Operand::Policies(_) => {}
        Operand::Not(operand) => wanted_below(operand, plan, holds, out),
        Operand::And(operands) | Operand::Or(operands) => {
            operands.iter().for_each(|operand| wanted_below(operand, plan, holds, out));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::pattern::{Origin, Pattern, Spans};

    #[test]
    fn a_branch_that_fails_is_no_part_of_the_match() {
        let pattern = |is_wanted| Pattern {
            slots: Vec::new(),
            spans: Spans::Or(Vec::new()),
            is_wanted,
            weight: 1.0,
            text: String::new(),
            origin: Origin::Asked,
        };
        let plan = Plan {
            root: Operand::Or(vec![
                Operand::Pattern(0),
                Operand::And(vec![Operand::Pattern(1), Operand::Pattern(2)]),
                Operand::And(vec![
                    Operand::Pattern(1),
                    Operand::Not(Box::new(Operand::Pattern(3))),
                ]),
            ]),
            patterns: vec![pattern(true), pattern(true), pattern(true), pattern(false)],
            ..Plan::of_all()
        };
        let matched_with = |standing: &[usize]| {
            let mut holds = |leaf| matches!(leaf, Leaf::Pattern(i) if standing.contains(&i));
            let mut out = Vec::new();
            if is_true(&plan.root, &mut holds) {
                matched(&plan.root, &plan, &mut holds, &mut out);
            }
            out
        };
        assert_eq!(matched_with(&[0, 1, 3]), [0]);
        assert_eq!(matched_with(&[1, 2, 3]), [1, 2]);
        assert_eq!(matched_with(&[0, 1]), [0, 1]);
        assert_eq!(matched_with(&[3]), [0usize; 0]);
    }
}
