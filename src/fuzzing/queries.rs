//! The target that parses queries.

use crate::query::{MAX_DEPTH, MAX_QUERY_BYTES, Matching, NodeKind, Query, QueryError, QueryNode};

/// The most levels that a group adds to a tree: its operands, NOT, and operators of distance in a
/// row.
const LEVELS_OF_A_GROUP: usize = 80;

/// Parses a query in every way. A tree without sets prints as a query with the same tree, and its
/// parts are ranges of the query. A mistake is a range of the query, and its message is one line.
pub fn query(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for matching in [Matching::Phrase, Matching::All, Matching::Any] {
        match Query::parse(&*text, matching) {
            Ok(query) => check_query(&query, matching),
            Err(error) => check_error(&text, &error),
        }
    }
}

fn check_query(query: &Query, matching: Matching) {
    check_node(query.text(), query.tree(), 0);
    if let Some(other) = query.with_operators() {
        check_node(other.text(), other.tree(), 0);
    }
    let printed = query.tree().to_string();
    if printed.len() <= MAX_QUERY_BYTES && !has_set(query.tree()) {
        match Query::parse(&*printed, matching) {
            Ok(again) => assert_eq!(again.tree(), query.tree(), "{query:?} prints as {printed:?}"),
            Err(error) => panic!("{query:?} prints as {printed:?}: {error}"),
        }
    }
}

fn check_node(text: &str, node: &QueryNode, depth: usize) {
    assert!(depth <= MAX_DEPTH * LEVELS_OF_A_GROUP, "{text:?} is too deep");
    let span = node.span.start..node.span.end;
    assert!(text.get(span.clone()).is_some(), "{span:?} of {text:?}");
    for operand in operands(node) {
        check_node(text, operand, depth + 1);
    }
}

/// Whether a tree has a set of bare words. Printed, its words may be read in another way, since
/// there are no quotes for it.
fn has_set(node: &QueryNode) -> bool {
    matches!(node.kind, NodeKind::Set(_)) || operands(node).into_iter().any(has_set)
}

fn operands(node: &QueryNode) -> Vec<&QueryNode> {
    match &node.kind {
        NodeKind::Phrase(_) | NodeKind::Set(_) => Vec::new(),
        NodeKind::Near { left, right, .. } => vec![left, right],
        NodeKind::Within { found, beside, .. } => vec![found, beside],
        NodeKind::Field { operand, .. } | NodeKind::Not(operand) => vec![operand],
        NodeKind::And(operands) | NodeKind::Or(operands) => operands.iter().collect(),
    }
}

fn check_error(text: &str, error: &QueryError) {
    let span = error.span().start..error.span().end;
    assert!(text.get(span.clone()).is_some(), "{span:?} of {text:?}");
    assert!(!error.message().contains(char::is_control), "{:?}", error.message());
    assert!(error.to_string().lines().count() <= 3, "{error}");
}
