//! Binds the tree of a query: phrases become patterns of tokens, names become sets of policies.

use std::collections::HashSet;

use super::names::{NameField, NamePattern};
use super::operands::{Operand, PlaceField, PlacePattern, Plan};
use super::pattern::{Pattern, PatternOrigin, Slot, Spans, Wordless};
use super::questions::{
    FORMS_WEIGHT, SYNONYM_WEIGHT, TYPED_WEIGHT, WordWeights, is_telling, synonyms,
};
use crate::error::{self, QueryError, QueryErrorKind};
use crate::index::PolicyTable;
use crate::query::{
    Matching, NodeKind, Phrase, PhraseWord, Query, QueryField, QueryNode, TermRegex,
};
use crate::search::request::Select;
use crate::stem::stem;
use crate::token::{has_token, terms};

/// The plan of a selection, without its filters of names.
///
/// # Errors
///
/// A name that no policy has, or a phrase without a word.
pub(super) fn bind(select: &Select, policies: &PolicyTable) -> error::Result<Plan> {
    let mut binder = Binder { stem: select.stem, policies, lists: Lists::default() };
    let query = match &select.query {
        Some(query) => {
            let scope = NodeScope { query, field: None, is_wanted: true };
            binder.node(query.tree(), scope)?
        }
        None => binder.every_policy(),
    };
    let sections = &select.filters.sections;
    let headings: Vec<Operand> = sections
        .iter()
        .map(|text| binder.place(PlaceField::Section, plain(text, select.stem)))
        .collect();
    let filters = if headings.is_empty() { Vec::new() } else { vec![Operand::Or(headings)] };
    let Lists { patterns, boosts, has_neighbours, place_patterns, policy_sets } = binder.lists;
    Ok(Plan { query, filters, patterns, boosts, has_neighbours, place_patterns, policy_sets })
}

/// The pattern of a plain phrase.
fn plain(text: &str, stem: bool) -> Pattern {
    let mut slots = Slots::new(stem);
    let words = slots.text(text);
    Pattern {
        spans: Spans::phrase(words),
        slots: slots.slots,
        is_wanted: true,
        weight: 1.0,
        text: text.to_owned(),
        origin: PatternOrigin::Asked,
    }
}

/// The slots of a pattern while it is bound.
struct Slots {
    /// Whether words match all their forms.
    stem: bool,
    slots: Vec<Slot>,
    /// The first slot that another word may share.
    shared_from: usize,
}

impl Slots {
    fn new(stem: bool) -> Self {
        Self { stem, slots: Vec::new(), shared_from: 0 }
    }

    /// The number of an equal slot that may be shared, or of a new one.
    fn add(&mut self, slot: Slot) -> Option<usize> {
        let shared = &self.slots[self.shared_from..];
        if let Some(known) = shared.iter().position(|known| *known == slot) {
            return Some(self.shared_from + known);
        }
        self.slots.push(slot);
        Some(self.slots.len() - 1)
    }

    /// A slot for each word of a text.
    fn text(&mut self, text: &str) -> Vec<Option<usize>> {
        owned_terms(text).into_iter().map(|term| self.word(term)).collect()
    }

    fn word(&mut self, term: String) -> Option<usize> {
        self.add(if self.stem { Slot::Forms(stem(&term).into_owned()) } else { Slot::Exact(term) })
    }

    fn phrase(&mut self, phrase: &Phrase) -> Result<Spans, String> {
        let mut words = Vec::new();
        for word in &phrase.words {
            match word {
                PhraseWord::Text(text) => words.extend(self.text(text)),
                PhraseWord::Any => words.push(None),
                PhraseWord::Regex(pattern) => {
                    words.push(self.add(Slot::Regex(Box::new(TermRegex::new(pattern)?))));
                }
                PhraseWord::Prefix(text) => words.extend(self.prefix(text)),
            }
        }
        Ok(Spans::Phrase { words, gap: phrase.gap })
    }

    /// The words of a text, the last of which is the beginning of a word.
    fn prefix(&mut self, text: &str) -> Vec<Option<usize>> {
        let mut terms = owned_terms(text);
        let start = terms.pop().expect("the parser accepts a prefix only if it ends in a word");
        let mut words = self.text(&terms.join(" "));
        words.push(self.add(Slot::Prefix(start)));
        words
    }

    /// The spans of a node that the parser accepts beside a distance.
    ///
    /// Each alternative has slots of its own, since a slot is read at one clause at a time.
    fn spans(&mut self, node: &QueryNode) -> Result<Spans, String> {
        Ok(match &node.kind {
            NodeKind::Phrase(phrase) => self.phrase(phrase)?,
            NodeKind::Near { distance, left, right } => {
                let (left, right) = (self.spans(left)?, self.spans(right)?);
                Spans::Near { distance: *distance, left: Box::new(left), right: Box::new(right) }
            }
            NodeKind::Within { distance, is_negated, found, beside } => {
                let found = Box::new(self.spans(found)?);
                let beside = Box::new(self.spans(beside)?);
                Spans::Within { distance: *distance, is_negated: *is_negated, found, beside }
            }
            NodeKind::Or(operands) => {
                let alternatives = operands.iter().map(|operand| self.alternative(operand));
                let alternatives = alternatives.collect::<Result<_, _>>()?;
                self.shared_from = self.slots.len();
                Spans::Or(alternatives)
            }
            NodeKind::Set(_) | NodeKind::And(_) | NodeKind::Not(_) | NodeKind::Field { .. } => {
                return Err("this has no distance from anything".to_owned());
            }
        })
    }

    /// The spans of an alternative. Looking for one alternative moves the cursors of its slots past
    /// the places where another one needs them.
    fn alternative(&mut self, node: &QueryNode) -> Result<Spans, String> {
        self.shared_from = self.slots.len();
        self.spans(node)
    }
}

/// The lists of a plan while it is bound.
#[derive(Default)]
struct Lists {
    patterns: Vec<Pattern>,
    boosts: Vec<Pattern>,
    has_neighbours: bool,
    place_patterns: Vec<PlacePattern>,
    policy_sets: Vec<Vec<bool>>,
}

/// What surrounds a node of a query.
#[derive(Clone, Copy)]
struct NodeScope<'q> {
    query: &'q Query,
    /// The field whose operand contains the node.
    field: Option<QueryField>,
    /// Whether the node was asked for, not excluded.
    is_wanted: bool,
}

struct Binder<'b> {
    /// Whether words match all their forms.
    stem: bool,
    policies: &'b PolicyTable,
    lists: Lists,
}

impl Binder<'_> {
    fn node(&mut self, node: &QueryNode, scope: NodeScope<'_>) -> error::Result<Operand> {
        Ok(match &node.kind {
            NodeKind::Phrase(phrase) => match scope.field.and_then(name_field) {
                Some(field) => {
                    let name = phrase.as_plain().expect("the parser reads a name as plain text");
                    self.names(field, name, node, scope)?
                }
                None => self.pattern(node, scope)?,
            },
            NodeKind::Near { .. } | NodeKind::Within { .. } => self.pattern(node, scope)?,
            NodeKind::Set(text) => self.set(text, node, scope)?,
            NodeKind::Field { field, operand } => {
                self.node(operand, NodeScope { field: Some(*field), ..scope })?
            }
            NodeKind::Not(operand) => {
                let inner = NodeScope { is_wanted: !scope.is_wanted, ..scope };
                Operand::Not(Box::new(self.node(operand, inner)?))
            }
            NodeKind::And(operands) => Operand::And(self.nodes(operands, scope)?),
            NodeKind::Or(operands) => Operand::Or(self.nodes(operands, scope)?),
        })
    }

    fn nodes(&mut self, nodes: &[QueryNode], scope: NodeScope<'_>) -> error::Result<Vec<Operand>> {
        nodes.iter().map(|node| self.node(node, scope)).collect()
    }

    /// Matches every clause, and no other document.
    fn every_policy(&mut self) -> Operand {
        self.lists.policy_sets.push(vec![true; self.policies.count()]);
        Operand::Policies(self.lists.policy_sets.len() - 1)
    }

    fn pattern(&mut self, node: &QueryNode, scope: NodeScope<'_>) -> error::Result<Operand> {
        let mut slots = Slots::new(self.stem);
        let spans = slots
            .spans(node)
            .map_err(|why| refused(QueryErrorKind::BadOperand, node, scope, &why))?;
        if let Some(wordless) = spans.wordless() {
            let message = match wordless {
                Wordless::NoWord => NO_WORD,
                Wordless::AnyWordAlone => "`*` alone stands for any word",
            };
            return Err(refused(QueryErrorKind::NoWord, node, scope, message).into());
        }
        let pattern = Pattern {
            slots: slots.slots,
            spans,
            is_wanted: scope.is_wanted,
            weight: 1.0,
            text: node.to_string(),
            origin: PatternOrigin::Asked,
        };
        Ok(match scope.field {
            Some(QueryField::Section) => self.place(PlaceField::Section, pattern),
            Some(QueryField::Link) => self.place(PlaceField::Link, pattern),
            _ => {
                self.lists.patterns.push(pattern);
                Operand::Pattern(self.lists.patterns.len() - 1)
            }
        })
    }

    /// A pattern for each word of a set; the clause must contain any or all of them.
    fn set(
        &mut self,
        text: &str,
        node: &QueryNode,
        scope: NodeScope<'_>,
    ) -> error::Result<Operand> {
        if !has_token(text) {
            return Err(refused(QueryErrorKind::NoWord, node, scope, NO_WORD).into());
        }
        let mut words = owned_terms(text);
        let mut known = HashSet::new();
        words.retain(|word| known.insert(word.clone()));
        self.lists.has_neighbours |= scope.is_wanted;
        let first = self.lists.patterns.len();
        let weights = WordWeights::new();
        for word in &words {
            self.word_of_set(word, weights.of(word), scope.is_wanted);
        }
        let operands = (first..self.lists.patterns.len()).map(Operand::Pattern).collect();
        Ok(match scope.query.matching() {
            Matching::All => Operand::And(operands),
            Matching::Any | Matching::Phrase => Operand::Or(operands),
        })
    }

    /// The pattern of a word of a set; a telling word also scores by its other forms and synonyms.
    fn word_of_set(&mut self, word: &str, weight: f64, is_wanted: bool) {
        let forms = stem(word).into_owned();
        let mut pattern = Pattern { is_wanted, weight, ..plain(word, self.stem) };
        if is_wanted && is_telling(weight) {
            if !self.stem {
                pattern.weight = weight * TYPED_WEIGHT;
                let boost = boost(word, vec![forms.clone()], PatternOrigin::Forms);
                self.lists.boosts.push(Pattern { weight: weight * FORMS_WEIGHT, ..boost });
            }
            let synonyms = synonyms(&forms);
            if !synonyms.is_empty() {
                let boost = boost(word, synonyms, PatternOrigin::Synonyms);
                self.lists.boosts.push(Pattern { weight: weight * SYNONYM_WEIGHT, ..boost });
            }
        }
        self.lists.patterns.push(pattern);
    }

    fn place(&mut self, field: PlaceField, pattern: Pattern) -> Operand {
        self.lists.place_patterns.push(PlacePattern { field, pattern });
        Operand::Place(self.lists.place_patterns.len() - 1)
    }

    fn names(
        &mut self,
        field: NameField,
        name: &str,
        node: &QueryNode,
        scope: NodeScope<'_>,
    ) -> error::Result<Operand> {
        match NamePattern::new(name).policies(field, &field.names(self.policies)?) {
            Ok(set) => {
                self.lists.policy_sets.push(set);
                Ok(Operand::Policies(self.lists.policy_sets.len() - 1))
            }
            Err(error) => {
                let (message, hint) = error.message_and_hint();
                let error = refused(QueryErrorKind::Binding, node, scope, &message);
                Err(match hint {
                    Some(hint) => error.with_hint(hint).into(),
                    None => error.into(),
                })
            }
        }
    }
}

/// The name of a policy that this field of a query compares; `None` if its value is a phrase.
fn name_field(field: QueryField) -> Option<NameField> {
    match field {
        QueryField::Company => Some(NameField::Company),
        QueryField::Type => Some(NameField::Type),
        QueryField::Section | QueryField::Link => None,
    }
}

const NO_WORD: &str = "no word to search for";

/// An error at a node.
fn refused(
    kind: QueryErrorKind,
    node: &QueryNode,
    scope: NodeScope<'_>,
    message: &str,
) -> QueryError {
    QueryError::new(kind, scope.query.text(), node.span, message)
}

/// A pattern of weight 1 that scores where a word with one of these stems occurs.
fn boost(word: &str, stems: Vec<String>, origin: PatternOrigin) -> Pattern {
    let alternatives = (0..stems.len()).map(|slot| Spans::phrase(vec![Some(slot)]));
    Pattern {
        spans: Spans::Or(alternatives.collect()),
        slots: stems.into_iter().map(Slot::Forms).collect(),
        is_wanted: true,
        weight: 1.0,
        text: word.to_owned(),
        origin,
    }
}

fn owned_terms(text: &str) -> Vec<String> {
    terms(text).map(|term| term.into_owned()).collect()
}
