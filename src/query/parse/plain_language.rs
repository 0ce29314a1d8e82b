//! Removes the parentheses that are punctuation in a question in plain language.

use crate::query::lex::{QueryToken, QueryTokenKind};

/// A parenthesis that was opened and not yet closed.
struct OpenGroup {
    /// The number of its token.
    start: usize,
    has_operator: bool,
}

/// The tokens without the parentheses that contain no operator or have no partner. The group of a
/// field keeps its parentheses.
pub(super) fn without_plain_parentheses(tokens: &[QueryToken]) -> Vec<QueryToken> {
    let is_group = group_parentheses(tokens);
    tokens
        .iter()
        .zip(is_group)
        .filter(|(token, is_group)| {
            *is_group || !matches!(token.kind, QueryTokenKind::Open | QueryTokenKind::Close)
        })
        .map(|(token, _)| *token)
        .collect()
}

/// Whether each token is a parenthesis that makes a group.
fn group_parentheses(tokens: &[QueryToken]) -> Vec<bool> {
    let mut is_group = vec![false; tokens.len()];
    let mut open: Vec<OpenGroup> = Vec::new();
    for (number, token) in tokens.iter().enumerate() {
        let is_operator = match token.kind {
            QueryTokenKind::Open => {
                open.push(OpenGroup { start: number, has_operator: false });
                false
            }
            QueryTokenKind::Close => {
                let Some(OpenGroup { start, has_operator }) = open.pop() else { continue };
                let keeps = has_operator || is_after_field(tokens, start);
                (is_group[start], is_group[number]) = (keeps, keeps);
                // A group around a group with an operator contains that operator too.
                has_operator
            }
            QueryTokenKind::Word
            | QueryTokenKind::Quote
            | QueryTokenKind::Gap(_)
            | QueryTokenKind::Field(_) => false,
            QueryTokenKind::And
            | QueryTokenKind::Or
            | QueryTokenKind::Not
            | QueryTokenKind::Distance(..) => true,
        };
        if let (true, Some(innermost)) = (is_operator, open.last_mut()) {
            innermost.has_operator = true;
        }
    }
    is_group
}

fn is_after_field(tokens: &[QueryToken], number: usize) -> bool {
    number > 0 && matches!(tokens[number - 1].kind, QueryTokenKind::Field(_))
}
