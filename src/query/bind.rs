//! A query tree and an open index to a plan: words become index terms, names become sets of policies.
//!
//! With `search/` this is the only place where a query meets the index. User text never reaches the index library's own parser, which
//! has silent traps (a bare query is an OR, `a AND NOT b` is nothing).

use super::names::{NameError, NameField, NamePattern};
use super::{Field, Node, NodeKind, QueryError, QueryErrorKind, Span};
use crate::index::Policies;
use crate::token::terms;

/// What is asked, in terms of the index.
#[derive(Debug)]
pub(crate) struct Plan {
    pub root: Operand,
    pub phrases: Vec<Phrase>,
    pub place_phrases: Vec<PlacePhrase>,
    /// Sets of policies by rank.
    pub policy_sets: Vec<Vec<bool>>,
}

/// A node of the plan; numbers point into the lists of the plan.
#[derive(Debug)]
pub(crate) enum Operand {
    /// The clause has the phrase.
    Phrase(usize),
    /// A place of the clause has the phrase in a heading above it, or in a link.
    Place(usize),
    /// The clause is of one of the policies.
    Policies(usize),
    /// Only beside something positive.
    Not(Box<Operand>),
    And(Vec<Operand>),
    Or(Vec<Operand>),
}

/// A phrase in the text of a clause.
#[derive(Debug)]
pub(crate) struct Phrase {
    pub terms: Vec<String>,
    /// Whether it is what was asked for, not what was excluded: it scores and is highlighted.
    pub is_wanted: bool,
}

/// A phrase in one heading or one link target of a place.
#[derive(Debug)]
pub(crate) struct PlacePhrase {
    pub field: PlaceField,
    pub terms: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PlaceField {
    Section,
    Link,
}

/// Binds `tree`, which was parsed from `query`, to the policies of an index; `section` is the text of `--section`.
pub(crate) fn bind(
    query: &str,
    tree: &Node,
    section: &[String],
    policies: &Policies,
) -> Result<Plan, QueryError> {
    let plan = Plan {
        root: Operand::And(Vec::new()),
        phrases: Vec::new(),
        place_phrases: Vec::new(),
        policy_sets: Vec::new(),
    };
    let mut binder = Binder { query, policies, plan };
    let mut root = vec![binder.node(tree, None, true)?];
    if !section.is_empty() {
        root.push(Operand::Or(section.iter().map(|text| binder.place(PlaceField::Section, text)).collect()));
    }
    binder.plan.root = Operand::And(root);
    Ok(binder.plan)
}

struct Binder<'b> {
    query: &'b str,
    policies: &'b Policies,
    plan: Plan,
}

impl Binder<'_> {
    fn node(&mut self, node: &Node, field: Option<Field>, is_wanted: bool) -> Result<Operand, QueryError> {
        Ok(match &node.kind {
            NodeKind::Phrase(text) => self.phrase(text, node.span, field, is_wanted)?,
            NodeKind::Field { field, operand } => self.node(operand, Some(*field), is_wanted)?,
            NodeKind::Not(operand) => Operand::Not(Box::new(self.node(operand, field, !is_wanted)?)),
            NodeKind::And(operands) => Operand::And(self.nodes(operands, field, is_wanted)?),
            NodeKind::Or(operands) => Operand::Or(self.nodes(operands, field, is_wanted)?),
        })
    }

    fn nodes(
        &mut self,
        nodes: &[Node],
        field: Option<Field>,
        is_wanted: bool,
    ) -> Result<Vec<Operand>, QueryError> {
        nodes.iter().map(|node| self.node(node, field, is_wanted)).collect()
    }

    fn phrase(
        &mut self,
        text: &str,
        span: Span,
        field: Option<Field>,
        is_wanted: bool,
    ) -> Result<Operand, QueryError> {
        if let Some(field @ (Field::Company | Field::Type)) = field {
            return self.names(field, text, span);
        }
        if !crate::token::has_token(text) {
            return Err(QueryError::new(QueryErrorKind::NoWord, self.query, span, "no word to search for"));
        }
        Ok(match field {
            Some(Field::Section) => self.place(PlaceField::Section, text),
            Some(Field::Link) => self.place(PlaceField::Link, text),
            _ => {
                self.plan.phrases.push(Phrase { terms: owned_terms(text), is_wanted });
                Operand::Phrase(self.plan.phrases.len() - 1)
            }
        })
    }

    fn place(&mut self, field: PlaceField, text: &str) -> Operand {
        self.plan.place_phrases.push(PlacePhrase { field, terms: owned_terms(text) });
        Operand::Place(self.plan.place_phrases.len() - 1)
    }

    fn names(&mut self, field: Field, text: &str, span: Span) -> Result<Operand, QueryError> {
        let names = if field == Field::Company { NameField::Company } else { NameField::Type };
        let set = NamePattern::new(text).and_then(|pattern| pattern.policies(names, self.policies));
        match set {
            Ok(set) => {
                self.plan.policy_sets.push(set);
                Ok(Operand::Policies(self.plan.policy_sets.len() - 1))
            }
            Err(NameError { message, hint }) => {
                let error = QueryError::new(QueryErrorKind::Binding, self.query, span, message);
                Err(match hint {
                    Some(hint) => error.with_hint(hint),
                    None => error,
                })
            }
        }
    }
}

fn owned_terms(text: &str) -> Vec<String> {
    terms(text).map(|term| term.into_owned()).collect()
}
