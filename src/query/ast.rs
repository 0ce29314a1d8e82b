//! The tree of a query: what [`parse`](fn@super::parse) returns and a binder walks.
//!
//! The tree says what was written, not how it is searched: a phrase is text that nobody has cut
//! into tokens yet, and a field is a name that no schema has confirmed. Printing a tree gives the
//! canonical form of the query, which parses to an equal tree.

use std::fmt;

use crate::error::QuerySpan;

/// A piece of a query and where it was written. Two nodes are equal when their kinds are, wherever
/// they stood.
#[derive(Debug, Clone)]
pub struct QueryNode {
    /// Where in the query it stands, with its quotes or parentheses.
    pub span: QuerySpan,
    /// What it asks for.
    pub kind: NodeKind,
}

impl QueryNode {
    /// A node that was written at `span`.
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

/// A phrase: words in this order, next to each other but for `gap` other words in all between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phrase {
    /// What must follow each other: at least one is not [`PhraseWord::Any`], and no two are [`PhraseWord::Text`] in a row.
    pub words: Vec<PhraseWord>,
    /// How many other words may stand between them, in all.
    pub gap: u32,
}

impl Phrase {
    /// The phrase of a plain text.
    pub fn plain(text: impl Into<String>) -> Self {
        Self { words: vec![PhraseWord::Text(text.into())], gap: 0 }
    }

    /// The text if it is all that there is.
    pub fn as_plain(&self) -> Option<&str> {
        match (self.words.as_slice(), self.gap) {
            ([PhraseWord::Text(text)], 0) => Some(text),
            _ => None,
        }
    }
}

/// A piece of a phrase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PhraseWord {
    /// Text as typed, without its quotes and with single spaces between the words; it has a letter or a digit (or, under `company`
    /// and `type`, a glob) and never straight and curly quotes at once.
    Text(String),
    /// `part*`: text of which the last word is only the beginning of one.
    Prefix(String),
    /// `/pattern/`: any word that the regular expression, which this is, fits from end to end.
    Regex(String),
    /// `*`: any one word.
    Any,
}

/// What a node asks for.
///
/// A tree that comes from the parser keeps these promises, and printing relies on them:
/// - `And` and `Or` have at least two operands, none of the node's own kind;
/// - a `Not` stands only as an operand of an `And` that has another operand which is no `Not`;
/// - a `Field` holds no other `Field`;
/// - the operands of `Near` and `Within` are phrases, `Or`, `Near` and `Within`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NodeKind {
    /// A phrase.
    Phrase(Phrase),
    /// Words as a set, in the order in which they were typed: what bare words are under [`Matching::All`](super::Matching::All) and
    /// [`Matching::Any`](super::Matching::Any).
    Set(String),
    /// The left and the right with at most `distance` words between their nearest ends, in either order, not overlapping.
    Near {
        /// The most words between them.
        distance: u32,
        /// What is written first.
        left: Box<QueryNode>,
        /// What is written second.
        right: Box<QueryNode>,
    },
    /// A `found` with a `beside` at most `distance` words away on either side, or without one.
    Within {
        /// The most words between them.
        distance: u32,
        /// Whether there must be none.
        is_negated: bool,
        /// What is looked for.
        found: Box<QueryNode>,
        /// What must, or must not, stand near it.
        beside: Box<QueryNode>,
    },
    /// The operand judged on a field instead of the text of the clause.
    Field {
        /// Which field.
        field: QueryField,
        /// What it must hold: phrases, `Near` and `Within`, and `And`, `Or`, `Not` of them.
        operand: Box<QueryNode>,
    },
    /// Matches where the operand does not.
    Not(Box<QueryNode>),
    /// All operands match.
    And(Vec<QueryNode>),
    /// At least one operand matches.
    Or(Vec<QueryNode>),
}

/// A field that a query can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum QueryField {
    /// Whose policy it is: a whole name or a glob.
    Company,
    /// The policy type: a whole name or a glob.
    Type,
    /// A phrase inside one heading of the section path.
    Section,
    /// Host and path of a link target.
    Link,
}

impl QueryField {
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

impl fmt::Display for QueryField {
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
            Self::Near { .. } | Self::Within { .. } => 3,
            Self::Field { .. } | Self::Phrase(_) | Self::Set(_) => 4,
        }
    }
}

impl fmt::Display for QueryNode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            NodeKind::Phrase(phrase) => print_phrase(f, phrase),
            NodeKind::Set(text) => f.write_str(text),
            NodeKind::Field { field, operand } => {
                write!(f, "{field}:")?;
                print_operand(f, operand, 4)
            }
            NodeKind::Near { distance, left, right } => {
                print_operand(f, left, 3)?;
                write!(f, " NEAR/{distance} ")?;
                print_operand(f, right, 4)
            }
            NodeKind::Within { distance, is_negated, found, beside } => {
                print_operand(f, found, 3)?;
                write!(f, " {}WITHIN/{distance} ", if *is_negated { "NOT " } else { "" })?;
                print_operand(f, beside, 4)
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
fn print_phrase(f: &mut fmt::Formatter<'_>, phrase: &Phrase) -> fmt::Result {
    let word = |word: &PhraseWord| match word {
        PhraseWord::Text(text) => text.clone(),
        PhraseWord::Prefix(text) => format!("{text}*"),
        PhraseWord::Regex(pattern) => format!("/{pattern}/"),
        PhraseWord::Any => "*".to_owned(),
    };
    let text = phrase.words.iter().map(word).collect::<Vec<_>>().join(" ");
    if text.contains('"') {
        write!(f, "“{text}”")?
    } else {
        write!(f, "\"{text}\"")?
    }
    if phrase.gap > 0 { write!(f, "~{}", phrase.gap) } else { Ok(()) }
}

fn print_joined(
    f: &mut fmt::Formatter<'_>,
    operands: &[QueryNode],
    operator: &str,
    binding: u8,
) -> fmt::Result {
    for (place, operand) in operands.iter().enumerate() {
        if place > 0 {
            f.write_str(operator)?;
        }
        print_operand(f, operand, binding)?;
    }
    Ok(())
}

/// In parentheses where it binds less tightly than its place demands.
fn print_operand(f: &mut fmt::Formatter<'_>, operand: &QueryNode, binding: u8) -> fmt::Result {
    if operand.kind.binding() < binding { write!(f, "({operand})") } else { write!(f, "{operand}") }
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
    fn field_names_come_back() {
        for field in QueryField::ALL {
            assert_eq!(QueryField::from_name(&field.name().to_uppercase()), Some(field));
        }
        assert_eq!(QueryField::from_name("typ"), None);
    }
}
