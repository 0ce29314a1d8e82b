//! Lexes a Rust file and collects the facts that the checks need.
//!
//! The lexer is the one of the compiler's macros, so strings, comments and lifetimes are told apart
//! as the compiler tells them. Code under `#[cfg(test)]` or `#[test]` is left out of everything but
//! line lengths and comments.

use std::collections::BTreeSet;
use std::ops::Range;

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};

/// A fact at a line of a file, lines counted from 1.
#[derive(Debug, Clone, PartialEq)]
pub struct At<T> {
    pub line: usize,
    pub what: T,
}

/// A function with a body.
#[derive(Debug, Clone, PartialEq)]
pub struct Function {
    pub name: String,
    /// Lines from `fn` to the closing brace, both included.
    pub lines: usize,
    /// Whether a parameter is a tuple pattern.
    pub has_tuple_parameter: bool,
}

/// A struct, enum, trait or type alias.
#[derive(Debug, Clone, PartialEq)]
pub struct TypeName {
    pub name: String,
    /// Whether it is plainly `pub`, without a restriction in parentheses.
    pub is_public: bool,
}

/// A name that a `use` brings into a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Import {
    pub path: Vec<String>,
    /// The name under which it is known here; `*` for a glob.
    pub name: String,
}

/// The facts of one file.
#[derive(Debug, Default)]
pub struct Facts {
    /// Lines that are not tests.
    pub code_lines: usize,
    pub functions: Vec<At<Function>>,
    /// `let name = |...|`.
    pub closures: Vec<At<String>>,
    /// Calls of `unwrap_or` and its relatives.
    pub defaults: Vec<At<String>>,
    pub types: Vec<At<TypeName>>,
    /// String literals as written, documentation excepted.
    pub strings: Vec<At<String>>,
    /// Comments and doc comments, line by line, without their slashes.
    pub comments: Vec<At<String>>,
    pub imports: Vec<At<Import>>,
    /// Paths in code, such as `crate::index::open`, of at least two parts.
    pub paths: Vec<At<Vec<String>>>,
    /// The names of the items of this module.
    pub items: BTreeSet<String>,
}

const DEFAULTS: [&str; 5] =
    ["unwrap_or", "unwrap_or_default", "unwrap_or_else", "map_or", "map_or_else"];

/// Where a walk through tokens is.
#[derive(Clone, Copy, PartialEq)]
enum Room {
    /// Directly in a module: items belong to it.
    Module,
    /// In the body of an `impl` or `trait`: a `type` there is no type of its own.
    Implementation,
    /// In a function or an expression.
    Body,
}

impl Facts {
    /// Collects the facts of a source text. `text` must lex.
    pub fn read(text: &str) -> Self {
        let stream: TokenStream = text.parse().expect("the compiler has accepted this file");
        let mut walk = Walk { facts: Self::default(), test_lines: 0 };
        walk.stream(stream.clone(), Room::Module);
        let Walk { mut facts, test_lines } = walk;
        facts.code_lines = text.lines().count() - test_lines;
        facts.comments = comments(text, stream);
        facts
    }
}

struct Walk {
    facts: Facts,
    test_lines: usize,
}

impl Walk {
    fn stream(&mut self, stream: TokenStream, room: Room) {
        let trees: Vec<TokenTree> = stream.into_iter().collect();
        let mut at = 0;
        let mut next_room = Room::Body;
        while at < trees.len() {
            match &trees[at] {
                TokenTree::Punct(punct) if punct.as_char() == '#' => {
                    at = self.attribute(&trees, at);
                    continue;
                }
                TokenTree::Ident(ident) => {
                    let word = ident.to_string();
                    if matches!(word.as_str(), "impl" | "trait") && room == Room::Module {
                        next_room = Room::Implementation;
                    }
                    if let Some(after) = self.keyword(&word, &trees, at, room) {
                        at = after;
                        continue;
                    }
                    if let Some(after) = self.path(&trees, at) {
                        at = after;
                        continue;
                    }
                }
                TokenTree::Literal(literal) => {
                    let text = literal.to_string();
                    if text.contains('"') {
                        let line = line_of(literal.span());
                        self.facts.strings.push(At { line, what: text });
                    }
                }
                TokenTree::Group(group) => {
                    let inside = match group.delimiter() {
                        Delimiter::Brace => std::mem::replace(&mut next_room, Room::Body),
                        _ => Room::Body,
                    };
                    self.stream(group.stream(), inside);
                }
                TokenTree::Punct(_) => {}
            }
            at += 1;
        }
    }

    /// Skips an attribute, and the item below it if that is a test.
    fn attribute(&mut self, trees: &[TokenTree], at: usize) -> usize {
        let is_inner = punct_at(trees, at + 1, '!');
        let group = at + 1 + usize::from(is_inner);
        let Some(TokenTree::Group(attribute)) = trees.get(group) else { return at + 1 };
        let text = attribute.stream().to_string().replace(' ', "");
        if is_inner || !matches!(text.as_str(), "cfg(test)" | "test") {
            return group + 1;
        }
        let is_end = |tree: &TokenTree| match tree {
            TokenTree::Punct(punct) => punct.as_char() == ';',
            TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
            _ => false,
        };
        let end = (group + 1..trees.len()).find(|&i| is_end(&trees[i]));
        let end = end.expect("an item follows its attribute");
        self.test_lines += trees[end].span().end().line + 1 - line_of(trees[at].span());
        end + 1
    }

    /// Records what a keyword begins. Returns where to go on, if not at the next token.
    fn keyword(&mut self, word: &str, trees: &[TokenTree], at: usize, room: Room) -> Option<usize> {
        let line = line_of(trees[at].span());
        let name = ident_at(trees, at + 1);
        if room == Room::Module
            && matches!(word, "fn" | "struct" | "enum" | "trait" | "type" | "const" | "static")
        {
            self.facts.items.extend(name.clone());
        }
        match (word, name) {
            ("use", _) if !punct_at(trees, at + 1, '<') => {
                let end = (at..trees.len()).find(|&i| punct_at(trees, i, ';'))?;
                for import in imports(&trees[at + 1..end], &[]) {
                    self.facts.imports.push(At { line, what: import });
                }
                Some(end + 1)
            }
            ("fn", Some(name)) => Some(self.function(name, trees, at)),
            ("struct" | "enum" | "trait", Some(name)) => {
                self.type_name(name, trees, at, line);
                None
            }
            ("type", Some(name)) if room == Room::Module => {
                self.type_name(name, trees, at, line);
                None
            }
            ("let", _) => {
                let name_at = at + 1 + usize::from(ident_at(trees, at + 1)? == "mut");
                let name = ident_at(trees, name_at)?;
                if is_closure_bound(&trees[name_at + 1..]) {
                    self.facts.closures.push(At { line, what: name });
                }
                None
            }
            (default, _) if DEFAULTS.contains(&default) => {
                self.facts.defaults.push(At { line, what: default.to_owned() });
                None
            }
            _ => None,
        }
    }

    fn type_name(&mut self, name: String, trees: &[TokenTree], at: usize, line: usize) {
        let is_public = at > 0 && ident_at(trees, at - 1).is_some_and(|word| word == "pub");
        self.facts.types.push(At { line, what: TypeName { name, is_public } });
    }

    /// Records a function and walks through its signature and body; returns the token after it.
    fn function(&mut self, name: String, trees: &[TokenTree], at: usize) -> usize {
        let line = line_of(trees[at].span());
        let is_end =
            |i: &usize| punct_at(trees, *i, ';') || group_at(trees, *i, Delimiter::Brace).is_some();
        let Some(end) = (at..trees.len()).find(is_end) else { return at + 1 };
        let signature: TokenStream = trees[at + 2..end].iter().cloned().collect();
        self.stream(signature, Room::Body);
        if let Some(body) = group_at(trees, end, Delimiter::Brace) {
            let lines = body.span_close().end().line + 1 - line;
            let has_tuple_parameter = parameters(&trees[at + 2..end])
                .is_some_and(|group| has_tuple_pattern(group.stream()));
            let what = Function { name, lines, has_tuple_parameter };
            self.facts.functions.push(At { line, what });
            self.stream(body.stream(), Room::Body);
        }
        end + 1
    }

    /// Records a path of at least two parts; returns the token after it.
    fn path(&mut self, trees: &[TokenTree], at: usize) -> Option<usize> {
        if is_of_visibility(trees, at) {
            return None;
        }
        let mut parts = vec![ident_at(trees, at)?];
        let mut end = at + 1;
        while let (true, Some(part)) = (is_separator(trees, end), ident_at(trees, end + 2)) {
            parts.push(part);
            end += 3;
        }
        if parts.len() < 2 {
            return None;
        }
        for default in parts.iter().filter(|part| DEFAULTS.contains(&part.as_str())) {
            let line = line_of(trees[at].span());
            self.facts.defaults.push(At { line, what: default.clone() });
        }
        self.facts.paths.push(At { line: line_of(trees[at].span()), what: parts });
        Some(end)
    }
}

/// Whether the token is the path of `pub(in path)`, which imports nothing.
fn is_of_visibility(trees: &[TokenTree], at: usize) -> bool {
    at > 0 && ident_at(trees, at - 1).is_some_and(|word| word == "in")
}

/// Whether the tokens after the name of a `let` bind it to a closure.
fn is_closure_bound(rest: &[TokenTree]) -> bool {
    let is_equals = |i: &usize| punct_at(rest, *i, '=');
    let Some(equals) = (0..rest.len()).take_while(|i| !punct_at(rest, *i, ';')).find(is_equals)
    else {
        return false;
    };
    let is_move = ident_at(rest, equals + 1).is_some_and(|word| word == "move");
    punct_at(rest, equals + 1 + usize::from(is_move), '|')
}

/// The parameters of a signature: the first parentheses outside of generics.
fn parameters(signature: &[TokenTree]) -> Option<&Group> {
    let mut depth = 0_i32;
    for (at, tree) in signature.iter().enumerate() {
        match tree {
            TokenTree::Punct(punct) if punct.as_char() == '<' => depth += 1,
            TokenTree::Punct(punct) if punct.as_char() == '>' => {
                let is_arrow = at > 0 && punct_at(signature, at - 1, '-');
                depth -= i32::from(!is_arrow);
            }
            TokenTree::Group(group)
                if depth == 0 && group.delimiter() == Delimiter::Parenthesis =>
            {
                return Some(group);
            }
            _ => {}
        }
    }
    None
}

fn has_tuple_pattern(parameters: TokenStream) -> bool {
    let trees: Vec<TokenTree> = parameters.into_iter().collect();
    (0..trees.len()).any(|at| {
        group_at(&trees, at, Delimiter::Parenthesis).is_some()
            && punct_at(&trees, at + 1, ':')
            && (at == 0 || punct_at(&trees, at - 1, ','))
    })
}

/// The names that a use tree brings, below the path before it.
fn imports(tree: &[TokenTree], before: &[String]) -> Vec<Import> {
    let mut path = before.to_vec();
    let mut name = None;
    let mut at = 0;
    while at < tree.len() {
        match &tree[at] {
            TokenTree::Ident(ident) if *ident == "as" => {
                name = ident_at(tree, at + 1);
                at += 1;
            }
            TokenTree::Ident(ident) => path.push(ident.to_string()),
            TokenTree::Punct(punct) if punct.as_char() == '*' => name = Some("*".to_owned()),
            TokenTree::Group(group) => {
                let inside: Vec<TokenTree> = group.stream().into_iter().collect();
                let parts = inside.split(
                    |tree| matches!(tree, TokenTree::Punct(punct) if punct.as_char() == ','),
                );
                return parts
                    .filter(|part| !part.is_empty())
                    .flat_map(|part| imports(part, &path))
                    .collect();
            }
            _ => {}
        }
        at += 1;
    }
    if path.len() > before.len() && path.last().is_some_and(|last| last == "self") {
        path.pop();
    }
    let last = path.last().cloned().expect("a use names something");
    vec![Import { name: name.unwrap_or(last), path }]
}

/// The comments of a text, line by line.
fn comments(text: &str, stream: TokenStream) -> Vec<At<String>> {
    let mut masked = text.as_bytes().to_vec();
    mask_literals(&mut masked, text, stream);
    let masked = String::from_utf8(masked).expect("literals are masked whole");
    let mut found = Vec::new();
    for (line, number) in masked.lines().zip(1..) {
        if let Some(start) = line.find("//") {
            let comment = line[start..].trim_start_matches(['/', '!']).trim();
            found.push(At { line: number, what: comment.to_owned() });
        }
    }
    found
}

/// Overwrites literals, but not the doc comments, which the lexer gives as literals, too.
fn mask_literals(masked: &mut [u8], text: &str, stream: TokenStream) {
    for tree in stream {
        match tree {
            TokenTree::Group(group) => mask_literals(masked, text, group.stream()),
            TokenTree::Literal(literal) => {
                let Range { start, end } = literal.span().byte_range();
                let is_doc = text[start..end].starts_with("//");
                if !is_doc {
                    for byte in masked[start..end].iter_mut().filter(|byte| **byte != b'\n') {
                        *byte = b'_';
                    }
                }
            }
            _ => {}
        }
    }
}

fn line_of(span: Span) -> usize {
    span.start().line
}

fn ident_at(trees: &[TokenTree], at: usize) -> Option<String> {
    match trees.get(at) {
        Some(TokenTree::Ident(ident)) => Some(ident.to_string()),
        _ => None,
    }
}

fn punct_at(trees: &[TokenTree], at: usize, c: char) -> bool {
    matches!(trees.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == c)
}

fn group_at(trees: &[TokenTree], at: usize, delimiter: Delimiter) -> Option<&Group> {
    match trees.get(at) {
        Some(TokenTree::Group(group)) if group.delimiter() == delimiter => Some(group),
        _ => None,
    }
}

/// Whether `::` begins at a token.
fn is_separator(trees: &[TokenTree], at: usize) -> bool {
    punct_at(trees, at, ':') && punct_at(trees, at + 1, ':')
}

#[test]
fn the_facts_of_a_made_up_file_are_found() {
    let facts = Facts::read(MADE_UP);
    let functions: Vec<_> = facts
        .functions
        .iter()
        .map(|f| (f.line, f.what.name.as_str(), f.what.lines, f.what.has_tuple_parameter))
        .collect();
    assert_eq!(functions, [(9, "one", 8, true), (20, "two", 3, false)]);
    let closures: Vec<_> = facts.closures.iter().map(|c| c.what.as_str()).collect();
    assert_eq!(closures, ["named", "typed"]);
    let defaults: Vec<_> = facts.defaults.iter().map(|d| (d.line, d.what.as_str())).collect();
    assert_eq!(defaults, [(12, "map_or"), (21, "unwrap_or_default")]);
    let types = facts.types.iter().map(|t| (t.what.name.as_str(), t.what.is_public));
    assert_eq!(types.collect::<Vec<_>>(), [("Name", true), ("Inner", false)]);
    let strings: Vec<_> = facts.strings.iter().map(|s| s.what.as_str()).collect();
    assert_eq!(strings, ["\"--flag // no comment\"", "\"{}\""]);
    let imports: Vec<_> = facts.imports.iter().map(|i| i.what.path.join("::")).collect();
    assert_eq!(imports, ["crate::a::b", "crate::a::c::D", "crate::a", "super::e"]);
    assert_eq!(facts.imports[3].what.name, "*");
    let comments: Vec<_> = facts.comments.iter().map(|c| (c.line, c.what.as_str())).collect();
    assert_eq!(comments, [(1, "A module."), (7, "A function."), (10, "A comment.")]);
    assert!(facts.paths.iter().any(|p| p.what == ["crate", "f", "g"]));
    assert_eq!(facts.code_lines, 24, "the test of five lines is left out");
    assert!(facts.items.contains("Name") && !facts.items.contains("two"));
}

#[cfg(test)]
const MADE_UP: &str = r#"//! A module.
use crate::a::{b, c::D as E, self};
use super::e::*;

pub struct Name;

/// A function.
#[inline]
fn one<F: Fn(u8) -> bool>(f: F, (a, b): (u8, u8)) -> &'static str {
    // A comment.
    let named = |x| x;
    let typed: fn(u8) -> u8 = move |x: u8| crate::f::g(x).map_or(1, f);
    struct Inner;
    let plain = a | b;
    "--flag // no comment"
}

impl Name {
    type Item = u8;
    fn two(&self) {
        format!("{}", self.0.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    fn three() { x.unwrap_or(1) }

}
"#;
