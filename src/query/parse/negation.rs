//! Refuses a NOT that would match nearly everything.
//!
//! A NOT needs a positive operand beside it, in the same AND. The parser accepts a NOT anywhere,
//! and this check runs on the finished tree.

use std::slice;

use crate::error::{QueryError, QueryErrorKind};
use crate::query::ast::{NodeKind, QueryNode};
use crate::query::text::QueryText;

// Hints.
const BESIDE_IT: &str = "say what to find beside it, as in `sell NOT rent`";
const IN_OR: &str = "each side of OR needs one, as in `sell OR (rent NOT lease)`";
const IN_FIELD: &str = "write NOT before the field, as in `sell NOT section:children`";

/// Checks every NOT of the tree.
///
/// # Errors
///
/// The first NOT that has no positive operand beside it, with a hint that fits its place.
pub(super) fn check_negation(text: QueryText<'_>, tree: &QueryNode) -> Result<(), QueryError> {
    check_node(text, tree, Some(BESIDE_IT))
}

/// Checks `node` and the nodes below it. `refusal` is the hint for a NOT at this place, or `None`
/// where a NOT may be written.
fn check_node(
    text: QueryText<'_>,
    node: &QueryNode,
    refusal: Option<&str>,
) -> Result<(), QueryError> {
    let (operands, refusal) = match &node.kind {
        NodeKind::Phrase(_)
        | NodeKind::Set(_)
        | NodeKind::Near { .. }
        | NodeKind::Within { .. } => return Ok(()),
        NodeKind::Field { operand, .. } => (slice::from_ref(&**operand), Some(IN_FIELD)),
        NodeKind::Not(operand) => {
            if let Some(hint) = refusal {
                let message = "NOT has nothing positive beside it";
                let error = text.error(QueryErrorKind::LoneNot, node.span, message);
                return Err(error.with_hint(hint));
            }
            (slice::from_ref(&**operand), Some(BESIDE_IT))
        }
        NodeKind::And(operands) => {
            let has_positive = operands.iter().any(|node| !matches!(node.kind, NodeKind::Not(_)));
            (&**operands, if has_positive { None } else { Some(BESIDE_IT) })
        }
        NodeKind::Or(operands) => (&**operands, Some(IN_OR)),
    };
    operands.iter().try_for_each(|operand| check_node(text, operand, refusal))
}
