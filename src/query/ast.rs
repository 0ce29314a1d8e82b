//! The tree of a query: what [`parse`](fn@super::parse) returns and a binder walks.
//!
//! The tree says what was written, not how it is searched: a phrase is text that nobody has cut
//! into tokens yet, and a field is a name that no schema has confirmed. Printing a tree gives the
//! canonical form of the query, which parses to an equal tree.

use std::fmt;

/// A range of bytes in the query, on character borders: what an error points at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
}

impl Span {
    /// The range from `start` up to, not including, `end`.
    pub const fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// From the start of this range to the end of a later one.
    pub const fn to(self, last: Self) -> Self {
        Self { start: self.start, end: last.end }
    }
}

/// A piece of a query and where it was written. Two nodes are equal when their kinds are, wherever
/// they stood.
#[derive(Debug, Clone)]
pub struct Node {
    /// Where in the query it stands, with its quotes or parentheses.
    pub span: Span,
    /// What it asks for.
    pub kind: NodeKind,
}

impl Node {
    /// A node that was written at `span`.
    pub const fn new(span: Span, kind: NodeKind) -> Self {
        Self { span, kind }
    }
}

impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

impl Eq for Node {}

/// What a node asks for.
///
/// A tree that comes from the parser keeps these promises, and printing relies on them:
/// - `And` and `Or` have at least two operands, none of the node's own kind;
/// - a `Not` stands only as an operand of an `And` that has another operand which is no `Not`;
/// - a `Field` holds no other `Field`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NodeKind {
    /// Words in this order, next to each other. The text as typed, without its quotes and with
    /// single spaces between the words; it has a letter or a digit (or, under `company` and `type`,
    /// a glob) and never straight and curly quotes at once.
    Phrase(String),
    /// The operand judged on a field instead of the text of the clause.
    Field {
        /// Which field.
        field: Field,
        /// What it must hold: phrases, and `And`, `Or`, `Not` of phrases.
        operand: Box<Node>,
    },
    /// Matches where the operand does not.
    Not(Box<Node>),
    /// All operands match.
    And(Vec<Node>),
    /// At least one operand matches.
    Or(Vec<Node>),
}

/// A field that a query can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    /// Whose policy it is: a whole name or a glob.
    Company,
    /// The policy type: a whole name or a glob.
    Type,
    /// A phrase inside one heading of the section path.
    Section,
    /// Host and path of a link target.
    Link,
}

impl Field {
    /// Every field, in the order in which messages list them.
    pub const ALL: [Self; 4] = [Self::Company, Self::Type, Self::Section, Self::Link];

    /// The name as written before the colon.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Company => "company",
            Self::Type => "type",
            Self::Section => "section",
            Self::Link => "link",
        }
    }

    /// The field of this name, in whatever ASCII case.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.name().eq_ignore_ascii_case(name))
    }

    /// Whether its values are whole names, in which `*`, `?` and `[` make a glob, rather than
    /// phrases.
    pub const fn takes_globs(self) -> bool {
        matches!(self, Self::Company | Self::Type)
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl NodeKind {
    /// How tightly it binds when written without parentheses: only the order of the numbers counts.
    const fn binding(&self) -> u8 {
        match self {
            Self::Or(_) => 0,
            Self::And(_) => 1,
            Self::Not(_) => 2,
            Self::Field { .. } | Self::Phrase(_) => 3,
        }
    }
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            NodeKind::Phrase(text) => print_phrase(f, text),
            NodeKind::Field { field, operand } => {
                write!(f, "{field}:")?;
                print_operand(f, operand, 3)
            }
            NodeKind::Not(operand) => {
                f.write_str("NOT ")?;
                print_operand(f, operand, 3)
            }
            NodeKind::And(operands) => print_joined(f, operands, " AND ", 2),
            NodeKind::Or(operands) => print_joined(f, operands, " OR ", 1),
        }
    }
}

/// Always in quotes: only there are operators, fields and white space plain text. A text with
/// straight quotes inside was written in curly ones.
fn print_phrase(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    if text.contains('"') { write!(f, "“{text}”") } else { write!(f, "\"{text}\"") }
}

fn print_joined(f: &mut fmt::Formatter<'_>, operands: &[Node], operator: &str, binding: u8) -> fmt::Result {
    for (place, operand) in operands.iter().enumerate() {
        if place > 0 {
            f.write_str(operator)?;
        }
        print_operand(f, operand, binding)?;
    }
    Ok(())
}

/// In parentheses where it binds less tightly than its place demands.
fn print_operand(f: &mut fmt::Formatter<'_>, operand: &Node, binding: u8) -> fmt::Result {
    if operand.kind.binding() < binding { write!(f, "({operand})") } else { write!(f, "{operand}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phrase(text: &str) -> Node {
        Node::new(Span::default(), NodeKind::Phrase(text.into()))
    }

    fn node(kind: NodeKind) -> Node {
        Node::new(Span::new(3, 4), kind)
    }

    #[test]
    fn parentheses_only_where_needed() {
        let or = node(NodeKind::Or(vec![phrase("a"), phrase("b")]));
        let and = node(NodeKind::And(vec![or.clone(), node(NodeKind::Not(Box::new(or.clone())))]));
        assert_eq!(and.to_string(), r#"("a" OR "b") AND NOT ("a" OR "b")"#);
        let field = node(NodeKind::Field { field: Field::Section, operand: Box::new(or) });
        let mixed = node(NodeKind::Or(vec![and, field]));
        assert_eq!(mixed.to_string(), r#"("a" OR "b") AND NOT ("a" OR "b") OR section:("a" OR "b")"#);
    }

    #[test]
    fn equality_ignores_spans() {
        assert_eq!(phrase("a"), node(NodeKind::Phrase("a".into())));
        assert_ne!(phrase("a"), phrase("b"));
    }

    #[test]
    fn field_names_come_back() {
        for field in Field::ALL {
            assert_eq!(Field::from_name(&field.name().to_uppercase()), Some(field));
        }
        assert_eq!(Field::from_name("typ"), None);
    }

    #[test]
    fn spans_cover() {
        assert_eq!(Span::new(1, 2).to(Span::new(5, 9)), Span::new(1, 9));
    }
}
