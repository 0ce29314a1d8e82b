//! Removes the parentheses that are punctuation: in a question in plain language, and where a word
//! adjoins them, as in `Art. 6(1)(f)`.

use crate::query::language::Matching;
use crate::query::lex::{QueryToken, QueryTokenKind};
use crate::query::text::{QueryText, is_pattern};

/// A parenthesis that was opened and not yet closed.
struct OpenGroup {
    /// The number of its token.
    start: usize,
    /// Whether an operator is inside, or a word that is more than text.
    has_operator: bool,
}

/// The tokens without the parentheses that are punctuation. These contain no operator, and the
/// group of a field keeps its parentheses. If bare words are a phrase, a word adjoins them;
/// otherwise, those without a partner are punctuation too.
pub(super) fn without_punctuation(
    text: QueryText<'_>,
    tokens: &[QueryToken],
    matching: Matching,
) -> Vec<QueryToken> {
    let is_phrase = matching == Matching::Phrase;
    let mut is_plain = plain_parentheses(text, tokens, is_phrase);
    if is_phrase {
        keep_detached(tokens, &mut is_plain);
    }
    tokens.iter().zip(is_plain).filter(|(_, is_plain)| !is_plain).map(|(token, _)| *token).collect()
}

/// Removes the mark of parentheses to which no word is attached, directly or by another one that
/// is: in `6(1)(f)`, the second group is attached by the first.
fn keep_detached(tokens: &[QueryToken], is_plain: &mut [bool]) {
    let is_word = |token: &QueryToken| token.kind == QueryTokenKind::Word;
    let mut open: Vec<(usize, bool)> = Vec::new();
    // Whether the last parenthesis that closed is attached.
    let mut is_last_attached = false;
    for number in 0..tokens.len() {
        let before = number.checked_sub(1).map(|before| &tokens[before]);
        let adjoining = before.filter(|before| before.span.end == tokens[number].span.start);
        match tokens[number].kind {
            QueryTokenKind::Open if is_plain[number] => {
                let is_after_group = adjoining
                    .is_some_and(|token| token.kind == QueryTokenKind::Close && is_last_attached);
                let is_inside = open.last().is_some_and(|&(_, is_attached)| is_attached);
                let is_after_word = adjoining.is_some_and(is_word);
                open.push((number, is_inside || is_after_group || is_after_word));
            }
            QueryTokenKind::Close if is_plain[number] => {
                let Some((start, is_attached)) = open.pop() else { continue };
                let next = tokens.get(number + 1);
                let is_before_word = next.is_some_and(|next| {
                    is_word(next) && next.span.start == tokens[number].span.end
                });
                is_last_attached = is_attached || is_before_word;
                (is_plain[start], is_plain[number]) = (is_last_attached, is_last_attached);
            }
            _ => {}
        }
    }
}

/// Whether a group without an operator is beside another operand, as in `Art. 6 (1)`: its words may
/// have been meant as part of a phrase.
pub(super) fn has_plain_group(text: QueryText<'_>, tokens: &[QueryToken]) -> bool {
    let is_plain = plain_parentheses(text, tokens, true);
    let ends_operand = |kind| {
        use QueryTokenKind::{Close, Gap, Quote, Word};
        matches!(kind, Word | Quote | Gap(_) | Close)
    };
    let begins_operand = |kind| {
        use QueryTokenKind::{Field, Open, Quote, Word};
        matches!(kind, Word | Quote | Field(_) | Open)
    };
    let mut pairs = tokens.windows(2).zip(is_plain.windows(2));
    pairs.any(|(pair, is_plain)| {
        is_plain.contains(&true) && ends_operand(pair[0].kind) && begins_operand(pair[1].kind)
    })
}

/// Whether each token is a parenthesis without an operator inside. One without a partner is, too,
/// unless it has to be closed or opened.
fn plain_parentheses(text: QueryText<'_>, tokens: &[QueryToken], needs_partner: bool) -> Vec<bool> {
    let is_parenthesis =
        |token: &QueryToken| matches!(token.kind, QueryTokenKind::Open | QueryTokenKind::Close);
    let mut is_plain: Vec<bool> =
        tokens.iter().map(|token| is_parenthesis(token) && !needs_partner).collect();
    let mut open: Vec<OpenGroup> = Vec::new();
    for (number, token) in tokens.iter().enumerate() {
        let is_operator = match token.kind {
            QueryTokenKind::Open => {
                open.push(OpenGroup { start: number, has_operator: false });
                false
            }
            QueryTokenKind::Close => {
                let Some(OpenGroup { start, has_operator }) = open.pop() else { continue };
                let plain = !has_operator && !is_after_field(tokens, start);
                (is_plain[start], is_plain[number]) = (plain, plain);
                // A group around a group with an operator contains that operator too.
                has_operator
            }
            // A question in plain language has no regular expressions; elsewhere these, prefixes
            // and quotes are no text that parentheses are a part of.
            QueryTokenKind::Word => needs_partner && is_more_than_text(text.slice(token.span)),
            QueryTokenKind::Quote | QueryTokenKind::Gap(_) | QueryTokenKind::Field(_) => {
                needs_partner
            }
            QueryTokenKind::And
            | QueryTokenKind::Or
            | QueryTokenKind::Not
            | QueryTokenKind::Distance(..) => true,
        };
        if let (true, Some(innermost)) = (is_operator, open.last_mut()) {
            innermost.has_operator = true;
        }
    }
    is_plain
}

fn is_more_than_text(word: &str) -> bool {
    word.contains('*') || is_pattern(word)
}

fn is_after_field(tokens: &[QueryToken], number: usize) -> bool {
    number > 0 && matches!(tokens[number - 1].kind, QueryTokenKind::Field(_))
}
