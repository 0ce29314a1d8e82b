//! From text to tree: a lexer that knows words, quotes and colons, and a recursive descent with one
//! function per production of the grammar in the [module docs](super).
//!
//! Recursion happens in groups alone, whose depth is limited, so that no query exhausts the stack.

use std::mem::discriminant;

use super::ast::{Field, Node, NodeKind, Span};
use super::error::{QueryError, QueryErrorKind as Kind, echo};

/// Groups inside groups. Nobody writes more than a handful, and the stack of the smallest thread
/// holds many more.
pub const MAX_DEPTH: usize = 64;

/// Bytes of a query: room for lists of hundreds of names from a script, far below what would strain
/// a binder.
pub const MAX_QUERY_BYTES: usize = 64 * 1024;

/// Jaro-Winkler similarity from which a field is suggested: `typ`, `sect` and `comapny` are above
/// 0.9, `title` and `note` below 0.7.
const NEAR_NAME: f64 = 0.8;

const OPERAND: &str = "a word, a quoted phrase or a group";

// Hints.
const AS_WORDS: &str = "to search for the words, put them in quotes";
const AS_AND: &str = "join what stands on its two sides with AND";
const AS_OR: &str = "write out the words, with OR between them";
const AS_PHRASE: &str = "leave it out for the exact phrase, or join the words with AND";
const AS_LINK: &str = "put the address in quotes, or search link targets with `link:`";
const LONE_NOT: &str = "say what to find beside it, as in `sell NOT rent`";
const LONE_NOT_IN_OR: &str = "each side of OR needs one, as in `sell OR (rent NOT lease)`";
const LONE_NOT_IN_FIELD: &str = "write NOT before the field, as in `sell NOT section:children`";

/// Parses a query in the language of the [module docs](super).
///
/// # Errors
///
/// The first mistake, with its place in the query and mostly with advice.
pub fn parse(query: &str) -> Result<Node, QueryError> {
    let source = Source(query);
    if query.len() > MAX_QUERY_BYTES {
        let rest = Span::new(MAX_QUERY_BYTES, query.len());
        let message = format!("the query is longer than {MAX_QUERY_BYTES} bytes");
        return Err(source.error(Kind::TooLong, rest, message));
    }
    let tokens = lex(source)?;
    refuse_lone_star(source, &tokens)?;
    let (next, depth, field) = (0, 0, None);
    let mut parser = Parser { source, tokens, next, depth, field };
    let tree = parser.or(None)?;
    if let Some(rest) = parser.peek() {
        return Err(parser.missing(None, Some(rest)));
    }
    check_negation(source, &tree, Err(LONE_NOT))?;
    Ok(tree)
}

/// White space as Unicode has it, and control characters: NUL and its like come from scripts,
/// nobody searches for them.
fn is_separator(c: char) -> bool {
    c.is_whitespace() || c.is_control()
}

fn is_curly(c: char) -> bool {
    matches!(c, '“' | '”' | '„' | '‟')
}

fn is_quote(c: char) -> bool {
    c == '"' || is_curly(c)
}

fn ends_word(c: char) -> bool {
    is_separator(c) || is_quote(c) || matches!(c, '(' | ')')
}

/// The query, read by byte ranges that cannot panic.
#[derive(Debug, Clone, Copy)]
struct Source<'q>(&'q str);

impl<'q> Source<'q> {
    fn slice(self, span: Span) -> &'q str {
        self.0.get(span.start..span.end).unwrap_or_default()
    }

    fn rest(self, from: usize) -> &'q str {
        self.0.get(from..).unwrap_or_default()
    }

    fn error(self, kind: Kind, span: Span, message: impl AsRef<str>) -> QueryError {
        QueryError::new(kind, self.0, span, message)
    }

    /// Syntax of the full language is refused: today's answer must not differ from tomorrow's.
    fn unsupported(self, construct: &str, span: Span, hint: &str) -> QueryError {
        let written = echo(self.slice(span));
        let message = format!("the {construct} {written} is not supported by this version yet");
        self.error(Kind::Unsupported, span, message).with_hint(hint)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TokenKind {
    Word,
    /// With its quotes.
    Quote,
    Open,
    Close,
    And,
    Or,
    Not,
    /// With its colon; a word, a quote or an opening parenthesis follows without a gap.
    Field(Field),
}

#[derive(Debug, Clone, Copy)]
struct Token {
    span: Span,
    kind: TokenKind,
}

fn lex(source: Source<'_>) -> Result<Vec<Token>, QueryError> {
    let (tokens, at, no_pattern_before) = (Vec::new(), 0, 0);
    let mut lexer = Lexer { source, tokens, at, no_pattern_before };
    while let Some(c) = source.rest(lexer.at).chars().next() {
        match c {
            '(' => lexer.push(TokenKind::Open, lexer.at + 1),
            ')' => lexer.push(TokenKind::Close, lexer.at + 1),
            c if is_separator(c) => lexer.at += c.len_utf8(),
            c if is_quote(c) => lexer.quote(c)?,
            _ => lexer.word()?,
        }
    }
    Ok(lexer.tokens)
}

struct Lexer<'q> {
    source: Source<'q>,
    tokens: Vec<Token>,
    at: usize,
    /// No pattern begins before this byte: keeps a query of slashes and parentheses linear.
    no_pattern_before: usize,
}

impl Lexer<'_> {
    fn push(&mut self, kind: TokenKind, end: usize) {
        let span = Span::new(self.at, end);
        self.tokens.push(Token { span, kind });
        self.at = end;
    }

    /// A straight quote closes a straight one, any curly one a curly one: languages differ in which
    /// of those opens.
    fn quote(&mut self, open: char) -> Result<(), QueryError> {
        let inner = self.at + open.len_utf8();
        let closes = |c| is_quote(c) && is_curly(c) == is_curly(open);
        let mut chars = self.source.rest(inner).char_indices();
        let Some((length, close)) = chars.find(|&(_, c)| closes(c)) else {
            let place = Span::new(self.at, inner);
            let error = self.source.error(Kind::UnclosedQuote, place, "unclosed quote");
            let close = if is_curly(open) { '”' } else { open };
            return Err(error.with_hint(format!("close it with `{close}`")));
        };
        self.push(TokenKind::Quote, inner + length + close.len_utf8());
        Ok(())
    }

    fn word(&mut self) -> Result<(), QueryError> {
        let end = self.word_end(self.at);
        let span = Span::new(self.at, end);
        let word = self.source.slice(span);
        if word.starts_with('~') && self.follows_operand() {
            return Err(self.source.unsupported("distance", span, AS_PHRASE));
        }
        match (word, field_name(word)) {
            ("AND", _) => self.push(TokenKind::And, end),
            ("OR", _) => self.push(TokenKind::Or, end),
            ("NOT", _) => self.push(TokenKind::Not, end),
            (_, None) => self.push(TokenKind::Word, end),
            (_, Some(name)) => return self.field(name),
        }
        Ok(())
    }

    /// Whether the last token is a quote or a group that ends right here.
    fn follows_operand(&self) -> bool {
        self.tokens.last().is_some_and(|&Token { span, kind }| {
            span.end == self.at && matches!(kind, TokenKind::Quote | TokenKind::Close)
        })
    }

    fn word_end(&mut self, from: usize) -> usize {
        let rest = self.source.rest(from);
        let length = self.pattern_length(from).or_else(|| rest.find(ends_word));
        from + length.unwrap_or(rest.len())
    }

    /// The length of a `/pattern/`: the parentheses inside do not end it as they end a word, those
    /// that close groups around it do.
    fn pattern_length(&mut self, from: usize) -> Option<usize> {
        let rest = self.source.rest(from);
        if from < self.no_pattern_before || !rest.starts_with('/') {
            return None;
        }
        let mut runs = rest.split(|c| is_separator(c) || is_quote(c));
        let run = runs.next().unwrap_or_default();
        let pattern = run.trim_end_matches(')');
        if is_pattern(pattern) {
            return Some(pattern.len());
        }
        self.no_pattern_before = from + run.len();
        None
    }

    fn field(&mut self, name: &str) -> Result<(), QueryError> {
        let colon = Span::new(self.at, self.at + name.len() + 1);
        let field = Field::from_name(name).ok_or_else(|| self.unknown_field(name))?;
        self.push(TokenKind::Field(field), colon.end);
        let end = self.word_end(colon.end);
        let first = self.source.rest(colon.end).chars().next();
        if end > colon.end {
            self.push(TokenKind::Word, end);
        } else if !first.is_some_and(|c| c == '(' || is_quote(c)) {
            let message = format!("expected {OPERAND} after `{}`", self.source.slice(colon));
            let error = self.source.error(Kind::MissingValue, colon, message);
            let hint = format!("write it directly after the colon, as in `{field}:word`");
            return Err(error.with_hint(hint));
        }
        Ok(())
    }

    fn unknown_field(&self, name: &str) -> QueryError {
        let span = Span::new(self.at, self.at + name.len());
        let message = format!("unknown field {}", echo(name));
        let error = self.source.error(Kind::UnknownField, span, message);
        let value = self.source.rest(span.end + 1);
        if value.starts_with("//") || name.eq_ignore_ascii_case("mailto") {
            return error.with_hint(AS_LINK);
        }
        let fields = Field::ALL.map(Field::name).join(", ");
        error.with_hint(match near_field(name) {
            Some(near) => format!("did you mean `{near}`? fields: {fields}"),
            None => format!("fields: {fields}; {AS_WORDS}"),
        })
    }
}

/// What stands before the colon, if it looks like the name of a field.
fn field_name(word: &str) -> Option<&str> {
    let (name, _) = word.split_once(':')?;
    let has_letter = name.contains(|c: char| c.is_ascii_alphabetic());
    let is_foreign = |c: char| !c.is_ascii_alphabetic() && !matches!(c, '-' | '_');
    (has_letter && !name.contains(is_foreign)).then_some(name)
}

fn near_field(name: &str) -> Option<Field> {
    let name = name.to_ascii_lowercase();
    let near = Field::ALL.map(|field| (strsim::jaro_winkler(&name, field.name()), field));
    let (similarity, field) = near.into_iter().max_by(|a, b| a.0.total_cmp(&b.0))?;
    (similarity >= NEAR_NAME).then_some(field)
}

/// The productions. In each, `after` is the operator or field that asks for the operand.
struct Parser<'q> {
    source: Source<'q>,
    tokens: Vec<Token>,
    next: usize,
    depth: usize,
    /// The field whose group is being read.
    field: Option<Field>,
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
    fn or(&mut self, after: Option<Token>) -> Result<Node, QueryError> {
        let mut operands = vec![self.and(after)?];
        while let Some(operator) = self.take(TokenKind::Or) {
            operands.push(self.and(Some(operator))?);
        }
        Ok(join(operands, NodeKind::Or))
    }

    /// `and = not , { [ "AND" ] , not }`
    fn and(&mut self, after: Option<Token>) -> Result<Node, QueryError> {
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

    /// `not = { "NOT" } , operand`. A loop: there may be thousands.
    fn not(&mut self, mut after: Option<Token>) -> Result<Node, QueryError> {
        let outermost = self.peek().map_or(Span::default(), |token| token.span);
        let mut is_negated = false;
        while let Some(operator) = self.take(TokenKind::Not) {
            is_negated = !is_negated;
            after = Some(operator);
        }
        let operand = self.operand(after)?;
        Ok(if is_negated { negate(outermost, operand) } else { operand })
    }

    /// `operand = group | field | phrase`
    fn operand(&mut self, after: Option<Token>) -> Result<Node, QueryError> {
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
    fn group(&mut self, open: Span) -> Result<Node, QueryError> {
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
        Ok(Node::new(open.to(close.span), inner.kind))
    }

    /// `field = name , ":" , ( value | quote | group )`
    fn field(&mut self, name: Span, field: Field) -> Result<Node, QueryError> {
        if let Some(outer) = self.field {
            let message = format!("the field `{field}:` inside the group of `{outer}:`");
            let error = self.source.error(Kind::NestedField, name, message);
            return Err(error.with_hint("close the group first, then join the fields with AND"));
        }
        let after = self.peek();
        self.next += 1;
        self.field = Some(field);
        let operand = match self.take(TokenKind::Word) {
            Some(value) => self.phrase(value.span, value.span, false)?,
            None => self.operand(after)?,
        };
        self.field = None;
        let span = name.to(operand.span);
        Ok(Node::new(span, NodeKind::Field { field, operand: Box::new(operand) }))
    }

    /// `phrase = quote | word , { word }`: the first half.
    fn quote(&mut self, span: Span) -> Result<Node, QueryError> {
        self.next += 1;
        let mut inner = self.source.slice(span).chars();
        let start = span.start + inner.next().map_or(0, char::len_utf8);
        let end = span.end - inner.next_back().map_or(0, char::len_utf8);
        self.phrase(span, Span::new(start, end), true)
    }

    /// `phrase = quote | word , { word }`: the second half.
    fn words(&mut self, first: Span) -> Result<Node, QueryError> {
        let mut span = first;
        while let Some(word) = self.take(TokenKind::Word) {
            span = first.to(word.span);
        }
        self.phrase(span, span, false)
    }

    /// What stands at `span`, with the words at `inner`.
    fn phrase(&self, span: Span, inner: Span, is_quoted: bool) -> Result<Node, QueryError> {
        let mut words = Vec::new();
        let mut at = inner.start;
        for piece in self.source.slice(inner).split_inclusive(is_separator) {
            let word = piece.trim_end_matches(is_separator);
            self.refuse_reserved(word, Span::new(at, at + word.len()), is_quoted)?;
            at += piece.len();
            if !word.is_empty() {
                words.push(word);
            }
        }
        let text = words.join(" ");
        let is_glob = self.takes_globs() && text.contains(['*', '?', '[']);
        if is_glob || text.contains(char::is_alphanumeric) {
            return Ok(Node::new(span, NodeKind::Phrase(text)));
        }
        let message = match text.as_str() {
            "" => "nothing between the quotes".to_owned(),
            text => format!("no word to search for in {}", echo(text)),
        };
        let error = self.source.error(Kind::NoWord, span, message);
        Err(error.with_hint("give a word: only letters and digits are searched"))
    }

    fn takes_globs(&self) -> bool {
        self.field.is_some_and(Field::takes_globs)
    }

    fn refuse_reserved(&self, word: &str, span: Span, is_quoted: bool) -> Result<(), QueryError> {
        if self.takes_globs() {
            return Ok(());
        }
        let is_link = self.field == Some(Field::Link);
        let (construct, hint) = if is_proximity(word) && !is_quoted {
            let span = self.operator_start(span).to(span);
            let hint = "use AND or NOT: they look at the whole clause";
            return Err(self.source.unsupported("operator", span, hint));
        } else if is_pattern(word) && !is_link {
            ("regular expression", AS_OR)
        } else if has_distance(word) && !is_quoted {
            ("distance of", AS_WORDS)
        } else if !word.contains('*') {
            return Ok(());
        } else if word.trim_matches('*').is_empty() {
            ("placeholder", AS_AND)
        } else {
            ("wildcard", AS_OR)
        };
        Err(self.source.unsupported(construct, span, hint))
    }

    /// Where the operator begins whose last word is at `span`: `NOT WITHIN/n` is one operator.
    fn operator_start(&self, span: Span) -> Span {
        let is_within = self.source.slice(span).starts_with("WITHIN/");
        let mut before = self.tokens.iter().rev().skip_while(|token| token.span.end > span.start);
        let not = before.next().filter(|token| is_within && token.kind == TokenKind::Not);
        not.map_or(span, |not| not.span)
    }

    /// The error where an operand should stand and `token` stands instead.
    fn missing(&self, after: Option<Token>, token: Option<Token>) -> QueryError {
        let side = if after.is_some() { "after" } else { "before" };
        let Some(Token { span, kind }) = after.or(token) else {
            let error = self.source.error(Kind::Empty, Span::default(), "empty query");
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
fn join(operands: Vec<Node>, wrap: fn(Vec<Node>) -> NodeKind) -> Node {
    let ends = operands.first().zip(operands.last());
    let span = ends.map_or(Span::default(), |(first, last)| first.span.to(last.span));
    let same = discriminant(&wrap(Vec::new()));
    let mut flat = Vec::with_capacity(operands.len());
    for Node { span, kind } in operands {
        let is_same = discriminant(&kind) == same;
        match kind {
            NodeKind::And(inner) | NodeKind::Or(inner) if is_same => flat.extend(inner),
            kind => flat.push(Node::new(span, kind)),
        }
    }
    match <[Node; 1]>::try_from(flat) {
        Ok([only]) => only,
        Err(flat) => Node::new(span, wrap(flat)),
    }
}

/// The operand under a NOT; two cancel, also when a group stands between them.
fn negate(not: Span, operand: Node) -> Node {
    let span = not.to(operand.span);
    match operand.kind {
        NodeKind::Not(inner) => *inner,
        _ => Node::new(span, NodeKind::Not(Box::new(operand))),
    }
}

/// `/x/`: what the full language reads as a regular expression.
fn is_pattern(word: &str) -> bool {
    word.len() > 2 && word.starts_with('/') && word.ends_with('/')
}

/// `NEAR/5` or `WITHIN/5`.
fn is_proximity(word: &str) -> bool {
    matches!(word.split_once('/'), Some(("NEAR" | "WITHIN", number)) if is_number(number))
}

/// `word~3`, but not `example.org/~3`.
fn has_distance(word: &str) -> bool {
    let parts = word.rsplit_once('~');
    parts.is_some_and(|(word, number)| word.ends_with(char::is_alphanumeric) && is_number(number))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
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
fn check_negation(source: Source<'_>, node: &Node, place: Result<(), &str>) -> Result<(), QueryError> {
    let (operands, place) = match &node.kind {
        NodeKind::Phrase(_) => return Ok(()),
        NodeKind::Field { operand, .. } => (std::slice::from_ref(&**operand), Err(LONE_NOT_IN_FIELD)),
        NodeKind::Not(operand) => {
            let message = "NOT has nothing positive beside it";
            let error = |hint| source.error(Kind::LoneNot, node.span, message).with_hint(hint);
            place.map_err(error)?;
            (std::slice::from_ref(&**operand), Err(LONE_NOT))
        }
        NodeKind::And(operands) => {
            let is_not = |operand: &Node| matches!(operand.kind, NodeKind::Not(_));
            (&**operands, if operands.iter().all(is_not) { Err(LONE_NOT) } else { Ok(()) })
        }
        NodeKind::Or(operands) => (&**operands, Err(LONE_NOT_IN_OR)),
    };
    operands.iter().try_for_each(|operand| check_negation(source, operand, place))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

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
            // The full language.
            (r#""sell data"~3"#, Kind::Unsupported, "the distance `~3` is not supported by this version yet", "~3"),
            (r#"section:"sell data"~3"#, Kind::Unsupported, "the distance `~3` is not supported", "~3"),
            ("(a b)~3", Kind::Unsupported, "the distance `~3` is not supported", "~3"),
            ("sell data~3", Kind::Unsupported, "the distance of `data~3` is not supported", "data~3"),
            ("a NEAR/5 b", Kind::Unsupported, "the operator `NEAR/5` is not supported", "NEAR/5"),
            ("(a OR b) NEAR/5 c", Kind::Unsupported, "the operator `NEAR/5` is not supported", "NEAR/5"),
            ("a WITHIN/3 b", Kind::Unsupported, "the operator `WITHIN/3` is not supported", "WITHIN/3"),
            ("a NOT WITHIN/3 b", Kind::Unsupported, "the operator `NOT WITHIN/3` is not supported", "NOT WITHIN/3"),
            ("third part*", Kind::Unsupported, "the wildcard `part*` is not supported", "part*"),
            (r#""third part*""#, Kind::Unsupported, "the wildcard `part*` is not supported", "part*"),
            (r#""we may * your""#, Kind::Unsupported, "the placeholder `*` is not supported", "*"),
            ("* AND a", Kind::Unsupported, "the placeholder `*` is not supported", "*"),
            ("p*y", Kind::Unsupported, "the wildcard `p*y` is not supported", "p*y"),
            ("section:child*", Kind::Unsupported, "the wildcard `child*` is not supported", "child*"),
            ("link:(x.org/*)", Kind::Unsupported, "the wildcard `x.org/*` is not supported", "x.org/*"),
            ("/opt(s|ed|ing)?/", Kind::Unsupported, "the regular expression `/opt(s|ed|ing)?/` is", "/opt(s|ed|ing)?/"),
            ("(we /(a|b)/)", Kind::Unsupported, "the regular expression `/(a|b)/` is", "/(a|b)/"),
            ("section:/a(b)/", Kind::Unsupported, "the regular expression `/a(b)/` is", "/a(b)/"),
            (r#""we /opt(s)?/ out""#, Kind::Unsupported, "the regular expression `/opt(s)?/` is", "/opt(s)?/"),
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
        assert_eq!(start("a* b a*"), Err(0));
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
    fn near_names() {
        for (name, field) in [("Companies", Field::Company), ("sect", Field::Section), ("lnik", Field::Link)]
        {
            assert_eq!(near_field(name), Some(field), "{name}");
        }
        for name in ["title", "note", "site", "x"] {
            assert_eq!(near_field(name), None, "{name}");
        }
    }

    #[test]
    fn spans_hold_quotes_parentheses_and_fields() {
        let query = r#"sell or rent "x y" (a OR b) section:(c)"#;
        let NodeKind::And(operands) = parse(query).expect(query).kind else { unreachable!() };
        let places: Vec<&str> = operands.iter().map(|operand| Source(query).slice(operand.span)).collect();
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
        assert_eq!(kind("/)".repeat(32_000)), Some(Kind::Unsupported));
        assert_eq!(kind("a ".repeat(32_000)), None);
    }

    fn node(kind: NodeKind) -> Node {
        Node::new(Span::default(), kind)
    }

    fn text() -> impl Strategy<Value = Node> {
        let word = prop_oneof![
            "[a-zé隱0-9][a-z:('.-]{0,6}",
            Just("AND".to_owned()),
            Just("NOT".to_owned()),
            Just("company:x".to_owned()),
            Just("NEAR/5".to_owned()),
            Just("“x”".to_owned()),
        ];
        let quoting = Just(vec!["say".to_owned(), "\"hello\"".to_owned()]);
        let words = prop_oneof![9 => prop::collection::vec(word, 1..4), 1 => quoting];
        words.prop_map(|words| node(NodeKind::Phrase(words.join(" "))))
    }

    /// AND, OR and NOT over `leaf`, as the promises of [`NodeKind`] have it.
    fn combined(leaf: impl Strategy<Value = Node> + 'static) -> impl Strategy<Value = Node> {
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
            let or = prop::collection::vec(inner, 2..4).prop_map(|operands| join(operands, NodeKind::Or));
            prop_oneof![and, or]
        })
    }

    fn tree() -> impl Strategy<Value = Node> {
        let field = prop::sample::select(Field::ALL.to_vec());
        let field = (field, combined(text()))
            .prop_map(|(field, operand)| node(NodeKind::Field { field, operand: Box::new(operand) }));
        combined(prop_oneof![3 => text(), 1 => field])
    }

    /// Pieces of the language in any order, with anything between them.
    fn noise() -> impl Strategy<Value = String> {
        let pieces = [
            "AND", "OR", "NOT", "(", ")", "\"", "“", "”", "„", "company:", "section:", "typ:", "http://",
            "*", "~3", "NEAR/5", "WITHIN/3", "/a/", "/", "a", "sell", "10:30", "隱私", "e\u{301}", " ", " ",
            " ", "\0", "\t",
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
