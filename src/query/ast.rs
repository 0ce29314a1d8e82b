//! The tree of a query, which [`Query::parse`](super::Query::parse) builds.
//!
//! The tree represents the query as it was written, not the way in which it is searched: a phrase
//! is text that is not cut into tokens yet, and the value of a field is not compared with any
//! index. A printed tree is the canonical form of its query. It parses to an equal tree unless it
//! has sets of bare words, for which there are no quotes.

use std::fmt;

use crate::error::QuerySpan;

/// A part of a query with its place. Two nodes are equal if their kinds are equal; their places do
/// not matter.
#[derive(Debug, Clone)]
pub struct QueryNode {
    /// The place of the node in the query, including its quotes or parentheses.
    pub span: QuerySpan,
    /// The condition of the node.
    pub kind: NodeKind,
}

impl QueryNode {
    /// A node of this kind at `span`.
    pub const fn new(span: QuerySpan, kind: NodeKind) -> Self {
        Self { span, kind }
    }
}

impl PartialEq for QueryNode {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

impl Eq for QueryNode {}

/// A phrase: words in this order, with at most `gap` other words between them in all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phrase {
    /// The words in their order. At least one is not [`PhraseWord::Any`], and two words in a row
    /// are never both [`PhraseWord::Text`].
    pub words: Vec<PhraseWord>,
    /// The most other words between the words of the phrase, in all. 0 means that they are next
    /// to each other.
    pub gap: u32,
}

impl Phrase {
    /// The phrase of a plain text.
    pub fn plain(text: impl Into<String>) -> Self {
        Self { words: vec![PhraseWord::Text(text.into())], gap: 0 }
    }

    /// The text of the phrase, if it has no gap and consists of plain text only.
    pub fn as_plain(&self) -> Option<&str> {
        match (self.words.as_slice(), self.gap) {
            ([PhraseWord::Text(text)], 0) => Some(text),
            _ => None,
        }
    }
}

/// A part of a phrase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PhraseWord {
    /// Text as it was typed, without its quotes and with single spaces between the words. It never
    /// contains both straight and curly quotes.
    Text(String),
    /// `part*`: text whose last word is only the beginning of a word.
    Prefix(String),
    /// `/pattern/`: any word that the regular expression matches from end to end. The slashes are
    /// not included.
    Regex(String),
    /// `*`: any one word.
    Any,
}

/// The condition of a node.
///
/// The parser guarantees the following, and printing a tree relies on it:
///
/// - An `And` or `Or` has at least two operands, and none of them is of the same kind.
/// - A `Not` occurs only as an operand of an `And` that has another operand without a `Not`.
/// - A `Field` contains no other `Field`.
/// - The operands of `Near` and `Within` are phrases, or `Or`, `Near` and `Within` of these.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NodeKind {
    /// A phrase.
    Phrase(Phrase),
    /// Words whose order does not matter, without parentheses. Bare words become a set with
    /// [`Matching::All`](super::Matching::All) and [`Matching::Any`](super::Matching::Any).
    Set(String),
    /// Both operands in either order, without overlap, and with at most `distance` words between
    /// their nearest ends.
    Near {
        /// The most words between the operands.
        distance: u32,
        /// The operand that is written first.
        left: Box<QueryNode>,
        /// The operand that is written second.
        right: Box<QueryNode>,
    },
    /// The operand `found`, with `beside` at most `distance` words away on either side. If the
    /// operator is negated, `found` without `beside` that near.
    Within {
        /// The most words between the operands.
        distance: u32,
        /// Whether `beside` must be absent.
        is_negated: bool,
        /// The operand that matches.
        found: Box<QueryNode>,
        /// The operand that must, or must not, be near.
        beside: Box<QueryNode>,
    },
    /// The operand, searched in a field instead of the text of the clause.
    Field {
        /// The field to search in.
        field: QueryField,
        /// The condition on the field: phrases, `Near` and `Within`, and `And`, `Or` and `Not` of
        /// these.
        operand: Box<QueryNode>,
    },
    /// The operand does not match.
    Not(Box<QueryNode>),
    /// All operands match.
    And(Vec<QueryNode>),
    /// At least one operand matches.
    Or(Vec<QueryNode>),
}

/// A field that a query can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum QueryField {
    /// The name of the company: a whole name or a glob.
    Company,
    /// The policy type: a whole name or a glob.
    Type,
    /// One heading of the section path, by a phrase inside it.
    Section,
    /// Host and path of a link target, by a phrase inside them.
    Link,
}

impl QueryField {
    /// Every field, in the order in which messages list them.
    pub const ALL: [Self; 4] = [Self::Company, Self::Type, Self::Section, Self::Link];

    /// The name of the field, as it is written before the colon.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Company => "company",
            Self::Type => "type",
            Self::Section => "section",
            Self::Link => "link",
        }
    }

    /// The field of this name. The case of ASCII letters does not matter.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.name().eq_ignore_ascii_case(name))
    }

    /// Whether the values of the field are whole names, in which `*`, `?` and `[` make a glob. The
    /// values of the other fields are phrases.
    pub const fn takes_globs(self) -> bool {
        matches!(self, Self::Company | Self::Type)
    }
}

impl fmt::Display for QueryField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// How tightly a node binds when it is written without parentheses. A node needs parentheses where
/// a tighter one is required.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Binding {
    Or,
    And,
    Not,
    Distance,
    Single,
}

impl NodeKind {
    const fn binding(&self) -> Binding {
        match self {
            Self::Or(_) => Binding::Or,
            Self::And(_) => Binding::And,
            Self::Not(_) => Binding::Not,
            Self::Near { .. } | Self::Within { .. } => Binding::Distance,
            Self::Field { .. } | Self::Phrase(_) | Self::Set(_) => Binding::Single,
        }
    }
}

impl fmt::Display for QueryNode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            NodeKind::Phrase(phrase) => write!(f, "{phrase}"),
            NodeKind::Set(text) => f.write_str(text),
            NodeKind::Field { field, operand } => {
                write!(f, "{field}:")?;
                print_operand(f, operand, Binding::Single)
            }
            NodeKind::Near { distance, left, right } => {
                print_operand(f, left, Binding::Distance)?;
                write!(f, " NEAR/{distance} ")?;
                print_operand(f, right, Binding::Single)
            }
            NodeKind::Within { distance, is_negated, found, beside } => {
                print_operand(f, found, Binding::Distance)?;
                write!(f, " {}WITHIN/{distance} ", if *is_negated { "NOT " } else { "" })?;
                print_operand(f, beside, Binding::Single)
            }
            NodeKind::Not(operand) => {
                f.write_str("NOT ")?;
                print_operand(f, operand, Binding::Distance)
            }
            NodeKind::And(operands) => print_joined(f, operands, " AND ", Binding::Not),
            NodeKind::Or(operands) => print_joined(f, operands, " OR ", Binding::And),
        }
    }
}

/// Prints the phrase in quotes, because operators, fields and white space are plain text only
/// there. A text that contains straight quotes was written in curly ones.
impl fmt::Display for Phrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.words.iter().map(PhraseWord::to_string).collect::<Vec<_>>().join(" ");
        if text.contains('"') {
            write!(f, "“{text}”")?;
        } else {
            write!(f, "\"{text}\"")?;
        }
        if self.gap > 0 { write!(f, "~{}", self.gap) } else { Ok(()) }
    }
}

impl fmt::Display for PhraseWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Prefix(text) => write!(f, "{text}*"),
            Self::Regex(pattern) => write!(f, "/{pattern}/"),
            Self::Any => f.write_str("*"),
        }
    }
}

fn print_joined(
    f: &mut fmt::Formatter<'_>,
    operands: &[QueryNode],
    operator: &str,
    required: Binding,
) -> fmt::Result {
    for (number, operand) in operands.iter().enumerate() {
        if number > 0 {
            f.write_str(operator)?;
        }
        print_operand(f, operand, required)?;
    }
    Ok(())
}

/// Prints the operand, in parentheses if it binds less tightly than its place requires.
fn print_operand(
    f: &mut fmt::Formatter<'_>,
    operand: &QueryNode,
    required: Binding,
) -> fmt::Result {
    if operand.kind.binding() < required {
        write!(f, "({operand})")
    } else {
        write!(f, "{operand}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phrase(text: &str) -> QueryNode {
        QueryNode::new(QuerySpan::default(), NodeKind::Phrase(Phrase::plain(text)))
    }

    fn node(kind: NodeKind) -> QueryNode {
        QueryNode::new(QuerySpan::new(3, 4), kind)
    }

    #[test]
    fn parentheses_only_where_needed() {
        let or = node(NodeKind::Or(vec![phrase("a"), phrase("b")]));
        let and = node(NodeKind::And(vec![or.clone(), node(NodeKind::Not(Box::new(or.clone())))]));
        assert_eq!(and.to_string(), r#"("a" OR "b") AND NOT ("a" OR "b")"#);
        let field = node(NodeKind::Field { field: QueryField::Section, operand: Box::new(or) });
        let mixed = node(NodeKind::Or(vec![and, field]));
        assert_eq!(
            mixed.to_string(),
            r#"("a" OR "b") AND NOT ("a" OR "b") OR section:("a" OR "b")"#
        );
    }

    #[test]
    fn equality_ignores_spans() {
        assert_eq!(phrase("a"), node(NodeKind::Phrase(Phrase::plain("a"))));
        assert_ne!(phrase("a"), phrase("b"));
    }

    #[test]
    fn field_names_are_recognised() {
        for field in QueryField::ALL {
            assert_eq!(QueryField::from_name(&field.name().to_uppercase()), Some(field));
        }
        assert_eq!(QueryField::from_name("typ"), None);
    }
}
