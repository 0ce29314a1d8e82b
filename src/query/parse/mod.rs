//! Parses the tokens of a query into a tree, by recursive descent.
//!
//! The parser has one method for each production of the grammar in the [module docs](super). Only
//! groups recurse, and their depth is limited, so no query can exhaust the stack.

mod capitals;
mod negation;
mod parentheses;
#[cfg(test)]
mod tests;

use std::mem::discriminant;

use super::ast::{NodeKind, QueryField, QueryNode};
use super::language::{MAX_DEPTH, MAX_QUERY_BYTES, Matching};
use super::lex::{AS_WORDS, DistanceOperator, OPERAND, QueryToken, QueryTokenKind, lex};
use super::phrase::PhraseReader;
use super::text::{QueryText, ends_word};
use crate::error::{QueryError, QueryErrorKind, QuerySpan};
use capitals::{as_words, has_operator_in_capitals, is_in_capitals};
use negation::check_negation;
use parentheses::{has_plain_group, without_punctuation};

/// The most operators of distance in a row. Each of them makes the tree one level deeper.
const MAX_DISTANCES_IN_A_ROW: usize = 64;

/// A hint.
const NEAR_OPERANDS: &str =
    "it joins words, phrases and groups of them with OR; join the rest with AND outside";

/// What AND, OR and NOT are in a query of nothing but words in capitals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Capitals {
    /// Words, since the whole query is in capitals.
    AreWords,
    /// Operators, as in any other query.
    AreOperators,
}

/// A parsed query.
pub(super) struct ParsedQuery {
    pub tree: QueryNode,
    /// Whether operators were read as words, because the whole query is in capitals.
    pub is_in_capitals: bool,
    /// Whether operators or parentheses may have been meant as text.
    pub is_doubtful: bool,
}

/// Parses a query and reads its bare words as `matching` says.
///
/// Parentheses without an operator inside are punctuation if a word adjoins them. If bare words are
/// a set, all such parentheses are, and so are colons that make no field.
///
/// # Errors
///
/// The first mistake, with its place in the query and mostly with a hint.
pub(super) fn parse(
    query: &str,
    matching: Matching,
    capitals: Capitals,
) -> Result<ParsedQuery, QueryError> {
    let text = QueryText(query);
    if query.len() > MAX_QUERY_BYTES {
        let excess = QuerySpan::new(MAX_QUERY_BYTES, query.len());
        let message = format!("the query is longer than {MAX_QUERY_BYTES} bytes");
        return Err(text.error(QueryErrorKind::TooLong, excess, message));
    }
    let tokens = lex(text, matching)?;
    refuse_lone_star(text, &tokens)?;
    let mut tokens = without_punctuation(text, &tokens, matching);
    let is_in_capitals = capitals == Capitals::AreWords && is_in_capitals(text, &tokens);
    if is_in_capitals {
        as_words(&mut tokens);
    }
    let is_doubtful = has_operator_in_capitals(text, &tokens)
        || matching == Matching::Phrase && has_plain_group(text, &tokens);
    let mut parser = Parser { text, matching, tokens, next: 0, depth: 0, field: None };
    let tree = parser.or(None)?;
    if let Some(rest) = parser.peek() {
        return Err(parser.missing(None, Some(rest)));
    }
    check_negation(text, &tree)?;
    Ok(ParsedQuery { tree, is_in_capitals, is_doubtful })
}

/// The state of the parser. In each production, `after` is the operator or field that needs the
/// operand.
struct Parser<'q> {
    text: QueryText<'q>,
    matching: Matching,
    tokens: Vec<QueryToken>,
    /// The number of the next token.
    next: usize,
    /// How many groups are open.
    depth: usize,
    /// The field whose value or group is being read.
    field: Option<QueryField>,
}

impl Parser<'_> {
    fn peek(&self) -> Option<QueryToken> {
        self.tokens.get(self.next).copied()
    }

    /// The next token, if it is of this kind.
    fn take(&mut self, kind: QueryTokenKind) -> Option<QueryToken> {
        let token = self.peek().filter(|token| token.kind == kind)?;
        self.next += 1;
        Some(token)
    }

    /// `or = and , { "OR" , and }`
    fn or(&mut self, after: Option<QueryToken>) -> Result<QueryNode, QueryError> {
        let mut operands = vec![self.and(after)?];
        while let Some(operator) = self.take(QueryTokenKind::Or) {
            operands.push(self.and(Some(operator))?);
        }
        Ok(join(operands, NodeKind::Or))
    }

    /// `and = not , { [ "AND" ] , not }`
    fn and(&mut self, after: Option<QueryToken>) -> Result<QueryNode, QueryError> {
        let mut operands = vec![self.not(after)?];
        while let Some(token) = self.peek() {
            if matches!(token.kind, QueryTokenKind::Or | QueryTokenKind::Close) {
                break;
            }
            let operator = self.take(QueryTokenKind::And);
            operands.push(self.not(operator)?);
        }
        Ok(join(operands, NodeKind::And))
    }

    /// `not = { "NOT" } , near`. This is a loop because a query may have thousands of NOTs.
    fn not(&mut self, mut after: Option<QueryToken>) -> Result<QueryNode, QueryError> {
        let mut outermost = None;
        let mut is_negated = false;
        while let Some(operator) = self.take(QueryTokenKind::Not) {
            outermost.get_or_insert(operator.span);
            is_negated = !is_negated;
            after = Some(operator);
        }
        let operand = self.near(after)?;
        Ok(match outermost {
            Some(not) if is_negated => negate(not, operand),
            _ => operand,
        })
    }

    /// `near = operand , { distance , operand }`, from left to right.
    fn near(&mut self, after: Option<QueryToken>) -> Result<QueryNode, QueryError> {
        let mut left = self.operand(after)?;
        let mut joined = 0;
        while let Some(token) = self.peek()
            && let QueryTokenKind::Distance(operator, distance) = token.kind
        {
            joined += 1;
            self.check_distance_allowed(token, joined)?;
            self.next += 1;
            self.check_near_operand(token, &left)?;
            let right = self.operand(Some(token))?;
            self.check_near_operand(token, &right)?;
            left = join_at_distance(operator, distance, left, right);
        }
        Ok(left)
    }

    /// Refuses a distance in a name, and the `number`th distance in a row if that is too many.
    fn check_distance_allowed(
        &self,
        operator: QueryToken,
        number: usize,
    ) -> Result<(), QueryError> {
        if self.field.is_some_and(QueryField::takes_globs) {
            let message = "a name has no distance from anything";
            return Err(self.text.error(QueryErrorKind::BadOperand, operator.span, message));
        }
        if number > MAX_DISTANCES_IN_A_ROW {
            let message = format!("more than {MAX_DISTANCES_IN_A_ROW} distances in a row");
            return Err(self.text.error(QueryErrorKind::TooDeep, operator.span, message));
        }
        Ok(())
    }

    /// Refuses an operand that has no position in a text: a distance from it means nothing.
    fn check_near_operand(&self, operator: QueryToken, node: &QueryNode) -> Result<(), QueryError> {
        let name = match &node.kind {
            NodeKind::Phrase(_) | NodeKind::Near { .. } | NodeKind::Within { .. } => return Ok(()),
            NodeKind::Or(operands) => {
                return operands
                    .iter()
                    .try_for_each(|operand| self.check_near_operand(operator, operand));
            }
            NodeKind::And(_) => "AND",
            NodeKind::Not(_) => "NOT",
            NodeKind::Field { .. } => "a field",
            NodeKind::Set(_) => "a set of words",
        };
        let operator = self.text.slice(operator.span);
        let message = format!("{name} has no distance from anything, as `{operator}` needs it");
        let error = self.text.error(QueryErrorKind::BadOperand, node.span, message);
        Err(error.with_hint(NEAR_OPERANDS))
    }

    /// `operand = group | field | phrase`
    fn operand(&mut self, after: Option<QueryToken>) -> Result<QueryNode, QueryError> {
        let Some(QueryToken { span, kind }) = self.peek() else {
            return Err(self.missing(after, None));
        };
        match kind {
            QueryTokenKind::Open => self.group(span),
            QueryTokenKind::Field(field) => self.field(span, field),
            QueryTokenKind::Quote => self.quote(span),
            QueryTokenKind::Word => self.words(span),
            _ => Err(self.missing(after, self.peek())),
        }
    }

    /// `group = "(" , or , ")"`
    fn group(&mut self, open: QuerySpan) -> Result<QueryNode, QueryError> {
        if self.depth == MAX_DEPTH {
            let message = format!("parentheses nested deeper than {MAX_DEPTH}");
            return Err(self.text.error(QueryErrorKind::TooDeep, open, message));
        }
        self.next += 1;
        if let Some(close) = self.take(QueryTokenKind::Close) {
            let span = open.to(close.span);
            let error = self.text.error(QueryErrorKind::EmptyGroup, span, "empty group");
            return Err(error.with_hint(format!("expected {OPERAND} inside")));
        }
        if self.peek().is_none() {
            return Err(self.unclosed_group(open));
        }
        self.depth += 1;
        let inner = self.or(None)?;
        self.depth -= 1;
        match self.take(QueryTokenKind::Close) {
            Some(close) => Ok(QueryNode::new(open.to(close.span), inner.kind)),
            None => Err(self.unclosed_group(open)),
        }
    }

    fn unclosed_group(&self, open: QuerySpan) -> QueryError {
        let error = self.text.error(QueryErrorKind::UnclosedGroup, open, "unclosed parenthesis");
        error.with_hint(format!("close it with `)`; {AS_WORDS}"))
    }

    /// `field = name , ":" , ( value | quote | group )`
    fn field(&mut self, name: QuerySpan, field: QueryField) -> Result<QueryNode, QueryError> {
        if let Some(outer) = self.field {
            let message = format!("the field `{field}:` inside the group of `{outer}:`");
            let error = self.text.error(QueryErrorKind::NestedField, name, message);
            return Err(error.with_hint("close the group first, then join the fields with AND"));
        }
        let after = self.peek();
        self.next += 1;
        self.field = Some(field);
        let operand = match self.take(QueryTokenKind::Word) {
            Some(value) => {
                let phrase = self.phrase_reader(false).phrase(value.span, value.span)?;
                QueryNode::new(value.span, NodeKind::Phrase(phrase))
            }
            None => self.operand(after)?,
        };
        self.field = None;
        let span = name.to(operand.span);
        Ok(QueryNode::new(span, NodeKind::Field { field, operand: Box::new(operand) }))
    }

    /// The quoted form of `phrase = quote , [ "~" number ] | word , { word }`.
    fn quote(&mut self, quote: QuerySpan) -> Result<QueryNode, QueryError> {
        self.next += 1;
        let (mut span, mut gap) = (quote, 0);
        if let Some(QueryToken { span: distance, kind: QueryTokenKind::Gap(words) }) = self.peek() {
            self.next += 1;
            if self.field.is_some_and(QueryField::takes_globs) {
                let message = "the distance of a name";
                return Err(self.text.error(QueryErrorKind::BadDistance, distance, message));
            }
            (span, gap) = (quote.to(distance), words);
        }
        let inner = self.text.inside_quotes(quote);
        let mut phrase = self.phrase_reader(true).phrase(quote, inner)?;
        phrase.gap = gap;
        Ok(QueryNode::new(span, NodeKind::Phrase(phrase)))
    }

    /// The bare form of `phrase = quote , [ "~" number ] | word , { word }`.
    ///
    /// If bare words are a set, plain words become a set, except in a field and on the left of an
    /// operator of distance. A set on its right is refused there.
    fn words(&mut self, first: QuerySpan) -> Result<QueryNode, QueryError> {
        let mut span = first;
        while let Some(word) = self.take(QueryTokenKind::Word) {
            span = first.to(word.span);
        }
        let phrase = self.phrase_reader(false).phrase(span, span)?;
        let is_joined =
            self.peek().is_some_and(|next| matches!(next.kind, QueryTokenKind::Distance(..)));
        let makes_sets = self.matching != Matching::Phrase && self.field.is_none() && !is_joined;
        let kind = match phrase.as_plain() {
            Some(text) if makes_sets => NodeKind::Set(without_parentheses(text)),
            _ => NodeKind::Phrase(phrase),
        };
        Ok(QueryNode::new(span, kind))
    }

    fn phrase_reader(&self, is_quoted: bool) -> PhraseReader<'_> {
        PhraseReader { text: self.text, field: self.field, is_quoted }
    }

    /// The error where an operand is missing and `token`, or the end of the query, was found.
    fn missing(&self, after: Option<QueryToken>, token: Option<QueryToken>) -> QueryError {
        let side = if after.is_some() { "after" } else { "before" };
        let Some(QueryToken { span, kind }) = after.or(token) else {
            let span = QuerySpan::default();
            let error = self.text.error(QueryErrorKind::Empty, span, "empty query");
            return error.with_hint(format!("give {OPERAND}"));
        };
        if kind == QueryTokenKind::Close {
            let message = "unopened parenthesis";
            let error = self.text.error(QueryErrorKind::UnopenedGroup, span, message);
            return error.with_hint(format!("open it with `(`; {AS_WORDS}"));
        }
        let operator = self.text.slice(span);
        let message = format!("expected {OPERAND} {side} `{operator}`");
        let error = self.text.error(QueryErrorKind::MissingOperand, span, message);
        error.with_hint(format!("the word is `{}`, in lower case", operator.to_lowercase()))
    }
}

/// One node from the operands of the operator that `wrap` makes: a single operand stays as it is,
/// and the operands of an operand of the same kind become operands of the node itself.
fn join(operands: Vec<QueryNode>, wrap: fn(Vec<QueryNode>) -> NodeKind) -> QueryNode {
    let (first, last) =
        operands.first().zip(operands.last()).expect("a production reads an operand or fails");
    let span = first.span.to(last.span);
    let same = discriminant(&wrap(Vec::new()));
    let mut flat = Vec::with_capacity(operands.len());
    for QueryNode { span, kind } in operands {
        let is_same = discriminant(&kind) == same;
        match kind {
            NodeKind::And(inner) | NodeKind::Or(inner) if is_same => flat.extend(inner),
            kind => flat.push(QueryNode::new(span, kind)),
        }
    }
    match <[QueryNode; 1]>::try_from(flat) {
        Ok([only]) => only,
        Err(flat) => QueryNode::new(span, wrap(flat)),
    }
}

fn join_at_distance(
    operator: DistanceOperator,
    distance: u32,
    left: QueryNode,
    right: QueryNode,
) -> QueryNode {
    let span = left.span.to(right.span);
    let (left, right) = (Box::new(left), Box::new(right));
    let kind = match operator {
        DistanceOperator::Near => NodeKind::Near { distance, left, right },
        DistanceOperator::Within | DistanceOperator::NotWithin => NodeKind::Within {
            distance,
            is_negated: operator == DistanceOperator::NotWithin,
            found: left,
            beside: right,
        },
    };
    QueryNode::new(span, kind)
}

/// The negated operand. Two NOTs cancel, even if a group is between them.
fn negate(not: QuerySpan, operand: QueryNode) -> QueryNode {
    let span = not.to(operand.span);
    match operand.kind {
        NodeKind::Not(inner) => *inner,
        _ => QueryNode::new(span, NodeKind::Not(Box::new(operand))),
    }
}

/// Refuses a query of nothing but `*`, with any quotes and parentheses, by a message of its own.
fn refuse_lone_star(text: QueryText<'_>, tokens: &[QueryToken]) -> Result<(), QueryError> {
    let is_lone = text.0.contains('*') && text.0.chars().all(|c| c == '*' || ends_word(c));
    match (tokens.first(), tokens.last()) {
        (Some(first), Some(last)) if is_lone => {
            let message = "`*` alone matches every clause: give a word to search for";
            Err(text.error(QueryErrorKind::LoneStar, first.span.to(last.span), message))
        }
        _ => Ok(()),
    }
}

/// The words of a set without the parentheses among them, which are punctuation: printed, they
/// would look like groups.
fn without_parentheses(text: &str) -> String {
    let words = text.split([' ', '(', ')']).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}
