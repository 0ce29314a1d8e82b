//! Parses the tokens of a query into a tree, by recursive descent.
//!
//! The parser has one function per production of the grammar in the [module docs](super). Only
//! groups recurse, and their depth is limited, so no query can exhaust the stack.

use std::mem::discriminant;

use super::ast::{NodeKind, QueryField, QueryNode};
use super::lex::{AS_WORDS, OPERAND, Source, Token, TokenKind, ends_word, lex};
use super::phrase::phrase;
use crate::error::{QueryError, QueryErrorKind as Kind, QuerySpan};

/// Groups inside groups. Nobody writes more than a handful, and the stack of the smallest thread
/// holds many more.
pub const MAX_DEPTH: usize = 64;

/// Bytes of a query: room for lists of hundreds of names from a script, far below what would strain
/// a binder.
pub const MAX_QUERY_BYTES: usize = 64 * 1024;

/// The most words between what NEAR, WITHIN and `~` join: longer than nearly any clause.
pub const MAX_DISTANCE: u32 = 1000;

/// Operators of distance in a row.
const MAX_JOINED: usize = 64;

// Hints.
const LONE_NOT: &str = "say what to find beside it, as in `sell NOT rent`";
const LONE_NOT_IN_OR: &str = "each side of OR needs one, as in `sell OR (rent NOT lease)`";
const LONE_NOT_IN_FIELD: &str = "write NOT before the field, as in `sell NOT section:children`";
const NEAR_OPERANDS: &str =
    "it joins words, phrases and groups of them with OR; join the rest with AND outside";

/// How the bare words of a query are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Matching {
    /// Bare words side by side are a phrase.
    #[default]
    Phrase,
    /// Bare words are a set: a clause matches if it contains all of them.
    All,
    /// Bare words are a set: a clause matches if it contains at least one of them. For questions
    /// in plain language.
    Any,
}

/// Parses a query whose bare words are read as `matching` says.
///
/// If bare words are a set, parentheses without an operator inside and colons that make no field
/// are punctuation.
///
/// # Errors
///
/// The first mistake, with its place in the query and mostly with a hint.
pub(super) fn parse(query: &str, matching: Matching) -> Result<QueryNode, QueryError> {
    let source = Source(query);
    if query.len() > MAX_QUERY_BYTES {
        let rest = QuerySpan::new(MAX_QUERY_BYTES, query.len());
        let message = format!("the query is longer than {MAX_QUERY_BYTES} bytes");
        return Err(source.error(Kind::TooLong, rest, message));
    }
    let mut tokens = lex(source, matching)?;
    refuse_lone_star(source, &tokens)?;
    if matching != Matching::Phrase {
        tokens = without_plain_parentheses(&tokens);
    }
    let (next, depth, field) = (0, 0, None);
    let mut parser = Parser { source, matching, tokens, next, depth, field };
    let tree = parser.or(None)?;
    if let Some(rest) = parser.peek() {
        return Err(parser.missing(None, Some(rest)));
    }
    check_negation(source, &tree, Err(LONE_NOT))?;
    Ok(tree)
}

/// The productions. In each, `after` is the operator or field that asks for the operand.
struct Parser<'q> {
    source: Source<'q>,
    matching: Matching,
    tokens: Vec<Token>,
    next: usize,
    depth: usize,
    /// The field whose group is being read.
    field: Option<QueryField>,
}

impl Parser<'_> {
    fn peek(&self) -> Option<Token> {
        self.tokens.get(self.next).copied()
    }

    fn take(&mut self, kind: TokenKind) -> Option<Token> {
        let token = self.peek().filter(|token| token.kind == kind)?;
        self.next += 1;
        Some(token)
    }

    /// `or = and , { "OR" , and }`
    fn or(&mut self, after: Option<Token>) -> Result<QueryNode, QueryError> {
        let mut operands = vec![self.and(after)?];
        while let Some(operator) = self.take(TokenKind::Or) {
            operands.push(self.and(Some(operator))?);
        }
        Ok(join(operands, NodeKind::Or))
    }

    /// `and = not , { [ "AND" ] , not }`
    fn and(&mut self, after: Option<Token>) -> Result<QueryNode, QueryError> {
        let mut operands = vec![self.not(after)?];
        while let Some(token) = self.peek() {
            if matches!(token.kind, TokenKind::Or | TokenKind::Close) {
                break;
            }
            let operator = self.take(TokenKind::And);
            operands.push(self.not(operator)?);
        }
        Ok(join(operands, NodeKind::And))
    }

    /// `not = { "NOT" } , near`. A loop: there may be thousands.
    fn not(&mut self, mut after: Option<Token>) -> Result<QueryNode, QueryError> {
        let outermost = self.peek().map_or(QuerySpan::default(), |token| token.span);
        let mut is_negated = false;
        while let Some(operator) = self.take(TokenKind::Not) {
            is_negated = !is_negated;
            after = Some(operator);
        }
        let operand = self.near(after)?;
        Ok(if is_negated { negate(outermost, operand) } else { operand })
    }

    /// `near = operand , { distance , operand }`, from left to right.
    fn near(&mut self, after: Option<Token>) -> Result<QueryNode, QueryError> {
        let mut left = self.operand(after)?;
        let mut joined = 0;
        while let Some(operator) = self.peek() {
            let wrap: fn(u32, Box<QueryNode>, Box<QueryNode>) -> NodeKind = match operator.kind {
                TokenKind::Near(_) => {
                    |distance, left, right| NodeKind::Near { distance, left, right }
                }
                TokenKind::Within(_) => |distance, found, beside| NodeKind::Within {
                    distance,
                    is_negated: false,
                    found,
                    beside,
                },
                TokenKind::NotWithin(_) => |distance, found, beside| NodeKind::Within {
                    distance,
                    is_negated: true,
                    found,
                    beside,
                },
                _ => break,
            };
            let (TokenKind::Near(distance)
            | TokenKind::Within(distance)
            | TokenKind::NotWithin(distance)) = operator.kind
            else {
                break;
            };
            if self.field.is_some_and(QueryField::takes_globs) {
                let message = "a name has no distance from anything";
                return Err(self.source.error(Kind::BadOperand, operator.span, message));
            }
            joined += 1;
            if joined > MAX_JOINED {
                let message = format!("more than {MAX_JOINED} distances in a row");
                return Err(self.source.error(Kind::TooDeep, operator.span, message));
            }
            self.next += 1;
            self.refuse_far(operator, &left)?;
            let right = self.operand(Some(operator))?;
            self.refuse_far(operator, &right)?;
            let span = left.span.to(right.span);
            left = QueryNode::new(span, wrap(distance, Box::new(left), Box::new(right)));
        }
        Ok(left)
    }

    /// Refuses what has no place in a text: a distance from it means nothing.
    fn refuse_far(&self, operator: Token, node: &QueryNode) -> Result<(), QueryError> {
        let what = match &node.kind {
            NodeKind::Phrase(_) | NodeKind::Near { .. } | NodeKind::Within { .. } => return Ok(()),
            NodeKind::Or(operands) => {
                return operands.iter().try_for_each(|operand| self.refuse_far(operator, operand));
            }
            NodeKind::And(_) => "AND",
            NodeKind::Not(_) => "NOT",
            NodeKind::Field { .. } => "a field",
            NodeKind::Set(_) => "a set of words",
        };
        let operator = self.source.slice(operator.span);
        let message = format!("{what} has no distance from anything, as `{operator}` needs it");
        Err(self.source.error(Kind::BadOperand, node.span, message).with_hint(NEAR_OPERANDS))
    }

    /// `operand = group | field | phrase`
    fn operand(&mut self, after: Option<Token>) -> Result<QueryNode, QueryError> {
        let Some(Token { span, kind }) = self.peek() else {
            return Err(self.missing(after, None));
        };
        match kind {
            TokenKind::Open => self.group(span),
            TokenKind::Field(field) => self.field(span, field),
            TokenKind::Quote => self.quote(span),
            TokenKind::Word => self.words(span),
            _ => Err(self.missing(after, self.peek())),
        }
    }

    /// `group = "(" , or , ")"`
    fn group(&mut self, open: QuerySpan) -> Result<QueryNode, QueryError> {
        if self.depth == MAX_DEPTH {
            let message = format!("parentheses nested deeper than {MAX_DEPTH}");
            return Err(self.source.error(Kind::TooDeep, open, message));
        }
        self.next += 1;
        if let Some(Token { span: close, .. }) = self.take(TokenKind::Close) {
            let error = self.source.error(Kind::EmptyGroup, open.to(close), "empty group");
            return Err(error.with_hint(format!("expected {OPERAND} inside")));
        }
        let source = self.source;
        let unclosed = || {
            let error = source.error(Kind::UnclosedGroup, open, "unclosed parenthesis");
            error.with_hint(format!("close it with `)`; {AS_WORDS}"))
        };
        self.peek().ok_or_else(unclosed)?;
        self.depth += 1;
        let inner = self.or(None)?;
        self.depth -= 1;
        let close = self.take(TokenKind::Close).ok_or_else(unclosed)?;
        Ok(QueryNode::new(open.to(close.span), inner.kind))
    }

    /// `field = name , ":" , ( value | quote | group )`
    fn field(&mut self, name: QuerySpan, field: QueryField) -> Result<QueryNode, QueryError> {
        if let Some(outer) = self.field {
            let message = format!("the field `{field}:` inside the group of `{outer}:`");
            let error = self.source.error(Kind::NestedField, name, message);
            return Err(error.with_hint("close the group first, then join the fields with AND"));
        }
        let after = self.peek();
        self.next += 1;
        self.field = Some(field);
        let operand = match self.take(TokenKind::Word) {
            Some(value) => {
                let phrase = phrase(self.source, self.field, value.span, value.span, false)?;
                QueryNode::new(value.span, NodeKind::Phrase(phrase))
            }
            None => self.operand(after)?,
        };
        self.field = None;
        let span = name.to(operand.span);
        Ok(QueryNode::new(span, NodeKind::Field { field, operand: Box::new(operand) }))
    }

    /// `phrase = quote , [ "~" number ] | word , { word }`: the first half.
    fn quote(&mut self, quote: QuerySpan) -> Result<QueryNode, QueryError> {
        self.next += 1;
        let mut inner = self.source.slice(quote).chars();
        let start = quote.start + inner.next().map_or(0, char::len_utf8);
        let end = quote.end - inner.next_back().map_or(0, char::len_utf8);
        let (mut span, mut gap) = (quote, 0);
        if let Some(Token { span: behind, kind: TokenKind::Gap(words) }) = self.peek() {
            self.next += 1;
            if self.field.is_some_and(QueryField::takes_globs) {
                return Err(self.source.error(Kind::BadDistance, behind, "the distance of a name"));
            }
            (span, gap) = (quote.to(behind), words);
        }
        let mut phrase = phrase(self.source, self.field, quote, QuerySpan::new(start, end), true)?;
        phrase.gap = gap;
        Ok(QueryNode::new(span, NodeKind::Phrase(phrase)))
    }

    /// `phrase = quote , [ "~" number ] | word , { word }`: the second half.
    fn words(&mut self, first: QuerySpan) -> Result<QueryNode, QueryError> {
        let mut span = first;
        while let Some(word) = self.take(TokenKind::Word) {
            span = first.to(word.span);
        }
        let phrase = phrase(self.source, self.field, span, span, false)?;
        let is_joined = matches!(
            self.peek().map(|next| next.kind),
            Some(TokenKind::Near(_) | TokenKind::Within(_) | TokenKind::NotWithin(_))
        );
        Ok(QueryNode::new(
            span,
            match phrase.as_plain() {
                Some(text)
                    if self.matching != Matching::Phrase && self.field.is_none() && !is_joined =>
                {
                    NodeKind::Set(text.to_owned())
                }
                _ => NodeKind::Phrase(phrase),
            },
        ))
    }

    /// The error where an operand should stand and `token` stands instead.
    fn missing(&self, after: Option<Token>, token: Option<Token>) -> QueryError {
        let side = if after.is_some() { "after" } else { "before" };
        let Some(Token { span, kind }) = after.or(token) else {
            let error = self.source.error(Kind::Empty, QuerySpan::default(), "empty query");
            return error.with_hint(format!("give {OPERAND}"));
        };
        if kind == TokenKind::Close {
            let error = self.source.error(Kind::UnopenedGroup, span, "unopened parenthesis");
            return error.with_hint(format!("open it with `(`; {AS_WORDS}"));
        }
        let operator = self.source.slice(span);
        let message = format!("expected {OPERAND} {side} `{operator}`");
        let error = self.source.error(Kind::MissingOperand, span, message);
        error.with_hint(format!("the word is `{}`, in lower case", operator.to_lowercase()))
    }
}

/// One node from the operands of `wrap`'s operator: the operand itself if it is alone, and no such
/// node inside another.
fn join(operands: Vec<QueryNode>, wrap: fn(Vec<QueryNode>) -> NodeKind) -> QueryNode {
    let ends = operands.first().zip(operands.last());
    let span = ends.map_or(QuerySpan::default(), |(first, last)| first.span.to(last.span));
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

/// The operand under a NOT; two cancel, also when a group stands between them.
fn negate(not: QuerySpan, operand: QueryNode) -> QueryNode {
    let span = not.to(operand.span);
    match operand.kind {
        NodeKind::Not(inner) => *inner,
        _ => QueryNode::new(span, NodeKind::Not(Box::new(operand))),
    }
}

/// A query of nothing but `*` is a question of its own, however it is wrapped.
fn refuse_lone_star(source: Source<'_>, tokens: &[Token]) -> Result<(), QueryError> {
    let is_lone = source.0.contains('*') && source.0.chars().all(|c| c == '*' || ends_word(c));
    match (tokens.first(), tokens.last()) {
        (Some(first), Some(last)) if is_lone => {
            let message = "`*` alone matches every clause: give a word to search for";
            Err(source.error(Kind::LoneStar, first.span.to(last.span), message))
        }
        _ => Ok(()),
    }
}

/// Refuses a NOT that would match nearly everything. `place` says whether a NOT may stand here, or
/// which hint helps.
fn check_negation(
    source: Source<'_>,
    node: &QueryNode,
    place: Result<(), &str>,
) -> Result<(), QueryError> {
    let (operands, place) = match &node.kind {
        NodeKind::Phrase(_)
        | NodeKind::Set(_)
        | NodeKind::Near { .. }
        | NodeKind::Within { .. } => {
            return Ok(());
        }
        NodeKind::Field { operand, .. } => {
            (std::slice::from_ref(&**operand), Err(LONE_NOT_IN_FIELD))
        }
        NodeKind::Not(operand) => {
            let message = "NOT has nothing positive beside it";
            let error = |hint| source.error(Kind::LoneNot, node.span, message).with_hint(hint);
            place.map_err(error)?;
            (std::slice::from_ref(&**operand), Err(LONE_NOT))
        }
        NodeKind::And(operands) => {
            let is_not = |operand: &QueryNode| matches!(operand.kind, NodeKind::Not(_));
            (&**operands, if operands.iter().all(is_not) { Err(LONE_NOT) } else { Ok(()) })
        }
        NodeKind::Or(operands) => (&**operands, Err(LONE_NOT_IN_OR)),
    };
    operands.iter().try_for_each(|operand| check_negation(source, operand, place))
}

/// The tokens without the parentheses that hold no operator, or close or open nothing: in plain language they are punctuation.
fn without_plain_parentheses(tokens: &[Token]) -> Vec<Token> {
    let mut is_group = vec![false; tokens.len()];
    // The open ones, and whether an operator was met since.
    let mut open: Vec<(usize, bool)> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        match token.kind {
            TokenKind::Open => open.push((at, false)),
            TokenKind::Close => {
                if let Some((start, has_operator)) = open.pop() {
                    let is_of_field =
                        start > 0 && matches!(tokens[start - 1].kind, TokenKind::Field(_));
                    (is_group[start], is_group[at]) =
                        (has_operator || is_of_field, has_operator || is_of_field);
                    // What holds a group with an operator holds an operator.
                    if let (true, Some(outer)) = (has_operator, open.last_mut()) {
                        outer.1 = true;
                    }
                }
            }
            TokenKind::Word | TokenKind::Quote | TokenKind::Gap(_) | TokenKind::Field(_) => {}
            _ => open.iter_mut().rev().take(1).for_each(|last| last.1 = true),
        }
    }
    let is_kept = |(token, is_group): (&Token, bool)| {
        (is_group || !matches!(token.kind, TokenKind::Open | TokenKind::Close)).then_some(*token)
    };
    tokens.iter().zip(is_group).filter_map(is_kept).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(query: &str) -> Result<QueryNode, QueryError> {
        super::parse(query, Matching::Phrase)
    }
    use crate::query::{Phrase, PhraseWord};

    #[test]
    fn queries_and_their_trees() {
        #[rustfmt::skip]
        let table = [
            // Words and quotes.
            ("sell", r#""sell""#),
            ("sell or rent", r#""sell or rent""#),
            (r#""sell or rent""#, r#""sell or rent""#),
            ("  sell \t or\nrent ", r#""sell or rent""#),
            ("sell\u{a0}or\u{3000}rent", r#""sell or rent""#),
            ("sell\0or\u{1b}rent\u{7f}", r#""sell or rent""#),
            ("\"sell\0or  rent \"", r#""sell or rent""#),
            ("\u{feff}sell", "\"\u{feff}sell\""),
            ("Sell OR_ rent", r#""Sell OR_ rent""#),
            ("And Or Not", r#""And Or Not""#),
            ("and or not", r#""and or not""#),
            ("NEAR WITHIN", r#""NEAR WITHIN""#),
            ("don't third-party", r#""don't third-party""#),
            ("sell - rent", r#""sell - rent""#),
            ("a.b, c; d!", r#""a.b, c; d!""#),
            ("個人情報 販売", r#""個人情報 販売""#),
            ("¾ cup", r#""¾ cup""#),
            (r#""a AND (b OR c) NOT d""#, r#""a AND (b OR c) NOT d""#),
            (r#""NEAR/5 a~3""#, r#""NEAR/5 a~3""#),
            ("“sell or rent”", r#""sell or rent""#),
            ("„verkaufen oder vermieten“", r#""verkaufen oder vermieten""#),
            ("‟sell” ”rent”", r#""sell" AND "rent""#),
            ("“say \"hello\" now”", "“say \"hello\" now”"),
            ("\"say “hello” now\"", "\"say “hello” now\""),
            // Side by side.
            (r#"cookies "third parties""#, r#""cookies" AND "third parties""#),
            (r#""third parties" cookies of ours"#, r#""third parties" AND "cookies of ours""#),
            (r#""a""b"“c”"#, r#""a" AND "b" AND "c""#),
            (r#"sell"rent"lease"#, r#""sell" AND "rent" AND "lease""#),
            ("sell (rent)", r#""sell" AND "rent""#),
            ("(sell) (rent)", r#""sell" AND "rent""#),
            ("(sell)(rent)", r#""sell" AND "rent""#),
            ("sell(s) data", r#""sell" AND "s" AND "data""#),
            ("a b (c OR d e) f", r#""a b" AND ("c" OR "d e") AND "f""#),
            // Operators, tightest first.
            ("a AND b", r#""a" AND "b""#),
            ("a OR b", r#""a" OR "b""#),
            ("a NOT b", r#""a" AND NOT "b""#),
            ("a AND NOT b", r#""a" AND NOT "b""#),
            ("NOT b AND a", r#"NOT "b" AND "a""#),
            ("a b AND c d", r#""a b" AND "c d""#),
            ("a OR b AND c", r#""a" OR "b" AND "c""#),
            ("a AND b OR c", r#""a" AND "b" OR "c""#),
            (r#"a OR b "c""#, r#""a" OR "b" AND "c""#),
            ("a OR b NOT c", r#""a" OR "b" AND NOT "c""#),
            ("a NOT b OR c NOT d", r#""a" AND NOT "b" OR "c" AND NOT "d""#),
            ("a NOT b NOT c", r#""a" AND NOT "b" AND NOT "c""#),
            ("a NOT b c", r#""a" AND NOT "b c""#),
            (r#"a NOT b "c""#, r#""a" AND NOT "b" AND "c""#),
            ("(a OR b) AND c", r#"("a" OR "b") AND "c""#),
            ("(a OR b)AND(c OR d)", r#"("a" OR "b") AND ("c" OR "d")"#),
            ("a NOT (b OR c)", r#""a" AND NOT ("b" OR "c")"#),
            ("a NOT (b AND c)", r#""a" AND NOT ("b" AND "c")"#),
            ("a NOT (b NOT c)", r#""a" AND NOT ("b" AND NOT "c")"#),
            // Groups disappear where they say nothing.
            ("((a))", r#""a""#),
            ("(((sell or rent)))", r#""sell or rent""#),
            ("a AND (b AND c)", r#""a" AND "b" AND "c""#),
            ("(a OR b) OR (c OR d)", r#""a" OR "b" OR "c" OR "d""#),
            ("a (b (c (d)))", r#""a" AND "b" AND "c" AND "d""#),
            ("(a AND b) OR c", r#""a" AND "b" OR "c""#),
            ("b (NOT a)", r#""b" AND NOT "a""#),
            ("b (NOT a NOT c)", r#""b" AND NOT "a" AND NOT "c""#),
            ("(NOT a) b", r#"NOT "a" AND "b""#),
            ("a OR (b NOT c)", r#""a" OR "b" AND NOT "c""#),
            ("NOT NOT a", r#""a""#),
            ("NOT (NOT a)", r#""a""#),
            ("a NOT NOT b", r#""a" AND "b""#),
            ("a NOT NOT NOT b", r#""a" AND NOT "b""#),
            ("a NOT (NOT (b c))", r#""a" AND "b c""#),
            ("a NOT (NOT (b AND c))", r#""a" AND "b" AND "c""#),
            ("a OR NOT NOT b", r#""a" OR "b""#),
            // Fields.
            ("company:ssh.com", r#"company:"ssh.com""#),
            ("COMPANY:ssh.com Type:x", r#"company:"ssh.com" AND type:"x""#),
            ("type:privacy*", r#"type:"privacy*""#),
            (r#"type:"Privacy Pol*""#, r#"type:"Privacy Pol*""#),
            ("type:(privacy* OR terms?of[sS])", r#"type:("privacy*" OR "terms?of[sS]")"#),
            ("company:*", r#"company:"*""#),
            ("company:foo~3", r#"company:"foo~3""#),
            (r#"section:"children""#, r#"section:"children""#),
            ("section:“children”", r#"section:"children""#),
            ("section:children privacy", r#"section:"children" AND "privacy""#),
            ("sell company:ssh.com rent", r#""sell" AND company:"ssh.com" AND "rent""#),
            ("link:networkadvertising.org/choices", r#"link:"networkadvertising.org/choices""#),
            ("link:https://x.org/a/?b=c", r#"link:"https://x.org/a/?b=c""#),
            ("link:/privacy/", r#"link:"/privacy/""#),
            ("link:x.org/~3", r#"link:"x.org/~3""#),
            ("section:(children OR minors)", r#"section:("children" OR "minors")"#),
            ("section:(children's data NOT minors)", r#"section:("children's data" AND NOT "minors")"#),
            ("section:(children)", r#"section:"children""#),
            ("section:(a)(b)", r#"section:"a" AND "b""#),
            ("section:AND", r#"section:"AND""#),
            ("section:10:30", r#"section:"10:30""#),
            ("section::x", r#"section:":x""#),
            (r#"company:ssh"x""#, r#"company:"ssh" AND "x""#),
            ("NOT section:a b", r#"NOT section:"a" AND "b""#),
            ("a NOT company:(b OR c)", r#""a" AND NOT company:("b" OR "c")"#),
            ("company:a OR company:b c", r#"company:"a" OR company:"b" AND "c""#),
            // Distances.
            (r#""sell data"~3"#, r#""sell data"~3"#),
            (r#""sell data"~0"#, r#""sell data""#),
            (r#""sell data"~3 x"#, r#""sell data"~3 AND "x""#),
            ("“sell data”~12", r#""sell data"~12"#),
            (r#"section:"sell data"~3"#, r#"section:"sell data"~3"#),
            ("a NEAR/5 b", r#""a" NEAR/5 "b""#),
            ("a b NEAR/0 c d", r#""a b" NEAR/0 "c d""#),
            ("a NEAR/5 b NEAR/2 c", r#""a" NEAR/5 "b" NEAR/2 "c""#),
            ("a NEAR/5 (b NEAR/2 c)", r#""a" NEAR/5 ("b" NEAR/2 "c")"#),
            ("(a OR b) NEAR/5 c", r#"("a" OR "b") NEAR/5 "c""#),
            ("a WITHIN/3 b", r#""a" WITHIN/3 "b""#),
            ("sell NOT WITHIN/3 (not OR never)", r#""sell" NOT WITHIN/3 ("not" OR "never")"#),
            ("a NOT b NEAR/5 c", r#""a" AND NOT "b" NEAR/5 "c""#),
            ("a NEAR/5 b OR c", r#""a" NEAR/5 "b" OR "c""#),
            (r#"a NEAR/5 b "c""#, r#""a" NEAR/5 "b" AND "c""#),
            ("section:(a NEAR/3 b)", r#"section:("a" NEAR/3 "b")"#),
            // Stars and regular expressions.
            ("third part*", r#""third part*""#),
            (r#""third-part*""#, r#""third-part*""#),
            (r#""we may * your""#, r#""we may * your""#),
            (r#""* sell *"~2"#, r#""* sell *"~2"#),
            ("section:child*", r#"section:"child*""#),
            ("/opt(s|ed|ing)?/", r#""/opt(s|ed|ing)?/""#),
            ("(we /(a|b)/)", r#""we /(a|b)/""#),
            ("section:/a(b)/", r#"section:"/a(b)/""#),
            (r#""we /opt(s)?/ out""#, r#""we /opt(s)?/ out""#),
            // Colons that are punctuation, slashes and tildes that reserve nothing.
            ("10:30", r#""10:30""#),
            ("at 10:30 AND x", r#""at 10:30" AND "x""#),
            (":x", r#"":x""#),
            ("-:x", r#""-:x""#),
            ("título:x", r#""título:x""#),
            ("a.b:c", r#""a.b:c""#),
            (r#""note: company:x""#, r#""note: company:x""#),
            ("and/or", r#""and/or""#),
            ("/etc/passwd", r#""/etc/passwd""#),
            ("/us(er)/them", r#""/us" AND "er" AND "/them""#),
            ("~30 days foo~ a~3b", r#""~30 days foo~ a~3b""#),
            (r#""a b" ~3"#, r#""a b" AND "~3""#),
            ("NEAR/x NEAR/ near/5 x/5", r#""NEAR/x NEAR/ near/5 x/5""#),
            ("who? [us]", r#""who? [us]""#),
        ];
        for (query, tree) in table {
            let parsed = parse(query).map(|tree| tree.to_string());
            assert_eq!(parsed.as_deref(), Ok(tree), "{query:?}");
            assert_eq!(parse(tree), parse(query), "{query:?}");
        }
    }

    #[test]
    fn mistakes_and_their_places() {
        #[rustfmt::skip]
        let table = [
            ("", Kind::Empty, "empty query", ""),
            (" \t\n", Kind::Empty, "empty query", ""),
            ("\0", Kind::Empty, "empty query", ""),
            (r#""""#, Kind::NoWord, "nothing between the quotes", r#""""#),
            ("a “ ”", Kind::NoWord, "nothing between the quotes", "“ ”"),
            (r#""...""#, Kind::NoWord, "no word to search for in `...`", r#""...""#),
            ("!!! ???", Kind::NoWord, "no word to search for in `!!! ???`", "!!! ???"),
            (r#""a" - "b""#, Kind::NoWord, "no word to search for in `-`", "-"),
            ("company:...", Kind::NoWord, "no word to search for in `...`", "..."),
            ("section:(?)", Kind::NoWord, "no word to search for in `?`", "?"),
            ("\u{200b}", Kind::NoWord, "no word to search for in `\u{fffd}`", "\u{200b}"),
            ("*", Kind::LoneStar, "`*` alone matches every clause: give a word to search for", "*"),
            (" (\"*\") ", Kind::LoneStar, "alone matches every clause", "(\"*\")"),
            // Quotes and parentheses.
            (r#"sell "or rent"#, Kind::UnclosedQuote, "unclosed quote", "\""),
            ("sell “or rent\"", Kind::UnclosedQuote, "unclosed quote", "“"),
            ("(a", Kind::UnclosedGroup, "unclosed parenthesis", "("),
            ("a AND (", Kind::UnclosedGroup, "unclosed parenthesis", "("),
            ("x ((a)", Kind::UnclosedGroup, "unclosed parenthesis", "("),
            ("a)", Kind::UnopenedGroup, "unopened parenthesis", ")"),
            (")", Kind::UnopenedGroup, "unopened parenthesis", ")"),
            ("()", Kind::EmptyGroup, "empty group", "()"),
            ("a ( \t)", Kind::EmptyGroup, "empty group", "( \t)"),
            ("section:()", Kind::EmptyGroup, "empty group", "()"),
            // Operators.
            ("AND a", Kind::MissingOperand, "expected a word, a quoted phrase or a group before `AND`", "AND"),
            ("a OR", Kind::MissingOperand, "expected a word, a quoted phrase or a group after `OR`", "OR"),
            ("a AND OR b", Kind::MissingOperand, "or a group after `AND`", "AND"),
            ("a AND AND b", Kind::MissingOperand, "or a group after `AND`", "AND"),
            ("a NOT", Kind::MissingOperand, "or a group after `NOT`", "NOT"),
            ("NOT", Kind::MissingOperand, "or a group after `NOT`", "NOT"),
            ("OR", Kind::MissingOperand, "or a group before `OR`", "OR"),
            ("a NOT OR b", Kind::MissingOperand, "or a group after `NOT`", "NOT"),
            ("(a AND) b", Kind::MissingOperand, "or a group after `AND`", "AND"),
            ("a (OR b)", Kind::MissingOperand, "or a group before `OR`", "OR"),
            ("NOT a", Kind::LoneNot, "NOT has nothing positive beside it", "NOT a"),
            ("NOT NOT NOT a", Kind::LoneNot, "nothing positive", "NOT NOT NOT a"),
            ("NOT a AND NOT b", Kind::LoneNot, "nothing positive", "NOT a"),
            ("a OR NOT b", Kind::LoneNot, "nothing positive", "NOT b"),
            ("(NOT a) OR b", Kind::LoneNot, "nothing positive", "(NOT a)"),
            ("c (a OR NOT b)", Kind::LoneNot, "nothing positive", "NOT b"),
            ("c NOT (NOT a NOT b)", Kind::LoneNot, "nothing positive", "NOT a"),
            ("a section:(NOT b)", Kind::LoneNot, "nothing positive", "(NOT b)"),
            // Fields.
            (r#""third parties" AND typ:privacy"#, Kind::UnknownField, "unknown field `typ`", "typ"),
            ("note: we sell", Kind::UnknownField, "unknown field `note`", "note"),
            ("foo:\"bar\"", Kind::UnknownField, "unknown field `foo`", "foo"),
            ("-company:x", Kind::UnknownField, "unknown field `-company`", "-company"),
            ("AND:x", Kind::UnknownField, "unknown field `AND`", "AND"),
            ("see http://x.org", Kind::UnknownField, "unknown field `http`", "http"),
            ("section:(note:x)", Kind::UnknownField, "unknown field `note`", "note"),
            ("section: children", Kind::MissingValue, "expected a word, a quoted phrase or a group after `section:`", "section:"),
            ("a Section:", Kind::MissingValue, "or a group after `Section:`", "Section:"),
            ("(a link:)", Kind::MissingValue, "or a group after `link:`", "link:"),
            ("section:(a OR company:b)", Kind::NestedField, "the field `company:` inside the group of `section:`", "company:"),
            // Distances, stars and regular expressions.
            (r#""sell data"~"#, Kind::BadDistance, "expected a number after `~`, not ``", "~"),
            (r#""sell data"~x3"#, Kind::BadDistance, "expected a number after `~`, not `x3`", "~x3"),
            (r#""sell data"~99999999999"#, Kind::BadDistance, "the distance `99999999999` is more than 1000 words", "99999999999"),
            ("a NEAR/1001 b", Kind::BadDistance, "the distance `1001` is more than 1000 words", "1001"),
            ("(a b)~3", Kind::BadDistance, "the distance `~3` behind a group", "~3"),
            ("sell data~3", Kind::BadDistance, "the distance in `data~3` behind a bare word", "data~3"),
            ("a NEAR/5", Kind::MissingOperand, "or a group after `NEAR/5`", "NEAR/5"),
            ("NEAR/5 a", Kind::MissingOperand, "or a group before `NEAR/5`", "NEAR/5"),
            ("a NOT WITHIN/3", Kind::MissingOperand, "or a group after `NOT WITHIN/3`", "NOT WITHIN/3"),
            ("a NEAR/5 (b AND c)", Kind::BadOperand, "AND has no distance from anything, as `NEAR/5` needs it", "(b AND c)"),
            ("(a NOT b) NEAR/5 c", Kind::BadOperand, "AND has no distance", "(a NOT b)"),
            ("a NEAR/5 section:b", Kind::BadOperand, "a field has no distance", "section:b"),
            ("a NEAR/5 (b OR (c d \"e\"))", Kind::BadOperand, "AND has no distance", "(c d \"e\")"),
            ("* AND a", Kind::NoWord, "`*` stands for any word: give another word beside it", "*"),
            ("p*y", Kind::BadWildcard, "the `*` in `p*y`", "p*y"),
            ("*party", Kind::BadWildcard, "the `*` in `*party`", "*party"),
            ("third part-*", Kind::BadWildcard, "the `*` in `part-*`", "part-*"),
            ("we ** it", Kind::BadWildcard, "the `*` in `**`", "**"),
            ("link:(x.org/*)", Kind::BadWildcard, "the `*` in `x.org/*`", "x.org/*"),
            ("we /opt(s/ out", Kind::BadRegex, "`/opt(s/` is no regular expression: unclosed group", "/opt(s/"),
            ("company:(a NEAR/3 b)", Kind::BadOperand, "a name has no distance from anything", "NEAR/3"),
            (r#"company:"a b"~3"#, Kind::BadDistance, "the distance of a name", "~3"),
            (r#""we /opt(s/ out""#, Kind::BadRegex, "`/opt(s/` is no regular expression: unclosed group", "/opt(s/"),
            ("/[b-a]/", Kind::BadRegex, "`/[b-a]/` is no regular expression: invalid character class range", "/[b-a]/"),
            (r"/a{1000}{1000}/", Kind::BadRegex, "needs too much memory", r"/a{1000}{1000}/"),
        ];
        for (query, kind, message, place) in table {
            let error = parse(query).expect_err(query);
            assert_eq!(error.kind(), kind, "{query:?}: {error}");
            assert!(error.message().contains(message), "{query:?}: {error}");
            assert_eq!(Source(query).slice(error.span()), place, "{query:?}: {error}");
        }
    }

    #[test]
    fn the_caret_is_at_the_place_that_counts() {
        let start = |query: &str| parse(query).map_err(|error| error.span().start);
        assert_eq!(start(r#""a" "b"#), Err(4));
        assert_eq!(start("((a)"), Err(0));
        assert_eq!(start("(a))"), Err(3));
        assert_eq!(start("a AND b AND OR c"), Err(8));
        assert_eq!(start("a*b c a*b"), Err(0));
    }

    #[test]
    fn an_error_as_a_person_sees_it() {
        let shown = |query: &str| parse(query).expect_err(query).to_string();
        let expected = "unknown field `typ`
  \"third parties\" AND typ:privacy
                      ^^^  did you mean `type`? fields: company, type, section, link";
        assert_eq!(shown("\"third parties\" AND typ:privacy"), expected);
        let expected = "unknown field `https`
  https://x.org
  ^^^^^  put the address in quotes, or search link targets with `link:`";
        assert_eq!(shown("https://x.org"), expected);
        assert!(shown("mailto:a@b.c").contains("put the address in quotes"));
        let expected = "unknown field `note`
  note: x
  ^^^^  fields: company, type, section, link; to search for the words, put them in quotes";
        assert_eq!(shown("note: x"), expected);
        let expected = "expected a word, a quoted phrase or a group after `OR`
  sell OR
       ^^  the word is `or`, in lower case";
        assert_eq!(shown("sell OR"), expected);
        assert_eq!(shown(" "), "empty query\n  give a word, a quoted phrase or a group");
    }

    #[test]
    fn spans_hold_quotes_parentheses_and_fields() {
        let query = r#"sell or rent "x y" (a OR b) section:(c)"#;
        let NodeKind::And(operands) = parse(query).expect(query).kind else { unreachable!() };
        let places: Vec<&str> =
            operands.iter().map(|operand| Source(query).slice(operand.span)).collect();
        assert_eq!(places, ["sell or rent", r#""x y""#, "(a OR b)", "section:(c)"]);
    }

    #[test]
    fn limits_hold() {
        let kind = |query: String| parse(&query).map_err(|error| error.kind()).err();
        let nested = |depth: usize| format!("{}a{}", "(".repeat(depth), ")".repeat(depth));
        assert_eq!(kind(nested(MAX_DEPTH)), None);
        assert_eq!(kind(nested(MAX_DEPTH + 1)), Some(Kind::TooDeep));
        assert_eq!(kind("a".repeat(MAX_QUERY_BYTES)), None);
        assert_eq!(kind("é".repeat(MAX_QUERY_BYTES)), Some(Kind::TooLong));
    }

    #[test]
    fn endless_queries_end() {
        let kind = |query: String| parse(&query).map_err(|error| error.kind()).err();
        assert_eq!(kind("(".repeat(10_000)), Some(Kind::TooDeep));
        assert_eq!(kind(")".repeat(10_000)), Some(Kind::UnopenedGroup));
        assert_eq!(kind("NOT ".repeat(100_000)), Some(Kind::TooLong));
        assert_eq!(kind("NOT ".repeat(16_000) + "a"), None);
        assert_eq!(kind("a NOT ".repeat(10_000)), Some(Kind::MissingOperand));
        assert_eq!(kind("(a) NOT (b)".repeat(5_000)), None);
        assert_eq!(kind("a OR ".repeat(13_000) + "a"), None);
        assert_eq!(kind("section:(a)".repeat(5_000)), None);
        assert_eq!(kind("/(".repeat(32_000)), Some(Kind::NoWord));
        assert_eq!(kind("/)".repeat(32_000)), Some(Kind::BadRegex));
        assert_eq!(kind("a NEAR/5 ".repeat(7_000) + "a"), Some(Kind::TooDeep));
        assert_eq!(kind("* ".repeat(30_000) + "a"), None);
        assert_eq!(kind("a ".repeat(32_000)), None);
    }

    fn node(kind: NodeKind) -> QueryNode {
        QueryNode::new(QuerySpan::default(), kind)
    }

    fn plain() -> impl Strategy<Value = QueryNode> {
        words().prop_map(|words| node(NodeKind::Phrase(Phrase::plain(words.join(" ")))))
    }

    fn words() -> impl Strategy<Value = Vec<String>> + Clone {
        let word = prop_oneof![
            "[a-zé隱0-9][a-z:('.-]{0,6}",
            Just("AND".to_owned()),
            Just("NOT".to_owned()),
            Just("company:x".to_owned()),
            Just("NEAR/5".to_owned()),
            Just("“x”".to_owned()),
        ];
        let quoting = Just(vec!["say".to_owned(), "\"hello\"".to_owned()]);
        prop_oneof![9 => prop::collection::vec(word, 1..4), 1 => quoting]
    }

    fn text() -> impl Strategy<Value = QueryNode> {
        let plain = words().prop_map(|words| Phrase::plain(words.join(" ")));
        let other = prop_oneof![
            Just(PhraseWord::Any),
            Just(PhraseWord::Prefix("third-part".to_owned())),
            Just(PhraseWord::Regex("opt(s|ed)?".to_owned())),
        ];
        let mixed = (plain.clone(), prop::collection::vec(other, 0..3), 0..4_u32).prop_map(
            |(plain, others, gap)| {
                let words = plain.words.into_iter().chain(others).collect();
                Phrase { words, gap }
            },
        );
        prop_oneof![3 => plain, 1 => mixed].prop_map(|phrase| node(NodeKind::Phrase(phrase)))
    }

    /// What distances join.
    fn near() -> impl Strategy<Value = QueryNode> {
        text().prop_recursive(3, 8, 2, |inner| {
            let pair = (inner.clone(), inner, 0..9_u32, 0..4_u8);
            pair.prop_map(|(left, right, distance, how)| {
                let (left, right) = (Box::new(left), Box::new(right));
                match how {
                    0 => join(vec![*left, *right], NodeKind::Or),
                    1 => node(NodeKind::Near { distance, left, right }),
                    _ => {
                        let is_negated = how == 2;
                        node(NodeKind::Within { distance, is_negated, found: left, beside: right })
                    }
                }
            })
        })
    }

    /// AND, OR and NOT over `leaf`, as the promises of [`NodeKind`] have it.
    fn combined(
        leaf: impl Strategy<Value = QueryNode> + 'static,
    ) -> impl Strategy<Value = QueryNode> {
        leaf.prop_recursive(4, 24, 3, |inner| {
            let more = prop::collection::vec((any::<bool>(), inner.clone()), 1..3);
            let and = (inner.clone(), more, any::<bool>()).prop_map(|(first, more, is_last)| {
                let more = more.into_iter().map(|(is_negated, operand)| {
                    if is_negated { node(NodeKind::Not(Box::new(operand))) } else { operand }
                });
                let mut operands = vec![first];
                operands.extend(more);
                if is_last {
                    operands.reverse();
                }
                join(operands, NodeKind::And)
            });
            let or = prop::collection::vec(inner, 2..4)
                .prop_map(|operands| join(operands, NodeKind::Or));
            prop_oneof![and, or]
        })
    }

    fn tree() -> impl Strategy<Value = QueryNode> {
        let field = |fields: &[QueryField]| prop::sample::select(fields.to_vec());
        let names = (field(&[QueryField::Company, QueryField::Type]), combined(plain()));
        // A link has no regular expressions, since it has slashes.
        let texts = prop_oneof![
            (Just(QueryField::Section), combined(near())),
            (Just(QueryField::Link), combined(plain()))
        ];
        let field = prop_oneof![names, texts].prop_map(|(field, operand)| {
            node(NodeKind::Field { field, operand: Box::new(operand) })
        });
        combined(prop_oneof![3 => near(), 1 => field])
    }

    /// Pieces of the language in any order, with anything between them.
    fn noise() -> impl Strategy<Value = String> {
        let pieces = [
            "AND", "OR", "NOT", "(", ")", "\"", "“", "”", "„", "company:", "section:", "typ:",
            "http://", "*", "~3", "NEAR/5", "WITHIN/3", "/a/", "/", "a", "sell", "10:30", "隱私",
            "e\u{301}", " ", " ", " ", "\0", "\t",
        ];
        let piece = prop_oneof![4 => prop::sample::select(pieces.to_vec()).prop_map(str::to_owned), 1 => any::<String>()];
        prop::collection::vec(piece, 0..20).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn printed_trees_parse_to_themselves(tree in tree()) {
            let printed = tree.to_string();
            prop_assert_eq!(parse(&printed), Ok(tree), "{}", printed);
        }

        #[test]
        fn any_text_parses_or_points_at_its_mistake(query in noise()) {
            match parse(&query) {
                Ok(tree) => {
                    prop_assert!(query.get(tree.span.start..tree.span.end).is_some());
                    prop_assert_eq!(parse(&tree.to_string()), Ok(tree));
                }
                Err(error) => {
                    prop_assert!(query.get(error.span().start..error.span().end).is_some());
                    prop_assert!(!error.message().contains(char::is_control));
                    prop_assert!(error.to_string().lines().count() <= 3);
                }
            }
        }
    }
}
